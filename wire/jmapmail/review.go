package jmapmail

import "chancery/wire/jmap"

// FlowURN names our capability of an organisation's rules for letters on their
// way, and of looks into others' mail: FlowRule/get, /set, /try, /foresee,
// Look/get, /ask, /end, Journal/query, EmailSubmission/appeal, Removal/get, /ask, /restore.
const FlowURN = "urn:chancery:params:jmap:mailflow"

// FlowCapability is the value of FlowURN in the person's own account.
type FlowCapability struct {
	MayRule     bool `json:"mayRule"`     // change rules
	MaySeeRules bool `json:"maySeeRules"` // FlowRule/get
	MayLook     bool `json:"mayLook"`     // ask to look into another's mail
	FourEyes    bool `json:"fourEyes"`    // a change of a rule waits for a second person
	SecondLook  bool `json:"secondLook"`  // a look waits for a second person
	MaxLook     int  `json:"maxLook"`     // hours
}

// FlowRule is a rule for letters on their way.
type FlowRule struct {
	ID      jmap.ID     `json:"id"`
	IsNew   bool        `json:"isNew"`   // it is only asked for
	Rule    FlowRuleSet `json:"rule"`    // as it holds; where it is new as it would be
	Waiting *FlowChange `json:"waiting"` // what somebody asked to make of it; null = nothing
}

// FlowRuleSet is what a rule says.
type FlowRuleSet struct {
	Name      string     `json:"name"`
	IsEnabled bool       `json:"isEnabled"`
	When      FlowWhen   `json:"when"`
	Unless    FlowUnless `json:"unless"`
	Then      FlowThen   `json:"then"`
}

// FlowWhen are the conditions of a rule: all that are given must hold, within a
// list one.
type FlowWhen struct {
	Direction      string     `json:"direction"`             // out, in; "" = any
	SenderUnits    []jmap.ID  `json:"senderUnits" ts:"list"` // with all below
	Senders        []string   `json:"senders" ts:"list"`     // a@b, @domain, @.domain for all below it
	RecipientUnits []jmap.ID  `json:"recipientUnits" ts:"list"`
	Recipients     []string   `json:"recipients" ts:"list"`
	Outside        bool       `json:"outside"` // at least one recipient is outside
	Level          *string    `json:"level"`   // at least; null = any
	Words          []string   `json:"words" ts:"list"`
	Persons        int        `json:"persons"` // at least so many numbers of persons or cards
	Attachments    *FlowFiles `json:"attachments"`
}

// FlowFiles says which files are meant.
type FlowFiles struct {
	Any    bool     `json:"any"`
	Types  []string `json:"types" ts:"list"`
	Larger int64    `json:"larger"` // bytes; 0 = any size
	// Unreadable: encrypted or damaged files, and others that cannot be looked into.
	Unreadable bool `json:"unreadable"`
}

// FlowUnless are the exceptions of a rule.
type FlowUnless struct {
	SenderUnits    []jmap.ID `json:"senderUnits" ts:"list"`
	Senders        []string  `json:"senders" ts:"list"`
	RecipientUnits []jmap.ID `json:"recipientUnits" ts:"list"`
	Recipients     []string  `json:"recipients" ts:"list"`
	Encrypted      bool      `json:"encrypted"`
}

// FlowThen is what a rule does.
type FlowThen struct {
	Hold       *FlowReview `json:"hold"`
	Monitor    string      `json:"monitor"` // the address of a shared mailbox that gets a copy; "" = none
	Journal    bool        `json:"journal"`
	Refuse     string      `json:"refuse"`  // the reason; "" = it is not refused
	Require    string      `json:"require"` // signature, encryption, both; "" = nothing
	Disclaimer *FlowText   `json:"disclaimer"`
	Warn       string      `json:"warn"`
}

// FlowReview says who looks at a letter before it is delivered.
type FlowReview struct {
	Steps  []FlowStep `json:"steps" ts:"list"`
	Appeal []string   `json:"appeal" ts:"list"`
}

// FlowStep is a step of a review.
type FlowStep struct {
	Reviewers []string `json:"reviewers" ts:"list"`
	Head      bool     `json:"head"` // the head of the sender's unit decides, too
	All       bool     `json:"all"`
	Hours     int      `json:"hours"` // 0 = without end
	Late      string   `json:"late"`  // escalate, refuse, release; "" = it waits on
	Escalate  []string `json:"escalate" ts:"list"`
}

