package identity

import (
	"context"
	"errors"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// Proof is what something granted on an earlier sign-in rests on: the
// credential of an account and, where it is to end with them, a session and a
// ground.
type Proof struct {
	Org, Account, Credential int64
	Session                  int64 // 0 = it outlives the session
	Ground                   int64 // 0 = none
}

// Standing returns who the subject of an earlier sign-in is now, as seen from
// the peer. Unauthenticated when the account is locked or gone, the password
// was changed, or the session or the ground is over.
func (i *Identity) Standing(ctx context.Context, p Proof, peer Peer) (policy.Subject, error) {
	var c credential
	var held *session
	err := i.db.Read(ctx, func(tx *store.Tx) (err error) {
		if c, err = selectCredential(ctx, tx, p.Org, p.Account); err != nil || p.Session == 0 {
			return err
		}
		all, err := selectSessions(ctx, tx, p.Org, p.Account)
		for n := range all {
			if all[n].id == p.Session {
				held = &all[n]
			}
		}
		return err
	})
	var a directory.Account
	if err == nil {
		a, err = i.dir.Account(ctx, p.Org, p.Account)
	}
	holds := false
	if err == nil {
		holds, err = i.holds(ctx, p.Org, p.Account, p.Ground)
	}
	if errors.Is(err, store.ErrNoRows) || errs.Is(err, errs.NotFound) {
		err = errSession
	}
	if err != nil {
		return policy.Subject{}, err
	}
	if !holds || a.Locked || c.locked || c.once || c.overdue(i.clock.Now()) || c.version != p.Credential || p.Session != 0 && (held == nil || !i.alive(*held, c, i.clock.Now())) {
		return policy.Subject{}, errSession
	}
	if err := i.mayOpen(ctx, a); err != nil {
		return policy.Subject{}, err
	}
	s := i.subject(a, peer, policy.ByProgram, time.Time{}, c.version)
	s.Ground = p.Ground
	return s, nil
}
