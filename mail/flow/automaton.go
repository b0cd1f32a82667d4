package flow

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// automaton finds many words in one pass over a text (Aho and Corasick 1975).
// Its states are numbers from 0, the root. The edges of a state lie side by
// side, so that a set of thousands of words takes tens of bytes for each byte
// of a word, and not a table of 256 for each state.
type automaton struct {
	root   [256]int32 // where the root goes, which is nearly all that is asked
	starts pairs      // with which a pattern begins
	first  []int32    // by state: where its edges begin; one more at the end
	labels string     // of the edges
	to     []int32    // where the edges go
	fail   []int32    // by state: the longest other end of it that is a state
	word   []int32    // by state: a place in words, -1 for none
	next   []int32    // by state: the longest other end that is a word; 0 = none
	words  [][]int32  // ids of the patterns that end together
}

// trie is a state while the words come in.
type trie struct {
	label byte
	kids  []*trie
	ids   []int32
	id    int32
}

func (t *trie) kid(c byte) *trie {
	for _, k := range t.kids {
		if k.label == c {
			return k
		}
	}
	k := &trie{label: c}
	t.kids = append(t.kids, k)
	return k
}

// newAutomaton makes one of the dense patterns, or of the others.
func newAutomaton(patterns []pattern, isDense bool) *automaton {
	top := &trie{}
	for id, p := range patterns {
		if p.isDense != isDense || p.text == "" || len(p.text) > MaxWord { // Check refuses such words
			continue
		}
		t := top
		for i := range len(p.text) {
			t = t.kid(p.text[i])
		}
		t.ids = append(t.ids, int32(id))
	}
	a := &automaton{}
	a.number(top)
	a.link()
	for _, k := range top.kids {
		a.begin(k)
	}
	return a
}

// pairs are pairs of bytes, one bit each, and the first bytes of them.
type pairs struct {
	firsts [256]bool
	bits   [1 << 16 / 64]uint64
}

func (p *pairs) add(first, next byte) {
	n := uint(first)<<8 | uint(next)
	p.firsts[first] = true
	p.bits[n/64] |= 1 << (n % 64)
}

func (p *pairs) has(first, next byte) bool {
	n := uint(first)<<8 | uint(next)
	return p.firsts[first] && p.bits[n/64]&(1<<(n%64)) != 0
}

// at says whether a pattern may begin at a place: not within a word of ASCII.
func (p *pairs) at(text string, i int) bool {
	c := text[i]
	return p.firsts[c] && (i+1 == len(text) || p.has(c, text[i+1])) && !(i > 0 && wordBytes[c] && wordBytes[text[i-1]])
}

// begin notes the pairs of bytes with which the patterns of a first byte begin.
// A space may stand within a dense one; a pattern of one byte goes on as it likes.
func (a *automaton) begin(first *trie) {
	for c := range 256 {
		next := byte(c)
		if len(first.ids) > 0 || next == ' ' || slices.ContainsFunc(first.kids, func(k *trie) bool { return k.label == next }) {
			a.starts.add(first.label, next)
		}
	}
}

// skip goes on to the next place at which a pattern may begin, or to the last
// byte: not within a word of ASCII, and not where the next two bytes begin none.
// It is for the root alone, where nearly all of a text is read.
func skip(starts *pairs, text string, i int) int {
	for ; i+1 < len(text); i++ {
		if c := text[i]; starts.has(c, text[i+1]) && !(i > 0 && wordBytes[c] && wordBytes[text[i-1]]) {
			break
		}
	}
	return i
}

// wordBytes are the bytes that are letters or digits by themselves.
var wordBytes = func() (is [256]bool) {
	for c := range utf8.RuneSelf {
		is[c] = joins(rune(c))
	}
	return is
}()

// number gives the states their numbers, nearer ones first, and their edges.
func (a *automaton) number(top *trie) {
	var labels strings.Builder
	queue := []*trie{top}
	for n := 0; n < len(queue); n++ {
		t := queue[n]
		a.first = append(a.first, int32(len(a.to)))
		slices.SortFunc(t.kids, func(x, y *trie) int { return cmp.Compare(x.label, y.label) })
		for _, k := range t.kids {
			k.id = int32(len(queue))
			queue = append(queue, k)
			labels.WriteByte(k.label)
			a.to = append(a.to, k.id)
			if n == 0 {
				a.root[k.label] = k.id
			}
		}
		word := int32(-1)
		if len(t.ids) > 0 {
			word = int32(len(a.words))
			a.words = append(a.words, t.ids)
		}
		a.word = append(a.word, word)
	}
	a.first = append(a.first, int32(len(a.to)))
	a.labels = labels.String()
}

// link sets where a state goes on when no edge fits; nearer states come first.
func (a *automaton) link() {
	a.fail, a.next = make([]int32, len(a.word)), make([]int32, len(a.word))
	for s := range a.word {
		for e := a.first[s]; e < a.first[s+1]; e++ {
			k := a.to[e]
			if s != 0 {
				a.fail[k] = a.step(a.fail[s], a.labels[e])
			}
			if f := a.fail[k]; a.word[f] >= 0 {
				a.next[k] = f
			} else {
				a.next[k] = a.next[f]
			}
		}
	}
}

// step goes on by one byte.
func (a *automaton) step(s int32, c byte) int32 {
	for s != 0 {
		from := a.first[s]
		if i := strings.IndexByte(a.labels[from:a.first[s+1]], c); i >= 0 {
			return a.to[int(from)+i]
		}
		s = a.fail[s]
	}
	return a.root[c]
}

// ends is the first state, from s down, in which patterns end; 0 = none. The
// further ones are those of next.
func (a *automaton) ends(s int32) int32 {
	if a.word[s] >= 0 {
		return s
	}
	return a.next[s]
}
