package saml

import (
	"context"
	"encoding/json"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"chancery/identity/sso"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
	wire "chancery/wire/saml"
)

// asked is a message of a service as it is kept while a person signs in and
// consents: checked, so that nothing of the message is read again.
type asked struct {
	Service    string // its id here
	Entity     string
	Message    string // ID to answer to; empty = nobody asked
	Issued     int64
	ACS        string
	Relay      string
	Format     string // of the name; empty = as registered
	Force      bool
	Passive    bool
	Classes    []string
	Comparison string
	Logout     *logout // of a sign-out
	Base       string
}

// refusal is an error in the words of SAML (Core section 3.2.2.2).
type refusal struct {
	codes []string
	text  string
}

func refuse(top, code, text string) *refusal { return &refusal{[]string{top, code}, text} }

// kind returns the refusal as an error of the house, for the record.
func (r *refusal) kind() error {
	if r.codes[1] == wire.StatusNoPassive {
		return errs.E(errs.Unauthenticated, "%s", r.text)
	}
	return errs.E(errs.Forbidden, "%s", r.text)
}

// Outcome is what a browser does next: one of our pages, an address, or a form
// that it posts to a service.
type Outcome struct {
	sso.Step
	Post *Post
	End  bool // the session of this browser ends
}

// Post is an answer by the POST binding.
type Post struct{ Location, Document, Relay string }

// needs of a person before a request can be answered.
type need int

const (
	needNothing need = iota
	needSignIn
	needConsent
)

// Receive takes a message of a service that asks for a sign-on. A zero subject
// means that nobody is signed in; later means that it cannot be known yet. An
// error means that the answer may not go to the service: it is unknown, its
// signature is wrong, or the address is not its own.
func (p *Provider) Receive(ctx context.Context, m wire.Message, base string, who policy.Subject, later bool, peer netip.Addr) (Outcome, error) {
	a, s, refused, err := p.check(ctx, m, base)
	if err != nil {
		return Outcome{}, err
	}
	if refused != nil {
		return p.turnAway(ctx, a, s, who, refused)
	}
	if !later {
		what, class, refused, err := p.decide(ctx, a, s, who, p.now())
		switch {
		case err != nil:
			return Outcome{}, err
		case refused == nil && a.Passive && what != needNothing: // Core section 3.4.1
			refused = refuse(wire.StatusResponder, wire.StatusNoPassive, "The person would have to be asked.")
		}
		if refused != nil {
			return p.turnAway(ctx, a, s, who, refused)
		}
		if what == needNothing {
			return p.answer(ctx, a, s, who, class, nil)
		}
	}
	ask, err := p.keep(ctx, a, s.Org, peer)
	return Outcome{Step: sso.Step{Ask: ask}}, err
}

// check believes a message, or says why not. The order matters: who, by which
// key, for whom, when, once, and where to.
func (p *Provider) check(ctx context.Context, m wire.Message, base string) (a asked, s Service, refused *refusal, err error) {
	s, signed, err := p.trust(ctx, &m)
	if err != nil {
		return a, s, nil, err
	}
	r, err := m.AuthnRequest()
	if err != nil {
		return a, s, nil, err
	}
	if err := p.fresh(ctx, s, r.Asked, signed, base+pathSignOn); err != nil {
		return a, s, nil, err
	}
	a = asked{Service: s.ID, Entity: s.Metadata.Entity, Message: r.ID, Issued: r.Issued.UnixMilli(), Relay: m.Relay, Format: r.NameFormat,
		Force: r.Force, Passive: r.Passive, Classes: r.Classes, Comparison: r.Comparison, Base: base}
	if a.ACS, err = s.acs(r.ACS, r.Index); err != nil {
		return a, s, nil, err
	}
	switch {
	case len(a.Relay) > p.conf.MaxRelay:
		a.Relay = ""
		refused = refuse(wire.StatusRequester, wire.StatusRequestUnsupported, "The RelayState is too long.")
	case r.Binding != "" && r.Binding != wire.BindingPOST:
		refused = refuse(wire.StatusRequester, wire.StatusRequestUnsupported, "Answers are sent by the POST binding only.")
	case r.Subject:
		refused = refuse(wire.StatusRequester, wire.StatusRequestUnsupported, "A request cannot say who the person is to be.")
	case !s.mayName(r.NameFormat) || r.Qualifier != "" && r.Qualifier != s.Metadata.Entity:
		refused = refuse(wire.StatusRequester, wire.StatusInvalidNameID, "The system may not have a name of that kind.")
	}
	return a, s, refused, nil
}

