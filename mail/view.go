package mail

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"chancery/policy"
	"chancery/store"
)

// views keeps the latest snapshot of the accounts in use. A snapshot is
// brought up to date by reading only what changed after its modseq, so it is
// right whichever process made the change.
type views struct {
	mu       sync.Mutex
	max      int // messages in all snapshots together
	messages int
	accounts map[viewKey]*view
	words    *internTable
}

// viewKey names a view: an account as somebody sees it who may see what is up to
// a level (C15). What is above it is not in the view at all, so that whatever is
// made of a view - counts, searches, threads - cannot tell of it.
type viewKey struct {
	account int64
	ceiling policy.Level
}

// view is one account's place in views.
type view struct {
	mu      sync.Mutex // held while catching up
	snap    *Snapshot
	used    time.Time
	stale   atomic.Bool // this process changed the account since it was read
	checked time.Time   // when the database was last asked
}

// foreignDelay is how long a change that another process made may go unseen.
// Changes of this process are seen at once.
const foreignDelay = 50 * time.Millisecond

// touch says that this process changed an account.
func (v *views) touch(account int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for ceiling := policy.Unlabelled; ceiling <= policy.TopSecret; ceiling++ {
		if w, ok := v.accounts[viewKey{account, ceiling}]; ok {
			w.stale.Store(true)
		}
	}
}

func newViews(max int) *views {
	return &views{max: max, accounts: map[viewKey]*view{}, words: newInternTable()}
}

// internTable makes equal keyword sets the same value.
type internTable struct {
	mu   sync.Mutex
	sets map[string]*Keywords
}

// maxInterned bounds the table; past it, it starts afresh.
const maxInterned = 20_000

func newInternTable() *internTable { return &internTable{sets: map[string]*Keywords{}} }

func (t *internTable) get(text string) *Keywords {
	t.mu.Lock()
	defer t.mu.Unlock()
	if k, ok := t.sets[text]; ok {
		return k
	}
	if len(t.sets) >= maxInterned {
		clear(t.sets)
	}
	k := NewKeywords(strings.Fields(text))
	t.sets[text] = k
	return k
}

// Snapshot returns the account as it is now.
func (a *Account) Snapshot(ctx context.Context) (*Snapshot, error) {
	return a.room.views.latest(ctx, a.room.db, viewKey{a.info.ID, a.subject.Clearance})
}

func (v *views) latest(ctx context.Context, db *store.Store, key viewKey) (*Snapshot, error) {
	v.mu.Lock()
	w, ok := v.accounts[key]
	if !ok {
		w = &view{}
		v.accounts[key] = w
	}
	w.used = time.Now()
	v.mu.Unlock()

	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	if w.snap != nil && !w.stale.Load() && now.Sub(w.checked) < foreignDelay {
		return w.snap, nil
	}
	w.stale.Store(false) // before reading: a change after this is seen next time
	next, err := v.catchUp(ctx, db, key, w.snap)
	if err != nil {
		w.stale.Store(true)
		return nil, err
	}
	w.checked = now
	if next != w.snap {
		v.account(w, next)
	}
	return next, nil
}

// account replaces a view's snapshot and makes room for it.
func (v *views) account(w *view, next *Snapshot) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if w.snap != nil {
		v.messages -= w.snap.Len()
	}
	w.snap = next
	v.messages += next.Len()
	for v.messages > v.max && len(v.accounts) > 1 {
		var oldest viewKey
		for key, other := range v.accounts {
			if other != w && (oldest.account == 0 || other.used.Before(v.accounts[oldest].used)) {
				oldest = key
			}
		}
		if oldest.account == 0 {
			return
		}
		if snap := v.accounts[oldest].snap; snap != nil {
			v.messages -= snap.Len()
		}
		delete(v.accounts, oldest)
	}
}

// change is what the database holds beyond a snapshot.
type change struct {
	row      accountRow
	boxes    []Mailbox
	messages []*Message
	gone     []gone
}

// catchUp returns the snapshot that follows old, or old itself when nothing
// has changed.
func (v *views) catchUp(ctx context.Context, db *store.Store, key viewKey, old *Snapshot) (*Snapshot, error) {
	account, since := key.account, int64(0)
	if old != nil {
		since = old.Modseq
	}
	var c change
	err := db.Read(ctx, func(tx *store.Tx) (err error) {
		c = change{}
		if c.row, err = selectAccount(ctx, tx, account); err != nil || c.row.modseq == since {
			return err
		}
		if old != nil && since < c.row.oldest {
			old, since = nil, 0 // too long ago: start again
		}
		if c.boxes, err = selectMailboxes(ctx, tx, account, since); err != nil {
			return err
		}
		err = selectMessages(ctx, tx, account, since, v.words.get, func(m *Message) { c.messages = append(c.messages, m) })
		if err != nil || old == nil {
			return err
		}
		return selectGone(ctx, tx, account, since, policy.TopSecret, func(g gone) { c.gone = append(c.gone, g) })
	})
	if err != nil || (old != nil && c.row.modseq == old.Modseq) {
		return old, err
	}
	return build(old, c, key.ceiling), nil
}

