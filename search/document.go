package search

import (
	"unicode/utf8"
)

// Field is a part of a document that can be searched by itself.
type Field uint8

// The fields. Any means all of them.
const (
	Subject Field = iota
	From
	To
	Cc
	Bcc
	Body
	Names // of attachments
	fieldCount
	Any Field = 255
)

// setPrefix marks in the set of a document which field an entry belongs to.
// Normal form KC has none of these, so no token can look like an entry.
var setPrefix = [fieldCount]string{"⁰", "¹", "²", "³", "⁴", "⁵", "⁶"}

// gap is a token between two pieces of a field, so that no phrase reaches
// from one into the other; no query has it.
const gap = "·"

// Text is what the index knows of a document: its tokens by field, and a set
// of what tokens cannot answer alone, which are words with accents and single
// characters of scripts without spaces.
type Text struct {
	fields [fieldCount][]byte // tokens, each followed by a space
	set    []byte
	tokens int
	bytes  int
	// What is in the set already: characters below 2^16 as bits, the rest by name.
	chars [fieldCount]*[1 << 16 / 64]uint64
	seen  map[string]struct{}
}

// Document is a text under its number in the account. Numbers are below 2^32.
type Document struct {
	Doc int64
	*Text
}

// Add adds a piece of text to a field. Beyond the limits it adds nothing, so
// the pieces that matter most go first.
func (t *Text) Add(f Field, text string) {
	if f >= fieldCount || t.full() {
		return
	}
	if len(t.fields[f]) > 0 {
		t.put(f, gap)
	}
	var entry []byte
	scan(normalise(text), func(tok *token) bool {
		t.put(f, string(tok.text))
		switch {
		case tok.kind != isWord:
			r, n := utf8.DecodeRune(tok.text)
			if !t.newChar(f, r) {
				break
			}
			entry = append(append(entry[:0], setPrefix[f]...), tok.text[:n]...)
			t.putSet(entry)
		case len(tok.accent) > 0:
			entry = append(append(entry[:0], setPrefix[f]...), tok.accent...)
			if !t.inSet(string(entry)) {
				t.putSet(entry)
			}
		}
		return !t.full()
	})
}

func (t *Text) full() bool { return t.tokens >= MaxTokens || t.bytes >= maxTokenBytes }

func (t *Text) put(f Field, tok string) {
	t.fields[f] = append(append(t.fields[f], tok...), ' ')
	t.tokens++
	t.bytes += len(tok) + 4
}

// newChar says whether a character comes for the first time in a field;
// those above 2^16, which are rare, it leaves to the set itself.
func (t *Text) newChar(f Field, r rune) bool {
	if r >= 1<<16 {
		return !t.inSet(setPrefix[f] + string(r))
	}
	if t.chars[f] == nil {
		t.chars[f] = &[1 << 16 / 64]uint64{}
	}
	word, bit := &t.chars[f][r/64], uint64(1)<<(r%64)
	if *word&bit != 0 {
		return false
	}
	*word |= bit
	return true
}

// inSet says whether an entry is in the set, and notes that it will be.
func (t *Text) inSet(entry string) bool {
	if _, ok := t.seen[entry]; ok {
		return true
	}
	if t.seen == nil {
		t.seen = map[string]struct{}{}
	}
	t.seen[entry] = struct{}{}
	return false
}

func (t *Text) putSet(entry []byte) {
	t.set = append(append(t.set, entry...), ' ')
	t.bytes += len(entry) + 4
}

// Size is about how many bytes the text takes.
func (t *Text) Size() int { return t.bytes }

// Done gives back the memory that only Add needs.
func (t *Text) Done() { t.seen, t.chars = nil, [fieldCount]*[1 << 16 / 64]uint64{} }
