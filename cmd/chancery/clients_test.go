package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"chancery/cmd/bench/outside"
)

// need skips the test when a program is missing.
func need(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("%s is not installed; `make setup` installs it", program)
	}
	return path
}

// tool runs somebody else's program to its end.
func tool(t *testing.T, home, stdin, program string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Stdin = strings.NewReader(stdin)
	cmd.Env = append(os.Environ(), "HOME="+home, "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
	return string(out)
}

// filled is a running server with one account that has letters in several
// folders, some of them read.
func filled(t *testing.T) (s *outside.Server, letters map[string]bool) {
	t.Helper()
	s = server(t, t.TempDir(), "", "p0@city.example", "p1@city.example")
	start(t, s)
	c := signedIn(t, s, "p0@city.example", "")
	letters = map[string]bool{}
	n := 0
	for _, box := range []string{"INBOX", "Archive/2026", "&Zi5lh04L-", "Projects"} {
		if box != "INBOX" {
			_, err := c.Do(`CREATE "%s"`, box)
			must(t, err)
		}
		for range 12 {
			n++
			text := letterText(fmt.Sprintf("n%d", n), 1000+n*200)
			flags := ""
			if n%3 == 0 {
				flags = `(\Seen \Flagged)`
			}
			_, err := c.Append(`"`+box+`"`, flags, text)
			must(t, err)
			letters[string(text)] = true
		}
	}
	return s, letters
}

// listing names every file below dir with its size.
func listing(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if name := filepath.Base(filepath.Dir(path)); name == "cur" || name == "new" {
			info, err := d.Info()
			if err != nil {
				return err
			}
			fmt.Fprintln(&b, path, info.Size(), info.ModTime())
		}
		return nil
	}))
	return b.String()
}

// clientMark is a field by which mbsync knows its copies again.
var clientMark = regexp.MustCompile(`(?m)^X-TUID: .{12}\r\n`)

// sameLetters compares a tree of maildirs with the letters, byte for byte but
// for the line ends, which these programs write in the manner of Unix, and
// for mbsync's mark.
func sameLetters(t *testing.T, dir string, letters map[string]bool) {
	t.Helper()
	have := 0
	for _, line := range strings.Split(strings.TrimSpace(listing(t, dir)), "\n") {
		text, err := os.ReadFile(strings.Fields(line)[0])
		must(t, err)
		text = bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
		text = clientMark.ReplaceAll(text, nil)
		if !letters[string(text)] {
			t.Errorf("%s is none of the letters: %.300q", line, text)
		}
		have++
	}
	if have != len(letters) {
		t.Errorf("%d letters came over, not %d", have, len(letters))
	}
}

// modseqs tells how often the mailboxes changed (RFC 7162), so that a second
// pass which writes anything shows.
func modseqs(t *testing.T, s *outside.Server) string {
	t.Helper()
	c := signedIn(t, s, "p0@city.example", "")
	a, err := c.Do(`LIST "" "*" RETURN (STATUS (MESSAGES UIDNEXT HIGHESTMODSEQ))`)
	must(t, err)
	var b strings.Builder
	for _, l := range a.Lines {
		fmt.Fprintln(&b, l.Text)
	}
	return b.String()
}

// TestMbsync synchronises with isync, twice.
func TestMbsync(t *testing.T) {
	mbsync := need(t, "mbsync")
	s, letters := filled(t)
	home := t.TempDir()
	host, port, _ := net.SplitHostPort(s.IMAP)
	rc := filepath.Join(home, "mbsyncrc")
	must(t, os.WriteFile(rc, fmt.Appendf(nil, `IMAPStore far
Host %s
Port %s
User p0@city.example
Pass %s
SSLType None
AuthMechs LOGIN

MaildirStore near
Path %s/mail/
Inbox %s/mail/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns *
Create Near
Sync All
SyncState *
`, host, port, outside.Password, home, home), 0o600))
	must(t, os.Mkdir(filepath.Join(home, "mail"), 0o700))
	twice(t, s, filepath.Join(home, "mail"), letters, func() { tool(t, home, "", mbsync, "-c", rc, "-a") })

	// What is new on this side goes up.
	text := "Subject: made here\nMessage-ID: <here@city.example>\n\nA letter of the client.\n"
	must(t, os.WriteFile(filepath.Join(home, "mail/Projects/new/1700000000.1.here"), []byte(text), 0o600))
	tool(t, home, "", mbsync, "-c", rc, "-a")
	c := signedIn(t, s, "p0@city.example", "Projects")
	if a, err := c.Do("SEARCH HEADER Message-ID here@city.example"); err != nil || len(a.Lines) != 1 || a.Lines[0].Text != "SEARCH 13" {
		t.Errorf("the client's letter is not in the mailbox: %v %v", a.Lines, err)
	}
}

