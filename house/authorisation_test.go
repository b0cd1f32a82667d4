package house

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"chancery/approval"
	"chancery/directory"
	"chancery/directory/feed"
	"chancery/identity"
	"chancery/identity/oidc"
	"chancery/kit/id"
	"chancery/kit/testkit"
	"chancery/mail/flow"
	"chancery/mail/mailapi"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
)

var update = flag.Bool("update", false, "write the table of authorisation anew")

// places are where what an administrator reaches for can be: in the subtree
// that roles of a unit are granted on, in another one, in another organisation.
var places = []string{"own", "other", "abroad"}

// act is one method with arguments, in which $words stand for what is in a
// place; without any there is one answer, and not one for each place.
type act struct{ name, method, args string }

var acts = []act{
	{"PersonRecord/query", "PersonRecord/query", `"filter":{"unitId":"$unit"}`},
	{"PersonRecord/get", "PersonRecord/get", `"ids":["$person"]`},
	{"Person/set create", "Person/set", `"create":{"n":{"email":"new.$name@city.example","language":"en","name":"New","posts":{"x":{"title":"Clerk","kind":"main","unitId":"$unit","sortOrder":0,"starts":null,"ends":null}}}}`},
	{"Person/set change", "Person/set", `"update":{"$person":{"phone":"4711"}}`},
	{"Person/set move to own", "Person/set", `"update":{"$person":{"posts/n1/unitId":"$aim"}}`},
	{"Person/set lock", "Person/set", `"update":{"$person":{"locked":true}}`},
	{"Person/set unlock", "Person/set", `"update":{"$locked":{"locked":false}}`},
	{"Person/set clearance", "Person/set", `"update":{"$person":{"clearance":"secret"}}`},
	{"Person/set post clearance", "Person/set", `"update":{"$person":{"posts/n1/clearance":"secret"}}`},
	{"Person/set remove", "Person/set", `"destroy":["$person"]`},
	{"Person/leave", "Person/leave", `"id":"$person","successor":null`},
	{"Unit/set create", "Unit/set", `"create":{"n":{"parentId":"$unit","names":{"en":"New"},"sortOrder":1}}`},
	{"Unit/set change", "Unit/set", `"update":{"$unit":{"sortOrder":7}}`},
	{"Unit/set move to own", "Unit/set", `"update":{"$empty":{"parentId":"$own"}}`},
	{"Unit/set remove", "Unit/set", `"destroy":["$empty"]`},
	{"Role/get", "Role/get", `"ids":null`},
	{"Role/set grant", "Role/set", `"create":{"n":{"role":"helpdesk","email":"$name@$domain","unitId":"$unit"}}`},
	{"Role/set grant whole", "Role/set", `"create":{"n":{"role":"system","email":"$name@$domain","unitId":null}}`},
	{"Role/set take back", "Role/set", `"destroy":["$role"]`},
	{"Visibility/get", "Visibility/get", `"ids":null`},
	{"Visibility/set create", "Visibility/set", `"create":{"n":{"unitId":"$unit","levelId":null,"shownTo":[]}}`},
	{"ServiceLevel/get", "ServiceLevel/get", `"ids":null`},
	{"ServiceLevel/set create", "ServiceLevel/set", `"create":{"n":{"names":{"en":"Large"},"quota":1,"sortOrder":1}}`},
	{"Category/get", "Category/get", `"ids":null`},
	{"Category/set create", "Category/set", `"create":{"n":{"code":"clerk","names":{"en":"Clerk"},"sortOrder":1}}`},
	{"AuditEntry/look", "AuditEntry/look", `"filter":{}`},
	{"AuditEntry/state", "AuditEntry/state", ``},
	{"AuditEntry/check", "AuditEntry/check", ``},
	{"LockedAccount/get", "LockedAccount/get", `"ids":["$lockedAccount"]`},
	{"LockedAccount/unlock", "LockedAccount/unlock", `"id":"$lockedAccount","newPassword":false,"forgetFactors":false`},
	{"LockedAccount/unlock, new password", "LockedAccount/unlock", `"id":"$lockedAccount","newPassword":true,"forgetFactors":false`},
	{"LockedAccount/unlock, no factors", "LockedAccount/unlock", `"id":"$lockedAccount","newPassword":true,"forgetFactors":true`},
	{"LockedAccount/dismiss", "LockedAccount/dismiss", `"id":"$lockedAccount"`},
	{"AccountAccess/get", "AccountAccess/get", `"personId":"$person"`},
	{"AccountAccess/end", "AccountAccess/end", `"personId":"$person","kind":"all","id":null`},
	{"AccountMeans/get", "AccountMeans/get", `"personId":"$person"`},
	{"AccountMeans/change", "AccountMeans/change", `"personId":"$person","secondAddress":""`},
	{"AccountCertificate/get", "AccountCertificate/get", `"personId":"$person"`},
	{"AccountCertificate/add", "AccountCertificate/add", `"personId":"$person","certificate":"$new"`},
	{"AccountCertificate/remove", "AccountCertificate/remove", `"personId":"$person","id":"$card"`},
	{"RegulationVersion/get", "RegulationVersion/get", `"ids":["$version"]`},
	{"RegulationVersion/set create", "RegulationVersion/set", `"create":{"n":{"ruleId":null,"texts":{"en":{"title":"New","body":"Text."}},"starts":null,"within":0,"public":false,"unitIds":[],"categoryIds":[]}}`},
	{"RegulationVersion/set change", "RegulationVersion/set", `"update":{"$draft":{"within":3}}`},
	{"RegulationVersion/set remove", "RegulationVersion/set", `"destroy":["$draft"]`},
	{"RegulationVersion/publish", "RegulationVersion/publish", `"id":"$draft","tell":false`},
	{"RegulationVersion/withdraw", "RegulationVersion/withdraw", `"id":"$version"`},
	{"RegulationVersion/remind", "RegulationVersion/remind", `"id":"$version"`},
	{"RegulationVersion/report", "RegulationVersion/report", `"id":"$version"`},
	{"Rule/get", "Rule/get", ``},
	{"Rule/preview", "Rule/preview", `"question":"second","months":0`},
	{"SsoParty/get", "SsoParty/get", `"ids":["$party"]`},
	{"SsoParty/set create", "SsoParty/set", `"create":{"n":{"party":"client","kind":"web","name":"New","redirects":["https://a.example/"]}}`},
	{"SsoParty/set change", "SsoParty/set", `"update":{"$party":{"name":"Mine"}}`},
	{"SsoParty/set remove", "SsoParty/set", `"destroy":["$party"]`},
	{"SsoParty/rotate", "SsoParty/rotate", `"id":"$party"`},
	{"Feed/get", "Feed/get", `"ids":["$feed"]`},
	{"Feed/set update", "Feed/set", `"update":{"$feed":{"minutes":0}}`},
	{"Feed/ask", "Feed/ask", `"feedId":"$feed"`},
	{"FeedRun/get", "FeedRun/get", `"ids":["$run"]`},
	{"FeedRun/look", "FeedRun/look", `"runId":"$run"`},
	{"FeedRun/apply", "FeedRun/apply", `"runId":"$run"`},
	{"FeedRun/rollback", "FeedRun/rollback", `"runId":"$run"`},
	{"FlowRule/get", "FlowRule/get", `"ids":null`},
	{"FlowRule/set add", "FlowRule/set", `"id":null,"rule":{"name":"New","isEnabled":true,"when":{"words":["x"]},"then":{"journal":true}}`},
	{"FlowRule/set change", "FlowRule/set", `"id":"$flow","rule":{"name":"New","isEnabled":false,"then":{"journal":true}}`},
	{"FlowRule/set remove", "FlowRule/set", `"id":"$flow","rule":null`},
	{"FlowRule/try", "FlowRule/try", `"days":1,"rule":{"name":"New","isEnabled":true,"when":{"words":["x"]},"then":{"journal":true}}`},
	{"Look/ask", "Look/ask", `"email":"clerk.$place@$domain","purpose":"Case 7 of the ethics office","hours":1`},
	{"Look/ask, the journal", "Look/ask", `"email":null,"purpose":"Case 7 of the ethics office","hours":1`},
	{"Journal/query, no leave", "Journal/query", `"limit":10`},
	{"Removal/get", "Removal/get", `"ids":null`},
	{"Removal/ask", "Removal/ask", `"messageId":"none@$domain","from":"clerk.$place@$domain","reason":"Case 7 of the ethics office"`},
	{"Removal/restore", "Removal/restore", `"id":"c1","reason":"Case 7 of the ethics office"`},
	{"Approval/decide", "Approval/decide", `"id":"$case","what":"approve","note":""`},
	{"Application/get", "Application/get", `"ids":null`},
	{"Application/approve", "Application/approve", `"id":"q1","name":"A","email":"a@city.example","unitId":null,"title":"Clerk"`},
	{"Application/refuse", "Application/refuse", `"id":"q1","reason":"no"`},
}

