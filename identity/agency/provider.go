package agency

import (
	"cmp"
	"context"
	"encoding/json"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"chancery/directory"
	"chancery/identity"
	"chancery/identity/sso"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/saml"
)

// Kinds of provider.
const (
	KindOIDC = "oidc" // OpenID Connect
	KindSAML = "saml" // SAML 2.0
	KindLDAP = "ldap" // a directory that judges passwords; it is on no button
)

// Provider is an agency's own provider.
type Provider struct {
	Org     int64            `json:"-"`
	ID      string           `json:"-"`
	Name    string           `json:"-"` // on the button of the sign-in page
	Kind    string           `json:"-"`
	Made    time.Time        `json:"-"`
	Issuer  string           `json:"issuer"`  // of SAML: the entity ID; of LDAP: its address
	Client  string           `json:"client"`  // our id there, of OpenID Connect; of LDAP: the DN that we search as
	Domains []string         `json:"domains"` // whose addresses it may vouch for; none = only who was linked by hand
	Trust   policy.Assurance `json:"trust"`   // how sure a sign-in by it is at most

	Outside *saml.Outside `json:"outside,omitempty"` // of SAML: its metadata
	LDAP    *LDAP         `json:"ldap,omitempty"`

	sealed []byte
	ground int64 // what a sign-in rests on whose password it judged
}

func (p *Provider) read(settings string, made int64) error {
	p.Made = time.UnixMilli(made)
	return errs.Wrap(errs.Internal, json.Unmarshal([]byte(settings), p), "the settings of a provider cannot be read")
}

// AddOutside registers a provider of SAML by its metadata file, or a directory
// with the certificate of who vouches for it and our secret there.
func (d *Desk) AddOutside(ctx context.Context, by policy.Subject, p Provider, file []byte, secret string) (Provider, error) {
	p.Kind = cmp.Or(p.Kind, KindSAML)
	p, err := p.with(file)
	if err != nil {
		return p, err
	}
	return d.AddProvider(ctx, by, p, secret)
}

// AddProvider registers a provider with our secret there.
func (d *Desk) AddProvider(ctx context.Context, by policy.Subject, p Provider, secret string) (Provider, error) {
	p, err := prepare(p)
	if err != nil {
		return p, err
	}
	if (p.Kind == KindOIDC || p.Kind == KindLDAP && p.Client != "") && secret == "" || len(secret) > 1000 {
		return p, errs.E(errs.Invalid, "Our secret at the provider is missing, or too long.")
	}
	p.ground = id.New()
	p.Org, p.ID, p.Made = by.Org, strconv.FormatInt(by.Org, 36)+"."+id.Token(10), d.clock.Now()
	settings, err := json.Marshal(p)
	if err != nil {
		return p, err
	}
	if p.sealed, err = d.db.Seal(ctx, store.Scope{Org: by.Org}, sealOf(p), []byte(secret)); err != nil {
		return p, err
	}
	return p, d.dir.OnOrganisation(ctx, by, policy.DutySystem, "sso.client.add", "provider", func(ctx context.Context, tx *store.Tx) error {
		all, err := selectProviders(ctx, tx, by.Org, "")
		if err != nil {
			return err
		}
		if len(all) >= d.conf.MaxProviders {
			return errs.E(errs.TooLarge, "There are %d providers already.", len(all))
		}
		if err := insertProvider(ctx, tx, p, string(settings), p.sealed, d.clock.Now().UnixMilli()); err != nil {
			return err
		}
		return sso.Note(ctx, tx, d.clock.Now(), by, "sso.client.add", "provider "+p.ID+" "+p.Name, nil, p.story())
	})
}

func sealOf(p Provider) string { return "agency " + p.ID }

