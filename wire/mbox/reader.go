package mbox

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"time"
)

// Limits bounds what a file can make the reader hold. A zero field stands for
// its default.
type Limits struct {
	HeaderBytes int // header of one letter that is searched for its state; default 256 KiB
	Line        int // longest piece of a line in memory; default 64 KiB
}

func (l Limits) withDefaults() Limits {
	if l.HeaderBytes <= 0 {
		l.HeaderBytes = 256 << 10
	}
	if l.Line <= 0 {
		l.Line = 64 << 10
	}
	l.Line = max(l.Line, 2*maxSeparator)
	return l
}

// Letter is one letter of a file. Asking for the next one skips what was not
// read of it.
type Letter struct {
	Sender   string    // of the separator, empty where there is none
	At       time.Time // of the separator, zero where there is none
	Keywords []string  // JMAP keywords, sorted, each once
	io.Reader
}

// Reader gives the letters of a file one after the other.
type Reader struct {
	lim     Limits
	src     *bufio.Reader
	state   state
	sender  string // of the separator read last
	at      time.Time
	first   []byte // the first line of a file that begins without a separator
	midline bool   // the last piece did not end its line
}

type state int

const (
	fresh    state = iota // nothing was read
	between               // a separator was read, its letter was not
	inLetter              // within a letter
	ended
)

// NewReader reads a file from its first byte.
func NewReader(r io.Reader, lim Limits) *Reader {
	lim = lim.withDefaults()
	return &Reader{lim: lim, src: bufio.NewReaderSize(r, lim.Line)}
}

// Next returns the next letter, io.EOF after the last, or the error of the
// source.
func (r *Reader) Next() (*Letter, error) {
	for r.state == inLetter {
		if _, err := r.chunk(); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
	}
	if r.state == fresh {
		if err := r.begin(); err != nil {
			return nil, err
		}
	}
	if r.state == ended {
		return nil, io.EOF
	}
	r.state = inLetter
	l := &Letter{Sender: r.sender, At: r.at}
	head, err := r.header(l)
	if err != nil {
		return nil, err
	}
	slices.Sort(l.Keywords)
	l.Keywords = slices.Compact(l.Keywords)
	l.Reader = io.MultiReader(bytes.NewReader(head), &body{r: r})
	return l, nil
}

// begin finds the first separator; a file that begins otherwise is one letter.
func (r *Reader) begin() error {
	for {
		line, err := r.raw()
		switch {
		case errors.Is(err, io.EOF):
			r.state = ended
			return nil
		case err != nil:
			return err
		case isBlank(line):
			continue
		}
		var ok bool
		if r.sender, r.at, ok = parseSeparator(line); !ok {
			r.first = bytes.Clone(line)
		}
		r.state = between
		return nil
	}
}

// header reads the header of a letter, takes the state out of it and returns
// the rest. One that is too long is returned as far as it was read.
func (r *Reader) header(l *Letter) ([]byte, error) {
	var out []byte
	skip, isStart := false, true
	for n := 0; n < r.lim.HeaderBytes; {
		line, err := r.chunk()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		n += len(line)
		if isStart && line[0] != ' ' && line[0] != '\t' {
			name, value, isField := strings.Cut(string(line), ":")
			name = strings.TrimSpace(name)
			if skip = isField && isStateField(name); skip {
				l.Keywords = readState(l.Keywords, name, strings.TrimSpace(value))
			}
		}
		if !skip {
			out = append(out, line...)
		}
		if isStart && isBlank(line) {
			break
		}
		isStart = !r.midline
	}
	return out, nil
}

// chunk returns the next piece of the present letter: a line, or a part of a
// long one, with CRLF for LF. io.EOF says that the letter is over.
func (r *Reader) chunk() ([]byte, error) {
	for r.state == inLetter {
		isStart := !r.midline
		line, isFirst := r.first, r.first != nil
		r.first = nil
		if !isFirst {
			var err error
			if line, err = r.raw(); errors.Is(err, io.EOF) {
				r.state = ended
				break
			} else if err != nil {
				return nil, err
			}
		}
		if isStart && !isFirst {
			if sender, at, ok := parseSeparator(line); ok {
				r.sender, r.at, r.state = sender, at, between
				break
			}
			// RFC 4155 appendix A: the blank line before a separator is the
			// file's and not the letter's; so is the one at the end.
			if isBlank(line) {
				line = bytes.Clone(line) // looking ahead moves the buffer
				if r.endsHere() {
					continue
				}
			}
			if isQuoted(line) {
				line = line[1:]
			}
		}
		return withCRLF(line), nil
	}
	return nil, io.EOF
}

// endsHere says whether a separator or the end of the file comes next.
func (r *Reader) endsHere() bool {
	next, err := r.src.Peek(maxSeparator + 2)
	if len(next) == 0 {
		return err != nil
	}
	if i := bytes.IndexByte(next, '\n'); i >= 0 {
		next = next[:i+1]
	}
	_, _, ok := parseSeparator(next)
	return ok
}

// raw returns the next line of the file, or a piece of a long one. It is
// valid until the next call.
func (r *Reader) raw() ([]byte, error) {
	line, err := r.src.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		err = nil
		// A CR at the cut may be half of a line end: it waits for the rest.
		if n := len(line); line[n-1] == '\r' && r.src.UnreadByte() == nil {
			line = line[:n-1]
		}
	}
	if len(line) > 0 {
		r.midline = line[len(line)-1] != '\n'
		return line, nil
	}
	return nil, err
}

func isBlank(line []byte) bool { return len(bytes.TrimRight(line, "\r\n")) == 0 }

// withCRLF returns a line with the line end that letters have (RFC 5322
// section 2.1).
func withCRLF(line []byte) []byte {
	n := len(line)
	if n == 0 || line[n-1] != '\n' || n > 1 && line[n-2] == '\r' {
		return line
	}
	out := make([]byte, 0, n+1)
	return append(append(out, line[:n-1]...), '\r', '\n')
}

// body reads the rest of a letter.
type body struct {
	r    *Reader
	rest []byte
}

// Read gives the bytes of the letter, with CRLF.
func (b *body) Read(p []byte) (int, error) {
	for len(b.rest) == 0 {
		line, err := b.r.chunk()
		if err != nil {
			return 0, err
		}
		b.rest = line
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}