// own are the types, and the methods, by which somebody manages what is their
// own; every other method of the house has to stand in the table.
var own = []string{"AddressBook", "AppPassword", "Certificate", "ContactCard", "Device", "Factor", "List", "Organisation", "Parcel", "Password", "Phone", "Preference",
	"RecoveryCode", "Regulation", "EmailSubmission", "FlowRule/foresee", "FlowRule/recall", "Look/get", "Look/end", "Approval/get", "SecondAddress", "SignIn", "SignInSession", "VCard", "Person/get", "Person/query", "Person/changes", "Unit/get"}

// cast are who calls, in the order of the columns, and where they hold what.
var cast = []struct {
	name string
	role policy.Role
	unit bool // on the own subtree
}{{"system", policy.RoleSystem, false}, {"security", policy.RoleSecurity, false}, {"audit", policy.RoleAudit, false}, {"unit", policy.RoleUnit, true},
	{"helpdesk", policy.RoleHelpDesk, true}, {"personnel", policy.RolePersonnel, true}, {"none", "", false}}

// scene is a house with two subtrees and another organisation, and somebody of
// each role.
type scene struct {
	t       *testing.T
	house   *House
	methods map[string]jmap.Method
	who     map[string]policy.Subject
	words   map[string]map[string]string // by place
	as      string
	cards   map[string]*x509.Certificate // by place
}

