package directory

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

// FirstPassword makes a first password, and returns what gives it to a new
// account in the transaction that makes it.
type FirstPassword func() (password string, give func(ctx context.Context, tx *store.Tx, by policy.Subject, a Account) error)

// UseFirstPassword names who makes passwords of new accounts; without it they
// have none.
func (d *Directory) UseFirstPassword(f FirstPassword) { d.firstPassword = f }

// errNoPerson is the answer about people who are not there, and about those
// whom an administrator neither administers nor sees.
var errNoPerson = errs.E(errs.NotFound, "There is no such person.")

func personText(person int64) string { return "person " + strconv.FormatInt(person, 10) }

// AddPerson stores a person who has an account.
func (d *Directory) AddPerson(ctx context.Context, by policy.Subject, p Person) (Person, error) {
	p.ID = id.New()
	return p, d.administer(ctx, by, act{"person.add", personText(p.ID), func(ctx context.Context, k *desk) error {
		return k.addPerson(ctx, p)
	}})
}

func (k *desk) addPerson(ctx context.Context, p Person) error {
	if err := k.mayHandle(Person{}, p); err != nil {
		return err
	}
	if err := k.clearPosts(Person{}, &p); err != nil {
		return err
	}
	if err := k.checkPerson(ctx, p); err != nil {
		return err
	}
	if err := k.putPerson(ctx, p); err != nil {
		return err
	}
	return k.record(ctx, "person.add", personText(p.ID), nil, p.story())
}

// putPerson stores a person; their account belongs to the unit that they do.
func (k *desk) putPerson(ctx context.Context, p Person) error {
	if err := putPerson(ctx, k.tx, k.by.Org, p); err != nil {
		return err
	}
	return setHome(ctx, k.tx, k.by.Org, p.Account, k.home(p))
}

// AddMember makes a person together with their account and its first
// password. An account of that address that nobody has, as of one who left,
// is taken up again; it keeps its password.
func (d *Directory) AddMember(ctx context.Context, by policy.Subject, p Person) (Person, string, error) {
	return d.AddMemberWith(ctx, by, p, func(context.Context, *store.Tx) error { return nil })
}

// AddMemberWith is AddMember, and does in the same transaction what else is to
// be done.
func (d *Directory) AddMemberWith(ctx context.Context, by policy.Subject, p Person, also func(ctx context.Context, tx *store.Tx) error) (Person, string, error) {
	address, err := NormalAddress(p.Address)
	if err != nil {
		return p, "", err
	}
	_, domain, _ := splitAddress(address)
	if org, ok := d.OrgOf(domain); !ok || org != by.Org {
		return p, "", errs.E(errs.Invalid, "%s is no domain of this organisation.", domain)
	}
	if p.Language != "" && !isLanguage(p.Language) {
		return p, "", errs.E(errs.Invalid, "%q is no language of the client.", p.Language)
	}
	a, err := d.PrepareAccount(ctx, Account{Org: by.Org, Address: address, Name: p.Name, Language: p.Language, Unit: p.home(d.today()), Clearance: policy.Internal})
	if err != nil {
		return p, "", err
	}
	p.ID, p.Address = id.New(), address
	var first, password string
	give := func(context.Context, *store.Tx, policy.Subject, Account) error { return nil }
	if d.firstPassword != nil {
		first, give = d.firstPassword() // outside the transaction: hashing takes long
	}
	err = d.administer(ctx, by, act{"person.add", address, func(ctx context.Context, k *desk) error {
		if err := k.may(policy.DutyAccounts, k.home(p)); err != nil {
			return err
		}
		if err := also(ctx, k.tx); err != nil {
			return err
		}
		p.Account, password = a.ID, ""
		old, err := selectByAddress(ctx, k.tx, by.Org, d.today(), address)
		if found, err := store.Found(err); err != nil {
			return err
		} else if found {
			p.Account = old.ID
			if err := k.takeUp(ctx, old); err != nil {
				return err
			}
			return k.addPerson(ctx, p)
		}
		if err := d.PutAccount(ctx, k.tx, a); err != nil {
			return err
		}
		if err := give(ctx, k.tx, by, a); err != nil {
			return err
		}
		password = first
		return k.addPerson(ctx, p)
	}})
	return p, password, err
}

