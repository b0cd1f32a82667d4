package oidc

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
)

// TestFarewell signs on to three systems in one session, of which two want to
// be told: the page loads an address of each, names exactly their origins in
// its policy, and leads nowhere but where we say.
func TestFarewell(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db string) {
		o := newOffice(t, db)
		add := func(name, host, front string) Client {
			c, _ := o.client(Client{Name: name, Kind: KindWeb, Redirects: []string{"https://" + host + "/cb"}, FrontLogout: front, Consent: ConsentNever})
			return c
		}
		att, eat := add("Attendance", "att.city.example", "https://att.city.example/out?way=front"), add("Canteen", "eat.city.example", "https://eat.city.example/out")
		quiet := add("Quiet", "quiet.city.example", "")
		add("Never", "never.city.example", "https://never.city.example/out")
		for _, c := range []Client{att, eat, quiet} {
			if to := o.get("/oauth/authorize", request(c), annAddress); to.Query().Get("code") == "" {
				t.Fatalf("%s: %s", c.Name, to)
			}
		}
		who, err := o.id.Session(t.Context(), o.token[annAddress], here)
		must(t, err)
		to, err := o.p.Farewell(t.Context(), who, base, base+"/", "")
		must(t, err)
		page := func(address string) *httptest.ResponseRecorder {
			r := httptest.NewRequest("GET", address, nil)
			r.Header.Set("Accept-Language", "vi,en;q=0.5")
			w := httptest.NewRecorder()
			o.mux.ServeHTTP(w, r)
			return w
		}
		w := page(to)
		body, policyOf := w.Body.String(), w.Header().Get("Content-Security-Policy")
		sid, err := o.p.shownSession(t.Context(), att, strconv.FormatInt(who.Session, 36))
		must(t, err)
		frame := "https://att.city.example/out?" + url.Values{"way": {"front"}, "iss": {base}, "sid": {sid}}.Encode()
		if !strings.Contains(body, `<iframe src="`+strings.ReplaceAll(frame, "&", "&amp;")+`"`) || strings.Count(body, "<iframe ") != 2 || !strings.Contains(body, `lang="vi"`) || !strings.Contains(body, `location.replace("`+base+`/")`) {
			t.Errorf("the page: %d %s", w.Code, body)
		}
		if !strings.Contains(policyOf, "frame-src https://att.city.example https://eat.city.example;") || !strings.Contains(policyOf, "default-src 'none'") {
			t.Errorf("its policy: %s", policyOf)
		}
		// The system that asked for the sign-out knows already.
		if to, err := o.p.Farewell(t.Context(), who, base, "https://att.city.example/bye", att.ID); err != nil || strings.Count(page(to).Body.String(), "<iframe ") != 1 {
			t.Errorf("asked for by one: %s %v", to, err)
		}
		for name, change := range map[string][2]string{
			"elsewhere":       {"to=", "to=https%3A%2F%2Fevil.example%2F&x="},
			"another session": {"s=", "s=1"},
			"another person":  {"a=", "a=1"},
			"no seal":         {"seal=", "x="},
		} {
			if w := page(strings.Replace(to, change[0], change[1], 1)); w.Code != http.StatusForbidden || strings.Contains(w.Body.String(), "evil") {
				t.Errorf("%s: %d %s", name, w.Code, w.Body)
			}
		}
		for _, c := range []policy.Subject{{}, {Org: who.Org, Account: who.Account, Session: who.Session + 1}, {Org: who.Org, Account: who.Account + 1, Session: who.Session}} {
			if to, err := o.p.Farewell(t.Context(), c, base, base+"/", ""); err != nil || to != base+"/" {
				t.Errorf("of another session: %s %v", to, err)
			}
		}
	})
}

// TestFrontAddress refuses addresses that are not where answers go.
func TestFrontAddress(t *testing.T) {
	for _, front := range []string{"https://evil.example/out", "http://att.city.example/out", "https://att.city.example:8443/out", "javascript:alert(1)", "/out", "https://att.city.example/out#x"} {
		if _, err := prepare(Client{Name: "A", Kind: KindWeb, Redirects: []string{"https://att.city.example/cb"}, FrontLogout: front}); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", front, err)
		}
	}
	for header, want := range map[string]string{"": "en", "fr": "en", "zh-Hans-CN": "zh-CN", "zh-HK,en": "zh-TW", "fr, ko;q=0.5": "ko", "zh-SG": "zh-CN"} {
		if got := languageOf(header); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}
