package mail

import (
	"context"
	"io"
	"time"

	"chancery/policy"
	"chancery/store"
)

// uploadLife is how long an upload is kept that no message has taken.
const uploadLife = 24 * time.Hour

// Upload stores bytes for the account until a message takes them up or a day
// has passed (RFC 8620 section 6.1).
func (a *Account) Upload(ctx context.Context, r io.Reader, limit int64) (Blob, error) {
	if err := a.can(ctx, policy.Insert); err != nil {
		return Blob{}, err
	}
	staged, err := a.room.db.Stage(ctx, a.scope, r, limit)
	if err != nil {
		return Blob{}, err
	}
	b := Blob{Scope: a.scope, Hash: staged.Hash, Size: staged.Size}
	err = a.room.db.WriteBlobs(ctx, a.info.ID, []*store.Staged{staged}, func(tx *store.Tx) error {
		fresh, err := putUpload(ctx, tx, a.info.ID, b, a.room.clock.Now().UnixMilli())
		if err != nil {
			return err
		}
		// A repeated upload takes the old one's place and adds no reference.
		return tx.Ref(ctx, staged, int(flag(fresh)))
	})
	if err != nil {
		staged.Discard()
	}
	return b, err
}

// AdoptBlob makes a blob of another account readable in this one, as an
// upload (RFC 8620 section 6.3).
func (a *Account) AdoptBlob(ctx context.Context, b Blob) error {
	if err := a.can(ctx, policy.Insert); err != nil {
		return err
	}
	return a.room.db.WriteBlobs(ctx, a.info.ID, nil, func(tx *store.Tx) error {
		fresh, err := putUpload(ctx, tx, a.info.ID, b, a.room.clock.Now().UnixMilli())
		if err != nil || !fresh {
			return err
		}
		return tx.RefHash(ctx, b.Scope, b.Hash, 1)
	})
}

// ExpireUploads forgets uploads that nothing took up. It is meant to run
// every hour or so.
func (r *Room) ExpireUploads(ctx context.Context) error {
	before := r.clock.Now().Add(-uploadLife).UnixMilli()
	return r.db.Write(ctx, func(tx *store.Tx) error {
		old, err := deleteUploads(ctx, tx, before)
		for _, b := range old {
			if err == nil {
				err = tx.RefHash(ctx, b.Scope, b.Hash, -1)
			}
		}
		return err
	})
}
