package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"sync"
	"time"

	"chancery/kit/errs"

	"github.com/minio/sio"
)

// Hash is the SHA-256 of a blob's plain bytes, its name inside a scope.
type Hash [sha256.Size]byte

// String returns the hash in hex.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// ParseHash reads what String wrote.
func ParseHash(s string) (h Hash, ok bool) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(h) {
		return h, false
	}
	return Hash(b), true
}

// SmallBlob is the size up to which a blob is kept in memory while staged and
// stored in a segment, together with its neighbours; above it has a file of
// its own.
const SmallBlob = 256 << 10

// A record is a header and DARE 2.0 packages (github.com/minio/sio):
//
//	magic "CHB1" | key version, 4 bytes | plain size, 8 bytes | hash, 32 bytes | salt, 32 bytes
//
// The header lets a scan of the segments find every blob without the database.
// A large blob is written while it arrives, so its header has size and hash zero.
const (
	recordMagic  = "CHB1"
	recordHeader = 4 + 4 + 8 + sha256.Size + 32
)

// Staged is a blob that is encrypted but not yet durable. It must be passed
// to [Store.WriteBlobs], or be given up with Discard.
type Staged struct {
	Scope Scope
	Hash  Hash
	Size  int64
	plain []byte // a small blob's bytes
	rec   []byte // a small blob's record
	place place
	s     *Store
}

// place is where a record lies.
type place struct {
	file string
	pos  int64
	len  int64
	size int64 // plain bytes
}

// Bytes returns the plain bytes of a small blob, nil for a large one.
func (b *Staged) Bytes() []byte { return b.plain }

func (b *Staged) stored() bool { return b.place.file != "" }

// Stage reads a blob to its end and encrypts it. At most limit bytes are
// taken (TooLarge beyond); a blob above SmallBlob goes to the disk at once,
// in bounded memory.
func (s *Store) Stage(ctx context.Context, scope Scope, r io.Reader, limit int64) (*Staged, error) {
	version, key, err := s.sealKey(ctx, scope)
	if err != nil {
		return nil, err
	}
	head, err := readUpTo(r, SmallBlob+1)
	if err != nil {
		return nil, err
	}
	if int64(len(head)) > limit {
		return nil, tooLarge(limit)
	}
	if len(head) <= SmallBlob {
		return s.stageSmall(scope, version, key, head)
	}
	return s.stageLarge(ctx, scope, version, key, io.MultiReader(bytes.NewReader(head), r), limit)
}

// readUpTo reads at most n bytes, growing as it goes.
func readUpTo(r io.Reader, n int64) ([]byte, error) {
	var buf bytes.Buffer
	buf.Grow(8 << 10)
	_, err := io.CopyN(&buf, r, n)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return buf.Bytes(), nil
}

func tooLarge(limit int64) error {
	return errs.E(errs.TooLarge, "larger than the limit of %d bytes", limit)
}

func (s *Store) stageSmall(scope Scope, version uint32, key [32]byte, plain []byte) (*Staged, error) {
	b := &Staged{Scope: scope, Hash: sha256.Sum256(plain), Size: int64(len(plain)), plain: plain, s: s}
	sealed, err := sio.EncryptedSize(uint64(len(plain)))
	if err != nil {
		return nil, err
	}
	rec := bytes.NewBuffer(make([]byte, 0, recordHeader+int(sealed)))
	salt := writeHeader(rec, version, b.Size, b.Hash)
	w, err := sio.EncryptWriter(rec, dareConfig(key, salt))
	if err != nil {
		return nil, err
	}
	if _, err = w.Write(plain); err == nil {
		err = w.Close()
	}
	b.rec = rec.Bytes()
	return b, err
}

// writeHeader writes a record header and returns its salt.
func writeHeader(w *bytes.Buffer, version uint32, size int64, h Hash) []byte {
	w.WriteString(recordMagic)
	binary.Write(w, binary.BigEndian, version)
	binary.Write(w, binary.BigEndian, size)
	w.Write(h[:])
	salt := make([]byte, 32)
	rand.Read(salt)
	w.Write(salt)
	return salt
}

func dareConfig(data [32]byte, salt []byte) sio.Config {
	return sio.Config{MinVersion: sio.Version20, MaxVersion: sio.Version20, Key: deriveKey(data, salt)}
}

