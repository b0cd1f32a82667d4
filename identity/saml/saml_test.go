package saml

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"sync"
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
	wire "chancery/wire/saml"
)

const (
	base       = "https://mail.city.example"
	entity     = "https://att.city.example/saml"
	acs        = "https://att.city.example/acs"
	annAddress = "ann@city.example"
)

var here = identity.Peer{Addr: netip.MustParseAddr("192.0.2.7"), Door: "http"}

// office is a provider with ann behind an HTTP handler; the cookie of the
// tests is the session's own token.
type office struct {
	t         *testing.T
	db        *store.Store
	dir       *directory.Directory
	id        *identity.Identity
	p         *Provider
	now       *clock.Fake
	mux       *http.ServeMux
	token     string // of ann's session
	ann       directory.Account
	admin     policy.Subject
	assurance policy.Assurance // of sessions, where it is more than by password
	weak      bool             // it rests on a code by SMS
	messages  int
	clear     bool // requests come without TLS
}

func (o *office) BaseURL(*http.Request) string { return base }
func (o *office) Session(r *http.Request) (policy.Subject, error) {
	c, err := r.Cookie("session")
	if err != nil {
		return policy.Subject{}, nil
	}
	s, err := o.id.Session(r.Context(), c.Value, here)
	s.Assurance, s.Weak = max(s.Assurance, o.assurance), o.weak
	return s, err
}
func (o *office) SignOut(_ http.ResponseWriter, r *http.Request) error {
	c, err := r.Cookie("session")
	if err != nil {
		return nil
	}
	return o.id.CloseSession(r.Context(), c.Value)
}
func (o *office) Private(*http.Request) bool    { return !o.clear }
func (o *office) Peer(*http.Request) netip.Addr { return here.Addr }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newOffice(t *testing.T, url string) *office {
	t.Helper()
	ctx := t.Context()
	o := &office{t: t, now: clock.NewFake(time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)), mux: http.NewServeMux(), admin: policy.System(1)}
	var err error
	o.db, err = store.Open(ctx, store.Options{Dir: t.TempDir(), URL: url, Log: testkit.Log(t)})
	must(t, err)
	t.Cleanup(func() { o.db.Close() })
	must(t, audit.Migrate(ctx, o.db))
	o.dir, err = directory.New(ctx, o.db, o.now)
	must(t, err)
	o.id, err = identity.New(ctx, o.db, o.dir, identity.Config{}, o.now, testkit.Log(t))
	must(t, err)
	o.p, err = New(ctx, o.db, o.dir, Config{}, o.now, testkit.Log(t))
	must(t, err)
	for _, r := range o.p.Routes(o) {
		o.mux.Handle(r.Pattern, r.Handler)
	}
	o.ann, err = o.dir.AddAccount(ctx, directory.Account{Address: annAddress, Name: "Ann"})
	must(t, err)
	must(t, o.id.SetPassword(ctx, o.admin, 1, o.ann.ID, "Đường về 12"))
	o.signIn()
	return o
}

func (o *office) signIn() {
	o.t.Helper()
	step, err := o.id.SignIn(o.t.Context(), annAddress, "Đường về 12", here)
	must(o.t, err)
	opened, err := o.id.OpenSession(o.t.Context(), step.Subject, here)
	must(o.t, err)
	o.token = opened.Token
}

// testKeys are of two services, made once: that takes long.
var testKeys = sync.OnceValue(func() (list [2]wire.Key) {
	for n := range list {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		template := &x509.Certificate{SerialNumber: big.NewInt(int64(n) + 1), Subject: pkix.Name{CommonName: "service"}, NotBefore: time.Now(), NotAfter: time.Now()}
		der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
		if err != nil {
			panic(err)
		}
		list[n] = wire.Key{Private: key, Certificate: der}
	}
	return list
})

// metadata is that of a service with two addresses to answer to.
func metadata(entity, acs string, signs bool, k wire.Key) []byte {
	return fmt.Appendf(nil, `<EntityDescriptor entityID="%s" xmlns="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
  <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol" AuthnRequestsSigned="%v">
    <KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>%s</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>
    <SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="%s/out" ResponseLocation="%[4]s/was-out"/>
    <AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="%[4]s" index="0" isDefault="true"/>
    <AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="%[4]s/other" index="7"/>
  </SPSSODescriptor>
</EntityDescriptor>`, entity, signs, base64.StdEncoding.EncodeToString(k.Certificate), acs)
}

