package smtp

import (
	"encoding/base64"

	"chancery/kit/errs"
	"chancery/wire/sasl"
)

// authBearer is OAUTHBEARER (RFC 7628) and XOAUTH2: a token instead of a
// password. One that is refused is told where to get another, and says that it
// has read this before the refusal proper (RFC 7628 section 3.2.3).
func (x *session) authBearer(mechanism, first string, has bool) {
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
	parse := sasl.ParseOAuthBearer
	if mechanism == "XOAUTH2" {
		parse = sasl.ParseXOAuth2
	}
	b, err := parse([]byte(text))
	if err != nil {
		x.refuse(501, "5.5.2", "The answer is not what "+mechanism+" asks for.")
		return
	}
	subject, err := x.srv.auth.AuthenticateToken(x.srv.ctx, b.User, b.Token, x.peer())
	if errs.Is(err, errs.Unauthenticated) {
		if _, ok := x.ask(base64.StdEncoding.EncodeToString(sasl.Failure(mechanism, x.srv.conf.Discovery))); !ok {
			x.countWrong() // given up here, it was a wrong token all the same
			return
		}
	}
	x.signedInAs(subject, err)
}
