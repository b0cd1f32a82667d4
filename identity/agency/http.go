package agency

import (
	"context"
	"net/http"

	"chancery/identity"
	"chancery/identity/sso"
	"chancery/kit/errs"
	"chancery/wire/saml"
)

// Addresses of the browser's way.
const (
	pathBack     = "/sso/in/back"
	pathConsume  = "/sso/in/acs"
	pathMetadata = "/sso/in/metadata" // our name as a service provider, too
	pageIn       = "/sso/in#"         // the pass stands where no log sees it
	cookie       = "chancery-in"
	maxPosted    = 256 << 10 // bytes of a response with what its encoding adds
)

// Routes returns the addresses of the desk.
func (d *Desk) Routes(web Web) []sso.Route {
	h := handlers{d, web, sso.Pages{Web: web, Log: d.log}}
	var list []sso.Route
	for pattern, handle := range map[string]http.HandlerFunc{
		"POST /sso/api/in/begin":  h.begin,
		"POST /sso/api/in/finish": h.finish,
		"GET " + pathBack:         h.back,
		"GET " + pathMetadata:     h.metadata,
		"POST " + pathConsume:     h.consume,
	} {
		// A provider of SAML lets the browser post the answer from its own page.
		list = append(list, sso.Route{Pattern: pattern, Handler: h.private(handle), AnySite: pattern == "POST "+pathConsume})
	}
	return list
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
	in, _, err := h.pages.Read(w, r)
	var to, browser string
	if err == nil {
		to, browser, err = h.d.Begin(r.Context(), in.Client, h.web.BaseURL(r), h.web.Peer(r))
	}
	if err == nil {
		http.SetCookie(w, h.cookie(r, browser, int(h.d.conf.StepLife.Seconds())))
	}
	h.pages.Tell(w, sso.PageAnswer{Redirect: to}, err)
}

// cookie binds a sign-in to its browser. Lax, since the provider sends the
// browser back from another site.
func (h handlers) cookie(r *http.Request, value string, age int) *http.Cookie {
	c := &http.Cookie{Name: cookie, Value: value, Path: "/sso/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: age}
	c.Secure = len(h.web.BaseURL(r)) > 8 && h.web.BaseURL(r)[:8] == "https://"
	return c
}

// back takes the browser from a provider of OpenID Connect.
func (h handlers) back(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	h.passOn(w, r, back{state: q.Get("state"), code: q.Get("code"), issuer: q.Get("iss"), failed: q.Get("error")}, nil)
}

// consume takes the browser from a provider of SAML (Profiles section 4.1.4.4).
func (h handlers) consume(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxPosted)
	err := r.ParseForm()
	var answer back
	if err != nil {
		err = errs.E(errs.Invalid, "The request is no form, or too long.")
	} else {
		answer.state = r.PostForm.Get("RelayState")
		answer.response, err = saml.FormResponse(r.PostForm)
	}
	h.passOn(w, r, answer, err)
}

// passOn sends the browser to our own page, which goes on: from another site
// not every cookie comes, and nobody is to be signed in by a mere link.
func (h handlers) passOn(w http.ResponseWriter, r *http.Request, answer back, err error) {
	ctx, cancel := context.WithTimeout(r.Context(), 4*h.d.conf.Timeout)
	defer cancel()
	pass := ""
	if err == nil {
		pass, err = h.d.Back(ctx, answer, h.web.Peer(r))
	}
	if err != nil {
		h.d.log.Info("agency: not signed in", "peer", h.web.Peer(r), "error", err)
		pass = "failed." + errs.KindOf(err).String()
	}
	sso.Redirect(w, h.web.BaseURL(r)+pageIn+pass)
}

// metadata is what a provider of SAML reads about us.
func (h handlers) metadata(w http.ResponseWriter, r *http.Request) {
	base := h.web.BaseURL(r)
	key, err := h.d.keys.Reader(r.Context())
	var doc []byte
	if err == nil {
		doc, err = saml.Consumer(base+pathMetadata, base+pathConsume, key.Certificate)
	}
	if err != nil {
		h.pages.Tell(w, nil, err)
		return
	}
	w.Header().Set("Content-Type", "application/samlmetadata+xml")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(doc) // nobody is left to tell
}

func (h handlers) finish(w http.ResponseWriter, r *http.Request) {
	in, _, err := h.pages.Read(w, r)
	var step identity.Step
	if err == nil {
		browser := ""
		if c, none := r.Cookie(cookie); none == nil {
			browser = c.Value
		}
		step, err = h.d.Finish(r.Context(), in.Ask, browser, h.web.Caller(r))
	}
	http.SetCookie(w, h.cookie(r, "", -1))
	h.web.Step(w, r, step, err)
}
