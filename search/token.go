package search

import (
	"unicode/utf8"
)

// Limits of what is looked at in a text.
const (
	// MaxWord is how many characters of a word of letters or digits count;
	// the rest of a longer one is left out, in the query too.
	MaxWord = 40
	// MaxTokens is how many tokens of a document are indexed. PostgreSQL
	// counts positions to 16,383.
	MaxTokens = 16_000
	// maxTokenBytes bounds the tokens of a document together; PostgreSQL
	// takes 1 MB in a tsvector, positions included.
	maxTokenBytes = 400_000
)

// kind says what a token was made of.
type kind uint8

const (
	isWord kind = iota // letters, digits or one symbol
	isPairOf
	isLone // the last character of a run of pairs
)

// token is one token of a text. The slices are valid until the next one.
type token struct {
	text   []byte
	accent []byte // the accented form when the word has accents, else empty
	kind   kind
	// The token lies at [start, end) of the normalised text; mid is the end
	// of its first character, for the two kinds of pairs.
	start, mid, end int
}

// scanner goes once over a normalised text.
type scanner struct {
	text string
	fold *[tableSize]folded
	tok  token
	bare []byte
	full []byte
	emit func(*token) bool
}

// scan calls emit for every token until it returns false.
func scan(text string, emit func(*token) bool) {
	s := scanner{text: text, emit: emit, fold: foldTable()}
	for i := 0; i < len(text); {
		r, n := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(text[i:])
		}
		more := true
		switch f := fastClass(r); f {
		case letter, digit:
			i, more = s.word(i, f)
		case pair:
			i, more = s.run(i, r, n)
		case symbol:
			s.tok = token{text: append(s.bare[:0], text[i:i+n]...), start: i, mid: i + n, end: i + n}
			more = emit(&s.tok)
			i += n
		default:
			i += n
		}
		if !more {
			return
		}
	}
}

func fastClass(r rune) uint8 {
	if r < tableSize {
		return foldTable()[r].class
	}
	if r >= 0x4e00 && r <= 0x9fff {
		return pair
	}
	return classOf(r)
}

// word reads a word of one class: letters with their marks, or digits.
func (s *scanner) word(i int, class uint8) (next int, more bool) {
	s.bare, s.full = s.bare[:0], s.full[:0]
	start, chars, accents := i, 0, false
loop:
	for i < len(s.text) {
		c := s.text[i]
		if c < utf8.RuneSelf {
			f := &s.fold[c]
			if f.class != class {
				break
			}
			if chars++; chars <= MaxWord {
				s.bare = append(s.bare, f.bare...)
				s.full = append(s.full, f.bare...)
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s.text[i:])
		f := lookup(r)
		switch f.class {
		case class:
			if chars++; chars <= MaxWord {
				s.bare = append(s.bare, f.bare...)
				s.full = append(s.full, f.full...)
				accents = accents || f.bare != f.full
			}
		case mark:
			if chars <= MaxWord && len(s.full) < 16*MaxWord {
				s.full = append(s.full, f.full...)
				accents = true
			}
		case invisible:
		default:
			break loop
		}
		i += n
	}
	s.tok = token{text: s.bare, start: start, mid: i, end: i}
	if accents && class == letter {
		s.tok.accent = []byte(accented(string(s.full)))
	}
	return i, s.emit(&s.tok)
}

// run reads a run of a script without spaces: each two neighbours are a
// token, and the last character is one, so that a single character is always
// the beginning of a token.
func (s *scanner) run(i int, r rune, n int) (next int, more bool) {
	start, end := i, i+n
	prev := foldHan(r)
	for {
		char, from, to, ok := s.nextInRun(end, r)
		if !ok {
			break
		}
		r = char
		char = foldHan(r)
		s.bare = utf8.AppendRune(utf8.AppendRune(s.bare[:0], prev), char)
		s.tok = token{text: s.bare, kind: isPairOf, start: start, mid: end, end: to}
		if !s.emit(&s.tok) {
			return to, false
		}
		start, end, prev = from, to, char
	}
	s.bare = utf8.AppendRune(s.bare[:0], prev)
	s.tok = token{text: s.bare, kind: isLone, start: start, mid: end, end: end}
	return end, s.emit(&s.tok)
}

// nextInRun finds the next character of a run. Marks and invisible characters
// are passed over, and one line end where the script breaks lines anywhere:
// mail is wrapped in the middle of Chinese words.
func (s *scanner) nextInRun(i int, prev rune) (r rune, from, to int, ok bool) {
	broken := false
	for i < len(s.text) {
		r, n := utf8.DecodeRuneInString(s.text[i:])
		switch {
		case r == '\r' && i+1 < len(s.text) && s.text[i+1] == '\n':
		case r == '\n':
			if broken || !wrapsAnywhere(prev) {
				return 0, 0, 0, false
			}
			broken = true
		default:
			switch fastClass(r) {
			case pair:
				return r, i, i + n, !broken || wrapsAnywhere(r)
			case mark, invisible:
			default:
				return 0, 0, 0, false
			}
		}
		i += n
	}
	return 0, 0, 0, false
}
