package jmapmail

import "chancery/wire/jmap"

// Email is one message (section 4.1). Which members are there depends on the
// properties asked for; members named header:... come besides.
type Email struct {
	ID            string               `json:"id"`
	BlobID        string               `json:"blobId"`
	ThreadID      string               `json:"threadId"`
	MailboxIDs    map[string]bool      `json:"mailboxIds"`
	Keywords      map[string]bool      `json:"keywords"`
	Size          int64                `json:"size"`
	ReceivedAt    jmap.UTCDate         `json:"receivedAt"`
	MessageID     []string             `json:"messageId"`
	InReplyTo     []string             `json:"inReplyTo"`
	References    []string             `json:"references"`
	Sender        []EmailAddress       `json:"sender"`
	From          []EmailAddress       `json:"from"`
	To            []EmailAddress       `json:"to"`
	Cc            []EmailAddress       `json:"cc"`
	Bcc           []EmailAddress       `json:"bcc"`
	ReplyTo       []EmailAddress       `json:"replyTo"`
	Subject       *string              `json:"subject"`
	SentAt        *jmap.Date           `json:"sentAt"`
	Headers       []EmailHeader        `json:"headers" ts:"list"`
	BodyStructure *BodyPart            `json:"bodyStructure"`
	BodyValues    map[string]BodyValue `json:"bodyValues"`
	TextBody      []BodyPart           `json:"textBody" ts:"list"`
	HTMLBody      []BodyPart           `json:"htmlBody" ts:"list"`
	Attachments   []BodyPart           `json:"attachments" ts:"list"`
	HasAttachment bool                 `json:"hasAttachment"`
	Preview       string               `json:"preview"`
	LaterProperties
	TrustProperties
	SecrecyProperties
}

// EmailAddress is a person in a header field (section 4.1.2.3).
type EmailAddress struct {
	Name  *string `json:"name"`
	Email string  `json:"email"`
}

// EmailAddressGroup is a named group of addresses, or those in no group.
type EmailAddressGroup struct {
	Name      *string        `json:"name"`
	Addresses []EmailAddress `json:"addresses" ts:"list"`
}

// EmailHeader is one header field in its raw form.
type EmailHeader struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// BodyPart is one node of the MIME tree (section 4.1.4).
type BodyPart struct {
	PartID      *string       `json:"partId"`
	BlobID      *string       `json:"blobId"`
	Size        int64         `json:"size"`
	Headers     []EmailHeader `json:"headers" ts:"list"`
	Name        *string       `json:"name"`
	Type        string        `json:"type"`
	Charset     *string       `json:"charset"`
	Disposition *string       `json:"disposition"`
	CID         *string       `json:"cid"`
	Language    []string      `json:"language"`
	Location    *string       `json:"location"`
	SubParts    []BodyPart    `json:"subParts"`
}

// BodyValue is the text of a part.
type BodyValue struct {
	Value             string `json:"value"`
	IsEncodingProblem bool   `json:"isEncodingProblem"`
	IsTruncated       bool   `json:"isTruncated"`
}

// BodyArgs choose what of a body is sent (sections 4.2 and 4.9).
type BodyArgs struct {
	BodyProperties      []string `json:"bodyProperties"`
	FetchTextBodyValues bool     `json:"fetchTextBodyValues"`
	FetchHTMLBodyValues bool     `json:"fetchHTMLBodyValues"`
	FetchAllBodyValues  bool     `json:"fetchAllBodyValues"`
	MaxBodyValueBytes   int64    `json:"maxBodyValueBytes"`
}

// EmailGetArgs are the arguments of Email/get.
type EmailGetArgs struct {
	jmap.GetArgs
	BodyArgs
}

// EmailFilter selects emails (section 4.4.1).
type EmailFilter struct {
	InMailbox               *string       `json:"inMailbox"`
	InMailboxOtherThan      []string      `json:"inMailboxOtherThan"`
	Before                  *jmap.UTCDate `json:"before"`
	After                   *jmap.UTCDate `json:"after"`
	MinSize                 *int64        `json:"minSize"`
	MaxSize                 *int64        `json:"maxSize"`
	AllInThreadHaveKeyword  *string       `json:"allInThreadHaveKeyword"`
	SomeInThreadHaveKeyword *string       `json:"someInThreadHaveKeyword"`
	NoneInThreadHaveKeyword *string       `json:"noneInThreadHaveKeyword"`
	HasKeyword              *string       `json:"hasKeyword"`
	NotKeyword              *string       `json:"notKeyword"`
	HasAttachment           *bool         `json:"hasAttachment"`
	Text                    *string       `json:"text"`
	From                    *string       `json:"from"`
	To                      *string       `json:"to"`
	Cc                      *string       `json:"cc"`
	Bcc                     *string       `json:"bcc"`
	Subject                 *string       `json:"subject"`
	Body                    *string       `json:"body"`
	Header                  []string      `json:"header"`
}

// EmailQueryArgs are the arguments of Email/query.
type EmailQueryArgs struct {
	jmap.QueryArgs[EmailFilter]
	CollapseThreads bool `json:"collapseThreads"`
}

// EmailQueryChangesArgs are the arguments of Email/queryChanges.
type EmailQueryChangesArgs struct {
	jmap.QueryChangesArgs[EmailFilter]
	CollapseThreads bool `json:"collapseThreads"`
}

// EmailImport says what message to file and where (section 4.8).
type EmailImport struct {
	BlobID     string          `json:"blobId"`
	MailboxIDs map[string]bool `json:"mailboxIds"`
	Keywords   map[string]bool `json:"keywords"`
	ReceivedAt *jmap.UTCDate   `json:"receivedAt"`
}

// SearchSnippet shows where a search found its words (section 5).
type SearchSnippet struct {
	EmailID string  `json:"emailId"`
	Subject *string `json:"subject"`
	Preview *string `json:"preview"`
}
