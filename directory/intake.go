package directory

import (
	"context"
	"errors"
	"maps"
	"slices"

	"chancery/audit"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

// Intake is the desk of a feed: what another system brings is carried out
// through it, many acts in one transaction, with the rights that the feed was
// given and each act in the record. Units and people are given as they shall
// be. Within [Directory.Survey] it only reads.
type Intake struct {
	k  *desk
	is tree // the units as they are, while others are expected
}

// Intake has do carry out acts in one transaction, as by and with the rights
// given; an error of do undoes all of them.
func (d *Directory) Intake(ctx context.Context, by policy.Subject, rights []policy.RoleGrant, do func(ctx context.Context, in *Intake) error) error {
	return d.db.Write(ctx, func(tx *store.Tx) error {
		if err := lockActs(ctx, tx, by.Org); err != nil {
			return err
		}
		in, err := d.intake(ctx, tx, by, rights)
		if err != nil {
			return err
		}
		if d.tellAdmin != nil {
			all, err := selectRoles(ctx, tx, by.Org)
			if err != nil {
				return err
			}
			tx.OnCommit(func() { tellHolders(all, d.tellAdmin) })
		}
		return do(ctx, in)
	})
}

// Survey shows do the directory as it stands at one moment.
func (d *Directory) Survey(ctx context.Context, by policy.Subject, rights []policy.RoleGrant, do func(ctx context.Context, in *Intake) error) error {
	return d.db.Read(ctx, func(tx *store.Tx) error {
		in, err := d.intake(ctx, tx, by, rights)
		if err != nil {
			return err
		}
		return do(ctx, in)
	})
}

func (d *Directory) intake(ctx context.Context, tx *store.Tx, by policy.Subject, rights []policy.RoleGrant) (*Intake, error) {
	units, err := selectUnits(ctx, tx, by.Org)
	return &Intake{k: &desk{d: d, tx: tx, by: by, tree: treeOf(units), grants: rights}}, err
}

// Tx is the transaction, for what the feed itself keeps.
func (in *Intake) Tx() *store.Tx { return in.k.tx }

// Units returns the tree by id. It must not be changed; see Expect.
func (in *Intake) Units() map[int64]Unit { return in.k.tree }

// Expect has later checks take a unit for there, or for not there, as it will
// be by then, until Settle. It stores nothing.
func (in *Intake) Expect(u Unit, there bool) {
	if in.is == nil {
		in.is = in.k.tree
		in.k.tree = maps.Clone(in.is)
	}
	if !there {
		delete(in.k.tree, u.ID)
		return
	}
	in.k.tree[u.ID] = u
}

// Settle takes back what was expected.
func (in *Intake) Settle() {
	if in.is != nil {
		in.k.tree, in.is = in.is, nil
	}
}

// People returns everybody.
func (in *Intake) People(ctx context.Context) ([]Person, error) {
	list, err := selectEntries(ctx, in.k.tx, in.k.by.Org, -1)
	return personsOf(list), err
}

func personsOf(list []*entry) []Person {
	out := make([]Person, len(list))
	for i, e := range list {
		out[i] = e.Person
	}
	return out
}

// Person returns a person by id; found is false where there is none.
func (in *Intake) Person(ctx context.Context, person int64) (p Person, found bool, err error) {
	p, err = selectPerson(ctx, in.k.tx, in.k.by.Org, person)
	if errors.Is(err, store.ErrNoRows) {
		return p, false, nil
	}
	return p, err == nil, err
}

// OfSource returns the person whom another system keeps under a name.
func (in *Intake) OfSource(ctx context.Context, source string) (p Person, found bool, err error) {
	list, err := readEntries(ctx, in.k.tx, "p.source = $2", in.k.by.Org, source)
	if err != nil || len(list) == 0 {
		return p, false, err
	}
	return list[0].Person, true, nil
}

// Levels returns the service levels.
func (in *Intake) Levels(ctx context.Context) ([]ServiceLevel, error) {
	return selectLevels(ctx, in.k.tx, in.k.by.Org)
}

// Categories returns the kinds of staff.
func (in *Intake) Categories(ctx context.Context) ([]Category, error) {
	return selectCategories(ctx, in.k.tx, in.k.by.Org)
}

// Owner is whose an address is.
type Owner struct {
	Account, Person int64 // Person 0 = a mailbox that no person has
}

// Owners returns whose every address is.
func (in *Intake) Owners(ctx context.Context) (map[string]Owner, error) {
	return selectOwners(ctx, in.k.tx, in.k.by.Org)
}

// Owner returns whose an address is; found is false where it is free.
func (in *Intake) Owner(ctx context.Context, address string) (o Owner, found bool, err error) {
	a, err := selectByAddress(ctx, in.k.tx, in.k.by.Org, in.k.d.today(), address)
	if found, err = store.Found(err); !found {
		return o, false, err
	}
	o.Account = a.ID
	o.Person, err = personOf(ctx, in.k.tx, in.k.by.Org, a.ID)
	return o, true, err
}

// Ours says whether an address is of a domain of the organisation.
func (in *Intake) Ours(address string) bool {
	_, domain, ok := splitAddress(address)
	if !ok {
		return false
	}
	org, known := in.k.d.OrgOf(domain)
	return known && org == in.k.by.Org
}

// Check refuses a person as AddPerson, ChangePerson and RemovePerson would, so
// far as it can be known before; a person without an id is none.
func (in *Intake) Check(ctx context.Context, old, now Person) error {
	if err := in.k.mayHandle(old, now); err != nil {
		return err
	}
	leaves := now.ID == 0
	if old.ID != 0 && (leaves || old.Locked != now.Locked) {
		if err := in.k.mayLock(ctx, old, leaves || now.Locked); err != nil {
			return err
		}
	}
	if leaves {
		return nil
	}
	if old.ID == 0 {
		if err := in.k.may(policy.DutyAccounts, in.k.home(now)); err != nil {
			return err
		}
		a, err := selectByAddress(ctx, in.k.tx, in.k.by.Org, in.k.d.today(), now.Address)
		found, err := store.Found(err)
		if err == nil && found {
			err = in.k.mayTakeUp(ctx, a)
		}
		if err != nil {
			return err
		}
	}
	return in.k.checkPerson(ctx, now)
}

// CheckUnit refuses a unit as PutUnit would.
func (in *Intake) CheckUnit(u Unit) error {
	if err := checkNames(u.Names); err != nil {
		return err
	}
	if len(in.k.tree.path(u.Parent))+1 >= maxUnitDepth {
		return errs.E(errs.Invalid, "The tree of units can be %d deep.", maxUnitDepth)
	}
	old, there := in.k.tree[u.ID]
	if !there {
		if u.Parent != 0 {
			if _, err := in.k.unit(u.Parent); err != nil {
				return err
			}
		}
		return in.k.may(policy.DutyUnits, u.Parent)
	}
	if err := in.k.may(policy.DutyUnits, u.ID); err != nil || old.Parent == u.Parent {
		return err
	}
	return in.k.mayMove(old, u.Parent)
}

// UnitKeeps says what a unit holds apart from units and people, in words; ""
// is nothing.
func (in *Intake) UnitKeeps(ctx context.Context, unit int64) (string, error) {
	what, err := unitKeeps(ctx, in.k.tx, in.k.by.Org, unit)
	return what, err
}

// PutUnit adds a unit that is not there, or makes one what it shall be.
func (in *Intake) PutUnit(ctx context.Context, u Unit) error {
	k := in.k
	old, there := k.tree[u.ID]
	if err := in.CheckUnit(u); err != nil {
		return err
	}
	if !there && len(k.tree) >= MaxUnits {
		return errs.E(errs.OverQuota, "An organisation can have %d units.", MaxUnits)
	}
	if err := k.putUnit(ctx, u); err != nil {
		return err
	}
	if there {
		return k.record(ctx, "unit.change", unitText(u.ID), old.story(), u.story())
	}
	if err := forgetGone(ctx, k.tx, k.by.Org, kindUnit, u.ID); err != nil {
		return err
	}
	return k.record(ctx, "unit.add", unitText(u.ID), nil, u.story())
}

// RemoveUnit takes an empty unit away.
func (in *Intake) RemoveUnit(ctx context.Context, unit int64) error {
	if err := in.k.removeUnit(ctx, unit); err != nil {
		return err
	}
	delete(in.k.tree, unit)
	return nil
}

// AddPerson makes a person of a given id with their account, which has no
// password: it is opened by a reset, or by another system's sign-on. An
// account of that address that nobody has is taken up again.
func (in *Intake) AddPerson(ctx context.Context, p Person) error {
	k := in.k
	if err := k.may(policy.DutyAccounts, k.home(p)); err != nil {
		return err
	}
	old, err := selectByAddress(ctx, k.tx, k.by.Org, k.d.today(), p.Address)
	found, err := store.Found(err)
	if err != nil {
		return err
	}
	if found {
		p.Account = old.ID
		err = k.takeUp(ctx, old)
	} else {
		p.Account = id.New()
		err = k.d.PutAccount(ctx, k.tx, Account{Org: k.by.Org, ID: p.Account, Address: p.Address, Name: p.Name, Kind: KindPerson,
			Language: p.Language, Unit: k.home(p), Clearance: policy.Internal})
	}
	if err != nil {
		return err
	}
	if err := forgetGone(ctx, k.tx, k.by.Org, kindPerson, p.ID); err != nil {
		return err
	}
	carryClearance(Person{}, &p)
	if p.Deputies, err = k.present(ctx, p.Deputies); err != nil {
		return err
	}
	if err := k.addPerson(ctx, p); err != nil || !p.Locked {
		return err
	}
	return k.setLock(ctx, p, LockFeed)
}

// present leaves out deputies who are not there, as when many return after one
// another.
func (k *desk) present(ctx context.Context, list []Deputy) (out []Deputy, err error) {
	for _, q := range list {
		_, err := selectPerson(ctx, k.tx, k.by.Org, q.Person)
		found, err := store.Found(err)
		if err != nil {
			return nil, err
		}
		if found {
			out = append(out, q)
		}
	}
	return out, nil
}

// ChangePerson makes a person what they shall be; the account stays the same.
// A new address becomes the main one, and the old one stays theirs.
func (in *Intake) ChangePerson(ctx context.Context, now Person) error {
	k := in.k
	old, found, err := in.Person(ctx, now.ID)
	if err != nil {
		return err
	}
	if !found {
		return errNoPerson
	}
	now.Account, now.Language = old.Account, old.Language
	keepNumbers(old, &now)
	carryClearance(old, &now)
	if now.Locked != old.Locked {
		reason := ""
		if now.Locked {
			reason = LockFeed
		}
		if err := k.setLock(ctx, old, reason); err != nil {
			return err
		}
	}
	same := k.samePerson(old, now) && old.Address == now.Address && old.Source == now.Source
	if same {
		return nil
	}
	if err := k.mayHandle(old, now); err != nil {
		return err
	}
	if old.Source != now.Source {
		if err := k.may(policy.DutyPeople, k.home(now)); err != nil {
			return err
		}
	}
	if err := k.checkPerson(ctx, now); err != nil {
		return err
	}
	if err := k.rename(ctx, old, now); err != nil {
		return err
	}
	if err := k.putPerson(ctx, now); err != nil {
		return err
	}
	return k.record(ctx, "person.change", personText(now.ID), old.story(), now.story())
}

// keepNumbers lets posts and deputies that stay keep the numbers that name them.
func keepNumbers(old Person, now *Person) {
	now.Posts, now.Deputies = slices.Clone(now.Posts), slices.Clone(now.Deputies)
	used := map[int]bool{}
	for _, alike := range []func(a, b Post) bool{
		func(a, b Post) bool { return a.Unit == b.Unit && a.Kind == b.Kind && a.Title == b.Title },
		func(a, b Post) bool { return a.Unit == b.Unit && a.Kind == b.Kind },
	} {
		for i := range now.Posts {
			for _, was := range old.Posts {
				if now.Posts[i].Num == 0 && !used[was.Num] && alike(was, now.Posts[i]) {
					now.Posts[i].Num = was.Num
					used[was.Num] = true
				}
			}
		}
	}
	for i := range now.Deputies {
		for _, was := range old.Deputies {
			if now.Deputies[i].Num == 0 && was.Person == now.Deputies[i].Person && was.Starts == now.Deputies[i].Starts {
				now.Deputies[i].Num = was.Num
			}
		}
	}
}

// rename gives the account of a person their new address and name.
func (k *desk) rename(ctx context.Context, old, now Person) error {
	if old.Address == now.Address && old.Name == now.Name {
		return nil
	}
	if err := k.may(policy.DutyAccounts, k.home(now)); err != nil {
		return err
	}
	if old.Address != now.Address {
		if err := putAddress(ctx, k.tx, k.by.Org, now.Account, now.Address); err != nil {
			return err
		}
		err := k.record(ctx, "account.address", accountText(now.Account), map[string]string{"address": old.Address}, map[string]string{"address": now.Address})
		if err != nil {
			return err
		}
	}
	return setAccountName(ctx, k.tx, k.by.Org, now.Account, now.Name)
}

// RemovePerson takes a person who left out of the book and locks their account.
func (in *Intake) RemovePerson(ctx context.Context, person int64) error {
	p, found, err := in.Person(ctx, person)
	if err != nil {
		return err
	}
	if !found {
		return errNoPerson
	}
	return in.k.leave(ctx, p, 0)
}

// Note records something about the intake itself, as another subject did it.
func (in *Intake) Note(ctx context.Context, by policy.Subject, verb, object string, after any) error {
	e, err := audit.By(by, verb, object, nil).Change(nil, after)
	if err != nil {
		return err
	}
	return audit.Append(ctx, in.k.tx, in.k.d.clock.Now(), e)
}
