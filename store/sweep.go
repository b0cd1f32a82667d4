package store

import (
	"context"
	"errors"
	"io/fs"
	"slices"
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
func (s *Store) Sweep(ctx context.Context) (SweepResult, error) { return s.sweep(ctx, time.Now()) }

func (s *Store) sweep(ctx context.Context, now time.Time) (r SweepResult, err error) {
	cutoff := now.Add(-sweepGrace)
	if r.Blobs, err = s.sweepRows(ctx, cutoff); err != nil {
		return r, err
	}
	live, err := s.liveBytes(ctx)
	if err != nil {
		return r, err
	}
	var sparse []string
	sizes := map[string]int64{}
	err = s.depot.list(ctx, func(file string, size int64) error {
		if s.depot.active(file) || fileTime(file).After(cutoff) {
			return nil
		}
		sizes[file] = size
		switch used := live[file]; {
		case used == 0:
			return s.sweepFile(ctx, file, size, &r)
		case isSegment(file) && used < size/2:
			sparse = append(sparse, file)
		}
		return nil
	})
	if err == nil && len(sparse) > 0 {
		err = s.compact(ctx, sparse, &r)
	}
	for _, file := range sparse {
		if err == nil {
			err = s.sweepFile(ctx, file, sizes[file], &r)
		}
	}
	return r, s.classify(err)
}

func (s *Store) sweepFile(ctx context.Context, file string, size int64, r *SweepResult) error {
	if err := s.depot.remove(ctx, file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	r.Files++
	r.Bytes += size
	return nil
}

func (s *Store) sweepRows(ctx context.Context, cutoff time.Time) (n int64, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		return tx.Query(ctx, "DELETE FROM blob WHERE refs <= 0 AND changed_at < $1 RETURNING org_id, level, hash", []any{cutoff.UnixMilli()}, func(scan func(...any) error) error {
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

// compact appends the live records of segments to the current one and points
// their rows there. Records move as they are, without being opened. The rows
// are found by one walk over all of them: an index by file would cost every
// delivery a page.
func (s *Store) compact(ctx context.Context, files []string, r *SweepResult) error {
	list, err := s.recordsIn(ctx, files)
	if err != nil {
		return err
	}
	for _, old := range list {
		rec := make([]byte, old.place.len)
		if err := s.depot.read(ctx, old.place.file, rec, old.place.pos); err != nil {
			return err
		}
		b := &Staged{Scope: old.scope, Hash: old.hash, Size: old.place.size, rec: rec, s: s}
		err := s.WriteBlobs(ctx, 0, []*Staged{b}, func(tx *Tx) error {
			_, err := tx.Exec(ctx, "UPDATE blob SET file = $4, pos = $5 WHERE org_id = $1 AND level = $2 AND hash = $3 AND file = $6",
				b.Scope.Org, b.Scope.Level, b.Hash[:], b.place.file, b.place.pos, old.place.file)
			tx.OnCommit(func() { s.places.drop(b.Scope, b.Hash) })
			return err
		})
		if err != nil {
			return err
		}
		r.Moved++
	}
	return nil
}

func (s *Store) recordsIn(ctx context.Context, files []string) (list []record, err error) {
	err = s.Read(ctx, func(tx *Tx) error {
		return tx.Query(ctx, "SELECT org_id, level, hash, pos, len, size, file FROM blob", nil, func(scan func(...any) error) error {
			var file string
			r, err := scanRecord(scan, &file)
			if r.place.file = file; slices.Contains(files, file) {
				list = append(list, r)
			}
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
