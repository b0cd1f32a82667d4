package vcard

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"chancery/kit/errs"
	"chancery/wire/charset"
)

// Limits of one reading. Zero values mean the documented default.
type Limits struct {
	Bytes      int // of the whole text, default 20 MiB
	Cards      int // default 10,000
	Properties int // of one card, default 1,000
}

func (l Limits) withDefaults() Limits {
	if l.Bytes == 0 {
		l.Bytes = 20 << 20
	}
	if l.Cards == 0 {
		l.Cards = 10_000
	}
	if l.Properties == 0 {
		l.Properties = 1000
	}
	return l
}

// Param is one parameter with its values.
type Param struct {
	Name   string // upper case
	Values []string
}

// Property is one line of a card. Value is as it stands in the text, escapes
// included; quoted-printable is undone.
type Property struct {
	Group, Name string // Name in upper case
	Params      []Param
	Value       string
}

// Card is the properties between BEGIN and END, VERSION included.
type Card []Property

// Param returns the values of a parameter, in small letters.
func (p Property) Param(name string) (values []string) {
	for _, x := range p.Params {
		if x.Name != name {
			continue
		}
		for _, v := range x.Values {
			values = append(values, strings.ToLower(v))
		}
	}
	return values
}

// First returns the first value of a parameter as written, or "".
func (p Property) First(name string) string {
	for _, x := range p.Params {
		if x.Name == name && len(x.Values) > 0 {
			return x.Values[0]
		}
	}
	return ""
}

// Version returns the VERSION of the card, "" when it says none.
func (c Card) Version() string {
	for _, p := range c {
		if p.Name == "VERSION" {
			return strings.TrimSpace(p.Value)
		}
	}
	return ""
}

// Parse reads all cards of a text. Lines that are no property are left out,
// as are cards within a card (AGENT of 2.1); a card that is cut off is kept
// with what there is. It fails only when a limit is passed or no card is found.
func Parse(text []byte, lim Limits) ([]Card, error) {
	lim = lim.withDefaults()
	if len(text) > lim.Bytes {
		return nil, errs.E(errs.TooLarge, "The file has %d bytes, at most %d can be read.", len(text), lim.Bytes)
	}
	lines, hint := split(text)
	var cards []Card
	var card Card
	depth := 0
	for i := 0; i < len(lines); i++ {
		p, ok := parseLine(lines[i], hint)
		if !ok {
			continue
		}
		// Quoted-printable of 2.1 goes on after a line that ends in "=".
		if p.quoted && strings.HasSuffix(p.Value, "=") {
			p.Value, i = unbreak(p.Value, lines, i)
		}
		prop := p.finish(hint)
		switch {
		case prop.Name == "BEGIN" && strings.EqualFold(strings.TrimSpace(prop.Value), "VCARD"):
			if depth++; depth == 1 {
				card = Card{}
			}
		case prop.Name == "END" && strings.EqualFold(strings.TrimSpace(prop.Value), "VCARD"):
			if depth == 1 {
				cards = append(cards, card)
				card = nil
			}
			depth = max(depth-1, 0)
		case depth == 1:
			card = append(card, prop)
		}
		if len(card) > lim.Properties || len(cards) > lim.Cards {
			return nil, errs.E(errs.TooLarge, "At most %d cards with %d properties each can be read.", lim.Cards, lim.Properties)
		}
	}
	if len(card) > 0 {
		cards = append(cards, card)
	}
	if len(cards) == 0 {
		return nil, errs.E(errs.Invalid, "There is no vCard in the file.")
	}
	return cards, nil
}

// unbreak puts the lines of a quoted-printable value together, from line i on,
// and returns the number of the last of them. They are written into one text:
// adding to it line by line would let a long one cost minutes.
func unbreak(first string, lines []string, i int) (string, int) {
	var b strings.Builder
	next := first
	for strings.HasSuffix(next, "=") && i+1 < len(lines) {
		b.WriteString(next[:len(next)-1])
		i++
		next = strings.TrimLeft(lines[i], " \t")
	}
	b.WriteString(next)
	return b.String(), i
}

// split makes UTF-8 of the text where it says what it is, unfolds its lines
// (RFC 6350 section 3.2) and returns them with the charset of what is left.
func split(text []byte) (lines []string, hint string) {
	switch {
	case bytes.HasPrefix(text, []byte{0xFE, 0xFF}), bytes.HasPrefix(text, []byte{0xFF, 0xFE}):
		text = fromUTF16(text)
	case bytes.HasPrefix(text, []byte("\xEF\xBB\xBF")):
		text = text[3:]
	}
	if !utf8.Valid(text) {
		hint = charset.Guess(text)
	}
	var whole []byte // the line being put together
	flush := func() {
		lines = append(lines, string(whole))
		whole = whole[:0]
	}
	for line := range bytes.Lines(text) {
		line = bytes.TrimRight(line, "\r\n")
		if len(whole) > 0 && len(line) > 0 && (line[0] == ' ' || line[0] == '\t') {
			whole = append(whole, line[1:]...)
			continue
		}
		flush()
		whole = append(whole, line...)
	}
	flush()
	return lines, hint
}

func fromUTF16(b []byte) []byte {
	units := make([]uint16, len(b)/2)
	for i := range units {
		if b[0] == 0xFE {
			units[i] = uint16(b[2*i])<<8 | uint16(b[2*i+1])
		} else {
			units[i] = uint16(b[2*i+1])<<8 | uint16(b[2*i])
		}
	}
	return []byte(string(utf16.Decode(units[1:])))
}

