package directory

import (
	"context"
	"encoding/json"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/wire/jmap"
)

// The first letter of an id says what it names.
const (
	roleID  = 'r'
	ruleID  = 's'
	entryID = 'e'
)

// RoleObject is a role that somebody holds.
type RoleObject struct {
	ID        jmap.ID      `json:"id"`
	Role      string       `json:"role"`
	UnitID    *jmap.ID     `json:"unitId"` // with all below it; null = the whole organisation
	Email     string       `json:"email"`
	Name      string       `json:"name"`
	GrantedBy *string      `json:"grantedBy"` // null = at the machine itself
	GrantedAt jmap.UTCDate `json:"grantedAt"`
}

// roleGet is Role/get.
func (a api) roleGet(ctx context.Context, call *jmap.Call) (any, error) {
	args, who, _, s, err := a.adminGet(ctx, call)
	if err != nil {
		return nil, err
	}
	list, err := a.d.Holdings(ctx, who)
	if err != nil {
		return nil, err
	}
	accounts, err := a.d.Accounts(ctx, who.Org)
	if err != nil {
		return nil, err
	}
	byID := map[int64]Account{}
	for _, x := range accounts {
		byID[x.ID] = x
	}
	objects := make([]RoleObject, len(list))
	for i, h := range list {
		objects[i] = RoleObject{ID: id.Text(roleID, h.ID), Role: string(h.Role), Email: byID[h.Account].Address, Name: byID[h.Account].Name,
			GrantedBy: orNil(byID[h.By].Name), GrantedAt: jmap.UTCDate{Time: h.At}}
		if h.Unit != 0 {
			unit := id.Text(unitID, h.Unit)
			objects[i].UnitID = &unit
		}
	}
	return jmap.Get(args, s.roles, objects, func(o RoleObject) jmap.ID { return o.ID })
}

// roleFields are what a client says of a role to be granted. A role is not
// changed: it is taken back and another one granted.
type roleFields struct {
	Role   string   `json:"role"`
	Email  string   `json:"email"`
	UnitID *jmap.ID `json:"unitId"`
}

// roleSet is Role/set.
func (a api) roleSet(ctx context.Context, call *jmap.Call) (any, error) {
	return a.adminSet(ctx, call, func(s adminStates) string { return s.roles }, func(who policy.Subject) jmap.Setter {
		return jmap.Setter{
			Create: func(ctx context.Context, _ jmap.ID, raw json.RawMessage) (jmap.ID, any, error) {
				var in roleFields
				if err := jmap.DecodeStrict(raw, &in); err != nil {
					return "", nil, err
				}
				h := Holding{RoleGrant: policy.RoleGrant{Role: policy.Role(in.Role)}}
				var err error
				if in.UnitID != nil {
					if h.Unit, err = unitOf(call, *in.UnitID, "unitId"); err != nil {
						return "", nil, err
					}
				}
				acc, _, err := a.d.Resolve(ctx, in.Email)
				if err != nil || acc.Org != who.Org {
					if err != nil && !errs.Is(err, errs.NotFound) && !errs.Is(err, errs.Invalid) {
						return "", nil, err
					}
					return "", nil, jmap.BadProperty("email", "There is nobody with this address here.")
				}
				h.Account = acc.ID
				made, err := a.d.GrantRole(ctx, who, h)
				if err != nil {
					return "", nil, setError(err)
				}
				key := id.Text(roleID, made.ID)
				return key, map[string]any{"id": key}, nil
			},
			Destroy: func(ctx context.Context, key jmap.ID) error {
				n, ok := id.Parse(roleID, key)
				if !ok {
					return jmap.Refuse(jmap.NotFound, "There is no role %s.", key)
				}
				return setError(a.d.RevokeRole(ctx, who, n))
			},
		}
	})
}
