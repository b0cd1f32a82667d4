package imap

import (
	"sync"

	wire "chancery/wire/imap"
)

// recents remembers which messages some session was already told of, for the
// \Recent flag of RFC 3501 section 2.3.2. It is kept in memory only: where it
// is not known whether a session was told, the RFC wants the message to count
// as recent.
type recents struct {
	mu    sync.Mutex
	first map[mailboxKey]uint32 // the first UID that nobody was told of
}

type mailboxKey struct{ account, mailbox int64 }

// maxRecents bounds the table; past it, it starts afresh.
const maxRecents = 200_000

// peek returns the first recent UID; with 0 all are.
func (r *recents) peek(k mailboxKey) uint32 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.first[k]
}

// claim makes the messages up to next told, and returns the first that was not.
func (r *recents) claim(k mailboxKey, next uint32) uint32 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.first) >= maxRecents {
		clear(r.first)
	}
	was := r.first[k]
	if next > was {
		r.first[k] = next
	}
	return was
}

// claimRecent notes which of the messages in view are recent in this session.
func (s *session) claimRecent() {
	m := s.sel
	box, ok := m.snap.Mailbox(m.mailbox)
	if !ok || s.rev2 { // RFC 9051 has no \Recent
		return
	}
	key := mailboxKey{m.account.ID(), m.mailbox}
	var from uint32
	if m.readOnly {
		from = s.server.recents.peek(key)
	} else {
		from = s.server.recents.claim(key, box.UIDNext)
	}
	if from < box.UIDNext && box.UIDNext > 1 {
		m.recent = wire.Normal(append(m.recent, wire.Range{From: max(from, 1), To: box.UIDNext - 1}))
	}
}

// recentCount is the number of messages in view that are recent here.
func (m *selected) recentCount() int {
	n := 0
	for _, r := range m.recent {
		_, i, _ := m.snap.ByUID(m.mailbox, r.From)
		_, j, found := m.snap.ByUID(m.mailbox, r.To)
		n += j - i
		if found {
			n++
		}
	}
	return n
}
