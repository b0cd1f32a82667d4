package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"chancery/cmd/bench/outside"
)

// TestMachines enters by an address at which only machines of the house may:
// with curl over HTTPS and with openssl at IMAP. Elsewhere nothing is asked.
func TestMachines(t *testing.T) {
	p := newPKI(t)
	web, mail := portOf(freeAddr(t)), portOf(freeAddr(t))
	crl := filepath.Join(t.TempDir(), "machines.crl")
	p.list(crl)
	t.Setenv("CHANCERY_HTTP_LISTEN_TLS", "0.0.0.0:"+web)
	t.Setenv("CHANCERY_IMAP_LISTEN_TLS", "0.0.0.0:"+mail)
	s := server(t, t.TempDir(), fmt.Sprintf(`devices.listeners = ["127.0.0.2:%s", "127.0.0.2:%s"]
devices.authorities = [%q]
certificates.lists = [%q]
zones.inner.networks = ["127.0.0.0/8"]
zones.inner.needs = "closed"
zones.vpn.listeners = ["127.0.0.2:%s", "127.0.0.2:%s"]
`, web, mail, p.file("ca.pem"), crl, web, mail), "ann@city.example")
	start(t, s)
	p.run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-config", "ca.cnf", "-keyout", "pc.key", "-subj", "/CN=pc-17.city.example", "-out", "pc.csr")
	p.sign("pc", "person")
	p.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "own.key", "-out", "own.pem", "-days", "9", "-subj", "/CN=pc-17.city.example",
		"-addext", "extendedKeyUsage=clientAuth", "-addext", "keyUsage=digitalSignature", "-addext", "basicConstraints=CA:FALSE")

	curl := func(host string, more ...string) string {
		t.Helper()
		body := fmt.Sprintf(`{"address":"ann@city.example","password":%q}`, outside.Password)
		args := append([]string{"-sS", "-k", "-m", "20", "-o", p.file("answer"), "-w", "%{http_code} %{http_version}", "-H", "Content-Type: application/json", "-H", "Origin: https://" + host + ":" + web, "-d", body}, more...)
		cmd := exec.CommandContext(t.Context(), "curl", append(args, "https://"+host+":"+web+"/auth/sign-in")...)
		cmd.Dir = p.dir
		out, err := cmd.Output()
		if err != nil {
			return "no TLS"
		}
		if strings.HasPrefix(string(out), "2") {
			return string(out)
		}
		text, _ := os.ReadFile(p.file("answer"))
		return string(out) + " " + string(text)
	}
	imaps := func(more ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "openssl", append([]string{"s_client", "-quiet", "-connect", "127.0.0.2:" + mail}, more...)...)
		cmd.Dir, cmd.Stdin = p.dir, strings.NewReader("a LOGIN ann@city.example "+outside.Password+"\r\nb LOGOUT\r\n")
		out, _ := cmd.CombinedOutput()
		return string(out)
	}
	machine := []string{"--cert", "pc.pem", "--key", "pc.key"}
	if got := curl("127.0.0.2", machine...); got != "204 2" {
		t.Errorf("a machine of the house: %s", got)
	}
	for name, args := range map[string][]string{"no certificate": nil, "one that it made itself": {"--cert", "own.pem", "--key", "own.key"}} {
		if got := curl("127.0.0.2", args...); got != "no TLS" {
			t.Errorf("%s: %s", name, got)
		}
	}
	// At the other address nothing is asked, and the zone there is shut.
	if got := curl("127.0.0.1"); !strings.HasPrefix(got, "40") {
		t.Errorf("elsewhere: %s", got)
	}
	if got := imaps("-cert", "pc.pem", "-key", "pc.key"); !strings.Contains(got, "a OK") {
		t.Errorf("IMAP from a machine of the house: %s", got)
	}
	if got := imaps(); strings.Contains(got, "a OK") || strings.Contains(got, "* OK") {
		t.Errorf("IMAP without a certificate: %s", got)
	}

	p.seesMachine("https://127.0.0.2:" + web)
	p.run("openssl", "ca", "-config", "ca.cnf", "-revoke", "pc.pem")
	p.list(crl)
	s.Kill()
	start(t, s)
	if got := curl("127.0.0.2", machine...); got != "no TLS" {
		t.Errorf("a machine whose certificate was revoked: %s", got)
	}
	if !strings.Contains(s.Log(), "a device was refused") || !strings.Contains(s.Log(), "pc-17.city.example") {
		t.Error("the log does not name who was refused")
	}
}

// seesMachine has the person look at their sign-ins, which name the machine,
// at every door.
func (p *pki) seesMachine(at string) {
	p.t.Helper()
	ask := func(path string, more ...string) []byte {
		return []byte(p.run("curl", append(more, "-sS", "-k", "-m", "20", "-u", "ann@city.example:"+outside.Password, "-H", "Content-Type: application/json", "--cert", "pc.pem", "--key", "pc.key", at+path)...))
	}
	var session struct{ PrimaryAccounts map[string]string }
	must(p.t, json.Unmarshal(ask("/.well-known/jmap"), &session))
	const urn = "urn:chancery:params:jmap:signins"
	seen := string(ask("/jmap/api", "-d", fmt.Sprintf(`{"using":["urn:ietf:params:jmap:core",%q],"methodCalls":[["SignIn/get",{"accountId":%q,"ids":null},"c"]]}`, urn, session.PrimaryAccounts[urn])))
	for _, door := range []string{"http", "imap"} {
		if !regexp.MustCompile(`"machine":"pc-17\.city\.example, number [0-9a-f]+","door":"` + door + `","result":"ok"`).MatchString(seen) {
			p.t.Errorf("the sign-in by %s: %s", door, seen)
		}
	}
}

// TestMachinesConfig is what cannot be meant.
func TestMachinesConfig(t *testing.T) {
	for extra, want := range map[string]string{
		`devices.listeners = ["127.0.0.2:443"]`:                                                         "devices.authorities",
		`devices.listeners = ["0.0.0.0:443"]`:                                                           "devices.listeners",
		"devices.listeners = [\"127.0.0.2:8080\"]\nhttp.listen = \":8080\"\nimap.listen = \"\"":         "http door",
		"devices.listeners = [\"127.0.0.2\"]\nhttp.listen = \"0.0.0.0:8080\"\ndevices.authorities = []": "http door",
	} {
		dir := t.TempDir()
		file := filepath.Join(dir, "c.toml")
		must(t, os.WriteFile(file, []byte(extra+"\n"), 0o600))
		out, err := exec.CommandContext(t.Context(), program(t), "serve", "--data", dir, "--config", file).CombinedOutput()
		if err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%s: %v\n%s", extra, err, out)
		}
	}
}

func portOf(addr string) string {
	_, port, _ := net.SplitHostPort(addr)
	return port
}
