package directory

import (
	"context"
	"errors"
	"strconv"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/jmap"
)

// AdminURN names the capability of administration. Only who holds a role is
// told of it; each verb asks for its duty all the same.
const AdminURN = "urn:chancery:params:jmap:admin"

// AdminCapability says what the person may do: duties that hold everywhere,
// and those that hold in units with all below them.
type AdminCapability struct {
	Duties        []string             `json:"duties" ts:"list"`
	Units         map[jmap.ID][]string `json:"units"`
	SeparateRoles bool                 `json:"separateRoles"`
	Roles         []RoleKind           `json:"roles" ts:"list"`
}

// RoleKind is a role as clients offer it: where it may be granted ("whole",
// "anywhere", "subtree"), and which roles it excludes.
type RoleKind struct {
	Role     string   `json:"role"`
	Scope    string   `json:"scope"`
	Duties   []string `json:"duties" ts:"list"`
	Excludes []string `json:"excludes" ts:"list"`
}

var scopeNames = map[policy.Scope]string{policy.Whole: "whole", policy.Anywhere: "anywhere", policy.Subtree: "subtree"}

func (a api) admin() jmap.Capability {
	return jmap.Capability{
		URN:    AdminURN,
		Offer:  a.adminOffer,
		Types:  []string{"PersonRecord", "Unit", "Role", "Visibility", "ServiceLevel", "Category"},
		States: a.adminStates,
		Methods: map[string]jmap.Method{
			"PersonRecord/query": a.recordQuery, "PersonRecord/get": a.recordGet, "Person/set": a.personSet,
			"Person/leave": a.personLeave,
			"Unit/set":     a.unitSet, "Role/get": a.roleGet, "Role/set": a.roleSet,
			"Visibility/get": a.visibilityGet, "Visibility/set": a.visibilitySet,
			"ServiceLevel/get": a.levelGet, "ServiceLevel/set": a.levelSet,
			"Category/get": a.categoryGet, "Category/set": a.categorySet,
			"AuditEntry/look": a.entryLook, "AuditEntry/state": a.entryState, "AuditEntry/check": a.entryCheck,
		},
	}
}

func dutyNames(has func(policy.Duty) bool) []string {
	names := []string{}
	for _, x := range policy.Duties {
		if has(x.Duty) {
			names = append(names, x.Name)
		}
	}
	return names
}

func (a api) adminOffer(ctx context.Context) (any, bool, error) {
	who, err := a.who(ctx)
	if err != nil {
		return nil, false, err
	}
	admin, err := a.d.Administers(ctx, who)
	if err != nil || !admin.Any() {
		return nil, false, err
	}
	out := AdminCapability{Units: map[jmap.ID][]string{}, SeparateRoles: !a.d.combineRoles,
		Duties: dutyNames(func(d policy.Duty) bool { return admin.May(d, 0) })}
	for _, g := range admin.grants {
		if g.Unit != 0 {
			out.Units[id.Text(unitID, g.Unit)] = dutyNames(func(d policy.Duty) bool { return admin.May(d, g.Unit) })
		}
	}
	for _, rule := range policy.Roles() {
		k := RoleKind{Role: string(rule.Role), Scope: scopeNames[rule.Scope], Excludes: []string{},
			Duties: dutyNames(func(d policy.Duty) bool { return rule.Duties&d != 0 })}
		for _, other := range policy.Roles() {
			if rule.Role.Excludes(other.Role) {
				k.Excludes = append(k.Excludes, string(other.Role))
			}
		}
		out.Roles = append(out.Roles, k)
	}
	return out, true, nil
}

// adminStates are the states of what administrators follow.
func (a api) adminStates(ctx context.Context, account jmap.ID) (map[string]string, error) {
	who, err := a.who(ctx)
	if err != nil || id.Text(accountID, who.Account) != account {
		return map[string]string{}, err
	}
	admin, err := a.d.Administers(ctx, who)
	if err != nil || !admin.Any() {
		return map[string]string{}, err
	}
	s, err := a.d.adminStates(ctx, who)
	return map[string]string{"PersonRecord": s.book, "Unit": s.book, "Role": s.roles, "Visibility": s.rules, "ServiceLevel": s.levels, "Category": s.categories}, err
}

type adminStates struct{ book, roles, rules, levels, categories string }

func (d *Directory) adminStates(ctx context.Context, s policy.Subject) (out adminStates, err error) {
	v, err := d.View(ctx, s)
	if err != nil {
		return out, err
	}
	var n adminState
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		n, err = selectAdminState(ctx, tx, s.Org)
		return err
	})
	text := func(n int64) string { return strconv.FormatInt(n, 10) }
	return adminStates{v.State(), text(n.roles), text(v.Book.state.rules), text(n.levels), text(n.categories)}, err
}

// administrator returns who asks, where the account is their own and they
// hold a role.
func (a api) administrator(ctx context.Context, account jmap.ID) (policy.Subject, Administers, error) {
	who, err := a.who(ctx)
	if err != nil {
		return who, Administers{}, err
	}
	if id.Text(accountID, who.Account) != account {
		return who, Administers{}, jmap.Fail(jmap.AccountNotSupported, "Administration belongs to a person's own account.")
	}
	admin, err := a.d.Administers(ctx, who)
	if err == nil && (!admin.Any() || who.Assurance == policy.ByProgram) {
		err = jmap.Fail(jmap.Forbidden, "You hold no administrator's role, or signed in with an app password.")
	}
	return who, admin, err
}

// adminGet reads the arguments of a /get of an administrator.
func (a api) adminGet(ctx context.Context, call *jmap.Call) (args jmap.GetArgs, who policy.Subject, admin Administers, s adminStates, err error) {
	if err = call.Decode(&args); err != nil {
		return args, who, admin, s, err
	}
	if err = args.Check(call.Limits); err != nil {
		return args, who, admin, s, err
	}
	if who, admin, err = a.administrator(ctx, args.AccountID); err != nil {
		return args, who, admin, s, err
	}
	s, err = a.d.adminStates(ctx, who)
	return args, who, admin, s, err
}

// adminSet answers a /set: state is the one that the type counts by.
func (a api) adminSet(ctx context.Context, call *jmap.Call, state func(adminStates) string, setter func(policy.Subject) jmap.Setter) (any, error) {
	var args jmap.SetArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	if err := args.Check(call.Limits); err != nil {
		return nil, err
	}
	who, _, err := a.administrator(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	before, err := a.d.adminStates(ctx, who)
	if err != nil {
		return nil, err
	}
	if err := args.CheckState(state(before)); err != nil {
		return nil, err
	}
	out := jmap.Set(ctx, call, &args, setter(who))
	after, err := a.d.adminStates(ctx, who)
	out.OldState, out.NewState = state(before), state(after)
	return out, err
}

// setError gives what an act was refused for a name of its own, so that
// clients can say it in their language.
func setError(err error) error {
	for _, x := range []struct {
		err  error
		name string
	}{
		{errOwnRole, "ownRole"}, {errOwnLock, "ownLock"}, {errHoldsRole, "holdsRole"}, {errRolesExclude, "rolesExclude"},
		{errLastSecurity, "lastSecurity"}, {errUnitHolds, "unitHasContents"}, {errLevelUsed, "levelInUse"}, {errCategoryUsed, "categoryInUse"},
	} {
		if errors.Is(err, x.err) {
			return jmap.Refuse(x.name, "%s", errs.Text(err))
		}
	}
	return err
}

// textOr is a text, or none.
func textOr(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

// orNil is nil for no text.
func orNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
