package mail

import (
	"context"
	"time"

	"chancery/store"
)

// maxDueAccounts bounds the accounts of one look.
const maxDueAccounts = 1000

// laterAt has the clockwork look again once the transaction is durable.
func (r *Room) laterAt(tx *store.Tx) { tx.OnCommit(r.wakeLater) }

// wakeLater has the clockwork look for what is due now.
func (r *Room) wakeLater() {
	select {
	case r.laterWake <- struct{}{}:
	default:
	}
}

// RunLater brings letters back when their time has come, and does what time
// brings to levels and to the journal, until ctx ends. One
// runs per process; several processes may share a database. What fell due
// while none ran is brought back at the start.
func (r *Room) RunLater(ctx context.Context) error {
	for ctx.Err() == nil {
		wait, err := r.wakeDue(ctx)
		if err != nil && ctx.Err() == nil {
			r.log.Error("later: cannot look for due letters", "err", err)
			wait = 5 * time.Second
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-r.laterWake:
		case <-timer.C:
		}
		timer.Stop()
	}
	return nil
}

// wakeDue brings back what is due and returns how long nothing else is. It
// looks at least so often as the queue, for what other processes put off.
func (r *Room) wakeDue(ctx context.Context) (time.Duration, error) {
	now := r.clock.Now().UnixMilli()
	var accounts []int64
	var next int64
	err := r.db.Read(ctx, func(tx *store.Tx) (err error) {
		accounts, next, err = selectLaterAccounts(ctx, tx, now, maxDueAccounts)
		return err
	})
	if err != nil {
		return 0, err
	}
	more, err := r.endLabels(ctx)
	if err != nil {
		r.log.Error("later: levels that have ended could not be taken down", "err", err)
	}
	moreOut, err := r.removeDue(ctx)
	if err != nil {
		r.log.Error("later: a removal does not go on", "err", err)
		moreOut = false
	}
	old, err := r.tendJournal(ctx)
	if err != nil {
		r.log.Error("later: the journal could not be tended", "err", err)
	}
	if len(accounts) > 0 || more || moreOut || old {
		next = now // there may be more, of one account or of others, than one look takes
	}
	for _, account := range accounts {
		if err := r.wake(ctx, account, now); err != nil {
			// One account's trouble must not keep back the letters of others.
			r.log.Error("later: letters could not be brought back", "account", account, "err", err)
			next = now + (5 * time.Second).Milliseconds()
		}
	}
	wait := queueLook
	if next > 0 {
		wait = min(wait, max(time.Duration(next-now)*time.Millisecond, 10*time.Millisecond))
	}
	return wait, nil
}
