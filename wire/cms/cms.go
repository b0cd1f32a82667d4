package cms

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/asn1"

	"golang.org/x/crypto/cryptobyte"
	tags "golang.org/x/crypto/cryptobyte/asn1"

	"chancery/kit/errs"
)

// Limits of what is read.
const (
	MaxSize         = 24 << 10 // bytes of one signed text, with its certificates
	maxCertificates = 6
	maxAttributes   = 32
)

// Signed is a SignedData with one signer. Nothing of it is to be believed
// before Verify.
type Signed struct {
	Certificates []*x509.Certificate // all that came with it

	content    []byte // nil where it is detached
	issuer     []byte // of the signer's certificate, with its number
	number     []byte
	keyID      []byte // the other way to name it
	digest     crypto.Hash
	attributes []byte // the SET OF that was signed
	said       []byte // messageDigest
	algorithm  signing
	signature  []byte
}

var (
	oidData          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
)

// context0 is [0] of what it stands in, with elements within.
var context0 = tags.Tag(0).ContextSpecific().Constructed()

func bad(what string) error { return errs.E(errs.Invalid, "The signature cannot be read: %s.", what) }

// Parse reads a ContentInfo in DER or BER (RFC 5652 sections 3 and 5.1).
func Parse(b []byte) (*Signed, error) {
	if len(b) > MaxSize {
		return nil, errs.E(errs.TooLarge, "A signature of more than %d bytes is not read.", MaxSize)
	}
	der, err := toDER(b)
	if err != nil {
		return nil, err
	}
	in := cryptobyte.String(der)
	var info, wrapped, data cryptobyte.String
	var kind asn1.ObjectIdentifier
	if !in.ReadASN1(&info, tags.SEQUENCE) || !in.Empty() || !info.ReadASN1ObjectIdentifier(&kind) || !kind.Equal(oidSignedData) {
		return nil, bad("it is no SignedData")
	}
	if !info.ReadASN1(&wrapped, context0) || !info.Empty() || !wrapped.ReadASN1(&data, tags.SEQUENCE) || !wrapped.Empty() {
		return nil, bad("it is no SignedData")
	}
	return signedData(data)
}

func signedData(data cryptobyte.String) (*Signed, error) {
	s := &Signed{}
	var version int
	var signers, signer cryptobyte.String
	if !data.ReadASN1Integer(&version) || version < 1 || version > 5 || !data.SkipASN1(tags.SET) {
		return nil, bad("its version")
	}
	if err := s.readContent(&data); err != nil {
		return nil, err
	}
	if err := s.readCertificates(&data); err != nil {
		return nil, err
	}
	if !data.SkipOptionalASN1(tags.Tag(1).ContextSpecific().Constructed()) || !data.ReadASN1(&signers, tags.SET) || !data.Empty() {
		return nil, bad("its signers")
	}
	if !signers.ReadASN1(&signer, tags.SEQUENCE) {
		return nil, bad("nobody signed")
	}
	if !signers.Empty() {
		return nil, bad("more than one signed")
	}
	return s, s.readSigner(signer)
}

// readContent reads EncapsulatedContentInfo (section 5.2).
func (s *Signed) readContent(data *cryptobyte.String) error {
	var info, wrapped, content cryptobyte.String
	var kind asn1.ObjectIdentifier
	var there bool
	if !data.ReadASN1(&info, tags.SEQUENCE) || !info.ReadASN1ObjectIdentifier(&kind) || !kind.Equal(oidData) ||
		!info.ReadOptionalASN1(&wrapped, &there, context0) || !info.Empty() {
		return bad("its content")
	}
	if !there {
		return nil
	}
	if !wrapped.ReadASN1(&content, tags.OCTET_STRING) || !wrapped.Empty() {
		return bad("its content")
	}
	s.content = append([]byte{}, content...)
	return nil
}

func (s *Signed) readCertificates(data *cryptobyte.String) error {
	var all cryptobyte.String
	var there bool
	if !data.ReadOptionalASN1(&all, &there, context0) {
		return bad("its certificates")
	}
	for !all.Empty() {
		var der cryptobyte.String
		if !all.ReadASN1Element(&der, tags.SEQUENCE) || len(s.Certificates) == maxCertificates {
			return bad("its certificates")
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return bad("its certificates")
		}
		s.Certificates = append(s.Certificates, c)
	}
	return nil
}

