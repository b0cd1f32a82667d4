package identity

import (
	"context"

	"chancery/store"
)

func deleteSessionByID(ctx context.Context, tx *store.Tx, org, account, id int64) (bool, error) {
	n, err := tx.Exec(ctx, "DELETE FROM session WHERE org_id = $1 AND account_id = $2 AND id = $3", org, account, id)
	return n == 1, err
}

// deleteAccess ends all that an account is signed in with. With another version
// of the credential, tokens and open connections of mail programs are over.
func deleteAccess(ctx context.Context, tx *store.Tx, org, account int64) error {
	for _, query := range []string{
		"DELETE FROM session WHERE org_id = $1 AND account_id = $2",
		"DELETE FROM device WHERE org_id = $1 AND account_id = $2",
		"DELETE FROM app_password WHERE org_id = $1 AND account_id = $2",
		"UPDATE credential SET version = version + 1 WHERE org_id = $1 AND account_id = $2",
	} {
		if _, err := tx.Exec(ctx, query, org, account); err != nil {
			return err
		}
	}
	return nil
}
