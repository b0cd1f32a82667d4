package imap

import (
	"strconv"
	"unicode/utf8"
)

// AppendString writes a text as a quoted string where the grammar permits it
// and as a literal where not. UTF-8 is quoted only with utf8Mode.
func AppendString(dst []byte, s string, utf8Mode bool) []byte {
	if !quotable(s, utf8Mode) {
		dst = append(dst, '{')
		dst = strconv.AppendInt(dst, int64(len(s)), 10)
		dst = append(dst, "}\r\n"...)
		return append(dst, s...)
	}
	dst = append(dst, '"')
	for i := 0; i < len(s); i++ {
		if s[i] == '"' || s[i] == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, s[i])
	}
	return append(dst, '"')
}

func quotable(s string, utf8Mode bool) bool {
	if len(s) > 1000 {
		return false // RFC 2683 section 3.2.1.5: lines short enough for every client
	}
	plain := true
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == 0 || c == '\r' || c == '\n':
			return false
		case c >= 0x80:
			plain = false
		}
	}
	return plain || (utf8Mode && utf8.ValidString(s))
}

// AppendNString writes NIL for an empty text.
func AppendNString(dst []byte, s string, utf8Mode bool) []byte {
	if s == "" {
		return append(dst, "NIL"...)
	}
	return AppendString(dst, s, utf8Mode)
}

// AppendAstring writes an ASCII text as an atom if it is one.
func AppendAstring(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if !isAstring(s[i]) {
			return AppendString(dst, s, false)
		}
	}
	if s == "" {
		return append(dst, `""`...)
	}
	return append(dst, s...)
}

// AppendMailbox writes a mailbox name.
func AppendMailbox(dst []byte, name string, utf8Mode bool) []byte {
	name = EncodeMailbox(name, utf8Mode)
	if name == "NIL" {
		return append(dst, `"NIL"`...) // RFC 9051 section 4.5 wants it apart from NIL
	}
	for i := 0; i < len(name); i++ {
		if !isAstring(name[i]) {
			return AppendString(dst, name, utf8Mode)
		}
	}
	return AppendAstring(dst, name)
}

// AppendFlags writes a parenthesised list.
func AppendFlags(dst []byte, flags []string) []byte {
	dst = append(dst, '(')
	for i, f := range flags {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = append(dst, f...)
	}
	return append(dst, ')')
}
