package cert

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"chancery/kit/errs"
	"chancery/wire/clientcert"
)

var (
	oidDelta = asn1.ObjectIdentifier{2, 5, 29, 27}
	oidPoint = asn1.ObjectIdentifier{2, 5, 29, 28}
)

// list is a revocation list that was read (RFC 5280 section 5).
type list struct {
	rl      *x509.RevocationList // without its entries
	revoked map[string]struct{}  // serial numbers
	point   clientcert.Point
	issuers sync.Map // hash of an issuer's certificate -> whether it signed the list
}

// parseList reads a list, DER or PEM. What is not a whole list of its issuer
// is refused: a delta, entries of other issuers, criticals that nobody knows.
func parseList(text []byte) (*list, error) {
	if block, _ := pem.Decode(text); block != nil {
		text = block.Bytes
	}
	rl, err := x509.ParseRevocationList(text)
	if err != nil {
		return nil, err
	}
	l := &list{rl: rl, revoked: make(map[string]struct{}, len(rl.RevokedCertificateEntries))}
	for _, e := range rl.Extensions {
		switch {
		case e.Id.Equal(oidPoint):
			if l.point, err = clientcert.ReadPoint(e.Value); err != nil {
				return nil, err
			}
		case e.Id.Equal(oidDelta):
			return nil, errs.E(errs.Unsupported, "a delta list")
		case e.Critical:
			return nil, errs.E(errs.Unsupported, "a critical extension %s", e.Id)
		}
	}
	for _, e := range rl.RevokedCertificateEntries {
		if slices.ContainsFunc(e.Extensions, isCritical) {
			return nil, errs.E(errs.Unsupported, "an entry with a critical extension")
		}
		l.revoked[string(e.SerialNumber.Bytes())] = struct{}{}
	}
	rl.RevokedCertificateEntries = nil // a national list has millions
	return l, nil
}

// signedBy says whether an issuer signed the list, and may.
func (l *list) signedBy(issuer *x509.Certificate) bool {
	if !bytes.Equal(l.rl.RawIssuer, issuer.RawSubject) {
		return false
	}
	key := sha256.Sum256(issuer.Raw)
	if known, ok := l.issuers.Load(key); ok {
		return known == true
	}
	ok := l.rl.CheckSignatureFrom(issuer) == nil
	l.issuers.Store(key, ok)
	return ok
}

// covers says whether the list is about a certificate (RFC 5280 section 6.3.3 b).
func (l *list) covers(c *x509.Certificate) bool {
	p := l.point
	if p.Other || p.CAsOnly && !c.IsCA || p.UsersOnly && c.IsCA {
		return false
	}
	return !p.Named || slices.ContainsFunc(p.URIs, func(u string) bool { return slices.Contains(c.CRLDistributionPoints, u) })
}

// says is the answer of a list that is of the issuer and of its time.
func (v *revoker) says(l *list, c, issuer *x509.Certificate) standing {
	now := v.clock.Now()
	if l == nil || !l.signedBy(issuer) || !l.covers(c) || l.rl.ThisUpdate.After(now.Add(v.conf.Skew)) {
		return unknown
	}
	if _, there := l.revoked[string(c.SerialNumber.Bytes())]; there {
		return revoked // even of a list that is too old
	}
	if l.rl.NextUpdate.IsZero() || now.After(l.rl.NextUpdate.Add(v.conf.Skew+v.conf.Grace)) {
		return unknown
	}
	return good
}

// byFiles asks the lists that lie here.
func (v *revoker) byFiles(c, issuer *x509.Certificate) standing {
	out := unknown
	for _, l := range v.lists() {
		switch v.says(l, c, issuer) {
		case revoked:
			return revoked
		case good:
			out = good
		}
	}
	return out
}

// lookEvery is how often it is seen whether the files have changed.
const lookEvery = 10 * time.Second

