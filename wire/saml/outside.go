package saml

import (
	"encoding/base64"
	"slices"
	"time"

	"github.com/beevik/etree"

	"chancery/kit/errs"
)

// Outside is an identity provider as its metadata tells (Metadata section 2.4.3).
type Outside struct {
	Entity       string        `json:"entity"`
	Certificates []Certificate `json:"certificates"`
	SignOn       string        `json:"signOn"` // address for requests by the Redirect binding
}

// ReadOutside reads the metadata file of an identity provider.
func ReadOutside(doc []byte, l Limits) (o Outside, err error) {
	entity, idp, err := describe(doc, "IDPSSODescriptor", l)
	if err != nil {
		return o, err
	}
	o.Entity = entity
	if o.Certificates, err = readKeys(idp); err != nil {
		return o, err
	}
	if len(o.Certificates) == 0 {
		return o, bad("The metadata has no signing certificate.")
	}
	if truth(attr(idp, "WantAuthnRequestsSigned")) {
		return o, errs.E(errs.Unsupported, "The provider wants signed requests, which are not sent.")
	}
	list, err := places(idp, "SingleSignOnService")
	if err != nil {
		return o, err
	}
	for _, p := range list {
		if p.Binding == BindingRedirect {
			o.SignOn = p.Location
			return o, nil
		}
	}
	return o, bad("The metadata has no SingleSignOnService with the Redirect binding.")
}

// Request asks an identity provider for a sign-in (Core section 3.4.1).
type Request struct {
	ID, Issuer, Destination, ACS string
	Issued                       time.Time
}

// Write writes it.
func (r Request) Write() ([]byte, error) {
	e := element("samlp:AuthnRequest", "xmlns:samlp", nsProtocol, "xmlns:saml", nsAssertion, "ID", r.ID, "Version", "2.0", "IssueInstant", stamp(r.Issued),
		"Destination", r.Destination, "ProtocolBinding", BindingPOST, "AssertionConsumerServiceURL", r.ACS)
	add(e, "saml:Issuer", r.Issuer)
	return written(e)
}

// Consumer writes our own metadata as a service provider (Metadata section
// 2.4.4): where assertions go, that they have to be signed, and with which
// certificate (DER) they may be encrypted.
func Consumer(entity, acs string, certificate []byte) ([]byte, error) {
	root := element("md:EntityDescriptor", "xmlns:md", nsMetadata, "xmlns:ds", nsSignature, "entityID", entity)
	sp := add(root, "md:SPSSODescriptor", "", "protocolSupportEnumeration", nsProtocol, "AuthnRequestsSigned", "false", "WantAssertionsSigned", "true")
	key := add(sp, "md:KeyDescriptor", "", "use", "encryption")
	add(add(add(key, "ds:KeyInfo", ""), "ds:X509Data", ""), "ds:X509Certificate", base64.StdEncoding.EncodeToString(certificate))
	for _, b := range slices.Backward(blocks) { // the one that tells of changes by itself first
		add(key, "md:EncryptionMethod", "", "Algorithm", b.name)
	}
	add(key, "md:EncryptionMethod", "", "Algorithm", rsaOAEP)
	add(sp, "md:NameIDFormat", NamePersistent)
	add(sp, "md:AssertionConsumerService", "", "Binding", BindingPOST, "Location", acs, "index", "0", "isDefault", "true")
	doc := etree.NewDocumentWithRoot(root)
	doc.Indent(2)
	return doc.WriteToBytes()
}
