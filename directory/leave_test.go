package directory

import (
	"slices"
	"strings"
	"testing"

	"chancery/audit"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
)

// TestLeave takes somebody who leaves out of everything, and hands the mailbox
// over: not to who does it, not to who is gone too, and not for writing.
func TestLeave(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		w := office(t, url)
		w.add(t, "heir", Person{}, main(w.units["Roads"]))
		w.add(t, "gone", Person{}, main(w.units["Roads"]))
		clerk, heir, gone := w.people["clerk"], w.people["heir"], w.people["gone"]
		shared, err := w.AddAccount(ctx, Account{Address: "letters@city.example", Kind: KindShared})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Grant(ctx, DefaultOrg, shared.ID, clerk.Account, policy.All); err != nil {
			t.Fatal(err)
		}
		if err := w.Leave(ctx, w.subject("boss"), gone.ID, 0); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			by        string
			successor int64
			want      errs.Kind
		}{
			{"clerk", 0, errs.Forbidden},
			{"desk", heir.Account, errs.Forbidden},
			{"boss", w.people["boss"].Account, errs.Forbidden},
			{"boss", clerk.Account, errs.Invalid},
			{"boss", gone.Account, errs.Invalid},
			{"boss", shared.ID, errs.Invalid},
			{"boss", 4711, errs.Invalid},
		} {
			if err := w.Leave(ctx, w.subject(c.by), clerk.ID, c.successor); !errs.Is(err, c.want) {
				t.Errorf("by %s to %d: %v", c.by, c.successor, err)
			}
		}
		if a, err := w.Account(ctx, DefaultOrg, clerk.Account); err != nil || a.Locked {
			t.Fatalf("a refused act locked the account: %+v %v", a, err)
		}
		if err := w.Leave(ctx, w.subject("boss"), clerk.ID, heir.Account); err != nil {
			t.Fatal(err)
		}
		a, err := w.Account(ctx, DefaultOrg, clerk.Account)
		if err != nil || !a.Locked {
			t.Errorf("%+v %v", a, err)
		}
		rights, err := w.Rights(ctx, DefaultOrg, clerk.Account, heir.Account)
		if err != nil || rights != handedOver || rights&(policy.SendAs|policy.OnBehalf|policy.Manage) != 0 {
			t.Errorf("the successor has %b, %v", rights, err)
		}
		if rights, err := w.Rights(ctx, DefaultOrg, shared.ID, clerk.Account); err != nil || rights != 0 {
			t.Errorf("who left keeps %b, %v", rights, err)
		}
		list, err := audit.List(ctx, w.db, DefaultOrg, 10)
		if err != nil {
			t.Fatal(err)
		}
		n := slices.IndexFunc(list, func(e audit.Entry) bool { return e.Verb == "account.handover" && e.Result == "ok" })
		if n < 0 || !strings.Contains(list[n].After, heir.Address) {
			t.Errorf("the record: %+v", list)
		}
		locks, err := w.Locks(ctx, w.subject("boss"))
		if err != nil || len(locks) != 2 || locks[0].Reason != LockLeft || locks[0].By != w.people["boss"].Account {
			t.Errorf("%+v %v", locks, err)
		}
	})
}
