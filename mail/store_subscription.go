package mail

import (
	"context"

	"chancery/store"
)

func selectLostSubscriptions(ctx context.Context, tx *store.Tx, account int64, limit int) (paths []string, err error) {
	err = tx.Query(ctx, "SELECT path FROM mail_subscription WHERE account_id = $1 ORDER BY path LIMIT $2", []any{account, limit}, func(scan func(...any) error) error {
		var path string
		err := scan(&path)
		paths = append(paths, path)
		return err
	})
	return paths, err
}

func insertLostSubscription(ctx context.Context, tx *store.Tx, account int64, path string) error {
	_, err := tx.Exec(ctx, "INSERT INTO mail_subscription (account_id, path) VALUES ($1, $2) ON CONFLICT (account_id, path) DO NOTHING", account, path)
	return err
}

func deleteLostSubscription(ctx context.Context, tx *store.Tx, account int64, path string) error {
	_, err := tx.Exec(ctx, "DELETE FROM mail_subscription WHERE account_id = $1 AND path = $2", account, path)
	return err
}
