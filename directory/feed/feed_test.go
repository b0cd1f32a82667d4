package feed

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
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

var update = flag.Bool("update", false, "write the golden files anew")

// office is an organisation with feeds, for tests.
type office struct {
	*Feeds
	t     *testing.T
	clock *clock.Fake
	admin policy.Subject
}

func newOffice(t *testing.T, url string) *office {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), URL: url, Log: testkit.Log(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := audit.Migrate(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, clock: clock.NewFake(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)), admin: policy.System(directory.DefaultOrg)}
	d, err := directory.New(t.Context(), db, o.clock)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.EnsureOrg(t.Context(), directory.DefaultOrg, "City", "city.example"); err != nil {
		t.Fatal(err)
	}
	if o.Feeds, err = New(t.Context(), db, d, Config{PerMinute: 1000, Wrong: 5, MaxBody: 1 << 20}, o.clock, testkit.Log(t)); err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *office) feed(f Feed) (Feed, string) {
	o.t.Helper()
	f, secret, err := o.Add(o.t.Context(), o.admin, f)
	if err != nil {
		o.t.Fatal(err)
	}
	return f, secret
}

// unit makes a unit by hand.
func (o *office) unit(parent int64, name string) int64 {
	o.t.Helper()
	list, err := o.dir.AddUnits(o.t.Context(), o.admin, []directory.Unit{{Parent: parent, Names: map[string]string{"en": name}}})
	if err != nil {
		o.t.Fatal(err)
	}
	return list[0].ID
}

// person makes a person by hand.
func (o *office) person(address string, p directory.Person, units ...int64) directory.Person {
	o.t.Helper()
	a, err := o.dir.AddAccount(o.t.Context(), directory.Account{Address: address, Name: p.Name})
	if err != nil {
		o.t.Fatal(err)
	}
	p.Account, p.Address = a.ID, a.Address
	for _, u := range units {
		p.Posts = append(p.Posts, directory.Post{Unit: u, Kind: directory.PostMain})
	}
	if p, err = o.dir.AddPerson(o.t.Context(), o.admin, p); err != nil {
		o.t.Fatal(err)
	}
	return p
}

// picture reads two tables; "" is none.
func (o *office) picture(units, people string, whole bool) Picture {
	o.t.Helper()
	pic := Picture{WholePeople: whole, WholeUnits: whole && units != ""}
	if units != "" {
		if err := pic.ReadUnits("units.csv", strings.NewReader(units), "en"); err != nil {
			o.t.Fatal(err)
		}
	}
	if people != "" {
		if err := pic.ReadPeople("people.csv", strings.NewReader(people)); err != nil {
			o.t.Fatal(err)
		}
	}
	return pic
}

func (o *office) plan(f Feed, pic Picture) Run {
	o.t.Helper()
	r, err := o.Plan(o.t.Context(), o.admin, f, pic)
	if err != nil {
		o.t.Fatal(err)
	}
	return r
}

func (o *office) apply(r Run) Run {
	o.t.Helper()
	r, err := o.Apply(o.t.Context(), o.admin, r.ID, false)
	if err != nil {
		o.t.Fatal(err)
	}
	return r
}

