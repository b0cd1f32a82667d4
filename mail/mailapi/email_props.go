package mailapi

import (
	"strconv"

	"chancery/wire/jmap"
	"chancery/wire/mime"
)

// writer writes the value of one property.
type writer = func(e *email, b []byte) ([]byte, error)

// metadata are the properties of the message as filed (RFC 8621 section
// 4.1.1); of a message that is only parsed they are null.
var metadata = map[string]writer{
	"id":         filed(func(e *email, b []byte) []byte { return jmap.AppendString(b, emailText(e.m.ID)) }),
	"threadId":   filed(func(e *email, b []byte) []byte { return jmap.AppendString(b, threadText(e.m.Thread)) }),
	"receivedAt": filed(func(e *email, b []byte) []byte { return jmap.AppendTime(b, e.m.Received()) }),
	"mailboxIds": filed(func(e *email, b []byte) []byte {
		b = append(b, '{')
		for i, p := range e.m.Places {
			if i > 0 {
				b = append(b, ',')
			}
			b = jmap.AppendString(b, mailboxText(p.Mailbox))
			b = append(b, ":true"...)
		}
		return append(b, '}')
	}),
	"keywords": filed(func(e *email, b []byte) []byte {
		b = append(b, '{')
		for i, k := range e.m.Keywords.List() {
			if i > 0 {
				b = append(b, ',')
			}
			b = jmap.AppendString(b, k)
			b = append(b, ":true"...)
		}
		return append(b, '}')
	}),
	"blobId": func(e *email, b []byte) ([]byte, error) {
		return jmap.AppendString(b, e.blob()), nil
	},
	"size": func(e *email, b []byte) ([]byte, error) {
		if e.m != nil {
			return strconv.AppendInt(b, e.m.Size, 10), nil
		}
		return strconv.AppendInt(b, e.c.Blob.Size, 10), nil
	},
	"hasAttachment": func(e *email, b []byte) ([]byte, error) {
		if e.m != nil {
			return strconv.AppendBool(b, e.m.HasAttachment), nil
		}
		return strconv.AppendBool(b, e.c.Message.HasAttachment()), nil
	},
}

func filed(write func(e *email, b []byte) []byte) writer {
	return func(e *email, b []byte) ([]byte, error) {
		if e.m == nil {
			return append(b, "null"...), nil
		}
		return write(e, b), nil
	}
}

// properties are those that come from the content.
var properties = map[string]writer{
	"messageId": kept("messageId", func(b []byte, v *mime.Envelope) []byte {
		if v.MessageID == "" {
			return append(b, "null"...)
		}
		return jmap.AppendStrings(b, []string{v.MessageID})
	}),
	"inReplyTo":  kept("inReplyTo", func(b []byte, v *mime.Envelope) []byte { return appendIDs(b, v.InReplyTo) }),
	"references": kept("references", func(b []byte, v *mime.Envelope) []byte { return appendIDs(b, v.References) }),
	"sender":     kept("sender", func(b []byte, v *mime.Envelope) []byte { return appendAddresses(b, v.Sender) }),
	"from":       kept("from", func(b []byte, v *mime.Envelope) []byte { return appendAddresses(b, v.From) }),
	"to":         kept("to", func(b []byte, v *mime.Envelope) []byte { return appendAddresses(b, v.To) }),
	"cc":         kept("cc", func(b []byte, v *mime.Envelope) []byte { return appendAddresses(b, v.Cc) }),
	"bcc":        kept("bcc", func(b []byte, v *mime.Envelope) []byte { return appendAddresses(b, v.Bcc) }),
	"replyTo":    kept("replyTo", func(b []byte, v *mime.Envelope) []byte { return appendAddresses(b, v.ReplyTo) }),
	"subject": func(e *email, b []byte) ([]byte, error) {
		v := &e.c.Message.Envelope
		if v.Subject != "" {
			return jmap.AppendString(b, v.Subject), nil
		}
		h, err := e.fields()
		if err != nil {
			return nil, err
		}
		if _, there := h.Get("Subject"); there {
			return append(b, `""`...), nil
		}
		return append(b, "null"...), nil
	},
	"sentAt": kept("sentAt", func(b []byte, v *mime.Envelope) []byte {
		if v.Sent.IsZero() {
			return append(b, "null"...)
		}
		return jmap.AppendTime(b, v.Sent)
	}),
	"preview": func(e *email, b []byte) ([]byte, error) { return jmap.AppendString(b, e.c.Preview), nil },
	"headers": func(e *email, b []byte) ([]byte, error) {
		h, err := e.fields()
		if err != nil {
			return nil, err
		}
		return appendHeaders(b, h), nil
	},
	"bodyStructure": func(e *email, b []byte) ([]byte, error) { return e.appendPart(b, e.c.Message.Root, true) },
	"textBody":      func(e *email, b []byte) ([]byte, error) { return e.appendParts(b, e.parts().Text) },
	"htmlBody":      func(e *email, b []byte) ([]byte, error) { return e.appendParts(b, e.parts().HTML) },
	"attachments":   func(e *email, b []byte) ([]byte, error) { return e.appendParts(b, e.parts().Attachments) },
	"bodyValues":    (*email).appendBodyValues,
}

// kept writes a property of the envelope, rendered once and kept with the
// content: lists show the same messages again and again.
func kept(name string, render func(b []byte, v *mime.Envelope) []byte) writer {
	key := "jmap:" + name
	return func(e *email, b []byte) ([]byte, error) {
		return append(b, e.c.Extra(key, func() []byte { return render(nil, &e.c.Message.Envelope) })...), nil
	}
}

func (e *email) blob() jmap.ID { return blobText(e.c.Blob.Hash, e.inside) }

func appendIDs(b []byte, ids []string) []byte {
	if len(ids) == 0 {
		return append(b, "null"...)
	}
	return jmap.AppendStrings(b, ids)
}

// appendAddresses writes a list of addresses, null when there are none: the
// field is then missing or holds none that can be read.
func appendAddresses(b []byte, list []mime.Address) []byte {
	if len(list) == 0 {
		return append(b, "null"...)
	}
	return appendAddressList(b, mime.Mailboxes(list))
}

func appendAddressList(b []byte, list []mime.Address) []byte {
	b = append(b, '[')
	for i, a := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"name":`...)
		b = appendText(b, a.Name)
		b = append(b, `,"email":`...)
		b = jmap.AppendString(b, a.Email())
		b = append(b, '}')
	}
	return append(b, ']')
}

// appendText writes a string, null when it is empty.
func appendText(b []byte, s string) []byte {
	if s == "" {
		return append(b, "null"...)
	}
	return jmap.AppendString(b, s)
}

// appendHeaders writes fields in their raw form (section 4.1.3).
func appendHeaders(b []byte, h mime.Header) []byte {
	b = append(b, '[')
	for i, f := range h {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"name":`...)
		b = jmap.AppendString(b, f.Name)
		b = append(b, `,"value":`...)
		b = jmap.AppendString(b, mime.AsRaw(f.Value))
		b = append(b, '}')
	}
	return append(b, ']')
}