// TestOfflineIMAP synchronises with offlineimap3, twice.
func TestOfflineIMAP(t *testing.T) {
	offlineimap := need(t, "offlineimap")
	s, letters := filled(t)
	home := t.TempDir()
	host, port, _ := net.SplitHostPort(s.IMAP)
	rc := filepath.Join(home, "offlineimaprc")
	must(t, os.WriteFile(rc, fmt.Appendf(nil, `[general]
accounts = city
metadata = %s/meta
[Account city]
localrepository = near
remoterepository = far
[Repository near]
type = Maildir
localfolders = %s/mail
[Repository far]
type = IMAP
remotehost = %s
remoteport = %s
remoteuser = p0@city.example
remotepass = %s
auth_mechanisms = PLAIN
ssl = no
starttls = no
`, home, home, host, port, outside.Password), 0o600))
	twice(t, s, filepath.Join(home, "mail"), letters, func() { tool(t, home, "", offlineimap, "-c", rc, "-o", "-u", "quiet") })
}

// twice synchronises two times: the first brings every letter, the second
// changes nothing on either side.
func twice(t *testing.T, s *outside.Server, dir string, letters map[string]bool, sync func()) {
	t.Helper()
	sync()
	sameLetters(t, dir, letters)
	near, far := listing(t, dir), modseqs(t, s)
	sync()
	if again := listing(t, dir); again != near {
		t.Errorf("the second pass changed the client's files:\n%s\nbefore:\n%s", again, near)
	}
	if again := modseqs(t, s); again != far {
		t.Errorf("the second pass changed the server:\n%s\nbefore:\n%s", again, far)
	}
}

// TestSenders sends with the usual programs, to the public door and signed in
// at the submission door, and reads the letters back with curl.
func TestSenders(t *testing.T) {
	s := server(t, t.TempDir(), "", "p0@city.example", "p1@city.example")
	start(t, s)
	home := t.TempDir()
	const text = "From: p0@city.example\r\nTo: p1@city.example\r\nSubject: Sent by %s\r\n\r\nHello.\r\n"
	host, port, _ := net.SplitHostPort(s.Submission)
	letter := func(by string) string { return fmt.Sprintf(text, by) }
	sent := 0
	for _, send := range []struct {
		program string
		args    []string
		stdin   string
	}{
		{"swaks", []string{"--server", s.SMTP, "--from", "x@elsewhere.example", "--to", "p1@city.example", "--header", "Subject: Sent by swaks"}, ""},
		{"swaks", []string{"--server", s.Submission, "--auth", "PLAIN", "--auth-user", "p0@city.example", "--auth-password", outside.Password,
			"--from", "p0@city.example", "--to", "p1@city.example", "--header", "Subject: Sent by swaks signed in", "--pipeline"}, ""},
		{"msmtp", []string{"--host=" + host, "--port=" + port, "--auth=plain", "--user=p0@city.example", "--passwordeval=echo " + outside.Password, "--tls=off",
			"--from=p0@city.example", "p1@city.example"}, letter("msmtp")},
		{"curl", []string{"-sS", "smtp://" + s.SMTP, "--mail-from", "x@elsewhere.example", "--mail-rcpt", "p1@city.example", "-T", "-"}, letter("curl")},
		{"curl", []string{"-sS", "smtp://" + s.Submission, "-u", "p0@city.example:" + outside.Password, "--mail-from", "p0@city.example", "--mail-rcpt", "p1@city.example", "-T", "-"}, letter("curl signed in")},
	} {
		path, err := exec.LookPath(send.program)
		if err != nil {
			t.Logf("%s is not installed; `make setup` installs it", send.program)
			continue
		}
		tool(t, home, send.stdin, path, send.args...)
		sent++
	}
	curl := need(t, "curl")
	user := "p1@city.example:" + outside.Password
	for n := 1; n <= sent; n++ {
		out := tool(t, home, "", curl, "-sS", "-u", user, fmt.Sprintf("imap://%s/INBOX;MAILINDEX=%d", s.IMAP, n))
		if !strings.Contains(out, "Subject: Sent by ") {
			t.Errorf("curl fetches as letter %d: %q", n, out)
		}
	}
	if out := tool(t, home, "", curl, "-sS", "-u", user, "imap://"+s.IMAP+"/INBOX", "-X", "SEARCH ALL"); len(strings.Fields(out)) != 2+sent {
		t.Errorf("%d letters were sent, the mailbox says %q", sent, out)
	}
}