// service registers one that asks for no consent.
func (o *office) service(signs bool, s Service) Service {
	o.t.Helper()
	if s.Name == "" {
		s.Name = "Attendance"
	}
	if s.Consent == "" {
		s.Consent = ConsentNever
	}
	s, err := o.p.AddService(o.t.Context(), o.admin, metadata(entity, acs, signs, testKeys()[0]), s)
	must(o.t, err)
	return s
}

// message is a request with attributes and parts of its own.
func (o *office) message(attrs, inner string) string {
	o.messages++
	if !strings.Contains(attrs, "Destination") {
		attrs += ` Destination="` + base + pathSignOn + `"`
	}
	if !strings.Contains(attrs, "IssueInstant") {
		attrs += ` IssueInstant="` + o.now.Now().UTC().Format(time.RFC3339) + `"`
	}
	if !strings.Contains(attrs, " ID=") {
		attrs += fmt.Sprintf(` ID="_m%d"`, o.messages)
	}
	return `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" Version="2.0" ` + attrs + `><saml:Issuer>` + entity + `</saml:Issuer>` + inner + `</samlp:AuthnRequest>`
}

// answer is what a browser got.
type answer struct {
	status int
	to     *url.URL   // of a redirect
	action string     // of a form
	form   url.Values // that it posts on
	body   map[string]any
}

var (
	inputs = regexp.MustCompile(`<input type="hidden" name="(\w+)" value="([^"]*)">`)
	action = regexp.MustCompile(`<form method="post" action="([^"]*)">`)
)

func (o *office) do(r *http.Request, signedIn bool) answer {
	o.t.Helper()
	if signedIn {
		r.AddCookie(&http.Cookie{Name: "session", Value: o.token})
	}
	w := httptest.NewRecorder()
	o.mux.ServeHTTP(w, r)
	res := w.Result()
	body, err := io.ReadAll(res.Body)
	must(o.t, err)
	a := answer{status: res.StatusCode, form: url.Values{}}
	a.to, _ = res.Location()
	switch {
	case strings.HasPrefix(res.Header.Get("Content-Type"), "text/html"):
		if m := action.FindSubmatch(body); m != nil {
			a.action = html.UnescapeString(string(m[1]))
		}
		for _, m := range inputs.FindAllSubmatch(body, -1) {
			a.form.Set(string(m[1]), html.UnescapeString(string(m[2])))
		}
	case strings.Contains(res.Header.Get("Content-Type"), "json"):
		must(o.t, json.Unmarshal(body, &a.body))
	}
	return a
}

// redirected sends a message by the Redirect binding, signed by a key.
func (o *office) redirected(doc, relay string, k wire.Key, signedIn bool) answer {
	o.t.Helper()
	to, err := k.RedirectTo(base+pathSignOn, "SAMLRequest", []byte(doc), relay)
	must(o.t, err)
	if strings.Contains(doc, "LogoutRequest") {
		to = strings.Replace(to, pathSignOn, pathLogout, 1)
	}
	return o.do(httptest.NewRequest("GET", to, nil), signedIn)
}

