package search

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of a query.
const (
	MaxQuery       = 4 << 10 // bytes looked at
	MaxQueryTokens = 100     // tokens looked at
	// minPrefix is how many letters or digits a beginning needs; with fewer
	// it stands for the whole word.
	minPrefix = 3
)

// Words is what a person looks for: every word and every "quoted phrase" must
// be there, in any order.
type Words struct {
	phrases []phrase
	given   bool // there was something other than white space
}

// phrase is tokens that must follow each other.
type phrase struct {
	parts  []part
	prefix bool // the last part is the beginning of a token
}

// part is one token of a phrase.
type part struct {
	text   string
	accent string // when not empty, the accents that the word must have
	kind   kind
}

// Options say how a query is read.
type Options struct {
	// Prefix lets the last word be the beginning of one, as while typing.
	// Without it a word ending in * does.
	Prefix bool
	// Verbatim takes the whole text as one phrase, quotes and all.
	Verbatim bool
}

// Parse reads a query. White space divides words; text in single or double
// quotes is a phrase, in which \ makes the next character itself (RFC 8621
// section 4.4.1). A quote inside a word, as in don't, is none.
func Parse(text string, opt Options) Words {
	if len(text) > MaxQuery {
		text = strings.ToValidUTF8(text[:MaxQuery], "")
	}
	w := Words{given: strings.TrimSpace(text) != ""}
	left := MaxQueryTokens
	add := func(unit string, prefix bool) {
		p := makePhrase(unit, prefix, left)
		if left -= len(p.parts); len(p.parts) > 0 {
			w.phrases = append(w.phrases, p)
		}
	}
	if opt.Verbatim {
		add(text, opt.Prefix)
		return w
	}
	for text = trimSpace(text); text != "" && left > 0; text = trimSpace(text) {
		if unit, rest, ok := quoted(text); ok {
			add(unit, false)
			text = rest
			continue
		}
		end := strings.IndexFunc(text, unicode.IsSpace)
		last := end < 0
		if last {
			end = len(text)
		}
		unit, star := strings.CutSuffix(text[:end], "*")
		add(unit, star || last && opt.Prefix)
		text = text[end:]
	}
	return w
}

func trimSpace(s string) string { return strings.TrimLeftFunc(s, unicode.IsSpace) }

// quoted reads a phrase in quotes; ok is false when text does not begin with
// one, or its end is missing.
func quoted(text string) (unit, rest string, ok bool) {
	q := text[0]
	if q != '"' && q != '\'' {
		return "", text, false
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text):
			i++
			b.WriteByte(text[i])
		case c == q:
			after, _ := utf8.DecodeRuneInString(text[i+1:])
			if q == '\'' && i+1 < len(text) && !unicode.IsSpace(after) {
				b.WriteByte(c) // an apostrophe
				continue
			}
			return b.String(), text[i+1:], true
		default:
			b.WriteByte(c)
		}
	}
	return "", text, false
}

// Inside returns what must be among the tokens of every text that holds the
// given one as a substring: all but the words that may be cut at its two
// ends. It narrows a search down; what it finds needs to be looked at.
func Inside(text string) Words {
	if len(text) > MaxQuery {
		return Words{given: true}
	}
	clean := strings.TrimFunc(normalise(text), func(r rune) bool {
		class := fastClass(r)
		return class == mark || class == invisible || unicode.IsSpace(r)
	})
	if r, n := utf8.DecodeRuneInString(clean); n == len(clean) && fastClass(r) == pair {
		return Parse(clean, Options{Verbatim: true})
	}
	p := phrase{}
	scan(clean, func(t *token) bool {
		cut := t.end == len(clean) && t.kind != isPairOf || t.start == 0 && t.kind == isWord
		if !cut {
			p.parts = append(p.parts, part{text: string(t.text), kind: t.kind})
		}
		return !cut || len(p.parts) == 0
	})
	p.parts = p.parts[:min(len(p.parts), MaxQueryTokens)]
	if _, single := p.single(); single || len(p.parts) == 0 {
		return Words{given: true}
	}
	return Words{phrases: []phrase{p}, given: true}
}

