package mail

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"chancery/kit/errs"
	"chancery/policy"
)

// Entry is a message as one mailbox has it.
type Entry struct {
	UID     uint32
	Deleted bool // \Deleted
	*Message
}

// Snapshot is an immutable view of an account at one moment. It may be kept
// and read by many goroutines.
type Snapshot struct {
	Modseq          int64 // the account's counter
	EmailState      int64
	MailboxState    int64
	IdentityState   int64
	SubmissionState int64
	DeliveryState   int64        // the counter when a letter last arrived from somebody else
	Oldest          int64        // changes since before this cannot be told
	Ceiling         policy.Level // what is more secret is not in it
	Used            int64        // bytes of all messages

	byID     list[*Message]
	byThread list[*Message] // ordered by thread, then id
	boxes    map[int64]*box
	order    []*box // by tree position: parents before children, SortOrder then name

	unreadThreads func() map[int64]bool
	relabelled    int64 // the account's counter when a letter last got another level
}

// Since says whether what happened after the account's counter stood at since
// can be told: Conflict (JMAP cannotCalculateChanges) when that is too long ago
// or never was, or when since then a letter came into sight or went out of it by
// another level, which is no change of the letter that a client could be told.
func (s *Snapshot) Since(since int64) error {
	if since < s.Oldest || since > s.Modseq || s.Ceiling < policy.TopSecret && since < s.relabelled {
		return errs.E(errs.Conflict, "The changes since then are not known any more.")
	}
	return nil
}

// box is one mailbox with its messages.
type box struct {
	Mailbox
	byUID  list[Entry]
	byDate list[*Message] // ordered by time shown, then id
	counts func() Counts  // computed once, when first asked
}

func compareID(a, b *Message) int { return cmp.Compare(a.ID, b.ID) }

func compareThread(a, b *Message) int {
	return cmp.Or(cmp.Compare(a.Thread, b.Thread), cmp.Compare(a.ID, b.ID))
}

func compareDate(a, b *Message) int {
	return cmp.Or(cmp.Compare(a.Shown(), b.Shown()), cmp.Compare(a.ID, b.ID))
}

func compareReceived(a, b *Message) int {
	return cmp.Or(cmp.Compare(a.ReceivedMs, b.ReceivedMs), cmp.Compare(a.ID, b.ID))
}

func compareUID(a, b Entry) int { return cmp.Compare(a.UID, b.UID) }

// Mailboxes returns all mailboxes, parents before children, siblings by
// SortOrder and name, INBOX first.
func (s *Snapshot) Mailboxes() []Mailbox {
	out := make([]Mailbox, len(s.order))
	for i, b := range s.order {
		out[i] = b.Mailbox
	}
	return out
}

// Mailbox returns one mailbox.
func (s *Snapshot) Mailbox(id int64) (Mailbox, bool) {
	b, ok := s.boxes[id]
	if !ok {
		return Mailbox{}, false
	}
	return b.Mailbox, true
}

// ByRole returns the mailbox with a role, if there is one.
func (s *Snapshot) ByRole(role string) (Mailbox, bool) {
	for _, b := range s.order {
		if b.Role == role {
			return b.Mailbox, true
		}
	}
	return Mailbox{}, false
}

// Path returns a mailbox's name with those of its parents, joined by "/".
func (s *Snapshot) Path(id int64) string {
	b, ok := s.boxes[id]
	if !ok {
		return ""
	}
	path := b.Name
	for b.Parent != 0 {
		if b, ok = s.boxes[b.Parent]; !ok {
			break
		}
		path = b.Name + "/" + path
	}
	return path
}

// ByPath finds a mailbox by its path; INBOX is found in any case.
func (s *Snapshot) ByPath(path string) (Mailbox, bool) {
	parent := int64(0)
	var found *box
	for i, name := range strings.Split(path, "/") {
		found = nil
		for _, b := range s.order {
			inbox := i == 0 && b.Role == RoleInbox && strings.EqualFold(name, "INBOX")
			if b.Parent == parent && (b.Name == name || inbox) {
				found = b
				break
			}
		}
		if found == nil {
			return Mailbox{}, false
		}
		parent = found.ID
	}
	return found.Mailbox, true
}

// Children says whether a mailbox has mailboxes in it.
func (s *Snapshot) Children(id int64) bool {
	return slices.ContainsFunc(s.order, func(b *box) bool { return b.Parent == id })
}

// Counts returns the numbers of a mailbox.
func (s *Snapshot) Counts(id int64) Counts {
	if b, ok := s.boxes[id]; ok {
		return b.counts()
	}
	return Counts{}
}

