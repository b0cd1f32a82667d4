package store

import (
	"cmp"
	"io"
	"sync"

	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
	"github.com/ncruces/go-sqlite3/vfs/adiantum"
	"golang.org/x/sys/unix"
)

// gatherName is the file layer of durable databases: Adiantum, with the
// writes to the write-ahead log gathered above and below it.
//
// SQLite writes a frame of the log as a header of 24 bytes and a page, so that
// nothing lies on the cipher's blocks of 4 KiB: alone, each frame costs three
// blocks deciphered, three enciphered and six system calls. Gathered until
// the sync that ends a transaction it is one block enciphered, and the calls
// are a handful for all frames together.
const gatherName = "chancery"

// lazyName is the same for databases that can be rebuilt: the log is synced
// before a checkpoint only, as SQLite's synchronous=NORMAL does. It too is
// for synchronous=FULL, so that SQLite says where a transaction ends.
const lazyName = "chancery-lazy"

var registerGather = sync.OnceFunc(func() {
	below := logVFS{vfs.Find(""), newBlockFile}
	cipher := adiantum.Wrap(below, nil)
	vfs.Register(gatherName, logVFS{cipher, func(f vfs.File) vfs.File { return newWALFile(f, false) }})
	vfs.Register(lazyName, logVFS{cipher, func(f vfs.File) vfs.File { return newWALFile(f, true) }})
})

// logVFS wraps the log files of a file layer, and no others.
type logVFS struct {
	vfs.VFS
	wrap func(vfs.File) vfs.File
}

// Open implements vfs.VFS.
func (v logVFS) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, out, err := vfsutil.WrapOpen(v.VFS, name, flags)
	if err == nil && flags&vfs.OPEN_WAL != 0 {
		f = v.wrap(f)
	}
	return f, out, err
}

// OpenFilename implements vfs.VFSFilename.
func (v logVFS) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, out, err := vfsutil.WrapOpenFilename(v.VFS, name, flags)
	if err == nil && flags&vfs.OPEN_WAL != 0 {
		f = v.wrap(f)
	}
	return f, out, err
}

// The layout of a log: sqlite.org/fileformat2.html section 4.1.
const (
	logHeader   = 32
	frameHeader = 24
	pageSize    = 4096

	maxGathered = 1 << 20 // bounds the memory of one connection's gathering

	firstGathered = 64 << 10
)

// beginsFrame says whether a write is the header of a frame. The length alone
// would not do: what is left of a page after a sync can have it too.
func beginsFrame(p []byte, off int64) bool {
	return len(p) == frameHeader && (off-logHeader)%(frameHeader+pageSize) == 0
}

// gathered is a run of bytes that are to be written together.
type gathered struct {
	buf []byte
	off int64
}

// add appends p when it follows what is there and there is room.
func (g *gathered) add(p []byte, off int64) bool {
	if len(g.buf) == 0 {
		g.off = off
	}
	if off != g.off+int64(len(g.buf)) || len(g.buf)+len(p) > maxGathered {
		return false
	}
	if g.buf == nil {
		g.buf = make([]byte, 0, firstGathered)
	}
	g.buf = append(g.buf, p...)
	return true
}

// write writes the run and forgets it.
func (g *gathered) write(f io.WriterAt) error {
	if len(g.buf) == 0 {
		return nil
	}
	_, err := f.WriteAt(g.buf, g.off)
	g.buf = g.buf[:0] // kept: there is one writing connection
	return err
}

// walFile keeps the frames of a transaction until they are synced. That is
// safe because with synchronous=FULL SQLite syncs the log before it tells
// other connections of the new frames (wal.c, sqlite3WalFrames); this
// connection sees them because reading writes them out first. What follows a
// sync, the end of a frame that pads the log to a sector, goes out at once:
// only a frame's header begins the gathering again. A connection that does not
// ask for a sync at every commit must not use it.
type walFile struct {
	vfs.File
	below *blockFile
	gathered
	gathering bool
	lazy      bool
	lost      error // a write failed after SQLite was told that it had succeeded
}

func newWALFile(f vfs.File, lazy bool) vfs.File {
	below, ok := vfsutil.UnwrapFile[*blockFile](f)
	if !ok {
		return f
	}
	return &walFile{File: f, below: below, lazy: lazy}
}

