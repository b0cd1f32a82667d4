package httpx

import (
	"net/netip"
	"testing"
)

func TestPublic(t *testing.T) {
	for a, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1": true, "127.0.0.1": false, "10.1.2.3": false, "169.254.169.254": false, "100.64.0.1": false, "0.0.0.0": false,
		"::1": false, "fe80::1": false, "fd00::1": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false, "224.0.0.1": false, "255.255.255.255": false,
		"198.18.0.1": false, "::ffff:10.0.0.1": false,
	} {
		if got := Public(netip.MustParseAddr(a)); got != want {
			t.Errorf("%s: %v", a, got)
		}
	}
}

// TestDialer refuses what is not public, and only then.
func TestDialer(t *testing.T) {
	for inside, want := range map[bool]bool{true: true, false: false} {
		control := Dialer(inside).Control
		if got := control == nil || control("tcp4", "127.0.0.1:80", nil) == nil; got != want {
			t.Errorf("inside %v: allowed %v", inside, got)
		}
	}
}
