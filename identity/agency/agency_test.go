package agency

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/audit"
	"chancery/directory"
	"chancery/identity"
	provider "chancery/identity/saml"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
)

const base = "https://mail.city.example"

var here = identity.Peer{Addr: netip.MustParseAddr("192.0.2.7"), Door: "http"}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// office is ours, with ann, and a provider of the agency next door.
type office struct {
	t     *testing.T
	db    *store.Store
	dir   *directory.Directory
	id    *identity.Identity
	d     *Desk
	keys  *provider.Provider
	now   *clock.Fake
	ann   directory.Account
	admin policy.Subject
	there *fake
}

func newOffice(t *testing.T, url string, zones ...identity.Zone) *office {
	t.Helper()
	ctx := t.Context()
	o := &office{t: t, now: clock.NewFake(time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)), admin: policy.System(1)}
	var err error
	o.db, err = store.Open(ctx, store.Options{Dir: t.TempDir(), URL: url, Log: testkit.Log(t)})
	must(t, err)
	t.Cleanup(func() { o.db.Close() })
	must(t, audit.Migrate(ctx, o.db))
	o.dir, err = directory.New(ctx, o.db, o.now)
	must(t, err)
	o.id, err = identity.New(ctx, o.db, o.dir, identity.Config{Zones: zones}, o.now, testkit.Log(t))
	must(t, err)
	o.keys, err = provider.New(ctx, o.db, o.dir, provider.Config{}, o.now, testkit.Log(t))
	must(t, err)
	o.d, err = New(ctx, o.db, o.id, o.dir, o.keys, Config{}, o.now, testkit.Log(t))
	must(t, err)
	o.ann = o.account("ann@city.example")
	o.there = newFake(t, o.now)
	return o
}

func (o *office) account(address string) directory.Account {
	o.t.Helper()
	a, err := o.dir.AddAccount(o.t.Context(), directory.Account{Address: address, Name: "Ann"})
	must(o.t, err)
	must(o.t, o.id.SetPassword(o.t.Context(), o.admin, 1, a.ID, "Đường về 12"))
	return a
}

func (o *office) provider(p Provider) Provider {
	o.t.Helper()
	p.Name, p.Kind, p.Issuer, p.Client = "Agency", KindOIDC, o.there.server.URL, "chancery"
	if p.Domains == nil {
		p.Domains = []string{"city.example"}
	}
	p, err := o.d.AddProvider(o.t.Context(), o.admin, p, "s&cret")
	must(o.t, err)
	return p
}

// fake is a provider that says what a test wants it to.
type fake struct {
	t      *testing.T
	server *httptest.Server
	now    *clock.Fake
	asked  url.Values                             // of the last request
	claims map[string]any                         // changes to what it says
	token  func(head, body map[string]any) string // in place of a proper token
	posted url.Values
	basic  string
}

var fakeKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

var otherKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

func newFake(t *testing.T, now *clock.Fake) *fake {
	f := &fake{t: t, now: now, claims: map[string]any{}}
	mux := http.NewServeMux()
	f.server = httptest.NewServer(mux)
	t.Cleanup(f.server.Close)
	send := func(v any) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(v) }
	}
	mux.HandleFunc("GET /.well-known/openid-configuration", send(map[string]any{"issuer": f.server.URL, "authorization_endpoint": f.server.URL + "/authorize",
		"token_endpoint": f.server.URL + "/token", "jwks_uri": f.server.URL + "/keys"}))
	k := fakeKey().PublicKey
	mux.HandleFunc("GET /keys", send(map[string]any{"keys": []any{map[string]string{"kty": "RSA", "kid": "k", "n": b64(k.N.Bytes()), "e": b64(big.NewInt(int64(k.E)).Bytes())},
		map[string]string{"kty": "oct", "kid": "k", "k": "AAAA"}}}))
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		user, secret, _ := r.BasicAuth()
		f.posted, f.basic = r.PostForm, user+":"+secret
		send(map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": f.idToken()})(w, r)
	})
	return f
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (f *fake) idToken() string {
	head := map[string]any{"alg": "RS256", "kid": "k"}
	now := f.now.Now().Unix()
	body := map[string]any{"iss": f.server.URL, "aud": "chancery", "sub": "u1", "nonce": f.asked.Get("nonce"), "iat": now, "exp": now + 300, "email": "ann@city.example", "email_verified": true}
	for name, value := range f.claims {
		if body[name] = value; value == nil {
			delete(body, name)
		}
	}
	if f.token != nil {
		return f.token(head, body)
	}
	return signed(head, body)
}

