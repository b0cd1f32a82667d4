package outside

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// Timeout is how long a client waits for one answer.
const Timeout = 60 * time.Second

// SMTPError is a refusal of the server.
type SMTPError struct {
	Code int
	Text string
}

// Error implements error.
func (e *SMTPError) Error() string { return fmt.Sprintf("%d %s", e.Code, e.Text) }

// Temporary says whether the client is to try again later.
func (e *SMTPError) Temporary() bool { return e.Code/100 == 4 }

// SMTP is a client connection.
type SMTP struct {
	conn net.Conn
	br   *bufio.Reader
	bw   *bufio.Writer
}

// DialSMTP connects and says EHLO.
func DialSMTP(addr string) (*SMTP, error) {
	conn, err := net.DialTimeout("tcp", addr, Timeout)
	if err != nil {
		return nil, err
	}
	c := &SMTP{conn, bufio.NewReader(conn), bufio.NewWriterSize(conn, 64<<10)}
	if err = c.expect(2); err == nil {
		err = c.Do("EHLO client.example", 2)
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return c, nil
}

// Close closes the connection without QUIT.
func (c *SMTP) Close() error { return c.conn.Close() }

// Do sends a command and expects a class of reply (2 for 2xx).
func (c *SMTP) Do(line string, class int) error {
	c.bw.WriteString(line + "\r\n")
	if err := c.flush(); err != nil {
		return err
	}
	return c.expect(class)
}

// Login authenticates with AUTH PLAIN.
func (c *SMTP) Login(user, password string) error {
	return c.Do("AUTH PLAIN "+base64.StdEncoding.EncodeToString([]byte("\x00"+user+"\x00"+password)), 2)
}

// Send sends one message, pipelined (RFC 2920). It returns nil only after the
// server said 250. text must have CRLF line ends; dots are stuffed here.
func (c *SMTP) Send(from string, to []string, text []byte) error {
	fmt.Fprintf(c.bw, "MAIL FROM:<%s> BODY=8BITMIME\r\n", from)
	for _, rcpt := range to {
		fmt.Fprintf(c.bw, "RCPT TO:<%s>\r\n", rcpt)
	}
	c.bw.WriteString("DATA\r\n")
	if err := c.flush(); err != nil {
		return err
	}
	var refused error
	for range 1 + len(to) {
		if err := c.expect(2); err != nil {
			if _, ok := err.(*SMTPError); !ok {
				return err
			}
			refused = err
		}
	}
	if err := c.expect(3); err != nil {
		if _, ok := err.(*SMTPError); ok {
			c.Do("RSET", 2)
			if refused != nil {
				return refused
			}
		}
		return err
	}
	return c.data(text)
}

// data sends the message itself, dot-stuffed (RFC 5321 section 4.5.2).
func (c *SMTP) data(text []byte) error {
	for rest := text; len(rest) > 0; {
		line := rest
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			line = rest[:i+1]
		}
		if line[0] == '.' {
			c.bw.WriteByte('.')
		}
		c.bw.Write(line)
		rest = rest[len(line):]
	}
	if !bytes.HasSuffix(text, []byte("\r\n")) && len(text) > 0 {
		c.bw.WriteString("\r\n")
	}
	c.bw.WriteString(".\r\n")
	if err := c.flush(); err != nil {
		return err
	}
	return c.expect(2)
}

// SendFrom streams a message that has CRLF line ends and no line that begins
// with a dot.
func (c *SMTP) SendFrom(from, to string, text io.Reader) error {
	for _, line := range []string{"MAIL FROM:<" + from + ">", "RCPT TO:<" + to + ">"} {
		if err := c.Do(line, 2); err != nil {
			return err
		}
	}
	if err := c.Do("DATA", 3); err != nil {
		return err
	}
	c.conn.SetWriteDeadline(time.Time{})
	if _, err := io.Copy(c.bw, text); err != nil {
		return err
	}
	return c.Do(".", 2)
}

func (c *SMTP) flush() error {
	c.conn.SetWriteDeadline(time.Now().Add(Timeout))
	return c.bw.Flush()
}

// expect reads one reply.
func (c *SMTP) expect(class int) error {
	c.conn.SetReadDeadline(time.Now().Add(Timeout))
	for {
		line, err := c.br.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) < 4 {
			return fmt.Errorf("smtp: short reply %q", line)
		}
		if line[3] == '-' {
			continue
		}
		code, err := strconv.Atoi(string(line[:3]))
		if err != nil {
			return fmt.Errorf("smtp: reply %q", line)
		}
		if code/100 != class {
			return &SMTPError{code, strings.TrimSpace(string(line[4:]))}
		}
		return nil
	}
}
