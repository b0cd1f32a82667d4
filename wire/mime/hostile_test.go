package mime

import (
	"strings"
	"testing"
	"time"
)

// TestHostile feeds headers made to cost their length squared.
func TestHostile(t *testing.T) {
	const size = 128 << 10
	for _, unit := range []string{"(", "(;", "(a", "\"", "\\", "<", "<\"", "[", "=?a?b?*", "=?a?q?", "=?a?q??=", ",", ":", ";", "g:a@b;", "a ", "a@b ", "[a]", "Re:", "[Fwd:", "a=\"", ";a=", ";a*0=x", "(a)", "<a@b>x", "\xa4\xa4 ", "@", ".", "'", "%E4"} {
		value := strings.Repeat(unit, size/len(unit))
		start := time.Now()
		ParseAddresses(value, "", 5000)
		DecodeText(value, "")
		AsText(value)
		BaseSubject(value)
		ParseDate(value)
		AsMessageIDs(value)
		AsURLs(value)
		LooseIDs(value, 1000)
		parseParams(value, func(int) bool { return true }).Get("a")
		raw := "Content-Type: a/b" + value + "\nTo: " + value + "\nSubject: " + value + "\n\n" + value
		if _, err := Parse(strings.NewReader(raw), Limits{HeaderBytes: 1 << 20, TreeBytes: 4 << 20}); err != nil {
			t.Fatal(err)
		}
		// Some 50 ms on an idle machine; the square would be minutes.
		if took := time.Since(start); took > 8*time.Second {
			t.Errorf("%q over and over takes %v", unit, took)
		}
	}
}
