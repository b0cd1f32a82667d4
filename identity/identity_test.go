package identity

import (
	"context"
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/jmap"
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
			opened, err := i.OpenSession(ctx, s, Peer{Addr: here.Addr, Agent: "test"})
			token := opened.Token
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

// TestCeilingOfPost sinks by itself, in a session that goes on, on the day after
// the last of a post.
func TestCeilingOfPost(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, now, a := newIdentity(t, url) // 21 November 2026
		i.conf.Zones[0].Life, i.conf.Zones[0].Idle = 100*time.Hour, 100*time.Hour
		system := policy.System(a.Org)
		units, err := i.dir.AddUnits(ctx, system, []directory.Unit{{Names: map[string]string{"en": "Roads"}}})
		if err != nil {
			t.Fatal(err)
		}
		if err := i.dir.SetClearance(ctx, system, a.ID, policy.Internal); err != nil {
			t.Fatal(err)
		}
		if _, err := i.dir.AddPerson(ctx, system, directory.Person{Account: a.ID, Address: a.Address, Name: "Ann", Posts: []directory.Post{
			{Unit: units[0].ID, Title: "Acting chief", Kind: directory.PostActing, Starts: "2026-11-21", Ends: "2026-11-22", Clearance: policy.Secret}}}); err != nil {
			t.Fatal(err)
		}
		peer := Peer{Addr: netip.MustParseAddr("10.1.2.3"), Door: "http"}
		s, err := i.Verify(ctx, a.Address, "Đường về 12", peer)
		if err != nil || s.Clearance != policy.Secret {
			t.Fatal(s.Clearance, err)
		}
		o, err := i.OpenSession(ctx, s, peer)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []policy.Level{policy.Secret, policy.Secret, policy.Internal} {
			s, err := i.Session(ctx, o.Token, peer)
			if err != nil || s.Clearance != want {
				t.Errorf("on %s they see %q, want %q, %v", now.Now().Format(time.DateOnly), s.Clearance, want, err)
			}
			now.Advance(24 * time.Hour)
		}
	})
}

// TestEntryOfSignIn says in the record in which post and from which zone.
func TestEntryOfSignIn(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, _, a := newIdentity(t, url)
		units, err := i.dir.AddUnits(ctx, policy.System(a.Org), []directory.Unit{{Names: map[string]string{"en": "Roads"}}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := i.dir.AddPerson(ctx, policy.System(a.Org), directory.Person{Account: a.ID, Address: a.Address, Name: "Ann", Posts: []directory.Post{{Unit: units[0].ID, Title: "Clerk", Kind: directory.PostMain}}}); err != nil {
			t.Fatal(err)
		}
		s, err := i.Verify(ctx, a.Address, "Đường về 12", Peer{Addr: netip.MustParseAddr("10.1.2.3"), Door: "http"})
		if err != nil || s.Post != "Clerk, Roads" || s.Network != "inner" {
			t.Fatalf("%+v, %v", s, err)
		}
		if _, err := i.Verify(ctx, a.Address, "wrong", Peer{Addr: netip.MustParseAddr("192.0.2.1"), Door: "imap"}); err == nil {
			t.Fatal("a wrong password")
		}
		list, err := audit.List(ctx, i.db, a.Org, 2)
		if err != nil || len(list) != 2 {
			t.Fatal(list, err)
		}
		if e := list[1]; e.Post != "Clerk, Roads" || e.Zone != "inner" || e.Result != "ok" {
			t.Errorf("the good one: %+v", e)
		}
		if e := list[0]; e.Post != "" || e.Zone != "outer" || e.Result == "ok" {
			t.Errorf("the wrong one: %+v", e)
		}
	})
}

