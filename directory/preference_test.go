package directory

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/wire/jmap"
)

// TestPreferences writes, follows and takes back choices by JMAP, and holds
// the limits; what one person chose another does not see.
func TestPreferences(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		d := newDirectory(t, url)
		var told []int64
		d.OnPreference(func(account int64) { told = append(told, account) })
		who := policy.Subject{Org: DefaultOrg, Account: 7}
		own := `"accountId":"` + id.Text(accountID, 7) + `"`
		c := d.Capabilities(func(context.Context) (policy.Subject, error) { return who, nil })[1]
		ask := func(line, want string) {
			t.Helper()
			name, args, _ := strings.Cut(line, " ")
			v, err := c.Methods[name](t.Context(), &jmap.Call{Name: name, Args: json.RawMessage("{" + own + args[1:]), Limits: jmap.DefaultLimits()})
			got := ""
			if err != nil {
				got = jmap.MethodErrorOf(err).Type
			} else {
				b, err := jmap.AppendValue(nil, v)
				if err != nil {
					t.Fatal(err)
				}
				got = string(b)
			}
			if !strings.Contains(got, want) {
				t.Errorf("%s\nis %s\nwant %s", line, got, want)
			}
		}
		ask(`Preference/get {}`, `"state":"0","list":[],"notFound":[]`)
		ask(`Preference/set {,"update":{"theme":{"value":"dark"},"views":{"value":{"a":[1,2]}},"bad name":{"value":1},"x":{"colour":1}}}`, `"updated":{"theme":null,"views":null}`)
		ask(`Preference/get {,"ids":["theme","views","never"]}`, `"list":[{"id":"theme","value":"dark"},{"id":"views","value":{"a":[1,2]}}],"notFound":["never"]`)
		ask(`Preference/set {,"ifInState":"1","update":{"theme":{"value":null}}}`, `stateMismatch`)
		ask(`Preference/set {,"update":{"theme":{"value":null}}}`, `"oldState":"2","newState":"3"`)
		ask(`Preference/changes {,"sinceState":"1"}`, `"created":[],"updated":["views"],"destroyed":["theme"]`)
		ask(`Preference/changes {,"sinceState":"2"}`, `"updated":[],"destroyed":["theme"]`)
		ask(`Preference/changes {,"sinceState":"9"}`, `cannotCalculateChanges`)
		ask(`Preference/set {,"create":{"k":{"value":1}}}`, `"notCreated":{"k":{"type":"forbidden"`)
		if len(told) != 3 || told[0] != 7 {
			t.Errorf("told %v", told)
		}
		states, err := c.States(t.Context(), id.Text(accountID, 7))
		if err != nil || states["Preference"] != "3" {
			t.Errorf("states %v %v", states, err)
		}
		who.Account = 8
		ask(`Preference/get {}`, `accountNotSupportedByMethod`)
		if list, _, err := d.Preferences(t.Context(), who); err != nil || len(list) != 0 {
			t.Errorf("another sees %v %v", list, err)
		}
		limits(t, d, who)
	})
}

func limits(t *testing.T, d *Directory, who policy.Subject) {
	t.Helper()
	large := json.RawMessage(`"` + strings.Repeat("x", MaxPreferenceValue) + `"`)
	if err := d.SetPreference(t.Context(), who, Preference{"a", large}); !errs.Is(err, errs.TooLarge) {
		t.Errorf("a large value: %v", err)
	}
	for i := range MaxPreferences {
		if err := d.SetPreference(t.Context(), who, Preference{"n" + strconv.Itoa(i), json.RawMessage("1")}); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.SetPreference(t.Context(), who, Preference{"more", json.RawMessage("1")}); !errs.Is(err, errs.OverQuota) {
		t.Errorf("one more: %v", err)
	}
	if err := d.SetPreference(t.Context(), who, Preference{"n1", json.RawMessage("2")}); err != nil {
		t.Errorf("one that is there: %v", err)
	}
}

// TestTree finds people by unit, counts each once however many posts they
// have, and lists what else one can write to.
func TestTree(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		d := newDirectory(t, url)
		if err := d.EnsureOrg(ctx, DefaultOrg, "City", "city.example"); err != nil {
			t.Fatal(err)
		}
		units, err := d.AddUnits(ctx, policy.System(DefaultOrg), []Unit{{Names: map[string]string{"en": "City"}}, {Parent: -1, Names: map[string]string{"en": "Works"}, Sort: 2}, {Parent: -1, Names: map[string]string{"en": "Health"}, Sort: 1}})
		if err != nil {
			t.Fatal(err)
		}
		for i, posts := range [][]Post{{{Unit: units[1].ID, Title: "Head", Kind: "main"}, {Unit: units[2].ID, Title: "Acting", Kind: "acting"}}, {{Unit: units[1].ID, Title: "Clerk", Kind: "main"}}} {
			a, err := d.AddAccount(ctx, Account{Address: "p" + strconv.Itoa(i) + "@city.example"})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := d.AddPerson(ctx, policy.System(DefaultOrg), Person{Account: a.ID, Address: a.Address, Name: "P" + strconv.Itoa(i), Rank: 9 - i, Posts: posts}); err != nil {
				t.Fatal(err)
			}
		}
		for _, a := range []Account{{Address: "works@city.example", Name: "Works", Kind: KindShared, Unit: units[1].ID}, {Address: "all@city.example", Name: "All", Kind: KindList}} {
			if _, err := d.AddAccount(ctx, a); err != nil {
				t.Fatal(err)
			}
		}
		who := policy.Subject{Org: DefaultOrg, Account: 7}
		for _, c := range []struct {
			unit  int64
			below bool
			text  string
			want  string
		}{{units[1].ID, false, "", "P1 P0"}, {units[0].ID, false, "", ""}, {units[0].ID, true, "", "P1 P0"}, {units[2].ID, false, "", "P0"}, {units[0].ID, true, "clerk", "P1"}, {-1, true, "", ""}, {0, false, "", "P1 P0"}} {
			v, err := d.View(ctx, who)
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, p := range v.Search(Query{Text: c.text, Unit: c.unit, Below: c.below}) {
				names = append(names, p.Name)
			}
			if got := strings.Join(names, " "); got != c.want {
				t.Errorf("%+v finds %q", c, got)
			}
		}
		m := d.Capabilities(func(context.Context) (policy.Subject, error) { return who, nil })[0].Methods
		for name, want := range map[string]string{
			"Unit/get":         `"names":{"en":"Works"},"sortOrder":2,"totalPeople":2,"email":"works@city.example"`,
			"List/get":         `"name":"All","email":"all@city.example","kind":"list","unitId":null,"totalMembers":0`,
			"Organisation/get": `"domains":["city.example"]`,
		} {
			v, err := m[name](ctx, &jmap.Call{Name: name, Args: json.RawMessage(`{"accountId":"a7"}`), Limits: jmap.DefaultLimits()})
			if err != nil {
				t.Fatal(err)
			}
			if b, err := jmap.AppendValue(nil, v); err != nil || !strings.Contains(string(b), want) {
				t.Errorf("%s is %s, %v", name, b, err)
			}
		}
	})
}
