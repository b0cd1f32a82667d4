package oidc

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"chancery/identity"
	"chancery/identity/sso"
	"chancery/kit/errs"
	"chancery/policy"
)

// Pages of the web client beside those of package sso.
const (
	pageAsk    = "/sso/ask#" // the id of the request stands where no log sees it
	pageDevice = "/sso/device"
)

// Routes returns the addresses of the provider.
func (p *Provider) Routes(web sso.Web) []sso.Route {
	h := handlers{p, web, sso.Pages{Web: web, Log: p.log}}
	list := []sso.Route{
		{Pattern: "GET /.well-known/openid-configuration", Handler: http.HandlerFunc(h.discovery)},
		{Pattern: "GET /.well-known/oauth-authorization-server", Handler: http.HandlerFunc(h.discovery)},
		{Pattern: "GET /oauth/keys", Handler: http.HandlerFunc(h.keys)},
	}
	for pattern, handle := range map[string]http.HandlerFunc{
		"GET /oauth/authorize":        h.authorize,
		"POST /oauth/authorize":       h.posted,
		"POST /oauth/token":           h.token,
		"GET /oauth/userinfo":         h.userInfo,
		"POST /oauth/userinfo":        h.userInfo,
		"POST /oauth/introspect":      h.introspect,
		"POST /oauth/revoke":          h.revoke,
		"POST /oauth/device":          h.startDevice,
		"GET /oauth/end-session":      h.endSession,
		"GET " + pathFarewell:         h.farewell,
		"POST /oauth/end-session":     h.posted,
		"POST /sso/api/ask":           h.step(h.ask),
		"POST /sso/api/answer":        h.step(h.answer),
		"POST /sso/api/device":        h.askDevice,
		"POST /sso/api/device-answer": h.answerDevice,
		"POST /sso/api/grants":        h.grants,
		"POST /sso/api/end-grant":     h.endGrant,
	} {
		anySite := pattern == "POST /oauth/authorize" || pattern == "POST /oauth/end-session" // see posted
		list = append(list, sso.Route{Pattern: pattern, Handler: h.private(handle), AnySite: anySite})
	}
	return list
}

// private lets nothing through in the clear: all of it bears secrets, or
// leads to them (RFC 6749 sections 3.1 and 3.2).
func (h handlers) private(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !h.web.Private(r) {
			h.fail(w, errs.E(errs.Forbidden, "Single sign-on is served over HTTPS only."))
			return
		}
		next(w, r)
	})
}

type handlers struct {
	p     *Provider
	web   sso.Web
	pages sso.Pages
}

func (h handlers) peer(r *http.Request) identity.Peer {
	return identity.Peer{Addr: h.web.Peer(r), Door: "http"}
}

// discovery is OpenID Connect Discovery 1.0 section 3 and RFC 8414 section 2;
// only what works is named.
func (h handlers) discovery(w http.ResponseWriter, r *http.Request) {
	base := h.web.BaseURL(r)
	w.Header().Set("Access-Control-Allow-Origin", "*")
	sso.Send(w, http.StatusOK, map[string]any{
		"issuer":                           base,
		"authorization_endpoint":           base + "/oauth/authorize",
		"token_endpoint":                   base + "/oauth/token",
		"userinfo_endpoint":                base + "/oauth/userinfo",
		"jwks_uri":                         base + "/oauth/keys",
		"introspection_endpoint":           base + "/oauth/introspect",
		"revocation_endpoint":              base + "/oauth/revoke",
		"end_session_endpoint":             base + "/oauth/end-session",
		"device_authorization_endpoint":    base + "/oauth/device",
		"response_types_supported":         []string{"code"},
		"response_modes_supported":         []string{"query"},
		"grant_types_supported":            []string{"authorization_code", "refresh_token", grantDevice},
		"subject_types_supported":          []string{"public", "pairwise"},
		"scopes_supported":                 []string{"openid", "profile", "email", "offline_access", "mail"},
		"code_challenge_methods_supported": []string{"S256"},
		"acr_values_supported":             []string{acrOf(policy.ByPassword), acrOf(policy.ByTwo), acrOf(policy.ByHardware)},
		"claims_supported": []string{"sub", "iss", "aud", "azp", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "sid",
			"name", "preferred_username", "locale", "email", "email_verified"},
		"id_token_signing_alg_values_supported":          []string{"RS256"},
		"token_endpoint_auth_methods_supported":          []string{"client_secret_basic", "client_secret_post", "none"},
		"introspection_endpoint_auth_methods_supported":  []string{"client_secret_basic", "client_secret_post"},
		"revocation_endpoint_auth_methods_supported":     []string{"client_secret_basic", "client_secret_post", "none"},
		"ui_locales_supported":                           []string{"zh-TW", "zh-CN", "vi", "ko", "en"},
		"authorization_response_iss_parameter_supported": true,
		"request_parameter_supported":                    false,
		"request_uri_parameter_supported":                false,
		"claims_parameter_supported":                     false,
		"frontchannel_logout_supported":                  true,
		"frontchannel_logout_session_supported":          true,
		"backchannel_logout_supported":                   true,
		"backchannel_logout_session_supported":           true,
	})
}

