package oidc

import (
	"context"
	"errors"
	"strings"
	"time"

	"chancery/identity"
	"chancery/policy"
	"chancery/store"
)

var errToken = refuse("invalid_token", "The token is wrong or over.")

// UserInfo tells a client about the person of an access token (Core section 5.3).
func (p *Provider) UserInfo(ctx context.Context, text string, peer identity.Peer) (map[string]any, error) {
	t, g, _, err := p.live(ctx, text, peer)
	if errors.Is(err, errGrant) {
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
	if errors.Is(err, errGrant) || err == nil && (g.client != c.ID || g.org != c.Org) {
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
				return deleteToken(ctx, tx, g.org, hashOf(text))
			}
			if err := deleteGrant(ctx, tx, g.org, g.id); err != nil {
				return err
			}
			return p.note(ctx, tx, policy.Subject{Org: g.org, Account: g.account, Door: "http"}, "sso.revoke", c.ID, nil)
		})
	}
	return nil
}

// Grant is what a person allowed a system, as they see it.
type Grant struct {
	ID         int64
	Client     string
	Kind       string
	Scopes     []string
	Made, Used time.Time
	From       string
}

// Grants lists what the subject allowed and what still stands, newest first.
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
	for _, g := range all {
		if _, err := p.standing(ctx, g, peerOf(s.Peer, s.Door)); err != nil {
			continue
		}
		c := clients[g.client]
		list = append(list, Grant{g.id, c.Name, c.Kind, strings.Fields(g.scope), time.UnixMilli(g.made), time.UnixMilli(g.used), g.from})
	}
	return list, err
}

// EndGrant takes back what the subject allowed; the system has to ask anew.
func (p *Provider) EndGrant(ctx context.Context, s policy.Subject, grantID int64) error {
	return p.db.Write(ctx, func(tx *store.Tx) error {
		g, err := selectGrant(ctx, tx, s.Org, grantID)
		found, err := store.Found(err)
		if err != nil {
			return err
		}
		if !found || g.account != s.Account {
			return errNoGrant
		}
		if err := deleteGrant(ctx, tx, s.Org, grantID); err != nil {
			return err
		}
		if err := deleteConsent(ctx, tx, s.Org, s.Account, g.client); err != nil {
			return err
		}
		return p.note(ctx, tx, s, "sso.revoke", g.client, nil)
	})
}
