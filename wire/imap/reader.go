package imap

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"sync"
)

const (
	bufSize = 4096
	maxTag  = 200
)

var bufPool = sync.Pool{New: func() any { return new([bufSize]byte) }}

// Reader reads commands from a client. It is used by one goroutine.
type Reader struct {
	src    io.Reader
	lim    Limits
	accept func() error // tells the client to send the literal it announced
	utf8   bool

	pooled     *[bufSize]byte // the array behind buf when it came from the pool
	buf        []byte
	start, end int
	small      [128]byte // where Wait reads while no buffer is held

	line    []byte // current line without its end; valid until the next read
	pos     int
	used    int64 // octets of this command so far
	literal struct {
		open bool  // announced at the end of line, not read to its end
		sync bool  // the client waits for a continuation request
		left int64 // octets still to come
	}
	mid  bool   // inside a command whose rest must be dropped before the next
	long bool   // the line was over the limit
	cut  string // and this is the tag it started with

	utf8Open bool // the literal being read stands inside UTF8 (...)
}

// NewReader reads from src. accept is called when a synchronising literal may
// be sent; it writes and flushes a continuation request.
func NewReader(src io.Reader, lim Limits, accept func() error) *Reader {
	return &Reader{src: src, lim: lim.WithDefaults(), accept: accept}
}

// SetLimits replaces the limits, for example after sign-in.
func (r *Reader) SetLimits(lim Limits) { r.lim = lim.WithDefaults() }

// SetUTF8 says that mailbox names come as UTF-8 from now on: the client has
// enabled IMAP4rev2 (RFC 9051 section 5.1) or UTF8=ACCEPT (RFC 6855 section 3).
func (r *Reader) SetUTF8(on bool) { r.utf8 = on }

// SetSource goes on reading from another source, for STARTTLS and COMPRESS.
// It returns what was read ahead from the old one.
func (r *Reader) SetSource(src io.Reader) []byte {
	rest := bytes.Clone(r.buf[r.start:r.end])
	r.start, r.end = 0, 0
	r.src = src
	return rest
}

// Buffered is the number of octets read ahead.
func (r *Reader) Buffered() int { return r.end - r.start }

// Release gives the buffer back while the client is silent. Nothing is lost:
// with octets read ahead it does nothing.
func (r *Reader) Release() {
	if r.start != r.end || r.mid {
		return
	}
	if r.pooled != nil {
		bufPool.Put(r.pooled)
	}
	r.pooled, r.buf, r.line = nil, nil, nil
	r.start, r.end, r.pos = 0, 0, 0
}

// Wait blocks until the client has sent something or the source fails. While
// it waits it holds no buffer.
func (r *Reader) Wait() error {
	if err := r.finish(); err != nil {
		return err
	}
	if r.start != r.end {
		return nil
	}
	r.Release()
	n, err := readSome(r.src, r.small[:])
	if err != nil {
		return err
	}
	r.acquire()
	r.start, r.end = 0, copy(r.buf, r.small[:n])
	return nil
}

func (r *Reader) acquire() {
	r.pooled = bufPool.Get().(*[bufSize]byte)
	r.buf = r.pooled[:]
}

// fill reads more behind end; there must be room.
func (r *Reader) fill() error {
	if r.buf == nil {
		r.acquire()
	}
	if r.start == r.end {
		r.start, r.end = 0, 0
	}
	n, err := readSome(r.src, r.buf[r.end:])
	r.end += n
	return err
}

// readSome reads at least one octet or fails; an error beside data waits for
// the next call, as the source will repeat it.
func readSome(src io.Reader, p []byte) (int, error) {
	for range 100 {
		n, err := src.Read(p)
		if n > 0 {
			return n, nil
		}
		if err != nil {
			return 0, err
		}
	}
	return 0, io.ErrNoProgress
}

// readLine makes the next line current. A line over the limit is cut: its
// rest is read and dropped, and long is set.
func (r *Reader) readLine() error {
	r.long = false
	scanned := 0
	for {
		if i := bytes.IndexByte(r.buf[r.start+scanned:r.end], '\n'); i >= 0 {
			line := r.buf[r.start : r.start+scanned+i]
			r.start += scanned + i + 1
			// RFC 9051 section 4 wants CRLF; a lone LF is understood too.
			r.line, r.pos = bytes.TrimSuffix(line, []byte{'\r'}), 0
			r.used += int64(len(line))
			r.literal.open, r.long = false, len(line) > r.lim.Line+1
			if r.long {
				r.cut = tagOf(line)
			}
			return r.announce()
		}
		scanned = r.end - r.start
		if scanned > r.lim.Line {
			return r.dropLine()
		}
		if r.end == len(r.buf) {
			r.makeRoom(scanned)
		}
		if err := r.fill(); err != nil {
			if scanned > 0 && errors.Is(err, io.EOF) {
				return io.ErrUnexpectedEOF
			}
			return err
		}
	}
}

