package house

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	httpdoor "chancery/doors/http"
	"chancery/identity"
	"chancery/identity/agency"
	"chancery/identity/oidc"
	"chancery/identity/saml"
	"chancery/identity/sso"
	"chancery/policy"
)

// ssoWeb answers what single sign-on asks of the HTTP door.
type ssoWeb struct{ door func() *httpdoor.Door }

func (s ssoWeb) BaseURL(r *http.Request) string { return s.door().BaseURL(r) }

func (s ssoWeb) Session(r *http.Request) (policy.Subject, error) {
	who, err := s.door().SessionOf(r)
	return who.Subject, err
}

func (s ssoWeb) SignOut(w http.ResponseWriter, r *http.Request) error {
	return s.door().EndSession(w, r)
}

func (s ssoWeb) Private(r *http.Request) bool { return s.door().Private(r) }

func (s ssoWeb) Peer(r *http.Request) netip.Addr { return s.door().PeerOf(r) }

// agencyWeb answers what sign-in by an agency's provider asks of it besides.
type agencyWeb struct {
	ssoWeb
	needs httpNeeds
}

func (a agencyWeb) Caller(r *http.Request) identity.Peer { return a.needs.h.caller(a.door().Caller(r)) }

func (a agencyWeb) Step(w http.ResponseWriter, r *http.Request, step identity.Step, err error) {
	next, err := a.needs.step(r.Context(), step, err)
	a.door().Stepped(w, r, next, err)
}

func (a agencyWeb) Refuse(w http.ResponseWriter, err error) { httpdoor.Problem(w, err) }

// farewell is where a browser goes that signs out: "" where no other system
// was signed on to that wants to be told.
func (h *House) farewell(ctx context.Context, who policy.Subject, base string) (string, error) {
	if !h.has(partProvider) {
		return "", nil
	}
	next, err := h.SSO.Farewell(ctx, who, base, base+"/", "")
	if next == base+"/" {
		next = ""
	}
	return next, err
}

// mayMail says whether a person's mail programs may come in from where they
// are: the same rule as for app passwords.
func (h *House) mayMail(ctx context.Context, s policy.Subject) error {
	a, err := h.Directory.Account(ctx, s.Org, s.Account)
	if err != nil {
		return err
	}
	return h.Identity.MayProgram(a, identity.PeerOf(s))
}

// ssoRoutes are the addresses of single sign-on.
func (h *House) ssoRoutes(door func() *httpdoor.Door) []httpdoor.Route {
	web := agencyWeb{ssoWeb{door}, httpNeeds{h}}
	return slices.Concat(served(h.Certificates.Routes(web)),
		h.routed(partProvider, served(slices.Concat(h.SSO.Routes(web.ssoWeb), h.SAML.Routes(web.ssoWeb)))),
		h.routed(partAgency, served(h.Agency.Routes(web))))
}

// served are the routes of a protocol as the door takes them.
func served(routes []sso.Route) (list []httpdoor.Route) {
	for _, r := range routes {
		access := httpdoor.Public
		if r.AnySite {
			access = httpdoor.AnySite
		}
		list = append(list, httpdoor.Route{Pattern: r.Pattern, Access: access, Handler: r.Handler})
	}
	return list
}

// discovery is where mail programs learn how to get a token (RFC 7628 section 3.2.2).
func (c Config) discovery() string {
	if c.HTTP.BaseURL != "" {
		return strings.TrimSuffix(c.HTTP.BaseURL, "/") + "/.well-known/openid-configuration"
	}
	return "https://" + c.Hostname + "/.well-known/openid-configuration"
}

// NewClient is a system to register for single sign-on.
type NewClient = oidc.Client

// AddClient registers a system or program for single sign-on, and returns its
// secret this once.
func (h *House) AddClient(ctx context.Context, by policy.Subject, c NewClient) (NewClient, string, error) {
	return h.SSO.AddClient(ctx, by, c)
}

// NewService is a system to register for SAML, beside its metadata file.
type NewService = saml.Service

// AddService registers a system by its metadata file.
func (h *House) AddService(ctx context.Context, by policy.Subject, metadata []byte, s NewService) (NewService, error) {
	return h.SAML.AddService(ctx, by, metadata, s)
}

// NewProvider is an agency's own provider, to sign people in by.
type NewProvider = agency.Provider

// DirectoryJudge says how a directory finds whose password it judges.
type DirectoryJudge = agency.LDAP

// AddProvider registers one with our secret there.
func (h *House) AddProvider(ctx context.Context, by policy.Subject, p NewProvider, secret string) (NewProvider, error) {
	return h.Agency.AddProvider(ctx, by, p, secret)
}
