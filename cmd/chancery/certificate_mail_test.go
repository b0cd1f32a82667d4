package main

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"chancery/cmd/bench/outside"
)

// dialogue speaks a protocol of lines, with STARTTLS.
type dialogue struct {
	t    *testing.T
	conn net.Conn
	r    *bufio.Reader
}

func (d *dialogue) use(c net.Conn) { d.conn, d.r = c, bufio.NewReader(c) }

// ask sends a line, if there is one, and returns the answer up to a line that ends it.
func (d *dialogue) ask(line string, ends func(string) bool) string {
	d.t.Helper()
	must(d.t, d.conn.SetDeadline(time.Now().Add(20*time.Second)))
	if line != "" {
		_, err := fmt.Fprint(d.conn, line+"\r\n")
		must(d.t, err)
	}
	var all strings.Builder
	for {
		text, err := d.r.ReadString('\n')
		all.WriteString(text)
		if err != nil || ends(text) {
			return all.String()
		}
	}
}

// begin opens a connection, asks for TLS and shows a certificate, if any.
func begin(t *testing.T, addr, start string, ends func(string) bool, show []tls.Certificate) *dialogue {
	t.Helper()
	d := &dialogue{t: t}
	c, err := net.Dial("tcp", addr)
	must(t, err)
	t.Cleanup(func() { c.Close() })
	d.use(c)
	d.ask("", ends)
	if start == "STARTTLS" {
		d.ask("EHLO here.example", ends)
	}
	d.ask(start, ends)
	// Whatever authorities the server names: an attacker does not ask.
	s := tls.Client(c, &tls.Config{InsecureSkipVerify: true, GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		if len(show) == 0 {
			return &tls.Certificate{}, nil
		}
		return &show[0], nil
	}})
	must(t, s.Handshake())
	d.use(s)
	return d
}

func imapEnds(line string) bool {
	return strings.HasPrefix(line, "a ") || strings.HasPrefix(line, "* OK [")
}
func smtpEnds(line string) bool { return len(line) > 3 && line[3] == ' ' }

