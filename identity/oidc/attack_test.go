package oidc

import (
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"chancery/directory"
	"chancery/identity"
	"chancery/identity/sso"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
)

var native = Client{Name: "Field app", Kind: KindNative, Redirects: []string{"gov.example.field:/done", "http://127.0.0.1/cb"}, Device: true}

// TestRedirects is who may be answered: nobody whose address is not
// registered letter by letter.
func TestRedirects(t *testing.T) {
	o := newOffice(t, "")
	c, _ := o.client(Client{Name: "Attendance", Kind: KindWeb, Redirects: []string{"https://att.city.example/cb"}})
	for _, address := range []string{"https://att.city.example/cb/", "https://att.city.example/CB", "https://att.city.example/cb?x=1", "https://att.city.example/cb#x",
		"https://att.city.example.evil.example/cb", "https://att.city.example@evil.example/cb", "http://att.city.example/cb", "//att.city.example/cb", "https://att.city.example/cb/../x", "javascript:alert(1)", ""} {
		for _, who := range []string{"", annAddress} {
			if to := o.get("/oauth/authorize", request(c, "redirect_uri", address), who); to.String() != base+sso.PageRefused {
				t.Errorf("%q as %q leads to %s", address, who, to)
			}
		}
	}
	twice := request(c)
	twice.Add("redirect_uri", "https://evil.example/")
	if to := o.get("/oauth/authorize", twice, annAddress); to.String() != base+sso.PageRefused {
		t.Errorf("two addresses lead to %s", to)
	}
	if to := o.get("/oauth/authorize", request(c, "client_id", "1.nobody"), annAddress); to.String() != base+sso.PageRefused {
		t.Errorf("an unknown client leads to %s", to)
	}
	n, _ := o.client(native)
	for address, want := range map[string]bool{"http://127.0.0.1:49152/cb": true, "http://127.0.0.1:1/other": false, "http://127.0.0.2:1/cb": false, "http://localhost:1/cb": false, "https://127.0.0.1:1/cb": false, "gov.example.field:/done": true, "gov.example.field:/other": false} {
		if n.mayAnswer(address) != want {
			t.Errorf("%s: want %v", address, want)
		}
	}
	for _, bad := range []string{"http://att.city.example/cb", "javascript:alert(1)", "https://*.city.example/", "https://u@city.example/", "https://city.example/#x", "data:text/html,x", "/cb", "https:///x"} {
		if _, _, err := o.p.AddClient(t.Context(), o.admin, Client{Name: "Bad", Kind: KindWeb, Redirects: []string{bad}}); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s was registered: %v", bad, err)
		}
	}
}

// TestRequests is what a client is told of a request that is wrong, at its own
// registered address and with its state.
func TestRequests(t *testing.T) {
	o := newOffice(t, "")
	w, _ := o.client(Client{Name: "Attendance", Kind: KindWeb, Redirects: []string{"https://att.city.example/cb"}, Assurance: policy.ByTwo})
	n, _ := o.client(native)
	for _, c := range []struct {
		client Client
		more   []string
		want   string
	}{
		{n, []string{"code_challenge", "", "code_challenge_method", ""}, "invalid_request"},
		{n, []string{"code_challenge_method", "plain"}, "invalid_request"},
		{n, []string{"code_challenge_method", ""}, "invalid_request"},
		{n, []string{"response_type", "token"}, "unsupported_response_type"},
		{n, []string{"response_mode", "fragment"}, "invalid_request"},
		{n, []string{"request", "x"}, "request_not_supported"},
		{n, []string{"scope", "profile"}, "invalid_scope"},
		{n, []string{"scope", "mail"}, "invalid_scope"},
		{n, []string{"max_age", "-1"}, "invalid_request"},
		{n, []string{"prompt", "none login"}, "invalid_request"},
		{n, []string{"prompt", "none"}, "consent_required"},
		{n, []string{"nonce", strings.Repeat("n", 3000)}, "invalid_request"},
		{w, []string{"prompt", "none"}, "unmet_authentication_requirements"},
	} {
		got := o.get("/oauth/authorize", request(c.client, c.more...), annAddress).Query()
		if got.Get("error") != c.want || got.Get("state") != "st&te" || got.Get("code") != "" {
			t.Errorf("%v: %v", c.more, got)
		}
	}
	o.shown = func(s *policy.Subject) { s.Assurance, s.Weak = policy.ByTwo, true } // a code by SMS
	if got := o.get("/oauth/authorize", request(w, "prompt", "none"), annAddress).Query(); got.Get("error") != "unmet_authentication_requirements" {
		t.Errorf("a code by SMS: %v", got)
	}
	o.shown = func(s *policy.Subject) { s.Assurance = policy.ByTwo }
	if got := o.get("/oauth/authorize", request(w, "prompt", "none"), annAddress).Query(); got.Get("error") == "unmet_authentication_requirements" {
		t.Errorf("a code of an app: %v", got)
	}
	o.shown = nil
	if got := o.get("/oauth/authorize", request(n, "prompt", "none"), "").Query(); got.Get("error") != "login_required" {
		t.Errorf("nobody signed in: %v", got)
	}
}

