package ldap

import (
	"context"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
)

// office is a city: everybody sees Works, and only its own people see Police.
type office struct {
	*directory.Directory
	t      *testing.T
	people map[string]directory.Person
	ended  atomic.Bool
	addr   string
	peers  []string
}

func newOffice(t *testing.T, url string, conf Config) *office {
	t.Helper()
	ctx := t.Context()
	db, err := store.Open(ctx, store.Options{Dir: t.TempDir(), URL: url, Log: testkit.Log(t)})
	must(t, err)
	t.Cleanup(func() { db.Close() })
	must(t, audit.Migrate(ctx, db))
	o := &office{t: t, people: map[string]directory.Person{}}
	o.Directory, err = directory.New(ctx, db, clock.NewFake(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)))
	must(t, err)
	must(t, o.EnsureOrg(ctx, 1, "City", "city.example"))
	units, err := o.AddUnits(ctx, policy.System(1), []directory.Unit{{Names: map[string]string{"en": "Works", "zh-TW": "工務局"}}, {Names: map[string]string{"en": "Police"}}})
	must(t, err)
	o.person("wang", "王小明", "clerk", units[0].ID)
	o.person("nguyen", "Nguyễn Văn An", "chief, roads", units[0].ID)
	o.person("detective", "Lê Thị Hoa", "detective", units[1].ID)
	must(t, o.SetVisibility(ctx, policy.System(1), []directory.Visibility{{Unit: units[1].ID, ShownTo: []int64{units[1].ID}}}))

	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	o.addr = l.Addr().String()
	s := New(conf, o, testkit.Log(t))
	serving, stop := context.WithCancel(ctx)
	done := make(chan error)
	go func() { done <- s.Serve(serving, l, false) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return o
}

func (o *office) person(name, full, title string, unit int64) {
	o.t.Helper()
	p, _, err := o.AddMember(o.t.Context(), policy.System(1), directory.Person{Name: full, Address: name + "@city.example", Phone: "+886 2 1234", Language: "zh-TW",
		Posts: []directory.Post{{Unit: unit, Title: title, Kind: directory.PostMain}}})
	must(o.t, err)
	o.people[name] = p
}

