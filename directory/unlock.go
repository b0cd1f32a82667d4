package directory

import (
	"context"
	"errors"
	"time"

	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// Why an administrator, or a feed, locked an account.
const (
	LockAdministrator = "administrator"
	LockFeed          = "feed" // another system says so
	LockLeft          = "left" // its person left
)

// Lock is why an account is locked.
type Lock struct {
	Account
	Reason string
	At     time.Time // zero where it was locked before this was kept
	By     int64     // the administrator's account; 0 = at the machine itself
}

// maxLocks bounds a list of locked accounts; the newest locks come first.
const maxLocks = 2000

var errOwnUnlock = errs.E(errs.Forbidden, "Nobody can unlock themself, or give themself a one-time password.")

// Locks lists the accounts that administrators locked, the newest first, where
// the subject may unlock.
func (d *Directory) Locks(ctx context.Context, by policy.Subject) (list []Lock, err error) {
	admin, err := d.Administers(ctx, by)
	if err != nil {
		return nil, err
	}
	var all []Lock
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		all, err = selectLocks(ctx, tx, by.Org, d.today(), maxLocks)
		return err
	})
	for _, l := range all {
		if admin.MayUnlock(l.Account, l.Reason) {
			list = append(list, l)
		}
	}
	return list, err
}

// unlockDuty is what it takes to unlock: the account of somebody who left is
// not the help desk's to open.
func unlockDuty(reason string) policy.Duty {
	if reason == LockLeft {
		return policy.DutyAccounts
	}
	return policy.DutyUnlock
}

// MayUnlock says whether they may unlock an account that is locked for a reason.
func (a Administers) MayUnlock(acc Account, reason string) bool {
	return a.May(unlockDuty(reason), acc.Unit)
}

// Unlocking is what an act of unlocking is about.
type Unlocking struct {
	Account
	Holds  bool // holds an administrator's role
	Duties func(policy.Duty) error
}

// Unlock opens an account that an administrator locked, and does in the same
// transaction what else is to be done, whether it was locked here or not.
func (d *Directory) Unlock(ctx context.Context, by policy.Subject, account int64, also func(ctx context.Context, tx *store.Tx, u Unlocking) error) error {
	return d.administer(ctx, by, act{"account.unlock", accountText(account), func(ctx context.Context, k *desk) error {
		a, err := selectAccount(ctx, k.tx, by.Org, k.d.today(), account)
		if errors.Is(err, store.ErrNoRows) {
			return errNoPerson
		}
		if err != nil {
			return err
		}
		l, err := selectLock(ctx, k.tx, by.Org, k.d.today(), account)
		if err != nil {
			return err
		}
		if err := k.may(unlockDuty(l.Reason), a.Unit); err != nil {
			return err
		}
		if a.ID == by.Account {
			return errOwnUnlock
		}
		if a.Locked {
			if err := k.lock(ctx, account, ""); err != nil {
				return err
			}
		}
		return also(ctx, k.tx, Unlocking{a, a.Roles || a.Admin, func(need policy.Duty) error { return k.may(need, a.Unit) }})
	}})
}
