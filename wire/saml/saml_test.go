package saml

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"flag"
	"math/big"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/kit/errs"
)

var update = flag.Bool("update", false, "write the golden files anew")

var at = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// testKeys are two keys with certificates, made once: that takes long.
var testKeys = sync.OnceValue(func() (list [2]Key) {
	for n := range list {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		template := &x509.Certificate{SerialNumber: big.NewInt(int64(n) + 1), Subject: pkix.Name{CommonName: "test"}, NotBefore: at, NotAfter: at.Add(time.Hour)}
		der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
		if err != nil {
			panic(err)
		}
		list[n] = Key{key, der}
	}
	return list
})

func (k Key) certs(t testing.TB) []*x509.Certificate {
	t.Helper()
	c, err := x509.ParseCertificate(k.Certificate)
	must(t, err)
	return []*x509.Certificate{c}
}

const plain = `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_1" Version="2.0" IssueInstant="2026-11-22T08:00:00Z" Destination="https://mail.city.example/saml/sso" ForceAuthn="true" AssertionConsumerServiceIndex="2"><saml:Issuer>https://att.city.example/saml</saml:Issuer><samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"/><samlp:RequestedAuthnContext Comparison="minimum"><saml:AuthnContextClassRef>https://refeds.org/profile/mfa</saml:AuthnContextClassRef></samlp:RequestedAuthnContext></samlp:AuthnRequest>`

func posted(doc string) url.Values {
	return url.Values{"SAMLRequest": {base64.StdEncoding.EncodeToString([]byte(doc))}, "RelayState": {"r"}}
}

// signed returns a document with an enveloped signature.
func signed(t testing.TB, doc string, k Key) string {
	t.Helper()
	out, err := k.SignMessage([]byte(doc))
	must(t, err)
	return string(out)
}

// TestAuthnRequest reads one by both bindings, signed and not.
func TestAuthnRequest(t *testing.T) {
	k, other := testKeys()[0], testKeys()[1]
	to, err := k.RedirectTo("https://mail.city.example/saml/sso", "SAMLRequest", []byte(plain), "r&1")
	must(t, err)
	_, query, _ := strings.Cut(to, "?")
	for name, get := range map[string]func() (Message, error){
		"redirect": func() (Message, error) { return ReadRedirect(query, Limits{}) },
		"post":     func() (Message, error) { return ReadPOST(posted(signed(t, plain, k)), Limits{}) },
	} {
		m, err := get()
		must(t, err)
		if m.Issuer() != "https://att.city.example/saml" || !strings.HasPrefix(m.Relay, "r") {
			t.Errorf("%s: %q %q", name, m.Issuer(), m.Relay)
		}
		if _, err := m.Check(other.certs(t)); !errs.Is(err, errs.Forbidden) {
			t.Errorf("%s: another's key: %v", name, err)
		}
		ok, err := m.Check(append(other.certs(t), k.certs(t)...))
		if must(t, err); !ok {
			t.Errorf("%s: not signed", name)
		}
		r, err := m.AuthnRequest()
		must(t, err)
		if r.ID != "_1" || !r.Force || r.Passive || r.Index != 2 || r.NameFormat != NamePersistent || r.Comparison != "minimum" || len(r.Classes) != 1 || r.Classes[0] != ClassTwo || !r.Issued.Equal(at) {
			t.Errorf("%s: %+v", name, r)
		}
		if _, err := m.LogoutRequest(); err == nil {
			t.Errorf("%s: it is no LogoutRequest", name)
		}
	}
	m, err := ReadPOST(posted(plain), Limits{})
	must(t, err)
	if ok, err := m.Check(k.certs(t)); ok || err != nil {
		t.Errorf("without a signature: %v %v", ok, err)
	}
}

