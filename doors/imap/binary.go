package imap

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"

	"chancery/kit/errs"
	"chancery/mail"
	"chancery/wire/mime"
)

// A message sent as literal8 may hold NUL octets (RFC 3516 section 4.4), which
// no client without BINARY can fetch. Parts that hold one are stored in
// base64; BINARY gives them back as they came. Everything else stays as it is.

// withoutNUL returns a letter that holds no NUL: the given one if it has none.
func withoutNUL(ctx context.Context, account *mail.Account, letter *mail.Letter) (*mail.Letter, error) {
	blob, err := letter.Open(ctx)
	if err != nil {
		return letter, err
	}
	defer blob.Close()
	pieces, err := splitAtNUL(blob, letter.Content.Message, letter.Size())
	if err != nil || pieces == nil {
		return letter, err
	}
	fresh, err := account.Spool(ctx, io.MultiReader(pieces...))
	if err != nil {
		return letter, err
	}
	letter.Discard()
	return fresh, nil
}

// splitAtNUL cuts a message into pieces that stay and parts to encode; nil
// when there is nothing to do.
func splitAtNUL(src io.ReaderAt, m *mime.Message, size int64) ([]io.Reader, error) {
	var pieces []io.Reader
	done := int64(0)
	var failed error
	keep := func(to int64) {
		section := io.NewSectionReader(src, done, to-done)
		if has, err := hasNUL(section); has || err != nil {
			failed = errors.Join(err, errs.E(errs.Invalid, "The message holds a NUL octet outside of its parts."))
		}
		section.Seek(0, io.SeekStart)
		pieces = append(pieces, section)
		done = to
	}
	m.Walk(true, func(p *mime.Part) bool {
		if p.IsMultipart() || p.Nested != nil || failed != nil {
			return failed == nil
		}
		var has bool
		if has, failed = hasNUL(p.Raw(src)); failed != nil || !has {
			return failed == nil
		}
		keep(p.Header)
		header, err := base64Header(src, p)
		if err != nil {
			failed = err
			return false
		}
		pieces = append(pieces, bytes.NewReader(header), encoded(p.Raw(src)))
		done = p.End
		return true
	})
	if failed != nil || pieces == nil {
		return nil, failed
	}
	keep(size)
	return pieces, failed
}

func hasNUL(r io.Reader) (bool, error) {
	buf := make([]byte, 16<<10)
	for {
		n, err := r.Read(buf)
		if bytes.IndexByte(buf[:n], 0) >= 0 {
			return true, nil
		}
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
}

// base64Header is the header of a part with its encoding replaced.
func base64Header(src io.ReaderAt, p *mime.Part) ([]byte, error) {
	if p.Body-p.Header > maxHeader {
		return nil, errs.E(errs.TooLarge, "The header of a binary part is too long.")
	}
	raw := make([]byte, p.Body-p.Header)
	if _, err := io.ReadFull(io.NewSectionReader(src, p.Header, p.Body-p.Header), raw); err != nil {
		return nil, err
	}
	out := []byte("Content-Transfer-Encoding: base64\r\n")
	drop := false
	for line := range bytes.Lines(raw) {
		if line[0] != ' ' && line[0] != '\t' {
			name, _, _ := bytes.Cut(line, []byte{':'})
			drop = bytes.EqualFold(bytes.TrimRight(name, " \t"), []byte("Content-Transfer-Encoding"))
		}
		if !drop {
			out = append(out, line...)
		}
	}
	return out, nil
}

// encoded streams base64 in lines of 76 (RFC 2045 section 6.8).
func encoded(src io.Reader) io.Reader { return &lineEncoder{src: src} }

type lineEncoder struct {
	src   io.Reader
	ready []byte // encoded, not yet read
	line  [78]byte
}

// Read encodes line by line.
func (e *lineEncoder) Read(p []byte) (int, error) {
	if len(e.ready) == 0 {
		var raw [57]byte
		n, err := io.ReadFull(e.src, raw[:])
		if n == 0 {
			return 0, err
		}
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return 0, err
		}
		base64.StdEncoding.Encode(e.line[:], raw[:n])
		size := base64.StdEncoding.EncodedLen(n)
		e.ready = append(e.line[:size], "\r\n"...)
	}
	n := copy(p, e.ready)
	e.ready = e.ready[n:]
	return n, nil
}
