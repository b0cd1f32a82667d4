package mail

import (
	"testing"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/mail/flow"
	"chancery/policy"
)

// TestHeadReviews has the head of the sender's unit review letters: of the head's
// own whoever stands above, and nobody lets their own pass.
func TestHeadReviews(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		hold := heldRule()
		hold.Then.Hold.Steps[0].Reviewers, hold.Then.Hold.Steps[0].Head = nil, true
		hold.Then.Hold.Steps[0].Late, hold.Then.Hold.Steps[0].Escalate = "", nil
		g := newAgency(t, url)
		ctx, system := t.Context(), policy.System(directory.DefaultOrg)
		units := must(g.dir.AddUnits(ctx, system, []directory.Unit{{Names: map[string]string{"en": "City"}}, {Parent: -1, Names: map[string]string{"en": "Works"}}}))
		for i, a := range []*Account{g.dora, g.carl, g.ann} { // mayor, chief, clerk
			unit := units[min(i, 1)].ID
			must(g.dir.AddPerson(ctx, system, directory.Person{Account: a.ID(), Address: a.info.Address, Name: a.info.Address, Rank: i + 1, Posts: []directory.Post{{Unit: unit, Title: "x", Kind: directory.PostMain}}}))
		}
		_, _, err := g.room.ChangeRule(ctx, policy.System(1), 0, &hold, "")
		check(t, err)
		g.send(t, "The budget of next year.")
		if c, d := g.waiting(t, g.carl), g.waiting(t, g.dora); len(c) != 1 || len(d) != 0 {
			t.Errorf("the chief has %d, the mayor %d", len(c), len(d))
		}
		write := func(a *Account) (Foreseen, error) {
			return a.Foresee(ctx, Writing{From: a.info.Address, To: []string{"bob@city.example"}, Level: policy.Unlabelled, Text: "The budget."})
		}
		if seen, err := write(g.carl); err != nil || !seen.Held || len(seen.Reviewers) != 1 || seen.Reviewers[0] != must(g.dir.Account(ctx, 1, g.dora.ID())).Name {
			t.Errorf("the chief foresees %+v, %v", seen, err)
		}
		if seen, err := write(g.dora); err != nil || !seen.NoReviewer {
			t.Errorf("the mayor foresees %+v, %v", seen, err)
		}
		in := hold
		in.When.Direction = flow.In
		if _, _, err := g.room.ChangeRule(ctx, policy.System(1), 0, &in, ""); !errs.Is(err, errs.Invalid) {
			t.Errorf("for letters from outside: %v", err)
		}
	})
}
