package identity

import (
	"context"
	"slices"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// Means are what somebody proves with who they are beside the password, and
// where a link for another password goes.
type Means struct {
	Factors  []Factor
	Recovery int    // codes that are left
	Phone    string // the end of the number; "" = none
	Second   string // address elsewhere; "" = none
}

// story is what the record says of them, before and after.
func (m Means) story() map[string]any {
	names := []string{}
	for _, f := range m.Factors {
		names = append(names, f.Name)
	}
	return map[string]any{"factors": names, "phone": m.Phone, "secondAddress": m.Second}
}

// MeansChange is what a security administrator does about them. Nil and 0
// leave alone, "" takes away.
type MeansChange struct {
	Phone, Second *string
	Factor        int64 // to be taken away
}

// What a person is told was changed.
const (
	MeansPhone       = "phone"
	MeansSecond      = "secondAddress"
	MeansFactor      = "factor"
	MeansCertificate = "certificate"
)

// MeansChanged tells a person that an administrator changed how they sign in.
type MeansChanged struct {
	Account directory.Account
	By      string // address of the administrator
	What    []string
	Second  string // the second address that there was, which is told too; "" = none
}

var errOwnMeans = errs.E(errs.Forbidden, "What you sign in with yourself you change in your settings.")

// MayMeans refuses who changes their own means as an administrator, where the
// settings would ask for them first, and who did not prove lately who they are.
func (i *Identity) MayMeans(by policy.Subject, a directory.Account) error {
	if by.Account == a.ID {
		return errOwnMeans
	}
	return i.fresh(by)
}

// MeansOf returns the means of a person to security administrators. The look
// stands in the record.
func (i *Identity) MeansOf(ctx context.Context, by policy.Subject, person int64) (m Means, err error) {
	const verb = "means.look"
	err = i.dir.OnAccount(ctx, by, person, policy.DutySecurity, verb, func(ctx context.Context, tx *store.Tx, a directory.Account) (err error) {
		if m, err = i.means(ctx, tx, a); err != nil {
			return err
		}
		return audit.Append(ctx, tx, i.clock.Now(), audit.By(by, verb, accountText(a.ID), nil))
	})
	return m, err
}

func (i *Identity) means(ctx context.Context, tx *store.Tx, a directory.Account) (m Means, err error) {
	all, err := selectFactors(ctx, tx, a.Org, a.ID)
	if err != nil {
		return m, err
	}
	for _, f := range all {
		m.Factors = append(m.Factors, f.public())
	}
	if m.Recovery, err = countRecoveryCodes(ctx, tx, a.Org, a.ID); err != nil {
		return m, err
	}
	p, err := selectPhone(ctx, tx, a.Org, a.ID, true)
	if there, err := store.Found(err); err != nil {
		return m, err
	} else if there {
		number, err := i.number(ctx, a.Org, a.ID, p)
		if err != nil {
			return m, err
		}
		m.Phone = masked(number)
	}
	s, err := selectSecond(ctx, tx, a.Org, a.ID, true)
	if _, err := store.Found(err); err != nil {
		return m, err
	}
	m.Second = s.address
	return m, nil
}

// ChangeMeans changes the means of a person, as a security administrator who
// saw who they are: a telephone or an address counts without a code from
// there. The person is told, at the second address that there was too.
func (i *Identity) ChangeMeans(ctx context.Context, by policy.Subject, person int64, c MeansChange) error {
	const verb = "means.change"
	c, err := i.checkMeans(c)
	if err != nil {
		return err
	}
	// The key must be there before the write; see sealing.
	if _, err := i.db.Seal(ctx, store.Scope{Org: by.Org}, "ready", nil); err != nil {
		return err
	}
	var told MeansChanged
	err = i.dir.OnAccount(ctx, by, person, policy.DutySecurity, verb, func(ctx context.Context, tx *store.Tx, a directory.Account) error {
		if err := i.MayMeans(by, a); err != nil {
			return err
		}
		before, err := i.means(ctx, tx, a)
		if err != nil {
			return err
		}
		told = MeansChanged{Account: a, By: by.Address, Second: before.Second}
		if told.What, err = i.putMeans(ctx, tx, a, c); err != nil {
			return err
		}
		after, err := i.means(ctx, tx, a)
		if err != nil {
			return err
		}
		e, err := audit.By(by, verb, accountText(a.ID), nil).Change(before.story(), after.story())
		if err != nil {
			return err
		}
		return audit.Append(ctx, tx, i.clock.Now(), e)
	})
	if err == nil {
		i.TellMeans(ctx, told)
	}
	return err
}

// checkMeans puts number and address into the form they are kept in.
func (i *Identity) checkMeans(c MeansChange) (MeansChange, error) {
	if c.Phone != nil && *c.Phone != "" {
		if i.texts == nil {
			return c, errNoTexts
		}
		number, err := i.texts.Number(*c.Phone)
		if err != nil {
			return c, errBadPhone
		}
		c.Phone = &number
	}
	if c.Second != nil && *c.Second != "" {
		if !i.conf.SecondAddress || i.notices == nil {
			return c, errSecondOff
		}
		address, err := directory.NormalAddress(*c.Second)
		if err != nil {
			return c, err
		}
		c.Second = &address
	}
	return c, nil
}

func (i *Identity) putMeans(ctx context.Context, tx *store.Tx, a directory.Account, c MeansChange) (what []string, err error) {
	if c.Phone != nil {
		what = append(what, MeansPhone)
		if err := i.putPhoneOf(ctx, tx, a, *c.Phone); err != nil {
			return nil, err
		}
	}
	if c.Second != nil {
		what = append(what, MeansSecond)
		if err := i.putSecondOf(ctx, tx, a, *c.Second); err != nil {
			return nil, err
		}
	}
	if c.Factor != 0 {
		what = append(what, MeansFactor)
		all, err := selectFactors(ctx, tx, a.Org, a.ID)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(all, func(f factor) bool { return f.id == c.Factor }) {
			return nil, errs.E(errs.NotFound, "There is no such second factor.")
		}
		if err := deleteFactor(ctx, tx, a.Org, a.ID, c.Factor); err != nil {
			return nil, err
		}
	}
	return what, i.settleFactors(ctx, tx, a)
}

// settleFactors takes the recovery codes of who has no second factor any more.
func (i *Identity) settleFactors(ctx context.Context, tx *store.Tx, a directory.Account) error {
	if err := noteSecond(ctx, tx, a.Org, a.ID); err != nil {
		return err
	}
	c, err := selectCredential(ctx, tx, a.Org, a.ID)
	if there, err := store.Found(err); err != nil || !there || c.second {
		return err
	}
	return replaceRecoveryCodes(ctx, tx, a.Org, a.ID, nil)
}

func (i *Identity) putPhoneOf(ctx context.Context, tx *store.Tx, a directory.Account, number string) error {
	if number == "" {
		_, err := i.dropPhones(ctx, tx, a.Org, a.ID, 0)
		return err
	}
	// A link that went to the old number must not work any more.
	err := deleteResets(ctx, tx, a.Org, a.ID, 0)
	if err != nil {
		return err
	}
	p := phone{confirmed: true, code: []byte{}, made: i.clock.Now().UnixMilli()}
	if p.number, err = i.db.Seal(ctx, store.Scope{Org: a.Org}, phonePurpose(a.ID), []byte(number)); err != nil {
		return err
	}
	if err := putPhone(ctx, tx, a.Org, a.ID, p); err != nil {
		return err
	}
	return deletePendingPhone(ctx, tx, a.Org, a.ID)
}

func (i *Identity) putSecondOf(ctx context.Context, tx *store.Tx, a directory.Account, address string) error {
	// A link that went to the old address must not work any more.
	if err := deleteResets(ctx, tx, a.Org, a.ID, 0); err != nil {
		return err
	}
	if address == "" {
		_, err := deleteSeconds(ctx, tx, a.Org, a.ID, 0)
		return err
	}
	if address == a.Address {
		return errSecondOwn
	}
	if err := putSecond(ctx, tx, a.Org, a.ID, secondAddress{address: address, confirmed: true, code: []byte{}, made: i.clock.Now().UnixMilli()}); err != nil {
		return err
	}
	return deletePending(ctx, tx, a.Org, a.ID)
}

// TellMeans writes to the person. What was done does not wait for it to work:
// it is in the record too.
func (i *Identity) TellMeans(ctx context.Context, m MeansChanged) {
	if i.notices == nil {
		return
	}
	if err := i.notices.MeansChanged(ctx, m); err != nil {
		i.log.Error("a change of how somebody signs in was not told", "address", m.Account.Address, "error", err)
	}
}
