package smtp

import (
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"net"
	"net/smtp"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"chancery/mail"
)

// program finds a mail program, or skips the test in plain words.
func program(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed (Debian package %s)", name, name)
	}
	return path
}

// TestClients sends a letter with each of the usual programs.
func TestClients(t *testing.T) {
	o := newOffice(t, "", Config{}, mail.Config{})
	dir := t.TempDir()
	cert := filepath.Join(dir, "cert.pem")
	check(t, os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: o.srv.tls.Certificates[0].Certificate[0]}), 0o600))
	letter := filepath.Join(dir, "letter.eml")
	check(t, os.WriteFile(letter, []byte("From: Ann <ann@city.example>\nTo: bob@city.example\nSubject: From a program\n\n.dot\nhello\n"), 0o600))
	port := func(k Kind) string {
		_, p, _ := net.SplitHostPort(o.addr[k])
		return p
	}
	run := func(t *testing.T, stdin, name string, args ...string) {
		t.Helper()
		before := len(o.inbox(t, "bob@city.example"))
		cmd := exec.Command(program(t, name), args...)
		if stdin != "" {
			f, err := os.Open(stdin)
			check(t, err)
			defer f.Close()
			cmd.Stdin = f
		}
		out, err := cmd.CombinedOutput()
		if strings.Contains(string(out), "requires Net::SSLeay") {
			t.Skip("swaks has no TLS without the Debian package libnet-ssleay-perl")
		}
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		got := o.inbox(t, "bob@city.example")
		if len(got) != before+1 || !strings.Contains(got[len(got)-1], "\r\n.dot\r\n") {
			t.Errorf("%s: bob has %q", name, got[before:])
		}
	}
	swaks := []string{"--server", "127.0.0.1", "--from", "ann@city.example", "--to", "bob@city.example", "--data", "From: ann@city.example\\nTo: bob@city.example\\nSubject: x\\n\\n.dot\\n"}
	user := []string{"--auth-user", "ann@city.example", "--auth-password", "secret"}
	t.Run("swaks-mx", func(t *testing.T) { run(t, "", "swaks", append(swaks, "--port", port(MX), "--tls-optional")...) })
	t.Run("swaks-plain", func(t *testing.T) {
		run(t, "", "swaks", append(append(swaks, user...), "--port", port(Submission), "--tls", "--auth", "PLAIN")...)
	})
	t.Run("swaks-login", func(t *testing.T) {
		run(t, "", "swaks", append(append(swaks, user...), "--port", port(SubmissionTLS), "--tls-on-connect", "--auth", "LOGIN", "--pipeline")...)
	})
	t.Run("curl", func(t *testing.T) {
		run(t, "", "curl", "-sS", "--ssl-reqd", "-k", "--url", "smtp://127.0.0.1:"+port(Submission)+"/laptop", "--user", "ann@city.example:secret",
			"--mail-from", "ann@city.example", "--mail-rcpt", "bob@city.example", "--crlf", "-T", letter)
	})
	t.Run("msmtp", func(t *testing.T) {
		conf := filepath.Join(dir, "msmtprc")
		check(t, os.WriteFile(conf, []byte(fmt.Sprintf("account default\nhost 127.0.0.1\nport %s\ntls on\ntls_starttls on\ntls_certcheck off\nauth on\nuser ann@city.example\npassword secret\nfrom ann@city.example\n", port(Submission))), 0o600))
		run(t, letter, "msmtp", "-C", conf, "bob@city.example")
	})
	t.Run("net/smtp", func(t *testing.T) {
		before := len(o.inbox(t, "bob@city.example"))
		c, err := smtp.Dial(o.addr[MX])
		check(t, err)
		check(t, c.StartTLS(&tls.Config{InsecureSkipVerify: true}))
		check(t, c.Mail("x@out.example"))
		check(t, c.Rcpt("bob@city.example"))
		w, err := c.Data()
		check(t, err)
		fmt.Fprint(w, "Subject: x\r\n\r\n.dot\r\n")
		check(t, w.Close())
		check(t, c.Quit())
		if got := o.inbox(t, "bob@city.example"); len(got) != before+1 {
			t.Error("nothing came")
		}
	})
}
