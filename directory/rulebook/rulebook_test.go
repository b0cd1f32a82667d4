package rulebook

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
)

// letters are who was written to.
type letters struct {
	mu   sync.Mutex
	sent []string
}

func (l *letters) ToAccept(_ context.Context, r Reminder) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent = append(l.sent, fmt.Sprintf("%s: %s by %s", r.Account.Name, r.Title, r.Due.Format(time.DateOnly)))
	return nil
}

// office is a city with two bureaux, a security administrator and an auditor.
type office struct {
	*Book
	*letters
	t                      *testing.T
	db                     *store.Store
	now                    *clock.Fake
	dir                    *directory.Directory
	works, roads, police   int64
	security, auditor, sys policy.Subject
	roadman, officer       policy.Subject
	woken                  map[int64]int
}

func newOffice(t *testing.T, url string) *office {
	t.Helper()
	ctx := t.Context()
	db, err := store.Open(ctx, store.Options{Dir: t.TempDir(), URL: url, Log: testkit.Log(t)})
	must(t, err)
	t.Cleanup(func() { db.Close() })
	must(t, audit.Migrate(ctx, db))
	o := &office{t: t, db: db, letters: &letters{}, now: clock.NewFake(time.Date(2026, 11, 23, 9, 0, 0, 0, time.Local)), woken: map[int64]int{}}
	o.dir, err = directory.New(ctx, db, o.now)
	must(t, err)
	must(t, o.dir.EnsureOrg(ctx, directory.DefaultOrg, "City", "city.example"))
	units, err := o.dir.AddUnits(ctx, policy.System(1), []directory.Unit{{Names: map[string]string{"en": "Works"}}, {Names: map[string]string{"en": "Police"}}})
	must(t, err)
	o.works, o.police = units[0].ID, units[1].ID
	units, err = o.dir.AddUnits(ctx, policy.System(1), []directory.Unit{{Parent: o.works, Names: map[string]string{"en": "Roads"}}})
	must(t, err)
	o.roads = units[0].ID
	o.security, o.auditor, o.sys = o.person("security", policy.RoleSecurity, o.police), o.person("auditor", policy.RoleAudit, o.police), o.person("system", policy.RoleSystem, o.police)
	o.roadman, o.officer = o.person("roadman", "", o.roads), o.person("officer", "", o.police)
	o.Book, err = New(ctx, db, o.dir, Config{MaxText: 1000}, o.letters, func(account int64) { o.woken[account]++ }, o.now, testkit.Log(t))
	must(t, err)
	return o
}

