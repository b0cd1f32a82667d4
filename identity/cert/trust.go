package cert

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"chancery/kit/errs"
)

// Limits of what is read from files.
const (
	maxFile  = 64 << 20
	maxFiles = 10_000
)

// least bits of an RSA key (NIST SP 800-131A).
const minRSA = 2048

// ClientAuth is the usage that a certificate for signing in has (RFC 5280
// section 4.2.1.12).
const ClientAuth = "1.3.6.1.5.5.7.3.2"

// refusal is an error with a word by which clients tell it in their language.
type refusal struct {
	error
	reason string
}

// Unwrap returns the error.
func (r refusal) Unwrap() error { return r.error }

// Reason returns the word.
func (r refusal) Reason() string { return r.reason }

func refuse(reason string, err error) error { return refusal{err, reason} }

// Why a certificate does not let in. Whoever hears it has proved to hold the key.
var (
	errNone      = refuse("none", errs.E(errs.Unauthenticated, "No certificate was shown."))
	errUntrusted = refuse("untrusted", errs.E(errs.Forbidden, "The certificate is not from an authority that is trusted here."))
	errExpired   = refuse("expired", errs.E(errs.Forbidden, "The certificate is not valid any more, or not yet."))
	errUnsuited  = refuse("unsuited", errs.E(errs.Forbidden, "The certificate is not one for signing in here."))
	errRevoked   = refuse("revoked", errs.E(errs.Forbidden, "The certificate was revoked."))
	errUnchecked = refuse("unchecked", errs.E(errs.Unavailable, "Whether the certificate is still in force cannot be found out at the moment. Please try again later."))
	errNobody    = refuse("nobody", errs.E(errs.Forbidden, "No account here belongs to the certificate."))
	errSeveral   = refuse("several", errs.E(errs.Forbidden, "The certificate belongs to more than one account here."))
)

// ReadFiles reads the blocks of PEM or DER files, and of all files in folders.
func ReadFiles(paths []string, each func(path string, der []byte) error) error {
	n := 0
	for _, path := range paths {
		files := []string{path}
		if info, err := os.Stat(path); err != nil {
			return errs.Wrap(errs.Invalid, err, "cannot read %s", path)
		} else if info.IsDir() {
			entries, err := os.ReadDir(path)
			if err != nil {
				return errs.Wrap(errs.Invalid, err, "cannot read the folder %s", path)
			}
			files = nil
			for _, e := range entries {
				if !e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
					files = append(files, filepath.Join(path, e.Name()))
				}
			}
		}
		for _, file := range files {
			if n++; n > maxFiles {
				return errs.E(errs.TooLarge, "there are more than %d files in %s", maxFiles, path)
			}
			if err := readFile(file, each); err != nil {
				return errs.Wrap(errs.Invalid, err, "cannot read %s", file)
			}
		}
	}
	return nil
}

func readFile(path string, each func(string, []byte) error) error {
	if info, err := os.Stat(path); err != nil || info.Size() > maxFile {
		return errs.Wrap(errs.TooLarge, either(err, errs.E(errs.TooLarge, "larger than %d bytes", maxFile)), "too large")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !bytes.Contains(text, []byte("-----BEGIN ")) {
		return each(path, text)
	}
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return nil
		}
		if err := each(path, block.Bytes); err != nil {
			return err
		}
	}
}

