package audit

import (
	"bytes"
	"context"
	"errors"
	"time"

	"chancery/kit/errs"
	"chancery/store"
)

// Checked says what came of following a chain.
type Checked struct {
	At      time.Time // zero = never
	Entries int64
	Broken  int64 // the first entry that does not fit, 0 = all do
}

// errBroken ends the following of a chain at the first link that does not fit.
var errBroken = errors.New("broken")

// follow goes along the chain from its start. Entries that were cut off at the
// end show as well: the head of the chain knows its last link.
func follow(ctx context.Context, tx *store.Tx, org int64) (c Checked, err error) {
	last, head, err := selectHead(ctx, tx, org) // first: what is added meanwhile comes after it
	if err != nil {
		return c, err
	}
	var prev []byte
	err = selectChain(ctx, tx, org, func(e Entry, have []byte) error {
		want, err := e.hash(prev)
		if err != nil {
			return err
		}
		c.Entries++
		if e.Seq != c.Entries || !bytes.Equal(have, want) || e.Seq == last && !bytes.Equal(have, head) {
			c.Broken = c.Entries
			return errBroken
		}
		prev = have
		return nil
	})
	if errors.Is(err, errBroken) {
		return c, nil
	}
	if c.Entries < last {
		c.Broken = c.Entries + 1
	}
	return c, err
}

// Verify follows the chain of an organisation from its start. It returns the
// number of entries, and Internal with the place of the first broken link.
func Verify(ctx context.Context, db *store.Store, org int64) (int64, error) {
	var c Checked
	err := db.Read(ctx, func(tx *store.Tx) (err error) {
		c, err = follow(ctx, tx, org)
		return err
	})
	if err == nil && c.Broken != 0 {
		err = errs.E(errs.Internal, "the audit record of organisation %d is broken at entry %d", org, c.Broken)
	}
	return c.Entries, err
}

// Check follows the chain and keeps what came of it, for those who ask later.
func Check(ctx context.Context, db *store.Store, org int64, now time.Time) (c Checked, err error) {
	err = db.Read(ctx, func(tx *store.Tx) (err error) {
		c, err = follow(ctx, tx, org)
		return err
	})
	if err != nil {
		return c, err
	}
	c.At = now.UTC().Truncate(time.Millisecond)
	return c, db.Write(ctx, func(tx *store.Tx) error { return putCheck(ctx, tx, org, c) })
}

// LastCheck returns what came of the last check, and how many entries there
// are now.
func LastCheck(ctx context.Context, tx *store.Tx, org int64) (c Checked, entries int64, err error) {
	at, n, broken, err := selectCheck(ctx, tx, org)
	if err != nil {
		return c, 0, err
	}
	if at != 0 {
		c = Checked{time.UnixMilli(at).UTC(), n, broken}
	}
	entries, _, err = selectHead(ctx, tx, org)
	return c, entries, err
}
