package register

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"chancery/audit"
	"chancery/directory"
	"chancery/identity"
	"chancery/identity/agency"
	"chancery/identity/oidc"
	"chancery/identity/saml"
	"chancery/kit/clock"
	"chancery/kit/id"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/jmap"
)

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// office has an administrator of each kind, and one of another organisation.
type office struct {
	*Register
	t   *testing.T
	db  *store.Store
	who map[string]policy.Subject
	as  string
}

func newOffice(t *testing.T, url string) *office {
	t.Helper()
	ctx, now, log := t.Context(), clock.NewFake(time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)), testkit.Log(t)
	db := must(store.Open(ctx, store.Options{Dir: t.TempDir(), URL: url, Log: log}))(t)
	t.Cleanup(func() { db.Close() })
	if err := audit.Migrate(ctx, db); err != nil {
		t.Fatal(err)
	}
	dir := must(directory.New(ctx, db, now))(t)
	dir.CombineRoles(true)
	who := must(identity.New(ctx, db, dir, identity.Config{}, now, log))(t)
	o := &office{t: t, db: db, who: map[string]policy.Subject{}}
	services := must(saml.New(ctx, db, dir, saml.Config{}, now, log))(t)
	o.Register = &Register{
		SSO:    must(oidc.New(ctx, db, who, dir, nil, oidc.Config{}, now, log))(t),
		SAML:   services,
		Agency: must(agency.New(ctx, db, who, dir, services, agency.Config{}, now, log))(t),
		Dir:    dir,
		Who:    func(context.Context) (policy.Subject, error) { return o.who[o.as], nil },
	}
	for org, domain := range map[int64]string{1: "city.example", 2: "abroad.example"} {
		if err := dir.EnsureOrg(ctx, org, domain, domain); err != nil {
			t.Fatal(err)
		}
	}
	for name, role := range map[string]policy.Role{"system": policy.RoleSystem, "security": policy.RoleSecurity, "audit": policy.RoleAudit, "helpdesk": policy.RoleHelpDesk, "personnel": policy.RolePersonnel, "nobody": "", "foreigner": policy.RoleSystem} {
		org, domain := int64(1), "@city.example"
		if name == "foreigner" {
			org, domain = 2, "@abroad.example"
		}
		a := must(dir.AddAccount(ctx, directory.Account{Org: org, Address: name + domain, Name: name}))(t)
		if role != "" {
			must(dir.GrantRole(ctx, policy.System(org), directory.Holding{Account: a.ID, RoleGrant: policy.RoleGrant{Role: role}}))(t)
		}
		o.who[name] = policy.Subject{Org: org, Account: a.ID, Address: a.Address, Assurance: policy.ByTwo, Door: "http"}
	}
	return o
}

// call calls a method as somebody; args are the arguments without the account.
func (o *office) call(as, method, args string) (string, error) {
	o.t.Helper()
	o.as = as
	full := `{"accountId":"` + string(id.Text(accountID, o.who[as].Account)) + `",` + args + `}`
	out, err := o.Capability().Methods[method](o.t.Context(), &jmap.Call{Name: method, Args: json.RawMessage(full), Limits: jmap.DefaultLimits()})
	if err != nil {
		return "", err
	}
	text, err := jmap.AppendValue(nil, out)
	return string(text), err
}

// key finds the id that an answer names first.
func key(text string) string {
	_, rest, _ := strings.Cut(text, `"id":"`)
	key, _, _ := strings.Cut(rest, `"`)
	return key
}

const web = `"create":{"n":{"party":"client","kind":"web","name":"Attendance","redirects":["https://hr.city.example/back"]}}`

