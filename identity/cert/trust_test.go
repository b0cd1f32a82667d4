package cert

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestTrust is the table of certificates that let nobody in, and the few that do.
func TestTrust(t *testing.T) {
	root := (*holder)(nil).issue(t, "City Root", authority)
	ca := root.issue(t, "City CA", authority)
	policy, err := x509.ParseOID("1.2.3.4")
	must(t, err)
	mailOnly := root.issue(t, "Mail CA", authority, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection} })
	notCA := root.issue(t, "City CA", func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign })
	same := (*holder)(nil).issue(t, "City CA", authority) // of the same name, by itself
	smartcard := asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 20, 2, 2}
	weak := func() *holder {
		key, err := rsa.GenerateKey(rand.Reader, 1024)
		must(t, err)
		return signed(t, template("ann"), ca.cert, key, ca.key)
	}
	strong := func() *holder {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		must(t, err)
		return signed(t, template("ann"), ca.cert, key, ca.key)
	}
	with := func(by *holder, f func(*x509.Certificate)) *holder { return by.issue(t, "ann", f) }
	for name, c := range map[string]struct {
		leaf *holder
		more []*x509.Certificate
		conf Config
		want error
	}{
		"good":                          {leaf: ca.issue(t, "ann")},
		"good, RSA":                     {leaf: strong()},
		"of the root itself":            {leaf: root.issue(t, "ann")},
		"its CA comes with it":          {leaf: ca.issue(t, "ann"), more: []*x509.Certificate{ca.cert}, conf: Config{Intermediates: []*x509.Certificate{}}},
		"its CA does not":               {leaf: ca.issue(t, "ann"), conf: Config{Intermediates: []*x509.Certificate{}}, want: errUntrusted},
		"expired":                       {leaf: with(ca, func(c *x509.Certificate) { c.NotAfter = epoch.Add(-time.Second) }), want: errExpired},
		"not valid yet":                 {leaf: with(ca, func(c *x509.Certificate) { c.NotBefore = epoch.Add(time.Hour) }), want: errExpired},
		"signed by itself":              {leaf: (*holder)(nil).issue(t, "ann"), want: errUntrusted},
		"of a CA with the same name":    {leaf: same.issue(t, "ann"), more: []*x509.Certificate{same.cert}, want: errUntrusted},
		"signed by somebody's own":      {leaf: ca.issue(t, "eve").issue(t, "ann"), want: errUntrusted},
		"of one that is no CA":          {leaf: notCA.issue(t, "ann"), more: []*x509.Certificate{notCA.cert}, want: errUntrusted},
		"for servers":                   {leaf: with(ca, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} }), want: errUnsuited},
		"for nothing in particular":     {leaf: with(ca, func(c *x509.Certificate) { c.ExtKeyUsage = nil }), want: errUnsuited},
		"the same where that is enough": {leaf: with(ca, func(c *x509.Certificate) { c.ExtKeyUsage = nil }), conf: Config{Usages: []string{}}},
		"for smart card logon": {leaf: with(ca, func(c *x509.Certificate) {
			c.ExtKeyUsage, c.UnknownExtKeyUsage = nil, []asn1.ObjectIdentifier{smartcard}
		}), conf: Config{Usages: []string{smartcard.String()}}},
		"for smart card logon only": {leaf: with(ca, func(c *x509.Certificate) {
			c.ExtKeyUsage, c.UnknownExtKeyUsage = nil, []asn1.ObjectIdentifier{smartcard}
		}), want: errUnsuited},
		"for decryption":          {leaf: with(ca, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }), want: errUnsuited},
		"a CA's own":              {leaf: ca, want: errUnsuited},
		"of a CA for mail only":   {leaf: mailOnly.issue(t, "ann"), more: []*x509.Certificate{mailOnly.cert}, want: errUnsuited},
		"a key that is too short": {leaf: weak(), want: errUnsuited},
		"a critical nobody knows": {leaf: with(ca, func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3}, Critical: true, Value: []byte{5, 0}}}
		}), want: errUnsuited},
		"without the policy":      {leaf: root.issue(t, "ann"), conf: Config{Policies: []string{"1.2.3.4"}}, want: errUnsuited},
		"with the policy":         {leaf: with(root, func(c *x509.Certificate) { c.Policies = []x509.OID{policy} }), conf: Config{Policies: []string{"1.2.3.4"}}},
		"a policy its CA has not": {leaf: with(ca, func(c *x509.Certificate) { c.Policies = []x509.OID{policy} }), conf: Config{Policies: []string{"1.2.3.4"}}, want: errUnsuited},
	} {
		c.conf.Anchors = []*x509.Certificate{root.cert}
		if c.conf.Intermediates == nil {
			c.conf.Intermediates = []*x509.Certificate{ca.cert}
		}
		tr, err := newTrust(c.conf.withDefaults())
		must(t, err)
		if _, err := tr.chains(c.leaf.cert, c.more, epoch); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// TestReadCertificates reads files and folders of both forms.
func TestReadCertificates(t *testing.T) {
	dir := t.TempDir()
	a, b := (*holder)(nil).issue(t, "A", authority), (*holder)(nil).issue(t, "B", authority)
	both := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw}), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: b.cert.Raw})...)
	must(t, os.WriteFile(filepath.Join(dir, "both.pem"), both, 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "a.der"), a.cert.Raw, 0o600))
	list, err := ReadCertificates([]string{dir})
	if err != nil || len(list) != 3 {
		t.Errorf("%d, %v", len(list), err)
	}
	must(t, os.WriteFile(filepath.Join(dir, "c.pem"), []byte("no certificate"), 0o600))
	if _, err := ReadCertificates([]string{dir}); err == nil {
		t.Error("a file that is no certificate was taken")
	}
	if _, err := ReadCertificates([]string{filepath.Join(dir, "none")}); err == nil {
		t.Error("a file that is not there was taken")
	}
}
