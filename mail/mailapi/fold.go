package mailapi

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// fold returns the form in which names are compared and found: without case,
// width and accents, so that "dang" finds "Đặng" and "ｱ" equals "ア".
func fold(s string) string {
	plain := true
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			plain = false
			break
		}
	}
	if plain {
		return strings.ToLower(s)
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(s)) {
		switch {
		case r == 'đ':
			b.WriteByte('d')
		case unicode.Is(unicode.Mn, r) && r < 0x3000: // kana voicing marks stay
		default:
			b.WriteRune(r)
		}
	}
	return norm.NFC.String(b.String())
}
