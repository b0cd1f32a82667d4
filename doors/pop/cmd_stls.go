package pop

import "crypto/tls"

// stls is STLS (RFC 2595 section 4).
func (x *session) stls() {
	if x.tls || x.server.conf.TLS == nil || x.utf8 { // RFC 6856 section 2.1: not after UTF8
		x.no("", "TLS cannot be started now.")
		return
	}
	// What was sent in the clear is not heard as if it were private.
	if x.r.Buffered() > 0 {
		x.no("", "Nothing may be sent after STLS before the handshake.")
		x.over = true
		return
	}
	x.ok("Begin TLS now.")
	if x.w.Flush() != nil {
		x.over = true
		return
	}
	conn := tls.Server(x.conn, x.server.conf.TLS)
	if conn.HandshakeContext(x.ctx) != nil {
		x.over = true
		return
	}
	x.conn, x.tls, x.user = conn, true, ""
	x.attach()
}
