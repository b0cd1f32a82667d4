package application

import (
	"slices"
	"strings"
	"testing"
	"time"

	"chancery/kit/testkit"
	"chancery/policy"
)

// TestDigest writes to those who may decide, once for all that came, not more
// often than once an hour, and not of what nobody proved.
func TestDigest(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newOffice(t, url)
		told := func() string {
			t.Helper()
			must(t, o.Tend(ctx))
			slices.Sort(o.digests)
			text := strings.Join(o.digests, ", ")
			o.digests = nil
			return text
		}
		for _, step := range []struct {
			name string
			do   func()
			want string
		}{
			{"nothing came", func() {}, ""},
			{"one that is not proved", func() { must(t, o.Send(ctx, 1, o.works, form("x@home.example"), "", peer)) }, ""},
			{"two in a unit, one for all", func() {
				o.apply(o.works, "a@home.example")
				o.apply(o.works, "b@home.example")
				o.apply(0, "c@home.example")
			}, "officer 2 of 2, whole 3 of 3"},
			{"nothing new", func() { o.now.Advance(2 * tellEvery) }, ""},
			{"one more", func() { o.apply(o.police, "d@home.example") }, "other 1 of 1, whole 1 of 4"},
			{"within the hour", func() { o.now.Advance(10 * time.Minute); o.apply(o.works, "e@home.example") }, ""},
			{"after it, together", func() { o.now.Advance(tellEvery); o.apply(o.works, "f@home.example") }, "officer 2 of 4, whole 2 of 6"},
			{"an officer who is none any more", func() {
				o.now.Advance(tellEvery)
				o.apply(o.police, "g@home.example")
				held, err := o.dir.Holdings(ctx, policy.System(1))
				must(t, err)
				for _, h := range held {
					if h.Account == o.other.Account {
						must(t, o.dir.RevokeRole(ctx, policy.System(1), h.ID))
					}
				}
			}, "whole 1 of 7"},
		} {
			step.do()
			if got := told(); got != step.want {
				t.Errorf("%s: %q, want %q", step.name, got, step.want)
			}
		}
	})
}