// posted sends a message by the POST binding, as another site's page does:
// without a cookie.
func (o *office) posted(doc []byte, relay string) answer {
	o.t.Helper()
	form := url.Values{"SAMLRequest": {base64.StdEncoding.EncodeToString(doc)}, "RelayState": {relay}}
	r := httptest.NewRequest("POST", pathSignOn, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return o.do(r, false)
}

func (o *office) get(path string, signedIn bool) answer {
	o.t.Helper()
	return o.do(httptest.NewRequest("GET", path, nil), signedIn)
}

func (o *office) page(path string, in sso.PageRequest, signedIn bool) answer {
	o.t.Helper()
	b, err := json.Marshal(in)
	must(o.t, err)
	r := httptest.NewRequest("POST", "/sso/api/saml/"+path, strings.NewReader(string(b)))
	r.Header.Set("Content-Type", "application/json")
	return o.do(r, signedIn)
}

// certificates are those of the provider's metadata.
func (o *office) certificates() (list []*x509.Certificate) {
	o.t.Helper()
	doc, err := o.p.Metadata(o.t.Context(), base)
	must(o.t, err)
	for _, m := range regexp.MustCompile(`<ds:X509Certificate>([^<]+)<`).FindAllSubmatch(doc, -1) {
		der, err := base64.StdEncoding.DecodeString(string(m[1]))
		must(o.t, err)
		c, err := x509.ParseCertificate(der)
		must(o.t, err)
		list = append(list, c)
	}
	return list
}

// read checks the signature of the answer that a form carries, and reads it.
func (o *office) read(a answer) wire.Response {
	o.t.Helper()
	doc, err := wire.FormResponse(a.form)
	if err != nil {
		o.t.Fatalf("no response: %+v", a)
	}
	r, err := wire.ReadResponse(doc, o.certificates()[:1], wire.Limits{})
	must(o.t, err)
	return r
}

// askOf reads the id of a request from where the browser is sent.
func askOf(a answer) (string, bool) {
	if a.to == nil {
		return "", false
	}
	return strings.CutPrefix(a.to.String(), base+pageAsk)
}

// recorded checks that the record holds entries of the verbs.
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

// TestSignOn walks the way of a service from the request to the sign-out, on
// both engines and by both bindings.
func TestSignOn(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, dbURL string) {
		o := newOffice(t, dbURL)
		k := testKeys()[0]
		o.service(true, Service{Attributes: []string{"mail", "name"}, Consent: ConsentFirst})
		// Signed out: the person is sent to our page, signs in, and is asked.
		ask, ok := askOf(o.redirected(o.message("", ""), "where & from", k, false))
		if !ok {
			t.Fatal("not sent to our page")
		}
		if a := o.page("ask", sso.PageRequest{Ask: ask}, false); a.body["signIn"] != true {
			t.Fatalf("%+v", a)
		}
		a := o.page("ask", sso.PageRequest{Ask: ask}, true)
		consent, _ := a.body["consent"].(map[string]any)
		if consent["client"] != "Attendance" || consent["site"] != "att.city.example" || fmt.Sprint(consent["scopes"]) != "[openid email profile]" {
			t.Fatalf("%+v", a)
		}
		if a := o.page("answer", sso.PageRequest{Ask: ask, Token: "x", Allow: true}, true); a.status != 403 {
			t.Errorf("an answer without the page's token: %+v", a)
		}
		a = o.page("answer", sso.PageRequest{Ask: ask, Token: consent["token"].(string), Allow: true}, true)
		onward, _ := a.body["redirect"].(string)
		if a := o.get(onward, false); a.action != "" {
			t.Fatalf("nobody is signed in, and an answer goes out: %+v", a)
		}
		a = o.get(onward, true)
		r := o.read(a)
		said := r.Assertion
		if said == nil || a.action != acs || a.form.Get("RelayState") != "where & from" || r.InResponse != "_m1" || said.InResponse != "_m1" || r.Issuer != base+"/saml/metadata" ||
			said.Audience != entity || said.Recipient != acs || said.Class != wire.ClassProtected || said.Format != wire.NamePersistent || len(said.Attributes) != 2 || said.Attributes[0].Values[0] != annAddress ||
			!said.Until.Equal(o.now.Now().Add(5*time.Minute)) || strings.Contains(said.Name, "ann") {
			t.Fatalf("%+v %+v %+v", a, r, said)
		}
		if a := o.get(onward, true); a.action != "" || a.to.String() != base+sso.PageRefused {
			t.Errorf("answered twice: %+v", a)
		}
		// The second time through without a question, by POST too, and with the same name.
		doc, err := k.SignMessage([]byte(o.message(`AssertionConsumerServiceIndex="7"`, "")))
		must(t, err)
		a = o.posted(doc, "")
		if a.to == nil || a.to.Path != pathContinue {
			t.Fatalf("%+v", a)
		}
		a = o.get(a.to.String(), true)
		if again := o.read(a); again.Assertion == nil || again.Assertion.Name != said.Name || a.action != acs+"/other" {
			t.Errorf("%+v", a)
		}
		o.signOut(said, k)
		o.recorded("sso.client.add ok", "sso.sign-on ok", "sign-out ok")
	})
}

