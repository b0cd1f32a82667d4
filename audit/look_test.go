package audit

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
)

func open(t *testing.T, url string) *store.Store {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), URL: url, Log: testkit.Log(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := Migrate(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	return db
}

func put(t *testing.T, db *store.Store, at time.Time, e Entry) {
	t.Helper()
	if err := db.Write(t.Context(), func(tx *store.Tx) error { return Append(t.Context(), tx, at, e) }); err != nil {
		t.Fatal(err)
	}
}

// pages looks until the record ends, and returns the numbers of the entries
// by page.
func pages(t *testing.T, db *store.Store, f Filter, limit int, between func()) (list [][]int64) {
	t.Helper()
	for after := int64(0); ; {
		var found Found
		err := db.Read(t.Context(), func(tx *store.Tx) (err error) {
			found, err = Look(t.Context(), tx, 1, f, after, limit)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		page := []int64{}
		for _, e := range found.Entries {
			page = append(page, e.Seq)
		}
		if list = append(list, page); found.Next == 0 || len(list) > 100 {
			return list
		}
		after = found.Next
		between()
	}
}

// TestLook looks for entries by each part of a filter, and pages through them
// while others come.
func TestLook(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		db := open(t, url)
		day := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
		ann := policy.Subject{Org: 1, Account: 7, Address: "ann@city.example", Peer: "10.0.0.1", Door: "http"}
		eve := policy.Subject{Org: 1, Address: "eve@city.example", Peer: "2001:db8::9", Door: "imap"}
		refused := errs.E(errs.Forbidden, "no")
		put(t, db, day, By(ann, "sign-in", "account 7", nil))                         // 1
		put(t, db, day.Add(time.Hour), By(eve, "sign-in", "account 0", refused))      // 2
		put(t, db, day.Add(24*time.Hour), By(ann, "person.change", "person 3", nil))  // 3
		put(t, db, day.Add(25*time.Hour), By(ann, "person.add", "person 4", refused)) // 4
		put(t, db, day.Add(48*time.Hour), By(ann, "mail.report", "message 5", nil))   // 5
		put(t, db, day.Add(20*time.Hour), By(ann, "session.end", "session 5", nil))   // 6: the clock was put back
		put(t, db, day, By(policy.Subject{Org: 2, Account: 7}, "sign-in", "account 7", nil))
		for _, c := range []struct {
			name string
			f    Filter
			want []int64
		}{
			{"all, by time", Filter{}, []int64{5, 4, 3, 6, 2, 1}},
			{"who", Filter{Accounts: []int64{7}}, []int64{5, 4, 3, 6, 1}},
			{"no account", Filter{Address: "eve@city.example"}, []int64{2}},
			{"objects", Filter{Objects: []string{"person 3", "person 4"}}, []int64{4, 3}},
			{"family of people", Filter{Family: "people"}, []int64{4, 3}},
			{"family of sign-ins", Filter{Family: "signIns"}, []int64{6, 2, 1}},
			{"family of mail", Filter{Family: "mail"}, []int64{5}},
			{"family of roles", Filter{Family: "roles"}, []int64{}},
			{"refused", Filter{Result: "refused"}, []int64{4, 2}},
			{"done", Filter{Result: "ok", Accounts: []int64{7}}, []int64{5, 3, 6, 1}},
			{"from where", Filter{Peer: "2001:db8::9"}, []int64{2}},
			{"days", Filter{From: day.Add(20 * time.Hour), To: day.Add(25 * time.Hour)}, []int64{3, 6}},
			{"what no index knows", Filter{Keep: func(e Entry) bool { return strings.HasPrefix(e.Peer, "10.") && e.Seq != 3 }}, []int64{5, 4, 6, 1}},
			{"together", Filter{Accounts: []int64{7}, Family: "people", Result: "ok", From: day}, []int64{3}},
		} {
			for _, limit := range []int{1, 2, 100} {
				if got := slices.Concat(pages(t, db, c.f, limit, func() {})...); !slices.Equal(got, c.want) && len(got)+len(c.want) > 0 {
					t.Errorf("%s, %d a page: %v, want %v", c.name, limit, got, c.want)
				}
			}
		}
		late := day.Add(100 * time.Hour)
		got := pages(t, db, Filter{}, 2, func() { put(t, db, late, By(ann, "sign-in", "account 7", nil)) })
		if want := [][]int64{{5, 4}, {3, 6}, {2, 1}}; !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("while entries come: %v, want %v", got, want)
		}
		for _, f := range []Filter{{Family: "everything"}, {Peer: strings.Repeat("1", 101)}, {Objects: make([]string, MaxNames+1)}} {
			if f.Check() == nil {
				t.Errorf("%+v was taken", f)
			}
		}
	})
}

