package imap

import (
	"chancery/kit/errs"
	"chancery/mail"
	"chancery/policy"
	wire "chancery/wire/imap"
)

// fetchBatch is how many messages' contents are asked of the room at a time.
const fetchBatch = 64

// fetch is FETCH and UID FETCH (RFC 9051 section 6.4.5).
func (s *session) fetch(tag string, c wire.Fetch) {
	rows, ok := s.sel.rows(c.Set, c.UID)
	if !ok {
		s.bad(tag, "", "There is no message of that number.")
		return
	}
	f := &fetching{session: s, items: c.Items, uid: c.UID}
	f.plan(c)
	if c.Vanished {
		if err := s.tellVanished(c); err != nil {
			s.fail(tag, err)
			return
		}
	}
	rows, err := s.fresh(rows)
	if err == nil && c.HasChanged {
		rows = changedSince(rows, int64(c.ChangedSince))
	}
	if err == nil {
		err = f.markSeen(rows)
	}
	if err == nil {
		err = f.run(rows)
	}
	switch {
	case err != nil:
		s.fail(tag, err)
	case f.unknownCTE:
		s.no(tag, "UNKNOWN-CTE", "The encoding of a part is not known.") // RFC 3516 section 4.3
	case f.lost:
		// RFC 9051 section 7.1. Not a failure: the client hears of the EXPUNGE
		// soon, and what it asked of the others is there.
		s.doneIf(c.UID, tag, "EXPUNGEISSUED", "Fetched; some of the messages are gone.")
	default:
		s.doneIf(c.UID, tag, "", "Fetched.")
	}
}

// fetching is one FETCH at work.
type fetching struct {
	*session
	items      []wire.FetchItem
	uid        bool
	needs      bool // the parsed content is needed
	sets       bool // \Seen is to be set
	flags      bool // FLAGS was asked for
	lost       bool // a message was gone
	unknownCTE bool
}

// plan looks at the items once.
func (f *fetching) plan(c wire.Fetch) {
	hasUID, hasModSeq := false, false
	for _, it := range c.Items {
		switch it.Kind {
		case wire.FetchUID:
			hasUID = true
		case wire.FetchModSeq:
			hasModSeq = true
		case wire.FetchFlags:
			f.flags = true
		case wire.FetchSection, wire.FetchBinary, wire.FetchRFC822, wire.FetchRFC822Text:
			f.sets = f.sets || !it.Peek
			f.needs = true
		case wire.FetchInternalDate, wire.FetchSize, wire.FetchEmailID, wire.FetchThreadID, wire.FetchSaveDate:
		default:
			f.needs = true
		}
	}
	if hasModSeq || c.HasChanged {
		f.turnOnCondStore() // RFC 7162 section 3.1
	}
	if c.HasChanged && !hasModSeq { // RFC 7162 section 3.1.4.1
		f.items = append([]wire.FetchItem{{Kind: wire.FetchModSeq}}, f.items...)
	}
	if f.uid && !hasUID { // RFC 9051 section 6.4.9
		f.items = append([]wire.FetchItem{{Kind: wire.FetchUID}}, f.items...)
	}
	f.sets = f.sets && !f.sel.readOnly && f.mayMark()
}

// mayMark says whether the user may change flags here.
func (s *session) mayMark() bool {
	info := s.sel.account.Info()
	return info.Personal || info.Rights&policy.Mark != 0
}

// fresh gives the rows the flags of this moment: what others changed may be
// told by FETCH at any time, only numbers have to stay.
func (s *session) fresh(rows []row) ([]row, error) {
	now, err := s.sel.account.Snapshot(s.ctx())
	if err != nil {
		return rows, err
	}
	return s.freshBy(now, rows), nil
}

// freshBy takes the flags from a snapshot that is at hand already.
func (s *session) freshBy(now *mail.Snapshot, rows []row) []row {
	if now == s.sel.snap {
		return rows
	}
	box, _ := now.Mailbox(s.sel.mailbox)
	known, _ := s.sel.snap.Mailbox(s.sel.mailbox)
	if box.Highest == known.Highest {
		return rows
	}
	for i := range rows {
		if e, _, ok := now.ByUID(s.sel.mailbox, rows[i].UID); ok {
			rows[i].Entry = e
		}
	}
	return rows
}

