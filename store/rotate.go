package store

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"chancery/kit/errs"
)

// RotateMaster puts every key under a new master key. When the master key
// lies in the data directory, its file is replaced; a key from elsewhere is
// given in newKey, and the operator puts it where the old one was. The server
// must not run: it would go on with the old key until it restarts, which is
// harmless, but a second rotation could then lose a key made meanwhile.
//
// Order: the new master key is made durable beside the old one before
// anything is wrapped under it, and the old one is removed last, so that a
// crash in between leaves a pair that opens everything; the next start
// finishes the rotation.
func (s *Store) RotateMaster(ctx context.Context, newKey []byte) error {
	var fresh [32]byte
	if newKey == nil {
		rand.Read(fresh[:])
	} else if copy(fresh[:], newKey) != len(fresh) || len(newKey) != len(fresh) {
		return errs.E(errs.Invalid, "the master key must be 32 bytes (64 hex digits)")
	}
	inDir := s.opt.MasterKey == nil
	next := filepath.Join(s.opt.Dir, masterKeyName+".next")
	if inDir {
		if err := writeFileSynced(next, []byte(hex.EncodeToString(fresh[:])+"\n")); err != nil {
			return err
		}
	}
	if err := s.rewrap(ctx, fresh); err != nil {
		return err
	}
	s.keys.master = fresh
	if err := s.keys.writeKeyFile(s.opt.Dir); err != nil {
		return err
	}
	if !inDir {
		return nil
	}
	if err := os.Rename(next, filepath.Join(s.opt.Dir, masterKeyName)); err != nil {
		return errs.Wrap(errs.Unavailable, err, "cannot replace the master key file")
	}
	return syncDir(s.opt.Dir)
}

// rewrap writes all blob keys under another master key, in one transaction.
func (s *Store) rewrap(ctx context.Context, master [32]byte) error {
	if err := s.loadDataKeys(ctx); err != nil {
		return err
	}
	s.keys.mu.RLock()
	defer s.keys.mu.RUnlock()
	return s.Write(ctx, func(tx *Tx) error {
		for scope, versions := range s.keys.data {
			for version, key := range versions {
				_, err := tx.Exec(ctx, "UPDATE data_key SET wrapped = $4 WHERE org_id = $1 AND level = $2 AND version = $3",
					scope.Org, scope.Level, version, wrap(master, "data", key))
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// RotateData makes a new blob key for every scope: blobs stored from now on
// lie under it; older ones keep theirs.
func (s *Store) RotateData(ctx context.Context) error {
	s.keys.mu.RLock()
	var scopes []Scope
	for scope := range s.keys.newest {
		scopes = append(scopes, scope)
	}
	s.keys.mu.RUnlock()
	for _, scope := range scopes {
		if _, _, err := s.newDataKey(ctx, scope); err != nil {
			return err
		}
	}
	return nil
}

// RotateDatabase encrypts the SQLite databases of a data directory anew,
// under a fresh key. Nothing else may have them open. PostgreSQL's files are
// its own operator's matter.
func RotateDatabase(ctx context.Context, opt Options) error {
	if isPostgres(opt.URL) {
		return errs.E(errs.Unsupported, "the files of PostgreSQL are encrypted by the volume they lie on; there is no key here to rotate")
	}
	old, err := openKeyring(opt.Dir, opt.MasterKey)
	if err != nil {
		return err
	}
	opt.BusyTimeout = 1
	fresh := &keyring{master: old.master}
	rand.Read(fresh.database[:])
	// The side databases (the search index) are rebuilt, not copied.
	if err := copyDatabase(ctx, opt, old, fresh); err != nil {
		return err
	}
	if err := fresh.writeKeyFile(opt.Dir); err != nil {
		return err
	}
	return finishRotation(opt.Dir)
}

const rotatedName = "chancery.db.rotated"

// copyDatabase writes the main database under the fresh key beside the old one.
func copyDatabase(ctx context.Context, opt Options, old, fresh *keyring) error {
	target := filepath.Join(opt.Dir, rotatedName)
	if err := os.Remove(target); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return errs.Wrap(errs.Unavailable, err, "cannot remove %s", target)
	}
	e, err := openSQLite(opt, old, "chancery.db", true)
	if err != nil {
		return err
	}
	defer e.close()
	c, err := e.connect(ctx, true)
	if err != nil {
		return err
	}
	defer c.close()
	if err := c.exec(ctx, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		return errs.Wrap(errs.Unavailable, err, "the database is in use; stop the server first")
	}
	uri := fmt.Sprintf("file:%s?vfs=adiantum&hexkey=%s", target, hex.EncodeToString(fresh.database[:]))
	if _, err := c.sql.ExecContext(ctx, "VACUUM INTO '"+uri+"'"); err != nil {
		return errs.Wrap(errs.Unavailable, err, "the database could not be copied under the new key")
	}
	f, err := os.OpenFile(target, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close(), syncDir(opt.Dir))
}

// settleRotation ends a rotation of the database that was cut short: a copy
// that opens under the key of keys.json takes the database's place, one that
// does not is given up.
func settleRotation(opt Options, keys *keyring) error {
	rotated := filepath.Join(opt.Dir, rotatedName)
	if _, err := os.Stat(rotated); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	e, err := openSQLite(opt, keys, rotatedName, true)
	if err != nil {
		return os.Remove(rotated)
	}
	e.close()
	return finishRotation(opt.Dir)
}

// finishRotation puts the copy in the place of the old database; keys.json
// has its key by now.
func finishRotation(dir string) error {
	rotated := filepath.Join(dir, rotatedName)
	if _, err := os.Stat(rotated); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Remove(filepath.Join(dir, "chancery.db"+suffix)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	for _, side := range []string{"search.db", "search.db-wal", "search.db-shm"} {
		if err := os.Remove(filepath.Join(dir, side)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := os.Rename(rotated, filepath.Join(dir, "chancery.db")); err != nil {
		return err
	}
	return syncDir(dir)
}
