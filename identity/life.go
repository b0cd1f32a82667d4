package identity

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/workday"
	"chancery/policy"
	"chancery/store"
)

// Life are the rules for how long a password is good. Zero values mean that
// nothing ends.
type Life struct {
	Calendar  workday.Calendar // which days are worked on
	FirstDays int              // working days in which a one-time password has to be replaced (D25); 0 = no limit
	MaxMonths int              // months after which a password has to be replaced (D26, K06); 0 = never
	Warn      []int            // days before at which people are warned; default 14, 7, 1
}

// Password is the method of the last step of a sign-in, where the person has
// to choose a password of their own before anything opens (D24).
const Password = "password"

// Why an account is locked.
const (
	LockDisowned = "disowned" // its holder said that a sign-in was not theirs
	LockFirst    = "first"    // a one-time password was not replaced in time
	LockAge      = "age"      // a password was not replaced in time
)

// lateGrace is how long people have at least where a rule about the age of
// passwords is new: nobody is locked out by a change of a setting.
const lateGrace = 14 * 24 * time.Hour

// Answers to who knows the right password. The first two tell a stranger
// nothing: whoever gets them knows the password already.
var (
	errLockedFirst = refuse("lockedFirst", errs.E(errs.Forbidden, "The account is locked: no password of one's own was chosen in time. Please ask your administrator to unlock it."))
	errLockedAge   = refuse("lockedAge", errs.E(errs.Forbidden, "The account is locked: the password was not changed in time. Please ask your administrator to unlock it."))
	errOnce        = errs.E(errs.Unauthenticated, "This password is for one sign-in only. Please choose one of your own in the web client first.")
	errSame        = refuse("samePassword", errs.E(errs.Invalid, "That is the password you were given. Please choose another one."))
)

// whyLocked tells who knows the password why it does not let in, where they
// can do something about it.
func (c credential) whyLocked() error {
	switch {
	case c.right && c.locked && c.reason == LockFirst:
		return errLockedFirst
	case c.right && c.locked && c.reason == LockAge:
		return errLockedAge
	}
	return errWrong
}

// dueAt is until when a password that is set now is good; 0 = for good.
func (l Life) dueAt(now time.Time, once bool) int64 {
	switch {
	case once && l.FirstDays > 0:
		return l.Calendar.Deadline(now, l.FirstDays).UnixMilli()
	case !once && l.MaxMonths > 0:
		return now.AddDate(0, l.MaxMonths, 0).UnixMilli()
	}
	return 0
}

// overdue says whether a password should have been replaced by now.
func (c credential) overdue(now time.Time) bool { return c.due != 0 && now.UnixMilli() >= c.due }

// lockOverdue locks an account whose password was not replaced in time, unless
// that has changed meanwhile.
func (i *Identity) lockOverdue(ctx context.Context, tx *store.Tx, org, account int64) error {
	c, err := selectCredential(ctx, tx, org, account)
	if err != nil || c.locked || !c.overdue(i.clock.Now()) {
		return err
	}
	reason := LockAge
	if c.once {
		reason = LockFirst
	}
	now := i.clock.Now()
	if err := lockCredential(ctx, tx, org, account, reason, now.UnixMilli()); err != nil {
		return err
	}
	e, err := audit.By(policy.System(org), "account.lock", accountText(account), nil).Change(map[string]any{"locked": false}, map[string]any{"locked": true, "reason": reason})
	if err != nil {
		return err
	}
	return audit.Append(ctx, tx, now, e)
}

// PutFirstPasswordHash gives an account a one-time password, as
// PutPasswordHash does one for good: its holder chooses another one at the
// next sign-in, and mail programs are refused until then.
func (i *Identity) PutFirstPasswordHash(ctx context.Context, tx *store.Tx, by policy.Subject, org, account int64, hash string) error {
	return i.putPassword(ctx, tx, by, org, account, hash, true)
}