// readSigner reads SignerInfo (section 5.3). Attributes that are not signed
// are not looked at.
func (s *Signed) readSigner(in cryptobyte.String) error {
	var version int
	var id, digest, attributes, algorithm, signature cryptobyte.String
	if !in.ReadASN1Integer(&version) || (version != 1 && version != 3) {
		return bad("its version")
	}
	if in.PeekASN1Tag(tags.SEQUENCE) {
		var number cryptobyte.String
		if !in.ReadASN1(&id, tags.SEQUENCE) || !id.ReadASN1Element((*cryptobyte.String)(&s.issuer), tags.SEQUENCE) || !id.ReadASN1(&number, tags.INTEGER) || !id.Empty() {
			return bad("who signed")
		}
		s.number = number
	} else if !in.ReadASN1((*cryptobyte.String)(&s.keyID), tags.Tag(0).ContextSpecific()) {
		return bad("who signed")
	}
	if !in.ReadASN1(&digest, tags.SEQUENCE) || !in.PeekASN1Tag(context0) {
		return bad("nothing says that it is of this text (signed attributes)")
	}
	if !in.ReadASN1Element(&attributes, context0) || !in.ReadASN1(&algorithm, tags.SEQUENCE) || !in.ReadASN1(&signature, tags.OCTET_STRING) ||
		!in.SkipOptionalASN1(tags.Tag(1).ContextSpecific().Constructed()) || !in.Empty() {
		return bad("the signer")
	}
	var err error
	if s.digest, err = digestOf(digest); err != nil {
		return err
	}
	if s.algorithm, err = signingOf(algorithm, s.digest); err != nil {
		return err
	}
	// What is signed is the set by its own tag (section 5.4).
	s.attributes, s.signature = append([]byte{}, attributes...), signature
	s.attributes[0] = byte(tags.SET)
	return s.readAttributes(attributes)
}

// readAttributes holds that there is one content type, which is data, and one
// digest (sections 11.1 and 11.2).
func (s *Signed) readAttributes(in cryptobyte.String) error {
	var all cryptobyte.String
	if !in.ReadASN1(&all, context0) {
		return bad("its attributes")
	}
	seen := map[string]bool{}
	for n := 0; !all.Empty(); n++ {
		var one, values cryptobyte.String
		var kind asn1.ObjectIdentifier
		if n == maxAttributes || !all.ReadASN1(&one, tags.SEQUENCE) || !one.ReadASN1ObjectIdentifier(&kind) || !one.ReadASN1(&values, tags.SET) || !one.Empty() || seen[kind.String()] {
			return bad("its attributes")
		}
		seen[kind.String()] = true
		switch {
		case kind.Equal(oidContentType):
			var what asn1.ObjectIdentifier
			if !values.ReadASN1ObjectIdentifier(&what) || !values.Empty() || !what.Equal(oidData) {
				return bad("its content type")
			}
		case kind.Equal(oidMessageDigest):
			var said cryptobyte.String
			if !values.ReadASN1(&said, tags.OCTET_STRING) || !values.Empty() {
				return bad("its digest")
			}
			s.said = said
		}
	}
	if !seen[oidContentType.String()] || !seen[oidMessageDigest.String()] {
		return bad("nothing says that it is of this text (signed attributes)")
	}
	return nil
}

// ErrOther is a signature that is not of the text, or not by the certificate.
var ErrOther = errs.E(errs.Forbidden, "The signature is not of the text that was to be signed, or not by its certificate.")

// Verify says that the text was signed, and by whose certificate; the others
// that came with it are the rest. Whether it is to be believed is not said.
func (s *Signed) Verify(text []byte) (chain []*x509.Certificate, err error) {
	if s.content != nil && !bytes.Equal(s.content, text) {
		return nil, ErrOther
	}
	h := s.digest.New()
	h.Write(text)
	if !bytes.Equal(h.Sum(nil), s.said) {
		return nil, ErrOther
	}
	for n, c := range s.Certificates {
		if !s.names(c) {
			continue
		}
		if err := s.algorithm.check(c.PublicKey, s.digest, s.attributes, s.signature); err != nil {
			return nil, err
		}
		chain = append(chain, c)
		return append(append(chain, s.Certificates[:n]...), s.Certificates[n+1:]...), nil
	}
	return nil, errs.E(errs.Invalid, "The certificate that signed does not come with the signature.")
}

// names says whether a certificate is the one that is said to have signed.
func (s *Signed) names(c *x509.Certificate) bool {
	if s.issuer == nil {
		return len(c.SubjectKeyId) > 0 && bytes.Equal(c.SubjectKeyId, s.keyID)
	}
	number, err := asn1.Marshal(c.SerialNumber)
	return err == nil && bytes.Equal(c.RawIssuer, s.issuer) && bytes.HasSuffix(number, s.number) && len(number) == len(s.number)+2
}
