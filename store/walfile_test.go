package store

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chancery/kit/errs"

	"github.com/ncruces/go-sqlite3/vfs"
)

// TestLogGathered commits transactions of many sizes and, after each, opens a
// copy of the files as they lie on the disk, which is what a crash would
// leave: every committed row must be there, and none that was undone.
func TestLogGathered(t *testing.T) {
	s := openTest(t, Options{Dir: t.TempDir()})
	makeTable(t, s)
	ctx := t.Context()
	next, want := 0, 0
	for round, rows := range []int{1, 2, 1, 40, 3, 1, 4000, 1, 250, 1} {
		undone := round%3 == 2
		err := s.Write(ctx, func(tx *Tx) error {
			for range rows {
				next++
				if _, err := tx.Exec(ctx, "INSERT INTO item (id, text) VALUES ($1, $2)", next, strings.Repeat("x", next%3000)); err != nil {
					return err
				}
			}
			if undone {
				return errs.E(errs.Conflict, "undone")
			}
			return nil
		})
		if undone != (err != nil) {
			t.Fatal(err)
		}
		if !undone {
			want += rows
		}
		if got := count(t, s); got != want {
			t.Fatalf("round %d: a reader sees %d rows, not %d", round, got, want)
		}
		if got := countCopy(t, s.opt.Dir); got != want {
			t.Fatalf("round %d: after a crash there would be %d rows, not %d", round, got, want)
		}
	}
}

// countCopy opens a copy of a running store's files.
func countCopy(t *testing.T, dir string) int {
	t.Helper()
	to := t.TempDir()
	for _, name := range []string{"master.key", "keys.json", "chancery.db", "chancery.db-wal"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(to, name), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	s, err := Open(context.Background(), Options{Dir: to})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	return count(t, s)
}

// TestLogReadWhileWritten reads what was committed last while the next
// transaction is written into the rest of the same block.
func TestLogReadWhileWritten(t *testing.T) {
	s := openTest(t, Options{Dir: t.TempDir()})
	makeTable(t, s)
	ctx := t.Context()
	must := func(err error) {
		if err != nil {
			t.Error(err)
		}
	}
	must(insert(s, 1, "0"))
	var readers sync.WaitGroup
	var done atomic.Bool
	for range 2 {
		readers.Go(func() {
			for last := 0; !done.Load() && !t.Failed(); {
				now := 0
				must(s.Read(ctx, func(tx *Tx) error {
					return tx.Row(ctx, "SELECT CAST(text AS INTEGER) FROM item WHERE id = 1", nil, &now)
				}))
				if now < last {
					t.Errorf("read %d after %d", now, last)
				}
				last = now
			}
		})
	}
	for i, end := 1, time.Now().Add(2*time.Second); time.Now().Before(end) && !t.Failed(); i++ {
		must(s.Write(ctx, func(tx *Tx) error {
			_, err := tx.Exec(ctx, "UPDATE item SET text = $1 WHERE id = 1", strconv.Itoa(i))
			return err
		}))
	}
	done.Store(true)
	readers.Wait()
}

// TestLogGatheredIsWhole commits small transactions, over thousands of frames
// and so over every way a frame can lie on sectors, and has another
// connection read what was written last after each: nothing may still be
// waiting in memory.
func TestLogGatheredIsWhole(t *testing.T) {
	s := openTest(t, Options{Dir: t.TempDir()})
	makeTable(t, s)
	ctx := t.Context()
	// 4,575 characters fill one overflow page to its last byte.
	text := func(n int) string { return (fmt.Sprint(n) + strings.Repeat(string(rune('a'+n%26)), 5000))[:4575] }
	for n := range 3000 {
		if err := insert(s, n, text(n)); err != nil {
			t.Fatal(err)
		}
		var got string
		err := s.Read(ctx, func(tx *Tx) error {
			return tx.Row(ctx, "SELECT text FROM item WHERE id = $1", []any{n}, &got)
		})
		if err != nil || got != text(n) {
			t.Fatalf("row %d: %v, %d bytes that are not what was written", n, err, len(got))
		}
	}
	if r, err := s.Check(ctx, nil); err != nil || len(r.Problems) > 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

// plainFile is a file in memory.
type plainFile struct {
	vfs.File
	bytes  []byte
	synced int // bytes there were at the last sync
}

func (f *plainFile) WriteAt(p []byte, off int64) (int, error) {
	if end := int(off) + len(p); end > len(f.bytes) {
		f.bytes = append(f.bytes, make([]byte, end-len(f.bytes))...)
	}
	return copy(f.bytes[off:], p), nil
}

func (f *plainFile) Sync(vfs.SyncFlag) error {
	f.synced = len(f.bytes)
	return nil
}

// TestLogEndGoesOut pads the log as SQLite does, to each place where a sector
// can end inside a frame, and expects all of it in the file afterwards: other
// connections read the padding frame.
func TestLogEndGoesOut(t *testing.T) {
	for frame := range int64(512) {
		below := &plainFile{}
		f := &walFile{File: below, below: &blockFile{File: below}}
		write := func(n int, off int64) {
			t.Helper()
			if _, err := f.WriteAt(bytes.Repeat([]byte{1}, n), off); err != nil {
				t.Fatal(err)
			}
		}
		start := logHeader + frame*(frameHeader+pageSize)
		write(frameHeader, start)
		write(pageSize, start+frameHeader)
		end := (start + frameHeader + pageSize + 4095) / 4096 * 4096
		if end == start+frameHeader+pageSize {
			if err := f.Sync(vfs.SYNC_NORMAL); err != nil {
				t.Fatal(err)
			}
		}
		// walWriteToLog of wal.c: a write across the sync point goes in two.
		for off := start + frameHeader + pageSize; off < end; off += frameHeader + pageSize {
			for _, part := range []struct{ off, n int64 }{{off, frameHeader}, {off + frameHeader, pageSize}} {
				first := end - part.off
				if first <= 0 || first > part.n {
					write(int(part.n), part.off)
					continue
				}
				write(int(first), part.off)
				if err := f.Sync(vfs.SYNC_NORMAL); err != nil {
					t.Fatal(err)
				}
				if first < part.n {
					write(int(part.n-first), part.off+first)
				}
			}
		}
		if len(f.buf) > 0 || int64(below.synced) < end-4096 {
			t.Errorf("frame %d: %d bytes wait in memory, %d of %d are synced", frame, len(f.buf), below.synced, end)
		}
	}
}
