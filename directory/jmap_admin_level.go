package directory

import (
	"context"
	"encoding/json"

	"chancery/kit/errs"
	"chancery/policy"
	"chancery/wire/jmap"
)

// ServiceLevelObject is what a class of people gets: a quota in bytes, 0 for
// the default; and what they have less than everybody, where a limit of 0 is
// that of the house.
type ServiceLevelObject struct {
	ID    jmap.ID           `json:"id"`
	Names map[string]string `json:"names"`
	Quota int64             `json:"quota"`
	levelTerms
	SortOrder   int `json:"sortOrder"`
	TotalPeople int `json:"totalPeople"`
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
		objects[i] = ServiceLevelObject{l.ID, l.Names, l.Quota, termsOf(l.Terms), l.Sort, b.hiddenBy(Visibility{Level: l.ID})}
	}
	return jmap.Get(args, s.levels, objects, func(o ServiceLevelObject) jmap.ID { return o.ID })
}

// levelFields are what a client may write of a level.
type levelFields struct {
	Names map[string]string `json:"names"`
	Quota int64             `json:"quota"`
	levelTerms
	SortOrder int `json:"sortOrder"`
}

// levelTerms are policy.Terms as clients know them.
type levelTerms struct {
	Without        []string `json:"without" ts:"list"` // web, programs, mobile, offline, push, appPasswords, outside, parcels, forward
	MaxMessage     int64    `json:"maxMessage"`
	MaxAttachments int64    `json:"maxAttachments"`
	MaxRecipients  int64    `json:"maxRecipients"`
	MaxHourly      int64    `json:"maxHourly"` // letters sent within an hour
	MaxDaily       int64    `json:"maxDaily"`  // recipients of the letters of a day
}

func termsOf(t policy.Terms) levelTerms {
	return levelTerms{t.Without.Names(), t.MaxMessage, t.MaxAttachments, t.MaxRecipients, t.MaxHourly, t.MaxDaily}
}

func (f levelFields) into(l *ServiceLevel) error {
	without, err := policy.ParseFeatures(f.Without)
	if err != nil {
		return jmap.BadProperty("without", "%s", errs.Text(err))
	}
	l.Names, l.Quota, l.Sort = f.Names, f.Quota, f.SortOrder
	l.Terms = policy.Terms{Without: without, MaxMessage: f.MaxMessage, MaxAttachments: f.MaxAttachments, MaxRecipients: f.MaxRecipients, MaxHourly: f.MaxHourly, MaxDaily: f.MaxDaily}
	return nil
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
				var l ServiceLevel
				if err := in.into(&l); err != nil {
					return "", nil, err
				}
				l, err := a.d.AddServiceLevel(ctx, who, l)
				if err != nil {
					return "", nil, setError(err)
				}
				return l.ID, map[string]any{"id": l.ID}, nil
			},
			Update: func(ctx context.Context, key jmap.ID, p jmap.Patch) (any, error) {
				return nil, setError(a.d.ChangeServiceLevel(ctx, who, key, func(l *ServiceLevel) error {
					none := levelFields{Names: map[string]string{}, levelTerms: termsOf(policy.Terms{})}
					now, err := jmap.Patched(levelFields{l.Names, l.Quota, termsOf(l.Terms), l.Sort}, none, p)
					if err != nil {
						return err
					}
					return now.into(l)
				}))
			},
			Destroy: func(ctx context.Context, key jmap.ID) error { return setError(a.d.RemoveServiceLevel(ctx, who, key)) },
		}
	})
}
