package identity

import (
	"net/netip"
	"time"

	"chancery/kit/clock"
)

// Rooms that give out secrets of their own, such as links with a password,
// hash and pace them as sign-ins are. HashPassword makes the hash.

// MatchesHash compares a password with a hash of HashPassword, in constant time.
func MatchesHash(hash, password string) (bool, error) {
	if len(password) > maxPassword {
		return false, nil
	}
	return matches(hash, password)
}

// Pace slows down guessing of things with a number, per network address and
// per thing together with the address: nobody can lock a thing for others.
type Pace struct{ p *pace }

// NewPace returns a pace of its own.
func NewPace(c clock.Clock) *Pace { return &Pace{newPace(c)} }

// Wait returns how long the peer has to wait before its next try.
func (p *Pace) Wait(peer netip.Addr, thing int64) time.Duration { return p.p.wait(peer, thing) }

// Failed counts a wrong try.
func (p *Pace) Failed(peer netip.Addr, thing int64) { p.p.failed(peer, thing) }

// Succeeded forgets the wrong tries of the peer at the thing.
func (p *Pace) Succeeded(peer netip.Addr, thing int64) { p.p.succeeded(peer, thing) }
