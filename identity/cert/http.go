package cert

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"chancery/identity"
	"chancery/identity/sso"
	"chancery/kit/errs"
	"chancery/wire/clientcert"
)

// Addresses of the browser's way.
const (
	pathPresent = "/sso/cert/present"
	pageCert    = "/sso/cert#" // the pass stands where no log sees it
	cookie      = "chancery-cert"
)

func hostname(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		return h
	}
	return strings.Trim(host, "[]")
}

func hostPort(host, port string) string {
	if port == "" || port == "443" {
		if strings.Contains(host, ":") {
			return "[" + host + "]"
		}
		return host
	}
	return net.JoinHostPort(host, port)
}

// Routes returns the addresses of the desk at the door that everybody uses.
func (d *Desk) Routes(web Web) []sso.Route {
	h := handlers{d, web, sso.Pages{Web: web, Log: d.log}}
	var list []sso.Route
	for pattern, handle := range map[string]http.HandlerFunc{
		"POST /sso/api/cert/begin":     h.begin,
		"POST /sso/api/cert/challenge": h.challenge,
		"POST /sso/api/cert/signed":    h.signed,
		"POST /sso/api/cert/finish":    h.finish,
		"POST /sso/api/cert/add":       h.add,
	} {
		list = append(list, sso.Route{Pattern: pattern, Handler: h.private(handle)})
	}
	if len(d.conf.Proxies) > 0 {
		list = append(list, sso.Route{Pattern: "GET " + pathPresent, Handler: http.HandlerFunc(h.handedOver)})
	}
	return list
}

// Listener answers on the listener that asks for certificates. It serves
// nothing else.
func (d *Desk) Listener(web Web) http.Handler {
	h := handlers{d, web, sso.Pages{Web: web, Log: d.log}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+pathPresent, h.shown)
	return mux
}

type handlers struct {
	d     *Desk
	web   Web
	pages sso.Pages
}

// private lets nothing through in the clear: all of it leads to a session.
func (h handlers) private(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !h.web.Private(r) {
			h.pages.Tell(w, nil, errs.E(errs.Forbidden, "Sign-in is served over HTTPS only."))
			return
		}
		next(w, r)
	})
}

func (h handlers) begin(w http.ResponseWriter, r *http.Request) {
	in, who, err := h.pages.Read(w, r)
	var to, browser string
	switch {
	case err != nil:
	case in.Client == toAdd && who.Account == 0:
		err = errs.E(errs.Unauthenticated, "Please sign in.")
	case in.Client == toAdd:
		to, browser, err = h.d.BeginAdd(r.Context(), who, h.web.BaseURL(r), h.web.Caller(r))
	default:
		to, browser, err = h.d.Begin(r.Context(), h.web.BaseURL(r), h.web.Caller(r))
	}
	if err == nil {
		http.SetCookie(w, h.cookie(r, browser, int(h.d.conf.StepLife.Seconds())))
	}
	h.tell(w, sso.PageAnswer{Redirect: to}, err)
}

// challenge gives a text to sign.
func (h handlers) challenge(w http.ResponseWriter, r *http.Request) {
	in, who, err := h.pages.Read(w, r)
	var c Challenge
	var browser string
	switch {
	case err != nil:
	case in.Client == toAdd && who.Account == 0:
		err = errs.E(errs.Unauthenticated, "Please sign in.")
	case in.Client == toAdd:
		c, browser, err = h.d.PoseAdd(r.Context(), who, h.web.BaseURL(r), h.web.Caller(r))
	default:
		c, browser, err = h.d.Pose(r.Context(), h.web.BaseURL(r), h.web.Caller(r))
	}
	if err == nil {
		http.SetCookie(w, h.cookie(r, browser, int(h.d.conf.StepLife.Seconds())))
	}
	h.tell(w, c, err)
}

// signed takes the signature of that text, and gives the pass with which the
// page goes on.
func (h handlers) signed(w http.ResponseWriter, r *http.Request) {
	in, _, err := h.pages.Read(w, r)
	var pass string
	if err == nil {
		ctx, cancel := h.d.withinTime(r.Context())
		defer cancel()
		pass, err = h.d.Sign(ctx, replied{in.Ask, in.Signature, h.web.BaseURL(r), secretOf(r), h.web.Caller(r)})
	}
	h.tell(w, map[string]string{"pass": pass}, err)
}

