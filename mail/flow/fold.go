package flow

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Texts are brought into the forms in which they are compared line by line.
// Nearly every line has only characters whose form hangs on none of their
// neighbours: those are looked up one by one (plain). A line with any other is
// left to the packages that know all of Unicode.

// visible brings a text into the form in which numbers are looked for: without
// what cannot be seen, compatibility forms made plain (NFKC). White space stays.
func visible(s string) string {
	if settled(s) == len(s) {
		return s
	}
	b := make([]byte, 0, len(s)+utf8.UTFMax)
	for line := range strings.SplitAfterSeq(s, "\n") {
		from := len(b)
		for rest := line; rest != ""; {
			n := settled(rest)
			b, rest = append(b, rest[:n]...), rest[n:]
			if rest == "" {
				break
			}
			r, size := utf8.DecodeRuneInString(rest)
			to, ok := plain(r, formVisible)
			if !ok {
				b = append(b[:from], slowlyVisible(line)...)
				break
			}
			if to != skipped {
				b = utf8.AppendRune(b, to)
			}
			rest = rest[size:]
		}
	}
	return string(b)
}

func slowlyVisible(s string) string {
	return norm.NFKC.String(strings.Map(func(r rune) rune {
		if unseen(r) {
			return -1
		}
		return r
	}, s))
}

// Eight bytes of the same value, for looking at eight at a time.
const (
	eightHighs  = 0x8080808080808080
	eightOnes   = 0x0101010101010101
	eightSpaces = ' ' * eightOnes
	eightDELs   = 0x7F * eightOnes
)

// arePrintable says of the eight bytes at a place that all are ASCII and none is
// a control; of some that are it says no.
func arePrintable(s string, i int) bool {
	x := uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 | uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
	del := x ^ eightDELs
	return (x|(x-eightSpaces)&^x|(del-eightOnes)&^del)&eightHighs == 0
}

