package jmapmail

import "chancery/wire/jmap"

// SecrecyURN names our capability of levels of secrecy: the property of
// SecrecyProperties on Email, and Email/relabel.
const SecrecyURN = "urn:chancery:params:jmap:secrecy"

// SecrecyProperties are our own properties of an email. An email that is made
// may have one; null says nothing of its secrecy.
type SecrecyProperties struct {
	Secrecy *Secrecy `json:"secrecy"`
}

// Secrecy is how secret an email is.
type Secrecy struct {
	Level string        `json:"level"` // one of SecrecyCapability.Levels
	Until *jmap.UTCDate `json:"until"` // when it becomes internal; null where it does not by itself
}

// SecrecyCapability is the value of SecrecyURN in the person's own account.
type SecrecyCapability struct {
	Levels     []SecrecyLevel `json:"levels" ts:"list"` // lowest first
	Ceiling    string         `json:"ceiling"`          // the highest that is seen and sent from here
	Outside    string         `json:"outside"`          // the highest that goes to other organisations
	IsRequired bool           `json:"isRequired"`       // who sends has to choose one
	MayLower   bool           `json:"mayLower"`
}

// SecrecyLevel is one level, as the office's country calls it.
type SecrecyLevel struct {
	Level string            `json:"level"`
	Mark  string            `json:"mark"`  // as it stands on papers; "" for none
	Years int               `json:"years"` // the longest term, 0 = none
	Names map[string]string `json:"names"` // by language
}

// SecrecyLookArgs are the arguments of Secrecy/look, which says what a text
// that is being written holds, and which level it calls for.
type SecrecyLookArgs struct {
	AccountID string `json:"accountId"`
	Text      string `json:"text"` // 512 KiB of it are looked at
	// Files are looked into, too.
	Files []FlowFile `json:"files" ts:"list"`
}

// SecrecyLookAnswer is the answer of Secrecy/look.
type SecrecyLookAnswer struct {
	AccountID string         `json:"accountId"`
	Found     map[string]int `json:"found"`           // how many numbers of each kind: tw-id, cn-id, vn-id, kr-id, card
	Words     []string       `json:"words" ts:"list"` // of the office's own
	Level     *string        `json:"level"`           // the least that is advised; null for none
}

// RelabelArgs are the arguments of Email/relabel.
type RelabelArgs struct {
	AccountID string        `json:"accountId"`
	EmailID   string        `json:"emailId"`
	Level     string        `json:"level"`
	Until     *jmap.UTCDate `json:"until"`
	Reason    string        `json:"reason"` // for the record
}

// RelabelAnswer is the answer of Email/relabel.
type RelabelAnswer struct {
	AccountID string `json:"accountId"`
	NewState  string `json:"newState"` // of Email
}
