package identity

import (
	"context"
	"encoding/json"
	"errors"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// FirstFactor is what somebody is shown who has to add a second factor before
// anything else: for an app its secret, for a key what the browser asks it.
type FirstFactor struct {
	Method string
	Enrolment
	Options json.RawMessage
}

// Enrol begins to add the first factor in the middle of a sign-in, where the
// zone asks for one that the person does not have. No session is open until
// it has answered.
func (i *Identity) Enrol(ctx context.Context, text, method, name string, peer Peer) (first FirstFactor, err error) {
	if name, err = checkName(name); err != nil {
		return first, err
	}
	t, a, hash, err := i.openTicket(ctx, text, peer)
	if err != nil {
		return first, err
	}
	needs, err := i.needs(ctx, a, peer)
	if err != nil {
		return first, err
	}
	z := i.ZoneOf(peer)
	s := i.subject(a, peer, policy.ByPassword, i.clock.Now(), t.version)
	first.Method = method
	err = i.sealing(ctx, a.Org, func(tx *store.Tx) error {
		c, err := selectCredential(ctx, tx, a.Org, a.ID)
		if err != nil {
			return err
		}
		if !t.enrol || c.second || c.version != t.version || a.Locked || c.locked || c.overdue(i.clock.Now()) {
			return errTicket
		}
		switch {
		case method == TOTP && z.takes(TOTP) && needs < policy.ByHardware:
			e, f, err := i.newTOTP(ctx, s, name)
			if err != nil {
				return err
			}
			first.Enrolment = e
			if err := i.putFactor(ctx, tx, s, f); err != nil {
				return err
			}
		case method == Key && z.takes(Key):
			e, err := i.beginKey(ctx, tx, s, name, peer.Site, needs)
			if err != nil {
				return err
			}
			first.Factor, first.Options = e.Factor, e.Options
		default:
			return errs.E(errs.Invalid, "This kind of second factor cannot be added here.")
		}
		return noteEnrolment(ctx, tx, a.Org, hash, first.ID)
	})
	return first, err
}

// takeFirst takes the first answer of the factor that the ticket began.
func (i *Identity) takeFirst(ctx context.Context, tx *store.Tx, a directory.Account, t ticket, method, code string, needs policy.Assurance, peer Peer) (policy.Assurance, []string, error) {
	s := i.subject(a, peer, policy.ByPassword, i.clock.Now(), t.version)
	switch {
	case method == SMS:
		codes, err := i.takeFirstSMS(ctx, tx, s, t, code, i.ZoneOf(peer), needs)
		if err != nil {
			return 0, nil, err
		}
		return policy.ByTwo, codes, nil
	case t.factor == 0:
		return 0, nil, errTicket
	case method == TOTP:
		codes, err := i.endTOTP(ctx, tx, s, t.factor, code)
		if errors.Is(err, errFirstCode) {
			return 0, nil, errCode
		}
		return policy.ByTwo, codes, err
	case method == Key:
		codes, how, err := i.endKey(ctx, tx, s, t.factor, code, peer.Site, needs)
		return how, codes, err
	}
	return 0, nil, errTicket
}