func (s *Store) stageLarge(ctx context.Context, scope Scope, version uint32, key [32]byte, r io.Reader, limit int64) (*Staged, error) {
	f, err := s.depot.create(ctx)
	if err != nil {
		return nil, s.classify(err)
	}
	var header bytes.Buffer
	salt := writeHeader(&header, version, 0, Hash{})
	sum := sha256.New()
	n, err := sealStream(f, header.Bytes(), dareConfig(key, salt), io.TeeReader(io.LimitReader(r, limit+1), sum))
	if err == nil && n > limit {
		err = tooLarge(limit)
	}
	if err == nil {
		err = f.commit()
	}
	if err != nil {
		f.abort()
		return nil, s.classify(err)
	}
	b := &Staged{Scope: scope, Hash: Hash(sum.Sum(nil)), Size: n, s: s}
	b.place = place{file: f.name(), len: f.size(), size: n}
	return b, nil
}

func sealStream(f io.Writer, header []byte, cfg sio.Config, r io.Reader) (int64, error) {
	if _, err := f.Write(header); err != nil {
		return 0, err
	}
	w, err := sio.EncryptWriter(f, cfg)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(w, r)
	if err != nil {
		return n, err
	}
	return n, w.Close()
}

// Discard gives up a staged blob that no transaction took.
func (b *Staged) Discard() {
	if b.rec == nil && b.stored() {
		b.s.depot.remove(context.Background(), b.place.file)
	}
}

// Open returns the plain bytes of a staged blob before it is committed.
func (b *Staged) Open(ctx context.Context) (*Blob, error) {
	if b.rec != nil {
		return &Blob{r: bytes.NewReader(b.plain), size: b.Size}, nil
	}
	return b.s.openPlace(ctx, b.Scope, b.place)
}

// depotAppend appends the records of small blobs with one sync for all.
func (s *Store) depotAppend(all []*Staged) error {
	recs := make([][]byte, len(all))
	for i, b := range all {
		recs[i] = b.rec
	}
	file, pos, err := s.depot.append(context.Background(), recs)
	if err != nil {
		return s.classify(err)
	}
	for i, b := range all {
		b.place = place{file: file, pos: pos[i], len: int64(len(b.rec)), size: b.Size}
	}
	return nil
}

// Ref counts n more rows that name the staged blob, in the transaction that
// writes them. A blob that is there already keeps its place.
func (tx *Tx) Ref(ctx context.Context, b *Staged, n int) error {
	var file string
	var pos int64
	err := tx.Row(ctx, `INSERT INTO blob (org_id, level, hash, size, file, pos, len, refs, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (org_id, level, hash) DO UPDATE SET refs = blob.refs + $8
		RETURNING file, pos`,
		[]any{b.Scope.Org, b.Scope.Level, b.Hash[:], b.Size, b.place.file, b.place.pos, b.place.len, n, time.Now().UnixMilli()}, &file, &pos)
	if err != nil {
		return err
	}
	stored := place{file: file, pos: pos, len: b.place.len, size: b.Size}
	tx.OnCommit(func() {
		b.s.places.put(b.Scope, b.Hash, stored)
		if file != b.place.file {
			b.Discard()
		}
	})
	return nil
}

// RefHash counts n more (or, negative, fewer) rows that name a blob which is
// stored already; NotFound when it is not. At zero the blob is removed by a
// later [Store.Sweep].
func (tx *Tx) RefHash(ctx context.Context, scope Scope, h Hash, n int) error {
	rows, err := tx.Exec(ctx, "UPDATE blob SET refs = refs + $4, changed_at = $5 WHERE org_id = $1 AND level = $2 AND hash = $3",
		scope.Org, scope.Level, h[:], n, time.Now().UnixMilli())
	if err == nil && rows == 0 {
		err = errs.E(errs.NotFound, "the blob %s is not stored", h)
	}
	return err
}

// Blob is an open blob's plain bytes.
type Blob struct {
	r      io.ReaderAt
	size   int64
	closer io.Closer
}

// Size returns the number of plain bytes.
func (b *Blob) Size() int64 { return b.size }

// ReadAt reads plain bytes (io.ReaderAt).
func (b *Blob) ReadAt(p []byte, off int64) (int, error) { return b.r.ReadAt(p, off) }

// Reader returns a reader over all plain bytes.
func (b *Blob) Reader() io.Reader { return io.NewSectionReader(b.r, 0, b.size) }

// Close releases the file; a blob that is small holds none.
func (b *Blob) Close() error {
	if b.closer != nil {
		return b.closer.Close()
	}
	return nil
}

