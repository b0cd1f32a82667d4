package imap

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"runtime/debug"
	"sync"
	"time"

	"chancery/mail"
)

// Server serves IMAP on any number of listeners.
type Server struct {
	conf  Config
	room  *mail.Room
	needs Needs
	log   *slog.Logger

	recents recents

	mu       sync.Mutex
	sessions map[*session]struct{}
	closing  bool
	done     sync.WaitGroup
	serving  context.Context // ends when Shutdown begins
	stop     context.CancelFunc
	working  context.Context // ends when commands must give up
	giveUp   context.CancelFunc
}

// New makes a server for the mail room.
func New(conf Config, room *mail.Room, needs Needs, log *slog.Logger) *Server {
	s := &Server{conf: conf.withDefaults(), room: room, needs: needs, log: log, sessions: map[*session]struct{}{}}
	s.recents.first = map[mailboxKey]uint32{}
	s.serving, s.stop = context.WithCancel(context.Background())
	s.working, s.giveUp = context.WithCancel(context.Background())
	return s
}

// Serve accepts connections until the listener is closed or Shutdown is
// called. With implicitTLS the client starts with TLS (port 993).
func (s *Server) Serve(l net.Listener, implicitTLS bool) error {
	stop := context.AfterFunc(s.serving, func() { l.Close() })
	defer stop()
	pause := 5 * time.Millisecond
	for {
		conn, err := l.Accept()
		if s.serving.Err() != nil {
			if err == nil {
				conn.Close()
			}
			return nil
		}
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			// Out of file descriptors, most likely: wait until some are closed.
			s.log.Warn("imap accept failed", "err", err)
			time.Sleep(pause)
			pause = min(2*pause, time.Second)
			continue
		}
		pause = 5 * time.Millisecond
		s.start(conn, implicitTLS)
	}
}

// start serves one connection in a goroutine of its own.
func (s *Server) start(conn net.Conn, implicitTLS bool) {
	wake := &wakeConn{Conn: conn, writeTimeout: s.conf.WriteTimeout}
	sess := newSession(s, wake)
	s.mu.Lock()
	full := len(s.sessions) >= s.conf.MaxConnections
	closing := s.closing
	if !full && !closing {
		s.sessions[sess] = struct{}{}
		s.done.Add(1)
	}
	s.mu.Unlock()
	if full || closing {
		if !implicitTLS {
			conn.SetWriteDeadline(time.Now().Add(time.Second))
			conn.Write([]byte("* BYE [UNAVAILABLE] Too many connections; please try again later.\r\n"))
		}
		conn.Close()
		return
	}
	go func() {
		defer s.done.Done()
		defer s.forget(sess)
		defer conn.Close()
		defer s.survive(conn)
		if implicitTLS {
			sess.conn = tls.Server(wake, s.conf.TLS)
			sess.setTLS()
		}
		sess.serve()
	}()
}

// survive keeps a fault in one session from ending the others.
func (s *Server) survive(conn net.Conn) {
	if fault := recover(); fault != nil {
		s.log.Error("imap session broke", "peer", conn.RemoteAddr().String(), "fault", fault, "stack", string(debug.Stack()))
	}
}

func (s *Server) forget(sess *session) {
	s.mu.Lock()
	delete(s.sessions, sess)
	s.mu.Unlock()
}

// Shutdown says BYE to every client and waits for running commands until ctx
// ends; then connections are cut.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.closing = true
	for sess := range s.sessions {
		sess.wake.shut()
	}
	s.mu.Unlock()
	s.stop()
	defer s.giveUp()
	finished := make(chan struct{})
	go func() { s.done.Wait(); close(finished) }()
	select {
	case <-finished:
		return nil
	case <-ctx.Done():
	}
	s.mu.Lock()
	for sess := range s.sessions {
		sess.wake.Conn.Close()
	}
	s.mu.Unlock()
	return ctx.Err()
}