// TestCodes is a code used twice, by another, too late, or with a wrong verifier.
func TestCodes(t *testing.T) {
	o := newOffice(t, "")
	c, _ := o.client(native)
	other, _ := o.client(native)
	refused := func(what string, form url.Values) {
		t.Helper()
		if status, out := o.post("/oauth/token", form); status != 400 || out["error"] != "invalid_grant" {
			t.Errorf("%s: %d %v", what, status, out)
		}
	}
	fresh := func() string { t.Helper(); return o.consented(request(c), annAddress).Get("code") }
	refused("wrong verifier", exchange(c, fresh(), "code_verifier", strings.Repeat("x", 43)))
	refused("no verifier", exchange(c, fresh(), "code_verifier", ""))
	refused("another address", exchange(c, fresh(), "redirect_uri", c.Redirects[1]))
	refused("another client", exchange(other, fresh()))
	refused("made up", exchange(c, "1.abc"))
	late := fresh()
	o.now.Advance(2 * time.Minute)
	refused("too late", exchange(c, late))

	code := fresh()
	_, tokens := o.post("/oauth/token", exchange(c, code))
	if status, _ := o.userInfo(text(tokens, "access_token")); status != 200 {
		t.Fatalf("first use: %v", tokens)
	}
	refused("twice", exchange(c, code))
	if status, _ := o.userInfo(text(tokens, "access_token")); status != 401 {
		t.Error("a code came twice, and the tokens of the first still work")
	}
	o.recorded("sso.replay")
}

// TestRefreshReplay is a refresh token that comes twice: all of the sign-on ends.
func TestRefreshReplay(t *testing.T) {
	o := newOffice(t, "")
	c, _ := o.client(native)
	_, first := o.post("/oauth/token", exchange(c, o.consented(request(c), annAddress).Get("code")))
	again := url.Values{"grant_type": {"refresh_token"}, "client_id": {c.ID}, "refresh_token": {text(first, "refresh_token")}}
	_, second := o.post("/oauth/token", again)
	if text(second, "access_token") == "" {
		t.Fatal(second)
	}
	if _, out := o.post("/oauth/token", again); out["error"] != "invalid_grant" {
		t.Errorf("replay: %v", out)
	}
	again.Set("refresh_token", text(second, "refresh_token"))
	if _, out := o.post("/oauth/token", again); out["error"] != "invalid_grant" {
		t.Errorf("the rotated token works after a replay: %v", out)
	}
}

// TestReplayWatch is how long a used refresh token is remembered: past it,
// it is a wrong one that ends nothing.
func TestReplayWatch(t *testing.T) {
	o := newOffice(t, "")
	c, _ := o.client(Client{Name: "Thunderbird", Kind: KindMail})
	_, first := o.post("/oauth/token", exchange(c, o.consented(request(c), annAddress).Get("code")))
	refresh := func(tokens map[string]any) map[string]any {
		_, out := o.post("/oauth/token", url.Values{"grant_type": {"refresh_token"}, "client_id": {c.ID}, "refresh_token": {text(tokens, "refresh_token")}})
		return out
	}
	second := refresh(first)
	o.now.Advance(9 * 24 * time.Hour)
	o.signIn(annAddress)
	o.consented(request(c), annAddress) // a sign-on, which tidies up
	if out := refresh(first); out["error"] != "invalid_grant" {
		t.Errorf("a used token: %v", out)
	}
	if out := refresh(second); text(out, "access_token") == "" {
		t.Errorf("the token that follows it: %v", out)
	}
}

