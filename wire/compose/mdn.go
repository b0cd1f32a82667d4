package compose

import (
	"io"
	"strings"
	"time"

	"chancery/kit/errs"
	"chancery/wire/mime"
)

// MDN is a message disposition notification, a read receipt: RFC 8098.
type MDN struct {
	From      mime.Address
	To        []mime.Address // of Disposition-Notification-To
	Subject   string
	Text      string // the explanation for people
	MessageID string // of the receipt
	InReplyTo string // Message-ID of the letter
	Date      time.Time

	Fields mime.Disposition
	// Original opens the letter, to go back with the receipt; nil = it does not.
	Original func() (io.ReadCloser, error)
}

// Message makes the receipt. Its envelope sender is the empty one (RFC 8098
// section 3).
func (d *MDN) Message() (*Message, error) {
	if len(d.To) == 0 || d.Fields.FinalRecipient == "" || d.Fields.Type == "" {
		return nil, errs.E(errs.Invalid, "a receipt needs somebody who gets it, a recipient and a disposition")
	}
	env := &mime.Envelope{Sent: d.Date, From: []mime.Address{d.From}, To: d.To, Subject: d.Subject, MessageID: d.MessageID}
	m := &Message{Header: Envelope(env, Encoded)}
	if d.InReplyTo != "" {
		m.Header = append(m.Header, MessageIDs("In-Reply-To", []string{d.InReplyTo}), MessageIDs("References", []string{d.InReplyTo}))
	}
	m.Header = append(m.Header, Token("Auto-Submitted", "auto-replied")) // RFC 3834 section 5
	m.Body = &Node{
		Type: "multipart/report", Params: []string{"report-type", "disposition-notification"},
		Parts: []*Node{{Type: "text/plain", Text: d.Text}, {Type: "message/disposition-notification", Text: mdnFields(d.Fields)}},
	}
	if d.Original != nil {
		m.Body.Parts = append(m.Body.Parts, &Node{Type: "message/rfc822", Open: d.Original})
	}
	return m, nil
}

// mdnFields writes the fields for machines (RFC 8098 section 3.1).
func mdnFields(f mime.Disposition) string {
	var b strings.Builder
	line := func(name, value string) {
		if value != "" {
			w := folder{used: len(name) + 1, style: UTF8}
			w.plain(oneLine(value))
			b.WriteString(name + ":" + w.String() + "\r\n")
		}
	}
	line("Reporting-UA", f.ReportingUA)
	if f.OriginalRecipient != "" {
		line("Original-Recipient", f.OriginalRecipient)
	}
	line("Final-Recipient", "rfc822; "+f.FinalRecipient)
	if f.OriginalMessageID != "" {
		line("Original-Message-ID", "<"+f.OriginalMessageID+">")
	}
	line("Disposition", f.ActionMode+"/"+f.SendingMode+"; "+f.Type)
	for _, e := range f.Extensions {
		line(e.Name, e.Value)
	}
	return b.String()
}
