package cert

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/wire/jmap"
)

// TestDesk ties certificates to somebody else, as security administrators do,
// and takes them away; nobody else does.
func TestDesk(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newOffice(t, url)
		ann, err := o.dir.AddPerson(ctx, o.admin, directory.Person{Account: o.ann.ID, Address: o.ann.Address, Name: "Ann"})
		must(t, err)
		boss := o.account("boss@city.example")
		bossPerson, err := o.dir.AddPerson(ctx, o.admin, directory.Person{Account: boss.ID, Address: boss.Address, Name: "Boss"})
		must(t, err)
		_, err = o.dir.GrantRole(ctx, o.admin, directory.Holding{Account: boss.ID, RoleGrant: policy.RoleGrant{Role: policy.RoleSecurity}})
		must(t, err)
		by := func(a directory.Account) policy.Subject {
			return policy.Subject{Org: 1, Account: a.ID, Address: a.Address, Assurance: policy.ByTwo, Proved: o.now.Now()}
		}
		s := by(o.ann)
		methods := o.d.Capabilities(func(context.Context) (policy.Subject, error) { return s, nil })[0].Methods
		call := func(method string, person int64, more string) (map[string]any, error) {
			args := fmt.Sprintf(`{"accountId":%q,"personId":%q%s}`, id.Text('a', s.Account), id.Text('p', person), more)
			out, err := methods["AccountCertificate/"+method](ctx, &jmap.Call{Args: json.RawMessage(args), Limits: jmap.DefaultLimits()})
			text, _ := json.Marshal(out)
			m := map[string]any{}
			_ = json.Unmarshal(text, &m)
			return m, err
		}
		h := o.ca.issue(t, o.ann.Address)
		asPEM, err := json.Marshal(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: h.cert.Raw})))
		must(t, err)
		give := `,"certificate":` + string(asPEM)
		if _, err := call("add", ann.ID, give); !errs.Is(err, errs.Forbidden) {
			t.Errorf("ann adds her own by the desk: %v", err)
		}
		if _, err := call("get", ann.ID, ""); !errs.Is(err, errs.Forbidden) {
			t.Errorf("ann looks by the desk: %v", err)
		}
		s = by(boss)
		if _, err := call("add", bossPerson.ID, give); !errs.Is(err, errs.Forbidden) {
			t.Errorf("the administrator's own: %v", err)
		}
		for name, text := range map[string]string{"rubbish": "rubbish", "no DER": base64.StdEncoding.EncodeToString([]byte("no")), "long": strings.Repeat("A", maxText+4)} {
			if _, err := call("add", ann.ID, fmt.Sprintf(`,"certificate":%q`, text)); err == nil || !strings.Contains(err.Error(), "no certificate") {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := call("add", ann.ID, fmt.Sprintf(`,"certificate":%q`, base64.StdEncoding.EncodeToString((*holder)(nil).issue(t, "Stranger").cert.Raw))); err == nil {
			t.Error("a certificate of nobody we trust was tied")
		}
		made, err := call("add", ann.ID, give)
		must(t, err)
		if step, err := o.through(h); err != nil || step.Subject.Account != o.ann.ID {
			t.Errorf("it does not let in: %+v %v", step, err)
		}
		got, err := call("get", ann.ID, "")
		must(t, err)
		if list := got["list"].([]any); len(list) != 1 || list[0].(map[string]any)["id"] != made["id"] {
			t.Errorf("%v", got)
		}
		if _, err := call("remove", ann.ID, fmt.Sprintf(`,"id":%q`, made["id"])); err != nil {
			t.Error(err)
		}
		if _, err := o.through(h); err == nil {
			t.Error("it lets in after it was removed")
		}
		list, err := audit.List(ctx, o.db, 1, 20)
		must(t, err)
		verbs := ""
		for _, e := range list {
			if e.Account == boss.ID {
				verbs += e.Verb + " " + e.Result + "; "
			}
		}
		for _, want := range []string{"certificate.remove ok", "certificate.look ok", "certificate.add ok", "certificate.add forbidden"} {
			if !strings.Contains(verbs, want) {
				t.Errorf("%q is not in the record: %s", want, verbs)
			}
		}
	})
}
