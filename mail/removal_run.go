package mail

import (
	"context"
	"errors"
	"slices"

	"chancery/audit"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

// Bounds of one look of the clockwork.
const (
	removalAccounts = 100 // mailboxes that letters are taken out of
	removalLetters  = 200 // letters that are put back
)

func (r *Room) accountsWith(ctx context.Context, ref, after int64) (list []int64, err error) {
	err = r.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = selectAccountsWith(ctx, tx, ref, after, removalAccounts)
		return err
	})
	return list, err
}

// removeDue goes on with one removal and says whether there is more to do. How
// far it came is kept, so that after a crash it goes on; a mailbox that was
// done already has nothing to take out any more.
func (r *Room) removeDue(ctx context.Context) (more bool, err error) {
	var row removalRow
	found := false
	now := r.clock.Now().UnixMilli()
	err = r.db.Read(ctx, func(tx *store.Tx) (err error) {
		row, err = selectRemovalDue(ctx, tx, now)
		found, err = store.Found(err)
		return err
	})
	if err != nil || !found {
		return false, err
	}
	switch row.state {
	case RemovalRuns:
		return true, r.takeOutSome(ctx, row)
	case RemovalRestoring:
		return true, r.putBackSome(ctx, row)
	}
	return true, r.forgetRemoved(ctx, row)
}

func (r *Room) takeOutSome(ctx context.Context, row removalRow) error {
	accounts, err := r.accountsWith(ctx, row.ref, row.doneTo)
	if err != nil {
		return err
	}
	for _, account := range accounts {
		if err := r.takeOut(ctx, row, account); err != nil {
			return err
		}
	}
	return r.db.Write(ctx, func(tx *store.Tx) error {
		now, err := selectRemoval(ctx, tx, row.org, row.id)
		if err != nil || now.state != RemovalRuns {
			return err // it is being put back meanwhile
		}
		if len(accounts) > 0 {
			now.doneTo = accounts[len(accounts)-1]
		}
		if len(accounts) < removalAccounts {
			now.state = RemovalDone
			out, err := countRemoved(ctx, tx, row.org, row.id)
			if err := errorOr(err, r.noteRemoval(ctx, tx, policy.System(row.org), now, "mail.removal.done", out)); err != nil {
				return err
			}
		}
		return updateRemoval(ctx, tx, now)
	})
}

// takeOut takes the letter out of one mailbox.
func (r *Room) takeOut(ctx context.Context, row removalRow, account int64) error {
	info, err := r.dir.Account(ctx, row.org, account)
	if errs.Is(err, errs.NotFound) {
		return nil // another organisation's
	}
	if err != nil {
		return err
	}
	by := policy.System(row.org)
	a := &Account{room: r, subject: by, info: AccountInfo{ID: account, Address: info.Address}}
	err = r.write(ctx, account, nil, func(tx *store.Tx) error {
		now, err := selectRemoval(ctx, tx, row.org, row.id)
		if err != nil || now.state != RemovalRuns {
			return errorOr(err, errNothing)
		}
		list, err := r.matches(ctx, tx, account, &row)
		if err != nil || len(list) == 0 {
			return errorOr(err, errNothing)
		}
		var gone []Change
		for _, x := range list {
			if err := tx.RefHash(ctx, x.content.Blob.Scope, x.content.Blob.Hash, 1); err != nil {
				return err
			}
			if err := insertRemoved(ctx, tx, removedFrom(row, account, x)); err != nil {
				return err
			}
			gone = append(gone, Change{ID: x.message.ID, Destroy: true})
		}
		if _, err := a.changePart(ctx, tx, gone); err != nil {
			return err
		}
		return r.noteMailbox(ctx, tx, by, row, info.Address, "mail.remove", len(gone))
	})
	if errors.Is(err, errNothing) {
		err = nil
	}
	return err
}