// TestEndings is what ends tokens at once: a lock, another password, the
// client's removal, and the person's own word.
func TestEndings(t *testing.T) {
	ctx := t.Context()
	for name, end := range map[string]func(o *office, c Client, token string){
		"lock": func(o *office, _ Client, _ string) {
			must(t, o.db.Write(ctx, func(tx *store.Tx) error {
				_, err := tx.Exec(ctx, "UPDATE account SET locked = TRUE WHERE org_id = 1 AND id = $1", o.ann.ID)
				return err
			}))
		},
		"password": func(o *office, _ Client, _ string) { must(t, o.id.SetPassword(ctx, o.admin, 1, o.ann.ID, "anew")) },
		"session":  func(o *office, _ Client, _ string) { must(t, o.id.CloseSession(ctx, o.token[annAddress])) },
		"idle":     func(o *office, _ Client, _ string) { o.now.Advance(13 * time.Hour) },
		"client":   func(o *office, c Client, _ string) { must(t, o.p.RemoveClient(ctx, o.admin, c.ID)) },
		"revocation": func(o *office, c Client, token string) {
			o.post("/oauth/revoke", url.Values{"client_id": {c.ID}, "token": {token}})
		},
		"the person": func(o *office, _ Client, _ string) {
			_, out := o.page("/sso/api/grants", sso.PageRequest{}, annAddress)
			list := out["grants"].([]any)
			if len(list) != 1 {
				t.Fatalf("%v", out)
			}
			if status, out := o.page("/sso/api/end-grant", sso.PageRequest{Client: list[0].(map[string]any)["client"].(string)}, annAddress); status != 200 {
				t.Errorf("%v", out)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, "")
			c, _ := o.client(native)
			_, tokens := o.post("/oauth/token", exchange(c, o.consented(request(c), annAddress).Get("code")))
			if status, _ := o.userInfo(text(tokens, "access_token")); status != 200 {
				t.Fatal(tokens)
			}
			end(o, c, text(tokens, "refresh_token"))
			if status, _ := o.userInfo(text(tokens, "access_token")); status != 401 {
				t.Error("the access token still works")
			}
			if status, _ := o.post("/oauth/token", url.Values{"grant_type": {"refresh_token"}, "client_id": {c.ID}, "refresh_token": {text(tokens, "refresh_token")}}); status == 200 {
				t.Error("the refresh token still works")
			}
		})
	}
}

// TestConsentForged is an answer that the person did not give on the page.
func TestConsentForged(t *testing.T) {
	o := newOffice(t, "")
	c, _ := o.client(native)
	ask, _ := askOf(o.get("/oauth/authorize", request(c), annAddress))
	for _, token := range []string{"", "x", strings.Repeat("A", 43)} {
		if status, out := o.page("/sso/api/answer", sso.PageRequest{Ask: ask, Token: token, Allow: true}, annAddress); status != 403 {
			t.Errorf("%q: %d %v", token, status, out)
		}
	}
	_, asked := o.page("/sso/api/ask", sso.PageRequest{Ask: ask}, annAddress)
	token := asked["consent"].(map[string]any)["token"].(string)
	o.signIn(annAddress) // another session of the same person
	if status, _ := o.page("/sso/api/answer", sso.PageRequest{Ask: ask, Token: token, Allow: true}, annAddress); status != 403 {
		t.Errorf("the token of another session: %d", status)
	}
	r := httptest.NewRequest("POST", "/sso/api/answer", strings.NewReader(`{"allow":true}`))
	r.Header.Set("Content-Type", "text/plain") // what a form of another site can send
	if res, _ := o.do(r, annAddress); res.StatusCode != 400 {
		t.Errorf("a form of another site: %d", res.StatusCode)
	}
	_, asked = o.page("/sso/api/ask", sso.PageRequest{Ask: ask}, annAddress)
	token = asked["consent"].(map[string]any)["token"].(string)
	_, no := o.page("/sso/api/answer", sso.PageRequest{Ask: ask, Token: token}, annAddress)
	if !strings.Contains(text(no, "redirect"), "error=access_denied") {
		t.Errorf("refusal: %v", no)
	}
}

