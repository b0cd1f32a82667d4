package smtp

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"chancery/kit/clock"
	"chancery/mail"
)

// Kind says what a listener is for.
type Kind uint8

// The three doors.
const (
	MX            Kind = iota // port 25: letters from other servers
	Submission                // port 587: mail programs, STARTTLS before AUTH
	SubmissionTLS             // port 465: mail programs, TLS from the first byte (RFC 8314 section 3.3)
)

// String returns the name that is used in records.
func (k Kind) String() string {
	return [...]string{"mx", "submission", "submissions"}[k]
}

// Server is the door. One serves any number of listeners.
type Server struct {
	conf  Config
	room  *mail.Room
	auth  Authenticator
	tls   *tls.Config
	clock clock.Clock
	log   *slog.Logger

	ctx  context.Context // ends when connections are cut off
	stop context.CancelFunc

	mu        sync.Mutex
	closing   bool
	listeners map[net.Listener]bool
	sessions  map[*session]bool
	perKind   map[Kind]int
	perAddr   map[netip.Addr]int
	done      sync.WaitGroup
}

// New makes the door. Without a TLS configuration there is no STARTTLS, and
// so no AUTH but from loopback where Config.PlaintextAuth allows it.
func New(conf Config, room *mail.Room, auth Authenticator, tlsConf *tls.Config, c clock.Clock, log *slog.Logger) *Server {
	s := &Server{
		conf: conf.withDefaults(), room: room, auth: auth, tls: tlsConf, clock: c, log: log,
		listeners: map[net.Listener]bool{}, sessions: map[*session]bool{}, perKind: map[Kind]int{}, perAddr: map[netip.Addr]int{},
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	return s
}

// ErrClosed is what Serve returns after Shutdown.
var ErrClosed = errors.New("smtp: the server is closed")

// Serve accepts connections until Shutdown; then it returns ErrClosed.
func (s *Server) Serve(l net.Listener, kind Kind) error {
	s.mu.Lock()
	if s.closing {
		s.mu.Unlock()
		l.Close()
		return ErrClosed
	}
	s.listeners[l] = true
	s.mu.Unlock()
	var pause time.Duration
	for {
		c, err := l.Accept()
		if err == nil {
			pause = 0
			s.start(c, kind)
			continue
		}
		if s.isClosing() {
			return ErrClosed
		}
		if errors.Is(err, net.ErrClosed) {
			return err
		}
		// Out of file descriptors, most likely: wait for connections to end.
		pause = min(max(2*pause, 5*time.Millisecond), time.Second)
		s.log.Warn("smtp: cannot accept a connection", "err", err, "pause", pause)
		time.Sleep(pause)
	}
}

func (s *Server) isClosing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closing
}

// start counts the connection and begins its session.
func (s *Server) start(c net.Conn, kind Kind) {
	addr := peerAddr(c)
	x := newSession(s, c, kind, addr)
	s.mu.Lock()
	if s.closing {
		s.mu.Unlock()
		c.Close()
		return
	}
	key := limitKey(addr)
	full := s.perKind[kind] >= s.conf.MaxConnections || s.perAddr[key] >= s.conf.MaxPerAddress
	s.perKind[kind]++
	s.perAddr[key]++
	s.sessions[x] = true
	s.done.Add(1)
	s.mu.Unlock()
	go func() {
		defer s.end(x)
		x.run(full)
	}()
}

func (s *Server) end(x *session) {
	x.conn.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, x)
	s.perKind[x.kind]--
	key := limitKey(x.addr)
	if s.perAddr[key]--; s.perAddr[key] == 0 {
		delete(s.perAddr, key)
	}
	s.done.Done()
}

// Shutdown closes the listeners, sends idle clients away with 421 and lets
// messages in transfer come to their end until ctx ends; then it cuts off.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.closing = true
	for l := range s.listeners {
		l.Close()
	}
	for x := range s.sessions {
		x.wake()
	}
	s.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		s.done.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		s.stop()
		return nil
	case <-ctx.Done():
	}
	s.stop()
	s.mu.Lock()
	for x := range s.sessions {
		x.conn.Close()
	}
	s.mu.Unlock()
	<-ended
	return ctx.Err()
}

// limitKey is what counts as one address: with IPv6 the /64 that one customer
// has.
func limitKey(a netip.Addr) netip.Addr {
	if !a.Is6() {
		return a
	}
	p, err := a.Prefix(64)
	if err != nil {
		return a
	}
	return p.Masked().Addr()
}

func peerAddr(c net.Conn) netip.Addr {
	if t, ok := c.RemoteAddr().(*net.TCPAddr); ok {
		return t.AddrPort().Addr().Unmap().WithZone("")
	}
	return netip.Addr{}
}
