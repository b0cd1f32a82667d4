package jmap

import (
	"context"
	"encoding/json"
)

// SetArgs are the arguments of every /set (RFC 8620 section 5.3).
type SetArgs struct {
	AccountID ID      `json:"accountId"`
	IfInState *string `json:"ifInState"`
	Create    Members `json:"create"`
	Update    Members `json:"update"`
	Destroy   []ID    `json:"destroy"`
}

// Check validates what does not depend on the data.
func (a *SetArgs) Check(lim Limits) error {
	if err := CheckAccount(a.AccountID); err != nil {
		return err
	}
	return a.CheckSize(lim)
}

// CheckSize refuses too many changes in one call.
func (a *SetArgs) CheckSize(lim Limits) error {
	if n := len(a.Create) + len(a.Update) + len(a.Destroy); n > lim.MaxObjectsInSet {
		return Fail(RequestTooLarge, "%d changes, at most %d in one call.", n, lim.MaxObjectsInSet)
	}
	for _, m := range a.Create {
		if !ValidID(m.Key) {
			return invalid("the creation id %q is not a valid id", m.Key)
		}
	}
	a.Destroy = unique(a.Destroy)
	return nil
}

// CheckState refuses the call when the records are not as the client knew them.
func (a *SetArgs) CheckState(state string) error {
	if a.IfInState != nil && *a.IfInState != state {
		return Fail(StateMismatch, "The state is %s, not %s.", state, *a.IfInState)
	}
	return nil
}

// SetAnswer is the answer of /set. Values of Created are what the client could
// not know: the id and what the server filled in. Values of Updated are what
// changed beyond the request, or nil.
type SetAnswer struct {
	AccountID    ID               `json:"accountId,omitempty"`
	OldState     string           `json:"oldState,omitempty"`
	NewState     string           `json:"newState,omitempty"`
	Created      map[ID]any       `json:"created"`
	Updated      map[ID]any       `json:"updated"`
	Destroyed    []ID             `json:"destroyed"`
	NotCreated   map[ID]*SetError `json:"notCreated"`
	NotUpdated   map[ID]*SetError `json:"notUpdated"`
	NotDestroyed map[ID]*SetError `json:"notDestroyed"`
}

// Add notes a created record.
func (a *SetAnswer) Add(key ID, v any) {
	if a.Created == nil {
		a.Created = map[ID]any{}
	}
	a.Created[key] = v
}

// Change notes an updated record.
func (a *SetAnswer) Change(id ID, v any) {
	if a.Updated == nil {
		a.Updated = map[ID]any{}
	}
	a.Updated[id] = v
}

// FailCreate, FailUpdate and FailDestroy note why a record stayed as it was.
func (a *SetAnswer) FailCreate(key ID, err error) { a.NotCreated = fail(a.NotCreated, key, err) }

// FailUpdate notes why a record was not changed.
func (a *SetAnswer) FailUpdate(id ID, err error) { a.NotUpdated = fail(a.NotUpdated, id, err) }

// FailDestroy notes why a record was not destroyed.
func (a *SetAnswer) FailDestroy(id ID, err error) { a.NotDestroyed = fail(a.NotDestroyed, id, err) }

func fail(m map[ID]*SetError, id ID, err error) map[ID]*SetError {
	if m == nil {
		m = map[ID]*SetError{}
	}
	m[id] = SetErrorOf(err)
	return m
}

// Setter does the changes of one data type, one record at a time. A missing
// function refuses that kind of change with "forbidden".
type Setter struct {
	// Create makes a record and returns its id and what to tell the client.
	Create func(ctx context.Context, key ID, raw json.RawMessage) (ID, any, error)
	// Update changes a record and returns what changed beyond the patch, or nil.
	Update func(ctx context.Context, id ID, p Patch) (any, error)
	// Destroy removes a record.
	Destroy func(ctx context.Context, id ID) error
}

// Set walks through the changes of a checked /set in the order that RFC 8620
// section 5.3 expects: create, update, destroy. A creation that refers to one
// not made yet is tried again after the others, as the order of creations
// must not matter.
func Set(ctx context.Context, call *Call, a *SetArgs, do Setter) *SetAnswer {
	out := &SetAnswer{AccountID: a.AccountID}
	setCreate(ctx, call, a, do, out)
	destroy := map[ID]bool{}
	for _, id := range a.Destroy {
		destroy[id] = true
	}
	for _, m := range a.Update {
		id, ok := call.Resolve(m.Key)
		var p Patch
		switch {
		case !ok:
			out.FailUpdate(m.Key, Refuse(NotFound, "Nothing was created as %s.", m.Key))
			continue
		case destroy[m.Key] || destroy[id]:
			out.FailUpdate(id, Refuse(WillDestroy, "The record is destroyed by the same call."))
			continue
		case json.Unmarshal(m.Value, &p) != nil:
			out.FailUpdate(id, Refuse(InvalidPatch, "A patch is an object."))
			continue
		case do.Update == nil:
			out.FailUpdate(id, Refuse(Forbidden, "Records of this type cannot be changed."))
			continue
		}
		if more, err := do.Update(ctx, id, p); err != nil {
			out.FailUpdate(id, err)
		} else {
			out.Change(id, more)
		}
	}
	for _, given := range a.Destroy {
		id, ok := call.Resolve(given)
		var err error
		switch {
		case !ok:
			err = Refuse(NotFound, "Nothing was created as %s.", given)
		case do.Destroy == nil:
			err = Refuse(Forbidden, "Records of this type cannot be destroyed.")
		default:
			err = do.Destroy(ctx, id)
		}
		if err != nil {
			out.FailDestroy(given, err)
		} else {
			out.Destroyed = append(out.Destroyed, id)
		}
	}
	return out
}

// Later is returned by Setter.Create for a record that refers to a creation
// not made yet.
type Later struct{ Key ID }

// Error names the creation that is missing.
func (l Later) Error() string { return "nothing was created as #" + l.Key }

func setCreate(ctx context.Context, call *Call, a *SetArgs, do Setter, out *SetAnswer) {
	todo := a.Create
	for len(todo) > 0 {
		var again Members
		for _, m := range todo {
			if do.Create == nil {
				out.FailCreate(m.Key, Refuse(Forbidden, "Records of this type cannot be created."))
				continue
			}
			id, v, err := do.Create(ctx, m.Key, m.Value)
			if l, later := err.(Later); later {
				again = append(again, m)
				if len(again) == len(todo) { // nobody got further: the reference is void
					for _, x := range again {
						out.FailCreate(x.Key, Refuse(InvalidProperties, "Nothing was created as #%s.", l.Key))
					}
					return
				}
				continue
			}
			if err != nil {
				out.FailCreate(m.Key, err)
				continue
			}
			call.Remember(m.Key, id)
			out.Add(m.Key, v)
		}
		todo = again
	}
}