// TestTamperedQuery changes what the signature of a query is over.
func TestTamperedQuery(t *testing.T) {
	k := testKeys()[0]
	to, err := k.RedirectTo("", "SAMLRequest", []byte(plain), "relay")
	must(t, err)
	query := to[1:]
	for name, changed := range map[string]string{
		"relay":            strings.Replace(query, "RelayState=relay", "RelayState=other", 1),
		"without relay":    strings.Replace(query, "&RelayState=relay", "", 1),
		"weak algorithm":   strings.Replace(query, url.QueryEscape(rsaSHA256), url.QueryEscape("http://www.w3.org/2000/09/xmldsig#rsa-sha1"), 1),
		"shared secret":    strings.Replace(query, url.QueryEscape(rsaSHA256), url.QueryEscape("http://www.w3.org/2000/09/xmldsig#hmac-sha1"), 1),
		"empty signature":  query[:strings.Index(query, "&Signature=")] + "&Signature=",
		"enveloped within": "SAMLRequest=" + url.QueryEscape(packed(t, signed(t, plain, k))),
	} {
		m, err := ReadRedirect(changed, Limits{})
		if err == nil {
			_, err = m.Check(k.certs(t))
		}
		if !errs.Is(err, errs.Forbidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ReadRedirect(query+"&RelayState=again", Limits{}); !errs.Is(err, errs.Invalid) {
		t.Errorf("a parameter twice: %v", err)
	}
}

// packed is a document as the Redirect binding has it.
func packed(t testing.TB, doc string) string {
	t.Helper()
	to, err := testKeys()[0].RedirectTo("", "SAMLRequest", []byte(doc), "")
	must(t, err)
	q, err := url.ParseQuery(to[1:])
	must(t, err)
	return q.Get("SAMLRequest")
}

// TestWrapping moves a signed message to where it is not looked at, and lets
// another be read (XSW 1 to 8 of Somorovsky and others, as far as a request
// has them), and gives the signature other shapes.
func TestWrapping(t *testing.T) {
	k := testKeys()[0]
	good := signed(t, plain, k)
	evil := strings.NewReplacer(`ID="_1"`, `ID="_evil"`, "mail.city.example", "evil.example").Replace(plain)
	from, to := strings.Index(good, "<ds:Signature"), strings.Index(good, "</ds:Signature>")+len("</ds:Signature>")
	signature := good[from:to]
	inner := good[:from] + good[to:]
	into := func(doc, more string) string {
		return strings.Replace(doc, "</saml:Issuer>", "</saml:Issuer>"+more, 1)
	}
	object := strings.Replace(signature, "</ds:Signature>", "<ds:Object>"+inner+"</ds:Object></ds:Signature>", 1)
	for name, doc := range map[string]string{
		"signature kept, message within it":      into(evil, object),
		"message beside the signature":           into(evil, signature+inner),
		"whole message within extensions":        into(evil, "<samlp:Extensions>"+good+"</samlp:Extensions>"),
		"same ID outside":                        into(strings.Replace(evil, "_evil", "_1", 1), object),
		"signature in extensions":                into(plain, "<samlp:Extensions>"+signature+"</samlp:Extensions>"),
		"two signatures":                         into(good, signature),
		"reference to everything":                strings.Replace(good, `URI="#_1"`, `URI=""`, 1),
		"reference elsewhere":                    strings.Replace(good, `URI="#_1"`, `URI="#_2"`, 1),
		"a changed word":                         strings.Replace(good, "att.city", "evil.city", 1),
		"a changed attribute":                    strings.Replace(good, `ForceAuthn="true"`, `ForceAuthn="false"`, 1),
		"no signature value":                     strings.Replace(good, "<ds:SignatureValue>", "<ds:SignatureValue>AA", 1),
		"weak digest":                            strings.ReplaceAll(good, "http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2000/09/xmldsig#sha1"),
		"weak method":                            strings.ReplaceAll(good, rsaSHA256, "http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
		"shared secret":                          strings.ReplaceAll(good, rsaSHA256, "http://www.w3.org/2000/09/xmldsig#hmac-sha1"),
		"a transform that chooses":               strings.Replace(good, enveloped, "http://www.w3.org/TR/1999/REC-xpath-19991116", 1),
		"one transform":                          strings.Replace(good, `<ds:Transform Algorithm="`+enveloped+`"></ds:Transform>`, "", 1),
		"a reference twice":                      regexDouble(good),
		"a signature of no namespace, unchecked": into(evil, `<Signature xmlns="urn:x"></Signature>`),
	} {
		m, err := ReadPOST(posted(doc), Limits{})
		if err == nil {
			_, err = m.Check(k.certs(t))
		}
		if err == nil {
			t.Errorf("%s: let through", name)
		}
	}
}

func regexDouble(doc string) string {
	from, to := strings.Index(doc, "<ds:Reference"), strings.Index(doc, "</ds:Reference>")+len("</ds:Reference>")
	return doc[:to] + doc[from:to] + doc[to:]
}

// TestHostile is XML that is made to hurt or to be read in two ways.
func TestHostile(t *testing.T) {
	into := func(more string) string { return strings.Replace(plain, "</saml:Issuer>", "</saml:Issuer>"+more, 1) }
	entity := `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>`
	for name, doc := range map[string]string{
		"entity bomb":            entity + strings.Replace(plain, "att.city.example", "&b;", 1),
		"a file":                 entity + strings.Replace(plain, "att.city.example", "&f;", 1),
		"unknown entity":         strings.Replace(plain, "att.city.example", "&f;", 1),
		"document type":          `<!DOCTYPE x SYSTEM "http://127.0.0.1/x">` + plain,
		"processing instruction": into(`<?xml-stylesheet href="x"?>`),
		"comment in a name":      strings.Replace(plain, "att.city.example", "att.city.example<!-- -->.evil.example", 1),
		"deep":                   into(strings.Repeat("<a>", 60_000/7) + strings.Repeat("</a>", 60_000/7)),
		"wide":                   into(strings.Repeat("<a/>", 10_000)),
		"many attributes":        into("<a " + strings.Repeat(`b="" `, 5000) + "/>"),
		"huge":                   into(strings.Repeat(" ", 70_000)),
		"attribute twice":        strings.Replace(plain, ` ID="_1"`, ` ID="_1" ID="_2"`, 1),
		"ID twice":               into(`<a ID="_1"/>`),
		"two roots":              plain + plain,
		"text behind":            plain + "x",
		"not closed":             plain[:len(plain)-5],
		"wrongly closed":         strings.Replace(plain, "</saml:Issuer>", "</saml:Audience>", 1),
		"another charset":        `<?xml version="1.0" encoding="UTF-7"?>` + plain,
		"colons":                 into(`<a:b:c xmlns:a="x"/>`),
		"nothing":                "",
		"not UTF-8":              into("\xff\xfe"),
	} {
		if _, err := ReadPOST(posted(doc), Limits{}); !errs.Is(err, errs.Invalid) && !errs.Is(err, errs.TooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ReadRedirect("SAMLRequest="+url.QueryEscape(packed(t, strings.Repeat("a", 50_000_000))), Limits{Bytes: 1 << 20}); !errs.Is(err, errs.TooLarge) {
		t.Errorf("a bomb of DEFLATE: %v", err)
	}
	for name, doc := range map[string]string{
		"no ID":          strings.Replace(plain, `ID="_1"`, "", 1),
		"an ID of words": strings.Replace(plain, `ID="_1"`, `ID="&quot;&gt;&lt;script&gt;"`, 1),
		"version 1.1":    strings.Replace(plain, `Version="2.0"`, `Version="1.1"`, 1),
		"no time":        strings.Replace(plain, "2026-11-22T08:00:00Z", "today", 1),
		"no issuer":      strings.Replace(plain, "https://att.city.example/saml", "", 1),
		"two addresses":  strings.Replace(plain, "ForceAuthn", `AssertionConsumerServiceURL="https://x.example/" ForceAuthn`, 1),
		"another root":   strings.ReplaceAll(plain, "AuthnRequest", "LogoutRequest"),
	} {
		m, err := ReadPOST(posted(doc), Limits{})
		must(t, err)
		if _, err := m.AuthnRequest(); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestService reads metadata as Debian's Apache makes it, and says what is
// wrong with others.
func TestService(t *testing.T) {
	file, err := os.ReadFile(filepath.Join("testdata", "mellon.xml"))
	must(t, err)
	s, err := ReadService(file, Limits{})
	must(t, err)
	if s.Entity != "https://att.city.example/mellon/metadata" || !s.Signs || len(s.Certificates) != 1 || len(s.ACS) != 1 || s.ACS[0].Location != "https://att.city.example/mellon/postResponse" || len(s.Logout) != 1 || s.Logout[0].Binding != BindingRedirect {
		t.Errorf("%+v", s)
	}
	for name, change := range map[string][2]string{
		"no such address":   {"https://att.city.example/mellon/postResponse", "http://att.city.example/post"},
		"a script":          {"https://att.city.example/mellon/postResponse", "javascript:alert(1)"},
		"a wildcard":        {"AssertionConsumerService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\"", "AssertionConsumerService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:PAOS\""},
		"no name":           {`entityID="https://att.city.example/mellon/metadata"`, ""},
		"not of SAML 2.0":   {`protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"`, `protocolSupportEnumeration="urn:oasis:names:tc:SAML:1.1:protocol"`},
		"no certificate":    {`use="signing"`, `use="encryption"`},
		"broken index":      {`index="0"`, `index="first"`},
		"broken key":        {"MII", "***"},
		"an answer at evil": {`/mellon/logout"`, `/mellon/logout" ResponseLocation="http://evil.example/"`},
	} {
		if !bytes.Contains(file, []byte(change[0])) {
			t.Fatalf("%s: the file has no %s", name, change[0])
		}
		if _, err := ReadService(bytes.ReplaceAll(file, []byte(change[0]), []byte(change[1])), Limits{}); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// TestResponse is what we write, letter by letter but for keys and signatures,
// and that both signatures hold.
func TestResponse(t *testing.T) {
	k := testKeys()[0]
	r := Response{ID: "_r", InResponse: "_1", Issuer: "https://mail.city.example/saml/metadata", Destination: "https://att.city.example/acs", Issued: at, Status: []string{StatusSuccess},
		Assertion: &Assertion{ID: "_a", Name: "a<b>&\"ann\"", Format: NamePersistent, Qualifier: "https://mail.city.example/saml/metadata", Audience: "https://att.city.example/saml", Recipient: "https://att.city.example/acs",
			Proved: at.Add(-time.Minute), Until: at.Add(5 * time.Minute), Session: "s1", Class: ClassProtected, Attributes: []Attribute{{"urn:oid:0.9.2342.19200300.100.1.3", "mail", []string{"ann@city.example"}}}}}
	doc, err := r.Sign(k)
	must(t, err)
	root, err := read(doc, Limits{})
	must(t, err)
	if len(root.FindElements(".//Signature")) != 2 {
		t.Fatalf("signatures: %s", doc)
	}
	a, ok := child(root, nsAssertion, "Assertion")
	if !ok {
		t.Fatal("no assertion")
	}
	alone := a.Copy()
	if _, ok, err := verify(alone, k.certs(t)); !ok || err != nil {
		t.Errorf("the assertion's signature: %v %v", ok, err)
	}
	golden(t, "response.xml", unsigned(doc))
	back, err := ReadResponse(doc, k.certs(t), Limits{})
	must(t, err)
	if a := back.Assertion; a == nil || a.Name != "a<b>&\"ann\"" || a.Audience != "https://att.city.example/saml" || a.InResponse != "_1" || !a.Until.Equal(at.Add(5*time.Minute)) || len(a.Attributes) != 1 || a.Attributes[0].Values[0] != "ann@city.example" {
		t.Errorf("%+v %+v", back, back.Assertion)
	}
	forged(t, string(doc), k)
	no := Response{ID: "_r", InResponse: "_1", Issuer: "https://mail.city.example/saml/metadata", Destination: "https://att.city.example/acs", Issued: at, Status: []string{StatusResponder, StatusNoPassive}, Text: "Nobody is signed in."}
	doc, err = no.Sign(k)
	must(t, err)
	golden(t, "refused.xml", unsigned(doc))
	doc, err = Provider{Entity: "https://mail.city.example/saml/metadata", SignOn: "https://mail.city.example/saml/sso", Logout: "https://mail.city.example/saml/logout",
		Certificates: [][]byte{k.Certificate}, Formats: []string{NamePersistent}, Attributes: []Attribute{{Name: "urn:oid:0.9.2342.19200300.100.1.3", Friendly: "mail"}}}.Metadata()
	must(t, err)
	golden(t, "metadata.xml", unsigned(doc))
}

// forged changes a signed response in ways that must not pass: the words, the
// places of the parts, and who signed.
func forged(t *testing.T, doc string, k Key) {
	t.Helper()
	from, to := strings.Index(doc, "<saml:Assertion"), strings.Index(doc, "</saml:Assertion>")+len("</saml:Assertion>")
	assertion := doc[from:to]
	own := doc[strings.Index(doc, "<ds:Signature"):from]
	own = own[:strings.Index(own, "</ds:Signature>")+len("</ds:Signature>")]
	bare := strings.Replace(doc, own, "", 1) // only the assertion is signed
	if r, err := ReadResponse([]byte(bare), k.certs(t), Limits{}); err != nil || r.Assertion == nil {
		t.Errorf("with the assertion's signature alone: %v", err)
	}
	inner := assertion[strings.Index(assertion, "<ds:Signature"):]
	inner = inner[:strings.Index(inner, "</ds:Signature>")+len("</ds:Signature>")]
	evil := strings.NewReplacer(inner, "", `ID="_a"`, `ID="_e"`, "ann@city", "boss@city").Replace(assertion)
	for name, bad := range map[string]string{
		"a word of the assertion":    strings.Replace(bare, "ann@city", "boss@city", 1),
		"no signature at all":        strings.Replace(bare, inner, "", 1),
		"an unsigned one before":     strings.Replace(bare, assertion, evil+assertion, 1),
		"an unsigned one after":      strings.Replace(bare, assertion, assertion+evil, 1),
		"the signed one in the evil": strings.Replace(bare, assertion, strings.Replace(evil, "</saml:Issuer>", "</saml:Issuer>"+inner+"<saml:Advice>"+assertion+"</saml:Advice>", 1), 1),
		"the signed one in an object": strings.Replace(bare, assertion, strings.Replace(evil, "</saml:Issuer>", "</saml:Issuer>"+
			strings.Replace(inner, "</ds:Signature>", "<ds:Object>"+strings.Replace(assertion, inner, "", 1)+"</ds:Object></ds:Signature>", 1), 1), 1),
		"comment in the name": strings.Replace(bare, `"ann"</saml:NameID>`, `"an<!-- -->n"</saml:NameID>`, 1),
		"another status":      strings.Replace(doc, StatusSuccess, StatusResponder, 1),
	} {
		if bad == bare || bad == doc {
			t.Fatalf("%s changes nothing", name)
		}
		if r, err := ReadResponse([]byte(bad), k.certs(t), Limits{}); err == nil {
			t.Errorf("%s: %+v", name, r.Assertion)
		}
	}
	if _, err := ReadResponse([]byte(doc), testKeys()[1].certs(t), Limits{}); err == nil {
		t.Error("another's key is taken")
	}
}

// unsigned replaces what differs at each run, and breaks lines for readers.
func unsigned(doc []byte) []byte {
	s := string(doc)
	for _, tag := range []string{"ds:X509Certificate", "ds:SignatureValue", "ds:DigestValue"} {
		parts := strings.Split(s, "<"+tag+">")
		for n := 1; n < len(parts); n++ {
			_, rest, _ := strings.Cut(parts[n], "</"+tag+">")
			parts[n] = "...</" + tag + ">" + rest
		}
		s = strings.Join(parts, "<"+tag+">")
	}
	return []byte(strings.ReplaceAll(s, "><", ">\n<") + "\n")
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		must(t, os.WriteFile(file, got, 0o644))
	}
	want, err := os.ReadFile(file)
	must(t, err)
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs:\n%s", name, got)
	}
}
