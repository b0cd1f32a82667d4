package mail

import (
	"context"

	"chancery/store"
)

func putMuted(ctx context.Context, tx *store.Tx, account, thread int64) error {
	_, err := tx.Exec(ctx, "INSERT INTO mail_muted (account_id, thread_id) VALUES ($1, $2) ON CONFLICT (account_id, thread_id) DO NOTHING", account, thread)
	return err
}

func deleteMuted(ctx context.Context, tx *store.Tx, account, thread int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM mail_muted WHERE account_id = $1 AND thread_id = $2", account, thread)
	return err
}

func isMuted(ctx context.Context, tx *store.Tx, account, thread int64) (bool, error) {
	var n int64
	err := tx.Row(ctx, "SELECT thread_id FROM mail_muted WHERE account_id = $1 AND thread_id = $2", []any{account, thread}, &n)
	return store.Found(err)
}

// putBlockChange notes that a sender was put on the list of an account or taken off.
func putBlockChange(ctx context.Context, tx *store.Tx, account, id, created, modseq int64, gone bool) error {
	_, err := tx.Exec(ctx, `INSERT INTO mail_block_change (account_id, id, created, modseq, gone) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (account_id, id) DO UPDATE SET modseq = $4, gone = $5`, account, id, created, modseq, gone)
	return err
}

func selectBlockState(ctx context.Context, tx *store.Tx, account int64) (n int64, err error) {
	err = tx.Row(ctx, "SELECT COALESCE(MAX(modseq), 0) FROM mail_block_change WHERE account_id = $1", []any{account}, &n)
	return n, err
}

func selectBlockChanges(ctx context.Context, tx *store.Tx, account, since int64, c *ObjectChanges) error {
	return tx.Query(ctx, "SELECT id, created, modseq, gone FROM mail_block_change WHERE account_id = $1 AND modseq > $2 ORDER BY modseq", []any{account, since}, func(scan func(...any) error) error {
		var id, created, modseq int64
		var gone bool
		err := scan(&id, &created, &modseq, &gone)
		c.add(id, created, modseq, gone, since)
		return err
	})
}
