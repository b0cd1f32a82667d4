package identity

import (
	"net/netip"
	"time"

	"chancery/audit"
)

// What can be odd about a sign-in (K22). The country of an address is not
// known here; the network is.
const (
	NewNetwork = "newNetwork" // the first from its network, though not the first of all
	TooFast    = "tooFast"    // from another outer network shortly after the one before
	Refused    = "refused"    // after many wrong passwords or codes in a row
)

// fast is the time in which nobody gets from one network to another: long
// enough to catch two people at one account, and short enough that a walk
// from the desk to the street seldom counts.
const fast = 5 * time.Minute

// region widens an address to its neighbourhood: a telephone gets another
// address of the same provider many times a day.
func region(a netip.Addr) netip.Prefix {
	a = a.Unmap()
	bits := 16
	if a.Is6() {
		bits = 32
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

// odd marks what is odd in a list of sign-ins, newest first, by their places
// in the list.
func (i *Identity) odd(list []audit.Entry) map[int][]string {
	out := map[int][]string{}
	seen := map[netip.Prefix]bool{}
	var last struct {
		at     time.Time
		region netip.Prefix
	}
	wrong := 0
	for n := len(list) - 1; n >= 0; n-- {
		e := list[n]
		if e.Result != "ok" {
			wrong++
			continue
		}
		addr, err := netip.ParseAddr(e.Peer)
		if err != nil {
			continue
		}
		at := region(addr)
		inner := i.inner(e.Peer)
		if !inner && len(seen) > 0 && !seen[at] {
			out[n] = append(out[n], NewNetwork)
		}
		if !inner && last.region.IsValid() && last.region != at && e.At.Sub(last.at) < fast {
			out[n] = append(out[n], TooFast)
		}
		if wrong >= freePerAccount {
			out[n] = append(out[n], Refused)
		}
		wrong = 0
		seen[at] = true
		last.at, last.region = e.At, netip.Prefix{}
		if !inner {
			last.region = at
		}
	}
	return out
}
