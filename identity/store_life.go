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
		WHERE NOT once AND NOT locked AND password <> '' AND (org_id > $1 OR org_id = $1 AND account_id > $2) ORDER BY org_id, account_id LIMIT $3`, after.org, after.account, limit)
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

// putAsk keeps somebody's word, unless they gave one just before.
func putAsk(ctx context.Context, tx *store.Tx, org, account, now, before int64, peer, note string) error {
	_, err := tx.Exec(ctx, `INSERT INTO unlock_ask (org_id, account_id, asked_at, peer, note) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (org_id, account_id) DO UPDATE SET asked_at = $3, peer = $4, note = $5 WHERE unlock_ask.asked_at < $6`, org, account, now, peer, note, before)
	return err
}

func hasAsk(ctx context.Context, tx *store.Tx, org, account int64) (asked bool, err error) {
	err = tx.Row(ctx, "SELECT EXISTS (SELECT 1 FROM unlock_ask WHERE org_id = $1 AND account_id = $2)", []any{org, account}, &asked)
	return asked, err
}

// waiting is an account whose credential is locked, or whose person asks.
type waiting struct {
	account, at, asked int64
	locked             bool
	reason, peer, note string
}

// selectWaiting returns those who asked first, then the newest locks.
func selectWaiting(ctx context.Context, tx *store.Tx, org int64, limit int) (list []waiting, err error) {
	err = tx.Query(ctx, `SELECT c.account_id, c.locked, c.lock_reason, c.locked_at, COALESCE(u.asked_at, 0), COALESCE(u.peer, ''), COALESCE(u.note, '')
		FROM credential c LEFT JOIN unlock_ask u ON u.org_id = c.org_id AND u.account_id = c.account_id
		WHERE c.org_id = $1 AND (c.locked OR u.asked_at IS NOT NULL) ORDER BY COALESCE(u.asked_at, 0) DESC, c.locked_at DESC, c.account_id LIMIT $2`,
		[]any{org, limit}, func(scan func(...any) error) error {
			var w waiting
			err := scan(&w.account, &w.locked, &w.reason, &w.at, &w.asked, &w.peer, &w.note)
			list = append(list, w)
			return err
		})
	return list, err
}

// reopenCredential unlocks a password that its holder has to replace.
func reopenCredential(ctx context.Context, tx *store.Tx, org, account, due int64) error {
	_, err := tx.Exec(ctx, `UPDATE credential SET locked = FALSE, lock_reason = '', locked_at = 0, once = TRUE, due_at = $3, warned = 0
		WHERE org_id = $1 AND account_id = $2`, org, account, due)
	return err
}
