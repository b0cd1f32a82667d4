package imap

import (
	"strconv"

	"chancery/mail"
	wire "chancery/wire/imap"
)

// status is STATUS (RFC 9051 section 6.3.11).
func (s *session) status(tag string, c wire.Status) {
	p, box, err := s.mailbox(c.Mailbox)
	if err != nil {
		s.fail(tag, err)
		return
	}
	s.tellStatus(c.Mailbox, p, box, c.Items)
	s.done(tag, "Status told.")
}

// tellStatus writes the STATUS response of a mailbox.
func (s *session) tellStatus(name string, p place, box mail.Mailbox, items wire.StatusItem) {
	b := append(s.out.bytes(), "* STATUS "...)
	b = wire.AppendMailbox(b, name, s.utf8)
	b = append(b, " ("...)
	start := len(b)
	put := func(item wire.StatusItem, name string, n int64) {
		if items&item == 0 {
			return
		}
		b = append(b, name...)
		b = append(b, ' ')
		b = strconv.AppendInt(b, n, 10)
		b = append(b, ' ')
	}
	var counts mail.Counts
	if items&(wire.StatusUnseen|wire.StatusDeleted|wire.StatusSize|wire.StatusDeletedStorage) != 0 {
		counts = p.snap.Counts(box.ID)
	}
	put(wire.StatusMessages, "MESSAGES", int64(p.snap.MailboxLen(box.ID)))
	put(wire.StatusRecent, "RECENT", s.recentIn(p, box))
	put(wire.StatusUIDNext, "UIDNEXT", int64(box.UIDNext))
	put(wire.StatusUIDValidity, "UIDVALIDITY", int64(box.UIDValidity))
	put(wire.StatusUnseen, "UNSEEN", unseenIn(p, box, items))
	put(wire.StatusDeleted, "DELETED", int64(counts.Deleted))
	put(wire.StatusSize, "SIZE", counts.Size)
	put(wire.StatusHighestModSeq, "HIGHESTMODSEQ", box.Highest)
	put(wire.StatusAppendLimit, "APPENDLIMIT", s.server.conf.MaxAppend)
	put(wire.StatusDeletedStorage, "DELETED-STORAGE", deletedIn(p, box, items))
	if items&wire.StatusMailboxID != 0 {
		b = append(b, "MAILBOXID ("...)
		b = append(b, mailboxID(box.ID)...)
		b = append(b, ") "...)
	}
	if len(b) > start {
		b = b[:len(b)-1]
	}
	s.out.set(append(b, ")\r\n"...))
	if items&wire.StatusHighestModSeq != 0 {
		s.turnOnCondStore() // RFC 7162 section 3.1: this enables CONDSTORE
	}
}

// recentIn counts the messages that no session was told of.
func (s *session) recentIn(p place, box mail.Mailbox) int64 {
	first := s.server.recents.peek(mailboxKey{p.account.ID(), box.ID})
	_, i, _ := p.snap.ByUID(box.ID, first)
	return int64(p.snap.MailboxLen(box.ID) - i)
}

// unseenIn counts the messages without \Seen. The room's own count leaves
// drafts out, as RFC 8621 section 2 has it.
func unseenIn(p place, box mail.Mailbox, items wire.StatusItem) int64 {
	if items&wire.StatusUnseen == 0 {
		return 0
	}
	n := int64(0)
	var last *mail.Keywords
	unseen := false
	p.snap.EachFrom(box.ID, 0, func(e mail.Entry) bool {
		if e.Keywords != last {
			last, unseen = e.Keywords, !e.Keywords.Has(mail.Seen)
		}
		if unseen {
			n++
		}
		return true
	})
	return n
}

// deletedIn adds up the octets of messages with \Deleted (RFC 9208 section
// 4.1.4).
func deletedIn(p place, box mail.Mailbox, items wire.StatusItem) int64 {
	if items&wire.StatusDeletedStorage == 0 {
		return 0
	}
	n := int64(0)
	p.snap.EachFrom(box.ID, 0, func(e mail.Entry) bool {
		if e.Deleted {
			n += e.Size
		}
		return true
	})
	return n
}
