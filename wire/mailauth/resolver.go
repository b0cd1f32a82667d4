package mailauth

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"time"
)

// Resolver is the part of DNS that the checks need; *net.Resolver with
// StrictErrors is one.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error)
	LookupAddr(ctx context.Context, addr string) ([]string, error)
}

// Bounds of the cache and of the answers.
const (
	maxCached   = 20_000
	maxTXT      = 8 << 10 // bytes of one record: a DKIM key of 8,192 bits has about 1,500
	keepGood    = 5 * time.Minute
	keepAbsent  = time.Minute
	keepTrouble = 20 * time.Second

	// After lookups in a row for so many organisations that ran out of time, the
	// DNS counts as down for keepTrouble, and letters do not wait for it. One
	// organisation does not count twice: whoever has a dead name server could
	// else keep all others from being checked.
	breakAfter = 5
)

// errDown is a temporary failure in the form that the libraries know.
var errDown = &net.DNSError{Err: "the name servers do not answer", IsTimeout: true, IsTemporary: true}

// cache keeps answers and remembers trouble, so that a burst of letters asks
// once and a dead name server costs little.
type cache struct {
	next Resolver
	now  func() time.Time

	mu      sync.Mutex
	entries map[string]cached
	failed  map[string]bool // organisations whose names failed in a row
	down    time.Time
}

type cached struct {
	value any
	err   error
	until time.Time
}

func newCache(next Resolver, now func() time.Time) *cache {
	return &cache{next: next, now: now, entries: map[string]cached{}, failed: map[string]bool{}}
}

// lookup answers from the cache or asks.
func lookup[T any](ctx context.Context, c *cache, key string, ask func(ctx context.Context) (T, error)) (T, error) {
	var none T
	now := c.now()
	c.mu.Lock()
	e, ok := c.entries[key]
	down := now.Before(c.down)
	c.mu.Unlock()
	if ok && now.Before(e.until) {
		v, _ := e.value.(T)
		return v, e.err
	}
	if down {
		return none, errDown
	}
	v, err := ask(ctx)
	if !errors.Is(context.Cause(ctx), context.Canceled) { // who went away tells nothing about the DNS
		c.keep(key, v, err, now)
	}
	return v, err
}

func (c *cache) keep(key string, v any, err error, now time.Time) {
	life := keepGood
	var dns *net.DNSError
	switch {
	case err == nil:
	case errors.As(err, &dns) && dns.IsNotFound:
		life = keepAbsent
	default:
		life = keepTrouble
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if life == keepTrouble {
		_, name, _ := strings.Cut(key, " ")
		c.failed[organisation(strings.TrimSuffix(name, "."))] = true
		if len(c.failed) >= breakAfter {
			c.down = now.Add(keepTrouble)
			clear(c.failed)
		}
	} else {
		clear(c.failed)
	}
	if len(c.entries) >= maxCached {
		clear(c.entries) // simpler than an order, and rare
	}
	c.entries[key] = cached{v, err, now.Add(life)}
}

// LookupTXT leaves out records that are too long to be honest.
func (c *cache) LookupTXT(ctx context.Context, name string) ([]string, error) {
	return lookup(ctx, c, "t "+name, func(ctx context.Context) ([]string, error) {
		list, err := c.next.LookupTXT(ctx, name)
		var out []string
		for _, text := range list {
			if len(text) <= maxTXT {
				out = append(out, text)
			}
		}
		return out, err
	})
}

// LookupMX, LookupIPAddr and LookupAddr are those of the resolver, cached.
func (c *cache) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	return lookup(ctx, c, "m "+name, func(ctx context.Context) ([]*net.MX, error) { return c.next.LookupMX(ctx, name) })
}

// LookupIPAddr returns the addresses of a host.
func (c *cache) LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error) {
	return lookup(ctx, c, "a "+host, func(ctx context.Context) ([]net.IPAddr, error) { return c.next.LookupIPAddr(ctx, host) })
}

// LookupAddr returns the names of an address.
func (c *cache) LookupAddr(ctx context.Context, addr string) ([]string, error) {
	return lookup(ctx, c, "p "+addr, func(ctx context.Context) ([]string, error) { return c.next.LookupAddr(ctx, addr) })
}
