package feed

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chancery/kit/errs"
	"chancery/kit/testkit"

	"github.com/go-ldap/ldap/v3"
)

// slapd is Debian's OpenLDAP server on loopback, with a database of its own.
type slapd struct {
	t             *testing.T
	dir           string
	plain, secure string
	authority     string
	running       *exec.Cmd
}

const (
	slapdBase   = "dc=city,dc=example"
	slapdBind   = "cn=reader,dc=city,dc=example"
	slapdSecret = "a secret of the directory"
)

// newSlapd starts a server with what an LDIF says, or skips the test where
// there is no slapd.
func newSlapd(t *testing.T, ldif string) *slapd {
	t.Helper()
	program, err := exec.LookPath("slapd")
	if err != nil {
		if program, err = exec.LookPath("/usr/sbin/slapd"); err != nil {
			t.Skip("no slapd: .ci/setup installs it")
		}
	}
	s := &slapd{t: t, dir: t.TempDir()}
	s.certificate()
	if err := os.Mkdir(filepath.Join(s.dir, "db"), 0o700); err != nil {
		t.Fatal(err)
	}
	s.write("slapd.conf", fmt.Sprintf(`include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
pidfile %[1]s/pid
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCertificateFile %[1]s/cert.pem
TLSCertificateKeyFile %[1]s/key.pem
sizelimit size.soft=100 size.hard=100 size.prtotal=unlimited
database mdb
maxsize 1073741824
suffix "%[2]s"
rootdn "cn=admin,%[2]s"
directory %[1]s/db
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="%[3]s" read by * none
`, s.dir, slapdBase, slapdBind))
	s.write("data.ldif", fmt.Sprintf("dn: %s\nobjectClass: dcObject\nobjectClass: organization\ndc: city\no: City\n\ndn: %s\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: reader\nuserPassword: %s\n\n%s", slapdBase, slapdBind, slapdSecret, ldif))
	if out, err := exec.Command(filepath.Join(filepath.Dir(program), "slapadd"), "-q", "-f", filepath.Join(s.dir, "slapd.conf"), "-l", filepath.Join(s.dir, "data.ldif")).CombinedOutput(); err != nil {
		t.Fatalf("slapadd: %v\n%s", err, out)
	}
	s.plain, s.secure = "ldap://"+s.port(), "ldaps://"+s.port()
	s.running = exec.Command(program, "-d", "0", "-f", filepath.Join(s.dir, "slapd.conf"), "-h", s.plain+" "+s.secure)
	s.running.Stderr = t.Output()
	if err := s.running.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	for range 200 {
		if c, err := net.Dial("tcp", strings.TrimPrefix(s.secure, "ldaps://")); err == nil {
			c.Close()
			return s
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("slapd does not answer")
	return nil
}

func (s *slapd) stop() {
	if s.running != nil {
		s.running.Process.Kill()
		s.running.Wait()
		s.running = nil
	}
}

func (s *slapd) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// port is a free one of loopback.
func (s *slapd) port() string {
	s.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// certificate makes one that vouches for itself.
func (s *slapd) certificate() {
	s.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "slapd"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		s.t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		s.t.Fatal(err)
	}
	s.write("cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	s.write("key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
	s.authority = filepath.Join(s.dir, "cert.pem")
}

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
		s := newSlapd(t, units+
			entry(works, "Ann Lee", "ann@city.example", uuid(11), "displayName:: "+"5p6X6ZuF5bqt", "telephoneNumber: 100", "title: director")+
			entry(works, "Bob Ray", "Bob@City.example", uuid(12), "title: clerk", "employeeType: closed")+
			entry("ou=Hall,dc=city,dc=example", "No Mail", "", uuid(13)))
		o := newOffice(t, url)
		add := func(name string, l LDAP, password string) Feed {
			t.Helper()
			l.Base, l.Filter, l.UnitFilter, l.Page, l.Attributes = slapdBase, LDAPFilter, LDAPUnitFilter, 2, map[string]string{"locked": "employeeType"}
			f, _ := o.feed(Feed{Name: name, Kind: KindLDAP, Units: true, Guard: 10, LDAP: &l, Password: password})
			return f
		}
		f := add("ldap", LDAP{URL: s.secure, Authority: s.authority, Bind: slapdBind}, slapdSecret)
		for _, c := range []struct {
			f    Feed
			want errs.Kind
		}{
			{add("untrusted", LDAP{URL: s.secure, Bind: slapdBind}, slapdSecret), errs.Unavailable},
			{add("wrong", LDAP{URL: s.secure, Authority: s.authority, Bind: slapdBind}, "wrong"), errs.Forbidden},
			{add("nobody", LDAP{URL: s.secure, Authority: s.authority}, ""), errs.Unavailable},
			{add("away", LDAP{URL: "ldaps://127.0.0.1:1", Authority: s.authority}, ""), errs.Unavailable},
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
		s.stop()
		s2 := newSlapd(t, units+
			entry("ou=Hall,dc=city,dc=example", "Ann Lee-Ray", "ann.ray@city.example", uuid(11), "title: director")+
			entry(works, "Bob Ray", "bob@city.example", uuid(12), "title: clerk"))
		f = add("ldap2", LDAP{URL: s2.plain, Bind: slapdBind}, slapdSecret)
		if r := pull(); r.Refused != 1 || !strings.Contains(o.told(r), "Bob Ray [kept]") {
			t.Errorf("another feed took over whom this one keeps: %s", o.told(r))
		}
		if err := o.Remove(t.Context(), o.admin, "ldap2"); err != nil {
			t.Fatal(err)
		}
		if err := o.Remove(t.Context(), o.admin, "ldap"); err != nil {
			t.Fatal(err)
		}
		f = add("ldap", LDAP{URL: s2.plain, Bind: slapdBind}, slapdSecret)
		golden(t, "ldap-later.txt", o.told(o.apply(pull()))+o.shown())
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
		ldif.WriteString(entry(slapdBase, fmt.Sprintf("Person %d", i), fmt.Sprintf("p%d@city.example", i), "departmentNumber: Hall"))
	}
	s := newSlapd(t, ldif.String())
	o := newOffice(t, "")
	o.unit(0, "Hall")
	f, _ := o.feed(Feed{Name: "ldap", Kind: KindLDAP, Guard: 10, Password: slapdSecret,
		LDAP: &LDAP{URL: s.secure, Authority: s.authority, Bind: slapdBind, Base: slapdBase, Filter: LDAPFilter, Page: 100}})
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