// TestSignInOfMachine names the machine of the house that a sign-in came from,
// also where the password is known from another at the same address, and what
// the session does after it.
func TestSignInOfMachine(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, now, a := newIdentity(t, url)
		who := policy.Subject{Org: a.Org, Account: a.ID, Address: a.Address}
		from := func(machine string) Peer {
			return Peer{Addr: netip.MustParseAddr("10.1.2.3"), Machine: machine, Door: "imap"}
		}
		for _, m := range []string{"pc-17, number 1f", "pc-17, number 1f", "pc-18, number 20", ""} {
			now.Advance(time.Minute)
			if s, err := i.Verify(ctx, "Ann@city.example", "Đường về 12", from(m)); err != nil || s.Machine != m {
				t.Fatalf("%q: %+v, %v", m, s, err)
			}
		}
		_, _ = i.Verify(ctx, "Ann@city.example", "wrong", from("pc-19, number 21"))
		list, err := i.SignIns(ctx, who, a.ID)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range list {
			got = append(got, i.signInObject(e).Machine+" "+e.Result)
		}
		if want := []string{"pc-19, number 21 unauthenticated", " ok", "pc-18, number 20 ok", "pc-17, number 1f ok"}; !slices.Equal(got, want) {
			t.Errorf("the sign-ins are %q, want %q", got, want)
		}
		who.Machine = "pc-17, number 1f"
		if got := PeerOf(who); got.Machine != who.Machine || i.Stranger(a.Org, a.ID, "", got).Machine != who.Machine {
			t.Errorf("where a subject is: %+v", got)
		}
	})
}

// TestSignIns lists the sign-ins of an account to its holder and to nobody else.
func TestSignIns(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, now, a := newIdentity(t, url)
		i.conf.SignIns = 3
		b, err := i.dir.AddAccount(ctx, directory.Account{Address: "bob@city.example"})
		if err != nil {
			t.Fatal(err)
		}
		who := policy.Subject{Org: a.Org, Account: a.ID, Address: a.Address}
		c := i.Capabilities(Who{Subject: func(context.Context) (policy.Subject, error) { return who, nil }})[0]
		ask := func(account int64, more string) string {
			t.Helper()
			args := `{"accountId":"` + id.Text(accountID, account) + `"` + more + `}`
			v, err := c.Methods["SignIn/get"](ctx, &jmap.Call{Name: "SignIn/get", Args: json.RawMessage(args), Limits: jmap.DefaultLimits()})
			if err != nil {
				return jmap.MethodErrorOf(err).Type
			}
			text, err := jmap.AppendValue(nil, v)
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
		try := func(password, from, door string) {
			t.Helper()
			now.Advance(time.Minute)
			if _, err := i.Verify(ctx, "Ann@city.example", password, Peer{Addr: netip.MustParseAddr(from), Door: door}); err != nil && !errs.Is(err, errs.Unauthenticated) {
				t.Fatal(err)
			}
		}
		if got := ask(a.ID, ""); !strings.Contains(got, `"state":"0","list":[]`) {
			t.Error(got)
		}
		try("wrong", "192.0.2.1", "imap")
		try("Đường về 12", "10.1.2.3", "http")
		try("wrong", "198.51.100.9", "smtp")
		try("wrong", "2001:db8::1", "http")
		got := ask(a.ID, "")
		for _, want := range []string{
			`"at":"2026-11-21T08:04:00Z","address":"Ann@city.example","peer":"2001:db8::1","inner":false,"machine":"","door":"http","result":"unauthenticated"`,
			`"peer":"198.51.100.9"`, `"peer":"10.1.2.3","inner":true,"machine":"","door":"http","result":"ok"`,
		} {
			if !strings.Contains(got, want) {
				t.Errorf("%s is not in %s", want, got)
			}
		}
		if strings.Contains(got, "192.0.2.1") || strings.Index(got, "2001:db8") > strings.Index(got, "10.1.2.3") {
			t.Errorf("too many, or not the newest first: %s", got)
		}
		// A good password that is known already is recorded once from each place.
		for range 2 {
			try("Đường về 12", "203.0.113.5", "imap")
		}
		try("Đường về 12", "203.0.113.6", "imap")
		if got := ask(a.ID, ""); strings.Count(got, "203.0.113.5") != 1 || strings.Count(got, "203.0.113.6") != 1 {
			t.Errorf("another place: %s", got)
		}
		if got := ask(a.ID, `,"ids":["nzz"],"properties":["door"]`); !strings.Contains(got, `"list":[],"notFound":["nzz"]`) {
			t.Error(got)
		}
		// Another's are refused, and the try is recorded.
		if got := ask(b.ID, ""); got != "forbidden" {
			t.Error(got)
		}
		list, err := audit.List(ctx, i.db, a.Org, 1)
		if err != nil || list[0].Verb != "sign-in.list" || list[0].Result != "forbidden" || list[0].Account != a.ID {
			t.Errorf("%+v, %v", list, err)
		}
		// The system itself is no holder.
		if _, err := i.SignIns(ctx, policy.System(a.Org), a.ID); !errs.Is(err, errs.Forbidden) {
			t.Error(err)
		}
	})
}
