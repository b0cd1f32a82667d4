package oidc

import (
	"context"
	"encoding/json"

	"chancery/identity/sso"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

// story is what the record says of a client; its secret is not among it.
func (c Client) story() any {
	return struct {
		Name string `json:"name"`
		Kind string `json:"kind"`
		Client
	}{c.Name, c.Kind, c}
}

// theClient returns a client of an organisation.
func theClient(ctx context.Context, tx *store.Tx, org int64, clientID string) (Client, error) {
	list, err := selectClients(ctx, tx, org, clientID)
	if err != nil {
		return Client{}, err
	}
	if len(list) != 1 || clientID == "" {
		return Client{}, errs.E(errs.NotFound, "There is no client %q.", clientID)
	}
	return list[0], nil
}

// ChangeClient changes the settings of a client. What kind it is stays, and
// how it names people: it would take them for others.
func (p *Provider) ChangeClient(ctx context.Context, by policy.Subject, clientID string, change func(*Client) error) error {
	const verb = "sso.client.change"
	return p.dir.OnOrganisation(ctx, by, policy.DutySystem, verb, "client "+clientID, func(ctx context.Context, tx *store.Tx) error {
		old, err := theClient(ctx, tx, by.Org, clientID)
		if err != nil {
			return err
		}
		now := old
		if err := change(&now); err != nil {
			return err
		}
		if now, err = prepare(now); err != nil {
			return err
		}
		if now.Kind != old.Kind || now.Pairwise != old.Pairwise {
			return errs.E(errs.Invalid, "The kind of a client and the names it has for people do not change; register another one.")
		}
		settings, err := json.Marshal(now)
		if err != nil {
			return err
		}
		if err := updateClient(ctx, tx, now, string(settings)); err != nil {
			return err
		}
		return sso.Note(ctx, tx, p.clock.Now(), by, verb, "client "+clientID, old.story(), now.story())
	})
}

// RotateSecret gives a client another secret, and returns it this once; the
// one before is good no longer.
func (p *Provider) RotateSecret(ctx context.Context, by policy.Subject, clientID string) (string, error) {
	const verb = "sso.client.secret"
	secret := id.Token(32)
	return secret, p.dir.OnOrganisation(ctx, by, policy.DutySystem, verb, "client "+clientID, func(ctx context.Context, tx *store.Tx) error {
		c, err := theClient(ctx, tx, by.Org, clientID)
		if err != nil {
			return err
		}
		if c.public() {
			return errs.E(errs.Invalid, "A client of this kind has no secret.")
		}
		if err := updateSecret(ctx, tx, by.Org, clientID, sso.HashOf(secret)); err != nil {
			return err
		}
		return sso.Note(ctx, tx, p.clock.Now(), by, verb, "client "+clientID, nil, nil)
	})
}