// signOut signs the person of an assertion out at the service's word.
func (o *office) signOut(said *wire.Assertion, k wire.Key) {
	o.t.Helper()
	request := func(name, session string) string {
		o.messages++
		return fmt.Sprintf(`<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" Version="2.0" ID="_m%d" IssueInstant="%s" Destination="%s"><saml:Issuer>%s</saml:Issuer><saml:NameID Format="%s">%s</saml:NameID><samlp:SessionIndex>%s</samlp:SessionIndex></samlp:LogoutRequest>`,
			o.messages, o.now.Now().UTC().Format(time.RFC3339), base+pathLogout, entity, said.Format, name, session)
	}
	unsigned, err := k.RedirectTo(base+pathLogout, "SAMLRequest", []byte(request(said.Name, said.Session)), "")
	must(o.t, err)
	unsigned, _, _ = strings.Cut(unsigned, "&SigAlg")
	if a := o.get(unsigned, true); a.to.String() != base+sso.PageRefused {
		o.t.Errorf("an unsigned sign-out: %+v", a)
	}
	for what, doc := range map[string]string{"another session": request(said.Name, "_x"), "another person": request("_x", said.Session)} {
		if a := o.redirected(doc, "", k, true); !strings.HasPrefix(a.to.String(), acs+"/was-out?") {
			o.t.Errorf("%s: %+v", what, a)
		}
		if a := o.get("/saml/start?service=1.x", true); a.status != http.StatusSeeOther {
			o.t.Errorf("%+v", a)
		}
		if _, err := o.id.Session(o.t.Context(), o.token, here); err != nil {
			o.t.Fatalf("%s ended the session", what)
		}
	}
	a := o.redirected(request(said.Name, said.Session), "bye", k, true)
	if a.to == nil || !strings.HasPrefix(a.to.String(), acs+"/was-out?SAMLResponse=") || a.to.Query().Get("RelayState") != "bye" || a.to.Query().Get("Signature") == "" {
		o.t.Fatalf("%+v", a)
	}
	if _, err := o.id.Session(o.t.Context(), o.token, here); err == nil {
		o.t.Error("the session stands after the sign-out")
	}
}

// TestContext is the table of what is asked for, what the sign-in was, and
// what is said (Core section 3.3.2.2.1).
func TestContext(t *testing.T) {
	for _, c := range []struct {
		asked, comparison string
		have              policy.Assurance
		want              string
	}{
		{"", "", 1, wire.ClassProtected},
		{"", "", 2, wire.ClassTwo},
		{"", "", 3, wire.ClassHardware},
		{wire.ClassProtected, "exact", 1, wire.ClassProtected},
		{wire.ClassProtected, "exact", 3, wire.ClassProtected},
		{wire.ClassTwo, "exact", 1, ""},
		{wire.ClassTwo + " " + wire.ClassProtected, "exact", 1, wire.ClassProtected},
		{wire.ClassTwo + " " + wire.ClassProtected, "exact", 2, wire.ClassTwo},
		{wire.ClassProtected, "minimum", 2, wire.ClassTwo},
		{wire.ClassTwo, "minimum", 1, ""},
		{wire.ClassProtected, "better", 1, ""},
		{wire.ClassProtected, "better", 2, wire.ClassTwo},
		{wire.ClassTwo, "maximum", 1, wire.ClassProtected},
		{wire.ClassTwo, "maximum", 3, wire.ClassTwo},
		{"urn:oasis:names:tc:SAML:2.0:ac:classes:Kerberos", "exact", 3, ""},
		{wire.ClassProtected, "nearly", 3, ""},
	} {
		got, ok := chooseClass(strings.Fields(c.asked), c.comparison, c.have)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("%s %s with %d: %q", c.comparison, c.asked, c.have, got)
		}
	}
}

