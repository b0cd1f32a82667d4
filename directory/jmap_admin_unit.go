package directory

import (
	"context"
	"encoding/json"

	"chancery/kit/id"
	"chancery/policy"
	"chancery/wire/jmap"
)

// unitFields are what a client may write of a unit.
type unitFields struct {
	ParentID  *jmap.ID          `json:"parentId"`
	Names     map[string]string `json:"names"`
	SortOrder int               `json:"sortOrder"`
}

// unitSet is Unit/set.
func (a api) unitSet(ctx context.Context, call *jmap.Call) (any, error) {
	return a.adminSet(ctx, call, func(s adminStates) string { return s.book }, func(who policy.Subject) jmap.Setter {
		return jmap.Setter{
			Create: func(ctx context.Context, _ jmap.ID, raw json.RawMessage) (jmap.ID, any, error) {
				var in unitFields
				if err := jmap.DecodeStrict(raw, &in); err != nil {
					return "", nil, err
				}
				u, err := in.unit(call)
				if err != nil {
					return "", nil, err
				}
				made, err := a.d.AddUnits(ctx, who, []Unit{u})
				if err != nil {
					return "", nil, setError(err)
				}
				key := id.Text(unitID, made[0].ID)
				return key, map[string]any{"id": key}, nil
			},
			Update: func(ctx context.Context, key jmap.ID, p jmap.Patch) (any, error) {
				n, ok := id.Parse(unitID, key)
				if !ok {
					return nil, jmap.Refuse(jmap.NotFound, "There is no unit %s.", key)
				}
				return nil, setError(a.d.ChangeUnit(ctx, who, n, func(u *Unit) error {
					now, err := jmap.Patched(unitFieldsOf(*u), unitFields{Names: map[string]string{}}, p)
					if err != nil {
						return err
					}
					to, err := now.unit(call)
					u.Parent, u.Names, u.Sort = to.Parent, to.Names, to.Sort
					return err
				}))
			},
			Destroy: func(ctx context.Context, key jmap.ID) error {
				n, ok := id.Parse(unitID, key)
				if !ok {
					return jmap.Refuse(jmap.NotFound, "There is no unit %s.", key)
				}
				return setError(a.d.RemoveUnit(ctx, who, n))
			},
		}
	})
}

func unitFieldsOf(u Unit) unitFields {
	f := unitFields{Names: u.Names, SortOrder: u.Sort}
	if u.Parent != 0 {
		parent := id.Text(unitID, u.Parent)
		f.ParentID = &parent
	}
	return f
}

func (f unitFields) unit(call *jmap.Call) (Unit, error) {
	u := Unit{Names: f.Names, Sort: f.SortOrder}
	if f.ParentID == nil {
		return u, nil
	}
	parent, err := unitOf(call, *f.ParentID, "parentId")
	u.Parent = parent
	return u, err
}

// unitOf reads the id of a unit, which may be one that the same call makes.
func unitOf(call *jmap.Call, text jmap.ID, property string) (int64, error) {
	key, ok := call.Resolve(text)
	if !ok {
		return 0, jmap.Later{Key: text[1:]}
	}
	n, ok := id.Parse(unitID, key)
	if !ok || n == 0 {
		return 0, jmap.BadProperty(property, "There is no unit %s.", key)
	}
	return n, nil
}
