package imap

import (
	"time"

	"chancery/kit/errs"
	"chancery/mail"
	"chancery/policy"
	wire "chancery/wire/imap"
)

// login is LOGIN (RFC 9051 section 6.2.3).
func (s *session) login(tag string, c wire.Login) {
	if !s.mayLogin() {
		s.no(tag, "PRIVACYREQUIRED", "A password is accepted only over TLS; use STARTTLS first.")
		return
	}
	s.signIn(tag, c.User, c.Password)
}

// signIn checks a password and opens the account.
func (s *session) signIn(tag, user, password string) {
	subject, err := s.server.needs.SignIn(s.ctx(), user, password, s.peer())
	s.signedIn(tag, subject, err)
}

// signedIn opens the account of whom the house knows, or answers why not.
func (s *session) signedIn(tag string, subject policy.Subject, err error) {
	if err == nil {
		s.own, err = s.server.room.Account(s.ctx(), subject, subject.Account)
	}
	if err != nil {
		s.signInFailed(tag, err)
		return
	}
	s.failures = 0
	s.subject = subject
	s.shared = map[int64]*mail.Account{}
	s.r.SetLimits(wire.Limits{Append: s.server.conf.MaxAppend, Drain: s.server.conf.MaxAppend + 1<<20})
	s.okCode(tag, "CAPABILITY "+s.capabilityText(), "Signed in.")
}

// signInFailed answers and slows down whoever guesses.
func (s *session) signInFailed(tag string, err error) {
	if errs.Is(err, errs.Unauthenticated) {
		s.slowDown()
	}
	s.fail(tag, err)
	s.enough()
}

// slowDown counts a failed sign-in and makes the client wait.
func (s *session) slowDown() {
	s.failures++
	select {
	case <-time.After(s.server.conf.LoginDelay):
	case <-s.server.serving.Done():
	}
}

// enough ends the connection of a client that failed too often.
func (s *session) enough() {
	if s.failures >= s.server.conf.MaxLoginFailures {
		s.out.line("* BYE Too many failed sign-ins.")
		s.over = true
	}
}
