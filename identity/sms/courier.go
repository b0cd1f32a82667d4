package sms

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/id"
)

// Config says who is written to, and how.
type Config struct {
	Country  string   // calling code of numbers that are typed without one; "" = they are refused
	Prefixes []string // beginnings of the numbers that are written to, with +; default the country's
	Limits   Limits
	Patience time.Duration // how long Send waits for the gateway before it says that it takes longer; default 4 s
	Retry    time.Duration // wait before the second try, doubled after each; default 2 s
}

// Courier brings messages to a gateway, and tries again while they are worth it.
type Courier struct {
	conf    Config
	gateway Gateway
	clock   clock.Clock
	log     *slog.Logger
	book    *Book
	under   chan struct{} // a place for each message under way
	all     sync.WaitGroup
	ctx     context.Context
	cancel  context.CancelFunc
	down    atomic.Bool

	mu    sync.Mutex
	newer map[string]*context.CancelFunc // by number: what ends the message that a newer one makes worthless
}

// maxUnderWay bounds what waits for a gateway that is down, maxTries how often
// one message is tried: a gateway that says no after it has sent must not send
// for ever.
const (
	maxUnderWay = 200
	maxTries    = 6
	oneTry      = 20 * time.Second
)

// NewCourier makes one that counts in a book.
func NewCourier(g Gateway, conf Config, b *Book, c clock.Clock, log *slog.Logger) (*Courier, error) {
	if strings.Trim(conf.Country, "0123456789") != "" || len(conf.Country) > 3 {
		return nil, errs.E(errs.Invalid, "%q is not the calling code of a country", conf.Country)
	}
	if len(conf.Prefixes) == 0 && conf.Country != "" {
		conf.Prefixes = []string{"+" + conf.Country}
	}
	if len(conf.Prefixes) == 0 {
		return nil, errs.E(errs.Invalid, "no number may be written to: give a country or the beginnings of numbers")
	}
	for _, p := range conf.Prefixes {
		if digits, ok := strings.CutPrefix(p, "+"); !ok || digits == "" || strings.Trim(digits, "0123456789") != "" {
			return nil, errs.E(errs.Invalid, "%q is not the beginning of a number: + and digits", p)
		}
	}
	conf.Limits.defaults()
	if conf.Patience <= 0 {
		conf.Patience = 4 * time.Second
	}
	if conf.Retry <= 0 {
		conf.Retry = 2 * time.Second
	}
	out := &Courier{conf: conf, gateway: g, book: b, clock: c, log: log, under: make(chan struct{}, maxUnderWay)}
	out.newer = map[string]*context.CancelFunc{}
	out.ctx, out.cancel = context.WithCancel(context.Background())
	return out, nil
}

// Close forgets what is under way and closes the gateway.
func (c *Courier) Close() error {
	c.cancel()
	c.all.Wait()
	return c.gateway.Close()
}

// Number reads a number that somebody typed. Numbers that are not written to
// are refused.
func (c *Courier) Number(text string) (string, error) {
	n, err := Parse(text, c.conf.Country)
	if err == nil && !c.takes(n) {
		err = errAbroad
	}
	return n, err
}

var errAbroad = errs.E(errs.Forbidden, "Short messages are not sent to numbers of that country or kind.")

func (c *Courier) takes(number string) bool {
	for _, p := range c.conf.Prefixes {
		if strings.HasPrefix(number, p) {
			return true
		}
	}
	return false
}

// Send hands a message over. Late is true when the gateway has not taken it
// yet: it is tried again in the background until the message is worth nothing.
func (c *Courier) Send(ctx context.Context, m Message, by Asker) (late bool, err error) {
	if !c.takes(m.To) {
		return false, errAbroad
	}
	select {
	case c.under <- struct{}{}:
	default:
		return false, errs.E(errs.Unavailable, "Short messages cannot be sent now.")
	}
	if err := c.book.take(ctx, c.conf.Limits, c.clock.Now(), m.To, by); err != nil {
		<-c.under
		if !errs.Is(err, errs.RateLimited) {
			return false, err
		}
		// Somebody may be earning by what we send: the operator looks into the record, who asked.
		c.log.Warn("a short message was not sent: too many within the hour", "account", by.Account, "network", network(by.Peer))
		return false, err
	}
	first := make(chan error, 1)
	under, done := c.place(m)
	c.all.Go(func() {
		defer func() { <-c.under }()
		defer done()
		c.bring(under, m, first)
	})
	wait := time.NewTimer(c.conf.Patience)
	defer wait.Stop()
	select {
	case err := <-first:
		if errs.Is(err, errs.Invalid) {
			return false, err
		}
		return err != nil, nil
	case <-wait.C:
	case <-ctx.Done():
	}
	return true, nil
}

// place returns the context of a message, which ends where a newer one takes
// its place: an old code that came last would only be typed in vain.
func (c *Courier) place(m Message) (ctx context.Context, done func()) {
	ctx, cancel := context.WithCancel(c.ctx)
	if !m.Newer {
		return ctx, cancel
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.newer[m.To]; old != nil {
		(*old)()
	}
	mine := &cancel
	c.newer[m.To] = mine
	return ctx, func() {
		cancel()
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.newer[m.To] == mine {
			delete(c.newer, m.To)
		}
	}
}

// bring tries until the gateway has the message; what came of the first try
// goes to first.
func (c *Courier) bring(under context.Context, m Message, first chan<- error) {
	log := c.log.With("message", id.Token(5)) // to follow one through the log
	for n := range maxTries {
		ctx, cancel := context.WithTimeout(under, oneTry)
		err := c.gateway.Send(ctx, m)
		cancel()
		if n == 0 {
			first <- err
		}
		switch {
		case err == nil:
			if c.down.Swap(false) {
				log.Info("short messages are taken again")
			}
			return
		case errs.Is(err, errs.Invalid):
			log.Warn("the gateway refuses a short message", "error", err)
			return
		case under.Err() != nil: // a newer one is on its way, or the house closes
			return
		}
		c.down.Store(true)
		log.Error("the gateway did not take a short message", "try", n+1, "error", err)
		wait := c.conf.Retry << n
		if c.clock.Now().Add(wait).After(m.Until) {
			break
		}
		select {
		case <-under.Done():
			return
		case <-time.After(wait):
		}
	}
	log.Error("a short message is given up")
}

// Try brings a message once, past the limits: for an operator who looks
// whether the gateway works.
func (c *Courier) Try(ctx context.Context, m Message) error {
	ctx, cancel := context.WithTimeout(ctx, oneTry)
	defer cancel()
	return c.gateway.Send(ctx, m)
}
