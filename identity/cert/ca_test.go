package cert

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"
)

var epoch = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// holder is a certificate with its key.
type holder struct {
	t    testing.TB
	cert *x509.Certificate
	key  crypto.Signer
}

var serial atomic.Int64

func newKey(t testing.TB) crypto.Signer {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	return k
}

// template is a certificate for signing in, to be changed by the tests.
func template(name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(serial.Add(1) + 1000), Subject: pkix.Name{CommonName: name, Organization: []string{"City"}},
		NotBefore: epoch.Add(-time.Hour), NotAfter: epoch.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
	}
}

func authority(c *x509.Certificate) {
	c.IsCA, c.KeyUsage, c.ExtKeyUsage = true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign, nil
}

// issue signs a certificate; a holder that is nil signs its own.
func (h *holder) issue(t testing.TB, name string, change ...func(*x509.Certificate)) *holder {
	t.Helper()
	c := template(name)
	for _, f := range change {
		f(c)
	}
	key := newKey(t)
	parent, by := c, key
	if h != nil {
		parent, by = h.cert, h.key
	}
	return signed(t, c, parent, key, by)
}

func signed(t testing.TB, c, parent *x509.Certificate, key, by crypto.Signer) *holder {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), by)
	must(t, err)
	out, err := x509.ParseCertificate(der)
	must(t, err)
	return &holder{t, out, key}
}

// list signs a revocation list.
func (h *holder) list(from, until time.Time, change func(*x509.RevocationList), revoked ...*holder) []byte {
	h.t.Helper()
	rl := &x509.RevocationList{Number: big.NewInt(from.Unix()), ThisUpdate: from, NextUpdate: until}
	for _, r := range revoked {
		rl.RevokedCertificateEntries = append(rl.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: r.cert.SerialNumber, RevocationTime: from, ReasonCode: 1})
	}
	if change != nil {
		change(rl)
	}
	der, err := x509.CreateRevocationList(rand.Reader, rl, h.cert, h.key)
	must(h.t, err)
	return der
}

// says signs an answer of a responder about a certificate.
func (h *holder) says(status int, about *holder, issuer *holder, change func(*ocsp.Response)) []byte {
	h.t.Helper()
	r := ocsp.Response{Status: status, SerialNumber: about.cert.SerialNumber, ThisUpdate: epoch, NextUpdate: epoch.Add(time.Hour), IssuerHash: crypto.SHA1, RevokedAt: epoch}
	if h != issuer {
		r.Certificate = h.cert
	}
	if change != nil {
		change(&r)
	}
	der, err := ocsp.CreateResponse(issuer.cert, h.cert, r, h.key)
	must(h.t, err)
	return der
}

func extension(t testing.TB, critical bool, oid asn1.ObjectIdentifier, value any) pkix.Extension {
	t.Helper()
	der, ok := value.([]byte)
	if !ok {
		var err error
		der, err = asn1.Marshal(value)
		must(t, err)
	}
	return pkix.Extension{Id: oid, Critical: critical, Value: der}
}

// otherName is a SubjectAltName with addresses and user principal names.
func otherName(t testing.TB, emails, upns []string) pkix.Extension {
	t.Helper()
	var names []asn1.RawValue
	for _, e := range emails {
		names = append(names, asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 1, Bytes: []byte(e)})
	}
	for _, u := range upns {
		text, err := asn1.MarshalWithParams(u, "utf8")
		must(t, err)
		oid, err := asn1.Marshal(asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 20, 2, 3})
		must(t, err)
		wrapped, err := asn1.Marshal(asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: text})
		must(t, err)
		names = append(names, asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: append(oid, wrapped...)})
	}
	return extension(t, false, asn1.ObjectIdentifier{2, 5, 29, 17}, names)
}
