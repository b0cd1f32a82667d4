package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"chancery/cmd/bench/outside"
	"chancery/directory"
	"chancery/drive"
	"chancery/identity"
)

// Addresses, as method and path, and capabilities, by the part that they are of.
var (
	partRoutes = map[string][]string{
		"drive":        {"OPTIONS /tus/", "GET /p/x", "POST /p/x"},
		"console":      {"GET /export/record", "GET /rulebook/export/1"},
		"provider":     {"GET /.well-known/openid-configuration", "GET /oauth/keys", "GET /oauth/authorize", "POST /oauth/token", "GET /saml/metadata", "POST /sso/api/grants"},
		"agency":       {"POST /sso/api/in/begin", "GET /sso/in/metadata"},
		"applications": {"GET /apply/form", "POST /apply/send"},
		"feeds":        {"POST /feed/1/x"},
	}
	partURNs = map[string]string{drive.URN: "drive", "urn:chancery:params:jmap:sign-on": "provider", directory.AdminURN: "console", directory.FeedsURN: "console", directory.ApplicationsURN: "console",
		identity.AccessURN: "console", identity.MeansURN: "console", identity.RulesURN: "console", identity.UnlockURN: "console", "urn:chancery:params:jmap:register": "console"}
	// Methods of capabilities, and whether they stay where all is left out.
	partMethods = []struct {
		urn, method string
		stays       bool
	}{{directory.AdminURN, "PersonRecord/query", false}, {directory.RulebookURN, "RegulationVersion/get", false}, {identity.CertificatesURN, "AccountCertificate/get", false},
		{"urn:ietf:params:jmap:mail", "Mailbox/get", true}, {identity.URN, "Factor/get", true}}
)

// answers are what a server answers.
type answers struct{ routes, offered, methods map[string]bool }

// lookAt starts a server and asks it as administrators do.
func lookAt(t *testing.T, conf string) answers {
	t.Helper()
	s := server(t, t.TempDir(), conf, "ann@city.example", "bo@city.example")
	for _, args := range [][]string{{"role", "grant", "ann@city.example", "system"}, {"role", "grant", "bo@city.example", "security"}, {"feed", "add", "list", "--units"}} {
		if out, err := s.Run(t.Context(), args...); err != nil {
			t.Fatal(out, err)
		}
	}
	start(t, s)
	defer s.Kill()
	out := answers{map[string]bool{}, map[string]bool{}, map[string]bool{}}
	for _, name := range []string{"bo", "ann"} {
		b := newBrowser(t, s, "Firefox")
		if status, _ := b.signIn(name+"@city.example", outside.Password); status != http.StatusNoContent && status != http.StatusOK {
			t.Fatalf("sign-in: %d", status)
		}
		var session struct {
			Capabilities    map[string]any
			PrimaryAccounts map[string]string
		}
		b.ask("GET", "/jmap/session", "", &session)
		for urn := range session.Capabilities {
			out.offered[urn] = true
		}
		for _, m := range partMethods {
			var said json.RawMessage
			b.ask("POST", "/jmap/api", fmt.Sprintf(`{"using":["urn:ietf:params:jmap:core",%q],"methodCalls":[[%q,{"accountId":%q,"ids":null},"0"]]}`, m.urn, m.method, session.PrimaryAccounts["urn:ietf:params:jmap:mail"]), &said)
			out.methods[m.method] = out.methods[m.method] || !strings.Contains(string(said), "unknownMethod") && !strings.Contains(string(said), "unknownCapability")
		}
		for _, list := range partRoutes {
			for _, door := range list {
				out.routes[door] = b.there(door)
			}
		}
	}
	return out
}

// there says whether a server has an address; what is there and finds nothing
// says so in its own words.
func (b *browser) there(door string) bool {
	b.t.Helper()
	method, path, _ := strings.Cut(door, " ")
	r, err := http.NewRequestWithContext(b.t.Context(), method, "http://"+b.s.HTTP+path, strings.NewReader("{}"))
	must(b.t, err)
	r.Header.Set("Content-Type", "application/json")
	res, err := b.Do(r)
	must(b.t, err)
	defer res.Body.Close()
	said, err := io.ReadAll(res.Body)
	must(b.t, err)
	return res.StatusCode != http.StatusNotFound || string(said) != "404 page not found\n"
}

// TestWithout starts a server with everything and one that leaves all out that
// an outer node does not need (C04), and asks each door of both.
func TestWithout(t *testing.T) {
	ldap := freeAddr(t)
	for conf, all := range map[string]bool{
		fmt.Sprintf("ldap.listen = %q\n", ldap): true,
		"without = [\"drive\", \"console\", \"provider\", \"agency\", \"applications\", \"feeds\"]\nldap.listen = \"\"\ndav.carddav = false\n": false,
	} {
		got := lookAt(t, "applications.open = true\n"+conf)
		for part, list := range partRoutes {
			for _, door := range list {
				if got.routes[door] != all {
					t.Errorf("with everything: %v, of %s %s is there: %v", all, part, door, got.routes[door])
				}
			}
		}
		for urn, part := range partURNs {
			if got.offered[urn] != all {
				t.Errorf("with everything: %v, of %s %s is offered: %v", all, part, urn, got.offered[urn])
			}
		}
		for _, m := range partMethods {
			if got.methods[m.method] != (all || m.stays) {
				t.Errorf("with everything: %v, %s answers: %v", all, m.method, got.methods[m.method])
			}
		}
	}
	if c, err := net.DialTimeout("tcp", ldap, time.Second); err == nil {
		c.Close()
		t.Error("LDAP answers")
	}
	s, err := outside.New(program(t), t.TempDir(), "without = [\"mail\"]\n")
	must(t, err)
	if out, err := s.Run(t.Context(), "role", "list"); err == nil || !strings.Contains(out+err.Error(), `there is no part "mail"; a server can leave out drive, console, provider, agency, applications, feeds`) {
		t.Errorf("a part that is not known: %s %v", out, err)
	}
	if out, err := exec.CommandContext(t.Context(), program(t), "config", "explain").Output(); err != nil || !strings.Contains(string(out), "without = ") {
		t.Errorf("config does not explain it: %v", err)
	}
}
