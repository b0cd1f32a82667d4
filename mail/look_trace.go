package mail

import (
	"context"
	"crypto/sha256"
	"strings"
	"sync"
	"time"

	"chancery/audit"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

// Every look leaves its trace (C12): what was read, and what was asked for in a
// mailbox or the journal and how much was found.

const (
	// traceFor is for how long the same question in a look is one entry of the
	// record: who scrolls through a list asks it again and again.
	traceFor = 10 * time.Minute
	// maxTraces bounds the questions that are remembered; beyond it some are
	// recorded more often.
	maxTraces = 10_000
	// maxAsked bounds what an entry says of a question, in bytes.
	maxAsked = 1000
)

// traces remembers which questions of looks stand in the record. It is no more
// than a memory of this process: without it there are more entries, never fewer.
type traces struct {
	mu   sync.Mutex
	seen map[traceKey]time.Time
}

// traceKey is a question in a look; the zero question is any.
type traceKey struct {
	look     int64
	question [sha256.Size]byte
}

// fresh says whether a question is to be recorded now.
func (t *traces) fresh(k traceKey, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	at, ok := t.seen[k]
	return !ok || now.Sub(at) >= traceFor
}

// put notes that a question is in the record.
func (t *traces) put(k traceKey, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.seen) >= maxTraces {
		for k, at := range t.seen {
			if now.Sub(at) >= traceFor {
				delete(t.seen, k)
			}
		}
		if len(t.seen) >= maxTraces {
			clear(t.seen)
		}
	}
	if t.seen == nil {
		t.seen = map[traceKey]time.Time{}
	}
	t.seen[k], t.seen[traceKey{look: k.look}] = now, now
}

// trace is what an entry says of something seen in a look.
type trace struct {
	Case   string `json:"case"`
	Letter string `json:"message,omitempty"`
	Folder string `json:"folder,omitempty"`
	Asked  string `json:"asked,omitempty"` // as the door was asked
	Hits   int    `json:"hits"`
}

// question is the key of what was asked for.
func (t trace) question(look int64) traceKey {
	return traceKey{look, sha256.Sum256([]byte(t.Folder + "\x00" + t.Asked))}
}

// noteAsked writes into the record what was asked for in a look and how much was
// found, before it is shown.
func (r *Room) noteAsked(ctx context.Context, s policy.Subject, l lookRow, verb, object string, t trace) error {
	k, now := t.question(l.id), r.clock.Now()
	if !r.traces.fresh(k, now) {
		return nil
	}
	if len(t.Asked) > maxAsked {
		t.Asked = strings.ToValidUTF8(t.Asked[:maxAsked], "") + " ..."
	}
	err := r.noteTrace(ctx, s, l, verb, object, t)
	if err == nil {
		r.traces.put(k, now)
	}
	return err
}

func (r *Room) noteTrace(ctx context.Context, s policy.Subject, l lookRow, verb, object string, t trace) error {
	t.Case = id.Text('c', l.id)
	e, err := audit.By(s, verb, object, nil).Change(nil, t)
	if err != nil {
		return err
	}
	return r.db.Write(ctx, func(tx *store.Tx) error { return audit.Append(ctx, tx, r.clock.Now(), e) })
}

// noteQuery writes into the record what was looked for in a mailbox under leave
// to look.
func (a *Account) noteQuery(ctx context.Context, snap *Snapshot, f *Filter, hits int) error {
	if !a.IsLook() {
		return nil
	}
	return a.room.noteAsked(ctx, a.subject, a.look, "mail.look.list", a.info.Address, trace{Folder: snap.Path(f.mailbox()), Asked: f.Asked, Hits: hits})
}

// noteSeen writes into the record that letters were listed that nobody asked
// for by a query: by their numbers alone.
func (a *Account) noteSeen(ctx context.Context, letters int) error {
	if !a.IsLook() || !a.room.traces.fresh(traceKey{look: a.look.id}, a.room.clock.Now()) {
		return nil
	}
	return a.room.noteAsked(ctx, a.subject, a.look, "mail.look.list", a.info.Address, trace{Asked: "by number", Hits: letters})
}

// noteRead writes into the record that a letter was read under leave to look,
// before it is shown.
func (a *Account) noteRead(ctx context.Context, message int64) error {
	if !a.IsLook() {
		return nil
	}
	return a.room.noteTrace(ctx, a.subject, a.look, "mail.look.read", a.info.Address, trace{Letter: id.Text('m', message), Hits: 1})
}

// IsLook says whether the account is read under leave to look into it.
func (a *Account) IsLook() bool { return a.look.id != 0 }