func (o *office) person(name string, role policy.Role, unit int64) policy.Subject {
	o.t.Helper()
	p, _, err := o.dir.AddMember(o.t.Context(), policy.System(1), directory.Person{Name: name, Address: name + "@city.example", Posts: []directory.Post{{Unit: unit, Kind: directory.PostMain}}})
	must(o.t, err)
	if role != "" {
		_, err = o.dir.GrantRole(o.t.Context(), policy.System(1), directory.Holding{Account: p.Account, RoleGrant: policy.RoleGrant{Role: role}})
		must(o.t, err)
	}
	return policy.Subject{Org: 1, Account: p.Account, Address: p.Address, Peer: "192.0.2.7", Zone: policy.Inner, Assurance: policy.ByTwo, Door: "http", Session: 77}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func text(within int, units ...int64) Version {
	return Version{Titles: map[string]string{"en": "Use of mail", "vi": "Quy chế sử dụng thư điện tử"}, Bodies: map[string]string{"en": "# Scope\nEverybody.", "vi": "Điều 1. Phạm vi."},
		Within: within, Audience: Audience{Units: units}}
}

// publish writes a text and puts it into force.
func (o *office) publish(v Version, tell bool) Version {
	o.t.Helper()
	v, err := o.AddDraft(o.t.Context(), o.security, v)
	must(o.t, err)
	must(o.t, o.Publish(o.t.Context(), o.security, v.ID, tell))
	return v
}

// overdue says for whom nothing opens.
func (o *office) overdue() string {
	o.t.Helper()
	var names []string
	for _, s := range []policy.Subject{o.security, o.auditor, o.roadman, o.officer} {
		late, err := o.Overdue(o.t.Context(), 1, s.Account)
		must(o.t, err)
		if late {
			name, _, _ := strings.Cut(s.Address, "@")
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

func (o *office) wantOverdue(when, want string) {
	o.t.Helper()
	if got := o.overdue(); got != want {
		o.t.Errorf("%s: nothing opens for %q, not for %q", when, want, got)
	}
}

// TestTerm goes from the publishing of a text to its acceptance: nothing is
// shut while the term runs, everything after it, and the word of a person
// opens it again; the next version asks anew.
func TestTerm(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newOffice(t, url)
		o.wantOverdue("without a text", "")
		v := o.publish(text(7, o.works), false)
		o.wantOverdue("on the first day", "")
		if n, err := o.Due(ctx, 1, o.roadman.Account); n != 1 || err != nil {
			t.Errorf("the roadman has %d texts to accept, %v", n, err)
		}
		if n, err := o.Due(ctx, 1, o.officer.Account); n != 0 || err != nil {
			t.Errorf("the text of another bureau is asked of the officer: %d %v", n, err)
		}
		if err := o.Accept(ctx, o.officer, []int64{v.ID}); !errs.Is(err, errs.NotFound) {
			t.Errorf("who it is not for accepts it: %v", err)
		}
		o.now.Advance(7*24*time.Hour - time.Second)
		o.wantOverdue("in the last second", "")
		o.now.Advance(time.Second)
		o.wantOverdue("after the term", "roadman")
		late, err := o.Late(ctx, 1, o.roadman.Account)
		must(t, err)
		if len(late) != 1 || late[0].Bodies["vi"] != "Điều 1. Phạm vi." {
			t.Errorf("they are shown %+v", late)
		}
		program := o.roadman
		program.Assurance = policy.ByProgram
		if err := o.Accept(ctx, program, []int64{v.ID}); !errs.Is(err, errs.Forbidden) {
			t.Errorf("a program accepts: %v", err)
		}
		must(t, o.Accept(ctx, o.roadman, []int64{v.ID}))
		o.wantOverdue("after acceptance", "")
		o.now.Advance(time.Hour)
		must(t, o.Accept(ctx, o.roadman, []int64{v.ID}))
		mine, err := o.Mine(ctx, 1, o.roadman.Account)
		must(t, err)
		if len(mine) != 1 || !mine[0].Accepted.Equal(o.now.Now().Add(-time.Hour)) {
			t.Errorf("the first word does not stand: %+v", mine)
		}
		next := text(0)
		next.Rule = v.Rule
		next = o.publish(next, false)
		o.wantOverdue("a version for everybody at once", "security auditor roadman officer")
		must(t, o.Withdraw(ctx, o.security, next.ID))
		o.wantOverdue("when it is withdrawn", "")
		if mine, err := o.Mine(ctx, 1, o.roadman.Account); len(mine) != 0 || err != nil {
			t.Errorf("the old version is back: %+v %v", mine, err)
		}
		if o.woken[o.roadman.Account] == 0 || o.woken[o.officer.Account] == 0 {
			t.Errorf("clients were not told: %v", o.woken)
		}
	})
}

// TestFirstDay has a text in force from its first day on, and the version
// before it until then.
func TestFirstDay(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newOffice(t, url)
		first := o.publish(text(ForInformation), false)
		second := text(0)
		second.Rule, second.Starts = first.Rule, "2026-12-01"
		second = o.publish(second, false)
		in := func() int {
			mine, err := o.Mine(ctx, 1, o.officer.Account)
			must(t, err)
			return mine[0].Number
		}
		if in() != 1 {
			t.Error("the second version holds before its day")
		}
		if err := o.Accept(ctx, o.officer, []int64{first.ID}); !errs.Is(err, errs.NotFound) {
			t.Errorf("what is for information is accepted: %v", err)
		}
		o.now.Advance(time.Date(2026, 12, 1, 0, 0, 0, 0, time.Local).Sub(o.now.Now()))
		if in() != 2 {
			t.Error("the second version does not hold on its day")
		}
		o.wantOverdue("on the first day", "security auditor roadman officer")
		third := text(0)
		third.Rule, third.Starts = first.Rule, "2026-11-30"
		third, err := o.AddDraft(ctx, o.security, third)
		must(t, err)
		if err := o.Publish(ctx, o.security, third.ID, false); !errs.Is(err, errs.Invalid) {
			t.Errorf("a day that is over: %v", err)
		}
	})
}