// WriteAt implements io.WriterAt.
func (f *walFile) WriteAt(p []byte, off int64) (int, error) {
	f.gathering = f.gathering || beginsFrame(p, off)
	if f.gathering && f.add(p, off) {
		return len(p), nil
	}
	if err := f.flush(); err != nil {
		return 0, err
	}
	if f.gathering && f.add(p, off) {
		return len(p), nil
	}
	return f.File.WriteAt(p, off)
}

// flush writes what was gathered. After a failure everything fails until the
// connection is closed; the store gives it up then.
func (f *walFile) flush() error {
	if f.lost != nil || len(f.buf) == 0 {
		return f.lost
	}
	f.below.hold = true
	err := f.write(f.File)
	f.below.hold = false
	if err == nil {
		err = f.below.flush()
	}
	f.lost = err
	return err
}

// ReadAt implements io.ReaderAt.
func (f *walFile) ReadAt(p []byte, off int64) (int, error) {
	if err := f.flush(); err != nil {
		return 0, err
	}
	return f.File.ReadAt(p, off)
}

// Sync implements vfs.File.
func (f *walFile) Sync(flags vfs.SyncFlag) error {
	commit := f.gathering // and not a checkpoint, or a new log's header
	f.gathering = false
	if err := f.flush(); err != nil || commit && f.lazy {
		return err
	}
	return f.File.Sync(flags)
}

// Truncate implements vfs.File.
func (f *walFile) Truncate(size int64) error {
	if err := f.flush(); err != nil {
		return err
	}
	return f.File.Truncate(size)
}

// Size implements vfs.File.
func (f *walFile) Size() (int64, error) {
	if err := f.flush(); err != nil {
		return 0, err
	}
	return f.File.Size()
}

// blockFile gathers the enciphered blocks of one flush into one system call,
// and keeps readers from a block while it is written.
//
// A log as such needs no such lock: nobody reads what is being written. But
// the end of a committed frame and the beginning of the next lie in one block
// of the cipher, which is enciphered anew when the next is written, and half
// of its old text with half of its new one deciphers to noise.
type blockFile struct {
	vfs.File
	gathered
	hold bool
	fd   func() uintptr
}

func newBlockFile(f vfs.File) vfs.File {
	file, ok := f.(interface{ Fd() uintptr })
	if !ok {
		panic("store: the log is no file of the operating system")
	}
	return &blockFile{File: f, fd: file.Fd}
}

// lock locks a part of the file against the other connections, of this and of
// other processes.
func (f *blockFile) lock(kind int16, off int64, n int) error {
	l := unix.Flock_t{Type: kind, Whence: io.SeekStart, Start: off, Len: int64(n)}
	for {
		err := unix.FcntlFlock(f.fd(), unix.F_OFD_SETLKW, &l)
		if err != unix.EINTR {
			return err
		}
	}
}

// WriteAt implements io.WriterAt.
func (f *blockFile) WriteAt(p []byte, off int64) (int, error) {
	if f.hold && f.add(p, off) {
		return len(p), nil
	}
	if err := f.flush(); err != nil {
		return 0, err
	}
	if f.hold && f.add(p, off) {
		return len(p), nil
	}
	return f.writeLocked(p, off)
}

// flush writes what was gathered.
func (f *blockFile) flush() error { return f.write(writerAt(f.writeLocked)) }

func (f *blockFile) writeLocked(p []byte, off int64) (int, error) {
	if err := f.lock(unix.F_WRLCK, off, len(p)); err != nil {
		return 0, err
	}
	n, err := f.File.WriteAt(p, off)
	return n, cmp.Or(err, f.lock(unix.F_UNLCK, off, len(p)))
}

// ReadAt implements io.ReaderAt.
func (f *blockFile) ReadAt(p []byte, off int64) (int, error) {
	// The block at the end of a run is read before it is written; it is not
	// among those gathered.
	if end := f.off + int64(len(f.buf)); len(f.buf) > 0 && off < end && off+int64(len(p)) > f.off {
		if err := f.flush(); err != nil {
			return 0, err
		}
	}
	if err := f.lock(unix.F_RDLCK, off, len(p)); err != nil {
		return 0, err
	}
	n, err := f.File.ReadAt(p, off)
	return n, cmp.Or(err, f.lock(unix.F_UNLCK, off, len(p)))
}

// writerAt makes a function an io.WriterAt.
type writerAt func(p []byte, off int64) (int, error)

func (w writerAt) WriteAt(p []byte, off int64) (int, error) { return w(p, off) }
