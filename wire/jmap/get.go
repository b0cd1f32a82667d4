package jmap

import "encoding/json"

// GetArgs are the arguments of every /get (RFC 8620 section 5.1).
type GetArgs struct {
	AccountID  ID       `json:"accountId"`
	IDs        *[]ID    `json:"ids"`
	Properties []string `json:"properties"`
}

// CheckAccount refuses a call that names no account.
func CheckAccount(id ID) error {
	if id == "" {
		return invalid("the argument accountId is missing")
	}
	return nil
}

// Check validates what does not depend on the data: that an account is named
// and that not too many records are asked for. Repeated ids count once.
func (a *GetArgs) Check(lim Limits) error {
	if err := CheckAccount(a.AccountID); err != nil {
		return err
	}
	return a.CheckIDs(lim)
}

// CheckIDs does the same for the types that belong to no account.
func (a *GetArgs) CheckIDs(lim Limits) error {
	if a.IDs == nil {
		return nil
	}
	list := unique(*a.IDs)
	a.IDs = &list
	if len(list) > lim.MaxObjectsInGet {
		return Fail(RequestTooLarge, "%d ids, at most %d in one call.", len(list), lim.MaxObjectsInGet)
	}
	return nil
}

func unique(ids []ID) []ID {
	seen := make(map[ID]struct{}, len(ids))
	out := make([]ID, 0, len(ids))
	for _, id := range ids {
		if _, dup := seen[id]; !dup {
			seen[id] = struct{}{}
			out = append(out, id)
		}
	}
	return out
}

// GetAnswer is the answer of /get. List holds what AppendValue can write.
type GetAnswer struct {
	AccountID ID // empty for the types that belong to no account
	State     string
	List      []any
	NotFound  []ID
}

// AppendJSON appends the answer.
func (a *GetAnswer) AppendJSON(b []byte) ([]byte, error) {
	b = append(b, '{')
	if a.AccountID != "" {
		b = append(b, `"accountId":`...)
		b = AppendString(b, a.AccountID)
		b = append(b, ',')
	}
	// RFC 8620 section 7.2: PushSubscription/get has neither accountId nor state.
	if a.State != "" {
		b = append(b, `"state":`...)
		b = AppendString(b, a.State)
		b = append(b, ',')
	}
	b = append(b, `"list":[`...)
	var err error
	for i, v := range a.List {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = AppendValue(b, v); err != nil {
			return nil, err
		}
	}
	b = append(b, `],"notFound":`...)
	b = AppendStrings(b, a.NotFound)
	return append(b, '}'), nil
}

// Get answers a /get for types that are few enough to be at hand as a list:
// mailboxes, identities, subscriptions.
func Get[T any](a GetArgs, state string, all []T, idOf func(T) ID) (*GetAnswer, error) {
	props, err := ShapeOf[T]().Check(a.Properties)
	if err != nil {
		return nil, err
	}
	out := &GetAnswer{AccountID: a.AccountID, State: state}
	if a.IDs == nil {
		for _, x := range all {
			out.List = append(out.List, Select(x, props))
		}
		return out, nil
	}
	byID := make(map[ID]T, len(all))
	for _, x := range all {
		byID[idOf(x)] = x
	}
	for _, id := range *a.IDs {
		if x, ok := byID[id]; ok {
			out.List = append(out.List, Select(x, props))
		} else {
			out.NotFound = append(out.NotFound, id)
		}
	}
	return out, nil
}

// ChangesArgs are the arguments of every /changes (RFC 8620 section 5.2).
type ChangesArgs struct {
	AccountID  ID     `json:"accountId"`
	SinceState string `json:"sinceState"`
	MaxChanges *int64 `json:"maxChanges"`
}

// Check validates the arguments.
func (a *ChangesArgs) Check() error {
	if err := CheckAccount(a.AccountID); err != nil {
		return err
	}
	if a.SinceState == "" {
		return invalid("the argument sinceState is missing")
	}
	// "The value MUST be a positive integer greater than 0."
	if a.MaxChanges != nil && *a.MaxChanges <= 0 {
		return invalid("maxChanges must be greater than 0")
	}
	return nil
}

// ChangesAnswer is the answer of /changes.
type ChangesAnswer struct {
	AccountID      ID     `json:"accountId"`
	OldState       string `json:"oldState"`
	NewState       string `json:"newState"`
	HasMoreChanges bool   `json:"hasMoreChanges"`
	Created        []ID   `json:"created" ts:"list"`
	Updated        []ID   `json:"updated" ts:"list"`
	Destroyed      []ID   `json:"destroyed" ts:"list"`
}

// MarshalJSON writes missing lists as empty ones.
func (a *ChangesAnswer) MarshalJSON() ([]byte, error) {
	type plain ChangesAnswer
	p := plain(*a)
	for _, l := range []*[]ID{&p.Created, &p.Updated, &p.Destroyed} {
		if *l == nil {
			*l = []ID{}
		}
	}
	return json.Marshal(p)
}
