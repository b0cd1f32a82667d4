package saml

import (
	"crypto/x509"
	"encoding/base64"
	"time"

	"github.com/beevik/etree"
)

// Attribute is something that is said of a person.
type Attribute struct {
	Name, Friendly string
	Values         []string
}

// Assertion says who somebody is (Core section 2.3.3).
type Assertion struct {
	ID           string
	Name, Format string
	Qualifier    string // provider that the name is of; empty = not said
	Audience     string // entity ID of the service
	Recipient    string // address that it goes to
	InResponse   string // of the confirmation, when it is read
	Proved       time.Time
	From, Until  time.Time // for handing it in; From is not written but follows from the issue
	Session      string
	Class        string
	Attributes   []Attribute
}

// Response answers a request (Core section 3.3.3).
type Response struct {
	ID          string
	InResponse  string // empty = nobody asked
	Issuer      string
	Destination string
	Issued      time.Time
	Status      []string // code and code within it
	Text        string   // for whoever reads the log of the service
	Assertion   *Assertion
	Encrypt     *Encryption // how the assertion is encrypted; nil = not at all
}

// stamp writes a time as SAML wants it: UTC, to the second.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

func element(tag string, attrs ...string) *etree.Element {
	e := etree.NewElement(tag)
	for n := 0; n+1 < len(attrs); n += 2 {
		if attrs[n+1] != "" {
			e.CreateAttr(attrs[n], attrs[n+1])
		}
	}
	return e
}

func add(to *etree.Element, tag, text string, attrs ...string) *etree.Element {
	e := element(tag, attrs...)
	if text != "" {
		e.SetText(text)
	}
	to.AddChild(e)
	return e
}

// written is a document as text. Attributes are escaped as canonical XML has them,
// so that what was signed is what is sent.
func written(root *etree.Element) ([]byte, error) {
	doc := etree.NewDocumentWithRoot(root)
	doc.WriteSettings = etree.WriteSettings{CanonicalText: true, CanonicalAttrVal: true, CanonicalEndTags: true}
	return doc.WriteToBytes()
}

// status writes the outcome (Core section 3.2.2.1).
func status(to *etree.Element, codes []string, text string) {
	s := add(to, "samlp:Status", "")
	at := s
	for _, code := range codes {
		at = add(at, "samlp:StatusCode", "", "Value", code)
	}
	if text != "" {
		add(s, "samlp:StatusMessage", text)
	}
}

// root makes the outer element of an answer.
func (r Response) root(tag string) *etree.Element {
	e := element(tag, "xmlns:samlp", nsProtocol, "xmlns:saml", nsAssertion, "ID", r.ID, "Version", "2.0",
		"IssueInstant", stamp(r.Issued), "Destination", r.Destination, "InResponseTo", r.InResponse)
	add(e, "saml:Issuer", r.Issuer)
	return e
}

// Sign writes a response with the assertion and itself signed, each by its own
// signature: some services look at the one, some at the other.
func (r Response) Sign(k Key) ([]byte, error) {
	e := r.root("samlp:Response")
	status(e, r.Status, r.Text)
	if r.Assertion != nil {
		a := r.assertion(*r.Assertion)
		if err := k.sign(a); err != nil {
			return nil, err
		}
		if r.Encrypt != nil { // signed first, so that the signature holds whoever reads it later (Core section 6.2)
			text, err := written(a)
			if err != nil {
				return nil, err
			}
			if a, err = r.Encrypt.encrypt(text, r.Assertion.Audience); err != nil {
				return nil, err
			}
		}
		e.AddChild(a)
	}
	if err := k.sign(e); err != nil {
		return nil, err
	}
	return written(e)
}

