package feed

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
)

// told keeps the letters to officers.
type told struct{ list []Trouble }

func (n *told) FeedTrouble(_ context.Context, t Trouble) error {
	n.list = append(n.list, t)
	return nil
}

// people is an LDIF of so many.
func people(from, to int) string {
	var b strings.Builder
	for i := from; i < to; i++ {
		b.WriteString(entry(testkit.SlapdBase, fmt.Sprintf("Person %d", i), fmt.Sprintf("p%d@city.example", i), fmt.Sprintf("entryUUID: 00000000-0000-4000-8000-%012d", i), "departmentNumber: Hall"))
	}
	return b.String()
}

// clocked is an office whose directory is asked by the clock.
type clocked struct {
	*office
	slapd   *testkit.Slapd
	feed    Feed
	letters told
}

func newClocked(t *testing.T, url string) *clocked {
	t.Helper()
	o := &clocked{office: newOffice(t, url), slapd: testkit.NewSlapd(t, people(0, 20))}
	o.UseNotices(&o.letters)
	boss := o.person("boss@city.example", directory.Person{Name: "Boss"}, o.unit(0, "Hall"))
	if _, err := o.dir.GrantRole(t.Context(), o.admin, directory.Holding{Account: boss.Account, RoleGrant: policy.RoleGrant{Role: policy.RoleSystem}}); err != nil {
		t.Fatal(err)
	}
	o.feed, _ = o.office.feed(Feed{Name: "ad", Kind: KindLDAP, Guard: 10, Minutes: 60, Password: testkit.SlapdSecret,
		LDAP: &LDAP{URL: o.slapd.Secure, Authority: o.slapd.Authority, Bind: testkit.SlapdBind, Base: testkit.SlapdBase, Filter: LDAPFilter, Page: 100}})
	return o
}

// pull is how asking the directory stands.
func (o *clocked) pull() (p pull) {
	o.t.Helper()
	if err := o.db.Read(o.t.Context(), func(tx *store.Tx) (err error) {
		p, err = selectPull(o.t.Context(), tx, o.feed.Org, o.feed.ID)
		return err
	}); err != nil {
		o.t.Fatal(err)
	}
	return p
}

// after lets time go by, tends, and compares how it stands.
func (o *clocked) after(d time.Duration, want string) {
	o.t.Helper()
	o.clock.Advance(d)
	if err := o.Tend(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
	kept := 0
	runs, err := o.Runs(o.t.Context(), o.admin, o.feed, 10)
	if err == nil {
		err = o.db.Read(o.t.Context(), func(tx *store.Tx) (err error) {
			kept, err = countKept(o.t.Context(), tx, o.feed)
			return err
		})
	}
	if err != nil {
		o.t.Fatal(err)
	}
	state, next, p := "-", "never", o.pull()
	if len(runs) > 0 {
		state = string(runs[0].State)
	}
	if p.next != 0 {
		next = time.UnixMilli(p.next).Sub(o.clock.Now()).String()
	}
	got := fmt.Sprintf("%d people, %d runs, the last %s, next in %s, failed %d, waits %v, letters %d", kept, len(runs), state, next, p.failed, p.waiting != 0, len(o.letters.list))
	if got != want || p.lease != 0 {
		o.t.Errorf("%s, lease %d\nwant %s", got, p.lease, want)
	}
}

// TestClock asks slapd by the clock: at once when the period is set, not again
// before its time, carried out by itself; a directory that is down is tried
// later and told of once; one that lost half its people waits for an
// administrator, and goes on by itself when it is whole again.
func TestClock(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newClocked(t, url)
		o.after(0, "20 people, 1 runs, the last done, next in 1h0m0s, failed 0, waits false, letters 0")
		o.after(59*time.Minute, "20 people, 1 runs, the last done, next in 1m0s, failed 0, waits false, letters 0")
		o.after(time.Minute, "20 people, 1 runs, the last done, next in 1h0m0s, failed 0, waits false, letters 0")
		o.slapd.Stop()
		o.after(time.Hour, "20 people, 1 runs, the last done, next in 1m0s, failed 1, waits false, letters 0")
		o.after(time.Minute, "20 people, 1 runs, the last done, next in 2m0s, failed 2, waits false, letters 0")
		o.after(2*time.Minute, "20 people, 1 runs, the last done, next in 4m0s, failed 3, waits false, letters 1")
		o.after(4*time.Minute, "20 people, 1 runs, the last done, next in 8m0s, failed 4, waits false, letters 1")
		if l := o.letters.list[0]; l.Officer.Address != "boss@city.example" || !strings.Contains(l.Problem, "cannot be reached") {
			t.Errorf("the officer is told %+v", l)
		}
		o.slapd.Replace(people(0, 10))
		o.after(8*time.Minute, "20 people, 2 runs, the last planned, next in 1h0m0s, failed 0, waits true, letters 2")
		o.after(time.Hour, "20 people, 2 runs, the last planned, next in 1h0m0s, failed 0, waits true, letters 2")
		o.slapd.Replace(people(0, 9))
		o.after(time.Hour, "20 people, 2 runs, the last planned, next in 1h0m0s, failed 0, waits true, letters 3")
		if l := o.letters.list[2]; l.Run.Leaving != 11 || l.Run.Kept != 20 {
			t.Errorf("the officer is told %+v", l.Run)
		}
		o.slapd.Replace(people(0, 21))
		o.after(time.Hour, "21 people, 2 runs, the last done, next in 1h0m0s, failed 0, waits false, letters 3")
		// Half are gone again, and this time an administrator says that it is right.
		o.slapd.Replace(people(0, 9))
		o.after(time.Hour, "21 people, 3 runs, the last planned, next in 1h0m0s, failed 0, waits true, letters 4")
		runs, err := o.Runs(t.Context(), o.admin, o.feed, 1)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.Apply(t.Context(), o.admin, runs[0].ID, false); !errs.Is(err, errs.Conflict) {
			t.Errorf("without being confirmed: %v", err)
		}
		if _, err := o.Apply(t.Context(), o.admin, runs[0].ID, true); err != nil {
			t.Fatal(err)
		}
		o.after(time.Hour, "9 people, 3 runs, the last done, next in 1h0m0s, failed 0, waits false, letters 4")
		// At once, and then never again by itself.
		o.slapd.Replace(people(0, 10))
		if err := o.SetMinutes(t.Context(), o.admin, "ad", 0); err != nil {
			t.Fatal(err)
		}
		o.after(48*time.Hour, "9 people, 3 runs, the last done, next in never, failed 0, waits false, letters 4")
		if err := o.Ask(t.Context(), o.admin, "ad"); err != nil {
			t.Fatal(err)
		}
		o.after(0, "10 people, 4 runs, the last done, next in never, failed 0, waits false, letters 4")
	})
}

