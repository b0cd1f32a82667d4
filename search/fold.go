package search

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// hanPairs lists a character and the one it is folded to, one after the
// other: traditional to simplified, made from the transliterator
// "Traditional-Simplified" of ICU (Unicode licence), CJK Unified Ideographs
// only. Characters with several simplified forms take the commonest.
//
//go:embed han.txt
var hanPairs string

// Classes of characters.
const (
	other  uint8 = iota // separates words
	letter              // of a script that writes words apart
	digit
	pair      // of a script that does not: tokens are pairs
	mark      // combines with the letter before it
	symbol    // a token of its own: emoji and the like
	invisible // as if it were not there: soft hyphen, zero-width space
)

// folded is what one character of normal form C becomes.
type folded struct {
	class uint8
	bare  string // without case and accents; "" for a mark
	full  string // without case, accents kept
}

// tableSize covers all Latin, Greek, Cyrillic, Hebrew, Arabic, and Latin with
// the marks of Vietnamese.
const tableSize = 0x2100

// The tables are computed from the Unicode data when first used; they hold no
// state.
var (
	foldTable = sync.OnceValue(makeFoldTable)
	hanTable  = sync.OnceValue(makeHanTable)
)

func makeFoldTable() *[tableSize]folded {
	t := &[tableSize]folded{}
	fold := cases.Fold()
	for r := range rune(tableSize) {
		t[r] = foldRune(r, fold)
	}
	return t
}

// firstHan and lastHan bound the block in which folding happens.
const firstHan, lastHan = 0x4e00, 0x9fff

func makeHanTable() *[lastHan - firstHan + 1]uint16 {
	t := &[lastHan - firstHan + 1]uint16{}
	runes := []rune(strings.ReplaceAll(hanPairs, "\n", ""))
	for i := 0; i+1 < len(runes); i += 2 {
		if r := runes[i]; r >= firstHan && r <= lastHan {
			t[r-firstHan] = uint16(runes[i+1])
		}
	}
	return t
}

func foldHan(r rune) rune {
	if r >= firstHan && r <= lastHan {
		if to := hanTable()[r-firstHan]; to != 0 {
			return rune(to)
		}
	}
	return r
}

// lookup returns what a character becomes.
func lookup(r rune) folded {
	if r < tableSize {
		return foldTable()[r]
	}
	if class := classOf(r); class != letter {
		s := string(r)
		return folded{class: class, bare: s, full: s}
	}
	return foldRune(r, cases.Fold())
}

// special holds the letters whose bare form no decomposition gives.
var special = map[rune]string{'đ': "d", 'ð': "d", 'ø': "o", 'ł': "l", 'ı': "i", 'ħ': "h", 'ŧ': "t", 'æ': "ae", 'œ': "oe", 'þ': "th", 'ŀ': "l", 'ŋ': "n"}

func foldRune(r rune, fold cases.Caser) folded {
	f := folded{class: classOf(r)}
	if f.class != letter && f.class != digit && f.class != mark {
		return f
	}
	f.full = norm.NFC.String(fold.String(string(r)))
	if f.class == mark {
		return f
	}
	var b strings.Builder
	for _, c := range norm.NFD.String(f.full) {
		switch to, ok := special[c]; {
		case ok:
			b.WriteString(to)
		case !unicode.Is(unicode.Mn, c):
			b.WriteRune(c)
		}
	}
	f.bare = b.String()
	if f.bare == "" {
		f.class = other
	}
	return f
}

// classOf sorts a character.
func classOf(r rune) uint8 {
	switch {
	case isPair(r):
		return pair
	case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Me, r), unicode.Is(unicode.Mc, r):
		return mark
	case unicode.IsLetter(r):
		return letter
	case unicode.IsDigit(r), unicode.Is(unicode.Nl, r), unicode.Is(unicode.No, r):
		return digit
	case unicode.Is(unicode.Cf, r):
		return invisible
	case r >= 0x80 && unicode.Is(unicode.So, r), unicode.Is(unicode.Sc, r) && r >= 0x80:
		return symbol
	}
	return other
}

// isPair says whether a character belongs to a script without spaces between
// words. The private use area counts as Han: Taiwan's registers write rare
// names with it.
func isPair(r rune) bool {
	switch {
	case r < 0xe00, r >= 0x3000 && r < 0x3040 && r != '々' && r != '〆' && r != '〇':
		return false
	case r >= 0x4e00 && r <= 0x9fff, r >= 0xac00 && r <= 0xd7a3: // Han, Hangul syllables
		return true
	case r >= 0xe000 && r <= 0xf8ff, r >= 0xf0000 && r <= 0x10fffd:
		return true
	case r == 'ー', r == '々', r == '〆', r == '〇':
		return true
	}
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan) && !unicode.Is(unicode.Nd, r)
}

// wrapsAnywhere says whether lines of the character's script are broken
// without regard to words, so that a line end between two says nothing.
func wrapsAnywhere(r rune) bool {
	return r >= 0x3040 && r < 0xac00 || r >= 0x20000 && r < 0x40000 || r >= 0xe000 && r <= 0xf8ff
}

// isTone says whether a combining mark is a tone of Vietnamese (as opposed to
// the shape of a vowel).
func isTone(r rune) bool {
	return r == 0x300 || r == 0x301 || r == 0x303 || r == 0x309 || r == 0x323
}

// accented brings a word with accents into the form in which two ways of
// writing it are the same: tones first, then letters with the marks of their
// shape. Vietnamese writes both hoà and hòa.
func accented(full string) string {
	var tones, rest []byte
	for _, r := range norm.NFD.String(full) {
		if isTone(r) {
			tones = utf8.AppendRune(tones, r)
		} else {
			rest = utf8.AppendRune(rest, r)
		}
	}
	return string(append(tones, rest...))
}

// normalise returns the text in the form that the scanner wants.
func normalise(text string) string {
	text = strings.ToValidUTF8(text, " ")
	if norm.NFKC.IsNormalString(text) {
		return text
	}
	return norm.NFKC.String(text)
}