// FlowText is put into letters.
type FlowText struct {
	Text string `json:"text"`
	Top  bool   `json:"top"`
}

// FlowChange is what somebody asked to make of a rule. It is the about of an
// Approval of the kind mail.rule.
type FlowChange struct {
	ApprovalID jmap.ID      `json:"approvalId"`
	IsMine     bool         `json:"isMine"`
	Reason     string       `json:"reason"`
	Before     *FlowRuleSet `json:"before"` // null = there was none
	After      *FlowRuleSet `json:"after"`  // null = it is removed
}

// FlowRuleSetArgs are the arguments of FlowRule/set, which changes one rule.
type FlowRuleSetArgs struct {
	AccountID jmap.ID      `json:"accountId"`
	ID        *jmap.ID     `json:"id"`     // null = a new one
	Rule      *FlowRuleSet `json:"rule"`   // null = it is removed
	Reason    string       `json:"reason"` // for the second person
}

// FlowRuleSetAnswer is the answer of FlowRule/set.
type FlowRuleSetAnswer struct {
	AccountID jmap.ID `json:"accountId"`
	ID        jmap.ID `json:"id"`
	Waits     bool    `json:"waits"` // for a second person
}

// FlowRecallArgs are the arguments of FlowRule/recall: of who asked for a change.
type FlowRecallArgs struct {
	AccountID  jmap.ID `json:"accountId"`
	ApprovalID jmap.ID `json:"approvalId"`
}

// FlowTryArgs are the arguments of FlowRule/try: a rule over what was sent of late.
type FlowTryArgs struct {
	AccountID jmap.ID     `json:"accountId"`
	Rule      FlowRuleSet `json:"rule"`
	Days      int         `json:"days"` // 1 to 92
}

// FlowTryAnswer is the answer of FlowRule/try.
type FlowTryAnswer struct {
	AccountID jmap.ID   `json:"accountId"`
	Letters   int       `json:"letters"` // that were looked at
	IsWhole   bool      `json:"isWhole"` // all of that time were
	Total     int       `json:"total"`   // that the rule touches
	List      []FlowHit `json:"list" ts:"list"`
}

// FlowHit is a letter that a rule would touch, without what it says.
type FlowHit struct {
	At      jmap.UTCDate `json:"at"`
	Sender  string       `json:"sender"`
	Outside bool         `json:"outside"`
	Level   *string      `json:"level"`
	Found   []string     `json:"found" ts:"list"` // words of the rule; person, card, file, unreadable, outside, recipient for the rest
}

// FlowForeseeArgs are the arguments of FlowRule/foresee: what becomes of a
// letter that is being written.
type FlowForeseeArgs struct {
	AccountID jmap.ID    `json:"accountId"`
	From      string     `json:"from"`
	To        []string   `json:"to" ts:"list"`
	Subject   string     `json:"subject"`
	Text      string     `json:"text"` // 512 KiB of it are looked at
	Level     *string    `json:"level"`
	Files     []FlowFile `json:"files" ts:"list"`
}

// FlowFile is a file of a letter that is being written.
type FlowFile struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Size int64  `json:"size"`
	// BlobID is what is in it; null = it is not there yet.
	BlobID *jmap.ID `json:"blobId"`
}

// FlowForeseeAnswer is the answer of FlowRule/foresee.
type FlowForeseeAnswer struct {
	AccountID   jmap.ID  `json:"accountId"`
	Refused     *string  `json:"refused"`             // the reason; null = it is not
	Warnings    []string `json:"warnings" ts:"list"`  // in the rules' own words
	IsHeld      bool     `json:"isHeld"`              // for review
	HasReviewer bool     `json:"hasReviewer"`         // else it needs a review, and there is nobody else who may: it is refused
	Reviewers   []string `json:"reviewers" ts:"list"` // names of those of the first step
}

