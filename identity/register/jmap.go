package register

import (
	"cmp"
	"context"
	"encoding/json"

	"chancery/identity/agency"
	"chancery/identity/oidc"
	"chancery/identity/saml"
	"chancery/policy"
	"chancery/wire/jmap"
)

// get is SsoParty/get.
func (r *Register) get(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.GetArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	if err := args.Check(call.Limits); err != nil {
		return nil, err
	}
	who, err := r.open(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	all, err := r.list(ctx, who.Org)
	if err != nil {
		return nil, err
	}
	state, err := stateOf(all)
	if err != nil {
		return nil, err
	}
	return jmap.Get(args, state, all, func(p Party) jmap.ID { return p.ID })
}

// set is SsoParty/set.
func (r *Register) set(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.SetArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	if err := args.Check(call.Limits); err != nil {
		return nil, err
	}
	who, err := r.open(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	before, err := r.state(ctx, who)
	if err != nil {
		return nil, err
	}
	if err := args.CheckState(before); err != nil {
		return nil, err
	}
	out := jmap.Set(ctx, call, &args, jmap.Setter{
		Create: func(ctx context.Context, _ jmap.ID, raw json.RawMessage) (jmap.ID, any, error) {
			var in newParty
			if err := jmap.DecodeStrict(raw, &in); err != nil {
				return "", nil, err
			}
			made, err := r.add(ctx, who, in)
			return made.ID, made, err
		},
		Update: func(ctx context.Context, key jmap.ID, p jmap.Patch) (any, error) {
			return nil, r.change(ctx, who, key, p)
		},
		Destroy: func(ctx context.Context, key jmap.ID) error {
			switch party, text := fromID(key); party {
			case Client:
				return r.SSO.RemoveClient(ctx, who, text)
			case Service:
				return r.SAML.RemoveService(ctx, who, text)
			case Provider:
				return r.Agency.RemoveProvider(ctx, who, text)
			}
			return missing(key)
		},
	})
	out.OldState = before
	out.NewState, err = r.state(ctx, who)
	return out, err
}

func missing(key jmap.ID) error {
	return jmap.Refuse(jmap.NotFound, "There is no system %s.", key)
}

func (r *Register) state(ctx context.Context, who policy.Subject) (string, error) {
	all, err := r.list(ctx, who.Org)
	if err != nil {
		return "", err
	}
	return stateOf(all)
}

func (r *Register) add(ctx context.Context, who policy.Subject, in newParty) (made PartyMade, err error) {
	switch in.Party {
	case Client:
		c := oidc.Client{Kind: in.Kind}
		toClient(in.PartyFields, &c)
		c, secret, err := r.SSO.AddClient(ctx, who, c)
		made.ID = toID(Client, c.ID)
		if secret != "" {
			made.Secret = &secret
		}
		return made, err
	case Service:
		var s saml.Service
		toService(in.PartyFields, &s)
		s, err = r.SAML.AddService(ctx, who, []byte(in.Metadata), s)
		made.ID = toID(Service, s.ID)
		return made, err
	case Provider:
		p := agency.Provider{Kind: cmp.Or(in.Kind, agency.KindOIDC), Issuer: in.Issuer}
		toProvider(in.PartyFields, &p)
		if in.Metadata != "" || in.Kind == agency.KindSAML {
			p, err = r.Agency.AddOutside(ctx, who, p, []byte(in.Metadata), in.Secret)
		} else {
			p, err = r.Agency.AddProvider(ctx, who, p, in.Secret)
		}
		made.ID = toID(Provider, p.ID)
		return made, err
	}
	return made, jmap.BadProperty("party", "A system is a client, a service or a provider, not %q.", in.Party)
}

func (r *Register) change(ctx context.Context, who policy.Subject, key jmap.ID, p jmap.Patch) error {
	all, err := r.list(ctx, who.Org)
	if err != nil {
		return err
	}
	for _, one := range all {
		if one.ID != key {
			continue
		}
		now, err := jmap.Patched(changedParty{PartyFields: one.PartyFields}, changedParty{}, p)
		if err != nil {
			return err
		}
		switch party, text := fromID(key); party {
		case Client:
			return r.SSO.ChangeClient(ctx, who, text, func(c *oidc.Client) error { toClient(now.PartyFields, c); return nil })
		case Service:
			return r.SAML.ChangeService(ctx, who, text, []byte(now.Metadata), func(s *saml.Service) error { toService(now.PartyFields, s); return nil })
		default:
			return r.Agency.ChangeProvider(ctx, who, text, []byte(now.Metadata), now.Secret, func(p *agency.Provider) error { toProvider(now.PartyFields, p); return nil })
		}
	}
	return missing(key)
}

type rotateArgs struct {
	AccountID jmap.ID `json:"accountId"`
	ID        jmap.ID `json:"id"`
}

// rotate is SsoParty/rotate: another secret for a client.
func (r *Register) rotate(ctx context.Context, call *jmap.Call) (any, error) {
	var args rotateArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	who, err := r.open(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	party, text := fromID(args.ID)
	if party != Client {
		return nil, jmap.Fail(jmap.NotFound, "There is no client %s.", args.ID)
	}
	secret, err := r.SSO.RotateSecret(ctx, who, text)
	return PartySecret{Secret: secret}, err
}
