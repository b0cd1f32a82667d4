package mime

import (
	"bytes"
	"io"
	"sync"
)

// lineBuffer is the parser's window on the message.
const lineBuffer = 32 << 10

// lineReader hands out a message line by line. A line longer than the buffer
// comes in pieces.
type lineReader struct {
	r          io.Reader
	buf        []byte
	start, end int
	off        int64 // offset of buf[start] in the message
	isMidLine  bool  // the next piece continues a line
	err        error
}

var bufferPool = sync.Pool{New: func() any { b := make([]byte, lineBuffer); return &b }}

// next returns the next line with its line end, or a piece of a long line.
// The slice is good until the next call. atStart says that it begins a line.
// At the end it returns nothing; l.err is then io.EOF or the reader's error.
func (l *lineReader) next() (line []byte, atStart bool) {
	atStart = !l.isMidLine
	from := l.start
	for {
		if i := bytes.IndexByte(l.buf[from:l.end], '\n'); i >= 0 {
			l.isMidLine = false
			return l.take(from + i + 1), atStart
		}
		from = l.end
		if l.err != nil || l.start == 0 && l.end == len(l.buf) {
			break
		}
		from -= l.start
		l.fill()
	}
	if l.start == l.end {
		return nil, atStart
	}
	l.isMidLine = true
	return l.take(l.end), atStart
}

func (l *lineReader) take(end int) []byte {
	line := l.buf[l.start:end]
	l.off += int64(len(line))
	l.start = end
	return line
}

// fill moves what is left to the front and reads more behind it.
func (l *lineReader) fill() {
	l.end = copy(l.buf, l.buf[l.start:l.end])
	l.start = 0
	for tries := 0; tries < maxEmptyReads; tries++ {
		n, err := l.r.Read(l.buf[l.end:])
		l.end += n
		if err != nil {
			l.err = err
			return
		}
		if n > 0 {
			return
		}
	}
	l.err = io.ErrNoProgress
}

// maxEmptyReads is how often a reader may return nothing before it is given up.
const maxEmptyReads = 100
