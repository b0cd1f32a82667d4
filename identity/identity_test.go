package identity

import (
	"net/netip"
	"testing"
	"time"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
)

var here = Peer{Addr: netip.MustParseAddr("192.0.2.7"), Door: "test"}

func newIdentity(t *testing.T, url string) (*Identity, *clock.Fake, directory.Account) {
	t.Helper()
	ctx := t.Context()
	db, err := store.Open(ctx, store.Options{Dir: t.TempDir(), URL: url, Log: testkit.Log(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := audit.Migrate(ctx, db); err != nil {
		t.Fatal(err)
	}
	now := clock.NewFake(time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC))
	dir, err := directory.New(ctx, db, now)
	if err != nil {
		t.Fatal(err)
	}
	i, err := New(ctx, db, dir, Config{}, now, testkit.Log(t))
	if err != nil {
		t.Fatal(err)
	}
	a, err := dir.AddAccount(ctx, directory.Account{Address: "ann@city.example"})
	if err != nil {
		t.Fatal(err)
	}
	if err := i.SetPassword(ctx, policy.System(a.Org), a.Org, a.ID, "Đường về 12"); err != nil {
		t.Fatal(err)
	}
	return i, now, a
}

// TestSignIn walks through right and wrong passwords, the pace, and sessions.
func TestSignIn(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, now, a := newIdentity(t, url)
		s, err := i.Verify(ctx, "Ann@City.example", "Đường về 12", here)
		if err != nil || s.Account != a.ID || s.Zone != policy.Outer {
			t.Fatalf("%+v, %v", s, err)
		}
		// The same letters typed with combining marks.
		if _, err := i.Verify(ctx, a.Address, "Đường về 12", here); err != nil {
			t.Errorf("decomposed: %v", err)
		}
		for n := range freePerAccount {
			if _, err := i.Verify(ctx, a.Address, "wrong", here); !errs.Is(err, errs.Unauthenticated) {
				t.Fatalf("try %d: %v", n, err)
			}
		}
		if _, err := i.Verify(ctx, a.Address, "wrong again", here); !errs.Is(err, errs.RateLimited) {
			t.Errorf("too many tries: %v", err)
		}
		elsewhere := Peer{Addr: netip.MustParseAddr("198.51.100.1")}
		if _, err := i.Verify(ctx, a.Address, "Đường về 12 ", elsewhere); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("from elsewhere: %v", err)
		}
		now.Advance(2 * time.Second)
		if _, err := i.Verify(ctx, a.Address, "Đường về 12", here); err != nil {
			t.Errorf("after waiting: %v", err)
		}
		if _, err := i.Verify(ctx, "nobody@city.example", "x", elsewhere); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("nobody: %v", err)
		}
	})
}

// TestSession checks the ends of a session: idle, password change, sign-out.
func TestSession(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, now, a := newIdentity(t, url)
		open := func() string {
			s, err := i.Verify(ctx, a.Address, "Đường về 12", here)
			if err != nil {
				t.Fatal(err)
			}
			token, err := i.OpenSession(ctx, s, "test")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := i.Session(ctx, token, here); err != nil {
				t.Fatal(err)
			}
			return token
		}
		ended := func(token, why string) {
			t.Helper()
			if _, err := i.Session(ctx, token, here); !errs.Is(err, errs.Unauthenticated) {
				t.Errorf("%s: %v", why, err)
			}
		}
		token := open()
		now.Advance(13 * time.Hour)
		ended(token, "idle")
		token = open()
		if err := i.CloseSession(ctx, token); err != nil {
			t.Fatal(err)
		}
		ended(token, "signed out")
		token = open()
		if err := i.SetPassword(ctx, policy.System(a.Org), a.Org, a.ID, "Đường về 12"); err != nil {
			t.Fatal(err)
		}
		ended(token, "new password")
		ended("", "no token")
		ended("1.xyz", "made up")
	})
}
