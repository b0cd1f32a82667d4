package search

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Span is where something found stands in a text: bytes Start to End.
type Span struct{ Start, End int }

// MaxMarked is how many bytes of a text [Words.Spans] looks at.
const MaxMarked = 256 << 10

// Spans returns where the words and phrases stand in a text, in order and
// without overlap, for showing them. It goes by the same rules as Match, but
// each phrase by itself.
func (w Words) Spans(text string) []Span {
	if len(text) > MaxMarked {
		text = text[:MaxMarked]
	}
	clean, origin := withOrigin(strings.ToValidUTF8(text, "?"))
	if len(w.phrases) == 0 || clean == "" {
		return nil
	}
	var tokens []part
	var places []token // without their texts
	scan(clean, func(t *token) bool {
		tokens = append(tokens, part{string(t.text), string(t.accent), t.kind})
		places = append(places, token{start: t.start, mid: t.mid, end: t.end})
		return true
	})
	var out []Span
	for i := 0; i < len(tokens); i++ {
		n, end := 0, 0
		for k := range w.phrases {
			if p := &w.phrases[k]; p.at(tokens[i:]) && len(p.parts) >= n {
				n = len(p.parts)
				last := places[i+n-1]
				if stop := last.end; p.parts[n-1].kind != isLone {
					end = max(end, stop)
				} else {
					end = max(end, last.mid)
				}
			}
		}
		if n == 0 {
			continue
		}
		s := Span{origin.at(places[i].start), origin.at(end)}
		if len(out) > 0 && s.Start <= out[len(out)-1].End {
			out[len(out)-1].End = max(out[len(out)-1].End, s.End)
		} else {
			out = append(out, s)
		}
	}
	return out
}

// at says whether the phrase stands at the beginning of tokens.
func (p *phrase) at(tokens []part) bool {
	if len(tokens) < len(p.parts) {
		return false
	}
	for i, want := range p.parts {
		have := tokens[i]
		prefix := p.prefix && i == len(p.parts)-1
		if !agrees(have.text, want.text, prefix) || want.accent != "" && !agrees(have.accent, want.accent, prefix) {
			return false
		}
	}
	return true
}

func agrees(have, want string, prefix bool) bool {
	return have == want || prefix && strings.HasPrefix(have, want)
}

// origins says from where in the original each piece of a normalised text
// comes; nil where the two are the same.
type origins []struct{ clean, text int }

// at returns the original place of a place in the normalised text.
func (o origins) at(i int) int {
	if o == nil {
		return i
	}
	low, high := 0, len(o)
	for low < high {
		if mid := (low + high) / 2; o[mid].clean < i {
			low = mid + 1
		} else {
			high = mid
		}
	}
	if low < len(o) {
		return o[low].text
	}
	return o[len(o)-1].text
}

// withOrigin normalises valid UTF-8 and keeps where everything comes from.
func withOrigin(text string) (string, origins) {
	if norm.NFKC.IsNormalString(text) {
		return text, nil
	}
	var b strings.Builder
	var o origins
	var it norm.Iter
	it.InitString(norm.NFKC, text)
	for !it.Done() {
		o = append(o, struct{ clean, text int }{b.Len(), it.Pos()})
		b.Write(it.Next())
	}
	return b.String(), append(o, struct{ clean, text int }{b.Len(), len(text)})
}
