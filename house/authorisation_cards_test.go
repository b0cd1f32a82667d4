package house

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"chancery/directory/rulebook"
)

// issue makes an authority that the configuration trusts, a card for each
// place, and one that is nobody's yet.
func issue(t *testing.T, c *Config) map[string]*x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(n int64, name string, parent *x509.Certificate, change func(*x509.Certificate)) *x509.Certificate {
		tmpl := &x509.Certificate{SerialNumber: big.NewInt(n), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0), BasicConstraintsValid: true}
		change(tmpl)
		if parent == nil {
			parent = tmpl
		}
		der, err := x509.CreateCertificate(rand.Reader, tmpl, parent, key.Public(), key)
		if err != nil {
			t.Fatal(err)
		}
		out, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	root := sign(1, "City CA", nil, func(x *x509.Certificate) { x.IsCA, x.KeyUsage = true, x509.KeyUsageCertSign })
	cards := map[string]*x509.Certificate{}
	for n, name := range append([]string{"new"}, places...) {
		cards[name] = sign(int64(n)+2, name, root, func(x *x509.Certificate) {
			x.KeyUsage, x.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
		})
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	c.HTTP.BaseURL = "https://mail.city.example"
	c.Certificates.Anchors, c.Certificates.Challenge, c.Certificates.Revocation = []string{file}, true, "off"
	return cards
}

// regulation is a draft that everybody has to accept at once.
func regulation(title string) rulebook.Version {
	return rulebook.Version{Titles: map[string]string{"en": title}, Bodies: map[string]string{"en": "Text."}}
}

// TestChallengeNeedsAddress refuses to have a text signed that a browser's
// word for our address would stand in, but on this machine alone.
func TestChallengeNeedsAddress(t *testing.T) {
	for _, x := range []struct {
		base, listen, tls string
		good              bool
	}{{"https://mail.city.example", ":80", ":443", true}, {"", ":80", "", false}, {"", "127.0.0.1:80", ":443", false}, {"", "mail.city.example:80", "", false}, {"", "127.0.0.1:80", "[::1]:443", true}} {
		c, err := LoadConfig("")
		if err != nil {
			t.Fatal(err)
		}
		issue(t, &c)
		c.HTTP.BaseURL, c.HTTP.Listen, c.HTTP.ListenTLS = x.base, x.listen, x.tls
		if _, err := c.certificates(t.TempDir()); (err == nil) != x.good {
			t.Errorf("%+v: %v", x, err)
		}
	}
}
