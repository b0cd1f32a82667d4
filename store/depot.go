package store

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"chancery/kit/id"
)

// depot is where blob records lie. One suite (depot_test.go) holds for every
// implementation.
type depot interface {
	// append stores records together and returns once they are durable.
	append(ctx context.Context, recs [][]byte) (file string, pos []int64, err error)
	// create starts a file for one large record.
	create(ctx context.Context) (depotFile, error)
	// read fills p from a file at an offset.
	read(ctx context.Context, file string, p []byte, pos int64) error
	open(ctx context.Context, file string) (depotReader, error)
	remove(ctx context.Context, file string) error
	// list calls each with every file and its size.
	list(ctx context.Context, each func(file string, size int64) error) error
	// active says whether records may still be appended to a file, by this
	// process or another.
	active(file string) bool
	close()
}

// depotFile is a large record being written. After commit it is durable;
// abort removes it.
type depotFile interface {
	io.Writer
	name() string
	size() int64
	commit() error
	abort()
}

type depotReader interface {
	io.ReaderAt
	io.Closer
}

// segmentSize is where a segment is closed and the next begun.
const segmentSize = 128 << 20

// fileDepot keeps records below a directory: seg/ID for segments, big/ID for
// single large records. Each process writes segments of its own, so that
// administration beside a running server needs no lock.
type fileDepot struct {
	dir   string
	mu    sync.Mutex // held while appending
	seg   *os.File
	segID string
	end   int64
	files *fileCache
}

func openFileDepot(dir string) (*fileDepot, error) {
	for _, sub := range []string{"seg", "big"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return nil, err
		}
	}
	if err := syncDir(dir); err != nil {
		return nil, err
	}
	return &fileDepot{dir: dir, files: newFileCache(64)}, nil
}

func (d *fileDepot) path(file string) string { return filepath.Join(d.dir, filepath.FromSlash(file)) }

func (d *fileDepot) append(_ context.Context, recs [][]byte) (string, []int64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.seg == nil || d.end >= segmentSize {
		if err := d.nextSegment(); err != nil {
			return "", nil, err
		}
	}
	pos := make([]int64, len(recs))
	total := 0
	for i, rec := range recs {
		pos[i] = d.end + int64(total)
		total += len(rec)
	}
	buf := make([]byte, 0, total)
	for _, rec := range recs {
		buf = append(buf, rec...)
	}
	_, err := d.seg.WriteAt(buf, d.end)
	if err == nil {
		err = syscall.Fdatasync(int(d.seg.Fd()))
	}
	if err != nil {
		// After a failed sync the kernel may have dropped the pages: never
		// write to this segment again (the lesson of "fsyncgate").
		d.seg.Close()
		d.seg = nil
		return "", nil, err
	}
	d.end += int64(total)
	return d.segID, pos, nil
}

func (d *fileDepot) nextSegment() error {
	name := "seg/" + id.Text('s', id.New())
	f, err := os.OpenFile(d.path(name), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	// The lock tells the sweep of another process that this segment grows.
	err = errors.Join(syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB), syncDir(filepath.Dir(d.path(name))))
	if err != nil {
		f.Close()
		return err
	}
	if d.seg != nil {
		d.seg.Close()
	}
	d.seg, d.segID, d.end = f, name, 0
	return nil
}

func (d *fileDepot) active(file string) bool {
	if !isSegment(file) {
		return false
	}
	f, err := os.Open(d.path(file))
	if err != nil {
		return false
	}
	defer f.Close()
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil
}

func (d *fileDepot) create(context.Context) (depotFile, error) {
	name := "big/" + id.Text('b', id.New())
	f, err := os.OpenFile(d.path(name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	return &looseFile{f: f, file: name, path: d.path(name)}, nil
}

func (d *fileDepot) read(_ context.Context, file string, p []byte, pos int64) error {
	f, err := d.files.get(d.path(file))
	if err != nil {
		return err
	}
	defer f.release()
	_, err = f.ReadAt(p, pos)
	return err
}

func (d *fileDepot) open(_ context.Context, file string) (depotReader, error) {
	return os.Open(d.path(file))
}

func (d *fileDepot) remove(_ context.Context, file string) error {
	d.files.drop(d.path(file))
	return os.Remove(d.path(file))
}

func (d *fileDepot) list(_ context.Context, each func(string, int64) error) error {
	for _, sub := range []string{"seg", "big"} {
		entries, err := os.ReadDir(filepath.Join(d.dir, sub))
		if err != nil {
			return err
		}
		for _, e := range entries {
			info, err := e.Info()
			if errors.Is(err, os.ErrNotExist) {
				continue
			}
			if err != nil {
				return err
			}
			if err := each(sub+"/"+e.Name(), info.Size()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *fileDepot) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.seg != nil {
		d.seg.Close()
		d.seg = nil
	}
	d.files.close()
}

// looseFile is one large record on its way to disk.
type looseFile struct {
	f    *os.File
	file string
	path string
	n    int64
}

func (l *looseFile) Write(p []byte) (int, error) {
	n, err := l.f.Write(p)
	l.n += int64(n)
	return n, err
}

func (l *looseFile) name() string { return l.file }
func (l *looseFile) size() int64  { return l.n }

func (l *looseFile) commit() error {
	if err := errors.Join(l.f.Sync(), l.f.Close()); err != nil {
		return err
	}
	return syncDir(filepath.Dir(l.path))
}

func (l *looseFile) abort() {
	l.f.Close()
	os.Remove(l.path)
}

// syncDir makes the names in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// isSegment says whether a file holds many records.
func isSegment(file string) bool { return strings.HasPrefix(file, "seg/") }
