package htmltext

import (
	"os"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestGolden reads testdata/text.txt: cases of page, "=>" and text.
func TestGolden(t *testing.T) {
	b, err := os.ReadFile("testdata/text.txt")
	if err != nil {
		t.Fatal(err)
	}
	cases := strings.Split(string(b), "\n----\n")
	if len(cases) < 10 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, c := range cases {
		head, rest, ok1 := strings.Cut(c, "\n")
		page, want, ok2 := strings.Cut(rest, "\n=>\n")
		if !ok1 || !ok2 {
			t.Fatalf("bad case %q", c)
		}
		opt := Options{
			Links:      strings.Contains(head, "links"),
			SkipQuotes: strings.Contains(head, "skipquotes"),
			KeepHidden: strings.Contains(head, "keephidden"),
		}
		if got := Text(page, opt); got != strings.TrimRight(want, "\n") {
			t.Errorf("%s\n got %q\nwant %q", head, got, want)
		}
	}
}

func TestMax(t *testing.T) {
	got := Text(strings.Repeat("<p>公文", 1000), Options{Max: 100})
	if len(got) > 100 || !utf8.ValidString(got) || len(got) < 90 {
		t.Errorf("%d bytes: %q", len(got), got)
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"<p>a<br>b", "<div style='display:none'>x</div>y", "<script>", "<pre>\n a</pre>", "<a href=http://x>y</a>", "&#x110000;&nbsp;&zwnj;", "<blockquote><blockquote></blockquote>"} {
		f.Add(s, true, true)
	}
	f.Fuzz(func(t *testing.T, page string, a, b bool) {
		got := Text(page, Options{Max: 5000, Links: a, SkipQuotes: b, KeepHidden: !b})
		if !utf8.ValidString(got) || len(got) > 5000 {
			t.Fatalf("%q gives %q", page, got)
		}
	})
}
