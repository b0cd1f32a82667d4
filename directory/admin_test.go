package directory

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"chancery/audit"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
)

// office is a town with administrators.
func office(t *testing.T, url string) *town {
	t.Helper()
	w := newTown(t, url)
	for _, x := range [][2]string{{"system", "Mayor"}, {"security", "Mayor"}, {"audit", "Mayor"}, {"boss", "Works"}, {"clerk", "Roads"}, {"detective", "Police"}, {"desk", "Mayor"}} {
		w.add(t, x[0], Person{}, main(w.units[x[1]]))
	}
	w.grant(t, "system", policy.RoleSystem, "")
	w.grant(t, "security", policy.RoleSecurity, "")
	w.grant(t, "audit", policy.RoleAudit, "")
	w.grant(t, "boss", policy.RoleUnit, "Works")
	w.grant(t, "desk", policy.RoleHelpDesk, "")
	return w
}

func (w *town) grant(t *testing.T, name string, role policy.Role, unit string) Holding {
	t.Helper()
	h, err := w.GrantRole(t.Context(), policy.System(DefaultOrg), w.holding(name, role, unit))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func (w *town) holding(name string, role policy.Role, unit string) Holding {
	return Holding{Account: w.people[name].Account, RoleGrant: policy.RoleGrant{Role: role, Unit: w.units[unit]}}
}

// TestRoles grants and takes back: who may, to whom, and what excludes what.
func TestRoles(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		w := office(t, url)
		for _, c := range []struct {
			by, to string
			role   policy.Role
			unit   string
			want   errs.Kind
		}{
			{"system", "clerk", policy.RoleHelpDesk, "", errs.Forbidden},
			{"boss", "clerk", policy.RoleUnit, "Roads", errs.Forbidden},
			{"clerk", "clerk", policy.RoleSystem, "", errs.Forbidden},
			{"security", "security", policy.RoleHelpDesk, "", errs.Forbidden},
			{"security", "clerk", "root", "", errs.Invalid},
			{"security", "clerk", policy.RoleUnit, "", errs.Invalid},
			{"security", "clerk", policy.RoleSystem, "Roads", errs.Invalid},
			{"security", "system", policy.RoleAudit, "", errs.Conflict},
			{"security", "audit", policy.RoleHelpDesk, "", errs.Conflict},
			{"security", "boss", policy.RoleUnit, "Works", errs.Exists},
		} {
			_, err := w.GrantRole(t.Context(), w.subject(c.by), w.holding(c.to, c.role, c.unit))
			if err == nil || errs.KindOf(err) != c.want {
				t.Errorf("%s makes %s %s of %q: %v, want %v", c.by, c.to, c.role, c.unit, err, c.want)
			}
		}
		if _, err := w.GrantRole(t.Context(), w.subject("security"), Holding{Account: 7, RoleGrant: policy.RoleGrant{Role: policy.RoleSystem}}); !errs.Is(err, errs.NotFound) {
			t.Errorf("an account that is not there: %v", err)
		}
		second, err := w.GrantRole(t.Context(), w.subject("security"), w.holding("clerk", policy.RoleSecurity, ""))
		if err != nil {
			t.Fatal(err)
		}
		list, err := w.Holdings(t.Context(), w.subject("clerk"))
		if err != nil || len(list) != 6 {
			t.Fatalf("a security administrator sees %d roles, %v", len(list), err)
		}
		if own, err := w.Holdings(t.Context(), w.subject("boss")); err != nil || len(own) != 1 {
			t.Errorf("a unit administrator sees %v, %v", own, err)
		}
		i := slices.IndexFunc(list, func(h Holding) bool { return h.Role == policy.RoleSecurity })
		if err := w.RevokeRole(t.Context(), w.subject("clerk"), list[i].ID); err != nil {
			t.Fatal(err)
		}
		if err := w.RevokeRole(t.Context(), w.subject("clerk"), second.ID); err == nil {
			t.Error("the last security administrator was removed")
		}
		if err := w.RevokeRole(t.Context(), w.subject("security"), list[0].ID); !errs.Is(err, errs.Forbidden) {
			t.Errorf("one who was security administrator: %v", err)
		}
		w.CombineRoles(true)
		if _, err := w.GrantRole(t.Context(), w.subject("clerk"), w.holding("system", policy.RoleAudit, "")); err != nil {
			t.Errorf("where roles may be combined: %v", err)
		}
	})
}

