package jmapmail

import "chancery/wire/jmap"

// Identity is an address that the person may send from (section 6).
type Identity struct {
	ID            string         `json:"id"`
	Name          string         `json:"name"`
	Email         string         `json:"email"`
	ReplyTo       []EmailAddress `json:"replyTo"`
	Bcc           []EmailAddress `json:"bcc"`
	TextSignature string         `json:"textSignature"`
	HTMLSignature string         `json:"htmlSignature"`
	MayDelete     bool           `json:"mayDelete"`
}

// EmailSubmission is the sending of an email (section 7).
type EmailSubmission struct {
	ID             string                    `json:"id"`
	IdentityID     string                    `json:"identityId"`
	EmailID        string                    `json:"emailId"`
	ThreadID       string                    `json:"threadId"`
	Envelope       *Envelope                 `json:"envelope"`
	SendAt         jmap.UTCDate              `json:"sendAt"`
	UndoStatus     string                    `json:"undoStatus"`
	DeliveryStatus map[string]DeliveryStatus `json:"deliveryStatus"`
	DSNBlobIDs     []string                  `json:"dsnBlobIds" ts:"list"`
	MDNBlobIDs     []string                  `json:"mdnBlobIds" ts:"list"`
}

// Envelope is who sends to whom at the level of SMTP.
type Envelope struct {
	MailFrom EnvelopeAddress   `json:"mailFrom"`
	RcptTo   []EnvelopeAddress `json:"rcptTo" ts:"list"`
}

// EnvelopeAddress is an address with SMTP parameters; a null value is a
// parameter without one.
type EnvelopeAddress struct {
	Email      string             `json:"email"`
	Parameters map[string]*string `json:"parameters"`
}

// DeliveryStatus is what became of the letter for one recipient.
type DeliveryStatus struct {
	SMTPReply string `json:"smtpReply"`
	Delivered string `json:"delivered"` // queued, yes, no, unknown
	Displayed string `json:"displayed"` // unknown, yes
}

// SubmissionFilter selects submissions (section 7.3).
type SubmissionFilter struct {
	IdentityIDs []string      `json:"identityIds"`
	EmailIDs    []string      `json:"emailIds"`
	ThreadIDs   []string      `json:"threadIds"`
	UndoStatus  *string       `json:"undoStatus"`
	Before      *jmap.UTCDate `json:"before"`
	After       *jmap.UTCDate `json:"after"`
}

// SubmissionSetArgs are the arguments of EmailSubmission/set (section 7.5).
type SubmissionSetArgs struct {
	jmap.SetArgs
	OnSuccessUpdateEmail  jmap.Members `json:"onSuccessUpdateEmail"`
	OnSuccessDestroyEmail []string     `json:"onSuccessDestroyEmail"`
}

// VacationResponse is what is answered while the person is away (section 8).
type VacationResponse struct {
	ID        string        `json:"id"` // always "singleton"
	IsEnabled bool          `json:"isEnabled"`
	FromDate  *jmap.UTCDate `json:"fromDate"`
	ToDate    *jmap.UTCDate `json:"toDate"`
	Subject   *string       `json:"subject"`
	TextBody  *string       `json:"textBody"`
	HTMLBody  *string       `json:"htmlBody"`
	// Outside is ours (RulesURN): told only to who asks for it by name.
	Outside *OutsideReply `json:"outside,omitempty"`
}
