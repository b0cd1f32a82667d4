package smtp

import (
	"crypto/x509"

	"chancery/wire/sasl"
)

// presented returns the certificates that the client proved its key of, none
// where it showed none.
func (x *session) presented() []*x509.Certificate {
	if x.tls == nil {
		return nil
	}
	state := x.tls.ConnectionState()
	if !state.HandshakeComplete || state.DidResume {
		return nil
	}
	return state.PeerCertificates
}

// authExternal is EXTERNAL (RFC 4422 appendix A): the client certificate of
// the connection says who it is.
func (x *session) authExternal(first string, has bool) {
	if !has {
		var ok bool
		if first, ok = x.ask(""); !ok {
			return
		}
	}
	text, ok := x.decode(first)
	if !ok {
		return
	}
	as, err := sasl.ParseExternal([]byte(text))
	if err != nil {
		x.refuse(501, "5.5.2", "The answer is not what EXTERNAL asks for.")
		return
	}
	subject, err := x.srv.auth.AuthenticateCertificate(x.srv.ctx, as, x.presented(), x.peer())
	x.signedInAs(subject, err)
}
