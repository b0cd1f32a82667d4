package imap

import (
	"strconv"
	"strings"
)

func upper(s string) string { return strings.ToUpper(s) }

// SectionText says which text of a part a section means.
type SectionText uint8

// The texts of RFC 9051 section 6.4.5.1.
const (
	SectionAll SectionText = iota // the whole part or message
	SectionHeader
	SectionFields    // HEADER.FIELDS
	SectionFieldsNot // HEADER.FIELDS.NOT
	SectionBody      // TEXT
	SectionMIME
)

// Section is what stands in the brackets of BODY[...].
type Section struct {
	Part   []uint32 // part numbers, empty for the message itself
	Text   SectionText
	Fields []string // header field names as the client wrote them
}

// section takes "[...]".
func (l *lexer) section() Section {
	var s Section
	l.want('[', "before a section")
	if l.take(']') {
		return s
	}
	if l.partNumbers(&s) {
		l.sectionText(&s)
	}
	l.want(']', "after the section")
	return s
}

// binarySection takes the part numbers of BINARY[...].
func (l *lexer) binarySection() Section {
	var s Section
	l.want('[', "before a section")
	if l.take(']') {
		return s
	}
	if l.partNumbers(&s) {
		l.failf("BINARY takes part numbers only.")
	}
	l.want(']', "after the section")
	return s
}

// partNumbers takes numbers and dots; more says that a word must follow.
func (l *lexer) partNumbers(s *Section) (more bool) {
	for l.ok() {
		if c := l.peek(); c < '0' || c > '9' {
			return true
		}
		n := uint32(l.number("a part number", max32))
		if n == 0 {
			l.failf("Part numbers start at 1.")
		}
		if len(s.Part) == l.r.lim.Depth {
			l.failf("The section has too many part numbers.")
		}
		s.Part = append(s.Part, n)
		if !l.take('.') {
			return false
		}
	}
	return false
}

func (l *lexer) sectionText(s *Section) {
	switch w := l.word("a section"); w {
	case "HEADER":
		s.Text = SectionHeader
	case "TEXT":
		s.Text = SectionBody
	case "MIME":
		s.Text = SectionMIME
		if len(s.Part) == 0 {
			l.failf("MIME needs a part number before it.")
		}
	case "HEADER.FIELDS", "HEADER.FIELDS.NOT":
		s.Text = SectionFields
		if w == "HEADER.FIELDS.NOT" {
			s.Text = SectionFieldsNot
		}
		l.sp()
		l.list("header fields", func() { s.Fields = append(s.Fields, l.astring("a header field name")) })
		if len(s.Fields) == 0 {
			l.failf("The list of header fields is empty.")
		}
	default:
		l.failf("There is no section %s.", quoteWord(w))
	}
}

// AppendSection writes a section as it stands in the brackets of an answer.
func AppendSection(dst []byte, s Section) []byte {
	for i, n := range s.Part {
		if i > 0 {
			dst = append(dst, '.')
		}
		dst = strconv.AppendUint(dst, uint64(n), 10)
	}
	if s.Text == SectionAll {
		return dst
	}
	if len(s.Part) > 0 {
		dst = append(dst, '.')
	}
	dst = append(dst, [...]string{"", "HEADER", "HEADER.FIELDS", "HEADER.FIELDS.NOT", "TEXT", "MIME"}[s.Text]...)
	if s.Text != SectionFields && s.Text != SectionFieldsNot {
		return dst
	}
	dst = append(dst, " ("...)
	for i, f := range s.Fields {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = AppendAstring(dst, f)
	}
	return append(dst, ')')
}