func either(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// ReadCertificates reads all certificates of files and folders.
func ReadCertificates(paths []string) (list []*x509.Certificate, err error) {
	err = ReadFiles(paths, func(_ string, der []byte) error {
		c, err := x509.ParseCertificate(der)
		list = append(list, c)
		return err
	})
	return list, err
}

// trust says which certificates are good for signing in.
type trust struct {
	anchors       *x509.CertPool
	intermediates []*x509.Certificate
	usages        []string
	policies      []x509.OID
}

func newTrust(c Config) (t trust, err error) {
	t = trust{anchors: x509.NewCertPool(), intermediates: c.Intermediates, usages: c.Usages}
	for _, a := range c.Anchors {
		t.anchors.AddCert(a)
	}
	for _, text := range c.Policies {
		oid, err := x509.ParseOID(text)
		if err != nil {
			return t, errs.E(errs.Invalid, "%q is no object identifier", text)
		}
		t.policies = append(t.policies, oid)
	}
	return t, nil
}

// chains returns the ways from a certificate to an anchor, the leaf first
// (RFC 5280 section 6). More are certificates that came with it.
func (t trust) chains(leaf *x509.Certificate, more []*x509.Certificate, now time.Time) ([][]*x509.Certificate, error) {
	if err := t.suited(leaf); err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	for _, c := range slices.Concat(t.intermediates, more) {
		pool.AddCert(c)
	}
	usage := x509.ExtKeyUsageAny
	if slices.Contains(t.usages, ClientAuth) && slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageClientAuth) {
		usage = x509.ExtKeyUsageClientAuth // the authorities above are held to it too
	}
	chains, err := leaf.Verify(x509.VerifyOptions{Roots: t.anchors, Intermediates: pool, CurrentTime: now,
		KeyUsages: []x509.ExtKeyUsage{usage}, CertificatePolicies: t.policies})
	var invalid x509.CertificateInvalidError
	switch {
	case err == nil && len(chains[0]) > 1:
		if chains = slices.DeleteFunc(chains, func(c []*x509.Certificate) bool { return !t.under(c) }); len(chains) == 0 {
			return nil, errUnsuited
		}
		return chains, nil
	case err == nil: // an anchor itself, or a certificate that is in the pool by mistake
		return nil, errUnsuited
	case asInvalid(err, &invalid) && invalid.Reason == x509.Expired:
		return nil, errExpired
	case asInvalid(err, &invalid) && (invalid.Reason == x509.IncompatibleUsage || invalid.Reason == x509.NoValidChains):
		return nil, errUnsuited
	}
	return nil, errUntrusted
}

// anyPolicy stands for all policies in an authority's certificate (RFC 5280
// section 4.2.1.4).
const anyPolicy = "2.5.29.32.0"

// under says whether one of the policies that are asked for holds for the
// whole chain. x509.Verify asks only where the authority itself asks for it.
func (t trust) under(chain []*x509.Certificate) bool {
	has := func(c *x509.Certificate, want string) bool {
		return slices.ContainsFunc(c.Policies, func(o x509.OID) bool { return o.String() == want })
	}
	return len(t.policies) == 0 || slices.ContainsFunc(t.policies, func(p x509.OID) bool {
		for n, c := range chain[:len(chain)-1] {
			if !has(c, p.String()) && (n == 0 || !has(c, anyPolicy)) {
				return false
			}
		}
		return true
	})
}

func asInvalid(err error, into *x509.CertificateInvalidError) bool {
	got, ok := err.(x509.CertificateInvalidError)
	*into = got
	return ok
}

// suited looks at what the certificate says it is for, and at its key.
func (t trust) suited(c *x509.Certificate) error {
	if c.IsCA || len(c.UnhandledCriticalExtensions) > 0 {
		return errUnsuited
	}
	// Cards hold a second certificate for decryption, with which nobody signs.
	if c.KeyUsage != 0 && c.KeyUsage&x509.KeyUsageDigitalSignature == 0 {
		return errUnsuited
	}
	if len(t.usages) > 0 && !slices.ContainsFunc(usagesOf(c), func(u string) bool { return slices.Contains(t.usages, u) }) {
		return errUnsuited
	}
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		if key.N.BitLen() < minRSA {
			return errUnsuited
		}
	case *ecdsa.PublicKey:
		if key.Curve.Params().BitSize < 256 {
			return errUnsuited
		}
	case ed25519.PublicKey:
	default:
		return errUnsuited
	}
	return nil
}

// usagesOf returns the extended usages as identifiers. None there is none
// here: where a usage is asked for, the certificate has to say so.
func usagesOf(c *x509.Certificate) (list []string) {
	for _, u := range c.ExtKeyUsage {
		switch u {
		case x509.ExtKeyUsageClientAuth:
			list = append(list, ClientAuth)
		case x509.ExtKeyUsageEmailProtection:
			list = append(list, "1.3.6.1.5.5.7.3.4")
		}
	}
	for _, u := range c.UnknownExtKeyUsage {
		list = append(list, u.String())
	}
	return list
}
