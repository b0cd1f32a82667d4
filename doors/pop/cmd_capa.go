package pop

import "strings"

// capa is CAPA (RFC 2449 section 5): what can be done now.
func (x *session) capa() {
	x.ok("What is spoken here:")
	list := []string{"TOP", "UIDL", "RESP-CODES", "AUTH-RESP-CODE", "PIPELINING", "EXPIRE NEVER", "UTF8 USER", "IMPLEMENTATION Chancery"}
	if x.subject.Account == 0 {
		if x.mayLogin() {
			list = append(list, "USER", "SASL "+strings.Join(x.mechanisms(), " "))
		}
		if !x.tls && x.server.conf.TLS != nil {
			list = append(list, "STLS")
		}
	}
	for _, c := range list {
		x.w.WriteString(c + "\r\n")
	}
	x.w.WriteString(".\r\n")
}

// mayLogin says whether a password may be sent now.
func (x *session) mayLogin() bool {
	return x.tls || x.loopback && x.server.conf.PlainOnLoopback
}
