package mail

import (
	"context"
	"io"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// Tell puts a letter of the house itself into an account's inbox: past the
// quota, the person's rules and their blocks, since it is about the safety of
// the account, and whoever took that over could have written a rule against it.
func (r *Room) Tell(ctx context.Context, a directory.Account, letter io.Reader) error {
	if a.Kind == directory.KindList {
		return errs.E(errs.Invalid, "A list has no mailbox.")
	}
	l, err := r.Spool(ctx, a.Org, letter)
	if err != nil {
		return err
	}
	if err := r.prepareAll(ctx, []Recipient{{Address: a.Address, Account: a}}); err != nil {
		l.Discard()
		return err
	}
	var staged []*store.Staged
	if l.staged != nil {
		staged = append(staged, l.staged)
	}
	return l.settle(r.db.WriteBlobs(ctx, a.ID, staged, func(tx *store.Tx) error {
		_, err := r.insert(ctx, tx, a.ID, 0, []NewMessage{{Letter: l, Mailboxes: []int64{inboxID}, DeliveredTo: a.Address}})
		tx.OnCommit(func() { r.changed(a.ID) })
		return err
	}))
}

// TellOutside sends a letter of the house itself to any address, such as one
// that a person named for when they cannot sign in. Its envelope has no
// sender, so that nothing comes back for it.
func (r *Room) TellOutside(ctx context.Context, a directory.Account, to string, letter io.Reader) error {
	p, err := r.plan(ctx, policy.System(a.Org), Envelope{Rcpts: []RcptTo{{Address: to}}}, policy.Unlabelled, nil)
	if err != nil {
		return err
	}
	l, err := r.Spool(ctx, a.Org, letter)
	if err != nil {
		return err
	}
	p.account = a.ID
	if err := r.post(ctx, p, l, nil); err != nil {
		l.Discard()
		return err
	}
	return nil
}