// TestRolesAtOnce grants two roles that exclude one another at the same time,
// and takes the last two security administrators back at the same time.
func TestRolesAtOnce(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		w := office(t, url)
		second := w.grant(t, "detective", policy.RoleSecurity, "")
		list, err := w.Holdings(t.Context(), policy.System(DefaultOrg))
		if err != nil {
			t.Fatal(err)
		}
		first := list[slices.IndexFunc(list, func(h Holding) bool { return h.Role == policy.RoleSecurity })]
		race := func(do ...func() error) (done int) {
			var wg sync.WaitGroup
			results := make([]error, len(do))
			for i, f := range do {
				wg.Go(func() { results[i] = f() })
			}
			wg.Wait()
			for _, err := range results {
				if err == nil {
					done++
				}
			}
			return done
		}
		grant := func(role policy.Role) func() error {
			return func() error {
				_, err := w.GrantRole(t.Context(), w.subject("security"), w.holding("clerk", role, ""))
				return err
			}
		}
		if n := race(grant(policy.RoleSystem), grant(policy.RoleAudit), grant(policy.RoleSecurity)); n != 1 {
			t.Errorf("%d of three roles that exclude one another were granted", n)
		}
		revoke := func(id int64) func() error {
			return func() error { return w.RevokeRole(t.Context(), policy.System(DefaultOrg), id) }
		}
		race(revoke(first.ID), revoke(second.ID))
		left, err := w.Holdings(t.Context(), policy.System(DefaultOrg))
		if err != nil || !slices.ContainsFunc(left, func(h Holding) bool { return h.Role == policy.RoleSecurity }) {
			t.Errorf("nobody is security administrator any more: %v", err)
		}
	})
}

// trial is an act that somebody tries, and the kind of error it ends in; "" is done.
type trial struct {
	who, what string
	do        func(policy.Subject) error
	want      string
}

// unitTrials are acts on units.
func (w *town) unitTrials(t *testing.T) []trial {
	rename := func(unit string) func(policy.Subject) error {
		return func(s policy.Subject) error {
			return w.ChangeUnit(t.Context(), s, w.units[unit], func(u *Unit) error { u.Sort++; return nil })
		}
	}
	moveUnit := func(unit, to string) func(policy.Subject) error {
		return func(s policy.Subject) error {
			return w.ChangeUnit(t.Context(), s, w.units[unit], func(u *Unit) error { u.Parent = w.units[to]; return nil })
		}
	}
	return []trial{
		{"boss", "changes a unit below", rename("Roads"), ""},
		{"boss", "changes the own unit", rename("Works"), ""},
		{"boss", "changes a unit elsewhere", rename("Police"), "forbidden"},
		{"boss", "changes the unit above", rename("City"), "forbidden"},
		{"boss", "moves a unit away", moveUnit("Roads", "Police"), "forbidden"},
		{"boss", "moves the own unit", moveUnit("Works", ""), "forbidden"},
		{"system", "makes a cycle", moveUnit("Works", "Roads"), "invalid"},
		{"system", "puts a unit below itself", moveUnit("Works", "Works"), "invalid"},
		{"system", "moves a unit to one that is not there", func(s policy.Subject) error {
			return w.ChangeUnit(t.Context(), s, w.units["Roads"], func(u *Unit) error { u.Parent = 9; return nil })
		}, "not found"},
		{"system", "removes a unit with people", func(s policy.Subject) error { return w.RemoveUnit(t.Context(), s, w.units["Roads"]) }, "conflict"},
		{"boss", "removes the own unit", func(s policy.Subject) error { return w.RemoveUnit(t.Context(), s, w.units["Works"]) }, "forbidden"},
		{"boss", "adds a unit below", func(s policy.Subject) error {
			_, err := w.AddUnits(t.Context(), s, []Unit{{Parent: w.units["Roads"], Names: map[string]string{"en": "Tunnels"}}})
			return err
		}, ""},
		{"boss", "adds a unit at the top", func(s policy.Subject) error {
			_, err := w.AddUnits(t.Context(), s, []Unit{{Names: map[string]string{"en": "Empire"}}})
			return err
		}, "forbidden"},
		{"audit", "changes a unit", rename("Roads"), "forbidden"},
		{"security", "changes a unit", rename("Roads"), "forbidden"},
	}
}

