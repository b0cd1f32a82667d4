package directory

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"chancery/kit/id"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/jmap"
)

var update = flag.Bool("update", false, "write the answers into the dialogue anew")

var anID = regexp.MustCompile(`\b[apurse][0-9a-z]{11,13}\b|\bv[0-9a-z]{11,13}\b`)

var anObject = regexp.MustCompile(`\b(person|account|unit) [0-9]{15,}\b`)

// script is a dialogue of administrators: ids stand in it as names, those of
// the town by their own (@Roads, @clerk, @clerk-account), others in the order
// that they appear (@p1, @u1).
type script struct {
	w       *town
	who     policy.Subject
	methods map[string]jmap.Method
	offer   func(context.Context) (any, bool, error)
	states  func(context.Context, jmap.ID) (map[string]string, error)
	ids     map[string]string // by name
	names   map[string]string // by id
	count   map[byte]int
}

func newScript(w *town) *script {
	s := &script{w: w, methods: map[string]jmap.Method{}, ids: map[string]string{}, names: map[string]string{}, count: map[byte]int{}}
	for _, c := range w.Capabilities(func(context.Context) (policy.Subject, error) { return s.who, nil }) {
		for name, m := range c.Methods {
			s.methods[name] = m
		}
		if c.URN == AdminURN {
			s.offer, s.states = c.Offer, c.States
		}
	}
	for name, unit := range w.units {
		s.name(name, id.Text(unitID, unit))
	}
	for name, p := range w.people {
		s.name(name, id.Text(personID, p.ID))
		s.name(name+"-account", id.Text(accountID, p.Account))
	}
	return s
}

func (s *script) name(name, id string) { s.ids[name], s.names[id] = id, name }

// ask runs one call and returns its answer, or the error, as JSON.
func (s *script) ask(t *testing.T, line string) string {
	t.Helper()
	line = regexp.MustCompile(`@[A-Za-z0-9-]+`).ReplaceAllStringFunc(line, func(name string) string {
		if known, ok := s.ids[name[1:]]; ok {
			return known
		}
		return name
	})
	name, args, _ := strings.Cut(line, " ")
	var v any
	var err error
	switch name {
	case "Offer":
		var has bool
		if v, has, err = s.offer(t.Context()); !has {
			v = map[string]any{}
		}
	case "States":
		v, err = s.states(t.Context(), args)
	default:
		v, err = s.methods[name](t.Context(), &jmap.Call{Name: name, ID: "0", Args: json.RawMessage(args), Limits: jmap.DefaultLimits(), Created: map[jmap.ID]jmap.ID{}})
	}
	if err != nil {
		b, _ := json.Marshal(jmap.MethodErrorOf(err))
		return "error " + string(b)
	}
	b, err := jmap.AppendValue(nil, v)
	if err == nil {
		err = jmap.CheckIJSON(b)
	}
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	b = anObject.ReplaceAll(b, []byte("$1 ...")) // ids of their own in every run
	return name + " " + anID.ReplaceAllStringFunc(string(b), func(text string) string {
		if s.names[text] == "" {
			// A word can look like an id, but not like one of these years.
			if n, ok := id.Parse(text[0], text); !ok || time.UnixMilli(n>>20).Year() < 2026 {
				return text
			}
			s.count[text[0]]++
			s.name(text[:1]+id.Text('x', int64(s.count[text[0]]))[1:], text)
		}
		return "@" + s.names[text]
	})
}

// TestAdminDialogue replays testdata/admin.txt on both engines: "as clerk"
// changes who asks, "> Name {arguments}" are calls, and lines that begin with
// "<" what must come back.
func TestAdminDialogue(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		const file = "testdata/admin.txt"
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		w := office(t, url)
		w.UseFirstPassword(func() (string, func(context.Context, *store.Tx, policy.Subject, Account) error) {
			return "first", func(context.Context, *store.Tx, policy.Subject, Account) error { return nil }
		})
		w.abroad(t)
		s := newScript(w)
		var out []string
		for _, line := range strings.Split(string(text), "\n") {
			if strings.HasPrefix(line, "<") {
				continue
			}
			out = append(out, line)
			if who, ok := strings.CutPrefix(line, "as "); ok {
				s.who = w.subject(strings.TrimSuffix(who, " by program"))
				if strings.HasSuffix(who, " by program") {
					s.who.Assurance = policy.ByProgram
				}
				if who == "foreigner" {
					s.who.Org = 2
				}
			}
			if call, ok := strings.CutPrefix(line, "> "); ok {
				out = append(out, "< "+s.ask(t, call))
			}
		}
		got := strings.Join(out, "\n")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			return
		}
		want := strings.Split(string(text), "\n")
		for i, line := range out {
			if i >= len(want) || line != want[i] {
				t.Fatalf("line %d is\n%s\nwant\n%s", i+1, line, want[min(i, len(want)-1)])
			}
		}
	})
}

// abroad makes another organisation with a unit, Embassy, and its system and
// security administrator, foreigner.
func (w *town) abroad(t *testing.T) {
	t.Helper()
	if err := w.EnsureOrg(t.Context(), 2, "Abroad", "abroad.example"); err != nil {
		t.Fatal(err)
	}
	units, err := w.AddUnits(t.Context(), policy.System(2), []Unit{{Names: map[string]string{"en": "Embassy"}}})
	if err != nil {
		t.Fatal(err)
	}
	a, err := w.AddAccount(t.Context(), Account{Org: 2, Address: "foreigner@abroad.example", Name: "foreigner"})
	if err != nil {
		t.Fatal(err)
	}
	p, err := w.AddPerson(t.Context(), policy.System(2), Person{Account: a.ID, Address: a.Address, Name: "foreigner", Posts: []Post{main(units[0].ID)}})
	if err != nil {
		t.Fatal(err)
	}
	w.units["Embassy"], w.people["foreigner"] = units[0].ID, p
	w.CombineRoles(true)
	for _, role := range []policy.Role{policy.RoleSystem, policy.RoleSecurity, policy.RoleAudit} {
		if _, err := w.GrantRole(t.Context(), policy.System(2), Holding{Account: a.ID, RoleGrant: policy.RoleGrant{Role: role}}); err != nil {
			t.Fatal(err)
		}
	}
	w.CombineRoles(false)
}
