package directory

import (
	"context"
	"strings"
	"testing"
	"time"

	"chancery/audit"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
)

// ceiling is how high an account sees today; however it is asked for, the
// answer is the same.
func (w *town) ceiling(t *testing.T, name string) policy.Level {
	t.Helper()
	p := w.people[name]
	a, err := w.Account(t.Context(), DefaultOrg, p.Account)
	if err != nil {
		t.Fatal(err)
	}
	got := []policy.Level{a.Clearance}
	if a, _, err = w.Resolve(t.Context(), p.Address); err != nil {
		t.Fatal(err)
	}
	got = append(got, a.Clearance)
	all, err := w.Accounts(t.Context(), DefaultOrg)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if a.ID == p.Account {
			got = append(got, a.Clearance)
		}
	}
	reached, err := w.Reachable(t.Context(), policy.Subject{Org: DefaultOrg, Account: p.Account})
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, reached[0].Clearance)
	for _, l := range got {
		if l != got[0] {
			t.Errorf("%s sees %v, by the way it is asked", name, got)
		}
	}
	return got[0]
}

// TestClearanceOfPosts is the table of what somebody is cleared for, what their
// posts are, and what they see on which day.
func TestClearanceOfPosts(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		w := newTown(t, url)
		day := w.clock.(*clock.Fake) // 2 March 2026
		works, police := w.units["Works"], w.units["Police"]
		post := func(kind string, level policy.Level, starts, ends string) Post {
			return Post{Unit: police, Title: "p", Kind: kind, Clearance: level, Starts: starts, Ends: ends}
		}
		rows := []struct {
			name  string
			own   policy.Level
			posts []Post
			want  [4]policy.Level // on 2, 3, 4, 5 March
		}{
			{"none", policy.Internal, nil, [4]policy.Level{1, 1, 1, 1}},
			{"plain", policy.Internal, []Post{post(PostMain, 0, "", "")}, [4]policy.Level{1, 1, 1, 1}},
			{"main", policy.Internal, []Post{post(PostMain, policy.Secret, "", "")}, [4]policy.Level{3, 3, 3, 3}},
			{"lower", policy.Secret, []Post{post(PostMain, policy.Internal, "", "")}, [4]policy.Level{3, 3, 3, 3}},
			{"acting", policy.Internal, []Post{post(PostMain, 0, "", ""), post(PostActing, policy.TopSecret, "2026-03-03", "2026-03-04")}, [4]policy.Level{1, 4, 4, 1}},
			{"begins", policy.Public, []Post{post(PostMain, policy.Confidential, "2026-03-05", "")}, [4]policy.Level{0, 0, 0, 2}},
			{"ends", policy.Internal, []Post{post(PostMain, policy.Secret, "", "2026-03-02")}, [4]policy.Level{3, 1, 1, 1}},
			{"two", policy.Internal, []Post{post(PostMain, policy.Confidential, "", ""), post(PostAdditional, policy.Secret, "2026-03-04", "")}, [4]policy.Level{2, 2, 3, 3}},
		}
		for _, r := range rows {
			w.add(t, r.name, Person{}, append([]Post{{Unit: works, Kind: PostAdditional}}, r.posts...)...)
			if err := w.SetClearance(t.Context(), policy.System(DefaultOrg), w.people[r.name].Account, r.own); err != nil {
				t.Fatal(err)
			}
		}
		for n := range 4 {
			for _, r := range rows {
				if got := w.ceiling(t, r.name); got != r.want[n] {
					t.Errorf("%s on %s sees %q, want %q", r.name, day.Now().Format(time.DateOnly), got, r.want[n])
				}
			}
			day.Advance(24 * time.Hour)
		}
	})
}

