package imap

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"time"

	"chancery/mail"
	"chancery/policy"
	wire "chancery/wire/imap"
)

// session is one connection. All of it belongs to the goroutine that reads.
type session struct {
	server *Server
	wake   *wakeConn // the socket
	conn   net.Conn  // the socket or TLS on it
	r      *wire.Reader
	out    out
	log    *slog.Logger

	tls, loopback, compressed bool
	flushDeflate              func() error // set by COMPRESS

	subject policy.Subject          // Account 0: not signed in
	own     *mail.Account           // the subject's own account
	stood   time.Time               // when it was last asked whether they are still let in
	shared  map[int64]*mail.Account // others it has used

	condstore, qresync, utf8, rev2 bool // what the client has enabled
	sel                            *selected

	nonsense, failures int // commands and sign-ins that failed in a row
	over               bool
	broken             error // reading failed in the middle of a command
	signInBy           time.Time
}

func newSession(srv *Server, wake *wakeConn) *session {
	s := &session{server: srv, wake: wake, conn: wake, log: srv.log}
	if addr, ok := wake.RemoteAddr().(*net.TCPAddr); ok {
		s.loopback = addr.IP.IsLoopback()
	}
	s.out.w = wake
	s.r = wire.NewReader(source{s, wake}, beforeSignIn, s.goOn)
	return s
}

// peer is where the client is, and the address of ours that it came to.
func (s *session) peer() string {
	return s.wake.RemoteAddr().String() + " " + s.wake.LocalAddr().String()
}

// source sends what is waiting to go out before it waits for the client.
type source struct {
	s    *session
	from io.Reader
}

// Read flushes and reads.
func (c source) Read(p []byte) (int, error) {
	if err := c.s.flush(); err != nil {
		return 0, err
	}
	return c.from.Read(p)
}

// beforeSignIn are the limits for strangers: an ID with all it may hold (RFC
// 2971 section 3.3), and nothing larger.
var beforeSignIn = wire.Limits{Literal: 4096, Command: 48 << 10, Line: 40 << 10, Append: 1, Drain: 64 << 10}

// setTLS goes on with TLS on the connection.
func (s *session) setTLS() {
	s.tls = true
	s.r.SetSource(source{s, s.conn})
	s.out.w = s.conn
}

// goOn sends the continuation request for a literal.
func (s *session) goOn() error {
	s.out.line("+ Ready for the literal.")
	return s.flush()
}

func (s *session) flush() error {
	err := s.out.flush()
	if err == nil && s.flushDeflate != nil {
		err = s.flushDeflate()
	}
	return err
}

// ctx is the context of one command.
func (s *session) ctx() context.Context { return s.server.working }

// serve runs the session to its end.
func (s *session) serve() {
	s.wake.await(s.server.conf.LoginTimeout, nil)
	if t, ok := s.conn.(*tls.Conn); ok {
		if err := t.Handshake(); err != nil {
			return
		}
	}
	s.signInBy = time.Now().Add(s.server.conf.LoginTimeout)
	s.out.line("* OK [CAPABILITY ", s.capabilityText(), "] IMAP server ready.")
	for !s.over {
		wait := s.server.conf.IdleTimeout
		if s.subject.Account == 0 {
			wait = time.Until(s.signInBy)
		}
		s.wake.await(wait, nil)
		if err := s.one(); err != nil {
			s.goodbye(err)
			break
		}
	}
	s.flush()
	if t, ok := s.conn.(*tls.Conn); ok {
		t.Close()
	}
}

// one reads and serves one command.
func (s *session) one() error {
	if err := s.r.Wait(); err != nil {
		return err
	}
	req, err := s.r.Next()
	var syntax *wire.SyntaxError
	if errors.As(err, &syntax) {
		return s.senseless(syntax)
	}
	if err != nil {
		return err
	}
	s.nonsense = 0
	s.dispatch(req)
	if s.broken != nil {
		return s.broken
	}
	return s.out.err
}

// senseless answers a command that could not be parsed.
func (s *session) senseless(e *wire.SyntaxError) error {
	if e.No {
		s.no(e.Tag, e.Code, e.Text)
		return s.out.err
	}
	s.nonsense++
	if s.nonsense >= s.server.conf.MaxBad {
		return &wire.FatalError{Text: "Too many commands that make no sense."}
	}
	s.bad(e.Tag, e.Code, e.Text)
	return s.out.err
}

// goodbye tells the client why the connection is closed, if it still listens.
func (s *session) goodbye(err error) {
	var fatal *wire.FatalError
	switch {
	case errors.As(err, &fatal):
		s.out.line("* BYE ", fatal.Text)
	case s.wake.isClosing():
		s.out.line("* BYE [UNAVAILABLE] The server is going down; please connect again later.")
	case errors.Is(err, os.ErrDeadlineExceeded):
		s.out.line("* BYE [UNAVAILABLE] Nothing was heard for too long.")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
	default:
		s.log.Debug("imap connection lost", "err", err)
	}
}