// SetFirstPassword is PutFirstPasswordHash in a transaction of its own.
func (i *Identity) SetFirstPassword(ctx context.Context, by policy.Subject, org, account int64, password string) error {
	if password == "" || len(password) > maxPassword {
		return errs.E(errs.Invalid, "A password needs 1 to %d bytes.", maxPassword)
	}
	hash := hashPassword(password)
	return i.db.Write(ctx, func(tx *store.Tx) error { return i.PutFirstPasswordHash(ctx, tx, by, org, account, hash) })
}

// choice is what a client is told that asks for a password of one's own.
type choice struct {
	MinLength int `json:"minLength"`
	Classes   int `json:"classes"`
}

// admit lets in whoever has shown enough, or asks for a password of their own.
func (i *Identity) admit(ctx context.Context, a directory.Account, c credential, how policy.Assurance, peer Peer) (step Step, err error) {
	if !c.once {
		return i.enter(ctx, a, c, how, peer)
	}
	if step.Options, err = json.Marshal(choice{i.conf.Passwords.least(), i.conf.Passwords.Classes}); err != nil {
		return step, err
	}
	step.Methods = []string{Password}
	step.Ticket, err = i.putTicket(ctx, a, func(context.Context, *store.Tx) (ticket, error) {
		return ticket{account: a.ID, version: c.version, choose: int64(how), weak: c.weak, ground: c.ground, least: peer.Least}, nil
	})
	return step, err
}

// choose ends a sign-in by a password of one's own.
func (i *Identity) choose(ctx context.Context, text, password string, peer Peer) (Step, error) {
	if len(password) > maxPassword {
		return Step{}, errTicket
	}
	t, a, hash, err := i.openTicket(ctx, text, peer)
	if err != nil {
		return Step{}, err
	}
	peer.Least = t.least
	if t.choose == 0 {
		return Step{}, errTicket
	}
	needs, err := i.needs(ctx, a, peer)
	if err != nil {
		return Step{}, err
	}
	how := policy.Assurance(t.choose)
	if how < needs { // the person moved to another network meanwhile
		return Step{}, errFactor
	}
	if err := i.mayChoose(ctx, a, password); err != nil {
		return Step{}, err
	}
	s := i.subject(a, peer, how, i.clock.Now(), t.version)
	var c credential
	chosen := hashPassword(password)
	err = i.db.Write(ctx, func(tx *store.Tx) error {
		if c, err = selectCredential(ctx, tx, a.Org, a.ID); err != nil {
			return err
		}
		if c.version != t.version || !c.once || a.Locked || c.locked || c.overdue(i.clock.Now()) {
			return errTicket
		}
		if there, err := deleteTicket(ctx, tx, a.Org, hash); err != nil || !there {
			return either(err, errTicket)
		}
		if err := i.putPassword(ctx, tx, s, a.Org, a.ID, chosen, false); err != nil {
			return err
		}
		c, err = selectCredential(ctx, tx, a.Org, a.ID)
		return err
	})
	if err != nil {
		return Step{}, err
	}
	c.weak, c.ground = t.weak, t.ground
	return i.entered(ctx, a, c, how, peer)
}

// mayChoose refuses what the rules do not allow, and the password there is.
func (i *Identity) mayChoose(ctx context.Context, a directory.Account, password string) error {
	if err := i.conf.Passwords.check(password, a.Address); err != nil {
		return refuse("weakPassword", err)
	}
	_, c, err := i.find(ctx, a.Address)
	if err != nil {
		return err
	}
	same, err := i.compare(ctx, c, password)
	if err == nil && same {
		err = errSame
	}
	return err
}

// Due is until when a password has to be changed; zero = whenever.
func (i *Identity) Due(ctx context.Context, s policy.Subject) (at time.Time, err error) {
	err = i.db.Read(ctx, func(tx *store.Tx) error {
		c, err := selectCredential(ctx, tx, s.Org, s.Account)
		if err == nil && c.due != 0 {
			at = time.UnixMilli(c.due)
		}
		return err
	})
	if errors.Is(err, store.ErrNoRows) {
		err = nil
	}
	return at, err
}
