package vcard

import (
	"strings"
	"syscall"
	"testing"
	"time"
)

// cpu returns the time of the processor that was used so far: on a busy
// machine the clock on the wall says nothing.
func cpu(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestLongFolds reads cards whose one value goes on over very many lines: the
// time must grow with the length, not with its square.
func TestLongFolds(t *testing.T) {
	const lines = 400_000
	for name, text := range map[string]string{
		"folded":           "BEGIN:VCARD\nNOTE:" + strings.Repeat("\n x", lines) + "\nEND:VCARD\n",
		"quoted-printable": "BEGIN:VCARD\nNOTE;ENCODING=QUOTED-PRINTABLE:" + strings.Repeat("x=\n", lines-1) + "x\nEND:VCARD\n",
	} {
		start := cpu(t)
		cards, err := Parse([]byte(text), Limits{})
		if err != nil || len(cards) != 1 || len(cards[0]) != 1 || len(cards[0][0].Value) != lines {
			t.Fatalf("%s: %d cards, %v", name, len(cards), err)
		}
		if took := cpu(t) - start; took > 10*time.Second {
			t.Errorf("%s took %s", name, took)
		}
	}
}