// shown writes the book for people to read: units, then people with posts.
func (o *office) shown() string {
	o.t.Helper()
	var b strings.Builder
	err := o.dir.Survey(o.t.Context(), o.admin, nil, func(ctx context.Context, in *directory.Intake) error {
		units := in.Units()
		var lines []string
		for id := range units {
			lines = append(lines, "unit   "+pathText(units, id, "en")+"\n")
		}
		slices.Sort(lines)
		people, err := in.People(ctx)
		slices.SortFunc(people, func(a, b directory.Person) int { return strings.Compare(a.Address, b.Address) })
		for _, p := range people {
			line := fmt.Sprintf("person %s %q", p.Address, p.Name)
			if p.RankName != "" || p.Phone != "" {
				line += fmt.Sprintf(" %s %s", p.RankName, p.Phone)
			}
			if p.Locked {
				line += " LOCKED"
			}
			for _, q := range p.Posts {
				line += fmt.Sprintf("; %s %s in %s", q.Kind, q.Title, pathText(units, q.Unit, "en"))
				if q.Starts+q.Ends != "" {
					line += " " + q.Starts + ".." + q.Ends
				}
			}
			lines = append(lines, line+"\n")
		}
		b.WriteString(strings.Join(lines, ""))
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return b.String()
}

// told writes a run as an operator reads it.
func (o *office) told(r Run) string {
	o.t.Helper()
	var b bytes.Buffer
	if err := o.Tell(o.t.Context(), o.admin, &b, r.ID); err != nil {
		o.t.Fatal(err)
	}
	return b.String()
}

// golden compares a text with its file.
func golden(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != text {
		t.Errorf("%s differs; got:\n%s", name, text)
	}
}

const (
	unitTable = `key,parent,name,name:zh-TW
hall,,City Hall,市政府
works,hall,Public Works,工務局
roads,works,Roads,道路科
police,hall,Police,警察局
`
	peopleTable = `key,address,name,rank,phone,state,unit,title,kind,starts,ends
p1,ann@city.example,Ann Lee,Director,100,active,works,director,main,,
p2,bob@city.example,Bob Ray,Officer,101,active,roads,clerk,main,,
p2,,,,,,police,liaison,additional,2026-01-01,2026-12-31
p3,cho@city.example,Cho Kim,Officer,102,active,police,detective,main,,
p4,dan@city.example,Dan Orr,Officer,103,locked,police,clerk,main,,
`
)

// TestStory follows an office through its year by whole pictures: who joins,
// moves, is locked and leaves; units that come, move and go; the second run of
// each changes nothing, and the way back leads to where it began.
func TestStory(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		f, _ := o.feed(Feed{Name: "hr", Kind: KindCSV, Units: true, Guard: 50})
		story := "-- nothing --\n" + o.shown()
		var runs []Run
		var books []string
		for _, step := range []struct{ name, units, people string }{
			{"everybody joins", unitTable, peopleTable},
			{"Bob moves and marries, Cho is locked, Dan leaves", unitTable, `key,address,name,rank,phone,state,unit,title,kind,starts,ends
p1,ann@city.example,Ann Lee,Director,100,active,works,director,main,,
p2,bob.young@city.example,Bob Young,Senior Officer,101,active,police,inspector,main,,
p3,cho@city.example,Cho Kim,Officer,102,locked,police,detective,main,,
`},
			{"Works goes below Police, Roads is dissolved, Dan comes back", `key,parent,name,name:zh-TW
hall,,City Hall,市政府
police,hall,Public Safety,警察局
works,police,Public Works,工務局
`, `key,address,name,rank,phone,state,unit,title,kind,starts,ends
p1,ann@city.example,Ann Lee,Director,100,active,works,director,main,,
p2,bob.young@city.example,Bob Young,Senior Officer,101,active,police,inspector,main,,
p3,cho@city.example,Cho Kim,Officer,102,active,police,detective,main,,
p4,dan@city.example,Dan Orr,Officer,103,active,works,clerk,main,,
`},
		} {
			books = append(books, o.shown())
			r := o.plan(f, o.picture(step.units, step.people, true))
			if o.shown() != books[len(books)-1] {
				t.Fatal("a plan changed something")
			}
			story += "\n-- " + step.name + " --\n" + o.told(r)
			runs = append(runs, o.apply(r))
			story += o.shown()
			if again := o.plan(f, o.picture(step.units, step.people, true)); again.Steps != 0 || again.State != Done || again.Refused+again.Skipped != 0 {
				t.Errorf("the second run of %q: %+v", step.name, again)
			}
		}
		for i := len(runs) - 1; i >= 1; i-- {
			back, err := o.Rollback(t.Context(), o.admin, runs[i].ID)
			if err != nil {
				t.Fatal(err)
			}
			story += "\n-- back --\n" + o.told(back)
			o.apply(back)
			if o.shown() != books[i] {
				t.Errorf("back from run %d there is\n%s\nwant\n%s", i, o.shown(), books[i])
			}
		}
		golden(t, "story.txt", story)
		if got, err := audit.Verify(t.Context(), o.db, directory.DefaultOrg, audit.Against{}); err != nil || got.Fault != "" || got.Entries < 40 {
			t.Errorf("%+v, %v", got, err)
		}
		list, err := audit.List(t.Context(), o.db, directory.DefaultOrg, 1000)
		if err != nil || !slices.ContainsFunc(list, func(e audit.Entry) bool {
			return e.Verb == "person.change" && e.Address == "feed hr" && e.Account == f.ID && strings.Contains(e.After, "Bob Young")
		}) {
			t.Errorf("the record does not say that the feed changed Bob: %v", err)
		}
	})
}

