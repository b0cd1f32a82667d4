package cert

import (
	"context"
	"crypto/x509"
	"errors"
	"strconv"
	"time"

	"chancery/identity"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/clientcert"
)

// Registration is a certificate that was tied to an account.
type Registration struct {
	ID, Account     int64
	Kind            string
	Holder, Author  string // what people call the subject and the issuer
	Subject, Issuer string
	Number          string // serial number of the certificate, hexadecimal

	key              string
	ends, made, used int64
}

// Ends is until when the certificate is valid.
func (r Registration) Ends() time.Time { return time.UnixMilli(r.ends).UTC() }

// Made is when it was registered.
func (r Registration) Made() time.Time { return time.UnixMilli(r.made).UTC() }

// Used is when it let in last; zero when it never did.
func (r Registration) Used() time.Time {
	if r.used == 0 {
		return time.Time{}
	}
	return time.UnixMilli(r.used).UTC()
}

func (d *Desk) registered(ctx context.Context, org int64, key string) (r Registration, found bool, err error) {
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		r, err = selectRegistration(ctx, tx, org, key)
		return err
	})
	if errors.Is(err, store.ErrNoRows) {
		return r, false, nil
	}
	return r, err == nil, err
}

// Add registers the certificate that a pass stands for, for the subject who
// began. A certificate opens one account only.
func (d *Desk) Add(ctx context.Context, s policy.Subject, pass, browser string) (r Registration, err error) {
	if err := d.identity.Fresh(s); err != nil {
		return r, err
	}
	org, p, err := d.passed(ctx, pass, toAdd, browser)
	if err != nil {
		return r, err
	}
	if org != s.Org || p.Account != s.Account { // somebody else signed in meanwhile
		return r, errOver
	}
	leaf, err := p.leaf()
	if err != nil {
		return r, err
	}
	return d.register(ctx, s, s.Account, leaf)
}

// Register ties a certificate to an account, by whoever runs the server: in a
// room the caller asks policy first.
func (d *Desk) Register(ctx context.Context, by policy.Subject, account int64, leaf *x509.Certificate) (Registration, error) {
	return d.register(ctx, by, account, leaf)
}

func (d *Desk) register(ctx context.Context, by policy.Subject, account int64, leaf *x509.Certificate) (r Registration, err error) {
	if r, err = d.registrable(leaf); err != nil {
		return r, err
	}
	r.Account = account
	return r, d.db.Write(ctx, func(tx *store.Tx) error { return d.put(ctx, tx, by, r, leaf) })
}

// registrable is the registration of a certificate that is trusted, and by
// which a rule lets in.
func (d *Desk) registrable(leaf *x509.Certificate) (r Registration, err error) {
	chains, err := d.trust.chains(leaf, nil, d.clock.Now())
	if err != nil {
		return r, err
	}
	facts, err := clientcert.Read(leaf)
	if err != nil {
		return r, errUnsuited
	}
	s := shown{leaf, chains[0], facts}
	for _, rule := range d.conf.Rules {
		if !rule.fits(s) {
			continue
		}
		if key := rule.key(s); key != "" {
			r = Registration{ID: id.New(), Kind: rule.Kind, Holder: facts.Holder, Author: facts.Author, Subject: facts.Subject, Issuer: facts.Issuer, Number: leaf.SerialNumber.Text(16),
				key: key, ends: leaf.NotAfter.UnixMilli(), made: d.clock.Now().UnixMilli()}
			break
		}
	}
	if r.key == "" {
		return r, refuse("unregistrable", errs.E(errs.Invalid, "No rule here lets a certificate such as this one be registered."))
	}
	return r, nil
}

// put stores a registration in the caller's transaction.
func (d *Desk) put(ctx context.Context, tx *store.Tx, by policy.Subject, r Registration, leaf *x509.Certificate) error {
	have, err := selectRegistrations(ctx, tx, by.Org, r.Account)
	if err != nil {
		return err
	}
	if len(have) >= d.conf.MaxOfAccount {
		return refuse("tooMany", errs.E(errs.TooLarge, "There are %d certificates already; remove one first.", d.conf.MaxOfAccount))
	}
	if there, err := insertRegistration(ctx, tx, by.Org, r); err != nil || !there {
		return either(err, refuse("taken", errs.E(errs.Exists, "The certificate is registered already.")))
	}
	return d.note(ctx, tx, by, "certificate.add", "account "+strconv.FormatInt(r.Account, 10)+": "+describe(leaf), nil)
}

// List returns the certificates of an account.
func (d *Desk) List(ctx context.Context, org, account int64) (list []Registration, err error) {
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = selectRegistrations(ctx, tx, org, account)
		return err
	})
	return list, err
}

// Remove takes one of an account away: the person's own after a fresh sign-in,
// another's by whoever runs the server. What it opened ends.
func (d *Desk) Remove(ctx context.Context, by policy.Subject, account, registration int64) error {
	if by.Account != 0 {
		if by.Account != account {
			return errs.E(errs.Forbidden, "The certificate is somebody else's.")
		}
		if err := d.identity.Fresh(by); err != nil {
			return err
		}
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		there, err := deleteRegistration(ctx, tx, by.Org, account, registration)
		if err == nil && !there {
			err = errs.E(errs.NotFound, "There is no such certificate.")
		}
		if err == nil {
			err = d.dropGrounds(ctx, tx, by.Org, account, registration)
		}
		if err != nil {
			return err
		}
		return d.note(ctx, tx, by, "certificate.remove", "account "+strconv.FormatInt(account, 10), nil)
	})
}

// Verdict is what a certificate would come to.
type Verdict struct {
	Facts   clientcert.Facts
	Account int64 // whom it lets in; 0 = nobody
	Rule    string
	Counts  policy.Assurance
}

// Check says what a certificate would come to, to the operator: nobody is
// signed in.
func (d *Desk) Check(ctx context.Context, org int64, chain []*x509.Certificate) (v Verdict, err error) {
	s, err := d.believe(ctx, chain)
	if err != nil {
		return v, err
	}
	v.Facts = s.facts
	w, err := d.account(ctx, org, s)
	v.Account, v.Rule, v.Counts = w.account, w.rule, w.counts
	return v, err
}

var _ Identity = (*identity.Identity)(nil)
