package jmapmail

import "chancery/wire/jmap"

// LaterURN names our capability of putting letters off: the properties of
// LaterProperties on Email, and sendAt of an EmailSubmission that is pending
// as a property that can change.
const LaterURN = "urn:chancery:params:jmap:later"

// LaterProperties are our own properties of an email.
type LaterProperties struct {
	Snoozed   *Snoozed      `json:"snoozed"`
	Reminder  *Reminder     `json:"reminder"`
	Scheduled *Scheduled    `json:"scheduled"`
	BackAt    *jmap.UTCDate `json:"backAt"` // when it last came back to the top
	Receipts  []Receipt     `json:"receipts" ts:"list"`
}

// Snoozed says until when an email is out of sight. Setting it moves the
// email into the mailbox with the role "snoozed"; null brings it back to where
// it was.
type Snoozed struct {
	Until       jmap.UTCDate    `json:"until"`
	MailboxID   *string         `json:"mailboxId"`   // where it comes back; null = the inbox
	SetKeywords map[string]bool `json:"setKeywords"` // to set or clear then; null = unread
}

// Scheduled says when an email in the mailbox with the role "scheduled" goes
// out, and by which EmailSubmission.
type Scheduled struct {
	SendAt       jmap.UTCDate `json:"sendAt"`
	SubmissionID string       `json:"submissionId"`
}

// Reminder says when an email comes to the top of the inbox.
type Reminder struct {
	At             jmap.UTCDate `json:"at"`
	UnlessAnswered bool         `json:"unlessAnswered"` // an answer in its thread ends it
}
