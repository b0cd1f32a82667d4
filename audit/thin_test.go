package audit

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"chancery/kit/testkit"
	"chancery/store"
)

// TestThin goes through two years of a checkpoint an hour, and thins out every
// day.
func TestThin(t *testing.T) {
	var list []Checkpoint
	start := noon.AddDate(-2, 0, 0)
	size := int64(0)
	for now := start; now.Before(noon); now = now.Add(time.Hour) {
		size++
		c := Checkpoint{Size: size, At: now}
		list = append(list, c)
		if size%24 == 0 {
			keep := thin(list, now)
			list = slices.DeleteFunc(list, func(c Checkpoint) bool { return !keep[c.Size] })
		}
	}
	keep := thin(list, noon)
	list = slices.DeleteFunc(list, func(c Checkpoint) bool { return !keep[c.Size] })
	if list[0].Size != 1 || list[len(list)-1].Size != size {
		t.Errorf("the first is %d, the newest %d of %d", list[0].Size, list[len(list)-1].Size, size)
	}
	hours, days, months := 0, map[string]bool{}, map[string]bool{}
	for _, c := range list[1:] {
		switch age := noon.Sub(c.At); {
		case age <= 7*24*time.Hour:
			hours++
		case age <= 90*24*time.Hour:
			if day := c.At.Format(time.DateOnly); days[day] {
				t.Errorf("%s has two", day)
			} else {
				days[day] = true
			}
		default:
			if month := c.At.Format("2006-01"); months[month] {
				t.Errorf("%s has two", month)
			} else {
				months[month] = true
			}
		}
	}
	if hours != 7*24 || len(days) < 83 || len(days) > 84 || len(months) < 21 || len(months) > 23 {
		t.Errorf("%d of the last days, %d of days, %d of months are left", hours, len(days), len(months))
	}
	if again := thin(list, noon); len(again) != len(list) {
		t.Errorf("%d are left, then %d", len(list), len(again))
	}
}

// aged is a record of forty entries, two a day, each signed for, that is then
// left alone until the first are more than a week old.
func aged(t *testing.T, url string) (*store.Store, time.Time) {
	t.Helper()
	db := open(t, url)
	now := noon
	for range 40 {
		record(t, db, 1)
		if _, signed, err := Sign(t.Context(), db, 1, now); err != nil || !signed {
			t.Fatal(signed, err)
		}
		now = now.Add(11 * time.Hour)
	}
	return db, now
}

func sizes(t *testing.T, db *store.Store) (inDB, inFile []int64) {
	t.Helper()
	err := db.Read(t.Context(), func(tx *store.Tx) error {
		return selectCheckpoints(t.Context(), tx, 1, 0, func(c Checkpoint) error { inDB = append(inDB, c.Size); return nil })
	})
	if err != nil {
		t.Fatal(err)
	}
	lines, _, err := readAside(db, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		inFile = append(inFile, l.Size)
	}
	return inDB, inFile
}

