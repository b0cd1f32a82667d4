package feed

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
)

// crowd is a table of n people in one unit, with a telephone number.
func crowd(n int, phone string) string {
	var b strings.Builder
	b.WriteString("key,address,name,phone,unit,title\n")
	for i := range n {
		fmt.Fprintf(&b, "k%d,person%d@city.example,Person %d,%s,Hall,clerk\n", i, i, i, phone)
	}
	return b.String()
}

// TestGuard refuses a run in which too many leave until somebody confirms it.
func TestGuard(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		o.unit(0, "Hall")
		f, _ := o.feed(Feed{Name: "hr", Kind: KindCSV, Guard: 10})
		o.apply(o.plan(f, o.picture("", crowd(60, "1"), true)))
		before := o.shown()
		r := o.plan(f, o.picture("", crowd(50, "1"), true))
		if _, err := o.Apply(t.Context(), o.admin, r.ID, false); !errs.Is(err, errs.Conflict) || o.shown() != before {
			t.Errorf("10 of 60 leave unconfirmed: %v", err)
		}
		if r, err := o.Apply(t.Context(), o.admin, r.ID, true); err != nil || r.State != Done || strings.Count(o.shown(), "person ") != 50 {
			t.Errorf("10 of 60 leave confirmed: %+v, %v", r, err)
		}
		if r := o.apply(o.plan(f, o.picture("", crowd(47, "1"), true))); r.Leaving != 3 {
			t.Errorf("3 of 50 leave: %+v", r)
		}
	})
}

// TestStopAndResume has somebody change a person between plan and run: the run
// names them, keeps what its batches before did, goes on when the way is free
// and can be rolled back from where it stopped.
func TestStopAndResume(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		o.unit(0, "Hall")
		f, _ := o.feed(Feed{Name: "hr", Kind: KindCSV, Guard: 10})
		o.apply(o.plan(f, o.picture("", crowd(450, "1"), true)))
		r := o.plan(f, o.picture("", crowd(450, "2"), true))
		owner, _, err := o.dir.Resolve(t.Context(), "person430@city.example")
		if err != nil {
			t.Fatal(err)
		}
		phone := func(number string) {
			t.Helper()
			id := o.idOf(owner.ID)
			if err := o.dir.ChangePerson(t.Context(), o.admin, id, func(p *directory.Person) error { p.Phone = number; return nil }); err != nil {
				t.Fatal(err)
			}
		}
		phone("by hand")
		r, err = o.Apply(t.Context(), o.admin, r.ID, false)
		if !errs.Is(err, errs.Conflict) || !strings.Contains(errs.Text(err), "Person 430 (k430") || r.State != Stopped || r.Done != 400 || !strings.Contains(r.Problem, "Person 430") {
			t.Fatalf("a run that was overtaken: %+v, %v", r, err)
		}
		if n := strings.Count(o.shown(), " 2; main"); n != 400 {
			t.Errorf("%d people were changed", n)
		}
		phone("1")
		if r = o.apply(r); r.Done != 450 || strings.Count(o.shown(), " 2; main") != 450 {
			t.Errorf("going on: %+v", r)
		}
		if _, err := o.Apply(t.Context(), o.admin, r.ID, false); !errs.Is(err, errs.Conflict) {
			t.Errorf("a run that is done: %v", err)
		}
		phone("by hand")
		back, err := o.Rollback(t.Context(), o.admin, r.ID)
		if err != nil || back.Steps != 449 || back.Skipped != 1 || back.Refused != 0 {
			t.Fatalf("the way back is %+v, %v", back, err)
		}
		o.apply(back)
		if got := o.shown(); strings.Count(got, " 1; main") != 449 || strings.Count(got, "by hand") != 1 {
			t.Error("the way back did not lead back, or changed what somebody did since")
		}
		small := o.plan(f, o.picture("", crowd(150, "3"), false))
		phone("x")
		o.person("late@city.example", directory.Person{Name: "Late"})
		if r := o.apply(small); r.Done != 150 {
			t.Errorf("a change of somebody else is in the way of nobody: %+v", r)
		}
	})
}

