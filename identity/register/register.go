package register

import (
	"context"
	"encoding/json"
	"hash/fnv"
	"strconv"
	"strings"

	"chancery/directory"
	"chancery/identity"
	"chancery/identity/agency"
	"chancery/identity/oidc"
	"chancery/identity/saml"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/wire/jmap"
)

// URN names the capability. Only who may register systems is offered it; each
// verb asks again.
const URN = "urn:chancery:params:jmap:register"

// accountID begins the ids of accounts.
const accountID = 'a'

// Kinds of party.
const (
	Client   = "client"   // of OpenID Connect
	Service  = "service"  // of SAML
	Provider = "provider" // by which people sign in here
)

// The types of the register, which clients know.
type (
	Party       = identity.Party
	PartyFields = identity.PartyFields
	PartyMade   = identity.PartyMade
	PartySecret = identity.PartySecret
)

// newParty is what a client says of a party to be registered. A secret of ours
// and a metadata file are taken and never given out.
type newParty struct {
	Party    string `json:"party"`
	Kind     string `json:"kind"`
	Issuer   string `json:"issuer"`
	Secret   string `json:"secret"`
	Metadata string `json:"metadata"`
	PartyFields
}

// changedParty are the members that a patch may be about.
type changedParty struct {
	Secret   string `json:"secret"`
	Metadata string `json:"metadata"`
	PartyFields
}

// Register is the list of all parties.
type Register struct {
	SSO    *oidc.Provider
	SAML   *saml.Provider
	Agency *agency.Desk
	Dir    *directory.Directory
	Who    func(context.Context) (policy.Subject, error)
}

// Capability is what the register offers.
func (r *Register) Capability() jmap.Capability {
	return jmap.Capability{
		URN: URN,
		Offer: func(ctx context.Context) (any, bool, error) {
			who, err := r.Who(ctx)
			if err != nil {
				return nil, false, err
			}
			err = r.may(ctx, who)
			if errs.Is(err, errs.Forbidden) {
				return nil, false, nil
			}
			return struct{}{}, err == nil, err
		},
		Methods: map[string]jmap.Method{"SsoParty/get": r.get, "SsoParty/set": r.set, "SsoParty/rotate": r.rotate},
	}
}

// may says who sees the list: the verbs of the parties ask again.
func (r *Register) may(ctx context.Context, who policy.Subject) error {
	admin, err := r.Dir.Administers(ctx, who)
	if err == nil && (who.Assurance == policy.ByProgram || !admin.May(policy.DutySystem, 0)) {
		err = errs.E(errs.Forbidden, "Your role does not allow to register systems.")
	}
	return err
}

// open reads who calls; the account is their own.
func (r *Register) open(ctx context.Context, account jmap.ID) (policy.Subject, error) {
	who, err := r.Who(ctx)
	if err != nil {
		return who, err
	}
	if account != id.Text(accountID, who.Account) {
		return who, jmap.Fail(jmap.AccountNotSupported, "Administration belongs to a person's own account.")
	}
	return who, r.may(ctx, who)
}

// JMAP's ids have no full stop (RFC 8620 section 1.2), and those of parties
// no hyphen.
func toID(party, text string) jmap.ID {
	return party[:1] + "-" + strings.ReplaceAll(text, ".", "-")
}

func fromID(key jmap.ID) (party, text string) {
	head, rest, _ := strings.Cut(key, "-")
	return map[string]string{"c": Client, "s": Service, "p": Provider}[head], strings.ReplaceAll(rest, "-", ".")
}

// list returns all parties of an organisation.
func (r *Register) list(ctx context.Context, org int64) (all []Party, err error) {
	clients, err := r.SSO.Clients(ctx, org)
	if err != nil {
		return nil, err
	}
	for _, c := range clients {
		all = append(all, Party{ID: toID(Client, c.ID), Party: Client, Kind: c.Kind, ClientID: c.ID, MadeAt: jmap.UTCDate{Time: c.Made}, PartyFields: whole(ofClient(c))})
	}
	services, err := r.SAML.Services(ctx, org)
	if err != nil {
		return nil, err
	}
	for _, s := range services {
		all = append(all, Party{ID: toID(Service, s.ID), Party: Service, Kind: "saml", ClientID: s.Metadata.Entity, MadeAt: jmap.UTCDate{Time: s.Made}, PartyFields: whole(ofService(s))})
	}
	providers, err := r.Agency.Providers(ctx, org)
	for _, p := range providers {
		all = append(all, Party{ID: toID(Provider, p.ID), Party: Provider, Kind: p.Kind, ClientID: p.Issuer, MadeAt: jmap.UTCDate{Time: p.Made}, PartyFields: whole(ofProvider(p))})
	}
	return all, err
}

// whole has every list, if an empty one: null is no list.
func whole(f PartyFields) PartyFields {
	for _, list := range []*[]string{&f.Redirects, &f.Logouts, &f.Attributes, &f.Domains} {
		*list = append([]string{}, *list...)
	}
	return f
}

func ofClient(c oidc.Client) PartyFields {
	return PartyFields{Name: c.Name, Assurance: int(max(c.Assurance, policy.ByPassword)), Consent: c.Consent, Redirects: c.Redirects, Logouts: c.Logouts,
		FrontLogout: c.FrontLogout, BackLogout: c.BackLogout, Pairwise: c.Pairwise, Device: c.Device, Offline: c.Offline}
}

func toClient(f PartyFields, c *oidc.Client) {
	c.Name, c.Assurance, c.Consent, c.Redirects, c.Logouts = f.Name, assurance(f.Assurance), f.Consent, f.Redirects, f.Logouts
	c.FrontLogout, c.BackLogout, c.Pairwise, c.Device, c.Offline = f.FrontLogout, f.BackLogout, f.Pairwise, f.Device, f.Offline
}

func ofService(s saml.Service) PartyFields {
	return PartyFields{Name: s.Name, Assurance: int(max(s.Assurance, policy.ByPassword)), Consent: s.Consent, NameID: s.NameID, Attributes: s.Attributes, Start: s.Start}
}

func toService(f PartyFields, s *saml.Service) {
	s.Name, s.Assurance, s.Consent, s.NameID, s.Attributes, s.Start = f.Name, assurance(f.Assurance), f.Consent, f.NameID, f.Attributes, f.Start
}

func ofProvider(p agency.Provider) PartyFields {
	f := PartyFields{Name: p.Name, Assurance: int(p.Trust), Domains: p.Domains, OurID: p.Client}
	if p.LDAP != nil {
		f.Base, f.Filter = p.LDAP.Base, p.LDAP.Filter
	}
	return f
}

func toProvider(f PartyFields, p *agency.Provider) {
	p.Name, p.Trust, p.Domains, p.Client = f.Name, assurance(f.Assurance), f.Domains, f.OurID
	if p.Kind == agency.KindLDAP {
		l := agency.LDAP{Base: f.Base, Filter: f.Filter}
		if p.LDAP != nil {
			l.Authority = p.LDAP.Authority
		}
		p.LDAP = &l
	}
}

// assurance reads a number that a stranger sent; what is out of range is more
// than any party may ask for, and refused there.
func assurance(n int) policy.Assurance {
	if n < 0 || n > int(policy.ByHardware) {
		return policy.ByHardware + 1
	}
	return policy.Assurance(n)
}

// stateOf is the state of a list.
func stateOf(all []Party) (string, error) {
	sum := fnv.New64a()
	err := json.NewEncoder(sum).Encode(all)
	return strconv.FormatUint(sum.Sum64(), 36), err
}
