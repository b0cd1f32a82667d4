package sieve

import (
	"math"
	"strings"
	"unicode/utf8"
)

// kind is the kind of a token (RFC 5228 section 8.1).
type kind uint8

const (
	kindEnd kind = iota
	kindWord
	kindTag
	kindNumber
	kindText
	kindPunct // one of [ ] { } ( ) , ;
)

type token struct {
	kind   kind
	text   string // of a word or tag in lower case, without the colon
	number uint64
	pos    Pos
}

// lexer cuts a script into tokens.
type lexer struct {
	src  string
	at   int
	line int
	lim  Limits

	// Characters of the present line up to mark: counting each place from the
	// line's beginning would let a script of one long line cost a minute.
	mark, column int
}

func (l *lexer) pos() Pos {
	if l.at > l.mark {
		l.column += utf8.RuneCountInString(l.src[l.mark:l.at])
		l.mark = l.at
	}
	return Pos{l.line, 1 + l.column}
}

// advance moves on by n bytes and counts lines.
func (l *lexer) advance(n int) {
	for end := l.at + n; l.at < end; l.at++ {
		if l.src[l.at] == '\n' {
			l.line, l.mark, l.column = l.line+1, l.at+1, 0
		}
	}
}

// space skips white space and comments (RFC 5228 section 2.3).
func (l *lexer) space() error {
	for l.at < len(l.src) {
		switch c := l.src[l.at]; {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			l.advance(1)
		case c == '#':
			n := strings.IndexByte(l.src[l.at:], '\n')
			if n < 0 {
				n = len(l.src) - l.at
			}
			l.advance(n)
		case strings.HasPrefix(l.src[l.at:], "/*"):
			n := strings.Index(l.src[l.at+2:], "*/")
			if n < 0 {
				return at(l.pos(), "the comment that begins here has no end: */ is missing")
			}
			l.advance(n + 4)
		default:
			return nil
		}
	}
	return nil
}

func isWordByte(c byte, first bool) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || !first && c >= '0' && c <= '9'
}

// next returns the next token.
func (l *lexer) next() (t token, err error) {
	if err := l.space(); err != nil {
		return t, err
	}
	t.pos = l.pos()
	if l.at >= len(l.src) {
		return t, nil
	}
	switch c := l.src[l.at]; {
	case strings.IndexByte("[]{}(),;", c) >= 0:
		t.kind, t.text = kindPunct, string(c)
		l.advance(1)
		return t, nil
	case c == '"':
		return l.quoted(t)
	case c >= '0' && c <= '9':
		return l.number(t)
	case c == ':':
		l.advance(1)
		if l.at >= len(l.src) || !isWordByte(l.src[l.at], true) {
			return t, at(t.pos, "a word must follow the colon")
		}
		t.kind, t.text = kindTag, l.word()
		return t, nil
	case isWordByte(c, true):
		t.kind, t.text = kindWord, l.word()
		if t.text == "text" && l.at < len(l.src) && l.src[l.at] == ':' {
			return l.multiline(t)
		}
		return t, nil
	}
	r, _ := utf8.DecodeRuneInString(l.src[l.at:])
	return t, at(t.pos, "the character %q cannot stand here", r)
}

func (l *lexer) word() string {
	start := l.at
	for l.at < len(l.src) && isWordByte(l.src[l.at], false) {
		l.at++
	}
	return strings.ToLower(l.src[start:l.at])
}

// number reads digits and a quantifier (RFC 5228 section 2.4.1).
func (l *lexer) number(t token) (token, error) {
	t.kind = kindNumber
	for l.at < len(l.src) && l.src[l.at] >= '0' && l.src[l.at] <= '9' {
		d := uint64(l.src[l.at] - '0')
		if t.number > (math.MaxInt64-d)/10 {
			return t, at(t.pos, "the number is too large")
		}
		t.number = t.number*10 + d
		l.at++
	}
	shift := 0
	if l.at < len(l.src) {
		switch l.src[l.at] {
		case 'k', 'K':
			shift = 10
		case 'm', 'M':
			shift = 20
		case 'g', 'G':
			shift = 30
		}
	}
	if shift > 0 {
		l.at++
	}
	if t.number > math.MaxInt64>>shift {
		return t, at(t.pos, "the number is too large")
	}
	t.number <<= shift
	if l.at < len(l.src) && isWordByte(l.src[l.at], false) {
		return t, at(l.pos(), "only K, M or G can stand behind a number")
	}
	return t, nil
}

// quoted reads "..." in which a backslash takes the next character as it is
// (RFC 5228 section 2.4.2).
func (l *lexer) quoted(t token) (token, error) {
	t.kind = kindText
	var b strings.Builder
	i := l.at + 1
	for ; i < len(l.src); i++ {
		c := l.src[i]
		if c == '"' {
			l.advance(i + 1 - l.at)
			t.text = b.String()
			return t, l.checkText(t)
		}
		if c == '\\' && i+1 < len(l.src) {
			i++
			c = l.src[i]
		}
		b.WriteByte(c)
	}
	return t, at(t.pos, "the text that begins here has no closing quotation mark")
}

// multiline reads the text after "text:" up to a line with a single dot
// (RFC 5228 section 2.4.2).
func (l *lexer) multiline(t token) (token, error) {
	t.kind = kindText
	l.advance(1)
	for l.at < len(l.src) && (l.src[l.at] == ' ' || l.src[l.at] == '\t') {
		l.advance(1)
	}
	if l.at < len(l.src) && l.src[l.at] == '#' {
		for l.at < len(l.src) && l.src[l.at] != '\n' {
			l.advance(1)
		}
	}
	if l.at < len(l.src) && l.src[l.at] == '\r' {
		l.advance(1)
	}
	if l.at >= len(l.src) || l.src[l.at] != '\n' {
		return t, at(l.pos(), "after text: a new line must begin")
	}
	l.advance(1)
	var b strings.Builder
	for l.at < len(l.src) {
		line := l.src[l.at:]
		if n := strings.IndexByte(line, '\n'); n >= 0 {
			line = line[:n+1]
		}
		l.advance(len(line))
		bare := strings.TrimRight(line, "\r\n")
		if bare == "." {
			t.text = b.String()
			return t, l.checkText(t)
		}
		if strings.HasPrefix(bare, ".") {
			bare = bare[1:] // dot-stuffing
		}
		b.WriteString(bare)
		b.WriteString("\r\n")
	}
	return t, at(t.pos, "the text that begins here has no end: a line with a single dot is missing")
}

func (l *lexer) checkText(t token) error {
	switch {
	case len(t.text) > l.lim.Text:
		return at(t.pos, "the text has %d bytes, at most %d are allowed", len(t.text), l.lim.Text)
	case !utf8.ValidString(t.text):
		return at(t.pos, "the text is not UTF-8")
	case strings.IndexByte(t.text, 0) >= 0:
		return at(t.pos, "the text holds a null character")
	}
	return nil
}
