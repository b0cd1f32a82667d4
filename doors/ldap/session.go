package ldap

import (
	"bufio"
	"context"
	"crypto/tls"
	"net"
	"strings"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"

	"chancery/kit/errs"
	"chancery/policy"
)

// Extended operations that are spoken (RFC 4511 section 4.14, RFC 4532).
const (
	oidStartTLS = "1.3.6.1.4.1.1466.20037"
	oidWhoAmI   = "1.3.6.1.4.1.4203.1.11.3"
)

// session is one connection.
type session struct {
	server  *Server
	conn    net.Conn
	r       *bufio.Reader
	w       *bufio.Writer
	peer    string
	private bool           // nobody on the way can read it
	subject policy.Subject // account 0 = nobody bound
}

// serve answers one message after another. What is no LDAP ends the connection
// (RFC 4511 section 5.3).
func (x *session) serve(ctx context.Context) {
	x.attach()
	began := time.Now()
	for ctx.Err() == nil {
		limit := x.server.conf.Idle
		if x.subject.Account == 0 {
			limit = x.server.conf.SignInTime - time.Since(began)
		}
		x.conn.SetDeadline(time.Now().Add(limit))
		q, err := readRequest(x.r, x.server.conf.MaxRequest)
		if err != nil {
			return
		}
		x.conn.SetDeadline(time.Now().Add(x.server.conf.Idle))
		again, err := x.answer(ctx, q)
		if err == nil {
			err = x.w.Flush()
		}
		if err != nil || !again {
			return
		}
	}
}

func (x *session) attach() {
	x.r, x.w = bufio.NewReaderSize(x.conn, 4<<10), bufio.NewWriterSize(x.conn, 16<<10)
}

func (x *session) write(p *ber.Packet) error {
	_, err := x.w.Write(p.Bytes())
	return err
}

// answer carries out one request; again is false when the client is done.
func (x *session) answer(ctx context.Context, q request) (again bool, err error) {
	reply := map[ber.Tag]ber.Tag{
		ldap.ApplicationBindRequest: ldap.ApplicationBindResponse, ldap.ApplicationSearchRequest: ldap.ApplicationSearchResultDone,
		ldap.ApplicationModifyRequest: ldap.ApplicationModifyResponse, ldap.ApplicationAddRequest: ldap.ApplicationAddResponse,
		ldap.ApplicationDelRequest: ldap.ApplicationDelResponse, ldap.ApplicationModifyDNRequest: ldap.ApplicationModifyDNResponse,
		ldap.ApplicationCompareRequest: ldap.ApplicationCompareResponse, ldap.ApplicationExtendedRequest: ldap.ApplicationExtendedResponse,
	}
	tag, known := reply[q.op.Tag]
	switch {
	case q.op.Tag == ldap.ApplicationUnbindRequest:
		return false, nil
	case q.op.Tag == ldap.ApplicationAbandonRequest: // each is answered before the next is read
		return true, nil
	case !known:
		return false, nil
	}
	if c := critical(q.controls); c != "" && c != oidPaged {
		return true, x.write(respond(q.id, tag, ldap.LDAPResultUnavailableCriticalExtension, "The control "+c+" is not known here."))
	}
	switch q.op.Tag {
	case ldap.ApplicationBindRequest:
		return true, x.bind(ctx, q)
	case ldap.ApplicationSearchRequest:
		return x.search(ctx, q)
	case ldap.ApplicationExtendedRequest:
		return x.extended(ctx, q)
	}
	return true, x.write(respond(q.id, tag, ldap.LDAPResultUnwillingToPerform, "The address book is read here, and changed in the web client."))
}

// critical returns the first control that must be understood, "" for none
// (RFC 4511 section 4.1.11).
func critical(controls []*ber.Packet) string {
	for _, c := range controls {
		if len(c.Children) < 2 {
			continue
		}
		if must, ok := c.Children[1].Value.(bool); ok && must && text(c.Children[0]) != oidPaged {
			return text(c.Children[0])
		}
	}
	return ""
}

