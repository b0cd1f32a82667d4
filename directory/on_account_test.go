package directory

import (
	"context"
	"testing"
	"time"

	"chancery/audit"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
)

// TestOnOrganisation holds that an act and the check of its right are one: a
// role that is taken back meanwhile waits for the act, and the next is refused
// and stands in the record.
func TestOnOrganisation(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		w := office(t, url)
		ctx, by := t.Context(), w.subject("clerk")
		held := w.grant(t, "clerk", policy.RoleSystem, "")
		act := func(do func()) error {
			return w.OnOrganisation(ctx, by, policy.DutySystem, "sso.client.add", "client", func(context.Context, *store.Tx) error { do(); return nil })
		}
		taken, early := make(chan error, 1), false
		err := act(func() {
			go func() { taken <- w.RevokeRole(ctx, policy.System(DefaultOrg), held.ID) }()
			select {
			case <-taken:
				early = true
			case <-time.After(300 * time.Millisecond):
			}
		})
		if err != nil || early {
			t.Fatalf("%v, taken back in the middle: %v", err, early)
		}
		if err := <-taken; err != nil {
			t.Fatal(err)
		}
		if err := act(func() { t.Error("done without the right") }); !errs.Is(err, errs.Forbidden) {
			t.Errorf("after that: %v", err)
		}
		by = w.subject("system")
		by.Assurance = policy.ByProgram
		if err := act(func() { t.Error("done by a program") }); !errs.Is(err, errs.Forbidden) {
			t.Errorf("by a program: %v", err)
		}
		// The same for acts that read the roles in a transaction of their own.
		again := w.grant(t, "clerk", policy.RoleSystem, "")
		err = w.db.Write(ctx, func(tx *store.Tx) error {
			admin, err := w.AdministersIn(ctx, tx, w.subject("clerk"))
			if err != nil || !admin.May(policy.DutySystem, 0) {
				t.Errorf("with the role: %v", err)
			}
			go func() { taken <- w.RevokeRole(ctx, policy.System(DefaultOrg), again.ID) }()
			select {
			case <-taken:
				t.Error("taken back in the middle")
			case <-time.After(300 * time.Millisecond):
			}
			return nil
		})
		if err = errorOr(err, <-taken); err != nil {
			t.Fatal(err)
		}
		list, err := audit.List(ctx, w.db, DefaultOrg, 100)
		if err != nil {
			t.Fatal(err)
		}
		refused := 0
		for _, e := range list {
			if e.Verb == "sso.client.add" && e.Result == "forbidden" {
				refused++
			}
		}
		if refused != 2 {
			t.Errorf("%d refusals stand in the record", refused)
		}
	})
}
