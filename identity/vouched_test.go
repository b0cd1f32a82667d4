package identity

import (
	"slices"
	"testing"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
)

// TestVouched signs people in for whom another provider vouches: one without a
// password, as feeds open accounts, whom no password lets in; one with a
// one-time password, who has to choose another; and nobody who is locked.
func TestVouched(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, now, ann := lifeOf(t, url, Life{FirstDays: 3, MaxMonths: 6})
		bob, err := i.dir.AddAccount(ctx, directory.Account{Address: "bob@city.example"})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the first time there is nothing that sessions stand on
			step, err := i.Vouched(ctx, bob.Org, bob.ID, 0, policy.ByPassword, inside)
			if err != nil || step.Subject.Account != bob.ID {
				t.Fatalf("%+v %v", step, err)
			}
			opened, err := i.OpenSession(ctx, step.Subject, inside)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := i.Session(ctx, opened.Token, inside); err != nil {
				t.Errorf("the session of somebody without a password: %v", err)
			}
		}
		for _, password := range []string{"", "bob", " "} {
			if _, err := i.Verify(ctx, bob.Address, password, here); !errs.Is(err, errs.Unauthenticated) {
				t.Errorf("%q lets in: %v", password, err)
			}
		}
		// What is not there does not grow old.
		now.Advance(1)
		if err := i.Tend(ctx); err != nil {
			t.Fatal(err)
		}
		if at, err := i.Due(ctx, policy.Subject{Org: bob.Org, Account: bob.ID}); err != nil || !at.IsZero() {
			t.Errorf("due at %v, %v", at, err)
		}

		step, err := i.Vouched(ctx, ann.Org, ann.ID, 0, policy.ByPassword, inside)
		if err != nil || step.Subject.Account != 0 || !slices.Equal(step.Methods, []string{Password}) {
			t.Fatalf("with a one-time password: %+v %v", step, err)
		}
		now.Advance(7 * 24 * 3600e9)
		if step, err := i.Vouched(ctx, ann.Org, ann.ID, 0, policy.ByPassword, inside); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("a week later: %+v %v", step, err)
		}
	})
}