// takeUp unlocks an account for its return, which needs the right where it was
// too. One that has a person, is a shared one, or whose owner holds a role is
// not to be had this way.
func (k *desk) takeUp(ctx context.Context, a Account) error {
	if err := k.mayTakeUp(ctx, a); err != nil || !a.Locked {
		return err
	}
	return k.lock(ctx, a.ID, "")
}

// mayTakeUp is the question of takeUp alone.
func (k *desk) mayTakeUp(ctx context.Context, a Account) error {
	person, err := personOf(ctx, k.tx, k.by.Org, a.ID)
	if err != nil {
		return err
	}
	if person != 0 || a.Kind != KindPerson || a.Admin {
		return errs.E(errs.Exists, "%s exists already.", a.Address)
	}
	if err := k.may(policy.DutyAccounts, a.Unit); err != nil {
		return err
	}
	return k.noRole(ctx, a.ID)
}

// ChangePerson changes a person and their posts by what change does to them.
func (d *Directory) ChangePerson(ctx context.Context, by policy.Subject, person int64, change func(*Person) error) error {
	view, err := d.View(ctx, by)
	if err != nil {
		return err
	}
	_, shown := view.Person(person)
	return d.administer(ctx, by, act{"person.change", personText(person), func(ctx context.Context, k *desk) error {
		old, err := k.person(ctx, person, shown)
		if err != nil {
			return err
		}
		now := old
		now.Posts, now.Deputies, now.Aliases = slices.Clone(old.Posts), slices.Clone(old.Deputies), slices.Clone(old.Aliases)
		if err := change(&now); err != nil {
			return err
		}
		// What a change cannot be about, whoever asks.
		now.ID, now.Account, now.Address, now.Source, now.Language = old.ID, old.Account, old.Address, old.Source, old.Language
		if now.Locked != old.Locked {
			reason := ""
			if now.Locked {
				reason = LockAdministrator
			}
			if err := k.setLock(ctx, old, reason); err != nil {
				return err
			}
		}
		if now.Clearance != old.Clearance {
			if err := k.clear(ctx, old, now.Clearance); err != nil {
				return err
			}
		}
		if err := k.clearPosts(old, &now); err != nil {
			return err
		}
		switch {
		case !k.samePerson(old, now):
			if err := k.mayHandle(old, now); err != nil {
				return err
			}
		case now.Locked == old.Locked && now.Clearance == old.Clearance && slices.Equal(old.Posts, now.Posts):
			return nil
		}
		if err := k.checkPerson(ctx, now); err != nil {
			return err
		}
		if err := k.putPerson(ctx, now); err != nil {
			return err
		}
		return k.record(ctx, "person.change", personText(person), old.story(), now.story())
	}})
}

// clear gives a person another clearance.
func (k *desk) clear(ctx context.Context, p Person, level policy.Level) error {
	if err := k.mayClear(p.Account, level); err != nil {
		return err
	}
	return setClearance(ctx, k.tx, k.by.Org, p.Account, level)
}

// SetClearance says how high an account may see, a person's or a shared one
// (C15).
func (d *Directory) SetClearance(ctx context.Context, by policy.Subject, account int64, level policy.Level) error {
	return d.administer(ctx, by, act{"account.clearance", "account", func(ctx context.Context, k *desk) error {
		a, err := selectAccount(ctx, k.tx, by.Org, d.today(), account)
		if found, err := store.Found(err); !found {
			if err == nil {
				err = errs.E(errs.NotFound, "There is no such account.")
			}
			return err
		}
		if err := k.clear(ctx, Person{Account: account}, level); err != nil {
			return err
		}
		type clearance struct {
			Clearance string `json:"clearance"`
		}
		return k.record(ctx, "account.clearance", a.Address, clearance{a.Cleared.String()}, clearance{level.String()})
	}})
}

// person returns a person whom the administrator sees.
func (k *desk) person(ctx context.Context, person int64, shown bool) (Person, error) {
	p, err := selectPerson(ctx, k.tx, k.by.Org, person)
	if errors.Is(err, store.ErrNoRows) {
		return p, errNoPerson
	}
	if err != nil {
		return p, err
	}
	a := Administers{k.by.Account == 0, k.grants, k.tree}
	if !shown && !a.reaches(p) {
		return p, errNoPerson
	}
	return p, nil
}

// RemovePerson is Leave without a successor.
func (d *Directory) RemovePerson(ctx context.Context, by policy.Subject, person int64) error {
	return d.Leave(ctx, by, person, 0)
}
