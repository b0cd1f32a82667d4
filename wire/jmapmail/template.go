package jmapmail

import "chancery/wire/jmap"

// The capabilities of templates and requests, which are our own.
const (
	TemplatesURN = "urn:chancery:params:jmap:templates"
	RequestsURN  = "urn:chancery:params:jmap:requests"
)

// TemplatesCapability is what an account says of its templates.
type TemplatesCapability struct {
	MaxTemplates int      `json:"maxTemplates"`
	MaxSizeBody  int      `json:"maxSizeBody"`
	Kinds        []string `json:"kinds" ts:"list"`
	MayWrite     bool     `json:"mayWrite"`
	MaxFiles     int      `json:"maxFiles"`     // of a template
	MaxSizeFiles int64    `json:"maxSizeFiles"` // bytes together
}

// Template is a letter prepared in advance. HTMLBody and Subject may hold
// fields such as {{name}} for the client to fill in; doc/kinds.md lists them.
type Template struct {
	ID        jmap.ID        `json:"id"`
	Name      string         `json:"name"`
	Kind      *string        `json:"kind"` // of document; null = a plain letter
	Subject   string         `json:"subject"`
	HTMLBody  string         `json:"htmlBody"`
	To        []EmailAddress `json:"to"`
	Cc        []EmailAddress `json:"cc"`
	DueDays   *int           `json:"dueDays"` // answers are due so many days after sending
	Every     *string        `json:"every"`   // weekly, monthly, quarterly, half-yearly, yearly
	SortOrder int            `json:"sortOrder"`
	Files     []TemplateFile `json:"files" ts:"list"`
}

// TemplateFile is a file that goes along with the letters of a template. It is
// given as a blob of the account, and stays readable while the template holds it.
type TemplateFile struct {
	BlobID jmap.ID `json:"blobId"`
	Name   string  `json:"name"`
	Type   string  `json:"type"`
	Size   int64   `json:"size"` // set by the server
}

// Request is what a letter sent by kind asks of its addressees. The server
// makes it when the letter is submitted; only dueAt and isClosed can be
// changed.
type Request struct {
	ID         jmap.ID       `json:"id"`
	EmailID    jmap.ID       `json:"emailId"`
	MessageID  string        `json:"messageId"`
	Kind       string        `json:"kind"`
	Subject    string        `json:"subject"`
	SentAt     jmap.UTCDate  `json:"sentAt"`
	DueAt      *jmap.UTCDate `json:"dueAt"`
	Every      *string       `json:"every"`
	Period     int           `json:"period"`
	IsClosed   bool          `json:"isClosed"`
	Addressees []Addressee   `json:"addressees" ts:"list"`
}

// Addressee is one of whom an answer is wanted, or who answered unasked.
type Addressee struct {
	Email         string        `json:"email"`
	Name          string        `json:"name"`
	WasAsked      bool          `json:"wasAsked"`
	AnsweredAt    *jmap.UTCDate `json:"answeredAt"`
	AnswerEmailID *jmap.ID      `json:"answerEmailId"`
	RemindedAt    *jmap.UTCDate `json:"remindedAt"`
}
