package pace

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/store"
)

type counter struct {
	t  *testing.T
	db *store.Store
}

func (c counter) count(account int64, recipients int, at time.Time, most Limits) error {
	return c.db.Write(c.t.Context(), func(tx *store.Tx) error { return Count(c.t.Context(), tx, account, recipients, at, most) })
}

func newCounter(t *testing.T, url string) counter {
	t.Helper()
	db, err := store.Open(context.Background(), store.Options{Dir: t.TempDir(), URL: url, Log: testkit.Log(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := Migrate(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	return counter{t, db}
}

// TestCount lets so many letters go within an hour, and to so many recipients
// within a day, of each account by itself.
func TestCount(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		c := newCounter(t, url)
		noon := time.Date(2026, 11, 23, 12, 59, 0, 0, time.UTC)
		for _, s := range []struct {
			name       string
			account    int64
			recipients int
			at         time.Time
			most       Limits
			refused    string
		}{
			{"first", 1, 3, noon, Limits{2, 10}, ""},
			{"second", 1, 3, noon, Limits{2, 10}, ""},
			{"third", 1, 1, noon, Limits{2, 10}, "after 13:00 UTC"},
			{"another account", 2, 1, noon, Limits{2, 10}, ""},
			{"no limit", 1, 500, noon, Limits{}, ""},
			{"a higher one", 1, 1, noon, Limits{3, 10}, ""},
			{"the next hour", 1, 3, noon.Add(time.Minute), Limits{2, 10}, ""},
			{"more recipients than are left", 1, 1, noon.Add(time.Minute), Limits{2, 10}, "of which 0 are left"},
			{"what was refused does not count", 1, 0, noon.Add(time.Minute), Limits{2, 10}, ""},
			{"before the day is over", 1, 1, noon.Add(23 * time.Hour), Limits{0, 10}, "of which 0 are left"},
			{"the day is over for the first hour", 1, 7, noon.Add(24 * time.Hour), Limits{0, 10}, ""},
			{"more than ever", 3, 11, noon, Limits{0, 10}, "of which 10 are left"},
		} {
			err := c.count(s.account, s.recipients, s.at, s.most)
			if (err != nil) != (s.refused != "") || err != nil && (!errs.Is(err, errs.RateLimited) || !strings.Contains(err.Error(), s.refused)) {
				t.Errorf("%s: %v", s.name, err)
			}
		}
	})
}

// TestCountRace has many letters of one account come at once: no more go than
// may.
func TestCountRace(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		c := newCounter(t, url)
		now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
		var mu sync.Mutex
		var went int
		var all sync.WaitGroup
		for range 24 {
			all.Go(func() {
				err := c.count(1, 2, now, Limits{9, 15})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					went++
				} else if !errs.Is(err, errs.RateLimited) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if went != 7 {
			t.Errorf("%d letters with 2 recipients went, of 15 recipients", went)
		}
	})
}
