package imap

import (
	"strconv"
	"strings"
)

// capabilities after sign-in. Only what works is named.
const signedIn = "IMAP4rev2 IMAP4rev1 SASL-IR LITERAL+ ENABLE ID IDLE UNSELECT UIDPLUS MOVE " +
	"NAMESPACE CHILDREN SPECIAL-USE CREATE-SPECIAL-USE LIST-EXTENDED LIST-STATUS STATUS=SIZE " +
	"ESEARCH SEARCHRES WITHIN SORT SORT=DISPLAY ESORT THREAD=ORDEREDSUBJECT THREAD=REFERENCES CONDSTORE QRESYNC " +
	"MULTIAPPEND BINARY UTF8=ACCEPT OBJECTID PREVIEW QUOTA QUOTA=RES-STORAGE UNAUTHENTICATE"

// capabilityText is what the session can do in its present state.
func (s *session) capabilityText() string {
	var b strings.Builder
	if s.subject.Account == 0 {
		b.WriteString("IMAP4rev2 IMAP4rev1 SASL-IR LITERAL+ ENABLE ID")
		if s.server.conf.TLS != nil && !s.tls {
			b.WriteString(" STARTTLS")
		}
		if s.mayLogin() {
			b.WriteString(" AUTH=PLAIN AUTH=OAUTHBEARER AUTH=XOAUTH2")
			if len(s.presented()) > 0 {
				b.WriteString(" AUTH=EXTERNAL")
			}
		} else {
			b.WriteString(" LOGINDISABLED") // RFC 9051 section 6.2.3
		}
		return b.String()
	}
	b.WriteString(signedIn)
	b.WriteString(" APPENDLIMIT=")
	b.WriteString(strconv.FormatInt(s.server.conf.MaxAppend, 10))
	if !s.compressed {
		b.WriteString(" COMPRESS=DEFLATE")
	}
	return b.String()
}

// mayLogin says whether a password may be sent now.
func (s *session) mayLogin() bool {
	return s.tls || (s.loopback && s.server.conf.PlainOnLoopback)
}

func (s *session) capability(tag string) {
	s.out.line("* CAPABILITY ", s.capabilityText())
	s.ok(tag, "Capabilities listed.")
}
