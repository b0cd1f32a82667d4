package vcard

import (
	"strings"
	"unicode/utf8"
)

// Encode writes the card with folded lines (RFC 6350 section 3.2).
func (c Card) Encode() []byte {
	var b strings.Builder
	b.WriteString("BEGIN:VCARD\r\n")
	for _, p := range c {
		fold(&b, p.line())
	}
	b.WriteString("END:VCARD\r\n")
	return []byte(b.String())
}

func (p Property) line() string {
	var b strings.Builder
	if p.Group != "" {
		b.WriteString(p.Group + ".")
	}
	b.WriteString(p.Name)
	for _, x := range p.Params {
		b.WriteString(";" + x.Name + "=")
		for i, v := range x.Values {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(quoteParam(v))
		}
	}
	b.WriteByte(':')
	// A value has no line ends of its own; the escapes are made before.
	b.WriteString(strings.NewReplacer("\r", "", "\n", `\n`).Replace(p.Value))
	return b.String()
}

// quoteParam follows RFC 6868 for what quotes cannot hold.
func quoteParam(v string) string {
	v = strings.NewReplacer("^", "^^", "\r\n", "^n", "\n", "^n", "\r", "", `"`, "^'").Replace(v)
	if strings.ContainsAny(v, ",;:") {
		return `"` + v + `"`
	}
	return v
}

// maxLine is the bytes of a line without its end (RFC 6350 section 3.2).
const maxLine = 75

// fold cuts a line so that no character is torn.
func fold(b *strings.Builder, line string) {
	room := maxLine
	for len(line) > room {
		cut := room
		for cut > 0 && !utf8.RuneStart(line[cut]) {
			cut--
		}
		b.WriteString(line[:cut] + "\r\n ")
		line = line[cut:]
		room = maxLine - 1
	}
	b.WriteString(line + "\r\n")
}
