package mail

import (
	"testing"

	"chancery/approval"
	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
)

// makes gives somebody a role for the whole organisation.
func (g *agency) makes(t *testing.T, a *Account, role policy.Role) {
	t.Helper()
	must(g.dir.GrantRole(t.Context(), policy.System(1), directory.Holding{Account: a.ID(), RoleGrant: policy.RoleGrant{Role: role}}))
}

// TestLookAbout has somebody else agree to a look into the mailbox of a security
// administrator, and nobody where there is no other (C12).
func TestLookAbout(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		g := newAgency(t, url)
		ctx := t.Context()
		g.room.conf.Review.Second = true
		g.makes(t, g.carl, policy.RoleAudit)
		g.makes(t, g.bob, policy.RoleSecurity)
		const purpose = "Case 7 of the ethics office"
		if _, err := g.room.AskLook(ctx, g.carl.subject, g.bob.ID(), 8, purpose); !errs.Is(err, errs.Conflict) {
			t.Error("nobody else could agree", err)
		}
		must(g.room.AskLook(ctx, g.carl.subject, g.ann.ID(), 8, purpose))
		if got := g.waiting(t, g.bob); len(got) != 1 {
			t.Errorf("bob: %+v", got)
		}
		g.makes(t, g.dora, policy.RoleSecurity)
		l := must(g.room.AskLook(ctx, g.carl.subject, g.bob.ID(), 8, purpose))
		if got := g.waiting(t, g.bob); len(got) != 1 || got[0].ID == l.Case {
			t.Errorf("bob: %+v", got)
		}
		if _, err := g.desk.Decide(ctx, g.bob.subject, l.Case, approval.Refuse, "no"); !errs.Is(err, errs.NotFound) {
			t.Error("whose mailbox it is decides", err)
		}
		_, err := g.desk.Decide(ctx, g.dora.subject, l.Case, approval.Approve, "")
		check(t, err)
		if _, err := g.room.Account(ctx, g.carl.subject, g.bob.ID()); err != nil {
			t.Error("granted, and not there", err)
		}
	})
}