// personTrials are acts on people and what belongs to them, one after the other.
func (w *town) personTrials(t *testing.T) []trial {
	person := func(name string, change func(*Person)) func(policy.Subject) error {
		return func(s policy.Subject) error {
			return w.ChangePerson(t.Context(), s, w.people[name].ID, func(p *Person) error { change(p); return nil })
		}
	}
	post := func(unit string) func(*Person) {
		return func(p *Person) { p.Posts = append(p.Posts, Post{Unit: w.units[unit], Kind: PostAdditional}) }
	}
	return []trial{
		{"boss", "changes somebody below", person("clerk", func(p *Person) { p.Phone = "1" }), ""},
		{"boss", "changes somebody elsewhere", person("detective", func(p *Person) { p.Phone = "1" }), "forbidden"},
		{"boss", "gives somebody below a post elsewhere", person("clerk", post("Police")), "forbidden"},
		{"boss", "gives somebody elsewhere a post here", person("detective", post("Roads")), ""},
		{"boss", "moves somebody here to elsewhere", person("clerk", func(p *Person) { p.Posts[0].Unit = w.units["Police"] }), "forbidden"},
		{"boss", "moves somebody from elsewhere here", person("detective", func(p *Person) { p.Posts[0].Unit = w.units["Roads"] }), "forbidden"},
		{"boss", "gives a level", person("clerk", func(p *Person) { p.Level = "gold" }), ""},
		{"boss", "gives a level that is not there", person("clerk", func(p *Person) { p.Level = "none" }), "not found"},
		{"boss", "locks somebody below", person("clerk", func(p *Person) { p.Locked = true }), ""},
		{"boss", "locks somebody elsewhere", person("detective", func(p *Person) { p.Locked = true }), "forbidden"},
		{"boss", "locks themself", person("boss", func(p *Person) { p.Locked = true }), "forbidden"},
		{"desk", "unlocks", person("clerk", func(p *Person) { p.Locked = false }), ""},
		{"desk", "locks", person("clerk", func(p *Person) { p.Locked = true }), "forbidden"},
		{"desk", "changes somebody", person("clerk", func(p *Person) { p.Phone = "2" }), "forbidden"},
		{"system", "locks an administrator", person("security", func(p *Person) { p.Locked = true }), "forbidden"},
		{"system", "removes an administrator", func(s policy.Subject) error { return w.RemovePerson(t.Context(), s, w.people["audit"].ID) }, "forbidden"},
		{"boss", "removes somebody elsewhere", func(s policy.Subject) error { return w.RemovePerson(t.Context(), s, w.people["system"].ID) }, "forbidden"},
		{"clerk", "changes themself", person("clerk", func(p *Person) { p.Phone = "3" }), "forbidden"},
		{"system", "hides people", func(s policy.Subject) error { return w.SetVisibility(t.Context(), s, nil) }, "forbidden"},
		{"security", "makes a level", func(s policy.Subject) error {
			_, err := w.AddServiceLevel(t.Context(), s, ServiceLevel{Names: map[string]string{"en": "x"}})
			return err
		}, "forbidden"},
		{"system", "removes a level that people have", func(s policy.Subject) error { return w.RemoveServiceLevel(t.Context(), s, "gold") }, "conflict"},
		{"system", "has two main posts in hand", person("clerk", func(p *Person) { p.Posts = append(p.Posts, main(w.units["Police"])) }), "invalid"},
		{"system", "names somebody their own deputy", person("clerk", func(p *Person) {
			p.Deputies = []Deputy{{Person: p.ID, Starts: "2026-03-01", Ends: "2026-03-02"}}
		}), "invalid"},
		{"boss", "names a deputy", person("clerk", func(p *Person) {
			p.Deputies = []Deputy{{Person: w.people["boss"].ID, Starts: "2026-03-01", Ends: "2026-03-02"}}
		}), ""},
		{"boss", "removes somebody below", func(s policy.Subject) error { return w.RemovePerson(t.Context(), s, w.people["clerk"].ID) }, ""},
	}
}

