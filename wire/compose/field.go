package compose

import (
	"strings"
	"time"

	"chancery/wire/mime"
)

// Field is a header field ready to be written. Value is what follows the
// colon, folds included, without the last line end.
type Field struct {
	Name  string
	Value string
}

// Style says how text beyond ASCII is written.
type Style uint8

const (
	Encoded Style = iota // RFC 2047 and RFC 2231, for every server
	UTF8                 // as it is, RFC 6532; the message then needs SMTPUTF8
)

// Raw makes a field of a value given as it shall stand. Write refuses it if
// it breaks out of the field.
func Raw(name, value string) Field { return Field{name, value} }

// Text makes an unstructured field, such as Subject.
func Text(name, value string, style Style) Field {
	f := folder{used: len(name) + 1, style: style}
	f.unstructured(oneLine(value))
	return Field{name, f.String()}
}

// Addresses makes an address field; the list may hold groups. An empty list
// gives an empty value, which no standard allows: leave the field out.
func Addresses(name string, list []mime.Address, style Style) Field {
	f := folder{used: len(name) + 1, style: style}
	inGroup, isFirst := false, true
	for _, a := range list {
		switch a.Mark {
		case mime.GroupStart:
			if !isFirst {
				f.glue(",")
			}
			f.phrase(oneLine(a.Name))
			f.glue(" :") // an encoded word needs the space (RFC 2047 section 5 rule 3)
			inGroup, isFirst = true, true
			continue
		case mime.GroupEnd:
			if inGroup {
				f.glue(";")
			}
			inGroup, isFirst = false, false
			continue
		}
		if !isFirst {
			f.glue(",")
		}
		isFirst = false
		spec := oneLine(a.Email())
		if a.Name == "" && a.Host != "" {
			f.word(spec)
			continue
		}
		if a.Name != "" {
			f.phrase(oneLine(a.Name))
		}
		f.word("<" + spec + ">")
	}
	if inGroup {
		f.glue(";")
	}
	return Field{name, f.String()}
}

// MessageIDs makes a field of message ids given without brackets.
func MessageIDs(name string, ids []string) Field {
	f := folder{used: len(name) + 1}
	for _, id := range ids {
		if id = strings.Trim(oneLine(id), "<> "); id != "" {
			f.word("<" + id + ">")
		}
	}
	return Field{name, f.String()}
}

// Date makes a date field (RFC 5322 section 3.3).
func Date(name string, t time.Time) Field {
	return Field{name, " " + t.Format("Mon, 2 Jan 2006 15:04:05 -0700")}
}

// URLs makes a field of URLs in brackets (RFC 2369).
func URLs(name string, urls []string) Field {
	f := folder{used: len(name) + 1}
	for i, u := range urls {
		if i > 0 {
			f.glue(",")
		}
		f.word("<" + strings.Join(strings.Fields(u), "") + ">")
	}
	return Field{name, f.String()}
}

// Token makes a field of a short machine value, such as "1.0" or "auto-replied".
func Token(name, value string) Field { return Field{name, " " + oneLine(value)} }

// Params makes a field of a token and parameters, such as Content-Type.
// Params are name, value, name, value...; empty values are left out.
func Params(name, value string, params []string, style Style) Field {
	f := folder{used: len(name) + 1, style: style}
	f.word(oneLine(value))
	for i := 0; i+1 < len(params); i += 2 {
		if params[i+1] != "" {
			f.param(params[i], oneLine(params[i+1]))
		}
	}
	return Field{name, f.String()}
}

// Envelope makes the fields of an envelope in the customary order. The zero
// Sent gives no Date; empty fields are left out.
func Envelope(e *mime.Envelope, style Style) []Field {
	var h []Field
	if !e.Sent.IsZero() {
		h = append(h, Date("Date", e.Sent))
	}
	for _, f := range []struct {
		name string
		list []mime.Address
	}{{"From", e.From}, {"Sender", e.Sender}, {"Reply-To", e.ReplyTo}, {"To", e.To}, {"Cc", e.Cc}, {"Bcc", e.Bcc}} {
		if len(f.list) > 0 {
			h = append(h, Addresses(f.name, f.list, style))
		}
	}
	if e.Subject != "" {
		h = append(h, Text("Subject", e.Subject, style))
	}
	if e.MessageID != "" {
		h = append(h, MessageIDs("Message-ID", []string{e.MessageID}))
	}
	if len(e.InReplyTo) > 0 {
		h = append(h, MessageIDs("In-Reply-To", e.InReplyTo))
	}
	if len(e.References) > 0 {
		h = append(h, MessageIDs("References", e.References))
	}
	return h
}

// oneLine takes line breaks and other controls out of a value, so that none
// can start a field of its own.
func oneLine(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	isControl := func(r rune) bool { return r < ' ' || r == 0x7F }
	if !strings.ContainsFunc(s, isControl) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if isControl(r) {
			return ' '
		}
		return r
	}, s)
}
