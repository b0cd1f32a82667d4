package application

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
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

var peer = netip.MustParseAddr("192.0.2.7")

// letters are what applicants were written, newest last.
type letters struct{ proofs, decisions, digests []string }

func (l *letters) Waiting(_ context.Context, g Digest) error {
	l.digests = append(l.digests, fmt.Sprintf("%s %d of %d", g.Officer.Name, g.Fresh, g.Waiting))
	return nil
}

func (l *letters) Prove(_ context.Context, a Application, site, token string) error {
	l.proofs = append(l.proofs, token)
	return nil
}

func (l *letters) Decided(_ context.Context, a Application, address, reason string) error {
	l.decisions = append(l.decisions, a.Contact+": "+address+" "+reason)
	return nil
}

// office is a city with two bureaux, each with an officer.
type office struct {
	*Desk
	*letters
	t              *testing.T
	now            *clock.Fake
	works, police  int64
	officer, other policy.Subject
	whole, nobody  policy.Subject
	dir            *directory.Directory
}

func newOffice(t *testing.T, url string) *office {
	t.Helper()
	ctx := t.Context()
	db, err := store.Open(ctx, store.Options{Dir: t.TempDir(), URL: url, Log: testkit.Log(t)})
	must(t, err)
	t.Cleanup(func() { db.Close() })
	must(t, audit.Migrate(ctx, db))
	o := &office{t: t, letters: &letters{}, now: clock.NewFake(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))}
	o.dir, err = directory.New(ctx, db, o.now)
	must(t, err)
	must(t, o.dir.EnsureOrg(ctx, directory.DefaultOrg, "City", "city.example"))
	units, err := o.dir.AddUnits(ctx, policy.System(1), []directory.Unit{{Names: map[string]string{"en": "Works"}}, {Names: map[string]string{"en": "Police"}}})
	must(t, err)
	o.works, o.police = units[0].ID, units[1].ID
	o.officer, o.other = o.person("officer", policy.RolePersonnel, o.works), o.person("other", policy.RolePersonnel, o.police)
	o.whole, o.nobody = o.person("whole", policy.RoleSystem, 0), o.person("nobody", "", o.works)
	o.Desk, err = New(ctx, db, o.dir, Config{Open: true, PerHour: 100}, o.letters, o.now, testkit.Log(t))
	must(t, err)
	return o
}