// prepare checks a new provider.
func prepare(p Provider) (Provider, error) {
	p.Name = strings.TrimSpace(p.Name)
	if p.Name == "" || len(p.Name) > 200 || strings.ContainsFunc(p.Name, func(r rune) bool { return r < ' ' }) {
		return p, errs.E(errs.Invalid, "A provider needs a name of 1 to 200 bytes, which people are shown.")
	}
	switch {
	case p.Kind == KindSAML && p.Outside != nil:
	case p.Kind == KindLDAP:
		p.Trust = policy.ByPassword
		var err error
		if p, err = prepareLDAP(p); err != nil {
			return p, err
		}
	case p.Kind != KindOIDC:
		return p, errs.E(errs.Invalid, "The kind of a provider is oidc, saml or ldap, not %q.", p.Kind)
	default:
		u, err := url.Parse(p.Issuer)
		if err != nil || !private(u) || u.RawQuery != "" || u.Fragment != "" || u.User != nil || len(p.Issuer) > 500 { // Discovery section 3
			return p, errs.E(errs.Invalid, "%q is no issuer: it must be https, or http on this machine itself, without a query.", p.Issuer)
		}
		if p.Client == "" || len(p.Client) > 500 {
			return p, errs.E(errs.Invalid, "Our id at the provider is missing, or too long.")
		}
	}
	if p.Trust == 0 {
		p.Trust = policy.ByPassword
	}
	if p.Trust > policy.ByHardware {
		return p, errs.E(errs.Invalid, "The trust is 1, 2 or 3.")
	}
	for n, domain := range p.Domains {
		p.Domains[n] = strings.ToLower(strings.TrimSpace(domain))
		if p.Domains[n] == "" || strings.ContainsAny(domain, "@* ") {
			return p, errs.E(errs.Invalid, "%q is no domain of mail addresses.", domain)
		}
	}
	return p, nil
}

// private says whether what is sent to an address can be read on its way.
func private(u *url.URL) bool {
	addr, err := netip.ParseAddr(u.Hostname())
	local := u.Hostname() == "localhost" || err == nil && addr.IsLoopback()
	return u.Host != "" && (u.Scheme == "https" || u.Scheme == "http" && local)
}

// Providers lists the providers of an organisation by name.
func (d *Desk) Providers(ctx context.Context, org int64) (list []Provider, err error) {
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = selectProviders(ctx, tx, org, "")
		return err
	})
	return list, err
}

// RemoveProvider removes a provider; it can sign nobody in any more, and whom
// it signed in is out, and told so.
func (d *Desk) RemoveProvider(ctx context.Context, by policy.Subject, providerID string) error {
	var old Provider
	var out []int64
	err := d.dir.OnOrganisation(ctx, by, policy.DutySystem, "sso.client.remove", "provider "+providerID, func(ctx context.Context, tx *store.Tx) (err error) {
		if old, err = theProvider(ctx, tx, by.Org, providerID); err != nil {
			return err
		}
		if out, err = d.end(ctx, tx, old); err != nil {
			return err
		}
		if _, err := deleteProvider(ctx, tx, by.Org, providerID); err != nil {
			return err
		}
		return sso.Note(ctx, tx, d.clock.Now(), by, "sso.client.remove", "provider "+providerID, old.story(), map[string]any{"signedOut": len(out)})
	})
	if err == nil {
		d.tellEnded(ctx, old, out)
	}
	return err
}

func (d *Desk) provider(ctx context.Context, providerID string) (Provider, error) {
	org, ok := sso.OrgOf(providerID)
	var list []Provider
	err := error(nil)
	if ok {
		err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
			list, err = selectProviders(ctx, tx, org, providerID)
			return err
		})
	}
	if err == nil && len(list) != 1 {
		err = errs.E(errs.NotFound, "There is no such provider.")
	}
	if err != nil {
		return Provider{}, err
	}
	return list[0], nil
}

var errWho = errs.E(errs.Forbidden, "The provider knows this person, but no account here is theirs.")

