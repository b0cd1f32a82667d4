package store

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"chancery/kit/errs"
)

// Options say where the rows and blobs are. The zero value of every field but
// Dir is usable.
type Options struct {
	Dir         string        // data directory; made with mode 0700 when missing
	URL         string        // "postgres://..." or "" for SQLite in Dir
	MasterKey   []byte        // 32 bytes; nil reads (or first makes) Dir/master.key
	S3          *S3Options    // nil keeps blobs in Dir/blobs
	Readers     int           // read connections, 0 = 4
	BusyTimeout time.Duration // how long to wait for another process' lock, 0 = 10 s
	Log         *slog.Logger  // nil = slog.Default()
}

// Store is one open database with its blobs. Its methods may be called from
// many goroutines.
type Store struct {
	opt     Options
	engine  engine
	keys    *keyring
	readers *pool
	writers []*writer
	depot   depot
	places  *placeCache
	log     *slog.Logger
	logged  atomic.Int64 // when trouble was last logged, Unix milliseconds
}

// Open opens or creates the store and brings the schema of package store
// itself up to date; rooms call [Store.Migrate] for theirs.
func Open(ctx context.Context, opt Options) (*Store, error) {
	if opt.Log == nil {
		opt.Log = slog.Default()
	}
	if opt.Readers == 0 {
		opt.Readers = 4
	}
	if opt.BusyTimeout == 0 {
		opt.BusyTimeout = 10 * time.Second
	}
	if err := os.MkdirAll(opt.Dir, 0o700); err != nil {
		return nil, errs.Wrap(errs.Unavailable, err, "cannot create the data directory %s", opt.Dir)
	}
	keys, err := openKeyring(opt.Dir, opt.MasterKey)
	if err != nil {
		return nil, err
	}
	s := &Store{opt: opt, keys: keys, log: opt.Log, places: newPlaceCache(1 << 16)}
	if err := settleRotation(opt, keys); err != nil {
		return nil, err
	}
	if s.engine, err = openEngine(opt, keys, "chancery.db", true); err != nil {
		return nil, err
	}
	if err := s.start(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// start opens the connections, the schema, the data keys and the blob depot.
func (s *Store) start(ctx context.Context) error {
	s.readers = newPool(s.engine, s.opt.Readers)
	for range s.engine.writers() {
		s.writers = append(s.writers, newWriter(s))
	}
	if err := s.Migrate(ctx, "store", schema); err != nil {
		return err
	}
	if err := s.loadDataKeys(ctx); err != nil {
		return err
	}
	if s.engine.name() == "sqlite" {
		if err := s.readers.open(ctx); err != nil {
			return s.classify(err)
		}
	}
	if s.keys.next != nil {
		if err := s.RotateMaster(ctx, s.keys.next[:]); err != nil {
			return err
		}
	}
	var err error
	if s.opt.S3 != nil {
		s.depot, err = openS3Depot(ctx, *s.opt.S3)
	} else {
		s.depot, err = openFileDepot(filepath.Join(s.opt.Dir, "blobs"))
	}
	if err != nil {
		return err
	}
	// The database and the blobs' folder may be new: their names must last
	// as what is in them does.
	return syncDir(s.opt.Dir)
}

// Close waits for running transactions and closes everything.
func (s *Store) Close() error {
	for _, w := range s.writers {
		w.close()
	}
	if s.readers != nil {
		s.readers.close()
	}
	if s.depot != nil {
		s.depot.close()
	}
	return s.engine.close()
}

// Engine names the database engine: "sqlite" or "postgres". Only a store
// file with one text per engine asks for it.
func (s *Store) Engine() string { return s.engine.name() }

// Dir is the data directory: for the files that a room keeps beside the
// database, under names that begin with its own.
func (s *Store) Dir() string { return s.opt.Dir }

// OpenSide opens a second SQLite database beside the main one, for data that
// can be rebuilt (the search index): it is synced at checkpoints only, and one
// that cannot be read is put away for a fresh one. With PostgreSQL the main
// database serves for both and OpenSide returns s itself.
func (s *Store) OpenSide(ctx context.Context, name string) (*Store, error) {
	if s.engine.name() == "postgres" {
		return s, nil
	}
	side := &Store{opt: s.opt, keys: s.keys, log: s.log, depot: nil, places: s.places}
	side.opt.Readers = 2
	var err error
	side.engine, err = openEngine(side.opt, s.keys, name+".db", false)
	if errs.Is(err, errs.Invalid) {
		s.log.Warn("a database that can be rebuilt cannot be read and is put away", "name", name, "error", err)
		if err := putAway(s.opt.Dir, name); err != nil {
			return nil, err
		}
		side.engine, err = openEngine(side.opt, s.keys, name+".db", false)
	}
	if err != nil {
		return nil, err
	}
	side.readers = newPool(side.engine, side.opt.Readers)
	side.writers = []*writer{newWriter(side)}
	return side, nil
}

// putAway renames a side database, so that a person can still look at it.
func putAway(dir, name string) error {
	for _, suffix := range []string{"-wal", "-shm", ""} {
		path := filepath.Join(dir, name+".db"+suffix)
		if err := os.Rename(path, path+".unreadable"); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return errs.Wrap(errs.Unavailable, err, "cannot put away %s", path)
		}
	}
	return nil
}

// IsSideOf says whether s was opened by OpenSide as a database of its own.
func (s *Store) IsSideOf(main *Store) bool { return s != main }

func isPostgres(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")
}
