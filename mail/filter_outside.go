package mail

import (
	"context"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/mail/flow"
	"chancery/policy"
)

// maySendOn says whether rules may send letters on to an address: always
// within the organisation, and to others only where the house allows that and
// their service level has it (D23).
func (r *Room) maySendOn(org int64, t policy.Terms, address string) error {
	err := r.inside(org, address)
	if errs.Is(err, errs.Forbidden) && r.conf.ForwardOutside && t.Allows(policy.FeatureForward) && t.Allows(policy.FeatureOutside) {
		return nil
	}
	return err
}

// maySendOn is that of the account: by its holder's level, and by that of who
// writes the rules, so that nobody does by a shared mailbox what they may not.
func (a *Account) maySendOn(address string) error {
	t := a.terms
	t.Without |= a.subject.Terms.Without
	return a.room.maySendOn(a.scope.Org, t, address)
}

// MaySendOnOutside says whether rules that the subject writes may send letters
// on to addresses outside, so that a client need not try.
func (r *Room) MaySendOnOutside(s policy.Subject) bool {
	return r.conf.ForwardOutside && s.Terms.Allows(policy.FeatureForward) && s.Terms.Allows(policy.FeatureOutside)
}

// errReviewed keeps a letter here that somebody would have to look at before it
// leaves: nobody here sends it, who could be asked why.
var errReviewed = errs.E(errs.Forbidden, "A rule of the organisation has such letters reviewed before they leave.")

// leaves says whether a letter may be sent on to an address outside: by its
// level, and by the rules of the organisation, as though the holder sent it.
// What those want done with it, such as a copy in the journal, is returned.
func (r *Room) leaves(ctx context.Context, a directory.Account, here Recipient, domain, address string, l *Letter) (*passage, error) {
	by := policy.Subject{Org: a.Org, Account: a.ID, Address: a.Address, Terms: a.Terms, Door: "rules"}
	if err := r.admits(by, l.level, here, domain); err != nil {
		return nil, err
	}
	pass, err := r.weigh(ctx, by, flow.Out, Envelope{From: a.Address, Rcpts: []RcptTo{{Address: address}}}, l)
	if err == nil && pass.holds() {
		err = errReviewed
	}
	return pass, err
}