// TestCertificateEnds ends the connections of mail programs that certificates
// opened: of one that is removed, and of one that a list revokes meanwhile.
func TestCertificateEnds(t *testing.T) {
	p := newPKI(t)
	crl := p.file("city.crl")
	p.list(crl)
	for _, name := range []string{"bob", "eve"} {
		p.run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-config", "ca.cnf", "-keyout", name+".key", "-subj", "/CN="+name, "-out", name+".csr")
		p.sign(name, "person")
	}
	s := server(t, t.TempDir(), fmt.Sprintf("certificates.programs = true\ncertificates.anchors = [%q]\ncertificates.lists = [%q]\ncertificates.recheck = \"1s\"\n", p.file("ca.pem"), crl), "bob@city.example", "eve@city.example", "ann@city.example")
	registered := map[string]string{}
	for _, name := range []string{"bob", "eve", "ann"} {
		out, err := s.Run(t.Context(), "certificate", "add", name+"@city.example", p.file(name+".pem"))
		must(t, err)
		registered[name] = strings.Fields(out)[1]
	}
	start(t, s)
	imap, smtp := map[string]*dialogue{}, map[string]*dialogue{}
	for _, name := range []string{"bob", "eve"} {
		c, err := tls.LoadX509KeyPair(p.file(name+".pem"), p.file(name+".key"))
		must(t, err)
		imap[name] = begin(t, s.IMAP, "a STARTTLS", imapEnds, []tls.Certificate{c})
		smtp[name] = begin(t, s.Submission, "STARTTLS", smtpEnds, []tls.Certificate{c})
		smtp[name].ask("EHLO here.example", smtpEnds)
		if got := imap[name].ask("a AUTHENTICATE EXTERNAL =", imapEnds); !strings.HasPrefix(got, "a OK") {
			t.Fatalf("%s: %s", name, got)
		}
		if got := smtp[name].ask("AUTH EXTERNAL =", smtpEnds); !strings.HasPrefix(got, "235") {
			t.Fatalf("%s: %s", name, got)
		}
	}
	ended := func(name, why string) {
		t.Helper()
		for end := time.Now().Add(60 * time.Second); ; time.Sleep(time.Second) {
			if strings.HasPrefix(imap[name].ask("a NOOP", imapEnds), "* BYE The sign-in has ended") {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("%s: the IMAP connection of %s goes on", why, name)
			}
		}
		if got := smtp[name].ask("MAIL FROM:<"+name+"@city.example>", smtpEnds); !strings.HasPrefix(got, "421 4.7.0 The sign-in has ended") {
			t.Errorf("%s: the submission of %s: %s", why, name, got)
		}
	}
	_, err := s.Run(t.Context(), "certificate", "remove", "bob@city.example", registered["bob"])
	must(t, err)
	ended("bob", "removed")
	if got := imap["eve"].ask("a NOOP", imapEnds); !strings.HasPrefix(got, "a OK") {
		t.Errorf("eve's connection ended with bob's certificate: %s", got)
	}
	p.run("openssl", "ca", "-config", "ca.cnf", "-revoke", "eve.pem")
	p.list(crl)
	ended("eve", "revoked")
	// Eve is told why, in her mailbox.
	c := signedIn(t, s, "eve@city.example", "INBOX")
	lines, err := c.Do("FETCH 1:* (BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
	if told := fmt.Sprintf("%s", lines); err != nil || !strings.Contains(told, "certificate is no longer accepted") {
		t.Errorf("eve's letters: %s, %v", told, err)
	}
}

// TestCertificateProgram signs mail programs in by their certificates (SASL
// EXTERNAL), in a zone that takes nothing else.
func TestCertificateProgram(t *testing.T) {
	p := newPKI(t)
	p.run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-config", "ca.cnf", "-keyout", "bob.key", "-subj", "/CN=Bob", "-out", "bob.csr")
	p.sign("bob", "person")
	p.run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-config", "ca.cnf", "-keyout", "eve.key", "-subj", "/CN=Eve", "-out", "eve.csr")
	p.sign("eve", "person")
	p.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "own.key", "-out", "own.pem", "-days", "9", "-subj", "/CN=Bob", "-addext", "extendedKeyUsage=clientAuth", "-addext", "keyUsage=digitalSignature", "-addext", "basicConstraints=CA:FALSE")
	s := server(t, t.TempDir(), fmt.Sprintf("presets = [\"certificate-outside\"]\nnetwork.inner = [\"10.0.0.0/8\"]\ncertificates.programs = true\ncertificates.anchors = [%q]\ncertificates.revocation = \"off\"\n", p.file("ca.pem")), "bob@city.example", "ann@city.example")
	_, err := s.Run(t.Context(), "certificate", "add", "bob@city.example", p.file("bob.pem"))
	must(t, err)
	start(t, s)
	pair := func(name string) []tls.Certificate {
		c, err := tls.LoadX509KeyPair(p.file(name+".pem"), p.file(name+".key"))
		must(t, err)
		return []tls.Certificate{c}
	}
	for name, c := range map[string]struct {
		show       []tls.Certificate
		as         string
		imap, smtp string
	}{
		"bob's":                        {pair("bob"), "=", "a OK", "235 "},
		"bob's, who says so":           {pair("bob"), "Ym9iQGNpdHkuZXhhbXBsZQ==", "a OK", "235 "},
		"bob's, as ann":                {pair("bob"), "YW5uQGNpdHkuZXhhbXBsZQ==", "a NO", "535 "},
		"bob's, as nobody":             {pair("bob"), "eEBjaXR5LmV4YW1wbGU=", "a NO", "535 "},
		"one of nobody's":              {pair("eve"), "=", "a NO", "535 "},
		"one of somebody's own making": {pair("own"), "=", "a NO", "535 "},
		"none":                         {nil, "=", "a NO", "504 "},
	} {
		d := begin(t, s.IMAP, "a STARTTLS", imapEnds, c.show)
		if offers := strings.Contains(d.ask("a CAPABILITY", imapEnds), "AUTH=EXTERNAL"); offers != (c.show != nil) {
			t.Errorf("%s: IMAP offers EXTERNAL: %v", name, offers)
		}
		if got := d.ask("a AUTHENTICATE EXTERNAL "+c.as, imapEnds); !strings.HasPrefix(got, c.imap) {
			t.Errorf("%s: %s", name, got)
		}
		d = begin(t, s.Submission, "STARTTLS", smtpEnds, c.show)
		if offers := strings.Contains(d.ask("EHLO here.example", smtpEnds), " EXTERNAL"); offers != (c.show != nil) {
			t.Errorf("%s: submission offers EXTERNAL: %v", name, offers)
		}
		if got := d.ask("AUTH EXTERNAL "+c.as, smtpEnds); !strings.HasPrefix(got, c.smtp) {
			t.Errorf("%s: %s", name, got)
		}
	}
	// With the certificate the password is still none.
	d := begin(t, s.IMAP, "a STARTTLS", imapEnds, pair("bob"))
	if got := d.ask("a LOGIN bob@city.example \""+outside.Password+"\"", imapEnds); !strings.HasPrefix(got, "a NO") {
		t.Errorf("by the password: %s", got)
	}
	d = begin(t, s.SMTP, "STARTTLS", smtpEnds, pair("bob"))
	if got := d.ask("EHLO here.example", smtpEnds); strings.Contains(got, "AUTH") {
		t.Errorf("the door for other servers: %s", got)
	}
}