// TestSubtree is who may change what where: every line an act, and the answer.
func TestSubtree(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		w := office(t, url)
		w.level(t, "gold", 1<<30)
		for _, c := range slices.Concat(w.unitTrials(t), w.personTrials(t)) {
			got := ""
			if err := c.do(w.subject(c.who)); err != nil {
				got = errs.KindOf(err).String()
			}
			if got != c.want {
				t.Errorf("%s %s: %q, want %q", c.who, c.what, got, c.want)
			}
		}
		left, err := w.Account(t.Context(), DefaultOrg, w.people["clerk"].Account)
		if err != nil || !left.Locked || left.Quota != 1<<30 {
			t.Errorf("the account of who left: %+v %v", left, err)
		}
		program := w.subject("system")
		program.Assurance = policy.ByProgram
		if err := w.ChangeUnit(t.Context(), program, w.units["Roads"], func(u *Unit) error { u.Sort++; return nil }); !errs.Is(err, errs.Forbidden) {
			t.Errorf("an app password: %v", err)
		}
	})
}

// TestActsAreRecorded finds an act with what it changed, and a refusal.
func TestActsAreRecorded(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		w := office(t, url)
		change := func(by, phone string) error {
			return w.ChangePerson(t.Context(), w.subject(by), w.people["clerk"].ID, func(p *Person) error { p.Phone = phone; return nil })
		}
		if err := change("boss", "4711"); err != nil {
			t.Fatal(err)
		}
		if err := change("audit", "0815"); !errs.Is(err, errs.Forbidden) && !errs.Is(err, errs.NotFound) {
			t.Fatal(err)
		}
		found, err := w.Look(t.Context(), w.subject("audit"), AuditFilter{}, 0, 3)
		list := found.Entries
		if err != nil || len(list) != 3 || list[0].Verb != "record.read" {
			t.Fatalf("%v %v", list, err)
		}
		list = list[1:]
		if list[0].Result != "forbidden" || list[0].Account != w.people["audit"].Account {
			t.Errorf("the refusal: %+v", list[0])
		}
		if e := list[1]; e.Verb != "person.change" || e.Before != `{"phone":""}` || e.After != `{"phone":"4711"}` || e.Result != "ok" {
			t.Errorf("the act: %+v", e)
		}
		if _, err := w.Look(t.Context(), w.subject("system"), AuditFilter{}, 0, 2); err == nil {
			t.Error("the system administrator reads the record")
		}
		if got, err := audit.Verify(t.Context(), w.db, DefaultOrg, audit.Against{}); err != nil || got.Fault != "" {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// TestLevelQuota follows the space of a mailbox: the account's own, else that
// of the level, which changes with the person and with the level.
func TestLevelQuota(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		w := office(t, url)
		quota := func() int64 {
			a, _, err := w.Resolve(t.Context(), w.people["clerk"].Address)
			if err != nil {
				t.Fatal(err)
			}
			return a.Quota
		}
		l, err := w.AddServiceLevel(t.Context(), w.subject("system"), ServiceLevel{Names: map[string]string{"en": "Gold"}, Quota: 5 << 30})
		if err != nil {
			t.Fatal(err)
		}
		give := func(level string) {
			t.Helper()
			if err := w.ChangePerson(t.Context(), w.subject("boss"), w.people["clerk"].ID, func(p *Person) error { p.Level = level; return nil }); err != nil {
				t.Fatal(err)
			}
		}
		if give(l.ID); quota() != 5<<30 {
			t.Errorf("with the level %d", quota())
		}
		if err := w.ChangeServiceLevel(t.Context(), w.subject("system"), l.ID, func(l *ServiceLevel) error { l.Quota = 7 << 30; return nil }); err != nil {
			t.Fatal(err)
		}
		if quota() != 7<<30 {
			t.Errorf("with the changed level %d", quota())
		}
		err = w.db.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Exec(t.Context(), "UPDATE account SET quota = 9 WHERE id = $1", w.people["clerk"].Account)
			return err
		})
		if err != nil || quota() != 9 {
			t.Errorf("with a quota of its own %d, %v", quota(), err)
		}
		if give(""); quota() != 9 {
			t.Errorf("without the level %d", quota())
		}
		if err := w.RemoveServiceLevel(t.Context(), w.subject("system"), l.ID); err != nil {
			t.Error(err)
		}
	})
}