func (o *office) SignIn(_ context.Context, address, password, peer string) (policy.Subject, error) {
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

func (o *office) Standing(context.Context, policy.Subject, string) error {
	if o.ended.Load() {
		return errs.E(errs.Unauthenticated, "The session has ended.")
	}
	return nil
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// dial connects, and binds as somebody unless the name is empty.
func (o *office) dial(name string) *ldap.Conn {
	o.t.Helper()
	c, err := ldap.DialURL("ldap://" + o.addr)
	must(o.t, err)
	o.t.Cleanup(func() { c.Close() })
	if name != "" {
		must(o.t, c.Bind(name+"@city.example", "right"))
	}
	return c
}

func find(c *ldap.Conn, base string, scope int, filter string, names ...string) ([]string, error) {
	res, err := c.Search(ldap.NewSearchRequest(base, scope, ldap.NeverDerefAliases, 0, 0, false, filter, names, nil))
	var found []string
	if res != nil {
		for _, e := range res.Entries {
			found = append(found, e.GetAttributeValue("mail")+e.GetAttributeValue("dc")+e.GetAttributeValue("description"))
		}
	}
	return found, err
}

func code(t *testing.T, err error, want uint16) {
	t.Helper()
	if !ldap.IsErrorWithCode(err, want) {
		t.Errorf("%v, not %s", err, ldap.LDAPResultCodeMap[want])
	}
}

// TestSearch asks as mail programs do: by any part of a name in any writing,
// in all places of the tree; who is hidden is not there.
func TestSearch(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url, Config{PlainOnLoopback: true})
		c, police := o.dial("wang"), o.dial("detective")
		for _, x := range []struct {
			c      *ldap.Conn
			base   string
			scope  int
			filter string
			want   string
		}{
			{c, "dc=city,dc=example", ldap.ScopeWholeSubtree, "(|(mail=*王*)(cn=*王*)(givenName=*王*)(sn=*王*))", "wang@city.example"},
			{c, "", ldap.ScopeWholeSubtree, "(cn=wang)", "wang@city.example"}, // Pinyin
			{c, "DC=City,DC=Example", ldap.ScopeWholeSubtree, "(displayName=*nguyen an*)", "nguyen@city.example"},
			{c, "ou=people,dc=city,dc=example", ldap.ScopeSingleLevel, "(objectClass=inetOrgPerson)", "wang@city.example nguyen@city.example"},
			{police, "ou=people,dc=city,dc=example", ldap.ScopeSingleLevel, "(objectClass=*)", "wang@city.example nguyen@city.example detective@city.example"},
			{c, "dc=city,dc=example", ldap.ScopeWholeSubtree, "(cn=*hoa*)", ""},
			{c, "dc=city,dc=example", ldap.ScopeWholeSubtree, "(mail=detective@city.example)", ""},
			{police, "dc=city,dc=example", ldap.ScopeWholeSubtree, "(mail=DETECTIVE@city.example)", "detective@city.example"},
			{c, "dc=city,dc=example", ldap.ScopeWholeSubtree, "(&(objectClass=person)(!(mail=wang@*)))", "nguyen@city.example"},
			{c, "dc=city,dc=example", ldap.ScopeWholeSubtree, "(&(title=chief*)(title=*roads))", "nguyen@city.example"},
			{c, "dc=city,dc=example", ldap.ScopeWholeSubtree, "(title=roads*)", ""},
			{c, "dc=city,dc=example", ldap.ScopeWholeSubtree, "(telephoneNumber=*1234)", "wang@city.example nguyen@city.example"},
			{c, "dc=city,dc=example", ldap.ScopeWholeSubtree, "(!(cn:caseExactMatch:=x))", ""}, // not known is not true, and its contrary neither
			{c, "dc=city,dc=example", ldap.ScopeBaseObject, "(objectClass=*)", "city"},
			{c, "ou=units,dc=city,dc=example", ldap.ScopeWholeSubtree, "(ou=工務局)", "工務局"},
			{police, "ou=units,dc=city,dc=example", ldap.ScopeSingleLevel, "(objectClass=organizationalUnit)", "工務局 Police"},
			{c, "ou=units,dc=city,dc=example", ldap.ScopeSingleLevel, "(objectClass=organizationalUnit)", "工務局"},
		} {
			got, err := find(x.c, x.base, x.scope, x.filter)
			if err != nil || strings.Join(got, " ") != x.want {
				t.Errorf("%s %s: %q %v, not %q", x.base, x.filter, got, err, x.want)
			}
		}
		_, err := find(c, "dc=else,dc=example", ldap.ScopeWholeSubtree, "(objectClass=*)")
		code(t, err, ldap.LDAPResultNoSuchObject)
		// The place of somebody hidden tells as little as one that is none.
		hidden := "uid=" + id.Text(personID, o.people["detective"].ID) + ",ou=people,dc=city,dc=example"
		_, err = find(c, hidden, ldap.ScopeBaseObject, "(objectClass=*)")
		code(t, err, ldap.LDAPResultNoSuchObject)
		if got, err := find(police, hidden, ldap.ScopeBaseObject, "(objectClass=*)"); err != nil || len(got) != 1 {
			t.Errorf("%q %v", got, err)
		}
	})
}

