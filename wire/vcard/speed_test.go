package vcard

import (
	"strings"
	"testing"
	"time"
)

// TestLongFolds reads cards whose one value goes on over very many lines: the
// time must grow with the length, not with its square.
func TestLongFolds(t *testing.T) {
	const lines = 400_000
	for name, text := range map[string]string{
		"folded":           "BEGIN:VCARD\nNOTE:" + strings.Repeat("\n x", lines) + "\nEND:VCARD\n",
		"quoted-printable": "BEGIN:VCARD\nNOTE;ENCODING=QUOTED-PRINTABLE:" + strings.Repeat("x=\n", lines-1) + "x\nEND:VCARD\n",
	} {
		start := time.Now()
		cards, err := Parse([]byte(text), Limits{})
		if err != nil || len(cards) != 1 || len(cards[0]) != 1 || len(cards[0][0].Value) != lines {
			t.Fatalf("%s: %d cards, %v", name, len(cards), err)
		}
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("%s took %s", name, took)
		}
	}
}
