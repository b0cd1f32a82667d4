package approval

import (
	"slices"
	"strings"
	"testing"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
)

// TestDeskBarred never has those decide whom a case is about: they, their
// deputies, who has a right to their mailbox. They do not learn of it either.
func TestDeskBarred(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		h := newHall(t, url)
		ctx, system := t.Context(), policy.System(1)
		h.person(t, "erin")
		view, err := h.dir.View(ctx, system)
		ok(t, err)
		people := map[int64]directory.Person{}
		for _, p := range view.Search(directory.Query{}) {
			people[p.Account] = *p
		}
		about := h.who["bob"].Account
		ok(t, h.dir.ChangePerson(ctx, system, people[about].ID, func(p *directory.Person) error {
			p.Deputies = []directory.Deputy{{Person: people[h.who["carl"].Account].ID, Starts: "2026-03-02", Ends: "2026-03-03"}}
			return nil
		}))
		ok(t, h.dir.Grant(ctx, 1, about, h.who["erin"].Account, policy.Read))
		for _, name := range []string{"bob", "carl", "erin"} {
			_, err := h.dir.GrantRole(ctx, system, directory.Holding{Account: h.who[name].Account, RoleGrant: policy.RoleGrant{Role: policy.RoleSecurity}})
			ok(t, err)
		}
		first := Case{Title: "about bob", Barred: []int64{about}, Steps: []Step{{Deciders: []Seat{{Duty: policy.DutySecurity}}}}}
		first.Org, first.Asker = 1, h.who["ann"].Account
		if possible, err := h.Possible(ctx, first); possible || err != nil {
			t.Error("somebody could decide", err)
		}
		dora, err := h.dir.GrantRole(ctx, system, directory.Holding{Account: h.who["dora"].Account, RoleGrant: policy.RoleGrant{Role: policy.RoleSecurity}})
		ok(t, err)
		if possible, err := h.Possible(ctx, first); !possible || err != nil {
			t.Error("nobody could decide", err)
		}
		c := h.ask(t, first)
		h.Wait()
		if want := "asked dora@city.example"; strings.Join(h.told, ",") != want {
			t.Error("told:", h.told)
		}
		for _, name := range []string{"bob", "carl", "erin"} {
			if got := h.deciding(t, name); len(got) != 0 {
				t.Error(name, "is asked", got)
			}
			if _, err := h.Find(ctx, h.who[name], c.ID); !errs.Is(err, errs.NotFound) {
				t.Error(name, "finds it", err)
			}
			if _, err := h.Decide(ctx, h.who[name], c.ID, Approve, ""); !errs.Is(err, errs.NotFound) {
				t.Error(name, "decides", err)
			}
			if _, err := h.Pass(ctx, h.who["dora"], c.ID, h.who[name].Account, ""); !errs.Is(err, errs.Conflict) {
				t.Error("passed on to", name, err)
			}
		}
		// In another's place as little: carl stands in for dora.
		ok(t, h.dir.ChangePerson(ctx, system, people[h.who["dora"].Account].ID, func(p *directory.Person) error {
			p.Deputies = []directory.Deputy{{Person: people[h.who["carl"].Account].ID, Starts: "2026-03-02", Ends: "2026-03-03"}}
			return nil
		}))
		second := h.ask(t, Case{Title: "of dora", Barred: []int64{about}}, "dora")
		if got := h.deciding(t, "carl"); len(got) != 0 {
			t.Error("a deputy of both decides", got)
		}
		// Who stands in for bob no longer may.
		h.clock.Advance(48 * time.Hour)
		if got := h.deciding(t, "carl"); !slices.Equal(got, []string{"about bob"}) {
			t.Error("after the time as a deputy", got)
		}
		ok(t, h.dir.RevokeRole(ctx, system, dora.ID))
		done, err := h.Decide(ctx, h.who["carl"], c.ID, Approve, "")
		if err != nil || done.State != Approved {
			t.Error(done.State, err)
		}
		_, err = h.Decide(ctx, h.who["dora"], second.ID, Approve, "")
		ok(t, err)
	})
}
