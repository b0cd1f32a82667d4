package mail

import (
	"context"

	"chancery/store"
)

// TrimHistory forgets the oldest removals of accounts that remember more than
// HistoryChanges of them; a client that was away for longer starts afresh. It
// is meant to run every hour or so.
func (r *Room) TrimHistory(ctx context.Context) error {
	var accounts []int64
	err := r.db.Read(ctx, func(tx *store.Tx) (err error) {
		accounts, err = selectLongHistories(ctx, tx, r.conf.HistoryChanges)
		return err
	})
	for _, id := range accounts {
		if err == nil {
			err = r.db.WriteBlobs(ctx, id, nil, func(tx *store.Tx) error { return trimHistory(ctx, tx, id, r.conf.HistoryChanges) })
		}
	}
	return err
}
