package imap

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"
)

// textDecoder turns a search text into UTF-8.
type textDecoder func(string) (string, bool)

// charsetDecoder returns the decoder of a charset name; none and US-ASCII
// accept UTF-8, as RFC 9051 section 6.4.4 makes it the default.
func charsetDecoder(name string) (textDecoder, bool) {
	switch strings.ToUpper(name) {
	case "", "UTF-8", "UTF8", "US-ASCII", "ASCII":
		return func(s string) (string, bool) { return s, utf8.ValidString(s) }, true
	}
	enc, err := htmlindex.Get(name)
	if err != nil {
		return nil, false
	}
	return func(s string) (string, bool) {
		out, err := enc.NewDecoder().String(s)
		return out, err == nil && !strings.ContainsRune(out, utf8.RuneError)
	}, true
}