// TestAnew is prompt=login and max_age: an old session is not enough, a new
// sign-in is.
func TestAnew(t *testing.T) {
	o := newOffice(t, "")
	c, _ := o.client(native)
	o.now.Advance(10 * time.Minute)
	for _, more := range [][]string{{"prompt", "login"}, {"max_age", "60"}} {
		ask, _ := askOf(o.get("/oauth/authorize", request(c, more...), annAddress))
		if _, out := o.page("/sso/api/ask", sso.PageRequest{Ask: ask}, annAddress); out["signIn"] != true || out["again"] != true {
			t.Errorf("%v: %v", more, out)
		}
		o.now.Advance(time.Second)
		o.signIn(annAddress)
		if _, out := o.page("/sso/api/ask", sso.PageRequest{Ask: ask}, annAddress); out["consent"] == nil {
			t.Errorf("%v after sign-in: %v", more, out)
		}
		o.now.Advance(10 * time.Minute)
	}
	if got := o.get("/oauth/authorize", request(c, "max_age", "3600"), annAddress); got.Path != "/sso/ask" {
		t.Errorf("recent enough: %s", got)
	}
}

// TestOtherOrganisation is a person, a client and a token of another one.
func TestOtherOrganisation(t *testing.T) {
	o := newOffice(t, "")
	ctx := t.Context()
	must(t, o.dir.EnsureOrg(ctx, 2, "Harbour", "harbour.example"))
	eve, err := o.dir.AddAccount(ctx, directory.Account{Org: 2, Address: "eve@harbour.example"})
	must(t, err)
	must(t, o.id.SetPassword(ctx, policy.System(2), 2, eve.ID, "Đường về 12"))
	o.signIn(eve.Address)
	c, secret := o.client(Client{Name: "Attendance", Kind: KindWeb, Redirects: []string{"https://att.city.example/cb"}})
	if got := o.get("/oauth/authorize", request(c), eve.Address).Query(); got.Get("error") != "access_denied" {
		t.Errorf("a person of another organisation: %v", got)
	}
	theirs, theirSecret, err := o.p.AddClient(ctx, policy.System(2), Client{Name: "Ships", Kind: KindWeb, Redirects: []string{"https://ships.harbour.example/cb"}})
	must(t, err)
	_, tokens := o.post("/oauth/token", exchange(c, o.consented(request(c), annAddress).Get("code")), c.ID, secret)
	access := text(tokens, "access_token")
	if _, out := o.post("/oauth/introspect", url.Values{"token": {access}}, theirs.ID, theirSecret); out["active"] != false || len(out) != 1 {
		t.Errorf("introspection by another organisation: %v", out)
	}
	if status, _ := o.post("/oauth/revoke", url.Values{"token": {access}}, theirs.ID, theirSecret); status != 200 {
		t.Errorf("revocation tells: %d", status)
	}
	if status, _ := o.userInfo(access); status != 200 {
		t.Error("another organisation revoked the token")
	}
	if status, _ := o.userInfo("2" + strings.TrimPrefix(access, "1")); status != 401 {
		t.Error("a token counts in another organisation")
	}
	if status, out := o.post("/oauth/token", exchange(c, "1.x"), c.ID, theirSecret); status != 401 || out["error"] != "invalid_client" {
		t.Errorf("the secret of another: %d %v", status, out)
	}
	if err := o.p.RemoveClient(ctx, policy.System(2), c.ID); !errs.Is(err, errs.NotFound) {
		t.Errorf("another organisation removed a client: %v", err)
	}
}

