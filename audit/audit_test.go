package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func write(t *testing.T, db *store.Store, fn func(ctx context.Context, tx *store.Tx) error) {
	t.Helper()
	if err := db.Write(t.Context(), func(tx *store.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

// record appends so many entries.
func record(t *testing.T, db *store.Store, count int) {
	t.Helper()
	who := policy.Subject{Org: 1, Account: 7, Address: "ann@city.example", Post: "Clerk, Roads", Peer: "192.0.2.1", Network: "vpn", Door: "http"}
	for n := range count {
		write(t, db, func(ctx context.Context, tx *store.Tx) error {
			e, err := By(who, "test", fmt.Sprint(n), errs.E(errs.Forbidden, "no")).Change(map[string]any{"same": 1, "name": fmt.Sprint(n)}, map[string]any{"same": 1, "name": "x"})
			if err != nil {
				return err
			}
			e.Rule = "reach of vpn"
			return Append(ctx, tx, noon, e)
		})
	}
}

func sign(t *testing.T, db *store.Store) Checkpoint {
	t.Helper()
	c, signed, err := Sign(t.Context(), db, 1, noon)
	if err != nil || !signed {
		t.Fatal(signed, err)
	}
	return c
}

func verify(t *testing.T, db *store.Store, against Against) Checked {
	t.Helper()
	c, err := Verify(t.Context(), db, 1, against)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func exec(query string, args ...any) func(context.Context, *store.Tx) error {
	return func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	}
}

// forge makes leaves and end of a record anew from its rows, as somebody would
// who can write into the database and knows how it is made.
func forge(ctx context.Context, tx *store.Tx) error {
	var all []Entry
	if err := selectAll(ctx, tx, 1, func(e Entry, _ []byte) error { all = append(all, e); return nil }); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM audit"); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM audit_head"); err != nil {
		return err
	}
	for _, e := range all {
		if err := Append(ctx, tx, e.At, e); err != nil {
			return err
		}
	}
	return nil
}

// then is one transaction behind our back.
func then(steps ...func(context.Context, *store.Tx) error) func(*testing.T, *store.Store) {
	return func(t *testing.T, db *store.Store) {
		write(t, db, func(ctx context.Context, tx *store.Tx) error {
			for _, step := range steps {
				if err := step(ctx, tx); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// file changes the checkpoints beside the database.
func file(change func([]byte) []byte) func(*testing.T, *store.Store) {
	return func(t *testing.T, db *store.Store) {
		text, err := os.ReadFile(asideName(db, 1))
		if err == nil {
			err = os.WriteFile(asideName(db, 1), change(text), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// tamperings are what TestTampering does, what was kept elsewhere, and what is found.
var tamperings = map[string]struct {
	do      func(*testing.T, *store.Store)
	against func(first Checkpoint, key string) Against
	fault   string
	broken  int64
}{
	"nothing":                          {do: then()},
	"an entry changed":                 {do: then(exec("UPDATE audit SET object = 'x' WHERE seq = 3")), fault: FaultEntry, broken: 3},
	"what stood there before":          {do: then(exec("UPDATE audit SET old_value = '' WHERE seq = 4")), fault: FaultEntry, broken: 4},
	"the post":                         {do: then(exec("UPDATE audit SET post = 'Mayor' WHERE seq = 6")), fault: FaultEntry, broken: 6},
	"the zone":                         {do: then(exec("UPDATE audit SET zone = 'inner' WHERE seq = 7")), fault: FaultEntry, broken: 7},
	"the rule":                         {do: then(exec("UPDATE audit SET rule = '' WHERE seq = 8")), fault: FaultEntry, broken: 8},
	"one for the other":                {do: then(exec("UPDATE audit SET rule = zone, zone = rule WHERE seq = 1")), fault: FaultEntry, broken: 1},
	"a time":                           {do: then(exec("UPDATE audit SET at = at + 1 WHERE seq = 9")), fault: FaultEntry, broken: 9},
	"an entry taken away":              {do: then(exec("DELETE FROM audit WHERE seq = 5")), fault: FaultEntry, broken: 5},
	"the last one":                     {do: then(exec("DELETE FROM audit WHERE seq = 10")), fault: FaultEntry, broken: 10},
	"two in each other's place":        {do: then(exec("UPDATE audit SET seq = 99 WHERE seq = 2"), exec("UPDATE audit SET seq = 2 WHERE seq = 3"), exec("UPDATE audit SET seq = 3 WHERE seq = 99")), fault: FaultEntry, broken: 2},
	"changed, and all hashes anew":     {do: then(exec("UPDATE audit SET object = 'x' WHERE seq = 2"), forge), fault: FaultCheckpoint, broken: 1},
	"after the first, hashes anew":     {do: then(exec("UPDATE audit SET object = 'x' WHERE seq = 6"), forge), fault: FaultCheckpoint, broken: 5},
	"cut off, and the end with it":     {do: then(exec("DELETE FROM audit WHERE seq > 5"), forge), fault: FaultEntry, broken: 6},
	"with the checkpoints too":         {do: then(exec("DELETE FROM audit WHERE seq > 5"), forge, exec("DELETE FROM audit_checkpoint WHERE size > 5")), fault: FaultEntry, broken: 6},
	"a checkpoint's text":              {do: then(exec("UPDATE audit_checkpoint SET note = replace(note, '2026', '2025') WHERE size = 4")), fault: FaultSignature},
	"the key":                          {do: then(exec("DELETE FROM audit_key")), fault: FaultSignature},
	"the file taken away":              {do: func(t *testing.T, db *store.Store) { os.Remove(asideName(db, 1)) }, fault: FaultFile},
	"a line of the file":               {do: file(func(b []byte) []byte { return bytes.Replace(b, []byte("2026"), []byte("2025"), 1) }), fault: FaultSignature},
	"a line of the file cut":           {do: file(func(b []byte) []byte { return b[20:] }), fault: FaultFile},
	"the file torn by a crash":         {do: file(func(b []byte) []byte { return b[:len(b)-20] })},
	"a checkpoint only in the file":    {do: then(exec("DELETE FROM audit_checkpoint"))},
	"kept elsewhere, and it fits":      {do: then(), against: func(first Checkpoint, key string) Against { return Against{Notes: []string{first.Note}, Verifier: key} }},
	"all signed anew by another key":   {do: resign, against: func(_ Checkpoint, key string) Against { return Against{Verifier: key} }, fault: FaultSignature},
	"and a checkpoint kept elsewhere":  {do: resign, against: func(first Checkpoint, _ string) Against { return Against{Notes: []string{first.Note}} }, fault: FaultSignature},
	"all signed anew, nothing is kept": {do: resign}, // which is why checkpoints are kept elsewhere
}

// TestTampering changes a record of ten entries, seven of them signed for, in
// every way that comes to mind, and expects each to be found where it is.
func TestTampering(t *testing.T) {
	for name, c := range tamperings {
		t.Run(name, func(t *testing.T) {
			testkit.EachDB(t, func(t *testing.T, url string) {
				db := open(t, url)
				record(t, db, 4)
				first := sign(t, db)
				record(t, db, 3)
				sign(t, db)
				record(t, db, 3)
				key, _, err := keyOf(t.Context(), db, 1)
				if err != nil {
					t.Fatal(err)
				}
				c.do(t, db)
				var against Against
				if c.against != nil {
					against = c.against(first, key)
				}
				fault := c.fault
				if fault == FaultFile && db.Engine() != "sqlite" && name == "the file taken away" {
					fault = "" // another server has it
				}
				got := verify(t, db, against)
				if got.Fault != fault || got.Broken != c.broken {
					t.Errorf("found %q at %d, want %q at %d", got.Fault, got.Broken, fault, c.broken)
				}
				if (got.Err(1) == nil) != (fault == "") {
					t.Error(got.Err(1))
				}
				if fault == "" && (got.Entries != 10 || got.Signed < 7) {
					t.Errorf("%+v", got)
				}
			})
		})
	}
}

// resign is what somebody can do who has the database, the keys and the disk.
func resign(t *testing.T, db *store.Store) {
	write(t, db, func(ctx context.Context, tx *store.Tx) error {
		for _, text := range []string{"UPDATE audit SET object = 'x' WHERE seq = 2", "DELETE FROM audit_key", "DELETE FROM audit_checkpoint"} {
			if _, err := tx.Exec(ctx, text); err != nil {
				return err
			}
		}
		return forge(ctx, tx)
	})
	os.Remove(asideName(db, 1))
	sign(t, db)
}

// TestSign signs only what is new, and writes what a crash kept from the file.
func TestSign(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		db := open(t, url)
		if _, signed, err := Sign(t.Context(), db, 1, noon); signed || err != nil {
			t.Fatal("signed an empty record", err)
		}
		record(t, db, 3)
		first := sign(t, db)
		if first.Size != 3 || !strings.HasPrefix(first.Note, "chancery-audit-1-") || !strings.Contains(first.Note, "\n3\n") || !strings.Contains(first.Note, "\n2026-03-02T12:00:00Z\n") {
			t.Fatalf("%+v", first)
		}
		if _, signed, err := Sign(t.Context(), db, 1, noon); signed || err != nil {
			t.Fatal("signed twice", err)
		}
		record(t, db, 1)
		sign(t, db)
		text, err := os.ReadFile(asideName(db, 1))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(asideName(db, 1), text[:len(text)-7], 0o600); err != nil {
			t.Fatal(err)
		}
		record(t, db, 1)
		var told []int64
		if err := SignAll(t.Context(), db, noon, func(_ int64, c Checkpoint) { told = append(told, c.Size) }); err != nil || fmt.Sprint(told) != "[5]" {
			t.Fatal(told, err)
		}
		lines, whole, err := readAside(db, 1)
		if err != nil || len(lines) != 3 || lines[1].Size != 4 || lines[2].Size != 5 || whole == 0 {
			t.Fatalf("%+v, %v", lines, err)
		}
		if got := verify(t, db, Against{}); got.Fault != "" || got.Signed != 5 {
			t.Errorf("%+v", got)
		}
		var newest Checkpoint
		err = db.Read(t.Context(), func(tx *store.Tx) (err error) {
			newest, _, err = Newest(t.Context(), tx, 1)
			return err
		})
		if err != nil || newest.Size != 5 || !newest.At.Equal(noon) || newest.Note != lines[2].Note {
			t.Errorf("%+v, %v", newest, err)
		}
	})
}

// TestList returns the newest first.
func TestList(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		db := open(t, url)
		record(t, db, 5)
		list, err := List(t.Context(), db, 1, 2)
		if err != nil || len(list) != 2 || list[0].Object != "4" || list[0].Result != "forbidden" {
			t.Fatalf("%+v, %v", list, err)
		}
	})
}

// TestUpgrade puts records into a tree that were written as a chain, whole and
// broken ones.
func TestUpgrade(t *testing.T) {
	for name, c := range map[string]struct {
		spoil  string
		broken int
		fault  string
	}{
		"whole":            {"", 0, ""},
		"changed":          {"UPDATE audit SET object = 'x' WHERE seq = 2", 2, ""},
		"one is gone":      {"DELETE FROM audit WHERE seq = 3", 3, FaultEntry},
		"the last is gone": {"UPDATE audit_head SET hash = 'x'", 5, ""},
	} {
		t.Run(name, func(t *testing.T) {
			testkit.EachDB(t, func(t *testing.T, url string) {
				db := open(t, url)
				record(t, db, 5)
				write(t, db, chain)
				if c.spoil != "" {
					write(t, db, exec(c.spoil))
				}
				if err := upgrade(t.Context(), db); err != nil {
					t.Fatal(err)
				}
				record(t, db, 1)
				if err := upgrade(t.Context(), db); err != nil { // does nothing more
					t.Fatal(err)
				}
				got := verify(t, db, Against{})
				if got.Fault != c.fault || c.fault == "" && got.Entries != 7 {
					t.Errorf("%+v", got)
				}
				list, err := List(t.Context(), db, 1, 2)
				if err != nil || list[1].Verb != "record.upgrade" || !strings.Contains(list[1].After, fmt.Sprintf(`"broken":%d`, c.broken)) {
					t.Errorf("%+v, %v", list, err)
				}
			})
		})
	}
}

// TestOlderEntries reads a record as the program before wrote it, whose entries
// had neither post nor zone nor rule: it fits, goes on, and a post that is
// written into an old entry shows.
func TestOlderEntries(t *testing.T) {
	before, err := fs.ReadDir(schema, "schema")
	if err != nil {
		t.Fatal(err)
	}
	old := fstest.MapFS{}
	for _, f := range before {
		if f.Name() < "0006" {
			text, err := fs.ReadFile(schema, "schema/"+f.Name())
			if err != nil {
				t.Fatal(err)
			}
			old["schema/"+f.Name()] = &fstest.MapFile{Data: text}
		}
	}
	// Leaves and head of three entries, as that program made them.
	fixture, err := os.ReadFile("testdata/before-0006.sql")
	if err != nil {
		t.Fatal(err)
	}
	testkit.EachDB(t, func(t *testing.T, url string) {
		db, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), URL: url, Log: testkit.Log(t)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		if err := db.Migrate(t.Context(), "audit", old); err != nil {
			t.Fatal(err)
		}
		hexed := map[string]string{"sqlite": "x'$1'", "postgres": "'\\x$1'"}[db.Engine()]
		for text := range strings.SplitSeq(strings.TrimSpace(string(fixture)), ";\n") {
			write(t, db, exec(regexp.MustCompile(`x'([0-9a-f]*)'`).ReplaceAllString(text, hexed)))
		}
		if err := Migrate(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		if got := verify(t, db, Against{}); got.Fault != "" || got.Entries != 3 {
			t.Fatalf("%+v", got)
		}
		record(t, db, 1)
		if got := verify(t, db, Against{}); got.Fault != "" || got.Entries != 4 {
			t.Fatalf("%+v", got)
		}
		write(t, db, exec("UPDATE audit SET post = 'Mayor' WHERE seq = 2"))
		if got := verify(t, db, Against{}); got.Fault != FaultEntry || got.Broken != 2 {
			t.Errorf("%+v", got)
		}
	})
}

// chain writes the record as it was before it was a tree.
func chain(ctx context.Context, tx *store.Tx) error {
	links := [][]byte{{}}
	err := selectAll(ctx, tx, 1, func(e Entry, _ []byte) error {
		text, err := json.Marshal(e)
		link := sha256.Sum256(append(bytes.Clone(links[len(links)-1]), text...))
		links = append(links, link[:])
		return err
	})
	for n, link := range links[1:] {
		if err == nil {
			err = setLeaf(ctx, tx, 1, int64(n)+1, link)
		}
	}
	if err == nil {
		err = putHead(ctx, tx, 1, links[len(links)-1], []byte{})
	}
	return err
}

// BenchmarkAppend is what an act pays for its entry, a hundred in a transaction.
func BenchmarkAppend(b *testing.B) {
	db, err := store.Open(b.Context(), store.Options{Dir: b.TempDir()})
	if err == nil {
		defer db.Close()
		err = Migrate(b.Context(), db)
	}
	for err == nil && b.Loop() {
		err = db.Write(b.Context(), func(tx *store.Tx) (err error) {
			for n := 0; n < 100 && err == nil; n++ {
				err = Append(b.Context(), tx, noon, Entry{Org: 1, Account: 7, Address: "ann@city.example", Verb: "test", Object: "x", Result: "ok"})
			}
			return err
		})
	}
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100, "ns/entry")
}
