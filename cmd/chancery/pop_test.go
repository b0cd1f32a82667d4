package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"chancery/cmd/bench/outside"
)

// popOffice is a running server with a POP3 door and so many letters in the
// inbox of ann. It returns the addresses with STLS and with TLS.
func popOffice(t *testing.T, letters int) (s *outside.Server, plain, secure string) {
	t.Helper()
	plain, secure = freeAddr(t), freeAddr(t)
	s = server(t, t.TempDir(), fmt.Sprintf("pop.listen = %q\npop.listen_tls = %q", plain, secure), "ann@city.example")
	start(t, s)
	c := signedIn(t, s, "ann@city.example", "")
	for n := range letters {
		_, err := c.Append("INBOX", "", letterText(fmt.Sprintf("pop%d", n), 2000+n*100))
		must(t, err)
	}
	return s, plain, secure
}

// inBox counts the letters of a mailbox.
func inBox(t *testing.T, s *outside.Server, box string) int {
	t.Helper()
	a, err := signedIn(t, s, "ann@city.example", "").Do("STATUS %s (MESSAGES)", box)
	must(t, err)
	var n int
	_, rest, _ := strings.Cut(a.Lines[0].Text, "MESSAGES ")
	if _, err := fmt.Sscan(strings.TrimRight(rest, ")\r\n"), &n); err != nil {
		t.Fatal(a.Lines[0].Text, err)
	}
	return n
}

// TestPOPCurl lists and reads over POP3 with TLS, by curl.
func TestPOPCurl(t *testing.T) {
	curl := need(t, "curl")
	_, plain, secure := popOffice(t, 3)
	user := "ann@city.example:" + outside.Password
	if out := tool(t, t.TempDir(), "", curl, "-sk", "pop3s://"+secure, "-u", user); strings.Count(out, "\n") != 3 {
		t.Errorf("LIST: %q", out)
	}
	want := string(letterText("pop1", 2100))
	if out := tool(t, t.TempDir(), "", curl, "-sk", "pop3s://"+secure+"/2", "-u", user); out != want {
		t.Errorf("RETR: %.200q, not %.200q", out, want)
	}
	if out := tool(t, t.TempDir(), "", curl, "-sk", "--ssl-reqd", "pop3://"+plain+"/", "-u", user, "-X", "UIDL"); strings.Count(out, "\n") != 3 {
		t.Errorf("UIDL after STLS: %q", out)
	}
	// No password in the clear, and none that is wrong.
	for _, args := range [][]string{{"-sk", "pop3://" + plain, "-u", user}, {"-sk", "pop3s://" + secure, "-u", "ann@city.example:wrong"}} {
		if out, err := exec.CommandContext(t.Context(), curl, args...).CombinedOutput(); err == nil {
			t.Errorf("%v: %s", args, out)
		}
	}
}

// TestMpop fetches with mpop, keeps what it has told apart by its ids, and then
// fetches for good: to the trash.
func TestMpop(t *testing.T) {
	mpop := need(t, "mpop")
	s, _, secure := popOffice(t, 12)
	home := t.TempDir()
	host, port, _ := net.SplitHostPort(secure)
	rc := filepath.Join(home, "mpoprc")
	for _, d := range []string{"cur", "new", "tmp"} {
		must(t, os.MkdirAll(filepath.Join(home, "mail", d), 0o700))
	}
	must(t, os.WriteFile(rc, fmt.Appendf(nil, `account default
host %s
port %s
user ann@city.example
password %s
auth plain
tls on
tls_starttls off
tls_certcheck off
received_header off
uidls_file %[4]s/uidls
delivery maildir %[4]s/mail
`, host, port, outside.Password, home), 0o600))
	have := func() int {
		files, err := filepath.Glob(filepath.Join(home, "mail", "new", "*"))
		must(t, err)
		return len(files)
	}
	tool(t, home, "", mpop, "-C", rc, "--keep=on")
	if have() != 12 || inBox(t, s, "INBOX") != 12 {
		t.Errorf("%d letters came over, %d are left", have(), inBox(t, s, "INBOX"))
	}
	tool(t, home, "", mpop, "-C", rc, "--keep=on")
	if have() != 12 {
		t.Errorf("the second time %d letters came over", have()-12)
	}
	_, err := signedIn(t, s, "ann@city.example", "").Append("INBOX", "", letterText("late", 500))
	must(t, err)
	tool(t, home, "", mpop, "-C", rc, "--keep=off")
	if have() != 13 || inBox(t, s, "INBOX") != 0 || inBox(t, s, "Trash") != 13 {
		t.Errorf("%d letters came over, %d are left, %d in the trash", have(), inBox(t, s, "INBOX"), inBox(t, s, "Trash"))
	}
	checkClean(t, s)
}

// TestFetchmail fetches with fetchmail over STLS.
func TestFetchmail(t *testing.T) {
	fetchmail := need(t, "fetchmail")
	s, plain, _ := popOffice(t, 5)
	home := t.TempDir()
	host, port, _ := net.SplitHostPort(plain)
	rc, box := filepath.Join(home, "fetchmailrc"), filepath.Join(home, "mbox")
	must(t, os.WriteFile(rc, fmt.Appendf(nil, "poll %s service %s proto POP3 uidl\n user \"ann@city.example\" password %q is root here\n sslproto \"auto\"\n no sslcertck fetchall no rewrite mda \"cat >>%s\"\n", host, port, outside.Password, box), 0o600))
	tool(t, home, "", fetchmail, "-f", rc, "-i", filepath.Join(home, "ids"), "--pidfile", filepath.Join(home, "pid"))
	text, err := os.ReadFile(box)
	must(t, err)
	if n := strings.Count(string(text), "\nSubject:"); n != 5 || inBox(t, s, "INBOX") != 0 {
		t.Errorf("%d letters came over, %d are left", n, inBox(t, s, "INBOX"))
	}
	checkClean(t, s)
}
