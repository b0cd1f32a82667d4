package saml

import (
	"bytes"
	"compress/flate"
	"crypto/x509"
	"encoding/base64"
	"io"
	"net/url"
	"strings"

	"github.com/beevik/etree"

	"chancery/kit/errs"
)

// Message is what came by one of the bindings, not believed yet.
type Message struct {
	Relay    string
	Redirect bool // came by the Redirect binding

	root               *etree.Element
	octets, signature  []byte // of the Redirect binding
	algorithm          string
	detached, enclosed bool
}

// ReadPOST reads the fields of a form (Bindings section 3.5.4).
func ReadPOST(form url.Values, l Limits) (Message, error) {
	for _, values := range form {
		if len(values) > 1 {
			return Message{}, bad("A field is there twice.")
		}
	}
	l = l.withDefaults()
	text := strings.NewReplacer("\r", "", "\n", "", " ", "").Replace(form.Get("SAMLRequest"))
	if base64.StdEncoding.DecodedLen(len(text)) > l.Bytes+3 {
		return Message{}, errs.E(errs.TooLarge, "The document is larger than %d bytes.", l.Bytes)
	}
	doc, err := base64.StdEncoding.DecodeString(text)
	if err != nil || text == "" {
		return Message{}, bad("There is no SAMLRequest in Base64.")
	}
	m := Message{Relay: form.Get("RelayState")}
	if m.root, err = read(doc, l); err == nil {
		m.enclosed = len(m.root.FindElements(".//Signature")) > 0
	}
	return m, err
}

// ReadRedirect reads a query (Bindings section 3.4.4). The signature is over
// the text as it was sent, so the query is taken apart here and not before.
func ReadRedirect(query string, l Limits) (Message, error) {
	l = l.withDefaults()
	if len(query) > l.Bytes {
		return Message{}, errs.E(errs.TooLarge, "The query is longer than %d bytes.", l.Bytes)
	}
	raw := map[string]string{}
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		if _, twice := raw[name]; twice {
			return Message{}, bad("A parameter is there twice.")
		}
		raw[name] = value
	}
	value := func(name string) string {
		s, err := url.QueryUnescape(raw[name])
		if err != nil {
			return ""
		}
		return s
	}
	if e, ok := raw["SAMLEncoding"]; ok && e != "" && value("SAMLEncoding") != "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE" {
		return Message{}, bad("Only DEFLATE is read.")
	}
	doc, err := inflate(value("SAMLRequest"), l.Bytes)
	if err != nil {
		return Message{}, err
	}
	m := Message{Relay: value("RelayState"), Redirect: true}
	if m.root, err = read(doc, l); err != nil {
		return m, err
	}
	m.enclosed = len(m.root.FindElements(".//Signature")) > 0
	if _, m.detached = raw["Signature"]; m.detached {
		m.octets = []byte("SAMLRequest=" + raw["SAMLRequest"])
		if relay, ok := raw["RelayState"]; ok {
			m.octets = append(m.octets, "&RelayState="+relay...)
		}
		m.octets = append(m.octets, "&SigAlg="+raw["SigAlg"]...)
		m.algorithm = value("SigAlg")
		if m.signature, err = base64.StdEncoding.DecodeString(value("Signature")); err != nil {
			return m, errSignature
		}
	}
	return m, nil
}

// inflate undoes Base64 and DEFLATE, up to a size, so that no small message
// becomes a huge one.
func inflate(text string, most int) ([]byte, error) {
	packed, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(packed) == 0 {
		return nil, bad("There is no SAMLRequest in Base64.")
	}
	doc, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), int64(most)+1))
	if err != nil {
		return nil, bad("The SAMLRequest is not compressed by DEFLATE.")
	}
	if len(doc) > most {
		return nil, errs.E(errs.TooLarge, "The document is larger than %d bytes.", most)
	}
	return doc, nil
}

// Check believes a message: its signature, where there is one, must be of one
// of the certificates; signed says whether there was one. Only after it may
// anything but the issuer be read from the message.
func (m *Message) Check(certs []*x509.Certificate) (signed bool, err error) {
	switch {
	case m.Redirect && m.enclosed: // Bindings section 3.4.4.1: it must be taken out
		return true, errSignature
	case m.detached:
		return true, verifyOctets(m.octets, m.signature, m.algorithm, certs)
	}
	e, signed, err := verify(m.root, certs)
	if err == nil {
		m.root = e
	}
	return signed, err
}

// Issuer returns who says to have sent the message.
func (m *Message) Issuer() string { return childText(m.root, nsAssertion, "Issuer") }

// queryOf is a message as the Redirect binding has it, without a signature.
func queryOf(param string, doc []byte, relay string) (string, error) {
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.DefaultCompression)
	if err != nil {
		return "", err
	}
	if _, err = w.Write(doc); err == nil {
		err = w.Close()
	}
	query := param + "=" + url.QueryEscape(base64.StdEncoding.EncodeToString(packed.Bytes()))
	if relay != "" {
		query += "&RelayState=" + url.QueryEscape(relay)
	}
	return query, err
}

// withQuery puts a query behind an address, which may have one already.
func withQuery(location, query string) string {
	if strings.Contains(location, "?") {
		return location + "&" + query
	}
	return location + "?" + query
}

// PlainTo returns the address to send a browser to with a request that is not
// signed.
func PlainTo(location string, doc []byte, relay string) (string, error) {
	query, err := queryOf("SAMLRequest", doc, relay)
	return withQuery(location, query), err
}

// RedirectTo returns the address to send a browser to with a signed message:
// param is SAMLRequest or SAMLResponse.
func (k Key) RedirectTo(location, param string, doc []byte, relay string) (string, error) {
	query, err := queryOf(param, doc, relay)
	if err != nil {
		return "", err
	}
	query += "&SigAlg=" + url.QueryEscape(rsaSHA256)
	signature, err := k.signOctets([]byte(query))
	if err != nil {
		return "", err
	}
	query += "&Signature=" + url.QueryEscape(base64.StdEncoding.EncodeToString(signature))
	return withQuery(location, query), nil
}
