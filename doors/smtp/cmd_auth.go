package smtp

import (
	"encoding/base64"
	"strings"

	"chancery/kit/errs"
	"chancery/policy"
)

// maxAuthLine is the longest answer to a challenge (RFC 4954 section 4.3).
const maxAuthLine = 12288

// mayAuth says whether passwords may be sent on this connection.
func (x *session) mayAuth() bool {
	return x.srv.auth != nil && (x.tls != nil || x.srv.conf.PlaintextAuth && x.addr.IsLoopback())
}

// cmdAuth signs in (RFC 4954).
func (x *session) cmdAuth(arg string) {
	switch {
	case x.kind == MX:
		x.refuse(502, "5.5.1", "Sign-in is at the submission port.")
		return
	case x.helo == "" || x.tx.open:
		x.refuse(503, "5.5.1", "AUTH comes after EHLO and before MAIL.")
		return
	case x.signedIn:
		x.refuse(503, "5.5.1", "You are signed in already.")
		return
	case !x.mayAuth():
		x.refuse(538, "5.7.11", "Sign-in needs TLS: say STARTTLS first.")
		return
	}
	mechanism, first, has := strings.Cut(arg, " ")
	var address, password string
	var ok bool
	switch strings.ToUpper(mechanism) {
	case "PLAIN":
		address, password, ok = x.authPlain(first, has)
	case "LOGIN":
		address, password, ok = x.authLogin(first, has)
	case "OAUTHBEARER", "XOAUTH2":
		x.authBearer(strings.ToUpper(mechanism), first, has)
		return
	case "EXTERNAL":
		if len(x.presented()) == 0 {
			x.refuse(504, "5.5.4", "EXTERNAL needs a client certificate, and none was shown.")
			return
		}
		x.authExternal(first, has)
		return
	default:
		x.refuse(504, "5.5.4", "The mechanisms are PLAIN, LOGIN, OAUTHBEARER and XOAUTH2.")
		return
	}
	if ok {
		x.signIn(address, password)
	}
}

// signIn asks who that is.
func (x *session) signIn(address, password string) {
	subject, err := x.srv.auth.Authenticate(x.srv.ctx, address, password, x.peer())
	x.signedInAs(subject, err)
}

// signedInAs answers a sign-in as the house decided it.
func (x *session) signedInAs(subject policy.Subject, err error) {
	switch {
	case err == nil:
		x.subject, x.signedIn = subject, true
		x.reply(235, "2.7.0", "Welcome.")
	case errs.Is(err, errs.Unauthenticated), errs.Is(err, errs.NotFound), errs.Is(err, errs.Forbidden), errs.Is(err, errs.Invalid):
		x.refuse(535, "5.7.8", "The address or the password is wrong.")
		x.countWrong()
	case errs.Is(err, errs.RateLimited):
		x.reply(421, "4.7.0", oneLine(errs.Text(err)))
		x.quit = true
	default:
		x.srv.log.Error("smtp: sign-in failed", "err", err)
		x.refuse(454, "4.7.0", "Sign-in is not possible just now; please try again.") // RFC 4954 section 6
	}
}

// countWrong ends the connection of whoever guesses.
func (x *session) countWrong() {
	if x.wrong++; x.wrong >= x.srv.conf.MaxAuthFailures && !x.quit {
		x.reply(421, "4.7.0", "Too many wrong passwords.")
		x.quit = true
	}
}

// authPlain reads [authzid] NUL authcid NUL password (RFC 4616).
func (x *session) authPlain(first string, has bool) (address, password string, ok bool) {
	answer := first
	if !has {
		if answer, ok = x.ask(""); !ok {
			return "", "", false
		}
	}
	text, ok := x.decode(answer)
	if !ok {
		return "", "", false
	}
	parts := strings.Split(text, "\x00")
	if len(parts) != 3 || parts[1] == "" || parts[0] != "" && !strings.EqualFold(parts[0], parts[1]) {
		x.refuse(501, "5.5.2", "The answer is not what PLAIN asks for.")
		return "", "", false
	}
	return parts[1], parts[2], true
}

// authLogin asks for name and password one by one, as old programs want it
// (draft-murchison-sasl-login).
func (x *session) authLogin(first string, has bool) (address, password string, ok bool) {
	answer := first
	if !has {
		if answer, ok = x.ask("VXNlcm5hbWU6"); !ok {
			return "", "", false
		}
	}
	if address, ok = x.decode(answer); !ok {
		return "", "", false
	}
	if answer, ok = x.ask("UGFzc3dvcmQ6"); !ok {
		return "", "", false
	}
	password, ok = x.decode(answer)
	return address, password, ok
}

// ask sends a challenge and reads the answer.
func (x *session) ask(challenge string) (string, bool) {
	x.reply(334, "", challenge)
	line, err := x.readLineUpTo(maxAuthLine)
	if err != nil {
		x.hangUp(err)
		x.quit = true
		return "", false
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "*" {
		x.refuse(501, "5.7.0", "Sign-in was given up.") // RFC 4954 section 4
		return "", false
	}
	return line, true
}

func (x *session) decode(s string) (string, bool) {
	if s == "=" {
		return "", true // an empty initial response (RFC 4954 section 4)
	}
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		x.refuse(501, "5.5.2", "The answer is not base64.")
		return "", false
	}
	return string(b), true
}