// TestClient registers a system, changes it, gives it another secret and
// removes it; the record has each with before and after, and no secret.
func TestClient(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		made, err := o.call("system", "SsoParty/set", web)
		if err != nil || !strings.Contains(made, `"secret":"`) {
			t.Fatalf("%s %v", made, err)
		}
		_, secret, _ := strings.Cut(made, `"secret":"`)
		secret, _, _ = strings.Cut(secret, `"`)
		one := key(made)
		list, err := o.call("system", "SsoParty/get", `"ids":null`)
		if err != nil || !strings.Contains(list, `"name":"Attendance"`) || !strings.Contains(list, one) || strings.Contains(list, secret) || !strings.Contains(list, `"logouts":[]`) || !strings.Contains(list, `"domains":[]`) {
			t.Fatalf("%s %v", list, err)
		}
		for patch, want := range map[string]string{
			`{"name":"Leave","assurance":2}`:             `"updated":{"` + one + `":null}`,
			`{"redirects":["http://hr.city.example/b"]}`: "must be https",
			`{"redirects":["https://hr.example/#x"]}`:    "without fragment",
			`{"pairwise":true}`:                          "do not change",
			`{"consent":"perhaps"}`:                      "never, first or always",
			`{"kind":"mail"}`:                            "notUpdated",
		} {
			if got, err := o.call("system", "SsoParty/set", `"update":{"`+one+`":`+patch+`}`); err != nil || !strings.Contains(got, want) {
				t.Errorf("%s: %s %v", patch, got, err)
			}
		}
		again, err := o.call("system", "SsoParty/rotate", `"id":"`+one+`"`)
		if err != nil || strings.Contains(again, secret) || !strings.Contains(again, `"secret":"`) {
			t.Errorf("rotated: %s %v", again, err)
		}
		if got, err := o.call("system", "SsoParty/set", `"destroy":["`+one+`"]`); err != nil || !strings.Contains(got, `"destroyed":["`+one+`"]`) {
			t.Errorf("%s %v", got, err)
		}
		entries := must(audit.List(t.Context(), o.db, 1, 4))(t)
		var verbs []string
		for _, e := range entries {
			verbs = append(verbs, e.Verb)
			if all := e.Before + e.After + e.Object; strings.Contains(all, secret) || e.Result != "ok" || e.Account != o.who["system"].Account {
				t.Errorf("the record: %+v", e)
			}
		}
		if strings.Join(verbs, " ") != "sso.client.remove sso.client.secret sso.client.change sso.client.add" || !strings.Contains(entries[2].Before, "Attendance") || !strings.Contains(entries[2].After, "Leave") || entries[0].After != "" {
			t.Errorf("the record: %q %+v", verbs, entries[2])
		}
	})
}

// TestServiceAndProvider registers by metadata files, and takes no bad ones.
func TestServiceAndProvider(t *testing.T) {
	o := newOffice(t, "")
	file := func(name string) string {
		text := must(os.ReadFile("../../wire/saml/testdata/" + name))(t)
		quoted := must(json.Marshal(string(text)))(t)
		return string(quoted)
	}
	made, err := o.call("system", "SsoParty/set", `"create":{"n":{"party":"service","name":"Library","metadata":`+file("mellon.xml")+`,"attributes":["mail"]}}`)
	if err != nil || strings.Contains(made, `"notCreated":{`) {
		t.Fatalf("%s %v", made, err)
	}
	one := key(made)
	if got, err := o.call("system", "SsoParty/set", `"update":{"`+one+`":{"name":"Books","consent":"never"}}`); err != nil || !strings.Contains(got, one) || strings.Contains(got, `"notUpdated":{`) {
		t.Errorf("%s %v", got, err)
	}
	if got, err := o.call("system", "SsoParty/set", `"create":{"n":{"party":"service","name":"Bad","metadata":"<a>\n\n<b></a>\n<!DOCTYPE x>"}}`); err != nil || !strings.Contains(got, "Line 4: Document types are not allowed.") {
		t.Errorf("the line of what is wrong: %s %v", got, err)
	}
	for _, bad := range []string{`"<html/>"`, `"<!DOCTYPE x><x/>"`, `""`, `"\u003cEntityDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata'/>"`} {
		for _, party := range []string{`"party":"service"`, `"party":"provider","kind":"saml"`} {
			if got, err := o.call("system", "SsoParty/set", `"create":{"n":{`+party+`,"name":"Bad","metadata":`+bad+`}}`); err != nil || !strings.Contains(got, "description") {
				t.Errorf("%s with %s: %s %v", party, bad, got, err)
			}
		}
		if got, err := o.call("system", "SsoParty/set", `"update":{"`+one+`":{"metadata":`+bad+`}}`); bad != `""` && (err != nil || !strings.Contains(got, "description")) {
			t.Errorf("a change by %s: %s %v", bad, got, err)
		}
	}
	made, err = o.call("system", "SsoParty/set", `"create":{"n":{"party":"provider","kind":"oidc","name":"Agency","issuer":"https://login.agency.example","ourId":"mail","secret":"hush","domains":["city.example"]}}`)
	if err != nil || strings.Contains(made, `"notCreated":{`) {
		t.Fatalf("%s %v", made, err)
	}
	if got, err := o.call("system", "SsoParty/set", `"update":{"`+key(made)+`":{"secret":"hush hush","assurance":2}}`); err != nil || strings.Contains(got, `"notUpdated":{`) {
		t.Errorf("%s %v", got, err)
	}
	list, err := o.call("system", "SsoParty/get", `"ids":null`)
	if err != nil || strings.Contains(list, "hush") || !strings.Contains(list, `"name":"Books"`) || !strings.Contains(list, "https://login.agency.example") || strings.Contains(list, "Bad") {
		t.Errorf("%s %v", list, err)
	}
	for _, e := range must(audit.List(t.Context(), o.db, 1, 3))(t) {
		if strings.Contains(e.Before+e.After, "hush") {
			t.Errorf("the record tells a secret: %+v", e)
		}
	}
}

