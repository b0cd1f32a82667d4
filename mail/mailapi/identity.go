package mailapi

import (
	"context"
	"encoding/json"
	"errors"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/mail"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
)

// identities returns the identities of an account as JMAP shows them, with
// their state. They are read first, as the first reading makes them.
func (a *API) identities(ctx context.Context, text jmap.ID) (*mail.Account, []jmapmail.Identity, string, error) {
	acc, err := a.account(ctx, text)
	if err != nil {
		return nil, nil, "", err
	}
	list, err := acc.Identities(ctx)
	if err != nil {
		return nil, nil, "", err
	}
	snap, err := acc.Snapshot(ctx)
	if err != nil {
		return nil, nil, "", err
	}
	out := make([]jmapmail.Identity, len(list))
	for i, x := range list {
		out[i] = identity(x)
	}
	return acc, out, state(snap.IdentityState), nil
}

func identity(x mail.Identity) jmapmail.Identity {
	return jmapmail.Identity{
		ID: id.Text(identityID, x.ID), Name: x.Name, Email: x.Email, ReplyTo: targets(x.ReplyTo), Bcc: targets(x.Bcc),
		TextSignature: x.TextSignature, HTMLSignature: x.HTMLSignature, MayDelete: !x.Fixed,
	}
}

func targets(list []mail.IdentityTarget) []jmapmail.EmailAddress {
	if len(list) == 0 {
		return nil
	}
	out := make([]jmapmail.EmailAddress, len(list))
	for i, t := range list {
		out[i].Email = t.Email
		if t.Name != "" {
			name := t.Name
			out[i].Name = &name
		}
	}
	return out
}

func roomTargets(list []jmapmail.EmailAddress) []mail.IdentityTarget {
	out := make([]mail.IdentityTarget, len(list))
	for i, t := range list {
		out[i].Email = t.Email
		if t.Name != nil {
			out[i].Name = *t.Name
		}
	}
	return out
}

// roomIdentity says an identity in the room's words.
func roomIdentity(n int64, i jmapmail.Identity) mail.Identity {
	return mail.Identity{ID: n, Name: i.Name, Email: i.Email, ReplyTo: roomTargets(i.ReplyTo), Bcc: roomTargets(i.Bcc),
		TextSignature: i.TextSignature, HTMLSignature: i.HTMLSignature}
}

