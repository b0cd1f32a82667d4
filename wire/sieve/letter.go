package sieve

import (
	"io"
	"strings"

	"chancery/wire/htmltext"
	"chancery/wire/mime"
)

// maxHeader bounds the header fields that are read of a stored message.
const maxHeader = 512 << 10

// htmlFactor is how many bytes of markup are read for a byte of text.
const htmlFactor = 4

// stored is a parsed message with its bytes.
type stored struct {
	m      *mime.Message
	src    io.ReaderAt
	size   int64
	header mime.Header

	// What was looked at before: a script may ask for the same again and again.
	fields map[string][]string // unfolded, by name in lower case
	text   looked
	body   looked // undecoded
}

// looked is a text that was read with a bound.
type looked struct {
	text string
	max  int // 0 = not read yet
}

func (l *looked) within(max int, read func() string) string {
	if l.max != max {
		l.text, l.max = read(), max
	}
	return l.text
}

// NewLetter shows a parsed message to a script. The bytes may be nil when no
// test looks at the body.
func NewLetter(m *mime.Message, src io.ReaderAt, size int64) Letter {
	l := &stored{m: m, src: src, size: size, header: m.Header}
	if l.header == nil && src != nil {
		// Of a message from the database; what cannot be read is as not there.
		l.header, _ = m.Root.ReadHeader(src, maxHeader)
	}
	return l
}

// Header returns the fields of a name, unfolded.
func (l *stored) Header(name string) []string {
	if l.fields == nil {
		l.fields = map[string][]string{}
		for _, f := range l.header {
			key := strings.ToLower(f.Name)
			l.fields[key] = append(l.fields[key], unfolder.Replace(f.Value))
		}
	}
	return l.fields[strings.ToLower(name)]
}

var unfolder = strings.NewReplacer("\r\n", "", "\n", "", "\r", "")

// Size returns the bytes as stored.
func (l *stored) Size() int64 { return l.size }

// HasAttachment is RFC 8621's property of that name.
func (l *stored) HasAttachment() bool { return l.m.HasAttachment() }

// Text returns the parts that a person reads, one after the other.
func (l *stored) Text(max int) string {
	if l.src == nil {
		return ""
	}
	return l.text.within(max, func() string { return l.readText(max) })
}

func (l *stored) readText(max int) string {
	var b strings.Builder
	for _, p := range l.m.Bodies().Text {
		left := max - b.Len()
		if left <= 0 {
			break
		}
		switch {
		case p.Type == "text/html":
			page, _, _ := p.Text(l.src, left*htmlFactor)
			b.WriteString(htmltext.Text(page, htmltext.Options{Max: left}))
		case p.IsText():
			text, _, _ := p.Text(l.src, left)
			b.WriteString(text)
		default:
			continue
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// Content returns the decoded parts of media types.
func (l *stored) Content(types []string, max int) (out []string) {
	if l.src == nil {
		return nil
	}
	left := max
	take := func(s string) {
		s = cut(s, left)
		left -= len(s)
		out = append(out, s)
	}
	var walk func(p *mime.Part)
	walk = func(p *mime.Part) {
		if left <= 0 {
			return
		}
		if wanted(p.Type, types) {
			switch {
			case p.IsMultipart():
				// RFC 5173 section 5.2: prologue and epilogue only.
				raw := l.raw(p.Body, p.Parts[0].Header, left)
				if end := p.Parts[len(p.Parts)-1].End; end < p.End {
					raw += l.raw(end, p.End, left)
				}
				take(raw)
			case p.Nested != nil:
				// The header of the message inside.
				take(l.raw(p.Nested.Root.Header, p.Nested.Root.Body, left))
			case p.IsText():
				text, _, _ := p.Text(l.src, left)
				take(text)
			default:
				raw, _ := io.ReadAll(io.LimitReader(p.Open(l.src), int64(left)))
				take(string(raw))
			}
		}
		for _, k := range p.Parts {
			walk(k)
		}
		if p.Nested != nil {
			walk(p.Nested.Root)
		}
	}
	walk(l.m.Root)
	return out
}

func wanted(media string, types []string) bool {
	main, _, _ := strings.Cut(media, "/")
	for _, t := range types {
		if t == "" || t == media || t == main {
			return true
		}
	}
	return false
}

// Raw returns the body undecoded.
func (l *stored) Raw(max int) string {
	if l.src == nil {
		return ""
	}
	return l.body.within(max, func() string { return l.raw(l.m.Root.Body, l.size, max) })
}

func (l *stored) raw(from, to int64, max int) string {
	n := min(to-from, int64(max))
	if n <= 0 {
		return ""
	}
	b, _ := io.ReadAll(io.NewSectionReader(l.src, from, n))
	return strings.ToValidUTF8(string(b), "\uFFFD")
}