// tell answers a page; an error with the word by which the page tells it.
func (h handlers) tell(w http.ResponseWriter, out any, err error) {
	if errs.Is(err, errs.StepUp) {
		err = refuse("stepUpNeeded", err)
	}
	if err != nil {
		h.web.Refuse(w, err)
		return
	}
	sso.Send(w, http.StatusOK, out)
}

// cookie binds a sign-in to its browser. Lax, since the browser comes back
// from another origin.
func (h handlers) cookie(r *http.Request, value string, age int) *http.Cookie {
	return &http.Cookie{Name: cookie, Value: value, Path: "/sso/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: age,
		Secure: strings.HasPrefix(h.web.BaseURL(r), "https://")}
}

func secretOf(r *http.Request) string {
	c, err := r.Cookie(cookie)
	if err != nil {
		return ""
	}
	return c.Value
}

// shown takes the certificate of the connection.
func (h handlers) shown(w http.ResponseWriter, r *http.Request) {
	var chain []*x509.Certificate
	// Renegotiation and resumption are off, so it is proved by this very connection.
	if r.TLS != nil && r.TLS.HandshakeComplete && !r.TLS.DidResume {
		chain = r.TLS.PeerCertificates
	}
	h.passOn(w, r, chain)
}

// handedOver takes the certificate that a proxy saw (RFC 9440). The header is
// believed of the proxies that were named for it, and of nobody else.
func (h handlers) handedOver(w http.ResponseWriter, r *http.Request) {
	if !h.fromProxy(r) {
		http.NotFound(w, r)
		return
	}
	lines := r.Header.Values(clientcert.Header)
	if len(lines) == 0 {
		h.passOn(w, r, nil)
		return
	}
	c, err := clientcert.ParseHeader(lines)
	if err != nil {
		h.pages.Tell(w, nil, err)
		return
	}
	h.passOn(w, r, []*x509.Certificate{c})
}

func (h handlers) fromProxy(r *http.Request) bool {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	for _, p := range h.d.conf.Proxies {
		if p.Contains(at.Addr().Unmap()) {
			return true
		}
	}
	return false
}

// withinTime bounds how long it may take to find out about a chain.
func (d *Desk) withinTime(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, 6*d.conf.Revocation.Timeout)
}

// passOn sends the browser to our own page, which goes on.
func (h handlers) passOn(w http.ResponseWriter, r *http.Request, chain []*x509.Certificate) {
	ctx, cancel := h.d.withinTime(r.Context())
	defer cancel()
	base, pass, err := h.d.Present(ctx, presented{ask: r.URL.Query().Get("ask"), host: r.Host, browser: secretOf(r), chain: chain, peer: h.web.Peer(r)})
	if base == "" {
		h.pages.Tell(w, nil, either(err, errOver))
		return
	}
	if err != nil {
		pass = "failed." + reason(err)
	}
	sso.Redirect(w, base+pageCert+pass)
}

// reason is the word by which the page tells why somebody is not let in.
func reason(err error) string {
	var r refusal
	if errors.As(err, &r) {
		return r.reason
	}
	return errs.KindOf(err).String()
}

func (h handlers) finish(w http.ResponseWriter, r *http.Request) {
	in, _, err := h.pages.Read(w, r)
	var step identity.Step
	if err == nil {
		step, err = h.d.Finish(r.Context(), in.Ask, secretOf(r), h.web.Caller(r))
	}
	http.SetCookie(w, h.cookie(r, "", -1))
	h.web.Step(w, r, step, err)
}

func (h handlers) add(w http.ResponseWriter, r *http.Request) {
	in, who, err := h.pages.Read(w, r)
	if err == nil && who.Account == 0 {
		err = errs.E(errs.Unauthenticated, "Please sign in.")
	}
	if err == nil {
		var added Registration
		if added, err = h.d.Add(r.Context(), who, in.Ask, secretOf(r)); err == nil {
			http.SetCookie(w, h.cookie(r, "", -1))
			h.tell(w, map[string]string{"name": added.Holder}, nil)
			return
		}
	}
	h.tell(w, nil, err)
}
