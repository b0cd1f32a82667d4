package cms

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	_ "crypto/sha256" // the digests that are taken
	_ "crypto/sha512"
	"encoding/asn1"

	"golang.org/x/crypto/cryptobyte"
	tags "golang.org/x/crypto/cryptobyte/asn1"
)

// signing is a way to sign.
type signing int

const (
	rsaPKCS1 signing = iota + 1 // RFC 8017 section 8.2
	rsaPSS                      // section 8.1
	withECDSA
)

// The digests that are taken (RFC 5754 section 2).
var digests = map[string]crypto.Hash{
	"2.16.840.1.101.3.4.2.1": crypto.SHA256,
	"2.16.840.1.101.3.4.2.2": crypto.SHA384,
	"2.16.840.1.101.3.4.2.3": crypto.SHA512,
}

// The ways to sign; those that name a digest name the same as the signer does.
var signings = map[string]struct {
	how    signing
	digest crypto.Hash
}{
	"1.2.840.113549.1.1.1":  {rsaPKCS1, 0},
	"1.2.840.113549.1.1.11": {rsaPKCS1, crypto.SHA256},
	"1.2.840.113549.1.1.12": {rsaPKCS1, crypto.SHA384},
	"1.2.840.113549.1.1.13": {rsaPKCS1, crypto.SHA512},
	"1.2.840.113549.1.1.10": {rsaPSS, 0}, // its parameters do
	"1.2.840.10045.4.3.2":   {withECDSA, crypto.SHA256},
	"1.2.840.10045.4.3.3":   {withECDSA, crypto.SHA384},
	"1.2.840.10045.4.3.4":   {withECDSA, crypto.SHA512},
}

// digestOf reads the AlgorithmIdentifier of a digest.
func digestOf(in cryptobyte.String) (crypto.Hash, error) {
	var kind asn1.ObjectIdentifier
	if !in.ReadASN1ObjectIdentifier(&kind) || !nothing(&in) {
		return 0, bad("its digest")
	}
	h, ok := digests[kind.String()]
	if !ok {
		return 0, bad("a digest that is not taken; SHA-256, SHA-384 and SHA-512 are")
	}
	return h, nil
}

// nothing reads parameters that are absent, or NULL.
func nothing(in *cryptobyte.String) bool {
	if in.Empty() {
		return true
	}
	var null cryptobyte.String
	return in.ReadASN1(&null, tags.NULL) && null.Empty() && in.Empty()
}

func signingOf(in cryptobyte.String, digest crypto.Hash) (signing, error) {
	var kind asn1.ObjectIdentifier
	if !in.ReadASN1ObjectIdentifier(&kind) {
		return 0, bad("how it was signed")
	}
	s, ok := signings[kind.String()]
	if !ok || s.digest != 0 && s.digest != digest {
		return 0, bad("a way of signing that is not taken")
	}
	if s.how == rsaPSS {
		return s.how, pssOf(in, digest)
	}
	if !nothing(&in) {
		return 0, bad("how it was signed")
	}
	return s.how, nil
}

const oidMGF1 = "1.2.840.113549.1.1.8"

// pssOf reads RSASSA-PSS-params (RFC 4055 section 3.1): the digest of the
// signer throughout, and a salt as long as it. What stands for SHA-1 where it
// is left out is refused so.
func pssOf(in cryptobyte.String, digest crypto.Hash) error {
	var params, hash, hashID, mask, maskID, maskHash, salt cryptobyte.String
	var kind asn1.ObjectIdentifier
	length := 0
	explicit := func(n uint8) tags.Tag { return tags.Tag(n).ContextSpecific().Constructed() }
	if !in.ReadASN1(&params, tags.SEQUENCE) || !in.Empty() || !params.ReadASN1(&hash, explicit(0)) || !hash.ReadASN1(&hashID, tags.SEQUENCE) || !hash.Empty() ||
		!params.ReadASN1(&mask, explicit(1)) || !mask.ReadASN1(&maskID, tags.SEQUENCE) || !mask.Empty() || !maskID.ReadASN1ObjectIdentifier(&kind) || kind.String() != oidMGF1 ||
		!maskID.ReadASN1(&maskHash, tags.SEQUENCE) || !maskID.Empty() || !params.ReadASN1(&salt, explicit(2)) || !salt.ReadASN1Integer(&length) || !salt.Empty() {
		return bad("the parameters of RSA-PSS")
	}
	if trailer := explicit(3); params.PeekASN1Tag(trailer) {
		var field cryptobyte.String
		n := 0
		if !params.ReadASN1(&field, trailer) || !field.ReadASN1Integer(&n) || n != 1 || !field.Empty() {
			return bad("the parameters of RSA-PSS")
		}
	}
	for _, h := range []cryptobyte.String{hashID, maskHash} {
		if got, err := digestOf(h); err != nil || got != digest {
			return bad("the parameters of RSA-PSS")
		}
	}
	if length != digest.Size() || !params.Empty() {
		return bad("the parameters of RSA-PSS")
	}
	return nil
}

// check says whether the key signed, in that way.
func (s signing) check(key any, digest crypto.Hash, signed, signature []byte) error {
	h := digest.New()
	h.Write(signed)
	sum := h.Sum(nil)
	good := false
	switch key := key.(type) {
	case *rsa.PublicKey:
		switch s {
		case rsaPKCS1:
			good = rsa.VerifyPKCS1v15(key, digest, sum, signature) == nil
		case rsaPSS:
			good = rsa.VerifyPSS(key, digest, sum, signature, &rsa.PSSOptions{SaltLength: digest.Size(), Hash: digest}) == nil
		}
	case *ecdsa.PublicKey:
		good = s == withECDSA && ecdsa.VerifyASN1(key, sum, signature)
	}
	if !good {
		return ErrOther
	}
	return nil
}
