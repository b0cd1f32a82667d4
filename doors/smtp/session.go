package smtp

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"chancery/kit/errs"
	"chancery/mail"
	"chancery/policy"
	wire "chancery/wire/smtp"
)

// session is one connection.
type session struct {
	srv  *Server
	conn net.Conn // the socket
	tls  *tls.Conn
	kind Kind
	addr netip.Addr
	br   *bufio.Reader
	bw   *bufio.Writer

	busy     atomic.Bool // a command is being carried out
	deadline time.Time   // of the message in transfer
	quit     bool

	helo     string
	esmtp    bool
	subject  policy.Subject
	signedIn bool
	commands int // since the last accepted message
	errors   int
	wrong    int // passwords
	tx       transaction
}

// transaction is the envelope being built between MAIL and the end of data.
type transaction struct {
	open   bool
	from   string
	mail   wire.MailParams
	rcpts  []mail.Recipient // on the MX
	out    []mail.RcptTo    // at submission
	chunks *chunkReader     // BDAT in progress
	result chan taken       // of the chunks
}

// Sizes of a connection's buffers: an ordinary letter comes in one read, and
// idle connections stay small.
const (
	readBuffer  = 8 << 10
	writeBuffer = 1 << 10
)

func newSession(s *Server, c net.Conn, kind Kind, addr netip.Addr) *session {
	return &session{srv: s, conn: c, kind: kind, addr: addr}
}

// attach puts the buffers onto the socket or onto TLS.
func (x *session) attach(rw io.ReadWriter) {
	x.br = bufio.NewReaderSize(rw, readBuffer)
	x.bw = bufio.NewWriterSize(rw, writeBuffer)
}

// socket sets the deadlines of each read and write.
type socket struct {
	net.Conn
	x *session
}

// Read waits CommandTime for the next bytes, and no longer than the message
// in transfer may take.
func (c socket) Read(p []byte) (int, error) {
	limit := time.Now().Add(c.x.srv.conf.CommandTime)
	if !c.x.deadline.IsZero() && c.x.deadline.Before(limit) {
		limit = c.x.deadline
	}
	c.Conn.SetReadDeadline(limit)
	if !c.x.busy.Load() && c.x.srv.isClosing() {
		return 0, ErrClosed
	}
	return c.Conn.Read(p)
}

// Write gives the client CommandTime to take the bytes.
func (c socket) Write(p []byte) (int, error) {
	c.Conn.SetWriteDeadline(time.Now().Add(c.x.srv.conf.CommandTime))
	return c.Conn.Write(p)
}

// wake ends the wait of an idle session, because the server closes.
func (x *session) wake() {
	if !x.busy.Load() {
		x.conn.SetReadDeadline(time.Unix(1, 0))
	}
}

// run is the life of the connection. A fault of ours in one connection must
// not end the others, so a panic is caught here and nowhere else.
func (x *session) run(full bool) {
	defer func() {
		if p := recover(); p != nil {
			x.srv.log.Error("smtp: a connection failed", "panic", p, "stack", string(debug.Stack()))
		}
		x.dropChunks()
	}()
	raw := socket{x.conn, x}
	x.attach(raw)
	if x.kind == SubmissionTLS && !x.handshake(raw) {
		return
	}
	if full {
		x.reply(421, "4.7.0", "Too many connections; please try later.")
		x.bw.Flush()
		return
	}
	x.reply(220, "", x.srv.conf.Hostname+" ESMTP Chancery")
	for !x.quit {
		line, err := x.readLine()
		if err != nil {
			x.hangUp(err)
			break
		}
		x.busy.Store(true)
		x.dispatch(line)
		x.busy.Store(false)
	}
	x.bw.Flush()
}

// handshake puts TLS onto the connection.
func (x *session) handshake(raw socket) bool {
	if x.srv.tls == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(x.srv.ctx, x.srv.conf.HandshakeTime)
	defer cancel()
	conf := x.srv.tls
	if x.kind != MX && x.srv.conf.ProgramTLS != nil {
		conf = x.srv.conf.ProgramTLS
	}
	t := tls.Server(raw, conf)
	if err := t.HandshakeContext(ctx); err != nil {
		x.srv.log.Debug("smtp: no TLS with the client", "peer", x.addr, "err", err)
		return false
	}
	x.tls = t
	x.attach(t)
	return true
}