// TestWhoClearsPosts lets security administrators alone say what a post is
// cleared for, and for nobody themselves; a post that others widen loses it.
func TestWhoClearsPosts(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		w := office(t, url)
		clerk := w.people["clerk"].ID
		change := func(by string, person int64, do func(*Post)) error {
			return w.ChangePerson(t.Context(), w.subject(by), person, func(p *Person) error { do(&p.Posts[0]); return nil })
		}
		clear := func(by, name string, level policy.Level) error {
			return change(by, w.people[name].ID, func(q *Post) { q.Clearance = level })
		}
		for _, by := range []string{"system", "boss", "desk", "audit", "clerk"} {
			if err := clear(by, "clerk", policy.Secret); !errs.Is(err, errs.Forbidden) && !errs.Is(err, errs.NotFound) {
				t.Errorf("%s clears a post: %v", by, err)
			}
		}
		if err := clear("security", "security", policy.Secret); !errs.Is(err, errs.Forbidden) {
			t.Errorf("for themselves: %v", err)
		}
		if err := clear("security", "clerk", policy.TopSecret+1); !errs.Is(err, errs.Invalid) {
			t.Errorf("no level: %v", err)
		}
		if _, _, err := w.AddMember(t.Context(), w.subject("boss"), Person{Address: "new@city.example", Name: "New", Posts: []Post{{Unit: w.units["Roads"], Kind: PostMain, Clearance: policy.Secret}}}); !errs.Is(err, errs.Forbidden) {
			t.Errorf("of somebody new: %v", err)
		}
		for _, c := range []struct {
			name string
			do   func(*Post)
			want policy.Level
		}{
			{"nothing", func(*Post) {}, policy.Secret},
			{"its place in lists", func(q *Post) { q.Sort = 3 }, policy.Secret},
			{"an end", func(q *Post) { q.Ends = "2026-12-31" }, policy.Secret},
			{"an earlier end", func(q *Post) { q.Ends = "2026-11-30" }, policy.Secret},
			{"a later end", func(q *Post) { q.Ends = "2027-12-31" }, policy.Public},
			{"no end", func(q *Post) { q.Ends = "" }, policy.Public},
			{"another title", func(q *Post) { q.Title += " x" }, policy.Public},
			{"another kind", func(q *Post) { q.Kind = PostActing }, policy.Public},
		} {
			if err := clear("security", "clerk", policy.Secret); err != nil {
				t.Fatal(err)
			}
			if err := change("boss", clerk, c.do); err != nil {
				t.Fatal(c.name, err)
			}
			if got := w.ceiling(t, "clerk"); got != max(c.want, policy.Public) {
				t.Errorf("after the unit's administrator changed %s they see %q, want %q", c.name, got, c.want)
			}
		}
		list, err := audit.List(t.Context(), w.db, DefaultOrg, 2)
		if err != nil || len(list) != 2 || !strings.Contains(list[0].Before, `"clearance":"secret"`) || strings.Contains(list[0].After, "secret") || !strings.Contains(list[1].After, `"clearance":"secret"`) {
			t.Errorf("the record says %+v, %v", list, err)
		}
	})
}

// TestFeedsClearNobody has another system change posts: what they are cleared
// for stays as long as they are the same, and is never given.
func TestFeedsClearNobody(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		w := newTown(t, url)
		w.add(t, "ann", Person{}, Post{Unit: w.units["Police"], Title: "chief", Kind: PostMain, Clearance: policy.Secret})
		intake := func(posts ...Post) {
			t.Helper()
			err := w.Intake(t.Context(), policy.Subject{Org: DefaultOrg, Account: 99}, []policy.RoleGrant{{Role: policy.RoleSystem}}, func(ctx context.Context, in *Intake) error {
				p, _, err := in.Person(ctx, w.people["ann"].ID)
				if err != nil {
					return err
				}
				p.Posts = posts
				return in.ChangePerson(ctx, p)
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		chief := Post{Unit: w.units["Police"], Title: "chief", Kind: PostMain}
		intake(chief, Post{Unit: w.units["Works"], Title: "x", Kind: PostAdditional, Clearance: policy.TopSecret})
		if got := w.ceiling(t, "ann"); got != policy.Secret {
			t.Errorf("the same post: %q", got)
		}
		chief.Title = "clerk"
		intake(chief)
		if got := w.ceiling(t, "ann"); got != policy.Public {
			t.Errorf("another post: %q", got)
		}
		chief.Title, chief.Clearance = "chief", policy.Secret
		intake(chief)
		if got := w.ceiling(t, "ann"); got != policy.Public {
			t.Errorf("it came back: %q", got)
		}
	})
}
