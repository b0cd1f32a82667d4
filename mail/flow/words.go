package flow

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// visible brings a text into the form in which numbers are looked for: without
// what cannot be seen, compatibility forms made plain (NFKC). White space stays.
func visible(s string) string {
	if strings.IndexFunc(s, unseen) >= 0 {
		s = strings.Map(func(r rune) rune {
			if unseen(r) {
				return -1
			}
			return r
		}, s)
	}
	return norm.NFKC.String(s)
}

// unseen finds what is skipped: controls, and what Unicode calls default
// ignorable (zero width, soft hyphen, marks of direction, variation selectors).
func unseen(r rune) bool {
	if r < utf8.RuneSelf {
		return r < ' ' && !('\t' <= r && r <= '\r') || r == 0x7F
	}
	if r < 0xA0 {
		return r != 0x85 // NEL is a line end
	}
	if r == 0xAD {
		return true
	}
	if r < 0x34F {
		return false
	}
	return unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r) ||
		unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// folded brings a text into the form in which words are compared, white space
// apart.
func folded(s string) string { return foldCase(visible(s)) }

func foldCase(s string) string {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return cases.Fold().String(s)
		}
	}
	return strings.ToLower(s)
}

// single makes every run of white space one space, and the marks of quoted lines
// with it, so that a phrase is found that a line end of a quoted letter parts.
func single(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	isSpace, isLineStart := false, true
	for i := 0; i < len(s); {
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		if r == ' ' || r > 'z' && unicode.IsSpace(r) || r < ' ' && unicode.IsSpace(r) || r == '>' && isLineStart {
			isSpace = b.Len() > 0
			isLineStart = isLineStart || r == '\n'
			i += size
			continue
		}
		isLineStart = false
		if isSpace {
			b.WriteByte(' ')
			isSpace = false
		}
		b.WriteString(s[i : i+size])
		i += size
	}
	return b.String()
}

// pattern is a word as it is sought.
type pattern struct {
	text     string // folded, spaces single; of a dense one without any
	isPrefix bool   // it stands for the beginning of a word
	isDense  bool   // in letters written without spaces, or in Hangul: spaces within do not matter
}

func newPattern(word string) pattern {
	p := pattern{text: single(folded(word))}
	if text, ok := strings.CutSuffix(p.text, "*"); ok {
		p.text, p.isPrefix = strings.TrimRight(text, " "), true
	}
	if p.isDense = strings.ContainsFunc(p.text, isDense); p.isDense {
		p.text = strings.ReplaceAll(p.text, " ", "")
	}
	return p
}

// isDense finds letters that may stand in the midst of others and still begin a
// word: of scripts without spaces, and Hangul, whose words take endings.
func isDense(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// joins says whether a letter or digit makes one word with another beside it.
func joins(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z'
	}
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r)) && !isDense(r)
}

// lexicon holds the words of all rules, each once.
type lexicon struct {
	patterns []pattern
	ids      map[pattern]int32
	spaced   *automaton // of the words that are sought with their spaces
	dense    *automaton // of those without
}

// add returns the number of a word.
func (x *lexicon) add(word string) int32 {
	p := newPattern(word)
	id, ok := x.ids[p]
	if !ok {
		id = int32(len(x.patterns))
		x.ids[p] = id
		x.patterns = append(x.patterns, p)
	}
	return id
}

// build makes the automata when all words are there.
func (x *lexicon) build() {
	x.spaced, x.dense = newAutomaton(x.patterns, false), newAutomaton(x.patterns, true)
}

// ring is over the longest word, and a power of two.
const ring = 256

// scan goes once through a folded text with single spaces and tells of every
// word that stands in it, as often as it does.
func (x *lexicon) scan(text string, tell func(id int32)) {
	var at [ring]int // where the last bytes that are no space stand
	var spaced, dense int32
	n := 0
	for i := range len(text) {
		c := text[i]
		spaced = x.spaced.step(spaced, c)
		for s := x.spaced.ends(spaced); s != 0; s = x.spaced.next[s] {
			for _, id := range x.spaced.words[x.spaced.word[s]] {
				if p := &x.patterns[id]; p.stands(text, i+1-len(p.text), i+1) {
					tell(id)
				}
			}
		}
		if c == ' ' {
			continue
		}
		at[n%ring] = i
		n++
		dense = x.dense.step(dense, c)
		for s := x.dense.ends(dense); s != 0; s = x.dense.next[s] {
			for _, id := range x.dense.words[x.dense.word[s]] {
				if p := &x.patterns[id]; p.stands(text, at[(n-len(p.text))%ring], i+1) {
					tell(id)
				}
			}
		}
	}
}

// stands says whether the pattern, which was found from here to there, is a
// word and not a piece of one.
func (p *pattern) stands(text string, from, to int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:from])
	first, _ := utf8.DecodeRuneInString(p.text)
	if joins(first) && joins(before) {
		return false
	}
	if to-from != len(p.text) && unicode.Is(unicode.Hangul, first) && unicode.IsLetter(before) {
		return false // Korean puts spaces between words: the end of one and the next are no word
	}
	if p.isPrefix {
		return true
	}
	last, _ := utf8.DecodeLastRuneInString(p.text)
	after, _ := utf8.DecodeRuneInString(text[to:])
	return !joins(last) || !joins(after)
}