// assertion is one for the Web Browser profile (Profiles section 4.1.4.2).
func (r Response) assertion(a Assertion) *etree.Element {
	e := element("saml:Assertion", "xmlns:saml", nsAssertion, "ID", a.ID, "Version", "2.0", "IssueInstant", stamp(r.Issued))
	add(e, "saml:Issuer", r.Issuer)
	subject := add(e, "saml:Subject", "")
	service := a.Audience
	if a.Qualifier == "" {
		service = ""
	}
	add(subject, "saml:NameID", a.Name, "Format", a.Format, "NameQualifier", a.Qualifier, "SPNameQualifier", service)
	confirmed := add(subject, "saml:SubjectConfirmation", "", "Method", bearer)
	// No NotBefore here: Profiles section 4.1.4.2 forbids it.
	add(confirmed, "saml:SubjectConfirmationData", "", "NotOnOrAfter", stamp(a.Until), "Recipient", a.Recipient, "InResponseTo", r.InResponse)
	conditions := add(e, "saml:Conditions", "", "NotBefore", stamp(r.Issued.Add(-skewGiven)), "NotOnOrAfter", stamp(a.Until))
	add(add(conditions, "saml:AudienceRestriction", ""), "saml:Audience", a.Audience)
	statement := add(e, "saml:AuthnStatement", "", "AuthnInstant", stamp(a.Proved), "SessionIndex", a.Session)
	add(add(statement, "saml:AuthnContext", ""), "saml:AuthnContextClassRef", a.Class)
	if len(a.Attributes) == 0 {
		return e
	}
	all := add(e, "saml:AttributeStatement", "")
	for _, have := range a.Attributes {
		one := add(all, "saml:Attribute", "", "Name", have.Name, "NameFormat", formatURI, "FriendlyName", have.Friendly)
		for _, value := range have.Values {
			add(one, "saml:AttributeValue", value)
		}
	}
	return e
}

// skewGiven is how far the clock of a service may be behind ours.
const skewGiven = time.Minute

// LogoutResponse writes the answer to a sign-out, not signed: by the Redirect
// binding the signature is in the address.
func (r Response) LogoutResponse() ([]byte, error) {
	e := r.root("samlp:LogoutResponse")
	status(e, r.Status, r.Text)
	return written(e)
}

// SignLogout writes the answer to a sign-out for the POST binding.
func (r Response) SignLogout(k Key) ([]byte, error) {
	e := r.root("samlp:LogoutResponse")
	status(e, r.Status, r.Text)
	if err := k.sign(e); err != nil {
		return nil, err
	}
	return written(e)
}

// Provider is what our own metadata says (Metadata section 2.4.3).
type Provider struct {
	Entity       string
	SignOn       string // address for requests, by both bindings
	Logout       string
	Certificates [][]byte // DER, the one that signs first
	Formats      []string
	Attributes   []Attribute // without values: what may be said of people
}

// Metadata writes it.
func (p Provider) Metadata() ([]byte, error) {
	root := element("md:EntityDescriptor", "xmlns:md", nsMetadata, "xmlns:ds", nsSignature, "xmlns:saml", nsAssertion, "entityID", p.Entity)
	idp := add(root, "md:IDPSSODescriptor", "", "protocolSupportEnumeration", nsProtocol, "WantAuthnRequestsSigned", "false")
	for _, der := range p.Certificates {
		if _, err := x509.ParseCertificate(der); err != nil {
			return nil, err
		}
		key := add(idp, "md:KeyDescriptor", "", "use", "signing")
		data := add(add(key, "ds:KeyInfo", ""), "ds:X509Data", "")
		add(data, "ds:X509Certificate", base64.StdEncoding.EncodeToString(der))
	}
	for _, binding := range []string{BindingRedirect, BindingPOST} {
		add(idp, "md:SingleLogoutService", "", "Binding", binding, "Location", p.Logout)
	}
	for _, format := range p.Formats {
		add(idp, "md:NameIDFormat", format)
	}
	for _, binding := range []string{BindingRedirect, BindingPOST} {
		add(idp, "md:SingleSignOnService", "", "Binding", binding, "Location", p.SignOn)
	}
	for _, a := range p.Attributes {
		add(idp, "saml:Attribute", "", "Name", a.Name, "NameFormat", formatURI, "FriendlyName", a.Friendly)
	}
	doc := etree.NewDocumentWithRoot(root)
	doc.Indent(2)
	return doc.WriteToBytes()
}
