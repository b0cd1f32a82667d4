package agency

import (
	"context"
	"crypto/x509"
	"strings"

	provider "chancery/identity/saml"
	"chancery/kit/errs"
	"chancery/wire/saml"
)

// request is the address of a request to a provider of SAML (Profiles section
// 4.1.4.1).
func (d *Desk) request(p Provider, a asked, state string) (string, error) {
	doc, err := saml.Request{ID: a.Nonce, Issuer: a.Entity, Destination: p.Outside.SignOn, ACS: a.Back, Issued: d.clock.Now()}.Write()
	if err != nil {
		return "", err
	}
	return saml.PlainTo(p.Outside.SignOn, doc, state)
}

var errAssertion = errs.E(errs.Forbidden, "What the provider says of the person cannot be believed.")

// consume checks a response of a provider (Profiles section 4.1.4.3). That it
// comes once follows from its answering our request, which is used up.
func (d *Desk) consume(ctx context.Context, p Provider, a asked, doc []byte) (said claims, err error) {
	var certs []*x509.Certificate
	for _, c := range p.Outside.Certificates {
		certs = append(certs, c.Certificate)
	}
	key, err := d.keys.Reader(ctx)
	if err != nil {
		return said, err
	}
	r, err := saml.ReadResponse(doc, certs, saml.Limits{Bytes: maxPosted / 2}, key)
	if err != nil {
		return said, err
	}
	if r.Status[0] != saml.StatusSuccess {
		return said, errs.E(errs.Unauthenticated, "The provider did not sign the person in.")
	}
	now, skew, s := d.clock.Now(), d.conf.Skew, r.Assertion
	switch {
	case s == nil, r.Issuer != p.Issuer, r.Destination != "" && r.Destination != a.Back:
		return said, errAssertion
	case r.InResponse != a.Nonce, s.InResponse != a.Nonce: // one that nobody asked for, too
		return said, errAssertion
	case s.Audience != a.Entity, s.Recipient != a.Back:
		return said, errAssertion
	case !now.Before(s.Until.Add(skew)), s.From.After(now.Add(skew)), s.Proved.After(now.Add(skew)):
		return said, errAssertion
	case s.Format == saml.NameTransient, len(s.Name) > 255: // it would be another person at the next sign-in
		return said, errs.E(errs.Forbidden, "The provider gives no lasting name of the person.")
	}
	said = claims{subject: s.Name, email: addressOf(*s), verified: true, assurance: provider.LevelOf(s.Class)}
	return said, nil
}

// addressOf returns the mail address that an assertion tells: as an attribute,
// by the object identifier of mail or its name, or as the name.
func addressOf(s saml.Assertion) string {
	for _, a := range s.Attributes {
		if (a.Name == "urn:oid:0.9.2342.19200300.100.1.3" || a.Name == "mail" || strings.HasSuffix(a.Name, "/claims/emailaddress")) && len(a.Values) == 1 {
			return a.Values[0]
		}
	}
	if s.Format == saml.NameEmail {
		return s.Name
	}
	return ""
}
