package agency

import (
	"context"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"chancery/audit"
	"chancery/directory"
	"chancery/identity"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
)

// entry is a person in LDIF; more are lines of their own.
func entry(cn, mail, password string, more ...string) string {
	return "dn: cn=" + cn + "," + testkit.SlapdBase + "\nobjectClass: inetOrgPerson\ncn: " + cn + "\nsn: " + cn + "\nmail: " + mail + "\nuserPassword: " + password + "\n" + strings.Join(more, "\n") + "\n"
}

// judged is an office whose passwords a slapd keeps.
func judged(t *testing.T, url string, zones ...identity.Zone) (*office, *testkit.Slapd, Provider) {
	t.Helper()
	ldif := entry("Ann", "ann@city.example", "agency's own") + entry("Bea", "bea@city.example", "bea's own") +
		entry("Two", "two@city.example", "same") + entry("Two more", "two@city.example", "same") +
		entry("Guest", "guest@city.example", "guest") +
		"dn: ou=else," + testkit.SlapdBase + "\nobjectClass: referral\nobjectClass: extensibleObject\nou: else\nref: ldap://127.0.0.1:1/ou=else," + testkit.SlapdBase + "\n"
	s := testkit.NewSlapd(t, ldif)
	o := newOffice(t, url, zones...)
	pem, err := os.ReadFile(s.Authority)
	must(t, err)
	p, err := o.d.AddOutside(t.Context(), o.admin, Provider{Kind: KindLDAP, Name: "Agency", Issuer: s.Secure, Client: testkit.SlapdBind, Domains: []string{"City.example"},
		LDAP: &LDAP{Base: testkit.SlapdBase}}, pem, testkit.SlapdSecret)
	must(t, err)
	return o, s, p
}

// TestLDAPJudge signs people in by the password that the agency's directory
// keeps, on the sign-in page and from mail programs, and by nothing else.
func TestLDAPJudge(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o, s, _ := judged(t, url)
		ctx := t.Context()
		for _, address := range []string{"two@city.example", "star*@city.example", "*@city.example"} {
			_, err := o.dir.AddAccount(ctx, directory.Account{Address: address, Name: "N"})
			if err != nil && address == "two@city.example" {
				t.Fatal(err)
			}
		}
		must(t, o.id.SetPassword(ctx, o.admin, 1, o.ann.ID, "ours, of before"))
		locked, err := o.dir.AddAccount(ctx, directory.Account{Address: "bea@city.example", Name: "Bea", Locked: true})
		must(t, err)
		_ = locked
		n := byte(0)
		from := func() identity.Peer { // another network each time, so that no wrong password slows the next one
			n++
			p := here
			a := p.Addr.As4()
			a[2] = n
			p.Addr = netip.AddrFrom4(a)
			return p
		}
		for _, c := range []struct {
			name, address, password string
			good                    bool
		}{
			{"the agency's password", "ann@city.example", "agency's own", true},
			{"in capitals", "Ann@City.Example", "agency's own", true},
			{"a wrong one", "ann@city.example", "agency's Own", false},
			{"the one that was kept here", "ann@city.example", "ours, of before", false},
			{"none, which the server takes for a success", "ann@city.example", "", false},
			{"of two of that address", "two@city.example", "same", false},
			{"of whom the account is locked", "bea@city.example", "bea's own", false},
			{"of whom there is no account", "guest@city.example", "guest", false},
			{"a filter in the address", "*@city.example", "agency's own", false},
			{"a filter in the name", "ann@city.example)(mail=*", "agency's own", false},
			{"a longer filter", "*)(|(cn=Ann@city.example", "agency's own", false},
		} {
			step, err := o.id.SignIn(ctx, c.address, c.password, from())
			if (err == nil) != c.good || c.good && step.Subject.Account != o.ann.ID || err != nil && !errs.Is(err, errs.Unauthenticated) && !errs.Is(err, errs.RateLimited) {
				t.Errorf("%s: %+v, %v", c.name, step, err)
			}
			program := from()
			program.Door = "imap"
			_, err = o.id.Verify(ctx, c.address, c.password, program)
			if (err == nil) != c.good {
				t.Errorf("%s, from a mail program: %v", c.name, err)
			}
			o.now.Advance(2 * time.Hour) // what strangers made wait is over
		}
		if err := o.id.ChangePassword(ctx, policy.Subject{Org: 1, Account: o.ann.ID, Address: o.ann.Address, Assurance: policy.ByPassword, Proved: o.now.Now()}, "agency's own", "another one 12", from()); !errs.Is(err, errs.Forbidden) {
			t.Errorf("the password is changed here: %v", err)
		}
		s.Stop()
		if _, err := o.id.SignIn(ctx, "ann@city.example", "agency's own", from()); !errs.Is(err, errs.Unavailable) {
			t.Errorf("the directory is down: %v", err)
		}
		list, err := audit.List(ctx, o.db, 1, 5)
		must(t, err)
		if list[0].Verb != "sign-in" || list[0].Result != "unavailable" {
			t.Errorf("the record of it: %+v", list[0])
		}
	})
}

