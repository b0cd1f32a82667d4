package saml

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"strconv"
	"sync"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
	wire "chancery/wire/saml"
)

// Purposes of keys. Services hold to the certificate that they were given, by
// hand as a rule, so a key is followed only when an operator says so: the next
// one is published first and signs after the switch; the old one stays
// published until another is prepared.
const (
	keyNext = "next"
	keySign = "sign"
	keyOld  = "old"
	keyMask = "mask" // names of people, and tokens of the consent page
	keyRead = "read" // opens what other providers encrypt for us, where we are the service
)

// keyScope is whose data key the keys are sealed under: there is one provider
// for all organisations, so it is the installation's own.
var keyScope = store.Scope{}

const rsaBits = 3072 // good beyond 2030 (NIST SP 800-57), since these keys are old when they go

// keyCache keeps opened keys, by purpose.
type keyCache struct {
	mu   sync.Mutex
	open map[string]openKey
	mask []byte
}

type openKey struct {
	id  string
	key wire.Key
}

func (p *Provider) storedKeys(ctx context.Context) (by map[string]storedKey, err error) {
	by = map[string]storedKey{}
	err = p.db.Read(ctx, func(tx *store.Tx) error {
		list, err := selectKeys(ctx, tx)
		for _, k := range list {
			if _, there := by[k.purpose]; !there { // the oldest, should two have been made at once
				by[k.purpose] = k
			}
		}
		return err
	})
	return by, err
}

// signer returns the key that signs now; the first one is made when it is
// first asked for.
func (p *Provider) signer(ctx context.Context) (wire.Key, error) { return p.key(ctx, keySign) }

// Reader returns the key that other providers encrypt for, where they sign
// people in here; made when it is first asked for.
func (p *Provider) Reader(ctx context.Context) (wire.Key, error) { return p.key(ctx, keyRead) }

func (p *Provider) key(ctx context.Context, purpose string) (wire.Key, error) {
	by, err := p.storedKeys(ctx)
	if err != nil {
		return wire.Key{}, err
	}
	k, there := by[purpose]
	if !there {
		if k, err = p.makeKey(ctx, purpose); err != nil {
			return wire.Key{}, err
		}
	}
	p.keys.mu.Lock()
	defer p.keys.mu.Unlock()
	if open, ok := p.keys.open[purpose]; ok && open.id == k.id {
		return open.key, nil
	}
	der, err := p.db.Unseal(ctx, keyScope, "saml key", k.sealed)
	if err != nil {
		return wire.Key{}, err
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	key, ok := parsed.(*rsa.PrivateKey)
	if err != nil || !ok {
		return wire.Key{}, errs.E(errs.Internal, "the key for SAML cannot be read")
	}
	open := wire.Key{Private: key, Certificate: k.certificate}
	if p.keys.open == nil {
		p.keys.open = map[string]openKey{}
	}
	p.keys.open[purpose] = openKey{k.id, open}
	return open, nil
}

// makeKey makes a key of a purpose, unless another request was faster.
func (p *Provider) makeKey(ctx context.Context, purpose string) (storedKey, error) {
	p.making.Lock()
	defer p.making.Unlock()
	by, err := p.storedKeys(ctx)
	if err != nil {
		return storedKey{}, err
	}
	if k, there := by[purpose]; there {
		return k, nil
	}
	key, err := rsa.GenerateKey(rand.Reader, rsaBits)
	if err != nil {
		return storedKey{}, err
	}
	k := storedKey{id: id.Token(10), purpose: purpose, made: p.now()}
	now := p.clock.Now()
	template := &x509.Certificate{SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "Chancery SAML " + k.id},
		NotBefore: now.Add(-p.conf.Skew), NotAfter: now.Add(p.conf.KeyLife), KeyUsage: x509.KeyUsageDigitalSignature}
	if purpose == keyRead {
		template.KeyUsage = x509.KeyUsageKeyEncipherment
	}
	if k.certificate, err = x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key); err != nil {
		return k, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return k, err
	}
	if k.sealed, err = p.db.Seal(ctx, keyScope, "saml key", der); err != nil {
		return k, err
	}
	return k, p.db.Write(ctx, func(tx *store.Tx) error { return insertKey(ctx, tx, k) })
}

