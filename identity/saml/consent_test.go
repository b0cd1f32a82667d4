package saml

import (
	"fmt"
	"testing"

	"chancery/identity/sso"
	"chancery/kit/testkit"
	"chancery/policy"
)

// TestTakeBack lists what a person allowed, and has the service ask anew once
// that is taken back: by the person, and by nobody else.
func TestTakeBack(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, dbURL string) {
		o := newOffice(t, dbURL)
		k := testKeys()[0]
		s := o.service(true, Service{Attributes: []string{"mail"}, Consent: ConsentFirst})
		listed := func() []any {
			t.Helper()
			list, _ := o.page("grants", sso.PageRequest{}, true).body["grants"].([]any)
			return list
		}
		if got := listed(); len(got) != 0 {
			t.Errorf("before: %v", got)
		}
		asks := func() (ask, token string) {
			t.Helper()
			ask, ok := askOf(o.redirected(o.message("", ""), "", k, true))
			if !ok {
				return "", ""
			}
			consent, _ := o.page("ask", sso.PageRequest{Ask: ask}, true).body["consent"].(map[string]any)
			token, _ = consent["token"].(string)
			return ask, token
		}
		ask, token := asks()
		o.page("answer", sso.PageRequest{Ask: ask, Token: token, Allow: true}, true)
		got := listed()
		if len(got) != 1 {
			t.Fatalf("allowed: %v", got)
		}
		if g, _ := got[0].(map[string]any); g["client"] != s.ID || g["name"] != "Attendance" || g["kind"] != "saml" || fmt.Sprint(g["scopes"]) != "[openid email]" {
			t.Errorf("allowed: %v", g)
		}
		if again, _ := asks(); again != "" {
			t.Error("asked again although it is allowed")
		}
		for name, c := range map[string]struct {
			service  string
			signedIn bool
			status   int
		}{"nobody": {s.ID, false, 401}, "another service": {"1.none", true, 404}} {
			if a := o.page("end-grant", sso.PageRequest{Client: c.service}, c.signedIn); a.status != c.status {
				t.Errorf("%s: %+v", name, a)
			}
		}
		stranger := policy.Subject{Org: 1, Account: 99, Assurance: policy.ByPassword}
		if err := o.p.TakeBack(t.Context(), stranger, s.ID); err == nil {
			t.Error("taken back by somebody else")
		}
		for _, status := range []int{200, 404} {
			if a := o.page("end-grant", sso.PageRequest{Client: s.ID}, true); a.status != status {
				t.Errorf("%d, want %d", a.status, status)
			}
		}
		if again, token := asks(); again == "" || token == "" {
			t.Error("not asked again after it was taken back")
		}
		o.recorded("sso.revoke ok")
	})
}
