package jmapdoor

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"time"

	"chancery/kit/errs"
)

// vapidURN is the capability of RFC 9749.
const vapidURN = "urn:ietf:params:jmap:webpush-vapid"

// vapidLife is how long a token is good; RFC 8292 section 2 allows a day.
const vapidLife = 12 * time.Hour

type vapidCapability struct {
	// ApplicationServerKey is the server's public key as browsers want it: an
	// uncompressed point of P-256 in URL-safe base64 without padding.
	ApplicationServerKey string `json:"applicationServerKey"`
}

// publicKey returns the key as an uncompressed point (RFC 8292 section 3.2).
func publicKey(key *ecdsa.PrivateKey) (string, error) {
	p, err := key.PublicKey.ECDH()
	if err != nil {
		return "", errs.Wrap(errs.Invalid, err, "The push key is not one of P-256.")
	}
	return base64.RawURLEncoding.EncodeToString(p.Bytes()), nil
}

// vapid returns the Authorization header that tells a push service who sends
// (RFC 8292 sections 2 and 3): a token signed with ES256, good for the origin
// of the service alone.
func vapid(key *ecdsa.PrivateKey, target, contact string, now time.Time) (string, error) {
	u, err := url.Parse(target)
	if err != nil || u.Host == "" {
		return "", errs.E(errs.Invalid, "The push URL has no origin.")
	}
	claims := map[string]any{"aud": u.Scheme + "://" + u.Host, "exp": now.Add(vapidLife).Unix()}
	if contact != "" {
		claims["sub"] = contact // section 2.1: how to reach whoever runs the server
	}
	body, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	b64 := base64.RawURLEncoding
	signed := b64.EncodeToString([]byte(`{"typ":"JWT","alg":"ES256"}`)) + "." + b64.EncodeToString(body)
	sum := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		return "", err
	}
	// RFC 7518 section 3.4: both numbers in 32 bytes, one after the other.
	sig := make([]byte, 64)
	r.FillBytes(sig[:32])
	s.FillBytes(sig[32:])
	pub, err := publicKey(key)
	if err != nil {
		return "", err
	}
	return "vapid t=" + signed + "." + b64.EncodeToString(sig) + ", k=" + pub, nil
}
