package directory

import (
	"context"
	"encoding/json"

	"chancery/policy"
	"chancery/wire/jmap"
)

// CategoryObject is a kind of staff; its id is the code by which personnel
// systems call it.
type CategoryObject struct {
	ID          jmap.ID           `json:"id"`
	Names       map[string]string `json:"names"`
	SortOrder   int               `json:"sortOrder"`
	TotalPeople int               `json:"totalPeople"`
}

// categoryGet is Category/get: every administrator may know them.
func (a api) categoryGet(ctx context.Context, call *jmap.Call) (any, error) {
	args, who, _, s, err := a.adminGet(ctx, call)
	if err != nil {
		return nil, err
	}
	list, err := a.d.Categories(ctx, who.Org)
	if err != nil {
		return nil, err
	}
	b, err := a.d.Book(ctx, who.Org)
	if err != nil {
		return nil, err
	}
	count := map[string]int{}
	for _, e := range b.people {
		count[e.Category]++
	}
	objects := make([]CategoryObject, len(list))
	for i, c := range list {
		objects[i] = CategoryObject{c.Code, c.Names, c.Sort, count[c.Code]}
	}
	return jmap.Get(args, s.categories, objects, func(o CategoryObject) jmap.ID { return o.ID })
}

// categoryFields are what a client may write of a category, and its code when
// it makes one.
type categoryFields struct {
	Names     map[string]string `json:"names"`
	SortOrder int               `json:"sortOrder"`
}

// categorySet is Category/set.
func (a api) categorySet(ctx context.Context, call *jmap.Call) (any, error) {
	return a.adminSet(ctx, call, func(s adminStates) string { return s.categories }, func(who policy.Subject) jmap.Setter {
		return jmap.Setter{
			Create: func(ctx context.Context, _ jmap.ID, raw json.RawMessage) (jmap.ID, any, error) {
				var in struct {
					Code string `json:"code"`
					categoryFields
				}
				if err := jmap.DecodeStrict(raw, &in); err != nil {
					return "", nil, err
				}
				if err := a.d.AddCategory(ctx, who, Category{in.Code, in.Names, in.SortOrder}); err != nil {
					return "", nil, setError(err)
				}
				return in.Code, map[string]any{"id": in.Code}, nil
			},
			Update: func(ctx context.Context, key jmap.ID, p jmap.Patch) (any, error) {
				return nil, setError(a.d.ChangeCategory(ctx, who, key, func(c *Category) error {
					now, err := jmap.Patched(categoryFields{c.Names, c.Sort}, categoryFields{Names: map[string]string{}}, p)
					c.Names, c.Sort = now.Names, now.SortOrder
					return err
				}))
			},
			Destroy: func(ctx context.Context, key jmap.ID) error { return setError(a.d.RemoveCategory(ctx, who, key)) },
		}
	})
}
