package sasl

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestExternal reads an identity, or none.
func TestExternal(t *testing.T) {
	for text, good := range map[string]bool{"": true, "ann@city.example": true, "安@city.example": true,
		"ann\x00bob": false, "a\r\nb": false, "\xff": false, strings.Repeat("a", 321): false} {
		if as, err := ParseExternal([]byte(text)); (err == nil) != good || good && as != text {
			t.Errorf("%q: %q, %v", text, as, err)
		}
	}
}

// FuzzExternal holds that what is taken is text of one line.
func FuzzExternal(f *testing.F) {
	f.Add([]byte("ann@city.example"))
	f.Add([]byte("a\x00b"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if as, err := ParseExternal(b); err == nil && (as != string(b) || !utf8.ValidString(as) || strings.ContainsAny(as, "\x00\r\n")) {
			t.Errorf("%q", as)
		}
	})
}
