package imap

import (
	"bufio"
	"bytes"
	"compress/flate"
	"io"

	wire "chancery/wire/imap"
)

// compress is COMPRESS (RFC 4978).
func (s *session) compress(tag string, c wire.Compress) {
	if c.Algorithm != "DEFLATE" {
		s.bad(tag, "", "Only COMPRESS DEFLATE is served.")
		return
	}
	if s.compressed {
		s.no(tag, "COMPRESSIONACTIVE", "The connection is compressed already.")
		return
	}
	s.ok(tag, "Compression starts now.")
	if s.flush() != nil {
		return
	}
	// Level 1 takes a third of the memory and time of the default and comes
	// close to its size on mail.
	d := &deflater{socket: bufio.NewWriterSize(s.conn, 2<<10)}
	var err error
	if d.deflate, err = flate.NewWriter(d.socket, flate.BestSpeed); err != nil {
		s.broken = err
		return
	}
	ahead := bytes.Clone(s.r.SetSource(nil)) // compressed already, if any
	s.r.SetSource(source{s, wire.Inflate(io.MultiReader(bytes.NewReader(ahead), s.conn))})
	s.out.w = d
	s.flushDeflate = d.flush
	s.compressed = true
}

// deflater compresses what is sent. A flush of nothing sends nothing: an empty
// block right behind the answer to COMPRESS, in one segment with it, is what
// isync 1.4 stumbles over.
type deflater struct {
	deflate *flate.Writer
	socket  *bufio.Writer // a flush writes in several small pieces
	pending bool
}

// Write implements io.Writer.
func (d *deflater) Write(p []byte) (int, error) {
	d.pending = true
	return d.deflate.Write(p)
}

func (d *deflater) flush() error {
	if !d.pending {
		return nil
	}
	d.pending = false
	if err := d.deflate.Flush(); err != nil {
		return err
	}
	return d.socket.Flush()
}