func (o *office) person(name string, role policy.Role, unit int64) policy.Subject {
	o.t.Helper()
	home := unit
	if home == 0 {
		home = o.works
	}
	p, _, err := o.dir.AddMember(o.t.Context(), policy.System(1), directory.Person{Name: name, Address: name + "@city.example", Posts: []directory.Post{{Unit: home, Kind: directory.PostMain}}})
	must(o.t, err)
	if role != "" {
		_, err = o.dir.GrantRole(o.t.Context(), policy.System(1), directory.Holding{Account: p.Account, RoleGrant: policy.RoleGrant{Role: role, Unit: unit}})
		must(o.t, err)
	}
	return policy.Subject{Org: 1, Account: p.Account, Address: p.Address, Zone: policy.Inner, Assurance: policy.ByTwo, Door: "http"}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var pdf = []byte("%PDF-1.7 the seal of the agency: secret-word-on-paper")

func form(contact string) Form {
	return Form{Name: "Lê Thị Hoa", Number: "A-1234", Agency: "Works, Roads", Contact: contact, Address: "Hoa@City.example", Language: "vi", Papers: []Paper{{Name: "card.pdf", body: pdf}}}
}

// apply sends an application and proves its address.
func (o *office) apply(unit int64, contact string) Application {
	o.t.Helper()
	must(o.t, o.Send(o.t.Context(), 1, unit, form(contact), "", peer))
	must(o.t, o.Desk.Prove(o.t.Context(), o.proofs[len(o.proofs)-1], peer))
	list, err := o.List(o.t.Context(), policy.System(1))
	must(o.t, err)
	i := slices.IndexFunc(list, func(a Application) bool { return a.Contact == contact })
	if i < 0 {
		o.t.Fatalf("%s does not wait: %+v", contact, list)
	}
	return list[i]
}

// TestWay goes from the form to the account: nobody sees what is not proved,
// officers see what was sent to them, and the decision leaves nothing behind.
func TestWay(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newOffice(t, url)
		must(t, o.Send(ctx, 1, o.works, form("hoa@home.example"), "", peer))
		if list, err := o.List(ctx, o.whole); err != nil || len(list) != 0 {
			t.Errorf("one that is not proved is shown: %v %v", list, err)
		}
		for _, token := range []string{"", "1.x", "z.z", o.proofs[0] + "x", strings.Repeat("x", 200)} {
			if err := o.Desk.Prove(ctx, token, peer); !errs.Is(err, errs.NotFound) {
				t.Errorf("%q proves: %v", token, err)
			}
		}
		must(t, o.Desk.Prove(ctx, o.proofs[0], peer))
		if err := o.Desk.Prove(ctx, o.proofs[0], peer); !errs.Is(err, errs.NotFound) {
			t.Errorf("a link works twice: %v", err)
		}
		for s, want := range map[*policy.Subject]int{&o.officer: 1, &o.whole: 1, &o.other: 0, &o.nobody: 0} {
			if list, err := o.List(ctx, *s); err != nil || len(list) != want {
				t.Errorf("%s sees %d, %v", s.Address, len(list), err)
			}
		}
		list, err := o.List(ctx, o.officer)
		must(t, err)
		a := list[0]
		if a.Name != "Lê Thị Hoa" || a.Address != "hoa@city.example" || a.Papers[0].Type != "application/pdf" {
			t.Errorf("%+v", a)
		}
		if _, body, err := o.Look(ctx, o.officer, a.ID, 0); err != nil || !bytes.Equal(body, pdf) {
			t.Errorf("%q %v", body, err)
		}
		for _, s := range []policy.Subject{o.other, o.nobody} {
			if _, _, err := o.Look(ctx, s, a.ID, 0); !errs.Is(err, errs.Forbidden) {
				t.Errorf("%s looks: %v", s.Address, err)
			}
			if err := o.Refuse(ctx, s, a.ID, "no"); !errs.Is(err, errs.Forbidden) {
				t.Errorf("%s refuses: %v", s.Address, err)
			}
			if _, _, err := o.Approve(ctx, s, a.ID, Opening{a.Name, a.Address, o.works, ""}); !errs.Is(err, errs.Forbidden) {
				t.Errorf("%s approves: %v", s.Address, err)
			}
		}
		program := o.officer
		program.Assurance = policy.ByProgram
		if _, err := o.List(ctx, program); !errs.Is(err, errs.Forbidden) {
			t.Errorf("a program sees: %v", err)
		}
		if _, _, err := o.Look(ctx, o.officer, a.ID, 1); !errs.Is(err, errs.NotFound) {
			t.Errorf("a paper that is not there: %v", err)
		}
		// The right is needed where the person will be, too; nothing is done then.
		if _, _, err := o.Approve(ctx, o.officer, a.ID, Opening{a.Name, a.Address, o.police, ""}); !errs.Is(err, errs.Forbidden) {
			t.Errorf("into another bureau: %v", err)
		}
		if _, _, err := o.Approve(ctx, o.officer, a.ID, Opening{a.Name, a.Address, 0, ""}); !errs.Is(err, errs.Forbidden) {
			t.Errorf("into no bureau: %v", err)
		}
		if _, _, err := o.Approve(ctx, o.officer, a.ID, Opening{a.Name, "nobody@city.example", o.works, ""}); !errs.Is(err, errs.Exists) {
			t.Errorf("somebody's address: %v", err)
		}
		if address, _, err := o.Approve(ctx, o.officer, a.ID, Opening{a.Name, a.Address, o.works, "clerk"}); err != nil || address != "hoa@city.example" {
			t.Fatal(address, err)
		}
		if len(o.decisions) != 1 || o.decisions[0] != "hoa@home.example: hoa@city.example " {
			t.Errorf("%q", o.decisions)
		}
		if _, _, err := o.Approve(ctx, o.officer, a.ID, Opening{a.Name, "hoa2@city.example", o.works, ""}); !errs.Is(err, errs.NotFound) {
			t.Errorf("decided twice: %v", err)
		}
		o.empty(ctx)
		o.recorded(ctx, "application.send ok", "application.prove ok", "application.look ok", "application.look forbidden", "application.refuse forbidden", "application.approve forbidden", "application.approve ok", "person.add ok")
	})
}

