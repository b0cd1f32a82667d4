package saml

import (
	"strconv"
	"strings"
	"time"

	"github.com/beevik/etree"
)

// Asked is what all requests have (Core section 3.2.1).
type Asked struct {
	ID          string
	Issuer      string
	Destination string
	Issued      time.Time
}

// AuthnRequest asks for a sign-in (Core section 3.4.1).
type AuthnRequest struct {
	Asked
	Force, Passive bool
	ACS            string // address to answer to; empty = by index
	Index          int    // of that address; -1 = not named
	Binding        string // of the answer; empty = as registered
	NameFormat     string // empty = as the provider likes
	Qualifier      string // for whom the name is; empty = the issuer
	Subject        bool   // names a person
	Classes        []string
	Comparison     string // exact, minimum, maximum, better
}

// LogoutRequest asks for a sign-out (Core section 3.7.1).
type LogoutRequest struct {
	Asked
	Until    time.Time // zero = no limit
	Name     string
	Format   string
	Sessions []string
}

const maxText = 1024 // bytes of one value that is kept or given back

func (m *Message) asked(tag string) (a Asked, err error) {
	e := m.root
	if !is(e, nsProtocol, tag) {
		return a, bad("The message is no %s.", tag)
	}
	a = Asked{ID: attr(e, "ID"), Issuer: m.Issuer(), Destination: attr(e, "Destination")}
	if attr(e, "Version") != "2.0" { // Core section 4.1.3.2
		return a, bad("The message is not of SAML 2.0.")
	}
	if !isID(a.ID) {
		return a, bad("The message has no ID.")
	}
	if issuer, ok := child(e, nsAssertion, "Issuer"); !ok || a.Issuer == "" || len(a.Issuer) > maxText ||
		attr(issuer, "Format") != "" && attr(issuer, "Format") != formatEntity { // Profiles section 4.1.4.1
		return a, bad("The message has no issuer.")
	}
	a.Issued, err = moment(attr(e, "IssueInstant"))
	return a, err
}

// isID says whether a text is an xs:ID of a sensible length: it is given back
// in answers.
func isID(s string) bool {
	if s == "" || len(s) > 256 {
		return false
	}
	for n, r := range s {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 0x7f
		if !letter && (n == 0 || !strings.ContainsRune("-.0123456789", r)) {
			return false
		}
	}
	return true
}

// moment reads a time, which SAML wants in UTC (Core section 1.3.3).
func moment(text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return t, bad("A time of the message cannot be read.")
	}
	return t.UTC(), nil
}

// AuthnRequest reads a request for a sign-in.
func (m *Message) AuthnRequest() (r AuthnRequest, err error) {
	if r.Asked, err = m.asked("AuthnRequest"); err != nil {
		return r, err
	}
	e := m.root
	r.Force, r.Passive = truth(attr(e, "ForceAuthn")), truth(attr(e, "IsPassive"))
	r.ACS, r.Binding, r.Index = attr(e, "AssertionConsumerServiceURL"), attr(e, "ProtocolBinding"), -1
	if text := attr(e, "AssertionConsumerServiceIndex"); text != "" {
		n, err := strconv.ParseUint(text, 10, 16)
		if err != nil || r.ACS != "" { // Core section 3.4.1: either or
			return r, bad("The address to answer to is named in two ways.")
		}
		r.Index = int(n)
	}
	r.Subject = len(children(e, nsAssertion, "Subject")) > 0
	if p, ok := child(e, nsProtocol, "NameIDPolicy"); ok {
		r.NameFormat, r.Qualifier = attr(p, "Format"), attr(p, "SPNameQualifier")
	}
	return r, r.readContext(e)
}

// readContext reads what sign-in is asked for (Core section 3.3.2.2.1).
func (r *AuthnRequest) readContext(e *etree.Element) error {
	c, ok := child(e, nsProtocol, "RequestedAuthnContext")
	if !ok {
		return nil
	}
	if r.Comparison = attr(c, "Comparison"); r.Comparison == "" {
		r.Comparison = "exact"
	}
	for _, class := range children(c, nsAssertion, "AuthnContextClassRef") {
		r.Classes = append(r.Classes, text(class))
	}
	if len(r.Classes) == 0 || len(r.Classes) > 20 {
		// Declarations are not served: what nobody fulfils stands for them.
		r.Classes = []string{""}
	}
	return nil
}

// LogoutRequest reads a request for a sign-out.
func (m *Message) LogoutRequest() (r LogoutRequest, err error) {
	if r.Asked, err = m.asked("LogoutRequest"); err != nil {
		return r, err
	}
	if text := attr(m.root, "NotOnOrAfter"); text != "" {
		if r.Until, err = moment(text); err != nil {
			return r, err
		}
	}
	name, ok := child(m.root, nsAssertion, "NameID")
	if !ok || len(name.ChildElements()) > 0 {
		return r, bad("The message names nobody in the clear.")
	}
	r.Name, r.Format = text(name), attr(name, "Format")
	for _, s := range children(m.root, nsProtocol, "SessionIndex") {
		r.Sessions = append(r.Sessions, text(s))
	}
	return r, nil
}
