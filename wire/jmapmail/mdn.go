package jmapmail

import "chancery/wire/jmap"

// MDNURN is the capability of RFC 9007.
const MDNURN = "urn:ietf:params:jmap:mdn"

// MDN is a read receipt (RFC 9007 section 1.4).
type MDN struct {
	ForEmailID             *string           `json:"forEmailId"`
	Subject                *string           `json:"subject"`
	TextBody               *string           `json:"textBody"`
	IncludeOriginalMessage bool              `json:"includeOriginalMessage"`
	ReportingUA            *string           `json:"reportingUA"`
	Disposition            Disposition       `json:"disposition"`
	MDNGateway             *string           `json:"mdnGateway"`
	OriginalRecipient      *string           `json:"originalRecipient"`
	FinalRecipient         *string           `json:"finalRecipient"`
	OriginalMessageID      *string           `json:"originalMessageId"`
	Error                  []string          `json:"error"`
	ExtensionFields        map[string]string `json:"extensionFields"`
}

// Disposition says what became of a letter and how that came about.
type Disposition struct {
	ActionMode  string `json:"actionMode"`  // manual-action, automatic-action
	SendingMode string `json:"sendingMode"` // mdn-sent-manually, mdn-sent-automatically
	Type        string `json:"type"`        // deleted, dispatched, displayed, processed
}

// MDNSendArgs are the arguments of MDN/send (section 2.1).
type MDNSendArgs struct {
	AccountID            string       `json:"accountId"`
	IdentityID           string       `json:"identityId"`
	Send                 jmap.Members `json:"send"`
	OnSuccessUpdateEmail jmap.Members `json:"onSuccessUpdateEmail"`
}

// MDNSendAnswer is the answer of MDN/send.
type MDNSendAnswer struct {
	AccountID string                    `json:"accountId"`
	Sent      map[string]map[string]any `json:"sent"`
	NotSent   map[string]*jmap.SetError `json:"notSent"`
}

// MDNParseArgs are the arguments of MDN/parse (section 2.2).
type MDNParseArgs struct {
	AccountID string   `json:"accountId"`
	BlobIDs   []string `json:"blobIds"`
}

// MDNParseAnswer is the answer of MDN/parse.
type MDNParseAnswer struct {
	AccountID   string         `json:"accountId"`
	Parsed      map[string]MDN `json:"parsed"`
	NotParsable []string       `json:"notParsable"`
	NotFound    []string       `json:"notFound"`
}

// Receipt is a read receipt that came for an email (our own property receipts).
type Receipt struct {
	Recipient string       `json:"recipient"`
	Type      string       `json:"type"` // displayed, deleted, dispatched, processed
	At        jmap.UTCDate `json:"at"`
}
