package sieve

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// seeds are the scripts and letters of testdata.
func seeds(f *testing.F, add func(script, letter string)) {
	files, _ := filepath.Glob("testdata/*.txt")
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for one := range strings.SplitSeq(string(b), "=== ") {
			parts := strings.Split(one, "\n--- ")
			_, script, _ := strings.Cut(parts[0], "\n")
			letter := ""
			if len(parts) > 1 {
				_, letter, _ = strings.Cut(parts[1], "\n")
			}
			add(script, letter)
		}
	}
}

// FuzzParse looks for scripts that panic, and for errors without a place.
func FuzzParse(f *testing.F) {
	seeds(f, func(script, _ string) { f.Add(script) })
	f.Fuzz(func(t *testing.T, text string) {
		_, err := Parse(text, Limits{Script: 4096})
		if err == nil {
			return
		}
		list, ok := err.(Errors)
		if !ok || len(list) == 0 {
			t.Fatalf("%T %v", err, err)
		}
		lines := strings.Count(text, "\n") + 1
		for _, e := range list {
			if e.Line < 1 || e.Line > lines || e.Col < 1 || e.Text == "" {
				t.Fatalf("%+v in %q", e, text)
			}
		}
	})
}

// FuzzRun looks for runs that panic, keep nothing after an error, or go
// beyond the limits.
func FuzzRun(f *testing.F) {
	seeds(f, func(script, letter string) { f.Add(script, letter) })
	f.Fuzz(func(t *testing.T, text, letter string) {
		lim := Limits{Script: 4096, Steps: 100_000, Actions: 5, Redirects: 2}
		s, err := Parse(text, lim)
		if err != nil {
			return
		}
		r := s.Run(testEnv("", letter))
		if r.Err != nil && (len(r.Actions) != 1 || r.Actions[0].Kind != Keep) {
			t.Fatalf("after %v: %v", r.Err, r.Actions)
		}
		if len(r.Actions) > lim.Actions+1 {
			t.Fatalf("%d actions", len(r.Actions))
		}
	})
}
