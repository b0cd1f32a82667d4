package oidc

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/audit"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
)

// party is a system that wants to be told when a session is over.
type party struct {
	*httptest.Server
	mu     sync.Mutex
	status int // what it answers; 0 = 200
	tokens []string
}

func newParty(t *testing.T) *party {
	p := &party{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if r.URL.Path != "/out" || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
			t.Errorf("%s %s", r.Method, r.URL)
		}
		p.tokens = append(p.tokens, r.FormValue("logout_token"))
		if p.status == http.StatusFound {
			w.Header().Set("Location", "/elsewhere")
		}
		if p.status != 0 {
			w.WriteHeader(p.status)
		}
	}))
	t.Cleanup(p.Close)
	return p
}

// came returns how many tokens came since it was asked last, and the last one.
func (p *party) came(status int) (int, string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n, last := len(p.tokens), ""
	if n > 0 {
		last = p.tokens[n-1]
	}
	p.tokens, p.status = nil, status
	return n, last
}

// told registers the party and signs ann on to it in a session of her own.
func (o *office) told(at *party, pairwise bool) (c Client, session policy.Subject, idToken map[string]any) {
	o.t.Helper()
	c, secret := o.client(Client{Name: "Attendance", Kind: KindWeb, Redirects: []string{at.URL + "/cb"}, BackLogout: at.URL + "/out", Consent: ConsentNever, Pairwise: pairwise})
	return c, o.signOn(c), o.claimsOf(c, secret)
}

func (o *office) signOn(c Client) policy.Subject {
	o.t.Helper()
	o.signIn(annAddress)
	who, err := o.id.Session(o.t.Context(), o.token[annAddress], here)
	must(o.t, err)
	return who
}

// claimsOf signs on and reads the ID token.
func (o *office) claimsOf(c Client, secret string) map[string]any {
	o.t.Helper()
	q := request(c)
	to := o.get("/oauth/authorize", q, annAddress)
	status, out := o.post("/oauth/token", url.Values{"grant_type": {"authorization_code"}, "code": {to.Query().Get("code")}, "redirect_uri": {q.Get("redirect_uri")}, "code_verifier": {verifier}}, c.ID, secret)
	if status != http.StatusOK {
		o.t.Fatalf("no token: %d %v", status, out)
	}
	return o.claims(out["id_token"].(string))
}

func (o *office) tell(wait time.Duration) {
	o.t.Helper()
	o.now.Advance(wait)
	must(o.t, o.p.tellBacks(o.t.Context()))
}

// TestBackLogout tells a system that a session is over, once, by a token that
// names person and session as the ID token did, and is none.
func TestBackLogout(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db string) {
		kinds := []bool{false, true}
		if db != "" { // one database is one office's
			kinds = kinds[1:]
		}
		for _, pairwise := range kinds {
			o, at := newOffice(t, db), newParty(t)
			c, _, was := o.told(at, pairwise)
			o.tell(backLook)
			if n, _ := at.came(0); n != 0 {
				t.Fatal("told while the session stands")
			}
			must(t, o.id.CloseSession(t.Context(), o.token[annAddress]))
			o.tell(backLook)
			n, token := at.came(0)
			if n != 1 {
				t.Fatalf("told %d times", n)
			}
			said := o.claims(token) // checks the signature
			var head map[string]string
			raw, err := base64url.DecodeString(strings.Split(token, ".")[0])
			must(t, err)
			must(t, json.Unmarshal(raw, &head))
			if head["typ"] != "logout+jwt" || said["iss"] != base || said["aud"] != c.ID || said["sub"] != was["sub"] || said["sid"] != was["sid"] || said["jti"] == "" || said["nonce"] != nil ||
				fmt.Sprint(said["events"]) != "map[http://schemas.openid.net/event/backchannel-logout:map[]]" || said["exp"].(float64)-said["iat"].(float64) != backLife.Seconds() {
				t.Errorf("%v %v, was %v", head, said, was)
			}
			o.tell(time.Hour)
			if n, _ := at.came(0); n != 0 {
				t.Error("told again")
			}
			o.noted("sso.goodbye", "ok")
		}
	})
}

