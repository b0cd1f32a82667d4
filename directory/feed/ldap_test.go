package feed

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"chancery/kit/errs"
	"chancery/kit/testkit"

	"github.com/go-ldap/ldap/v3"
)

// entry is a person in LDIF; more are lines of their own.
func entry(dn, cn, mail string, more ...string) string {
	text := fmt.Sprintf("dn: cn=%s,%s\nobjectClass: inetOrgPerson\ncn: %s\nsn: %s\n", cn, dn, cn, cn)
	if mail != "" {
		text += "mail: " + mail + "\n"
	}
	for _, line := range more {
		text += line + "\n"
	}
	return text + "\n"
}

// TestLDAP pulls an office out of slapd over TLS: units by their place,
// people by entryUUID, so that a renamed entry stays the same person; an entry
// without mail is named and skipped; the second run changes nothing.
func TestLDAP(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		uuid := func(n int) string { return fmt.Sprintf("entryUUID: 00000000-0000-4000-8000-%012d", n) }
		works := "ou=Works,ou=Hall,dc=city,dc=example"
		units := "dn: ou=Hall,dc=city,dc=example\nobjectClass: organizationalUnit\nou: Hall\n" + uuid(1) + "\n\ndn: " + works + "\nobjectClass: organizationalUnit\nou: Works\n" + uuid(2) + "\n\n"
		s := testkit.NewSlapd(t, units+
			entry(works, "Ann Lee", "ann@city.example", uuid(11), "displayName:: "+"5p6X6ZuF5bqt", "telephoneNumber: 100", "title: director")+
			entry(works, "Bob Ray", "Bob@City.example", uuid(12), "title: clerk", "employeeType: closed")+
			entry("ou=Hall,dc=city,dc=example", "No Mail", "", uuid(13)))
		o := newOffice(t, url)
		add := func(name string, l LDAP, password string) Feed {
			t.Helper()
			l.Base, l.Filter, l.UnitFilter, l.Page, l.Attributes = testkit.SlapdBase, LDAPFilter, LDAPUnitFilter, 2, map[string]string{"locked": "employeeType"}
			f, _ := o.feed(Feed{Name: name, Kind: KindLDAP, Units: true, Guard: 10, LDAP: &l, Password: password})
			return f
		}
		f := add("ldap", LDAP{URL: s.Secure, Authority: s.Authority, Bind: testkit.SlapdBind}, testkit.SlapdSecret)
		for _, c := range []struct {
			f    Feed
			want errs.Kind
		}{
			{add("untrusted", LDAP{URL: s.Secure, Bind: testkit.SlapdBind}, testkit.SlapdSecret), errs.Unavailable},
			{add("wrong", LDAP{URL: s.Secure, Authority: s.Authority, Bind: testkit.SlapdBind}, "wrong"), errs.Forbidden},
			{add("nobody", LDAP{URL: s.Secure, Authority: s.Authority}, ""), errs.Unavailable},
			{add("away", LDAP{URL: "ldaps://127.0.0.1:1", Authority: s.Authority}, ""), errs.Unavailable},
		} {
			if pic, err := o.Pull(t.Context(), c.f); !errs.Is(err, c.want) || strings.Contains(fmt.Sprint(err), "secret") {
				t.Errorf("%s gives %d people, %v", c.f.Name, len(pic.People), err)
			}
		}
		pull := func() Run {
			t.Helper()
			pic, err := o.Pull(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			return o.plan(f, pic)
		}
		r := pull()
		golden(t, "ldap.txt", o.told(r)+o.told(o.apply(r))+o.shown())
		if again := pull(); again.Steps != 0 || again.State != Done || again.Skipped != 1 {
			t.Errorf("the second run: %+v", again)
		}
		// The same people after a change of the directory: renamed, moved, opened.
		s.Stop()
		s2 := testkit.NewSlapd(t, units+
			entry("ou=Hall,dc=city,dc=example", "Ann Lee-Ray", "ann.ray@city.example", uuid(11), "title: director")+
			entry(works, "Bob Ray", "bob@city.example", uuid(12), "title: clerk"))
		f = add("ldap2", LDAP{URL: s2.Plain, Bind: testkit.SlapdBind}, testkit.SlapdSecret)
		if r := pull(); r.Refused != 1 || !strings.Contains(o.told(r), "Bob Ray [kept]") {
			t.Errorf("another feed took over whom this one keeps: %s", o.told(r))
		}
		if err := o.Remove(t.Context(), o.admin, "ldap2"); err != nil {
			t.Fatal(err)
		}
		if err := o.Remove(t.Context(), o.admin, "ldap"); err != nil {
			t.Fatal(err)
		}
		f = add("ldap", LDAP{URL: s2.Plain, Bind: testkit.SlapdBind}, testkit.SlapdSecret)
		before := o.shown()
		r = o.apply(pull())
		golden(t, "ldap-later.txt", o.told(r)+o.shown())
		back, err := o.Rollback(t.Context(), o.admin, r.ID)
		if err != nil {
			t.Fatal(err)
		}
		if o.apply(back); o.shown() != before {
			t.Errorf("the way back leads to\n%s\nand began with\n%s", o.shown(), before)
		}
	})
}

