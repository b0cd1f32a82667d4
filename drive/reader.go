package drive

import (
	"bufio"
	"context"
	"io"
	"sort"

	"chancery/kit/errs"
	"chancery/store"
)

// reader reads a file from its parts, from any place. One part is open at a
// time; at each new one it asks whether the parcel still stands, so that a
// link that is closed ends what is under way.
type reader struct {
	ctx    context.Context
	db     *store.Store
	scope  store.Scope
	parts  []part
	size   int64
	stands func() error

	pos  int64
	blob *store.Blob   // the part that is open
	in   *bufio.Reader // reads on in it from pos
}

// readAhead is a multiple of what a blob is decrypted in, so that nothing is
// decrypted twice.
const readAhead = 256 << 10

// Seek moves to a place (io.Seeker).
func (r *reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.pos
	case io.SeekEnd:
		offset += r.size
	}
	if offset < 0 {
		return 0, errs.E(errs.Invalid, "before the beginning of the file")
	}
	if offset != r.pos {
		r.close()
	}
	r.pos = offset
	return offset, nil
}

// Read reads on (io.Reader).
func (r *reader) Read(p []byte) (int, error) {
	if r.pos >= r.size {
		return 0, io.EOF
	}
	for {
		if r.blob == nil {
			if err := r.open(); err != nil {
				return 0, err
			}
		}
		n, err := r.in.Read(p)
		r.pos += int64(n)
		if n > 0 || err != io.EOF || r.pos >= r.size {
			return n, err
		}
		r.close() // the next part goes on
	}
}

// open opens the part that the place is in.
func (r *reader) open() error {
	if err := r.stands(); err != nil {
		return err
	}
	i := sort.Search(len(r.parts), func(i int) bool { return r.parts[i].pos+r.parts[i].size > r.pos })
	if i == len(r.parts) || r.parts[i].pos > r.pos {
		return errs.E(errs.Internal, "a file of %d bytes has nothing at %d", r.size, r.pos)
	}
	blob, err := r.db.Open(r.ctx, r.scope, r.parts[i].hash)
	if err != nil {
		return err
	}
	from := r.pos - r.parts[i].pos
	r.blob, r.in = blob, bufio.NewReaderSize(io.NewSectionReader(blob, from, r.parts[i].size-from), readAhead)
	return nil
}

func (r *reader) close() {
	if r.blob != nil {
		r.blob.Close()
		r.blob = nil
	}
}
