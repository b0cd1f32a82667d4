package identity

import (
	"net/netip"
	"sync"
	"time"

	"chancery/kit/clock"
)

// pace slows down guessing: per network address, and per account together
// with the address, so that a stranger cannot lock anybody else out. Codes are
// guessed by who knows the password and has many addresses, so wrong ones
// count for the account from wherever they come.
type pace struct {
	mu    sync.Mutex
	clock clock.Clock
	m     map[paceKey]*tries
}

type paceKey struct {
	peer    netip.Prefix
	account int64 // 0 = the address as a whole; without a peer, wrong codes of the account
}

type tries struct {
	failed int
	last   time.Time
}

const (
	freePerAccount = 5  // wrong passwords for one account before waiting
	freePerPeer    = 30 // wrong passwords for any account
	freeCodes      = 20 // wrong codes for an account from anywhere
	maxWait        = 15 * time.Minute
	forgetAfter    = time.Hour
	maxPaceEntries = 50_000
)

func newPace(c clock.Clock) *pace { return &pace{clock: c, m: map[paceKey]*tries{}} }

// network widens an IPv6 address to its /64, which is one customer's.
func network(a netip.Addr) netip.Prefix {
	a = a.Unmap()
	bits := 32
	if a.Is6() {
		bits = 64
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

// wait returns how long the peer has to wait before its next try.
func (p *pace) wait(peer netip.Addr, account int64) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return max(p.left(paceKey{network(peer), account}, freePerAccount), p.left(paceKey{network(peer), 0}, freePerPeer))
}

// left doubles from one second with each wrong try beyond the free ones.
func (p *pace) left(k paceKey, free int) time.Duration {
	t, ok := p.m[k]
	if !ok || t.failed < free {
		return 0
	}
	wait := maxWait
	if over := t.failed - free; over < 10 {
		wait = min(maxWait, time.Second<<over)
	}
	return wait - p.clock.Now().Sub(t.last)
}

func (p *pace) failed(peer netip.Addr, account int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.note(paceKey{network(peer), account}, paceKey{network(peer), 0})
}

// waitCode returns how long an account has to wait before its next code.
func (p *pace) waitCode(account int64) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.left(paceKey{account: account}, freeCodes)
}

func (p *pace) failedCode(account int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.note(paceKey{account: account})
}

func (p *pace) succeededCode(account int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.m, paceKey{account: account})
}

// note counts a wrong try; the caller holds the lock.
func (p *pace) note(keys ...paceKey) {
	now := p.clock.Now()
	if len(p.m) >= maxPaceEntries {
		for k, t := range p.m {
			if now.Sub(t.last) > forgetAfter || len(p.m) >= 2*maxPaceEntries {
				delete(p.m, k)
			}
		}
	}
	for _, k := range keys {
		t, ok := p.m[k]
		if !ok || now.Sub(t.last) > forgetAfter {
			t = &tries{}
			p.m[k] = t
		}
		t.failed++
		t.last = now
	}
}

// succeeded forgets the account's wrong tries from this address; those of the
// address as a whole stay, or one good account would pay for guessing others.
func (p *pace) succeeded(peer netip.Addr, account int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.m, paceKey{network(peer), account})
}

// cache remembers good passwords, as keyed hashes, with the version of the
// credential they were good for.
type cache struct {
	mu  sync.Mutex
	max int
	m   map[[32]byte]int64
}

func newCache(max int) *cache { return &cache{max: max, m: map[[32]byte]int64{}} }

func (c *cache) has(key [32]byte, version int64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.m[key]
	return ok && v == version
}

func (c *cache) put(key [32]byte, version int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k := range c.m {
		if len(c.m) < c.max {
			break
		}
		delete(c.m, k)
	}
	c.m[key] = version
}
