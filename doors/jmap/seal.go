package jmapdoor

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"

	"chancery/kit/errs"
	"chancery/wire/jmap"
)

// seal encrypts a push for the keys of a subscription: the key agreement of
// RFC 8291 and the content coding aes128gcm of RFC 8188, one record.
func seal(plain []byte, keys jmap.PushKeys) ([]byte, error) {
	theirs, err := fromBase64(keys.P256DH)
	if err != nil {
		return nil, err
	}
	secret, err := fromBase64(keys.Auth)
	if err != nil || len(secret) != 16 {
		return nil, errs.E(errs.Invalid, "The auth secret of a push subscription has 16 bytes.")
	}
	client, err := ecdh.P256().NewPublicKey(theirs)
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "The key of a push subscription is not a point of P-256.")
	}
	own, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	shared, err := own.ECDH(client)
	if err != nil {
		return nil, err
	}
	salt := make([]byte, 16)
	rand.Read(salt)
	return sealWith(plain, shared, secret, theirs, own.PublicKey().Bytes(), salt)
}

func sealWith(plain, shared, secret, theirs, ours, salt []byte) ([]byte, error) {
	// RFC 8291 section 3.4.
	info := "WebPush: info\x00" + string(theirs) + string(ours)
	ikm, err := hkdf.Key(sha256.New, shared, secret, info, 32)
	if err != nil {
		return nil, err
	}
	// RFC 8188 sections 2.2 and 2.3.
	key, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, err
	}
	nonce, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	out := append([]byte(nil), salt...)
	// The record is as long as it needs to be; push services want at least 4096
	// announced when the body may be that long.
	out = binary.BigEndian.AppendUint32(out, uint32(max(4096, len(plain)+17)))
	out = append(out, byte(len(ours)))
	out = append(out, ours...)
	record := append(append([]byte(nil), plain...), 2) // 2 marks the last record
	return gcm.Seal(out, nonce, record, nil), nil
}

// fromBase64 reads base64url with or without padding, as clients send both.
func fromBase64(s string) ([]byte, error) {
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "A key of a push subscription is not base64url.")
	}
	return b, nil
}