// TestRights lets security administrators write and auditors read, keeps what
// is published as it is, and has refusals in the record.
func TestRights(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newOffice(t, url)
		v, err := o.AddDraft(ctx, o.security, text(3))
		must(t, err)
		for name, act := range map[string]func(s policy.Subject) error{
			"draft":    func(s policy.Subject) error { _, err := o.AddDraft(ctx, s, text(3)); return err },
			"change":   func(s policy.Subject) error { return o.ChangeDraft(ctx, s, v.ID, func(*Version) error { return nil }) },
			"remove":   func(s policy.Subject) error { return o.RemoveDraft(ctx, s, v.ID) },
			"publish":  func(s policy.Subject) error { return o.Publish(ctx, s, v.ID, false) },
			"withdraw": func(s policy.Subject) error { return o.Withdraw(ctx, s, v.ID) },
			"remind":   func(s policy.Subject) error { return o.Remind(ctx, s, v.ID) },
		} {
			program := o.security
			program.Assurance = policy.ByProgram
			for _, s := range []policy.Subject{o.sys, o.auditor, o.officer, program} {
				if err := act(s); !errs.Is(err, errs.Forbidden) {
					t.Errorf("%s: %s may: %v", name, s.Address, err)
				}
			}
		}
		for s, may := range map[*policy.Subject]bool{&o.security: true, &o.auditor: true, &o.sys: false, &o.officer: false} {
			_, err := o.Versions(ctx, *s)
			_, look := o.Report(ctx, *s, v.ID)
			_, export := o.Export(ctx, *s, v.ID)
			for _, err := range []error{err, look, export} {
				if (err == nil) != may || err != nil && !errs.Is(err, errs.Forbidden) {
					t.Errorf("%s reads: %v", s.Address, err)
				}
			}
		}
		must(t, o.ChangeDraft(ctx, o.security, v.ID, func(v *Version) error { v.Within = 5; return nil }))
		must(t, o.Publish(ctx, o.security, v.ID, false))
		for name, err := range map[string]error{
			"change": o.ChangeDraft(ctx, o.security, v.ID, func(v *Version) error { v.Within = 9; return nil }),
			"remove": o.RemoveDraft(ctx, o.security, v.ID), "publish": o.Publish(ctx, o.security, v.ID, false),
		} {
			if !errs.Is(err, errs.Conflict) {
				t.Errorf("%s of what is published: %v", name, err)
			}
		}
		list, err := o.Versions(ctx, o.auditor)
		must(t, err)
		if len(list) != 1 || list[0].Within != 5 || list[0].Number != 1 || list[0].By != o.security.Address {
			t.Errorf("%+v", list)
		}
		entries, err := audit.List(ctx, o.db, 1, 200)
		must(t, err)
		refused, published := 0, false
		for _, e := range entries {
			if strings.HasPrefix(e.Verb, "regulation.") && e.Result == "forbidden" {
				refused++
			}
			published = published || e.Verb == "regulation.publish" && e.Result == "ok" && strings.Contains(e.After, `"number":1`)
		}
		if refused != 6*4+2*3 || !published {
			t.Errorf("%d refusals in the record, published %v", refused, published)
		}
	})
}

// TestChecks names what is wrong with a text.
func TestChecks(t *testing.T) {
	o := newOffice(t, "")
	for name, change := range map[string]func(v *Version){
		"no text":    func(v *Version) { v.Titles, v.Bodies = nil, nil },
		"no title":   func(v *Version) { delete(v.Titles, "vi") },
		"no wording": func(v *Version) { v.Bodies["en"] = " " },
		"language":   func(v *Version) { v.Titles["fr"], v.Bodies["fr"] = "a", "b" },
		"long":       func(v *Version) { v.Bodies["en"] = strings.Repeat("a", 1001) },
		"two lines":  func(v *Version) { v.Titles["en"] = "a\nb" },
		"day":        func(v *Version) { v.Starts = "2026-02-30" },
		"term":       func(v *Version) { v.Within = -2 },
		"long term":  func(v *Version) { v.Within = 366 },
		"unit":       func(v *Version) { v.Audience.Units = []int64{12345} },
		"regulation": func(v *Version) { v.Rule = 12345 },
	} {
		v := text(1)
		change(&v)
		if _, err := o.AddDraft(t.Context(), o.security, v); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	v := text(1)
	v.Bodies["en"] = "turned\u202e around\x00"
	v, err := o.AddDraft(t.Context(), o.security, v)
	must(t, err)
	if v.Bodies["en"] != "turned around" {
		t.Errorf("%q", v.Bodies["en"])
	}
	again := text(1)
	again.Rule = v.Rule
	if _, err := o.AddDraft(t.Context(), o.security, again); !errs.Is(err, errs.Conflict) {
		t.Errorf("two drafts of one text: %v", err)
	}
}

// TestReport counts by unit who accepted, keeps the word of who left, writes
// to the others, and gives all to a spreadsheet.
func TestReport(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newOffice(t, url)
		v := o.publish(text(7), true)
		o.Wait()
		if len(o.sent) != 5 || !slices.Contains(o.sent, "roadman: Use of mail by 2026-11-30") {
			t.Errorf("letters: %q", o.sent)
		}
		must(t, o.Accept(ctx, o.roadman, []int64{v.ID}))
		r, err := o.Report(ctx, o.auditor, v.ID)
		must(t, err)
		if got := fmt.Sprint(r.Total, r.Accepted, r.Units); got != fmt.Sprint(5, 1, []Count{{o.roads, 1, 1}, {o.police, 4, 0}}) {
			t.Errorf("counted %s", got)
		}
		if last := r.Rows[4]; last.Name != "roadman" || last.Unit != "Works / Roads" || last.Peer != "192.0.2.7" || last.Session != 77 {
			t.Errorf("%+v", last)
		}
		if err := o.Remind(ctx, o.security, v.ID); !errs.Is(err, errs.RateLimited) {
			t.Errorf("written to twice a day: %v", err)
		}
		o.now.Advance(25 * time.Hour)
		must(t, o.Remind(ctx, o.security, v.ID))
		o.Wait()
		if len(o.sent) != 5+4 {
			t.Errorf("reminders: %q", o.sent[5:])
		}
		view, err := o.dir.View(ctx, policy.System(1))
		must(t, err)
		p, _ := view.Of(o.roadman.Account)
		must(t, o.dir.Leave(ctx, policy.System(1), p.ID, 0))
		write, err := o.Export(ctx, o.security, v.ID)
		must(t, err)
		var file bytes.Buffer
		must(t, write(&file))
		at := o.now.Now().Add(-25 * time.Hour).Format(time.RFC3339)
		if !strings.Contains(file.String(), "roadman,roadman@city.example,Works / Roads,no,"+at+",192.0.2.7,25\r\n") || !strings.Contains(file.String(), "officer,officer@city.example,Police,yes,,,\r\n") {
			t.Errorf("file:\n%s", file.String())
		}
		// The address goes to somebody else, who has given no word.
		o.person("roadman", "", o.roads)
		o.now.Advance(7 * 24 * time.Hour)
		o.wantOverdue("the successor at the same address", "security auditor roadman officer")
	})
}

