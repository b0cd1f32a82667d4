package drive

import (
	"context"
	"errors"
	"fmt"
	"time"

	"chancery/audit"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// tendBatch bounds what one look takes.
const tendBatch = 100

// Tend does what time brings: it gives up the bytes of uploads that nobody
// finished and of parcels that expired, and forgets those that were over for
// long. To be called every few minutes; several servers of one database may do
// so side by side, since each act looks again under the account's lock.
func (r *Room) Tend(ctx context.Context) error {
	return errors.Join(r.dropStale(ctx), r.expire(ctx), r.forgetOld(ctx))
}

func (r *Room) dropStale(ctx context.Context) error {
	now := r.clock.Now().UnixMilli()
	for {
		var list []File
		err := r.db.Read(ctx, func(tx *store.Tx) (err error) {
			list, err = selectStale(ctx, tx, now, tendBatch)
			return err
		})
		for _, f := range list {
			if err != nil {
				return err
			}
			err = r.write(ctx, f.account, func(tx *store.Tx, _ int64) error {
				f, err := selectFile(ctx, tx, f.account, f.ID)
				if errs.Is(err, errs.NotFound) || err == nil && (f.Parcel != 0 || milli(f.Expires) > now) {
					return nil // another server was here, or it goes on
				}
				if err != nil {
					return err
				}
				return r.dropUpload(ctx, tx, f)
			})
		}
		if err != nil || len(list) < tendBatch {
			return err
		}
	}
}

func (r *Room) expire(ctx context.Context) error {
	now := r.clock.Now().UnixMilli()
	return r.each(ctx, func(tx *store.Tx) ([]Parcel, error) { return selectExpired(ctx, tx, now, tendBatch) }, func(tx *store.Tx, p *Parcel) error {
		if p.Over != Open || milli(p.Expires) > now {
			return nil
		}
		if err := audit.Append(ctx, tx, r.clock.Now(), audit.By(policy.System(p.scope.Org), "parcel.expire", objectText(p.ID), nil)); err != nil {
			return err
		}
		return r.end(ctx, tx, p, Expired)
	})
}

func (r *Room) forgetOld(ctx context.Context) error {
	before := r.clock.Now().Add(-time.Duration(r.conf.KeepDays) * 24 * time.Hour).UnixMilli()
	return r.each(ctx, func(tx *store.Tx) ([]Parcel, error) { return selectKept(ctx, tx, before, tendBatch) }, func(tx *store.Tx, p *Parcel) error {
		if p.Over == Open || milli(p.OverAt) > before {
			return nil
		}
		return r.forget(ctx, tx, p)
	})
}

// each runs a change for every parcel that a query finds, each in a
// transaction of its account.
func (r *Room) each(ctx context.Context, find func(*store.Tx) ([]Parcel, error), do func(tx *store.Tx, p *Parcel) error) error {
	for {
		var list []Parcel
		err := r.db.Read(ctx, func(tx *store.Tx) (err error) {
			list, err = find(tx)
			return err
		})
		for _, p := range list {
			if err != nil {
				return err
			}
			err = r.write(ctx, p.account, func(tx *store.Tx, modseq int64) error {
				p, err := selectParcel(ctx, tx, p.account, p.ID)
				if errs.Is(err, errs.NotFound) {
					return nil
				}
				if err != nil {
					return err
				}
				p.Modseq = modseq
				if err := do(tx, &p); err != nil {
					return err
				}
				return updateParcel(ctx, tx, p)
			})
		}
		if err != nil || len(list) < tendBatch {
			return err
		}
	}
}

// Checked is what a check found.
type Checked struct {
	Problems []string
}

// Check compares what was received of each file with its parts, and calls
// each for every blob that a part refers to.
func (r *Room) Check(ctx context.Context, each func(store.Scope, store.Hash)) (c Checked, err error) {
	err = r.db.Read(ctx, func(tx *store.Tx) error {
		if err := selectHashes(ctx, tx, each); err != nil {
			return err
		}
		return selectTorn(ctx, tx, func(account, file, received, parts int64) {
			c.Problems = append(c.Problems, fmt.Sprintf("file %d of account %d in the drive: %d bytes were received, its parts have %d", file, account, received, parts))
		})
	})
	return c, err
}
