package jmapdoor

import (
	"context"
	"io"

	"chancery/wire/jmap"
)

// Accounts says which accounts a person may reach; the first personal one is
// primary.
type Accounts interface {
	Accounts(ctx context.Context, principal string) ([]jmap.Account, error)
}

// BlobInfo describes stored bytes.
type BlobInfo struct {
	ID   jmap.ID
	Size int64
}

// Blob is an open blob.
type Blob interface {
	io.ReadSeekCloser
}

// Blobs keeps what is uploaded and opens what may be downloaded. The errors
// errs.NotFound, errs.Forbidden and errs.TooLarge are told apart.
type Blobs interface {
	// Upload stores the bytes for the account until a record refers to them
	// or they expire.
	Upload(ctx context.Context, principal string, account jmap.ID, mediaType string, r io.Reader) (BlobInfo, error)
	// Open opens a blob that the account may read, whole messages and their
	// parts included.
	Open(ctx context.Context, principal string, account, blob jmap.ID) (Blob, int64, error)
	// Copy makes a blob of one account readable in another.
	Copy(ctx context.Context, principal string, from, to, blob jmap.ID) (jmap.ID, error)
}

// Feed wakes whoever waits for changes.
type Feed interface {
	// Listen returns a channel that gets a value after any of the accounts
	// changed; several changes may share one value.
	Listen(accounts []jmap.ID) (wake <-chan struct{}, stop func())
}

// Subscription is a push subscription as it is kept.
type Subscription struct {
	jmap.PushSubscription
	Principal string
	Code      string // what the client must send back
	Verified  bool
}

// Subscriptions keeps push subscriptions (RFC 8620 section 7.2).
type Subscriptions interface {
	All(ctx context.Context) ([]Subscription, error)
	Put(ctx context.Context, s Subscription) error
	Delete(ctx context.Context, principal string, id jmap.ID) error
}
