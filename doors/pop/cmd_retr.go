package pop

import (
	"bufio"
	"io"
	"strconv"
	"strings"

	"chancery/kit/errs"
)

// retr is RETR (RFC 1939 section 5).
func (x *session) retr(number string) {
	if l, ok := x.letter(number); ok {
		x.send(l, wholeLetter)
	}
}

// top is TOP (RFC 1939 section 7): the header and so many lines of the body.
func (x *session) top(rest string) {
	number, lines, _ := strings.Cut(rest, " ")
	n, err := strconv.Atoi(strings.TrimSpace(lines))
	if err != nil || n < 0 {
		x.no("", "TOP takes a number and how many lines.")
		return
	}
	if l, ok := x.letter(number); ok {
		x.send(l, n)
	}
}

// wholeLetter is for lines of a body: all.
const wholeLetter = -1

// send writes a letter. One that was removed since the sign-in is not there.
func (x *session) send(l *letter, lines int) {
	blob, _, err := x.account.OpenMessage(x.ctx, l.id)
	if errs.Is(err, errs.NotFound) {
		x.no("", "The letter was removed in the meantime.")
		return
	}
	if err != nil {
		x.fail(err)
		return
	}
	defer blob.Close()
	x.ok("%d octets", l.size)
	if err := writeLetter(x.w, bufio.NewReaderSize(blob.Reader(), 16<<10), lines); err != nil {
		x.over = true // the client cannot know where a broken letter ends
		x.server.log.Warn("pop letter broke", "err", err)
		x.conn.Close()
	}
}

// writeLetter writes a text with CRLF at the end of each line, a dot before
// each that begins with one, and a line with a dot alone at the end (RFC 1939
// section 3). Lines counts those of the body.
func writeLetter(w *bufio.Writer, r *bufio.Reader, lines int) error {
	var last byte = '\n'
	start, empty, body := true, true, false // of a line; a line with nothing in it; after the header
	for {
		c, err := r.ReadByte()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if start && body && lines == 0 {
			break
		}
		if start && c == '.' {
			w.WriteByte('.')
		}
		if c == '\n' && last != '\r' {
			w.WriteByte('\r') // a line that ended in the manner of Unix
		}
		if err := w.WriteByte(c); err != nil {
			return err
		}
		start = c == '\n'
		switch {
		case start && body && lines > 0:
			lines--
		case start && empty:
			body = true
		}
		empty = start || empty && c == '\r'
		last = c
	}
	if last != '\n' {
		w.WriteString("\r\n")
	}
	_, err := w.WriteString(".\r\n")
	return err
}
