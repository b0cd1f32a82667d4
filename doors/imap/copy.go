package imap

import (
	"strconv"

	"chancery/kit/errs"
	"chancery/mail"
	wire "chancery/wire/imap"
)

// copy is COPY, MOVE and their UID forms (RFC 9051 sections 6.4.7 and 6.4.8).
func (s *session) copy(tag string, c wire.Copy) {
	rows, ok := s.sel.rows(c.Set, c.UID)
	if !ok {
		s.bad(tag, "", "There is no message of that number.")
		return
	}
	if c.Move && s.sel.readOnly {
		s.no(tag, "READ-ONLY", "The mailbox is open for reading only.")
		return
	}
	to, box, err := s.mailbox(c.Mailbox)
	if errs.Is(err, errs.NotFound) {
		s.no(tag, "TRYCREATE", errs.Text(err)) // RFC 9051 section 6.4.7
		return
	}
	if err == nil && len(rows) == 0 {
		s.done(tag, "There was nothing to copy.")
		return
	}
	switch {
	case err != nil:
	case to.account == s.sel.account:
		rows = s.freshBy(to.snap, rows)
	default:
		rows, err = s.fresh(rows)
	}
	if err == nil && c.Move {
		err = s.move(rows, to, box)
		if err == nil {
			s.done(tag, "Moved.")
			return
		}
	}
	var code string
	if err == nil {
		code, err = s.copyRows(rows, to, box)
	}
	if err != nil {
		s.fail(tag, err)
		return
	}
	s.doneCode(tag, code, "Copied.")
}

// copyRows copies messages, all or none, and returns the COPYUID code.
func (s *session) copyRows(rows []row, to place, box mail.Mailbox) (string, error) {
	list := make([]mail.CopyOf, len(rows))
	for i, r := range rows {
		list[i] = mail.CopyOf{ID: r.ID, Mailboxes: []int64{box.ID}}
	}
	copies, err := to.account.Copy(s.ctx(), s.sel.account, list)
	if errs.Is(err, errs.NotFound) {
		return "", errs.E(errs.Conflict, "Some of the messages are gone; nothing was copied.")
	}
	if err != nil {
		return "", err
	}
	if err := markDeleted(s, to.account, box.ID, rows, copies); err != nil {
		return "", err
	}
	from := make([]uint32, len(rows))
	into := make([]uint32, len(rows))
	for i, m := range copies {
		p, _ := m.In(box.ID)
		from[i], into[i] = rows[i].UID, p.UID
	}
	return copyUID(box, from, into), nil
}

// markDeleted keeps \Deleted on copies (RFC 9051 section 6.4.7: flags are kept).
func markDeleted(s *session, account *mail.Account, box int64, rows []row, copies []*mail.Message) error {
	var changes []mail.Change
	for i, r := range rows {
		if r.Deleted {
			changes = append(changes, mail.Change{ID: copies[i].ID, Deleted: &mail.DeletedMark{Mailbox: box, Set: true}})
		}
	}
	if len(changes) == 0 {
		return nil
	}
	_, err := account.Change(s.ctx(), changes)
	return err
}

// copyUID is the COPYUID code (RFC 4315 section 3).
func copyUID(box mail.Mailbox, from, into []uint32) string {
	b := strconv.AppendUint([]byte("COPYUID "), uint64(box.UIDValidity), 10)
	b = wire.AppendRanges(append(b, ' '), wire.RangesOf(from))
	b = wire.AppendRanges(append(b, ' '), wire.RangesOf(into))
	return string(b)
}

// move moves messages and tells COPYUID before the EXPUNGEs that the next sync
// tells (RFC 9051 section 6.4.8).
func (s *session) move(rows []row, to place, box mail.Mailbox) error {
	if to.account.ID() != s.sel.account.ID() {
		return s.moveAcross(rows, to, box)
	}
	entries := make([]mail.Entry, len(rows))
	for i, r := range rows {
		entries[i] = r.Entry
	}
	outcomes, err := s.moveEntries(to.account, s.sel.mailbox, box.ID, entries)
	var from, into []uint32
	var moved []row
	var messages []*mail.Message
	for i, o := range outcomes {
		if o.Err == nil && o.Message != nil {
			p, _ := o.Message.In(box.ID)
			from, into = append(from, rows[i].UID), append(into, p.UID)
			moved, messages = append(moved, rows[i]), append(messages, o.Message)
		}
	}
	if len(from) > 0 {
		s.out.line("* OK [", copyUID(box, from, into), "] Moved.")
	}
	if err != nil {
		return err
	}
	return markDeleted(s, to.account, box.ID, moved, messages)
}

// moveEntries changes the mailbox of messages.
func (s *session) moveEntries(account *mail.Account, from, to int64, entries []mail.Entry) ([]mail.Outcome, error) {
	changes := make([]mail.Change, len(entries))
	for i, e := range entries {
		changes[i] = mail.Change{ID: e.ID, AddTo: []int64{to}, RemoveFrom: []mail.Place{{Mailbox: from, UID: e.UID}}}
	}
	return account.Change(s.ctx(), changes)
}

// moveAcross moves to another account: a copy that is durable first, then the
// removal.
func (s *session) moveAcross(rows []row, to place, box mail.Mailbox) error {
	code, err := s.copyRows(rows, to, box)
	if err != nil {
		return err
	}
	s.out.line("* OK [", code, "] Moved.")
	changes := make([]mail.Change, len(rows))
	for i, r := range rows {
		changes[i] = mail.Change{ID: r.ID, RemoveFrom: []mail.Place{{Mailbox: s.sel.mailbox, UID: r.UID}}}
	}
	_, err = s.sel.account.Change(s.ctx(), changes)
	return err
}
