package imap

import wire "chancery/wire/imap"

// id is ID (RFC 2971).
func (s *session) id(tag string, c wire.ID) {
	if len(c.Fields) > 0 {
		s.log.Debug("imap client", "id", c.Fields)
	}
	s.out.line(`* ID ("name" "Chancery")`)
	s.ok(tag, "Pleased to meet you.")
}
