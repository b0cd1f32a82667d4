package oidc

import (
	"context"

	"chancery/store"
)

// insertBack notes that a client wants to be told of a session. It is noted
// once, however often the person signs on in it.
func insertBack(ctx context.Context, tx *store.Tx, b back) error {
	_, err := tx.Exec(ctx, `INSERT INTO oidc_goodbye (org_id, client_id, session_id, account_id, credential, ground, issuer, next_at, over_at, tries)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0) ON CONFLICT (org_id, client_id, session_id) DO NOTHING`,
		b.org, b.client, b.session, b.account, b.credential, b.ground, b.issuer, b.next)
	return err
}

// selectBack returns what is to be looked at by now, the longest due first.
func selectBack(ctx context.Context, tx *store.Tx, now int64, most int) (list []back, err error) {
	query := "SELECT org_id, client_id, session_id, account_id, credential, ground, issuer, next_at, over_at, tries FROM oidc_goodbye WHERE next_at <= $1 ORDER BY next_at LIMIT $2"
	err = tx.Query(ctx, query, []any{now, most}, func(scan func(...any) error) error {
		var b back
		if err := scan(&b.org, &b.client, &b.session, &b.account, &b.credential, &b.ground, &b.issuer, &b.next, &b.over, &b.tries); err != nil {
			return err
		}
		list = append(list, b)
		return nil
	})
	return list, err
}

// claimBack puts off when it is looked at next; false where another did so first.
func claimBack(ctx context.Context, tx *store.Tx, b back, next int64) (bool, error) {
	n, err := tx.Exec(ctx, "UPDATE oidc_goodbye SET next_at = $5 WHERE org_id = $1 AND client_id = $2 AND session_id = $3 AND next_at = $4", b.org, b.client, b.session, b.next, next)
	return n == 1, err
}

// failBack keeps that a client could not be told.
func failBack(ctx context.Context, tx *store.Tx, b back, over, next int64) error {
	_, err := tx.Exec(ctx, "UPDATE oidc_goodbye SET over_at = $4, next_at = $5, tries = tries + 1 WHERE org_id = $1 AND client_id = $2 AND session_id = $3", b.org, b.client, b.session, over, next)
	return err
}

func deleteBack(ctx context.Context, tx *store.Tx, b back) error {
	_, err := tx.Exec(ctx, "DELETE FROM oidc_goodbye WHERE org_id = $1 AND client_id = $2 AND session_id = $3", b.org, b.client, b.session)
	return err
}

// overBack notes that a session is over.
func overBack(ctx context.Context, tx *store.Tx, org, account, session, now int64) (int64, error) {
	return tx.Exec(ctx, "UPDATE oidc_goodbye SET next_at = $4, over_at = $4 WHERE org_id = $1 AND account_id = $2 AND session_id = $3 AND over_at = 0", org, account, session, now)
}
