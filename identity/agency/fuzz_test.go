package agency

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"chancery/kit/clock"
)

// FuzzToken reads ID tokens and keys of strangers: nothing panics, and nothing
// is believed that the key did not sign.
func FuzzToken(f *testing.F) {
	good := signed(map[string]any{"alg": "RS256", "kid": "k"}, map[string]any{"iss": "i", "aud": "c", "sub": "u", "nonce": "n", "iat": 1, "exp": 2})
	f.Add(good, `{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}`)
	f.Add(strings.Replace(good, ".", "..", 1), `{"kty":"RSA","n":"AAAA","e":"AQAB"}`)
	now := clock.NewFake(time.Unix(1, 0))
	d := &Desk{clock: now, conf: Config{}.withDefaults(), known: map[string]*discovered{}}
	public := key{"k", &fakeKey().PublicKey}
	f.Fuzz(func(t *testing.T, token, text string) {
		conf := &discovered{Issuer: "i", keys: []key{public}, read: now.Now()}
		var k jwk
		if json.Unmarshal([]byte(text), &k) == nil {
			if opened, ok := k.open(); ok {
				opened.checks("ES256", token, make([]byte, 64))
			}
		}
		said, err := d.idToken(t.Context(), conf, Provider{Issuer: "i", Client: "c"}, asked{Nonce: "n"}, token)
		if err == nil && token != good {
			t.Fatalf("believed: %+v", said)
		}
	})
}