// TestEntry reads one whole, and only what is asked for.
func TestEntry(t *testing.T) {
	o := newOffice(t, "", Config{PlainOnLoopback: true})
	must(t, o.AddCategory(t.Context(), policy.System(1), directory.Category{Code: "official", Names: map[string]string{"en": "Official", "zh-TW": "公務人員"}}))
	must(t, o.ChangePerson(t.Context(), policy.System(1), o.people["nguyen"].ID, func(p *directory.Person) error { p.Category = "official"; return nil }))
	c := o.dial("wang")
	res, err := c.Search(ldap.NewSearchRequest("", ldap.ScopeWholeSubtree, 0, 0, 0, false, "(&(mail=nguyen@city.example)(employeeType=公務人員))", nil, nil))
	must(t, err)
	e := res.Entries[0]
	for name, want := range map[string]string{"cn": "Nguyễn Văn An", "sn": "Nguyễn Văn An", "title": "chief, roads", "employeeType": "公務人員", "ou": "工務局", "telephoneNumber": "+886 2 1234", "objectClass": "top person organizationalPerson inetOrgPerson"} {
		if got := strings.Join(e.GetAttributeValues(name), " "); got != want {
			t.Errorf("%s: %q, not %q", name, got, want)
		}
	}
	res, err = c.Search(ldap.NewSearchRequest("", ldap.ScopeWholeSubtree, 0, 0, 0, true, "(mail=nguyen@city.example)", []string{"MAIL", "title"}, nil))
	must(t, err)
	if a := res.Entries[0].Attributes; len(a) != 2 || len(a[0].Values) != 0 {
		t.Errorf("types of two attributes: %+v", a)
	}
	res, err = c.Search(ldap.NewSearchRequest("", ldap.ScopeWholeSubtree, 0, 0, 0, false, "(mail=nguyen@city.example)", []string{"1.1"}, nil))
	if err != nil || len(res.Entries) != 1 || len(res.Entries[0].Attributes) != 0 {
		t.Errorf("no attributes: %+v %v", res, err)
	}
}

// TestPages counts: limits of the client and of the door, and page after page.
func TestPages(t *testing.T) {
	o := newOffice(t, "", Config{PlainOnLoopback: true, MaxEntries: 4})
	for n := range 9 {
		o.person("p"+string(rune('a'+n)), "Person "+string(rune('A'+n)), "", o.people["wang"].Posts[0].Unit)
	}
	c := o.dial("wang")
	got, err := find(c, "ou=people,dc=city,dc=example", ldap.ScopeSingleLevel, "(objectClass=*)")
	code(t, err, ldap.LDAPResultSizeLimitExceeded)
	if len(got) != 4 {
		t.Errorf("%d of the door's limit", len(got))
	}
	res, err := c.Search(ldap.NewSearchRequest("", ldap.ScopeWholeSubtree, 0, 2, 0, false, "(objectClass=person)", nil, nil))
	code(t, err, ldap.LDAPResultSizeLimitExceeded)
	if len(res.Entries) != 2 {
		t.Errorf("%d of the client's limit", len(res.Entries))
	}
	res, err = c.SearchWithPaging(ldap.NewSearchRequest("ou=people,dc=city,dc=example", ldap.ScopeSingleLevel, 0, 0, 0, false, "(objectClass=*)", []string{"mail"}, nil), 3)
	must(t, err)
	var all []string
	for _, e := range res.Entries {
		all = append(all, e.GetAttributeValue("mail"))
	}
	if slices.Sort(all); len(slices.Compact(all)) != 11 {
		t.Errorf("page after page: %q", all)
	}
}

