package charset

import (
	"bytes"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// set is a character set that an escape sequence can call in.
type set uint8

const (
	setASCII set = iota
	setKana      // JIS X 0201, half-width katakana
	set0208      // JIS X 0208, two bytes
	set0212      // JIS X 0212, two bytes
	setKorea     // KS X 1001, two bytes
	setChina     // GB 2312, two bytes
	setLatin     // ISO 8859-1, upper half
	setGreek     // ISO 8859-7, upper half
	setOther     // designated, but without a table here
)

// escapes are the designations of RFC 1468 (JP), 1554 (JP-2), 2237 (JP-1),
// 1557 (KR) and 1922 (CN). The second value is the register: 0, 1 (called by
// SO) or 2 (called for one character by ESC N).
var escapes = []struct {
	seq  string
	set  set
	reg  int
	size int
}{
	{"(B", setASCII, 0, 2}, {"(J", setASCII, 0, 2}, {"(H", setASCII, 0, 2}, {"(I", setKana, 0, 2},
	{"$@", set0208, 0, 2}, {"$B", set0208, 0, 2}, {"$(@", set0208, 0, 3}, {"$(B", set0208, 0, 3},
	{"$(Q", set0208, 0, 3}, {"$(O", set0208, 0, 3}, {"$(D", set0212, 0, 3},
	{"$A", setChina, 0, 2}, {"$(A", setChina, 0, 3}, {"$(C", setKorea, 0, 3},
	{"$)C", setKorea, 1, 3}, {"$)A", setChina, 1, 3}, {"$)E", setChina, 1, 3}, {"$)G", setOther, 1, 3},
	{"$*H", setOther, 2, 3}, {".A", setLatin, 2, 2}, {".F", setGreek, 2, 2},
}

// iso2022 is the state of the escape machine that all members of the family share.
type iso2022 struct {
	out       strings.Builder
	reg       [3]set
	isShifted bool // SO is in force
	run       []byte
	runSet    set
	isClean   bool
}

// decodeISO2022 reads any member of the family: the escape sequences name
// their sets, so the label need not.
func decodeISO2022(b []byte) (string, bool) {
	d := iso2022{isClean: true}
	// Mail labelled ISO-2022-KR often lacks its designator (RFC 1557 puts it
	// once at the start), so SO means Korean until told otherwise.
	d.reg[1] = setKorea
	d.out.Grow(len(b) + len(b)/2)
	for i := 0; i < len(b); {
		i += d.step(b[i:])
	}
	d.flush()
	return d.out.String(), d.isClean
}

// step consumes one escape, shift or character and returns its length.
func (d *iso2022) step(b []byte) int {
	switch c := b[0]; {
	case c == 0x1B:
		return d.escape(b)
	case c == 0x0E, c == 0x0F:
		d.isShifted = c == 0x0E
		return 1
	case c == '\n' || c == '\r':
		// Every line starts in ASCII (RFC 1468); SO ends with the line (RFC 1557).
		d.flush()
		d.out.WriteByte(c)
		d.reg[0], d.isShifted = setASCII, false
		return 1
	case c <= ' ' || c == 0x7F:
		d.flush()
		d.out.WriteByte(c)
		return 1
	case c >= 0x80:
		d.raw8()
		return 1
	}
	cur := d.reg[0]
	if d.isShifted {
		cur = d.reg[1]
	}
	return d.put(cur, b)
}

// escape handles ESC and returns the length of its sequence.
func (d *iso2022) escape(b []byte) int {
	rest := b[1:]
	if len(rest) >= 2 && rest[0] == 'N' { // single shift two: one character of register 2
		return 2 + d.put(d.reg[2], rest[1:])
	}
	for _, e := range escapes {
		if bytes.HasPrefix(rest, []byte(e.seq)) {
			d.reg[e.reg] = e.set
			return 1 + e.size
		}
	}
	if bytes.HasPrefix(rest, []byte("&@")) { // revision prefix of JIS X 0208-1990
		return 3
	}
	d.isClean = false
	return 1
}

// put adds one character of a set to the current run.
func (d *iso2022) put(s set, b []byte) int {
	if b[0] >= 0x80 { // behind a single shift
		d.raw8()
		return 1
	}
	if s != d.runSet {
		d.flush()
		d.runSet = s
	}
	switch s {
	case setASCII:
		d.run = append(d.run, b[0])
		return 1
	case setKana:
		d.run = append(d.run, 0x8E, b[0]|0x80)
		return 1
	case setLatin, setGreek:
		d.run = append(d.run, b[0]|0x80)
		return 1
	}
	if len(b) < 2 || b[1] < 0x21 || b[1] > 0x7E {
		d.flush()
		d.out.WriteRune('\uFFFD')
		d.isClean = false
		return 1
	}
	if s == set0212 {
		d.run = append(d.run, 0x8F)
	}
	d.run = append(d.run, b[0]|0x80, b[1]|0x80)
	return 2
}

// raw8 meets a byte with the high bit, which the family does not have: text
// of an 8-bit set under a 7-bit label.
func (d *iso2022) raw8() {
	d.flush()
	d.isClean = false
	d.out.WriteRune('\uFFFD')
}

// flush decodes the run with the 8-bit encoding that holds its set.
func (d *iso2022) flush() {
	if len(d.run) == 0 {
		return
	}
	var e encoding.Encoding
	switch d.runSet {
	case setASCII:
		d.out.Write(d.run)
	case setKana, set0208, set0212:
		e = japanese.EUCJP
	case setKorea:
		e = korean.EUCKR
	case setChina:
		e = simplifiedchinese.GBK
	case setLatin:
		e = charmap.ISO8859_1
	case setGreek:
		e = charmap.ISO8859_7
	default:
		d.isClean = false
		d.out.WriteString(strings.Repeat("\uFFFD", len(d.run)/2))
	}
	if e != nil {
		s, ok := convert(e, d.run)
		d.out.WriteString(s)
		d.isClean = d.isClean && ok
	}
	d.run = d.run[:0]
}
