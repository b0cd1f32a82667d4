package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"chancery/cmd/bench/outside"
	"chancery/kit/testkit"
)

// TestDirectoryJudge lets an agency's slapd judge the passwords of its domain
// at the real doors: the sign-in page, IMAP and submission.
func TestDirectoryJudge(t *testing.T) {
	there := testkit.NewSlapd(t, "dn: cn=Ann,"+testkit.SlapdBase+"\nobjectClass: inetOrgPerson\ncn: Ann\nsn: Ann\nmail: ann@city.example\nuserPassword: agencys-own-1\n")
	s := server(t, t.TempDir(), "", "ann@city.example", "bob@other.example")
	add := func(args ...string) (string, error) {
		cmd := s.Command(t.Context(), append([]string{"sso", "provider", "add", "Agency", "--ldap", there.Secure, "--domain", "city.example", "--client", testkit.SlapdBind, "--secret-stdin"}, args...)...)
		cmd.Stdin = strings.NewReader(testkit.SlapdSecret + "\n")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := add("--base", "no DN", "--authority", there.Authority); err == nil {
		t.Errorf("a base that is no DN: %s", out)
	}
	out, err := add("--base", testkit.SlapdBase, "--authority", there.Authority)
	must(t, err)
	if list, err := s.Run(t.Context(), "sso", "provider", "list"); err != nil || !strings.Contains(list, strings.Fields(out)[1]) || strings.Contains(list, testkit.SlapdSecret) {
		t.Errorf("%s, %v", list, err)
	}
	start(t, s)
	for _, c := range []struct {
		address, password string
		good              bool
	}{
		{"ann@city.example", "agencys-own-1", true},
		{"ann@city.example", outside.Password, false}, // that which was set here
		{"bob@other.example", outside.Password, true},
		{"bob@other.example", "agencys-own-1", false},
	} {
		imap, err := outside.DialIMAP(s.IMAP)
		must(t, err)
		if err := imap.Login(c.address, c.password); (err == nil) != c.good {
			t.Errorf("IMAP: %s by %q: %v", c.address, c.password, err)
		}
		imap.Close()
		v := visit(t, s)
		body, err := json.Marshal(map[string]any{"address": c.address, "password": c.password})
		must(t, err)
		res, err := v.http.Post(v.here+"/auth/sign-in", "application/json", bytes.NewReader(body))
		must(t, err)
		res.Body.Close()
		if got := v.me(); (got == c.address) != c.good {
			t.Errorf("the sign-in page: %s by %q: in as %q", c.address, c.password, got)
		}
	}
	there.Stop()
	imap, err := outside.DialIMAP(s.IMAP)
	must(t, err)
	defer imap.Close()
	if err := imap.Login("ann@city.example", "agencys-own-1"); err == nil || strings.Contains(err.Error(), "AUTHENTICATIONFAILED") {
		t.Errorf("IMAP while the directory is down: %v", err) // programs would forget the password
	}
}
