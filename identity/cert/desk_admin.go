package cert

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"

	"chancery/directory"
	"chancery/identity"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/jmap"
)

// ListOf returns the certificates of a person to security administrators. The
// look stands in the record.
func (d *Desk) ListOf(ctx context.Context, by policy.Subject, person int64) (list []Registration, err error) {
	const verb = "certificate.look"
	err = d.dir.OnAccount(ctx, by, person, policy.DutySecurity, verb, func(ctx context.Context, tx *store.Tx, a directory.Account) (err error) {
		if list, err = selectRegistrations(ctx, tx, a.Org, a.ID); err != nil {
			return err
		}
		return d.note(ctx, tx, by, verb, a.Address, nil)
	})
	return list, err
}

// AddFor ties a certificate to a person who brought it, by a security
// administrator: that it is theirs was seen, not proved. They are told.
func (d *Desk) AddFor(ctx context.Context, by policy.Subject, person int64, leaf *x509.Certificate) (r Registration, err error) {
	if !d.conf.Open && !d.conf.Challenge {
		return r, errs.E(errs.Unsupported, "Certificates are not used here.")
	}
	r, unfit := d.registrable(leaf)
	return r, d.about(ctx, by, person, "certificate.add", func(ctx context.Context, tx *store.Tx, a directory.Account) error {
		if unfit != nil {
			return unfit // after the right was asked
		}
		r.Account = a.ID
		return d.put(ctx, tx, by, r, leaf)
	})
}

// RemoveFor takes one of a person's certificates away, by a security
// administrator. The person is told.
func (d *Desk) RemoveFor(ctx context.Context, by policy.Subject, person, registration int64) error {
	return d.about(ctx, by, person, "certificate.remove", func(ctx context.Context, tx *store.Tx, a directory.Account) error {
		there, err := deleteRegistration(ctx, tx, a.Org, a.ID, registration)
		if err == nil && !there {
			err = errs.E(errs.NotFound, "There is no such certificate.")
		}
		if err == nil {
			err = d.dropGrounds(ctx, tx, a.Org, a.ID, registration)
		}
		if err != nil {
			return err
		}
		return d.note(ctx, tx, by, "certificate.remove", a.Address, nil)
	})
}

func (d *Desk) about(ctx context.Context, by policy.Subject, person int64, verb string, do func(ctx context.Context, tx *store.Tx, a directory.Account) error) error {
	told := identity.MeansChanged{By: by.Address, What: []string{identity.MeansCertificate}}
	err := d.dir.OnAccount(ctx, by, person, policy.DutySecurity, verb, func(ctx context.Context, tx *store.Tx, a directory.Account) error {
		if err := d.identity.MayMeans(by, a); err != nil {
			return err
		}
		told.Account = a
		return do(ctx, tx, a)
	})
	if err == nil {
		d.identity.TellMeans(ctx, told)
	}
	return err
}

// maxText is how much is read of what is said to be a certificate.
const maxText = 64 << 10

// readCertificate reads PEM, or DER in base64.
func readCertificate(text string) (*x509.Certificate, error) {
	bad := refuse("unreadable", errs.E(errs.Invalid, "This is no certificate: PEM or DER is read."))
	if len(text) > maxText {
		return nil, bad
	}
	der, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if block, _ := pem.Decode([]byte(text)); block != nil && block.Type == "CERTIFICATE" {
		der, err = block.Bytes, nil
	}
	if err != nil {
		return nil, bad
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, bad
	}
	return leaf, nil
}

// personID begins the ids of people.
const personID = 'p'

type deskArgs struct {
	AccountID   jmap.ID `json:"accountId"`
	PersonID    jmap.ID `json:"personId"`
	ID          jmap.ID `json:"id"`          // of AccountCertificate/remove
	Certificate string  `json:"certificate"` // of AccountCertificate/add: PEM, or DER in base64
}

// deskMethods adds those for administrators: AccountCertificate/get, add and
// remove. Each verb asks for the right.
func (d *Desk) deskMethods(who func(context.Context) (policy.Subject, error), into map[string]jmap.Method) map[string]jmap.Method {
	add := func(name string, do func(ctx context.Context, by policy.Subject, person int64, args deskArgs) (any, error)) {
		into["AccountCertificate/"+name] = func(ctx context.Context, call *jmap.Call) (any, error) {
			var args deskArgs
			if err := call.Decode(&args); err != nil {
				return nil, err
			}
			by, err := who(ctx)
			if err != nil {
				return nil, err
			}
			if args.AccountID != id.Text(accountID, by.Account) {
				return nil, jmap.Fail(jmap.AccountNotSupported, "Administration belongs to a person's own account.")
			}
			person, ok := id.Parse(personID, args.PersonID)
			if !ok {
				return nil, jmap.Fail(jmap.InvalidArguments, "There is no person %s.", args.PersonID)
			}
			out, err := do(ctx, by, person, args)
			return out, worded(err)
		}
	}
	add("get", func(ctx context.Context, by policy.Subject, person int64, args deskArgs) (any, error) {
		list, err := d.ListOf(ctx, by, person)
		return d.answerOf(args.AccountID, list), err
	})
	add("add", func(ctx context.Context, by policy.Subject, person int64, args deskArgs) (any, error) {
		leaf, err := readCertificate(args.Certificate)
		if err != nil {
			return nil, err
		}
		r, err := d.AddFor(ctx, by, person, leaf)
		return map[string]any{"id": id.Text(certificateID, r.ID)}, err
	})
	add("remove", func(ctx context.Context, by policy.Subject, person int64, args deskArgs) (any, error) {
		n, ok := id.Parse(certificateID, args.ID)
		if !ok {
			return nil, errs.E(errs.NotFound, "There is nothing with the id %s.", args.ID)
		}
		return struct{}{}, d.RemoveFor(ctx, by, person, n)
	})
	return into
}

// worded tells a refusal by the word that clients know.
func worded(err error) error {
	if why, ok := err.(interface{ Reason() string }); ok {
		return jmap.Fail(why.Reason(), "%s", errs.Text(err))
	}
	return err
}