// TestPairwise is two systems that cannot compare whom they know.
func TestPairwise(t *testing.T) {
	o := newOffice(t, "")
	sub, sid := map[string]bool{}, map[any]bool{}
	for _, host := range []string{"a.example", "b.example"} {
		c, secret := o.client(Client{Name: host, Kind: KindWeb, Pairwise: true, Redirects: []string{"https://" + host + "/cb"}})
		for range 2 {
			_, tokens := o.post("/oauth/token", exchange(c, o.consented(request(c), annAddress).Get("code")), c.ID, secret)
			_, info := o.userInfo(text(tokens, "access_token"))
			if s := text(info, "sub"); len(s) != 43 || s != o.claims(text(tokens, "id_token"))["sub"] {
				t.Errorf("sub %q", s)
			}
			sub[text(info, "sub")], sid[o.claims(text(tokens, "id_token"))["sid"]] = true, true
		}
	}
	if len(sub) != 2 || len(sid) != 2 {
		t.Errorf("%d names and %d of sessions for two systems, want one each and always the same", len(sub), len(sid))
	}
}

// TestKeys is a rotation: the old key stays until its last token is over.
func TestKeys(t *testing.T) {
	o := newOffice(t, "")
	first, err := o.p.sign(t.Context(), map[string]any{"iss": base})
	must(t, err)
	o.now.Advance(time.Second)
	must(t, o.p.RotateKey(t.Context(), o.admin))
	o.now.Advance(time.Minute)
	for _, want := range []int{2, 1} {
		keys, err := o.p.published(t.Context())
		must(t, err)
		if _, err := readHint(first, keys); len(keys) != want || (err == nil) != (want == 2) {
			t.Errorf("%d keys, want %d; the old token: %v", len(keys), want, err)
		}
		o.now.Advance(2 * time.Hour)
	}
	o.now.Advance(91 * 24 * time.Hour)
	before, _, err := o.p.signer(t.Context())
	must(t, err)
	keys, err := o.p.published(t.Context())
	if err != nil || keys[0].ID != before || len(keys) != 2 {
		t.Errorf("the key did not rotate by itself: %d %v", len(keys), err)
	}
}

// TestMailProgram is the token of a mail program at the mail doors.
func TestMailProgram(t *testing.T) {
	o := newOffice(t, "")
	ctx := t.Context()
	c, _ := o.client(Client{Name: "Thunderbird", Kind: KindMail})
	_, tokens := o.post("/oauth/token", exchange(c, o.consented(request(c), annAddress).Get("code")))
	peer := identity.Peer{Addr: netip.MustParseAddr("198.51.100.9"), Door: "imap"}
	for _, name := range []string{"", annAddress, "Ann@City.example"} {
		if s, err := o.p.SignInMail(ctx, name, text(tokens, "access_token"), peer); err != nil || s.Account != o.ann.ID || s.Assurance != policy.ByProgram || s.Zone != policy.Outer {
			t.Errorf("%q: %+v %v", name, s, err)
		}
	}
	for _, c := range []struct{ name, token string }{{"bob@city.example", text(tokens, "access_token")}, {annAddress, text(tokens, "refresh_token")}, {annAddress, ""}, {"", "1.x"}} {
		if _, err := o.p.SignInMail(ctx, c.name, c.token, peer); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("%v: %v", c, err)
		}
	}
	must(t, o.id.CloseSession(ctx, o.token[annAddress]))
	if _, err := o.p.SignInMail(ctx, "", text(tokens, "access_token"), peer); err != nil {
		t.Errorf("a mail program needs no open web client: %v", err)
	}
	o.mail = errs.E(errs.Forbidden, "Not from here.")
	if _, err := o.p.SignInMail(ctx, "", text(tokens, "access_token"), peer); !errs.Is(err, errs.Forbidden) {
		t.Errorf("the policy was not asked: %v", err)
	}
	o.mail = nil
	o.now.Advance(2 * time.Hour)
	if _, err := o.p.SignInMail(ctx, "", text(tokens, "access_token"), peer); !errs.Is(err, errs.Unauthenticated) {
		t.Errorf("after its time: %v", err)
	}
	_, next := o.post("/oauth/token", url.Values{"grant_type": {"refresh_token"}, "client_id": {c.ID}, "refresh_token": {text(tokens, "refresh_token")}})
	if _, err := o.p.SignInMail(ctx, "", text(next, "access_token"), peer); err != nil {
		t.Errorf("refreshed: %v", err)
	}
	must(t, o.id.SetPassword(ctx, o.admin, 1, o.ann.ID, "anew"))
	if _, err := o.p.SignInMail(ctx, "", text(next, "access_token"), peer); !errs.Is(err, errs.Unauthenticated) {
		t.Errorf("after another password: %v", err)
	}
}

