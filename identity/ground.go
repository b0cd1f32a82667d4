package identity

import (
	"context"

	"chancery/policy"
	"chancery/store"
)

// A ground is what a sign-in rests on beside the account itself: a certificate
// that was shown, an app password, what a person granted to a program. What
// was opened by it ends with it. It is named by the id that its owner gave it,
// and ids are unique, so that each owner is asked and one of them knows.

// UseGrounds adds one who says whether a ground of an account still holds;
// false for what they do not know.
func (i *Identity) UseGrounds(holds func(ctx context.Context, org, account, ground int64) (bool, error)) {
	i.grounds = append(i.grounds, holds)
}

// holds says whether what rests on a ground may go on. Nobody who knows it
// means that it is gone.
func (i *Identity) holds(ctx context.Context, org, account, ground int64) (bool, error) {
	if ground == 0 {
		return true, nil
	}
	for _, holds := range i.grounds {
		if ok, err := holds(ctx, org, account, ground); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// EndGround ends the sessions that rest on a ground, in the transaction in
// which its owner removes it. Open connections and grants find out by
// themselves when they ask [Identity.Standing].
func (i *Identity) EndGround(ctx context.Context, tx *store.Tx, org, account, ground int64) error {
	return deleteSessionsOn(ctx, tx, org, account, ground)
}

// EndGrounds is EndGround for everybody in an organisation who was signed in by
// any of several; it returns who that was.
func (i *Identity) EndGrounds(ctx context.Context, tx *store.Tx, org int64, grounds []int64) (out []int64, err error) {
	ends := map[int64]bool{}
	for _, ground := range grounds {
		ends[ground] = true
	}
	all, err := selectGrounded(ctx, tx, org)
	for _, s := range all {
		if err != nil {
			return nil, err
		}
		if !ends[s.ground] {
			continue
		}
		if err = deleteSessionsOn(ctx, tx, org, s.account, s.ground); len(out) == 0 || out[len(out)-1] != s.account { // they are in order
			out = append(out, s.account)
		}
	}
	return out, err
}

// ProofOf is what an open connection of a subject rests on.
func ProofOf(s policy.Subject) Proof {
	return Proof{Org: s.Org, Account: s.Account, Credential: s.Credential, Session: s.Session, Ground: s.Ground}
}

// appPasswordHolds says whether an app password is still there.
func (i *Identity) appPasswordHolds(ctx context.Context, org, account, ground int64) (holds bool, err error) {
	err = i.db.Read(ctx, func(tx *store.Tx) error {
		return selectAppPasswords(ctx, tx, org, account, func(p AppPassword, _ []byte) { holds = holds || p.ID == ground })
	})
	return holds, err
}
