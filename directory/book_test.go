package directory

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chancery/kit/clock"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/jmap"
)

// town is a small office for tests: units and people by name.
type town struct {
	*Directory
	units  map[string]int64
	people map[string]Person
}

// newTown makes City over Works (over Roads), Police and Mayor's Office.
func newTown(t *testing.T, url string) *town {
	t.Helper()
	d := newDirectory(t, url)
	named := func(parent int64, name string) Unit {
		return Unit{Parent: parent, Names: map[string]string{"en": name}}
	}
	units, err := d.AddUnits(t.Context(), policy.System(DefaultOrg), []Unit{named(0, "City"), named(-1, "Works"), named(-2, "Roads"), named(-1, "Police"), named(-1, "Mayor")})
	if err != nil {
		t.Fatal(err)
	}
	w := &town{Directory: d, units: map[string]int64{}, people: map[string]Person{}}
	for _, u := range units {
		w.units[u.Names["en"]] = u.ID
	}
	return w
}

func (w *town) add(t *testing.T, name string, p Person, posts ...Post) {
	t.Helper()
	a, err := w.AddAccount(t.Context(), Account{Address: name + "@city.example", Name: name})
	if err != nil {
		t.Fatal(err)
	}
	p.Account, p.Address, p.Name, p.Posts = a.ID, a.Address, name, posts
	if w.people[name], err = w.AddPerson(t.Context(), policy.System(DefaultOrg), p); err != nil {
		t.Fatal(err)
	}
}

// put replaces a person by another one.
func put(p Person) func(*Person) error {
	return func(old *Person) error { *old = p; return nil }
}

