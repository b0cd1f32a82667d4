package mime

import (
	"bytes"
	"io"
	"strings"
)

// transfer undoes a Content-Transfer-Encoding piece by piece. Junk never
// stops it; isBad tells afterwards that there was some.
type transfer interface {
	// decode appends the decoded form of src to dst.
	decode(dst, src []byte) []byte
	// finish appends what was held back.
	finish(dst []byte) []byte
	isBad() bool
}

// newTransfer returns the decoder for a Content-Transfer-Encoding as written,
// nil for one that leaves the bytes as they are. isKnown is false for a token
// no standard has; its content is taken as it stands (RFC 2045 section 6.4).
func newTransfer(cte string) (t transfer, isKnown bool) {
	switch normalCTE(cte) {
	case "", "7bit", "8bit", "binary":
		return nil, true
	case "base64":
		return &base64Transfer{}, true
	case "quoted-printable":
		return &qpTransfer{}, true
	case "x-uuencode":
		return &uuTransfer{}, true
	}
	return nil, false
}

// normalCTE reduces the spellings seen in mail to the registered ones.
func normalCTE(cte string) string {
	s := strings.ToLower(cte)
	s, _, _ = strings.Cut(s, ";")
	s = strings.Trim(s, " \t\r\n\"'")
	switch s {
	case "7-bit", "7bits", "7bit", "7 bit", "us-ascii", "none":
		return "7bit"
	case "8-bit", "8bits", "8bit", "8 bit":
		return "8bit"
	case "base64", "base-64", "base 64", "b":
		return "base64"
	case "quoted-printable", "quoted/printable", "quotedprintable", "qp", "quoted printable", "q":
		return "quoted-printable"
	case "x-uuencode", "uuencode", "x-uue", "uue", "x-uu":
		return "x-uuencode"
	}
	return s
}

// base64Transfer reads RFC 2045 section 6.8 and carries on after anything:
// other characters are skipped, padding in the middle starts a new run.
type base64Transfer struct {
	acc uint32
	n   uint8
	bad bool
}

const b64Junk, b64Space, b64Pad = 0xFF, 0xFE, 0xFD

var b64Table = func() (t [256]byte) {
	for i := range t {
		t[i] = b64Junk
	}
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for i := range len(digits) {
		t[digits[i]] = byte(i)
	}
	t[' '], t['\t'], t['\r'], t['\n'], t['='] = b64Space, b64Space, b64Space, b64Space, b64Pad
	return t
}()

func (d *base64Transfer) decode(dst, src []byte) []byte {
	for i := 0; i < len(src); {
		for d.n == 0 && i+4 <= len(src) {
			a, b, c, e := b64Table[src[i]], b64Table[src[i+1]], b64Table[src[i+2]], b64Table[src[i+3]]
			if (a|b|c|e)&0xC0 != 0 {
				break
			}
			v := uint32(a)<<18 | uint32(b)<<12 | uint32(c)<<6 | uint32(e)
			dst = append(dst, byte(v>>16), byte(v>>8), byte(v))
			i += 4
		}
		if i == len(src) {
			break
		}
		switch v := b64Table[src[i]]; v {
		case b64Space:
		case b64Junk:
			d.bad = true
		case b64Pad:
			dst = d.finish(dst)
		default:
			d.acc = d.acc<<6 | uint32(v)
			if d.n++; d.n == 4 {
				dst = append(dst, byte(d.acc>>16), byte(d.acc>>8), byte(d.acc))
				d.acc, d.n = 0, 0
			}
		}
		i++
	}
	return dst
}

func (d *base64Transfer) finish(dst []byte) []byte {
	switch d.n {
	case 1:
		d.bad = true
	case 2:
		dst = append(dst, byte(d.acc>>4))
	case 3:
		dst = append(dst, byte(d.acc>>10), byte(d.acc>>2))
	}
	d.acc, d.n = 0, 0
	return dst
}

func (d *base64Transfer) isBad() bool { return d.bad }

// uuTransfer reads the lines between "begin" and "end".
type uuTransfer struct {
	line  []byte
	state uint8 // 0 before begin, 1 inside, 2 after end
	bad   bool
}

// maxUULine is far over the 61 characters of a uuencoded line.
const maxUULine = 256

func (d *uuTransfer) decode(dst, src []byte) []byte {
	for len(src) > 0 {
		i := bytes.IndexByte(src, '\n')
		if i < 0 {
			d.keep(src)
			break
		}
		d.keep(src[:i])
		dst = d.take(dst)
		src = src[i+1:]
	}
	return dst
}

func (d *uuTransfer) keep(b []byte) {
	if room := maxUULine - len(d.line); len(b) > room {
		b, d.bad = b[:room], true
	}
	d.line = append(d.line, b...)
}

// take handles the line that is complete.
func (d *uuTransfer) take(dst []byte) []byte {
	line := bytes.TrimRight(d.line, "\r")
	d.line = d.line[:0]
	switch {
	case d.state == 0:
		if bytes.HasPrefix(line, []byte("begin ")) {
			d.state = 1
		}
		return dst
	case d.state == 2 || len(line) == 0:
		return dst
	case string(bytes.TrimSpace(line)) == "end":
		d.state = 2
		return dst
	}
	n := int(line[0]-' ') & 0x3F
	line = line[1:]
	for i := 0; n > 0 && i < len(line); i += 4 {
		var q [4]byte
		for j := range q {
			if i+j < len(line) {
				q[j] = (line[i+j] - ' ') & 0x3F
			} // trailing spaces are often trimmed in transit; they stand for zero
		}
		out := [3]byte{q[0]<<2 | q[1]>>4, q[1]<<4 | q[2]>>2, q[2]<<6 | q[3]}
		k := min(n, 3)
		dst = append(dst, out[:k]...)
		n -= k
	}
	if n > 0 {
		d.bad = true
	}
	return dst
}

func (d *uuTransfer) finish(dst []byte) []byte {
	dst = d.take(dst)
	if d.state != 2 {
		d.bad = true
	}
	return dst
}

func (d *uuTransfer) isBad() bool { return d.bad }

// transferReader reads through a transfer.
type transferReader struct {
	src  io.Reader
	t    transfer
	in   []byte
	buf  []byte
	out  []byte // the part of buf not yet read
	done bool
	err  error
}

func newTransferReader(src io.Reader, t transfer) *transferReader {
	return &transferReader{src: src, t: t, in: make([]byte, 8<<10)}
}

// Read returns decoded bytes.
func (r *transferReader) Read(p []byte) (int, error) {
	for len(r.out) == 0 {
		if r.done {
			return 0, r.err
		}
		n, err := r.src.Read(r.in)
		r.out = r.t.decode(r.buf[:0], r.in[:n])
		if err != nil {
			r.done, r.err = true, err
			r.out = r.t.finish(r.out)
		}
		r.buf = r.out[:0]
	}
	n := copy(p, r.out)
	r.out = r.out[n:]
	return n, nil
}