func (o *office) noted(verb, result string) {
	o.t.Helper()
	list, err := audit.List(o.t.Context(), o.db, 1, 1000)
	must(o.t, err)
	for _, e := range list {
		if e.Verb == verb && e.Result == result {
			return
		}
	}
	o.t.Errorf("the record has no %s with %q", verb, result)
}

// TestBackEndings ends the session in each of the other ways.
func TestBackEndings(t *testing.T) {
	for name, end := range map[string]func(o *office, who policy.Subject){
		"another password": func(o *office, _ policy.Subject) {
			must(o.t, o.id.SetPassword(o.t.Context(), o.admin, 1, o.ann.ID, "Đường đi 13"))
		},
		"time":               func(o *office, _ policy.Subject) { o.now.Advance(400 * 24 * time.Hour) },
		"the person, abroad": func(o *office, who policy.Subject) { must(o.t, o.id.EndSession(o.t.Context(), who, who.Session)) },
	} {
		o, at := newOffice(t, ""), newParty(t)
		_, who, _ := o.told(at, false)
		end(o, who)
		o.tell(backLook)
		if n, _ := at.came(0); n != 1 {
			t.Errorf("%s: told %d times", name, n)
		}
	}
	// Who signs out here is waited for no longer than a moment.
	o, at := newOffice(t, ""), newParty(t)
	_, who, _ := o.told(at, false)
	must(t, o.id.CloseSession(t.Context(), o.token[annAddress]))
	_, err := o.p.Farewell(t.Context(), who, base, base+"/", "")
	must(t, err)
	o.tell(0)
	if n, _ := at.came(0); n != 1 || len(o.p.woken) != 1 {
		t.Errorf("signed out here: told %d times, woken %d", n, len(o.p.woken))
	}
}

// TestBackDown tells a system later that is down, and gives up after a day. A
// client that is gone, or does not want it any more, is not told.
func TestBackDown(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db string) {
		o, at := newOffice(t, db), newParty(t)
		c, _, _ := o.told(at, false)
		at.came(http.StatusServiceUnavailable)
		must(t, o.id.CloseSession(t.Context(), o.token[annAddress]))
		o.tell(backLook)
		o.tell(backFirst / 2)
		if n, _ := at.came(http.StatusFound); n != 1 {
			t.Errorf("while it is down: %d times", n)
		}
		// Another process goes on where one ended.
		again, err := New(t.Context(), o.db, o.id, o.dir, nil, Config{}, o.now, testkit.Log(t))
		must(t, err)
		o.p = again
		o.tell(backFirst)
		if n, _ := at.came(0); n != 1 {
			t.Errorf("a redirect: %d times", n)
		}
		o.tell(2 * backFirst)
		o.tell(2 * backMost)
		if n, _ := at.came(http.StatusBadRequest); n != 1 {
			t.Errorf("when it is up: %d times", n)
		}
		o.signOn(c)
		o.get("/oauth/authorize", request(c), annAddress)
		must(t, o.id.CloseSession(t.Context(), o.token[annAddress]))
		for range 40 {
			o.tell(backMost)
		}
		if n, _ := at.came(0); n < 20 || n > 40 {
			t.Errorf("until it is given up: %d times", n)
		}
		o.noted("sso.goodbye", "unavailable")
		o.signOn(c)
		o.get("/oauth/authorize", request(c), annAddress)
		must(t, o.p.ChangeClient(t.Context(), o.admin, c.ID, func(c *Client) error { c.BackLogout = ""; return nil }))
		must(t, o.id.CloseSession(t.Context(), o.token[annAddress]))
		o.tell(backLook)
		if n, _ := at.came(0); n != 0 {
			t.Errorf("told though it is not wanted: %d", n)
		}
	})
}