func signed(head, body map[string]any) string {
	h, _ := json.Marshal(head)
	b, _ := json.Marshal(body)
	text := b64(h) + "." + b64(b)
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, fakeKey(), crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return text + "." + b64(sig)
}

// begin starts a sign-in and returns its state and the browser's secret.
func (o *office) begin(p Provider) (state, browser string) {
	o.t.Helper()
	to, browser, err := o.d.Begin(o.t.Context(), p.ID, base, here.Addr)
	must(o.t, err)
	u, err := url.Parse(to)
	must(o.t, err)
	o.there.asked = u.Query()
	return u.Query().Get("state"), browser
}

// through walks a whole sign-in.
func (o *office) through(p Provider) (identity.Step, error) {
	o.t.Helper()
	state, browser := o.begin(p)
	pass, err := o.d.Back(o.t.Context(), back{state: state, code: "c"}, here.Addr)
	if err != nil {
		return identity.Step{}, err
	}
	return o.d.Finish(o.t.Context(), pass, browser, here)
}

func (o *office) recorded(verbs ...string) {
	o.t.Helper()
	list, err := audit.List(o.t.Context(), o.db, 1, 1000)
	must(o.t, err)
	have := map[string]bool{}
	for _, e := range list {
		have[e.Verb+" "+e.Result] = true
	}
	for _, v := range verbs {
		if !have[v] {
			o.t.Errorf("the record has no %s: %v", v, have)
		}
	}
}

// TestSignIn is the whole way on both engines: what is asked, what is sent,
// and who is in.
func TestSignIn(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, dbURL string) {
		o := newOffice(t, dbURL)
		p := o.provider(Provider{})
		state, browser := o.begin(p)
		q := o.there.asked
		if q.Get("redirect_uri") != base+"/sso/in/back" || q.Get("client_id") != "chancery" || q.Get("code_challenge_method") != "S256" || q.Get("response_type") != "code" || q.Get("nonce") == "" {
			t.Errorf("%v", q)
		}
		pass, err := o.d.Back(t.Context(), back{state: state, code: "the code"}, here.Addr)
		must(t, err)
		sum := sha256.Sum256([]byte(o.there.posted.Get("code_verifier")))
		if o.there.basic != "chancery:s%26cret" || o.there.posted.Get("code") != "the code" || b64(sum[:]) != q.Get("code_challenge") {
			t.Errorf("%s %v", o.there.basic, o.there.posted)
		}
		step, err := o.d.Finish(t.Context(), pass, browser, here)
		must(t, err)
		if step.Subject.Account != o.ann.ID || step.Subject.Assurance != policy.ByPassword {
			t.Errorf("%+v", step)
		}
		if _, err := o.id.OpenSession(t.Context(), step.Subject, here); err != nil {
			t.Error(err)
		}
		o.recorded("sso.client.add ok", "sso.link ok", "sign-in ok")
		must(t, o.d.RemoveProvider(t.Context(), o.admin, p.ID))
		if _, _, err := o.d.Begin(t.Context(), p.ID, base, here.Addr); !errs.Is(err, errs.NotFound) {
			t.Errorf("a removed provider: %v", err)
		}
	})
}

// TestLinks is who gets which account: by the address once, then by the name
// that the provider gives to nobody else.
func TestLinks(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, dbURL string) {
		o := newOffice(t, dbURL)
		p := o.provider(Provider{})
		bob := o.account("bob@city.example")
		in := func(claims map[string]any) int64 {
			t.Helper()
			o.there.claims = claims
			step, err := o.through(p)
			if err != nil && !errs.Is(err, errs.Forbidden) {
				t.Fatal(err)
			}
			return step.Subject.Account
		}
		for name, c := range map[string]struct {
			claims map[string]any
			want   int64
		}{
			"1 not verified":          {map[string]any{"email_verified": false}, 0},
			"1 nothing said of it":    {map[string]any{"email_verified": nil}, 0},
			"1 another's domain":      {map[string]any{"email": "ann@other.example"}, 0},
			"1 a domain that ends so": {map[string]any{"email": "ann@evilcity.example"}, 0},
			"1 two at signs":          {map[string]any{"email": "ann@city.example@evil.example"}, 0},
			"1 nobody here":           {map[string]any{"email": "eve@city.example"}, 0},
			"1 no address":            {map[string]any{"email": nil}, 0},
			"1 an endless address":    {map[string]any{"email": strings.Repeat("a", 4000) + "@city.example"}, 0},
		} {
			if got := in(c.claims); got != c.want {
				t.Errorf("%s: %d", name, got)
			}
		}
		if got := in(map[string]any{}); got != o.ann.ID {
			t.Errorf("the first time: %d", got)
		}
		if got := in(map[string]any{"email": "bob@city.example"}); got != o.ann.ID {
			t.Errorf("ann with another address: %d", got)
		}
		if got := in(map[string]any{"sub": "u2"}); got != 0 {
			t.Errorf("another who got ann's address: %d", got)
		}
		must(t, o.d.Link(t.Context(), o.admin, p.ID, "u9", "bob@city.example"))
		if got := in(map[string]any{"sub": "u9", "email": nil}); got != bob.ID {
			t.Errorf("linked by hand: %d", got)
		}
		if err := o.d.Link(t.Context(), o.admin, p.ID, "u1", "bob@city.example"); !errs.Is(err, errs.Exists) {
			t.Errorf("ann's name given to bob: %v", err)
		}
		if err := o.d.Link(t.Context(), policy.System(2), p.ID, "u8", "bob@city.example"); !errs.Is(err, errs.NotFound) {
			t.Errorf("by another organisation: %v", err)
		}
		o.recorded("sso.link ok", "sso.link forbidden")
	})
}

