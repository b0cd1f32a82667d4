package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"math/big"
	"slices"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// SecondCode is a code on its way to an address that a person registers.
type SecondCode struct {
	Account  directory.Account
	To, Code string
}

// A code is good for some tries within some minutes.
const (
	secondLife  = 30 * time.Minute
	secondTries = 5
)

var (
	errSecondOff  = refuse("noSecondAddress", errs.E(errs.Unsupported, "Second addresses are not used here."))
	errSecondOwn  = refuse("ownAddress", errs.E(errs.Invalid, "That address leads to this mailbox itself. Please give another one."))
	errSecondCode = refuse("wrongCode", errs.E(errs.Invalid, "The code is not right, or too old."))
)

// SecondAddress returns the address at which a person can be reached who
// cannot sign in, and one that waits for its code; "" for none.
func (i *Identity) SecondAddress(ctx context.Context, s policy.Subject) (address, pending string, err error) {
	err = i.db.Read(ctx, func(tx *store.Tx) error {
		for _, x := range []struct {
			confirmed bool
			into      *string
		}{{true, &address}, {false, &pending}} {
			found, err := selectSecond(ctx, tx, s.Org, s.Account, x.confirmed)
			if there, err := store.Found(err); err != nil || !there {
				if err != nil {
					return err
				}
				continue
			}
			if x.confirmed || i.clock.Now().Sub(millis(found.made)) <= secondLife {
				*x.into = found.address
			}
		}
		return nil
	})
	return address, pending, err
}

// AddSecondAddress begins to register a second address: a code goes there.
func (i *Identity) AddSecondAddress(ctx context.Context, s policy.Subject, address string) error {
	if !i.conf.SecondAddress || i.notices == nil {
		return errSecondOff
	}
	if err := i.fresh(s); err != nil {
		return err
	}
	address, err := directory.NormalAddress(address)
	if err != nil {
		return err
	}
	a, err := i.dir.Account(ctx, s.Org, s.Account)
	if err != nil {
		return err
	}
	own, err := i.dir.Addresses(ctx, s.Org, s.Account)
	if err != nil {
		return err
	}
	if slices.Contains(own, address) {
		return errSecondOwn
	}
	if wait := i.posts.waitCode(s.Account); wait > 0 {
		return tooMany(wait)
	}
	i.posts.failedCode(s.Account)
	code, err := sixDigits()
	if err != nil {
		return err
	}
	err = i.db.Write(ctx, func(tx *store.Tx) error {
		if err := putSecond(ctx, tx, s.Org, s.Account, secondAddress{address: address, code: secretHash(code), made: i.clock.Now().UnixMilli()}); err != nil {
			return err
		}
		return i.note(ctx, tx, s, "second-address.ask", address)
	})
	if err != nil {
		return err
	}
	return i.notices.SecondCode(ctx, SecondCode{a, address, code})
}

func sixDigits() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%06d", n), nil
}

// ConfirmSecondAddress takes the code that was sent: from then on the address
// is the person's second one. A try is counted before the code is looked at.
func (i *Identity) ConfirmSecondAddress(ctx context.Context, s policy.Subject, code string) error {
	if err := i.fresh(s); err != nil {
		return err
	}
	var wait secondAddress
	err := i.db.Write(ctx, func(tx *store.Tx) (err error) {
		if err = trySecond(ctx, tx, s.Org, s.Account); err != nil {
			return err
		}
		wait, err = selectSecond(ctx, tx, s.Org, s.Account, false)
		return err
	})
	there, err := store.Found(err)
	if err != nil {
		return err
	}
	if !there || wait.tries > secondTries || i.clock.Now().Sub(millis(wait.made)) > secondLife || subtle.ConstantTimeCompare(wait.code, secretHash(code)) != 1 {
		return errSecondCode
	}
	return i.db.Write(ctx, func(tx *store.Tx) error {
		wait.confirmed, wait.code, wait.tries, wait.made = true, []byte{}, 0, i.clock.Now().UnixMilli()
		if err := putSecond(ctx, tx, s.Org, s.Account, wait); err != nil {
			return err
		}
		if err := deletePending(ctx, tx, s.Org, s.Account); err != nil {
			return err
		}
		return i.note(ctx, tx, s, "second-address.add", wait.address)
	})
}

// RemoveSecondAddress forgets the second address, and one that waits.
func (i *Identity) RemoveSecondAddress(ctx context.Context, s policy.Subject) error {
	if err := i.fresh(s); err != nil {
		return err
	}
	return i.db.Write(ctx, func(tx *store.Tx) error {
		n, err := deleteSeconds(ctx, tx, s.Org, s.Account, 0)
		if err == nil && n == 0 {
			err = errs.E(errs.NotFound, "There is no second address.")
		}
		if err != nil {
			return err
		}
		return i.note(ctx, tx, s, "second-address.remove", "")
	})
}
