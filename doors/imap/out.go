package imap

import (
	"io"
	"strconv"
	"sync"
)

// outSize is the size of the output buffer; more is flushed on the way.
const outSize = 16 << 10

var outPool = sync.Pool{New: func() any { b := make([]byte, 0, outSize); return &b }}

// out collects answers. Its buffer exists only while there is something in
// it. The first error stays and is returned by flush.
type out struct {
	w      io.Writer
	pooled *[]byte
	buf    []byte
	err    error
}

// bytes returns the buffer to append to; hand the result to set.
func (o *out) bytes() []byte {
	if o.buf == nil {
		o.pooled = outPool.Get().(*[]byte)
		o.buf = (*o.pooled)[:0]
	}
	return o.buf
}

// set stores the appended buffer and sends it on when it is large.
func (o *out) set(b []byte) {
	o.buf = b
	if len(b) >= outSize-2048 {
		o.send()
	}
}

func (o *out) send() {
	if o.err == nil && len(o.buf) > 0 {
		_, o.err = o.w.Write(o.buf)
	}
	o.buf = o.buf[:0]
	if cap(o.buf) > 4*outSize { // one answer was very large
		o.buf = nil
		o.release()
	}
}

// flush sends what is there and gives the buffer back.
func (o *out) flush() error {
	if o.buf != nil {
		o.send()
		o.release()
	}
	return o.err
}

func (o *out) release() {
	if o.pooled != nil {
		outPool.Put(o.pooled)
	}
	o.pooled, o.buf = nil, nil
}

// line writes the parts and a line end.
func (o *out) line(parts ...string) {
	b := o.bytes()
	for _, p := range parts {
		b = append(b, p...)
	}
	o.set(append(b, "\r\n"...))
}

// literal streams size octets as a literal; a source that ends early is filled
// up, because the size has been announced.
func (o *out) literal(prefix string, src io.Reader, size int64) {
	b := append(o.bytes(), prefix...)
	b = append(b, '{')
	b = strconv.AppendInt(b, size, 10)
	b = append(b, "}\r\n"...)
	for left := size; ; {
		if len(b) >= outSize-512 || (left > 0 && len(b) == cap(b)) {
			o.set(b)
			o.send()
			b = o.bytes()
		}
		if left == 0 || o.err != nil {
			break
		}
		room := b[len(b):min(cap(b), outSize)]
		if int64(len(room)) > left {
			room = room[:left]
		}
		n, err := io.ReadFull(src, room)
		if err != nil {
			o.err = err // the connection cannot go on after a broken literal
			break
		}
		b, left = b[:len(b)+n], left-int64(n)
	}
	o.set(b)
}
