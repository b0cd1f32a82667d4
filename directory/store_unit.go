package directory

import (
	"context"

	"chancery/store"
)

// unitHolds says what a unit still has, in words; "" = it is empty. Accounts
// of people count by their posts: who left keeps the account and holds nothing.
func unitHolds(ctx context.Context, tx *store.Tx, org, unit int64) (what string, err error) {
	for _, q := range []struct{ sql, words string }{
		{"SELECT COUNT(*) FROM unit WHERE org_id = $1 AND parent = $2", "units below it"},
		{"SELECT COUNT(*) FROM post WHERE org_id = $1 AND unit_id = $2", "people with posts"},
	} {
		var n int64
		if err := tx.Row(ctx, q.sql, []any{org, unit}, &n); err != nil || n > 0 {
			return q.words, err
		}
	}
	return unitKeeps(ctx, tx, org, unit)
}

// deleteUnit takes a unit away, and keeps that it was there.
func deleteUnit(ctx context.Context, tx *store.Tx, org, unit int64) error {
	modseq, err := bumpBook(ctx, tx, org)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM unit WHERE org_id = $1 AND id = $2", org, unit); err != nil {
		return err
	}
	return putGone(ctx, tx, org, kindUnit, unit, modseq)
}
