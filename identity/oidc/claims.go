package oidc

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"chancery/identity"
	"chancery/identity/sso"
	"chancery/policy"
	"chancery/store"
)

var errToken = refuse("invalid_token", "The token is wrong or over.")

// UserInfo tells a client about the person of an access token (Core section 5.3).
func (p *Provider) UserInfo(ctx context.Context, text string, peer identity.Peer) (map[string]any, error) {
	t, g, _, err := p.live(ctx, text, peer)
	switch {
	case errors.Is(err, errTerms): // RFC 6750 section 3.1
		err = refuse("invalid_token", errTerms.Text)
	case errors.Is(err, errGrant):
		err = errToken
	}
	if err != nil {
		return nil, err
	}
	if !hasScope(t.scope, "openid") {
		return nil, refuse("insufficient_scope", "The token was not made for this.")
	}
	c, err := p.client(ctx, g.client)
	if err != nil {
		return nil, errToken
	}
	a, err := p.dir.Account(ctx, g.org, g.account)
	if err != nil {
		return nil, err
	}
	sub, err := p.subject(ctx, c, g.account)
	if err != nil {
		return nil, err
	}
	out := map[string]any{"sub": sub}
	if hasScope(t.scope, "profile") {
		out["name"], out["preferred_username"] = a.Name, a.Address
		if a.Language != "" {
			out["locale"] = a.Language
		}
	}
	if hasScope(t.scope, "email") {
		out["email"], out["email_verified"] = a.Address, true // we are its mail server
	}
	return out, nil
}

// Introspect tells a client whether a token of its own is good (RFC 7662).
// Of other clients' tokens it learns nothing.
func (p *Provider) Introspect(ctx context.Context, given Credentials, text, issuer string, peer identity.Peer) (map[string]any, error) {
	c, err := p.authenticate(ctx, given)
	if err != nil {
		return nil, err
	}
	if c.public() {
		return nil, refuse("invalid_client", "Only a client with a secret may ask about tokens.")
	}
	no := map[string]any{"active": false}
	t, g, who, err := p.live(ctx, text, peer)
	if errors.Is(err, errGrant) {
		if t, g, err = p.find(ctx, c.Org, text, "refresh"); err == nil && (t.used > 0 || t.ends < p.now()) {
			return no, nil
		}
		if err == nil {
			who, err = p.standing(ctx, g, peer)
			err = asGrantError(err)
		}
	}
	if errors.Is(err, errGrant) || errors.Is(err, errTerms) || err == nil && (g.client != c.ID || g.org != c.Org) {
		return no, nil
	}
	if err != nil {
		return nil, err
	}
	sub, err := p.subject(ctx, c, g.account)
	return map[string]any{"active": true, "scope": t.scope, "client_id": c.ID, "sub": sub, "aud": c.ID, "iss": issuer, "username": who.Address,
		"token_type": "Bearer", "exp": t.ends / 1000, "iat": g.made / 1000}, err
}

// Revoke ends a token: an access token alone, a refresh token with all that
// came of the same sign-on (RFC 7009 section 2.1). Unknown ones are no error.
func (p *Provider) Revoke(ctx context.Context, given Credentials, text string) error {
	c, err := p.authenticate(ctx, given)
	if err != nil {
		return err
	}
	for _, kind := range []string{"refresh", "access"} {
		_, g, err := p.find(ctx, c.Org, text, kind)
		if errors.Is(err, errGrant) || err == nil && g.client != c.ID {
			continue
		}
		if err != nil {
			return err
		}
		return p.db.Write(ctx, func(tx *store.Tx) error {
			if kind == "access" {
				return deleteToken(ctx, tx, g.org, sso.HashOf(text))
			}
			if err := deleteGrant(ctx, tx, g.org, g.id); err != nil {
				return err
			}
			return p.note(ctx, tx, policy.Subject{Org: g.org, Account: g.account, Door: "http"}, "sso.revoke", c.ID, nil)
		})
	}
	return nil
}

// Grant is what a person allowed a system, as they see it: all its sign-ons
// that still stand together.
type Grant struct {
	Client, Name, Kind string
	Scopes             []string
	Made, Used         time.Time // the first and the last time
	From               string    // of the last
}

// Grants lists what the subject allowed and what still stands, the last used first.
func (p *Provider) Grants(ctx context.Context, s policy.Subject) (list []Grant, err error) {
	var all []grant
	clients := map[string]Client{}
	err = p.db.Read(ctx, func(tx *store.Tx) (err error) {
		if all, err = selectGrants(ctx, tx, s.Org, s.Account); err != nil {
			return err
		}
		known, err := selectClients(ctx, tx, s.Org, "")
		for _, c := range known {
			clients[c.ID] = c
		}
		return err
	})
	at := map[string]int{}
	for _, g := range all {
		if _, err := p.standing(ctx, g, peerOf(s.Peer, s.Door)); asGrantError(err) == errGrant {
			continue
		} else if err != nil && asGrantError(err) != errTerms {
			return nil, err
		}
		n, ok := at[g.client]
		if !ok {
			n, at[g.client] = len(list), len(list)
			c := clients[g.client]
			list = append(list, Grant{Client: g.client, Name: c.Name, Kind: c.Kind, Made: time.UnixMilli(g.made)})
		}
		list[n].add(g, clients[g.client])
	}
	slices.SortFunc(list, func(a, b Grant) int { return b.Used.Compare(a.Used) })
	return list, err
}

func (g *Grant) add(one grant, c Client) {
	for _, s := range c.shown(one.scope) {
		if !slices.Contains(g.Scopes, s) {
			g.Scopes = append(g.Scopes, s)
		}
	}
	if made := time.UnixMilli(one.made); made.Before(g.Made) {
		g.Made = made
	}
	if used := time.UnixMilli(one.used); used.After(g.Used) {
		g.Used = used
		g.From, _, _ = strings.Cut(one.from, " ") // without the door
	}
}

// EndGrant takes back what the subject allowed a client; it has to ask anew.
func (p *Provider) EndGrant(ctx context.Context, s policy.Subject, client string) error {
	return p.db.Write(ctx, func(tx *store.Tx) error {
		there, err := deleteGrants(ctx, tx, s.Org, s.Account, client)
		if err != nil {
			return err
		}
		if !there {
			return errNoGrant
		}
		if err := deleteConsent(ctx, tx, s.Org, s.Account, client); err != nil {
			return err
		}
		return p.note(ctx, tx, s, "sso.revoke", client, nil)
	})
}
