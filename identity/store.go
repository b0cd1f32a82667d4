package identity

import (
	"context"

	"chancery/store"
)

type credential struct {
	found    bool
	password string
	version  int64
}

func selectCredential(ctx context.Context, tx *store.Tx, org, account int64) (c credential, err error) {
	err = tx.Row(ctx, "SELECT password, version FROM credential WHERE org_id = $1 AND account_id = $2", []any{org, account}, &c.password, &c.version)
	c.found = err == nil
	return c, err
}

func putCredential(ctx context.Context, tx *store.Tx, org, account int64, hash string, now int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO credential (org_id, account_id, password, version, changed_at) VALUES ($1, $2, $3, 1, $4)
		ON CONFLICT (org_id, account_id) DO UPDATE SET password = $3, version = credential.version + 1, changed_at = $4`, org, account, hash, now)
	return err
}

type session struct {
	org, account, version, opened, seen int64
	hash                                []byte
	peer, agent                         string
}

func insertSession(ctx context.Context, tx *store.Tx, s session) error {
	_, err := tx.Exec(ctx, "INSERT INTO session (org_id, hash, account_id, version, peer, agent, opened_at, seen_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		s.org, s.hash, s.account, s.version, s.peer, s.agent, s.opened, s.seen)
	return err
}

func selectSession(ctx context.Context, tx *store.Tx, org int64, hash []byte) (s session, err error) {
	s.org, s.hash = org, hash
	err = tx.Row(ctx, "SELECT account_id, version, peer, agent, opened_at, seen_at FROM session WHERE org_id = $1 AND hash = $2",
		[]any{org, hash}, &s.account, &s.version, &s.peer, &s.agent, &s.opened, &s.seen)
	return s, err
}

func touchSession(ctx context.Context, tx *store.Tx, org int64, hash []byte, now int64) error {
	_, err := tx.Exec(ctx, "UPDATE session SET seen_at = $3 WHERE org_id = $1 AND hash = $2", org, hash, now)
	return err
}

func deleteSession(ctx context.Context, tx *store.Tx, org int64, hash []byte) error {
	_, err := tx.Exec(ctx, "DELETE FROM session WHERE org_id = $1 AND hash = $2", org, hash)
	return err
}
