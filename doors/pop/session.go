package pop

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
	"unicode"

	"chancery/kit/errs"
	"chancery/mail"
	"chancery/policy"
)

// session is one connection.
type session struct {
	server *Server
	ctx    context.Context
	conn   net.Conn
	r      *bufio.Reader
	w      *bufio.Writer
	peer   string // where the client is, and the address of ours that it came to

	tls, loopback bool
	utf8          bool // UTF8 was said
	signInBy      time.Time
	user          string // what USER said
	bad, failures int    // commands without sense and wrong sign-ins, in a row
	over          bool

	subject policy.Subject // account 0: not signed in
	account *mail.Account
	inbox   int64
	drop    []letter
	stood   time.Time // when it was last asked whether they are still let in
}

// letter is one of the inbox as it was at the sign-in; its number is its place
// in the list.
type letter struct {
	id, size int64
	deleted  bool
}

// maxLine bounds a line of a client: commands have 255 bytes (RFC 2449 section
// 4), answers in a sign-in more (RFC 5034 section 4).
const maxLine = 12 << 10

var errLine = errors.New("pop: the line is too long")

// slowWriter gives a client that reads so long for each piece.
type slowWriter struct {
	conn net.Conn
	wait time.Duration
}

// Write writes with a deadline.
func (w slowWriter) Write(p []byte) (int, error) {
	w.conn.SetWriteDeadline(time.Now().Add(w.wait))
	return w.conn.Write(p)
}

// attach reads and writes on the connection as it is now, with TLS or without.
func (x *session) attach() {
	x.r, x.w = bufio.NewReaderSize(x.conn, 1<<10), bufio.NewWriterSize(slowWriter{x.conn, x.server.conf.WriteTime}, 16<<10)
}

// serve answers one command after another.
func (x *session) serve() {
	x.attach()
	x.signInBy = time.Now().Add(x.server.conf.SignInTime)
	x.ok("POP3 server ready.")
	for !x.over && x.ctx.Err() == nil {
		line, err := x.line()
		if err != nil {
			x.hangUp(err)
			break
		}
		x.command(line)
	}
	x.w.Flush()
	x.conn.Close()
}

// line reads a line, after all answers were sent: a client may have sent more
// than one command (PIPELINING, RFC 2449 section 6.6).
func (x *session) line() (string, error) {
	if x.r.Buffered() == 0 {
		if err := x.w.Flush(); err != nil {
			return "", err
		}
	}
	wait := x.server.conf.Idle
	if x.subject.Account == 0 {
		wait = time.Until(x.signInBy)
	}
	x.conn.SetReadDeadline(time.Now().Add(wait))
	var line []byte
	for {
		part, err := x.r.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > maxLine {
			return "", errLine
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return strings.TrimRight(string(line), "\r\n"), err
		}
	}
}

// hangUp tells a client that is still there why it is left.
func (x *session) hangUp(err error) {
	var late net.Error
	switch {
	case errors.Is(err, errLine):
		x.no("", "The line is too long.")
	case errors.As(err, &late) && late.Timeout():
		x.no("", "Nothing was heard for too long.")
	}
}

func (x *session) ok(format string, args ...any) {
	fmt.Fprintf(x.w, "+OK %s\r\n", fmt.Sprintf(format, args...))
}

// no refuses, with a response code where there is one (RFC 2449 section 8).
func (x *session) no(code, text string) {
	if code != "" {
		text = "[" + code + "] " + text
	}
	text = strings.Map(func(r rune) rune { // one line, in ASCII until the client says UTF8 (RFC 6856 section 2.1)
		if r < 0x20 || r > 0x7e && !(x.utf8 && unicode.IsPrint(r)) {
			return '?'
		}
		return r
	}, text)
	fmt.Fprintf(x.w, "-ERR %s\r\n", text)
}

// fail answers with an error of a room.
func (x *session) fail(err error) {
	switch errs.KindOf(err) {
	case errs.Unauthenticated, errs.Forbidden:
		x.no("AUTH", errs.Text(err)) // RFC 3206 section 4
	case errs.RateLimited:
		x.no("LOGIN-DELAY", errs.Text(err))
	case errs.Unavailable:
		x.no("SYS/TEMP", errs.Text(err))
	case errs.Internal:
		x.server.log.Error("pop command failed", "err", err)
		x.no("SYS/TEMP", errs.Text(err))
	default:
		x.no("", errs.Text(err))
	}
}

// stands says whether the person is still let in, and ends the session when
// they are not. It asks the house at most once in StandEvery.
func (x *session) stands() bool {
	now := time.Now()
	if x.subject.Account == 0 || now.Sub(x.stood) < x.server.conf.StandEvery {
		return true
	}
	x.stood = now
	err := x.server.needs.Standing(x.ctx, x.subject, x.peer)
	if !errs.Is(err, errs.Unauthenticated) {
		if err != nil { // the command will meet the same fault, and say so
			x.server.log.Warn("whether a pop session stands is not known", "err", err)
		}
		return true
	}
	x.no("AUTH", "The sign-in has ended: the account was locked, or has another password.")
	x.over = true
	return false
}
