package jmapdoor

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"strings"
	"testing"
	"time"
)

// TestVAPID checks the token of RFC 8292 as a push service would.
func TestVAPID(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(1_800_000_000, 0)
	header, err := vapid(key, "https://push.example:8443/send/abc?x=1", "mailto:postmaster@city.example", now)
	if err != nil {
		t.Fatal(err)
	}
	token, pub, ok := strings.Cut(strings.TrimPrefix(header, "vapid t="), ", k=")
	if !ok || !strings.HasPrefix(header, "vapid t=") {
		t.Fatalf("header: %s", header)
	}
	point, err := base64.RawURLEncoding.DecodeString(pub)
	if err != nil || len(point) != 65 || point[0] != 4 {
		t.Fatalf("the key is not an uncompressed point: %x %v", point, err)
	}
	known, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(token, ".")
	sig, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || len(sig) != 64 {
		t.Fatalf("signature: %d bytes, %v", len(sig), err)
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if !ecdsa.Verify(known, sum[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])) {
		t.Error("the signature does not verify")
	}
	body, _ := base64.RawURLEncoding.DecodeString(parts[1])
	var claims struct {
		Aud, Sub string
		Exp      int64
	}
	if err := json.Unmarshal(body, &claims); err != nil {
		t.Fatal(err)
	}
	if claims.Aud != "https://push.example:8443" || claims.Sub != "mailto:postmaster@city.example" || claims.Exp != now.Add(vapidLife).Unix() {
		t.Errorf("claims: %s", body)
	}
	if _, err := vapid(key, "nonsense", "", now); err == nil {
		t.Error("a URL without origin got a token")
	}
}
