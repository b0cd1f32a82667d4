package identity

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

// Waiting is an account in the queue of those who have to be unlocked: it is
// locked, or its person asks for help.
type Waiting struct {
	Account directory.Account
	Reasons []string  // why it is locked: of directory and of this package; none where its person only asks
	Since   time.Time // of the lock; zero where it is not known
	By      int64     // the administrator who locked it, 0 = nobody, or at the machine
	Asked   time.Time // when its person asked; zero = they did not
	Note    string    // what they said
	Peer    string    // from where
	Secret  bool      // only another password opens it
	Holds   bool      // its person holds a role: only the machine gives them another password
}

// Limits of asking to be let in.
const (
	maxAskNote = 500 // bytes
	maxWaiting = 2000
	askAgain   = 10 * time.Minute // how soon a person's word replaces their earlier one
)

// askingID stands for no account where the asking of a peer is counted.
const askingID = -2

// Refusals of the queue.
var (
	errNeedsPassword = refuse("needsPassword", errs.E(errs.Conflict, "Its holder said that somebody else signed in. Only another password opens the account."))
	errHolder        = refuse("holdsRole", errs.E(errs.Forbidden, "They hold an administrator's role. Only whoever runs the server gives them another password."))
	errNotWaiting    = errs.E(errs.NotFound, "The account is not locked, and nobody asks.")
)

// AskUnlock is the word of somebody who cannot sign in. The answer is the same
// whether there is such an account or not, and whether it is locked.
func (i *Identity) AskUnlock(ctx context.Context, address, note string, peer Peer) error {
	if i.ZoneOf(peer).Closed {
		return errClosed
	}
	if wait := i.pace.wait(peer.Addr, askingID); wait > 0 {
		return tooMany(wait)
	}
	i.pace.failed(peer.Addr, askingID)
	if len(address) > 320 || len(note) > maxAskNote {
		return errs.E(errs.TooLarge, "A word to the administrator can have %d bytes.", maxAskNote)
	}
	note = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(note, "")))
	a, _, err := i.dir.Resolve(ctx, address)
	if err != nil && !errs.Is(err, errs.NotFound) && !errs.Is(err, errs.Invalid) {
		return err
	}
	there := err == nil && a.Kind == directory.KindPerson
	org := a.Org
	if !there {
		org = directory.DefaultOrg
	}
	now := i.clock.Now()
	return i.db.Write(ctx, func(tx *store.Tx) error {
		if there {
			if err := putAsk(ctx, tx, org, a.ID, now.UnixMilli(), now.Add(-askAgain).UnixMilli(), peer.Addr.String(), note); err != nil {
				return err
			}
		}
		by := i.Stranger(org, 0, strings.ToValidUTF8(address, ""), peer)
		return audit.Append(ctx, tx, now, audit.By(by, "account.ask", accountText(a.ID), nil))
	})
}

