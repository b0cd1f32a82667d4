package cert

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/wire/jmap"
)

// TestJMAP lists and removes one's own, and nobody else's.
func TestJMAP(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		h := o.card(o.ann)
		bob := o.account("bob@city.example")
		o.card(bob)
		s := policy.Subject{Org: 1, Account: o.ann.ID, Assurance: policy.ByPassword, Proved: epoch}
		methods := o.d.Capabilities(func(context.Context) (policy.Subject, error) { return s, nil })[0].Methods
		call := func(method, format string, args ...any) (string, error) {
			out, err := methods[method](t.Context(), &jmap.Call{Name: method, Args: json.RawMessage(fmt.Sprintf(format, args...)), Limits: jmap.DefaultLimits()})
			text, _ := json.Marshal(out)
			return string(text), err
		}
		own, list := id.Text('a', o.ann.ID), []Registration(nil)
		read := func() Registration {
			t.Helper()
			var err error
			list, err = o.d.List(t.Context(), 1, o.ann.ID)
			must(t, err)
			return list[0]
		}
		want := fmt.Sprintf(`{"accountId":%q,"offered":true,"signs":false,"list":[{"id":%q,"name":"ann@city.example","issuer":"City CA","number":%q,"madeAt":"2026-11-22T08:00:00Z","endsAt":"2027-11-22T08:00:00Z","usedAt":null}]}`,
			own, id.Text('c', read().ID), h.cert.SerialNumber.Text(16))
		if got, err := call("Certificate/get", `{"accountId":%q}`, own); err != nil || got != want {
			t.Errorf("%s, %v\nwant %s", got, err, want)
		}
		if _, err := o.through(h); err != nil {
			t.Error(err)
		}
		if got, err := call("Certificate/get", `{"accountId":%q}`, own); err != nil || got == want {
			t.Errorf("after it was used: %s, %v", got, err)
		}
		if _, err := call("Certificate/get", `{"accountId":%q}`, id.Text('a', bob.ID)); err == nil {
			t.Error("somebody else's were listed")
		}
		theirs, err := o.d.List(t.Context(), 1, bob.ID)
		must(t, err)
		for _, bad := range []string{"", "x1", id.Text('c', theirs[0].ID)} {
			if _, err := call("Certificate/remove", `{"accountId":%q,"id":%q}`, own, bad); !errs.Is(err, errs.NotFound) {
				t.Errorf("remove %q: %v", bad, err)
			}
		}
		o.now.Advance(11 * time.Minute)
		if _, err := call("Certificate/remove", `{"accountId":%q,"id":%q}`, own, id.Text('c', read().ID)); !errs.Is(err, errs.StepUp) {
			t.Errorf("without a fresh sign-in: %v", err)
		}
		s.Proved = o.now.Now()
		if _, err := call("Certificate/remove", `{"accountId":%q,"id":%q}`, own, id.Text('c', read().ID)); err != nil {
			t.Error(err)
		}
		if _, err := o.through(h); err == nil {
			t.Error("it lets in after it was removed")
		}
	})
}
