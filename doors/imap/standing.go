package imap

import (
	"time"

	"chancery/kit/errs"
	wire "chancery/wire/imap"
)

// errEnded closes the connection of somebody who may not be in any more.
var errEnded = &wire.FatalError{Text: "The sign-in has ended: the account was locked, or has another password."}

// stands says whether the person is still let in, and ends the session when
// they are not. It is asked before commands and before news are told, and the
// house at most once in StandEvery.
func (s *session) stands() bool {
	now := time.Now()
	if s.subject.Account == 0 || now.Sub(s.stood) < s.server.conf.StandEvery {
		return true
	}
	s.stood = now
	err := s.server.needs.Standing(s.ctx(), s.subject, s.peer())
	if !errs.Is(err, errs.Unauthenticated) {
		if err != nil { // the command will meet the same fault, and say so
			s.log.Warn("whether an imap session stands is not known", "err", err)
		}
		return true
	}
	s.broken = errEnded
	return false
}
