package dav

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"chancery/audit"
	"chancery/contacts"
	"chancery/directory"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
)

// office is a city with a web server: everybody sees Works, and only its own
// people see Police. The mailbox desk is shared with wang, who may only read it.
type office struct {
	*directory.Directory
	t      testing.TB
	books  *contacts.Room
	people map[string]directory.Person
	desk   directory.Account
	plain  bool // requests come in the clear
	url    string
	log    *slog.Logger
}

func newOffice(t testing.TB, url string, conf Config) *office {
	t.Helper()
	ctx := t.Context()
	db, err := store.Open(ctx, store.Options{Dir: t.TempDir(), URL: url, Log: testkit.Log(t)})
	must(t, err)
	t.Cleanup(func() { db.Close() })
	must(t, audit.Migrate(ctx, db))
	now := clock.NewFake(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))
	o := &office{t: t, people: map[string]directory.Person{}, log: testkit.Log(t)}
	o.Directory, err = directory.New(ctx, db, now)
	must(t, err)
	o.books, err = contacts.New(ctx, db, o.Directory, contacts.Config{MaxCard: 20_000}, now, testkit.Log(t))
	must(t, err)
	must(t, o.EnsureOrg(ctx, 1, "City", "city.example"))
	units, err := o.AddUnits(ctx, policy.System(1), []directory.Unit{{Names: map[string]string{"en": "Works", "zh-TW": "工務局"}}, {Names: map[string]string{"en": "Police"}}})
	must(t, err)
	o.person("wang", "王小明", "clerk", units[0].ID)
	o.person("nguyen", "Nguyễn Văn An", "chief, roads", units[0].ID)
	o.person("detective", "Lê Thị Hoa", "detective", units[1].ID)
	must(t, o.SetVisibility(ctx, policy.System(1), []directory.Visibility{{Unit: units[1].ID, ShownTo: []int64{units[1].ID}}}))
	o.desk, err = o.AddAccount(ctx, directory.Account{Address: "desk@city.example", Name: "Front desk", Kind: directory.KindShared})
	must(t, err)
	must(t, o.Grant(ctx, 1, o.desk.ID, o.people["wang"].Account, policy.Read))
	door := New(conf, o.books, o.Directory, o, testkit.Log(t))
	s := httptest.NewServer(door)
	t.Cleanup(s.Close)
	o.url = s.URL
	return o
}

func (o *office) person(name, full, title string, unit int64) {
	o.t.Helper()
	p, _, err := o.AddMember(o.t.Context(), policy.System(1), directory.Person{Name: full, Address: name + "@city.example", Phone: "+886 2 1234", Language: "zh-TW",
		Posts: []directory.Post{{Unit: unit, Title: title, Kind: directory.PostMain}}})
	must(o.t, err)
	o.people[name] = p
}

func (o *office) SignIn(_ context.Context, address, password, _ string) (policy.Subject, error) {
	name, _, _ := strings.Cut(address, "@")
	p, ok := o.people[name]
	switch {
	case password == "slow":
		return policy.Subject{}, errs.E(errs.RateLimited, "Too many wrong passwords.")
	case password == "zone":
		return policy.Subject{}, errs.E(errs.Forbidden, "Not from here.")
	case !ok || password != "right":
		return policy.Subject{}, errs.E(errs.Unauthenticated, "The address or the password is wrong.")
	}
	return policy.Subject{Org: 1, Account: p.Account, Address: p.Address}, nil
}

func (o *office) Seen(w http.ResponseWriter, who policy.Subject) {
	w.Header().Set("X-Seen", who.Address)
}

func (o *office) SignInToken(ctx context.Context, token, peer string) (policy.Subject, error) {
	return o.SignIn(ctx, strings.TrimPrefix(token, "token-"), "right", peer)
}

func (o *office) Private(*http.Request) bool { return !o.plain }

func (o *office) Peer(*http.Request) string { return "127.0.0.1" }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// do sends a request of somebody; headers are "Name: value".
func (o *office) do(who, method, path, body string, headers ...string) (*http.Response, string) {
	o.t.Helper()
	r, err := http.NewRequestWithContext(o.t.Context(), method, o.url+path, strings.NewReader(body))
	must(o.t, err)
	if who != "" {
		r.SetBasicAuth(who+"@city.example", "right")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	must(o.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(o.t, err)
	return res, string(b)
}
