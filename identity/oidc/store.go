package oidc

import (
	"context"

	"chancery/store"
)

func insertRequest(ctx context.Context, tx *store.Tx, org int64, hash []byte, asked, peer string, made, ends int64) error {
	_, err := tx.Exec(ctx, "INSERT INTO oidc_request (org_id, hash, asked, peer, made_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6)", org, hash, asked, peer, made, ends)
	return err
}

// Tables of what waits for a person.
const (
	waitingRequests = "oidc_request"
	waitingDevices  = "oidc_device"
)

// makeRoom removes what nobody came back for, and the oldest from the same
// network when there are more than it may have together with the next one. It
// returns how many still wait.
func makeRoom(ctx context.Context, tx *store.Tx, table string, org int64, peer string, most int, now int64) (n int, err error) {
	if _, err = tx.Exec(ctx, "DELETE FROM "+table+" WHERE org_id = $1 AND ends_at < $2", org, now); err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, "DELETE FROM "+table+" WHERE org_id = $1 AND peer = $2 AND ends_at <= (SELECT ends_at FROM "+table+
		" WHERE org_id = $1 AND peer = $2 ORDER BY ends_at DESC LIMIT 1 OFFSET $3)", org, peer, most-1)
	if err != nil {
		return 0, err
	}
	err = tx.Row(ctx, "SELECT count(*) FROM "+table+" WHERE org_id = $1", []any{org}, &n)
	return n, err
}

func selectRequest(ctx context.Context, tx *store.Tx, org int64, hash []byte, now int64) (asked string, made int64, err error) {
	err = tx.Row(ctx, "SELECT asked, made_at FROM oidc_request WHERE org_id = $1 AND hash = $2 AND ends_at >= $3", []any{org, hash, now}, &asked, &made)
	return asked, made, err
}

// takeRequest removes a request; false when another was faster.
func takeRequest(ctx context.Context, tx *store.Tx, org int64, hash []byte) (bool, error) {
	n, err := tx.Exec(ctx, "DELETE FROM oidc_request WHERE org_id = $1 AND hash = $2", org, hash)
	return n == 1, err
}

const grantColumns = "SELECT id, account_id, client_id, credential, session_id, shown_session, scope, assurance, proved_at, made_at, used_at, used_from, ground FROM oidc_grant WHERE org_id = $1 "

