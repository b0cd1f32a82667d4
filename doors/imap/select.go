package imap

import (
	"strconv"

	"chancery/kit/errs"
	"chancery/mail"
	"chancery/policy"
	wire "chancery/wire/imap"
)

// selectMailbox is SELECT and EXAMINE (RFC 9051 sections 6.3.2 and 6.3.3).
func (s *session) selectMailbox(tag string, c wire.Select) {
	if s.sel != nil {
		// RFC 9051 section 7.1: CLOSED parts the answers of the old mailbox
		// from those of the new one, also when the new one cannot be opened.
		s.out.line("* OK [CLOSED] The mailbox before is closed.")
		s.sel = nil
	}
	if c.QResync != nil && !s.qresync {
		s.bad(tag, "", "ENABLE QRESYNC first.") // RFC 7162 section 3.2.5
		return
	}
	p, box, err := s.mailbox(c.Mailbox)
	if err != nil {
		s.fail(tag, err)
		return
	}
	if c.CondStore {
		s.turnOnCondStore()
	}
	readOnly := c.ReadOnly || !mayChange(p.account)
	m := &selected{account: p.account, mailbox: box.ID, readOnly: readOnly, snap: p.snap}
	m.findKeywords()
	s.sel = m
	s.claimRecent()
	s.tellSelected(box)
	if s.rev2 {
		s.tellListed(c.Mailbox, p, box)
	}
	if c.QResync != nil {
		if err := s.resync(c.QResync, box); err != nil {
			s.sel = nil
			s.fail(tag, err)
			return
		}
	}
	code, text := "READ-WRITE", "Mailbox selected."
	if readOnly {
		code, text = "READ-ONLY", "Mailbox opened for reading."
	}
	s.okCode(tag, code, text)
}

// mayChange says whether anything but reading is allowed in an account.
func mayChange(a *mail.Account) bool {
	info := a.Info()
	return info.Personal || info.Rights&(policy.Mark|policy.Organise|policy.Insert) != 0
}

// tellSelected tells what RFC 9051 section 6.3.2 requires.
func (s *session) tellSelected(box mail.Mailbox) {
	s.tellFlagNames()
	s.tellExists()
	if n := s.sel.firstUnseen(); n > 0 && !s.rev2 {
		s.out.line("* OK [UNSEEN ", strconv.Itoa(n), "] First unseen message.")
	}
	s.out.line("* OK [UIDVALIDITY ", strconv.FormatUint(uint64(box.UIDValidity), 10), "] UIDs are valid.")
	s.out.line("* OK [UIDNEXT ", strconv.FormatUint(uint64(box.UIDNext), 10), "] Next UID.")
	s.out.line("* OK [HIGHESTMODSEQ ", strconv.FormatInt(box.Highest, 10), "] Highest mod-sequence.")
	s.out.line("* OK [MAILBOXID (", mailboxID(box.ID), ")] Mailbox id.")
}

// firstUnseen is the number of the first message without \Seen, or 0.
func (m *selected) firstUnseen() int {
	n, found := 0, false
	var last *mail.Keywords // sets are interned: most neighbours are equal
	m.snap.EachFrom(m.mailbox, 0, func(e mail.Entry) bool {
		n++
		if e.Keywords == last {
			return true
		}
		last = e.Keywords
		found = !e.Keywords.Has(mail.Seen)
		return !found
	})
	if !found {
		return 0
	}
	return n
}

// resync tells what has changed since the client was here (RFC 7162 section
// 3.2.5).
func (s *session) resync(q *wire.QResync, box mail.Mailbox) error {
	if q.UIDValidity != box.UIDValidity {
		return nil // the client starts afresh, as it sees by UIDVALIDITY
	}
	gone, err := s.vanished(int64(q.ModSeq), q)
	if err != nil {
		return err
	}
	if len(gone) > 0 {
		b := append(s.out.bytes(), "* VANISHED (EARLIER) "...)
		b = wire.AppendRanges(b, gone)
		s.out.set(append(b, "\r\n"...))
	}
	m := s.sel
	known := wire.Normal(append([]wire.Range(nil), q.Known...))
	n := uint32(0)
	m.snap.EachFrom(m.mailbox, 0, func(e mail.Entry) bool {
		n++
		if e.Modseq > int64(q.ModSeq) && (q.Known == nil || wire.Contains(known, e.UID)) {
			s.tellFlags(row{seq: n, Entry: e})
		}
		return true
	})
	return nil
}

// vanished lists the UIDs that are gone since a mod-sequence, limited to those
// the client knows. When the room no longer remembers that far, every UID that
// is not there counts as gone, which RFC 7162 section 3.2.10.1 allows.
func (s *session) vanished(since int64, q *wire.QResync) ([]wire.Range, error) {
	m := s.sel
	uids, err := m.account.Vanished(s.ctx(), m.mailbox, since)
	var gone []wire.Range
	switch {
	case err == nil:
		gone = wire.RangesOf(uids)
	case errs.Is(err, errs.Conflict):
		gone = m.holes(s.matchedUpTo(q))
	default:
		return nil, err
	}
	if q.Known == nil {
		return gone, nil
	}
	return intersect(gone, wire.Normal(append([]wire.Range(nil), q.Known...))), nil
}

// matchedUpTo uses the sample of message numbers and UIDs that the client may
// send: up to the last pair that still agrees nothing has vanished.
func (s *session) matchedUpTo(q *wire.QResync) uint32 {
	seqs, uids := spread(q.SeqMatch), spread(q.UIDMatch)
	last := uint32(0)
	for i := range min(len(seqs), len(uids)) {
		if seqs[i] == 0 || int(seqs[i]) > s.sel.len() || s.sel.snap.At(s.sel.mailbox, int(seqs[i])-1).UID != uids[i] {
			break
		}
		last = uids[i]
	}
	return last
}

// spread lists the numbers of ranges, as far as a sample reasonably goes.
func spread(ranges []wire.Range) []uint32 {
	var out []uint32
	for _, r := range ranges {
		for n := r.From; n <= r.To && len(out) < 10000; n++ {
			out = append(out, n)
			if n == r.To {
				break
			}
		}
	}
	return out
}

// holes lists the UIDs above from and below UIDNEXT that are not there.
func (m *selected) holes(from uint32) []wire.Range {
	box, _ := m.snap.Mailbox(m.mailbox)
	next := from + 1
	var out []wire.Range
	_, i, _ := m.snap.ByUID(m.mailbox, next)
	m.snap.EachFrom(m.mailbox, i, func(e mail.Entry) bool {
		if e.UID > next {
			out = append(out, wire.Range{From: next, To: e.UID - 1})
		}
		next = e.UID + 1
		return true
	})
	if next < box.UIDNext {
		out = append(out, wire.Range{From: next, To: box.UIDNext - 1})
	}
	return out
}

// intersect returns what lies in both lists of rising ranges.
func intersect(a, b []wire.Range) []wire.Range {
	var out []wire.Range
	for i, j := 0, 0; i < len(a) && j < len(b); {
		lo, hi := max(a[i].From, b[j].From), min(a[i].To, b[j].To)
		if lo <= hi {
			out = append(out, wire.Range{From: lo, To: hi})
		}
		if a[i].To < b[j].To {
			i++
		} else {
			j++
		}
	}
	return out
}
