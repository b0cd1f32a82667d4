package smtp

import (
	"fmt"
	"strings"

	wire "chancery/wire/smtp"
)

// cmdHelo is the greeting of a client without extensions (RFC 5321 section
// 4.1.1.1).
func (x *session) cmdHelo(arg string) {
	if x.hello(arg, false) {
		x.reply(250, "", x.srv.conf.Hostname)
	}
}

// cmdEhlo answers with the extensions.
func (x *session) cmdEhlo(arg string) {
	if !x.hello(arg, true) {
		return
	}
	c := x.srv.conf
	lines := []string{c.Hostname, fmt.Sprintf("SIZE %d", x.maxMessage()), "PIPELINING", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES", "CHUNKING"}
	if x.srv.tls != nil && x.tls == nil {
		lines = append(lines, "STARTTLS")
	}
	if x.kind != MX {
		if x.mayAuth() {
			auth := "AUTH PLAIN LOGIN OAUTHBEARER XOAUTH2"
			if len(x.presented()) > 0 {
				auth += " EXTERNAL"
			}
			lines = append(lines, auth)
		}
		// Seconds, and the latest moment (RFC 4865 section 3).
		until := x.srv.clock.Now().Add(c.MaxHold).UTC().Format("2006-01-02T15:04:05Z")
		lines = append(lines, fmt.Sprintf("FUTURERELEASE %d %s", int64(c.MaxHold.Seconds()), until))
	}
	lines = append(lines, fmt.Sprintf("LIMITS RCPTMAX=%d", x.maxRecipients())) // RFC 9422
	x.reply(250, "", lines...)
}

// hello begins anew (RFC 5321 section 4.1.4).
func (x *session) hello(arg string, esmtp bool) bool {
	arg, _, _ = strings.Cut(arg, " ")
	if !wire.IsHelo(arg) {
		x.refuse(501, "5.5.4", "Please give the name of your host.")
		return false
	}
	x.reset()
	x.helo, x.esmtp = arg, esmtp
	return true
}
