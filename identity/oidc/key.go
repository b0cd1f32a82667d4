package oidc

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/url"
	"strconv"
	"sync"
	"time"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

// Purposes of keys, which bind their seals too.
const (
	keySign = "sign" // ID tokens
	keyMask = "mask" // names for one client, and the tokens of the consent page
)

// keyScope is whose data key the keys are sealed under: there is one issuer
// for all organisations, so it is the installation's own.
var keyScope = store.Scope{}

// rsaBits is the size of signing keys: RS256 is what every client must
// understand (Core section 15.1), and NIST takes 2048 as good to 2030.
const rsaBits = 2048

// keyCache keeps opened keys: unsealing and parsing one takes longer than signing.
type keyCache struct {
	mu   sync.Mutex
	sign map[string]*rsa.PrivateKey
	mask []byte
}

// shownKey is a public key as clients read it (RFC 7517).
type shownKey struct {
	Type string `json:"kty"`
	Use  string `json:"use"`
	Alg  string `json:"alg"`
	ID   string `json:"kid"`
	N    string `json:"n"`
	E    string `json:"e"`
}

var base64url = base64.RawURLEncoding

// signer returns the key that signs now; one that is too old is followed by
// another.
func (p *Provider) signer(ctx context.Context) (string, *rsa.PrivateKey, error) {
	list, err := p.storedKeys(ctx, keySign)
	if err != nil {
		return "", nil, err
	}
	if len(list) == 0 || p.now()-list[0].made > p.conf.KeyLife.Milliseconds() {
		if err := p.makeSigner(ctx, policy.System(1), false); err != nil {
			return "", nil, err
		}
		if list, err = p.storedKeys(ctx, keySign); err != nil {
			return "", nil, err
		}
	}
	p.keys.mu.Lock()
	key := p.keys.sign[list[0].id]
	p.keys.mu.Unlock()
	if key != nil {
		return list[0].id, key, nil
	}
	if key, err = p.openSigner(ctx, list[0]); err != nil {
		return "", nil, err
	}
	p.keys.mu.Lock()
	defer p.keys.mu.Unlock()
	p.keys.sign = map[string]*rsa.PrivateKey{list[0].id: key}
	return list[0].id, key, nil
}

func (p *Provider) openSigner(ctx context.Context, k storedKey) (*rsa.PrivateKey, error) {
	der, err := p.db.Unseal(ctx, keyScope, "oidc "+keySign, k.sealed)
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	key, ok := parsed.(*rsa.PrivateKey)
	if err != nil || !ok {
		return nil, errs.E(errs.Internal, "a key for ID tokens cannot be read")
	}
	return key, nil
}

func (p *Provider) storedKeys(ctx context.Context, purpose string) (list []storedKey, err error) {
	err = p.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = selectKeys(ctx, tx, purpose)
		return err
	})
	return list, err
}

// RotateKey makes another key that signs from now on. The old one stays
// published until the last token that it signed is over.
func (p *Provider) RotateKey(ctx context.Context, by policy.Subject) error {
	return p.makeSigner(ctx, by, true)
}

func (p *Provider) makeSigner(ctx context.Context, by policy.Subject, always bool) error {
	p.making.Lock()
	defer p.making.Unlock()
	if list, err := p.storedKeys(ctx, keySign); err != nil || !always && len(list) > 0 && p.now()-list[0].made <= p.conf.KeyLife.Milliseconds() {
		return err // made by another request meanwhile
	}
	key, err := rsa.GenerateKey(rand.Reader, rsaBits)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	k := storedKey{id: id.Token(10), made: p.now()}
	shown, err := json.Marshal(shownKey{Type: "RSA", Use: "sig", Alg: "RS256", ID: k.id,
		N: base64url.EncodeToString(key.N.Bytes()), E: base64url.EncodeToString(big.NewInt(int64(key.E)).Bytes())})
	if err != nil {
		return err
	}
	k.shown = string(shown)
	if k.sealed, err = p.db.Seal(ctx, keyScope, "oidc "+keySign, der); err != nil {
		return err
	}
	return p.db.Write(ctx, func(tx *store.Tx) error {
		old, err := selectKeys(ctx, tx, keySign)
		if err != nil {
			return err
		}
		for n, o := range old {
			// What it signed last was signed when its follower was made.
			if n > 0 && p.now()-old[n-1].made > (p.conf.AccessLife+time.Hour).Milliseconds() {
				if err := deleteKey(ctx, tx, o.id); err != nil {
					return err
				}
			}
		}
		if err := insertKey(ctx, tx, keySign, k); err != nil {
			return err
		}
		return p.note(ctx, tx, by, "sso.key", k.id, nil)
	})
}

// published returns the public keys that tokens in use may be signed with.
func (p *Provider) published(ctx context.Context) (list []shownKey, err error) {
	if _, _, err = p.signer(ctx); err != nil {
		return nil, err
	}
	stored, err := p.storedKeys(ctx, keySign)
	if err != nil {
		return nil, err
	}
	for n, s := range stored {
		if n > 0 && p.now()-stored[n-1].made > (p.conf.AccessLife+time.Hour).Milliseconds() {
			break
		}
		var k shownKey
		if err := json.Unmarshal([]byte(s.shown), &k); err != nil {
			return nil, errs.Wrap(errs.Internal, err, "a key for ID tokens cannot be read")
		}
		list = append(list, k)
	}
	return list, nil
}

// mask returns the secret of names and page tokens, made once.
func (p *Provider) mask(ctx context.Context) ([]byte, error) {
	p.keys.mu.Lock()
	defer p.keys.mu.Unlock()
	if p.keys.mask != nil {
		return p.keys.mask, nil
	}
	fresh := make([]byte, 32)
	rand.Read(fresh)
	sealed, err := p.db.Seal(ctx, keyScope, "oidc "+keyMask, fresh)
	if err != nil {
		return nil, err
	}
	var k storedKey
	err = p.db.Write(ctx, func(tx *store.Tx) error {
		list, err := selectKeys(ctx, tx, keyMask)
		if err != nil {
			return err
		}
		if len(list) > 0 {
			k = list[len(list)-1] // the oldest, should two have been made at once
			return nil
		}
		k = storedKey{id: id.Token(10), sealed: sealed, made: p.now()}
		return insertKey(ctx, tx, keyMask, k)
	})
	if err != nil {
		return nil, err
	}
	p.keys.mask, err = p.db.Unseal(ctx, keyScope, "oidc "+keyMask, k.sealed)
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
	return base64url.EncodeToString(mac.Sum(nil)), nil
}

// shownSession is the name of a session towards a client (Front-Channel
// Logout 1.0 section 3): one of its own, since by a common one two clients
// could compare whom they know.
func (p *Provider) shownSession(ctx context.Context, c Client, session string) (string, error) {
	return p.masked(ctx, "session", c.ID, session)
}

// subject is the name of a person towards a client: the same for all clients,
// or one that two clients cannot compare (Core section 8).
func (p *Provider) subject(ctx context.Context, c Client, account int64) (string, error) {
	name := strconv.FormatInt(c.Org, 36) + "-" + strconv.FormatInt(account, 36)
	if !c.Pairwise {
		return name, nil
	}
	sector := c.ID // a program without addresses is a sector of its own
	for _, address := range c.Redirects {
		if u, err := url.Parse(address); err == nil {
			sector = u.Host
		}
	}
	return p.masked(ctx, "subject", sector, name)
}
