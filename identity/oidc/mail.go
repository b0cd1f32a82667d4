package oidc

import (
	"context"
	"errors"

	"chancery/audit"
	"chancery/identity"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

var errNoGrant = errs.E(errs.NotFound, "There is no such sign-on.")

// errMail is the one answer to a token that does not open a mailbox.
var errMail = errs.E(errs.Unauthenticated, "The token is wrong or over.")

// SignInMail lets a mail program in by an access token (RFC 7628). The address
// may be empty; else it must be one of the token's own account. Forbidden when
// mail programs are not allowed from where it is.
func (p *Provider) SignInMail(ctx context.Context, address, text string, peer identity.Peer) (policy.Subject, error) {
	t, g, who, err := p.live(ctx, text, peer)
	switch {
	case errors.Is(err, errGrant):
		return policy.Subject{}, errMail
	case errors.Is(err, errTerms):
		return policy.Subject{}, errTerms.kind()
	}
	if err != nil {
		return policy.Subject{}, err
	}
	if !hasScope(t.scope, "mail") {
		return policy.Subject{}, errMail
	}
	if address != "" {
		a, _, err := p.dir.Resolve(ctx, address)
		if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Invalid) || err == nil && (a.Org != g.org || a.ID != g.account) {
			return policy.Subject{}, errMail
		}
		if err != nil {
			return policy.Subject{}, err
		}
	}
	who.Ground = g.id // the program's connection ends when the person takes this back
	if err := p.mayMail(ctx, who); err != nil {
		return policy.Subject{}, errorOr(p.recordMail(ctx, who, err), err)
	}
	// Mail programs sign in many times an hour; the record has it again when
	// the place or the door is another (K21).
	if from := who.Peer + " " + who.Door; from != g.from {
		err = p.db.Write(ctx, func(tx *store.Tx) error {
			if err := touchGrant(ctx, tx, g.org, g.id, p.now(), from); err != nil {
				return err
			}
			return audit.Append(ctx, tx, p.clock.Now(), audit.By(who, "sign-in", "client "+g.client, nil))
		})
	}
	return who, err
}

// holds says whether what an account granted still stands, for connections
// that rest on it.
func (p *Provider) holds(ctx context.Context, org, account, ground int64) (bool, error) {
	var g grant
	err := p.db.Read(ctx, func(tx *store.Tx) (err error) {
		g, err = selectGrant(ctx, tx, org, ground)
		return err
	})
	if found, err := store.Found(err); err != nil || !found || g.account != account {
		return false, err
	}
	_, err = p.standing(ctx, g, identity.Peer{})
	if errs.Is(err, errs.Unauthenticated) {
		return false, nil
	}
	return err == nil, err
}

func (p *Provider) recordMail(ctx context.Context, who policy.Subject, refused error) error {
	return p.db.Write(ctx, func(tx *store.Tx) error {
		return audit.Append(ctx, tx, p.clock.Now(), audit.By(who, "sign-in", "mail program", refused))
	})
}