func insertGrant(ctx context.Context, tx *store.Tx, g grant) error {
	_, err := tx.Exec(ctx, `INSERT INTO oidc_grant (org_id, id, account_id, client_id, credential, session_id, shown_session, scope, assurance, proved_at, made_at, used_at, used_from, ground)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		g.org, g.id, g.account, g.client, g.credential, g.session, g.sid, g.scope, g.assurance, g.proved, g.made, g.used, g.from, g.ground)
	return err
}

func scanGrant(org int64, g *grant) []any {
	g.org = org
	return []any{&g.id, &g.account, &g.client, &g.credential, &g.session, &g.sid, &g.scope, &g.assurance, &g.proved, &g.made, &g.used, &g.from, &g.ground}
}

func selectGrant(ctx context.Context, tx *store.Tx, org, id int64) (g grant, err error) {
	err = tx.Row(ctx, grantColumns+"AND id = $2", []any{org, id}, scanGrant(org, &g)...)
	return g, err
}

// selectGrants returns an account's, the newest first.
func selectGrants(ctx context.Context, tx *store.Tx, org, account int64) (list []grant, err error) {
	err = tx.Query(ctx, grantColumns+"AND account_id = $2 ORDER BY id DESC", []any{org, account}, func(scan func(...any) error) error {
		var g grant
		err := scan(scanGrant(org, &g)...)
		list = append(list, g)
		return err
	})
	return list, err
}

func touchGrant(ctx context.Context, tx *store.Tx, org, id, now int64, from string) error {
	_, err := tx.Exec(ctx, "UPDATE oidc_grant SET used_at = $3, used_from = $4 WHERE org_id = $1 AND id = $2", org, id, now, from)
	return err
}

// deleteGrants ends what an account granted to a client; false when that was nothing.
func deleteGrants(ctx context.Context, tx *store.Tx, org, account int64, client string) (bool, error) {
	for _, query := range []string{
		"DELETE FROM oidc_token WHERE org_id = $1 AND grant_id IN (SELECT id FROM oidc_grant WHERE org_id = $1 AND account_id = $2 AND client_id = $3)",
		"DELETE FROM oidc_code WHERE org_id = $1 AND grant_id IN (SELECT id FROM oidc_grant WHERE org_id = $1 AND account_id = $2 AND client_id = $3)",
	} {
		if _, err := tx.Exec(ctx, query, org, account, client); err != nil {
			return false, err
		}
	}
	n, err := tx.Exec(ctx, "DELETE FROM oidc_grant WHERE org_id = $1 AND account_id = $2 AND client_id = $3", org, account, client)
	return n > 0, err
}

// deleteGrant ends a grant with everything that hangs on it.
func deleteGrant(ctx context.Context, tx *store.Tx, org, id int64) error {
	for _, query := range []string{
		"DELETE FROM oidc_token WHERE org_id = $1 AND grant_id = $2",
		"DELETE FROM oidc_code WHERE org_id = $1 AND grant_id = $2",
		"DELETE FROM oidc_grant WHERE org_id = $1 AND id = $2",
	} {
		if _, err := tx.Exec(ctx, query, org, id); err != nil {
			return err
		}
	}
	return nil
}

// tidy removes what has been over for a day: grants whose tokens are all gone too.
func tidy(ctx context.Context, tx *store.Tx, org, before int64) error {
	for _, query := range []string{
		"DELETE FROM oidc_token WHERE org_id = $1 AND ends_at < $2",
		"DELETE FROM oidc_code WHERE org_id = $1 AND ends_at < $2",
		"DELETE FROM oidc_device WHERE org_id = $1 AND ends_at < $2",
		`DELETE FROM oidc_grant WHERE org_id = $1 AND made_at < $2
			AND NOT EXISTS (SELECT 1 FROM oidc_token t WHERE t.org_id = $1 AND t.grant_id = oidc_grant.id)
			AND NOT EXISTS (SELECT 1 FROM oidc_device d WHERE d.org_id = $1 AND d.grant_id = oidc_grant.id)`,
	} {
		if _, err := tx.Exec(ctx, query, org, before); err != nil {
			return err
		}
	}
	return nil
}

type code struct {
	grant                              int64
	client, redirect, challenge, nonce string
	ends, used                         int64
}

func insertCode(ctx context.Context, tx *store.Tx, org int64, hash []byte, c code) error {
	_, err := tx.Exec(ctx, "INSERT INTO oidc_code (org_id, hash, grant_id, client_id, redirect, challenge, nonce, ends_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)",
		org, hash, c.grant, c.client, c.redirect, c.challenge, c.nonce, c.ends)
	return err
}

func selectCode(ctx context.Context, tx *store.Tx, org int64, hash []byte) (c code, err error) {
	err = tx.Row(ctx, "SELECT grant_id, client_id, redirect, challenge, nonce, ends_at, used_at FROM oidc_code WHERE org_id = $1 AND hash = $2",
		[]any{org, hash}, &c.grant, &c.client, &c.redirect, &c.challenge, &c.nonce, &c.ends, &c.used)
	return c, err
}

// useCode marks a code as used; false when another was faster.
func useCode(ctx context.Context, tx *store.Tx, org int64, hash []byte, now int64) (bool, error) {
	n, err := tx.Exec(ctx, "UPDATE oidc_code SET used_at = $3 WHERE org_id = $1 AND hash = $2 AND used_at = 0", org, hash, now)
	return n == 1, err
}

type token struct {
	grant       int64
	kind, scope string
	ends, used  int64
}

func insertToken(ctx context.Context, tx *store.Tx, org int64, hash []byte, t token) error {
	_, err := tx.Exec(ctx, "INSERT INTO oidc_token (org_id, hash, grant_id, kind, scope, ends_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, 0)",
		org, hash, t.grant, t.kind, t.scope, t.ends)
	return err
}

func selectToken(ctx context.Context, tx *store.Tx, org int64, hash []byte) (t token, err error) {
	err = tx.Row(ctx, "SELECT grant_id, kind, scope, ends_at, used_at FROM oidc_token WHERE org_id = $1 AND hash = $2",
		[]any{org, hash}, &t.grant, &t.kind, &t.scope, &t.ends, &t.used)
	return t, err
}

// useToken marks a refresh token as used, to be remembered until a moment;
// false when another was faster.
func useToken(ctx context.Context, tx *store.Tx, org int64, hash []byte, now, until int64) (bool, error) {
	n, err := tx.Exec(ctx, "UPDATE oidc_token SET used_at = $3, ends_at = $4 WHERE org_id = $1 AND hash = $2 AND used_at = 0", org, hash, now, until)
	return n == 1, err
}

func deleteToken(ctx context.Context, tx *store.Tx, org int64, hash []byte) error {
	_, err := tx.Exec(ctx, "DELETE FROM oidc_token WHERE org_id = $1 AND hash = $2", org, hash)
	return err
}

func selectConsent(ctx context.Context, tx *store.Tx, org, account int64, client string) (scope string, err error) {
	err = tx.Row(ctx, "SELECT scope FROM oidc_consent WHERE org_id = $1 AND account_id = $2 AND client_id = $3", []any{org, account, client}, &scope)
	return scope, err
}

func putConsent(ctx context.Context, tx *store.Tx, org, account int64, client, scope string, now int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO oidc_consent (org_id, account_id, client_id, scope, made_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (org_id, account_id, client_id) DO UPDATE SET scope = $4, made_at = $5`, org, account, client, scope, now)
	return err
}

func deleteConsent(ctx context.Context, tx *store.Tx, org, account int64, client string) error {
	_, err := tx.Exec(ctx, "DELETE FROM oidc_consent WHERE org_id = $1 AND account_id = $2 AND client_id = $3", org, account, client)
	return err
}