// empty fails when anything of an application is still kept.
func (o *office) empty(ctx context.Context, more ...string) {
	o.t.Helper()
	must(o.t, o.db.Read(ctx, func(tx *store.Tx) error {
		for _, table := range append(more, "application", "application_paper") {
			n := 0
			if err := tx.Row(ctx, "SELECT COUNT(*) FROM "+table, nil, &n); err != nil || n != 0 {
				return fmt.Errorf("%d rows of %s, %v", n, table, err)
			}
		}
		return nil
	}))
}

func (o *office) recorded(ctx context.Context, want ...string) {
	o.t.Helper()
	list, err := audit.List(ctx, o.db, 1, 100)
	must(o.t, err)
	for _, w := range want {
		if !slices.ContainsFunc(list, func(e audit.Entry) bool { return e.Verb+" "+e.Result == w }) {
			o.t.Errorf("%s is not in the record", w)
		}
	}
	for _, e := range list {
		if strings.HasPrefix(e.Verb, "application.") && strings.Contains(e.After+e.Object, "A-1234") {
			o.t.Errorf("the record keeps what was written: %+v", e)
		}
	}
}

// TestSealed looks for what was written and enclosed in the rows themselves.
func TestSealed(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newOffice(t, url)
		o.apply(0, "hoa@home.example")
		must(t, o.db.Read(ctx, func(tx *store.Tx) error {
			rows, err := selectWaiting(ctx, tx, 1)
			if err != nil || len(rows) != 1 {
				t.Fatal(rows, err)
			}
			paper, err := selectPaper(ctx, tx, 1, rows[0].id, 0)
			for _, plain := range []string{"A-1234", "Hoa", "secret-word", "%PDF"} {
				if bytes.Contains(rows[0].sealed, []byte(plain)) || bytes.Contains(paper, []byte(plain)) {
					t.Errorf("%q stands in the clear", plain)
				}
			}
			return err
		}))
	})
}

// TestForms refuses what cannot be kept, and names the field.
func TestForms(t *testing.T) {
	o := newOffice(t, "")
	for _, c := range []struct {
		change func(*Form)
		want   string
	}{
		{func(f *Form) { f.Name = " \t" }, "name:"},
		{func(f *Form) { f.Number = "" }, "number:"},
		{func(f *Form) { f.Agency = strings.Repeat("道", 301) }, "agency: at most 300"},
		{func(f *Form) { f.Contact = "home" }, "contact:"},
		{func(f *Form) { f.Contact = "x@city.example" }, "contact: please give an address elsewhere"},
		{func(f *Form) { f.Address = "hoa@else.example" }, "address: else.example is no domain"},
		{func(f *Form) { f.Papers = nil }, "papers: please enclose"},
		{func(f *Form) { f.Papers = slices.Repeat(f.Papers, 6) }, "papers: at most 5"},
		{func(f *Form) { f.Papers[0].body = []byte("<html>") }, "card.pdf is no PDF"},
		{func(f *Form) { f.Papers[0].body = append(pdf, make([]byte, 5<<20)...) }, "larger than 5 MB"},
	} {
		f := form("hoa@home.example")
		c.change(&f)
		if err := o.Send(t.Context(), 1, 0, f, "", peer); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, not %s", err, c.want)
		}
	}
	if len(o.proofs) != 0 {
		t.Error("a form that was refused sent a letter")
	}
}

// TestBounds holds applications to their number and time.
func TestBounds(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newOffice(t, url)
		o.apply(0, "one@home.example")
		must(t, o.Send(ctx, 1, 4711, form("one@home.example"), "", peer)) // a unit that is not there
		if err := o.Send(ctx, 1, 0, form("One@home.example"), "", peer); !errs.Is(err, errs.Conflict) {
			t.Errorf("a third of one address: %v", err)
		}
		o.conf.MaxWaiting = 2
		if err := o.Send(ctx, 1, 0, form("two@home.example"), "", peer); !errs.Is(err, errs.RateLimited) {
			t.Errorf("more than can be worked through: %v", err)
		}
		o.conf.MaxWaiting, o.conf.PerHour = 100, 1
		o.now.Advance(time.Hour)
		must(t, o.Send(ctx, 1, 0, form("two@home.example"), "", peer))
		if err := o.Send(ctx, 1, 0, form("three@home.example"), "", peer); !errs.Is(err, errs.RateLimited) {
			t.Errorf("two in an hour: %v", err)
		}
		must(t, o.Send(ctx, 1, 0, form("three@home.example"), "", netip.MustParseAddr("2001:db8::1")))
		late := o.proofs[len(o.proofs)-1]
		o.now.Advance(25 * time.Hour)
		if err := o.Desk.Prove(ctx, late, peer); !errs.Is(err, errs.NotFound) {
			t.Errorf("a day later: %v", err)
		}
		must(t, o.Tend(ctx))
		if list, err := o.List(ctx, o.whole); err != nil || len(list) != 1 || len(o.decisions) != 0 {
			t.Errorf("%v %v %q", list, err, o.decisions)
		}
		o.now.Advance(60 * 24 * time.Hour)
		must(t, o.Tend(ctx))
		must(t, o.Tend(ctx))
		if len(o.decisions) != 1 || o.decisions[0] != "one@home.example:  " {
			t.Errorf("%q", o.decisions)
		}
		o.empty(ctx)
		o.conf.Open = false
		if err := o.Send(ctx, 1, 0, form("four@home.example"), "", peer); !errs.Is(err, errs.Unsupported) {
			t.Errorf("closed: %v", err)
		}
	})
}