// TestCheck keeps what came of following the chain, and sees a changed entry,
// a missing one and an end that was cut off.
func TestCheck(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		for _, c := range []struct {
			name, damage string
			broken       int64
		}{
			{"whole", "", 0},
			{"changed", "UPDATE audit SET object = 'x' WHERE org_id = 1 AND seq = 3", 3},
			{"missing", "DELETE FROM audit WHERE org_id = 1 AND seq = 2", 2},
			{"cut off", "DELETE FROM audit WHERE org_id = 1 AND seq = 5", 5},
			{"added behind the end", "UPDATE audit_head SET seq = 4 WHERE org_id = 1", 4},
		} {
			db := open(t, url)
			for n := range 5 {
				put(t, db, time.Now(), Entry{Org: 1, Verb: "test", Object: strconv.Itoa(n)})
			}
			now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
			err := db.Write(t.Context(), func(tx *store.Tx) error {
				if c.damage == "" {
					return nil
				}
				_, err := tx.Exec(t.Context(), c.damage)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			got, err := Check(t.Context(), db, 1, now)
			if err != nil || got.Broken != c.broken || !got.At.Equal(now) {
				t.Errorf("%s: %+v, %v; want the link %d", c.name, got, err, c.broken)
			}
			err = db.Write(t.Context(), func(tx *store.Tx) error {
				kept, _, err := LastCheck(t.Context(), tx, 1)
				if kept != got {
					t.Errorf("%s: kept %+v of %+v", c.name, kept, got)
				}
				for _, table := range []string{"audit", "audit_head", "audit_check"} {
					if _, err := tx.Exec(t.Context(), "DELETE FROM "+table); err != nil {
						return err
					}
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			db.Close()
		}
	})
}

// TestLookIsIndexed fills a record with many entries (a million where
// CHANCERY_RECORD_ENTRIES says so), and sees that each look goes by an index
// and takes no longer for finding little.
func TestLookIsIndexed(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	entries := window + 20_000
	if n, err := strconv.Atoi(os.Getenv("CHANCERY_RECORD_ENTRIES")); err == nil {
		entries = n
	}
	testkit.EachDB(t, func(t *testing.T, url string) {
		db := open(t, url)
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			if _, err := tx.Exec(t.Context(), "DELETE FROM audit"); err != nil {
				return err
			}
			_, err := tx.Exec(t.Context(), `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
				INSERT INTO audit (org_id, seq, at, account_id, address, peer, door, verb, object, result, hash)
				SELECT 1, i, 1000 * i, i % 5000, 'a@city.example', '10.0.0.' || (i % 200), 'http', CASE WHEN i = 9 THEN 'role.grant' ELSE 'sign-in' END, 'account ' || (i % 5000), 'ok', $2 FROM n`, entries, []byte{1})
			if err == nil && db.Engine() != "sqlite" {
				_, err = tx.Exec(t.Context(), "ANALYZE audit")
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		middle := time.UnixMilli(int64(entries) * 500)
		for name, f := range map[string]Filter{
			"when": {}, "when, some days": {From: middle, To: middle.Add(24 * time.Hour)}, "when, a rare verb": {Family: "roles"},
			"object": {Objects: []string{"account 17", "account 18"}}, "peer": {Peer: "10.0.0.7"}, "account": {Accounts: []int64{17}},
		} {
			var plan string
			var found Found
			start := time.Now()
			err := db.Read(t.Context(), func(tx *store.Tx) (err error) {
				if found, err = Look(t.Context(), tx, 1, f, 0, 100); err != nil {
					return err
				}
				took := time.Since(start)
				from := point{int64(entries) * 900, int64(entries)}
				floor, _, err := selectWindowEnd(t.Context(), tx, f.where(1, from, point{}), window)
				q := f.where(1, from, floor)
				f.refine(&q)
				plan = explain(t, tx, db.Engine(), look(q, 101), q.args)
				t.Logf("%s: %d entries, %v; %s", name, len(found.Entries), took, plan)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			index, rest, _ := strings.Cut(name, ",")
			if rest != "" && entries < 5*window {
				continue // the window is most of the table: reading all of it is as good
			}
			if !strings.Contains(plan, "audit_"+index) || strings.Contains(plan, "Seq Scan") || strings.Contains(plan, "SCAN") {
				t.Errorf("%s goes by\n%s", name, plan)
			}
		}
		last := pages(t, db, Filter{Family: "roles"}, 100, func() {})
		if got := slices.Concat(last...); !slices.Equal(got, []int64{9}) || len(last) > entries/window+1 {
			t.Errorf("a rare verb: %v on %d pages", got, len(last))
		}
	})
}

func explain(t *testing.T, tx *store.Tx, engine, text string, args []any) string {
	t.Helper()
	plan := []string{}
	var a, b, c int64
	var line string
	prefix, into := "EXPLAIN ", []any{&line}
	if engine == "sqlite" {
		prefix, into = "EXPLAIN QUERY PLAN ", []any{&a, &b, &c, &line}
	}
	err := tx.Query(t.Context(), prefix+text, args, func(scan func(...any) error) error {
		err := scan(into...)
		plan = append(plan, strings.TrimSpace(line))
		return err
	})
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", text, err))
	}
	return strings.Join(plan, " | ")
}
