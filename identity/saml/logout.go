package saml

import (
	"context"
	"encoding/base64"
	"net/netip"
	"slices"

	"chancery/identity/sso"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
	wire "chancery/wire/saml"
)

// logout is who a service signs out.
type logout struct {
	Name, Format string
	Sessions     []string
	Place        wire.Place // where the answer goes
}

// ReceiveLogout takes a message of a service that signs a person out
// (Profiles section 4.4).
func (p *Provider) ReceiveLogout(ctx context.Context, m wire.Message, base string, who policy.Subject, later bool, peer netip.Addr) (Outcome, error) {
	s, signed, err := p.trust(ctx, &m)
	if err != nil {
		return Outcome{}, err
	}
	if !signed { // Profiles section 4.4.4.1: else any page could sign people out
		return Outcome{}, errs.E(errs.Forbidden, "A request for a sign-out must be signed.")
	}
	r, err := m.LogoutRequest()
	if err != nil {
		return Outcome{}, err
	}
	if err := p.fresh(ctx, s, r.Asked, signed, base+pathLogout); err != nil {
		return Outcome{}, err
	}
	if !r.Until.IsZero() && !r.Until.Add(p.conf.Skew).After(p.clock.Now()) {
		return Outcome{}, errs.E(errs.Invalid, "The request is too old.")
	}
	if len(s.Metadata.Logout) == 0 || len(m.Relay) > p.conf.MaxRelay {
		return Outcome{}, errs.E(errs.Invalid, "The system has no address for the answer to a sign-out, or its RelayState is too long.")
	}
	a := asked{Service: s.ID, Entity: s.Metadata.Entity, Message: r.ID, Issued: r.Issued.UnixMilli(), Relay: m.Relay, Base: base,
		Logout: &logout{Name: r.Name, Format: r.Format, Sessions: r.Sessions, Place: s.Metadata.Logout[0]}}
	if later {
		ask, err := p.keep(ctx, a, s.Org, peer)
		return Outcome{Step: sso.Step{Ask: ask}}, err
	}
	return p.signOut(ctx, a, s, who, nil)
}

// signOut answers a sign-out. Only the session of this browser ends, and only
// when it is the one that the service means.
func (p *Provider) signOut(ctx context.Context, a asked, s Service, who policy.Subject, kept []byte) (Outcome, error) {
	ours := false
	if who.Account != 0 && who.Org == s.Org {
		var err error
		if ours, err = p.isOurs(ctx, a, s, who); err != nil {
			return Outcome{}, err
		}
	}
	status := []string{wire.StatusSuccess}
	if who.Account != 0 && !ours { // Core section 3.7.3
		status = []string{wire.StatusRequester, wire.StatusUnknownPrincipal}
	}
	err := p.db.Write(ctx, func(tx *store.Tx) error {
		if err := p.use(ctx, tx, a, s, kept); err != nil || !ours {
			return err
		}
		others, err := takeSignOns(ctx, tx, s.Org, who.Session)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(others, func(o string) bool { return o != s.ID }) {
			// Core section 3.7.3.2: other services were not told.
			status = append(status, wire.StatusPartialLogout)
		}
		return nil
	})
	if err != nil {
		return Outcome{}, err
	}
	out, err := p.respondLogout(ctx, a, status)
	out.End = ours
	return out, err
}

// isOurs says whether a sign-out means the person and session of this browser.
func (p *Provider) isOurs(ctx context.Context, a asked, s Service, who policy.Subject) (bool, error) {
	index, err := p.sessionIndex(ctx, s, who)
	if err != nil {
		return false, err
	}
	// Core section 3.7.1: without a session it is all of the person's with the service.
	if len(a.Logout.Sessions) > 0 && !slices.Contains(a.Logout.Sessions, index) {
		return false, nil
	}
	if a.Logout.Format != "" && a.Logout.Format != wire.NameUnspecified && !s.mayName(a.Logout.Format) {
		return false, nil
	}
	account, err := p.dir.Account(ctx, s.Org, who.Account)
	if err != nil {
		return false, err
	}
	for _, format := range []string{formatOf(s.NameID), wire.NamePersistent, wire.NameTransient} {
		name, _, err := p.name(ctx, format, s, who, account.Address)
		if err != nil {
			return false, err
		}
		if sso.Same(name, a.Logout.Name) {
			return true, nil
		}
	}
	return false, nil
}

// respondLogout sends the answer by the binding that the service registered.
func (p *Provider) respondLogout(ctx context.Context, a asked, status []string) (Outcome, error) {
	key, err := p.signer(ctx)
	if err != nil {
		return Outcome{}, err
	}
	to := a.Logout.Place.Answers
	if to == "" {
		to = a.Logout.Place.Location
	}
	r := wire.Response{ID: "_" + id.Token(20), InResponse: a.Message, Issuer: EntityOf(a.Base), Destination: to, Issued: p.clock.Now(), Status: status}
	if a.Logout.Place.Binding == wire.BindingPOST {
		doc, err := r.SignLogout(key)
		return Outcome{Post: &Post{Location: to, Document: base64.StdEncoding.EncodeToString(doc), Relay: a.Relay}}, err
	}
	doc, err := r.LogoutResponse()
	if err != nil {
		return Outcome{}, err
	}
	address, err := key.RedirectTo(to, "SAMLResponse", doc, a.Relay)
	return Outcome{Step: sso.Step{Redirect: address}}, err
}
