package saml

import (
	"context"
	"mime"
	"net/http"
	"net/netip"
	"net/url"

	"chancery/identity/sso"
	"chancery/kit/errs"
	"chancery/policy"
	wire "chancery/wire/saml"
)

// Addresses of the provider.
const (
	pathSignOn   = "/saml/sso"
	pathLogout   = "/saml/logout"
	pathContinue = "/saml/continue"
	pageAsk      = "/sso/saml#" // the id of the request stands where no log sees it
)

// Routes returns the addresses of the provider.
func (p *Provider) Routes(web sso.Web) []sso.Route {
	h := handlers{p, web, sso.Pages{Web: web, Log: p.log}}
	list := []sso.Route{{Pattern: "GET /saml/metadata", Handler: http.HandlerFunc(h.metadata)}}
	for pattern, handle := range map[string]http.HandlerFunc{
		"GET " + pathSignOn:            h.redirected(p.Receive),
		"POST " + pathSignOn:           h.posted(p.Receive),
		"GET " + pathLogout:            h.redirected(p.ReceiveLogout),
		"POST " + pathLogout:           h.posted(p.ReceiveLogout),
		"GET " + pathContinue:          h.goOn,
		"GET /saml/start":              h.start,
		"POST /sso/api/saml/ask":       h.pages.Step(h.ask),
		"POST /sso/api/saml/answer":    h.pages.Step(h.answer),
		"POST /sso/api/saml/grants":    h.grants,
		"POST /sso/api/saml/end-grant": h.endGrant,
	} {
		anySite := pattern == "POST "+pathSignOn || pattern == "POST "+pathLogout // see posted
		list = append(list, sso.Route{Pattern: pattern, Handler: h.private(handle), AnySite: anySite})
	}
	return list
}

type handlers struct {
	p     *Provider
	web   sso.Web
	pages sso.Pages
}

// private lets nothing through in the clear: assertions open systems.
func (h handlers) private(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !h.web.Private(r) {
			h.pages.Tell(w, nil, errs.E(errs.Forbidden, "Single sign-on is served over HTTPS only."))
			return
		}
		next(w, r)
	})
}

func (h handlers) metadata(w http.ResponseWriter, r *http.Request) {
	doc, err := h.p.Metadata(r.Context(), h.web.BaseURL(r))
	if err != nil {
		h.pages.Tell(w, nil, err)
		return
	}
	w.Header().Set("Content-Type", "application/samlmetadata+xml")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(doc) // nobody is left to tell
}

// receive is a verb that takes a message.
type receive func(ctx context.Context, m wire.Message, base string, who policy.Subject, later bool, peer netip.Addr) (Outcome, error)

// redirected takes a message by the Redirect binding.
func (h handlers) redirected(do receive) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		m, err := wire.ReadRedirect(r.URL.RawQuery, h.p.conf.Limits)
		var who policy.Subject
		if err == nil {
			who, err = h.pages.Who(r)
		}
		var out Outcome
		if err == nil {
			out, err = do(r.Context(), m, h.web.BaseURL(r), who, false, h.web.Peer(r))
		}
		h.next(w, r, out, err)
	}
}

// posted takes a message by the POST binding. With a POST from another site's
// page no cookie comes, so nobody would seem to be signed in: the message is
// kept, and the browser comes back for the answer by GET.
func (h handlers) posted(do receive) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		m, err := h.readForm(w, r)
		var out Outcome
		if err == nil {
			out, err = do(r.Context(), m, h.web.BaseURL(r), policy.Subject{}, true, h.web.Peer(r))
		}
		if err == nil && out.Ask != "" {
			sso.Redirect(w, h.web.BaseURL(r)+pathContinue+"?ask="+url.QueryEscape(out.Ask))
			return
		}
		h.next(w, r, out, err)
	}
}

func (h handlers) readForm(w http.ResponseWriter, r *http.Request) (wire.Message, error) {
	if t, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); t != "application/x-www-form-urlencoded" {
		return wire.Message{}, errs.E(errs.Invalid, "The request is sent as application/x-www-form-urlencoded.")
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxPosted)
	if err := r.ParseForm(); err != nil {
		return wire.Message{}, errs.E(errs.Invalid, "The request is no form, or too long.")
	}
	return wire.ReadPOST(r.PostForm, h.p.conf.Limits)
}

// maxPosted bounds the body of a message in bytes: Base64 of the largest one,
// and what URL encoding adds.
const maxPosted = 256 << 10

func (h handlers) goOn(w http.ResponseWriter, r *http.Request) {
	who, err := h.pages.Who(r)
	var out Outcome
	if err == nil {
		q := r.URL.Query()
		out, err = h.p.Continue(r.Context(), q.Get("ask"), q.Get("refused"), who)
	}
	h.next(w, r, out, err)
}

func (h handlers) start(w http.ResponseWriter, r *http.Request) {
	who, err := h.pages.Who(r)
	var out Outcome
	if err == nil {
		out, err = h.p.Start(r.Context(), r.URL.Query().Get("service"), h.web.BaseURL(r), who, h.web.Peer(r))
	}
	h.next(w, r, out, err)
}

func (h handlers) ask(r *http.Request, in sso.PageRequest, who policy.Subject) (sso.Step, error) {
	return h.p.Ask(r.Context(), in.Ask, who)
}

func (h handlers) answer(r *http.Request, in sso.PageRequest, who policy.Subject) (sso.Step, error) {
	return h.p.Answer(r.Context(), in.Ask, in.Token, in.Allow, who)
}

// next sends the browser on. What is wrong with a message that cannot be
// answered is told on a page of ours, never to the address that it names.
func (h handlers) next(w http.ResponseWriter, r *http.Request, out Outcome, err error) {
	base := h.web.BaseURL(r)
	if err == nil && out.End {
		err = h.web.SignOut(w, r)
	}
	switch errs.KindOf(err) {
	case errs.Invalid, errs.Forbidden, errs.TooLarge, errs.NotFound:
		if err != nil {
			h.p.log.Info("saml: refused", "peer", h.web.Peer(r), "error", err)
			sso.Redirect(w, base+sso.PageRefused)
			return
		}
	}
	switch {
	case err != nil:
		h.pages.Tell(w, nil, err)
	case out.Post != nil:
		sendForm(w, r, *out.Post)
	case out.Redirect != "":
		sso.Redirect(w, out.Redirect)
	default:
		sso.Redirect(w, base+pageAsk+out.Ask)
	}
}
