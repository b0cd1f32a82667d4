package mail

import (
	"slices"
	"testing"

	"chancery/kit/testkit"
)

func TestLostSubscriptions(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newOffice(t, url)
		for _, step := range []struct {
			path string
			keep bool
			want []string
		}{
			{"b", true, []string{"b"}}, {"a/c", true, []string{"a/c", "b"}}, {"b", true, []string{"a/c", "b"}},
			{"b", false, []string{"a/c"}}, {"x", false, []string{"a/c"}},
		} {
			if err := o.ann.KeepSubscription(ctx, step.path, step.keep); err != nil {
				t.Fatal(err)
			}
			if got := must(o.ann.LostSubscriptions(ctx)); !slices.Equal(got, step.want) {
				t.Errorf("after %+v: %q", step, got)
			}
		}
		if got := must(o.bob.LostSubscriptions(ctx)); len(got) != 0 {
			t.Errorf("bob has %q", got)
		}
	})
}
