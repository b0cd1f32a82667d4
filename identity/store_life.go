package identity

import (
	"context"

	"chancery/store"
)

// aging is an account with the times of its password.
type aging struct{ org, account, changed, due, warned int64 }

// setDue gives a password another day to be replaced at; its warnings begin anew.
func setDue(ctx context.Context, tx *store.Tx, org, account, due int64) error {
	_, err := tx.Exec(ctx, "UPDATE credential SET due_at = $3, warned = 0 WHERE org_id = $1 AND account_id = $2", org, account, due)
	return err
}

// clearDues lets all passwords that people chose be good for ever.
func clearDues(ctx context.Context, tx *store.Tx) error {
	_, err := tx.Exec(ctx, "UPDATE credential SET due_at = 0, warned = 0 WHERE NOT once AND NOT locked AND due_at > 0")
	return err
}

// selectAged returns accounts whose passwords age, after one of them.
func selectAged(ctx context.Context, tx *store.Tx, after aging, limit int) ([]aging, error) {
	return selectHolders(ctx, tx, `SELECT org_id, account_id, changed_at, due_at, warned FROM credential
		WHERE NOT once AND NOT locked AND (org_id > $1 OR org_id = $1 AND account_id > $2) ORDER BY org_id, account_id LIMIT $3`, after.org, after.account, limit)
}

// selectDue returns accounts whose password should have been replaced.
func selectDue(ctx context.Context, tx *store.Tx, now int64, limit int) ([]aging, error) {
	return selectHolders(ctx, tx, `SELECT org_id, account_id, changed_at, due_at, warned FROM credential
		WHERE due_at > 0 AND due_at <= $1 AND NOT locked ORDER BY due_at LIMIT $2`, now, limit)
}

// selectWarned returns accounts whose password has to be replaced between two times.
func selectWarned(ctx context.Context, tx *store.Tx, from, to int64) ([]aging, error) {
	return selectHolders(ctx, tx, `SELECT org_id, account_id, changed_at, due_at, warned FROM credential
		WHERE due_at > $1 AND due_at <= $2 AND NOT locked AND NOT once ORDER BY due_at`, from, to)
}

func selectHolders(ctx context.Context, tx *store.Tx, query string, args ...any) (list []aging, err error) {
	err = tx.Query(ctx, query, args, func(scan func(...any) error) error {
		var h aging
		err := scan(&h.org, &h.account, &h.changed, &h.due, &h.warned)
		list = append(list, h)
		return err
	})
	return list, err
}

// noteWarning keeps that a warning is sent, unless somebody has sent it.
func noteWarning(ctx context.Context, tx *store.Tx, h aging, step int64) (bool, error) {
	n, err := tx.Exec(ctx, "UPDATE credential SET warned = $3 WHERE org_id = $1 AND account_id = $2 AND due_at = $4 AND (warned = 0 OR warned > $3)", h.org, h.account, step, h.due)
	return n == 1, err
}

func deleteAsk(ctx context.Context, tx *store.Tx, org, account int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM unlock_ask WHERE org_id = $1 AND account_id = $2", org, account)
	return err
}
