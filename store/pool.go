package store

import (
	"context"
	"errors"
	"sync"

	"chancery/kit/errs"
)

var errClosed = errs.E(errs.Unavailable, "the store is closing")

// pool is a fixed number of read connections.
type pool struct {
	engine engine
	free   chan *conn // nil entries stand for connections not yet open
	mu     sync.Mutex
	closed bool
	size   int
}

func newPool(e engine, n int) *pool {
	p := &pool{engine: e, free: make(chan *conn, n), size: n}
	for range n {
		p.free <- nil
	}
	return p
}

// open opens every connection now: on a disk that has turned read-only no new
// one can be, and what is stored should still be read then.
func (p *pool) open(ctx context.Context) error {
	for range p.size {
		<-p.free
		c, err := p.engine.connect(ctx, false)
		p.put(c)
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *pool) get(ctx context.Context) (*conn, error) {
	select {
	case c, ok := <-p.free:
		if !ok {
			return nil, errClosed
		}
		if c != nil {
			return c, nil
		}
		c, err := p.engine.connect(ctx, false)
		if err != nil {
			p.put(nil)
			return nil, err
		}
		return c, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// put gives a connection back; nil stands for one that was lost.
func (p *pool) put(c *conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		if c != nil {
			c.close()
		}
		return
	}
	p.free <- c
}

func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.closed = true
	close(p.free)
	for c := range p.free {
		if c != nil {
			c.close()
		}
	}
}

// Read runs fn in a read-only snapshot.
func (s *Store) Read(ctx context.Context, fn func(tx *Tx) error) error {
	c, err := s.beginRead(ctx)
	if err != nil {
		return s.classify(err)
	}
	// A cancelled caller must not break the connection in the middle of a
	// statement: every statement here is short.
	ctx = context.WithoutCancel(ctx)
	err = protect(func() error { return fn(&Tx{conn: c}) })
	if end := c.exec(ctx, "COMMIT"); end != nil && !errors.Is(end, context.Canceled) {
		// An aborted transaction ends only by ROLLBACK; a lost connection not even so.
		if c.exec(ctx, "ROLLBACK") != nil {
			c.close()
			c = nil
		}
	}
	s.readers.put(c)
	return s.classify(err)
}

// beginRead takes a connection and begins a transaction on it. One that the
// database server closed since its last use shows so here, before anything
// was asked; then the next is taken, and at last a new one.
func (s *Store) beginRead(ctx context.Context) (*conn, error) {
	for tries := 0; ; tries++ {
		c, err := s.readers.get(ctx)
		if err != nil {
			return nil, err
		}
		if err = c.exec(context.WithoutCancel(ctx), s.engine.beginRead()); err == nil {
			return c, nil
		}
		c.close()
		s.readers.put(nil)
		if tries == s.readers.size || !s.engine.unavailable(err) {
			return nil, err
		}
	}
}
