package approval

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
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

// hall is a desk with people before it.
type hall struct {
	*Desk
	clock *clock.Fake
	who   map[string]policy.Subject
	ended []Case

	mu   sync.Mutex
	told []string
}

func (h *hall) Asked(_ context.Context, _ Case, a directory.Account) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.told = append(h.told, "asked "+a.Address)
	return nil
}

func (h *hall) ApprovalEnded(_ context.Context, c Case, a directory.Account) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.told = append(h.told, string(c.State)+" "+a.Address)
	return nil
}

func newHall(t *testing.T, url string) *hall {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), URL: url, Log: testkit.Log(t)})
	ok(t, err)
	t.Cleanup(func() { db.Close() })
	h := &hall{clock: clock.NewFake(noon), who: map[string]policy.Subject{}}
	dir, err := directory.New(t.Context(), db, h.clock)
	ok(t, err)
	h.Desk, err = New(t.Context(), db, dir, h, nil, h.clock, testkit.Log(t))
	ok(t, err)
	t.Cleanup(h.Wait)
	h.Handle("test", Kind{IsTold: true, Settle: func(_ context.Context, tx *store.Tx, c Case, _ any) error {
		tx.OnCommit(func() { h.ended = append(h.ended, c) })
		return nil
	}})
	for _, name := range []string{"ann", "bob", "carl", "dora"} {
		h.person(t, name)
	}
	return h
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *hall) person(t *testing.T, name string) {
	t.Helper()
	a, err := h.dir.AddAccount(t.Context(), directory.Account{Address: name + "@city.example", Name: name, Clearance: policy.Secret})
	ok(t, err)
	_, err = h.dir.AddPerson(t.Context(), policy.System(a.Org), directory.Person{Account: a.ID, Name: name})
	ok(t, err)
	h.who[name] = policy.Subject{Org: a.Org, Account: a.ID, Address: a.Address, Clearance: a.Clearance, Zone: policy.Inner, Door: "http", Assurance: policy.ByPassword}
}

// ask has ann ask those named.
func (h *hall) ask(t *testing.T, c Case, names ...string) Case {
	t.Helper()
	if len(c.Steps) == 0 {
		c.Steps = []Step{{}}
	}
	for _, n := range names {
		c.Steps[0].Deciders = append(c.Steps[0].Deciders, Seat{Account: h.who[n].Account})
	}
	c.Kind, c.Asker = "test", h.who["ann"].Account
	ok(t, h.db.Write(t.Context(), func(tx *store.Tx) (err error) {
		c, err = h.Ask(t.Context(), tx, h.who["ann"], c)
		return err
	}))
	return c
}

// deciding lists what waits for somebody.
func (h *hall) deciding(t *testing.T, name string) (titles []string) {
	t.Helper()
	list, err := h.Mine(t.Context(), h.who[name])
	ok(t, err)
	for _, x := range list {
		if x.Deciding {
			titles = append(titles, x.Title)
		}
	}
	return titles
}

// TestDesk asks, decides, settles in the same transaction, tells and records.
func TestDesk(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		h := newHall(t, url)
		ctx := t.Context()
		c := h.ask(t, Case{Title: "May I?", Level: policy.Unlabelled}, "bob", "carl")
		for name, want := range map[string]int{"ann": 0, "bob": 1, "carl": 1, "dora": 0} {
			if got := h.deciding(t, name); len(got) != want {
				t.Errorf("%s: %v", name, got)
			}
		}
		if _, err := h.Find(ctx, h.who["dora"], c.ID); !errs.Is(err, errs.NotFound) {
			t.Error("a stranger sees it", err)
		}
		program := h.who["bob"]
		program.Assurance = policy.ByProgram
		if _, err := h.Decide(ctx, program, c.ID, Approve, ""); !errs.Is(err, errs.Forbidden) {
			t.Error("an app password decides", err)
		}
		done, err := h.Decide(ctx, h.who["bob"], c.ID, Approve, "gladly")
		if err != nil || done.State != Approved || len(h.ended) != 1 || h.ended[0].State != Approved {
			t.Fatal(done.State, h.ended, err)
		}
		if got := h.deciding(t, "carl"); len(got) != 0 {
			t.Error("carl is still asked", got)
		}
		h.Wait()
		slices.Sort(h.told)
		if want := "approved ann@city.example,asked bob@city.example,asked carl@city.example"; strings.Join(h.told, ",") != want {
			t.Error(h.told)
		}
		h.told = nil
		h.ask(t, Case{Title: "Again?"}, "bob", "dora")
		h.clock.Advance(time.Hour)
		h.ask(t, Case{Title: "And now?"}, "bob")
		h.Wait()
		slices.Sort(h.told)
		if want := "asked bob@city.example,asked dora@city.example"; strings.Join(h.told, ",") != want {
			t.Error("a letter an hour at most:", h.told)
		}
		var verbs []string
		for _, e := range records(t, h.db) {
			verbs = append(verbs, e.Verb+" "+e.Result)
		}
		if want := "approval.ask ok,approval.ask ok,approval.approve ok,approval.approve forbidden,approval.ask ok"; strings.Join(verbs, ",") != want {
			t.Error(verbs)
		}
	})
}

