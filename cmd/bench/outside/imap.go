package outside

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// IMAPError is a tagged NO or BAD, or BYE.
type IMAPError struct{ Status, Text string }

// Error implements error.
func (e *IMAPError) Error() string { return e.Status + " " + e.Text }

// IMAP is a client connection.
type IMAP struct {
	conn net.Conn
	br   *bufio.Reader
	bw   *bufio.Writer
	tag  int
	// Wait is how long one answer may take; Timeout when zero.
	Wait time.Duration
}

// Line is one untagged response without its "* " and line end. Literals stand
// in Text as {n} and in Literals in their order.
type Line struct {
	Text     string
	Literals [][]byte
}

// Answer is what a command brought.
type Answer struct {
	Lines []Line
	Text  string // of the tagged response, after OK
}

// DialIMAP connects and reads the greeting.
func DialIMAP(addr string) (*IMAP, error) {
	conn, err := net.DialTimeout("tcp", addr, Timeout)
	if err != nil {
		return nil, err
	}
	c := &IMAP{conn: conn, br: bufio.NewReaderSize(conn, 32<<10), bw: bufio.NewWriterSize(conn, 8<<10)}
	c.deadline()
	line, err := c.br.ReadString('\n')
	if err == nil && !strings.HasPrefix(line, "* OK") {
		err = &IMAPError{"BYE", strings.TrimSpace(line)}
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return c, nil
}

// Close closes the connection without LOGOUT.
func (c *IMAP) Close() error { return c.conn.Close() }

func (c *IMAP) deadline() {
	wait := c.Wait
	if wait == 0 {
		wait = Timeout
	}
	c.conn.SetDeadline(time.Now().Add(wait))
}

// Login signs in.
func (c *IMAP) Login(user, password string) error {
	_, err := c.Do("LOGIN %s %s", user, password)
	return err
}

// Do sends a command and returns its answer; a NO or BAD is an [IMAPError].
func (c *IMAP) Do(format string, args ...any) (Answer, error) {
	var a Answer
	tag, err := c.send(format, args...)
	if err != nil {
		return a, err
	}
	a.Text, err = c.finish(tag, func(l Line) { a.Lines = append(a.Lines, l) })
	return a, err
}

// Count is Do for measuring: it keeps nothing of the answer and returns the
// number of its untagged lines.
func (c *IMAP) Count(format string, args ...any) (n int, err error) {
	tag, err := c.send(format, args...)
	if err != nil {
		return 0, err
	}
	c.deadline()
	want := []byte(tag + " ")
	for {
		line, err := c.br.ReadSlice('\n')
		for err == bufio.ErrBufferFull { // the end of a long line says whether a literal follows
			line, err = c.br.ReadSlice('\n')
		}
		if err != nil {
			return n, err
		}
		if size, ok := literal(line); ok {
			if _, err := c.br.Discard(size); err != nil {
				return n, err
			}
			continue
		}
		if bytes.HasPrefix(line, want) {
			_, err := tagged(string(line[len(want):]))
			return n, err
		}
		n++
	}
}

func (c *IMAP) send(format string, args ...any) (string, error) {
	c.tag++
	tag := "t" + strconv.Itoa(c.tag)
	c.bw.WriteString(tag + " ")
	fmt.Fprintf(c.bw, format, args...)
	c.bw.WriteString("\r\n")
	c.deadline()
	return tag, c.bw.Flush()
}

// finish reads up to the tagged response.
func (c *IMAP) finish(tag string, each func(Line)) (string, error) {
	for {
		l, err := c.line()
		if err != nil {
			return "", err
		}
		switch {
		case strings.HasPrefix(l.Text, tag+" "):
			return tagged(l.Text[len(tag)+1:])
		case strings.HasPrefix(l.Text, "* "):
			l.Text = l.Text[2:]
			each(l)
		}
	}
}

func tagged(rest string) (string, error) {
	status, text, _ := strings.Cut(strings.TrimRight(rest, "\r\n"), " ")
	if status != "OK" {
		return "", &IMAPError{status, text}
	}
	return text, nil
}

// line reads one response with its literals.
func (c *IMAP) line() (l Line, err error) {
	c.deadline()
	var text strings.Builder
	for {
		part, err := c.br.ReadString('\n')
		if err != nil {
			return l, err
		}
		size, ok := literal([]byte(part))
		text.WriteString(strings.TrimRight(part, "\r\n"))
		if !ok {
			l.Text = text.String()
			return l, nil
		}
		body := make([]byte, size)
		if _, err := io.ReadFull(c.br, body); err != nil {
			return l, err
		}
		l.Literals = append(l.Literals, body)
	}
}

// literal reads the {n} at the end of a line.
func literal(line []byte) (int, bool) {
	line = bytes.TrimRight(line, "\r\n")
	if !bytes.HasSuffix(line, []byte("}")) {
		return 0, false
	}
	i := bytes.LastIndexByte(line, '{')
	if i < 0 {
		return 0, false
	}
	n, err := strconv.Atoi(string(line[i+1 : len(line)-1]))
	return n, err == nil
}

// Append appends a message and returns its UID (RFC 4315). flags is "" or a
// list in parentheses.
func (c *IMAP) Append(mailbox, flags string, text []byte) (uint32, error) {
	return c.AppendFrom(mailbox, flags, int64(len(text)), bytes.NewReader(text))
}

// AppendFrom is Append of a stream; the literal is sent without waiting (RFC 7888).
func (c *IMAP) AppendFrom(mailbox, flags string, size int64, text io.Reader) (uint32, error) {
	if flags != "" {
		flags = " " + flags
	}
	c.tag++
	tag := "t" + strconv.Itoa(c.tag)
	c.deadline()
	fmt.Fprintf(c.bw, "%s APPEND %s%s {%d+}\r\n", tag, mailbox, flags, size)
	if _, err := io.CopyN(c.bw, text, size); err != nil {
		return 0, err
	}
	c.bw.WriteString("\r\n")
	if err := c.bw.Flush(); err != nil {
		return 0, err
	}
	ok, err := c.finish(tag, func(Line) {})
	if err != nil {
		return 0, err
	}
	var validity, uid uint32
	if _, err := fmt.Sscanf(ok, "[APPENDUID %d %d]", &validity, &uid); err != nil {
		return 0, fmt.Errorf("imap: no APPENDUID in %q", ok)
	}
	return uid, nil
}

// Idle sends IDLE and waits for the continuation.
func (c *IMAP) Idle() error {
	if _, err := c.send("IDLE"); err != nil {
		return err
	}
	line, err := c.line()
	if err == nil && !strings.HasPrefix(line.Text, "+") {
		err = fmt.Errorf("imap: %q instead of a continuation", line.Text)
	}
	return err
}

// Next waits for one untagged response while idling.
func (c *IMAP) Next() (string, error) {
	l, err := c.line()
	return l.Text, err
}

// Literals fetches one item of all messages of the selected mailbox and calls
// each with the response's text and the item's bytes, as they come.
func (c *IMAP) Literals(command string, each func(text string, body []byte)) error {
	tag, err := c.send("%s", command)
	if err != nil {
		return err
	}
	_, err = c.finish(tag, func(l Line) {
		if len(l.Literals) == 1 {
			each(l.Text, l.Literals[0])
		}
	})
	return err
}
