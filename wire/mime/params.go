package mime

import (
	"net/url"
	"strconv"
	"strings"

	"chancery/wire/charset"
)

// Params is the parameters of a Content-Type or Content-Disposition field, as
// written: name, value, name, value... Names are in lower case, values without
// quotes, RFC 2231 pieces still apart ("filename*0*"), as BODYSTRUCTURE wants
// them. Values are valid UTF-8.
type Params []string

// maxParams bounds the parameters kept of one field, maxParamPieces the
// continuations of one of them.
const (
	maxParams      = 64
	maxParamPieces = 64
)

// plain returns the value of exactly that name.
func (p Params) plain(name string) (string, bool) {
	for i := 0; i+1 < len(p); i += 2 {
		if p[i] == name {
			return p[i+1], true
		}
	}
	return "", false
}

// Get returns the decoded value of a parameter: RFC 2231 charsets and
// continuations, else the plain value with encoded words decoded, which RFC
// 2047 forbids and many programs write. The name is in lower case.
func (p Params) Get(name string) string {
	if s, ok := p.extended(name); ok {
		return s
	}
	s, _ := p.plain(name)
	return DecodeText(s, "")
}

// extended joins name*, name*0, name*0*, name*1... (RFC 2231 sections 3 and 4).
func (p Params) extended(name string) (string, bool) {
	if v, ok := p.plain(name + "*"); ok {
		label, text, isTagged := cutExtended(v)
		if isTagged {
			return decodeExtended(label, unescape(text)), true
		}
		return decodeExtended("", unescape(v)), true
	}
	var label string
	var raw []byte
	for i := range maxParamPieces {
		key := name + "*" + strconv.Itoa(i)
		if v, ok := p.plain(key + "*"); ok {
			if i == 0 {
				if l, text, isTagged := cutExtended(v); isTagged {
					label, v = l, text
				}
			}
			raw = append(raw, unescape(v)...)
		} else if v, ok := p.plain(key); ok {
			raw = append(raw, v...)
		} else if i > 0 {
			break
		} else {
			return "", false
		}
	}
	s := string(raw)
	if label == "" && strings.Contains(s, "=?") {
		return DecodeText(s, ""), true
	}
	return decodeExtended(label, s), true
}

// cutExtended takes charset'language' off an extended value.
func cutExtended(v string) (label, text string, ok bool) {
	label, rest, ok := strings.Cut(v, "'")
	if !ok {
		return "", v, false
	}
	_, text, ok = strings.Cut(rest, "'")
	return label, text, ok
}

func decodeExtended(label, raw string) string {
	text, _ := charset.Decode(label, []byte(raw))
	return DecodeText(text, "")
}

// unescape undoes %XX; broken escapes stay.
func unescape(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	if out, err := url.PathUnescape(s); err == nil {
		return out
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && hexValue(s[i+1]) >= 0 && hexValue(s[i+2]) >= 0 {
			out = append(out, byte(hexValue(s[i+1])<<4|hexValue(s[i+2])))
			i += 2
			continue
		}
		out = append(out, s[i])
	}
	return string(out)
}

// parseParams reads "; name=value" pairs leniently: missing semicolons'
// values, quotes left open, spaces in unquoted file names, comments.
func parseParams(s string, keep func(n int) bool) Params {
	var p Params
	for s != "" && len(p) < 2*maxParams {
		s = skipCFWS(s)
		if s == "" {
			break
		}
		if s[0] == ';' {
			s = s[1:]
			continue
		}
		i := strings.IndexAny(s, "=;")
		if i < 0 {
			break
		}
		if s[i] == ';' { // a word without a value
			s = s[i+1:]
			continue
		}
		name := strings.ToLower(stripComments(s[:i]))
		var value string
		value, s = paramValue(s[i+1:])
		if name == "" || !keep(len(name)+len(value)) {
			continue
		}
		p = append(p, rawText(name, ""), value)
	}
	return p
}

// paramValue reads the value after "=" and returns the rest of the field.
func paramValue(s string) (value, rest string) {
	s = skipCFWS(s)
	if s != "" && s[0] == '"' {
		v, n, closed := quoted(s)
		if closed {
			rest = s[n:]
			// Junk between the quote and the next semicolon is dropped,
			// unless another parameter stands in it.
			if j := strings.IndexByte(rest, ';'); j >= 0 && !strings.Contains(rest[:j], "=") {
				rest = rest[j:]
			}
			return rawText(v, ""), rest
		}
		s = s[1:] // never closed: an ordinary value
	}
	i := strings.IndexByte(s, ';')
	if i < 0 {
		i = len(s)
	}
	value = s[:i]
	if j := strings.IndexByte(value, '('); j > 0 && isSpace(value[j-1]) && strings.HasSuffix(trimWS(value), ")") {
		value = value[:j] // trailing comment; parentheses inside a name stay
	}
	return rawText(trimWS(value), ""), s[i:]
}

// quoted reads a quoted-string at the start of s; n is its source length.
func quoted(s string) (value string, n int, isClosed bool) {
	if i := strings.IndexAny(s[1:], "\"\\"); i >= 0 && s[1+i] == '"' {
		return s[1 : 1+i], i + 2, true
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return b.String(), i + 1, true
		case '\\':
			if i+1 < len(s) {
				i++
			}
		}
		b.WriteByte(s[i])
	}
	return b.String(), len(s), false
}

// skipCFWS skips white space and comments (RFC 5322 section 3.2.2).
func skipCFWS(s string) string {
	for s != "" {
		switch s[0] {
		case ' ', '\t', '\r', '\n':
			s = s[1:]
		case '(':
			_, n, closed := comment(s)
			if !closed {
				return s[1:] // a lone parenthesis
			}
			s = s[n:]
		default:
			return s
		}
	}
	return s
}

// A comment longer or deeper than this is taken for lone parentheses; the
// bounds keep a field of nothing but "(" from costing its length squared.
const (
	maxComment      = 1000
	maxCommentDepth = 16
)

// comment reads a comment at the start of s, nested ones included.
func comment(s string) (text string, n int, isClosed bool) {
	depth := 0
	var b strings.Builder
	for i := 0; i < len(s) && i < maxComment && depth <= maxCommentDepth; i++ {
		switch c := s[i]; c {
		case '\\':
			if i+1 < len(s) {
				i++
				b.WriteByte(s[i])
			}
			continue
		case '(':
			if depth++; depth == 1 {
				continue
			}
		case ')':
			if depth--; depth == 0 {
				return b.String(), i + 1, true
			}
		}
		b.WriteByte(s[i])
	}
	return b.String(), len(s), false
}

// stripComments trims s and removes its comments.
func stripComments(s string) string {
	if !strings.Contains(s, "(") {
		return trimWS(s)
	}
	var b strings.Builder
	for s != "" {
		i := strings.IndexByte(s, '(')
		if i < 0 {
			b.WriteString(s)
			break
		}
		b.WriteString(s[:i])
		_, n, closed := comment(s[i:])
		if !closed {
			break
		}
		s = s[i+n:]
	}
	return trimWS(b.String())
}

// cutToken takes the value before the parameters off a field.
func cutToken(field string) (token, params string) {
	token, params, _ = strings.Cut(field, ";")
	token = strings.ToLower(stripComments(token))
	return strings.Trim(token, "\" \t"), params
}