func changedSince(rows []row, since int64) []row {
	kept := rows[:0]
	for _, r := range rows {
		if r.Modseq > since {
			kept = append(kept, r)
		}
	}
	return kept
}

// tellVanished answers the VANISHED modifier (RFC 7162 section 3.2.6).
func (s *session) tellVanished(c wire.Fetch) error {
	if !s.qresync {
		return errs.E(errs.Invalid, "ENABLE QRESYNC first.")
	}
	box, _ := s.sel.snap.Mailbox(s.sel.mailbox)
	known := c.Set.Resolve(max(box.UIDNext, 1))
	if c.Set.Saved {
		known = s.sel.saved
	}
	gone, err := s.vanished(int64(c.ChangedSince), &wire.QResync{Known: known})
	if err != nil || len(gone) == 0 {
		return err
	}
	b := append(s.out.bytes(), "* VANISHED (EARLIER) "...)
	b = wire.AppendRanges(b, gone)
	s.out.set(append(b, "\r\n"...))
	return nil
}

// markSeen sets \Seen on the messages whose text is handed out, all at once
// and before the text, so that a lost connection never shows a read message
// as unread after its text went out.
func (f *fetching) markSeen(rows []row) error {
	if !f.sets {
		return nil
	}
	var changes []mail.Change
	var which []int
	for i, r := range rows {
		if !r.Keywords.Has(mail.Seen) {
			changes = append(changes, mail.Change{ID: r.ID, AddKeywords: []string{mail.Seen}})
			which = append(which, i)
		}
	}
	if len(changes) == 0 {
		return nil
	}
	outcomes, err := f.sel.account.Change(f.ctx(), changes)
	if err != nil {
		return err
	}
	for k, o := range outcomes {
		i := which[k]
		if o.Err == nil && o.Message != nil {
			rows[i].Entry = f.sel.entry(o.Message, rows[i].Entry)
			rows[i].seen = true
		}
	}
	return nil
}

// run writes the answers.
func (f *fetching) run(rows []row) error {
	for len(rows) > 0 && f.out.err == nil {
		n := min(len(rows), fetchBatch)
		var contents []*mail.Content
		if f.needs {
			ids := make([]int64, n)
			for i, r := range rows[:n] {
				ids[i] = r.ID
			}
			var err error
			if contents, err = f.sel.account.Content(f.ctx(), ids...); err != nil {
				return err
			}
		}
		for i, r := range rows[:n] {
			var content *mail.Content
			if f.needs {
				if content = contents[i]; content == nil {
					f.lost = true
					continue
				}
			}
			if err := f.one(r, content); err != nil {
				return err
			}
		}
		rows = rows[n:]
	}
	return nil
}

// one writes the answer for one message.
func (f *fetching) one(r row, content *mail.Content) error {
	m := message{fetching: f, row: r, content: content}
	defer m.close()
	if r.seen || f.flags {
		f.announce(r.Keywords)
	}
	if err := m.prepare(); err != nil {
		if errs.Is(err, errs.NotFound) {
			f.lost = true
			return nil
		}
		return err
	}
	f.out.set(appendFetchHead(f.out.bytes(), r.seq))
	for i, it := range f.items {
		if i > 0 {
			f.out.set(append(f.out.bytes(), ' '))
		}
		if err := m.item(it); err != nil {
			f.out.err = err // half an answer is out: the connection cannot go on
			return err
		}
	}
	if r.seen && !f.flags {
		f.out.set(f.sel.appendFlags(append(f.out.bytes(), ' '), r.Entry))
	}
	if r.seen && f.condstore && !f.asks(wire.FetchModSeq) {
		f.out.set(appendModSeq(append(f.out.bytes(), ' '), r.Modseq))
	}
	if r.seen || f.flags {
		f.sel.know(r.UID, r.Modseq)
	}
	f.out.set(append(f.out.bytes(), ")\r\n"...))
	return nil
}

func (f *fetching) asks(kind wire.FetchKind) bool {
	for _, it := range f.items {
		if it.Kind == kind {
			return true
		}
	}
	return false
}