// TestLDAPMany pulls 20,000 people out of slapd (500 with -short), page by
// page past its limit, and again, which changes nothing.
func TestLDAPMany(t *testing.T) {
	n := 20_000
	if testing.Short() {
		n = 500
	}
	var ldif strings.Builder
	for i := range n {
		ldif.WriteString(entry(testkit.SlapdBase, fmt.Sprintf("Person %d", i), fmt.Sprintf("p%d@city.example", i), "departmentNumber: Hall"))
	}
	s := testkit.NewSlapd(t, ldif.String())
	o := newOffice(t, "")
	o.unit(0, "Hall")
	f, _ := o.feed(Feed{Name: "ldap", Kind: KindLDAP, Guard: 10, Password: testkit.SlapdSecret,
		LDAP: &LDAP{URL: s.Secure, Authority: s.Authority, Bind: testkit.SlapdBind, Base: testkit.SlapdBase, Filter: LDAPFilter, Page: 100}})
	began := time.Now()
	for i, want := range []int{n, 0} {
		pic, err := o.Pull(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		pulled := time.Now()
		r := o.plan(f, pic)
		if r.Steps != want || r.Refused != 0 {
			t.Fatalf("run %d: %+v", i, r)
		}
		if want > 0 {
			o.apply(r)
		}
		t.Logf("run %d: pulled in %v, done in %v", i, pulled.Sub(began), time.Since(pulled))
		began = time.Now()
	}
}

// TestLDAPEntry reads the forms of Active Directory, which no test server here
// has: objectGUID as the key and userAccountControl.
func TestLDAPEntry(t *testing.T) {
	tree := &ldapTree{l: &LDAP{}, language: "en"}
	guid := string([]byte{0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff})
	var pic Picture
	for _, c := range []struct {
		control string
		state   State
	}{{"512", Active}, {"514", Locked}, {"66050", Locked}, {"x", Active}} {
		tree.person(&pic, ldap.NewEntry("CN=Ann,DC=city", map[string][]string{"objectGUID": {guid}, "mail": {"ann@city.example"}, "displayName": {"Ann"},
			"userAccountControl": {c.control}, "department": {"Hall"}, "title": {"clerk"}}))
		r := pic.People[len(pic.People)-1]
		if r.Key != "00112233-4455-6677-8899-aabbccddeeff" || r.State != c.state || r.Posts[0] != (PostRecord{Unit: "Hall", Title: "clerk"}) {
			t.Errorf("%s is read as %+v", c.control, r)
		}
	}
	tree.person(&pic, ldap.NewEntry("CN=Nobody", map[string][]string{"mail": {"x@city.example"}}))
	if len(pic.Refused) != 1 || pic.Refused[0].Rule != "key" {
		t.Errorf("an entry without a key: %+v", pic.Refused)
	}
	for _, l := range []*LDAP{nil, {}, {URL: "http://x", Base: "dc=x"}, {URL: "ldap://x", Base: "x"}, {URL: "ldap://x", Base: "dc=x", Filter: "(", Page: 5},
		{URL: "ldap://x", Base: "dc=x", Filter: "(a=b)"}, {URL: "ldap://x", Base: "dc=x", Filter: "(a=b)", Page: 5, UnitFilter: "(a=b)"},
		{URL: "ldap://x", Base: "dc=x", Filter: "(a=b)", Page: 5, Attributes: map[string]string{"shoe": "size"}}} {
		if err := (Feed{Name: "x", Kind: KindLDAP, LDAP: l}).check(); !errs.Is(err, errs.Invalid) {
			t.Errorf("%+v: %v", l, err)
		}
	}
}