// TestCategoryAudience asks only those of the categories that a text names.
func TestCategoryAudience(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t, "")
	must(t, o.dir.BeginCategories(ctx, "VN"))
	v := text(0, o.works, o.police)
	v.Audience.Categories = []string{"general"}
	if _, err := o.AddDraft(ctx, o.security, v); !errs.Is(err, errs.Invalid) {
		t.Errorf("a category that is not there: %v", err)
	}
	v.Audience.Categories = []string{"cong-chuc", "can-bo"}
	o.publish(v, false)
	o.wantOverdue("nobody is of one", "")
	view, err := o.dir.View(ctx, policy.System(1))
	must(t, err)
	for s, code := range map[*policy.Subject]string{&o.roadman: "cong-chuc", &o.officer: "vien-chuc"} {
		p, _ := view.Of(s.Account)
		must(t, o.dir.ChangePerson(ctx, policy.System(1), p.ID, func(p *directory.Person) error { p.Category = code; return nil }))
	}
	o.now.Advance(verdictGood)
	o.wantOverdue("two are of some", "roadman")
}

// TestPublic shows to strangers what is marked for them, and nothing else.
func TestPublic(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t, "")
	o.publish(text(1), false)
	if some, err := o.HasPublic(ctx, 1); some || err != nil {
		t.Errorf("%v %v", some, err)
	}
	v := text(ForInformation, o.works)
	v.Public = true
	v = o.publish(v, false)
	list, err := o.Public(ctx, 1)
	must(t, err)
	if len(list) != 1 || list[0].ID != v.ID || list[0].Bodies["en"] == "" {
		t.Errorf("%+v", list)
	}
	if mine, err := o.Mine(ctx, 1, o.officer.Account); len(mine) != 2 || err != nil {
		t.Errorf("what strangers read is kept from the officer: %d %v", len(mine), err)
	}
}

// TestOtherServer has one server hear within seconds of what another published
// and at once of what somebody accepted there.
func TestOtherServer(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t, "")
	here, err := New(ctx, o.db, o.dir, Config{}, o.letters, func(int64) {}, o.now, testkit.Log(t))
	must(t, err)
	late := func() bool {
		late, err := here.Overdue(ctx, 1, o.officer.Account)
		must(t, err)
		return late
	}
	if late() {
		t.Error("late without a text")
	}
	v := o.publish(text(0), false)
	o.now.Advance(shelfGood)
	if !late() {
		t.Error("what the other published is not heard of")
	}
	must(t, o.Accept(ctx, o.officer, []int64{v.ID}))
	if late() {
		t.Error("what was accepted there does not count here")
	}
}

// BenchmarkOverdue is what every request pays.
func BenchmarkOverdue(b *testing.B) {
	book := &Book{clock: clock.System{}, shelves: map[int64]*shelf{}, verdicts: map[member]verdict{}}
	book.shelves[1] = &shelf{modseq: 1, read: time.Now().Add(time.Hour), versions: []Version{{ID: 1, Rule: 1, Number: 1, Within: 1}}}
	book.shelves[1].read = time.Now()
	book.verdicts[member{1, 7}] = verdict{modseq: 1, until: time.Now().Add(time.Hour)}
	for b.Loop() {
		book.shelves[1].read = book.clock.Now()
		if late, err := book.Overdue(b.Context(), 1, 7); late || err != nil {
			b.Fatal(late, err)
		}
	}
}