// noteMailbox writes into the record what was done to one mailbox.
func (r *Room) noteMailbox(ctx context.Context, tx *store.Tx, by policy.Subject, row removalRow, address, verb string, letters int) error {
	e, err := audit.By(by, verb, address, nil).Change(nil, struct {
		Case    string `json:"case"`
		Letters int    `json:"letters"`
	}{id.Text('c', row.id), letters})
	if err != nil {
		return err
	}
	return audit.Append(ctx, tx, r.clock.Now(), e)
}

// putBackSome puts letters back, and ends when there are none left.
func (r *Room) putBackSome(ctx context.Context, row removalRow) error {
	var list []removedRow
	err := r.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = selectRemoved(ctx, tx, row.org, row.id, removalLetters)
		return err
	})
	if err != nil {
		return err
	}
	for _, x := range list {
		if err := r.putBack(ctx, row, x); err != nil && !errors.Is(err, errNothing) {
			return err
		}
	}
	if len(list) == removalLetters {
		return nil
	}
	return r.db.Write(ctx, func(tx *store.Tx) error {
		row.state, row.until = RemovalRestored, 0
		return updateRemoval(ctx, tx, row)
	})
}

// putBack files a letter where it was, in the inbox where that is gone. It is
// left out where the account is.
func (r *Room) putBack(ctx context.Context, row removalRow, x removedRow) error {
	info, err := r.dir.Account(ctx, row.org, x.account)
	if errs.Is(err, errs.NotFound) {
		return r.db.Write(ctx, func(tx *store.Tx) error { return r.forget(ctx, tx, x) })
	}
	if err != nil {
		return err
	}
	bytes, err := r.db.Open(ctx, x.blob.Scope, x.blob.Hash)
	if errs.Is(err, errs.NotFound) {
		r.log.Error("a removed letter is not there any more", "account", x.account, "message", x.message)
		return r.db.Write(ctx, func(tx *store.Tx) error { return r.forget(ctx, tx, x) })
	}
	if err != nil {
		return err
	}
	defer bytes.Close()
	l := &Letter{blob: x.blob}
	if err := l.parse(bytes); err != nil {
		return err
	}
	l.Content.Imported, l.level, l.until = x.Imported, x.Secrecy, x.UntilMs
	by := policy.System(row.org)
	return r.write(ctx, x.account, nil, func(tx *store.Tx) error {
		boxes, err := selectMailboxes(ctx, tx, x.account, 0)
		if err != nil {
			return err
		}
		into := slices.DeleteFunc(slices.Clone(x.Mailboxes), func(n int64) bool { return !slices.ContainsFunc(boxes, func(b Mailbox) bool { return b.ID == n }) })
		if len(into) == 0 {
			into = []int64{inboxID}
		}
		if err := r.forget(ctx, tx, x); err != nil {
			return err
		}
		if _, err := r.insert(ctx, tx, x.account, 0, []NewMessage{{Letter: l, Mailboxes: into, Keywords: x.Keywords, Received: millis(x.ReceivedMs)}}); err != nil {
			return err
		}
		return r.noteMailbox(ctx, tx, by, row, info.Address, "mail.restore", 1)
	})
}

// forget lets the bytes of a letter go that was taken out; errNothing where
// another process did.
func (r *Room) forget(ctx context.Context, tx *store.Tx, x removedRow) error {
	if there, err := deleteRemoved(ctx, tx, x); err != nil || !there {
		return errorOr(err, errNothing)
	}
	if err := tx.RefHash(ctx, x.blob.Scope, x.blob.Hash, -1); err != nil && !errs.Is(err, errs.NotFound) {
		return err
	}
	return nil
}

// forgetRemoved lets letters go that can be put back no longer.
func (r *Room) forgetRemoved(ctx context.Context, row removalRow) error {
	return r.db.Write(ctx, func(tx *store.Tx) error {
		list, err := selectRemoved(ctx, tx, row.org, row.id, removalLetters)
		if err != nil {
			return err
		}
		for _, x := range list {
			if err := r.forget(ctx, tx, x); err != nil && !errors.Is(err, errNothing) {
				return err
			}
		}
		if len(list) < removalLetters {
			row.state, row.until = RemovalFinal, 0
			return updateRemoval(ctx, tx, row)
		}
		return nil
	})
}