// identityGet is Identity/get (RFC 8621 section 6.1).
func (a *API) identityGet(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.GetArgs
	if err := take(call, &args, func() error { return args.Check(call.Limits) }); err != nil {
		return nil, err
	}
	_, list, now, err := a.identities(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	return jmap.Get(args, now, list, func(i jmapmail.Identity) jmap.ID { return i.ID })
}

// identityChanges is Identity/changes (section 6.2).
func (a *API) identityChanges(ctx context.Context, call *jmap.Call) (any, error) {
	return a.objectChanges(ctx, call, identityID, (*mail.Account).IdentityChanges, func(s *mail.Snapshot) int64 { return s.IdentityState })
}

// objectChanges answers /changes for identities and submissions.
func (a *API) objectChanges(ctx context.Context, call *jmap.Call, prefix byte,
	ask func(*mail.Account, context.Context, int64) (mail.ObjectChanges, error), stateOf func(*mail.Snapshot) int64) (any, error) {
	var args jmap.ChangesArgs
	acc, snap, err := a.enterNow(ctx, call, &args, args.Check, &args.AccountID)
	if err != nil {
		return nil, err
	}
	since, err := parseState(args.SinceState)
	if err != nil {
		return nil, err
	}
	if since > stateOf(snap) {
		return nil, jmap.Fail(jmap.CannotCalculateChanges, "The state %q is not known.", args.SinceState)
	}
	c, err := ask(acc, ctx, since)
	if err != nil {
		return nil, err
	}
	// These are few and have no counts here: they are told at once or not.
	var events []event
	for _, n := range c.Created {
		events = append(events, event{since, id.Text(prefix, n), true})
	}
	for _, n := range c.Updated {
		events = append(events, event{since, id.Text(prefix, n), false})
	}
	out := &jmap.ChangesAnswer{AccountID: args.AccountID, OldState: args.SinceState, NewState: state(stateOf(snap))}
	return out, answerChanges(out, events, texts(prefix, c.Destroyed), args.MaxChanges, state)
}

// identitySet is Identity/set (section 6.3).
func (a *API) identitySet(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.SetArgs
	if err := take(call, &args, func() error { return args.Check(call.Limits) }); err != nil {
		return nil, err
	}
	acc, have, old, err := a.identities(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	if err := args.CheckState(old); err != nil {
		return nil, err
	}
	s := &identitySetter{acc: acc, have: map[jmap.ID]jmapmail.Identity{}}
	for _, i := range have {
		s.have[i.ID] = i
	}
	out := jmap.Set(ctx, call, &args, jmap.Setter{Create: s.create, Update: s.update, Destroy: s.destroy})
	after, err := acc.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	out.OldState, out.NewState = old, state(after.IdentityState)
	return out, nil
}

// identitySetter does the changes of one call.
type identitySetter struct {
	acc  *mail.Account
	have map[jmap.ID]jmapmail.Identity
}

func (s *identitySetter) create(ctx context.Context, _ jmap.ID, raw json.RawMessage) (jmap.ID, any, error) {
	var in struct {
		Name          string                  `json:"name"`
		Email         string                  `json:"email"`
		ReplyTo       []jmapmail.EmailAddress `json:"replyTo"`
		Bcc           []jmapmail.EmailAddress `json:"bcc"`
		TextSignature string                  `json:"textSignature"`
		HTMLSignature string                  `json:"htmlSignature"`
	}
	if err := jmap.DecodeStrict(raw, &in); err != nil {
		return "", nil, serverSet(err)
	}
	if in.Email == "" {
		return "", nil, jmap.BadProperty("email", "An identity has an address.")
	}
	made, err := s.acc.CreateIdentity(ctx, roomIdentity(0, jmapmail.Identity{Name: in.Name, Email: in.Email, ReplyTo: in.ReplyTo, Bcc: in.Bcc,
		TextSignature: in.TextSignature, HTMLSignature: in.HTMLSignature}))
	if errors.Is(err, mail.ErrForbiddenFrom) {
		// Section 6.3 names the type for an address that is not the person's.
		e := jmap.Refuse("forbiddenFrom", "%s", errs.Text(err))
		e.Properties = []string{"email"}
		return "", nil, e
	}
	if err != nil {
		return "", nil, err
	}
	x := identity(made)
	s.have[x.ID] = x
	return x.ID, x, nil
}

func (s *identitySetter) update(ctx context.Context, text jmap.ID, p jmap.Patch) (any, error) {
	have, ok := s.have[text]
	if !ok {
		return nil, jmap.Refuse(jmap.NotFound, "There is no identity %s.", text)
	}
	want, err := jmap.Patched(have, jmapmail.Identity{}, p)
	if err != nil {
		return nil, err
	}
	for name, same := range map[string]bool{"id": want.ID == have.ID, "email": want.Email == have.Email, "mayDelete": want.MayDelete == have.MayDelete} {
		if !same {
			return nil, jmap.BadProperty(name, "The property %s cannot be changed.", name)
		}
	}
	n, _ := id.Parse(identityID, text)
	now, err := s.acc.UpdateIdentity(ctx, roomIdentity(n, want))
	if err != nil {
		return nil, err
	}
	s.have[text] = identity(now)
	return nil, nil
}

func (s *identitySetter) destroy(ctx context.Context, text jmap.ID) error {
	n, ok := id.Parse(identityID, text)
	if _, there := s.have[text]; !ok || !there {
		return jmap.Refuse(jmap.NotFound, "There is no identity %s.", text)
	}
	delete(s.have, text)
	return s.acc.DeleteIdentity(ctx, n)
}