// TestTwoOfficers lets two officers decide at the same time: one is late, and
// there is one account and one letter.
func TestTwoOfficers(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newOffice(t, url)
		a := o.apply(o.works, "hoa@home.example")
		done := make(chan error, 2)
		go func() {
			_, _, err := o.Approve(ctx, o.officer, a.ID, Opening{a.Name, a.Address, o.works, ""})
			done <- err
		}()
		go func() {
			_, _, err := o.Approve(ctx, o.whole, a.ID, Opening{a.Name, "hoa.le@city.example", o.works, ""})
			done <- err
		}()
		one, two := <-done, <-done
		if (one == nil) == (two == nil) || !errs.Is(errorOf(one, two), errs.NotFound) {
			t.Errorf("%v and %v", one, two)
		}
		if len(o.decisions) != 1 {
			t.Errorf("%q", o.decisions)
		}
	})
}

func errorOf(one, two error) error {
	if one != nil {
		return one
	}
	return two
}

// TestDeposit takes what was proved elsewhere: nobody is written to, officers
// see it with its papers, and what is wrong is refused as from a stranger.
func TestDeposit(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newOffice(t, url)
		f := form("hoa@home.example")
		f.Papers = []Paper{NewPaper("card.pdf", pdf)}
		must(t, o.Deposit(ctx, 1, o.works, f))
		list, err := o.List(ctx, o.officer)
		must(t, err)
		if len(list) != 1 || len(o.proofs) != 0 {
			t.Fatalf("%+v, %d letters", list, len(o.proofs))
		}
		if _, body, err := o.Look(ctx, o.officer, list[0].ID, 0); err != nil || !bytes.Equal(body, pdf) {
			t.Errorf("the paper: %q %v", body, err)
		}
		f.Papers = nil
		if err := o.Deposit(ctx, 1, o.works, f); !errs.Is(err, errs.Invalid) {
			t.Errorf("without papers: %v", err)
		}
	})
}

// TestPace counts what comes from a network at two servers of one database
// together, also when it comes to both at once, and forgets it with the hour.
func TestPace(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newOffice(t, url)
		other, err := New(ctx, o.db, o.dir, Config{Open: true}, o.letters, o.now, testkit.Log(t))
		must(t, err)
		o.conf.PerHour, other.conf.PerHour = 5, 5
		var passed atomic.Int64
		var all sync.WaitGroup
		for n := range 20 {
			desk := []*Desk{o.Desk, other}[n%2]
			all.Go(func() {
				switch err := desk.paced(ctx, peer); {
				case err == nil:
					passed.Add(1)
				case !errs.Is(err, errs.RateLimited):
					t.Error(err)
				}
			})
		}
		all.Wait()
		if passed.Load() != 5 {
			t.Errorf("%d passed", passed.Load())
		}
		// The rest of a customer's network counts with it, another's does not.
		for n := range 6 {
			if err := other.paced(ctx, netip.MustParseAddr(fmt.Sprintf("2001:db8::%d", n))); (err == nil) != (n < 5) {
				t.Errorf("try %d: %v", n, err)
			}
		}
		must(t, other.paced(ctx, netip.MustParseAddr("2001:db8:0:1::1")))
		o.now.Advance(time.Hour)
		must(t, other.paced(ctx, peer))
		o.now.Advance(time.Hour)
		must(t, o.Tend(ctx))
		o.empty(ctx, "application_pace")
	})
}