// makeRoom moves the unread octets to the front or into a larger buffer.
func (r *Reader) makeRoom(unread int) {
	switch {
	case r.buf == nil:
		r.acquire()
	case r.start > 0:
		copy(r.buf, r.buf[r.start:r.end])
	default:
		bigger := make([]byte, 2*len(r.buf))
		copy(bigger, r.buf[:r.end])
		if r.pooled != nil {
			bufPool.Put(r.pooled)
			r.pooled = nil
		}
		r.buf = bigger
	}
	r.start, r.end = 0, unread
}

// dropLine skips to the end of a line that is too long.
func (r *Reader) dropLine() error {
	dropped := int64(0)
	r.cut = tagOf(r.buf[r.start:r.end])
	r.line, r.pos, r.long = nil, 0, true
	r.literal.open = false
	for {
		i := bytes.IndexByte(r.buf[r.start:r.end], '\n')
		if i >= 0 {
			// The end of the line is kept, for a literal announced there.
			r.line = bytes.TrimSuffix(r.buf[r.start:r.start+i], []byte{'\r'})
			r.start += i + 1
			return r.announce()
		}
		dropped += int64(r.end - r.start)
		if dropped > r.lim.Drain {
			return &FatalError{"A command line has no end. Closing the connection."}
		}
		r.start, r.end = 0, 0
		if err := r.fill(); err != nil {
			return err
		}
	}
}

// tagOf finds the tag at the start of a command that will not be parsed.
func tagOf(line []byte) string {
	n := 0
	for n < len(line) && isAstring(line[n]) && line[n] != '+' {
		n++
	}
	if n == 0 || n > maxTag {
		return "*"
	}
	return string(line[:n])
}

// announce looks for a literal announced at the end of the line:
// "{42}", "{42+}" (RFC 7888) or "~{42}" (RFC 3516).
func (r *Reader) announce() error {
	n := len(r.line)
	if n < 3 || r.line[n-1] != '}' {
		return nil
	}
	open := bytes.LastIndexByte(r.line, '{')
	if open < 0 {
		return nil
	}
	digits, sync := r.line[open+1:n-1], true
	if k := len(digits); k > 0 && digits[k-1] == '+' {
		digits, sync = digits[:k-1], false
	}
	size, err := strconv.ParseUint(string(digits), 10, 63)
	if err != nil || len(digits) > 18 {
		return nil
	}
	r.literal.open, r.literal.sync, r.literal.left = true, sync, int64(size)
	return nil
}

// finish drops what is left of the last command: the octets of
// non-synchronising literals and the lines that follow them. A literal that
// waits for a continuation request is never sent once the command is answered
// (RFC 9051 section 2.2.1), so the command ends there.
func (r *Reader) finish() error {
	for r.mid {
		if !r.literal.open || r.literal.sync {
			break
		}
		if r.literal.left > r.lim.Drain {
			return &FatalError{"The literal is too large to be skipped. Closing the connection."}
		}
		if _, err := io.Copy(io.Discard, literalReader{r}); err != nil {
			return err
		}
		if err := r.readLine(); err != nil {
			return err
		}
	}
	r.mid, r.used, r.literal.open, r.utf8Open = false, 0, false, false
	if r.start == r.end && len(r.buf) > bufSize {
		r.pooled, r.buf, r.line, r.start, r.end = nil, nil, nil, 0, 0
	}
	return nil
}

// literalReader reads the octets of the open literal.
type literalReader struct{ r *Reader }

// Read returns io.EOF at the end of the literal and io.ErrUnexpectedEOF when
// the client goes away before.
func (l literalReader) Read(p []byte) (int, error) {
	r := l.r
	if r.literal.left == 0 {
		return 0, io.EOF
	}
	if int64(len(p)) > r.literal.left {
		p = p[:r.literal.left]
	}
	n := copy(p, r.buf[r.start:r.end])
	r.start += n
	if n == 0 {
		var err error
		if n, err = readSome(r.src, p); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return 0, err
		}
	}
	r.literal.left -= int64(n)
	return n, nil
}

// openLiteral asks the client for the announced literal if it waits to be asked.
func (r *Reader) openLiteral() error {
	if r.literal.sync {
		if err := r.accept(); err != nil {
			return err
		}
		r.literal.sync = false // from here on it will come
	}
	return nil
}

// Next reads one command. It returns a *SyntaxError for one that makes no
// sense, a *FatalError when the connection must be closed, or the error of the
// source.
func (r *Reader) Next() (Request, error) {
	if err := r.finish(); err != nil {
		return Request{}, err
	}
	if err := r.readLine(); err != nil {
		return Request{}, err
	}
	r.mid = true
	l := &lexer{r: r}
	req := l.request()
	if l.ioErr != nil {
		return Request{}, l.ioErr
	}
	if l.err != nil {
		l.err.Tag = req.Tag
		return Request{}, l.err
	}
	return req, nil
}

// ReadLine reads one bare line: a SASL answer or the DONE of IDLE.
func (r *Reader) ReadLine() (string, error) {
	if err := r.finish(); err != nil {
		return "", err
	}
	if err := r.readLine(); err != nil {
		return "", err
	}
	if r.long {
		return "", syntaxf("The line is too long.")
	}
	return string(r.line), nil
}
