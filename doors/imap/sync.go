package imap

import (
	"slices"
	"strconv"

	"chancery/mail"
	wire "chancery/wire/imap"
)

// done answers OK after telling what others have changed. Commands in which
// no EXPUNGE may be told (FETCH, STORE, SEARCH and their like without UID, RFC
// 9051 section 7.5.1) use ok instead.
func (s *session) done(tag, text string) { s.doneCode(tag, "", text) }

func (s *session) doneCode(tag, code, text string) {
	s.sync()
	if code != "" {
		text = "[" + code + "] " + text
	}
	s.ok(tag, text)
}

// doneIf answers a command on messages: with UIDs everything may be told,
// with message numbers nothing that would renumber.
func (s *session) doneIf(uid bool, tag, code, text string) {
	if uid {
		s.doneCode(tag, code, text)
		return
	}
	if code != "" {
		text = "[" + code + "] " + text
	}
	s.ok(tag, text)
}

// sync tells the difference between what the client knows and what is there.
// A room that cannot be asked now is asked again after the next command.
func (s *session) sync() {
	if s.sel == nil {
		return
	}
	now, err := s.sel.account.Snapshot(s.ctx())
	if err != nil {
		s.log.Warn("imap sync failed", "err", err)
		return
	}
	s.tell(now)
}

// tell makes a snapshot the one the client knows: EXPUNGE first, numbers
// counted as the client counts at that moment, then EXISTS, then FETCH.
func (s *session) tell(now *mail.Snapshot) {
	m := s.sel
	old := m.snap
	m.snap = now
	if now.Modseq == old.Modseq {
		return
	}
	was, _ := old.Mailbox(m.mailbox)
	is, there := now.Mailbox(m.mailbox)
	if there && was.Highest == is.Highest {
		return
	}
	d := compare(old, now, m.mailbox)
	s.tellGone(d.gone, d.goneAt)
	if d.fresh > 0 {
		s.claimRecent()
		s.tellExists()
	}
	for _, r := range d.changed {
		if m.told[r.UID] == r.Modseq {
			continue
		}
		if r.sameFlags && !s.condstore {
			continue
		}
		s.tellFlags(r.row)
	}
	clear(m.told)
}

// changed is a message whose modseq has moved.
type changed struct {
	row
	sameFlags bool
}

// difference is what happened to a mailbox between two snapshots.
type difference struct {
	gone    []uint32 // UIDs
	goneAt  []uint32 // their numbers, each as counted after those before it are gone
	fresh   int      // new messages
	changed []changed
}

// compare finds what has changed. UIDs only grow, so what is new lies at the
// end, and as long as the count before it is the same, nothing is gone. The
// account's counter tells which messages were touched.
func compare(old, now *mail.Snapshot, mailbox int64) difference {
	was, _ := old.Mailbox(mailbox)
	_, kept, _ := now.ByUID(mailbox, was.UIDNext)
	d := difference{fresh: now.MailboxLen(mailbox) - kept}
	if old.MailboxLen(mailbox) != kept {
		d.findGone(old, now, mailbox)
	}
	seq := uint32(0)
	now.EachFrom(mailbox, 0, func(e mail.Entry) bool {
		if seq++; int(seq) > kept {
			return false
		}
		if e.Modseq > old.Modseq {
			b, _, _ := old.ByUID(mailbox, e.UID)
			same := b.Message != nil && b.Keywords == e.Keywords && b.Deleted == e.Deleted
			d.changed = append(d.changed, changed{row{seq: seq, Entry: e}, same})
		}
		return true
	})
	return d
}

// findGone walks both lists at once; both are ordered by UID.
func (d *difference) findGone(old, now *mail.Snapshot, mailbox int64) {
	left := make([]uint32, 0, now.MailboxLen(mailbox))
	now.EachFrom(mailbox, 0, func(e mail.Entry) bool { left = append(left, e.UID); return true })
	seq := uint32(0)
	old.EachFrom(mailbox, 0, func(e mail.Entry) bool {
		if len(left) > 0 && left[0] == e.UID {
			left = left[1:]
			seq++
			return true
		}
		d.gone, d.goneAt = append(d.gone, e.UID), append(d.goneAt, seq+1)
		return true
	})
}

// tellGone tells removals as VANISHED (RFC 7162 section 3.2.10) or EXPUNGE.
func (s *session) tellGone(uids, at []uint32) {
	if len(uids) == 0 {
		return
	}
	if s.qresync {
		b := append(s.out.bytes(), "* VANISHED "...)
		b = wire.AppendRanges(b, wire.RangesOf(uids))
		s.out.set(append(b, "\r\n"...))
		return
	}
	for _, n := range at {
		s.out.line("* ", strconv.FormatUint(uint64(n), 10), " EXPUNGE")
	}
}

func (s *session) tellExists() {
	s.out.line("* ", strconv.Itoa(s.sel.len()), " EXISTS")
	if !s.rev2 { // RFC 9051 appendix E: RECENT is gone
		s.out.line("* ", strconv.Itoa(s.sel.recentCount()), " RECENT")
	}
}

// tellFlags tells the flags of one message unasked.
func (s *session) tellFlags(r row) {
	s.announce(r.Keywords)
	b := appendFetchHead(s.out.bytes(), r.seq)
	if s.qresync || s.rev2 { // RFC 7162 section 3.2.4; RFC 9051 section 7.5.2
		b = append(appendUID(b, r.UID), ' ')
	}
	b = s.sel.appendFlags(b, r.Entry)
	if s.condstore {
		b = appendModSeq(append(b, ' '), r.Modseq)
	}
	s.out.set(append(b, ")\r\n"...))
}

func appendFetchHead(b []byte, seq uint32) []byte {
	b = append(b, "* "...)
	b = strconv.AppendUint(b, uint64(seq), 10)
	return append(b, " FETCH ("...)
}

func appendUID(b []byte, uid uint32) []byte {
	return strconv.AppendUint(append(b, "UID "...), uint64(uid), 10)
}

// highest is the HIGHESTMODSEQ code of the mailbox as the client knows it.
func (s *session) highest() string {
	box, _ := s.sel.snap.Mailbox(s.sel.mailbox)
	return "HIGHESTMODSEQ " + strconv.FormatInt(box.Highest, 10)
}

func appendModSeq(b []byte, modseq int64) []byte {
	b = append(b, "MODSEQ ("...)
	b = strconv.AppendInt(b, modseq, 10)
	return append(b, ')')
}

// know records that the client learned of a change by its own command.
func (m *selected) know(uid uint32, modseq int64) {
	if m.told == nil {
		m.told = map[uint32]int64{}
	}
	m.told[uid] = modseq
}

// announce tells FLAGS again when a keyword comes up that was not named yet.
func (s *session) announce(k *mail.Keywords) {
	news := false
	for _, w := range k.List() {
		if !isSystem(w) && !slices.Contains(s.sel.keywords, w) {
			s.sel.keywords = append(s.sel.keywords, w)
			news = true
		}
	}
	if news {
		s.tellFlagNames()
	}
}
