package mail

import (
	"context"
	"sync"

	"chancery/store"
)

// Watch tells that one of its accounts has changed. C has room for one signal,
// so a slow reader misses none and holds up nobody.
type Watch struct {
	C        chan struct{}
	w        *watchers
	accounts []int64
}

// Close ends the watch.
func (w *Watch) Close() {
	w.w.mu.Lock()
	defer w.w.mu.Unlock()
	for _, id := range w.accounts {
		delete(w.w.m[id], w)
		if len(w.w.m[id]) == 0 {
			delete(w.w.m, id)
		}
	}
}

// watchers are the watches of this process, by account.
type watchers struct {
	mu sync.Mutex
	m  map[int64]map[*Watch]bool
}

func newWatchers() *watchers { return &watchers{m: map[int64]map[*Watch]bool{}} }

// Watch starts watching the account.
func (a *Account) Watch() *Watch { return a.room.WatchAccounts([]int64{a.info.ID}) }

// WatchAccounts starts watching accounts that the caller has been let into.
func (r *Room) WatchAccounts(accounts []int64) *Watch {
	w := &Watch{C: make(chan struct{}, 1), w: r.watch, accounts: accounts}
	w.w.mu.Lock()
	defer w.w.mu.Unlock()
	for _, id := range accounts {
		if w.w.m[id] == nil {
			w.w.m[id] = map[*Watch]bool{}
		}
		w.w.m[id][w] = true
	}
	return w
}

// changed makes a durable change of an account visible and signals everyone
// who watches it.
func (r *Room) changed(account int64) {
	r.views.touch(account)
	r.watch.signal(account)
}

// Wake signals everyone who watches an account, after another room changed
// something that clients follow by the account.
func (r *Room) Wake(account int64) { r.watch.signal(account) }

func (w *watchers) signal(account int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for watch := range w.m[account] {
		select {
		case watch.C <- struct{}{}:
		default:
		}
	}
}

// write runs a change of this account and tells the watchers when it is durable.
func (a *Account) write(ctx context.Context, staged []*store.Staged, fn func(tx *store.Tx) error) error {
	return a.room.write(ctx, a.info.ID, staged, fn)
}

func (r *Room) write(ctx context.Context, account int64, staged []*store.Staged, fn func(tx *store.Tx) error) error {
	return r.db.WriteBlobs(ctx, account, staged, func(tx *store.Tx) error {
		tx.OnCommit(func() { r.changed(account) })
		return fn(tx)
	})
}
