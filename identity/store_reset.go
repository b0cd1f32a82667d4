package identity

import (
	"context"

	"chancery/store"
)

// secondAddress is a second address of an account.
type secondAddress struct {
	address     string
	confirmed   bool
	code        []byte
	tries, made int64
}

func selectSecond(ctx context.Context, tx *store.Tx, org, account int64, confirmed bool) (s secondAddress, err error) {
	s.confirmed = confirmed
	err = tx.Row(ctx, "SELECT address, code, tries, made_at FROM second_address WHERE org_id = $1 AND account_id = $2 AND confirmed = $3",
		[]any{org, account, confirmed}, &s.address, &s.code, &s.tries, &s.made)
	return s, err
}

func putSecond(ctx context.Context, tx *store.Tx, org, account int64, s secondAddress) error {
	_, err := tx.Exec(ctx, `INSERT INTO second_address (org_id, account_id, confirmed, address, code, tries, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (org_id, account_id, confirmed) DO UPDATE SET address = $4, code = $5, tries = $6, made_at = $7`,
		org, account, s.confirmed, s.address, s.code, s.tries, s.made)
	return err
}

// trySecond counts a try of the code.
func trySecond(ctx context.Context, tx *store.Tx, org, account int64) error {
	_, err := tx.Exec(ctx, "UPDATE second_address SET tries = tries + 1 WHERE org_id = $1 AND account_id = $2 AND NOT confirmed", org, account)
	return err
}

// deleteSeconds forgets the addresses that were registered since a time.
func deleteSeconds(ctx context.Context, tx *store.Tx, org, account, since int64) (int64, error) {
	return tx.Exec(ctx, "DELETE FROM second_address WHERE org_id = $1 AND account_id = $2 AND made_at >= $3", org, account, since)
}

func deletePending(ctx context.Context, tx *store.Tx, org, account int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM second_address WHERE org_id = $1 AND account_id = $2 AND NOT confirmed", org, account)
	return err
}

// resetLink is a link by which a password is chosen anew.
type resetLink struct{ account, version, made int64 }

// insertReset stores a link, and forgets the account's others and those that
// are long over.
func insertReset(ctx context.Context, tx *store.Tx, org int64, hash []byte, l resetLink, before int64) error {
	if err := deleteResets(ctx, tx, org, l.account, before); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "INSERT INTO reset_link (org_id, hash, account_id, version, made_at) VALUES ($1, $2, $3, $4, $5)", org, hash, l.account, l.version, l.made)
	return err
}

func selectReset(ctx context.Context, tx *store.Tx, org int64, hash []byte) (l resetLink, err error) {
	err = tx.Row(ctx, "SELECT account_id, version, made_at FROM reset_link WHERE org_id = $1 AND hash = $2", []any{org, hash}, &l.account, &l.version, &l.made)
	return l, err
}

func deleteReset(ctx context.Context, tx *store.Tx, org int64, hash []byte) (bool, error) {
	n, err := tx.Exec(ctx, "DELETE FROM reset_link WHERE org_id = $1 AND hash = $2", org, hash)
	return n == 1, err
}

func deleteResets(ctx context.Context, tx *store.Tx, org, account, before int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM reset_link WHERE org_id = $1 AND (account_id = $2 OR made_at < $3)", org, account, before)
	return err
}