func records(t *testing.T, db *store.Store) (list []audit.Entry) {
	t.Helper()
	all, err := audit.List(t.Context(), db, 1, 100)
	ok(t, err)
	return slices.DeleteFunc(all, func(e audit.Entry) bool { return !strings.HasPrefix(e.Verb, "approval.") })
}

// TestDeskSecret is not there for whom it is too secret, from where they are.
func TestDeskSecret(t *testing.T) {
	h := newHall(t, "")
	c := h.ask(t, Case{Title: "Secret", Level: policy.Secret}, "bob", "carl")
	outside := h.who["bob"]
	outside.Clearance = policy.Internal
	h.who["bob"] = outside
	if _, err := h.Find(t.Context(), outside, c.ID); !errs.Is(err, errs.NotFound) || len(h.deciding(t, "bob")) != 0 || len(h.deciding(t, "carl")) != 1 {
		t.Error("seen above the ceiling", err)
	}
	if _, err := h.Decide(t.Context(), outside, c.ID, Approve, ""); !errs.Is(err, errs.NotFound) {
		t.Error("decided above the ceiling", err)
	}
	low := h.who["dora"]
	ok(t, h.dir.SetClearance(t.Context(), policy.System(1), low.Account, policy.Internal))
	if _, err := h.Pass(t.Context(), h.who["carl"], c.ID, low.Account, ""); !errs.Is(err, errs.Forbidden) {
		t.Error("passed on to who may not see it", err)
	}
}

// TestDeskSeats lets deputies speak while they stand in, holders of a position
// for its mailbox, and holders of a duty.
func TestDeskSeats(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		h := newHall(t, url)
		ctx := t.Context()
		system := policy.System(1)
		var bob directory.Person
		view, err := h.dir.View(ctx, system)
		ok(t, err)
		people := map[int64]directory.Person{}
		for _, p := range view.Search(directory.Query{}) {
			people[p.Account] = *p
		}
		bob = people[h.who["bob"].Account]
		ok(t, h.dir.ChangePerson(ctx, system, bob.ID, func(p *directory.Person) error {
			p.Deputies = []directory.Deputy{{Person: people[h.who["dora"].Account].ID, Starts: "2026-03-02", Ends: "2026-03-03"}, {Person: people[h.who["ann"].Account].ID, Starts: "2026-03-02", Ends: "2026-03-03"}}
			return nil
		}))
		first := h.ask(t, Case{Title: "one"}, "bob")
		if got := h.deciding(t, "dora"); len(got) != 1 {
			t.Error("the deputy is not asked", got)
		}
		if got := h.deciding(t, "ann"); len(got) != 0 {
			t.Error("a deputy decides what they asked for", got)
		}
		done, err := h.Decide(ctx, h.who["dora"], first.ID, Approve, "")
		if err != nil || done.Votes[0].Seat.Account != h.who["bob"].Account || done.Votes[0].By != h.who["dora"].Account {
			t.Error(done.Votes, err)
		}
		if list, err := h.Mine(ctx, h.who["dora"]); err != nil || len(list) != 1 || list[0].State != Approved {
			t.Error("what a deputy decided is not in their list", list, err)
		}
		h.clock.Advance(48 * time.Hour)
		h.ask(t, Case{Title: "two"}, "bob")
		if got := h.deciding(t, "dora"); len(got) != 0 {
			t.Error("a deputy after their time", got)
		}
		box, err := h.dir.AddAccount(ctx, directory.Account{Address: "records@city.example", Kind: directory.KindShared, Clearance: policy.Secret})
		ok(t, err)
		h.who["box"] = policy.Subject{Account: box.ID}
		third := h.ask(t, Case{Title: "three"}, "box")
		ok(t, h.dir.Grant(ctx, 1, box.ID, h.who["carl"].Account, policy.Read))
		if got := h.deciding(t, "carl"); len(got) != 0 {
			t.Error("who only reads decides", got)
		}
		ok(t, h.dir.Grant(ctx, 1, box.ID, h.who["carl"].Account, policy.Read|policy.SendAs))
		if got := h.deciding(t, "carl"); !slices.Equal(got, []string{"three"}) {
			t.Error("the holder is not asked", got)
		}
		_, err = h.Decide(ctx, h.who["carl"], third.ID, Refuse, "no")
		ok(t, err)
		duty := h.ask(t, Case{Title: "four", Steps: []Step{{Deciders: []Seat{{Duty: policy.DutySecurity}}}}})
		if got := h.deciding(t, "dora"); len(got) != 0 {
			t.Error("without the duty", got)
		}
		held, err := h.dir.GrantRole(ctx, system, directory.Holding{Account: h.who["dora"].Account, RoleGrant: policy.RoleGrant{Role: policy.RoleSecurity}})
		ok(t, err)
		_, err = h.dir.GrantRole(ctx, system, directory.Holding{Account: h.who["ann"].Account, RoleGrant: policy.RoleGrant{Role: policy.RoleSecurity}})
		ok(t, err)
		if got := h.deciding(t, "dora"); !slices.Equal(got, []string{"four"}) || len(h.deciding(t, "ann")) != 0 {
			t.Error("the duty", got)
		}
		ok(t, h.dir.RevokeRole(ctx, system, held.ID))
		if _, err := h.Decide(ctx, h.who["dora"], duty.ID, Approve, ""); err == nil {
			t.Error("decided without the duty")
		}
	})
}