// TestDevice is RFC 8628: pending, too fast, allowed once, refused, guessed.
func TestDevice(t *testing.T) {
	o := newOffice(t, "")
	c, _ := o.client(native)
	start := func() (string, string) {
		_, out := o.post("/oauth/device", url.Values{"client_id": {c.ID}, "scope": {"openid"}})
		return text(out, "device_code"), text(out, "user_code")
	}
	poll := func(code string) map[string]any {
		_, out := o.post("/oauth/token", url.Values{"grant_type": {grantDevice}, "client_id": {c.ID}, "device_code": {code}})
		return out
	}
	for _, allow := range []bool{true, false} {
		code, shown := start()
		if out := poll(code); out["error"] != "authorization_pending" {
			t.Fatal(out)
		}
		if out := poll(code); out["error"] != "slow_down" {
			t.Error(out)
		}
		typed := strings.ToLower(strings.ReplaceAll(shown, "-", " "))
		_, asked := o.page("/sso/api/device", sso.PageRequest{Code: typed}, annAddress)
		token := asked["consent"].(map[string]any)["token"].(string)
		if status, _ := o.page("/sso/api/device-answer", sso.PageRequest{Code: typed, Token: "x", Allow: true}, annAddress); status != 403 {
			t.Error("forged answer")
		}
		if status, out := o.page("/sso/api/device-answer", sso.PageRequest{Code: typed, Token: token, Allow: allow}, annAddress); status != 200 {
			t.Fatal(out)
		}
		out := poll(code)
		if allow && text(out, "id_token") == "" || !allow && out["error"] != "access_denied" {
			t.Errorf("allowed %v: %v", allow, out)
		}
		if out := poll(code); out["error"] != "invalid_grant" {
			t.Errorf("twice: %v", out)
		}
	}
	code, _ := start()
	o.now.Advance(11 * time.Minute)
	if out := poll(code); out["error"] != "expired_token" {
		t.Error(out)
	}
	for range maxGuesses {
		if status, _ := o.page("/sso/api/device", sso.PageRequest{Code: "BBBB-BBBB"}, annAddress); status != 404 {
			t.Fatalf("guess: %d", status)
		}
	}
	if status, _ := o.page("/sso/api/device", sso.PageRequest{Code: "BBBB-BBBB"}, annAddress); status != 429 {
		t.Errorf("guessed too often: %d", status)
	}
}

// FuzzHint holds that nothing but our own signature is taken.
func FuzzHint(f *testing.F) {
	f.Add("a.b.c")
	f.Add("eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0.")
	f.Add("eyJhbGciOiJSUzI1NiIsImtpZCI6ImsifQ.e30.AAAA")
	keys := []shownKey{{ID: "k", N: base64url.EncodeToString([]byte(strings.Repeat("\xc3", 256))), E: "AQAB"}}
	f.Fuzz(func(t *testing.T, token string) {
		if _, err := readHint(token, keys); err == nil {
			t.Errorf("taken: %q", token)
		}
	})
}

// TestStrangerCannotFillUp is somebody who begins sign-ons and never ends
// them: they push out their own, and nobody else's.
func TestStrangerCannotFillUp(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, dbURL string) {
		o := newOffice(t, dbURL)
		o.p.conf.MaxFromNetwork, o.p.conf.MaxRequests = 3, 6
		c, _ := o.client(native)
		begin := func(peer string) (sso.Step, string) {
			t.Helper()
			o.now.Advance(time.Second)
			a := netip.MustParseAddr(peer)
			step, err := o.p.Authorize(t.Context(), request(c), policy.Subject{}, base, a)
			must(t, err)
			d, err := o.p.StartDevice(t.Context(), Credentials{ID: c.ID}, "openid", "", base, a)
			if err != nil && step.Ask != "" {
				t.Fatal(err)
			}
			return step, d.UserCode
		}
		anns, code := begin("192.0.2.7")
		var last sso.Step
		for range 5 {
			last, _ = begin("2001:db8::" + string('a'+rune(o.now.Now().Second()%6)))
		}
		for _, step := range []sso.Step{anns, last} {
			if got, err := o.p.Ask(t.Context(), step.Ask, policy.Subject{}); err != nil || !got.SignIn {
				t.Errorf("a request was pushed out: %+v %v", got, err)
			}
		}
		if status, out := o.page("/sso/api/device", sso.PageRequest{Code: code}, annAddress); status != 200 {
			t.Errorf("a device was pushed out: %d %v", status, out)
		}
		for _, peer := range []string{"198.51.100.1", "198.51.100.2"} {
			begin(peer)
		}
		if full, _ := begin("198.51.100.3"); !strings.Contains(full.Redirect, "error=temporarily_unavailable") {
			t.Errorf("with %d waiting: %+v", o.p.conf.MaxRequests, full)
		}
		o.now.Advance(time.Hour)
		if free, _ := begin("198.51.100.3"); free.Ask == "" {
			t.Errorf("after their time: %+v", free)
		}
	})
}

