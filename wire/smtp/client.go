package smtp

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"chancery/kit/errs"
)

// Client is the sending end of one connection. It is not for several
// goroutines at once.
type Client struct {
	conn net.Conn
	tls  *tls.Conn
	br   *bufio.Reader
	bw   *bufio.Writer
	ext  map[string]string // keyword -> parameters, as EHLO told
	wait time.Duration
	done func() bool
}

// ReplyError is a reply that ended what was tried.
type ReplyError struct {
	Command string
	Reply   Reply
}

// Error returns command and reply.
func (e *ReplyError) Error() string { return "to " + e.Command + ": " + e.Reply.String() }

// DataTime is how long the server may take for its answer to the end of the
// message (RFC 5321 section 4.5.3.2.6).
const DataTime = 10 * time.Minute

// NewClient takes a connection over and reads the greeting. wait is how long
// the server may take for each step; the end of ctx closes the connection.
func NewClient(ctx context.Context, conn net.Conn, wait time.Duration) (*Client, error) {
	c := &Client{wait: wait}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	c.done = stop
	c.attach(conn)
	r, err := c.read(wait)
	if err == nil && r.Code != 220 {
		err = &ReplyError{"connecting", r}
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

func (c *Client) attach(conn net.Conn) {
	c.conn = conn
	c.br = bufio.NewReaderSize(conn, 4<<10)
	c.bw = bufio.NewWriterSize(conn, 32<<10)
}

// Close ends the connection without ceremony.
func (c *Client) Close() error {
	c.done()
	return c.conn.Close()
}

// Quit says goodbye and closes. Whatever the server answers, what it accepted
// before is its own (RFC 5321 section 4.1.1.10).
func (c *Client) Quit() error {
	c.Command("QUIT")
	return c.Close()
}

// Command sends one line and reads the reply.
func (c *Client) Command(format string, args ...any) (Reply, error) {
	if err := c.write(format, args...); err != nil {
		return Reply{}, err
	}
	if err := c.bw.Flush(); err != nil {
		return Reply{}, err
	}
	return c.read(c.wait)
}

func (c *Client) write(format string, args ...any) error {
	line := fmt.Sprintf(format, args...)
	if strings.ContainsAny(line, "\r\n\x00") {
		return errs.E(errs.Invalid, "A command cannot hold line ends.")
	}
	c.conn.SetWriteDeadline(time.Now().Add(c.wait))
	_, err := c.bw.WriteString(line + "\r\n")
	return err
}

func (c *Client) read(wait time.Duration) (Reply, error) {
	c.conn.SetReadDeadline(time.Now().Add(wait))
	return ReadReply(c.br)
}

// Hello greets with EHLO, or HELO where the server is that old.
func (c *Client) Hello(name string) error {
	r, err := c.Command("EHLO %s", name)
	if err != nil {
		return err
	}
	c.ext = map[string]string{}
	if r.Permanent() {
		if r, err = c.Command("HELO %s", name); err != nil {
			return err
		}
	} else if r.Code == 250 {
		for _, line := range r.Lines[1:] {
			keyword, params, _ := strings.Cut(line, " ")
			c.ext[strings.ToUpper(keyword)] = params
		}
	}
	if r.Code != 250 {
		return &ReplyError{"EHLO", r}
	}
	return nil
}

// Has says whether the server announced an extension.
func (c *Client) Has(keyword string) bool {
	_, ok := c.ext[keyword]
	return ok
}

// Size returns the announced limit of a message, 0 for none (RFC 1870).
func (c *Client) Size() int64 {
	n, _ := strconv.ParseInt(strings.TrimSpace(c.ext["SIZE"]), 10, 64)
	return max(n, 0)
}

// StartTLS puts TLS onto the connection; Hello must follow (RFC 3207).
func (c *Client) StartTLS(ctx context.Context, conf *tls.Config) error {
	r, err := c.Command("STARTTLS")
	if err != nil {
		return err
	}
	if r.Code != 220 {
		return &ReplyError{"STARTTLS", r}
	}
	if c.br.Buffered() > 0 {
		return errs.E(errs.Unavailable, "the server sent something behind STARTTLS before TLS was up")
	}
	ctx, cancel := context.WithTimeout(ctx, c.wait)
	defer cancel()
	c.conn.SetDeadline(time.Time{})
	t := tls.Client(c.conn, conf)
	if err := t.HandshakeContext(ctx); err != nil {
		return err
	}
	c.tls = t
	c.attach(t)
	c.ext = nil
	return nil
}

// TLS returns the state of the protection, if there is any.
func (c *Client) TLS() (tls.ConnectionState, bool) {
	if c.tls == nil {
		return tls.ConnectionState{}, false
	}
	return c.tls.ConnectionState(), true
}

// Auth signs in with PLAIN or LOGIN (RFC 4954). The caller sees to it that
// the connection is protected.
func (c *Client) Auth(user, password string) error {
	mechanisms := " " + strings.ToUpper(c.ext["AUTH"]) + " "
	if strings.Contains(mechanisms, " PLAIN ") {
		r, err := c.Command("AUTH PLAIN %s", EncodePlain(user, password))
		return signedIn(r, err)
	}
	if !strings.Contains(mechanisms, " LOGIN ") {
		return errs.E(errs.Unsupported, "the server offers neither AUTH PLAIN nor AUTH LOGIN")
	}
	for _, line := range []string{"AUTH LOGIN", encode64(user)} {
		if r, err := c.Command("%s", line); err != nil || r.Code != 334 {
			return signedIn(r, err)
		}
	}
	return signedIn(c.Command("%s", encode64(password)))
}

func signedIn(r Reply, err error) error {
	if err == nil && r.Code != 235 {
		err = &ReplyError{"AUTH", r}
	}
	return err
}

// EncodePlain writes the response of PLAIN (RFC 4616).
func EncodePlain(user, password string) string { return encode64("\x00" + user + "\x00" + password) }

func encode64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// Outgoing is a message with its envelope.
type Outgoing struct {
	From  string
	To    []string
	Mail  MailParams // Size, Body, UTF8, Ret, EnvID are passed on where the server knows them
	Rcpt  []RcptParams
	Bytes io.Reader // with any line ends
}

// Send sends one message and returns a reply for each recipient: that to the
// end of the message where it got so far, else the one that refused it. An
// error means that the connection is of no more use; then replies that came
// before are in the result, and the others have code 0.
func (c *Client) Send(m Outgoing) ([]Reply, error) {
	out := make([]Reply, len(m.To))
	lines := []string{c.mailLine(m)}
	for i, to := range m.To {
		lines = append(lines, c.rcptLine(to, m.Rcpt[i]))
	}
	lines = append(lines, "DATA")
	if c.Has("PIPELINING") {
		return out, c.sendPiped(m, lines, out)
	}
	return out, c.sendSteps(m, lines, out)
}

// sendPiped sends the envelope in one go (RFC 2920 section 3.1).
func (c *Client) sendPiped(m Outgoing, lines []string, out []Reply) error {
	for _, line := range lines {
		if err := c.write("%s", line); err != nil {
			return err
		}
	}
	if err := c.bw.Flush(); err != nil {
		return err
	}
	from, err := c.read(c.wait)
	if err != nil {
		return err
	}
	for i := range out {
		if out[i], err = c.read(c.wait); err != nil {
			out[i] = Reply{}
			return err
		}
		if !from.Ok() {
			out[i] = from
		}
	}
	data, err := c.read(c.wait)
	if err != nil {
		return err
	}
	return c.finish(m, data, out)
}

// sendSteps waits for each reply.
func (c *Client) sendSteps(m Outgoing, lines []string, out []Reply) error {
	from, err := c.Command("%s", lines[0])
	if err != nil {
		return err
	}
	anybody := false
	for i := range out {
		if out[i] = from; from.Ok() {
			if out[i], err = c.Command("%s", lines[i+1]); err != nil {
				out[i] = Reply{}
				return err
			}
		}
		anybody = anybody || out[i].Ok()
	}
	if !anybody {
		return c.reset()
	}
	data, err := c.Command("DATA")
	if err != nil {
		return err
	}
	return c.finish(m, data, out)
}

// finish sends the bytes when somebody is to have them, and gives those
// recipients the reply to the end of the message.
func (c *Client) finish(m Outgoing, data Reply, out []Reply) error {
	accepted := false
	for _, r := range out {
		accepted = accepted || r.Ok()
	}
	final := data
	switch {
	case data.Code == 354 && accepted:
		if err := c.bytes(m.Bytes); err != nil {
			forget(out)
			return err
		}
		var err error
		if final, err = c.read(DataTime); err != nil {
			forget(out)
			return err
		}
	case data.Code == 354:
		// The server lets us send to nobody (RFC 2920 section 3.1).
		if r, err := c.Command("."); err != nil || r.Ok() {
			return errs.Wrap(errs.Unavailable, err, "the server accepted a message for nobody")
		}
		return nil
	case data.Ok():
		// Neither 354 nor a refusal: out of step.
		forget(out)
		return &ReplyError{"DATA", data}
	}
	for i := range out {
		if out[i].Ok() {
			out[i] = final
		}
	}
	if !final.Ok() {
		return c.reset()
	}
	return nil
}

// forget takes back the replies that are worth nothing without a final one.
func forget(out []Reply) {
	for i := range out {
		if out[i].Ok() {
			out[i] = Reply{}
		}
	}
}

func (c *Client) reset() error {
	_, err := c.Command("RSET")
	return err
}

// bytes sends the message, with a new deadline for every buffer.
func (c *Client) bytes(r io.Reader) error {
	w := bufio.NewWriterSize(deadlineWriter{c}, 32<<10)
	if err := WriteData(w, r); err != nil {
		return err
	}
	return w.Flush()
}

type deadlineWriter struct{ c *Client }

func (w deadlineWriter) Write(p []byte) (int, error) {
	w.c.conn.SetWriteDeadline(time.Now().Add(w.c.wait))
	return w.c.conn.Write(p)
}

func (c *Client) mailLine(m Outgoing) string {
	line := "MAIL FROM:<" + m.From + ">"
	if c.Has("SIZE") && m.Mail.Size > 0 {
		line += " SIZE=" + strconv.FormatInt(m.Mail.Size, 10)
	}
	if c.Has("8BITMIME") && m.Mail.Body == Body8Bit {
		line += " BODY=8BITMIME"
	}
	if c.Has("SMTPUTF8") && m.Mail.UTF8 {
		line += " SMTPUTF8"
	}
	if c.Has("DSN") {
		if m.Mail.Ret != "" {
			line += " RET=" + m.Mail.Ret
		}
		if m.Mail.EnvID != "" {
			line += " ENVID=" + EncodeXtext(m.Mail.EnvID)
		}
	}
	return line
}

func (c *Client) rcptLine(to string, p RcptParams) string {
	line := "RCPT TO:<" + to + ">"
	if !c.Has("DSN") {
		return line
	}
	if p.Notify != 0 {
		line += " NOTIFY=" + p.Notify.String()
	}
	if kind, address, ok := strings.Cut(p.ORcpt, ";"); ok {
		switch {
		case kind != "utf-8":
			line += " ORCPT=" + kind + ";" + EncodeXtext(address)
		case c.Has("SMTPUTF8"):
			line += " ORCPT=utf-8;" + encodeUTF8Xtext(address)
		}
	}
	return line
}

// encodeUTF8Xtext writes utf-8-addr-unitext (RFC 6533 section 3).
func encodeUTF8Xtext(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r <= ' ' || r == 0x7f || r == '+' || r == '=' || r == '\\' {
			fmt.Fprintf(&b, `\x{%02X}`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
