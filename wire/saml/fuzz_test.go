package saml

import (
	"crypto/x509"
	"encoding/base64"
	"net/url"
	"os"
	"path/filepath"
	"testing"
)

// FuzzMessage reads messages of strangers by both bindings: nothing panics,
// and nothing passes as signed that the key did not sign.
func FuzzMessage(f *testing.F) {
	k := testKeys()[0]
	for _, doc := range []string{plain, signed(f, plain, k), "<a/>", "", "<?xml version=\"1.0\"?><a xmlns:x=\"y\"><x:Signature/></a>"} {
		f.Add([]byte(doc))
	}
	certs := testKeys()[1].certs(f) // the key that signed nothing of it
	f.Fuzz(func(t *testing.T, doc []byte) {
		m, err := ReadPOST(url.Values{"SAMLRequest": {base64.StdEncoding.EncodeToString(doc)}}, Limits{})
		if err == nil {
			useMessage(t, m, certs)
		}
		if m, err = ReadRedirect(string(doc), Limits{}); err == nil {
			useMessage(t, m, certs)
		}
	})
}

func useMessage(t *testing.T, m Message, certs []*x509.Certificate) {
	if signed, err := m.Check(certs); signed && err == nil {
		t.Fatal("signed by a key that signed nothing")
	}
	if r, err := m.AuthnRequest(); err == nil && (r.ID == "" || r.Issuer == "" || len(r.Classes) > 20) {
		t.Fatalf("%+v", r)
	}
	if r, err := m.LogoutRequest(); err == nil && (r.ID == "" || r.Issuer == "") {
		t.Fatalf("%+v", r)
	}
}

// FuzzService reads metadata files.
func FuzzService(f *testing.F) {
	file, err := os.ReadFile(filepath.Join("testdata", "mellon.xml"))
	must(f, err)
	f.Add(file)
	ours, err := Provider{Entity: "https://mail.city.example/saml/metadata", SignOn: "https://mail.city.example/saml/sso", Logout: "https://mail.city.example/saml/logout", Certificates: [][]byte{testKeys()[0].Certificate}}.Metadata()
	must(f, err)
	f.Add(ours)
	f.Fuzz(func(t *testing.T, doc []byte) {
		s, err := ReadService(doc, Limits{})
		if err == nil && (s.Entity == "" || len(s.ACS) == 0 || s.Signs && len(s.Certificates) == 0) {
			t.Fatalf("%+v", s)
		}
		if o, err := ReadOutside(doc, Limits{}); err == nil && (o.Entity == "" || checkLocation(o.SignOn) != nil || len(o.Certificates) == 0) {
			t.Fatalf("%+v", o)
		}
		for _, p := range append(s.ACS, s.Logout...) {
			if checkLocation(p.Location) != nil || p.Answers != "" && checkLocation(p.Answers) != nil {
				t.Fatalf("%+v", p)
			}
		}
	})
}

// FuzzResponse reads responses: nothing is believed that the key did not sign.
func FuzzResponse(f *testing.F) {
	k := testKeys()[0]
	doc, err := Response{ID: "_r", InResponse: "_1", Issuer: "i", Destination: "d", Issued: at, Status: []string{StatusSuccess}, Assertion: &Assertion{ID: "_a", Name: "ann", Format: NameEmail, Audience: "s", Recipient: "d", Proved: at, Until: at, Class: ClassProtected}}.Sign(k)
	must(f, err)
	f.Add(doc)
	hidden := Response{ID: "_r", InResponse: "_1", Issuer: "i", Destination: "d", Issued: at, Status: []string{StatusSuccess}, Assertion: &Assertion{ID: "_a", Name: "ann", Format: NameEmail, Audience: "s", Recipient: "d", Proved: at, Until: at, Class: ClassProtected}}
	for _, b := range blocks {
		hidden.Encrypt = &Encryption{Certificate{k.certs(f)[0]}, b.name}
		doc, err := hidden.Sign(k)
		must(f, err)
		f.Add(doc)
	}
	certs := testKeys()[1].certs(f) // the key that signed nothing of it
	f.Fuzz(func(t *testing.T, doc []byte) {
		if r, err := ReadResponse(doc, certs, Limits{}, k); err == nil && r.Assertion != nil {
			t.Fatalf("believed: %+v", r.Assertion)
		}
	})
}

// FuzzOpen opens what is no cipher text: it is refused or read, and nothing else happens.
func FuzzOpen(f *testing.F) {
	for n, b := range blocks {
		data, key, err := seal(b.name, []byte("<saml:Assertion/>"))
		must(f, err)
		f.Add(n, key, data)
	}
	f.Fuzz(func(t *testing.T, n int, key, data []byte) {
		method := blocks[uint(n)%uint(len(blocks))]
		plain, err := open(method.name, key, data, true)
		if err == nil && len(plain) >= len(data) {
			t.Fatalf("%d octets of %d", len(plain), len(data))
		}
		if _, err := open(method.name, key, data, false); err == nil && !method.gcm {
			t.Fatal("CBC is read without a signature")
		}
	})
}
