package agency

import (
	"compress/flate"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"io"
	"math/big"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	provider "chancery/identity/saml"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/wire/saml"
)

const idp = "https://id.city.example/saml"

// samlKey is the fake provider's.
var samlKey = sync.OnceValue(func() saml.Key {
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "provider"}, NotBefore: time.Now(), NotAfter: time.Now()}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &fakeKey().PublicKey, fakeKey())
	if err != nil {
		panic(err)
	}
	return saml.Key{Private: fakeKey(), Certificate: der}
})

func outside(more string) []byte {
	return fmt.Appendf(nil, `<EntityDescriptor entityID="%s" xmlns="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><IDPSSODescriptor %s protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>%s</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor><SingleSignOnService Binding="%s" Location="https://id.city.example/sso?tenant=1"/></IDPSSODescriptor></EntityDescriptor>`,
		idp, more, base64.StdEncoding.EncodeToString(samlKey().Certificate), saml.BindingRedirect)
}

// beginSAML starts a sign-in and returns the response that would be right.
func (o *office) beginSAML(p Provider) (state, browser string, r saml.Response) {
	o.t.Helper()
	to, browser, err := o.d.Begin(o.t.Context(), p.ID, base, here.Addr)
	must(o.t, err)
	u, err := url.Parse(to)
	must(o.t, err)
	packed, err := base64.StdEncoding.DecodeString(u.Query().Get("SAMLRequest"))
	must(o.t, err)
	doc, err := io.ReadAll(flate.NewReader(strings.NewReader(string(packed))))
	must(o.t, err)
	asked := string(doc)
	_, id, _ := strings.Cut(asked, ` ID="`)
	id, _, _ = strings.Cut(id, `"`)
	if u.Host != "id.city.example" || u.Query().Get("tenant") != "1" || !strings.Contains(asked, base+"/sso/in/acs") || !strings.Contains(asked, ">"+base+"/sso/in/metadata<") || id == "" {
		o.t.Errorf("%s: %s", u, asked)
	}
	return u.Query().Get("RelayState"), browser, saml.Response{ID: "_r", InResponse: id, Issuer: idp, Destination: base + "/sso/in/acs", Issued: o.now.Now(), Status: []string{saml.StatusSuccess},
		Assertion: &saml.Assertion{ID: "_a", Name: "u1", Format: saml.NamePersistent, Audience: base + "/sso/in/metadata", Recipient: base + "/sso/in/acs", Proved: o.now.Now(), Until: o.now.Now().Add(5 * time.Minute),
			Session: "s", Class: saml.ClassTwo, Attributes: []saml.Attribute{{Name: "urn:oid:0.9.2342.19200300.100.1.3", Values: []string{"ann@city.example"}}}}}
}

// TestSAMLSignIn is the whole way by a provider of SAML, on both engines.
func TestSAMLSignIn(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, dbURL string) {
		o := newOffice(t, dbURL)
		p, err := o.d.AddOutside(t.Context(), o.admin, Provider{Name: "Agency", Domains: []string{"city.example"}, Trust: policy.ByTwo}, outside(""), "")
		must(t, err)
		state, browser, r := o.beginSAML(p)
		doc, err := r.Sign(samlKey())
		must(t, err)
		pass, err := o.d.Back(t.Context(), back{state: state, response: doc}, here.Addr)
		must(t, err)
		if _, err := o.d.Back(t.Context(), back{state: state, response: doc}, here.Addr); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("a response twice: %v", err)
		}
		step, err := o.d.Finish(t.Context(), pass, browser, here)
		must(t, err)
		if step.Subject.Account != o.ann.ID || step.Subject.Assurance != policy.ByTwo {
			t.Errorf("%+v", step)
		}
		o.recorded("sso.link ok", "sign-in ok")
	})
}

