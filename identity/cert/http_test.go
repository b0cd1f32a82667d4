package cert

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"chancery/identity"
	"chancery/kit/errs"
	"chancery/policy"
)

// door stands for the HTTP door.
type door struct{ who policy.Subject }

func (door) BaseURL(*http.Request) string { return base }
func (d door) Session(*http.Request) (policy.Subject, error) {
	if d.who.Account == 0 {
		return d.who, errs.E(errs.Unauthenticated, "Please sign in.")
	}
	return d.who, nil
}
func (door) SignOut(http.ResponseWriter, *http.Request) error { return nil }
func (door) Private(*http.Request) bool                       { return true }
func (door) Peer(*http.Request) netip.Addr                    { return here.Addr }
func (door) Caller(*http.Request) identity.Peer               { return here }
func (door) Refuse(w http.ResponseWriter, err error) {
	http.Error(w, reason(err), http.StatusForbidden)
}
func (door) Step(w http.ResponseWriter, _ *http.Request, step identity.Step, err error) {
	if err != nil || step.Ticket != "" {
		http.Error(w, reason(err), http.StatusForbidden)
	}
}

// TestProxy takes the Client-Cert header (RFC 9440) from the proxies that were
// named, and from nobody else.
func TestProxy(t *testing.T) {
	o := newOffice(t, "")
	h := o.card(o.ann)
	o.d.conf.Proxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24")}
	mux := http.NewServeMux()
	for _, r := range o.d.Routes(door{}) {
		mux.Handle(r.Pattern, r.Handler)
	}
	header := ":" + base64.StdEncoding.EncodeToString(h.cert.Raw) + ":"
	foreign := ":" + base64.StdEncoding.EncodeToString((*holder)(nil).issue(t, "ann").cert.Raw) + ":"
	for name, c := range map[string]struct {
		remote string
		lines  []string
		status int
		ends   string // of where the browser is sent, without the pass
	}{
		"the proxy":                     {"10.0.0.1:7", []string{header}, 303, base + "/sso/cert#"},
		"the proxy, as IPv6 writes it":  {"[::ffff:10.0.0.1]:7", []string{header}, 303, base + "/sso/cert#"},
		"the proxy, nothing was shown":  {"10.0.0.1:7", nil, 303, base + "/sso/cert#failed.none"},
		"the proxy, an unknown one":     {"10.0.0.1:7", []string{foreign}, 303, base + "/sso/cert#failed.untrusted"},
		"the proxy let another through": {"10.0.0.1:7", []string{header, header}, 400, ""},
		"the proxy, unreadable":         {"10.0.0.1:7", []string{"x"}, 400, ""},
		"another proxy":                 {"10.0.1.1:7", []string{header}, 404, ""},
		"a browser":                     {"192.0.2.7:7", []string{header}, 404, ""},
	} {
		ask, browser := o.begin(base)
		r := httptest.NewRequest("GET", base+pathPresent+"?ask="+ask, nil)
		r.RemoteAddr = c.remote
		r.AddCookie(&http.Cookie{Name: cookie, Value: browser})
		for _, l := range c.lines {
			r.Header.Add("Client-Cert", l)
		}
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		to := w.Header().Get("Location")
		if w.Code != c.status || !strings.HasPrefix(to, c.ends) || c.ends == base+"/sso/cert#" && strings.Contains(to, "failed") {
			t.Errorf("%s: %d, %s", name, w.Code, to)
		}
	}
	o.d.conf.Proxies = nil
	for _, r := range o.d.Routes(door{}) {
		if strings.Contains(r.Pattern, pathPresent) {
			t.Error("the header is taken where no proxy is named")
		}
	}
}

// TestPages are what our own pages ask.
func TestPages(t *testing.T) {
	o := newOffice(t, "")
	o.card(o.ann)
	send := func(who policy.Subject, path, body string) *httptest.ResponseRecorder {
		mux := http.NewServeMux()
		for _, r := range o.d.Routes(door{who}) {
			mux.Handle(r.Pattern, r.Handler)
		}
		r := httptest.NewRequest("POST", base+path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		return w
	}
	w := send(policy.Subject{}, "/sso/api/cert/begin", "{}")
	if w.Code != 200 || !strings.Contains(w.Body.String(), "https://mail.city.example:8443/sso/cert/present?ask=") {
		t.Errorf("begin: %d %s", w.Code, w.Body)
	}
	if set := w.Header().Get("Set-Cookie"); !strings.Contains(set, "HttpOnly") || !strings.Contains(set, "Secure") || !strings.Contains(set, "SameSite=Lax") {
		t.Errorf("cookie: %s", set)
	}
	for name, c := range map[string]struct {
		who        policy.Subject
		path, body string
		want       string
	}{
		"to add one, signed out":        {policy.Subject{}, "/sso/api/cert/begin", `{"client":"add"}`, "unauthenticated"},
		"to add one, long signed in":    {policy.Subject{Org: 1, Account: o.ann.ID, Assurance: policy.ByPassword}, "/sso/api/cert/begin", `{"client":"add"}`, "stepUpNeeded"},
		"to add one, by a program":      {policy.Subject{Org: 1, Account: o.ann.ID, Proved: epoch}, "/sso/api/cert/begin", `{"client":"add"}`, "forbidden"},
		"the end of adding, signed out": {policy.Subject{}, "/sso/api/cert/add", `{"ask":"1.x"}`, "unauthenticated"},
		"a pass that was made up":       {policy.Subject{}, "/sso/api/cert/finish", `{"ask":"1.x"}`, "over"},
	} {
		if w := send(c.who, c.path, c.body); w.Code != 403 || strings.TrimSpace(w.Body.String()) != c.want {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}
