package imap

import (
	"io"
	"time"
)

// Append is APPEND (RFC 9051 section 6.3.12) with MULTIAPPEND (RFC 3502),
// BINARY literals (RFC 3516) and UTF8 literals (RFC 6855 section 4). Its
// messages are not read yet: call Next for each.
type Append struct {
	Mailbox string
	r       *Reader
	count   int
}

// Message is one message of an APPEND.
type Message struct {
	Flags  []string
	Date   time.Time // zero when the client gave none
	Size   int64
	Binary bool // sent as literal8
	UTF8   bool // sent inside UTF8 (...)
	r      *Reader
}

func (*Append) command() {}

func parseAppend(l *lexer, _ bool) Command {
	l.sp()
	c := &Append{Mailbox: l.mailbox()}
	if l.peek() != ' ' {
		l.failf("Expected a message after the mailbox name, found %s.", l.near())
	}
	return c
}

// Next returns the next message, or io.EOF after the last. The one before must
// have been read to its end, or dropped by giving up the whole command.
func (a *Append) Next() (*Message, error) {
	l := &lexer{r: a.r}
	m := &Message{r: a.r}
	if a.count > 0 {
		l.nextLine()
		// UTF8 (~{n} ...) closes after the octets of the literal.
		if l.ok() && a.r.utf8Open {
			a.r.utf8Open = false
			l.want(')', "after the UTF8 literal")
		}
		if l.ok() && l.r.pos == len(l.r.line) {
			return nil, io.EOF
		}
	}
	a.count++
	l.sp()
	l.appendHead(m)
	if l.ok() && m.Size > a.r.lim.Append {
		l.failf("The message has %d octets; at most %d are accepted.", m.Size, a.r.lim.Append)
		l.err.Code, l.err.No = "TOOBIG", true // RFC 7889 section 4
	}
	if l.ioErr != nil {
		return nil, l.ioErr
	}
	if l.err != nil {
		return nil, l.err
	}
	return m, nil
}

// appendHead takes the flags, the date and the announcement of the literal.
func (l *lexer) appendHead(m *Message) {
	if l.peek() == '(' {
		m.Flags = l.flagList()
		l.sp()
	}
	if l.peek() == '"' {
		m.Date = l.dateTime()
		l.sp()
	}
	if c := l.peek(); c == 'U' || c == 'u' {
		if w := l.word("UTF8"); w != "UTF8" {
			l.failf("Expected a message literal, found %s.", quoteWord(w))
		}
		l.sp()
		l.want('(', "after UTF8")
		m.UTF8, l.r.utf8Open = true, true
	}
	m.Binary = l.take('~')
	if m.UTF8 && !m.Binary {
		l.failf("The literal inside UTF8 must be a literal8 such as ~{42}.")
	}
	if l.literalHead() {
		m.Size = l.r.literal.left
	}
}

// Open asks the client for the message and returns its octets; the reader
// ends with io.EOF after Size octets.
func (m *Message) Open() (io.Reader, error) {
	if err := m.r.openLiteral(); err != nil {
		return nil, err
	}
	return literalReader{m.r}, nil
}
