package directory

import (
	"context"
	"time"

	"chancery/policy"
	"chancery/store"
)

// setLocked locks an account for a reason, or unlocks it for none.
func setLocked(ctx context.Context, tx *store.Tx, org, account int64, reason string, now, by int64) error {
	if reason == "" {
		now, by = 0, 0
	}
	_, err := tx.Exec(ctx, "UPDATE account SET locked = $3, lock_reason = $4, locked_at = $5, locked_by = $6 WHERE org_id = $1 AND id = $2",
		org, account, reason != "", reason, now, by)
	return err
}

// setClearance says how secret what an account sees may be.
func setClearance(ctx context.Context, tx *store.Tx, org, account int64, level policy.Level) error {
	_, err := tx.Exec(ctx, "UPDATE account SET clearance = $3 WHERE org_id = $1 AND id = $2", org, account, level)
	return err
}

const lockColumns = ", a.lock_reason, a.locked_at, a.locked_by"

func (l *Lock) scan(scan func(...any) error) error {
	var at int64
	err := scan(append(l.fields(), &l.Reason, &at, &l.By)...)
	if at != 0 {
		l.At = time.UnixMilli(at)
	}
	return err
}

func selectLock(ctx context.Context, tx *store.Tx, org int64, today string, account int64) (l Lock, err error) {
	err = l.scan(func(into ...any) error {
		return tx.Row(ctx, "SELECT "+accountColumns+lockColumns+" FROM account a WHERE a.org_id = $1 AND a.id = $3", []any{org, today, account}, into...)
	})
	return l, err
}

// selectLocks returns the accounts of people that are locked, the newest first.
func selectLocks(ctx context.Context, tx *store.Tx, org int64, today string, limit int) (list []Lock, err error) {
	err = tx.Query(ctx, "SELECT "+accountColumns+lockColumns+` FROM account a WHERE a.org_id = $1 AND a.locked AND a.kind = 'person'
		ORDER BY a.locked_at DESC, a.id DESC LIMIT $3`, []any{org, today, limit}, func(scan func(...any) error) error {
		var l Lock
		err := l.scan(scan)
		list = append(list, l)
		return err
	})
	return list, err
}

// deleteGrantsOf takes away what an account was granted on others.
func deleteGrantsOf(ctx context.Context, tx *store.Tx, org, member int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM account_grant WHERE org_id = $1 AND member_id = $2", org, member)
	return err
}
