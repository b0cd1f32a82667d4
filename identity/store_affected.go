package identity

import (
	"context"

	"chancery/store"
)

// What is asked about all accounts of an organisation; $2 is a time.
const (
	accountsWithSecond         = "SELECT account_id FROM credential WHERE org_id = $1 AND second AND CAST($2 AS BIGINT) > 0"
	accountsWithPasswordBefore = "SELECT account_id FROM credential WHERE org_id = $1 AND password <> '' AND changed_at < $2"
	accountsWithPrograms       = "SELECT account_id FROM app_password WHERE org_id = $1 AND CAST($2 AS BIGINT) > 0"
	accountsSeenSince          = `SELECT account_id FROM session WHERE org_id = $1 AND seen_at >= $2
		UNION SELECT account_id FROM device WHERE org_id = $1 AND seen_at >= $2
		UNION SELECT account_id FROM app_password WHERE org_id = $1 AND used_at >= $2`
)

func selectAccounts(ctx context.Context, tx *store.Tx, query string, org, at int64, found map[int64]bool) error {
	return tx.Query(ctx, query, []any{org, at}, func(scan func(...any) error) error {
		var account int64
		err := scan(&account)
		found[account] = true
		return err
	})
}

// selectOpen tells of every session with the credential that it stands on.
func selectOpen(ctx context.Context, tx *store.Tx, org int64, each func(s session, c credential)) error {
	return tx.Query(ctx, `SELECT s.account_id, s.version, s.peer, s.agent, s.opened_at, s.seen_at, s.device_id, c.version, c.locked, c.once, c.due_at
		FROM session s JOIN credential c ON c.org_id = s.org_id AND c.account_id = s.account_id WHERE s.org_id = $1`, []any{org}, func(scan func(...any) error) error {
		s, c := session{org: org}, credential{found: true}
		err := scan(&s.account, &s.version, &s.peer, &s.agent, &s.opened, &s.seen, &s.device, &c.version, &c.locked, &c.once, &c.due)
		if err == nil {
			each(s, c)
		}
		return err
	})
}