// build applies a change to a snapshot; old may be nil. The states stay where
// all that changed is above the ceiling: no push tells that something came (C15).
func build(old *Snapshot, c change, ceiling policy.Level) *Snapshot {
	s := &Snapshot{
		Modseq: c.row.modseq, EmailState: c.row.email, MailboxState: c.row.mailbox, Ceiling: ceiling, relabelled: c.row.relabelled,
		IdentityState: c.row.identity, SubmissionState: c.row.submission, DeliveryState: c.row.delivery,
		Oldest: c.row.oldest, Used: c.row.used, boxes: map[int64]*box{},
	}
	b := builder{s: s, uids: map[int64]*edit[Entry]{}, dates: map[int64]*edit[*Message]{}}
	anew := old == nil
	if anew {
		old = &Snapshot{}
	}
	b.byID, b.byThread = old.byID.edit(compareID), old.byThread.edit(compareThread)
	for id, box := range old.boxes {
		s.boxes[id] = box
	}
	for _, m := range c.boxes {
		fresh := &box{Mailbox: m}
		if prev, ok := s.boxes[m.ID]; ok {
			fresh.byUID, fresh.byDate = prev.byUID, prev.byDate
		}
		s.boxes[m.ID] = fresh
		b.boxes = b.boxes || m.Modseq > old.Modseq
	}
	b.removals(old, c.gone)
	for _, m := range c.messages {
		prev, was := old.Message(m.ID)
		switch {
		case m.Level <= ceiling:
			b.shown, b.arrived = true, b.arrived || !was
			b.replace(prev, m)
		case was:
			b.drop(prev)
		default:
			b.hidden = true
		}
	}
	if b.hidden && !anew {
		if !b.shown {
			s.EmailState = old.EmailState
		}
		if !b.arrived {
			s.DeliveryState = old.DeliveryState
		}
		if !b.shown && !b.boxes {
			s.MailboxState = old.MailboxState
		}
	}
	b.finish()
	return s
}

// builder holds the lists of a snapshot being made.
type builder struct {
	s        *Snapshot
	byID     *edit[*Message]
	byThread *edit[*Message]
	uids     map[int64]*edit[Entry]
	dates    map[int64]*edit[*Message]

	shown, arrived bool // messages changed, or came, that may be known
	hidden         bool // others did
	boxes          bool // mailboxes changed themselves
}

// lists returns the lists of a mailbox for changing; nil when it is gone.
func (b *builder) lists(mailbox int64) (*edit[Entry], *edit[*Message]) {
	if e, ok := b.uids[mailbox]; ok {
		return e, b.dates[mailbox]
	}
	box, ok := b.s.boxes[mailbox]
	if !ok {
		return nil, nil
	}
	b.uids[mailbox], b.dates[mailbox] = box.byUID.edit(compareUID), box.byDate.edit(compareDate)
	return b.uids[mailbox], b.dates[mailbox]
}

func (b *builder) removals(old *Snapshot, all []gone) {
	for _, g := range all {
		if g.uid == 0 {
			b.boxes = true
			delete(b.s.boxes, g.mailbox)
		}
	}
	for _, g := range all {
		prev, ok := old.Message(g.message)
		if ok && g.whole {
			b.drop(prev)
		}
		b.hidden = b.hidden || g.uid != 0 && !ok
	}
}

// drop takes a message out.
func (b *builder) drop(m *Message) {
	b.shown = true
	b.replace(m, nil)
	b.byID.remove(m)
	b.byThread.remove(m)
}

// replace puts m where prev was; either may be nil.
func (b *builder) replace(prev, m *Message) {
	if prev != nil {
		for _, p := range prev.Places {
			uids, dates := b.lists(p.Mailbox)
			if uids == nil {
				continue
			}
			if m != nil {
				if now, still := m.In(p.Mailbox); still && now.UID == p.UID {
					if m.Shown() != prev.Shown() {
						dates.remove(prev)
					}
					continue
				}
			}
			uids.remove(Entry{UID: p.UID})
			dates.remove(prev)
		}
	}
	if m == nil {
		return
	}
	b.byID.put(m)
	b.byThread.put(m)
	for _, p := range m.Places {
		if uids, dates := b.lists(p.Mailbox); uids != nil {
			uids.put(Entry{UID: p.UID, Deleted: p.Deleted, Message: m})
			dates.put(m)
		}
	}
}

// finish closes the lists and orders the mailboxes.
func (b *builder) finish() {
	s := b.s
	s.byID, s.byThread = b.byID.done(), b.byThread.done()
	for id, uids := range b.uids {
		if prev, ok := s.boxes[id]; ok {
			s.boxes[id] = &box{Mailbox: prev.Mailbox, byUID: uids.done(), byDate: b.dates[id].done()}
		}
	}
	s.unreadThreads = s.findUnreadThreads()
	children := map[int64][]*box{}
	for id, prev := range s.boxes {
		fresh := *prev
		s.boxes[id] = &fresh
		fresh.counts = s.countLazily(&fresh)
		parent := fresh.Parent
		if _, ok := s.boxes[parent]; !ok {
			parent = 0
		}
		children[parent] = append(children[parent], &fresh)
	}
	s.order = make([]*box, 0, len(s.boxes))
	s.descend(children, 0)
}

func (s *Snapshot) descend(children map[int64][]*box, parent int64) {
	slices.SortFunc(children[parent], func(a, b *box) int {
		if (a.Role == RoleInbox) != (b.Role == RoleInbox) {
			if a.Role == RoleInbox {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.SortOrder, b.SortOrder), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	for _, b := range children[parent] {
		s.order = append(s.order, b)
		s.descend(children, b.ID)
	}
}
