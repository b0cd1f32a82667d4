package directory

import (
	"context"

	"chancery/store"
)

func selectPreferenceState(ctx context.Context, tx *store.Tx, org, account int64) (n int64, err error) {
	err = tx.Row(ctx, "SELECT modseq FROM preference_account WHERE org_id = $1 AND account_id = $2", []any{org, account}, &n)
	_, err = store.Found(err)
	return n, err
}

// bumpPreferences counts the next change and locks the account's row.
func bumpPreferences(ctx context.Context, tx *store.Tx, org, account int64) (n int64, err error) {
	err = tx.Row(ctx, `INSERT INTO preference_account (org_id, account_id, modseq) VALUES ($1, $2, 1)
		ON CONFLICT (org_id, account_id) DO UPDATE SET modseq = preference_account.modseq + 1 RETURNING modseq`, []any{org, account}, &n)
	return n, err
}

func selectPreferences(ctx context.Context, tx *store.Tx, org, account, since int64) (list []Preference, err error) {
	err = tx.Query(ctx, "SELECT name, value FROM preference WHERE org_id = $1 AND account_id = $2 AND modseq > $3 ORDER BY name", []any{org, account, since}, func(scan func(...any) error) error {
		var p Preference
		var value string
		err := scan(&p.Name, &value)
		p.Value = []byte(value)
		list = append(list, p)
		return err
	})
	return list, err
}

func putPreference(ctx context.Context, tx *store.Tx, org, account int64, p Preference, modseq int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO preference (org_id, account_id, name, value, modseq) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (org_id, account_id, name) DO UPDATE SET value = $4, modseq = $5`, org, account, p.Name, string(p.Value), modseq)
	return err
}