// TestZones is that the rules of the house hold: closed networks, second
// factors, locks, and how far the provider is trusted.
func TestZones(t *testing.T) {
	anywhere := func(z identity.Zone) []identity.Zone { z.Name = "all"; return []identity.Zone{z} }
	mfa := map[string]any{"acr": "urn:chancery:params:acr:aal2"}
	for name, c := range map[string]struct {
		zones  []identity.Zone
		trust  policy.Assurance
		claims map[string]any
		want   string
	}{
		"open":                   {nil, 0, nil, "in by 1"},
		"open, surer, no trust":  {nil, 1, mfa, "in by 1"},
		"open, surer, trusted":   {nil, 2, mfa, "in by 2"},
		"surer than trusted":     {nil, 2, map[string]any{"amr": []string{"hwk"}}, "in by 2"},
		"closed":                 {anywhere(identity.Zone{Closed: true}), 3, mfa, "forbidden"},
		"two, told one":          {anywhere(identity.Zone{Needs: policy.ByTwo}), 2, nil, "asked"},
		"two, told two":          {anywhere(identity.Zone{Needs: policy.ByTwo}), 2, mfa, "in by 2"},
		"two, told two, trust 1": {anywhere(identity.Zone{Needs: policy.ByTwo}), 1, mfa, "asked"},
		"known devices only":     {anywhere(identity.Zone{Unknown: identity.RefuseUnknown}), 3, mfa, "forbidden"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, "", c.zones...)
			if c.claims != nil {
				o.there.claims = c.claims
			}
			step, err := o.through(o.provider(Provider{Trust: c.trust}))
			got := "asked"
			switch {
			case err != nil:
				got = errs.KindOf(err).String()
			case step.Ticket == "":
				got = "in by " + string('0'+rune(step.Subject.Assurance))
			}
			if got != c.want {
				t.Errorf("%s, want %s: %+v %v", got, c.want, step, err)
			}
		})
	}
	o := newOffice(t, "")
	p := o.provider(Provider{})
	must(t, o.db.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(t.Context(), "UPDATE account SET locked = TRUE WHERE org_id = 1 AND id = $1", o.ann.ID)
		return err
	}))
	if step, err := o.through(p); !errs.Is(err, errs.Unauthenticated) {
		t.Errorf("a locked account: %+v %v", step, err)
	}
}

// TestTokens is what a provider, or somebody in its place, may say that is not
// believed (Core section 3.1.3.7, RFC 8725).
func TestTokens(t *testing.T) {
	o := newOffice(t, "")
	p := o.provider(Provider{})
	now := o.now.Now().Unix()
	for name, claims := range map[string]map[string]any{
		"another issuer":       {"iss": "https://evil.example"},
		"for another":          {"aud": "other"},
		"for several":          {"aud": []string{"chancery", "other"}},
		"by another's request": {"azp": "other"},
		"another nonce":        {"nonce": "x"},
		"no nonce":             {"nonce": nil},
		"over":                 {"exp": now - 600},
		"of the future":        {"iat": now + 600},
		"old":                  {"iat": now - 3600},
		"nobody":               {"sub": ""},
		"without end":          {"sub": strings.Repeat("s", 300)},
	} {
		o.there.claims = claims
		if step, err := o.through(p); err == nil {
			t.Errorf("%s: %+v", name, step)
		}
	}
	o.there.claims = map[string]any{}
	for name, token := range map[string]func(head, body map[string]any) string{
		"none": func(_, body map[string]any) string {
			parts := strings.Split(signed(map[string]any{"alg": "none"}, body), ".")
			return parts[0] + "." + parts[1] + "."
		},
		"none, with a signature": func(_, body map[string]any) string { return signed(map[string]any{"alg": "none", "kid": "k"}, body) },
		"a shared secret":        func(_, body map[string]any) string { return signed(map[string]any{"alg": "HS256", "kid": "k"}, body) },
		"an unknown key":         func(_, body map[string]any) string { return signed(map[string]any{"alg": "RS256", "kid": "x"}, body) },
		"a critical extension": func(_, body map[string]any) string {
			return signed(map[string]any{"alg": "RS256", "kid": "k", "crit": []string{"b64"}}, body)
		},
		"changed": func(head, body map[string]any) string {
			parts := strings.Split(signed(head, body), ".")
			body["sub"] = "u2"
			b, _ := json.Marshal(body)
			return parts[0] + "." + b64(b) + "." + parts[2]
		},
		"empty":   func(_, _ map[string]any) string { return "" },
		"no JSON": func(_, _ map[string]any) string { return "a.b.c" },
	} {
		o.there.token = token
		if step, err := o.through(p); err == nil {
			t.Errorf("%s: %+v", name, step)
		}
	}
	o.there.token = nil
	if _, err := o.through(p); err != nil {
		t.Errorf("the proper token: %v", err)
	}
}

