package id

import (
	"testing"

	"pgregory.net/rapid"
)

func TestNewCountsUp(t *testing.T) {
	last := New()
	for range 10_000 {
		n := New()
		if n <= last {
			t.Fatalf("%d after %d", n, last)
		}
		last = n
	}
}

func TestTextReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Min(0).Draw(t, "n")
		if got, ok := Parse('e', Text('e', n)); !ok || got != n {
			t.Fatalf("%d came back as %d, %v", n, got, ok)
		}
	})
	for _, bad := range []string{"", "e", "f1", "e-1", "e01", "eZ", "e1 ", "ezzzzzzzzzzzzzzzzz"} {
		if n, ok := Parse('e', bad); ok {
			t.Errorf("%q was read as %d", bad, n)
		}
	}
}

func TestTokensDiffer(t *testing.T) {
	a, b := Token(32), Token(32)
	if a == b || len(a) < 50 {
		t.Errorf("%q, %q", a, b)
	}
}
