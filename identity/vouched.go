package identity

import (
	"context"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// Vouched begins a sign-in of the web client for whom another provider vouches
// instead of a password (T27). The rules of the zone hold as for everybody: it
// may be closed, want a known device, or more than the provider says; then the
// person goes on with a second factor of the account. What is opened ends with
// the ground.
func (i *Identity) Vouched(ctx context.Context, org, account, ground int64, how policy.Assurance, peer Peer) (Step, error) {
	if i.ZoneOf(peer).Closed {
		return Step{}, errClosed
	}
	a, err := i.dir.Account(ctx, org, account)
	if err != nil {
		return Step{}, err
	}
	a, cred, err := i.find(ctx, a.Address)
	if err == nil && !cred.found && !a.Locked {
		cred, err = i.withoutPassword(ctx, a)
	}
	if err != nil {
		return Step{}, err
	}
	if a.Locked {
		i.record(ctx, a, a.Address, peer, errWrong)
		return Step{}, errs.E(errs.Unauthenticated, "This account cannot be signed in to.")
	}
	cred.ground = ground
	needs, err := i.needs(ctx, a, peer)
	step := Step{}
	switch {
	case err != nil:
	case how >= needs && (how >= policy.ByTwo || !cred.second):
		step, err = i.admit(ctx, a, cred, how, peer)
	default:
		// Who has a second factor here shows it, unless the provider saw one.
		step, err = i.newTicket(ctx, a, cred, needs, peer)
	}
	if err != nil || step.Ticket == "" {
		i.record(ctx, a, a.Address, peer, err)
	}
	return step, err
}

// withoutPassword gives an account that a feed opened what sessions stand on,
// without a password: none is right until one is set.
func (i *Identity) withoutPassword(ctx context.Context, a directory.Account) (c credential, err error) {
	err = i.db.Write(ctx, func(tx *store.Tx) error {
		if err := addCredential(ctx, tx, a.Org, a.ID, i.clock.Now().UnixMilli()); err != nil {
			return err
		}
		c, err = selectCredential(ctx, tx, a.Org, a.ID)
		return err
	})
	return c, err
}