func (o *office) idOf(account int64) (id int64) {
	o.t.Helper()
	v, err := o.dir.View(o.t.Context(), o.admin)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, p := range v.Search(directory.Query{}) {
		if p.Account == account {
			id = p.ID
		}
	}
	return id
}

// TestRights confines a feed to its subtree, and its runs to those who have
// the duties there; what is refused stands in the record.
func TestRights(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		hall := o.unit(0, "Hall")
		works, police := o.unit(hall, "Works"), o.unit(hall, "Police")
		who := func(address string, role policy.Role, unit int64) policy.Subject {
			p := o.person(address, directory.Person{Name: address}, works)
			if role != "" {
				if _, err := o.dir.GrantRole(t.Context(), o.admin, directory.Holding{Account: p.Account, RoleGrant: policy.RoleGrant{Role: role, Unit: unit}}); err != nil {
					t.Fatal(err)
				}
			}
			return policy.Subject{Org: directory.DefaultOrg, Account: p.Account, Address: address, Assurance: policy.ByTwo}
		}
		f, _ := o.feed(Feed{Name: "works", Kind: KindCSV, Units: true, Unit: works, Guard: 100})
		pic := o.picture("key,parent,name\nx,,Roads\n", "key,address,name,unit,title\n1,one@city.example,One,x,clerk\n2,two@city.example,Two,Police,clerk\n3,three@city.example,Three,Hall,clerk\n", false)
		r := o.plan(f, pic)
		golden(t, "rights.txt", o.told(r))
		pic.People = pic.People[:1]
		for _, c := range []struct {
			who  policy.Subject
			want errs.Kind
			ok   bool
		}{
			{who("chief@city.example", policy.RoleUnit, works), 0, true},
			{who("sheriff@city.example", policy.RoleUnit, police), errs.Forbidden, false},
			{who("desk@city.example", policy.RoleHelpDesk, 0), errs.Forbidden, false},
			{who("staff@city.example", policy.RolePersonnel, works), errs.Forbidden, false}, // the feed keeps units too
			{who("nobody@city.example", "", 0), errs.Forbidden, false},
			{who("guard@city.example", policy.RoleSecurity, 0), errs.Forbidden, false},
			{who("system@city.example", policy.RoleSystem, 0), 0, true},
		} {
			if _, _, err := o.Add(t.Context(), c.who, Feed{Name: "mine", Kind: KindCSV}); !errs.Is(err, errs.Forbidden) && c.who.Address != "guard@city.example" {
				t.Errorf("%s makes a feed: %v", c.who.Address, err)
			}
			r, err := o.Plan(t.Context(), c.who, f, pic)
			if c.ok != (err == nil) || err != nil && errs.KindOf(err) != c.want {
				t.Errorf("%s plans: %v", c.who.Address, err)
			}
			if !c.ok {
				r = o.plan(f, pic)
			}
			if _, err = o.Look(t.Context(), c.who, r.ID, 0, 10); c.ok != (err == nil) {
				t.Errorf("%s looks: %v", c.who.Address, err)
			}
			if r.State == Done {
				continue
			}
			if _, err = o.Apply(t.Context(), c.who, r.ID, false); c.ok != (err == nil) {
				t.Errorf("%s applies: %v", c.who.Address, err)
			}
			if _, err = o.Rollback(t.Context(), c.who, r.ID); c.ok != (err == nil) && !errs.Is(err, errs.Forbidden) {
				t.Errorf("%s rolls back: %v", c.who.Address, err)
			}
			program := c.who
			program.Assurance = policy.ByProgram
			if _, err = o.Plan(t.Context(), program, f, pic); !errs.Is(err, errs.Forbidden) {
				t.Errorf("%s plans with an app password: %v", c.who.Address, err)
			}
		}
		other := o.admin
		other.Org = 2
		if _, err := o.Look(t.Context(), other, r.ID, 0, 10); !errs.Is(err, errs.NotFound) {
			t.Errorf("another organisation looks: %v", err)
		}
		list, err := audit.List(t.Context(), o.db, directory.DefaultOrg, 1000)
		refused := 0
		for _, e := range list {
			if strings.HasPrefix(e.Verb, "feed.") && e.Result == "forbidden" {
				refused++
			}
		}
		if err != nil || refused < 10 {
			t.Errorf("%d refusals in the record, %v", refused, err)
		}
	})
}