func (h handlers) keys(w http.ResponseWriter, r *http.Request) {
	list, err := h.p.published(r.Context())
	if err != nil {
		h.fail(w, err)
		return
	}
	w.Header().Set("Access-Control-Allow-Origin", "*")
	sso.Send(w, http.StatusOK, map[string]any{"keys": list})
}

// authorize is where a system sends the browser. The answer is always a
// redirect: to the client's own registered address, or to a page of ours.
func (h handlers) authorize(w http.ResponseWriter, r *http.Request) {
	who, err := h.pages.Who(r)
	var step sso.Step
	if err == nil {
		step, err = h.p.Authorize(r.Context(), r.URL.Query(), who, h.web.BaseURL(r), h.web.Peer(r))
	}
	switch {
	case errs.Is(err, errs.Invalid):
		sso.Redirect(w, h.web.BaseURL(r)+sso.PageRefused)
	case err != nil:
		h.fail(w, err)
	case step.Ask != "":
		sso.Redirect(w, h.web.BaseURL(r)+pageAsk+step.Ask)
	default:
		sso.Redirect(w, step.Redirect)
	}
}

// posted takes what Core section 3.1.2.1 and RP-Initiated Logout section 2
// want by POST too, and sends the browser there by GET: with a POST from
// another site's page no cookie comes, so nobody would seem to be signed in.
func (h handlers) posted(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(w, r)
	if err != nil {
		h.fail(w, err)
		return
	}
	sso.Redirect(w, h.web.BaseURL(r)+r.URL.Path+"?"+form.Encode())
}

func (h handlers) token(w http.ResponseWriter, r *http.Request) {
	form, given, err := h.clientRequest(w, r)
	var out Tokens
	if err == nil {
		out, err = h.p.Exchange(r.Context(), given, form, h.web.BaseURL(r), h.peer(r))
	}
	h.reply(w, out, err)
}

func (h handlers) introspect(w http.ResponseWriter, r *http.Request) {
	form, given, err := h.clientRequest(w, r)
	var out map[string]any
	if err == nil {
		out, err = h.p.Introspect(r.Context(), given, form.Get("token"), h.web.BaseURL(r), h.peer(r))
	}
	h.reply(w, out, err)
}

func (h handlers) revoke(w http.ResponseWriter, r *http.Request) {
	form, given, err := h.clientRequest(w, r)
	if err == nil {
		err = h.p.Revoke(r.Context(), given, form.Get("token"))
	}
	h.reply(w, struct{}{}, err)
}

func (h handlers) startDevice(w http.ResponseWriter, r *http.Request) {
	form, given, err := h.clientRequest(w, r)
	var out DeviceStart
	if err == nil {
		out, err = h.p.StartDevice(r.Context(), given, form.Get("scope"), form.Get("acr_values"), h.web.BaseURL(r), h.web.Peer(r))
	}
	h.reply(w, out, err)
}

// userInfo takes the token from the header only (RFC 6750 section 2.1).
func (h handlers) userInfo(w http.ResponseWriter, r *http.Request) {
	scheme, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		w.Header().Set("WWW-Authenticate", `Bearer realm="Chancery"`)
		sso.Send(w, http.StatusUnauthorized, map[string]string{"error": "invalid_token"})
		return
	}
	out, err := h.p.UserInfo(r.Context(), strings.TrimSpace(text), h.peer(r))
	h.reply(w, out, err)
}

// endSession is RP-Initiated Logout 1.0. With an ID token of the session of
// this browser it is a sign-out at once, and the browser goes where the client
// registered; else the person is asked, since any page can send them here.
func (h handlers) endSession(w http.ResponseWriter, r *http.Request) {
	base := h.web.BaseURL(r)
	who, err := h.pages.Who(r)
	if err != nil {
		h.fail(w, err)
		return
	}
	to, ours, err := h.p.EndSession(r.Context(), r.URL.Query(), who, base)
	if err != nil {
		h.fail(w, err)
		return
	}
	if !ours {
		sso.Redirect(w, base+sso.PageEnd)
		return
	}
	if who.Account != 0 {
		if err := h.web.SignOut(w, r); err != nil {
			h.fail(w, err)
			return
		}
	}
	sso.Redirect(w, to)
}

