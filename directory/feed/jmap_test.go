package feed

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"chancery/directory"
	"chancery/kit/id"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/wire/jmap"
)

// TestJMAP looks at a run, applies it and plans the way back as the console
// does, and shows that others are neither told of feeds nor let at them.
func TestJMAP(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		hall := o.unit(0, "Hall")
		who := policy.Subject{}
		subject := func(address string, role policy.Role) policy.Subject {
			p := o.person(address, directory.Person{Name: address}, hall)
			if role != "" {
				if _, err := o.dir.GrantRole(t.Context(), o.admin, directory.Holding{Account: p.Account, RoleGrant: policy.RoleGrant{Role: role}}); err != nil {
					t.Fatal(err)
				}
			}
			return policy.Subject{Org: directory.DefaultOrg, Account: p.Account, Address: address, Assurance: policy.ByTwo}
		}
		system, nobody, desk := subject("system@city.example", policy.RoleSystem), subject("nobody@city.example", ""), subject("desk@city.example", policy.RoleHelpDesk)
		c := o.Capabilities(func(context.Context) (policy.Subject, error) { return who, nil })[0]
		f, _ := o.feed(Feed{Name: "hr", Kind: KindCSV, Units: true, Guard: 10})
		r := o.plan(f, o.picture("key,parent,name\nroads,,Roads\n", "key,address,name,unit\n1,ann@city.example,Ann,roads\n", true))
		bad := o.plan(f, o.picture("", "key,address,name,unit\n2,bob,Bob,roads\n", false))
		for _, c2 := range []struct {
			who    policy.Subject
			method string
			args   map[string]any
			want   string
		}{
			{system, "Feed/get", map[string]any{"ids": nil}, `"name":"hr","kind":"csv","unitId":null,"units":true,"guard":10,"kept":0`},
			{system, "FeedRun/get", map[string]any{"ids": nil}, `"state":"planned"`},
			{system, "FeedRun/look", map[string]any{"runId": r.Text()}, `"after":"{\"address\":\"ann@city.example\",\"name\":\"Ann\",\"posts\":[{\"kind\":\"main\",\"title\":\"\",\"unit\":\"Roads\"}]}"`},
			{system, "FeedRun/look", map[string]any{"runId": bad.Text()}, `"rule":"address","reason":"\"bob\" is not a mail address"`},
			{system, "FeedRun/look", map[string]any{"runId": "n1"}, `error`},
			{system, "FeedRun/look", map[string]any{"runId": "../1"}, `error`},
			{nobody, "Feed/get", map[string]any{"ids": nil}, `"List":null`},
			{desk, "FeedRun/get", map[string]any{"ids": nil}, `"List":null`},
			{nobody, "FeedRun/look", map[string]any{"runId": r.Text()}, `error: forbidden`},
			{desk, "FeedRun/apply", map[string]any{"runId": r.Text()}, `error: forbidden`},
			{nobody, "FeedRun/apply", map[string]any{"runId": r.Text(), "accountId": id.Text(accountID, system.Account)}, `error: accountNotSupportedByMethod`},
			{system, "FeedRun/apply", map[string]any{"runId": bad.Text()}, `1 of what the source says is refused`},
			{system, "FeedRun/apply", map[string]any{"runId": r.Text()}, `"state":"done"`},
			{system, "FeedRun/apply", map[string]any{"runId": r.Text()}, `This run is done`},
			{desk, "FeedRun/rollback", map[string]any{"runId": r.Text()}, `error: forbidden`},
			{system, "FeedRun/rollback", map[string]any{"runId": r.Text()}, `"kind":"rollback"`},
			{system, "Feed/get", map[string]any{"ids": nil}, `"kept":1`},
		} {
			if got := call(t, o.Feeds, c2.who, c2.method, c2.args); !strings.Contains(got, c2.want) {
				t.Errorf("%s asks %s %v: %s, want %s", who.Address, c2.method, c2.args, got, c2.want)
			}
		}
		for _, s := range []struct {
			who  policy.Subject
			told bool
		}{{system, true}, {nobody, false}, {desk, false}} {
			who = s.who
			_, told, err := c.Offer(t.Context())
			states, err2 := c.States(t.Context(), id.Text(accountID, who.Account))
			if err != nil || err2 != nil || told != s.told || (states["FeedRun"] != "") != s.told {
				t.Errorf("%s is told %v %v: %v", who.Address, told, states, fmt.Sprint(err, err2))
			}
		}
	})
}

