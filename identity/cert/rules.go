package cert

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"slices"
	"strings"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/wire/clientcert"
)

// Kinds of rules: by what a certificate is told whose it is.
const (
	ByPin    = "pin"    // this very certificate was registered: issuer and serial number
	BySerial = "serial" // the serialNumber of its subject was registered, so that the next card of the person is good too
	ByEmail  = "email"  // an address in it is an account's
	ByUPN    = "upn"    // a user principal name in it is an account's address
)

// Rule ties certificates to accounts. The text form is a kind with
// conditions: "email; issuer=CN=City CA,O=City; domain=city.example;
// policy=1.2.3; has=2.16.886.1.100.2.1:citizen; counts=two".
type Rule struct {
	Kind   string
	Issuer string           // as RFC 4514 writes it; "" = any that is trusted
	Domain string           // of the address; "" = any
	Policy string           // a policy of the certificate
	Has    []string         // attributes of the subject, with a value or without
	Counts policy.Assurance // how sure such a certificate makes
}

var counts = map[string]policy.Assurance{"password": policy.ByPassword, "two": policy.ByTwo, "hardware": policy.ByHardware}

// ParseRule reads the text form.
func ParseRule(text string) (Rule, error) {
	parts := strings.Split(text, ";")
	r := Rule{Kind: strings.TrimSpace(parts[0]), Counts: policy.ByHardware}
	if !slices.Contains([]string{ByPin, BySerial, ByEmail, ByUPN}, r.Kind) {
		return r, errs.E(errs.Invalid, "%q begins with none of pin, serial, email, upn", text)
	}
	for _, part := range parts[1:] {
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		value = strings.TrimSpace(value)
		if !ok || value == "" {
			return r, errs.E(errs.Invalid, "%q: %q is not of the form name=value", text, part)
		}
		switch name {
		case "issuer":
			r.Issuer = value
		case "domain":
			r.Domain = strings.ToLower(value)
		case "policy":
			if _, err := x509.ParseOID(value); err != nil {
				return r, errs.E(errs.Invalid, "%q: %q is no object identifier", text, value)
			}
			r.Policy = value
		case "has":
			r.Has = append(r.Has, value)
		case "counts":
			if r.Counts, ok = counts[value]; !ok {
				return r, errs.E(errs.Invalid, "%q: counts is none of password, two, hardware", text)
			}
		default:
			return r, errs.E(errs.Invalid, "%q: there is no condition %q", text, name)
		}
	}
	if r.Domain != "" && r.Kind != ByEmail && r.Kind != ByUPN {
		return r, errs.E(errs.Invalid, "%q: only email and upn have a domain", text)
	}
	return r, nil
}

// shown is a certificate that is to be believed, with what it says.
type shown struct {
	leaf  *x509.Certificate
	chain []*x509.Certificate
	facts clientcert.Facts
}

// fits says whether the conditions of the rule hold.
func (r Rule) fits(s shown) bool {
	if r.Issuer != "" && r.Issuer != s.facts.Issuer {
		return false
	}
	if r.Policy != "" && !slices.ContainsFunc(s.leaf.Policies, func(o x509.OID) bool { return o.String() == r.Policy }) {
		return false
	}
	return !slices.ContainsFunc(r.Has, func(want string) bool {
		oid, value, _ := strings.Cut(want, ":")
		return !s.facts.Has(oid, value)
	})
}

// key names what is registered of a certificate: what its issuer gives to one
// only, with who the issuer is. The anchor is in it, since two authorities may
// have an intermediate of the same name.
func (r Rule) key(s shown) string {
	what := ""
	switch {
	case r.Kind == ByPin:
		what = s.leaf.SerialNumber.Text(16)
	case r.Kind == BySerial && len(s.facts.Numbers) == 1:
		what = s.facts.Numbers[0]
	default:
		return ""
	}
	anchor := s.chain[len(s.chain)-1]
	sum := sha256.New()
	for _, part := range [][]byte{anchor.RawSubjectPublicKeyInfo, s.leaf.RawIssuer, []byte(r.Kind), []byte(what)} {
		one := sha256.Sum256(part)
		sum.Write(one[:])
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// addresses are those by which the rule finds an account.
func (r Rule) addresses(s shown) (list []string) {
	all := s.facts.Emails
	if r.Kind == ByUPN {
		all = s.facts.UPNs
	} else if r.Kind != ByEmail {
		return nil
	}
	for _, a := range all {
		if _, domain, ok := strings.Cut(a, "@"); ok && (r.Domain == "" || strings.EqualFold(domain, r.Domain)) {
			list = append(list, a)
		}
	}
	return list
}

// whose is the answer of the rules.
type whose struct {
	org, account int64
	counts       policy.Assurance
	registered   int64 // the registration that answered; 0 = none
	rule         string
}

// account asks every rule. Where they name more than one account nobody gets
// in: it cannot be known who is meant.
func (d *Desk) account(ctx context.Context, org int64, s shown) (w whose, err error) {
	take := func(account int64, r Rule, registered int64) error {
		if w.account != 0 && w.account != account {
			return errSeveral
		}
		if w.account == 0 {
			w = whose{org, account, r.Counts, registered, r.Kind}
		}
		return nil
	}
	for _, r := range d.conf.Rules {
		if !r.fits(s) {
			continue
		}
		if key := r.key(s); key != "" {
			reg, found, err := d.registered(ctx, org, key)
			if err != nil {
				return w, err
			}
			if found {
				if err := take(reg.Account, r, reg.ID); err != nil {
					return w, err
				}
			}
		}
		for _, address := range r.addresses(s) {
			a, found, err := d.resolve(ctx, address)
			if err != nil {
				return w, err
			}
			if found && a.Org == org {
				if err := take(a.ID, r, 0); err != nil {
					return w, err
				}
			}
		}
	}
	if w.account == 0 {
		return w, errNobody
	}
	return w, nil
}

func (d *Desk) resolve(ctx context.Context, address string) (a directory.Account, found bool, err error) {
	a, _, err = d.dir.Resolve(ctx, address)
	if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Invalid) {
		return a, false, nil
	}
	return a, err == nil, err
}
