package search

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files anew")

// tokensOf returns the tokens as the golden file writes them: a word with
// accents as word/accented form, the last character of a run in brackets.
func tokensOf(text string) string {
	var out []string
	scan(normalise(text), func(t *token) bool {
		s := string(t.text)
		switch {
		case t.kind == isLone:
			s = "(" + s + ")"
		case len(t.accent) > 0:
			s += "/" + string(t.accent)
		}
		out = append(out, s)
		return true
	})
	return strings.Join(out, " ")
}

// TestTokens compares with testdata/tokens.txt: a text, then its tokens on a
// line that begins with =. \n in a text is a line end.
func TestTokens(t *testing.T) {
	const name = "testdata/tokens.txt"
	golden, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var fresh strings.Builder
	var text string
	for line := range strings.Lines(string(golden)) {
		if !strings.HasPrefix(line, "=") {
			text = strings.TrimSuffix(line, "\n")
			fresh.WriteString(line)
			continue
		}
		got := tokensOf(strings.ReplaceAll(text, `\n`, "\r\n"))
		fmt.Fprintf(&fresh, "= %s\n", got)
		if want := strings.TrimSpace(line[1:]); got != want && !*update {
			t.Errorf("%s\ngot  %s\nwant %s", text, got, want)
		}
	}
	if *update {
		if err := os.WriteFile(name, []byte(fresh.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPhraseIsSubstring draws texts of a few Han characters, spaces and
// letters, and checks that a query of Han is found exactly where it stands.
func TestPhraseIsSubstring(t *testing.T) {
	alphabet := []rune("公文電子。，a1 ")
	han := []rune("公文電子")
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOfN(rapid.SampledFrom(alphabet), 0, 40).Draw(t, "text"))
		query := string(rapid.SliceOfN(rapid.SampledFrom(han), 1, 5).Draw(t, "query"))
		d := &Text{}
		d.Add(Body, text)
		want := strings.Contains(text, query)
		w := Parse(query, Options{})
		if got := w.Match(d, Body); got != want {
			t.Fatalf("%q in %q: %v, want %v", query, text, got, want)
		}
		if got := len(w.Spans(text)) > 0; got != want {
			t.Fatalf("spans of %q in %q: %v, want %v", query, text, got, want)
		}
	})
}

// TestInside checks that what Inside demands is in every text around.
func TestInside(t *testing.T) {
	alphabet := []rune("公文電a1b- .é\n한")
	piece := rapid.SliceOfN(rapid.SampledFrom(alphabet), 0, 12)
	rapid.Check(t, func(t *rapid.T) {
		before, in, after := string(piece.Draw(t, "before")), string(piece.Draw(t, "in")), string(piece.Draw(t, "after"))
		d := &Text{}
		d.Add(Subject, before+in+after)
		if w := Inside(in); !w.Empty() && !w.Match(d, Subject) {
			t.Fatalf("%+v of %q is not in %q", w, in, before+in+after)
		}
	})
}

var fuzzSeeds = []string{"", "臺北市政府公文系統", "Công văn hoà bình đ", "전자우편", "サーバーﾊﾝｶｸ", "AB1234x under_score a@b.c", `"phrase 'x' \" y" z*`,
	"\xff\xfe公\x80", "e\u0301\u0301\u0323", "a\u00adb\u200bc", "文\r\n字\n\n句", "ß İ ŉ ﬀ ㍿ ½", "🎉👩‍👩‍👧", "\U000f0000\ue000", "ก็ประชุม", "⁰¹²·", "'don't'"}

// FuzzTokens checks tokens of any text: bounded, in order, made only of what
// the engines can hold, and that the text is found by its own words.
func FuzzTokens(f *testing.F) {
	for _, s := range fuzzSeeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		clean := normalise(text)
		at := 0
		scan(clean, func(tok *token) bool {
			if tok.start < at || tok.mid <= tok.start || tok.end < tok.mid || tok.end > len(clean) {
				t.Fatalf("token %q at %d..%d..%d after %d of %q", tok.text, tok.start, tok.mid, tok.end, at, clean)
			}
			at = tok.start
			for _, s := range []string{string(tok.text), string(tok.accent)} {
				if !utf8.ValidString(s) || strings.ContainsFunc(s, unfit) || s == gap {
					t.Fatalf("token %q of %q", s, clean)
				}
			}
			if len(tok.text) == 0 || len(tok.text) > 40*MaxWord || len(tok.accent) > 40*MaxWord {
				t.Fatalf("token of %d bytes", len(tok.text))
			}
			return true
		})
		d := &Text{}
		d.Add(Body, text)
		for _, s := range []string{"'", "\\", "\"", "\x00"} {
			if strings.Contains(string(d.fields[Body])+string(d.set), s) {
				t.Fatalf("%q in the tokens of %q", s, text)
			}
		}
	})
}

// unfit are the characters at which FTS5 would split, or that would end a
// literal.
func unfit(r rune) bool {
	return r < utf8.RuneSelf && (!unicode.IsLetter(r) && !unicode.IsDigit(r) || unicode.IsUpper(r))
}

// FuzzQuery checks that no query breaks the languages of the engines, and
// that spans lie in the text.
func FuzzQuery(f *testing.F) {
	for _, s := range fuzzSeeds {
		f.Add(s, "some 公文 text")
		f.Add("公文 text*", s)
	}
	f.Fuzz(func(t *testing.T, query, text string) {
		for _, opt := range []Options{{}, {Prefix: true}, {Verbatim: true}} {
			w := Parse(query, opt)
			n := 0
			for _, p := range w.phrases {
				n += len(p.parts)
			}
			if n > MaxQueryTokens || w.Empty() != (n == 0) {
				t.Fatalf("%d tokens of %q", n, query)
			}
			if expr := matchExpr(w, Any); strings.Count(expr, `"`)%2 != 0 || strings.Count(expr, "(") != strings.Count(expr, ")") {
				t.Fatalf("FTS5 %q of %q", expr, query)
			}
			if expr := tsquery(1, w, Subject); strings.Count(expr, "'")%2 != 0 || strings.Contains(expr, `\`) {
				t.Fatalf("tsquery %q of %q", expr, query)
			}
			spans := w.Spans(text)
			if !slices.IsSortedFunc(spans, func(a, b Span) int { return a.Start - b.Start }) {
				t.Fatalf("spans %v", spans)
			}
			for _, s := range spans {
				if s.Start < 0 || s.End <= s.Start || s.End > len(text) {
					t.Fatalf("span %v of %q in %q", s, query, text)
				}
			}
		}
		Inside(query)
	})
}
