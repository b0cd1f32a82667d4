package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
	"time"

	"chancery/kit/id"
)

// fileTime reads the time a file was begun from its name; now when it has none.
func fileTime(file string) time.Time {
	name := file[strings.LastIndexByte(file, '/')+1:]
	if name != "" {
		if n, ok := id.Parse(name[0], name); ok {
			return time.UnixMilli(n >> 20)
		}
	}
	return time.Now()
}

// Problem is one thing that a check found wrong.
type Problem struct {
	What string // in words
	Blob *Hash  // the blob concerned, if it is one
}

// CheckResult says what a check looked at and found.
type CheckResult struct {
	Blobs    int64
	Bytes    int64
	Problems []Problem
}

// Check opens every blob and compares it with its hash, and asks the database
// to check itself. It changes nothing and runs beside a running server.
func (s *Store) Check(ctx context.Context, progress func(done int64)) (r CheckResult, err error) {
	if err := s.checkEngine(ctx, &r); err != nil {
		return r, err
	}
	var list []record
	err = s.Read(ctx, func(tx *Tx) error {
		return tx.Query(ctx, "SELECT org_id, level, hash, pos, len, size, file FROM blob ORDER BY file, pos", nil, func(scan func(...any) error) error {
			var file string
			rec, err := scanRecord(scan, &file)
			rec.place.file = file
			list = append(list, rec)
			return err
		})
	})
	if err != nil {
		return r, err
	}
	for _, rec := range list {
		if err := ctx.Err(); err != nil {
			return r, err
		}
		if err := s.checkBlob(ctx, rec); err != nil {
			hash := rec.hash
			r.Problems = append(r.Problems, Problem{fmt.Sprintf("blob %s of organisation %d in %s at %d: %v", rec.hash, rec.scope.Org, rec.place.file, rec.place.pos, err), &hash})
		}
		r.Blobs++
		r.Bytes += rec.place.size
		if progress != nil && r.Blobs%1000 == 0 {
			progress(r.Blobs)
		}
	}
	return r, nil
}

func (s *Store) checkBlob(ctx context.Context, rec record) error {
	b, err := s.openPlace(ctx, rec.scope, rec.place)
	if err != nil {
		// A sweep may have moved it since the list was read.
		s.places.drop(rec.scope, rec.hash)
		if b, err = s.Open(ctx, rec.scope, rec.hash); err != nil {
			return err
		}
	}
	defer b.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, b.Reader()); err != nil {
		return err
	}
	if Hash(sum.Sum(nil)) != rec.hash {
		return fmt.Errorf("the bytes are not those that were stored")
	}
	return nil
}

// checkEngine runs the engine's own check, where it has one.
func (s *Store) checkEngine(ctx context.Context, r *CheckResult) error {
	if s.engine.name() != "sqlite" {
		return nil
	}
	return s.Read(ctx, func(tx *Tx) error {
		return tx.Query(ctx, "PRAGMA integrity_check", nil, func(scan func(...any) error) error {
			var line string
			if err := scan(&line); err != nil {
				return err
			}
			if line != "ok" {
				r.Problems = append(r.Problems, Problem{What: "database: " + line})
			}
			return nil
		})
	})
}

// Refs calls each with every blob and how many references its row counts, so
// that rooms can compare the count with what they hold.
func (s *Store) Refs(ctx context.Context, each func(scope Scope, h Hash, refs int64) error) error {
	return s.Read(ctx, func(tx *Tx) error {
		return tx.Query(ctx, "SELECT org_id, level, hash, refs FROM blob", nil, func(scan func(...any) error) error {
			var scope Scope
			var hash []byte
			var refs int64
			if err := scan(&scope.Org, &scope.Level, &hash, &refs); err != nil {
				return err
			}
			return each(scope, Hash(hash), refs)
		})
	})
}

// SetRefs repairs the count of a blob's references.
func (tx *Tx) SetRefs(ctx context.Context, scope Scope, h Hash, refs int64) error {
	_, err := tx.Exec(ctx, "UPDATE blob SET refs = $4 WHERE org_id = $1 AND level = $2 AND hash = $3", scope.Org, scope.Level, h[:], refs)
	return err
}
