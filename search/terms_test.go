package search

import (
	"slices"
	"strings"
	"testing"
)

// TestTerms reads words of every script that the suite is used in.
func TestTerms(t *testing.T) {
	for text, want := range map[string]string{
		"Re: The Budget, the budget!": "re the budget",
		"Ngân sách năm 2026":          "ngan sach nam 2026",
		"예산안 first":                   "예 예산 산 산안 안 first",
		" ... ":                       "",
	} {
		if got := strings.Join(Terms(text, 20), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if a, b := Terms("預算書", 20), Terms("预算书", 20); len(a) != 5 || !slices.Equal(a, b) {
		t.Errorf("traditional %q, simplified %q: they are one", a, b)
	}
	if got := Terms(strings.Repeat("a b c d ", 9), 3); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Error(got)
	}
}

// FuzzTerms keeps to its bounds whatever the text is.
func FuzzTerms(f *testing.F) {
	for _, seed := range []string{"The budget", "預算書", "e\u0301", "\xff\xfe", "예산안"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		list := Terms(text, 10)
		if len(list) > 10 || slices.Contains(list, "") {
			t.Errorf("%q", list)
		}
	})
}