// rawLine is a property before its encoding is undone.
type rawLine struct {
	Property
	quoted  bool
	charset string
}

// parseLine reads [group.]name *(;param) : value.
func parseLine(line, _ string) (r rawLine, ok bool) {
	end := nameEnd(line)
	if end <= 0 || end == len(line) {
		return r, false
	}
	name := line[:end]
	if group, rest, has := strings.Cut(name, "."); has {
		r.Group, name = group, rest
	}
	r.Name = strings.ToUpper(name)
	if r.Name == "" {
		return r, false
	}
	rest := line[end:]
	for strings.HasPrefix(rest, ";") {
		var p Param
		p, rest = parseParam(rest[1:])
		switch {
		case p.Name == "ENCODING" && len(p.Values) > 0 && strings.EqualFold(p.Values[0], "QUOTED-PRINTABLE"):
			r.quoted = true
		case p.Name == "CHARSET" && len(p.Values) > 0:
			r.charset = p.Values[0]
		case p.Name != "":
			r.Params = append(r.Params, p)
		}
	}
	value, has := strings.CutPrefix(rest, ":")
	r.Value = value
	return r, has
}

func nameEnd(line string) int {
	for i := 0; i < len(line); i++ {
		c := line[i]
		if c == ':' || c == ';' {
			return i
		}
		if c != '-' && c != '.' && c != '_' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return -1
		}
	}
	return -1
}

// bareEncodings are the parameters of 2.1 that stand without a name but are
// no type.
var bareEncodings = map[string]string{"QUOTED-PRINTABLE": "ENCODING", "BASE64": "ENCODING", "8BIT": "ENCODING", "7BIT": "ENCODING", "INLINE": "VALUE", "URL": "VALUE"}

// parseParam reads one parameter; what follows it begins with ; or :. A bare
// word is a TYPE, as in 2.1.
func parseParam(s string) (p Param, rest string) {
	i := strings.IndexAny(s, "=;:")
	if i < 0 {
		return p, ""
	}
	word := strings.TrimSpace(s[:i])
	if s[i] != '=' {
		upper := strings.ToUpper(word)
		switch name := bareEncodings[upper]; {
		case word == "":
		case name != "":
			p = Param{name, []string{upper}}
		default:
			p = Param{"TYPE", []string{word}}
		}
		return p, s[i:]
	}
	p.Name = strings.ToUpper(word)
	s = s[i+1:]
	for {
		var v string
		if strings.HasPrefix(s, `"`) {
			end := strings.IndexByte(s[1:], '"')
			if end < 0 {
				return p, ""
			}
			v, s = s[1:1+end], s[2+end:]
			// What stands between the closing quote and the next mark is lost.
			s = s[len(s)-len(strings.TrimLeft(s, " ")):]
		} else {
			end := strings.IndexAny(s, ",;:")
			if end < 0 {
				return p, ""
			}
			v, s = s[:end], s[end:]
		}
		p.Values = append(p.Values, unescapeParam(v))
		if !strings.HasPrefix(s, ",") {
			if s != "" && s[0] != ';' && s[0] != ':' {
				if k := strings.IndexAny(s, ";:"); k >= 0 {
					s = s[k:]
				}
			}
			return p, s
		}
		s = s[1:]
	}
}

// unescapeParam undoes RFC 6868.
func unescapeParam(s string) string {
	if !strings.Contains(s, "^") {
		return s
	}
	return strings.NewReplacer("^n", "\n", "^^", "^", "^'", `"`).Replace(s)
}

// finish undoes quoted-printable and the charset.
func (r rawLine) finish(hint string) Property {
	value := []byte(r.Value)
	if r.quoted {
		value = unquote(r.Value)
		// Line ends that were encoded are line ends of the text.
		value = bytes.ReplaceAll(bytes.ReplaceAll(value, []byte("\r\n"), []byte(`\n`)), []byte("\n"), []byte(`\n`))
	}
	label := r.charset
	if label == "" || !charset.Known(label) {
		label = hint
	}
	text := string(value)
	if !utf8.ValidString(text) || (r.charset != "" && !strings.EqualFold(r.charset, "utf-8") && r.quoted) {
		if label == "" {
			label = charset.Guess(value)
		}
		text, _ = charset.Decode(label, value)
	}
	p := r.Property
	p.Value = strings.ToValidUTF8(text, "\uFFFD")
	return p
}

// unquote undoes quoted-printable (RFC 2045 section 6.7) of a value whose lines
// were put together; what is no escape stays. The reader of the standard
// library gives up on lines of more than 4 KiB.
func unquote(s string) []byte {
	s = strings.TrimSuffix(s, "=") // a last line that was to go on
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '=' && i+2 < len(s) {
			if b, err := hex.DecodeString(s[i+1 : i+3]); err == nil {
				out = append(out, b...)
				i += 2
				continue
			}
		}
		out = append(out, s[i])
	}
	return out
}

// decode64 reads the bytes of an inline value (ENCODING=b or BASE64).
func decode64(s string) ([]byte, bool) {
	s = strings.Map(func(r rune) rune {
		if r == ' ' || r == '\t' || r == '\r' || r == '\n' {
			return -1
		}
		return r
	}, s)
	b, err := base64.StdEncoding.DecodeString(s)
	return b, err == nil && len(b) > 0
}
