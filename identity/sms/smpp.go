package sms

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/wire/smpp"
)

// smppGateway is a message centre. The connection is made with the first
// message, and anew with the first one after it ended.
type smppGateway struct {
	conf  smpp.Config
	clock clock.Clock
	log   *slog.Logger

	mu   sync.Mutex
	line *smpp.Client
}

// NewSMPP makes a gateway of a message centre.
func NewSMPP(conf smpp.Config, c clock.Clock, log *slog.Logger) Gateway {
	g := &smppGateway{conf: conf, clock: c, log: log}
	g.conf.OnReceipt = g.receipt
	return g
}

// receipt tells the operator of what did not arrive.
func (g *smppGateway) receipt(r smpp.Receipt) {
	if r.Final() && !r.Delivered() {
		g.log.Warn("a short message did not arrive", "id", r.ID, "state", r.State)
	}
}

// bound returns the connection. Others wait while it is made: a message centre
// that is down is asked once at a time.
func (g *smppGateway) bound(ctx context.Context) (*smpp.Client, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.line != nil {
		select {
		case <-g.line.Done():
		default:
			return g.line, nil
		}
	}
	line, err := smpp.Dial(ctx, g.conf)
	if err == nil {
		g.line = line
	}
	return line, err
}

// Statuses of submit_sm that are about the number (section 5.1.3).
const badNumber, badNumberType = 0x0b, 0x50

// Send submits the text in as many parts as it takes.
func (g *smppGateway) Send(ctx context.Context, m Message) error {
	line, err := g.bound(ctx)
	if err != nil {
		return errs.Wrap(errs.Unavailable, err, "the message centre cannot be reached")
	}
	// A message centre that has it too late throws it away.
	worth := max(time.Minute, m.Until.Sub(g.clock.Now()))
	_, err = line.Submit(ctx, m.To, m.Text, worth)
	var status smpp.Status
	if errors.As(err, &status) && (status == badNumber || status == badNumberType) {
		return errs.Wrap(errs.Invalid, err, "the message centre refuses the number")
	}
	return errs.Wrap(errs.Unavailable, err, "the message centre did not take it")
}

// Close unbinds.
func (g *smppGateway) Close() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.line == nil {
		return nil
	}
	return g.line.Close()
}