// trust finds the service of a message and checks the signature. What a service
// promised to sign must be signed, and a signature must be right even where
// none was promised.
func (p *Provider) trust(ctx context.Context, m *wire.Message) (s Service, signed bool, err error) {
	s, err = p.service(ctx, m.Issuer())
	if err != nil {
		return s, false, err
	}
	signed, err = m.Check(s.Metadata.Keys())
	if err == nil && s.Metadata.Signs && !signed {
		err = errs.E(errs.Forbidden, "The system promised to sign its requests, and this one is not signed.")
	}
	if err == nil && m.Issuer() != s.Metadata.Entity {
		err = errs.E(errs.Forbidden, "What is signed is of another system.")
	}
	if err != nil {
		p.log.Warn("saml: a message is refused", "service", s.ID, "error", err)
	}
	return s, signed, err
}

// fresh refuses a message that was meant for another place, is too old, or was
// answered before.
func (p *Provider) fresh(ctx context.Context, s Service, m wire.Asked, signed bool, here string) error {
	// Bindings sections 3.4.5.2 and 3.5.5.2: a signed message names its place;
	// one that names another was meant for somebody else.
	if m.Destination != here && (signed || m.Destination != "") {
		return errs.E(errs.Invalid, "The request was meant for another address.")
	}
	now := p.clock.Now()
	if m.Issued.After(now.Add(p.conf.Skew)) || m.Issued.Before(now.Add(-p.conf.RequestAge-p.conf.Skew)) {
		return errs.E(errs.Invalid, "The request is too old, or of the future; please begin again in the system that you came from.")
	}
	var before bool
	err := p.db.Read(ctx, func(tx *store.Tx) (err error) {
		before, err = selectAnswered(ctx, tx, s.Org, s.ID, m.ID)
		return err
	})
	if err == nil && before {
		err = errAnswered
	}
	return err
}

var errAnswered = errs.E(errs.Invalid, "The request was answered already; please begin again in the system that you came from.")

// acs returns the address to answer to: the one that is asked for, letter by
// letter as it is registered, or by its number, or the default one (Metadata
// section 2.4.4, Profiles section 4.1.4.1).
func (s Service) acs(address string, index int) (string, error) {
	best := s.Metadata.ACS[0]
	for _, place := range s.Metadata.ACS {
		switch {
		case address != "" && place.Location == address, address == "" && index >= 0 && place.Index == index:
			return place.Location, nil
		case place.Default && !best.Default:
			best = place
		}
	}
	if address != "" || index >= 0 {
		return "", errs.E(errs.Invalid, "The address to answer to is not registered for this system.")
	}
	return best.Location, nil
}

// mayName says whether the service may ask for a kind of name: what it is
// registered for, or one that tells less than that.
func (s Service) mayName(format string) bool {
	return slices.Contains([]string{"", wire.NameUnspecified, wire.NamePersistent, wire.NameTransient, formatOf(s.NameID)}, format)
}

// decide says what a request needs before it can be answered, and by which
// class of sign-in it then is.
func (p *Provider) decide(ctx context.Context, a asked, s Service, who policy.Subject, made int64) (need, string, *refusal, error) {
	switch {
	case who.Account == 0 || who.Assurance == policy.ByProgram:
		return needSignIn, "", nil, nil
	case who.Org != s.Org:
		return 0, "", refuse(wire.StatusResponder, wire.StatusRequestDenied, "The person belongs to another organisation."), nil
	case a.Force && who.Proved.UnixMilli() <= made: // Core section 3.4.1: anew, by the person themselves
		return needSignIn, "", nil, nil
	case !a.Passive && who.Proved.UnixMilli() <= made && who.Vouched() < a.least(s):
		return needSignIn, "", nil, nil
	case who.Vouched() < s.Assurance:
		return 0, "", refuse(wire.StatusResponder, wire.StatusNoAuthnContext, "This system needs a surer sign-in: "+classOf(s.Assurance)), nil
	}
	class, ok := chooseClass(a.Classes, a.Comparison, who.Vouched())
	if !ok {
		return 0, "", refuse(wire.StatusResponder, wire.StatusNoAuthnContext, "The person did not sign in in the way that is asked for."), nil
	}
	if s.Consent == ConsentNever {
		return needNothing, class, nil, nil
	}
	var given string
	err := p.db.Read(ctx, func(tx *store.Tx) (err error) {
		given, err = selectConsent(ctx, tx, who.Org, who.Account, s.ID)
		_, err = store.Found(err)
		return err
	})
	if err != nil {
		return 0, "", nil, err
	}
	for _, t := range s.told() {
		if !slices.Contains(strings.Fields(given), t) {
			return needConsent, class, nil, nil
		}
	}
	return needNothing, class, nil, nil
}

