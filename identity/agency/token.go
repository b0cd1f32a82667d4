package agency

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"slices"
	"strings"
	"time"

	"chancery/kit/errs"
	"chancery/policy"
)

// jwk is a key as providers publish it (RFC 7517).
type jwk struct {
	Type  string `json:"kty"`
	Use   string `json:"use"`
	ID    string `json:"kid"`
	N     string `json:"n"`
	E     string `json:"e"`
	Curve string `json:"crv"`
	X     string `json:"x"`
	Y     string `json:"y"`
}

// key is one that signatures are checked with.
type key struct {
	id     string
	public crypto.PublicKey
}

// open reads a key; false for kinds and sizes that are not used here.
func (k jwk) open() (key, bool) {
	if k.Use != "" && k.Use != "sig" {
		return key{}, false
	}
	number := func(s string) *big.Int {
		b, err := base64.RawURLEncoding.DecodeString(s)
		if err != nil || len(b) > 1024 {
			return new(big.Int)
		}
		return new(big.Int).SetBytes(b)
	}
	switch {
	case k.Type == "RSA":
		n, e := number(k.N), number(k.E)
		if n.BitLen() < 2048 || e.BitLen() > 31 || e.Int64() < 3 {
			return key{}, false
		}
		return key{k.ID, &rsa.PublicKey{N: n, E: int(e.Int64())}}, true
	case k.Type == "EC" && k.Curve == "P-256":
		point := append([]byte{4}, append(number(k.X).FillBytes(make([]byte, 128))[96:], number(k.Y).FillBytes(make([]byte, 128))[96:]...)...)
		public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
		return key{k.ID, public}, err == nil
	}
	return key{}, false
}

// checks says whether a signature is of the key, by an algorithm of its kind:
// RS256 or ES256 (RFC 7518 sections 3.3 and 3.4), and never none.
func (k key) checks(algorithm string, text string, sig []byte) bool {
	sum := sha256.Sum256([]byte(text))
	switch public := k.public.(type) {
	case *rsa.PublicKey:
		return algorithm == "RS256" && rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], sig) == nil
	case *ecdsa.PublicKey:
		return algorithm == "ES256" && len(sig) == 64 && ecdsa.Verify(public, sum[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:]))
	}
	return false
}

// audience is one name or several (RFC 7519 section 4.1.3).
type audience []string

// UnmarshalJSON reads either form.
func (a *audience) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*a = audience{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(a))
}

// idToken is what is read of an ID token (Core section 2) and of userinfo.
type idToken struct {
	Issuer   string          `json:"iss"`
	Subject  string          `json:"sub"`
	Audience audience        `json:"aud"`
	Party    string          `json:"azp"`
	Nonce    string          `json:"nonce"`
	Expires  int64           `json:"exp"`
	Issued   int64           `json:"iat"`
	Context  string          `json:"acr"`
	Methods  []string        `json:"amr"`
	Email    string          `json:"email"`
	Verified json.RawMessage `json:"email_verified"`
}

// vouches says whether the provider stands for the address: true, which some
// write as a word. Nothing said is no.
func (t idToken) vouches() bool {
	v := strings.Trim(string(t.Verified), `"`)
	return v == "true"
}

// assurance reads how sure the sign-in was (acr of NIST levels as ours, amr of
// RFC 8176). What is not understood counts as a password.
func (t idToken) assurance() policy.Assurance {
	switch {
	case strings.HasSuffix(t.Context, ":aal3"), slices.Contains(t.Methods, "hwk"):
		return policy.ByHardware
	case strings.HasSuffix(t.Context, ":aal2"), slices.Contains(t.Methods, "mfa"):
		return policy.ByTwo
	}
	return policy.ByPassword
}

var errToken = errs.E(errs.Forbidden, "What the provider says of the person cannot be believed.")

// idToken checks an ID token (Core section 3.1.3.7).
func (d *Desk) idToken(ctx context.Context, conf *discovered, p Provider, a asked, text string) (t idToken, err error) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 || len(text) > 16<<10 {
		return t, errToken
	}
	var head struct {
		Alg  string   `json:"alg"`
		Kid  string   `json:"kid"`
		Crit []string `json:"crit"`
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[0])
	sig, err2 := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || err2 != nil || json.Unmarshal(raw, &head) != nil || len(head.Crit) > 0 {
		return t, errToken
	}
	matches := func(k key) bool {
		return (head.Kid == "" || k.id == head.Kid) && k.checks(head.Alg, parts[0]+"."+parts[1], sig)
	}
	if !slices.ContainsFunc(conf.keys, matches) {
		// The keys may have been followed since they were read: once more.
		if conf, err = d.again(ctx, conf); err != nil || !slices.ContainsFunc(conf.keys, matches) {
			return t, errToken
		}
	}
	raw, err = base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(raw, &t) != nil {
		return t, errToken
	}
	now, skew := d.clock.Now(), d.conf.Skew
	switch {
	case t.Issuer != p.Issuer, !slices.Contains(t.Audience, p.Client), len(t.Audience) > 1 && t.Party != p.Client, t.Party != "" && t.Party != p.Client:
	case t.Nonce != a.Nonce, t.Subject == "", len(t.Subject) > 255:
	case now.After(time.Unix(t.Expires, 0).Add(skew)), time.Unix(t.Issued, 0).After(now.Add(skew)), time.Unix(t.Issued, 0).Before(now.Add(-d.conf.StepLife)):
	default:
		return t, nil
	}
	return t, errToken
}

// again reads the configuration anew, at most once a minute.
func (d *Desk) again(ctx context.Context, conf *discovered) (*discovered, error) {
	if d.clock.Now().Sub(conf.read) < time.Minute {
		return conf, nil
	}
	d.mu.Lock()
	delete(d.known, conf.Issuer)
	d.mu.Unlock()
	return d.discover(ctx, conf.Issuer)
}
