package imap

import (
	"bytes"

	wire "chancery/wire/imap"
)

// authenticate is AUTHENTICATE (RFC 9051 section 6.2.2).
func (s *session) authenticate(tag string, c wire.Authenticate) {
	bearer := c.Mechanism == "OAUTHBEARER" || c.Mechanism == "XOAUTH2"
	external := c.Mechanism == "EXTERNAL" && len(s.presented()) > 0
	if c.Mechanism != "PLAIN" && !bearer && !external {
		s.no(tag, "CANNOT", "This SASL mechanism is not served; use PLAIN.")
		return
	}
	if !s.mayLogin() {
		s.no(tag, "PRIVACYREQUIRED", "A password is accepted only over TLS; use STARTTLS first.")
		return
	}
	answer, ok := c.Initial, true
	if !c.HasInitial {
		answer, ok = s.challenge(tag, "")
	}
	switch {
	case !ok:
	case external:
		s.authExternal(tag, answer)
	case bearer:
		s.authBearer(tag, c.Mechanism, answer)
	default:
		s.authPlain(tag, answer)
	}
}

// challenge sends a challenge and reads the answer; false when it was answered
// otherwise already.
func (s *session) challenge(tag, text string) ([]byte, bool) {
	s.out.line("+ ", text)
	if s.flush() != nil {
		return nil, false
	}
	line, err := s.r.ReadLine()
	if err != nil {
		s.broken = err
		return nil, false
	}
	if line == "*" { // the client gives up
		s.bad(tag, "", "Authentication was cancelled.")
		return nil, false
	}
	answer, err := wire.DecodeSASL(line)
	if err != nil {
		s.bad(tag, "", "The SASL answer is not valid base64.")
		return nil, false
	}
	return answer, true
}

// authPlain is PLAIN (RFC 4616).
func (s *session) authPlain(tag string, answer []byte) {
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
