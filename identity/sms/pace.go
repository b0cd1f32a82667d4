package sms

import (
	"net/netip"
	"strconv"
	"sync"
	"time"

	"chancery/kit/errs"
)

// Limits are how many messages leave within an hour, so that nobody makes us
// write to a number over and over, or earns by what we pay (SMS pumping).
type Limits struct {
	Number  int           // to one number; default 6
	Account int           // about one account; default 10
	Network int           // asked for from one address (IPv6: /64); default 30
	House   int           // altogether; default 1000
	Gap     time.Duration // between two to one number; default 30 s
}

func (l *Limits) defaults() {
	for _, x := range []struct {
		n    *int
		most int
	}{{&l.Number, 6}, {&l.Account, 10}, {&l.Network, 30}, {&l.House, 1000}} {
		if *x.n <= 0 {
			*x.n = x.most
		}
	}
	if l.Gap <= 0 {
		l.Gap = 30 * time.Second
	}
}

// pace remembers what left within the last hour. It is as large as the limit
// of the house allows.
type pace struct {
	mu     sync.Mutex
	limits Limits
	left   map[string][]time.Time
}

const hour = time.Hour

// Asker is whom a message is about, and where it was asked for.
type Asker struct {
	Account int64
	Peer    netip.Addr
}

// take counts a message, or refuses it. What is refused does not count.
func (p *pace) take(now time.Time, number string, by Asker) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for k, list := range p.left {
		for len(list) > 0 && now.Sub(list[0]) >= hour {
			list = list[1:]
		}
		if p.left[k] = list; len(list) == 0 {
			delete(p.left, k)
		}
	}
	keys := []struct {
		key  string
		most int
	}{{"house", p.limits.House}, {"number " + number, p.limits.Number}, {"account " + strconv.FormatInt(by.Account, 36), p.limits.Account}, {"network " + network(by.Peer), p.limits.Network}}
	if last := p.left[keys[1].key]; len(last) > 0 && now.Sub(last[len(last)-1]) < p.limits.Gap {
		return tooMany(p.limits.Gap - now.Sub(last[len(last)-1]))
	}
	for _, k := range keys {
		if list := p.left[k.key]; len(list) >= k.most {
			return tooMany(hour - now.Sub(list[0]))
		}
	}
	for _, k := range keys {
		p.left[k.key] = append(p.left[k.key], now)
	}
	return nil
}

// network is what one customer has: an IPv4 address, or an IPv6 /64.
func network(a netip.Addr) string {
	a = a.Unmap()
	bits := 32
	if a.Is6() {
		bits = 64
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}

func tooMany(wait time.Duration) error {
	return errs.E(errs.RateLimited, "Too many short messages were asked for; try again in %d seconds.", int(wait.Seconds())+1)
}