// TestClockRace has two servers find the same directory due: one asks it. A
// server that died while asking is overtaken when its lease is over.
func TestClockRace(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newClocked(t, url)
		var both sync.WaitGroup
		for range 4 {
			both.Go(func() {
				if err := o.Tend(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		runs, err := o.Runs(t.Context(), o.admin, o.feed, 10)
		if err != nil || len(runs) != 1 || runs[0].Steps != 20 || runs[0].State != Done {
			t.Fatalf("%+v %v", runs, err)
		}
		o.clock.Advance(time.Hour)
		at := o.clock.Now()
		if err := o.db.Write(t.Context(), func(tx *store.Tx) error {
			_, err := claimPull(t.Context(), tx, o.pull(), at.UnixMilli(), at.Add(leaseTime).UnixMilli())
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			after time.Duration
			asked bool
		}{{0, false}, {leaseTime - time.Second, false}, {time.Second, true}} {
			o.clock.Advance(c.after)
			if err := o.Tend(t.Context()); err != nil {
				t.Fatal(err)
			}
			if p := o.pull(); (p.asked == o.clock.Now().UnixMilli()) != c.asked {
				t.Errorf("after %v: %+v", c.after, p)
			}
		}
		if err := o.Remove(t.Context(), o.admin, "ad"); err != nil {
			t.Fatal(err)
		}
		if p := o.pull(); p.next != 0 {
			t.Errorf("a feed that was removed is still asked: %+v", p)
		}
	})
}

// TestClockRights refuses periods that are none, feeds that are never asked,
// and people who may not carry out runs.
func TestClockRights(t *testing.T) {
	o := newOffice(t, "")
	hall := o.unit(0, "Hall")
	nobody := o.person("nobody@city.example", directory.Person{Name: "N"}, hall)
	o.feed(Feed{Name: "hr", Kind: KindCSV})
	o.feed(Feed{Name: "ad", Kind: KindLDAP, LDAP: &LDAP{URL: "ldaps://127.0.0.1:1", Base: "dc=x", Filter: LDAPFilter, Page: 5}})
	stranger := policy.Subject{Org: directory.DefaultOrg, Account: nobody.Account, Assurance: policy.ByTwo}
	for _, c := range []struct {
		by      policy.Subject
		name    string
		minutes int
		want    errs.Kind
	}{
		{o.admin, "hr", 60, errs.Invalid}, {o.admin, "ad", 4, errs.Invalid}, {o.admin, "ad", -60, errs.Invalid}, {o.admin, "ad", MaxMinutes + 1, errs.Invalid},
		{o.admin, "none", 60, errs.NotFound}, {stranger, "ad", 60, errs.Forbidden},
	} {
		if err := o.SetMinutes(t.Context(), c.by, c.name, c.minutes); !errs.Is(err, c.want) {
			t.Errorf("%s every %d: %v", c.name, c.minutes, err)
		}
	}
	if err := o.Ask(t.Context(), stranger, "ad"); !errs.Is(err, errs.Forbidden) {
		t.Errorf("a stranger has it asked: %v", err)
	}
	if err := o.Ask(t.Context(), o.admin, "hr"); !errs.Is(err, errs.Invalid) {
		t.Errorf("a list is asked: %v", err)
	}
	if _, _, err := o.Add(t.Context(), o.admin, Feed{Name: "scim", Kind: KindSCIM, Minutes: 60}); !errs.Is(err, errs.Invalid) {
		t.Errorf("a client with a token is asked: %v", err)
	}
}