func newScene(t *testing.T, c Config, cards map[string]*x509.Certificate) *scene {
	t.Helper()
	ctx := t.Context()
	h, err := Open(ctx, t.TempDir(), c, testkit.Log(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	s := &scene{t: t, house: h, methods: map[string]jmap.Method{}, who: map[string]policy.Subject{}, words: map[string]map[string]string{}, cards: cards}
	who := func(context.Context) (policy.Subject, error) { return s.who[s.as], nil }
	api := mailapi.New(h.Mail, who, mailapi.Config{})
	mail := slices.DeleteFunc(api.Capabilities(), func(c jmap.Capability) bool { return c.URN != jmapmail.FlowURN })
	for _, c := range h.capabilities(append(mail, h.Approvals.Capabilities(who, api.ShowAbout)...), who) {
		for name, m := range c.Methods {
			if kind, _, _ := strings.Cut(name, "/"); !slices.Contains(own, kind) && !slices.Contains(own, name) {
				s.methods[name] = m
			}
		}
	}
	for org, domain := range map[int64]string{1: "city.example", 2: "abroad.example"} {
		s.check(h.Directory.EnsureOrg(ctx, org, domain, domain))
	}
	units := map[string]int64{}
	for _, place := range places {
		units[place] = s.furnish(place)
	}
	for _, c := range cast {
		p := s.person(1, c.name+".admin", units["own"])
		if c.role != "" {
			g := policy.RoleGrant{Role: c.role}
			if c.unit {
				g.Unit = units["own"]
			}
			_, err := h.Directory.GrantRole(ctx, policy.System(1), directory.Holding{Account: p.Account, RoleGrant: g})
			s.check(err)
		}
		s.who[c.name] = policy.Subject{Org: 1, Account: p.Account, Address: p.Address, Assurance: policy.ByTwo, Proved: time.Now(), Door: "http", Peer: "10.0.0.1"}
	}
	return s
}

func (s *scene) check(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) person(org int64, name string, unit int64) directory.Person {
	s.t.Helper()
	domain := map[int64]string{1: "city.example", 2: "abroad.example"}[org]
	a, err := s.house.Directory.AddAccount(s.t.Context(), directory.Account{Org: org, Address: name + "@" + domain, Name: name})
	s.check(err)
	p, err := s.house.Directory.AddPerson(s.t.Context(), policy.System(org), directory.Person{Account: a.ID, Address: a.Address, Name: name,
		Posts: []directory.Post{{Unit: unit, Kind: directory.PostMain, Title: "Clerk"}}})
	s.check(err)
	return p
}

// furnish puts into a place what acts are about, and returns its unit.
func (s *scene) furnish(place string) int64 {
	s.t.Helper()
	ctx, org, domain := s.t.Context(), int64(1), "city.example"
	if place == "abroad" {
		org, domain = 2, "abroad.example"
	}
	by := policy.System(org)
	unit, err := s.house.Directory.AddUnits(ctx, by, []directory.Unit{{Names: map[string]string{"en": place}}})
	s.check(err)
	empty, err := s.house.Directory.AddUnits(ctx, by, []directory.Unit{{Names: map[string]string{"en": place + " empty"}, Parent: unit[0].ID}})
	s.check(err)
	p, locked := s.person(org, "clerk."+place, unit[0].ID), s.person(org, "locked."+place, unit[0].ID)
	s.check(s.house.Directory.ChangePerson(ctx, by, locked.ID, func(p *directory.Person) error { p.Locked = true; return nil }))
	s.check(s.house.Identity.AskUnlock(ctx, locked.Address, "please", identity.Peer{Addr: netip.MustParseAddr("10.0.0.9"), Door: "http"}))
	holder := s.person(org, "holder."+place, unit[0].ID)
	held, err := s.house.Directory.GrantRole(ctx, by, directory.Holding{Account: holder.Account, RoleGrant: policy.RoleGrant{Role: policy.RoleHelpDesk, Unit: unit[0].ID}})
	s.check(err)
	c, _, err := s.house.SSO.AddClient(ctx, by, oidc.Client{Name: place, Kind: oidc.KindWeb, Redirects: []string{"https://" + place + ".example/"}})
	s.check(err)
	f, _, err := s.house.Feeds.Add(ctx, by, feed.Feed{Name: place, Kind: feed.KindLDAP, Unit: unit[0].ID, Guard: 10, LDAP: &feed.LDAP{URL: "ldap://127.0.0.1:1", Base: "dc=city", Filter: "(mail=*)", Page: 10}})
	s.check(err)
	run, err := s.house.Feeds.Plan(ctx, by, f, feed.Picture{WholePeople: true})
	s.check(err)
	draft, err := s.house.Rulebook.AddDraft(ctx, by, regulation(place))
	s.check(err)
	version, err := s.house.Rulebook.AddDraft(ctx, by, regulation(place+" in force"))
	s.check(err)
	s.check(s.house.Rulebook.Publish(ctx, by, version.ID, false))
	card, err := s.house.Certificates.Register(ctx, by, p.Account, s.cards[place])
	s.check(err)
	watch := flow.Rule{Name: place, When: flow.When{Level: policy.Unlabelled, Words: []string{"x"}}, Then: flow.Then{Journal: true}}
	rule, _, err := s.house.Mail.ChangeRule(ctx, by, 0, &watch, "")
	s.check(err)
	question := approval.Case{Kind: "test", Steps: []approval.Step{{Deciders: []approval.Seat{{Duty: policy.DutySecurity}}}}, Level: policy.Unlabelled}
	s.check(s.house.Store.Write(ctx, func(tx *store.Tx) (err error) {
		question, err = s.house.Approvals.Ask(ctx, tx, by, question)
		return err
	}))
	s.words[place] = map[string]string{"$flow": id.Text('r', rule), "$case": id.Text('c', question.ID), "$place": place,
		"$draft": id.Text('e', draft.ID), "$version": id.Text('e', version.ID), "$card": id.Text('c', card.ID), "$new": base64.StdEncoding.EncodeToString(s.cards["new"].Raw),
		"$unit": id.Text('u', unit[0].ID), "$empty": id.Text('u', empty[0].ID), "$person": id.Text('p', p.ID),
		"$lockedAccount": id.Text('a', locked.Account), "$locked": id.Text('p', locked.ID), "$name": "clerk." + place, "$domain": domain,
		"$role": id.Text('r', held.ID), "$feed": id.Text('f', f.ID), "$run": run.Text(), "$party": "c-" + strings.ReplaceAll(c.ID, ".", "-")}
	return unit[0].ID
}

// reads says whether a method changes nothing that another asks about.
func reads(method string) bool {
	_, verb, _ := strings.Cut(method, "/")
	return slices.Contains([]string{"get", "query", "look", "state", "check", "report"}, verb)
}

// try calls a method as somebody, about what is in a place, and says what came
// of it in a letter.
func (s *scene) try(as, place string, a act) string {
	s.t.Helper()
	s.as = as
	words := []string{"$own", s.words["own"]["$unit"], "$aim", s.words["own"]["$empty"]}
	for _, key := range []string{"$lockedAccount", "$locked", "$unit", "$empty", "$person", "$name", "$domain", "$role", "$draft", "$version", "$card", "$new", "$feed", "$run", "$party", "$flow", "$case", "$place"} {
		words = append(words, key, s.words[place][key])
	}
	args := strings.TrimSuffix(`{"accountId":"`+string(id.Text('a', s.who[as].Account))+`",`+strings.NewReplacer(words...).Replace(a.args), ",") + "}"
	out, err := s.methods[a.method](s.t.Context(), &jmap.Call{Name: a.method, ID: "0", Args: json.RawMessage(args), Limits: jmap.DefaultLimits(), Created: map[jmap.ID]jmap.ID{}})
	if err != nil {
		return s.letter(a, jmap.MethodErrorOf(err).Type, jmap.MethodErrorOf(err).Description)
	}
	text, err := jmap.AppendValue(nil, out)
	s.check(err)
	var said struct {
		List, IDs                            []any
		NotCreated, NotUpdated, NotDestroyed map[string]struct{ Type, Description string }
	}
	s.check(json.Unmarshal(text, &said))
	for _, refused := range []map[string]struct{ Type, Description string }{said.NotCreated, said.NotUpdated, said.NotDestroyed} {
		for _, r := range refused {
			return s.letter(a, r.Type, r.Description)
		}
	}
	if strings.Contains(a.args, "$") && (said.List != nil && len(said.List) == 0 || said.IDs != nil && len(said.IDs) == 0) {
		return "-"
	}
	return "y"
}

func (s *scene) letter(a act, kind, description string) string {
	s.t.Helper()
	switch {
	case kind == jmap.Forbidden:
		return "."
	case kind == jmap.NotFound, strings.HasPrefix(description, "There is no"), strings.Contains(description, "there is no such unit"), strings.Contains(description, "names a unit that is not there"):
		return "-"
	case kind == "rolesExclude", kind == "nothingToAccept", kind == "taken", strings.HasPrefix(description, "This run "): // the right is there, though nothing is done
		return "y"
	}
	s.t.Errorf("%s: %s %s", a.name, kind, description)
	return "?"
}

// TestAuthorisation really calls every method of administration as each role,
// and compares what came of it with the table in testdata/authorisation.txt.
func TestAuthorisation(t *testing.T) {
	if testing.Short() {
		t.Skip("opens hundreds of offices")
	}
	c, err := LoadConfig("")
	if err != nil {
		t.Fatal(err)
	}
	c.Review = ReviewConfig{} // who may, not whom else it takes
	cards := issue(t, &c)
	var table strings.Builder
	table.WriteString(tableHead)
	heads := make([]string, len(cast))
	for n, who := range cast {
		heads[n] = who.name
	}
	table.WriteString(row("", heads))
	tried := map[string]bool{}
	reading := newScene(t, c, cards) // for what changes nothing
	all := reading.methods
	for _, a := range acts {
		tried[a.method] = true
		t.Run(a.name, func(t *testing.T) {
			cells := make([]string, len(cast))
			for n, who := range cast {
				s := reading
				if s.t = t; !reads(a.method) {
					s = newScene(t, c, cards)
				}
				if !strings.Contains(a.args, "$") {
					cells[n] = s.try(who.name, "own", a)
					continue
				}
				// What is far first: what is near may be changed for good.
				for _, place := range slices.Backward(places) {
					cells[n] = s.try(who.name, place, a) + cells[n]
				}
			}
			table.WriteString(row(a.name, cells))
		})
	}
	for name := range all {
		if !tried[name] {
			t.Errorf("%s is not in the table", name)
		}
	}
	const file = "testdata/authorisation.txt"
	if *update {
		if err := os.WriteFile(file, []byte(table.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := table.String(); got != string(want) {
		t.Errorf("the table is\n%s", got)
	}
}

const tableHead = `# Who may do what by the methods of administration, as they answer.
# Of three letters the first is about what lies in the subtree of the role (of
# those who hold one on a unit), the second about another subtree, the third
# about another organisation; a single letter is about the whole organisation.
# y done   . refused   - not there: nothing of it is told
# Nobody has applied here, so that Application/get is an empty list for all, and
# the others find nothing: directory/application/application_test.go has them.
`

func row(name string, cells []string) string {
	out := fmt.Sprintf("%-36s", name)
	for _, c := range cells {
		out += fmt.Sprintf("%-10s", c)
	}
	return strings.TrimRight(out, " ") + "\n"
}