// TestRights refuses everybody but the system administrator, by every method,
// and does not let another organisation's reach ours.
func TestRights(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		made, err := o.call("system", "SsoParty/set", web)
		if err != nil {
			t.Fatal(err)
		}
		one := key(made)
		calls := map[string]string{"SsoParty/get": `"ids":null`, "SsoParty/set": web, "SsoParty/rotate": `"id":"` + one + `"`}
		for _, as := range []string{"security", "audit", "helpdesk", "personnel", "nobody"} {
			for method, args := range calls {
				if got, err := o.call(as, method, args); err == nil || jmap.MethodErrorOf(err).Type != jmap.Forbidden {
					t.Errorf("%s by %s: %s %v", method, as, got, err)
				}
			}
			if _, offered, err := o.Capability().Offer(t.Context()); offered || err != nil {
				t.Errorf("offered to %s, %v", as, err)
			}
			// The verbs refuse by themselves, and note it.
			if _, _, err := o.SSO.AddClient(t.Context(), o.who[as], oidc.Client{Name: "x", Kind: "web", Redirects: []string{"https://x.example/"}}); err == nil {
				t.Errorf("%s adds a client by the verb", as)
			}
		}
		if e := must(audit.List(t.Context(), o.db, 1, 1))(t)[0]; e.Verb != "sso.client.add" || e.Result != "forbidden" {
			t.Errorf("the refusal is not recorded: %+v", e)
		}
		program := o.who["system"]
		program.Assurance = policy.ByProgram
		o.who["program"] = program
		if _, err := o.call("program", "SsoParty/get", `"ids":null`); err == nil {
			t.Error("an app password lists the systems")
		}
		if got, err := o.call("foreigner", "SsoParty/get", `"ids":["`+one+`"]`); err != nil || !strings.Contains(got, `"list":[]`) {
			t.Errorf("another organisation sees it: %s %v", got, err)
		}
		if got, err := o.call("foreigner", "SsoParty/set", `"update":{"`+one+`":{"name":"Mine"}},"destroy":["`+one+`"]`); err != nil || !strings.Contains(got, `"updated":null,"destroyed":null`) {
			t.Errorf("another organisation changes it: %s %v", got, err)
		}
		if got, err := o.call("foreigner", "SsoParty/rotate", `"id":"`+one+`"`); err == nil {
			t.Errorf("another organisation has a secret: %s", got)
		}
	})
}
