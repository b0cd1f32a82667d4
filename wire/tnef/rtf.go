package tnef

import (
	"encoding/binary"
	"strconv"
	"strings"
	"unicode/utf16"

	"chancery/wire/charset"
)

// rtfPrefix fills the dictionary before the first byte (MS-OXRTFCP section
// 2.1.2.1).
const rtfPrefix = "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"

const (
	rtfPacked   = 0x75465A4C // "LZFu"
	rtfPlain    = 0x414C454D // "MELA"
	rtfHeader   = 16
	rtfWindow   = 4096
	rtfMinMatch = 2
)

// unpackRTF undoes the compression of MS-OXRTFCP section 3.1; isWhole says
// that nothing was missing.
func unpackRTF(b []byte, max int) (rtf []byte, isWhole bool) {
	if len(b) < rtfHeader {
		return nil, false
	}
	size, kind := int(binary.LittleEndian.Uint32(b[4:])), binary.LittleEndian.Uint32(b[8:])
	b = b[rtfHeader:]
	if size > max {
		return nil, false
	}
	if kind == rtfPlain {
		return b[:min(size, len(b))], size <= len(b)
	}
	if kind != rtfPacked {
		return nil, false
	}
	var window [rtfWindow]byte
	at := copy(window[:], rtfPrefix)
	put := func(c byte) {
		rtf = append(rtf, c)
		window[at] = c
		at = (at + 1) % rtfWindow
	}
	for len(b) > 0 {
		control := b[0]
		b = b[1:]
		for bit := range 8 {
			if control>>bit&1 == 0 {
				if len(b) == 0 {
					return rtf, len(rtf) >= size
				}
				put(b[0])
				b = b[1:]
			} else {
				if len(b) < 2 {
					return rtf, false
				}
				ref := int(binary.BigEndian.Uint16(b))
				b = b[2:]
				from, n := ref>>4, ref&15+rtfMinMatch
				if from == at { // section 3.1.3.2: the end mark
					return rtf, true
				}
				for range n {
					put(window[from])
					from = (from + 1) % rtfWindow
				}
			}
			if len(rtf) > max {
				return rtf[:max], false
			}
		}
	}
	return rtf, len(rtf) >= size
}

// rtfHidden are the groups whose words are not text.
var rtfHidden = map[string]bool{"fonttbl": true, "colortbl": true, "stylesheet": true, "info": true, "pict": true, "header": true, "footer": true}

// rtfGroup is what a group changes until its brace closes.
type rtfGroup struct {
	hidden bool
	skip   int // characters after \u that stand for programs without Unicode
}

// rtfReader turns RTF into text.
type rtfReader struct {
	out    strings.Builder
	raw    []byte // bytes of the code page not decoded yet
	label  string
	group  rtfGroup
	stack  []rtfGroup
	lead   uint16 // a high surrogate that waits for its other half
	passed int    // characters still to be passed over after \u
}

// maxGroups bounds the nesting of groups that is followed.
const maxGroups = 1000

// rtfText returns the words of RTF without their looks.
func rtfText(rtf []byte) string {
	r := &rtfReader{group: rtfGroup{skip: 1}, label: "windows-1252"}
	for i := 0; i < len(rtf); {
		switch c := rtf[i]; c {
		case '{':
			r.flush()
			if len(r.stack) < maxGroups {
				r.stack = append(r.stack, r.group)
			}
			i++
		case '}':
			r.flush()
			if n := len(r.stack); n > 0 {
				r.group, r.stack = r.stack[n-1], r.stack[:n-1]
			}
			i++
		case '\\':
			i += r.control(rtf[i:])
		case '\r', '\n':
			i++
		default:
			r.char(c)
			i++
		}
	}
	r.flush()
	return strings.TrimSpace(r.out.String())
}

// control reads a control word or symbol and returns its length.
func (r *rtfReader) control(b []byte) int {
	if len(b) < 2 {
		return 1
	}
	if !isLetter(b[1]) {
		return r.symbol(b)
	}
	i := 1
	for i < len(b) && i < 33 && isLetter(b[i]) {
		i++
	}
	word := string(b[1:i])
	start := i
	if i < len(b) && b[i] == '-' {
		i++
	}
	for i < len(b) && i-start < 11 && b[i] >= '0' && b[i] <= '9' {
		i++
	}
	n, _ := strconv.Atoi(string(b[start:i]))
	if i < len(b) && b[i] == ' ' {
		i++
	}
	r.word(word, n, i > start)
	return i
}

func (r *rtfReader) symbol(b []byte) int {
	switch b[1] {
	case '\'':
		if len(b) < 4 {
			return len(b)
		}
		if n, err := strconv.ParseUint(string(b[2:4]), 16, 8); err == nil {
			r.char(byte(n))
		}
		return 4
	case '*': // a destination that programs may not know
		r.group.hidden = true
	case '~':
		r.char(' ')
	case '\\', '{', '}':
		r.char(b[1])
	}
	return 2
}

func (r *rtfReader) word(word string, n int, hasNumber bool) {
	switch word {
	case "par", "line", "row", "sect", "page":
		r.write("\n")
	case "tab", "cell":
		r.write("\t")
	case "ansicpg":
		if label := codepage(uint32(n)); label != "" {
			r.label = label
		}
	case "uc":
		r.group.skip = max(0, min(n, 8))
	case "htmlrtf": // what Outlook added for readers of RTF is not in the letter
		r.flush()
		r.group.hidden = !hasNumber || n != 0
	case "u":
		r.unicode(uint16(n))
	default:
		if rtfHidden[word] {
			r.flush()
			r.group.hidden = true
		}
	}
}

func (r *rtfReader) unicode(u uint16) {
	r.flush()
	r.passed = r.group.skip
	if utf16.IsSurrogate(rune(u)) {
		if r.lead == 0 {
			r.lead = u
			return
		}
		r.write(string(utf16.DecodeRune(rune(r.lead), rune(u))))
		r.lead = 0
		return
	}
	r.write(string(rune(u)))
}

func (r *rtfReader) char(c byte) {
	if r.passed > 0 {
		r.passed--
		return
	}
	if !r.group.hidden {
		r.raw = append(r.raw, c)
	}
}

func (r *rtfReader) write(s string) {
	r.flush()
	if !r.group.hidden {
		r.out.WriteString(s)
	}
}

// flush decodes the bytes gathered: a character can be two of them.
func (r *rtfReader) flush() {
	if len(r.raw) > 0 {
		s, _ := charset.Decode(r.label, r.raw)
		r.out.WriteString(s)
		r.raw = r.raw[:0]
	}
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
