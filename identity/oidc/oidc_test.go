package oidc

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"chancery/audit"
	"chancery/directory"
	"chancery/identity"
	"chancery/identity/sso"
	"chancery/kit/clock"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
)

// office is a provider with the people ann and bob behind an HTTP handler; the
// cookie of the tests is the session's own token.
type office struct {
	t     *testing.T
	db    *store.Store
	dir   *directory.Directory
	id    *identity.Identity
	p     *Provider
	now   *clock.Fake
	mux   *http.ServeMux
	token map[string]string // of sessions, by address
	ann   directory.Account
	admin policy.Subject
	mail  error                 // what mail programs are told
	clear bool                  // requests come without TLS
	shown func(*policy.Subject) // what else sessions show; nil: the password alone
}

const base = "https://mail.city.example"

var here = identity.Peer{Addr: netip.MustParseAddr("192.0.2.7"), Door: "http"}

func (o *office) BaseURL(*http.Request) string { return base }
func (o *office) Session(r *http.Request) (policy.Subject, error) {
	c, err := r.Cookie("session")
	if err != nil {
		return policy.Subject{}, nil
	}
	s, err := o.id.Session(r.Context(), c.Value, here)
	if o.shown != nil {
		o.shown(&s)
	}
	return s, err
}
func (o *office) SignOut(_ http.ResponseWriter, r *http.Request) error {
	c, err := r.Cookie("session")
	if err != nil {
		return nil
	}
	return o.id.CloseSession(r.Context(), c.Value)
}
func (o *office) Private(r *http.Request) bool  { return !o.clear }
func (o *office) Peer(*http.Request) netip.Addr { return here.Addr }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newOffice(t *testing.T, url string) *office {
	t.Helper()
	ctx := t.Context()
	o := &office{t: t, now: clock.NewFake(time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)), mux: http.NewServeMux(), token: map[string]string{}, admin: policy.System(1)}
	var err error
	o.db, err = store.Open(ctx, store.Options{Dir: t.TempDir(), URL: url, Log: testkit.Log(t)})
	must(t, err)
	t.Cleanup(func() { o.db.Close() })
	must(t, audit.Migrate(ctx, o.db))
	o.dir, err = directory.New(ctx, o.db, o.now)
	must(t, err)
	o.id, err = identity.New(ctx, o.db, o.dir, identity.Config{}, o.now, testkit.Log(t))
	must(t, err)
	o.p, err = New(ctx, o.db, o.id, o.dir, func(context.Context, policy.Subject) error { return o.mail }, Config{}, o.now, testkit.Log(t))
	must(t, err)
	for _, r := range o.p.Routes(o) {
		o.mux.Handle(r.Pattern, r.Handler)
	}
	o.ann, err = o.dir.AddAccount(ctx, directory.Account{Address: "ann@city.example", Name: "Ann"})
	must(t, err)
	must(t, o.id.SetPassword(ctx, o.admin, 1, o.ann.ID, "Đường về 12"))
	o.signIn("ann@city.example")
	return o
}

func (o *office) signIn(address string) {
	o.t.Helper()
	step, err := o.id.SignIn(o.t.Context(), address, "Đường về 12", here)
	must(o.t, err)
	opened, err := o.id.OpenSession(o.t.Context(), step.Subject, here)
	must(o.t, err)
	o.token[address] = opened.Token
}

func (o *office) client(c Client) (Client, string) {
	o.t.Helper()
	c, secret, err := o.p.AddClient(o.t.Context(), o.admin, c)
	must(o.t, err)
	return c, secret
}

func (o *office) do(r *http.Request, who string) (*http.Response, map[string]any) {
	o.t.Helper()
	if who != "" {
		r.AddCookie(&http.Cookie{Name: "session", Value: o.token[who]})
	}
	w := httptest.NewRecorder()
	o.mux.ServeHTTP(w, r)
	body, err := io.ReadAll(w.Result().Body)
	must(o.t, err)
	out := map[string]any{}
	if len(body) > 0 {
		if err := json.Unmarshal(body, &out); err != nil {
			o.t.Fatalf("%s %s: %s", r.Method, r.URL, body)
		}
	}
	return w.Result(), out
}

