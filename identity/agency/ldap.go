package agency

import (
	"context"
	"strings"
	"time"

	"chancery/kit/errs"
	"chancery/store"
	"chancery/wire/ldapclient"

	"github.com/go-ldap/ldap/v3"
)

// LDAP says how an agency's directory (LDAP or Active Directory) finds whose
// password it judges. Its address is the provider's issuer; client and secret
// are what we bind by to search.
type LDAP struct {
	Base      string `json:"base"`
	Filter    string `json:"filter"`    // with {address}, or {name}, what stands before the @
	Authority string `json:"authority"` // PEM of who vouches for the server
}

// LDAPFilter is the filter where none is given: RFC 4524's mail, and the name
// that Active Directory gives to people.
const LDAPFilter = "(|(mail={address})(userPrincipalName={address}))"

// filter is the filter for an address, which cannot change what is asked (RFC 4515 section 3).
func (l *LDAP) filter(address string) string {
	name, _, _ := strings.Cut(address, "@")
	return strings.NewReplacer("{address}", ldap.EscapeFilter(address), "{name}", ldap.EscapeFilter(name)).Replace(l.Filter)
}

// prepareLDAP checks the settings of a directory.
func prepareLDAP(p Provider) (Provider, error) {
	if p.LDAP == nil {
		return p, errs.E(errs.Invalid, "A directory needs a base below which people are looked for.")
	}
	l := *p.LDAP
	if p.LDAP = &l; l.Filter == "" {
		l.Filter = LDAPFilter
	}
	if l.Authority == "" && !ldapclient.Local(p.Issuer) {
		return p, errs.E(errs.Invalid, "A file is needed with the certificate of who vouches for the directory: passwords are sent there.")
	}
	if err := p.server(0).Check(); err != nil {
		return p, err
	}
	for what, dn := range map[string]string{"base": l.Base, "name to bind by": p.Client} {
		if _, err := ldap.ParseDN(dn); err != nil || len(dn) > 500 {
			return p, errs.E(errs.Invalid, "%q is no DN for the %s.", dn, what)
		}
	}
	if l.Base == "" || len(p.Domains) == 0 {
		return p, errs.E(errs.Invalid, "A directory needs a base below which people are looked for, and the domains whose passwords it keeps.")
	}
	if !strings.Contains(l.Filter, "{address}") && !strings.Contains(l.Filter, "{name}") || len(l.Filter) > 1000 {
		return p, errs.E(errs.Invalid, "The filter names neither {address} nor {name}: it would find everybody.")
	}
	if _, err := ldap.CompileFilter(l.filter("a@b")); err != nil {
		return p, errs.Wrap(errs.Invalid, err, "%q is no filter.", l.Filter)
	}
	return p, nil
}

func (p Provider) server(timeout time.Duration) ldapclient.Server {
	s := ldapclient.Server{URL: p.Issuer, Timeout: timeout}
	if p.LDAP != nil && p.LDAP.Authority != "" {
		s.Authority = []byte(p.LDAP.Authority)
	}
	return s
}

// judges returns the directory that keeps the password of an address.
func (d *Desk) judges(ctx context.Context, org int64, address string) (p Provider, there bool, err error) {
	list, err := d.Providers(ctx, org)
	for _, one := range list {
		if one.keeps(address) {
			return one, true, nil
		}
	}
	return p, false, err
}

// Keeps answers identity.Judge.
func (d *Desk) Keeps(ctx context.Context, org int64, address string) (int64, error) {
	p, _, err := d.judges(ctx, org, address)
	return p.ground, err
}

// Right answers identity.Judge: the entry of the address is looked for, and
// the password is right when one can bind by it (RFC 4513 section 5.1.3).
func (d *Desk) Right(ctx context.Context, org int64, address, password string) (bool, error) {
	// A bind with a name and no password is taken for a success by servers
	// that let anybody in so (RFC 4513 section 5.1.2).
	if password == "" {
		return false, nil
	}
	p, there, err := d.judges(ctx, org, address)
	if err != nil || !there {
		return false, err
	}
	select {
	case d.binds <- struct{}{}:
		defer func() { <-d.binds }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	secret, err := d.db.Unseal(ctx, store.Scope{Org: org}, sealOf(p), p.sealed)
	if err != nil {
		return false, err
	}
	ctx, cancel := context.WithTimeout(ctx, d.conf.Timeout)
	defer cancel()
	c, err := p.server(d.conf.Timeout).Dial(ctx)
	if err != nil {
		return false, err
	}
	defer c.Close()
	defer context.AfterFunc(ctx, func() { c.Close() })()
	if p.Client != "" {
		if err := c.Bind(p.Client, string(secret)); err != nil {
			return false, errs.Wrap(errs.Unavailable, err, "the directory does not let %s in", p.Client)
		}
	}
	dn, err := p.LDAP.find(c, address, d.conf.Timeout)
	if err != nil || dn == "" {
		return false, err
	}
	return rightBind(c.Bind(dn, password))
}

// find returns the DN of the one entry of an address, "" for none. Two are
// none: it cannot be known who is meant. Referrals are not followed: the
// password would go where nobody sent it.
func (l *LDAP) find(c *ldap.Conn, address string, timeout time.Duration) (string, error) {
	res, err := c.Search(ldap.NewSearchRequest(l.Base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 2, int(timeout/time.Second), false,
		l.filter(address), []string{"1.1"}, nil)) // no attributes (RFC 4511 section 4.5.1.8)
	if err != nil && !ldap.IsErrorWithCode(err, ldap.LDAPResultSizeLimitExceeded) {
		return "", errs.Wrap(errs.Unavailable, err, "the directory does not say who has the address")
	}
	if err != nil || len(res.Entries) != 1 {
		return "", nil
	}
	return res.Entries[0].DN, nil
}

// rightBind says what a bind of a person came to. That an account is closed or
// its password over the directory tells in the same way.
func rightBind(err error) (bool, error) {
	switch {
	case err == nil:
		return true, nil
	case ldap.IsErrorAnyOf(err, ldap.LDAPResultInvalidCredentials, ldap.LDAPResultInappropriateAuthentication, ldap.LDAPResultConstraintViolation,
		ldap.LDAPResultUnwillingToPerform, ldap.LDAPResultInsufficientAccessRights, ldap.LDAPResultNoSuchObject, ldap.LDAPResultReferral):
		return false, nil
	}
	return false, errs.Wrap(errs.Unavailable, err, "the directory does not judge the password")
}
