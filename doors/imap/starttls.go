package imap

import "crypto/tls"

// startTLS is STARTTLS (RFC 9051 section 6.2.1).
func (s *session) startTLS(tag string) {
	if s.tls || s.server.conf.TLS == nil {
		s.bad(tag, "", "TLS cannot be started now.")
		return
	}
	// What was sent before the handshake is not protected and is dropped
	// (RFC 9051 section 6.2.1: commands must not be pipelined behind STARTTLS).
	if s.r.Buffered() > 0 {
		s.bad(tag, "", "Nothing may be sent after STARTTLS before the handshake.")
		s.over = true
		return
	}
	s.ok(tag, "Begin TLS now.")
	if s.flush() != nil {
		return
	}
	conn := tls.Server(s.wake, s.server.conf.TLS)
	if err := conn.Handshake(); err != nil {
		s.broken = err
		return
	}
	s.conn = conn
	s.setTLS()
}
