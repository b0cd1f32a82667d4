package directory

import (
	"context"
	"slices"

	"chancery/audit"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// desk is what an administrator's act has before it, inside its transaction:
// acts of one organisation run one after the other, so that what is read here
// holds until the act is done.
type desk struct {
	d      *Directory
	tx     *store.Tx
	by     policy.Subject
	grants []policy.RoleGrant
	tree   tree
}

// tree is the units of an organisation by id.
type tree map[int64]Unit

func treeOf(units []Unit) tree {
	t := make(tree, len(units))
	for _, u := range units {
		t[u.ID] = u
	}
	return t
}

// path returns a unit and those above it; nothing for 0, the organisation.
func (t tree) path(unit int64) []int64 {
	var path []int64
	for unit != 0 && len(path) < maxUnitDepth {
		path = append(path, unit)
		unit = t[unit].Parent
	}
	return path
}

// What an act can be refused for, apart from the right to it.
var (
	errOwnRole      = errs.E(errs.Forbidden, "Nobody can give a role to themself. Ask another security administrator.")
	errOwnLock      = errs.E(errs.Forbidden, "Nobody can lock themself out.")
	errHoldsRole    = errs.E(errs.Forbidden, "They hold an administrator's role. A security administrator must take it back first.")
	errRolesExclude = errs.E(errs.Conflict, "They hold a role that excludes this one: whoever operates does not say who may, and neither reads the record of both.")
	errLastSecurity = errs.E(errs.Conflict, "This is the last security administrator. Name another one first.")
	errUnitHolds    = errs.E(errs.Conflict, "The unit is not empty.")
	errLevelUsed    = errs.E(errs.Conflict, "People have this level, or a rule names it. Give them another one first.")
)

// act is one thing that an administrator does: its name in the record, to
// what, and how.
type act struct {
	verb, object string
	do           func(ctx context.Context, k *desk) error
}

// administer carries out an act. What is refused stands in the record too.
func (d *Directory) administer(ctx context.Context, by policy.Subject, a act) error {
	err := d.carryOut(ctx, by, a)
	if !errs.Is(err, errs.Forbidden) {
		return err
	}
	return errorOr(d.db.Write(ctx, func(tx *store.Tx) error {
		return audit.Append(ctx, tx, d.clock.Now(), audit.By(by, a.verb, a.object, err))
	}), err)
}

// errorOr is the first of two errors that there is.
func errorOr(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

func (d *Directory) carryOut(ctx context.Context, by policy.Subject, a act) error {
	if by.Account != 0 && by.Assurance == policy.ByProgram {
		return errs.E(errs.Forbidden, "An app password cannot administer. Please sign in with the web client.")
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		if err := lockActs(ctx, tx, by.Org); err != nil {
			return err
		}
		units, err := selectUnits(ctx, tx, by.Org)
		if err != nil {
			return err
		}
		k := &desk{d: d, tx: tx, by: by, tree: treeOf(units)}
		all, err := selectRoles(ctx, tx, by.Org)
		if err != nil {
			return err
		}
		k.grants = heldBy(all, by.Account)
		if d.tellAdmin != nil {
			tx.OnCommit(func() { tellHolders(all, d.tellAdmin) })
		}
		return a.do(ctx, k)
	})
}

// may refuses who has not a duty on a unit; 0 is the whole organisation. The
// system itself, and who works at the machine, may.
func (k *desk) may(need policy.Duty, unit int64) error {
	if k.by.Account == 0 || policy.Holds(k.grants, need, k.tree.path(unit)) {
		return nil
	}
	if unit == 0 {
		return errs.E(errs.Forbidden, "Your role does not allow this for the whole organisation.")
	}
	return errs.E(errs.Forbidden, "Your role does not allow this in %s.", k.tree[unit].Name("en"))
}

// unit returns a unit of the organisation.
func (k *desk) unit(id int64) (Unit, error) {
	u, ok := k.tree[id]
	if !ok {
		return u, errs.E(errs.NotFound, "There is no such unit.")
	}
	return u, nil
}

// record notes what was done, before and after; either may be nil.
func (k *desk) record(ctx context.Context, verb, object string, before, after any) error {
	e, err := audit.By(k.by, verb, object, nil).Change(before, after)
	if err != nil {
		return err
	}
	return audit.Append(ctx, k.tx, k.d.clock.Now(), e)
}

// Administers says what somebody may do as an administrator, for answers that
// carry it: the duties asked, on a unit.
type Administers struct {
	all    bool // the system itself
	grants []policy.RoleGrant
	tree   tree
}

// Administers reads the roles of a subject.
func (d *Directory) Administers(ctx context.Context, s policy.Subject) (a Administers, err error) {
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		a, err = administers(ctx, tx, s)
		return err
	})
	return a, err
}

// AdministersIn is Administers in the transaction of an act: until that ends
// the roles stay as they are.
func (d *Directory) AdministersIn(ctx context.Context, tx *store.Tx, s policy.Subject) (Administers, error) {
	if err := lockActs(ctx, tx, s.Org); err != nil {
		return Administers{}, err
	}
	return administers(ctx, tx, s)
}

func administers(ctx context.Context, tx *store.Tx, s policy.Subject) (a Administers, err error) {
	a.all = s.Account == 0
	all, err := selectRoles(ctx, tx, s.Org)
	if err != nil {
		return a, err
	}
	if a.grants = heldBy(all, s.Account); len(a.grants) == 0 {
		return a, nil
	}
	units, err := selectUnits(ctx, tx, s.Org)
	a.tree = treeOf(units)
	return a, err
}

// Any says whether they hold any role.
func (a Administers) Any() bool { return a.all || len(a.grants) > 0 }

// Anywhere says whether they have a duty on the organisation or on any unit.
func (a Administers) Anywhere(need policy.Duty) bool {
	return a.May(need, 0) || slices.ContainsFunc(a.grants, func(g policy.RoleGrant) bool { return g.Unit != 0 && a.May(need, g.Unit) })
}

// May says whether they have a duty on a unit; 0 is the whole organisation.
func (a Administers) May(need policy.Duty, unit int64) bool {
	return a.all || policy.Holds(a.grants, need, a.tree.path(unit))
}

// reaches says whether they see a person as an administrator: whoever has a
// duty about people where the person has a post, or about everybody's rights.
func (a Administers) reaches(p Person) bool {
	if a.May(policy.DutySecurity, 0) || a.May(policy.DutyUnlock, 0) {
		return true
	}
	return slices.ContainsFunc(p.Posts, func(post Post) bool { return a.May(policy.DutyUnlock, post.Unit) })
}
