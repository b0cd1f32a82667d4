package house

import (
	"fmt"
	"reflect"
	"testing"

	"chancery/directory"
	"chancery/kit/id"
	"chancery/policy"
)

// TestMassAssignment writes members that are nobody's to write into what people
// may write: each is refused, at the real door, or has no effect, and the
// account is what it was.
func TestMassAssignment(t *testing.T) {
	h, doors := openHouse(t)
	ctx := t.Context()
	c, boss := newClerk(t, h, doors, "clerk", policy.Terms{MaxRecipients: 2}), newClerk(t, h, doors, "boss", policy.Terms{})
	_, err := h.Directory.GrantRole(ctx, policy.System(directory.DefaultOrg), directory.Holding{Account: boss.account.ID, RoleGrant: policy.RoleGrant{Role: policy.RoleSystem}})
	c.check(err)
	person := func(c *clerk) string {
		book, err := h.Directory.View(ctx, policy.Subject{Org: c.account.Org, Account: c.account.ID})
		c.check(err)
		p, ok := book.Of(c.account.ID)
		if !ok {
			t.Fatalf("%s is nobody", c.account.Address)
		}
		return id.Text('p', p.ID)
	}
	before, err := h.Directory.Account(ctx, c.account.Org, c.account.ID)
	c.check(err)

	// A sign-in that says who it would like to be.
	v := c.browser(computer)
	if got := v.ask("POST", "/auth/sign-in", map[string]any{"address": c.account.Address, "password": termsPassword, "account": boss.account.ID, "admin": true, "roles": true,
		"assurance": 3, "clearance": 4, "org": 2, "terms": map[string]any{"without": []string{}}}, nil); got != "y" {
		t.Errorf("the sign-in: %s", got)
	}
	var me struct{ Address string }
	if got := v.ask("GET", "/auth/me", nil, &me); got != "y" || me.Address != c.account.Address {
		t.Errorf("signed in as %+v, %s", me, got)
	}
	const mail, submission = "urn:ietf:params:jmap:mail", "urn:ietf:params:jmap:submission"
	mailbox := v.call(mail, "Mailbox/get", `{"accountId":"$account","ids":null}`)["list"].([]any)[0].(map[string]any)["id"]
	identity := v.call(submission, "Identity/get", `{"accountId":"$account","ids":null}`)["list"].([]any)[0].(map[string]any)["id"]
	for _, a := range []struct{ using, method, args string }{
		{mail, "Mailbox/set", `"create":{"n":{"name":"x","myRights":{"mayAdmin":true,"mayDelete":true}}}`},
		{mail, "Mailbox/set", fmt.Sprintf(`"update":{"%s":{"totalEmails":99}}`, mailbox)},
		{mail, "Email/set", fmt.Sprintf(`"create":{"n":{"mailboxIds":{"%s":true},"id":"x"}}`, mailbox)},
		{mail, "Email/set", fmt.Sprintf(`"create":{"n":{"mailboxIds":{"%s":true},"threadId":"t1"}}`, mailbox)},
		{submission, "Identity/set", fmt.Sprintf(`"update":{"%s":{"email":"%s"}}`, identity, boss.account.Address)},
		{submission, "Identity/set", fmt.Sprintf(`"update":{"%s":{"mayDelete":true}}`, identity)},
		{submission, "Identity/set", fmt.Sprintf(`"create":{"n":{"name":"Boss","email":"%s"}}`, boss.account.Address)},
		{submission, "EmailSubmission/set", fmt.Sprintf(`"create":{"n":{"identityId":"%s","emailId":"e1","undoStatus":"final","accountId":"x"}}`, identity)},
		{"urn:chancery:params:jmap:rules", "MailRules/set", `"update":{"singleton":{"forwardsOutside":true}}`},
		{"urn:chancery:params:jmap:preferences", "Preference/set", `"create":{"n":{"key":"x","value":"1","clearance":4}}`},
		{"urn:ietf:params:jmap:contacts", "AddressBook/set", `"create":{"n":{"name":"x","myRights":{"mayAdmin":true},"isDefault":true}}`},
		{"urn:chancery:params:jmap:admin", "Person/set", fmt.Sprintf(`"update":{"%s":{"levelId":null}}`, person(c))},
		{"urn:chancery:params:jmap:admin", "ServiceLevel/set", `"create":{"n":{"names":{"en":"x"},"quota":0}}`},
		{"urn:chancery:params:jmap:admin", "Role/set", fmt.Sprintf(`"create":{"n":{"accountId":"$account","role":"system","unitId":null,"email":"%s"}}`, c.account.Address)},
	} {
		if got := refusedAll(v, a.using, a.method, a.args); got == "y" {
			t.Errorf("%s %s was done", a.method, a.args)
		}
	}
	after, err := h.Directory.Account(ctx, c.account.Org, c.account.ID)
	c.check(err)
	if !reflect.DeepEqual(before, after) {
		t.Errorf("the account was\n%+v and is\n%+v", before, after)
	}
	// An administrator of people writes of them what there is to write, and no more.
	b := boss.browser(computer)
	for _, more := range []string{`"admin":true`, `"roles":["security"]`, `"clearance":4`, `"accountId":"x"`, `"id":"x"`, `"terms":{}`, `"password":"x"`, `"org":2`} {
		if got := refusedAll(b, "urn:chancery:params:jmap:admin", "Person/set", fmt.Sprintf(`"update":{"%s":{"name":"Renamed",%s}}`, person(c), more)); got == "y" {
			t.Errorf("an administrator wrote %s", more)
		}
	}
	if now, err := h.Directory.Account(ctx, c.account.Org, c.account.ID); err != nil || !reflect.DeepEqual(before, now) {
		t.Errorf("the account was\n%+v and is\n%+v, %v", before, now, err)
	}
}

// refusedAll is the type of what a set refused, whatever it was, or y.
func refusedAll(v *visit, using, method, args string) string {
	answer := v.call(using, method, `{"accountId":"$account",`+args+`}`)
	if kind, ok := answer["type"].(string); ok {
		return kind
	}
	for _, key := range []string{"notCreated", "notUpdated"} {
		not, _ := answer[key].(map[string]any)
		for _, one := range not {
			return fmt.Sprint(one.(map[string]any)["type"])
		}
	}
	return "y"
}