// account says which account a person of a provider has: the one that is
// linked, or the one of the address that the provider may vouch for, which is
// linked from then on. The sign-in rests on the link.
func (d *Desk) account(ctx context.Context, p Provider, said claims, peer netip.Addr) (account, ground int64, err error) {
	if len(said.email) > 320 { // longer than any address (RFC 5321 section 4.5.3.1)
		said.email = ""
	}
	by := d.identity.Stranger(p.Org, 0, said.email, identity.Peer{Addr: peer, Door: "http"})
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		account, ground, err = selectLink(ctx, tx, p.Org, p.ID, said.subject)
		return err
	})
	if found, err := store.Found(err); found || err != nil {
		return account, ground, err
	}
	a, err := d.byAddress(ctx, p, said)
	by.Account = a.ID
	if err != nil {
		return 0, 0, d.refused(ctx, by, p, err)
	}
	taken, ground := false, id.New()
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		made, err := insertLink(ctx, tx, p.Org, p.ID, said.subject, a.ID, ground, d.clock.Now().UnixMilli())
		if taken = !made; err != nil || taken {
			return err
		}
		return d.note(ctx, tx, by, "sso.link", "provider "+p.ID+" account "+strconv.FormatInt(a.ID, 10), nil)
	})
	if err == nil && taken { // somebody else of the provider has this account
		err = d.refused(ctx, by, p, errWho)
	}
	if err != nil {
		return 0, 0, err
	}
	return a.ID, ground, nil
}

// byAddress finds the account of an address of the provider's own domains.
func (d *Desk) byAddress(ctx context.Context, p Provider, said claims) (a directory.Account, err error) {
	at := strings.LastIndexByte(said.email, '@')
	if at < 1 || !said.verified || !slices.Contains(p.Domains, strings.ToLower(said.email[at+1:])) {
		return a, errWho
	}
	a, _, err = d.dir.Resolve(ctx, said.email)
	if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Invalid) || err == nil && a.Org != p.Org {
		return directory.Account{}, errWho
	}
	return a, err
}

// refused records that a person of a provider was turned away, and returns why.
func (d *Desk) refused(ctx context.Context, by policy.Subject, p Provider, why error) error {
	err := d.db.Write(ctx, func(tx *store.Tx) error { return d.note(ctx, tx, by, "sso.link", "provider "+p.ID, why) })
	return errorOr(err, why)
}

// Link says by hand which account a person of a provider has, in place of what
// was said before.
func (d *Desk) Link(ctx context.Context, by policy.Subject, providerID, subject, address string) error {
	p, err := d.provider(ctx, providerID)
	if err == nil && p.Org != by.Org {
		err = errs.E(errs.NotFound, "There is no such provider.")
	}
	if err != nil {
		return err
	}
	a, _, err := d.dir.Resolve(ctx, address)
	if err != nil {
		return err
	}
	if a.Org != p.Org || len(subject) > 255 {
		return errs.E(errs.Invalid, "The account belongs to another organisation, or the subject is too long.")
	}
	return d.dir.OnOrganisation(ctx, by, policy.DutySystem, "sso.link", "provider "+providerID, func(ctx context.Context, tx *store.Tx) error {
		ground, err := selectLinkOf(ctx, tx, p.Org, p.ID, a.ID)
		if err != nil {
			return err
		}
		if _, err := deleteLink(ctx, tx, p.Org, p.ID, a.ID); err != nil {
			return err
		}
		if ground != 0 {
			if err := d.identity.EndGround(ctx, tx, p.Org, a.ID, ground); err != nil {
				return err
			}
		}
		if subject != "" {
			if made, err := insertLink(ctx, tx, p.Org, p.ID, subject, a.ID, id.New(), d.clock.Now().UnixMilli()); err != nil || !made {
				return errorOr(err, errs.E(errs.Exists, "This person of the provider has another account here."))
			}
		}
		return d.note(ctx, tx, by, "sso.link", "provider "+p.ID+" account "+strconv.FormatInt(a.ID, 10), nil)
	})
}

func errorOr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