// TestJMAPClock says how often a directory is asked, and has one asked, as the
// console does.
func TestJMAPClock(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		hall := o.unit(0, "Hall")
		subject := func(address string, role policy.Role) policy.Subject {
			p := o.person(address, directory.Person{Name: address}, hall)
			if _, err := o.dir.GrantRole(t.Context(), o.admin, directory.Holding{Account: p.Account, RoleGrant: policy.RoleGrant{Role: role}}); err != nil {
				t.Fatal(err)
			}
			return policy.Subject{Org: directory.DefaultOrg, Account: p.Account, Address: address, Assurance: policy.ByTwo}
		}
		system, desk := subject("system@city.example", policy.RoleSystem), subject("desk@city.example", policy.RoleHelpDesk)
		hr, _ := o.feed(Feed{Name: "hr", Kind: KindCSV})
		ad, _ := o.feed(Feed{Name: "ad", Kind: KindLDAP, LDAP: &LDAP{URL: "ldaps://127.0.0.1:1", Base: "dc=x", Filter: LDAPFilter, Page: 5}})
		adID, hrID := id.Text(feedID, ad.ID), id.Text(feedID, hr.ID)
		every := func(feed string, n any) map[string]any {
			return map[string]any{"update": map[string]any{feed: map[string]any{"minutes": n}}}
		}
		for _, c := range []struct {
			who    policy.Subject
			method string
			args   map[string]any
			want   string
		}{
			{system, "Feed/set", every(adID, 30), `"updated":{"` + adID + `":null}`},
			{system, "Feed/get", map[string]any{"ids": []string{adID}}, `"minutes":30,"next":"2026-03-02T09:00:00Z","asked":null`},
			{system, "Feed/set", every(adID, 1), `"type":"invalidProperties"`},
			{system, "Feed/set", every(adID, "often"), `"type":"invalidProperties"`},
			{system, "Feed/set", every(hrID, 30), `hr is no ldap feed`},
			{system, "Feed/set", map[string]any{"update": map[string]any{adID: map[string]any{"guard": 100}}}, `"type":"invalidProperties"`},
			{system, "Feed/set", map[string]any{"destroy": []string{adID}}, `"type":"forbidden"`},
			{desk, "Feed/set", every(adID, 60), `"type":"notFound"`},
			{desk, "Feed/ask", map[string]any{"feedId": adID}, `no such feed`},
			{system, "Feed/ask", map[string]any{"feedId": hrID}, `hr is no ldap feed`},
			{system, "Feed/ask", map[string]any{"feedId": adID}, `{"accountId":`},
		} {
			if got := call(t, o.Feeds, c.who, c.method, c.args); !strings.Contains(got, c.want) {
				t.Errorf("%s asks %s %v: %s, want %s", c.who.Address, c.method, c.args, got, c.want)
			}
		}
	})
}

// call is what a client gets for one method.
func call(t *testing.T, f *Feeds, who policy.Subject, method string, args map[string]any) string {
	t.Helper()
	if args["accountId"] == nil {
		args["accountId"] = id.Text(accountID, who.Account)
	}
	raw, err := json.Marshal(args)
	if err != nil {
		t.Fatal(err)
	}
	c := f.Capabilities(func(context.Context) (policy.Subject, error) { return who, nil })[0]
	answer, err := c.Methods[method](t.Context(), &jmap.Call{Args: raw, Limits: jmap.Limits{MaxObjectsInGet: 500, MaxObjectsInSet: 500}})
	if err != nil {
		return "error: " + err.Error()
	}
	text, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
