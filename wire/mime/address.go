package mime

import (
	"strings"
)

// Mark tells addresses from the brackets around a group.
type Mark uint8

// A group is its GroupStart, its members and a GroupEnd, as in the envelope
// of IMAP (RFC 9051 section 7.5.2).
const (
	Mailbox Mark = iota
	GroupStart
	GroupEnd
)

// Address is one mailbox of an address list, or the start or end of a group.
type Address struct {
	Name string `json:"n,omitempty"` // display name or comment, decoded; of a GroupStart the group's name
	// RawName is the name before RFC 2047 decoding, kept when it differs,
	// because IMAP hands it out undecoded.
	RawName string `json:"r,omitempty"`
	Route   string `json:"a,omitempty"` // obsolete source route "@a,@b"
	Local   string `json:"m,omitempty"` // before the @, without quoting
	Host    string `json:"d,omitempty"` // after the @; empty where the message gives none
	Mark    Mark   `json:"g,omitempty"`
}

// Email returns the addr-spec, quoted where it must be. Without a host it is
// the local part alone.
func (a Address) Email() string {
	local := a.Local
	if a.Host == "" {
		return local
	}
	if !isDotAtom(local) {
		local = quote(local)
	}
	return local + "@" + a.Host
}

// IMAPName returns the name as the envelope of IMAP wants it: undecoded.
func (a Address) IMAPName() string {
	if a.RawName != "" {
		return a.RawName
	}
	return a.Name
}

// Mailboxes returns the list without the group marks.
func Mailboxes(list []Address) []Address {
	flat := make([]Address, 0, len(list))
	for _, a := range list {
		if a.Mark == Mailbox {
			flat = append(flat, a)
		}
	}
	return flat
}

// isDotAtom follows RFC 5322 section 3.2.3, with UTF-8 by RFC 6532.
func isDotAtom(s string) bool {
	if s == "" || s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] == 0x7F || strings.IndexByte(`()<>[]:;@\,"`, s[i]) >= 0 {
			return false
		}
	}
	return true
}

// quote makes a quoted-string.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	b.WriteByte('"')
	return b.String()
}

// ParseAddresses reads an address list, groups included, as people write it:
// it returns what it can make out and never fails. hint is the message's
// charset for raw 8-bit names, or empty; max bounds the list.
func ParseAddresses(value, hint string, max int) []Address {
	p := addressParser{s: unfold(value), hint: hint, max: max}
	for p.s != "" && len(p.list) < p.max {
		p.step()
	}
	p.emit()
	if p.inGroup {
		p.list = append(p.list, Address{Mark: GroupEnd})
	}
	return p.list
}

// piece is one lexical part of an address.
type piece struct {
	text     string
	isQuoted bool
	hasSpace bool // white space stood before it
}

// addressParser gathers pieces until a delimiter tells what they were.
type addressParser struct {
	s       string
	hint    string
	max     int
	list    []Address
	words   []piece
	note    string // the last comment
	hasNote bool
	inGroup bool
}

// step reads one piece or delimiter.
func (p *addressParser) step() {
	trimmed := strings.TrimLeft(p.s, " \t\r\n")
	hasSpace := len(trimmed) < len(p.s)
	p.s = trimmed
	if p.s == "" {
		return
	}
	switch p.s[0] {
	case ',':
		p.s = p.s[1:]
		p.emit()
	case ';':
		p.s = p.s[1:]
		p.emit()
		if p.inGroup {
			p.list = append(p.list, Address{Mark: GroupEnd})
			p.inGroup = false
		}
	case ':':
		p.s = p.s[1:]
		p.startGroup()
	case '<':
		p.angle()
	case '(':
		text, n, closed := comment(p.s)
		if !closed {
			text, n = "", 1
		} else {
			p.note, p.hasNote = trimWS(text), true
		}
		p.s = p.s[n:]
	case '"':
		text, n, closed := quoted(p.s)
		if !closed {
			p.s = p.s[1:] // a lone quote is dropped, or it would swallow the list
			return
		}
		p.words = append(p.words, piece{text, true, hasSpace})
		p.s = p.s[n:]
	default:
		n := p.atomEnd()
		p.words = append(p.words, piece{p.s[:n], false, hasSpace})
		p.s = p.s[n:]
	}
}

// atomEnd finds the end of a run of ordinary characters. An encoded word is
// taken whole, since some programs leave commas in it, and so is [a:b::c].
func (p *addressParser) atomEnd() int {
	if w, ok := parseWord(p.s); ok && w.length <= 256 && strings.HasSuffix(p.s[:w.length], "?=") {
		return w.length
	}
	if p.s[0] == '[' {
		if i := strings.IndexByte(p.s[:min(len(p.s), 256)], ']'); i > 0 {
			return i + 1
		}
	}
	if i := strings.IndexAny(p.s[1:], ",;:<(\" \t\r\n["); i >= 0 {
		return i + 1
	}
	return len(p.s)
}

// startGroup meets a colon. Without words before it, or in a group, it is noise.
func (p *addressParser) startGroup() {
	if len(p.words) == 0 || p.inGroup {
		return
	}
	name, raw := p.phrase(p.words)
	p.list = append(p.list, Address{Name: name, RawName: raw, Mark: GroupStart})
	p.inGroup, p.words, p.hasNote = true, nil, false
}

