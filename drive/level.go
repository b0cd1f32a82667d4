package drive

import (
	"context"

	"chancery/audit"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// Secrecy is what holds for files with a level (C14, N69): as for letters.
type Secrecy struct {
	Ladder   policy.Ladder
	Required bool         // who makes a link has to choose a level
	Outside  policy.Level // the highest level for people outside
}

// What can be wrong with the level of a parcel.
var (
	ErrUnlabelled = errs.E(errs.Forbidden, "Choose how secret the files are: files without a level are not sent from here.")
	ErrAbove      = errs.E(errs.Forbidden, "The files are of a level that you may not use from here.")
	ErrOutside    = errs.E(errs.Forbidden, "Files of this level do not leave the organisation. Please make a link for people of the organisation.")
	ErrLower      = errs.E(errs.Forbidden, "A link is not made less secret. Please close it and make another.")
)

var errNoParcel = errs.E(errs.NotFound, "There is no such parcel.")

// checkLevel refuses a level that a new parcel cannot have. A refusal is recorded.
func (a *Account) checkLevel(ctx context.Context, n NewParcel) error {
	err := error(nil)
	switch s := a.room.conf.Secrecy; {
	case n.Level < policy.Unlabelled || n.Level > policy.TopSecret:
		return errs.E(errs.Invalid, "secrecy: There is no such level.")
	case n.Level == policy.Unlabelled && s.Required:
		return ErrUnlabelled
	case n.Level > a.subject.Clearance:
		err = ErrAbove
	case n.Level > s.Outside && !n.Inside:
		err = ErrOutside
	default:
		return nil
	}
	a.room.record(ctx, audit.By(a.subject, "parcel.make", a.subject.Address, err))
	return err
}

// Raise makes a parcel more secret, as the letter is that it goes with. Above
// what leaves the organisation its link is for colleagues who sign in. What is
// being fetched just then by who may not see it any more, ends.
func (a *Account) Raise(ctx context.Context, parcel int64, to policy.Level) error {
	if to < policy.Public || to > policy.TopSecret {
		return errs.E(errs.Invalid, "secrecy: There is no such level.")
	}
	if to > a.subject.Clearance {
		a.room.record(ctx, audit.By(a.subject, "parcel.relabel", objectText(parcel), ErrAbove))
		return ErrAbove
	}
	return a.change(ctx, parcel, false, func(tx *store.Tx, p *Parcel) error {
		if to < p.Level {
			return ErrLower
		}
		before := p.story()
		p.Level, p.Inside = to, p.Inside || to > a.room.conf.Secrecy.Outside
		return a.note(ctx, tx, "parcel.relabel", *p, before, p.story())
	})
}

// isInside says whether a parcel is for people of the organisation alone: its
// sender said so, or may not share outside any more, or its level does not leave.
func (r *Room) isInside(o Opened) bool {
	return o.Inside || o.Level > r.conf.Secrecy.Outside || !o.Sender.Terms.Allows(policy.FeatureOutside)
}

// sees says whether a subject sees a parcel of its own account: one above what
// it reaches from where it is, is not there.
func (a *Account) sees(p Parcel) bool { return p.Level <= a.subject.Clearance }
