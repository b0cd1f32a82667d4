package mail

import (
	"context"
	"database/sql"

	"chancery/search"
	"chancery/store"
)

// selectIndexable returns for every account where the watermark of the text
// index ought to be.
func selectIndexable(ctx context.Context, tx *store.Tx) (map[int64]search.Watermark, error) {
	all := map[int64]search.Watermark{}
	err := tx.Query(ctx, "SELECT account_id, next_message - 1, email_state FROM mail_account", nil, func(scan func(...any) error) error {
		var account int64
		var m search.Watermark
		err := scan(&account, &m.Doc, &m.Modseq)
		all[account] = m
		return err
	})
	return all, err
}

// selectRawContents reads the stored content of all messages of an account.
// raw is valid until the next.
func selectRawContents(ctx context.Context, tx *store.Tx, account int64, each func(id int64, raw []byte) error) error {
	return tx.Query(ctx, "SELECT id, content FROM message_content WHERE account_id = $1 ORDER BY id", []any{account}, func(scan func(...any) error) error {
		var id int64
		var raw sql.RawBytes
		if err := scan(&id, &raw); err != nil {
			return err
		}
		return each(id, raw)
	})
}

// selectContentsAfter reads the content of the next messages by number.
func selectContentsAfter(ctx context.Context, tx *store.Tx, account, after int64, limit int, each func(id int64, c *Content) error) error {
	return tx.Query(ctx, "SELECT id, org_id, level, hash, content FROM message_content WHERE account_id = $1 AND id > $2 ORDER BY id LIMIT $3",
		[]any{account, after, limit}, func(scan func(...any) error) error {
			var id int64
			var hash, raw []byte
			c := &Content{}
			if err := scan(&id, &c.Blob.Scope.Org, &c.Blob.Scope.Level, &hash, &raw); err != nil {
				return err
			}
			copy(c.Blob.Hash[:], hash)
			if err := c.decode(raw); err != nil {
				return err
			}
			return each(id, c)
		})
}

// selectMessageIDs returns the numbers of an account's messages up to one, ascending.
func selectMessageIDs(ctx context.Context, tx *store.Tx, account, upTo int64) (ids []int64, err error) {
	err = tx.Query(ctx, "SELECT id FROM message WHERE account_id = $1 AND id <= $2 ORDER BY id", []any{account, upTo}, func(scan func(...any) error) error {
		var id int64
		err := scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}
