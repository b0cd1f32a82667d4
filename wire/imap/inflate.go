package imap

import (
	"errors"
	"io"
)

// Inflate reads a DEFLATE stream (RFC 1951) as COMPRESS needs it (RFC 4978):
// it hands out everything that can be decoded from what has arrived before it
// waits for more. compress/flate waits for the end of the next block first,
// so that a client which ends its commands with a partial flush, as zlib
// clients may, would never be answered (golang.org/issue/31514); and the last
// bits of such a flush stay behind in the client, so that no block boundary
// helps.
//
// To that end decoding goes in small steps, each of which is undone when its
// input is not complete.
func Inflate(src io.Reader) io.Reader { return &inflater{src: src} }

const (
	window   = 32 << 10 // the furthest distance
	stepGoal = 16 << 10 // decode about so much at a time
)

var (
	errShort   = errors.New("more input is needed")
	errCorrupt = errors.New("the compressed stream is damaged")
)

// inflater holds the stream's state.
type inflater struct {
	src  io.Reader
	in   []byte
	pos  int    // in bits from the start of in
	hist []byte // output: the window, then what has not been read
	read int    // index of the first octet in hist not read
	err  error

	step      func(*inflater) error // nil: at a block header
	final     bool
	stored    int // octets left in a stored block
	lit, dist huffman
}

// Read returns decoded octets.
func (f *inflater) Read(p []byte) (int, error) {
	for {
		if f.read < len(f.hist) {
			n := copy(p, f.hist[f.read:])
			f.read += n
			return n, nil
		}
		if f.err != nil {
			return 0, f.err
		}
		if f.decode() {
			f.more()
		}
	}
}

// decode takes steps until there is enough output; short says that it ended
// for lack of input.
func (f *inflater) decode() (short bool) {
	f.trim()
	for len(f.hist)-f.read < stepGoal {
		mark := f.pos
		err := f.oneStep()
		if errors.Is(err, errShort) {
			f.pos = mark
			return f.read == len(f.hist)
		}
		if err != nil {
			f.err = err
			return false
		}
	}
	return false
}

func (f *inflater) oneStep() error {
	if f.step != nil {
		return f.step(f)
	}
	return f.header()
}

// trim forgets what lies before the window.
func (f *inflater) trim() {
	if drop := min(f.read, len(f.hist)-window); drop >= window {
		n := copy(f.hist, f.hist[drop:])
		f.hist, f.read = f.hist[:n], f.read-drop
	}
}

// more waits for input.
func (f *inflater) more() {
	f.in = append(f.in[:0], f.in[f.pos>>3:]...)
	f.pos &= 7
	have := len(f.in)
	if cap(f.in)-have < 1024 {
		f.in = append(make([]byte, 0, have+4096), f.in...)
	}
	n, err := readSome(f.src, f.in[have:cap(f.in)])
	f.in = f.in[:have+n]
	if errors.Is(err, io.EOF) && f.pos > 0 {
		err = io.ErrUnexpectedEOF
	}
	f.err = err
}

// peek returns the next bits, least significant first, and how many there
// are, at most 32.
func (f *inflater) peek() (word uint64, n int) {
	i := f.pos >> 3
	for k := 0; k < 5 && i+k < len(f.in); k++ {
		word |= uint64(f.in[i+k]) << (8 * k)
	}
	return word >> (f.pos & 7), min(32, len(f.in)*8-f.pos)
}

func (f *inflater) bits(n int) (int, error) {
	word, have := f.peek()
	if have < n {
		return 0, errShort
	}
	f.pos += n
	return int(word & (1<<n - 1)), nil
}

// header reads a block header (section 3.2.3).
func (f *inflater) header() error {
	if f.final {
		return io.EOF
	}
	bits, err := f.bits(3)
	if err != nil {
		return err
	}
	switch bits >> 1 {
	case 0:
		err = f.storedHeader()
	case 1:
		f.lit, f.dist, f.step = fixedLit, fixedDist, (*inflater).symbol
	case 2:
		err = f.tables()
	default:
		err = errCorrupt
	}
	if err == nil {
		f.final = bits&1 == 1
	}
	return err
}

func (f *inflater) storedHeader() error {
	f.pos = (f.pos + 7) &^ 7
	size, err := f.bits(16)
	if err != nil {
		return err
	}
	check, err := f.bits(16)
	if err != nil {
		return err
	}
	if size != check^0xffff {
		return errCorrupt
	}
	f.stored, f.step = size, (*inflater).copyStored
	return nil
}

func (f *inflater) copyStored() error {
	if f.stored == 0 {
		f.step = nil
		return nil
	}
	i := f.pos >> 3
	n := min(f.stored, len(f.in)-i, stepGoal)
	if n == 0 {
		return errShort
	}
	f.hist = append(f.hist, f.in[i:i+n]...)
	f.pos += 8 * n
	f.stored -= n
	return nil
}

// Base values and extra bits of lengths and distances (section 3.2.5).
var (
	lengthBase  = [29]int{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258}
	lengthExtra = [29]int{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0}
)

func distanceOf(code int) (base, extra int) {
	if code < 4 {
		return code + 1, 0
	}
	extra = code/2 - 1
	return (2+code&1)<<extra + 1, extra
}

// symbol decodes one literal or one length and distance.
func (f *inflater) symbol() error {
	sym, err := f.code(&f.lit)
	switch {
	case err != nil:
		return err
	case sym < 256:
		f.hist = append(f.hist, byte(sym))
		return nil
	case sym == 256:
		f.step = nil
		return nil
	case sym > 285:
		return errCorrupt
	}
	extra, err := f.bits(lengthExtra[sym-257])
	if err != nil {
		return err
	}
	length := lengthBase[sym-257] + extra
	code, err := f.code(&f.dist)
	if err != nil {
		return err
	}
	if code > 29 {
		return errCorrupt
	}
	base, n := distanceOf(code)
	if extra, err = f.bits(n); err != nil {
		return err
	}
	from := len(f.hist) - base - extra
	if from < 0 {
		return errCorrupt
	}
	for range length { // the copy may overlap itself
		f.hist = append(f.hist, f.hist[from])
		from++
	}
	return nil
}