// TestMany syncs 20,000 people (2,000 with -short) on SQLite, and again, which changes nothing.
func TestMany(t *testing.T) {
	n := 20_000
	if testing.Short() {
		n = 2_000
	}
	o := newOffice(t, "")
	o.unit(0, "Hall")
	f, _ := o.feed(Feed{Name: "hr", Kind: KindCSV, Guard: 10})
	began := time.Now()
	r := o.plan(f, o.picture("", crowd(n, "1"), true))
	planned := time.Now()
	o.apply(r)
	applied := time.Now()
	again := o.plan(f, o.picture("", crowd(n, "1"), true))
	t.Logf("%d people: planned in %v, applied in %v, again in %v", n, planned.Sub(began), applied.Sub(planned), time.Since(applied))
	if r.Steps != n || again.Steps != 0 || again.State != Done || time.Since(began) > 5*time.Minute {
		t.Errorf("%+v, again %+v, in %v", r, again, time.Since(began))
	}
}

// TestRightEndsMeanwhile takes somebody's role back between the question and
// the transaction: what was asked for is not done, and that stands in the record.
func TestRightEndsMeanwhile(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		o.unit(0, "Hall")
		f, _ := o.feed(Feed{Name: "hr", Kind: KindCSV, Guard: 100})
		r := o.plan(f, o.picture("", "key,address,name,unit\n1,one@city.example,One,Hall\n", true))
		a, err := o.dir.AddAccount(t.Context(), directory.Account{Address: "was@city.example"})
		if err != nil {
			t.Fatal(err)
		}
		// Whoever gets as far as this was asked before, and had the right then.
		was := policy.Subject{Org: a.Org, Account: a.ID, Address: a.Address, Zone: policy.Inner, Assurance: policy.ByTwo, Door: "http"}
		before := o.shown()
		if _, err := o.carryOut(t.Context(), was, f, r); !errs.Is(err, errs.Forbidden) {
			t.Errorf("carries it out: %v", err)
		}
		posing := was
		posing.Door = "feed"
		if _, err := o.carryOut(t.Context(), posing, f, r); !errs.Is(err, errs.Forbidden) {
			t.Errorf("as another feed: %v", err)
		}
		next := o.newRun(f, RunPicture, was)
		if _, err := o.keep(t.Context(), was, f, next, nil, nil); !errs.Is(err, errs.Forbidden) {
			t.Errorf("keeps a plan: %v", err)
		}
		if _, err := o.Look(t.Context(), o.admin, next.ID, 0, 1); !errs.Is(err, errs.NotFound) {
			t.Errorf("the plan is there: %v", err)
		}
		if o.shown() != before {
			t.Error("people were changed")
		}
		list, err := audit.List(t.Context(), o.db, directory.DefaultOrg, 3)
		if err != nil || len(list) != 3 {
			t.Fatal(list, err)
		}
		for n, verb := range []string{"feed.plan", "feed.apply", "feed.apply"} {
			if list[n].Verb != verb || list[n].Result != "forbidden" || list[n].Address != a.Address {
				t.Errorf("recorded is %+v", list[n])
			}
		}
		if r, err := o.Apply(t.Context(), o.admin, r.ID, false); err != nil || r.State != Done {
			t.Errorf("who may: %+v, %v", r, err)
		}
	})
}
