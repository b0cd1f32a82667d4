package filetext

import (
	"bytes"
	"strconv"
)

// The things that PDF is made of (ISO 32000-2 section 7.3). Numbers are float64,
// arrays []any, and nothing is nil.
type (
	pdfName   string
	pdfString string
	pdfRef    int // the number of an object; its generation says nothing that matters here
	pdfOp     string
	pdfDict   map[pdfName]any
)

// lexer takes things off the front of bytes.
type lexer struct {
	b    []byte
	at   int
	left *int // how many things may still be taken; nil = as many as there are
}

const (
	maxNesting = 40      // arrays and dictionaries within each other
	maxArray   = 1 << 17 // things in one of them
)

func isPDFSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func isDelimiter(c byte) bool { return bytes.IndexByte([]byte("()<>[]{}/%"), c) >= 0 }

// space passes over white space and comments.
func (l *lexer) space() {
	for l.at < len(l.b) {
		switch c := l.b[l.at]; {
		case isPDFSpace(c):
			l.at++
		case c == '%':
			for l.at < len(l.b) && l.b[l.at] != '\n' && l.b[l.at] != '\r' {
				l.at++
			}
		default:
			return
		}
	}
}

// next takes the next thing; ok is false at the end. Closing brackets with
// nothing open are operators.
func (l *lexer) next(depth int) (v any, ok bool) {
	l.space()
	if l.at >= len(l.b) {
		return nil, false
	}
	if l.left != nil {
		if *l.left--; *l.left < 0 {
			return nil, false
		}
	}
	switch c := l.b[l.at]; c {
	case '/':
		l.at++
		return l.name(), true
	case '(':
		return l.literal(), true
	case '[':
		l.at++
		return l.array(depth)
	case '<':
		if l.at+1 < len(l.b) && l.b[l.at+1] == '<' {
			l.at += 2
			return l.dict(depth)
		}
		return l.hex(), true
	case '>':
		l.at++
		if l.at < len(l.b) && l.b[l.at] == '>' {
			l.at++
		}
		return pdfOp(">>"), true
	case ']', '{', '}', ')':
		l.at++
		return pdfOp(c), true
	}
	return l.word(), true
}

// word takes a number, a reference or a keyword.
func (l *lexer) word() any {
	from := l.at
	for l.at < len(l.b) && !isPDFSpace(l.b[l.at]) && !isDelimiter(l.b[l.at]) {
		l.at++
	}
	text := string(l.b[from:min(l.at, from+64)])
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || text[0] > '9' { // "inf" and "nan" are keywords
		return pdfOp(text)
	}
	if whole := int(n); float64(whole) == n && whole > 0 && l.isRef() {
		return pdfRef(whole)
	}
	return n
}

// isRef takes the generation and the R of a reference, where they follow.
func (l *lexer) isRef() bool {
	at := l.at
	for at < len(l.b) && isPDFSpace(l.b[at]) {
		at++
	}
	digits := at
	for at < len(l.b) && at-digits < 6 && l.b[at] >= '0' && l.b[at] <= '9' {
		at++
	}
	spaces := at
	for at < len(l.b) && at-spaces < 8 && isPDFSpace(l.b[at]) {
		at++
	}
	if digits == spaces || spaces == at || at >= len(l.b) || l.b[at] != 'R' || at+1 < len(l.b) && !isPDFSpace(l.b[at+1]) && !isDelimiter(l.b[at+1]) {
		return false
	}
	l.at = at + 1
	return true
}

func (l *lexer) name() pdfName {
	var out []byte
	for l.at < len(l.b) && !isPDFSpace(l.b[l.at]) && !isDelimiter(l.b[l.at]) {
		c := l.b[l.at]
		if c == '#' && l.at+2 < len(l.b) {
			if n, err := strconv.ParseUint(string(l.b[l.at+1:l.at+3]), 16, 8); err == nil {
				c = byte(n)
				l.at += 2
			}
		}
		out = append(out, c)
		l.at++
	}
	return pdfName(out)
}

// literal takes a string in parentheses (section 7.3.4.2).
func (l *lexer) literal() pdfString {
	var out []byte
	for depth := 0; l.at < len(l.b); {
		c := l.b[l.at]
		l.at++
		switch c {
		case '(':
			if depth++; depth == 1 {
				continue
			}
		case ')':
			if depth--; depth == 0 {
				return pdfString(out)
			}
		case '\\':
			out = l.escape(out)
			continue
		}
		out = append(out, c)
	}
	return pdfString(out)
}

// escape takes what is behind a backslash.
func (l *lexer) escape(out []byte) []byte {
	if l.at >= len(l.b) {
		return out
	}
	c := l.b[l.at]
	l.at++
	if i := bytes.IndexByte([]byte("nrtbf"), c); i >= 0 {
		return append(out, "\n\r\t\b\f"[i])
	}
	switch {
	case c == '\r' && l.at < len(l.b) && l.b[l.at] == '\n':
		l.at++
		return out
	case c == '\r' || c == '\n':
		return out
	case c < '0' || c > '7':
		return append(out, c)
	}
	n := int(c - '0')
	for i := 0; i < 2 && l.at < len(l.b) && l.b[l.at] >= '0' && l.b[l.at] <= '7'; i++ {
		n = n*8 + int(l.b[l.at]-'0')
		l.at++
	}
	return append(out, byte(n))
}

// hex takes a string in angle brackets.
func (l *lexer) hex() pdfString {
	l.at++
	out, digits, n := []byte{}, 0, byte(0)
	for l.at < len(l.b) {
		c := l.b[l.at]
		l.at++
		if c == '>' {
			break
		}
		d, ok := hexDigit(c)
		if !ok {
			continue
		}
		if n = n<<4 | d; digits&1 == 1 {
			out = append(out, n)
		}
		digits++
	}
	if digits&1 == 1 {
		out = append(out, n<<4)
	}
	return pdfString(out)
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}

func (l *lexer) array(depth int) ([]any, bool) {
	out := []any{}
	for depth < maxNesting && len(out) < maxArray {
		v, ok := l.next(depth + 1)
		if !ok || v == pdfOp("]") || v == pdfOp("endobj") {
			return out, true
		}
		out = append(out, v)
	}
	return out, true
}

func (l *lexer) dict(depth int) (pdfDict, bool) {
	out := pdfDict{}
	for depth < maxNesting && len(out) < maxArray {
		key, ok := l.next(depth + 1)
		if !ok || key == pdfOp(">>") || key == pdfOp("endobj") {
			break
		}
		name, isName := key.(pdfName)
		if !isName {
			continue
		}
		v, ok := l.next(depth + 1)
		if !ok || v == pdfOp(">>") {
			break
		}
		out[name] = v
	}
	return out, true
}
