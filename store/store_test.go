package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"chancery/kit/errs"
	"chancery/kit/testkit"
)

func openTest(t testing.TB, opt Options) *Store {
	t.Helper()
	opt.Log = testkit.Log(t)
	s, err := Open(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func makeTable(t testing.TB, s *Store) {
	t.Helper()
	err := s.Write(context.Background(), func(tx *Tx) error {
		_, err := tx.Exec(context.Background(), "CREATE TABLE item (id BIGINT NOT NULL PRIMARY KEY, text TEXT NOT NULL)")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func insert(s *Store, id int, text string) error {
	ctx := context.Background()
	return s.Write(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO item (id, text) VALUES ($1, $2)", id, text)
		return err
	})
}

func count(t testing.TB, s *Store) (n int) {
	t.Helper()
	ctx := context.Background()
	if err := s.Read(ctx, func(tx *Tx) error { return tx.Row(ctx, "SELECT count(*) FROM item", nil, &n) }); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestGroup runs many writers at once, a third of which fail or panic: the
// failures undo themselves only.
func TestGroup(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		s := openTest(t, Options{Dir: t.TempDir(), URL: url})
		makeTable(t, s)
		ctx := t.Context()
		var wg sync.WaitGroup
		for i := range 300 {
			wg.Go(func() {
				called := false
				err := s.WriteBlobs(ctx, int64(i), nil, func(tx *Tx) error {
					tx.OnCommit(func() { called = true })
					if _, err := tx.Exec(ctx, "INSERT INTO item (id, text) VALUES ($1, $2)", i, "x"); err != nil {
						return err
					}
					switch i % 6 {
					case 1:
						return errs.E(errs.Forbidden, "no")
					case 3:
						panic("a fault in a room")
					}
					return nil
				})
				want := map[int]errs.Kind{1: errs.Forbidden, 3: errs.Internal}
				kind, bad := want[i%6]
				if bad != (err != nil) || bad && errs.KindOf(err) != kind || called == bad {
					t.Errorf("%d: %v, called %v", i, err, called)
				}
			})
		}
		wg.Wait()
		if n := count(t, s); n != 200 {
			t.Errorf("%d rows, want 200", n)
		}
		if err := insert(s, 0, "again"); err == nil {
			t.Error("the same key twice")
		}
	})
}

// TestNewerSchemaIsRefused opens a database whose schema this program does not know.
func TestNewerSchemaIsRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		dir := t.TempDir()
		s := openTest(t, Options{Dir: dir, URL: url})
		ctx := t.Context()
		err := s.Write(ctx, func(tx *Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO schema_version (room, version, name) VALUES ('store', 99, '0099_future.sql')")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
		_, err = Open(ctx, Options{Dir: dir, URL: url, Log: testkit.Log(t)})
		if err == nil || !strings.Contains(err.Error(), "written by a newer Chancery") {
			t.Errorf("opened: %v", err)
		}
	})
}

func stage(t testing.TB, s *Store, plain []byte) *Staged {
	t.Helper()
	b, err := s.Stage(context.Background(), Scope{Org: 1}, bytes.NewReader(plain), 100<<20)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func keep(t testing.TB, s *Store, refs int, list ...*Staged) {
	t.Helper()
	err := s.WriteBlobs(context.Background(), 0, list, func(tx *Tx) error {
		for _, b := range list {
			if err := tx.Ref(context.Background(), b, refs); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func load(t testing.TB, s *Store, h Hash) ([]byte, error) {
	t.Helper()
	b, err := s.Open(context.Background(), Scope{Org: 1}, h)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	return io.ReadAll(b.Reader())
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

// eachDepot runs a test on local files and on an object store.
func eachDepot(t *testing.T, test func(t *testing.T, opt Options)) {
	t.Run("files", func(t *testing.T) { test(t, Options{Dir: t.TempDir()}) })
	t.Run("s3", func(t *testing.T) { test(t, Options{Dir: t.TempDir(), S3: fakeS3(t)}) })
}

// TestBlobs stores blobs of every size class, reads them back whole and in
// parts, after a restart too, and never twice.
func TestBlobs(t *testing.T) {
	eachDepot(t, func(t *testing.T, opt Options) {
		s := openTest(t, opt)
		var all [][]byte
		for _, n := range []int{0, 1, 4000, SmallBlob - 1, SmallBlob, SmallBlob + 1, 3 << 20} {
			all = append(all, random(n))
		}
		hashes := make([]Hash, len(all))
		for i, plain := range all {
			b := stage(t, s, plain)
			hashes[i] = b.Hash
			keep(t, s, 1, b)
			keep(t, s, 1, stage(t, s, plain))
		}
		s.Close()
		s = openTest(t, opt)
		for i, plain := range all {
			got, err := load(t, s, hashes[i])
			if err != nil || !bytes.Equal(got, plain) {
				t.Errorf("%d bytes: got %d, %v", len(plain), len(got), err)
			}
		}
		b, err := s.Open(t.Context(), Scope{Org: 1}, hashes[len(all)-1])
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		part := make([]byte, 1000)
		if _, err := b.ReadAt(part, 1<<20-500); err != nil || !bytes.Equal(part, all[len(all)-1][1<<20-500:1<<20+500]) {
			t.Errorf("a part of a large blob: %v", err)
		}
		if _, err := s.Open(t.Context(), Scope{Org: 2}, hashes[2]); !errs.Is(err, errs.NotFound) {
			t.Errorf("another organisation's blob: %v", err)
		}
		var rows int
		s.Refs(t.Context(), func(_ Scope, _ Hash, refs int64) error {
			if rows++; refs != 2 {
				t.Errorf("%d references, want 2", refs)
			}
			return nil
		})
		if rows != len(all) {
			t.Errorf("%d rows for %d blobs", rows, len(all))
		}
		r, err := s.Check(t.Context(), nil)
		if err != nil || len(r.Problems) > 0 || r.Blobs != int64(len(all)) {
			t.Errorf("check: %+v, %v", r, err)
		}
		if _, err := s.Stage(t.Context(), Scope{Org: 1}, bytes.NewReader(all[6]), 1<<20); !errs.Is(err, errs.TooLarge) {
			t.Errorf("over the limit: %v", err)
		}
	})
}

// TestNothingPlainOnDisk looks for known words in every file of the store.
func TestNothingPlainOnDisk(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, Options{Dir: dir})
	makeTable(t, s)
	const word = "confidential-minutes-of-the-council"
	if err := insert(s, 1, word); err != nil {
		t.Fatal(err)
	}
	keep(t, s, 1, stage(t, s, []byte(word)), stage(t, s, bytes.Repeat([]byte(word), 20_000)))
	s.Close()
	files := 0
	filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		if bytes.Contains(text, []byte(word)) || bytes.Contains(text, []byte("SQLite format")) {
			t.Errorf("%s holds plain text", path)
		}
		return err
	})
	if files < 4 {
		t.Errorf("only %d files", files)
	}
}

// TestCheckFindsDamage flips a byte in a segment.
func TestCheckFindsDamage(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, Options{Dir: dir})
	b := stage(t, s, random(5000))
	keep(t, s, 1, b)
	s.Close()
	path := filepath.Join(dir, "blobs", b.place.file)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text[b.place.pos+2000] ^= 1
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	s = openTest(t, Options{Dir: dir})
	r, err := s.Check(t.Context(), nil)
	if err != nil || len(r.Problems) != 1 || *r.Problems[0].Blob != b.Hash {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestKeys rotates every key, and opens with a wrong one.
func TestKeys(t *testing.T) {
	dir := t.TempDir()
	opt := Options{Dir: dir, Log: testkit.Log(t)}
	s := openTest(t, opt)
	makeTable(t, s)
	insert(s, 1, "x")
	old := stage(t, s, random(100))
	keep(t, s, 1, old)
	masterBefore, _ := os.ReadFile(filepath.Join(dir, masterKeyName))
	if err := errors.Join(s.RotateData(t.Context()), s.RotateMaster(t.Context(), nil)); err != nil {
		t.Fatal(err)
	}
	fresh := stage(t, s, random(101))
	keep(t, s, 1, fresh)
	s.Close()
	if err := RotateDatabase(t.Context(), opt); err != nil {
		t.Fatal(err)
	}
	s = openTest(t, opt)
	for _, b := range []*Staged{old, fresh} {
		if got, err := load(t, s, b.Hash); err != nil || !bytes.Equal(got, b.plain) {
			t.Errorf("after rotation: %v", err)
		}
	}
	if count(t, s) != 1 {
		t.Error("the row is gone")
	}
	s.Close()
	master, _ := os.ReadFile(filepath.Join(dir, masterKeyName))
	if bytes.Equal(master, masterBefore) {
		t.Error("the master key is the old one")
	}
	if _, err := Open(t.Context(), Options{Dir: dir, MasterKey: random(32)}); !errs.Is(err, errs.Invalid) {
		t.Errorf("opened with a wrong master key: %v", err)
	}
}

// TestRotationCutShort leaves a master key rotation half done, in each place
// where a crash can leave it, and expects the next start to finish it.
func TestRotationCutShort(t *testing.T) {
	for _, rewrapped := range []bool{false, true} {
		t.Run(fmt.Sprint(rewrapped), func(t *testing.T) {
			dir := t.TempDir()
			s := openTest(t, Options{Dir: dir})
			b := stage(t, s, random(100))
			keep(t, s, 1, b)
			next := random(32)
			if err := os.WriteFile(filepath.Join(dir, masterKeyName+".next"), fmt.Appendf(nil, "%x\n", next), 0o600); err != nil {
				t.Fatal(err)
			}
			if rewrapped {
				if err := s.rewrap(t.Context(), [32]byte(next)); err != nil {
					t.Fatal(err)
				}
			}
			s.Close()
			for range 2 {
				s = openTest(t, Options{Dir: dir})
				if got, err := load(t, s, b.Hash); err != nil || !bytes.Equal(got, b.plain) {
					t.Fatalf("after the crash: %v", err)
				}
				s.Close()
			}
			master, _ := os.ReadFile(filepath.Join(dir, masterKeyName))
			if strings.TrimSpace(string(master)) != fmt.Sprintf("%x", next) {
				t.Error("the rotation was not finished")
			}
		})
	}
}

// TestUnreadableSide damages the side database and expects a fresh one.
func TestUnreadableSide(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "index.db"), random(8192), 0o600); err != nil {
		t.Fatal(err)
	}
	s := openTest(t, Options{Dir: dir})
	side, err := s.OpenSide(t.Context(), "index")
	if err != nil {
		t.Fatal(err)
	}
	defer side.Close()
	makeTable(t, side)
	if err := insert(side, 1, "x"); err != nil || count(t, side) != 1 {
		t.Errorf("the fresh database: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "index.db.unreadable")); err != nil {
		t.Error(err)
	}
}
