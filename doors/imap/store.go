package imap

import (
	"chancery/kit/errs"
	"chancery/mail"
	wire "chancery/wire/imap"
)

// store is STORE and UID STORE (RFC 9051 section 6.4.6, RFC 7162 section
// 3.1.3).
func (s *session) store(tag string, c wire.Store) {
	if s.sel.readOnly {
		s.no(tag, "READ-ONLY", "The mailbox is open for reading only.")
		return
	}
	rows, ok := s.sel.rows(c.Set, c.UID)
	if !ok {
		s.bad(tag, "", "There is no message of that number.")
		return
	}
	if c.HasUnchanged {
		s.turnOnCondStore()
	}
	changes := make([]mail.Change, len(rows))
	for i, r := range rows {
		changes[i] = s.flagChange(r, c)
	}
	outcomes, err := s.sel.account.Change(s.ctx(), changes)
	if err != nil {
		s.fail(tag, err)
		return
	}
	var modified []uint32
	for i, o := range outcomes {
		r := rows[i]
		switch {
		case errs.Is(o.Err, errs.Conflict):
			n := r.seq
			if c.UID {
				n = r.UID
			}
			modified = append(modified, n)
			if o.Message != nil {
				r.Entry = s.sel.entry(o.Message, r.Entry)
				s.tellFlags(r)
				s.sel.know(r.UID, r.Modseq)
			}
		case errs.Is(o.Err, errs.NotFound): // told as EXPUNGE soon
		case o.Err != nil:
			s.fail(tag, o.Err)
			return
		case o.Message != nil:
			r.Entry = s.sel.entry(o.Message, r.Entry)
			s.tellStored(r, c)
		}
	}
	code := ""
	if len(modified) > 0 { // RFC 7162 section 3.1.3: MODIFIED
		code = "MODIFIED " + string(wire.AppendRanges(nil, wire.RangesOf(modified)))
	}
	s.doneIf(c.UID, tag, code, "Flags stored.")
}

// entry is a message after a change, as the selected mailbox has it.
func (m *selected) entry(msg *mail.Message, old mail.Entry) mail.Entry {
	p, in := msg.In(m.mailbox)
	if !in || p.UID != old.UID {
		return mail.Entry{UID: old.UID, Deleted: old.Deleted, Message: msg}
	}
	return mail.Entry{UID: p.UID, Deleted: p.Deleted, Message: msg}
}

// flagChange turns STORE into the room's change of one message.
func (s *session) flagChange(r row, c wire.Store) mail.Change {
	keywords, deleted := keywordsOf(c.Flags)
	ch := mail.Change{ID: r.ID}
	if c.HasUnchanged {
		since := int64(c.UnchangedSince)
		ch.IfUnchangedSince = &since
	}
	mark := &mail.DeletedMark{Mailbox: s.sel.mailbox, Set: c.Op != wire.StoreRemove && deleted}
	switch c.Op {
	case wire.StoreAdd:
		ch.AddKeywords = keywords
	case wire.StoreRemove:
		ch.RemoveKeywords = keywords
	default:
		if keywords == nil {
			keywords = []string{}
		}
		ch.SetKeywords = &keywords
	}
	if deleted || c.Op == wire.StoreSet {
		ch.Deleted = mark
	}
	return ch
}

// tellStored answers for one message. With .SILENT the flags are left out, but
// CONDSTORE still wants the mod-sequence (RFC 7162 section 3.1.3).
func (s *session) tellStored(r row, c wire.Store) {
	s.sel.know(r.UID, r.Modseq)
	if c.Silent && !s.condstore {
		return
	}
	s.announce(r.Keywords)
	b := appendFetchHead(s.out.bytes(), r.seq)
	if c.UID || s.qresync {
		b = append(appendUID(b, r.UID), ' ')
	}
	if !c.Silent {
		b = s.sel.appendFlags(b, r.Entry)
		if s.condstore {
			b = append(b, ' ')
		}
	}
	if s.condstore {
		b = appendModSeq(b, r.Modseq)
	}
	s.out.set(append(b, ")\r\n"...))
}
