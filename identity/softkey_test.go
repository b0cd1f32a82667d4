package identity

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"

	"chancery/store"

	"github.com/fxamacker/cbor/v2"
)

// softKey is a security key in memory: it answers as a browser with a key at
// an origin would, whatever the question says of origins.
type softKey struct {
	origin, rp string
	id, user   []byte
	key        *ecdsa.PrivateKey
	count      uint32
	flags      byte
}

// Flags of authenticator data (Web Authentication section 6.1).
const (
	flagUP = 1 << 0
	flagUV = 1 << 2
	flagBE = 1 << 3
	flagAT = 1 << 6
)

const site = "https://mail.city.example"

func newSoftKey(t testing.TB) *softKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	raw := make([]byte, 32)
	rand.Read(raw)
	return &softKey{origin: site, rp: "mail.city.example", id: raw, key: k, flags: flagUP | flagUV}
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (k *softKey) client(t testing.TB, kind string, options json.RawMessage) []byte {
	t.Helper()
	var ask struct {
		Challenge string `json:"challenge"`
		User      struct {
			ID string `json:"id"`
		} `json:"user"`
	}
	if err := json.Unmarshal(options, &ask); err != nil {
		t.Fatal(err)
	}
	if ask.User.ID != "" {
		k.user, _ = base64.RawURLEncoding.DecodeString(ask.User.ID)
	}
	b, _ := json.Marshal(map[string]any{"type": kind, "challenge": ask.Challenge, "origin": k.origin, "crossOrigin": false})
	return b
}

func (k *softKey) data(flags byte) []byte {
	k.count++
	sum := sha256.Sum256([]byte(k.rp))
	return binary.BigEndian.AppendUint32(append(sum[:], flags), k.count)
}

// create answers navigator.credentials.create.
func (k *softKey) create(t testing.TB, options json.RawMessage) string {
	t.Helper()
	client := k.client(t, "webauthn.create", options)
	point, err := k.key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	public, err := cbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})
	if err != nil {
		t.Fatal(err)
	}
	data := append(k.data(k.flags|flagAT), make([]byte, 16)...)
	data = binary.BigEndian.AppendUint16(data, uint16(len(k.id)))
	data = append(append(data, k.id...), public...)
	object, err := cbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data})
	if err != nil {
		t.Fatal(err)
	}
	return k.answer(map[string]any{"clientDataJSON": b64(client), "attestationObject": b64(object)})
}

// get answers navigator.credentials.get.
func (k *softKey) get(t testing.TB, options json.RawMessage) string {
	t.Helper()
	client := k.client(t, "webauthn.get", options)
	data := k.data(k.flags)
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
	sig, err := ecdsa.SignASN1(rand.Reader, k.key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return k.answer(map[string]any{"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(sig), "userHandle": b64(k.user)})
}

func (k *softKey) answer(response map[string]any) string {
	b, _ := json.Marshal(map[string]any{"id": b64(k.id), "rawId": b64(k.id), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
	return string(b)
}

// forgetCounter makes the stored keys of an account such as do not count.
func (i *Identity) forgetCounter(ctx context.Context, org, account int64) error {
	return i.db.Write(ctx, func(tx *store.Tx) error {
		h, err := i.holderOf(ctx, tx, org, account, "")
		if err != nil {
			return err
		}
		for n := range h.keys {
			h.keys[n].Authenticator.SignCount = 0
			secret, err := i.sealed(ctx, org, h.rows[n].id, h.keys[n])
			if err != nil {
				return err
			}
			if err := useKey(ctx, tx, org, account, h.rows[n].id, secret, 0); err != nil {
				return err
			}
		}
		return nil
	})
}
