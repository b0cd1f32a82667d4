package saml

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"chancery/kit/errs"
)

// Place is an address of a service provider.
type Place struct {
	Binding  string `json:"binding"`
	Location string `json:"location"`
	Answers  string `json:"answers,omitempty"` // where answers go, when elsewhere
	Index    int    `json:"index"`
	Default  bool   `json:"default,omitempty"`
}

// Service is a service provider as its metadata tells (Metadata section 2.4.4).
type Service struct {
	Entity       string        `json:"entity"`
	Certificates []Certificate `json:"certificates,omitempty"` // that it signs with
	Signs        bool          `json:"signs,omitempty"`        // promises to sign its requests
	ACS          []Place       `json:"acs"`
	Logout       []Place       `json:"logout,omitempty"`
	Formats      []string      `json:"formats,omitempty"`    // of names that it takes
	Encryption   *Encryption   `json:"encryption,omitempty"` // nil: assertions go in the clear
}

// Certificate is one that can be kept in JSON.
type Certificate struct{ *x509.Certificate }

// MarshalJSON writes the DER form.
func (c Certificate) MarshalJSON() ([]byte, error) { return json.Marshal(c.Raw) }

// UnmarshalJSON reads it.
func (c *Certificate) UnmarshalJSON(b []byte) (err error) {
	var der []byte
	if err = json.Unmarshal(b, &der); err == nil {
		c.Certificate, err = x509.ParseCertificate(der)
	}
	return err
}

// Keys returns the certificates as checks of signatures take them.
func (s Service) Keys() (list []*x509.Certificate) {
	for _, c := range s.Certificates {
		list = append(list, c.Certificate)
	}
	return list
}

// ReadService reads the metadata file of a service provider.
func ReadService(doc []byte, l Limits) (s Service, err error) {
	entity, sp, err := describe(doc, "SPSSODescriptor", l)
	if err != nil {
		return s, err
	}
	s.Entity = entity
	s.Signs = truth(attr(sp, "AuthnRequestsSigned"))
	for _, f := range children(sp, nsMetadata, "NameIDFormat") {
		s.Formats = append(s.Formats, text(f))
	}
	if s.Certificates, err = readKeys(sp); err != nil {
		return s, err
	}
	if err = s.readEncryption(sp); err != nil {
		return s, err
	}
	if s.Signs && len(s.Certificates) == 0 {
		return s, bad("The metadata promises signed requests, but has no signing certificate.")
	}
	if s.ACS, err = places(sp, "AssertionConsumerService"); err != nil {
		return s, err
	}
	if len(s.ACS) == 0 {
		return s, bad("The metadata has no AssertionConsumerService with the POST binding.")
	}
	s.Logout, err = places(sp, "SingleLogoutService")
	return s, err
}

// describe reads a metadata file, and returns the entity ID and the description
// of a kind.
func describe(doc []byte, kind string, l Limits) (entity string, d *etree.Element, err error) {
	l.Comments = true
	root, err := read(doc, l)
	if err != nil {
		return "", nil, err
	}
	if is(root, nsMetadata, "EntitiesDescriptor") {
		return "", nil, bad("The file describes several systems; cut out the one that is meant.")
	}
	if !is(root, nsMetadata, "EntityDescriptor") {
		return "", nil, bad("The file is no metadata of SAML 2.0: its root is not EntityDescriptor.")
	}
	entity = attr(root, "entityID")
	if entity == "" || len(entity) > maxText || strings.ContainsFunc(entity, func(r rune) bool { return r <= ' ' }) {
		return "", nil, bad("The metadata has no entityID.")
	}
	for _, d := range children(root, nsMetadata, kind) {
		if strings.Contains(" "+attr(d, "protocolSupportEnumeration")+" ", " "+nsProtocol+" ") {
			return entity, d, nil
		}
	}
	return "", nil, bad("The metadata has no %s of SAML 2.0.", kind)
}

// readKeys reads the certificates that the owner of a description signs with.
func readKeys(owner *etree.Element) (list []Certificate, err error) {
	for _, d := range children(owner, nsMetadata, "KeyDescriptor") {
		if use := attr(d, "use"); use != "" && use != "signing" {
			continue
		}
		certs, err := readCertificates(d)
		if err != nil {
			return nil, err
		}
		list = append(list, certs...)
	}
	return list, nil
}

// readCertificates reads the certificates of one KeyDescriptor.
func readCertificates(d *etree.Element) (list []Certificate, err error) {
	info, ok := child(d, nsSignature, "KeyInfo")
	if !ok {
		return list, nil
	}
	for _, data := range children(info, nsSignature, "X509Data") {
		for _, c := range children(data, nsSignature, "X509Certificate") {
			der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text(c)), ""))
			if err != nil {
				return nil, bad("A certificate of the metadata is not in Base64.")
			}
			cert, err := x509.ParseCertificate(der)
			if err != nil {
				return nil, bad("A certificate of the metadata cannot be read.")
			}
			if key, ok := cert.PublicKey.(*rsa.PublicKey); !ok || key.N.BitLen() < 2048 {
				return nil, errs.E(errs.Unsupported, "A certificate of the metadata has no RSA key of 2048 bits or more.")
			}
			list = append(list, Certificate{cert})
		}
	}
	return list, nil
}

// places reads addresses; those of bindings that are not served are left out.
func places(sp *etree.Element, tag string) (list []Place, err error) {
	for _, e := range children(sp, nsMetadata, tag) {
		p := Place{Binding: attr(e, "Binding"), Location: attr(e, "Location"), Answers: attr(e, "ResponseLocation"), Default: truth(attr(e, "isDefault"))}
		if p.Binding != BindingPOST && (p.Binding != BindingRedirect || tag == "AssertionConsumerService") { // Profiles section 4.1.2: never by Redirect
			continue
		}
		if err := checkLocation(p.Location); err != nil {
			return nil, err
		}
		if p.Answers != "" {
			if err := checkLocation(p.Answers); err != nil {
				return nil, err
			}
		}
		if text := attr(e, "index"); text != "" {
			n, err := strconv.ParseUint(text, 10, 16)
			if err != nil {
				return nil, bad("The index %q of %s is no number.", text, tag)
			}
			p.Index = int(n)
		}
		if list = append(list, p); len(list) > 20 {
			return nil, errs.E(errs.TooLarge, "The metadata has more than 20 of %s.", tag)
		}
	}
	return list, nil
}

// checkLocation refuses addresses that an answer should not go to.
func checkLocation(text string) error {
	u, err := url.Parse(text)
	if err == nil && len(text) <= maxText && u.Host != "" && u.User == nil && u.Fragment == "" && !strings.ContainsAny(text, "#\\ \t\r\n") {
		addr, err := netip.ParseAddr(u.Hostname())
		local := u.Hostname() == "localhost" || err == nil && addr.IsLoopback()
		if u.Scheme == "https" || u.Scheme == "http" && local {
			return nil
		}
	}
	return bad("%q is not an address to answer to: it must be https, or http on this machine itself.", text)
}
