package sms

import (
	"context"
	"time"
)

// Message is a text for one telephone.
type Message struct {
	To    string // E.164, with its plus sign
	Text  string
	Until time.Time // after that it is worth nothing
	Newer bool      // another such message to the number that is still under way is worth nothing any more
}

// Gateway is a way to telephones. Send returns nil when the gateway has the
// message; an error of kind errs.Invalid when it will never take it; any other
// when it may later. No error names the number or the text.
type Gateway interface {
	Send(ctx context.Context, m Message) error
	Close() error
}
