package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"chancery/cmd/bench/outside"
)

// TestLDAPSearch looks in the address book with OpenLDAP's own client: over
// StartTLS, by name and initials, page after page, and refused where it must be.
func TestLDAPSearch(t *testing.T) {
	if _, err := exec.LookPath("ldapsearch"); err != nil {
		t.Skip("ldapsearch is not installed: `make setup`")
	}
	addr := freeAddr(t)
	s := server(t, t.TempDir(), fmt.Sprintf("ldap.listen = %q", addr), "ann@city.example")
	start(t, s)
	var list strings.Builder
	list.WriteString("key,address,name,unit,title\n1,lin@city.example,林雅庭,roads,科長\n2,an@city.example,Nguyễn Văn An,roads,clerk\n")
	for n := range 30 {
		fmt.Fprintf(&list, "n%d,person%d@city.example,Person %d,roads,clerk\n", n, n, n)
	}
	dir := t.TempDir()
	units, people := filepath.Join(dir, "units.csv"), filepath.Join(dir, "people.csv")
	must(t, os.WriteFile(units, []byte("key,parent,name\nroads,,Roads\n"), 0o600))
	must(t, os.WriteFile(people, []byte(list.String()), 0o600))
	for _, args := range [][]string{{"feed", "add", "list", "--units"}, {"feed", "csv", "list", people, "--units", units, "--apply"}} {
		out, err := s.Run(t.Context(), args...)
		if err != nil {
			t.Fatalf("%v: %v %s", args, err, out)
		}
	}
	search := func(password string, args ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), "ldapsearch", append([]string{"-LLL", "-x", "-o", "ldif-wrap=no", "-H", "ldap://" + addr, "-D", "ann@city.example", "-w", password, "-b", "dc=city,dc=example"}, args...)...)
		cmd.Env = append(os.Environ(), "LDAPTLS_REQCERT=never") // the server made its certificate itself
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-ZZ", "(cn=*lin*)", "mail"}, "mail: lin@city.example"},
		{[]string{"-ZZ", "(&(objectClass=person)(|(cn=nguyen an)(mail=nguyen*)))", "mail", "title"}, "title: clerk"},
		{[]string{"-ZZ", "-s", "base", "-b", "", "(objectClass=*)", "namingContexts"}, "namingContexts: dc=city,dc=example"},
		{[]string{"-ZZ", "(objectClass=organizationalUnit)", "ou"}, "ou: Roads"},
	} {
		if out, err := search(outside.Password, c.args...); err != nil || !strings.Contains(out, c.want) {
			t.Errorf("%v: %v %s", c.args, err, out)
		}
	}
	out, err := search(outside.Password, "-ZZ", "-E", "pr=7/noprompt", "(mail=person*)", "mail")
	if err != nil || strings.Count(out, "mail: person") != 30 {
		t.Errorf("30 people in pages of 7: %v %s", err, out)
	}
	for _, c := range []struct {
		password string
		args     []string
		want     string
	}{
		{outside.Password, []string{"(cn=*lin*)"}, "Confidentiality required"},
		{"wrong", []string{"-ZZ", "(cn=*lin*)"}, "Invalid credentials"},
		{outside.Password, []string{"-ZZ", "-z", "5", "(mail=person*)"}, "Size limit exceeded"},
	} {
		if out, err := search(c.password, c.args...); err == nil || !strings.Contains(out, c.want) {
			t.Errorf("%v: %v, not %s: %s", c.args, err, c.want, out)
		}
	}
}
