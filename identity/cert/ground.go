package cert

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"strconv"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/clientcert"
)

// ground is what sessions, sign-ons and connections rest on that a certificate
// opened: they end when it is not in force any more, or not the account's.
type ground struct {
	org, id, account, registration int64
	chain                          []byte
	used, looked                   int64
}

// keepUnused is how long what a certificate opened lives on after it let in
// last. It bounds what is looked at again and again.
const keepUnused = 180 * 24 * time.Hour

// Ended is a certificate of which all that it had opened was ended.
type Ended struct {
	Account        directory.Account
	Holder, Author string // what people call its subject and its issuer
	Revoked        bool   // else it ended, or is not accepted any more
}

// chainOf is what is kept of a chain: all but the anchor, which is ours.
func chainOf(chain []*x509.Certificate) (der []byte) {
	for _, c := range chain[:max(1, len(chain)-1)] {
		der = append(der, c.Raw...)
	}
	return der
}

// ground returns what a sign-in by a certificate rests on.
func (d *Desk) ground(ctx context.Context, org, account, registration int64, leaf *x509.Certificate, chain []byte) (int64, error) {
	now := d.clock.Now()
	print := sha256.Sum256(leaf.Raw)
	var have ground
	err := d.db.Read(ctx, func(tx *store.Tx) (err error) {
		have, err = selectGround(ctx, tx, org, account, print[:])
		return err
	})
	found, err := store.Found(err)
	if err != nil {
		return 0, err
	}
	if found && have.registration == registration && now.Sub(time.UnixMilli(have.used)) < time.Hour {
		return have.id, nil // mail programs sign in often
	}
	g := ground{org: org, id: id.New(), account: account, registration: registration, chain: chain, used: now.UnixMilli()}
	err = d.db.Write(ctx, func(tx *store.Tx) (err error) {
		g.id, err = putGround(ctx, tx, g, print[:])
		return err
	})
	return g.id, err
}

// holds answers identity.UseGrounds.
func (d *Desk) holds(ctx context.Context, org, account, ground int64) (there bool, err error) {
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		there, err = groundThere(ctx, tx, org, account, ground)
		return err
	})
	return there, err
}

// dropGrounds ends what a registration opened, in the transaction that removes it.
func (d *Desk) dropGrounds(ctx context.Context, tx *store.Tx, org, account, registration int64) error {
	all, err := selectGroundsOf(ctx, tx, org, account, registration)
	for _, g := range all {
		if err == nil {
			_, err = d.dropGround(ctx, tx, g)
		}
	}
	return err
}

func (d *Desk) dropGround(ctx context.Context, tx *store.Tx, g ground) (bool, error) {
	there, err := deleteGround(ctx, tx, g.org, g.id)
	if err != nil || !there {
		return false, err
	}
	return true, d.identity.EndGround(ctx, tx, g.org, g.account, g.id)
}

// lookAgain asks of the certificates that let somebody in whether they still
// would, and ends what those opened that would not. Where it cannot be found
// out nothing ends: nobody is let in anew meanwhile, and sessions have limits
// of their own.
func (d *Desk) lookAgain(ctx context.Context) error {
	for {
		now := d.clock.Now()
		var unseen []ground
		err := d.db.Write(ctx, func(tx *store.Tx) error {
			all, err := selectUnseen(ctx, tx, now.Add(-d.conf.Recheck).UnixMilli(), tendBatch)
			unseen = nil
			for _, g := range all {
				mine, err := claimGround(ctx, tx, g, now.UnixMilli())
				if err != nil {
					return err
				}
				if mine {
					unseen = append(unseen, g)
				}
			}
			return err
		})
		if err != nil {
			return err
		}
		for _, g := range unseen {
			if err := d.lookAt(ctx, g, now); err != nil {
				d.log.Error("cert: whether a certificate is still good is not known", "account", g.account, "error", err)
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		if len(unseen) < tendBatch {
			return nil
		}
	}
}

var errUnused = refuse("unused", errs.E(errs.Forbidden, "The certificate was not signed in with for long."))

// lookAt ends what one certificate opened, if it would let nobody in now.
func (d *Desk) lookAt(ctx context.Context, g ground, now time.Time) error {
	chain, err := x509.ParseCertificates(g.chain)
	if err != nil || len(chain) == 0 {
		return errs.Wrap(errs.Internal, err, "a chain cannot be read")
	}
	s, why := d.believe(ctx, chain)
	if why == nil {
		var w whose
		if w, why = d.account(ctx, g.org, s); why == nil && w.account != g.account {
			why = errNobody
		}
	}
	if why == nil && now.Sub(time.UnixMilli(g.used)) > keepUnused {
		why = errUnused
	}
	var r refusal
	if !errors.As(why, &r) || errs.Is(why, errs.Unavailable) {
		return why
	}
	ended := false
	err = d.db.Write(ctx, func(tx *store.Tx) (err error) {
		if ended, err = d.dropGround(ctx, tx, g); err != nil || !ended {
			return err
		}
		return d.note(ctx, tx, policy.System(g.org), "certificate.end", "account "+strconv.FormatInt(g.account, 10)+": "+describe(chain[0]), why)
	})
	if err != nil || !ended || errors.Is(why, errUnused) {
		return err
	}
	return d.tellEnded(ctx, g, chain[0], errors.Is(why, errRevoked))
}

// tellEnded lets the person know why they are signed out.
func (d *Desk) tellEnded(ctx context.Context, g ground, leaf *x509.Certificate, revoked bool) error {
	if d.letters == nil {
		return nil
	}
	a, err := d.dir.Account(ctx, g.org, g.account)
	if err != nil || a.Locked {
		return err
	}
	facts, err := clientcert.Read(leaf)
	if err != nil {
		return err
	}
	return d.letters.CertificateEnded(ctx, Ended{a, facts.Holder, facts.Author, revoked})
}