// IsRun says whether the words are one run of a script without spaces, so
// that a text has them exactly where it holds them as a substring, but for
// simplified and traditional characters, which are one, and line ends.
func (w Words) IsRun() bool {
	return len(w.phrases) == 1 && !slices.ContainsFunc(w.phrases[0].parts, func(p part) bool { return p.kind == isWord }) &&
		!slices.ContainsFunc(w.phrases[0].parts[:len(w.phrases[0].parts)-1], func(p part) bool { return p.kind == isLone })
}

// makePhrase makes a phrase of at most max tokens.
func makePhrase(unit string, prefix bool, max int) (p phrase) {
	scan(normalise(unit), func(t *token) bool {
		p.parts = append(p.parts, part{string(t.text), string(t.accent), t.kind})
		return len(p.parts) < max
	})
	n := len(p.parts)
	if n == 0 {
		return p
	}
	switch last := p.parts[n-1]; {
	case last.kind == isPairOf: // cut by max
	case last.kind == isLone && n > 1 && p.parts[n-2].kind == isPairOf:
		// In the text the run may go on.
		p.parts = p.parts[:n-1]
	case last.kind == isLone:
		p.prefix = true
	case prefix:
		p.prefix = utf8.RuneCountInString(last.text) >= minPrefix
	}
	return p
}

// Empty says whether there is no token to look for; Blank whether the query
// is empty or white space alone.
func (w Words) Empty() bool { return len(w.phrases) == 0 }

// Blank says whether nothing was asked for.
func (w Words) Blank() bool { return !w.given }

// And returns the words of both.
func (w Words) And(other Words) Words {
	return Words{phrases: slices.Concat(w.phrases, other.phrases), given: w.given || other.given}
}

// single returns the character when the phrase is one character of a script
// without spaces.
func (p *phrase) single() (string, bool) {
	if len(p.parts) == 1 && p.parts[0].kind == isLone {
		return p.parts[0].text, true
	}
	return "", false
}

// entry is something that must be in the set of a document.
type entry struct {
	text   string
	prefix bool
}

// entries returns what must be in the set for the phrase to be there.
func (p *phrase) entries() (list []entry) {
	if c, ok := p.single(); ok {
		return []entry{{c, false}}
	}
	for i, part := range p.parts {
		if part.accent != "" {
			list = append(list, entry{part.accent, p.prefix && i == len(p.parts)-1})
		}
	}
	return list
}

// Match says whether a text has all the words, in one field or in Any. It
// agrees with [Index.Search]. No words match nothing.
func (w Words) Match(t *Text, f Field) bool {
	for i := range w.phrases {
		if !w.phrases[i].match(t, f) {
			return false
		}
	}
	return len(w.phrases) > 0
}

func (p *phrase) match(t *Text, f Field) bool {
	if f != Any {
		return f < fieldCount && p.matchField(t, f)
	}
	for f := range fieldCount {
		if p.matchField(t, f) {
			return true
		}
	}
	return false
}

func (p *phrase) matchField(t *Text, f Field) bool {
	for _, e := range p.entries() {
		if !has(t.set, setPrefix[f]+e.text, e.prefix) {
			return false
		}
	}
	if _, ok := p.single(); ok {
		return true
	}
	return has(t.fields[f], p.joined(), p.prefix)
}

// joined returns the phrase as it stands in a field.
func (p *phrase) joined() string {
	var b strings.Builder
	for i, part := range p.parts {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(part.text)
	}
	return b.String()
}

// has looks for tokens in tokens, at the borders of tokens.
func has(tokens []byte, want string, prefix bool) bool {
	if !prefix {
		want += " "
	}
	for from := 0; ; {
		i := bytes.Index(tokens[from:], []byte(want))
		if i < 0 {
			return false
		}
		if i += from; i == 0 || tokens[i-1] == ' ' {
			return true
		}
		from = i + 1
	}
}
