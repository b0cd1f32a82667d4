package identity

import (
	"context"
	"errors"

	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// Vouched begins a sign-in of the web client for whom another provider vouches
// instead of a password (T27). The rules of the zone hold as for everybody: it
// may be closed, want a known device, or more than the provider says; then the
// person goes on with a second factor of the account.
func (i *Identity) Vouched(ctx context.Context, org, account int64, how policy.Assurance, peer Peer) (Step, error) {
	if i.ZoneOf(peer.Addr).Closed {
		return Step{}, errClosed
	}
	a, err := i.dir.Account(ctx, org, account)
	if err != nil {
		return Step{}, err
	}
	var cred credential
	err = i.db.Read(ctx, func(tx *store.Tx) (err error) {
		cred, err = selectCredential(ctx, tx, org, account)
		return err
	})
	if err != nil && !errors.Is(err, store.ErrNoRows) {
		return Step{}, err
	}
	if !cred.found || cred.locked || a.Locked {
		i.record(ctx, a, a.Address, peer, errWrong)
		return Step{}, errs.E(errs.Unauthenticated, "This account cannot be signed in to.")
	}
	needs, err := i.needs(ctx, a, peer)
	step := Step{}
	switch {
	case err != nil:
	case how >= needs && (how >= policy.ByTwo || !cred.second):
		step.Subject = i.subject(a, peer, how, i.clock.Now(), cred.version)
	default:
		// Who has a second factor here shows it, unless the provider saw one.
		step, err = i.newTicket(ctx, a, cred, needs, peer)
	}
	if err != nil || step.Ticket == "" {
		i.record(ctx, a, a.Address, peer, err)
	}
	return step, err
}
