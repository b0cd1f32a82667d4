package saml

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/identity/sso"
	"chancery/kit/errs"
	"chancery/policy"
	wire "chancery/wire/saml"
)

// refused checks that the browser was sent to our page of refusal, and nothing
// went to a service.
func (o *office) refused(what string, a answer) {
	o.t.Helper()
	if a.action != "" || a.to == nil || a.to.String() != base+sso.PageRefused {
		o.t.Errorf("%s: %d to %v, form to %q", what, a.status, a.to, a.action)
	}
}

// TestForged is what cannot have come from the service: not signed though
// promised, by another key, wrapped, or another's.
func TestForged(t *testing.T) {
	o := newOffice(t, "")
	good, other := testKeys()[0], testKeys()[1]
	o.service(true, Service{})
	o.refused("another key", o.redirected(o.message("", ""), "", other, true))
	to, err := good.RedirectTo(base+pathSignOn, "SAMLRequest", []byte(o.message("", "")), "r")
	must(t, err)
	unsigned, _, _ := strings.Cut(to, "&SigAlg")
	o.refused("not signed", o.get(unsigned, true))
	o.refused("another RelayState", o.get(strings.Replace(to, "RelayState=r", "RelayState=evil", 1), true))
	o.refused("a parameter twice", o.get(to+"&RelayState=evil", true))
	o.refused("not signed, by POST", o.posted([]byte(o.message("", "")), ""))

	doc, err := good.SignMessage([]byte(o.message("", "")))
	must(t, err)
	inner := string(doc)
	evil := strings.Replace(o.message(`AssertionConsumerServiceURL="`+acs+`/other"`, ""), "</saml:Issuer>", "</saml:Issuer><samlp:Extensions>"+inner+"</samlp:Extensions>", 1)
	o.refused("wrapped", o.posted([]byte(evil), ""))
	from, end := strings.Index(inner, "<ds:Signature"), strings.Index(inner, "</ds:Signature>")
	evil = strings.Replace(o.message("", ""), "</saml:Issuer>", "</saml:Issuer>"+inner[from:end]+"<ds:Object>"+inner[:from]+inner[end+len("</ds:Signature>"):]+"</ds:Object></ds:Signature>", 1)
	o.refused("wrapped in the signature", o.posted([]byte(evil), ""))
	o.refused("changed after signing", o.posted([]byte(strings.Replace(inner, `Version="2.0"`, `Version="2.0" ForceAuthn="true"`, 1)), ""))
	o.refused("unknown", o.redirected(strings.Replace(o.message("", ""), entity, "https://nobody.example/", 1), "", good, true))
}

// TestUnsigned is a service that promised nothing: its requests are taken
// without a signature, but not with a wrong one.
func TestUnsigned(t *testing.T) {
	o := newOffice(t, "")
	o.service(false, Service{})
	to, err := testKeys()[1].RedirectTo(base+pathSignOn, "SAMLRequest", []byte(o.message("", "")), "")
	must(t, err)
	o.refused("a wrong signature", o.get(to, true))
	unsigned, _, _ := strings.Cut(to, "&SigAlg")
	if r := o.read(o.get(unsigned, true)); r.Assertion == nil {
		t.Errorf("%+v", r)
	}
}

// TestHostileXML is XML that is made to hurt, at the door.
func TestHostileXML(t *testing.T) {
	o := newOffice(t, "")
	o.service(false, Service{})
	bomb := `<!DOCTYPE x [<!ENTITY a "` + strings.Repeat("a", 1000) + `"><!ENTITY b "` + strings.Repeat("&a;", 1000) + `">]>`
	for name, doc := range map[string]string{
		"entity bomb":   bomb + strings.Replace(o.message("", ""), entity, "&b;", 1),
		"a file":        `<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>` + strings.Replace(o.message("", ""), entity, "&f;", 1),
		"deep":          o.message("", strings.Repeat("<a>", 1000)+strings.Repeat("</a>", 1000)),
		"wide":          o.message("", strings.Repeat("<a/>", 5000)),
		"huge":          o.message("", strings.Repeat(" ", 70_000)),
		"comment":       strings.Replace(o.message("", ""), "att.city", "att<!-- -->.city", 1),
		"no XML at all": "SAMLRequest",
	} {
		start := time.Now()
		o.refused(name, o.posted([]byte(doc), ""))
		to, err := testKeys()[0].RedirectTo(base+pathSignOn, "SAMLRequest", []byte(doc), "")
		must(t, err)
		o.refused(name+" by Redirect", o.get(to, true))
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("%s took %s", name, took)
		}
	}
	r := httptest.NewRequest("POST", pathSignOn, strings.NewReader("SAMLRequest="+strings.Repeat("A", maxPosted+1)))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	o.refused("a body without end", o.do(r, false))
}

