package flow

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

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

// pattern is a word as it is sought.
type pattern struct {
	text     string // folded, spaces single; of a dense one without any
	isPrefix bool   // it stands for the beginning of a word
	isDense  bool   // in letters written without spaces, or in Hangul: spaces within do not matter
}

func newPattern(word string) pattern {
	p := pattern{text: compared(word)}
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
	firsts   runes      // with which they begin
	raw      pairs      // and how they go on, before they are folded, where they begin in ASCII
}

// runes are characters up to U+FFFF; a text with one beyond is never seen as absent.
type runes [1 << 16 / 64]uint64

func (s *runes) add(r rune)      { s[uint16(r)/64] |= 1 << (uint16(r) % 64) }
func (s *runes) has(r rune) bool { return s[uint16(r)/64]&(1<<(uint16(r)%64)) != 0 }

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
	for _, p := range x.patterns {
		if p.text != "" {
			x.begin(p.text)
		}
	}
}

// begin notes with what a word begins.
func (x *lexicon) begin(word string) {
	first, size := utf8.DecodeRuneInString(word)
	x.firsts.add(first)
	for c := range utf8.RuneSelf {
		if rune(asciiFolds[c]) != first {
			continue
		}
		for next := range 256 {
			if size == len(word) || next >= utf8.RuneSelf || asciiFolds[next] <= ' ' || asciiFolds[next] == word[size] {
				x.raw.add(byte(c), byte(next))
			}
		}
	}
}

// isAbsent says of most texts that none of the words stands in them, before
// anything is made of them.
func (x *lexicon) isAbsent(text string) bool {
	table := &plainForms()[formFolded]
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			if x.raw.at(text, i) && x.mayBegin(text, i) {
				return false
			}
			i++
			continue
		}
		r, size := han(text, i), 3
		if r == 0 {
			r, size = utf8.DecodeRuneInString(text[i:])
			if r < plainTop {
				r = rune(table[r])
			} else {
				r, _ = plain(r, formFolded)
			}
			if r == 0 {
				return false
			}
		}
		if x.firsts.has(r) && x.mayBegin(text, i) {
			return false
		}
		i += size
	}
	return true
}

// foldNext returns the first character of a text folded, and how long it was;
// false = its form hangs on its neighbours.
func foldNext(text string) (r rune, size int, ok bool) {
	if c := text[0]; c < utf8.RuneSelf {
		if to := asciiFolds[c]; to != 0 {
			return rune(to), 1, true
		}
		return skipped, 1, true
	}
	r, size = utf8.DecodeRuneInString(text)
	r, ok = plain(r, formFolded)
	return r, size, ok
}

// foldLast returns the last character of a text folded that is not skipped, a
// space where there is none or its form hangs on its neighbours.
func foldLast(text string) rune {
	for text != "" {
		if c := text[len(text)-1]; c < utf8.RuneSelf && asciiFolds[c] != 0 {
			return rune(asciiFolds[c])
		}
		r, size := utf8.DecodeLastRuneInString(text)
		switch r, ok := plain(r, formFolded); {
		case !ok:
			return ' '
		case r != skipped:
			return r
		}
		text = text[:len(text)-size]
	}
	return ' '
}

// farEnough is how far mayBegin follows what may be a word (bytes).
const farEnough = 32

// mayBegin says whether a word may stand at a place whose character is one of
// firsts. What comes behind spaces only scan knows.
func (x *lexicon) mayBegin(text string, from int) bool {
	if r, _, _ := foldNext(text[from:]); joins(r) && joins(foldLast(text[:from])) {
		return false
	}
	text = text[from:min(len(text), from+farEnough)]
	return x.spaced.mayBegin(text) || x.dense.mayBegin(text)
}

func (a *automaton) mayBegin(text string) bool {
	state := int32(0)
	for i := 0; i < len(text); i++ {
		if c := text[i]; c < utf8.RuneSelf {
			switch to := asciiFolds[c]; {
			case to > ' ':
				state = a.step(state, to)
			case to != 0:
				return true
			}
		} else {
			r, size, ok := foldNext(text[i:])
			if !ok || unicode.IsSpace(r) {
				return true
			}
			if r != skipped {
				for _, c := range []byte(string(r)) {
					if state = a.step(state, c); state == 0 {
						return false
					}
				}
			}
			i += size - 1
		}
		if state == 0 {
			return false
		}
		if a.ends(state) != 0 {
			return true
		}
	}
	return true
}

// ring is over the longest word, and a power of two.
const ring = 256

// scan goes through a text as [compared] gives it and tells of every word that
// stands in it, as often as it does.
func (x *lexicon) scan(text string, tell func(id int32)) {
	x.scanSpaced(text, tell)
	if len(x.dense.words) > 0 && !isASCII(text) { // each dense word has a letter that is not ASCII
		x.scanDense(text, tell)
	}
}

func (x *lexicon) scanSpaced(text string, tell func(id int32)) {
	a := x.spaced
	if len(a.words) == 0 {
		return
	}
	state := int32(0)
	for i := 0; i < len(text); i++ {
		if state == 0 {
			i = skip(&a.starts, text, i)
		}
		state = a.step(state, text[i])
		for s := a.ends(state); s != 0; s = a.next[s] {
			for _, id := range a.words[a.word[s]] {
				if p := &x.patterns[id]; p.stands(text, i+1-len(p.text), i+1) {
					tell(id)
				}
			}
		}
	}
}

func (x *lexicon) scanDense(text string, tell func(id int32)) {
	var at [ring]int // where the last bytes that are no space stand
	a, state, n := x.dense, int32(0), 0
	for i := 0; i < len(text); i++ {
		if state == 0 {
			i = skip(&a.starts, text, i) // what is skipped is in no word, so that at need not know of it
		}
		if text[i] == ' ' {
			continue
		}
		at[n%ring] = i
		n++
		state = a.step(state, text[i])
		for s := a.ends(state); s != 0; s = a.next[s] {
			for _, id := range a.words[a.word[s]] {
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