// Message returns one message.
func (s *Snapshot) Message(id int64) (*Message, bool) {
	i := s.byID.search(func(m *Message) bool { return m.ID >= id })
	if i < s.byID.Len() {
		if m := s.byID.At(i); m.ID == id {
			return m, true
		}
	}
	return nil, false
}

// Len returns the number of messages in the account.
func (s *Snapshot) Len() int { return s.byID.Len() }

// Each calls fn for every message by ascending id until it returns false.
func (s *Snapshot) Each(fn func(*Message) bool) { s.byID.each(0, fn) }

// Thread returns the messages of a thread, oldest received first.
func (s *Snapshot) Thread(id int64) []*Message {
	var out []*Message
	s.byThread.each(s.byThread.search(func(m *Message) bool { return m.Thread >= id }), func(m *Message) bool {
		if m.Thread != id {
			return false
		}
		out = append(out, m)
		return true
	})
	slices.SortStableFunc(out, compareReceived)
	return out
}

// MailboxLen returns the number of messages in a mailbox.
func (s *Snapshot) MailboxLen(mailbox int64) int {
	if b, ok := s.boxes[mailbox]; ok {
		return b.byUID.Len()
	}
	return 0
}

// At returns the i-th message of a mailbox by ascending UID, 0 <= i < MailboxLen.
// IMAP's sequence number is i+1 as long as the session has told no other.
func (s *Snapshot) At(mailbox int64, i int) Entry { return s.boxes[mailbox].byUID.At(i) }

// ByUID returns the message with a UID and its index in the mailbox.
func (s *Snapshot) ByUID(mailbox int64, uid uint32) (e Entry, i int, ok bool) {
	b, ok := s.boxes[mailbox]
	if !ok {
		return Entry{}, 0, false
	}
	i = b.byUID.search(func(e Entry) bool { return e.UID >= uid })
	if i == b.byUID.Len() {
		return Entry{}, i, false
	}
	e = b.byUID.At(i)
	return e, i, e.UID == uid
}

// EachFrom calls fn for a mailbox's messages by ascending UID, starting with
// the i-th, until it returns false.
func (s *Snapshot) EachFrom(mailbox int64, i int, fn func(Entry) bool) {
	if b, ok := s.boxes[mailbox]; ok {
		b.byUID.each(i, fn)
	}
}

// EachByDate calls fn for a mailbox's messages (0: the account's, each once)
// by the time shown, newest first or oldest first, until it returns false.
func (s *Snapshot) EachByDate(mailbox int64, newestFirst bool, fn func(*Message) bool) {
	b, ok := s.boxes[mailbox]
	switch {
	case mailbox == 0:
		all := make([]*Message, 0, s.byID.Len())
		s.Each(func(m *Message) bool { all = append(all, m); return true })
		slices.SortFunc(all, compareDate)
		if newestFirst {
			slices.Reverse(all)
		}
		for _, m := range all {
			if !fn(m) {
				return
			}
		}
	case !ok:
	case newestFirst:
		b.byDate.eachBack(b.byDate.Len()-1, fn)
	default:
		b.byDate.each(0, fn)
	}
}

// countLazily returns a function that counts a box once. Unread threads are
// those with an unread message anywhere but in the trash; in the trash itself
// only an unread message there makes one (RFC 8621 section 2).
func (s *Snapshot) countLazily(b *box) func() Counts {
	return sync.OnceValue(func() Counts {
		var c Counts
		trash, _ := s.ByRole(RoleTrash)
		threads := make(map[int64]bool, b.byUID.Len()) // value: has something unread
		b.byUID.each(0, func(e Entry) bool {
			c.Total++
			c.Size += e.Size
			unread := e.unread()
			if unread {
				c.Unread++
			}
			if e.Deleted {
				c.Deleted++
			}
			if unread || !threads[e.Thread] {
				threads[e.Thread] = unread
			}
			return true
		})
		c.TotalThreads = len(threads)
		for thread, unread := range threads {
			if unread || (b.ID != trash.ID && s.unreadThreads()[thread]) {
				c.UnreadThreads++
			}
		}
		return c
	})
}

// findUnreadThreads returns a function that collects once the threads with an
// unread message outside the trash.
func (s *Snapshot) findUnreadThreads() func() map[int64]bool {
	return sync.OnceValue(func() map[int64]bool {
		out := map[int64]bool{}
		trash, _ := s.ByRole(RoleTrash)
		s.Each(func(m *Message) bool {
			if m.unread() && slices.ContainsFunc(m.Places, func(p Place) bool { return p.Mailbox != trash.ID }) {
				out[m.Thread] = true
			}
			return true
		})
		return out
	})
}

func (m *Message) unread() bool { return !m.Keywords.Has(Seen) && !m.Keywords.Has(Draft) }
