package identity

import (
	"context"

	"chancery/store"
)

// ticket is a sign-in that waits for its second factor, or for the person to
// add one.
type ticket struct {
	account, version, tries, made, factor int64
	ground                                int64 // what was shown in place of the password
	choose                                int64 // the assurance that was reached, where only a password is left to be chosen
	enrol                                 bool
	weak                                  bool // what was shown before choose rests on a code by SMS
	challenge                             string
	text                                  string // the secret that names it, and its hash
	hash                                  []byte
}

func (t *ticket) fields() []any {
	return []any{&t.account, &t.version, &t.tries, &t.made, &t.enrol, &t.factor, &t.challenge, &t.choose, &t.weak, &t.ground}
}

// insertTicket stores a ticket, and forgets those that are long over.
func insertTicket(ctx context.Context, tx *store.Tx, org int64, hash []byte, t ticket, before int64) error {
	if _, err := tx.Exec(ctx, "DELETE FROM sign_in WHERE org_id = $1 AND made_at < $2", org, before); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "INSERT INTO sign_in (org_id, hash, account_id, version, tries, made_at, enrol, factor_id, challenge, choose, weak, ground) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10, $11)",
		org, hash, t.account, t.version, t.tries, t.made, t.enrol, t.challenge, t.choose, t.weak, t.ground)
	return err
}

// tryTicket counts a try and returns the ticket.
func tryTicket(ctx context.Context, tx *store.Tx, org int64, hash []byte) (t ticket, err error) {
	err = tx.Row(ctx, "UPDATE sign_in SET tries = tries + 1 WHERE org_id = $1 AND hash = $2 RETURNING account_id, version, tries, made_at, enrol, factor_id, challenge, choose, weak, ground",
		[]any{org, hash}, t.fields()...)
	return t, err
}

// noteEnrolment keeps in the ticket which factor was begun.
func noteEnrolment(ctx context.Context, tx *store.Tx, org int64, hash []byte, factor int64) error {
	_, err := tx.Exec(ctx, "UPDATE sign_in SET factor_id = $3 WHERE org_id = $1 AND hash = $2", org, hash, factor)
	return err
}

func deleteTicket(ctx context.Context, tx *store.Tx, org int64, hash []byte) (bool, error) {
	n, err := tx.Exec(ctx, "DELETE FROM sign_in WHERE org_id = $1 AND hash = $2", org, hash)
	return n == 1, err
}

// useChallenge marks a passkey's challenge as answered, false when it was
// before; those older than a time need no memory, since nobody takes them.
func useChallenge(ctx context.Context, tx *store.Tx, org int64, hash []byte, now, before int64) (bool, error) {
	if _, err := tx.Exec(ctx, "DELETE FROM used_challenge WHERE org_id = $1 AND used_at < $2", org, before); err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, "INSERT INTO used_challenge (org_id, hash, used_at) VALUES ($1, $2, $3) ON CONFLICT (org_id, hash) DO NOTHING", org, hash, now)
	return n == 1, err
}

// selectTicket returns a ticket without counting a try.
func selectTicket(ctx context.Context, tx *store.Tx, org int64, hash []byte) (t ticket, err error) {
	err = tx.Row(ctx, "SELECT account_id, version, tries, made_at, enrol, factor_id, challenge, choose, weak, ground FROM sign_in WHERE org_id = $1 AND hash = $2", []any{org, hash}, t.fields()...)
	return t, err
}

// touchTicket lets a ticket live on from now.
func touchTicket(ctx context.Context, tx *store.Tx, org int64, hash []byte, now int64) error {
	_, err := tx.Exec(ctx, "UPDATE sign_in SET made_at = $3 WHERE org_id = $1 AND hash = $2", org, hash, now)
	return err
}
