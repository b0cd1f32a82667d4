package directory

import (
	"context"
	"encoding/json"
	"strconv"

	"chancery/kit/id"
	"chancery/policy"
	"chancery/wire/jmap"
)

// PreferencesURN names the capability of preferences, which only a person's
// own account has.
const PreferencesURN = "urn:chancery:params:jmap:preferences"

// accountID begins the ids of accounts.
const accountID = 'a'

// PreferenceObject is a preference as clients see it; its id is its name.
// Every name exists: one that was never chosen has the value null and is not
// listed. So Preference/set knows no create; to destroy is to set null.
type PreferenceObject struct {
	ID    jmap.ID         `json:"id"`
	Value json.RawMessage `json:"value"`
}

// PreferencesCapability is what the account says of them.
type PreferencesCapability struct {
	MaxPreferences int `json:"maxPreferences"`
	MaxSizeValue   int `json:"maxSizeValue"`
}

func (a api) preferences() jmap.Capability {
	return jmap.Capability{
		URN: PreferencesURN,
		Account: func(acc jmap.Account) (any, bool) {
			return PreferencesCapability{MaxPreferences, MaxPreferenceValue}, acc.IsPersonal
		},
		Types: []string{"Preference"},
		States: func(ctx context.Context, account jmap.ID) (map[string]string, error) {
			who, err := a.who(ctx)
			if err != nil || id.Text(accountID, who.Account) != account {
				return map[string]string{}, err
			}
			n, err := a.d.preferenceState(ctx, who)
			return map[string]string{"Preference": strconv.FormatInt(n, 10)}, err
		},
		Methods: map[string]jmap.Method{
			"Preference/get": a.preferenceGet, "Preference/changes": a.preferenceChanges, "Preference/set": a.preferenceSet,
		},
	}
}

// own returns who asks, if the account is their own.
func (a api) own(ctx context.Context, account jmap.ID) (policy.Subject, error) {
	who, err := a.who(ctx)
	if err == nil && id.Text(accountID, who.Account) != account {
		err = jmap.Fail(jmap.AccountNotSupported, "Preferences belong to a person's own account.")
	}
	return who, err
}

// preferenceGet is Preference/get.
func (a api) preferenceGet(ctx context.Context, call *jmap.Call) (any, error) {
	args, who, err := a.getArgs(ctx, call)
	if err != nil {
		return nil, err
	}
	if _, err := a.own(ctx, args.AccountID); err != nil {
		return nil, err
	}
	list, state, err := a.d.Preferences(ctx, who)
	if err != nil {
		return nil, err
	}
	objects := []PreferenceObject{}
	for _, p := range list {
		if len(p.Value) > 0 {
			objects = append(objects, PreferenceObject{p.Name, p.Value})
		}
	}
	return jmap.Get(args, strconv.FormatInt(state, 10), objects, func(p PreferenceObject) jmap.ID { return p.ID })
}

// preferenceChanges is Preference/changes. Whether one is new is not kept:
// those with a value are told as updated.
func (a api) preferenceChanges(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.ChangesArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	if err := args.Check(); err != nil {
		return nil, err
	}
	who, err := a.own(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	since, err := strconv.ParseInt(args.SinceState, 10, 64)
	if err != nil || since < 0 {
		return nil, jmap.Fail(jmap.CannotCalculateChanges, "The state %q is not known.", args.SinceState)
	}
	list, state, err := a.d.preferencesSince(ctx, who, since)
	if err != nil {
		return nil, err
	}
	if since > state || args.MaxChanges != nil && int64(len(list)) > *args.MaxChanges {
		return nil, jmap.Fail(jmap.CannotCalculateChanges, "The changes since %q cannot be told.", args.SinceState)
	}
	out := &jmap.ChangesAnswer{AccountID: args.AccountID, OldState: args.SinceState, NewState: strconv.FormatInt(state, 10)}
	for _, p := range list {
		if len(p.Value) > 0 {
			out.Updated = append(out.Updated, p.Name)
		} else {
			out.Destroyed = append(out.Destroyed, p.Name)
		}
	}
	return out, nil
}

// preferenceSet is Preference/set.
func (a api) preferenceSet(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.SetArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	if err := args.Check(call.Limits); err != nil {
		return nil, err
	}
	who, err := a.own(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	before, err := a.d.preferenceState(ctx, who)
	if err != nil {
		return nil, err
	}
	old := strconv.FormatInt(before, 10)
	if err := args.CheckState(old); err != nil {
		return nil, err
	}
	out := jmap.Set(ctx, call, &args, jmap.Setter{
		Update: func(ctx context.Context, name jmap.ID, p jmap.Patch) (any, error) {
			for _, m := range p {
				// The value is replaced whole: patches inside it would need
				// to know what it means.
				if m.Key != "value" {
					return nil, jmap.BadProperty(m.Key, "A preference has a value and nothing else to change.")
				}
				if err := a.d.SetPreference(ctx, who, Preference{name, m.Value}); err != nil {
					return nil, err
				}
			}
			return nil, nil
		},
		Destroy: func(ctx context.Context, name jmap.ID) error {
			return a.d.SetPreference(ctx, who, Preference{Name: name})
		},
	})
	after, err := a.d.preferenceState(ctx, who)
	out.OldState, out.NewState = old, strconv.FormatInt(after, 10)
	return out, err
}
