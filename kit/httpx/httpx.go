// Package httpx is what rooms and doors share: names of files in answers, and requests of ours to servers
// that a stranger named: the endpoint of a push subscription, the address by
// which one leaves a mailing list.
package httpx

import (
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// Dialer returns a dialer that speaks to public addresses only, whatever a
// name resolves to: what a stranger names must not be a way to reach into the
// office. With inside, it speaks to every address.
func Dialer(inside bool) *net.Dialer {
	d := &net.Dialer{Timeout: 10 * time.Second}
	if !inside {
		d.Control = func(_, address string, _ syscall.RawConn) error {
			a, err := netip.ParseAddrPort(address)
			if err != nil || !Public(a.Addr()) {
				return fmt.Errorf("a request to %s is not allowed", address)
			}
			return nil
		}
	}
	return d
}

// notPublic are ranges that are unicast and lead nowhere in the Internet, or
// hide an IPv4 address (RFC 6890).
var notPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"),
}

// Public says whether an address is one of the Internet's.
func Public(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, p := range notPublic {
		if p.Contains(a) {
			return false
		}
	}
	return true
}
