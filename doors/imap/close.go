package imap

// closeMailbox is CLOSE (RFC 9051 section 6.4.1): EXPUNGE without telling.
func (s *session) closeMailbox(tag string) {
	if !s.sel.readOnly {
		if _, err := s.removeDeleted(nil); err != nil {
			s.fail(tag, err)
			return
		}
	}
	s.leave(tag, "Mailbox closed.")
}

// unselect is UNSELECT (section 6.4.2).
func (s *session) unselect(tag string) { s.leave(tag, "Mailbox left.") }

func (s *session) leave(tag, text string) {
	s.sel = nil
	s.ok(tag, text)
}
