package imap

import (
	"chancery/mail"
	wire "chancery/wire/imap"
)

// selected is the mailbox that a session works in. snap is what the client
// has been told: message number n is element n-1 of the mailbox in it.
type selected struct {
	account  *mail.Account
	mailbox  int64
	readOnly bool
	snap     *mail.Snapshot

	told     map[uint32]int64 // UIDs whose change up to this modseq the client knows from its own commands
	keywords []string         // announced by FLAGS
	saved    []wire.Range     // UIDs of the last SEARCH RETURN (SAVE)
	recent   []wire.Range     // UIDs that are \Recent in this session
}

// len is the number of messages the client knows of.
func (m *selected) len() int { return m.snap.MailboxLen(m.mailbox) }

// row is a message with the number the client knows it by.
type row struct {
	seq uint32
	mail.Entry
	seen bool // this command has set \Seen
}

// rows returns the messages of a set that the client knows, by rising number.
// ok is false when a message number is beyond the last, which RFC 9051 section
// 9 (seq-number) makes an error; UIDs that are not there are skipped.
func (m *selected) rows(set wire.Set, uid bool) (out []row, ok bool) {
	n := m.len()
	if set.Saved {
		return m.uidRows(m.saved), true
	}
	if uid {
		last := uint32(0)
		if n > 0 {
			last = m.snap.At(m.mailbox, n-1).UID
		}
		return m.uidRows(set.Resolve(last)), true
	}
	ranges := set.Resolve(uint32(n))
	if len(ranges) == 0 || ranges[len(ranges)-1].To > uint32(n) {
		return nil, false
	}
	for _, r := range ranges {
		out = m.collect(out, int(r.From-1), func(e mail.Entry, seq uint32) bool { return seq <= r.To })
	}
	return out, true
}

func (m *selected) uidRows(ranges []wire.Range) []row {
	var out []row
	for _, r := range ranges {
		_, i, _ := m.snap.ByUID(m.mailbox, r.From)
		out = m.collect(out, i, func(e mail.Entry, _ uint32) bool { return e.UID <= r.To })
	}
	return out
}

// collect appends the messages from index i on while keep holds.
func (m *selected) collect(out []row, i int, keep func(mail.Entry, uint32) bool) []row {
	m.snap.EachFrom(m.mailbox, i, func(e mail.Entry) bool {
		i++
		if !keep(e, uint32(i)) {
			return false
		}
		out = append(out, row{seq: uint32(i), Entry: e})
		return true
	})
	return out
}

// seqOf returns the number of a UID that the client knows.
func (m *selected) seqOf(uid uint32) (uint32, bool) {
	_, i, ok := m.snap.ByUID(m.mailbox, uid)
	return uint32(i + 1), ok
}

func (m *selected) uidValidity() uint32 {
	box, _ := m.snap.Mailbox(m.mailbox)
	return box.UIDValidity
}
