package smpp

import (
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Coding is a data_coding (section 5.2.19).
type Coding byte

// The two codings that every message centre takes.
const (
	GSM7 Coding = 0 // the message centre's default: the GSM alphabet, one octet each
	UCS2 Coding = 8
)

// gsm is the GSM 7 bit default alphabet and its extension (3GPP TS 23.038
// sections 6.2.1 and 6.2.1.1), where the place in the text is the code.
var (
	gsm = []rune("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà")
	gsmMore = map[rune]byte{'\f': 0x0a, '^': 0x14, '{': 0x28, '}': 0x29, '\\': 0x2f, '[': 0x3c, '~': 0x3d, ']': 0x3e, '|': 0x40, '€': 0x65}
	gsmCode = codes()
)

// escape leads over to the extension table for one character.
const escape = 0x1b

func codes() map[rune][]byte {
	out := map[rune][]byte{}
	for n, r := range gsm {
		if r != escape {
			out[r] = []byte{byte(n)}
		}
	}
	for r, c := range gsmMore {
		out[r] = []byte{escape, c}
	}
	return out
}

// Sizes of a message in octets here: 160 characters of the GSM alphabet, 70
// of UCS-2; in several parts each has 7 or 6 octets less for the header
// (3GPP TS 23.040 section 9.2.3.24.1).
const (
	oneGSM, partGSM   = 160, 153
	oneUCS2, partUCS2 = 140, 134
	maxParts          = 10
)

// Part is one short message of a text.
type Part struct {
	Coding Coding
	Header bool // it begins with a user data header
	Data   []byte
}

// Split turns text into the parts that carry it: in the GSM alphabet where
// that has all characters, else in UCS-2. Parts of one text share a reference.
func Split(text string, reference byte) ([]Part, error) {
	if !utf8.ValidString(text) {
		return nil, fmt.Errorf("the text is not UTF-8")
	}
	coding, units := encode(text)
	one, most := oneGSM, partGSM
	if coding == UCS2 {
		one, most = oneUCS2, partUCS2
	}
	var parts [][]byte
	var now []byte
	total := 0
	for _, u := range units {
		total += len(u)
	}
	if total <= one {
		most = one
	}
	for _, u := range units { // a unit is never cut: neither a surrogate pair nor an escape
		if len(now)+len(u) > most {
			parts, now = append(parts, now), nil
		}
		now = append(now, u...)
	}
	parts = append(parts, now)
	if len(parts) > maxParts {
		return nil, fmt.Errorf("the text needs %d short messages, more than %d", len(parts), maxParts)
	}
	out := make([]Part, 0, len(parts))
	for n, data := range parts {
		p := Part{Coding: coding, Data: data}
		if len(parts) > 1 { // information element 0: concatenated short messages
			p.Header, p.Data = true, append([]byte{5, 0, 3, reference, byte(len(parts)), byte(n + 1)}, data...)
		}
		out = append(out, p)
	}
	return out, nil
}

// Parts returns how many short messages carry a text, 0 where it is too long.
func Parts(text string) int {
	list, err := Split(text, 0)
	if err != nil {
		return 0
	}
	return len(list)
}

// encode writes each character by itself.
func encode(text string) (Coding, [][]byte) {
	var units [][]byte
	for _, r := range text {
		code, ok := gsmCode[r]
		if !ok {
			return UCS2, wide(text)
		}
		units = append(units, code)
	}
	return GSM7, units
}

// wide writes UTF-16, which is what telephones read where UCS-2 is said.
func wide(text string) [][]byte {
	var units [][]byte
	for _, r := range text {
		var u []byte
		for _, x := range utf16.Encode([]rune{r}) {
			u = append(u, byte(x>>8), byte(x))
		}
		units = append(units, u)
	}
	return units
}

// Decode reads the text of a message without its user data header.
func Decode(coding Coding, data []byte) string {
	if coding == UCS2 {
		list := make([]uint16, 0, len(data)/2)
		for n := 0; n+1 < len(data); n += 2 {
			list = append(list, uint16(data[n])<<8|uint16(data[n+1]))
		}
		return string(utf16.Decode(list))
	}
	var b strings.Builder
	for n := 0; n < len(data); n++ {
		c := data[n]
		switch {
		case c == escape && n+1 < len(data):
			n++
			b.WriteRune(more(data[n]))
		case int(c) < len(gsm):
			b.WriteRune(gsm[c])
		default: // not of the alphabet: as it is read most often
			b.WriteRune(rune(c))
		}
	}
	return b.String()
}

func more(c byte) rune {
	for r, code := range gsmMore {
		if code == c {
			return r
		}
	}
	return ' ' // 6.2.1.1: what a receiver does not know is shown as a space
}
