package ldap

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"runtime/debug"
	"sync"
	"time"
)

// Server is the LDAP door.
type Server struct {
	conf  Config
	needs Needs
	log   *slog.Logger

	mu      sync.Mutex
	open    map[net.Conn]netip.Addr
	closing bool
	done    sync.WaitGroup
}

// New makes a server.
func New(conf Config, needs Needs, log *slog.Logger) *Server {
	return &Server{conf: conf.withDefaults(), needs: needs, log: log, open: map[net.Conn]netip.Addr{}}
}

// Serve accepts connections until ctx ends, then closes those there are: the
// door changes nothing that could be cut in half. With implicitTLS the client
// starts with TLS (port 636).
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
			s.log.Warn("ldap accept failed", "err", err)
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
		defer func() { // a fault in one connection does not end the others
			if fault := recover(); fault != nil {
				s.log.Error("ldap connection broke", "peer", conn.RemoteAddr().String(), "fault", fault, "stack", string(debug.Stack()))
			}
		}()
		x := &session{server: s, conn: conn, peer: conn.RemoteAddr().String() + " " + conn.LocalAddr().String()}
		if implicitTLS {
			x.conn, x.private = tls.Server(conn, s.conf.TLS), true
		} else if peer, err := netip.ParseAddrPort(conn.RemoteAddr().String()); err == nil && s.conf.PlainOnLoopback {
			x.private = peer.Addr().Unmap().IsLoopback()
		}
		x.serve(ctx)
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
	if s.closing || len(s.open) >= s.conf.MaxConnections || same >= s.conf.MaxPerPeer {
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
