package imap

import (
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
	deflate, err := flate.NewWriter(s.conn, flate.BestSpeed)
	if err != nil {
		s.broken = err
		return
	}
	ahead := bytes.Clone(s.r.SetSource(nil)) // compressed already, if any
	s.r.SetSource(source{s, wire.Inflate(io.MultiReader(bytes.NewReader(ahead), s.conn))})
	s.out.w = deflate
	s.flushDeflate = deflate.Flush
	s.compressed = true
}
