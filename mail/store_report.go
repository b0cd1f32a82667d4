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
