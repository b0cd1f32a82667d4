package oidc

import (
	"context"
	"encoding/json"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"chancery/identity"
	"chancery/identity/sso"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

// asked is a request for authorisation (RFC 6749 section 4.1.1, Core section
// 3.1.2.1) as it is kept while a person signs in and consents.
type asked struct {
	Client    string
	Redirect  string
	State     string
	Nonce     string
	Scope     string
	Challenge string
	Prompt    []string
	MaxAge    int64            // seconds; -1 = any
	Least     policy.Assurance // of the classes that it would have, the least; 0 = any
	Issuer    string
}

// needs of a person before a request can be answered.
type need int

const (
	needNothing need = iota
	needSignIn
	needConsent
)

// Authorize takes the request of a client. A zero subject means that nobody is
// signed in. An error means that the answer may not go to the client: it is
// unknown, or the address is not its own (RFC 6749 section 4.1.2.1).
func (p *Provider) Authorize(ctx context.Context, form url.Values, who policy.Subject, issuer string, peer netip.Addr) (sso.Step, error) {
	client, err := p.client(ctx, form.Get("client_id"))
	if err != nil || len(form["client_id"]) != 1 {
		return sso.Step{}, errs.E(errs.Invalid, "There is no client of that id.")
	}
	if len(form["redirect_uri"]) != 1 || !client.mayAnswer(form.Get("redirect_uri")) {
		return sso.Step{}, errs.E(errs.Invalid, "The address to answer to is not registered for this client.")
	}
	a, refused := p.readRequest(form, client)
	a.Issuer = issuer
	if refused != nil {
		return sso.Step{Redirect: a.refused(refused)}, nil
	}
	what, refused, err := p.decide(ctx, a, client, who, p.now())
	if err != nil {
		return sso.Step{}, err
	}
	if refused == nil && what != needNothing && slices.Contains(a.Prompt, "none") { // Core section 3.1.2.6
		refused = refuse("login_required", "Nobody is signed in, or not recently enough.")
		if what == needConsent {
			refused = refuse("consent_required", "The person has not consented yet.")
		}
	}
	if refused != nil {
		return p.turnAway(ctx, a, who, refused)
	}
	if what == needNothing {
		return p.answer(ctx, a, client, who, nil)
	}
	ask, err := p.keep(ctx, a, client.Org, peer)
	if errs.Is(err, errs.RateLimited) {
		return sso.Step{Redirect: a.refused(refuse("temporarily_unavailable", errs.Text(err)))}, nil
	}
	return sso.Step{Ask: ask, SignIn: what == needSignIn, Least: a.least(client)}, err
}

// readRequest reads the parameters. What it refuses is told to the client.
func (p *Provider) readRequest(form url.Values, c Client) (asked, *Refusal) {
	a := asked{Client: c.ID, Redirect: form.Get("redirect_uri"), MaxAge: -1}
	if len(form["state"]) == 1 && len(form.Get("state")) <= p.conf.MaxParameter { // refusals bear it too
		a.State = form.Get("state")
	}
	for name, values := range form {
		// RFC 6749 section 3.1: not more than once.
		if len(values) > 1 || len(values[0]) > p.conf.MaxParameter {
			return a, refuse("invalid_request", "A parameter is there twice or is too long: "+strings.ToValidUTF8(name[:min(len(name), 40)], ""))
		}
	}
	a.Nonce, a.Challenge = form.Get("nonce"), form.Get("code_challenge")
	switch {
	case form.Get("response_type") != "code":
		return a, refuse("unsupported_response_type", "Only the authorisation code is served.")
	case form.Get("response_mode") != "" && form.Get("response_mode") != "query":
		return a, refuse("invalid_request", "Answers go into the query only.")
	case form.Has("request"):
		return a, refuse("request_not_supported", "Requests in a token are not served.")
	case form.Has("request_uri"):
		return a, refuse("request_uri_not_supported", "Requests by reference are not served.")
	case a.Challenge == "" && c.public():
		return a, refuse("invalid_request", "A client without a secret needs PKCE (RFC 7636).")
	case a.Challenge != "" && (form.Get("code_challenge_method") != "S256" || len(a.Challenge) != 43):
		return a, refuse("invalid_request", "The method of PKCE is S256.")
	}
	if text := form.Get("max_age"); text != "" {
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil || n < 0 {
			return a, refuse("invalid_request", "max_age is a number of seconds.")
		}
		a.MaxAge = n
	}
	a.Least = leastOf(form.Get("acr_values"))
	a.Prompt = strings.Fields(form.Get("prompt"))
	if slices.Contains(a.Prompt, "none") && len(a.Prompt) > 1 {
		return a, refuse("invalid_request", "prompt=none stands alone.")
	}
	if a.Scope = c.allowed(form.Get("scope")); a.Scope == "" {
		return a, refuse("invalid_scope", "Nothing that this client may have was asked for; ask for openid.")
	}
	return a, nil
}

// allowed returns which of the scopes the client may have, in one order and
// each once. Unknown ones are left out (Core section 3.1.2.1).
func (c Client) allowed(scope string) string {
	var list []string
	for _, s := range c.scopes() {
		if hasScope(scope, s) {
			list = append(list, s)
		}
	}
	if !slices.Contains(list, "openid") && !slices.Contains(list, "mail") {
		return ""
	}
	return strings.Join(list, " ")
}

// decide says what a request needs before it can be answered.
func (p *Provider) decide(ctx context.Context, a asked, c Client, who policy.Subject, made int64) (need, *Refusal, error) {
	proved := who.Proved.UnixMilli()
	switch {
	case who.Account == 0 || who.Assurance == policy.ByProgram:
		return needSignIn, nil, nil
	case who.Org != c.Org:
		return 0, refuse("access_denied", "The person belongs to another organisation."), nil
	case (slices.Contains(a.Prompt, "login") || slices.Contains(a.Prompt, "select_account")) && proved <= made:
		return needSignIn, nil, nil
	case a.MaxAge >= 0 && proved <= made && p.now()-proved > a.MaxAge*1000:
		return needSignIn, nil, nil
	case proved <= made && a.steps(c, who):
		return needSignIn, nil, nil
	case who.Vouched() < c.Assurance: // OpenID Connect Core Error Code unmet_authentication_requirements 1.0
		return 0, refuse("unmet_authentication_requirements", "This system needs a surer sign-in: "+acrOf(c.Assurance)), nil
	case c.Consent == ConsentNever:
		return needNothing, nil, nil
	case c.Consent == ConsentAlways || slices.Contains(a.Prompt, "consent"):
		return needConsent, nil, nil
	}
	var given string
	err := p.db.Read(ctx, func(tx *store.Tx) (err error) {
		given, err = selectConsent(ctx, tx, who.Org, who.Account, c.ID)
		_, err = store.Found(err)
		return err
	})
	if err != nil {
		return 0, nil, err
	}
	for s := range strings.FieldsSeq(a.Scope) {
		if !hasScope(given, s) {
			return needConsent, nil, nil
		}
	}
	// RFC 8252 section 8.6: without a secret anybody may say to be that
	// program, so the person is always asked.
	if c.public() {
		return needConsent, nil, nil
	}
	return needNothing, nil, nil
}

// least is how sure a sign-in has to be, 0 where a password is enough.
func (a asked) least(c Client) policy.Assurance {
	if need := max(a.Least, c.Assurance); need > policy.ByPassword {
		return need
	}
	return 0
}

// steps says whether the person is to sign in more surely. Nobody can with a
// question that may show no page; a client's own wish is voluntary then (Core
// section 3.1.2.1), and also when it was asked for and not reached.
func (a asked) steps(c Client, who policy.Subject) bool {
	return who.Vouched() < a.least(c) && !slices.Contains(a.Prompt, "none")
}

// leastOf reads acr_values: the person may choose among them, so the least
// counts. Classes that are not known are passed over.
func leastOf(values string) (least policy.Assurance) {
	for v := range strings.FieldsSeq(values) {
		for level := policy.ByPassword; level <= policy.ByHardware; level++ {
			if v == acrOf(level) && (least == 0 || level < least) {
				least = level
			}
		}
	}
	return least
}

// keep stores a request while the person is busy with it, and returns its id.
func (p *Provider) keep(ctx context.Context, a asked, org int64, peer netip.Addr) (string, error) {
	text, err := json.Marshal(a)
	if err != nil {
		return "", err
	}
	ask, hash := sso.NewSecret(org)
	err = p.db.Write(ctx, func(tx *store.Tx) error {
		n, err := makeRoom(ctx, tx, waitingRequests, org, sso.Network(peer), p.conf.MaxFromNetwork, p.now())
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
func (p *Provider) kept(ctx context.Context, ask string) (a asked, c Client, made int64, err error) {
	org, ok := sso.OrgOf(ask)
	if !ok {
		return a, c, 0, errAsk
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
		return a, c, 0, err
	}
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		return a, c, 0, err
	}
	if c, err = p.client(ctx, a.Client); err != nil || !c.mayAnswer(a.Redirect) {
		err = errAsk // the client was removed meanwhile
	}
	return a, c, made, err
}

// Ask goes on with a kept request: what the person has still to do, or where
// the browser goes.
func (p *Provider) Ask(ctx context.Context, ask string, who policy.Subject) (sso.Step, error) {
	a, c, made, err := p.kept(ctx, ask)
	if err != nil {
		return sso.Step{}, err
	}
	what, refused, err := p.decide(ctx, a, c, who, made)
	switch {
	case err != nil:
		return sso.Step{}, err
	case refused != nil:
		return p.turnAway(ctx, a, who, refused)
	case what == needSignIn:
		return sso.Step{Ask: ask, SignIn: true, Least: a.least(c)}, nil
	case what == needNothing:
		return p.answer(ctx, a, c, who, sso.HashOf(ask))
	}
	site := a.Redirect
	if u, err := url.Parse(a.Redirect); err == nil && u.Host != "" {
		site = u.Host
	}
	token, err := p.masked(ctx, "consent", ask, strconv.FormatInt(who.Account, 36), strconv.FormatInt(who.Session, 36))
	return sso.Step{Ask: ask, Consent: &sso.Consent{Client: c.Name, Site: site, Scopes: c.shown(a.Scope), Address: who.Address, Token: token}}, err
}

// Answer takes the person's answer. The token binds it to the page that this
// session was shown, besides the check of the origin.
func (p *Provider) Answer(ctx context.Context, ask, pageToken string, allow bool, who policy.Subject) (sso.Step, error) {
	want, err := p.masked(ctx, "consent", ask, strconv.FormatInt(who.Account, 36), strconv.FormatInt(who.Session, 36))
	if err != nil {
		return sso.Step{}, err
	}
	if who.Account == 0 || !sso.Same(want, pageToken) {
		return sso.Step{}, errs.E(errs.Forbidden, "The answer did not come from the page that asks.")
	}
	a, c, made, err := p.kept(ctx, ask)
	if err != nil {
		return sso.Step{}, err
	}
	what, refused, err := p.decide(ctx, a, c, who, made)
	switch {
	case err != nil:
		return sso.Step{}, err
	case what == needSignIn:
		return sso.Step{Ask: ask, SignIn: true, Least: a.least(c)}, nil
	case refused == nil && !allow:
		refused = refuse("access_denied", "The person did not consent.")
	}
	if refused != nil {
		return p.turnAway(ctx, a, who, refused)
	}
	return p.answer(ctx, a, c, who, sso.HashOf(ask))
}

// answer grants the request and sends the browser back with a code. With a
// hash it was a kept request, which is used up.
func (p *Provider) answer(ctx context.Context, a asked, c Client, who policy.Subject, kept []byte) (sso.Step, error) {
	g := p.newGrant(c, who, a.Scope)
	text, hash := sso.NewSecret(c.Org)
	err := p.db.Write(ctx, func(tx *store.Tx) error {
		if kept != nil {
			if ok, err := takeRequest(ctx, tx, c.Org, kept); err != nil || !ok {
				return errorOr(err, errAsk)
			}
			if err := putConsent(ctx, tx, c.Org, who.Account, c.ID, a.Scope, p.now()); err != nil {
				return err
			}
		}
		if p.tidied.Due(c.Org, p.clock.Now()) {
			if err := tidy(ctx, tx, c.Org, p.now()-(24*time.Hour).Milliseconds()); err != nil {
				return err
			}
		}
		if err := insertGrant(ctx, tx, g); err != nil {
			return err
		}
		if err := p.watch(ctx, tx, c, g, a.Issuer); err != nil {
			return err
		}
		err := insertCode(ctx, tx, c.Org, hash, code{grant: g.id, client: c.ID, redirect: a.Redirect, challenge: a.Challenge, nonce: a.Nonce, ends: p.after(p.conf.CodeLife)})
		if err != nil {
			return err
		}
		return p.note(ctx, tx, who, "sso.sign-on", c.ID+" "+c.Name, nil)
	})
	return sso.Step{Redirect: a.back(url.Values{"code": {text}})}, err
}

// newGrant is what a person allows a client now.
func (p *Provider) newGrant(c Client, who policy.Subject, scope string) grant {
	g := grant{org: c.Org, id: id.New(), account: who.Account, client: c.ID, credential: who.Credential, session: who.Session, ground: who.Ground,
		scope: scope, assurance: who.Vouched(), proved: who.Proved.UnixMilli(), made: p.now(), used: p.now(), from: who.Peer}
	if g.sid = strconv.FormatInt(who.Session, 36); c.Offline {
		g.session = 0
	}
	return g
}

// turnAway records a refusal and tells the client.
func (p *Provider) turnAway(ctx context.Context, a asked, who policy.Subject, r *Refusal) (sso.Step, error) {
	if who.Account == 0 { // a question of prompt=none that nobody is behind
		return sso.Step{Redirect: a.refused(r)}, nil
	}
	err := p.db.Write(ctx, func(tx *store.Tx) error { return p.note(ctx, tx, who, "sso.sign-on", a.Client, r.kind()) })
	return sso.Step{Redirect: a.refused(r)}, err
}

func (a asked) refused(r *Refusal) string {
	return a.back(url.Values{"error": {r.Code}, "error_description": {r.Text}})
}

// back is the address of the client with an answer in its query.
func (a asked) back(answer url.Values) string {
	if a.State != "" {
		answer.Set("state", a.State)
	}
	answer.Set("iss", a.Issuer) // RFC 9207: against mixing up of providers
	u, err := url.Parse(a.Redirect)
	if err != nil {
		return "/" // cannot be: it was registered
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += answer.Encode()
	return u.String()
}

func errorOr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// acrOf names an assurance in ID tokens: the levels of NIST SP 800-63B.
func acrOf(a policy.Assurance) string {
	return "urn:chancery:params:acr:aal" + strconv.Itoa(max(1, int(a)))
}

// amrOf names the methods (RFC 8176).
func amrOf(a policy.Assurance) []string {
	switch {
	case a >= policy.ByHardware:
		return []string{"mfa", "hwk"}
	case a == policy.ByTwo:
		return []string{"mfa"}
	}
	return []string{"pwd"}
}

// peerOf reads back where a subject is.
func peerOf(from, door string) identity.Peer {
	return identity.Peer{Addr: parseAddr(from), Door: door}
}
