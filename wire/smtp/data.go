package smtp

import (
	"bufio"
	"bytes"
	"io"

	"chancery/kit/errs"
)

// The faults that a DataReader returns instead of io.EOF. The data was read
// to its true end, so the dialogue can go on.
var (
	ErrBareLine = errs.E(errs.Invalid, "A line of the message ends in a lone CR or LF instead of CRLF; nothing was accepted (RFC 5321 section 2.3.8).")
	ErrLongLine = errs.E(errs.Invalid, "A line of the message is too long; nothing was accepted.")
)

// DataReader reads the message that follows DATA, up to the line that is a
// lone dot, and takes the transparency dots away (RFC 5321 section 4.5.2).
//
// Only CRLF ends a line and only CRLF . CRLF ends the data. A CR or LF of its
// own is a fault of the whole message, so that no two servers can see two
// different ends ("SMTP smuggling").
type DataReader struct {
	br      *bufio.Reader
	maxLine int
	rest    []byte // of the line being handed out
	start   bool   // at the start of a line
	cr      bool   // the last piece of a long line ended in CR
	length  int    // of the line so far
	fault   error
	end     error
}

// NewDataReader reads from br. Lines may have up to maxLine bytes without
// CRLF; 0 is no limit.
func NewDataReader(br *bufio.Reader, maxLine int) *DataReader {
	return &DataReader{br: br, maxLine: maxLine, start: true}
}

// Read implements io.Reader. After a fault it gives no more bytes, and the
// fault after having read the rest.
func (d *DataReader) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(d.rest) == 0 {
			if d.end != nil {
				break
			}
			// Hand out what there is before waiting for more.
			if n > 0 && d.br.Buffered() == 0 {
				return n, nil
			}
			d.next()
			continue
		}
		k := copy(p[n:], d.rest)
		d.rest = d.rest[k:]
		n += k
	}
	if n == 0 && d.end != nil {
		return 0, d.end
	}
	return n, nil
}

// Drain reads to the end of the data.
func (d *DataReader) Drain() error {
	for d.end == nil {
		d.next()
	}
	d.rest = nil
	if d.end == io.EOF {
		return nil
	}
	return d.end
}

// next reads a line, or as much of one as the buffer holds.
func (d *DataReader) next() {
	piece, err := d.br.ReadSlice('\n')
	whole := err == nil
	if err != nil && err != bufio.ErrBufferFull {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		d.end, d.rest = err, nil
		return
	}
	if d.start && whole && len(piece) == 3 && piece[0] == '.' && piece[1] == '\r' {
		d.end = io.EOF
		if d.fault != nil {
			d.end = d.fault
		}
		return
	}
	d.check(piece, whole)
	if d.start && piece[0] == '.' {
		piece = piece[1:]
	}
	d.start = whole && d.crlf(piece)
	d.cr = !whole && len(piece) > 0 && piece[len(piece)-1] == '\r'
	if whole {
		d.length = 0
	}
	if d.fault == nil {
		d.rest = piece
	}
}

// crlf says whether a piece that ends in LF ends in CRLF, counting a CR at
// the end of the piece before.
func (d *DataReader) crlf(piece []byte) bool {
	if len(piece) >= 2 {
		return piece[len(piece)-2] == '\r'
	}
	return d.cr
}

// check looks for the faults of a piece.
func (d *DataReader) check(piece []byte, whole bool) {
	body := piece
	if whole {
		if !d.crlf(piece) {
			d.fail(ErrBareLine)
		}
		body = bytes.TrimSuffix(piece[:len(piece)-1], []byte{'\r'})
	} else {
		body = bytes.TrimSuffix(piece, []byte{'\r'}) // may be the first half of CRLF
	}
	if d.cr && !(whole && len(piece) == 1) || bytes.IndexByte(body, '\r') >= 0 {
		d.fail(ErrBareLine)
	}
	d.length += len(body)
	if d.maxLine > 0 && d.length > d.maxLine {
		d.fail(ErrLongLine)
	}
}

func (d *DataReader) fail(err error) {
	if d.fault == nil {
		d.fault = err
	}
}

// LineChecker passes bytes through and fails with ErrBareLine on a CR or LF
// of its own. BDAT counts bytes, so its message cannot be mistaken here; but
// it may go on to a server that counts lines.
type LineChecker struct {
	r     io.Reader
	last  byte
	fault error
}

// NewLineChecker checks what r gives.
func NewLineChecker(r io.Reader) *LineChecker { return &LineChecker{r: r} }

// Read implements io.Reader.
func (c *LineChecker) Read(p []byte) (int, error) {
	if c.fault != nil {
		return 0, c.fault
	}
	n, err := c.r.Read(p)
	for _, b := range p[:n] {
		if (b == '\n') != (c.last == '\r') {
			c.fault = ErrBareLine
			return 0, c.fault
		}
		c.last = b
	}
	if err == io.EOF && c.last == '\r' {
		err = ErrBareLine
	}
	return n, err
}

// WriteData writes a message with its transparency dots and the final dot.
// Every CR, LF and CRLF becomes a CRLF, so that what is stored with other
// line ends cannot confuse the next server.
func WriteData(w *bufio.Writer, r io.Reader) error {
	d := dotter{w: w, start: true}
	if _, err := io.CopyBuffer(struct{ io.Writer }{&d}, struct{ io.Reader }{r}, make([]byte, 16<<10)); err != nil {
		return err
	}
	if d.cr || !d.start {
		d.line()
	}
	_, err := w.WriteString(".\r\n")
	return err
}

// dotter is the writer of WriteData.
type dotter struct {
	w     *bufio.Writer
	start bool // at the start of a line
	cr    bool // a CR is held back
	err   error
}

func (d *dotter) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 && d.err == nil {
		if d.cr {
			d.line()
			if p[0] == '\n' {
				p = p[1:]
				continue
			}
		}
		i := bytes.IndexAny(p, "\r\n")
		if i < 0 {
			d.text(p)
			break
		}
		d.text(p[:i])
		if p[i] == '\r' {
			d.cr = true
		} else {
			d.line()
		}
		p = p[i+1:]
	}
	return n, d.err
}

func (d *dotter) text(p []byte) {
	if len(p) == 0 {
		return
	}
	if d.start && p[0] == '.' {
		d.w.WriteByte('.')
	}
	d.start = false
	_, d.err = d.w.Write(p)
}

func (d *dotter) line() {
	d.cr, d.start = false, true
	_, d.err = d.w.WriteString("\r\n")
}