// EndSession reads a sign-out that a client asks for: where it leads, and
// whether it is of the session of this browser, or of one that is over.
func (p *Provider) EndSession(ctx context.Context, form url.Values, who policy.Subject, issuer string) (to string, ours bool, err error) {
	to = issuer + sso.PageEnd
	keys, err := p.published(ctx)
	if err != nil {
		return to, false, err
	}
	seen, err := readHint(form.Get("id_token_hint"), keys)
	if err != nil || seen.Issuer != issuer || form.Get("client_id") != "" && form.Get("client_id") != seen.Audience {
		return to, false, nil
	}
	c, err := p.client(ctx, seen.Audience)
	var r *Refusal
	if errors.As(err, &r) {
		return to, false, nil
	}
	var sid string
	if err == nil {
		sid, err = p.shownSession(ctx, c, strconv.FormatInt(who.Session, 36))
	}
	if err != nil {
		return to, false, err
	}
	if who.Account != 0 && (who.Org != c.Org || !sso.Same(sid, seen.SessionID)) {
		return to, false, nil
	}
	for _, address := range c.Logouts {
		if address != form.Get("post_logout_redirect_uri") {
			continue
		}
		u, err := url.Parse(address)
		if err != nil {
			return to, false, err
		}
		if state := form.Get("state"); state != "" && len(state) <= p.conf.MaxParameter {
			q := u.Query()
			q.Set("state", state)
			u.RawQuery = q.Encode()
		}
		to = u.String()
	}
	to, err = p.Farewell(ctx, who, issuer, to, c.ID)
	return to, true, err
}

// clientRequest reads a form and who sent it: by HTTP Basic, where both parts
// are form-encoded (RFC 6749 section 2.3.1), or in the form; not both.
func (h handlers) clientRequest(w http.ResponseWriter, r *http.Request) (url.Values, Credentials, error) {
	form, err := readForm(w, r)
	if err != nil {
		return nil, Credentials{}, err
	}
	user, secret, basic := r.BasicAuth()
	if !basic {
		return form, Credentials{form.Get("client_id"), form.Get("client_secret")}, nil
	}
	if form.Has("client_secret") || form.Has("client_id") && form.Get("client_id") != user {
		return nil, Credentials{}, refuse("invalid_request", "The client named itself in two ways.")
	}
	user, err1 := url.QueryUnescape(user)
	secret, err2 := url.QueryUnescape(secret)
	if err1 != nil || err2 != nil {
		return nil, Credentials{}, refuse("invalid_client", "The client did not encode its name.")
	}
	return form, Credentials{user, secret}, nil
}

// readForm reads the body of a form; nothing is taken from the query, so that
// no secret stands in an address.
func readForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	if t, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); t != "application/x-www-form-urlencoded" {
		return nil, refuse("invalid_request", "The request is sent as application/x-www-form-urlencoded.")
	}
	r.Body = http.MaxBytesReader(w, r.Body, sso.MaxForm)
	if err := r.ParseForm(); err != nil {
		return nil, refuse("invalid_request", "The request is no form, or too long.")
	}
	return r.PostForm, nil
}

// reply sends an answer or an error to a client.
func (h handlers) reply(w http.ResponseWriter, out any, err error) {
	if err != nil {
		h.fail(w, err)
		return
	}
	sso.Send(w, http.StatusOK, out)
}

// fail tells a client an error in the words of OAuth (RFC 6749 section 5.2,
// RFC 6750 section 3).
func (h handlers) fail(w http.ResponseWriter, err error) {
	var r *Refusal
	if !errors.As(err, &r) {
		status, code := http.StatusServiceUnavailable, "temporarily_unavailable"
		switch errs.KindOf(err) {
		case errs.Internal:
			h.p.log.Error("sso", "error", err)
			status, code = http.StatusInternalServerError, "server_error"
		case errs.RateLimited:
			status = http.StatusTooManyRequests
		case errs.Forbidden:
			status, code = http.StatusForbidden, "access_denied"
		}
		sso.Send(w, status, map[string]string{"error": code, "error_description": errs.Text(err)})
		return
	}
	status := http.StatusBadRequest
	switch r.Code {
	case "invalid_client":
		status = http.StatusUnauthorized
		w.Header().Set("WWW-Authenticate", `Basic realm="Chancery"`)
	case "invalid_token", "insufficient_scope":
		status = http.StatusUnauthorized
		if r.Code == "insufficient_scope" {
			status = http.StatusForbidden
		}
		w.Header().Set("WWW-Authenticate", `Bearer realm="Chancery", error="`+r.Code+`", error_description="`+r.Text+`"`) // our texts have neither quotes nor backslashes (RFC 6750 section 3)
	}
	sso.Send(w, status, map[string]string{"error": r.Code, "error_description": r.Text})
}
