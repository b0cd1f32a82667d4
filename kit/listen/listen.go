// Package listen accepts connections: so many at a time, each in a goroutine of
// its own whose faults do not end the others.
package listen

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"runtime/debug"
	"sync"
	"time"
)

// Server serves one protocol on any number of listeners.
type Server struct {
	name    string
	most    int // connections
	perPeer int // from one address
	serve   func(ctx context.Context, conn net.Conn, implicitTLS bool)
	log     *slog.Logger

	mu      sync.Mutex
	open    map[net.Conn]netip.Addr
	closing bool
	done    sync.WaitGroup
}

// New makes a server. Serve is called for each connection, which is closed when
// it returns.
func New(name string, most, perPeer int, serve func(ctx context.Context, conn net.Conn, implicitTLS bool), log *slog.Logger) *Server {
	return &Server{name: name, most: most, perPeer: perPeer, serve: serve, log: log, open: map[net.Conn]netip.Addr{}}
}

// Serve accepts connections until ctx ends, then closes those there are and
// waits for them.
func (s *Server) Serve(ctx context.Context, l net.Listener, implicitTLS bool) error {
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	defer s.done.Wait()
	pause := 5 * time.Millisecond
	for {
		conn, err := l.Accept()
		switch {
		case ctx.Err() != nil:
			if err == nil {
				conn.Close()
			}
			s.closeAll()
			return nil
		case errors.Is(err, net.ErrClosed):
			return nil
		case err != nil: // out of file descriptors, most likely: wait until some are closed
			s.log.Warn("accepting failed", "protocol", s.name, "err", err)
			time.Sleep(pause)
			pause = min(2*pause, time.Second)
			continue
		}
		pause = 5 * time.Millisecond
		s.start(ctx, conn, implicitTLS)
	}
}

func (s *Server) start(ctx context.Context, conn net.Conn, implicitTLS bool) {
	if !s.admit(conn) {
		conn.Close()
		return
	}
	s.done.Go(func() {
		defer s.forget(conn)
		defer conn.Close()
		defer func() {
			if fault := recover(); fault != nil {
				s.log.Error("a connection broke", "protocol", s.name, "peer", conn.RemoteAddr().String(), "fault", fault, "stack", string(debug.Stack()))
			}
		}()
		s.serve(ctx, conn, implicitTLS)
	})
}

// admit counts a connection, refused when there are too many.
func (s *Server) admit(conn net.Conn) bool {
	peer, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	if err != nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	same := 0
	for _, addr := range s.open {
		if addr == peer.Addr() {
			same++
		}
	}
	if s.closing || len(s.open) >= s.most || same >= s.perPeer {
		return false
	}
	s.open[conn] = peer.Addr()
	return true
}

func (s *Server) forget(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, conn)
}

func (s *Server) closeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing = true
	for conn := range s.open {
		conn.Close()
	}
}
