package store

import (
	"context"
	"errors"
	"io/fs"
	"syscall"
	"time"

	"chancery/kit/errs"
)

// engine is what differs between SQLite and PostgreSQL below the SQL text.
type engine interface {
	name() string
	writers() int // how many writing transactions may run side by side
	connect(ctx context.Context, write bool) (*conn, error)
	rewrite(query string) string
	rewriteDDL(text string) string
	beginRead() string
	beginWrite() string
	fatal(err error) bool         // the error ended the whole transaction
	retryable(err error) bool     // the same transaction may succeed if run again
	noTransaction(err error) bool // ROLLBACK found nothing to roll back
	unavailable(err error) bool   // disk full, read-only, connection lost
	close() error
}

// openEngine opens the engine that the options name. A database that is not
// durable may lose its last transactions in a power cut, but never its
// consistency.
func openEngine(opt Options, keys *keyring, file string, durable bool) (engine, error) {
	if isPostgres(opt.URL) {
		return openPostgres(opt)
	}
	if opt.URL != "" {
		return nil, errs.E(errs.Invalid, "the database URL must be empty (SQLite in the data directory) or start with postgres://")
	}
	return openSQLite(opt, keys, file, durable)
}

// classify gives an error of the engine or the disk its kind. Errors that
// have one keep it.
func (s *Store) classify(err error) error {
	var own *errs.Error
	switch {
	case err == nil, errors.As(err, &own):
		return err
	case s.engine.unavailable(err), diskTrouble(err):
		s.trouble(err)
		return errs.Wrap(errs.Unavailable, err, "The storage is not available at the moment. Nothing was changed; please try again later.")
	}
	return err
}

// trouble logs that the storage is not available, at most once a second: the
// log may lie on the same full disk, and every request meets the same trouble.
func (s *Store) trouble(err error) {
	now := time.Now().UnixMilli()
	if last := s.logged.Load(); now-last >= 1000 && s.logged.CompareAndSwap(last, now) {
		s.log.Error("storage is not available", "error", err)
	}
}

// diskTrouble says whether the file system refused: full, read-only, quota, broken.
func diskTrouble(err error) bool {
	for _, e := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS, syscall.EIO, syscall.EFBIG, syscall.EMFILE, syscall.ENFILE, fs.ErrPermission} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