func (o *office) get(path string, q url.Values, who string) *url.URL {
	o.t.Helper()
	res, body := o.do(httptest.NewRequest("GET", path+"?"+q.Encode(), nil), who)
	to, err := res.Location()
	if err != nil {
		o.t.Fatalf("%s: %s %v", path, res.Status, body)
	}
	return to
}

func (o *office) post(path string, form url.Values, basic ...string) (int, map[string]any) {
	o.t.Helper()
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if len(basic) == 2 {
		r.SetBasicAuth(url.QueryEscape(basic[0]), url.QueryEscape(basic[1]))
	}
	res, out := o.do(r, "")
	return res.StatusCode, out
}

func (o *office) page(path string, in sso.PageRequest, who string) (int, map[string]any) {
	o.t.Helper()
	b, err := json.Marshal(in)
	must(o.t, err)
	r := httptest.NewRequest("POST", path, strings.NewReader(string(b)))
	r.Header.Set("Content-Type", "application/json")
	res, out := o.do(r, who)
	return res.StatusCode, out
}

const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" // RFC 7636 appendix B

func challenge() string {
	sum := sha256.Sum256([]byte(verifier))
	return base64url.EncodeToString(sum[:])
}

func request(c Client, more ...string) url.Values {
	q := url.Values{"client_id": {c.ID}, "redirect_uri": {c.Redirects[0]}, "response_type": {"code"}, "scope": {"openid profile email offline_access mail"},
		"state": {"st&te"}, "nonce": {"n0nce"}, "code_challenge": {challenge()}, "code_challenge_method": {"S256"}}
	for n := 0; n < len(more); n += 2 {
		if q.Del(more[n]); more[n+1] != "" {
			q.Set(more[n], more[n+1])
		}
	}
	return q
}

// consented walks through the question and returns the client's answer.
func (o *office) consented(q url.Values, who string) url.Values {
	o.t.Helper()
	to := o.get("/oauth/authorize", q, who)
	ask, ok := askOf(to)
	if !ok {
		return to.Query()
	}
	_, asked := o.page("/sso/api/ask", sso.PageRequest{Ask: ask}, who)
	c, ok := asked["consent"].(map[string]any)
	if !ok {
		o.t.Fatalf("not asked: %v", asked)
	}
	_, done := o.page("/sso/api/answer", sso.PageRequest{Ask: ask, Token: c["token"].(string), Allow: true}, who)
	back, err := url.Parse(done["redirect"].(string))
	must(o.t, err)
	return back.Query()
}

// askOf reads the id of a request from where the browser is sent.
func askOf(to *url.URL) (string, bool) { return strings.CutPrefix(to.String(), base+pageAsk) }

func exchange(c Client, code string, more ...string) url.Values {
	q := url.Values{"grant_type": {"authorization_code"}, "client_id": {c.ID}, "code": {code}, "redirect_uri": {c.Redirects[0]}, "code_verifier": {verifier}}
	for n := 0; n < len(more); n += 2 {
		if q.Del(more[n]); more[n+1] != "" {
			q.Set(more[n], more[n+1])
		}
	}
	return q
}

