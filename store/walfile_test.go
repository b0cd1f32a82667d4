package store

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chancery/kit/errs"
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
