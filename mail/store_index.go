package mail

import (
	"context"

	"chancery/store"
)

// selectEmailStates returns for every account the count of its last change of
// any message.
func selectEmailStates(ctx context.Context, tx *store.Tx) (map[int64]int64, error) {
	all := map[int64]int64{}
	err := tx.Query(ctx, "SELECT account_id, email_state FROM mail_account", nil, func(scan func(...any) error) error {
		var account, state int64
		err := scan(&account, &state)
		all[account] = state
		return err
	})
	return all, err
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
