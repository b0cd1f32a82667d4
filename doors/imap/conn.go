package imap

import (
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// wakeConn is a connection whose blocked Read can be interrupted to run a
// hook in the reading goroutine. So a session in IDLE needs one goroutine
// only: the one that waits for DONE also tells what is new. TLS and DEFLATE
// lie above and notice nothing.
type wakeConn struct {
	net.Conn
	writeTimeout time.Duration

	mu       sync.Mutex
	deadline time.Time // of the current wait
	woken    bool
	closing  bool
	hook     func() error // run in Read when woken; nil when nothing waits
}

// Read reads, running the hook whenever wake is called.
func (c *wakeConn) Read(p []byte) (int, error) {
	for {
		n, err := c.Conn.Read(p)
		if n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			return n, err
		}
		c.mu.Lock()
		woken, hook, closing := c.woken, c.hook, c.closing
		c.woken = false
		c.Conn.SetReadDeadline(c.deadline)
		c.mu.Unlock()
		if !woken || closing {
			return 0, err
		}
		if hook != nil {
			if err := hook(); err != nil {
				return 0, err
			}
		}
	}
}

// Write writes with the write timeout.
func (c *wakeConn) Write(p []byte) (int, error) {
	c.Conn.SetWriteDeadline(time.Now().Add(c.writeTimeout))
	return c.Conn.Write(p)
}

// await sets how long the next reads may wait, and the hook. A waker that
// called while there was no hook is heard now.
func (c *wakeConn) await(d time.Duration, hook func() error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline, c.hook = time.Now().Add(d), hook
	if c.closing || (c.woken && hook != nil) {
		c.Conn.SetReadDeadline(past)
		return
	}
	c.woken = false
	c.Conn.SetReadDeadline(c.deadline)
}

var past = time.Unix(1, 0)

// wake makes the reading goroutine run its hook.
func (c *wakeConn) wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.woken = true
	if c.hook != nil {
		c.Conn.SetReadDeadline(past)
	}
}

// shut makes every read fail as timed out, so that the session ends itself.
func (c *wakeConn) shut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closing = true
	c.Conn.SetReadDeadline(past)
}

func (c *wakeConn) isClosing() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closing
}
