package directory

import (
	"testing"

	"chancery/kit/testkit"
	"chancery/policy"
)

// TestHeadOf finds heads up the tree, on the days of their posts.
func TestHeadOf(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		w := newTown(t, url)
		ctx := t.Context()
		in := func(unit, kind string) Post { return Post{Unit: w.units[unit], Title: "x", Kind: kind} }
		past := in("Roads", PostActing)
		past.Ends = "2020-01-01"
		w.add(t, "mayor", Person{Rank: 1}, in("City", PostMain))
		w.add(t, "chief", Person{Rank: 10, Sort: 900}, in("Works", PostMain))
		w.add(t, "engineer", Person{Rank: 20}, in("Works", PostMain))
		w.add(t, "intern", Person{}, in("Works", PostMain)) // nobody said a rank
		w.add(t, "clerk", Person{Rank: 50}, in("Roads", PostMain))
		w.add(t, "guest", Person{Rank: 2}, in("Mayor", PostMain), in("Works", PostAdditional))
		w.add(t, "former", Person{Rank: 3}, in("Police", PostMain), past)
		w.add(t, "drifter", Person{Rank: 60})
		heads := func(want map[string]string) {
			t.Helper()
			for name, head := range want {
				got, err := w.HeadOf(ctx, DefaultOrg, w.people[name].Account)
				if err != nil || got != w.people[head].Account {
					t.Errorf("the head of %s is %d, not %s (%v)", name, got, head, err)
				}
			}
		}
		heads(map[string]string{"engineer": "chief", "chief": "mayor", "clerk": "chief", "guest": "mayor", "mayor": "", "drifter": ""})
		// Somebody acts as the head of Roads from today; the chief is locked out.
		w.add(t, "acting", Person{Rank: 30}, in("Police", PostMain), in("Roads", PostActing))
		heads(map[string]string{"clerk": "acting", "engineer": "chief"})
		locked := w.people["chief"]
		locked.Locked = true
		if err := w.ChangePerson(ctx, policy.System(DefaultOrg), locked.ID, put(locked)); err != nil {
			t.Fatal(err)
		}
		// The next in rank leads, and has nobody above but the mayor.
		heads(map[string]string{"engineer": "mayor", "guest": "mayor"})
	})
}
