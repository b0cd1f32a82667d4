package store

import (
	"context"
	"errors"
	"io/fs"
	"time"
)

// sweepGrace is how long a blob without references, or a file without rows,
// is left alone: somebody may be reading it, or about to commit it.
const sweepGrace = time.Hour

// SweepResult says what a sweep did.
type SweepResult struct {
	Blobs int64 // rows removed
	Files int   // files removed
	Moved int64 // records moved to save space
	Bytes int64 // bytes given back
}

// Sweep removes blobs that nothing refers to, then the files that hold
// nothing else, and moves the records of segments that are mostly empty. It
// is meant to run every few hours, beside the running server.
func (s *Store) Sweep(ctx context.Context) (r SweepResult, err error) {
	cutoff := time.Now().Add(-sweepGrace)
	if r.Blobs, err = s.sweepRows(ctx, cutoff); err != nil {
		return r, err
	}
	live, err := s.liveBytes(ctx)
	if err != nil {
		return r, err
	}
	err = s.depot.list(ctx, func(file string, size int64) error {
		if s.depot.active(file) || fileTime(file).After(cutoff) {
			return nil
		}
		used := live[file]
		if used > 0 && isSegment(file) && used < size/2 {
			moved, err := s.compact(ctx, file)
			r.Moved += moved
			if err != nil {
				return err
			}
			used = 0
		}
		if used > 0 {
			return nil
		}
		if err := s.depot.remove(ctx, file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		r.Files++
		r.Bytes += size
		return nil
	})
	return r, s.classify(err)
}

func (s *Store) sweepRows(ctx context.Context, cutoff time.Time) (n int64, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		return tx.Query(ctx, "DELETE FROM blob WHERE refs <= 0 AND created_at < $1 RETURNING org_id, level, hash", []any{cutoff.UnixMilli()}, func(scan func(...any) error) error {
			var scope Scope
			var hash []byte
			if err := scan(&scope.Org, &scope.Level, &hash); err != nil {
				return err
			}
			n++
			tx.OnCommit(func() { s.places.drop(scope, Hash(hash)) })
			return nil
		})
	})
	return n, err
}

// liveBytes sums the records that rows point to, by file.
func (s *Store) liveBytes(ctx context.Context) (map[string]int64, error) {
	live := map[string]int64{}
	err := s.Read(ctx, func(tx *Tx) error {
		return tx.Query(ctx, "SELECT file, sum(len) FROM blob GROUP BY file", nil, func(scan func(...any) error) error {
			var file string
			var n int64
			err := scan(&file, &n)
			live[file] = n
			return err
		})
	})
	return live, err
}

// record is a stored blob as its row has it.
type record struct {
	scope Scope
	hash  Hash
	place place
}

// compact appends the live records of a segment to the current one and points
// their rows there. Records move as they are, without being opened.
func (s *Store) compact(ctx context.Context, file string) (moved int64, err error) {
	list, err := s.recordsIn(ctx, file)
	if err != nil {
		return 0, err
	}
	for _, old := range list {
		rec := make([]byte, old.place.len)
		if err := s.depot.read(ctx, file, rec, old.place.pos); err != nil {
			return moved, err
		}
		b := &Staged{Scope: old.scope, Hash: old.hash, Size: old.place.size, rec: rec, s: s}
		err := s.WriteBlobs(ctx, 0, []*Staged{b}, func(tx *Tx) error {
			_, err := tx.Exec(ctx, "UPDATE blob SET file = $4, pos = $5 WHERE org_id = $1 AND level = $2 AND hash = $3 AND file = $6",
				b.Scope.Org, b.Scope.Level, b.Hash[:], b.place.file, b.place.pos, file)
			tx.OnCommit(func() { s.places.drop(b.Scope, b.Hash) })
			return err
		})
		if err != nil {
			return moved, err
		}
		moved++
	}
	return moved, nil
}

func (s *Store) recordsIn(ctx context.Context, file string) (list []record, err error) {
	err = s.Read(ctx, func(tx *Tx) error {
		return tx.Query(ctx, "SELECT org_id, level, hash, pos, len, size FROM blob WHERE file = $1", []any{file}, func(scan func(...any) error) error {
			r, err := scanRecord(scan)
			r.place.file = file
			list = append(list, r)
			return err
		})
	})
	return list, err
}

func scanRecord(scan func(...any) error, more ...any) (r record, err error) {
	var hash []byte
	err = scan(append([]any{&r.scope.Org, &r.scope.Level, &hash, &r.place.pos, &r.place.len, &r.place.size}, more...)...)
	copy(r.hash[:], hash)
	return r, err
}
