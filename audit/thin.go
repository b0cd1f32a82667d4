package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"chancery/kit/errs"
	"chancery/store"

	"golang.org/x/mod/sumdb/note"
)

// Checkpoints do not grow for ever: each vouches for all before it, so that of
// older ones fewer say as much. What is lost by it is where exactly a change
// begins that somebody made who could make all hashes anew.
const (
	keepAll    = 7 * 24 * time.Hour  // every one of so long,
	keepDaily  = 90 * 24 * time.Hour // then the last of each day, then of each month
	asideTries = 200                 // a quarter of a minute, for another process to let go of the file
)

// thin says which checkpoints to keep, by their sizes: always the first and the
// newest. They come in order of size.
func thin(list []Checkpoint, now time.Time) map[int64]bool {
	keep, last := map[int64]bool{}, map[string]int64{}
	for n, c := range list {
		switch age := now.Sub(c.At); {
		case n == 0 || n == len(list)-1 || age <= keepAll:
			keep[c.Size] = true
		case age <= keepDaily:
			last[c.At.UTC().Format(time.DateOnly)] = c.Size
		default:
			last[c.At.UTC().Format("2006-01")] = c.Size
		}
	}
	for _, size := range last {
		keep[size] = true
	}
	return keep
}

// sameDay says whether two times are of one day of UTC, as checkpoints are kept by.
func sameDay(a, b time.Time) bool {
	return a.UTC().Format(time.DateOnly) == b.UTC().Format(time.DateOnly)
}

// verified opens those of the notes that are signed by the record's key, in
// order of size. What is not is left alone, for [Verify] to find.
func verified(notes []string, key string) (list []Checkpoint) {
	by, err := note.NewVerifier(key)
	if err != nil {
		return nil
	}
	for _, text := range notes {
		if c, err := openCheckpoint(text, by); err == nil {
			list = append(list, c)
		}
	}
	slices.SortStableFunc(list, func(a, b Checkpoint) int { return int(min(max(a.Size-b.Size, -1), 1)) })
	return list
}

// prune drops checkpoints that are not kept any longer: first those of the
// database, then those of the file that the database has not either.
func prune(ctx context.Context, db *store.Store, org int64, now time.Time) error {
	key, _, err := keyOf(ctx, db, org)
	if err != nil {
		return err
	}
	have, err := notesOf(ctx, db, org)
	if err != nil {
		return err
	}
	list := verified(have, key)
	keep := thin(list, now)
	var drop []int64
	for _, c := range list {
		if !keep[c.Size] {
			drop = append(drop, c.Size)
			have = slices.DeleteFunc(have, func(text string) bool { return text == c.Note })
		}
	}
	if len(drop) > 0 {
		if err := db.Write(ctx, func(tx *store.Tx) error { return deleteCheckpoints(ctx, tx, org, drop) }); err != nil {
			return err
		}
	}
	return pruneAside(db, org, now, key, have)
}

// pruneAside writes the file anew without what is not kept any longer: beside
// it, and then in its place, so that a crash leaves the one or the other.
func pruneAside(db *store.Store, org int64, now time.Time, key string, have []string) error {
	name := asideName(db, org)
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return errs.Wrap(errs.Unavailable, err, "cannot read the checkpoints of the audit record")
	}
	noteOf := func(line []byte) string {
		var l asideLine
		if json.Unmarshal(line, &l) != nil {
			return ""
		}
		return l.Note
	}
	var notes []string
	for line := range bytes.Lines(text) {
		notes = append(notes, noteOf(line))
	}
	list := verified(notes, key)
	keep, drop := thin(list, now), map[string]bool{}
	for _, c := range list {
		if !keep[c.Size] && !slices.Contains(have, c.Note) {
			drop[c.Note] = true
		}
	}
	if len(drop) == 0 {
		return nil
	}
	var left []byte
	for line := range bytes.Lines(text) {
		if !drop[noteOf(line)] {
			left = append(left, line...)
		}
	}
	return errs.Wrap(errs.Unavailable, replaceFile(name, left), "cannot write the checkpoints of the audit record")
}

func replaceFile(name string, text []byte) error {
	next := name + ".next"
	f, err := os.OpenFile(next, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(next, name); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// lockAside keeps other processes from the file meanwhile: a checkpoint can be
// asked for at the command line while the server signs.
func lockAside(ctx context.Context, db *store.Store, org int64) (unlock func(), err error) {
	f, err := os.OpenFile(asideName(db, org)+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	for n := 0; err == nil; n++ {
		held := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if held == nil {
			return func() { f.Close() }, nil
		}
		if !errors.Is(held, syscall.EWOULDBLOCK) || n == asideTries {
			err = errors.Join(held, f.Close())
			break
		}
		select {
		case <-ctx.Done():
			err = errors.Join(ctx.Err(), f.Close())
		case <-time.After(75 * time.Millisecond):
		}
	}
	return nil, errs.Wrap(errs.Unavailable, err, "cannot lock the checkpoints of the audit record")
}
