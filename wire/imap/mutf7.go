package imap

import (
	"encoding/base64"
	"errors"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// b64 is the alphabet of modified UTF-7: "," instead of "/" and no padding
// (RFC 3501 section 5.1.3).
var b64 = base64.NewEncoding("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,").WithPadding(base64.NoPadding).Strict()

var (
	errMailboxU8 = errors.New("The mailbox name is not valid UTF-8")
	errMailbox7  = errors.New("The mailbox name is not valid modified UTF-7; a plain \"&\" is written \"&-\"")
)

// DecodeMailbox turns a mailbox name from the wire into UTF-8. With utf8Mode
// the wire form is UTF-8 already and only checked. Without it a name outside
// ASCII is against RFC 3501, but cannot mean anything else than UTF-8, and
// some clients send it when they only see that the server could IMAP4rev2.
func DecodeMailbox(raw string, utf8Mode bool) (string, error) {
	if !utf8.ValidString(raw) {
		return "", errMailboxU8
	}
	if utf8Mode || !isASCII(raw) || !strings.Contains(raw, "&") {
		return raw, nil
	}
	return decodeUTF7(raw)
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// decodeUTF7 accepts only the canonical form: nothing encoded that could
// stand plain, no encoded part right behind another, paired surrogates only.
func decodeUTF7(raw string) (string, error) {
	var out strings.Builder
	closed := false // the octet before was the "-" of an encoded part
	for len(raw) > 0 {
		plain, rest, found := strings.Cut(raw, "&")
		if plain != "" {
			closed = false
		}
		out.WriteString(plain)
		if !found {
			break
		}
		code, after, ended := strings.Cut(rest, "-")
		if !ended {
			return "", errMailbox7
		}
		raw = after
		if code == "" {
			out.WriteByte('&')
			closed = false
			continue
		}
		units, err := b64.DecodeString(code)
		if err != nil || len(units)%2 != 0 || closed {
			return "", errMailbox7
		}
		if !writeUTF16(&out, units) {
			return "", errMailbox7
		}
		closed = true
	}
	return out.String(), nil
}

func writeUTF16(out *strings.Builder, units []byte) bool {
	for i := 0; i < len(units); i += 2 {
		c := rune(units[i])<<8 | rune(units[i+1])
		if utf16.IsSurrogate(c) {
			if i+3 >= len(units) {
				return false
			}
			c = utf16.DecodeRune(c, rune(units[i+2])<<8|rune(units[i+3]))
			if c == utf8.RuneError {
				return false
			}
			i += 2
		}
		if c >= 0x20 && c < 0x7f {
			return false
		}
		out.WriteRune(c)
	}
	return true
}

// EncodeMailbox turns a UTF-8 mailbox name into its wire form.
func EncodeMailbox(name string, utf8Mode bool) string {
	if utf8Mode || !needsUTF7(name) {
		return name
	}
	var out strings.Builder
	var units []byte
	flush := func() {
		if len(units) > 0 {
			out.WriteByte('&')
			out.WriteString(b64.EncodeToString(units))
			out.WriteByte('-')
			units = units[:0]
		}
	}
	for _, c := range name {
		if c >= 0x20 && c < 0x7f {
			flush()
			out.WriteRune(c)
			if c == '&' {
				out.WriteByte('-')
			}
			continue
		}
		for _, u := range utf16.Encode([]rune{c}) {
			units = append(units, byte(u>>8), byte(u))
		}
	}
	flush()
	return out.String()
}

func needsUTF7(name string) bool {
	for i := 0; i < len(name); i++ {
		if c := name[i]; c < 0x20 || c >= 0x7f || c == '&' {
			return true
		}
	}
	return false
}
