package imap

import (
	"crypto/tls"
	"crypto/x509"

	"chancery/wire/sasl"
)

// presented returns the certificates that the client proved its key of, none
// where it showed none.
func (s *session) presented() []*x509.Certificate {
	if t, ok := s.conn.(*tls.Conn); ok && s.tls {
		if state := t.ConnectionState(); state.HandshakeComplete && !state.DidResume {
			return state.PeerCertificates
		}
	}
	return nil
}

// authExternal is EXTERNAL (RFC 4422 appendix A): the client certificate of
// the connection says who it is.
func (s *session) authExternal(tag string, answer []byte) {
	as, err := sasl.ParseExternal(answer)
	if err != nil {
		s.bad(tag, "", "The SASL answer is not a message of EXTERNAL.")
		return
	}
	subject, err := s.server.needs.SignInCertificate(s.ctx(), as, s.presented(), s.peer())
	s.signedIn(tag, subject, err)
}
