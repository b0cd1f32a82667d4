package identity

import (
	"context"
	"errors"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// Accept is the method of the last step of a sign-in, where the person has to
// accept regulations of the house before anything opens (N67).
const Accept = "accept"

// maxAccept bounds the answer of such a step, in bytes.
const maxAccept = 4096

// errAccept is the answer to who let the time for a regulation pass. Mail
// programs show it; the web client's sign-in asks for the person's word.
var errAccept = refuse("acceptFirst", errs.E(errs.Unauthenticated, "A regulation of the house has to be accepted first. Please sign in with the web client and read it."))

// mayOpen refuses whose time for a regulation is over: as with a first
// password, nothing opens by any door until they see to it.
func (i *Identity) mayOpen(ctx context.Context, a directory.Account) error {
	if i.regulations == nil {
		return nil
	}
	overdue, err := i.regulations.Overdue(ctx, a.Org, a.ID)
	if err == nil && overdue {
		err = errAccept
	}
	return err
}

// enter lets in whoever has shown enough and has a password of their own, or
// asks them to accept what they have to.
func (i *Identity) enter(ctx context.Context, a directory.Account, c credential, how policy.Assurance, peer Peer) (step Step, err error) {
	err = i.mayOpen(ctx, a)
	if err == nil {
		step.Subject = i.subject(a, peer, how, i.clock.Now(), c.version)
		step.Subject.Weak, step.Subject.Ground = c.weak, c.ground
		return step, nil
	}
	if !errors.Is(err, errAccept) {
		return step, err
	}
	if step.Options, err = i.regulations.Late(ctx, a.Org, a.ID); err != nil {
		return step, err
	}
	step.Methods = []string{Accept}
	step.Ticket, err = i.putTicket(ctx, a, func(context.Context, *store.Tx) (ticket, error) {
		return ticket{account: a.ID, version: c.version, choose: int64(how), weak: c.weak, ground: c.ground, least: peer.Least}, nil
	})
	return step, err
}

// entered is enter at the end of a step that puts the sign-in into the record.
func (i *Identity) entered(ctx context.Context, a directory.Account, c credential, how policy.Assurance, peer Peer) (Step, error) {
	step, err := i.enter(ctx, a, c, how, peer)
	if err != nil || step.Ticket == "" {
		i.record(ctx, a, a.Address, peer, err)
	}
	return step, err
}

// accept ends a sign-in by the person's word that they accept what they were
// shown; it goes on where that was not all.
func (i *Identity) accept(ctx context.Context, text, answer string, peer Peer) (Step, error) {
	if len(answer) > maxAccept || i.regulations == nil {
		return Step{}, errTicket
	}
	t, a, hash, err := i.openTicket(ctx, text, peer)
	if err != nil {
		return Step{}, err
	}
	peer.Least = t.least
	needs, err := i.needs(ctx, a, peer)
	if err != nil {
		return Step{}, err
	}
	how := policy.Assurance(t.choose)
	switch {
	case how == 0: // a ticket of another step: nothing is shown yet
		return Step{}, errTicket
	case how < needs: // the person moved to another network meanwhile
		return Step{}, errFactor
	}
	var c credential
	err = i.db.Write(ctx, func(tx *store.Tx) (err error) {
		if c, err = selectCredential(ctx, tx, a.Org, a.ID); err != nil {
			return err
		}
		if c.version != t.version || c.once || a.Locked || c.locked || c.overdue(i.clock.Now()) {
			return errTicket
		}
		there, err := deleteTicket(ctx, tx, a.Org, hash)
		if err == nil && !there {
			err = errTicket
		}
		return err
	})
	if err != nil {
		return Step{}, err
	}
	if err := i.regulations.Accept(ctx, i.subject(a, peer, how, i.clock.Now(), t.version), answer); err != nil {
		return Step{}, err
	}
	c.weak, c.ground = t.weak, t.ground
	return i.entered(ctx, a, c, how, peer)
}
