package smtp

// cmdStartTLS puts TLS onto the connection (RFC 3207).
func (x *session) cmdStartTLS(arg string) {
	switch {
	case x.srv.tls == nil:
		x.refuse(502, "5.5.1", "TLS is not set up here.")
		return
	case x.tls != nil:
		x.refuse(503, "5.5.1", "TLS is on already.")
		return
	case arg != "":
		x.refuse(501, "5.5.4", "STARTTLS has no parameters.")
		return
	case x.br.Buffered() > 0:
		// What came in the clear behind STARTTLS would be taken for part of
		// the protected dialogue: a sign of somebody in between.
		x.reply(421, "4.7.0", "Nothing may follow STARTTLS before TLS is up.")
		x.quit = true
		return
	}
	x.reply(220, "2.0.0", "Go ahead.")
	if x.bw.Flush() != nil || !x.handshake(socket{x.conn, x}) {
		x.quit = true
		return
	}
	// Everything heard before is forgotten (RFC 3207 section 4.2).
	x.reset()
	x.helo, x.esmtp, x.signedIn = "", false, false
}