// bind is a simple bind (RFC 4511 section 4.2): the name is the mail address,
// or a distinguished name that holds it.
func (x *session) bind(ctx context.Context, q request) error {
	x.subject = policy.Subject{} // RFC 4511 section 4.2.1: whatever comes of it
	say := func(code uint16, words string) error {
		return x.write(respond(q.id, ldap.ApplicationBindResponse, code, words))
	}
	if len(q.op.Children) != 3 {
		return say(ldap.LDAPResultProtocolError, "The bind cannot be read.")
	}
	version, ok := number(q.op.Children[0])
	name, auth := text(q.op.Children[1]), q.op.Children[2]
	switch {
	case !ok || version != 3:
		return say(ldap.LDAPResultProtocolError, "Version 3 is spoken here.")
	case auth.ClassType != ber.ClassContext || auth.Tag != 0:
		return say(ldap.LDAPResultAuthMethodNotSupported, "Please bind with an address and a password.")
	case text(auth) == "": // RFC 4513 section 5.1.2: never taken for a sign-in
		if name == "" {
			return say(ldap.LDAPResultSuccess, "")
		}
		return say(ldap.LDAPResultUnwillingToPerform, "A password is needed.")
	case !x.private:
		return say(ldap.LDAPResultConfidentialityRequired, "Please use TLS.")
	}
	s, err := x.server.needs.SignIn(ctx, addressOf(name), text(auth), x.peer)
	switch {
	case err == nil:
		x.subject = s
		return say(ldap.LDAPResultSuccess, "")
	case errs.Is(err, errs.Unauthenticated):
		return say(ldap.LDAPResultInvalidCredentials, errs.Text(err))
	case errs.Is(err, errs.Forbidden):
		return say(ldap.LDAPResultInappropriateAuthentication, errs.Text(err))
	case errs.Is(err, errs.RateLimited):
		return say(ldap.LDAPResultBusy, errs.Text(err))
	}
	x.server.log.Error("ldap bind failed", "err", err)
	return say(ldap.LDAPResultUnavailable, "Please try again later.")
}

// addressOf returns the address in a bind's name: itself, or what mail or uid
// of a distinguished name hold.
func addressOf(name string) string {
	dn, err := ldap.ParseDN(name)
	if err != nil || !strings.Contains(name, "=") {
		return name
	}
	for _, rdn := range dn.RDNs {
		for _, a := range rdn.Attributes {
			if (strings.EqualFold(a.Type, "mail") || strings.EqualFold(a.Type, "uid") || strings.EqualFold(a.Type, "cn")) && strings.Contains(a.Value, "@") {
				return a.Value
			}
		}
	}
	return name
}

// extended is RFC 4511 section 4.12.
func (x *session) extended(ctx context.Context, q request) (again bool, err error) {
	say := func(code uint16, words string) error {
		return x.write(respond(q.id, ldap.ApplicationExtendedResponse, code, words))
	}
	oid := ""
	if len(q.op.Children) > 0 {
		oid = text(q.op.Children[0])
	}
	switch oid {
	case oidWhoAmI:
		m := respond(q.id, ldap.ApplicationExtendedResponse, ldap.LDAPResultSuccess, "")
		who := ""
		if x.subject.Account != 0 {
			who = "u:" + x.subject.Address
		}
		m.Children[1].AppendChild(ber.NewString(ber.ClassContext, ber.TypePrimitive, 11, who, ""))
		again := envelope(q.id)
		again.AppendChild(m.Children[1]) // lengths are counted when a child is added
		return true, x.write(again)
	case oidStartTLS:
		_, already := x.conn.(*tls.Conn)
		switch {
		case already:
			return true, say(ldap.LDAPResultOperationsError, "TLS is spoken already.")
		case x.server.conf.TLS == nil:
			return true, say(ldap.LDAPResultUnavailable, "There is no TLS here.")
		case x.r.Buffered() > 0: // RFC 4511 section 4.14.1: what was sent in the clear is not heard as if it were private
			return false, say(ldap.LDAPResultOperationsError, "Nothing may be sent before TLS.")
		}
		if err := say(ldap.LDAPResultSuccess, ""); err != nil {
			return false, err
		}
		if err := x.w.Flush(); err != nil {
			return false, err
		}
		secure := tls.Server(x.conn, x.server.conf.TLS)
		if err := secure.HandshakeContext(ctx); err != nil {
			return false, err
		}
		x.conn, x.private, x.subject = secure, true, policy.Subject{}
		x.attach()
		return true, nil
	}
	return true, say(ldap.LDAPResultProtocolError, "The operation "+oid+" is not known here.")
}
