package directory

import (
	"context"
	"encoding/json"
	"slices"

	"chancery/kit/id"
	"chancery/policy"
	"chancery/wire/jmap"
)

// VisibilityObject is a rule of who is not shown to everybody: the people of
// a unit and those below it, or of a service level; and the units whose people
// see them all the same. TotalPeople counts whom it hides.
type VisibilityObject struct {
	ID          jmap.ID   `json:"id"`
	UnitID      *jmap.ID  `json:"unitId"`
	LevelID     *jmap.ID  `json:"levelId"`
	ShownTo     []jmap.ID `json:"shownTo" ts:"list"`
	TotalPeople int       `json:"totalPeople"`
}

// visibilityGet is Visibility/get.
func (a api) visibilityGet(ctx context.Context, call *jmap.Call) (any, error) {
	args, who, _, s, err := a.adminGet(ctx, call)
	if err != nil {
		return nil, err
	}
	rules, err := a.d.Rules(ctx, who)
	if err != nil {
		return nil, err
	}
	b, err := a.d.Book(ctx, who.Org)
	if err != nil {
		return nil, err
	}
	objects := make([]VisibilityObject, len(rules))
	for i, r := range rules {
		f := ruleFieldsOf(r)
		objects[i] = VisibilityObject{id.Text(ruleID, r.ID), f.UnitID, f.LevelID, f.ShownTo, b.hiddenBy(r)}
	}
	return jmap.Get(args, s.rules, objects, func(o VisibilityObject) jmap.ID { return o.ID })
}

// hiddenBy counts the people whom a rule is about.
func (b *Book) hiddenBy(r Visibility) (n int) {
	for _, e := range b.people {
		if r.Unit == 0 && e.Level == r.Level || r.Unit != 0 && slices.ContainsFunc(e.Posts, func(p Post) bool { return b.Under(p.Unit, r.Unit) }) {
			n++
		}
	}
	return n
}

// ruleFields are what a client may write of a rule.
type ruleFields struct {
	UnitID  *jmap.ID  `json:"unitId"`
	LevelID *jmap.ID  `json:"levelId"`
	ShownTo []jmap.ID `json:"shownTo"`
}

func ruleFieldsOf(r Visibility) ruleFields {
	f := ruleFields{LevelID: orNil(r.Level), ShownTo: []jmap.ID{}}
	if r.Unit != 0 {
		unit := id.Text(unitID, r.Unit)
		f.UnitID = &unit
	}
	for _, u := range r.ShownTo {
		f.ShownTo = append(f.ShownTo, id.Text(unitID, u))
	}
	return f
}

func (f ruleFields) rule(call *jmap.Call) (r Visibility, err error) {
	r.Level = textOr(f.LevelID)
	if f.UnitID != nil {
		if r.Unit, err = unitOf(call, *f.UnitID, "unitId"); err != nil {
			return r, err
		}
	}
	for _, text := range f.ShownTo {
		unit, err := unitOf(call, text, "shownTo")
		if err != nil {
			return r, err
		}
		r.ShownTo = append(r.ShownTo, unit)
	}
	return r, nil
}

// visibilitySet is Visibility/set.
func (a api) visibilitySet(ctx context.Context, call *jmap.Call) (any, error) {
	return a.adminSet(ctx, call, func(s adminStates) string { return s.rules }, func(who policy.Subject) jmap.Setter {
		// one changes the rule of an id.
		one := func(ctx context.Context, key jmap.ID, change func(rules []Visibility, at int) ([]Visibility, error)) error {
			n, ok := id.Parse(ruleID, key)
			return setError(a.d.ChangeRules(ctx, who, func(rules []Visibility) ([]Visibility, error) {
				at := slices.IndexFunc(rules, func(r Visibility) bool { return r.ID == n })
				if !ok || at < 0 {
					return nil, jmap.Refuse(jmap.NotFound, "There is no rule %s.", key)
				}
				return change(rules, at)
			}))
		}
		return jmap.Setter{
			Create: func(ctx context.Context, _ jmap.ID, raw json.RawMessage) (jmap.ID, any, error) {
				var in ruleFields
				if err := jmap.DecodeStrict(raw, &in); err != nil {
					return "", nil, err
				}
				r, err := in.rule(call)
				if err != nil {
					return "", nil, err
				}
				r.ID = id.New()
				key := id.Text(ruleID, r.ID)
				err = a.d.ChangeRules(ctx, who, func(rules []Visibility) ([]Visibility, error) { return append(rules, r), nil })
				return key, map[string]any{"id": key}, setError(err)
			},
			Update: func(ctx context.Context, key jmap.ID, p jmap.Patch) (any, error) {
				return nil, one(ctx, key, func(rules []Visibility, at int) ([]Visibility, error) {
					now, err := jmap.Patched(ruleFieldsOf(rules[at]), ruleFields{ShownTo: []jmap.ID{}}, p)
					if err != nil {
						return nil, err
					}
					r, err := now.rule(call)
					r.ID = rules[at].ID
					rules[at] = r
					return rules, err
				})
			},
			Destroy: func(ctx context.Context, key jmap.ID) error {
				return one(ctx, key, func(rules []Visibility, at int) ([]Visibility, error) { return slices.Delete(rules, at, at+1), nil })
			},
		}
	})
}
