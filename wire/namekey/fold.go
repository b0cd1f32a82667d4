package namekey

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold puts a text into the form that keys are in: compatibility forms made
// plain, lower case, spaces single, tone marks of Zhuyin left out. The marks
// of Vietnamese stay: who types them wants them.
func Fold(text string) string {
	var b strings.Builder
	space := false
	for _, r := range norm.NFKC.String(text) {
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case strings.ContainsRune("ˉˊˇˋ˙", r):
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// Plain leaves out the marks over and under Latin letters of a folded text:
// "nguyễn đức" becomes "nguyen duc".
func Plain(folded string) string {
	if isASCII(folded) {
		return folded
	}
	var b strings.Builder
	for _, r := range norm.NFD.String(folded) {
		switch {
		case r == 'đ':
			b.WriteByte('d')
		case unicode.Is(unicode.Mn, r) && r < 0x0370: // combining marks of Latin
		default:
			b.WriteRune(r)
		}
	}
	return norm.NFC.String(b.String())
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
