package saml

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"chancery/kit/errs"
)

func hiddenResponse() Response {
	return Response{ID: "_r", InResponse: "_1", Issuer: "i", Destination: "d", Issued: at, Status: []string{StatusSuccess}, Assertion: &Assertion{ID: "_a", Name: "ann", Format: NameEmail,
		Audience: "https://att.city.example/saml", Recipient: "d", Proved: at, Until: at.Add(time.Minute), Class: ClassProtected, Attributes: []Attribute{{"mail", "", []string{"ann@city.example"}}}}}
}

// TestEncrypted writes an assertion in each way and reads it back with the key
// that it is for, and with no other; nothing of it is in the clear, and what
// was altered is not read.
func TestEncrypted(t *testing.T) {
	signer, reader := testKeys()[0], testKeys()[1]
	for _, b := range blocks {
		r := hiddenResponse()
		r.Encrypt = &Encryption{Certificate{reader.certs(t)[0]}, b.name}
		signed, err := r.Sign(signer)
		must(t, err)
		doc := string(signed)
		if strings.Contains(doc, "ann@") || !strings.Contains(doc, `Algorithm="`+b.name+`"`) || strings.Count(doc, "<ds:Signature ") != 1 {
			t.Errorf("%s: in the clear, or not as asked: %s", b.name, doc)
		}
		back, err := ReadResponse(signed, signer.certs(t), Limits{}, signer, reader)
		if err != nil || back.Assertion == nil || back.Assertion.Name != "ann" || back.Assertion.Attributes[0].Values[0] != "ann@city.example" {
			t.Errorf("%s: read as %+v, %v", b.name, back.Assertion, err)
		}
		if _, err := ReadResponse(signed, signer.certs(t), Limits{}, signer); !errs.Is(err, errs.Forbidden) {
			t.Errorf("%s: with another key: %v", b.name, err)
		}
		if _, err := ReadResponse(signed, signer.certs(t), Limits{}); !errs.Is(err, errs.Unsupported) {
			t.Errorf("%s: without a key: %v", b.name, err)
		}
		// Without the signature over the whole, only what tells of changes by itself is read.
		from, to := strings.Index(doc, "<ds:Signature "), strings.Index(doc, "</ds:Signature>")+len("</ds:Signature>")
		bare := doc[:from] + doc[to:]
		if _, err := ReadResponse([]byte(bare), signer.certs(t), Limits{}, reader); (err == nil) != b.gcm {
			t.Errorf("%s: without the outer signature: %v", b.name, err)
		}
		// Who sends it without having signed the assertion is not believed either.
		forged, err := r.Sign(testKeys()[1])
		must(t, err)
		f := string(forged)
		f = f[:strings.Index(f, "<ds:Signature ")] + f[strings.Index(f, "</ds:Signature>")+len("</ds:Signature>"):]
		if _, err := ReadResponse([]byte(f), signer.certs(t), Limits{}, reader); err == nil {
			t.Errorf("%s: an assertion of somebody else is believed", b.name)
		}
	}
}

// TestOpen refuses all that is not what was sealed.
func TestOpen(t *testing.T) {
	for _, b := range blocks {
		for _, text := range []string{"", "x", strings.Repeat("y", 16), strings.Repeat("z", 1000)} {
			data, key, err := seal(b.name, []byte(text))
			must(t, err)
			if plain, err := open(b.name, key, data, true); err != nil || string(plain) != text {
				t.Errorf("%s: %d octets come back as %q, %v", b.name, len(text), plain, err)
			}
			for cut := range min(len(data), 40) {
				if plain, err := open(b.name, key, data[:cut], true); err == nil && (b.gcm || cut%16 != 0) {
					t.Errorf("%s: %d of %d octets are read as %q", b.name, cut, len(data), plain)
				}
			}
			if _, err := open(b.name, key[1:], data, true); err == nil {
				t.Errorf("%s: a short key is taken", b.name)
			}
			data[0] ^= 1
			if _, err := open(b.name, key, data, true); err == nil && b.gcm {
				t.Errorf("%s: altered data is taken", b.name)
			}
		}
	}
	if _, _, err := seal("http://www.w3.org/2001/04/xmlenc#tripledes-cbc", nil); !errs.Is(err, errs.Unsupported) {
		t.Errorf("another cipher: %v", err)
	}
}

// TestEncryptionAsked reads from metadata how a service wants to be written to.
func TestEncryptionAsked(t *testing.T) {
	cert := base64.StdEncoding.EncodeToString(testKeys()[0].Certificate)
	for name, c := range map[string]struct{ use, methods, want string }{
		"for signing only": {"signing", "", "none"},
		"for both":         {"", "", blocks[0].name},
		"for encryption":   {"encryption", "", blocks[0].name},
		"the first that is known": {"encryption", `<EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#tripledes-cbc"/><EncryptionMethod Algorithm="http://www.w3.org/2009/xmlenc11#aes128-gcm"/><EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/>`,
			"http://www.w3.org/2009/xmlenc11#aes128-gcm"},
		"only the key's way":      {"encryption", `<EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"/>`, blocks[0].name},
		"only an old way of keys": {"encryption", `<EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#rsa-1_5"/>`, "refused"},
		"only ciphers not known":  {"encryption", `<EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#tripledes-cbc"/>`, "refused"},
	} {
		use := ""
		if c.use != "" {
			use = ` use="` + c.use + `"`
		}
		doc := `<EntityDescriptor entityID="https://att.city.example/saml" xmlns="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor` + use +
			`><ds:KeyInfo><ds:X509Data><ds:X509Certificate>` + cert + `</ds:X509Certificate></ds:X509Data></ds:KeyInfo>` + c.methods + `</KeyDescriptor><AssertionConsumerService Binding="` + BindingPOST + `" Location="https://att.city.example/acs" index="0"/></SPSSODescriptor></EntityDescriptor>`
		s, err := ReadService([]byte(doc), Limits{})
		got := "none"
		switch {
		case errs.Is(err, errs.Unsupported):
			got = "refused"
		case err != nil:
			t.Fatal(err)
		case s.Encryption != nil:
			got = s.Encryption.Method
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
