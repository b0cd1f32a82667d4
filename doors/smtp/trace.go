package smtp

import "crypto/tls"

// protocol returns the "with" word of the Received line (RFC 3848, RFC 6531
// section 4.3).
func (x *session) protocol() string {
	p := "SMTP"
	switch {
	case x.tx.mail.UTF8:
		p = "UTF8SMTP"
	case x.esmtp:
		p = "ESMTP"
	}
	if p == "SMTP" {
		return p
	}
	if x.tls != nil {
		p += "S"
	}
	if x.signedIn {
		p += "A"
	}
	return p
}

// tlsText describes the protection of the connection (RFC 8314 section 4.3).
func tlsText(s tls.ConnectionState) string {
	return tls.VersionName(s.Version) + " " + tls.CipherSuiteName(s.CipherSuite)
}
