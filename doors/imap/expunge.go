package imap

import (
	"chancery/kit/errs"
	"chancery/mail"
	wire "chancery/wire/imap"
)

// expunge is EXPUNGE and UID EXPUNGE (RFC 9051 sections 6.4.3 and 6.4.9).
func (s *session) expunge(tag string, c wire.Expunge) {
	if s.sel.readOnly {
		s.no(tag, "READ-ONLY", "The mailbox is open for reading only.")
		return
	}
	var only []wire.Range
	if c.UID {
		rows, _ := s.sel.rows(c.Set, true)
		uids := make([]uint32, len(rows))
		for i, r := range rows {
			uids[i] = r.UID
		}
		only = wire.RangesOf(uids)
		if only == nil {
			only = []wire.Range{}
		}
	}
	removed, err := s.removeDeleted(only)
	if err != nil {
		s.sync()
		s.fail(tag, err)
		return
	}
	s.sync()
	code := ""
	if s.qresync && removed { // RFC 7162 section 3.2.7
		code = s.highest()
	}
	if code == "" {
		s.ok(tag, "Expunged.")
		return
	}
	s.okCode(tag, code, "Expunged.")
}

// removeDeleted removes the messages with \Deleted from the mailbox; only, if
// not nil, limits it to these UIDs.
func (s *session) removeDeleted(only []wire.Range) (bool, error) {
	m := s.sel
	now, err := m.account.Snapshot(s.ctx())
	if err != nil {
		return false, err
	}
	var changes []mail.Change
	now.EachFrom(m.mailbox, 0, func(e mail.Entry) bool {
		if e.Deleted && (only == nil || wire.Contains(only, e.UID)) {
			changes = append(changes, mail.Change{ID: e.ID, RemoveFrom: []mail.Place{{Mailbox: m.mailbox, UID: e.UID}}})
		}
		return true
	})
	if len(changes) == 0 {
		return false, nil
	}
	outcomes, err := m.account.Change(s.ctx(), changes)
	for _, o := range outcomes {
		if o.Err != nil && !errs.Is(o.Err, errs.NotFound) && err == nil {
			err = o.Err
		}
	}
	return true, err
}