// least is how sure a sign-in has to be for the service and for one of the
// classes that it asks for; 0 where a password is enough, or nothing is.
func (a asked) least(s Service) policy.Assurance {
	for level := max(s.Assurance, policy.ByPassword); level <= policy.ByHardware; level++ {
		if _, ok := chooseClass(a.Classes, a.Comparison, level); ok && level > policy.ByPassword {
			return level
		} else if ok {
			return 0
		}
	}
	return 0
}

// keep stores a request while the person is busy with it, and returns its id.
func (p *Provider) keep(ctx context.Context, a asked, org int64, peer netip.Addr) (string, error) {
	text, err := json.Marshal(a)
	if err != nil {
		return "", err
	}
	ask, hash := sso.NewSecret(org)
	err = p.db.Write(ctx, func(tx *store.Tx) error {
		n, err := makeRoom(ctx, tx, org, sso.Network(peer), p.conf.MaxFromNetwork, p.now())
		if err != nil {
			return err
		}
		if n >= p.conf.MaxRequests {
			return errs.E(errs.RateLimited, "Too many sign-ons are waiting; try again in some minutes.")
		}
		return insertRequest(ctx, tx, org, hash, string(text), sso.Network(peer), p.now(), p.after(p.conf.RequestLife))
	})
	return ask, err
}

var errAsk = errs.E(errs.NotFound, "This request is over; please begin again in the system that you came from.")

// kept returns a stored request.
func (p *Provider) kept(ctx context.Context, ask string) (a asked, s Service, made int64, err error) {
	org, ok := sso.OrgOf(ask)
	if !ok {
		return a, s, 0, errAsk
	}
	var text string
	err = p.db.Read(ctx, func(tx *store.Tx) (err error) {
		text, made, err = selectRequest(ctx, tx, org, sso.HashOf(ask), p.now())
		return err
	})
	if found, err := store.Found(err); !found {
		if err == nil {
			err = errAsk
		}
		return a, s, 0, err
	}
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		return a, s, 0, err
	}
	s, err = p.service(ctx, a.Entity)
	if errs.Is(err, errs.Invalid) || err == nil && s.ID != a.Service {
		err = errAsk // the service was removed meanwhile
	}
	if err == nil && a.Logout == nil {
		if _, e := s.acs(a.ACS, -1); e != nil {
			err = errAsk
		}
	}
	return a, s, made, err
}

// Ask says what the person has still to do for a kept request; with nothing
// left, the browser goes to the address that continues it.
func (p *Provider) Ask(ctx context.Context, ask string, who policy.Subject) (sso.Step, error) {
	a, s, made, err := p.kept(ctx, ask)
	if err != nil {
		return sso.Step{}, err
	}
	onward := sso.Step{Redirect: a.Base + pathContinue + "?ask=" + url.QueryEscape(ask)}
	if a.Logout != nil {
		return onward, nil
	}
	what, _, refused, err := p.decide(ctx, a, s, who, made)
	switch {
	case err != nil:
		return sso.Step{}, err
	case refused != nil || what == needNothing:
		return onward, nil
	case what == needSignIn:
		return sso.Step{Ask: ask, SignIn: true, Least: a.least(s)}, nil
	}
	site := a.ACS
	if u, err := url.Parse(a.ACS); err == nil && u.Host != "" {
		site = u.Host
	}
	token, err := p.pageToken(ctx, ask, who)
	return sso.Step{Ask: ask, Consent: &sso.Consent{Client: s.Name, Site: site, Scopes: s.told(), Address: who.Address, Token: token}}, err
}

// pageToken binds an answer to the page that this session was shown.
func (p *Provider) pageToken(ctx context.Context, ask string, who policy.Subject) (string, error) {
	return p.masked(ctx, "consent", ask, number(who.Account), number(who.Session))
}

