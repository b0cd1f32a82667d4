package mail

import (
	"context"

	"chancery/store"
)

func selectBlocked(ctx context.Context, tx *store.Tx, account int64) (list []Blocked, err error) {
	err = tx.Query(ctx, "SELECT id, address, created_at FROM mail_block WHERE account_id = $1 ORDER BY id", []any{account}, func(scan func(...any) error) error {
		var b Blocked
		var at int64
		err := scan(&b.ID, &b.Address, &at)
		b.Since = millis(at)
		list = append(list, b)
		return err
	})
	return list, err
}

// isBlocked says whether an account has blocked one of two addresses.
func isBlocked(ctx context.Context, tx *store.Tx, account int64, address, other string) (bool, error) {
	var n int64
	err := tx.Row(ctx, "SELECT COUNT(*) FROM mail_block WHERE account_id = $1 AND address IN ($2, $3)", []any{account, address, other}, &n)
	return n > 0, err
}

// anyBlocked says whether anybody has blocked anybody.
func anyBlocked(ctx context.Context, tx *store.Tx) (bool, error) {
	var id int64
	err := tx.Row(ctx, "SELECT id FROM mail_block LIMIT 1", nil, &id)
	return store.Found(err)
}

func insertBlocked(ctx context.Context, tx *store.Tx, account int64, b Blocked) (fresh bool, err error) {
	n, err := tx.Exec(ctx, "INSERT INTO mail_block (account_id, id, address, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (account_id, address) DO NOTHING",
		account, b.ID, b.Address, b.Since.UnixMilli())
	return n == 1, err
}

func deleteBlocked(ctx context.Context, tx *store.Tx, account, id int64) (bool, error) {
	n, err := tx.Exec(ctx, "DELETE FROM mail_block WHERE account_id = $1 AND id = $2", account, id)
	return n == 1, err
}

// selectThreadsOf returns the threads in which a Message-ID stands.
func selectThreadsOf(ctx context.Context, tx *store.Tx, account, ref int64) (threads []int64, err error) {
	err = tx.Query(ctx, "SELECT DISTINCT thread_id FROM mail_ref WHERE account_id = $1 AND ref = $2 LIMIT 20", []any{account, ref}, func(scan func(...any) error) error {
		var t int64
		err := scan(&t)
		threads = append(threads, t)
		return err
	})
	return threads, err
}

// putReceipt records a receipt; the first of a kind from a recipient stands.
func putReceipt(ctx context.Context, tx *store.Tx, account, message int64, r Receipt) error {
	_, err := tx.Exec(ctx, "INSERT INTO mail_receipt (account_id, message_id, recipient, type, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account_id, message_id, recipient) DO NOTHING",
		account, message, r.Recipient, r.Type, r.At.UnixMilli())
	return err
}

// selectReceipts calls each for the receipts of a range of messages.
func selectReceipts(ctx context.Context, tx *store.Tx, account, first, last int64, each func(message int64, r Receipt)) error {
	return tx.Query(ctx, "SELECT message_id, recipient, type, at FROM mail_receipt WHERE account_id = $1 AND message_id >= $2 AND message_id <= $3 ORDER BY at, recipient", []any{account, first, last}, func(scan func(...any) error) error {
		var message, at int64
		var r Receipt
		err := scan(&message, &r.Recipient, &r.Type, &at)
		if err == nil {
			r.At = millis(at)
			each(message, r)
		}
		return err
	})
}