// TestBind refuses in the protocol's own words.
func TestBind(t *testing.T) {
	o := newOffice(t, "", Config{PlainOnLoopback: true})
	c := o.dial("")
	for _, name := range []string{"wang@city.example", "mail=wang@city.example,dc=city,dc=example", "uid=wang@city.example,ou=people"} {
		must(t, c.Bind(name, "right"))
		who, err := c.WhoAmI(nil)
		if err != nil || who.AuthzID != "u:wang@city.example" {
			t.Errorf("%s is %+v, %v", name, who, err)
		}
	}
	code(t, c.Bind("wang@city.example", "wrong"), ldap.LDAPResultInvalidCredentials)
	_, err := find(c, "dc=city,dc=example", ldap.ScopeWholeSubtree, "(cn=*)")
	code(t, err, ldap.LDAPResultInsufficientAccessRights) // the wrong bind ended the right one
	code(t, c.Bind("wang@city.example", "zone"), ldap.LDAPResultInappropriateAuthentication)
	code(t, c.Bind("wang@city.example", "slow"), ldap.LDAPResultBusy)
	code(t, c.UnauthenticatedBind("wang@city.example"), ldap.LDAPResultUnwillingToPerform)
	must(t, c.UnauthenticatedBind(""))
	res, err := c.Search(ldap.NewSearchRequest("", ldap.ScopeBaseObject, 0, 0, 0, false, "(objectClass=*)", nil, nil))
	if err != nil || res.Entries[0].GetAttributeValue("supportedLDAPVersion") != "3" || res.Entries[0].GetAttributeValue("namingContexts") != "" {
		t.Errorf("what the door is: %+v %v", res, err)
	}
	must(t, c.Bind("wang@city.example", "right"))
	code(t, c.Del(ldap.NewDelRequest("uid=x,dc=city,dc=example", nil)), ldap.LDAPResultUnwillingToPerform)
	code(t, c.Add(ldap.NewAddRequest("uid=x,dc=city,dc=example", nil)), ldap.LDAPResultUnwillingToPerform)
	_, err = c.Search(ldap.NewSearchRequest("", ldap.ScopeWholeSubtree, 0, 0, 0, false, "(cn=*)", nil, []ldap.Control{ldap.NewControlString("1.2.3.4", true, "")}))
	code(t, err, ldap.LDAPResultUnavailableCriticalExtension)
	deep := strings.Repeat("(!", 20) + "(cn=x)" + strings.Repeat(")", 20)
	_, err = find(c, "dc=city,dc=example", ldap.ScopeWholeSubtree, deep)
	code(t, err, ldap.LDAPResultUnwillingToPerform)
	o.ended.Store(true)
	_, err = find(c, "dc=city,dc=example", ldap.ScopeWholeSubtree, "(cn=*)")
	code(t, err, ldap.LDAPResultInvalidCredentials)
}

// TestTLS takes a password only where nobody on the way can read it.
func TestTLS(t *testing.T) {
	server, client := testkit.TLS(t, "localhost")
	o := newOffice(t, "", Config{TLS: server})
	c := o.dial("")
	code(t, c.Bind("wang@city.example", "right"), ldap.LDAPResultConfidentialityRequired)
	must(t, c.StartTLS(client))
	must(t, c.Bind("wang@city.example", "right"))
	if got, err := find(c, "", ldap.ScopeWholeSubtree, "(cn=wang)"); err != nil || len(got) != 1 {
		t.Errorf("%q %v", got, err)
	}
}

// TestLimits ends connections of strangers: too many, too large, too slow, and
// what is sent in the clear behind the wish for TLS.
func TestLimits(t *testing.T) {
	server, _ := testkit.TLS(t, "localhost")
	o := newOffice(t, "", Config{PlainOnLoopback: true, MaxPerPeer: 2, MaxRequest: 500, SignInTime: 300 * time.Millisecond, TLS: server})
	closed := func(what string, send string) {
		t.Helper()
		conn, err := net.Dial("tcp", o.addr)
		must(t, err)
		defer conn.Close()
		_, err = conn.Write([]byte(send))
		must(t, err)
		conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		for {
			b := make([]byte, 100)
			n, err := conn.Read(b)
			if err != nil {
				if ne, ok := err.(net.Error); ok && ne.Timeout() {
					t.Errorf("%s: the connection stays", what)
				}
				return
			}
			if what == "in the clear" && strings.Contains(string(b[:n]), "city") {
				t.Errorf("%s was answered: %q", what, b[:n])
			}
		}
	}
	closed("too large", "\x30\x84\x7f\xff\xff\xff")
	closed("indefinite", "\x30\x80\x02\x01\x01")
	closed("no LDAP", "GET / HTTP/1.1\r\n\r\n")
	closed("too slow", "")
	startTLS := "\x30\x1d\x02\x01\x01\x77\x18\x80\x16" + oidStartTLS
	closed("in the clear", startTLS+startTLS)
	one, err := net.Dial("tcp", o.addr)
	must(t, err)
	defer one.Close()
	two, err := net.Dial("tcp", o.addr)
	must(t, err)
	defer two.Close()
	closed("one too many", "")
}
