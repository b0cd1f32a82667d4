package directory

import (
	"context"
	"encoding/json"

	"chancery/policy"
	"chancery/wire/jmap"
)

// ServiceLevelObject is what a class of people gets: a quota in bytes, 0 for
// the default.
type ServiceLevelObject struct {
	ID          jmap.ID           `json:"id"`
	Names       map[string]string `json:"names"`
	Quota       int64             `json:"quota"`
	SortOrder   int               `json:"sortOrder"`
	TotalPeople int               `json:"totalPeople"`
}

// levelGet is ServiceLevel/get: every administrator may know the levels.
func (a api) levelGet(ctx context.Context, call *jmap.Call) (any, error) {
	args, who, _, s, err := a.adminGet(ctx, call)
	if err != nil {
		return nil, err
	}
	levels, err := a.d.ServiceLevels(ctx, who.Org)
	if err != nil {
		return nil, err
	}
	b, err := a.d.Book(ctx, who.Org)
	if err != nil {
		return nil, err
	}
	objects := make([]ServiceLevelObject, len(levels))
	for i, l := range levels {
		objects[i] = ServiceLevelObject{l.ID, l.Names, l.Quota, l.Sort, b.hiddenBy(Visibility{Level: l.ID})}
	}
	return jmap.Get(args, s.levels, objects, func(o ServiceLevelObject) jmap.ID { return o.ID })
}

// levelFields are what a client may write of a level.
type levelFields struct {
	Names     map[string]string `json:"names"`
	Quota     int64             `json:"quota"`
	SortOrder int               `json:"sortOrder"`
}

// levelSet is ServiceLevel/set.
func (a api) levelSet(ctx context.Context, call *jmap.Call) (any, error) {
	return a.adminSet(ctx, call, func(s adminStates) string { return s.levels }, func(who policy.Subject) jmap.Setter {
		return jmap.Setter{
			Create: func(ctx context.Context, _ jmap.ID, raw json.RawMessage) (jmap.ID, any, error) {
				var in levelFields
				if err := jmap.DecodeStrict(raw, &in); err != nil {
					return "", nil, err
				}
				l, err := a.d.AddServiceLevel(ctx, who, ServiceLevel{Names: in.Names, Quota: in.Quota, Sort: in.SortOrder})
				if err != nil {
					return "", nil, setError(err)
				}
				return l.ID, map[string]any{"id": l.ID}, nil
			},
			Update: func(ctx context.Context, key jmap.ID, p jmap.Patch) (any, error) {
				return nil, setError(a.d.ChangeServiceLevel(ctx, who, key, func(l *ServiceLevel) error {
					now, err := jmap.Patched(levelFields{l.Names, l.Quota, l.Sort}, levelFields{Names: map[string]string{}}, p)
					l.Names, l.Quota, l.Sort = now.Names, now.Quota, now.SortOrder
					return err
				}))
			},
			Destroy: func(ctx context.Context, key jmap.ID) error { return setError(a.d.RemoveServiceLevel(ctx, who, key)) },
		}
	})
}
