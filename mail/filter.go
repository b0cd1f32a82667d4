package mail

import (
	"context"
	"io"
	"strings"
	"sync"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/store"
	"chancery/wire/sieve"
)

// filterState is what delivery must know of an account's scripts.
type filterState struct{ modseq, active int64 }

// filterLife is how long another process may take to hear of a changed script.
const filterLife = 30 * time.Second

// maxParsed bounds the parsed scripts kept in memory.
const maxParsed = 5000

// filters knows which accounts have scripts, so that delivering to one
// without costs no query, and keeps parsed scripts.
type filters struct {
	mu     sync.Mutex
	until  time.Time
	states map[int64]filterState
	parsed map[int64]parsedScript
}

type parsedScript struct {
	filterState
	script *sieve.Script
}

func newFilters() *filters { return &filters{parsed: map[int64]parsedScript{}} }

// put makes a change known here at once.
func (f *filters) put(account int64, s filterState) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.states != nil {
		f.states[account] = s
	}
}

// state returns the state of an account.
func (f *filters) state(ctx context.Context, db *store.Store, account int64, now time.Time) (filterState, error) {
	f.mu.Lock()
	if now.Before(f.until) {
		defer f.mu.Unlock()
		return f.states[account], nil
	}
	f.mu.Unlock()
	// Read outside the lock: deliveries meanwhile read it, too, and agree.
	var all map[int64]filterState
	err := db.Read(ctx, func(tx *store.Tx) (err error) {
		all, err = selectFilters(ctx, tx)
		return err
	})
	if err != nil {
		return filterState{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for a, old := range f.states {
		if old.modseq > all[a].modseq { // put while we read
			all[a] = old
		}
	}
	f.states, f.until = all, now.Add(filterLife)
	return all[account], nil
}

// script returns the active script of an account, nil when there is none.
func (r *Room) script(ctx context.Context, account int64) (*sieve.Script, error) {
	s, err := r.filters.state(ctx, r.db, account, r.clock.Now())
	if err != nil || s.active == 0 {
		return nil, err
	}
	r.filters.mu.Lock()
	p, ok := r.filters.parsed[account]
	r.filters.mu.Unlock()
	if ok && p.filterState == s {
		return p.script, nil
	}
	var row Script
	err = r.db.Read(ctx, func(tx *store.Tx) (err error) {
		row, err = selectScript(ctx, tx, account, s.active)
		return err
	})
	if found, err := store.Found(err); !found {
		return nil, err
	}
	// It was checked when it was saved; an older program may have known more.
	script, err := sieve.Parse(row.Text, r.conf.Sieve)
	if err != nil {
		return nil, err
	}
	r.filters.mu.Lock()
	defer r.filters.mu.Unlock()
	if len(r.filters.parsed) >= maxParsed {
		clear(r.filters.parsed)
	}
	r.filters.parsed[account] = parsedScript{s, script}
	return script, nil
}

// ruling is what a script decided for one account.
type ruling struct {
	actions []sieve.Action
	err     error
	rows    []queueRow // redirects that leave this installation
	sends   bool       // a redirect reached somebody
	outside int        // how many redirects leave the organisation
	passed  []*passage // what the rules of the organisation say of those
}

func (v *ruling) has(kind sieve.ActionKind) bool {
	for _, a := range v.actions {
		if a.Kind == kind {
			return true
		}
	}
	return false
}

func (v *ruling) keeps() bool { return v.has(sieve.Keep) || v.has(sieve.FileInto) }

// giveUp turns the ruling into the implicit keep (RFC 5228 section 2.10.6).
func (v *ruling) giveUp(err error) {
	*v = ruling{actions: []sieve.Action{{Kind: sieve.Keep}}, err: err}
}

// lazy opens the bytes of a letter when a test asks for the body.
type lazy struct {
	ctx  context.Context
	room *Room
	l    *Letter
	blob *store.Blob
	err  error
}

// ReadAt reads from the letter.
func (z *lazy) ReadAt(p []byte, off int64) (int, error) {
	if z.blob == nil && z.err == nil {
		if z.l.staged != nil {
			z.blob, z.err = z.l.staged.Open(z.ctx)
		} else {
			z.blob, z.err = z.room.db.Open(z.ctx, z.l.blob.Scope, z.l.blob.Hash)
		}
	}
	if z.err != nil {
		return 0, z.err
	}
	return z.blob.ReadAt(p, off)
}

func (z *lazy) close() {
	if z.blob != nil {
		_ = z.blob.Close()
	}
}

// rule runs an account's script for a letter.
func (r *Room) rule(ctx context.Context, s *sieve.Script, a directory.Account, address, from string, l *Letter, src io.ReaderAt) *ruling {
	boxes := r.boxLookup(ctx, a.ID)
	res := s.Run(sieve.Env{
		Letter: sieve.NewLetter(l.Content.Message, src, l.Size()), From: from, To: address, Now: r.clock.Now(),
		Mailbox: func(name string) bool { _, ok := boxes().byName(name); return ok },
		MailboxID: func(text string) bool {
			n, ok := id.Parse(mailboxPrefix, text)
			_, there := boxes()[n]
			return ok && there
		},
		CanRedirect: func(to string) error { return r.maySendOn(a.Org, a.Terms, to) },
	})
	return &ruling{actions: res.Actions, err: res.Err}
}

// mailboxPrefix is the first letter of a mailbox id as JMAP and IMAP show it.
const mailboxPrefix = 'f'

// boxSet is the mailboxes of an account by id.
type boxSet map[int64]Mailbox

// boxLookup reads the mailboxes once, when a test asks.
func (r *Room) boxLookup(ctx context.Context, account int64) func() boxSet {
	return sync.OnceValue(func() boxSet {
		set := boxSet{}
		// An error reads as "not there": the letter is kept then.
		_ = r.db.Read(ctx, func(tx *store.Tx) (err error) {
			set, err = selectBoxSet(ctx, tx, account)
			return err
		})
		return set
	})
}

func selectBoxSet(ctx context.Context, tx *store.Tx, account int64) (boxSet, error) {
	list, err := selectMailboxes(ctx, tx, account, 0)
	set := boxSet{}
	for _, m := range list {
		set[m.ID] = m
	}
	return set, err
}

// byName finds a mailbox by its path with slashes, as IMAP shows it.
func (s boxSet) byName(name string) (id int64, ok bool) {
	for i, part := range strings.Split(name, "/") {
		parent := id
		id, ok = s.child(parent, part)
		if !ok || i > maxPath {
			return 0, false
		}
	}
	return id, ok
}

// maxPath is deeper than mailboxes can be nested.
const maxPath = 100

func (s boxSet) child(parent int64, name string) (int64, bool) {
	for _, m := range s {
		if m.Parent == parent && (m.Name == name || parent == 0 && m.Role == RoleInbox && strings.EqualFold(name, m.Name)) {
			return m.ID, true
		}
	}
	return 0, false
}

// inside says whether an address belongs to the organisation.
func (r *Room) inside(org int64, address string) error {
	normal, err := directory.NormalAddress(address)
	if err != nil {
		return err
	}
	_, domain, _ := strings.Cut(normal, "@")
	if owner, ok := r.dir.OrgOf(domain); !ok || owner != org {
		return errs.E(errs.Forbidden, "Letters cannot be sent on automatically to %s: the address is outside the organisation.", address)
	}
	return nil
}