// TestLDAPOther leaves the passwords of other domains here, and those of this
// one once the directory is not asked any more.
func TestLDAPOther(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o, _, p := judged(t, url)
		ctx := t.Context()
		cas, err := o.dir.AddAccount(ctx, directory.Account{Address: "cas@other.example", Name: "Cas"})
		must(t, err)
		must(t, o.id.SetPassword(ctx, o.admin, 1, cas.ID, "Đường về 12"))
		if _, err := o.id.SignIn(ctx, cas.Address, "Đường về 12", here); err != nil {
			t.Errorf("of another domain: %v", err)
		}
		// A one-time password of before is not to be replaced, nor one that is over.
		must(t, o.id.SetFirstPassword(ctx, o.admin, 1, o.ann.ID, "once and for all"))
		step, err := o.id.SignIn(ctx, o.ann.Address, "agency's own", here)
		if err != nil || step.Ticket != "" {
			t.Errorf("a one-time password of before: %+v, %v", step, err)
		}
		must(t, o.d.RemoveProvider(ctx, o.admin, p.ID))
		for _, password := range []string{"agency's own", "once and for all", ""} {
			if _, err := o.id.SignIn(ctx, o.ann.Address, password, here); !errs.Is(err, errs.Unauthenticated) {
				t.Errorf("%q, after the directory was removed: %v", password, err)
			}
		}
	})
}

// TestLDAPStrangers hands few wrong passwords on to the directory, which would
// lock the person out of everything: from however many networks they come. A
// device that the person has used is not kept waiting by them.
func TestLDAPStrangers(t *testing.T) {
	o, _, _ := judged(t, "")
	ctx := t.Context()
	asked := 0
	j := &counting{Desk: o.d, asked: &asked}
	o.id.UseJudge(j)
	mine := here
	step, err := o.id.SignIn(ctx, o.ann.Address, "agency's own", mine)
	must(t, err)
	opened, err := o.id.OpenSession(ctx, step.Subject, mine)
	must(t, err)
	mine.Device = opened.Device
	asked = 0
	for n := range 30 {
		stranger := here
		stranger.Addr = netip.AddrFrom4([4]byte{198, 51, byte(n), 7})
		if _, err := o.id.SignIn(ctx, o.ann.Address, "guess", stranger); err == nil {
			t.Fatal("guessed")
		}
	}
	if asked > 3 {
		t.Errorf("%d wrong passwords were handed on", asked)
	}
	if _, err := o.id.SignIn(ctx, o.ann.Address, "agency's own", mine); err != nil {
		t.Errorf("ann, at her own device, meanwhile: %v", err)
	}
	o.now.Advance(16 * time.Minute)
	if _, err := o.id.SignIn(ctx, o.ann.Address, "agency's own", here); err != nil {
		t.Errorf("ann, elsewhere, later: %v", err)
	}
}

