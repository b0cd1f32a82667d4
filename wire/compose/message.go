package compose

import (
	"crypto/rand"
	"encoding/base32"
	"io"
	"strings"

	"chancery/kit/errs"
)

// Message is a message to write.
type Message struct {
	Header []Field // all but MIME-Version and the Content-* fields of Body
	Body   *Node
	Style  Style // of the parts' own fields
	// Boundary makes the boundaries; nil for random ones. Tests set it.
	Boundary func() string
}

// Node is a part of the tree: a multipart with Parts, or content from Text or
// Open. The Content-* fields are made from it, except those Header gives.
type Node struct {
	Type        string   // "text/plain"; empty for text/plain, or multipart/mixed with Parts
	Params      []string // further parameters of Content-Type: name, value...
	Charset     string   // of content from Open; Text is always UTF-8
	Disposition string   // "attachment", "inline" or empty
	Name        string   // file name
	ContentID   string   // without brackets
	Description string
	Language    []string
	Location    string
	Header      []Field // further fields, which win over the above

	Parts []*Node
	Text  string // text with any line ends, written with CRLF
	// Open gives the content byte for byte; it is called twice when the
	// encoding has to be chosen by it (texts and messages).
	Open func() (io.ReadCloser, error)
}

// Encoding says what the message needs of the servers on its way: "7bit",
// "8bit" (8BITMIME, RFC 6152) or "binary" (BINARYMIME, RFC 3030), the latter
// two only when it carries another message that needs it.
func (m *Message) Encoding() (string, error) {
	if m.Body == nil {
		return "7bit", nil
	}
	w := &writer{encodings: map[*Node]string{}}
	encoding, err := w.plan(m.Body, 0)
	if encoding != "8bit" && encoding != "binary" {
		encoding = "7bit"
	}
	return encoding, err
}

// WriteTo writes the message. It fails on a field that cannot stand in a
// header, on an error of a content's reader and on one of w; what was written
// until then is not a message.
func (m *Message) WriteTo(w io.Writer) (int64, error) {
	body := m.Body
	if body == nil {
		body = &Node{}
	}
	out := &writer{w: w, style: m.Style, boundary: m.Boundary, encodings: map[*Node]string{}}
	if _, err := out.plan(body, 0); err != nil {
		return 0, err
	}
	if out.boundary == nil {
		out.boundary = randomBoundary
	}
	for _, f := range m.Header {
		out.field(f)
	}
	if !has(m.Header, "MIME-Version") {
		out.field(Token("MIME-Version", "1.0"))
	}
	out.node(body)
	if out.err == nil && !out.endsLine() {
		out.text("\r\n")
	}
	return out.n, out.err
}

// has says whether a field of the name is among the fields.
func has(h []Field, name string) bool {
	for i := range h {
		if strings.EqualFold(h[i].Name, name) {
			return true
		}
	}
	return false
}

var lowerBase32 = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// randomText is n random bytes in letters and digits.
func randomText(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails: the runtime ends the program first
	return lowerBase32.EncodeToString(b)
}

// randomBoundary begins with "=_", which neither quoted-printable nor base64
// can hold (RFC 2045 section 6.7).
func randomBoundary() string { return "=_" + randomText(20) }

// NewMessageID makes a message id, without brackets, that is unique in the world.
func NewMessageID(domain string) string { return randomText(15) + "@" + domain }

// writer writes and counts; after the first error it does nothing.
type writer struct {
	w        io.Writer
	n        int64
	err      error
	last     [2]byte
	style    Style
	boundary func() string

	encodings map[*Node]string // what plan chose
}

// Write passes bytes on.
func (w *writer) Write(b []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	n, err := w.w.Write(b)
	w.n += int64(n)
	w.err = err
	switch {
	case len(b) >= 2:
		w.last = [2]byte{b[len(b)-2], b[len(b)-1]}
	case len(b) == 1:
		w.last = [2]byte{w.last[1], b[0]}
	}
	return n, err
}

func (w *writer) endsLine() bool { return w.last == [2]byte{'\r', '\n'} }

func (w *writer) text(s string) { io.WriteString(w, s) }

// field writes a header field after checking that it stays one.
func (w *writer) field(f Field) {
	if w.err != nil {
		return
	}
	value, ok := cleanValue(f.Value)
	if !ok || !isFieldName(f.Name) {
		w.err = errs.E(errs.Invalid, "the header field %q cannot be written: its name or value would break the header", f.Name)
		return
	}
	w.text(f.Name + ":" + value + "\r\n")
}

// isFieldName follows RFC 5322 section 2.2.
func isFieldName(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7F || s[i] == ':' {
			return false
		}
	}
	return s != "" && len(s) < 200
}

// cleanValue gives every line end of a value the form CRLF and checks that a
// continuation follows, that no line is empty and none is too long.
func cleanValue(v string) (string, bool) {
	if strings.ContainsAny(v, "\x00") {
		return "", false
	}
	if !strings.ContainsAny(v, "\r\n") {
		return v, len(v) < lineMax-200
	}
	v = strings.ReplaceAll(v, "\r\n", "\n")
	if strings.Contains(v, "\r") {
		return "", false
	}
	for i, line := range strings.Split(v, "\n") {
		if len(line) > lineMax-200 || i > 0 && (line == "" || line[0] != ' ' && line[0] != '\t' || strings.Trim(line, " \t") == "") {
			return "", false
		}
	}
	return strings.ReplaceAll(v, "\n", "\r\n"), true
}
