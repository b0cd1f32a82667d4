package pace

import (
	"context"

	"chancery/store"
)

// lockHour has those who count for an account come one after the other, and
// forgets what is older than a day.
func lockHour(ctx context.Context, tx *store.Tx, account, hour int64) error {
	if _, err := tx.Exec(ctx, `INSERT INTO mail_pace (account_id, hour, letters, recipients) VALUES ($1, $2, 0, 0)
		ON CONFLICT (account_id, hour) DO UPDATE SET letters = mail_pace.letters`, account, hour); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "DELETE FROM mail_pace WHERE account_id = $1 AND hour <= $2", account, hour-24)
	return err
}

// sent returns the letters of an hour, and the recipients of a day.
func sent(ctx context.Context, tx *store.Tx, account, hour int64) (letters, recipients int64, err error) {
	err = tx.Row(ctx, "SELECT COALESCE(SUM(CASE WHEN hour = $2 THEN letters ELSE 0 END), 0), COALESCE(SUM(recipients), 0) FROM mail_pace WHERE account_id = $1",
		[]any{account, hour}, &letters, &recipients)
	return letters, recipients, err
}

func addSent(ctx context.Context, tx *store.Tx, account, hour int64, recipients int) error {
	_, err := tx.Exec(ctx, "UPDATE mail_pace SET letters = letters + 1, recipients = recipients + $3 WHERE account_id = $1 AND hour = $2", account, hour, recipients)
	return err
}