// TestPrune drops older checkpoints from database and file alike, and what is
// left still finds what was changed, cut off or taken away.
func TestPrune(t *testing.T) {
	for name, c := range map[string]struct {
		do     func(*testing.T, *store.Store)
		fault  string
		broken int64
	}{
		"nothing":                         {do: then()},
		"changed where none is left":      {do: then(exec("UPDATE audit SET object = 'x' WHERE seq = 4"), forge), fault: FaultCheckpoint, broken: 3},
		"the first entry":                 {do: then(exec("UPDATE audit SET object = 'x' WHERE seq = 1"), forge), fault: FaultCheckpoint, broken: 1},
		"cut off, with the checkpoints":   {do: then(exec("DELETE FROM audit WHERE seq > 5"), forge, exec("DELETE FROM audit_checkpoint WHERE size > 5")), fault: FaultEntry, broken: 6},
		"the file taken back to older":    {do: file(func(b []byte) []byte { return b[:bytes.IndexByte(b, '\n')+1] }), fault: FaultFile},
		"checkpoints of the database":     {do: then(exec("DELETE FROM audit_checkpoint WHERE size > 1 AND size < 40"))},
		"all of them, and the hashes new": {do: then(exec("UPDATE audit SET object = 'x' WHERE seq = 38"), forge, exec("DELETE FROM audit_checkpoint")), fault: FaultCheckpoint, broken: 38},
	} {
		t.Run(name, func(t *testing.T) {
			testkit.EachDB(t, func(t *testing.T, url string) {
				db, now := aged(t, url)
				inDB, inFile := sizes(t, db)
				if !slices.Equal(inDB, inFile) || len(inDB) >= 40 || len(inDB) < 24 || inDB[0] != 1 || inDB[len(inDB)-1] != 40 {
					t.Fatalf("left are %v and %v", inDB, inFile)
				}
				c.do(t, db)
				got := verify(t, db, Against{})
				fault := c.fault
				if fault == FaultFile && db.Engine() != "sqlite" {
					fault = "" // another server has it
				}
				if got.Fault != fault || got.Broken != c.broken {
					t.Errorf("found %q at %d, want %q at %d", got.Fault, got.Broken, fault, c.broken)
				}
				if name != "nothing" {
					return
				}
				// With time less is left; the first and the newest always are.
				for range 3 {
					now = now.AddDate(0, 2, 0)
					record(t, db, 1)
					if _, _, err := Sign(t.Context(), db, 1, now); err != nil {
						t.Fatal(err)
					}
				}
				inDB, inFile = sizes(t, db)
				if fmt.Sprint(inDB) != "[1 40 41 42 43]" || !slices.Equal(inDB, inFile) {
					t.Errorf("left are %v and %v", inDB, inFile)
				}
				if got := verify(t, db, Against{}); got.Fault != "" || got.Signed != 43 {
					t.Errorf("%+v", got)
				}
			})
		})
	}
}

// TestPruneKeepsEvidence leaves in the file what does not verify, whatever its
// age, and what the database has not any more by another's hand; what a crash
// left beside the file does no harm.
func TestPruneKeepsEvidence(t *testing.T) {
	db, now := aged(t, "")
	const damaged = "not a checkpoint\n"
	file(func(b []byte) []byte {
		first, rest, _ := bytes.Cut(b, []byte("\n"))
		return slices.Concat(bytes.Replace(first, []byte("2026"), []byte("2025"), 1), []byte("\n"+damaged), rest)
	})(t, db)
	if err := os.WriteFile(asideName(db, 1)+".next", []byte("half a li"), 0o600); err != nil {
		t.Fatal(err)
	}
	record(t, db, 1)
	if _, _, err := Sign(t.Context(), db, 1, now.AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(asideName(db, 1))
	if err != nil {
		t.Fatal(err)
	}
	if s := string(text); !strings.Contains(s, damaged) || !strings.Contains(s, "2025-03-02") || strings.Count(s, "\n") > 6 {
		t.Errorf("the file is\n%s", s)
	}
	if got := verify(t, db, Against{}); got.Fault != FaultFile && got.Fault != FaultSignature {
		t.Errorf("%+v", got)
	}
	if left, err := os.Stat(asideName(db, 1) + ".next"); err == nil {
		t.Errorf("%s is left", left.Name())
	}
	if info, err := os.Stat(asideName(db, 1)); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}
}

// TestSignTogether signs from two processes at once: no line of the file is lost.
func TestSignTogether(t *testing.T) {
	db, now := aged(t, "")
	done := make(chan error)
	for range 2 {
		go func() {
			ctx := context.WithoutCancel(t.Context())
			var err error
			for n := 0; n < 10 && err == nil; n++ {
				if err = db.Write(ctx, func(tx *store.Tx) error {
					return Append(ctx, tx, now, Entry{Org: 1, Verb: "test", Result: "ok"})
				}); err == nil {
					_, _, err = Sign(ctx, db, 1, now.AddDate(0, 0, n))
				}
			}
			done <- err
		}()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	inDB, inFile := sizes(t, db)
	if !slices.Equal(inDB, inFile) {
		t.Errorf("left are %v and %v", inDB, inFile)
	}
	if got := verify(t, db, Against{}); got.Fault != "" {
		t.Errorf("%+v", got)
	}
}