// TestAddMember makes people with accounts, and takes up those of who left.
func TestAddMember(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		w := office(t, url)
		w.UseFirstPassword(func() (string, func(context.Context, *store.Tx, policy.Subject, Account) error) {
			return "first", func(context.Context, *store.Tx, policy.Subject, Account) error { return nil }
		})
		try := func(by, address, unit string) (Person, string, error) {
			return w.AddMember(t.Context(), w.subject(by), Person{Address: address, Name: "New", Posts: []Post{main(w.units[unit])}})
		}
		p, password, err := try("boss", "New@city.example", "Roads")
		if err != nil || password != "first" || p.Address != "new@city.example" {
			t.Fatalf("%+v %q %v", p, password, err)
		}
		for address, want := range map[string]errs.Kind{"other@elsewhere.example": errs.Invalid, "detective@city.example": errs.Exists, "new@city.example": errs.Exists, "x": errs.Invalid} {
			if _, _, err := try("boss", address, "Roads"); err == nil || errs.KindOf(err) != want {
				t.Errorf("%s: %v, want %v", address, err, want)
			}
		}
		if _, ok := w.OrgOf("elsewhere.example"); ok {
			t.Error("an address made a domain ours")
		}
		if _, _, err := try("boss", "spy@city.example", "Police"); !errs.Is(err, errs.Forbidden) {
			t.Errorf("elsewhere: %v", err)
		}
		if err := w.RemovePerson(t.Context(), w.subject("boss"), p.ID); err != nil {
			t.Fatal(err)
		}
		if _, _, err := try("system", "gone@city.example", "Police"); err != nil {
			t.Fatal(err)
		}
		left := w.found(t, "gone@city.example")
		if err := w.RemovePerson(t.Context(), w.subject("system"), left.ID); err != nil {
			t.Fatal(err)
		}
		if _, _, err := try("boss", "gone@city.example", "Roads"); !errs.Is(err, errs.Forbidden) {
			t.Errorf("an account that was elsewhere: %v", err)
		}
		again, password, err := try("boss", "new@city.example", "Roads")
		a, aErr := w.Account(t.Context(), DefaultOrg, again.Account)
		if err != nil || aErr != nil || password != "" || again.Account != p.Account || a.Locked {
			t.Errorf("taken up again: %+v %q %v %v", a, password, err, aErr)
		}
		if !strings.Contains(w.sees(t, "clerk", Query{}), "New") {
			t.Error("they are not in the address book")
		}
	})
}

// found returns a person by address.
func (w *town) found(t *testing.T, address string) Person {
	t.Helper()
	b, err := w.Book(t.Context(), DefaultOrg)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range b.people {
		if e.Address == address {
			return e.Person
		}
	}
	t.Fatalf("nobody has %s", address)
	return Person{}
}

// TestHome says where a person belongs: the main post of the day comes first.
func TestHome(t *testing.T) {
	old, now, next := Post{Unit: 1, Kind: PostMain, Ends: "2026-02-28"}, Post{Unit: 2, Kind: PostMain, Starts: "2026-03-01", Ends: "2026-05-31"}, Post{Unit: 3, Kind: PostMain, Starts: "2026-06-01"}
	side := Post{Unit: 4, Kind: PostAdditional}
	for _, c := range []struct {
		posts []Post
		day   string
		want  int64
	}{
		{nil, "2026-03-02", 0},
		{[]Post{old, now, next}, "2026-02-28", 1},
		{[]Post{old, now, next}, "2026-03-02", 2},
		{[]Post{next, now, old}, "2026-06-01", 3},
		{[]Post{side, now}, "2026-03-02", 2},
		{[]Post{old, side}, "2026-03-02", 4},
		{[]Post{old, next}, "2026-03-02", 1},
	} {
		if got := (Person{Posts: c.posts}).home(c.day); got != c.want {
			t.Errorf("on %s with %v: %d, want %d", c.day, c.posts, got, c.want)
		}
	}
}