// TestBackAddress refuses to post to hosts that answers do not go to.
func TestBackAddress(t *testing.T) {
	for _, address := range []string{"https://10.0.0.1/out", "http://att.city.example/out", "https://att.city.example:8443/out", "file:///etc/passwd", "/out"} {
		if _, err := prepare(Client{Name: "A", Kind: KindWeb, Redirects: []string{"https://att.city.example/cb"}, BackLogout: address}); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// rulings is a rule book whose one text is accepted or not.
type rulings struct{ late bool }

func (r *rulings) Overdue(context.Context, int64, int64) (bool, error) { return r.late, nil }
func (r *rulings) Late(context.Context, int64, int64) (json.RawMessage, error) {
	return json.RawMessage(`{"list":[]}`), nil
}
func (r *rulings) Accept(context.Context, policy.Subject, string) error { return nil }

// TestTermsOver says of a person whose time for a regulation is over that they
// have to read it, wherever tokens are asked for; what was granted lives on.
func TestTermsOver(t *testing.T) {
	o := newOffice(t, "")
	book := &rulings{}
	o.id.UseRegulations(book)
	c, secret := o.client(Client{Name: "Attendance", Kind: KindWeb, Redirects: []string{"https://att.city.example/cb"}, Consent: ConsentNever, Offline: true})
	q := request(c, "scope", "openid offline_access")
	to := o.get("/oauth/authorize", q, annAddress)
	status, out := o.post("/oauth/token", url.Values{"grant_type": {"authorization_code"}, "code": {to.Query().Get("code")}, "redirect_uri": {q.Get("redirect_uri")}, "code_verifier": {verifier}}, c.ID, secret)
	if status != http.StatusOK {
		t.Fatalf("%d %v", status, out)
	}
	access, refresh := out["access_token"].(string), out["refresh_token"].(string)
	book.late = true
	status, out = o.post("/oauth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}}, c.ID, secret)
	if status != http.StatusBadRequest || out["error"] != "invalid_grant" || !strings.Contains(fmt.Sprint(out["error_description"]), "has to be accepted first") {
		t.Errorf("a refresh token: %d %v", status, out)
	}
	r := httptest.NewRequest("GET", "/oauth/userinfo", nil)
	r.Header.Set("Authorization", "Bearer "+access)
	if res, _ := o.do(r, ""); res.StatusCode != http.StatusUnauthorized || !strings.Contains(res.Header.Get("WWW-Authenticate"), "has to be accepted first") {
		t.Errorf("an access token: %s %s", res.Status, res.Header.Get("WWW-Authenticate"))
	}
	if _, out := o.post("/oauth/introspect", url.Values{"token": {access}}, c.ID, secret); out["active"] != false {
		t.Errorf("what is told of it: %v", out)
	}
	if _, err := o.p.SignInMail(t.Context(), "", access, here); !errs.Is(err, errs.Unauthenticated) || !strings.Contains(errs.Text(err), "accepted first") {
		t.Errorf("at the mail door: %v", err)
	}
	if to := o.get("/oauth/authorize", request(c, "prompt", "none"), annAddress); to.Query().Get("error") != "login_required" {
		t.Errorf("without asking: %s", to)
	}
	if _, ok := askOf(o.get("/oauth/authorize", q, annAddress)); !ok {
		t.Error("with asking, nobody is asked to sign in")
	}
	if list, err := o.p.Grants(t.Context(), policy.Subject{Org: 1, Account: o.ann.ID, Peer: "192.0.2.7"}); err != nil || len(list) != 1 {
		t.Errorf("what was granted: %v %v", list, err)
	}
	book.late = false
	if status, out = o.post("/oauth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}}, c.ID, secret); status != http.StatusOK {
		t.Errorf("once it is accepted: %d %v", status, out)
	}
}
