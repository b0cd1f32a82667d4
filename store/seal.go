package store

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"

	"chancery/kit/errs"
)

// Seal encrypts a small secret under the keys of a scope, for a column of a
// table: whoever reads the database alone cannot read it. Purpose binds it to
// its place; Unseal needs the same.
func (s *Store) Seal(ctx context.Context, scope Scope, purpose string, plain []byte) ([]byte, error) {
	version, key, err := s.sealKey(ctx, scope)
	if err != nil {
		return nil, err
	}
	aead := newAEAD(secretKey(key))
	out := binary.BigEndian.AppendUint32(nil, version)
	nonce := make([]byte, aead.NonceSize())
	rand.Read(nonce)
	out = append(out, nonce...)
	return aead.Seal(out, nonce, plain, []byte(purpose)), nil
}

// Unseal decrypts what Seal returned.
func (s *Store) Unseal(ctx context.Context, scope Scope, purpose string, sealed []byte) ([]byte, error) {
	const nonceSize = 12
	if len(sealed) < 4+nonceSize {
		return nil, errs.E(errs.Internal, "a sealed secret is too short")
	}
	key, err := s.openKey(ctx, scope, binary.BigEndian.Uint32(sealed))
	if err != nil {
		return nil, err
	}
	plain, err := newAEAD(secretKey(key)).Open(nil, sealed[4:4+nonceSize], sealed[4+nonceSize:], []byte(purpose))
	return plain, errs.Wrap(errs.Internal, err, "a sealed secret cannot be opened")
}

// secretKey keeps the keys of secrets apart from those of blobs.
func secretKey(data [32]byte) [32]byte {
	key, err := hkdf.Key(sha256.New, data[:], nil, "chancery secret", 32)
	if err != nil {
		panic(err) // cannot be: 32 bytes are within HKDF's limit
	}
	return [32]byte(key)
}