// TestInTheClear is a request that anybody on the way could read.
func TestInTheClear(t *testing.T) {
	o := newOffice(t, "")
	c, _ := o.client(native)
	o.clear = true
	for _, path := range []string{"/oauth/token", "/oauth/introspect", "/oauth/revoke", "/oauth/device", "/oauth/authorize"} {
		if status, out := o.post(path, exchange(c, "1.x")); status != 403 || out["error"] != "access_denied" {
			t.Errorf("%s: %d %v", path, status, out)
		}
	}
}

// TestPosted is a request by POST, which goes on by GET so that the cookie comes.
func TestPosted(t *testing.T) {
	o := newOffice(t, "")
	c, _ := o.client(native)
	r := httptest.NewRequest("POST", "/oauth/authorize?client_id=evil", strings.NewReader(request(c).Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, _ := o.do(r, "")
	to, err := res.Location()
	must(t, err)
	if res.StatusCode != 303 || to.Host != "mail.city.example" || to.Path != "/oauth/authorize" || to.Query().Encode() != request(c).Encode() {
		t.Errorf("%s to %s", res.Status, to)
	}
	if ask := o.get(to.Path, to.Query(), annAddress); ask.Path != "/sso/ask" {
		t.Errorf("then to %s", ask)
	}
}

// TestShownScopes holds that a person is told of access while they are away
// exactly where a client has it.
func TestShownScopes(t *testing.T) {
	for _, c := range []struct {
		client      Client
		scope, want string
	}{
		{Client{Kind: KindNative}, "openid offline_access", "openid"},
		{Client{Kind: KindWeb, Offline: true}, "openid offline_access email", "openid email offline_access"},
		{Client{Kind: KindWeb, Offline: true}, "openid", "openid"},
		{Client{Kind: KindMail, Offline: true}, "mail", "mail offline_access"},
	} {
		if got := strings.Join(c.client.shown(c.scope), " "); got != c.want {
			t.Errorf("%s of %s: %s", c.scope, c.client.Kind, got)
		}
	}
}

// FuzzAnswer holds that an answer goes to a registered address, or to the
// person's own machine.
func FuzzAnswer(f *testing.F) {
	for _, address := range []string{"http://127.0.0.1/cb", "http://127.0.0.1:1/cb", "http://127.0.0.1:1@evil.example/cb", "http://127.0.0.1:1\\@evil.example/cb", "//127.0.0.1/cb", "http:127.0.0.1/cb", "http://127.0.0.1%2eevil.example/cb", "http://[::1]/cb"} {
		f.Add(address)
	}
	f.Fuzz(func(t *testing.T, address string) {
		c := Client{Kind: KindNative, Redirects: []string{"http://127.0.0.1/cb", "gov.example.field:/done"}}
		if !c.mayAnswer(address) || address == c.Redirects[1] {
			return
		}
		to := asked{Redirect: address, Issuer: base}.back(url.Values{"code": {"x"}})
		if rest, ok := strings.CutPrefix(to, "http://127.0.0.1"); !ok || rest[0] != '/' && rest[0] != ':' || strings.ContainsAny(rest[:strings.IndexByte(rest, '/')], "@\\") {
			t.Errorf("%q leads to %q", address, to)
		}
	})
}