type counting struct {
	*Desk
	asked *int
}

func (c *counting) Right(ctx context.Context, org int64, address, password string) (bool, error) {
	*c.asked++
	return c.Desk.Right(ctx, org, address, password)
}

// TestLDAPSecond asks for the second factor as after our own password.
func TestLDAPSecond(t *testing.T) {
	o, _, _ := judged(t, "", identity.Zone{Needs: policy.ByTwo})
	step, err := o.id.SignIn(t.Context(), o.ann.Address, "agency's own", here)
	if err != nil || step.Ticket == "" || !step.Enrol {
		t.Errorf("%+v, %v", step, err)
	}
	program := here
	program.Door = "imap"
	if _, err := o.id.Verify(t.Context(), o.ann.Address, "agency's own", program); err == nil {
		t.Error("a mail program got in by the password where two are needed")
	}
}

// TestLDAPSettings refuses a directory that would be asked in the clear, by
// whoever answers, or about everybody.
func TestLDAPSettings(t *testing.T) {
	o := newOffice(t, "")
	s := testkit.NewSlapd(t, "")
	pem, err := os.ReadFile(s.Authority)
	must(t, err)
	for name, change := range map[string]func(p *Provider) []byte{
		"no authority":          func(p *Provider) []byte { p.Issuer = "ldaps://directory.city.example"; return nil },
		"no certificate":        func(p *Provider) []byte { return []byte("x") },
		"another scheme":        func(p *Provider) []byte { p.Issuer = "http://127.0.0.1"; return pem },
		"a name in the address": func(p *Provider) []byte { p.Issuer = "ldaps://a:b@127.0.0.1"; return pem },
		"no base":               func(p *Provider) []byte { p.LDAP.Base = ""; return pem },
		"no DN":                 func(p *Provider) []byte { p.LDAP.Base = "city"; return pem },
		"no domain":             func(p *Provider) []byte { p.Domains = nil; return pem },
		"a filter of everybody": func(p *Provider) []byte { p.LDAP.Filter = "(objectClass=person)"; return pem },
		"no filter":             func(p *Provider) []byte { p.LDAP.Filter = "(mail={address}"; return pem },
	} {
		p := Provider{Kind: KindLDAP, Name: "A", Issuer: s.Secure, Client: testkit.SlapdBind, Domains: []string{"city.example"}, LDAP: &LDAP{Base: testkit.SlapdBase}}
		file := change(&p)
		if _, err := o.d.AddOutside(t.Context(), o.admin, p, file, "x"); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A server whose certificate is of another authority is told nothing.
	other := testkit.NewSlapd(t, "")
	p, err := o.d.AddOutside(t.Context(), o.admin, Provider{Kind: KindLDAP, Name: "A", Issuer: other.Secure, Client: testkit.SlapdBind, Domains: []string{"city.example"}, LDAP: &LDAP{Base: testkit.SlapdBase}}, pem, testkit.SlapdSecret)
	must(t, err)
	if _, err := o.id.SignIn(t.Context(), o.ann.Address, "x", here); !errs.Is(err, errs.Unavailable) {
		t.Errorf("a server that nobody vouches for: %v", err)
	}
	if _, _, err := o.d.Begin(t.Context(), p.ID, base, here.Addr); !errs.Is(err, errs.NotFound) {
		t.Errorf("a browser was sent to a directory: %v", err)
	}
	must(t, o.d.ChangeProvider(t.Context(), o.admin, p.ID, pem, "", func(p *Provider) error { p.Name = "B"; return nil }))
	list, err := o.d.Providers(t.Context(), 1)
	if err != nil || list[0].Name != "B" || list[0].LDAP.Authority != string(pem) || list[0].LDAP.Filter != LDAPFilter {
		t.Errorf("changed: %+v, %v", list, err)
	}
}