// HeldLetter is a letter that waits for review, or waited: the about of an
// Approval of the kind mail.review.
type HeldLetter struct {
	Subject      string       `json:"subject"`
	From         string       `json:"from"`
	To           []string     `json:"to" ts:"list"` // the envelope: hidden recipients too
	Files        []string     `json:"files" ts:"list"`
	Size         int64        `json:"size"`
	Rules        []string     `json:"rules" ts:"list"`
	Found        []ReviewMark `json:"found" ts:"list"` // what made the rules hold it; empty for who sent it
	BlobID       *jmap.ID     `json:"blobId"`          // for Email/parse and download, of who decides now
	AccountID    *jmap.ID     `json:"accountId"`       // of who sent it: the mailbox that the next two are in
	SubmissionID *jmap.ID     `json:"submissionId"`    // of who sent it
	EmailID      *jmap.ID     `json:"emailId"`         // of who sent it
	MayAppeal    bool         `json:"mayAppeal"`
}

// ReviewMark is something that a rule found.
type ReviewMark struct {
	Where string `json:"where"` // subject, text, file, recipient
	Kind  string `json:"kind"`  // word, person, card, file, unreadable, outside, recipient
	Text  string `json:"text"`
	File  string `json:"file"` // the name of the file that it stands in; "" = in none
}

// AppealArgs are the arguments of EmailSubmission/appeal.
type AppealArgs struct {
	AccountID  jmap.ID `json:"accountId"`
	ApprovalID jmap.ID `json:"approvalId"`
	Reason     string  `json:"reason"`
}

// AppealAnswer is the answer of EmailSubmission/appeal.
type AppealAnswer struct {
	AccountID    jmap.ID `json:"accountId"`
	SubmissionID jmap.ID `json:"submissionId"`
}

// Look is leave to read another's mail: also the about of an Approval of the
// kind mail.look.
type Look struct {
	ID       jmap.ID       `json:"id"`       // of the approval
	LookInto *jmap.ID      `json:"lookInto"` // account; null = the journal
	Email    string        `json:"email"`    // of that account
	Purpose  string        `json:"purpose"`
	Hours    int           `json:"hours"`
	Until    *jmap.UTCDate `json:"until"` // null = not granted
}

// LookAskArgs are the arguments of Look/ask.
type LookAskArgs struct {
	AccountID jmap.ID `json:"accountId"`
	Email     *string `json:"email"` // whose mailbox; null = the journal
	Purpose   string  `json:"purpose"`
	Hours     int     `json:"hours"`
}

// LookArgs name a look to Look/end.
type LookArgs struct {
	AccountID jmap.ID `json:"accountId"`
	ID        jmap.ID `json:"id"`
}

// LookAnswer is the answer of Look/ask and Look/end.
type LookAnswer struct {
	AccountID jmap.ID `json:"accountId"`
	Look      *Look   `json:"look"`
}

// JournalArgs are the arguments of Journal/query.
type JournalArgs struct {
	AccountID jmap.ID        `json:"accountId"`
	Filter    *JournalFilter `json:"filter"` // null = all
	Before    *jmap.ID       `json:"before"` // an entry: those older than it; null = from the newest
	Limit     int            `json:"limit"`  // 1 to 200
}

// JournalFilter says which letters of the journal are looked for: all that is
// given has to hold; "" and null say nothing.
type JournalFilter struct {
	Sender    string        `json:"sender"`    // an address, @domain, or whole words of the name
	Recipient string        `json:"recipient"` // an address, @domain, or what is before the @
	Subject   string        `json:"subject"`   // whole words
	Rule      string        `json:"rule"`      // whole words of its name
	Direction string        `json:"direction"` // out, in
	Level     string        `json:"level"`
	After     *jmap.UTCDate `json:"after"` // from then on
	Before    *jmap.UTCDate `json:"before"`
}

// JournalAnswer is the answer of Journal/query.
type JournalAnswer struct {
	AccountID jmap.ID        `json:"accountId"`
	List      []JournalEntry `json:"list" ts:"list"` // may be empty where there is a next page
	Next      *jmap.ID       `json:"next"`           // before which the next page goes on; null = there is no more
	Until     *jmap.UTCDate  `json:"until"`          // how far back was looked, where there is more
}

// JournalEntry is a letter that a rule has kept.
type JournalEntry struct {
	ID        jmap.ID      `json:"id"`
	At        jmap.UTCDate `json:"at"`
	Direction string       `json:"direction"` // out, in
	Sender    string       `json:"sender"`    // envelope
	From      string       `json:"from"`
	To        []string     `json:"to" ts:"list"` // envelope
	Subject   string       `json:"subject"`
	Level     *string      `json:"level"`
	Rules     []string     `json:"rules" ts:"list"`
	BlobID    jmap.ID      `json:"blobId"`
}