// Queue lists who waits to be let in, where the subject may unlock: those who
// asked first, then the newest locks.
func (i *Identity) Queue(ctx context.Context, by policy.Subject) ([]Waiting, error) {
	if by.Account != 0 && by.Assurance == policy.ByProgram {
		return nil, errs.E(errs.Forbidden, "An app password cannot administer.")
	}
	admin, err := i.dir.Administers(ctx, by)
	if err != nil {
		return nil, err
	}
	locks, err := i.dir.Locks(ctx, by)
	if err != nil {
		return nil, err
	}
	all := map[int64]*Waiting{}
	for _, l := range locks {
		w := &Waiting{Account: l.Account, Since: l.At, By: l.By, Reasons: []string{l.Reason}}
		if l.Reason == "" {
			w.Reasons[0] = directory.LockAdministrator
		}
		all[l.ID] = w
	}
	var rows []waiting
	err = i.db.Read(ctx, func(tx *store.Tx) (err error) {
		rows, err = selectWaiting(ctx, tx, by.Org, maxWaiting)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		w, there := all[r.account]
		if !there {
			a, err := i.dir.Account(ctx, by.Org, r.account)
			if errs.Is(err, errs.NotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			if a.Locked || !admin.MayUnlock(a, "") { // locked by an administrator, and not ours to open
				continue
			}
			w = &Waiting{Account: a}
			all[r.account] = w
		}
		w.Asked, w.Note, w.Peer = millis(r.asked), r.note, r.peer
		if r.locked {
			w.Reasons = append(w.Reasons, r.reason)
			w.Secret = r.reason == LockDisowned || r.reason == ""
			if at := millis(r.at); at.After(w.Since) {
				w.Since = at
			}
		}
	}
	return ordered(all), nil
}

func ordered(all map[int64]*Waiting) []Waiting {
	list := make([]Waiting, 0, len(all))
	for _, w := range all {
		w.Holds = w.Account.Admin || w.Account.Roles
		list = append(list, *w)
	}
	slices.SortFunc(list, func(a, b Waiting) int {
		if a.Asked.IsZero() != b.Asked.IsZero() {
			if a.Asked.IsZero() {
				return 1
			}
			return -1
		}
		if c := b.Asked.Compare(a.Asked); c != 0 {
			return c
		}
		if c := b.Since.Compare(a.Since); c != 0 {
			return c
		}
		return strings.Compare(a.Account.Address, b.Account.Address)
	})
	return list
}

// Unlocked says how an account is to be opened.
type Unlocked struct {
	Password bool // by a one-time password, else with the one it has
	Factors  bool // and without the second factors it had, for who lost them
}

// Unlock opens an account of the queue, and returns the one-time password if
// one was asked for. Its holder chooses a password of their own at the next
// sign-in either way: where a password was too old, it still is.
func (i *Identity) Unlock(ctx context.Context, by policy.Subject, account int64, how Unlocked) (password string, err error) {
	if how.Factors && !how.Password {
		return "", errs.E(errs.Invalid, "Second factors are taken away together with a new password only.")
	}
	hash := ""
	if how.Password {
		password = FirstPassword()
		hash = hashPassword(password) // outside the transaction: hashing takes long
	}
	err = i.dir.Unlock(ctx, by, account, func(ctx context.Context, tx *store.Tx, u directory.Unlocking) error {
		if how.Password && u.Holds && by.Account != 0 {
			return errHolder
		}
		if how.Factors {
			// Whoever takes both away can be anybody: that is not the help desk's.
			if err := u.Duties(policy.DutyAccounts); err != nil {
				return err
			}
			if err := i.forgetFactors(ctx, tx, by, by.Org, account); err != nil {
				return err
			}
		}
		if how.Password {
			return i.PutFirstPasswordHash(ctx, tx, by, by.Org, account, hash)
		}
		return i.reopen(ctx, tx, by, u.Account)
	})
	if err != nil {
		return "", err
	}
	return password, nil
}

// reopen opens an account with the password it has.
func (i *Identity) reopen(ctx context.Context, tx *store.Tx, by policy.Subject, a directory.Account) error {
	asked, err := hasAsk(ctx, tx, a.Org, a.ID)
	if err != nil {
		return err
	}
	c, err := selectCredential(ctx, tx, a.Org, a.ID)
	if err != nil && !errors.Is(err, store.ErrNoRows) {
		return err
	}
	now := i.clock.Now()
	late := c.locked || c.overdue(now)
	switch {
	case c.locked && c.reason != LockFirst && c.reason != LockAge:
		return errNeedsPassword
	case !late && !a.Locked && !asked:
		return errNotWaiting
	case late:
		if err := reopenCredential(ctx, tx, a.Org, a.ID, i.conf.Life.dueAt(now, true)); err != nil {
			return err
		}
		e, err := audit.By(by, "account.unlock", accountText(a.ID), nil).Change(map[string]any{"locked": true, "reason": c.reason}, map[string]any{"locked": false})
		if err != nil {
			return err
		}
		if err := audit.Append(ctx, tx, now, e); err != nil {
			return err
		}
	}
	return deleteAsk(ctx, tx, a.Org, a.ID)
}

// DismissAsk takes somebody's word out of the queue; a lock stays.
func (i *Identity) DismissAsk(ctx context.Context, by policy.Subject, account int64) error {
	if by.Account != 0 && by.Assurance == policy.ByProgram {
		return errs.E(errs.Forbidden, "An app password cannot administer.")
	}
	a, err := i.dir.Account(ctx, by.Org, account)
	if err != nil {
		return err
	}
	var refused error
	err = i.db.Write(ctx, func(tx *store.Tx) error {
		admin, err := i.dir.AdministersIn(ctx, tx, by)
		if err != nil {
			return err
		}
		refused = nil
		if !admin.MayUnlock(a, "") {
			refused = errs.E(errs.Forbidden, "Your role does not allow this there.")
		}
		if refused == nil {
			if asked, err := hasAsk(ctx, tx, a.Org, a.ID); err != nil || !asked {
				return either(err, errNotWaiting)
			}
			if err := deleteAsk(ctx, tx, a.Org, a.ID); err != nil {
				return err
			}
		}
		return audit.Append(ctx, tx, i.clock.Now(), audit.By(by, "account.dismiss", accountText(a.ID), refused))
	})
	return either(err, refused)
}

// firstPasswordBytes is how much chance a one-time password holds.
const firstPasswordBytes = 12

// FirstPassword makes a one-time password in groups that can be read out, with
// the kinds of characters that rules of passwords ask for.
func FirstPassword() string {
	t := id.Token(firstPasswordBytes)
	return "Cx2-" + t[:6] + "-" + t[6:12] + "-" + t[12:18]
}
