package directory

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"chancery/audit"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/jmap"
)

func newDirectory(t *testing.T, url string) *Directory {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), URL: url, Log: testkit.Log(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := audit.Migrate(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	d, err := New(t.Context(), db, clock.NewFake(time.Date(2026, 3, 2, 9, 0, 0, 0, time.Local)))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestAddresses resolves addresses in every form people write them.
func TestAddresses(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		d := newDirectory(t, url)
		a, err := d.AddAccount(ctx, Account{Address: "Lan.Anh@Thành-phố.example"})
		if err != nil {
			t.Fatal(err)
		}
		if a.Address != "lan.anh@xn--thnh-ph-9va4010e.example" {
			t.Errorf("stored as %s", a.Address)
		}
		for _, text := range []string{"lan.anh@thành-phố.example", "LAN.ANH@xn--thnh-ph-9va4010e.example", " lan.anh+tin@thành-phố.example "} {
			if got, local, err := d.Resolve(ctx, text); err != nil || !local || got.ID != a.ID {
				t.Errorf("%s: %+v %v %v", text, got, local, err)
			}
		}
		if _, local, err := d.Resolve(ctx, "x@other.example"); local || !errs.Is(err, errs.NotFound) {
			t.Errorf("foreign domain: %v %v", local, err)
		}
		for _, bad := range []string{"", "x", "@y.example", "x@", "a b@y.example", strings.Repeat("x", 400) + "@y.example"} {
			if _, _, err := d.Resolve(ctx, bad); !errs.Is(err, errs.Invalid) {
				t.Errorf("%q: %v", bad, err)
			}
		}
		if _, err := d.AddAccount(ctx, Account{Address: "lan.anh@thành-phố.example"}); !errs.Is(err, errs.Exists) {
			t.Errorf("twice: %v", err)
		}
	})
}

// TestPeople stores a small office and asks for it over JMAP: order by rank,
// several posts, the full path of a unit.
func TestPeople(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		d := newDirectory(t, url)
		units, err := d.AddUnits(ctx, policy.System(DefaultOrg), []Unit{
			{Names: map[string]string{"en": "City", "zh-TW": "市政府"}},
			{Parent: -1, Names: map[string]string{"en": "Works", "zh-TW": "工務局"}, Sort: 2},
			{Parent: -1, Names: map[string]string{"en": "Mayor", "zh-TW": "市長室"}, Sort: 1},
		})
		if err != nil {
			t.Fatal(err)
		}
		add := func(address, name, language string, rank int, posts ...Post) {
			a, err := d.AddAccount(ctx, Account{Address: address, Name: name, Language: language})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := d.AddPerson(ctx, policy.System(DefaultOrg), Person{Account: a.ID, Address: a.Address, Name: name, Rank: rank, Posts: posts}); err != nil {
				t.Fatal(err)
			}
		}
		add("wang@city.example", "王小明", "zh-TW", 9, Post{Unit: units[1].ID, Title: "科長", Kind: PostMain}, Post{Unit: units[2].ID, Title: "秘書", Kind: PostActing})
		add("mayor@city.example", "陳大文", "zh-TW", 1, Post{Unit: units[2].ID, Title: "市長", Kind: PostMain})
		c := d.Capabilities(func(context.Context) (policy.Subject, error) { return policy.Subject{Org: DefaultOrg}, nil })[0]
		ask := func(method, args string) string {
			t.Helper()
			answer, err := c.Methods[method](ctx, &jmap.Call{Args: json.RawMessage(args), Limits: jmap.DefaultLimits()})
			if err != nil {
				t.Fatal(err)
			}
			text, err := jmap.AppendValue(nil, answer)
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
		everybody := ask("Person/get", `{"accountId":"a1","ids":null,"properties":["name"]}`)
		if strings.Index(everybody, "陳大文") > strings.Index(everybody, "王小明") {
			t.Errorf("not by rank: %s", everybody)
		}
		found := ask("Person/query", `{"accountId":"a1","filter":{"text":"科長 wang"}}`)
		if !strings.Contains(found, `"ids":["p`) {
			t.Errorf("found %s", found)
		}
		whole := ask("Person/get", `{"accountId":"a1","ids":null}`)
		if !strings.Contains(whole, `"unitPath":["市政府","工務局"]`) || !strings.Contains(whole, `"kind":"acting"`) {
			t.Errorf("posts: %s", whole)
		}
		tree := ask("Unit/get", `{"accountId":"a1","ids":null}`)
		if strings.Index(tree, "Mayor") > strings.Index(tree, "Works") || strings.Index(tree, "City") > strings.Index(tree, "Mayor") {
			t.Errorf("tree out of order: %s", tree)
		}
	})
}