// Open opens a stored blob; NotFound when the scope has none of that hash.
func (s *Store) Open(ctx context.Context, scope Scope, h Hash) (*Blob, error) {
	p, err := s.find(ctx, scope, h)
	if err != nil {
		return nil, err
	}
	b, err := s.openPlace(ctx, scope, p)
	if err == nil {
		return b, nil
	}
	// The record may just have been moved to another segment.
	s.places.drop(scope, h)
	if p, err = s.find(ctx, scope, h); err != nil {
		return nil, err
	}
	b, err = s.openPlace(ctx, scope, p)
	return b, s.classify(err)
}

func (s *Store) find(ctx context.Context, scope Scope, h Hash) (place, error) {
	if p, ok := s.places.get(scope, h); ok {
		return p, nil
	}
	var p place
	err := s.Read(ctx, func(tx *Tx) error {
		return tx.Row(ctx, "SELECT file, pos, len, size FROM blob WHERE org_id = $1 AND level = $2 AND hash = $3",
			[]any{scope.Org, scope.Level, h[:]}, &p.file, &p.pos, &p.len, &p.size)
	})
	if errors.Is(err, ErrNoRows) {
		return p, errs.E(errs.NotFound, "there is no such blob")
	}
	if err == nil {
		s.places.put(scope, h, p)
	}
	return p, err
}

func (s *Store) openPlace(ctx context.Context, scope Scope, p place) (*Blob, error) {
	if p.size <= SmallBlob {
		return s.openSmall(ctx, scope, p)
	}
	f, err := s.depot.open(ctx, p.file)
	if err != nil {
		return nil, err
	}
	header := make([]byte, recordHeader)
	if _, err := f.ReadAt(header, p.pos); err != nil {
		f.Close()
		return nil, err
	}
	cfg, err := s.openConfig(ctx, scope, header)
	if err != nil {
		f.Close()
		return nil, err
	}
	r, err := sio.DecryptReaderAt(io.NewSectionReader(f, p.pos+recordHeader, p.len-recordHeader), cfg)
	if err != nil {
		f.Close()
		return nil, err
	}
	return &Blob{r: r, size: p.size, closer: f}, nil
}

func (s *Store) openSmall(ctx context.Context, scope Scope, p place) (*Blob, error) {
	if p.size == 0 { // DARE has no package for nothing
		return &Blob{r: bytes.NewReader(nil)}, nil
	}
	rec := make([]byte, p.len)
	if err := s.depot.read(ctx, p.file, rec, p.pos); err != nil {
		return nil, err
	}
	if len(rec) < recordHeader {
		return nil, errs.E(errs.Internal, "blob record in %s at %d is cut short", p.file, p.pos)
	}
	cfg, err := s.openConfig(ctx, scope, rec[:recordHeader])
	if err != nil {
		return nil, err
	}
	plain, err := sio.DecryptBuffer(make([]byte, 0, p.size), rec[recordHeader:], cfg)
	if err != nil {
		return nil, err
	}
	return &Blob{r: bytes.NewReader(plain), size: p.size}, nil
}

// openConfig reads a record header into the key that opens the record.
func (s *Store) openConfig(ctx context.Context, scope Scope, header []byte) (sio.Config, error) {
	if string(header[:4]) != recordMagic {
		return sio.Config{}, errs.E(errs.Internal, "not a blob record")
	}
	key, err := s.openKey(ctx, scope, binary.BigEndian.Uint32(header[4:8]))
	if err != nil {
		return sio.Config{}, err
	}
	return dareConfig(key, header[recordHeader-32:]), nil
}

// placeCache remembers where blobs lie, so that a fetch needs no row.
type placeCache struct {
	mu  sync.Mutex
	max int
	m   map[scopedHash]place
}

type scopedHash struct {
	scope Scope
	hash  Hash
}

func newPlaceCache(max int) *placeCache {
	return &placeCache{max: max, m: map[scopedHash]place{}}
}

func (c *placeCache) get(scope Scope, h Hash) (place, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, ok := c.m[scopedHash{scope, h}]
	return p, ok
}

func (c *placeCache) put(scope Scope, h Hash, p place) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k := range c.m { // a random few go when it is full
		if len(c.m) < c.max {
			break
		}
		delete(c.m, k)
	}
	c.m[scopedHash{scope, h}] = p
}

func (c *placeCache) drop(scope Scope, h Hash) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.m, scopedHash{scope, h})
}