// Answer takes the person's answer to the question of consent.
func (p *Provider) Answer(ctx context.Context, ask, pageToken string, allow bool, who policy.Subject) (sso.Step, error) {
	want, err := p.pageToken(ctx, ask, who)
	if err != nil {
		return sso.Step{}, err
	}
	if who.Account == 0 || !sso.Same(want, pageToken) {
		return sso.Step{}, errs.E(errs.Forbidden, "The answer did not come from the page that asks.")
	}
	a, s, _, err := p.kept(ctx, ask)
	if err != nil {
		return sso.Step{}, err
	}
	more := ""
	if !allow {
		more = "&refused=" + url.QueryEscape(pageToken) // the same proof again: else a link could refuse
	} else if who.Org == s.Org {
		err = p.db.Write(ctx, func(tx *store.Tx) error {
			return putConsent(ctx, tx, who.Org, who.Account, s.ID, strings.Join(s.told(), " "), p.now())
		})
	}
	return sso.Step{Redirect: a.Base + pathContinue + "?ask=" + url.QueryEscape(ask) + more}, err
}

// Continue answers a kept request when the person has nothing left to do.
func (p *Provider) Continue(ctx context.Context, ask, refusedBy string, who policy.Subject) (Outcome, error) {
	a, s, made, err := p.kept(ctx, ask)
	if err != nil {
		return Outcome{}, err
	}
	if a.Logout != nil {
		return p.signOut(ctx, a, s, who, sso.HashOf(ask))
	}
	if refusedBy != "" {
		want, err := p.pageToken(ctx, ask, who)
		if err == nil && (who.Account == 0 || !sso.Same(want, refusedBy)) {
			err = errs.E(errs.Forbidden, "The answer did not come from the page that asks.")
		}
		if err != nil {
			return Outcome{}, err
		}
		return p.turnAway(ctx, a, s, who, refuse(wire.StatusResponder, wire.StatusRequestDenied, "The person did not consent."))
	}
	what, class, refused, err := p.decide(ctx, a, s, who, made)
	switch {
	case err != nil:
		return Outcome{}, err
	case refused == nil && a.Passive && what != needNothing:
		refused = refuse(wire.StatusResponder, wire.StatusNoPassive, "The person would have to be asked.")
	}
	switch {
	case refused != nil:
		return p.turnAway(ctx, a, s, who, refused)
	case what != needNothing:
		return Outcome{Step: sso.Step{Ask: ask}}, nil
	}
	return p.answer(ctx, a, s, who, class, sso.HashOf(ask))
}

// Start signs a person on to a service that did not ask (Profiles section
// 4.1.5), where its registration allows it.
func (p *Provider) Start(ctx context.Context, serviceID, base string, who policy.Subject, peer netip.Addr) (Outcome, error) {
	org, ok := sso.OrgOf(serviceID)
	var list []Service
	err := error(nil)
	if ok {
		err = p.db.Read(ctx, func(tx *store.Tx) (err error) {
			list, err = selectServices(ctx, tx, org, serviceID)
			return err
		})
	}
	if err != nil {
		return Outcome{}, err
	}
	if len(list) != 1 || !list[0].Start {
		return Outcome{}, errs.E(errs.Invalid, "This system cannot be entered from here.")
	}
	s := list[0]
	a := asked{Service: s.ID, Entity: s.Metadata.Entity, Issued: p.now(), Base: base}
	if a.ACS, err = s.acs("", -1); err != nil {
		return Outcome{}, err
	}
	what, class, refused, err := p.decide(ctx, a, s, who, p.now())
	switch {
	case err != nil:
		return Outcome{}, err
	case refused != nil:
		return Outcome{}, refused.kind() // an error would surprise a service that did not ask
	case what == needNothing:
		return p.answer(ctx, a, s, who, class, nil)
	}
	ask, err := p.keep(ctx, a, s.Org, peer)
	return Outcome{Step: sso.Step{Ask: ask}}, err
}

// answeredUntil is until when a message must be remembered.
func (p *Provider) answeredUntil(a asked) int64 {
	return time.UnixMilli(a.Issued).Add(p.conf.RequestAge + 2*p.conf.Skew + p.conf.RequestLife).UnixMilli()
}
