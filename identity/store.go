package identity

import (
	"context"

	"chancery/policy"
	"chancery/store"
)

type credential struct {
	found    bool
	password string // hashed; "" = none is right
	version  int64
	second   bool   // a second factor is asked for
	locked   bool   // until it gets another password
	reason   string // why it is locked
	once     bool   // its holder has to choose another one
	due      int64  // until when; 0 = whenever
	app      bool   // it was an app password that was right
	cached   bool   // the cache of good passwords answered
	right    bool   // the password was right, whatever came of it
	weak     bool   // a code by SMS was shown with it
	ground   int64  // what was shown in place of the password
}

func selectCredential(ctx context.Context, tx *store.Tx, org, account int64) (c credential, err error) {
	err = tx.Row(ctx, "SELECT password, version, second, locked, lock_reason, once, due_at FROM credential WHERE org_id = $1 AND account_id = $2", []any{org, account},
		&c.password, &c.version, &c.second, &c.locked, &c.reason, &c.once, &c.due)
	c.found = err == nil
	return c, err
}

func putCredential(ctx context.Context, tx *store.Tx, org, account int64, hash string, now int64, once bool, due int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO credential (org_id, account_id, password, version, changed_at, once, due_at) VALUES ($1, $2, $3, 1, $4, $5, $6)
		ON CONFLICT (org_id, account_id) DO UPDATE SET password = $3, version = credential.version + 1, changed_at = $4, once = $5, due_at = $6,
			warned = 0, locked = FALSE, lock_reason = '', locked_at = 0`, org, account, hash, now, once, due)
	if err != nil {
		return err
	}
	return deleteAsk(ctx, tx, org, account)
}

// addCredential lets an account have sessions that has no password.
func addCredential(ctx context.Context, tx *store.Tx, org, account, now int64) error {
	_, err := tx.Exec(ctx, "INSERT INTO credential (org_id, account_id, password, version, changed_at) VALUES ($1, $2, '', 1, $3) ON CONFLICT (org_id, account_id) DO NOTHING", org, account, now)
	return err
}

// dropPassword makes an account one that has no password here.
func dropPassword(ctx context.Context, tx *store.Tx, org, account int64) error {
	_, err := tx.Exec(ctx, "UPDATE credential SET password = '', once = FALSE, due_at = 0, warned = 0 WHERE org_id = $1 AND account_id = $2", org, account)
	return err
}

// lockCredential closes an account to everybody, those who are in too.
func lockCredential(ctx context.Context, tx *store.Tx, org, account int64, reason string, now int64) error {
	_, err := tx.Exec(ctx, "UPDATE credential SET locked = TRUE, lock_reason = $3, locked_at = $4, version = version + 1 WHERE org_id = $1 AND account_id = $2", org, account, reason, now)
	return err
}

type session struct {
	org, id, account, version, opened, seen, device, ground int64
	hash                                                    []byte
	peer, local, agent                                      string
	assurance                                               policy.Assurance
	weak                                                    bool
}

func insertSession(ctx context.Context, tx *store.Tx, s session) error {
	_, err := tx.Exec(ctx, "INSERT INTO session (org_id, hash, account_id, version, peer, agent, opened_at, seen_at, id, assurance, device_id, weak, ground, local) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
		s.org, s.hash, s.account, s.version, s.peer, s.agent, s.opened, s.seen, s.id, s.assurance, s.device, s.weak, s.ground, s.local)
	return err
}

func selectSession(ctx context.Context, tx *store.Tx, org int64, hash []byte) (s session, err error) {
	s.org, s.hash = org, hash
	err = tx.Row(ctx, "SELECT account_id, version, peer, agent, opened_at, seen_at, id, assurance, device_id, weak, ground, local FROM session WHERE org_id = $1 AND hash = $2",
		[]any{org, hash}, &s.account, &s.version, &s.peer, &s.agent, &s.opened, &s.seen, &s.id, &s.assurance, &s.device, &s.weak, &s.ground, &s.local)
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

// selectSessions returns an account's, the newest first.
func selectSessions(ctx context.Context, tx *store.Tx, org, account int64) (list []session, err error) {
	err = tx.Query(ctx, "SELECT hash, version, peer, agent, opened_at, seen_at, id, assurance, device_id, weak, ground, local FROM session WHERE org_id = $1 AND account_id = $2 ORDER BY seen_at DESC, id DESC",
		[]any{org, account}, func(scan func(...any) error) error {
			s := session{org: org, account: account}
			err := scan(&s.hash, &s.version, &s.peer, &s.agent, &s.opened, &s.seen, &s.id, &s.assurance, &s.device, &s.weak, &s.ground, &s.local)
			list = append(list, s)
			return err
		})
	return list, err
}

// keepSession lets one session live on after a change of the password.
func keepSession(ctx context.Context, tx *store.Tx, org, account, id, version int64) error {
	_, err := tx.Exec(ctx, "UPDATE session SET version = $4 WHERE org_id = $1 AND account_id = $2 AND id = $3", org, account, id, version)
	return err
}

// selectGrounded returns who has sessions that rest on which ground.
func selectGrounded(ctx context.Context, tx *store.Tx, org int64) (list []session, err error) {
	err = tx.Query(ctx, "SELECT DISTINCT account_id, ground FROM session WHERE org_id = $1 AND ground <> 0 ORDER BY account_id", []any{org}, func(scan func(...any) error) error {
		s := session{org: org}
		err := scan(&s.account, &s.ground)
		list = append(list, s)
		return err
	})
	return list, err
}

// deleteSessionsOn ends those of an account that rest on a ground.
func deleteSessionsOn(ctx context.Context, tx *store.Tx, org, account, ground int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM session WHERE org_id = $1 AND account_id = $2 AND ground = $3", org, account, ground)
	return err
}
