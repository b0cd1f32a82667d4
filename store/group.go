package store

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"chancery/kit/errs"
)

// maxGroup bounds how many callers share one transaction, and so how long
// the first of them waits.
const maxGroup = 128

// job is one caller's part of a group.
type job struct {
	ctx    context.Context
	fn     func(tx *Tx) error
	staged []*Staged
	after  []func()
	done   chan error
}

// writer runs the writing transactions of one connection. Callers queue; all
// that wait when a transaction ends share the next: their blobs are appended
// and synced once, then their functions run under a savepoint each, then one
// commit syncs the rows. Every caller is answered after that sync.
type writer struct {
	store *Store
	jobs  chan *job
	conn  *conn
	mu    sync.RWMutex // held for reading while sending on jobs
	shut  bool
	ended chan struct{}
}

func newWriter(s *Store) *writer {
	w := &writer{store: s, jobs: make(chan *job, 4*maxGroup), ended: make(chan struct{})}
	go w.run()
	return w
}

// Write runs fn in a writing transaction and returns after it is durable.
// fn may be run more than once, and may share its transaction with other
// callers, so it must do nothing but use tx; what must happen only on success
// goes through [Tx.OnCommit]. An error of fn undoes what fn did, nothing else.
func (s *Store) Write(ctx context.Context, fn func(tx *Tx) error) error {
	return s.WriteBlobs(ctx, 0, nil, fn)
}

// WriteBlobs is Write for a transaction that also needs staged blobs stored.
// Transactions with the same key run one after the other; pass the account
// id, so that on an engine with several writers an account's changes do not
// wait for each other's locks.
func (s *Store) WriteBlobs(ctx context.Context, key int64, staged []*Staged, fn func(tx *Tx) error) error {
	j := &job{ctx: ctx, fn: fn, staged: staged, done: make(chan error, 1)}
	w := s.writers[uint64(key)%uint64(len(s.writers))]
	if err := w.send(ctx, j); err != nil {
		return s.classify(err)
	}
	// Once sent, the job is carried out: giving up here would leave the
	// caller not knowing whether it happened.
	return s.classify(<-j.done)
}

func (w *writer) send(ctx context.Context, j *job) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.shut {
		return errClosed
	}
	select {
	case w.jobs <- j:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *writer) close() {
	w.mu.Lock()
	if !w.shut {
		w.shut = true
		close(w.jobs)
	}
	w.mu.Unlock()
	<-w.ended
}

func (w *writer) run() {
	defer close(w.ended)
	group := make([]*job, 0, maxGroup)
	for j := range w.jobs {
		last := len(group)
		group = w.drain(append(group[:0], j))
		group = w.linger(group, last)
		w.commit(group)
	}
	if w.conn != nil {
		w.conn.close()
	}
}

// drain adds what is waiting.
func (w *writer) drain(group []*job) []*job {
	for len(group) < maxGroup {
		select {
		case j, ok := <-w.jobs:
			if !ok {
				return group
			}
			group = append(group, j)
		default:
			return group
		}
	}
	return group
}

// How long a group waits for callers of the one before.
const (
	lingerStep = 50 * time.Microsecond
	lingerMax  = time.Millisecond

	lingerCallers = 8 // fewer lose more by waiting than the sync costs
)

// linger waits a moment when many callers are at work. Without it they fall
// into two halves, each committing while the other prepares, and every sync
// serves only half of them. last is the size of the group before: together
// with those who came meanwhile it tells how many there are. A few callers
// never wait.
func (w *writer) linger(group []*job, last int) []*job {
	callers := last + len(group)
	if callers < lingerCallers {
		return group
	}
	want := min(maxGroup, callers*3/4)
	for waited := time.Duration(0); len(group) < want && waited < lingerMax; waited += lingerStep {
		// A timer of the runtime may round up to a millisecond.
		pause := syscall.NsecToTimespec(int64(lingerStep))
		_ = syscall.Nanosleep(&pause, nil)
		group = w.drain(group)
	}
	return group
}

// commit makes one group durable and answers each of its callers. A group
// that fails as a whole on a conflict with another writer is tried again one
// by one.
func (w *writer) commit(group []*job) {
	if err := w.storeBlobs(group); err != nil {
		answer(group, func(*job) error { return err })
		return
	}
	results, err := w.attempt(group)
	for tries := 0; err != nil && w.store.engine.retryable(err) && tries < 5; tries++ {
		time.Sleep(time.Duration(tries+1) * 5 * time.Millisecond)
		if len(group) > 1 {
			for _, j := range group {
				w.commit1(j)
			}
			return
		}
		results, err = w.attempt(group)
	}
	answer(group, func(j *job) error {
		if err != nil {
			return err
		}
		return results[j]
	})
}

