package mime

import (
	"io"
	"strings"
)

// Field is one header field as it stands in the message.
type Field struct {
	Name string // as written, without white space before the colon
	// Value is everything after the colon, folds and their line ends
	// included, up to but not including the field's last line end: the Raw
	// form of RFC 8621 section 4.1.2.1 before bad UTF-8 is replaced.
	Value string
}

// Header is the fields of a message or part in their order.
type Header []Field

// Get returns the value of the first field of the name, and whether there is one.
func (h Header) Get(name string) (string, bool) {
	for i := range h {
		if strings.EqualFold(h[i].Name, name) {
			return h[i].Value, true
		}
	}
	return "", false
}

// Last returns the value of the last field of the name, which is the one JMAP
// asks for where a message breaks the rule of one (RFC 8621 section 4.1.3).
func (h Header) Last(name string) (string, bool) {
	for i := len(h) - 1; i >= 0; i-- {
		if strings.EqualFold(h[i].Name, name) {
			return h[i].Value, true
		}
	}
	return "", false
}

// All returns the values of every field of the name in their order.
func (h Header) All(name string) []string {
	var all []string
	for i := range h {
		if strings.EqualFold(h[i].Name, name) {
			all = append(all, h[i].Value)
		}
	}
	return all
}

// ParseHeader splits a header block into fields. Lines that are no field, such
// as an mbox "From " line, are left out; the block may end at its blank line
// or before.
func ParseHeader(block string) Header {
	h := make(Header, 0, strings.Count(block, "\n"))
	for block != "" {
		line, rest := cutField(block)
		block = rest
		if isBlank(line) {
			break
		}
		if name, value, ok := splitField(line); ok {
			h = append(h, Field{name, value})
		}
	}
	return h
}

// cutField takes one field with its continuation lines off the block.
func cutField(block string) (field, rest string) {
	for i := 0; ; {
		j := strings.IndexByte(block[i:], '\n')
		if j < 0 {
			return block, ""
		}
		i += j + 1
		if i == len(block) || block[i] != ' ' && block[i] != '\t' {
			return block[:i], block[i:]
		}
	}
}

func isBlank(line string) bool { return line == "\n" || line == "\r\n" }

// splitField cuts a field at its colon and drops the last line end.
func splitField(field string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(field, ":")
	if !ok {
		return "", "", false
	}
	// Space before the colon is obsolete syntax (RFC 5322 section 4.5).
	name = strings.TrimRight(name, " \t")
	if !isFieldName(name) {
		return "", "", false
	}
	value = strings.TrimSuffix(value, "\n")
	return name, strings.TrimSuffix(value, "\r"), true
}

// isFieldName says whether s is a field name: printable ASCII without colon
// (RFC 5322 section 2.2), plus raw 8-bit, which real mail has.
func isFieldName(s string) bool {
	if s == "" {
		return false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] == 0x7F || s[i] == ':' {
			return false
		}
	}
	return true
}

// unfold removes line ends and leaves the white space after them (RFC 5322
// section 2.2.3).
func unfold(s string) string {
	if strings.IndexByte(s, '\n') < 0 && strings.IndexByte(s, '\r') < 0 {
		return s
	}
	return unfolder.Replace(s)
}

var unfolder = strings.NewReplacer("\r\n", "", "\n", "", "\r", "")

// trimWS takes white space and line ends off both sides.
func trimWS(s string) string { return strings.Trim(s, " \t\r\n") }

// ReadHeader reads the part's header fields from the stored message. Of a
// header longer than max bytes the rest is left out.
func (p *Part) ReadHeader(src io.ReaderAt, max int) (Header, error) {
	n := p.Body - p.Header
	if n > int64(max) {
		n = int64(max)
	}
	var b strings.Builder
	b.Grow(int(n))
	if _, err := io.Copy(&b, io.NewSectionReader(src, p.Header, n)); err != nil {
		return nil, err
	}
	return ParseHeader(b.String()), nil
}