// level makes a service level of a given id.
func (w *town) level(t *testing.T, id string, quota int64) {
	t.Helper()
	err := w.db.Write(t.Context(), func(tx *store.Tx) error {
		return putLevel(t.Context(), tx, DefaultOrg, ServiceLevel{ID: id, Names: map[string]string{"en": id}, Quota: quota})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (w *town) subject(name string) policy.Subject {
	return policy.Subject{Org: DefaultOrg, Account: w.people[name].Account, Assurance: policy.ByPassword}
}

// sees returns the names of all whom somebody sees, in order.
func (w *town) sees(t *testing.T, viewer string, q Query) string {
	t.Helper()
	v, err := w.View(t.Context(), w.subject(viewer))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range v.Search(q) {
		names = append(names, p.Name)
		if one, ok := v.Person(p.ID); !ok || len(one.Posts) != len(p.Posts) {
			t.Errorf("%s is found and cannot be read, or with other posts", p.Name)
		}
	}
	return strings.Join(names, " ")
}

func main(unit int64) Post { return Post{Unit: unit, Title: "clerk", Kind: PostMain} }

// TestVisibility hides a unit and a service level from the address book (C28),
// and shows the unit to another one (C29).
func TestVisibility(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		w := newTown(t, url)
		w.level(t, "leaders", 0)
		w.add(t, "mayor", Person{Rank: 1, Level: "leaders"}, main(w.units["Mayor"]))
		w.add(t, "deputy", Person{Rank: 2, Level: "leaders"}, main(w.units["Mayor"]))
		w.add(t, "roads", Person{Rank: 5}, main(w.units["Roads"]))
		w.add(t, "detective", Person{Rank: 6}, main(w.units["Police"]))
		w.add(t, "both", Person{Rank: 7}, main(w.units["Works"]), Post{Unit: w.units["Police"], Title: "liaison", Kind: PostAdditional})
		w.add(t, "nobody", Person{Rank: 9})
		admin := policy.System(DefaultOrg)
		rules := []Visibility{{Unit: w.units["Police"], ShownTo: []int64{w.units["Mayor"]}}, {Level: "leaders"}}
		if err := w.SetVisibility(t.Context(), admin, rules); err != nil {
			t.Fatal(err)
		}
		for viewer, want := range map[string]string{
			"mayor":     "mayor deputy roads detective both nobody",
			"roads":     "roads both nobody",
			"detective": "roads detective both nobody",
			"both":      "roads detective both nobody",
			"nobody":    "roads both nobody",
		} {
			if got := w.sees(t, viewer, Query{}); got != want {
				t.Errorf("%s sees %s, not %s", viewer, got, want)
			}
		}
		if got := w.sees(t, "roads", Query{Text: "detective"}) + w.sees(t, "roads", Query{Unit: w.units["Police"]}) + w.sees(t, "roads", Query{Unit: w.units["City"], Below: true}); got != "roads both" {
			t.Errorf("a hidden unit shows in a search: %s", got)
		}
		v, err := w.View(t.Context(), w.subject("roads"))
		if err != nil {
			t.Fatal(err)
		}
		if both, ok := v.Person(w.people["both"].ID); !ok || len(both.Posts) != 1 {
			t.Errorf("the post in a hidden unit shows: %+v", both.Posts)
		}
		if slices.ContainsFunc(v.Units(), func(u Unit) bool { return u.ID == w.units["Police"] }) {
			t.Error("the hidden unit is in the tree")
		}
		for _, bad := range [][]Visibility{{{}}, {{Unit: 7}}, {{Unit: w.units["Police"], Level: "x"}}, {{Level: "x", ShownTo: []int64{7}}}} {
			if err := w.SetVisibility(t.Context(), admin, bad); err == nil {
				t.Errorf("%+v was taken", bad)
			}
		}
	})
}

// TestPostsOfToday holds a post from one day to another.
func TestPostsOfToday(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		w := newTown(t, url)
		day := w.clock.(*clock.Fake)
		w.add(t, "chief", Person{}, main(w.units["Works"]), Post{Unit: w.units["Police"], Title: "acting chief", Kind: PostActing, Starts: "2026-03-03", Ends: "2026-03-04"})
		for _, want := range []int{1, 2, 2, 1} {
			v, err := w.View(t.Context(), w.subject("chief"))
			if err != nil {
				t.Fatal(err)
			}
			if p, ok := v.Person(w.people["chief"].ID); !ok || len(p.Posts) != want {
				t.Errorf("%s: %d posts, not %d", day.Now().Format(time.DateOnly), len(p.Posts), want)
			}
			day.Advance(24 * time.Hour)
		}
		p := w.people["chief"]
		for _, bad := range []Post{{Unit: 7, Kind: PostMain}, {Unit: w.units["Works"], Kind: "none"}, {Unit: w.units["Works"], Kind: PostMain, Starts: "tomorrow"}, {Unit: w.units["Works"], Kind: PostMain, Starts: "2026-03-03", Ends: "2026-03-02"}} {
			p.Posts = []Post{bad}
			if err := w.ChangePerson(t.Context(), policy.System(DefaultOrg), p.ID, put(p)); err == nil {
				t.Errorf("%+v was taken", bad)
			}
		}
	})
}

// TestPostOfAccount says in which post somebody acts: the main one that they
// hold, by the name its unit has in their language.
func TestPostOfAccount(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		w := newTown(t, url)
		day := w.clock.(*clock.Fake)
		w.add(t, "chief", Person{}, Post{Unit: w.units["Police"], Title: "liaison\nofficer", Kind: PostAdditional},
			Post{Unit: w.units["Works"], Title: "chief", Kind: PostMain, Ends: "2026-03-03"}, Post{Unit: w.units["Roads"], Kind: PostMain, Starts: "2026-03-05"})
		w.add(t, "none", Person{})
		if none, err := w.Account(t.Context(), DefaultOrg, w.people["none"].Account); err != nil || none.Post != "" {
			t.Errorf("who has none: %q, %v", none.Post, err)
		}
		for _, want := range []string{"chief, Works", "chief, Works", "liaison\nofficer, Police", "Roads"} {
			a, err := w.Account(t.Context(), DefaultOrg, w.people["chief"].Account)
			byAddress, _, failed := w.Resolve(t.Context(), "chief@city.example")
			if err != nil || failed != nil || a.Post != want || byAddress.Post != want {
				t.Errorf("%s: %q, not %q, %v %v", day.Now().Format(time.DateOnly), a.Post, want, err, failed)
			}
			day.Advance(24 * time.Hour)
		}
	})
}