// PrepareKey makes the next key and publishes it beside the one that signs, so
// that services can learn it before the switch. The last old one goes.
func (p *Provider) PrepareKey(ctx context.Context, by policy.Subject) error {
	if _, err := p.signer(ctx); err != nil {
		return err
	}
	k, err := p.makeKey(ctx, keyNext)
	if err != nil {
		return err
	}
	return p.db.Write(ctx, func(tx *store.Tx) error {
		if err := deleteKeys(ctx, tx, keyOld); err != nil {
			return err
		}
		return p.note(ctx, tx, by, "sso.key", "saml next "+k.id, nil)
	})
}

// SwitchKey lets the prepared key sign from now on.
func (p *Provider) SwitchKey(ctx context.Context, by policy.Subject) error {
	return p.db.Write(ctx, func(tx *store.Tx) error {
		list, err := selectKeys(ctx, tx)
		if err != nil {
			return err
		}
		next := ""
		for _, k := range list {
			if k.purpose == keyNext {
				next = k.id
			}
		}
		if next == "" {
			return errs.E(errs.NotFound, "There is no prepared key; prepare one, and let the systems learn it first.")
		}
		if err := deleteKeys(ctx, tx, keyOld); err != nil {
			return err
		}
		for _, move := range [][2]string{{keySign, keyOld}, {keyNext, keySign}} {
			if err := setPurpose(ctx, tx, move[0], move[1]); err != nil {
				return err
			}
		}
		return p.note(ctx, tx, by, "sso.key", "saml sign "+next, nil)
	})
}

// Metadata is what services read about the provider: its addresses and its
// certificates, the one that signs first.
func (p *Provider) Metadata(ctx context.Context, base string) ([]byte, error) {
	if _, err := p.signer(ctx); err != nil {
		return nil, err
	}
	by, err := p.storedKeys(ctx)
	if err != nil {
		return nil, err
	}
	m := wire.Provider{Entity: EntityOf(base), SignOn: base + pathSignOn, Logout: base + pathLogout, Formats: []string{wire.NamePersistent, wire.NameTransient, wire.NameEmail}}
	for _, purpose := range []string{keySign, keyNext, keyOld} {
		if k, ok := by[purpose]; ok {
			m.Certificates = append(m.Certificates, k.certificate)
		}
	}
	for _, a := range attributes {
		m.Attributes = append(m.Attributes, wire.Attribute{Name: a.name, Friendly: a.friendly})
	}
	return m.Metadata()
}

// mask returns the secret of names and page tokens, made once and never
// followed: the names would change.
func (p *Provider) mask(ctx context.Context) ([]byte, error) {
	p.keys.mu.Lock()
	defer p.keys.mu.Unlock()
	if p.keys.mask != nil {
		return p.keys.mask, nil
	}
	fresh := make([]byte, 32)
	rand.Read(fresh)
	sealed, err := p.db.Seal(ctx, keyScope, "saml mask", fresh)
	if err != nil {
		return nil, err
	}
	var k storedKey
	err = p.db.Write(ctx, func(tx *store.Tx) error {
		list, err := selectKeys(ctx, tx)
		if err != nil {
			return err
		}
		for _, k = range list {
			if k.purpose == keyMask {
				return nil
			}
		}
		k = storedKey{id: id.Token(10), purpose: keyMask, sealed: sealed, certificate: []byte{}, made: p.now()}
		return insertKey(ctx, tx, k)
	})
	if err != nil {
		return nil, err
	}
	p.keys.mask, err = p.db.Unseal(ctx, keyScope, "saml mask", k.sealed)
	return p.keys.mask, err
}

// masked returns a text that only this installation can make of the parts.
func (p *Provider) masked(ctx context.Context, parts ...string) (string, error) {
	key, err := p.mask(ctx)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	for _, part := range parts {
		mac.Write([]byte(part))
		mac.Write([]byte{0})
	}
	return "_" + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), nil
}

func number(n int64) string { return strconv.FormatInt(n, 36) }