// TestAsked is what a service is told when its request cannot be fulfilled, at
// its own registered address.
func TestAsked(t *testing.T) {
	o := newOffice(t, "")
	k := testKeys()[0]
	o.service(true, Service{})
	context := `<samlp:RequestedAuthnContext><saml:AuthnContextClassRef>` + wire.ClassTwo + `</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>`
	for name, c := range map[string]struct {
		attrs, inner string
		signedIn     bool
		want         string
	}{
		"passive, nobody there": {`IsPassive="true"`, "", false, wire.StatusNoPassive},
		"passive and anew":      {`IsPassive="1" ForceAuthn="1"`, "", true, wire.StatusNoPassive},
		"surer":                 {`IsPassive="true"`, context, true, wire.StatusNoAuthnContext},
		"a declaration":         {"", `<samlp:RequestedAuthnContext><saml:AuthnContextDeclRef>x</saml:AuthnContextDeclRef></samlp:RequestedAuthnContext>`, true, wire.StatusNoAuthnContext},
		"the address":           {"", `<samlp:NameIDPolicy Format="` + wire.NameEmail + `"/>`, true, wire.StatusInvalidNameID},
		"another's name":        {"", `<samlp:NameIDPolicy SPNameQualifier="https://other.example/"/>`, true, wire.StatusInvalidNameID},
		"a person":              {"", `<saml:Subject><saml:NameID>bob</saml:NameID></saml:Subject>`, true, wire.StatusRequestUnsupported},
		"by artifact":           {`ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"`, "", true, wire.StatusRequestUnsupported},
	} {
		a := o.redirected(o.message(c.attrs, c.inner), "r", k, c.signedIn)
		r := o.read(a)
		if r.Assertion != nil || len(r.Status) != 2 || r.Status[1] != c.want || a.action != acs || a.form.Get("RelayState") != "r" {
			t.Errorf("%s: %+v %+v", name, a, r)
		}
	}
	o.assurance, o.weak = policy.ByTwo, true
	if r := o.read(o.redirected(o.message(`IsPassive="true"`, context), "", k, true)); r.Assertion != nil || len(r.Status) != 2 || r.Status[1] != wire.StatusNoAuthnContext {
		t.Errorf("by a code by SMS: %+v", r)
	}
	o.weak = false
	if r := o.read(o.redirected(o.message("", context), "", k, true)); r.Assertion == nil || r.Assertion.Class != wire.ClassTwo {
		t.Errorf("by two factors: %+v", r)
	}
	if r := o.read(o.redirected(o.message("", `<samlp:NameIDPolicy Format="`+wire.NameTransient+`"/>`), "", k, true)); r.Assertion == nil || r.Assertion.Format != wire.NameTransient {
		t.Errorf("transient: %+v", r)
	}
	o.recorded("sso.sign-on forbidden", "sso.sign-on unauthenticated")
}

// TestAnew is ForceAuthn: a person who is signed in signs in once more.
func TestAnew(t *testing.T) {
	o := newOffice(t, "")
	o.service(true, Service{})
	ask, ok := askOf(o.redirected(o.message(`ForceAuthn="true"`, ""), "", testKeys()[0], true))
	if !ok {
		t.Fatal("not asked to sign in anew")
	}
	if a := o.page("ask", sso.PageRequest{Ask: ask}, true); a.body["signIn"] != true || a.body["again"] != true {
		t.Errorf("%+v", a)
	}
	if a := o.get(pathContinue+"?ask="+ask, true); a.action != "" {
		t.Errorf("passed by without: %+v", a)
	}
	o.now.Advance(time.Minute)
	o.signIn()
	a := o.page("ask", sso.PageRequest{Ask: ask}, true)
	to, _ := a.body["redirect"].(string)
	if r := o.read(o.get(to, true)); r.Assertion == nil || !r.Assertion.Proved.Equal(o.now.Now()) {
		t.Errorf("%+v", r)
	}
}

