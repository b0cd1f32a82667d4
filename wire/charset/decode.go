package charset

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/unicode/norm"
)

// Decode turns b into UTF-8 by the label of its message part. An empty or
// unknown label, and a label that the bytes contradict, is answered by Guess.
// isClean is false when something was malformed, unknown or contradicted; the
// text is valid UTF-8 in any case.
func Decode(label string, b []byte) (text string, isClean bool) {
	c, known := lookup(label)
	switch {
	case (!known || c.isASCII) && isASCII(b):
		if (!known || c.name == "us-ascii") && bytes.Contains(b, []byte("\x1B$")) {
			return decodeISO2022(b)
		}
		return string(b), known || normalLabel(label) == ""
	case !known:
		name := Guess(b)
		text, clean := decodeAs(name, b)
		return text, clean && normalLabel(label) == ""
	}
	return c.decode(b)
}

// Known says whether the label names a character set that Decode has.
func Known(label string) bool {
	_, ok := lookup(label)
	return ok
}

// decodeAs decodes by a name that Guess returned, without guessing again.
func decodeAs(name string, b []byte) (string, bool) {
	switch name {
	case "utf-8":
		return repair(b)
	case "windows-1252":
		return convert(charmap.Windows1252, b)
	}
	c, ok := lookup(name)
	if !ok {
		return repair(b)
	}
	return c.decode(b)
}

// convert runs an x/text decoder, which replaces what it cannot read.
func convert(e encoding.Encoding, b []byte) (string, bool) {
	out, err := e.NewDecoder().Bytes(b)
	if err != nil {
		// The decoders replace malformed input, so this is a short tail;
		// what was converted stands.
		s, _ := repair(out)
		return s + "\uFFFD", false
	}
	if !utf8.Valid(out) {
		return repair(out)
	}
	return string(out), !bytes.Contains(out, []byte("\uFFFD"))
}

// repair keeps valid UTF-8 and puts U+FFFD in place of each bad run.
func repair(b []byte) (string, bool) {
	if utf8.Valid(b) {
		return string(b), true
	}
	return strings.ToValidUTF8(string(b), "\uFFFD"), false
}

// decodeUTF8 repairs text that is mostly UTF-8; a text labelled so without
// one valid sequence is something else, wrongly labelled.
func decodeUTF8(b []byte) (string, bool) {
	b = bytes.TrimPrefix(b, []byte("\xEF\xBB\xBF"))
	if utf8.Valid(b) {
		return string(b), true
	}
	good, bad := countUTF8(b)
	if good*3 >= bad {
		return repair(b)
	}
	text, _ := decodeAs(Guess(b), b)
	return text, false
}

// countUTF8 counts valid sequences of several bytes and bytes in no sequence.
func countUTF8(b []byte) (good, bad int) {
	for len(b) > 0 {
		if b[0] < utf8.RuneSelf {
			b = b[1:]
			continue
		}
		if !utf8.FullRune(b) {
			return good, bad // cut off at the end, which says nothing
		}
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			bad++
		} else {
			good++
		}
		b = b[n:]
	}
	return good, bad
}

// decodeASCII reads 8-bit text that claims to be ASCII: it is not, so guess.
func decodeASCII(b []byte) (string, bool) {
	text, _ := decodeAs(Guess(b), b)
	return text, false
}

// decodeLatin1 follows the label, read as windows-1252 like every client,
// unless the bytes are UTF-8, which Latin-1 prose does not become by chance.
func decodeLatin1(b []byte) (string, bool) {
	if utf8.Valid(b) { // ASCII alone does not come here
		return string(b), false
	}
	return convert(charmap.Windows1252, b)
}

// decodeUTF16 obeys a byte order mark; without one it takes the order in
// which more of the high bytes are zero, big endian if equal (RFC 2781 4.3).
func decodeUTF16(b []byte) (string, bool) {
	end, even, odd := unicode.BigEndian, 0, 0
	for i, c := range b[:min(len(b), 4096)] {
		if c == 0 && i%2 == 0 {
			even++
		} else if c == 0 {
			odd++
		}
	}
	if odd > even {
		end = unicode.LittleEndian
	}
	return convert(unicode.UTF16(end, unicode.UseBOM), b)
}

// decode1258 composes the combining tone marks windows-1258 writes after the vowel.
func decode1258(b []byte) (string, bool) {
	s, ok := convert(charmap.Windows1258, b)
	return norm.NFC.String(s), ok
}

func isASCII(b []byte) bool {
	for len(b) >= 8 {
		if (b[0]|b[1]|b[2]|b[3]|b[4]|b[5]|b[6]|b[7])&0x80 != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