// TestAddresses is where answers go: only to what is registered, letter by
// letter, or by its number.
func TestAddresses(t *testing.T) {
	o := newOffice(t, "")
	k := testKeys()[0]
	o.service(true, Service{})
	for _, bad := range []string{"https://evil.example/", acs + "/", acs + "?x=1", strings.ToUpper(acs), "https://att.city.example@evil.example/acs", "javascript:alert(1)", "http://att.city.example/acs"} {
		o.refused(bad, o.redirected(o.message(`AssertionConsumerServiceURL="`+bad+`"`, ""), "", k, true))
		o.refused(bad+", nobody there", o.redirected(o.message(`AssertionConsumerServiceURL="`+bad+`" IsPassive="true"`, ""), "", k, false))
	}
	o.refused("an index that is none", o.redirected(o.message(`AssertionConsumerServiceIndex="3"`, ""), "", k, true))
	o.refused("two ways", o.redirected(o.message(`AssertionConsumerServiceIndex="7" AssertionConsumerServiceURL="`+acs+`"`, ""), "", k, true))
	for attrs, want := range map[string]string{"": acs, `AssertionConsumerServiceIndex="7"`: acs + "/other", `AssertionConsumerServiceURL="` + acs + `/other"`: acs + "/other"} {
		a := o.redirected(o.message(attrs, ""), "", k, true)
		if r := o.read(a); a.action != want || r.Destination != want || r.Assertion.Recipient != want {
			t.Errorf("%q leads to %s", attrs, a.action)
		}
	}
	// The service removed meanwhile, or its address changed.
	ask, _ := askOf(o.redirected(o.message("", ""), "", k, false))
	_, err := o.p.AddService(t.Context(), o.admin, metadata(entity, "https://new.city.example/acs", true, k), Service{Name: "Attendance", Consent: ConsentNever})
	must(t, err)
	o.refused("an address that was registered once", o.get(pathContinue+"?ask="+ask, true))
}

// TestRelay is RelayState: given back as it came and to the service only, never
// followed, and not without end.
func TestRelay(t *testing.T) {
	o := newOffice(t, "")
	k := testKeys()[0]
	o.service(true, Service{})
	for _, relay := range []string{"https://evil.example/", `"><script>alert(1)</script>`, "javascript:alert(1)", "\r\nLocation: https://evil.example/"} {
		a := o.redirected(o.message("", ""), relay, k, true)
		if a.action != acs || a.form.Get("RelayState") != relay || a.status != http.StatusOK {
			t.Errorf("%q: %+v", relay, a)
		}
	}
	a := o.redirected(o.message("", ""), strings.Repeat("r", 2000), k, true)
	if r := o.read(a); r.Assertion != nil || r.Status[1] != wire.StatusRequestUnsupported || a.form.Has("RelayState") {
		t.Errorf("a long one: %+v", r)
	}
}

// TestReplay is a request that comes twice, too late, too early, or to another
// place than it was made for.
func TestReplay(t *testing.T) {
	o := newOffice(t, "")
	k := testKeys()[0]
	o.service(true, Service{})
	doc := o.message("", "")
	if r := o.read(o.redirected(doc, "", k, true)); r.Assertion == nil {
		t.Fatal("the first time")
	}
	o.refused("a second time", o.redirected(doc, "", k, true))
	again, err := k.SignMessage([]byte(doc))
	must(t, err)
	o.refused("a second time by POST", o.posted(again, ""))
	for name, off := range map[string]time.Duration{"too late": -9 * time.Minute, "too early": 4 * time.Minute} {
		when := o.now.Now().Add(off).UTC().Format(time.RFC3339)
		o.refused(name, o.redirected(o.message(`IssueInstant="`+when+`"`, ""), "", k, true))
	}
	for _, off := range []time.Duration{-7 * time.Minute, 2 * time.Minute} { // within what clocks may be off
		when := o.now.Now().Add(off).UTC().Format(time.RFC3339)
		if r := o.read(o.redirected(o.message(`IssueInstant="`+when+`"`, ""), "", k, true)); r.Assertion == nil {
			t.Errorf("%s off: %+v", off, r)
		}
	}
	for _, place := range []string{"https://other.example/saml/sso", base + "/saml/logout", base + "/saml/sso/"} {
		o.refused("for "+place, o.redirected(o.message(`Destination="`+place+`"`, ""), "", k, true))
	}
	o.refused("signed, for nowhere", o.redirected(o.message(`Destination=""`, ""), "", k, true))
	ask, _ := askOf(o.redirected(o.message("", ""), "", k, false))
	o.now.Advance(31 * time.Minute)
	if a := o.page("ask", sso.PageRequest{Ask: ask}, false); a.status != 404 {
		t.Errorf("a request that waited too long: %+v", a)
	}
}