// TestSurer sends a person to a surer sign-in where a service asks for one, and
// back with its request; who comes back without is refused, and not asked again.
func TestSurer(t *testing.T) {
	o := newOffice(t, "")
	o.service(true, Service{})
	wants := func(class, comparison string) answer {
		return o.redirected(o.message("", `<samlp:RequestedAuthnContext Comparison="`+comparison+`"><saml:AuthnContextClassRef>`+class+`</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>`), "", testKeys()[0], true)
	}
	for name, c := range map[string]struct {
		class, comparison string
		least             float64
	}{
		"two factors":            {wire.ClassTwo, "exact", 2},
		"two factors at least":   {wire.ClassTwo, "minimum", 2},
		"more than a password":   {wire.ClassPassword, "better", 2},
		"hardware":               {wire.ClassHardware, "exact", 3},
		"more than two":          {wire.ClassTwo, "better", 3},
		"more than there can be": {wire.ClassHardware, "better", 0},
	} {
		a := wants(c.class, c.comparison)
		ask, ok := askOf(a)
		if !ok {
			if r := o.read(a); c.least != 0 || r.Status[1] != wire.StatusNoAuthnContext {
				t.Errorf("%s: %+v", name, r)
			}
			continue
		}
		if p := o.page("ask", sso.PageRequest{Ask: ask}, true); p.body["signIn"] != true || p.body["least"] != c.least {
			t.Errorf("%s: %+v", name, p.body)
		}
	}
	for _, reached := range []policy.Assurance{policy.ByPassword, policy.ByTwo} {
		ask, _ := askOf(wants(wire.ClassTwo, "exact"))
		o.now.Advance(time.Minute)
		o.signIn()
		o.assurance = reached
		to, _ := o.page("ask", sso.PageRequest{Ask: ask}, true).body["redirect"].(string)
		r := o.read(o.get(to, true))
		if in := r.Assertion != nil && r.Assertion.Class == wire.ClassTwo; in != (reached == policy.ByTwo) {
			t.Errorf("back with %d: %+v", reached, r)
		}
	}
}

// TestStart enters a service that did not ask, where that is allowed.
func TestStart(t *testing.T) {
	o := newOffice(t, "")
	s := o.service(true, Service{})
	if a := o.get("/saml/start?service="+s.ID, true); a.to.String() != base+sso.PageRefused {
		t.Errorf("%+v", a)
	}
	s = o.service(true, Service{Start: true, NameID: NameEmail})
	a := o.get("/saml/start?service="+s.ID+"&RelayState=https://evil.example/", true)
	if r := o.read(a); r.Assertion == nil || r.InResponse != "" || r.Assertion.Name != annAddress || a.form.Has("RelayState") {
		t.Errorf("%+v %+v", a, r)
	}
	if ask, ok := askOf(o.get("/saml/start?service="+s.ID, false)); !ok {
		t.Error("signed out: not asked")
	} else if a := o.page("ask", sso.PageRequest{Ask: ask}, true); a.body["redirect"] == nil {
		t.Errorf("%+v", a)
	}
}

// TestKeys follows one key by the next: both are published before the switch,
// and the old one still after it.
func TestKeys(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, dbURL string) {
		o := newOffice(t, dbURL)
		if err := o.p.SwitchKey(t.Context(), o.admin); err == nil {
			t.Error("switched to nothing")
		}
		first := o.certificates()
		must(t, o.p.PrepareKey(t.Context(), o.admin))
		both := o.certificates()
		if len(first) != 1 || len(both) != 2 || !both[0].Equal(first[0]) {
			t.Fatalf("%d, then %d", len(first), len(both))
		}
		must(t, o.p.SwitchKey(t.Context(), o.admin))
		after := o.certificates()
		if len(after) != 2 || !after[0].Equal(both[1]) || !after[1].Equal(first[0]) {
			t.Fatal("the next key does not sign, or the old one is gone")
		}
		o.service(true, Service{})
		o.read(o.redirected(o.message("", ""), "", testKeys()[0], true)) // read checks by the first of the list
		must(t, o.p.PrepareKey(t.Context(), o.admin))
		if last := o.certificates(); len(last) != 2 || !last[0].Equal(both[1]) || last[1].Equal(first[0]) {
			t.Error("the old key stays for ever")
		}
		o.recorded("sso.key ok")
	})
}
