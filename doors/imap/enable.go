package imap

import wire "chancery/wire/imap"

// enable is ENABLE (RFC 9051 section 6.3.1, RFC 7162 section 3.1, RFC 6855
// section 3). Unknown names are ignored.
func (s *session) enable(tag string, c wire.Enable) {
	b := []byte("* ENABLED")
	for _, name := range c.Capabilities {
		switch name {
		case "CONDSTORE":
			s.turnOnCondStore()
		case "QRESYNC":
			s.turnOnCondStore()
			s.qresync = true
		case "UTF8=ACCEPT":
			s.setUTF8()
		case "IMAP4REV2":
			s.rev2 = true
			s.setUTF8()
			name = "IMAP4rev2"
		default:
			continue
		}
		b = append(b, ' ')
		b = append(b, name...)
	}
	s.out.line(string(b))
	s.ok(tag, "Enabled.")
}

// setUTF8 makes mailbox names and quoted strings UTF-8 from the next command on.
func (s *session) setUTF8() {
	s.utf8 = true
	s.r.SetUTF8(true)
}

// turnOnCondStore makes the session tell mod-sequences. Inside a mailbox its
// highest one is told first (RFC 7162 section 3.1.2).
func (s *session) turnOnCondStore() {
	if !s.condstore && s.sel != nil {
		s.out.line("* OK [", s.highest(), "] Highest mod-sequence.")
	}
	s.condstore = true
}
