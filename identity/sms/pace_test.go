package sms

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/store"
)

// book is one in a database of its own.
func book(t *testing.T, url string) *Book {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), URL: url, Log: testkit.Log(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	b, err := NewBook(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestBook counts for all servers of an installation, who ask side by side, and
// forgets after an hour. It holds nothing by which a number could be known.
func TestBook(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		one := book(t, url)
		other, err := NewBook(t.Context(), one.db) // another server, or the same after a restart
		if err != nil {
			t.Fatal(err)
		}
		l := Limits{Number: 5, Account: 100, Network: 100, House: 100}
		now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
		by := Asker{7, netip.MustParseAddr("192.0.2.1")}
		var left atomic.Int64
		var all sync.WaitGroup
		for n := range 20 {
			all.Go(func() {
				b := one
				if n%2 == 0 {
					b = other
				}
				err := b.take(t.Context(), l, now.Add(time.Duration(n)*time.Second), ann, by)
				if err == nil {
					left.Add(1)
				} else if !errs.Is(err, errs.RateLimited) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if left.Load() != 5 {
			t.Errorf("%d left, want 5", left.Load())
		}
		var rows int
		var key []byte
		if err := one.db.Read(t.Context(), func(tx *store.Tx) error {
			if err := tx.Row(t.Context(), "SELECT count(*) FROM sms_left", nil, &rows); err != nil {
				return err
			}
			return tx.Row(t.Context(), "SELECT key FROM sms_left LIMIT 1", nil, &key)
		}); err != nil || rows != 20 || len(key) != 32 {
			t.Errorf("%d rows with keys of %d bytes, %v: what was refused counts", rows, len(key), err)
		}
		if err := other.take(t.Context(), l, now.Add(hour+21*time.Second), ann, by); err != nil {
			t.Errorf("an hour later: %v", err)
		}
	})
}