func (o *office) userInfo(token string) (int, map[string]any) {
	r := httptest.NewRequest("GET", "/oauth/userinfo", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	res, out := o.do(r, "")
	return res.StatusCode, out
}

func text(m map[string]any, key string) string { s, _ := m[key].(string); return s }

const annAddress = "ann@city.example"

// TestSignOn walks the way of a system from the request to the sign-out, on
// both engines: state, nonce and issuer kept, claims, refresh, introspection.
func TestSignOn(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, dbURL string) {
		o := newOffice(t, dbURL)
		c, secret := o.client(Client{Name: "Attendance", Kind: KindWeb, Redirects: []string{"https://att.city.example/cb?x=1"}, Logouts: []string{"https://att.city.example/bye"}})
		back := o.consented(request(c), annAddress)
		if back.Get("state") != "st&te" || back.Get("iss") != base || back.Get("x") != "1" || back.Get("code") == "" {
			t.Fatalf("answer %v", back)
		}
		if again := o.get("/oauth/authorize", request(c), annAddress); again.Host != "att.city.example" {
			t.Errorf("asked again after consent: %s", again)
		}
		status, tokens := o.post("/oauth/token", exchange(c, back.Get("code"), "client_id", ""), c.ID, secret)
		if status != 200 || tokens["token_type"] != "Bearer" || tokens["scope"] != "openid profile email offline_access" {
			t.Fatalf("%d %v", status, tokens)
		}
		claims := o.claims(text(tokens, "id_token"))
		if claims["nonce"] != "n0nce" || claims["aud"] != c.ID || claims["iss"] != base || claims["acr"] != "urn:chancery:params:acr:aal1" || claims["auth_time"] != float64(o.now.Now().Unix()) || claims["at_hash"] != halfHash(text(tokens, "access_token")) {
			t.Errorf("claims %v", claims)
		}
		if status, info := o.userInfo(text(tokens, "access_token")); status != 200 || info["email"] != annAddress || info["sub"] != claims["sub"] || info["name"] != "Ann" {
			t.Errorf("userinfo %d %v", status, info)
		}
		if _, seen := o.post("/oauth/introspect", url.Values{"token": {text(tokens, "access_token")}}, c.ID, secret); seen["active"] != true || seen["username"] != annAddress {
			t.Errorf("introspection %v", seen)
		}
		_, next := o.post("/oauth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {text(tokens, "refresh_token")}}, c.ID, secret)
		if text(next, "refresh_token") == "" || next["refresh_token"] == tokens["refresh_token"] {
			t.Fatalf("no rotation: %v", next)
		}
		// Out: with the hint of this session at once, to the registered address only.
		bye := url.Values{"id_token_hint": {text(tokens, "id_token")}, "post_logout_redirect_uri": {"https://evil.example/"}, "state": {"s"}}
		asked := bye
		asked.Set("id_token_hint", text(tokens, "id_token")+"x")
		if to := o.get("/oauth/end-session", asked, annAddress); to.String() != base+sso.PageEnd {
			t.Errorf("forged hint leads to %s", to)
		}
		bye.Set("id_token_hint", text(tokens, "id_token"))
		bye.Set("post_logout_redirect_uri", "https://att.city.example/bye")
		if to := o.get("/oauth/end-session", bye, annAddress); to.String() != "https://att.city.example/bye?state=s" {
			t.Errorf("sign-out leads to %s", to)
		}
		if status, _ := o.userInfo(text(next, "access_token")); status != 401 {
			t.Errorf("the token outlives the session: %d", status)
		}
		if status, out := o.post("/oauth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {text(next, "refresh_token")}}, c.ID, secret); status != 400 || out["error"] != "invalid_grant" {
			t.Errorf("the refresh token outlives the session: %v", out)
		}
		o.recorded("sso.client.add", "sso.sign-on", "sign-out")
	})
}

// claims checks an ID token against the published keys and reads it.
func (o *office) claims(token string) map[string]any {
	o.t.Helper()
	keys, err := o.p.published(o.t.Context())
	must(o.t, err)
	if _, err := readHint(token, keys); err != nil {
		o.t.Fatal(err)
	}
	raw, err := base64url.DecodeString(strings.Split(token, ".")[1])
	must(o.t, err)
	var out map[string]any
	must(o.t, json.Unmarshal(raw, &out))
	return out
}

// recorded checks that the record holds entries of the verbs.
func (o *office) recorded(verbs ...string) {
	o.t.Helper()
	list, err := audit.List(o.t.Context(), o.db, 1, 1000)
	must(o.t, err)
	have := map[string]bool{}
	for _, e := range list {
		have[e.Verb] = true
	}
	for _, v := range verbs {
		if !have[v] {
			o.t.Errorf("the record has no %s", v)
		}
	}
}
