package directory

import (
	"context"
	"slices"
	"strconv"
	"time"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

// MaxRoles is how many roles an organisation can have granted.
const MaxRoles = 5000

// Holding is a role that somebody holds.
type Holding struct {
	ID      int64
	Account int64
	policy.RoleGrant
	By int64 // who granted it; 0 = at the machine itself
	At time.Time
}

// CombineRoles lets one person hold roles that exclude one another, as small
// offices need. Without it the powers are separated (三員分立).
func (d *Directory) CombineRoles(yes bool) { d.combineRoles = yes }

// OnAdministration names who is told, after it is durable, that an
// administrator changed something: each holder of a role. It must not block.
func (d *Directory) OnAdministration(tell func(account int64)) { d.tellAdmin = tell }

func heldBy(all []Holding, account int64) (list []policy.RoleGrant) {
	for _, h := range all {
		if account != 0 && h.Account == account {
			list = append(list, h.RoleGrant)
		}
	}
	return list
}

func tellHolders(all []Holding, tell func(account int64)) {
	told := map[int64]bool{}
	for _, h := range all {
		if !told[h.Account] {
			told[h.Account] = true
			tell(h.Account)
		}
	}
}

// GrantRole gives somebody a role. Nobody gives one to themself, and where
// powers are separated nobody gets two that exclude one another.
func (d *Directory) GrantRole(ctx context.Context, by policy.Subject, h Holding) (Holding, error) {
	h.ID, h.By, h.At = id.New(), by.Account, d.clock.Now()
	return h, d.administer(ctx, by, act{"role.grant", accountText(h.Account), func(ctx context.Context, k *desk) error {
		return k.grantRole(ctx, h)
	}})
}

func (k *desk) grantRole(ctx context.Context, h Holding) error {
	if err := k.may(policy.DutySecurity, 0); err != nil {
		return err
	}
	if h.Account == k.by.Account {
		return errOwnRole
	}
	if err := k.checkRole(ctx, h); err != nil {
		return err
	}
	all, err := selectRoles(ctx, k.tx, k.by.Org)
	if err != nil {
		return err
	}
	if len(all) >= MaxRoles {
		return errs.E(errs.OverQuota, "An organisation can have %d roles granted.", MaxRoles)
	}
	for _, held := range all {
		switch {
		case held.Account != h.Account:
		case held.RoleGrant == h.RoleGrant:
			return errs.E(errs.Exists, "They hold this role already.")
		case !k.d.combineRoles && held.Role.Excludes(h.Role):
			return errRolesExclude
		}
	}
	if err := insertRole(ctx, k.tx, k.by.Org, h); err != nil {
		return err
	}
	if k.d.tellAdmin != nil {
		k.tx.OnCommit(func() { k.d.tellAdmin(h.Account) })
	}
	return k.record(ctx, "role.grant", accountText(h.Account), nil, h.story())
}

// checkRole refuses what is no role, nor for such an account or place.
func (k *desk) checkRole(ctx context.Context, h Holding) error {
	rule, ok := h.Role.Rule()
	if !ok {
		return errs.E(errs.Invalid, "There is no role %q.", h.Role)
	}
	a, err := selectAccount(ctx, k.tx, k.by.Org, k.d.today(), h.Account)
	found, err := store.Found(err)
	if err != nil {
		return err
	}
	if !found || a.Kind != KindPerson {
		return errNoPerson
	}
	switch {
	case h.Unit != 0 && rule.Scope == policy.Whole:
		return errs.E(errs.Invalid, "The role %s is for the whole organisation.", h.Role)
	case h.Unit == 0 && rule.Scope == policy.Subtree:
		return errs.E(errs.Invalid, "The role %s needs a unit.", h.Role)
	case h.Unit != 0:
		_, err := k.unit(h.Unit)
		return err
	}
	return nil
}

// RevokeRole takes a role back. The last security administrator stays, as
// nobody else could name another.
func (d *Directory) RevokeRole(ctx context.Context, by policy.Subject, holding int64) error {
	return d.administer(ctx, by, act{"role.revoke", "role " + strconv.FormatInt(holding, 10), func(ctx context.Context, k *desk) error {
		if err := k.may(policy.DutySecurity, 0); err != nil {
			return err
		}
		all, err := selectRoles(ctx, k.tx, by.Org)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(h Holding) bool { return h.ID == holding })
		if i < 0 {
			return errs.E(errs.NotFound, "There is no such role.")
		}
		h := all[i]
		others := slices.ContainsFunc(all, func(x Holding) bool { return x.Role == policy.RoleSecurity && x.ID != h.ID })
		if h.Role == policy.RoleSecurity && !others {
			return errLastSecurity
		}
		if err := deleteRole(ctx, k.tx, by.Org, holding); err != nil {
			return err
		}
		return k.record(ctx, "role.revoke", accountText(h.Account), h.story(), nil)
	}})
}

// story is what the record keeps of a role.
func (h Holding) story() any {
	return map[string]any{"role": h.Role, "unit": h.Unit}
}

// Holdings returns who holds which role, the oldest first: all to those who
// may change them or read the record, to others their own.
func (d *Directory) Holdings(ctx context.Context, s policy.Subject) (list []Holding, err error) {
	a, err := d.Administers(ctx, s)
	if err != nil {
		return nil, err
	}
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = selectRoles(ctx, tx, s.Org)
		return err
	})
	if !a.May(policy.DutySecurity, 0) && !a.May(policy.DutyRecord, 0) {
		list = slices.DeleteFunc(list, func(h Holding) bool { return h.Account != s.Account })
	}
	return list, err
}

func accountText(account int64) string { return "account " + strconv.FormatInt(account, 10) }