// angle reads "<route:local@host>" with the words before it as the name.
func (p *addressParser) angle() {
	end, body := angleEnd(p.s)
	p.s = p.s[end:]
	a := Address{}
	a.Name, a.RawName = p.phrase(p.words)
	if body = trimWS(body); strings.HasPrefix(body, "@") {
		// Obsolete route (RFC 5322 section 4.4).
		if i := strings.IndexByte(body, ':'); i > 0 {
			a.Route, body = rawText(trimWS(body[:i]), p.hint), body[i+1:]
		}
	}
	body = strings.TrimPrefix(trimWS(body), "mailto:")
	a.Local, a.Host = splitAddr(stripComments(body), p.hint)
	p.words = nil
	if a.Local == "" && a.Host == "" && a.Name == "" {
		return
	}
	if a.Name == "" { // "<a@b> (Name)"
		if rest := strings.TrimLeft(p.s, " \t"); strings.HasPrefix(rest, "(") {
			if text, n, closed := comment(rest); closed {
				p.note, p.hasNote, p.s = trimWS(text), true, rest[n:]
			}
		}
		p.name(&a)
	}
	p.hasNote = false
	p.list = append(p.list, a)
	// Words after the bracket and before the next comma belong to nobody.
	if rest := strings.TrimLeft(p.s, " \t"); rest != "" && strings.IndexByte(",;<\"", rest[0]) < 0 && rest[0] != '(' {
		if i := strings.IndexAny(rest, ",;<"); i >= 0 && !strings.Contains(rest[:i], "@") {
			p.s = rest[i:]
		} else if i < 0 && !strings.Contains(rest, "@") {
			p.s = ""
		}
	}
}

// angleEnd finds the closing bracket, or the comma or bracket that shows it is missing.
func angleEnd(s string) (end int, body string) {
	inQuotes := false
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && inQuotes:
			i++
		case c == '"':
			inQuotes = !inQuotes
		case inQuotes:
		case c == '>':
			return i + 1, s[1:i]
		case c == '<':
			return i, s[1:i]
		case c == ',' && !strings.HasPrefix(trimWS(s[1:]), "@"):
			return i, s[1:i]
		}
	}
	return len(s), s[1:]
}

// name takes the comment as the name (RFC 8621 section 4.1.2.3).
func (p *addressParser) name(a *Address) {
	if p.hasNote && p.note != "" {
		a.Name, a.RawName = p.text(p.note)
	}
}

// emit ends an address that had no angle brackets.
func (p *addressParser) emit() {
	words := p.words
	p.words = nil
	if len(words) == 0 {
		p.hasNote = false
		return
	}
	var a Address
	// In "Name name@host" only the last word with an @ is the address.
	first := 0
	for i := len(words) - 1; i >= 0; i-- {
		if strings.Contains(words[i].text, "@") && !words[i].isQuoted {
			first = i
			for first > 0 && (!words[first].hasSpace || strings.HasPrefix(words[first].text, "@") || strings.HasPrefix(words[first].text, ".") || strings.HasSuffix(words[first-1].text, ".")) {
				first--
			}
			break
		}
	}
	var spec strings.Builder
	isAddr := false
	for _, w := range words[first:] {
		isAddr = isAddr || strings.Contains(w.text, "@") && !w.isQuoted
	}
	for i, w := range words[first:] {
		switch {
		case w.isQuoted && isAddr:
			spec.WriteString(quote(w.text))
		case !isAddr && i > 0 && w.hasSpace:
			spec.WriteString(" " + w.text)
		default:
			spec.WriteString(w.text)
		}
	}
	if isAddr {
		a.Name, a.RawName = p.phrase(words[:first])
		a.Local, a.Host = splitAddr(spec.String(), p.hint)
	} else {
		// No address at all, as in "undisclosed recipients": kept as it is.
		a.Local, _ = p.text(spec.String())
	}
	if a.Name == "" {
		p.name(&a)
	}
	p.hasNote = false
	p.list = append(p.list, a)
}

// phrase joins words into a display name, decoded, and gives the raw form
// where it differs.
func (p *addressParser) phrase(words []piece) (name, raw string) {
	switch len(words) {
	case 0:
		return "", ""
	case 1:
		return p.text(words[0].text)
	}
	var b strings.Builder
	for i, w := range words {
		if i > 0 && w.hasSpace {
			b.WriteByte(' ')
		}
		b.WriteString(w.text)
	}
	return p.text(b.String())
}

// text decodes a name.
func (p *addressParser) text(s string) (name, raw string) {
	name = trimWS(DecodeText(s, p.hint))
	if s = trimWS(s); s != name && isASCIIText(s) {
		return name, s
	}
	return name, ""
}

func isASCIIText(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// splitAddr cuts an addr-spec at its last @ and unquotes the local part.
func splitAddr(s, hint string) (local, host string) {
	i := strings.LastIndexByte(s, '@')
	if i < 0 {
		return rawText(unquoteLocal(trimWS(s)), hint), ""
	}
	local, host = trimWS(s[:i]), s[i+1:]
	// White space around dots is obsolete syntax (RFC 5322 section 4.4).
	if strings.ContainsAny(host, " \t") {
		host = strings.Join(strings.Fields(host), "")
	}
	return rawText(unquoteLocal(local), hint), rawText(host, hint)
}

func unquoteLocal(s string) string {
	if !strings.HasPrefix(s, `"`) {
		if strings.ContainsAny(s, " \t") {
			return strings.Join(strings.Fields(s), "")
		}
		return s
	}
	v, n, closed := quoted(s)
	if !closed || n > len(s) {
		return strings.Trim(s, `"`)
	}
	return v + s[n:] // obsolete "a".b
}