// hangUp says why the connection ends, where there is somebody to hear it.
func (x *session) hangUp(err error) {
	switch {
	case x.srv.isClosing():
		x.reply(421, "4.3.2", "The server is closing; please try again shortly.")
	case errors.Is(err, os.ErrDeadlineExceeded):
		x.reply(421, "4.4.2", "Nothing was heard for too long.")
	case errors.Is(err, errLongCommand):
		x.reply(500, "5.5.6", "The command line is too long.")
	}
}

var errLongCommand = errors.New("command line too long")

// readLine reads a command line without its CRLF. Replies wait until the
// client has nothing more on the way (RFC 2920 section 3.2).
func (x *session) readLine() (string, error) {
	return x.readLineUpTo(x.srv.conf.MaxCommandLine)
}

func (x *session) readLineUpTo(max int) (string, error) {
	if x.br.Buffered() == 0 {
		if err := x.bw.Flush(); err != nil {
			return "", err
		}
	}
	var line []byte
	for {
		part, err := x.br.ReadSlice('\n')
		if len(line)+len(part) > max {
			return "", errLongCommand
		}
		if err == nil && line == nil {
			return string(part), nil
		}
		line = append(line, part...)
		if err == nil {
			return string(line), nil
		}
		if err != bufio.ErrBufferFull {
			return "", err
		}
		// What comes is long; the client may be waiting for replies.
		if err := x.bw.Flush(); err != nil {
			return "", err
		}
	}
}

// dispatch carries out one command.
func (x *session) dispatch(line string) {
	text, ok := strings.CutSuffix(line, "\r\n")
	if !ok || strings.ContainsAny(text, "\r\n\x00") {
		x.refuse(500, "5.5.2", "A command ends in CRLF and holds no other CR or LF.")
		return
	}
	if x.commands++; x.commands > x.srv.conf.MaxCommands {
		x.reply(421, "4.7.0", "Too many commands without a message.")
		x.quit = true
		return
	}
	name, arg, _ := strings.Cut(text, " ")
	cmd, ok := commands[strings.ToUpper(name)]
	if !ok {
		x.refuse(500, "5.5.2", "The command is not known here.")
		return
	}
	cmd(x, strings.Trim(arg, " "))
}

// reply writes one reply. Lines after the first come with the same code; an
// empty enhanced code leaves it out, as RFC 2034 wants for greetings and 3xx.
func (x *session) reply(code int, enhanced string, lines ...string) {
	for i, l := range lines {
		sep := byte(' ')
		if i < len(lines)-1 {
			sep = '-'
		}
		if enhanced != "" {
			l = enhanced + " " + l
		}
		fmt.Fprintf(x.bw, "%d%c%s\r\n", code, sep, l)
	}
}

// refuse is reply for what went wrong through the client's doing; too much of
// that ends the connection.
func (x *session) refuse(code int, enhanced, text string) {
	x.reply(code, enhanced, text)
	if x.errors++; x.errors >= x.srv.conf.MaxErrors {
		x.reply(421, "4.7.0", "Too many errors.")
		x.quit = true
	}
}

// refuseError refuses with what the error says.
func (x *session) refuseError(at stage, err error) {
	code, enhanced := x.codes(at, err)
	if errs.KindOf(err) == errs.Internal || errs.KindOf(err) == errs.Unavailable {
		// Trouble of ours must not count as the client's.
		x.srv.log.Error("smtp: a command failed", "peer", x.addr, "err", err)
		x.reply(code, enhanced, oneLine(errs.Text(err)))
		return
	}
	x.refuse(code, enhanced, oneLine(errs.Text(err)))
}

// oneLine makes a text fit for a reply: ASCII where the client has not asked
// for more, no line ends, of bounded length.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
	return s[:min(len(s), 400)]
}

// reset forgets the envelope (RFC 5321 section 4.1.1.5).
func (x *session) reset() {
	x.dropChunks()
	x.tx = transaction{}
	x.deadline = time.Time{}
}

// peer describes the connection for Authenticate.
func (x *session) peer() Peer {
	p := Peer{Addr: x.addr, TLS: x.tls != nil, Door: x.kind.String()}
	if t, ok := x.conn.LocalAddr().(*net.TCPAddr); ok {
		p.Local = t.AddrPort()
	}
	if t, ok := x.conn.RemoteAddr().(*net.TCPAddr); ok {
		p.Port = t.AddrPort().Port()
	}
	return p
}
