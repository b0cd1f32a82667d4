package oidc

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"math/big"
	"strings"

	"chancery/kit/errs"
)

// maxHint is the longest ID token that is read back.
const maxHint = 8 << 10

// sign makes a signed token (RFC 7515, RFC 7519) of claims.
func (p *Provider) sign(ctx context.Context, claims map[string]any) (string, error) {
	return p.signAs(ctx, "JWT", claims)
}

// signAs makes one of a type, so that none is taken for another (RFC 8725
// section 3.11).
func (p *Provider) signAs(ctx context.Context, kind string, claims map[string]any) (string, error) {
	kid, key, err := p.signer(ctx)
	if err != nil {
		return "", err
	}
	head, err := json.Marshal(map[string]string{"alg": "RS256", "typ": kind, "kid": kid})
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	text := base64url.EncodeToString(head) + "." + base64url.EncodeToString(body)
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		return "", err
	}
	return text + "." + base64url.EncodeToString(sig), nil
}

// hint is what is read of an ID token that comes back.
type hint struct {
	Issuer    string `json:"iss"`
	Audience  string `json:"aud"`
	SessionID string `json:"sid"`
}

var errHint = errs.E(errs.Invalid, "The ID token is not one of ours.")

// readHint checks the signature of an ID token of our own and reads it. It may
// be over: that is what a sign-out comes with (RP-Initiated Logout section 4).
func readHint(text string, keys []shownKey) (h hint, err error) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 || len(text) > maxHint {
		return h, errHint
	}
	var head struct{ Alg, Kid string }
	raw, err := base64url.DecodeString(parts[0])
	if err != nil || json.Unmarshal(raw, &head) != nil || head.Alg != "RS256" { // no other algorithm, and never none
		return h, errHint
	}
	sig, err := base64url.DecodeString(parts[2])
	if err != nil {
		return h, errHint
	}
	for _, k := range keys {
		if k.ID != head.Kid {
			continue
		}
		public, err := k.open()
		if err != nil {
			return h, err
		}
		sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
		if rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], sig) != nil {
			return h, errHint
		}
		raw, err := base64url.DecodeString(parts[1])
		if err != nil || json.Unmarshal(raw, &h) != nil {
			return hint{}, errHint
		}
		return h, nil
	}
	return h, errHint
}

func (k shownKey) open() (*rsa.PublicKey, error) {
	n, err := base64url.DecodeString(k.N)
	e, err2 := base64url.DecodeString(k.E)
	if err != nil || err2 != nil || len(e) > 4 {
		return nil, errs.E(errs.Internal, "a published key cannot be read")
	}
	return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}, nil
}

// halfHash is at_hash (Core section 3.1.3.6): the left half of the hash.
func halfHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64url.EncodeToString(sum[:16])
}