// TestPersonChanges follows a change, a removal, a new person, and a rule.
func TestPersonChanges(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		w := newTown(t, url)
		for _, name := range []string{"a", "b", "c"} {
			w.add(t, name, Person{}, main(w.units["Works"]))
		}
		methods := w.Capabilities(func(context.Context) (policy.Subject, error) { return w.subject("a"), nil })[0].Methods
		changes := func(since string) (out jmap.ChangesAnswer, err error) {
			answer, err := methods["Person/changes"](t.Context(), &jmap.Call{Args: json.RawMessage(`{"accountId":"a1","sinceState":"` + since + `"}`), Limits: jmap.DefaultLimits()})
			if err == nil {
				out = *answer.(*jmap.ChangesAnswer)
			}
			return out, err
		}
		state := func() string {
			v, err := w.View(t.Context(), w.subject("a"))
			if err != nil {
				t.Fatal(err)
			}
			return v.State()
		}
		since := state()
		if got, err := changes(since); err != nil || len(got.Created)+len(got.Updated)+len(got.Destroyed) != 0 {
			t.Errorf("nothing changed: %+v %v", got, err)
		}
		b := w.people["b"]
		b.Phone = "1234"
		if err := w.ChangePerson(t.Context(), policy.System(DefaultOrg), b.ID, put(b)); err != nil {
			t.Fatal(err)
		}
		if err := w.RemovePerson(t.Context(), policy.System(DefaultOrg), w.people["c"].ID); err != nil {
			t.Fatal(err)
		}
		w.add(t, "d", Person{}, main(w.units["Roads"]))
		got, err := changes(since)
		if err != nil || len(got.Created) != 1 || len(got.Updated) != 1 || len(got.Destroyed) != 1 || got.NewState != state() {
			t.Errorf("%+v %v", got, err)
		}
		if w.sees(t, "a", Query{}) != "a b d" {
			t.Errorf("a sees %s", w.sees(t, "a", Query{}))
		}
		since = state()
		if err := w.SetVisibility(t.Context(), policy.System(DefaultOrg), []Visibility{{Unit: w.units["Roads"]}}); err != nil {
			t.Fatal(err)
		}
		for _, old := range []string{since, "nonsense", "999"} {
			if got, err := changes(old); err == nil {
				t.Errorf("since %s: %+v", old, got)
			}
		}
	})
}

// TestKeysOfAnOlderProgram finds people whose keys an older program made.
func TestKeysOfAnOlderProgram(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		w := newTown(t, url)
		w.add(t, "王小明", Person{}, main(w.units["Works"]))
		err := w.db.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Exec(t.Context(), "UPDATE person SET folded = 'old'")
			if err == nil {
				_, err = tx.Exec(t.Context(), "DELETE FROM org_state")
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		again, err := New(t.Context(), w.db, w.clock)
		if err != nil {
			t.Fatal(err)
		}
		w.Directory = again
		for _, text := range []string{"小明", "wxm", "ㄨㄒㄇ", "clerk"} {
			if w.sees(t, "王小明", Query{Text: text}) == "" {
				t.Errorf("%s finds nobody", text)
			}
		}
	})
}

// BenchmarkSearch looks for people among 100,000.
func BenchmarkSearch(b *testing.B) {
	book := &Book{unit: map[int64]int{}, byID: map[int64]*entry{}}
	surnames, given := []rune("王李張劉陳楊黃趙周吳"), []rune("小明大文雅婷志強淑芬俊傑美玲家豪")
	for i := range 100_000 {
		p := Person{ID: int64(i + 1), Rank: i % 40, Address: fmt.Sprintf("p%06d@city.example", i), Phone: fmt.Sprint(200000 + i),
			Name: string([]rune{surnames[i%10], given[i/10%16], given[i/160%16]}), Posts: []Post{{Unit: int64(i % 500), Title: "科員"}}}
		e := &entry{Person: p, key: p.key()}
		book.people = append(book.people, e)
		book.byID[p.ID] = e
	}
	book.lineUp()
	v := book.view(policy.Subject{Org: 1}, "2026-03-02")
	for _, text := range []string{"王小明", "wxm", "ㄨㄒㄇ", "w", "209999", "nobody at all", ""} {
		b.Run(text, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				v.Search(Query{Text: text})
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
		})
	}
}
