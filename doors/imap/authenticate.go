package imap

import (
	"bytes"

	wire "chancery/wire/imap"
)

// authenticate is AUTHENTICATE (RFC 9051 section 6.2.2) with PLAIN (RFC 4616).
func (s *session) authenticate(tag string, c wire.Authenticate) {
	if c.Mechanism != "PLAIN" {
		s.no(tag, "CANNOT", "This SASL mechanism is not served; use PLAIN.")
		return
	}
	if !s.mayLogin() {
		s.no(tag, "PRIVACYREQUIRED", "A password is accepted only over TLS; use STARTTLS first.")
		return
	}
	answer := c.Initial
	if !c.HasInitial {
		s.out.line("+ ")
		if s.flush() != nil {
			return
		}
		line, err := s.r.ReadLine()
		if err != nil {
			s.broken = err
			return
		}
		if line == "*" { // the client gives up
			s.bad(tag, "", "Authentication was cancelled.")
			return
		}
		if answer, err = wire.DecodeSASL(line); err != nil {
			s.bad(tag, "", "The SASL answer is not valid base64.")
			return
		}
	}
	part := bytes.Split(answer, []byte{0})
	if len(part) != 3 || len(part[1]) == 0 {
		s.bad(tag, "", "The SASL answer is not a PLAIN message.")
		return
	}
	// RFC 4616 section 2: an identity to act as. Shared mailboxes are reached
	// by namespace instead, so only one's own name is accepted.
	if len(part[0]) > 0 && !bytes.Equal(part[0], part[1]) {
		s.no(tag, "AUTHORIZATIONFAILED", "Acting as another user is not possible here.")
		return
	}
	s.signIn(tag, string(part[1]), string(part[2]))
}
