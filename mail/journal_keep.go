package mail

import (
	"context"
	"errors"
	"time"

	"chancery/audit"
	"chancery/policy"
	"chancery/store"
)

// journalBatch is how many letters one transaction of the clockwork takes.
const journalBatch = 100

// journalEnd is what the record says of a letter whose time is over.
type journalEnd struct {
	Days int `json:"days"` // that letters were kept then
}

// tendJournal does what time brings to the journal: letters that cannot be found
// yet get their terms, and those whose time is over end. More says that there
// may be more to do.
func (r *Room) tendJournal(ctx context.Context) (more bool, err error) {
	orgs, err := audit.Organisations(ctx, r.db)
	if err != nil {
		return false, err
	}
	for _, org := range orgs {
		for _, tend := range []func(context.Context, int64) (int, error){r.indexJournal, r.endJournal} {
			n, one := tend(ctx, org)
			more, err = more || n == journalBatch, errors.Join(err, one)
		}
	}
	return more && err == nil, err
}

// indexJournal writes the terms of letters that have none.
func (r *Room) indexJournal(ctx context.Context, org int64) (n int, err error) {
	var list []journalEntry
	err = r.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = selectUnindexed(ctx, tx, org, journalBatch)
		return err
	})
	if err != nil || len(list) == 0 {
		return 0, err
	}
	return len(list), r.db.Write(ctx, func(tx *store.Tx) error {
		for i := range list {
			if err := errors.Join(putJournalTerms(ctx, tx, &list[i]), setIndexed(ctx, tx, org, list[i].id)); err != nil {
				return err
			}
		}
		return nil
	})
}

// endJournal ends letters that were kept as long as the house has it. That each
// ends is in the record in the same transaction, so that a letter that is not
// there either ended or was taken away. Its bytes are given free, and go at the
// next sweep where nobody else has them.
func (r *Room) endJournal(ctx context.Context, org int64) (n int, err error) {
	days := r.conf.Review.JournalDays
	if days <= 0 {
		return 0, nil
	}
	now := r.clock.Now()
	upTo := now.Add(-time.Duration(days) * 24 * time.Hour).UnixMilli()
	var list []journalEntry
	err = r.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = selectJournalOld(ctx, tx, org, upTo, journalBatch)
		return err
	})
	if err != nil || len(list) == 0 {
		return 0, err
	}
	return len(list), r.db.Write(ctx, func(tx *store.Tx) error {
		for i := range list {
			j := &list[i]
			was, err := deleteJournal(ctx, tx, org, j.id)
			if err != nil {
				return err
			}
			if !was {
				continue // another server was here
			}
			if err := tx.RefHash(ctx, j.blob.Scope, j.blob.Hash, -1); err != nil {
				return err
			}
			e, err := audit.By(policy.System(org), journalEnded, j.object(), nil).Change(nil, journalEnd{days})
			if err != nil {
				return err
			}
			if err := audit.Append(ctx, tx, now, e); err != nil {
				return err
			}
		}
		return nil
	})
}