// TestDeskRace has two people decide at once: one of them does, and is settled
// once.
func TestDeskRace(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		h := newHall(t, url)
		for range 20 {
			h.ended = nil
			c := h.ask(t, Case{Title: "race"}, "bob", "carl", "dora")
			var wg sync.WaitGroup
			results := make([]error, 3)
			for i, name := range []string{"bob", "carl", "dora"} {
				wg.Go(func() { _, results[i] = h.Decide(context.Background(), h.who[name], c.ID, Approve, "") })
			}
			wg.Wait()
			won := 0
			for _, err := range results {
				switch {
				case err == nil:
					won++
				case !errs.Is(err, errs.Conflict):
					t.Error(err)
				}
			}
			if won != 1 || len(h.ended) != 1 {
				t.Fatalf("%d decided, settled %d times: %v", won, len(h.ended), results)
			}
		}
	})
}

// TestDeskSettleFails leaves the case as it was when what follows cannot be done.
func TestDeskSettleFails(t *testing.T) {
	h := newHall(t, "")
	fault := errors.New("the disk is full")
	h.Handle("test", Kind{Settle: func(context.Context, *store.Tx, Case, any) error { return fault }})
	c := h.ask(t, Case{Title: "May I?"}, "bob")
	if _, err := h.Decide(t.Context(), h.who["bob"], c.ID, Approve, ""); !errors.Is(err, fault) {
		t.Error(err)
	}
	if got := h.deciding(t, "bob"); len(got) != 1 || len(records(t, h.db)) != 1 {
		t.Error("half done", got)
	}
}

// TestDeskLate does at the start what was late while nothing ran.
func TestDeskLate(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		h := newHall(t, url)
		h.ask(t, Case{Title: "late", Steps: []Step{{Hours: 2, Late: LateRefuse}}}, "bob")
		h.ask(t, Case{Title: "later", Steps: []Step{{Hours: 5, Late: LateEscalate, Escalate: []Seat{{Account: h.who["dora"].Account}}}}}, "bob")
		h.clock.Advance(3 * time.Hour)
		next, err := h.RunLate(t.Context())
		if err != nil || !next.Equal(noon.Add(2*time.Hour)) && !next.Equal(noon.Add(5*time.Hour)) {
			t.Error(next, err)
		}
		if len(h.ended) != 1 || h.ended[0].State != Refused {
			t.Errorf("ended %+v", h.ended)
		}
		if got := h.deciding(t, "bob"); !slices.Equal(got, []string{"later"}) {
			t.Error(got)
		}
		h.clock.Advance(3 * time.Hour)
		_, err = h.RunLate(t.Context())
		ok(t, err)
		if got := h.deciding(t, "dora"); !slices.Equal(got, []string{"later"}) {
			t.Error(got)
		}
	})
}
