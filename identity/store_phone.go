package identity

import (
	"context"

	"chancery/store"
)

// phone is a telephone of an account.
type phone struct {
	number      []byte // sealed
	confirmed   bool
	code        []byte
	tries, made int64
}

func selectPhone(ctx context.Context, tx *store.Tx, org, account int64, confirmed bool) (p phone, err error) {
	p.confirmed = confirmed
	err = tx.Row(ctx, "SELECT number, code, tries, made_at FROM phone WHERE org_id = $1 AND account_id = $2 AND confirmed = $3",
		[]any{org, account, confirmed}, &p.number, &p.code, &p.tries, &p.made)
	return p, err
}

func putPhone(ctx context.Context, tx *store.Tx, org, account int64, p phone) error {
	_, err := tx.Exec(ctx, `INSERT INTO phone (org_id, account_id, confirmed, number, code, tries, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (org_id, account_id, confirmed) DO UPDATE SET number = $4, code = $5, tries = $6, made_at = $7`,
		org, account, p.confirmed, p.number, p.code, p.tries, p.made)
	return err
}

// tryPhone counts a try of the code.
func tryPhone(ctx context.Context, tx *store.Tx, org, account int64) error {
	_, err := tx.Exec(ctx, "UPDATE phone SET tries = tries + 1 WHERE org_id = $1 AND account_id = $2 AND NOT confirmed", org, account)
	return err
}

// deletePhones forgets the telephones that were registered since a time.
func deletePhones(ctx context.Context, tx *store.Tx, org, account, since int64) (int64, error) {
	return tx.Exec(ctx, "DELETE FROM phone WHERE org_id = $1 AND account_id = $2 AND made_at >= $3", org, account, since)
}

func deletePendingPhone(ctx context.Context, tx *store.Tx, org, account int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM phone WHERE org_id = $1 AND account_id = $2 AND NOT confirmed", org, account)
	return err
}

// deleteSMSFactor ends codes by SMS as second factor, where there is no
// telephone any more that they could go to.
func deleteSMSFactor(ctx context.Context, tx *store.Tx, org, account int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM factor WHERE org_id = $1 AND account_id = $2 AND kind = $3
		AND NOT EXISTS (SELECT 1 FROM phone WHERE org_id = $1 AND account_id = $2 AND confirmed)`, org, account, SMS)
	return err
}

// sentCode is the code that a sign-in waits for.
type sentCode struct {
	code             []byte
	base, sent, made int64
}

func selectCode(ctx context.Context, tx *store.Tx, org int64, ticket []byte) (c sentCode, err error) {
	err = tx.Row(ctx, "SELECT code, base, sent, made_at FROM sign_in_code WHERE org_id = $1 AND hash = $2", []any{org, ticket}, &c.code, &c.base, &c.sent, &c.made)
	return c, err
}

// putCode stores what a sign-in waits for, and forgets those that are long over.
func putCode(ctx context.Context, tx *store.Tx, org int64, ticket []byte, c sentCode, before int64) error {
	if _, err := tx.Exec(ctx, "DELETE FROM sign_in_code WHERE org_id = $1 AND made_at < $2", org, before); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO sign_in_code (org_id, hash, code, base, sent, made_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (org_id, hash) DO UPDATE SET code = $3, base = $4, sent = $5, made_at = $6`, org, ticket, c.code, c.base, c.sent, c.made)
	return err
}

// setCode replaces the code of a sign-in that was counted.
func setCode(ctx context.Context, tx *store.Tx, org int64, ticket []byte, c sentCode) error {
	_, err := tx.Exec(ctx, "UPDATE sign_in_code SET code = $3, base = $4, made_at = $5 WHERE org_id = $1 AND hash = $2", org, ticket, c.code, c.base, c.made)
	return err
}

// takeSent uses up the code of a sign-in; false when it was already.
func takeSent(ctx context.Context, tx *store.Tx, org int64, ticket, code []byte) (bool, error) {
	n, err := tx.Exec(ctx, "DELETE FROM sign_in_code WHERE org_id = $1 AND hash = $2 AND code = $3", org, ticket, code)
	return n == 1, err
}
