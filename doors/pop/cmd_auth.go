package pop

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"slices"
	"strings"

	"chancery/kit/errs"
	"chancery/wire/sasl"
)

// auth is AUTH (RFC 5034).
func (x *session) auth(rest string) {
	if !x.maySend() {
		return
	}
	mechanism, first, has := strings.Cut(rest, " ")
	mechanism = strings.ToUpper(mechanism)
	if !slices.Contains(x.mechanisms(), mechanism) {
		x.no("AUTH", "The mechanisms are "+strings.Join(x.mechanisms(), ", ")+".")
		return
	}
	answer, ok := []byte{}, true
	switch {
	case !has:
		answer, ok = x.challenge("")
	case first != "=": // section 4: an empty answer
		answer, ok = x.decode(first)
	}
	if !ok {
		return
	}
	switch mechanism {
	case "PLAIN":
		x.authPlain(answer)
	case "EXTERNAL":
		x.authExternal(answer)
	default:
		x.authBearer(mechanism, answer)
	}
}

// mechanisms are those of SASL that a client can use on this connection.
func (x *session) mechanisms() []string {
	list := []string{"PLAIN", "OAUTHBEARER", "XOAUTH2"}
	if len(x.presented()) > 0 {
		list = append(list, "EXTERNAL")
	}
	return list
}

// presented returns the certificates that the client proved its key of, none
// where it showed none.
func (x *session) presented() []*x509.Certificate {
	if t, ok := x.conn.(*tls.Conn); ok {
		if state := t.ConnectionState(); state.HandshakeComplete && !state.DidResume {
			return state.PeerCertificates
		}
	}
	return nil
}

// authExternal is EXTERNAL (RFC 4422 appendix A): the client certificate of
// the connection says who it is.
func (x *session) authExternal(answer []byte) {
	as, err := sasl.ParseExternal(answer)
	if err != nil {
		x.no("", "The answer is not a message of EXTERNAL.")
		return
	}
	subject, err := x.server.needs.SignInCertificate(x.ctx, as, x.presented(), x.peer)
	x.signedIn(subject, err)
}

// challenge asks a client, and reads its answer; false when it was answered
// otherwise already.
func (x *session) challenge(text string) ([]byte, bool) {
	x.w.WriteString("+ " + text + "\r\n")
	line, err := x.line()
	if err != nil {
		x.hangUp(err)
		x.over = true
		return nil, false
	}
	if line == "*" { // the client gives up
		x.no("", "The sign-in was given up.")
		return nil, false
	}
	return x.decode(line)
}

func (x *session) decode(text string) ([]byte, bool) {
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		x.no("", "The answer is not base64.")
		return nil, false
	}
	return b, true
}

// authPlain is PLAIN (RFC 4616). To act as somebody else is not possible here.
func (x *session) authPlain(answer []byte) {
	part := strings.Split(string(answer), "\x00")
	if len(part) != 3 || part[1] == "" || part[0] != "" && part[0] != part[1] {
		x.no("", "The answer is not a message of PLAIN.")
		return
	}
	x.signIn(part[1], part[2])
}

// authBearer is OAUTHBEARER (RFC 7628) and XOAUTH2: a token instead of a
// password. One that is refused is told where to get another, and says that it
// has read this before the refusal proper (RFC 7628 section 3.2.3).
func (x *session) authBearer(mechanism string, answer []byte) {
	parse := sasl.ParseOAuthBearer
	if mechanism == "XOAUTH2" {
		parse = sasl.ParseXOAuth2
	}
	b, err := parse(answer)
	if err != nil {
		x.no("", "The answer is not a message of "+mechanism+".")
		return
	}
	subject, err := x.server.needs.SignInToken(x.ctx, b.User, b.Token, x.peer)
	if errs.Is(err, errs.Unauthenticated) {
		if _, ok := x.challenge(base64.StdEncoding.EncodeToString(sasl.Failure(mechanism, x.server.conf.Discovery))); !ok {
			x.slowDown() // given up here, it was a wrong token all the same
			x.over = x.over || x.failures >= x.server.conf.MaxLoginFailures
			return
		}
	}
	x.signedIn(subject, err)
}
