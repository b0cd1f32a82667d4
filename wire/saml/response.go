package saml

import (
	"crypto/x509"
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/beevik/etree"
	"github.com/russellhaering/goxmldsig/etreeutils"

	"chancery/kit/errs"
)

// FormResponse takes a response out of the fields of a form (Bindings section 3.5.4).
func FormResponse(form url.Values) ([]byte, error) {
	doc, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(form.Get("SAMLResponse")), ""))
	if err != nil || len(doc) == 0 || len(form["SAMLResponse"]) != 1 {
		return nil, bad("There is no SAMLResponse in Base64.")
	}
	return doc, nil
}

// ReadResponse reads a response that one of the certificates signed: as a
// whole, or its assertion. Nothing that is not signed is returned but the
// status of a refusal. An encrypted assertion is read by any of the keys.
// Whether it is for the reader, in time and asked for, the caller finds out.
func ReadResponse(doc []byte, certs []*x509.Certificate, l Limits, keys ...Key) (r Response, err error) {
	root, err := read(doc, l)
	if err != nil {
		return r, err
	}
	if !is(root, nsProtocol, "Response") || attr(root, "Version") != "2.0" {
		return r, bad("The message is no Response of SAML 2.0.")
	}
	whole := len(children(root, nsSignature, "Signature")) > 0
	if whole {
		if root, _, err = verify(root, certs); err != nil {
			return r, err
		}
	}
	r = Response{ID: attr(root, "ID"), InResponse: attr(root, "InResponseTo"), Issuer: childText(root, nsAssertion, "Issuer"), Destination: attr(root, "Destination")}
	r.Status, r.Text = readStatus(root)
	if len(r.Status) == 0 {
		return r, bad("The response has no status.")
	}
	if r.Status[0] != StatusSuccess {
		return r, nil
	}
	a, err := theAssertion(root, whole, keys, l)
	if err != nil {
		return r, err
	}
	if a, err = signedAssertion(a, whole, certs); err != nil {
		return r, err
	}
	said, issuer, err := readAssertion(a)
	if err == nil && r.Issuer != "" && issuer != r.Issuer {
		err = bad("The assertion is of another issuer than the response.")
	}
	r.Issuer, r.Assertion = issuer, &said
	return r, err
}

// theAssertion returns the one assertion of a response, decrypted where it has to be.
func theAssertion(root *etree.Element, whole bool, keys []Key, l Limits) (*etree.Element, error) {
	if hidden := children(root, nsAssertion, "EncryptedAssertion"); len(hidden) == 1 && len(children(root, nsAssertion, "Assertion")) == 0 {
		if len(keys) == 0 {
			return nil, errs.E(errs.Unsupported, "Encrypted assertions are not read.")
		}
		return decrypt(hidden[0], keys, whole, l)
	} else if len(hidden) > 0 {
		return nil, bad("The response has several assertions.")
	}
	a, ok := child(root, nsAssertion, "Assertion")
	if !ok {
		return nil, bad("The response has no assertion, or several.")
	}
	return a, nil
}

// signedAssertion returns an assertion as it was signed.
func signedAssertion(a *etree.Element, whole bool, certs []*x509.Certificate) (*etree.Element, error) {
	if whole {
		return a, nil
	}
	ctx, err := etreeutils.NSBuildParentContext(a)
	if err == nil {
		a, err = etreeutils.NSDetatch(ctx, a) // with the names that its parents declare
	}
	if err != nil {
		return nil, errSignature
	}
	a, signed, err := verify(a, certs)
	if err == nil && !signed {
		err = errSignature
	}
	return a, err
}

func readStatus(root *etree.Element) (codes []string, text string) {
	at, ok := child(root, nsProtocol, "Status")
	if !ok {
		return nil, ""
	}
	text = childText(at, nsProtocol, "StatusMessage")
	for len(codes) < 2 {
		if at, ok = child(at, nsProtocol, "StatusCode"); !ok {
			break
		}
		codes = append(codes, attr(at, "Value"))
	}
	return codes, text
}

// readAssertion reads one of the Web Browser profile (Profiles section 4.1.4.2).
func readAssertion(e *etree.Element) (a Assertion, issuer string, err error) {
	a.ID, issuer = attr(e, "ID"), childText(e, nsAssertion, "Issuer")
	subject, ok := child(e, nsAssertion, "Subject")
	if !ok {
		return a, issuer, bad("The assertion names nobody.")
	}
	name, ok := child(subject, nsAssertion, "NameID")
	if !ok || len(name.ChildElements()) > 0 || text(name) == "" {
		return a, issuer, bad("The assertion names nobody in the clear.")
	}
	a.Name, a.Format, a.Qualifier = text(name), attr(name, "Format"), attr(name, "NameQualifier")
	confirmed, ok := child(subject, nsAssertion, "SubjectConfirmation")
	if !ok || attr(confirmed, "Method") != bearer {
		return a, issuer, bad("The assertion is not for the bearer.")
	}
	data, ok := child(confirmed, nsAssertion, "SubjectConfirmationData")
	if !ok || attr(data, "NotBefore") != "" {
		return a, issuer, bad("The assertion does not say where and until when it holds.")
	}
	a.Recipient, a.InResponse = attr(data, "Recipient"), attr(data, "InResponseTo")
	if a.Until, err = moment(attr(data, "NotOnOrAfter")); err != nil {
		return a, issuer, err
	}
	if err := a.readConditions(e); err != nil {
		return a, issuer, err
	}
	return a, issuer, a.readStatements(e)
}

func (a *Assertion) readConditions(e *etree.Element) error {
	c, ok := child(e, nsAssertion, "Conditions")
	if !ok {
		return bad("The assertion has no conditions.")
	}
	for _, one := range c.ChildElements() {
		// Core section 2.5.1: who does not understand a condition does not accept.
		if !is(one, nsAssertion, "AudienceRestriction") && !is(one, nsAssertion, "OneTimeUse") && !is(one, nsAssertion, "ProxyRestriction") {
			return bad("The assertion has a condition that is not understood.")
		}
	}
	restriction, ok := child(c, nsAssertion, "AudienceRestriction")
	if !ok {
		return bad("The assertion is not for one system.")
	}
	a.Audience = childText(restriction, nsAssertion, "Audience")
	if text := attr(c, "NotBefore"); text != "" {
		from, err := moment(text)
		if err != nil {
			return err
		}
		a.From = from
	}
	if text := attr(c, "NotOnOrAfter"); text != "" {
		until, err := moment(text)
		if err != nil {
			return err
		}
		if until.Before(a.Until) {
			a.Until = until
		}
	}
	return nil
}

func (a *Assertion) readStatements(e *etree.Element) (err error) {
	s, ok := child(e, nsAssertion, "AuthnStatement")
	if !ok {
		return bad("The assertion does not say that anybody signed in.")
	}
	if a.Proved, err = moment(attr(s, "AuthnInstant")); err != nil {
		return err
	}
	a.Session = attr(s, "SessionIndex")
	if c, ok := child(s, nsAssertion, "AuthnContext"); ok {
		a.Class = childText(c, nsAssertion, "AuthnContextClassRef")
	}
	for _, s := range children(e, nsAssertion, "AttributeStatement") {
		for _, one := range children(s, nsAssertion, "Attribute") {
			have := Attribute{Name: attr(one, "Name"), Friendly: attr(one, "FriendlyName")}
			for _, v := range children(one, nsAssertion, "AttributeValue") {
				have.Values = append(have.Values, text(v))
			}
			a.Attributes = append(a.Attributes, have)
		}
	}
	return nil
}