// TestWays is a sign-in that is begun by one and finished by another, comes
// twice, or too late.
func TestWays(t *testing.T) {
	o := newOffice(t, "")
	ctx := t.Context()
	p := o.provider(Provider{})
	gone := func(what string, err error) {
		t.Helper()
		if !errs.Is(err, errs.Unauthenticated) && !errs.Is(err, errs.Forbidden) {
			t.Errorf("%s: %v", what, err)
		}
	}
	state, browser := o.begin(p)
	_, err := o.d.Finish(ctx, state, browser, here)
	gone("a state in place of a pass", err)
	_, err = o.d.Back(ctx, back{state: "1.x", code: "c"}, here.Addr)
	gone("a made-up state", err)
	pass, err := o.d.Back(ctx, back{state: state, code: "c"}, here.Addr)
	must(t, err)
	_, err = o.d.Back(ctx, back{state: state, code: "c"}, here.Addr)
	gone("a state twice", err)
	_, other := o.begin(p)
	_, err = o.d.Finish(ctx, pass, other, here)
	gone("another browser", err)
	_, err = o.d.Finish(ctx, pass, browser, here)
	gone("a pass that was tried from elsewhere", err)

	for _, noBrowser := range []string{"", "x"} {
		state, _ = o.begin(p)
		pass, err = o.d.Back(ctx, back{state: state, code: "c"}, here.Addr)
		must(t, err)
		_, err = o.d.Finish(ctx, pass, noBrowser, here)
		gone("no browser", err)
	}
	state, browser = o.begin(p)
	_, err = o.d.Back(ctx, back{state: state, code: "c", issuer: "https://evil.example"}, here.Addr)
	gone("mixed up with another provider", err)
	state, _ = o.begin(p)
	_, err = o.d.Back(ctx, back{state: state, failed: "access_denied"}, here.Addr)
	gone("a no of the provider", err)
	state, _ = o.begin(p)
	o.now.Advance(16 * time.Minute)
	_, err = o.d.Back(ctx, back{state: state, code: "c"}, here.Addr)
	gone("too late", err)
	o.there.server.Close()
	o.now.Advance(time.Hour)
	if _, _, err = o.d.Begin(ctx, p.ID, base, here.Addr); !errs.Is(err, errs.Unavailable) {
		t.Errorf("a provider that is down: %v", err)
	}
}

// TestRegistration refuses providers that cannot hold.
func TestRegistration(t *testing.T) {
	o := newOffice(t, "")
	good := Provider{Name: "A", Kind: KindOIDC, Issuer: "https://id.city.example", Client: "c"}
	for name, change := range map[string]func(p *Provider){
		"no name":      func(p *Provider) { p.Name = " " },
		"a kind":       func(p *Provider) { p.Kind = "ldap" },
		"in the clear": func(p *Provider) { p.Issuer = "http://id.city.example" },
		"a query":      func(p *Provider) { p.Issuer += "?x=1" },
		"no client":    func(p *Provider) { p.Client = "" },
		"all domains":  func(p *Provider) { p.Domains = []string{"*"} },
		"an address":   func(p *Provider) { p.Domains = []string{"ann@city.example"} },
		"trust":        func(p *Provider) { p.Trust = 4 },
	} {
		p := good
		change(&p)
		if _, err := o.d.AddProvider(t.Context(), o.admin, p, "s"); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := o.d.AddProvider(t.Context(), o.admin, good, ""); !errs.Is(err, errs.Invalid) {
		t.Errorf("no secret: %v", err)
	}
}