// settled returns the length of the beginning of a text that is visible as it is.
func settled(s string) int {
	for i := 0; i < len(s); {
		if i+8 <= len(s) && arePrintable(s, i) {
			i += 8
			continue
		}
		if c := s[i]; c < utf8.RuneSelf {
			if c < ' ' && unseen(rune(c)) || c == 0x7F {
				return i
			}
			i++
			continue
		}
		if han(s, i) != 0 {
			i += 3
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if to, ok := plain(r, formVisible); !ok || to != r {
			return i
		}
		i += size
	}
	return len(s)
}

// han returns the character at a place where it is a common one of Han (U+4E00 to
// U+9FFF, three bytes); else 0. Nearly all of a Chinese text are.
func han(s string, i int) rune {
	if i+2 >= len(s) || s[i] < 0xE4 || s[i] > 0xE9 || s[i+1]&0xC0 != 0x80 || s[i+2]&0xC0 != 0x80 {
		return 0
	}
	if r := rune(s[i]&0x0F)<<12 | rune(s[i+1]&0x3F)<<6 | rune(s[i+2]&0x3F); r >= 0x4E00 {
		return r
	}
	return 0
}

// folded brings a text into the form in which words are compared, white space
// apart.
func folded(s string) string { return foldCase(visible(s)) }

func foldCase(s string) string {
	if !isASCII(s) {
		return cases.Fold().String(s)
	}
	return strings.ToLower(s)
}

// isASCII looks at eight bytes at a time.
func isASCII(s string) bool {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		if (s[i]|s[i+1]|s[i+2]|s[i+3]|s[i+4]|s[i+5]|s[i+6]|s[i+7])&utf8.RuneSelf != 0 {
			return false
		}
	}
	for ; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// compared brings a text into the form in which words are sought: folded, every
// run of white space one space, and the marks of quoted lines with it, so that a
// phrase is found that a line end of a quoted letter parts.
func compared(s string) string {
	w := squeezer{out: make([]byte, 0, len(s)+utf8.UTFMax), isLineStart: true}
	for s != "" {
		line := s
		if end := strings.IndexByte(s, '\n'); end >= 0 {
			line = s[:end+1]
		}
		before := w
		if !w.plain(line) {
			w = before
			for _, r := range folded(line) {
				w.put(r)
			}
		}
		s = s[len(line):]
	}
	return string(w.out)
}

// squeezer writes a text with single spaces.
type squeezer struct {
	out         []byte
	isSpace     bool // a space is due before what comes
	isLineStart bool
}

func (w *squeezer) put(r rune) {
	if unicode.IsSpace(r) || r == '>' && w.isLineStart {
		w.isSpace = len(w.out) > 0
		w.isLineStart = w.isLineStart || r == '\n'
		return
	}
	w.isLineStart = false
	if w.isSpace {
		w.out = append(w.out, ' ')
		w.isSpace = false
	}
	w.out = utf8.AppendRune(w.out, r)
}

// lastSpace is the highest character that is white space.
const lastSpace = '\u3000'

// plain writes a line folded; false = it has a character that is not plain.
func (w *squeezer) plain(line string) bool {
	out := w.out // ordinary letters go into it with nothing else to see to
	isWord := !w.isSpace && !w.isLineStart
	for i := 0; i < len(line); {
		c := line[i]
		if c < utf8.RuneSelf {
			i++
			switch to := asciiFolds[c]; {
			case to > ' ' && isWord:
				out = append(out, to)
			case to == ' ' && isWord:
				isWord, w.isSpace = false, true
			case to > ' ' && w.isSpace && !w.isLineStart:
				out = append(out, ' ', to)
				isWord, w.isSpace = true, false
			case to != 0:
				w.out = out
				w.put(rune(to))
				out, isWord = w.out, !w.isSpace && !w.isLineStart
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(line[i:])
		i += size
		to, ok := plain(r, formFolded)
		if !ok {
			return false
		}
		switch {
		case to == skipped:
		case to > lastSpace && !w.isLineStart:
			if w.isSpace {
				out = append(out, ' ')
			}
			out = utf8.AppendRune(out, to)
			isWord, w.isSpace = true, false
		default:
			w.out = out
			w.put(to)
			out, isWord = w.out, !w.isSpace && !w.isLineStart
		}
	}
	w.out = out
	return true
}

// asciiFolds says what becomes of the bytes of ASCII: 0 for what is skipped, a
// space for white space but the line end.
var asciiFolds = func() (to [utf8.RuneSelf]byte) {
	for c := range rune(utf8.RuneSelf) {
		switch {
		case unseen(c):
		case c != '\n' && unicode.IsSpace(c):
			to[c] = ' '
		default:
			to[c] = byte(unicode.ToLower(c))
		}
	}
	return to
}()

// The forms of a plain character.
const (
	formVisible = iota
	formFolded
	forms
)

// skipped is the form of what cannot be seen.
const skipped rune = -1

// plain returns the form of a character, where that hangs on none of its
// neighbours and is one character.
func plain(r rune, form int) (to rune, ok bool) {
	switch {
	case r < plainTop:
		to := plainForms()[form][r]
		if to == plainSkipped {
			return skipped, true
		}
		return rune(to), to != 0
	case r >= 0x4E00 && r <= 0x9FFF, // Han
		r >= 0xAC00 && r <= 0xD7A3,                             // Hangul
		r >= 0x3041 && r <= 0x3096, r >= 0x30A1 && r <= 0x30FA, // Hiragana, Katakana
		r >= 0x3001 && r <= 0x3020, r >= 0x3105 && r <= 0x312F, r >= 0x3400 && r <= 0x4DBF: // their punctuation, Bopomofo, more Han
		return r, true
	case r >= 0xFF01 && r <= 0xFF5E: // full width
		return plain(r-0xFF01+'!', form)
	case r == 0x3000:
		return ' ', true
	}
	return 0, false
}

const (
	plainTop     = 0x2100 // Latin with all marks, Greek, Cyrillic, general punctuation and more
	plainSkipped = 0xFFFF
)

// plainForms are the forms of the characters below plainTop; 0 = it is not
// plain, or is the character 0, which nobody sees.
var plainForms = sync.OnceValue(func() *[forms][plainTop]uint16 {
	var table [forms][plainTop]uint16
	for r := range rune(plainTop) {
		s := string(r)
		switch {
		case unseen(r):
			table[formVisible][r], table[formFolded][r] = plainSkipped, plainSkipped
			continue
		case !norm.NFKC.PropertiesString(s).BoundaryBefore():
			continue // it may join what is before it
		}
		seen := norm.NFKC.String(s)
		for form, text := range [forms]string{seen, foldCase(seen)} {
			if to, size := utf8.DecodeRuneInString(text); size == len(text) {
				table[form][r] = uint16(to)
			}
		}
	}
	return &table
})