// TestSAMLEncrypted signs in by an assertion that the provider encrypts with
// what our metadata offers, by the cipher that it names first; for another key it is
// refused, and the next service that we start opens it with the same key.
func TestSAMLEncrypted(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, dbURL string) {
		o := newOffice(t, dbURL)
		p, err := o.d.AddOutside(t.Context(), o.admin, Provider{Name: "Agency", Domains: []string{"city.example"}}, outside(""), "")
		must(t, err)
		key, err := o.keys.Reader(t.Context())
		must(t, err)
		doc, err := saml.Consumer("https://mail.city.example/sso/in/metadata", "https://mail.city.example/sso/in/acs", key.Certificate)
		must(t, err)
		us, err := saml.ReadService(doc, saml.Limits{})
		must(t, err)
		if us.Encryption == nil || us.Encryption.Method != "http://www.w3.org/2009/xmlenc11#aes128-gcm" {
			t.Fatalf("our metadata offers %+v", us.Encryption)
		}
		other, err := x509.ParseCertificate(samlKey().Certificate)
		must(t, err)
		for _, c := range []struct {
			to   saml.Certificate
			ours bool
		}{{us.Encryption.Certificate, true}, {saml.Certificate{Certificate: other}, false}} {
			state, browser, r := o.beginSAML(p)
			r.Encrypt = &saml.Encryption{Certificate: c.to, Method: us.Encryption.Method}
			doc, err := r.Sign(samlKey())
			must(t, err)
			pass, err := o.d.Back(t.Context(), back{state: state, response: doc}, here.Addr)
			if !c.ours {
				if !errs.Is(err, errs.Forbidden) {
					t.Errorf("for another: %v", err)
				}
				continue
			}
			must(t, err)
			step, err := o.d.Finish(t.Context(), pass, browser, here)
			if err != nil || step.Subject.Account != o.ann.ID {
				t.Errorf("%+v %v", step, err)
			}
		}
		again, err := provider.New(t.Context(), o.db, o.dir, provider.Config{}, o.now, testkit.Log(t))
		must(t, err)
		if k, err := again.Reader(t.Context()); err != nil || !k.Private.Equal(key.Private) {
			t.Errorf("another server has another key: %v", err)
		}
	})
}

// TestAssertions is what a provider, or somebody in its place, may say that is
// not believed (Profiles section 4.1.4.3).
func TestAssertions(t *testing.T) {
	o := newOffice(t, "")
	p, err := o.d.AddOutside(t.Context(), o.admin, Provider{Name: "Agency", Domains: []string{"city.example"}}, outside(""), "")
	must(t, err)
	for name, change := range map[string]func(r *saml.Response){
		"another issuer":      func(r *saml.Response) { r.Issuer = "https://evil.example" },
		"to another place":    func(r *saml.Response) { r.Destination = "https://other.example/acs" },
		"for another":         func(r *saml.Response) { r.Assertion.Audience = "https://other.example" },
		"for another's place": func(r *saml.Response) { r.Assertion.Recipient = "https://other.example/acs" },
		"another request":     func(r *saml.Response) { r.InResponse = "_x" },
		"nobody asked":        func(r *saml.Response) { r.InResponse = "" },
		"over":                func(r *saml.Response) { r.Assertion.Until = o.now.Now().Add(-3 * time.Minute) },
		"of the future":       func(r *saml.Response) { r.Issued = o.now.Now().Add(10 * time.Minute) },
		"signed in tomorrow":  func(r *saml.Response) { r.Assertion.Proved = o.now.Now().Add(24 * time.Hour) },
		"a name for one day":  func(r *saml.Response) { r.Assertion.Format = saml.NameTransient },
		"no name":             func(r *saml.Response) { r.Assertion.Name = "" },
		"another's domain":    func(r *saml.Response) { r.Assertion.Attributes[0].Values[0] = "ann@other.example" },
		"two addresses": func(r *saml.Response) {
			r.Assertion.Attributes[0].Values = []string{"ann@city.example", "x@city.example"}
		},
		"no assertion": func(r *saml.Response) { r.Assertion = nil },
		"a no": func(r *saml.Response) {
			r.Status = []string{saml.StatusResponder, saml.StatusRequestDenied}
			r.Assertion = nil
		},
		"a no with somebody": func(r *saml.Response) { r.Status = []string{saml.StatusResponder} },
	} {
		state, _, r := o.beginSAML(p)
		change(&r)
		doc, err := r.Sign(samlKey())
		must(t, err)
		if _, err := o.d.Back(t.Context(), back{state: state, response: doc}, here.Addr); !errs.Is(err, errs.Forbidden) && !errs.Is(err, errs.Unauthenticated) && !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Signed by another, not at all, or an answer of the other protocol.
	state, _, r := o.beginSAML(p)
	doc, err := r.Sign(saml.Key{Private: otherKey(), Certificate: samlKey().Certificate})
	must(t, err)
	if _, err := o.d.Back(t.Context(), back{state: state, response: doc}, here.Addr); !errs.Is(err, errs.Forbidden) {
		t.Errorf("another's key: %v", err)
	}
	state, _, _ = o.beginSAML(p)
	if _, err := o.d.Back(t.Context(), back{state: state, code: "c"}, here.Addr); !errs.Is(err, errs.Unauthenticated) {
		t.Errorf("a code: %v", err)
	}
	if _, err := o.d.AddOutside(t.Context(), o.admin, Provider{Name: "A"}, outside(`WantAuthnRequestsSigned="true"`), ""); !errs.Is(err, errs.Unsupported) {
		t.Errorf("a provider that wants signed requests: %v", err)
	}
	if _, err := o.d.AddOutside(t.Context(), o.admin, Provider{Name: "A"}, []byte("<a/>"), ""); !errs.Is(err, errs.Invalid) {
		t.Errorf("no metadata: %v", err)
	}
}
