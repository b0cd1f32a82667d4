package sso

import (
	"crypto/subtle"
	"encoding/json"
	"log/slog"
	"mime"
	"net/http"
	"net/netip"

	"chancery/kit/errs"
	"chancery/policy"
)

// Web is what the HTTP side asks of the door.
type Web interface {
	// BaseURL is the address people use, which names the provider.
	BaseURL(r *http.Request) string
	// Session returns who is signed in to the web client in this browser.
	Session(r *http.Request) (policy.Subject, error)
	// SignOut ends the session of this browser.
	SignOut(w http.ResponseWriter, r *http.Request) error
	// Private says whether nobody on the way can read the request.
	Private(r *http.Request) bool
	// Peer is where the request comes from.
	Peer(r *http.Request) netip.Addr
}

// Route is an address that the HTTP door serves for a protocol. All are
// public: each finds out by itself who is there.
type Route struct {
	Pattern string
	Handler http.Handler
	AnySite bool // pages of other sites may post to it
}

// MaxForm bounds the body of a request in bytes.
const MaxForm = 36 << 10

// Pages of the web client, which ask for their contents by their own routes.
const (
	PageEnd     = "/sso/end"     // whether to sign out
	PageRefused = "/sso/refused" // that the system which sent the browser is not known
)

// Consent is what a person is asked before a system learns who they are.
type Consent struct {
	Client  string   `json:"client"`
	Site    string   `json:"site"` // where the answer goes
	Scopes  []string `json:"scopes"`
	Address string   `json:"address"`
	Token   string   `json:"token"` // to be sent with the answer
}

// Step is what a browser does next: go to an address, or be asked about the
// request of the id.
type Step struct {
	Redirect string
	Ask      string
	SignIn   bool             // before that, sign in (anew)
	Least    policy.Assurance // and that surely; 0 = as the zone says
	Consent  *Consent
}

// PageRequest is what our own pages send. They send JSON, which no form of
// another site can, and the door checks the origin of every POST.
type PageRequest struct {
	Ask    string `json:"ask"`
	Code   string `json:"code"`
	Token  string `json:"token"`
	Allow  bool   `json:"allow"`
	Client string `json:"client"`
	// Signature is what a card made of a challenge: PEM, or base64.
	Signature string `json:"signature"`
}

// PageAnswer tells a page what comes next: sign in, ask the person, or go on.
type PageAnswer struct {
	SignIn   bool     `json:"signIn,omitempty"`
	Again    bool     `json:"again,omitempty"` // signed in, but not recently or surely enough
	Least    int      `json:"least,omitempty"` // how sure the sign-in has to be, where it is more than a password
	Consent  *Consent `json:"consent,omitempty"`
	Redirect string   `json:"redirect,omitempty"`
}

// Pages answers our own pages.
type Pages struct {
	Web Web
	Log *slog.Logger
}

// Who returns who is signed in, the zero subject when nobody is.
func (p Pages) Who(r *http.Request) (policy.Subject, error) {
	s, err := p.Web.Session(r)
	if errs.Is(err, errs.Unauthenticated) {
		return policy.Subject{}, nil
	}
	return s, err
}

// Read reads what a page sent, and who is signed in.
func (p Pages) Read(w http.ResponseWriter, r *http.Request) (in PageRequest, who policy.Subject, err error) {
	if t, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); t != "application/json" {
		return in, who, errs.E(errs.Invalid, "The request is sent as application/json.")
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, MaxForm)).Decode(&in); err != nil {
		return in, who, errs.E(errs.Invalid, "The request cannot be read.")
	}
	who, err = p.Who(r)
	return in, who, err
}

// Step answers a page with what comes next for a request.
func (p Pages) Step(do func(r *http.Request, in PageRequest, who policy.Subject) (Step, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		in, who, err := p.Read(w, r)
		var s Step
		if err == nil {
			s, err = do(r, in, who)
		}
		p.Tell(w, PageAnswer{SignIn: s.SignIn, Again: s.SignIn && who.Account != 0, Least: int(s.Least), Consent: s.Consent, Redirect: s.Redirect}, err)
	}
}

// Tell answers a page; errors as problem documents (RFC 9457), as the door's own.
func (p Pages) Tell(w http.ResponseWriter, out any, err error) {
	if err == nil {
		Send(w, http.StatusOK, out)
		return
	}
	status := map[errs.Kind]int{errs.Invalid: 400, errs.NotFound: 404, errs.Forbidden: 403, errs.Unauthenticated: 401, errs.RateLimited: 429, errs.TooLarge: 413, errs.Unavailable: 503}[errs.KindOf(err)]
	if status == 0 {
		p.Log.Error("sso", "error", err)
		status = http.StatusInternalServerError
	}
	Problem(w, status, errs.Text(err))
}

// Problem writes a problem document.
func Problem(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	// Nobody is left to tell when this fails.
	_ = json.NewEncoder(w).Encode(map[string]any{"type": "about:blank", "title": http.StatusText(status), "status": status, "detail": text})
}

// Send writes an answer as JSON that nobody keeps.
func Send(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		status, b = http.StatusInternalServerError, []byte(`{"error":"server_error"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Pragma", "no-cache")
	w.WriteHeader(status)
	_, _ = w.Write(b) // nobody is left to tell
}

// Redirect sends the browser on. 303, so that nothing that was posted to us is
// posted on (RFC 9700 section 4.12).
func Redirect(w http.ResponseWriter, to string) {
	w.Header().Set("Location", to)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusSeeOther)
}

// Network is what a limit of one address holds for: an IPv6 /64 is one
// customer's.
func Network(a netip.Addr) string {
	a = a.Unmap()
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}

// Same compares secrets without telling by its time where they differ.
func Same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
