package house

import (
	"testing"

	"chancery/kit/errs"
)

// TestMapped tells people the ports of the router in front, where it shows
// others than ours.
func TestMapped(t *testing.T) {
	var c Config
	c.Network.Mapped = []string{"993=9993", "25=25"}
	port, err := c.shownPort()
	if err != nil {
		t.Fatal(err)
	}
	for addr, want := range map[string]int{":9993": 993, "10.1.0.5:9993": 993, ":465": 465, "": 0, "[::1]:25": 25} {
		if got := port(addr); got != want {
			t.Errorf("%s is shown as %d, want %d", addr, got, want)
		}
	}
	for _, bad := range []string{"993", "993:9993", "0=1", "1=0", "70000=1", "a=b", "=", "-1=2"} {
		c.Network.Mapped = []string{bad}
		if _, err := c.shownPort(); !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
