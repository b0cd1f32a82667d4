package imap

import (
	"time"

	"chancery/policy"
)

// logout is LOGOUT (RFC 9051 section 6.1.3).
func (s *session) logout(tag string) {
	s.out.line("* BYE Goodbye.")
	s.ok(tag, "Signed out.")
	s.over = true
}

// unauthenticate is UNAUTHENTICATE (RFC 8437): back to before the sign-in,
// with nothing left of it.
func (s *session) unauthenticate(tag string) {
	if s.compressed { // RFC 8437 section 3: nothing may be left of it
		s.no(tag, "CANNOT", "This is not possible on a compressed connection.")
		return
	}
	s.sel = nil
	s.subject, s.own, s.shared = policy.Subject{}, nil, nil
	s.signInBy = time.Now().Add(s.server.conf.LoginTimeout)
	s.condstore, s.qresync, s.utf8, s.rev2 = false, false, false, false
	s.r.SetUTF8(false)
	s.r.SetLimits(beforeSignIn)
	s.okCode(tag, "CAPABILITY "+s.capabilityText(), "Signed out.")
}