// TestRefused shows each rule with the row that breaks it, and that nothing
// was changed.
func TestRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		hall := o.unit(0, "Hall")
		o.unit(hall, "Twin")
		o.unit(o.unit(hall, "Other"), "Twin")
		hand := o.person("hand@city.example", directory.Person{Name: "By Hand"}, hall)
		boss := o.person("boss@city.example", directory.Person{Name: "Boss", Source: "hr:boss"}, hall)
		o.person("kept@city.example", directory.Person{Name: "Kept", Source: "scim:1"}, hall)
		if _, err := o.dir.GrantRole(t.Context(), o.admin, directory.Holding{Account: boss.Account, RoleGrant: policy.RoleGrant{Role: policy.RoleSecurity}}); err != nil {
			t.Fatal(err)
		}
		if _, err := o.dir.AddAccount(t.Context(), directory.Account{Address: "box@city.example", Name: "Box", Kind: directory.KindShared}); err != nil {
			t.Fatal(err)
		}
		f, _ := o.feed(Feed{Name: "hr", Kind: KindCSV, Guard: 100})
		o.feed(Feed{Name: "scim", Kind: KindSCIM})
		before := o.shown()
		units := "key,parent,name,state\nx,,Extra,\n"
		people := `key,address,name,rank_order,level,language,state,unit,title,kind,starts,ends
,a1@city.example,No Key,,,,,Hall,,main,,
k2,a2@city.example,Twice,,,,,Hall,,main,,
k3,a2@city.example,Same Address,,,,,Hall,,main,,
k4,a4,Bad Address,,,,,Hall,,main,,
k5,a5@elsewhere.example,Foreign,,,,,Hall,,main,,
k6,,No Address,,,,,Hall,,main,,
k7,a7@city.example,,,,,,Hall,,main,,
k8,a8@city.example,No Unit,,,,,Nowhere,,main,,
k9,a9@city.example,Two Units,,,,,Twin,,main,,
k10,a10@city.example,Path,,,,,Hall / Other / Twin,,main,,
k11,a11@city.example,No Kind,,,,,Hall,,boss,,
k12,a12@city.example,Bad Day,,,,,Hall,,main,1.2.2026,
k13,a13@city.example,Ends First,,,,,Hall,,main,2026-02-01,2026-01-01
k14,a14@city.example,Two Mains,,,,,Hall,,main,,
k14,,,,,,,Hall / Twin,,main,,
k15,kept@city.example,Of Another Feed,,,,,Hall,,main,,
k16,box@city.example,Of A Box,,,,,Hall,,main,,
k17,a17@city.example,No Level,,platinum,,,Hall,,main,,
k18,a18@city.example,No Tongue,,,tlh,,Hall,,main,,
k19,a19@city.example,No Number,first,,,,Hall,,main,,
k20,a20@city.example,No State,,,,retired,Hall,,main,,
k2,other@city.example,Twice,,,,,Hall,,main,,
k22,a22@city.example,Short
boss,boss@city.example,Boss,,,,left,Hall,,main,,
k23,hand@city.example,By Hand,,,,,Hall,,main,,
`
		r := o.plan(f, o.picture(units, people, true))
		golden(t, "refused.txt", o.told(r))
		if _, err := o.Apply(t.Context(), o.admin, r.ID, true); !errs.Is(err, errs.Conflict) || !strings.Contains(errs.Text(err), "Nothing was changed") {
			t.Errorf("a run with refusals: %v", err)
		}
		if o.shown() != before {
			t.Errorf("a refused run changed something:\n%s", o.shown())
		}
		lenient, _ := o.feed(Feed{Name: "hr2", Kind: KindCSV, Guard: 100, Lenient: true})
		r = o.apply(o.plan(lenient, o.picture(units, people, true)))
		if got := o.shown(); r.Skipped == 0 || !strings.Contains(got, "a10@city.example") || !strings.Contains(got, "a2@city.example") || strings.Contains(got, "a8@") {
			t.Errorf("a lenient feed: %+v\n%s", r, got)
		}
		if p, _, err := o.find1(hand.ID); err != nil || p.Source != "hr2:k23" {
			t.Errorf("who was kept by hand is kept by %q, %v", p.Source, err)
		}
	})
}

func (o *office) find1(id int64) (p directory.Person, found bool, err error) {
	err = o.dir.Survey(o.t.Context(), o.admin, nil, func(ctx context.Context, in *directory.Intake) (err error) {
		p, found, err = in.Person(ctx, id)
		return err
	})
	return p, found, err
}
