package jmapdoor

import (
	"context"
	"io"

	httpdoor "chancery/doors/http"
	"chancery/wire/jmap"
)

// In all of these the person who asks is in the context, as doors/http put it
// there (httpdoor.SubjectOf).

// Accounts says which accounts the person may reach; the first personal one
// is primary.
type Accounts interface {
	Accounts(ctx context.Context) ([]jmap.Account, error)
}

// Blobs keeps what is uploaded and opens what may be downloaded. The errors
// errs.NotFound, errs.Forbidden and errs.TooLarge are told apart.
type Blobs interface {
	// Upload stores the bytes for the account until a record refers to them
	// or they expire.
	Upload(ctx context.Context, account jmap.ID, mediaType string, r io.Reader) (blob jmap.ID, size int64, err error)
	// Open opens a blob that the account may read, whole messages and their
	// parts included.
	Open(ctx context.Context, account, blob jmap.ID) (io.ReadSeekCloser, error)
	// Copy makes a blob of one account readable in another.
	Copy(ctx context.Context, from, to, blob jmap.ID) (jmap.ID, error)
}

// Feed wakes whoever waits for changes.
type Feed interface {
	// Listen returns a channel that gets a value after any of the accounts
	// changed; several changes may share one value.
	Listen(ctx context.Context, accounts []jmap.ID) (wake <-chan struct{}, stop func())
}

// Subscription is a push subscription as it is kept.
type Subscription struct {
	jmap.PushSubscription
	Subject  httpdoor.Subject
	Code     string // what the client must send back
	Verified bool
}

// Subscriptions keeps push subscriptions (RFC 8620 section 7.2).
type Subscriptions interface {
	All(ctx context.Context) ([]Subscription, error)
	Put(ctx context.Context, s Subscription) error
	Delete(ctx context.Context, id jmap.ID) error
}
