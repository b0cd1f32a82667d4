package imap

import (
	"encoding/base64"

	"chancery/kit/errs"
	"chancery/wire/sasl"
)

// authBearer is OAUTHBEARER (RFC 7628) and XOAUTH2: a token instead of a
// password. One that is refused is told where to get another, and says that it
// has read this before the refusal proper (RFC 7628 section 3.2.3).
func (s *session) authBearer(tag, mechanism string, answer []byte) {
	parse := sasl.ParseOAuthBearer
	if mechanism == "XOAUTH2" {
		parse = sasl.ParseXOAuth2
	}
	b, err := parse(answer)
	if err != nil {
		s.bad(tag, "", "The SASL answer is not a message of "+mechanism+".")
		return
	}
	subject, err := s.server.needs.SignInToken(s.ctx(), b.User, b.Token, s.peer())
	if errs.Is(err, errs.Unauthenticated) {
		failure := base64.StdEncoding.EncodeToString(sasl.Failure(mechanism, s.server.conf.Discovery))
		if _, ok := s.challenge(tag, failure); !ok {
			s.slowDown() // given up here, it was a wrong token all the same
			s.enough()
			return
		}
	}
	s.signedIn(tag, subject, err)
}