func (w *writer) commit1(j *job) {
	var results map[*job]error
	var err error
	for tries := range 5 {
		if results, err = w.attempt([]*job{j}); err == nil || !w.store.engine.retryable(err) {
			break
		}
		time.Sleep(time.Duration(tries+1) * 5 * time.Millisecond)
	}
	if err == nil {
		err = results[j]
	}
	answer([]*job{j}, func(*job) error { return err })
}

func answer(group []*job, result func(*job) error) {
	for _, j := range group {
		err := result(j)
		if err == nil {
			for _, fn := range j.after {
				fn()
			}
		}
		j.done <- err
	}
}

// storeBlobs appends the staged blobs of the whole group with one sync.
func (w *writer) storeBlobs(group []*job) error {
	var all []*Staged
	for _, j := range group {
		for _, b := range j.staged {
			if !b.stored() {
				all = append(all, b)
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	return w.store.depotAppend(all)
}

// attempt runs the group in one transaction. The error is that of the
// transaction as a whole; the map holds what single functions returned.
func (w *writer) attempt(group []*job) (map[*job]error, error) {
	ctx := context.Background()
	if err := w.open(ctx); err != nil {
		return nil, err
	}
	results := make(map[*job]error, len(group))
	changed := false
	for _, j := range group {
		err, fatal := w.runOne(ctx, j, len(group) > 1)
		if fatal != nil {
			w.rollback(ctx)
			w.drop()
			return nil, fatal
		}
		results[j] = err
		changed = changed || err == nil
	}
	if !changed {
		w.rollback(ctx)
		return results, nil
	}
	if err := w.conn.exec(ctx, "COMMIT"); err != nil {
		w.rollback(ctx)
		if w.store.engine.unavailable(err) && w.conn != nil && w.store.engine.name() == "sqlite" {
			w.drop() // a log that could not be written is not written to again
		} else if w.conn == nil && !w.store.engine.retryable(err) {
			// The connection was lost before the answer came. Saying that
			// nothing was changed could be a lie.
			w.store.trouble(err)
			err = errs.Wrap(errs.Unavailable, err, "The storage failed while it was finishing, so it is not known whether the change was made. Please look, or try again later.")
		}
		return nil, err
	}
	return results, nil
}

// open begins a transaction, on a new connection when there is none or when
// the database server closed it since its last use.
func (w *writer) open(ctx context.Context) error {
	for fresh := false; ; {
		if w.conn == nil {
			c, err := w.store.engine.connect(ctx, true)
			if err != nil {
				return err
			}
			w.conn, fresh = c, true
		}
		err := w.begin(ctx)
		if err == nil {
			return nil
		}
		w.drop()
		if fresh || !w.store.engine.unavailable(err) || w.store.engine.retryable(err) {
			return err
		}
	}
}

// runOne runs one function, under a savepoint when it shares the transaction.
// The second error means that the whole transaction is lost.
func (w *writer) runOne(ctx context.Context, j *job, shared bool) (err, fatal error) {
	if err := j.ctx.Err(); err != nil {
		return err, nil
	}
	if shared {
		if err := w.conn.exec(ctx, "SAVEPOINT part"); err != nil {
			return nil, err
		}
	}
	tx := &Tx{conn: w.conn, write: true}
	err = protect(func() error { return j.fn(tx) })
	j.after = tx.after
	switch {
	case err != nil && w.store.engine.fatal(err):
		return nil, err
	case err != nil && !shared:
		w.rollback(ctx)
		if begin := w.begin(ctx); begin != nil {
			return nil, begin
		}
		return err, nil
	case err != nil:
		if back := w.conn.exec(ctx, "ROLLBACK TO SAVEPOINT part"); back != nil {
			return nil, back
		}
	}
	if shared {
		if rel := w.conn.exec(ctx, "RELEASE SAVEPOINT part"); rel != nil {
			return nil, rel
		}
	}
	return err, nil
}

func (w *writer) begin(ctx context.Context) error {
	if w.conn == nil {
		return errClosed
	}
	return w.conn.exec(ctx, w.store.engine.beginWrite())
}

func (w *writer) rollback(ctx context.Context) {
	if w.conn == nil {
		return
	}
	if err := w.conn.exec(ctx, "ROLLBACK"); err != nil && !w.store.engine.noTransaction(err) {
		w.drop()
	}
}

// drop gives up a connection that is in an unknown state.
func (w *writer) drop() {
	if w.conn != nil {
		w.conn.close()
		w.conn = nil
	}
}

// protect turns a panic of a caller's function into an error, because other
// callers share the transaction and the goroutine.
func protect(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errs.Wrap(errs.Internal, fmt.Errorf("panic: %v\n%s", p, debug.Stack()), "Something went wrong on the server.")
		}
	}()
	return fn()
}
