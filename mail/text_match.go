package mail

import (
	"bytes"
	"strings"

	"chancery/search"
	"chancery/store"
	"chancery/wire/mime"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// maxIndexText is how many bytes of a message's text are looked at, for the
// index and without it.
const maxIndexText = 1 << 20

// searchText makes the text that words are looked for in. b is nil when the
// bytes of the message are gone.
func (c *Content) searchText(b *store.Blob) *search.Text {
	t := &search.Text{}
	defer t.Done()
	e := &c.Message.Envelope
	t.Add(search.Subject, e.Subject)
	for _, f := range []struct {
		field search.Field
		list  []mime.Address
	}{{search.From, e.From}, {search.To, e.To}, {search.Cc, e.Cc}, {search.Bcc, e.Bcc}, {search.Names, e.Sender}, {search.Names, e.ReplyTo}} {
		if text := addressText(f.list); text != "" {
			t.Add(f.field, text)
		}
	}
	c.Message.Walk(true, func(p *mime.Part) bool {
		if name := p.Name(); name != "" {
			t.Add(search.Names, name)
		}
		return true
	})
	if b == nil {
		return t
	}
	for where, text := range c.Message.SearchText(b, maxIndexText) {
		if where == mime.InBody {
			t.Add(search.Body, text)
		}
	}
	return t
}

// addressText writes addresses the way a header field has them, one a line.
func addressText(list []mime.Address) string {
	var b strings.Builder
	for _, a := range list {
		email := a.Email()
		switch {
		case a.Name != "" && email != "":
			b.WriteString(a.Name + " <" + email + ">\n")
		case a.Name != "":
			b.WriteString(a.Name + "\n")
		case email != "":
			b.WriteString("<" + email + ">\n")
		}
	}
	return b.String()
}

// plain brings a text into the form in which substrings are compared:
// composed, and without case (RFC 9051 section 6.4.4; RFC 5255 asks no more
// of i;unicode-casemap).
func plain(text string) string {
	for i := 0; i < len(text); i++ {
		if text[i] >= 0x80 {
			return norm.NFC.String(cases.Fold().String(text))
		}
	}
	return strings.ToLower(text)
}

// inMessageID is the field of the envelope that only a header test asks for.
const inMessageID Field = "message-id"

// fieldText returns a field of the envelope as a person reads it.
func (c *Content) fieldText(f Field) string {
	e := &c.Message.Envelope
	switch f {
	case InSubject:
		return e.Subject
	case InFrom:
		return addressText(e.From)
	case InTo:
		return addressText(e.To)
	case InCc:
		return addressText(e.Cc)
	case InBcc:
		return addressText(e.Bcc)
	case inMessageID:
		return "<" + e.MessageID + ">"
	}
	return ""
}

// maxHeaderText is how much of a header is looked into.
const maxHeaderText = 256 << 10

// inHeader says whether a header field holds a text; the empty one is in
// every field that is there (RFC 9051 section 6.4.4, HEADER). name "" means
// any field.
func (c *Content) inHeader(b *store.Blob, name, want string) (bool, error) {
	h, err := c.Message.Root.ReadHeader(b, maxHeaderText)
	if err != nil {
		return false, err
	}
	for _, f := range h {
		switch {
		case name == "":
			if strings.Contains(plain(f.Name+": "+mime.AsText(f.Value)), want) {
				return true, nil
			}
		case strings.EqualFold(f.Name, name):
			if strings.Contains(plain(mime.AsText(f.Value)), want) {
				return true, nil
			}
		}
	}
	return false, nil
}

// inBody says whether the text of a message holds a text: of its bodies, text
// attachments and nested messages, decoded.
func (c *Content) inBody(b *store.Blob, want string) bool {
	for where, text := range c.Message.SearchText(b, maxIndexText) {
		if (where == mime.InBody || where == mime.InAttachment) && strings.Contains(plain(text), want) {
			return true
		}
	}
	return false
}

// rough says quickly of a stored content that it cannot hold a text.
type rough struct{ run []byte }

// newRough takes the longest run of ASCII letters and digits of a folded
// text: those stand in JSON as they are.
func newRough(want string) rough {
	var best string
	for run := range strings.FieldsFuncSeq(want, func(r rune) bool { return !('a' <= r && r <= 'z' || '0' <= r && r <= '9') }) {
		if len(run) > len(best) {
			best = run
		}
	}
	return rough{[]byte(best)}
}

// foldsToASCII are the beginnings of the characters that case folding makes
// ASCII letters of: ß, ŉ to ſ, ẖ to ẞ, the Kelvin sign, ligatures, and i with
// a dot.
var foldsToASCII = [][]byte{[]byte("ß"), []byte("\xc4\xb0"), []byte("\xc5"), []byte("\xc7"), []byte("\xe1\xba"), []byte("\xe2\x84"), []byte("\xef\xac")}

func (r rough) mayHold(raw []byte) bool {
	_, stored, _ := bytes.Cut(raw, []byte("\n")) // after the preview
	if len(r.run) == 0 || bytes.Contains(bytes.ToLower(stored), r.run) {
		return true
	}
	for _, c := range foldsToASCII {
		if bytes.Contains(stored, c) {
			return true
		}
	}
	return false
}
