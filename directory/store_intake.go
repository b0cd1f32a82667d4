package directory

import (
	"context"
	"slices"

	"chancery/kit/errs"
	"chancery/store"
)

// selectOwners returns whose every address is.
func selectOwners(ctx context.Context, tx *store.Tx, org int64) (map[string]Owner, error) {
	owners := map[string]Owner{}
	err := tx.Query(ctx, `SELECT x.address, x.account_id, COALESCE(p.id, 0) FROM address x
		LEFT JOIN person p ON p.org_id = x.org_id AND p.account_id = x.account_id WHERE x.org_id = $1`, []any{org}, func(scan func(...any) error) error {
		var address string
		var o Owner
		err := scan(&address, &o.Account, &o.Person)
		owners[address] = o
		return err
	})
	return owners, err
}

// putAddress makes an address the main one of an account, whose others stay.
func putAddress(ctx context.Context, tx *store.Tx, org, account int64, address string) error {
	if _, err := tx.Exec(ctx, "INSERT INTO address (org_id, address, account_id) VALUES ($1, $2, $3) ON CONFLICT (org_id, address) DO NOTHING", org, address, account); err != nil {
		return err
	}
	var owner int64
	if err := tx.Row(ctx, "SELECT account_id FROM address WHERE org_id = $1 AND address = $2", []any{org, address}, &owner); err != nil {
		return err
	}
	if owner != account {
		return errs.E(errs.Exists, "%s exists already.", address)
	}
	_, err := tx.Exec(ctx, "UPDATE account SET address = $3 WHERE org_id = $1 AND id = $2", org, account, address)
	return err
}

func setAccountName(ctx context.Context, tx *store.Tx, org, account int64, name string) error {
	_, err := tx.Exec(ctx, "UPDATE account SET name = $3 WHERE org_id = $1 AND id = $2", org, account, name)
	return err
}

// forgetGone takes back that somebody or something is gone, as it returns
// under its id.
func forgetGone(ctx context.Context, tx *store.Tx, org int64, kind string, id int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM directory_gone WHERE org_id = $1 AND kind = $2 AND id = $3", org, kind, id)
	return err
}

// unitKeeps says what a unit has besides units and people, in words; "" = nothing.
func unitKeeps(ctx context.Context, tx *store.Tx, org, unit int64) (what string, err error) {
	for _, q := range []struct{ sql, words string }{
		{"SELECT COUNT(*) FROM account WHERE org_id = $1 AND unit_id = $2 AND kind <> 'person'", "mailboxes"},
		{"SELECT COUNT(*) FROM role_grant WHERE org_id = $1 AND unit_id = $2", "administrators"},
	} {
		var n int64
		if err := tx.Row(ctx, q.sql, []any{org, unit}, &n); err != nil || n > 0 {
			return q.words, err
		}
	}
	rules, err := selectVisibility(ctx, tx, org)
	if slices.ContainsFunc(rules, func(r Visibility) bool { return r.Unit == unit || slices.Contains(r.ShownTo, unit) }) {
		return "rules of who is shown to whom", err
	}
	return "", err
}