// lists returns the lists that lie here. Files that cannot be read leave those
// that were read before in force, until their time is over.
func (v *revoker) lists() []*list {
	v.mu.Lock()
	defer v.mu.Unlock()
	now := v.clock.Now()
	if len(v.conf.Lists) == 0 || !v.looked.IsZero() && now.Sub(v.looked) < lookEvery {
		return v.files
	}
	v.looked = now
	stamp := stampOf(v.conf.Lists)
	if stamp == v.stamp {
		return v.files
	}
	var all []*list
	err := ReadFiles(v.conf.Lists, func(path string, der []byte) error {
		l, err := parseList(der)
		if err != nil {
			v.log.Error("cert: a revocation list cannot be used", "file", path, "error", err)
			return nil
		}
		all = append(all, l)
		return nil
	})
	if err != nil {
		v.log.Error("cert: revocation lists cannot be read", "error", err)
		return v.files
	}
	v.files, v.stamp = all, stamp
	return all
}

// stampOf changes when a file does.
func stampOf(paths []string) string {
	var b strings.Builder
	for _, path := range paths {
		files := []string{path}
		if entries, err := os.ReadDir(path); err == nil {
			for _, e := range entries {
				files = append(files, filepath.Join(path, e.Name()))
			}
		}
		for _, f := range files {
			if info, err := os.Stat(f); err == nil {
				fmt.Fprintln(&b, f, info.Size(), info.ModTime().UnixNano())
			}
		}
	}
	return b.String()
}

// source is an address from which a list is fetched.
type source struct {
	mu     sync.Mutex // one fetches, the others wait for it
	list   *list
	at     time.Time // when it was fetched by this process
	failed time.Time
	loaded bool // what was kept on disk was looked at
}

// byPoint asks the list at an address.
func (v *revoker) byPoint(ctx context.Context, at string, c, issuer *x509.Certificate) standing {
	if !v.allowed(at) {
		return unknown
	}
	v.mu.Lock()
	s := v.sources[at]
	if s == nil {
		s = &source{}
		v.sources[at] = s
	}
	v.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	now := v.clock.Now()
	if !s.loaded {
		s.loaded = true
		s.list = v.kept(at)
	}
	fresh := s.list != nil && !s.at.IsZero() && now.Sub(s.at) < v.conf.Refresh && now.Before(s.list.rl.NextUpdate)
	if !fresh && (s.failed.IsZero() || now.Sub(s.failed) >= v.conf.Pause) {
		if err := v.fetch(ctx, at, s, issuer); err != nil {
			s.failed = now
			v.log.Error("cert: a revocation list is not to be had", "address", at, "error", err)
		} else {
			s.failed, s.at = time.Time{}, now
		}
	}
	return v.says(s.list, c, issuer)
}

// fetch takes a newer list of the issuer in place of the old one.
func (v *revoker) fetch(ctx context.Context, at string, s *source, issuer *x509.Certificate) error {
	text, err := v.ask(ctx, at, nil, "", v.conf.MaxList)
	if err != nil {
		return err
	}
	l, err := parseList(text)
	if err != nil {
		return err
	}
	if !l.signedBy(issuer) {
		return errs.E(errs.Invalid, "the list is not of the issuer")
	}
	if s.list != nil && s.list.signedBy(issuer) && l.rl.ThisUpdate.Before(s.list.rl.ThisUpdate) {
		return errs.E(errs.Invalid, "the list is older than that which was fetched before")
	}
	s.list = l
	v.keep(at, text)
	return nil
}

func (v *revoker) file(at string) string {
	sum := sha256.Sum256([]byte(at))
	return filepath.Join(v.conf.Dir, hex.EncodeToString(sum[:])+".crl")
}

// kept is the list that an earlier process fetched; it is checked as any other.
func (v *revoker) kept(at string) *list {
	if v.conf.Dir == "" {
		return nil
	}
	text, err := os.ReadFile(v.file(at))
	if err != nil {
		return nil
	}
	l, err := parseList(text)
	if err != nil {
		return nil
	}
	return l
}

// keep writes a list for the next process. Without it the list is fetched again.
func (v *revoker) keep(at string, text []byte) {
	if v.conf.Dir == "" {
		return
	}
	err := os.MkdirAll(v.conf.Dir, 0o700)
	if err == nil {
		err = os.WriteFile(v.file(at)+".new", text, 0o600)
	}
	if err == nil {
		err = os.Rename(v.file(at)+".new", v.file(at))
	}
	if err != nil {
		v.log.Warn("cert: a revocation list is not kept", "error", err)
	}
}
