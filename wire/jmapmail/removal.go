package jmapmail

import "chancery/wire/jmap"

// Removal is a letter that is taken out of all mailboxes: also the about of an
// Approval of the kind mail.removal.
type Removal struct {
	ID        jmap.ID       `json:"id"`    // of the approval
	State     string        `json:"state"` // asked, removing, removed, restoring, restored, final
	At        jmap.UTCDate  `json:"at"`
	MessageID string        `json:"messageId"`
	From      string        `json:"from"` // address
	Subject   string        `json:"subject"`
	Level     *string       `json:"level"`
	Reason    string        `json:"reason"`
	Found     int           `json:"found"` // mailboxes that had it when it was asked for
	Out       int           `json:"out"`   // letters that are out of mailboxes now
	Until     *jmap.UTCDate `json:"until"` // they can be put back until; null = they cannot
}

// RemovalAskArgs are the arguments of Removal/ask.
type RemovalAskArgs struct {
	AccountID jmap.ID `json:"accountId"`
	MessageID string  `json:"messageId"`
	From      string  `json:"from"`
	Reason    string  `json:"reason"`
}

// RemovalRestoreArgs are the arguments of Removal/restore.
type RemovalRestoreArgs struct {
	AccountID jmap.ID `json:"accountId"`
	ID        jmap.ID `json:"id"`
	Reason    string  `json:"reason"`
}

// RemovalAnswer is the answer of Removal/ask and Removal/restore.
type RemovalAnswer struct {
	AccountID jmap.ID  `json:"accountId"`
	Removal   *Removal `json:"removal"` // of Removal/ask
}
