package saml

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"slices"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"chancery/kit/errs"
)

// Algorithms of signatures that are taken. SHA-1 is not among them, nor is
// anything with a shared secret (XML Signature 1.1 section 6.4).
const (
	rsaSHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
	rsaSHA384 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384"
	rsaSHA512 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"

	excC14N   = "http://www.w3.org/2001/10/xml-exc-c14n#"
	enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
)

var digests = []string{"http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2001/04/xmldsig-more#sha384", "http://www.w3.org/2001/04/xmlenc#sha512"}

var errSignature = errs.E(errs.Forbidden, "The signature of the message is wrong.")

// Key is what a provider signs with.
type Key struct {
	Private     *rsa.PrivateKey
	Certificate []byte // DER
}

// sign puts an enveloped signature into an element, behind its issuer, where
// the schema wants it (Core section 5.4).
func (k Key) sign(e *etree.Element) error {
	ctx, err := dsig.NewSigningContext(k.Private, [][]byte{k.Certificate})
	if err != nil {
		return err
	}
	ctx.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	s, err := ctx.ConstructSignature(e, true)
	if err != nil {
		return err
	}
	at := 0
	if issuer, ok := child(e, nsAssertion, "Issuer"); ok {
		at = issuer.Index() + 1
	}
	e.InsertChildAt(at, s)
	return nil
}

// SignMessage signs a whole message, as one that is sent by the POST binding.
func (k Key) SignMessage(doc []byte) ([]byte, error) {
	e, err := read(doc, Limits{})
	if err != nil {
		return nil, err
	}
	if err := k.sign(e); err != nil {
		return nil, err
	}
	return written(e)
}

// verify checks the signature over a whole message with any of the
// certificates, and returns the message as it was signed: nothing else of the
// document may be believed. Signed is false when the message has none.
func verify(root *etree.Element, certs []*x509.Certificate) (e *etree.Element, signed bool, err error) {
	if len(root.FindElements(".//Signature")) == 0 {
		return root, false, nil
	}
	if err := checkShape(root); err != nil {
		return nil, true, err
	}
	root = root.Copy()
	if s, ok := child(root, nsSignature, "Signature"); ok {
		for _, k := range children(s, nsSignature, "KeyInfo") {
			s.RemoveChild(k) // which key it is says the registration, not the message
		}
	}
	for _, c := range certs {
		if _, ok := c.PublicKey.(*rsa.PublicKey); !ok {
			continue
		}
		ctx := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{c}})
		// Metadata section 2.4.1.1: a certificate only carries a key here; it
		// holds as long as it is registered.
		ctx.Clock = dsig.NewFakeClockAt(c.NotBefore)
		if e, err := ctx.Validate(root); err == nil {
			return e, true, nil
		}
	}
	return nil, true, errSignature
}

// checkShape refuses every signature that is not exactly as Core section 5.4
// has it: one, right below the message, over the whole message by its ID, with
// algorithms that hold. Wrapped signatures fail here.
func checkShape(root *etree.Element) error {
	s, ok := child(root, nsSignature, "Signature")
	if !ok || !alone(root, s) {
		return errSignature
	}
	info, ok := child(s, nsSignature, "SignedInfo")
	if !ok || len(children(s, nsSignature, "Object")) > 0 {
		return errSignature
	}
	ref, ok := child(info, nsSignature, "Reference")
	if id := attr(root, "ID"); !ok || id == "" || attr(ref, "URI") != "#"+id {
		return errSignature
	}
	for _, want := range []struct {
		in    *etree.Element
		tag   string
		names []string
	}{
		{info, "CanonicalizationMethod", []string{excC14N}},
		{info, "SignatureMethod", []string{rsaSHA256, rsaSHA384, rsaSHA512}},
		{ref, "DigestMethod", digests},
	} {
		if c, ok := child(want.in, nsSignature, want.tag); !ok || !slices.Contains(want.names, attr(c, "Algorithm")) {
			return errs.E(errs.Forbidden, "The algorithm of the signature is not taken; use RSA with SHA-256 and exclusive canonical XML.")
		}
	}
	return checkTransforms(ref)
}

// alone says whether there is no other signature than the message's own and,
// in a response, that of its assertion.
func alone(root, own *etree.Element) bool {
	for _, s := range root.FindElements(".//Signature") {
		in := s.Parent()
		if s != own && !(is(root, nsProtocol, "Response") && is(in, nsAssertion, "Assertion") && in.Parent() == root) {
			return false
		}
	}
	return true
}

func checkTransforms(ref *etree.Element) error {
	all, ok := child(ref, nsSignature, "Transforms")
	if !ok {
		return errSignature
	}
	list := children(all, nsSignature, "Transform")
	if len(list) != 2 || len(all.ChildElements()) != 2 || attr(list[0], "Algorithm") != enveloped || attr(list[1], "Algorithm") != excC14N {
		return errSignature
	}
	return nil
}

// signOctets signs the text of a query (Bindings section 3.4.4.1).
func (k Key) signOctets(octets []byte) ([]byte, error) {
	sum := sha256.Sum256(octets)
	return rsa.SignPKCS1v15(rand.Reader, k.Private, crypto.SHA256, sum[:])
}

// verifyOctets checks the signature over the text of a query.
func verifyOctets(octets, signature []byte, algorithm string, certs []*x509.Certificate) error {
	var hash crypto.Hash
	var sum []byte
	switch algorithm {
	case rsaSHA256:
		s := sha256.Sum256(octets)
		hash, sum = crypto.SHA256, s[:]
	case rsaSHA384:
		s := sha512.Sum384(octets)
		hash, sum = crypto.SHA384, s[:]
	case rsaSHA512:
		s := sha512.Sum512(octets)
		hash, sum = crypto.SHA512, s[:]
	default:
		return errs.E(errs.Forbidden, "The algorithm of the signature is not taken; use RSA with SHA-256.")
	}
	for _, c := range certs {
		if key, ok := c.PublicKey.(*rsa.PublicKey); ok && rsa.VerifyPKCS1v15(key, hash, sum, signature) == nil {
			return nil
		}
	}
	return errSignature
}