// TestRace lets four browsers answer one request: one of them does.
func TestRace(t *testing.T) {
	o := newOffice(t, "")
	o.service(true, Service{})
	ask, _ := askOf(o.redirected(o.message("", ""), "", testKeys()[0], false))
	who, err := o.id.Session(t.Context(), o.token, here)
	must(t, err)
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for range 4 {
		wg.Go(func() {
			out, err := o.p.Continue(t.Context(), ask, "", who)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil && out.Post != nil:
				won++
			case !errs.Is(err, errs.Invalid) && !errs.Is(err, errs.NotFound):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won != 1 {
		t.Errorf("%d were answered", won)
	}
}

// TestOthers is what two services can do with one another's answers: nothing.
func TestOthers(t *testing.T) {
	o := newOffice(t, "")
	o.service(true, Service{})
	const entity2, acs2 = "https://archive.city.example/saml", "https://archive.city.example/acs"
	_, err := o.p.AddService(t.Context(), o.admin, metadata(entity2, acs2, true, testKeys()[1]), Service{Name: "Archive", Consent: ConsentNever})
	must(t, err)
	first := o.read(o.redirected(o.message("", ""), "", testKeys()[0], true))
	second := o.read(o.redirected(strings.Replace(o.message("", ""), entity, entity2, 1), "", testKeys()[1], true))
	a, b := first.Assertion, second.Assertion
	if a.Name == b.Name || a.Session == b.Session || a.ID == b.ID {
		t.Errorf("comparable: %+v %+v", a, b)
	}
	if a.Audience != entity || b.Audience != entity2 || a.Recipient != acs || b.Recipient != acs2 {
		t.Errorf("handed to another: %+v %+v", a, b)
	}
	// One service cannot sign out the other's person, nor speak in its name.
	logout := func(issuer string, said *wire.Assertion) string {
		o.messages++
		return fmt.Sprintf(`<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" Version="2.0" ID="_m%d" IssueInstant="%s" Destination="%s"><saml:Issuer>%s</saml:Issuer><saml:NameID>%s</saml:NameID><samlp:SessionIndex>%s</samlp:SessionIndex></samlp:LogoutRequest>`,
			o.messages, o.now.Now().UTC().Format(time.RFC3339), base+pathLogout, issuer, said.Name, said.Session)
	}
	o.redirected(logout(entity2, a), "", testKeys()[1], true)
	o.refused("in another's name", o.redirected(logout(entity, a), "", testKeys()[1], true))
	if _, err := o.id.Session(t.Context(), o.token, here); err != nil {
		t.Fatal("signed out by another service")
	}
	// Its own it can; the other service is not told, which the answer says.
	out := o.redirected(logout(entity, a), "", testKeys()[0], true)
	if out.to == nil || !strings.HasPrefix(out.to.String(), acs+"/was-out?") {
		t.Fatalf("%+v", out)
	}
	if _, err := o.id.Session(t.Context(), o.token, here); err == nil {
		t.Error("the session stands")
	}
}

// TestNames is what stands in a name: nothing of it is read as XML.
func TestNames(t *testing.T) {
	o := newOffice(t, "")
	ctx := t.Context()
	o.service(true, Service{NameID: NameEmail, Attributes: []string{"name"}})
	s, err := o.p.service(ctx, entity)
	must(t, err)
	named := o.ann
	name := `Ann<!-- x --></saml:AttributeValue><saml:AttributeValue>boss & "co"`
	named.Name = name
	said, err := o.p.assertion(ctx, asked{Base: base, ACS: acs}, s, policy.Subject{Org: 1, Account: o.ann.ID, Session: 1}, named)
	must(t, err)
	key, err := o.p.signer(ctx)
	must(t, err)
	doc, err := wire.Response{ID: "_r", Issuer: EntityOf(base), Destination: acs, Issued: o.now.Now(), Status: []string{wire.StatusSuccess}, Assertion: &said}.Sign(key)
	must(t, err)
	r, err := wire.ReadResponse(doc, o.certificates(), wire.Limits{})
	must(t, err)
	if got := r.Assertion.Attributes; len(got) != 1 || len(got[0].Values) != 1 || got[0].Values[0] != name {
		t.Errorf("%+v", got)
	}
}

// TestCrossSite is what pages of other sites can do: begin, and nothing else.
func TestCrossSite(t *testing.T) {
	o := newOffice(t, "")
	o.service(true, Service{Consent: ConsentFirst})
	open := map[string]bool{}
	for _, r := range o.p.Routes(o) {
		if r.AnySite {
			open[r.Pattern] = true
		}
	}
	if len(open) != 2 || !open["POST /saml/sso"] || !open["POST /saml/logout"] {
		t.Errorf("%v", open)
	}
	ask, _ := askOf(o.redirected(o.message("", ""), "", testKeys()[0], true))
	// A link to the address that continues, or one that refuses, gets nothing
	// out of a person who was not asked.
	if a := o.get(pathContinue+"?ask="+ask, true); a.action != "" {
		t.Errorf("answered without consent: %+v", a)
	}
	o.refused("refused by a link", o.get(pathContinue+"?refused=1&ask="+ask, true))
	a := o.page("ask", sso.PageRequest{Ask: ask}, true)
	token, _ := a.body["consent"].(map[string]any)["token"].(string)
	to, _ := o.page("answer", sso.PageRequest{Ask: ask, Token: token}, true).body["redirect"].(string)
	if r := o.read(o.get(to, true)); r.Assertion != nil || r.Status[1] != wire.StatusRequestDenied {
		t.Errorf("the person's no: %+v", r)
	}
	o.clear = true
	if a := o.redirected(o.message("", ""), "", testKeys()[0], true); a.status != http.StatusForbidden {
		t.Errorf("in the clear: %+v", a)
	}
}

// TestFlood fills the waiting requests from one network: the oldest gives way.
func TestFlood(t *testing.T) {
	o := newOffice(t, "")
	o.p.conf.MaxFromNetwork, o.p.conf.MaxRequests = 3, 4
	o.service(true, Service{})
	var asks []string
	for range 5 {
		ask, ok := askOf(o.redirected(o.message("", ""), "", testKeys()[0], false))
		if !ok {
			t.Fatal("kept out")
		}
		asks = append(asks, ask)
		o.now.Advance(time.Second)
	}
	for n, ask := range asks {
		if a := o.page("ask", sso.PageRequest{Ask: ask}, false); (a.status == 200) != (n >= 2) {
			t.Errorf("request %d: %+v", n, a)
		}
	}
}

// TestRegistration refuses metadata and settings that cannot hold.
func TestRegistration(t *testing.T) {
	o := newOffice(t, "")
	k := testKeys()[0]
	file := metadata(entity, acs, true, k)
	for name, c := range map[string]struct {
		file []byte
		s    Service
	}{
		"no name":         {file, Service{}},
		"a name":          {file, Service{Name: "A", NameID: "uid"}},
		"an attribute":    {file, Service{Name: "A", Attributes: []string{"password"}}},
		"a consent":       {file, Service{Name: "A", Consent: "always"}},
		"no metadata":     {[]byte("<a/>"), Service{Name: "A"}},
		"in the clear":    {metadata(entity, "http://att.city.example/acs", true, k), Service{Name: "A"}},
		"no https at all": {metadata(entity, "javascript:alert(1)", true, k), Service{Name: "A"}},
		"not a key":       {[]byte(strings.Replace(string(file), base64.StdEncoding.EncodeToString(k.Certificate), "AAAA", 1)), Service{Name: "A"}},
	} {
		if _, err := o.p.AddService(t.Context(), o.admin, c.file, c.s); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := o.service(true, Service{})
	if _, err := o.p.AddService(t.Context(), policy.System(2), file, Service{Name: "Thief"}); !errs.Is(err, errs.Exists) {
		t.Errorf("another organisation's: %v", err)
	}
	if err := o.p.RemoveService(t.Context(), policy.System(2), s.ID); !errs.Is(err, errs.NotFound) {
		t.Errorf("removed by another organisation: %v", err)
	}
	must(t, o.p.RemoveService(t.Context(), o.admin, s.ID))
	o.refused("a removed service", o.redirected(o.message("", ""), "", k, true))
	o.recorded("sso.client.remove ok")
}
