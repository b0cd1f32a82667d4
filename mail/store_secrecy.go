package mail

import (
	"context"

	"chancery/policy"
	"chancery/store"
)

// selectHighest returns the highest level above public, within a ceiling, among the messages
// of the threads in which a Message-ID stands; -1 for none.
func selectHighest(ctx context.Context, tx *store.Tx, account, ref int64, ceiling policy.Level) (level policy.Level, err error) {
	err = tx.Row(ctx, `SELECT COALESCE(MAX(m.level), -1) FROM message m JOIN mail_ref r ON r.account_id = m.account_id AND r.thread_id = m.thread_id
		WHERE m.account_id = $1 AND r.ref = $2 AND m.level > 0 AND m.level <= $3`, []any{account, ref, ceiling}, &level)
	return level, err
}

// selectAbove returns the messages of an account above a level.
func selectAbove(ctx context.Context, tx *store.Tx, account int64, ceiling policy.Level) (ids map[int64]bool, err error) {
	ids = map[int64]bool{}
	err = tx.Query(ctx, "SELECT id FROM message WHERE account_id = $1 AND level > $2", []any{account, ceiling}, func(scan func(...any) error) error {
		var id int64
		err := scan(&id)
		ids[id] = true
		return err
	})
	return ids, err
}

// setRelabelled notes that a letter of the account got another level.
func setRelabelled(ctx context.Context, tx *store.Tx, account, modseq int64) error {
	_, err := tx.Exec(ctx, "UPDATE mail_account SET relabelled = $2 WHERE account_id = $1", account, modseq)
	return err
}

// selectEnded returns letters whose label has ended.
func selectEnded(ctx context.Context, tx *store.Tx, now int64, max int, each func(org, account, message int64)) error {
	return tx.Query(ctx, `SELECT c.org_id, m.account_id, m.id FROM message m JOIN message_content c ON c.account_id = m.account_id AND c.id = m.id
		WHERE m.level_until > 0 AND m.level_until <= $1 ORDER BY m.level_until LIMIT $2`, []any{now, max}, func(scan func(...any) error) error {
		var org, account, message int64
		err := scan(&org, &account, &message)
		if err == nil {
			each(org, account, message)
		}
		return err
	})
}
