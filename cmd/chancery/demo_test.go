package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"chancery/cmd/bench/outside"
	"chancery/kit/testkit"
	"chancery/store"
)

// demonstration is a running `chancery demo`.
type demonstration struct {
	cmd  *exec.Cmd
	file demoFile
	took time.Duration // until the line "ready"
}

// startDemo starts the demonstration in dir and reads demo.json once it says ready.
func startDemo(t *testing.T, dir string, base int) *demonstration {
	t.Helper()
	begun := time.Now()
	cmd := exec.Command(program(t), "demo", "--data", dir, "--base-port", strconv.Itoa(base))
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	lines := make(chan string)
	go func() {
		for in := bufio.NewScanner(out); in.Scan(); {
			lines <- in.Text()
		}
		close(lines)
	}()
	limit := time.After(2 * time.Minute)
	for {
		select {
		case line, ok := <-lines:
			if !ok {
				t.Fatal("the demonstration ended without saying ready")
			}
			if line != "ready" {
				continue
			}
		case <-limit:
			t.Fatal("the demonstration is not ready after two minutes")
		}
		break
	}
	go func() {
		for range lines {
		}
	}()
	d := &demonstration{cmd: cmd, took: time.Since(begun)}
	text, err := os.ReadFile(filepath.Join(dir, "demo.json"))
	must(t, err)
	must(t, json.Unmarshal(text, &d.file))
	return d
}

// stop ends it as the contract says: SIGTERM, at most 10 s, status 0.
func (d *demonstration) stop(t *testing.T) {
	t.Helper()
	begun := time.Now()
	must(t, d.cmd.Process.Signal(syscall.SIGTERM))
	if err := d.cmd.Wait(); err != nil {
		t.Errorf("the demonstration ended badly: %v", err)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("the demonstration took %v to end, the contract says 10 s", took)
	}
}

// basePort finds a base whose seven ports are free.
func basePort(t *testing.T) int {
	t.Helper()
	for base := 21000; base < 60000; base += 1100 {
		free := true
		for _, p := range []int{80, 443, 25, 587, 465, 143, 993} {
			l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(base+p)))
			if err != nil {
				free = false
				break
			}
			l.Close()
		}
		if free {
			return base
		}
	}
	t.Skip("no free range of ports for the demonstration")
	return 0
}

// TestDemo holds the demonstration to what other programs rely on.
func TestDemo(t *testing.T) {
	dir, base := filepath.Join(t.TempDir(), "demo"), basePort(t)
	d := startDemo(t, dir, base)
	t.Logf("filled and ready after %v", d.took)
	port := func(p int) string { return "127.0.0.1:" + strconv.Itoa(base+p) }
	for name, pair := range map[string][2]string{
		"http": {d.file.HTTP, "http://" + port(80)}, "https": {d.file.HTTPS, "https://" + port(443)},
		"smtp": {d.file.SMTP, port(25)}, "submission": {d.file.Submission, port(587)}, "submissions": {d.file.Submissions, port(465)},
		"imap": {d.file.IMAP, port(143)}, "imaps": {d.file.IMAPS, port(993)},
	} {
		if pair[0] != pair[1] {
			t.Errorf("demo.json says %s is %q, not %q", name, pair[0], pair[1])
		}
	}
	if len(d.file.Accounts) < 60 {
		t.Errorf("%d accounts, the contract says 60 people", len(d.file.Accounts))
	}
	languages := map[string]bool{}
	for _, a := range d.file.Accounts {
		languages[a.Language] = true
		if !strings.HasSuffix(a.Address, "@"+d.file.Domain) || a.Name == "" || a.Unit == "" || a.Role == "" {
			t.Errorf("account %+v is not complete", a)
		}
		tryAccount(t, d, a.Address, a.Password)
	}
	if len(languages) != 5 {
		t.Errorf("the languages are %v, not five", languages)
	}
	webClient(t, d)
	memoryAtRest(t, d.cmd.Process.Pid)
	d.stop(t)

	again := startDemo(t, dir, base)
	t.Logf("reopened and ready after %v", again.took)
	if len(again.file.Accounts) != len(d.file.Accounts) {
		t.Error("the reopened demonstration has other accounts")
	}
	occupied(t, dir, base)
	again.stop(t)
}

// tryAccount signs in at every mail door and over JMAP.
func tryAccount(t *testing.T, d *demonstration, address, password string) {
	t.Helper()
	c, err := outside.DialIMAP(d.file.IMAP)
	if err == nil {
		if err = c.Login(address, password); err == nil {
			_, err = c.Do("SELECT INBOX")
		}
		c.Close()
	}
	if err != nil {
		t.Errorf("%s at imap: %v", address, err)
	}
	m, err := outside.DialSMTP(d.file.Submission)
	if err == nil {
		err = m.Login(address, password)
		m.Close()
	}
	if err != nil {
		t.Errorf("%s at submission: %v", address, err)
	}
	j, err := outside.DialJMAP(strings.TrimPrefix(d.file.HTTP, "http://"), address, password)
	if err != nil {
		t.Errorf("%s at jmap: %v", address, err)
		return
	}
	defer j.Close()
	if _, err := j.Mailbox("inbox"); err != nil {
		t.Errorf("%s over jmap: %v", address, err)
	}
}

// webClient checks that a browser would find the client, if it is built.
func webClient(t *testing.T, d *demonstration) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(testkit.Root(), "web", "dist", "index.html")); err != nil {
		t.Log("the web client is not built: not looked at (`make build` builds it)")
		return
	}
	res, err := http.Get(d.file.HTTP + "/")
	must(t, err)
	defer res.Body.Close()
	if res.StatusCode != 200 || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		t.Errorf("the web client answers %s %s", res.Status, res.Header.Get("Content-Type"))
	}
}

// memoryAtRest holds the filled demonstration to its bound.
func memoryAtRest(t *testing.T, pid int) {
	t.Helper()
	const limit = 120 << 20
	var u outside.Usage
	for range 60 { // the garbage of the start goes back within a while
		var err error
		u, err = outside.ReadUsage(pid)
		must(t, err)
		if u.RSS < limit {
			t.Logf("%d MB at rest, the peak was %d MB", u.RSS>>20, u.Peak>>20)
			return
		}
		time.Sleep(time.Second)
	}
	t.Errorf("%d MB at rest, the bound is %d", u.RSS>>20, limit>>20)
}

// occupied checks that a taken port is named.
func occupied(t *testing.T, dir string, base int) {
	t.Helper()
	out, err := exec.Command(program(t), "demo", "--data", filepath.Join(t.TempDir(), "other"), "--base-port", strconv.Itoa(base)).CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || !strings.Contains(string(out), "127.0.0.1:"+strconv.Itoa(base+80)) || strings.Contains(string(out), "goroutine") {
		t.Errorf("with its port taken it says (%v): %s", err, out)
	}
}

// TestAdminBeside runs the admin verbs beside a running server.
func TestAdminBeside(t *testing.T) {
	s := server(t, t.TempDir(), "", "p0@city.example")
	start(t, s)
	signedIn(t, s, "p0@city.example", "INBOX")
	must(t, s.AddAccounts(t.Context(), "p1@city.example"))
	add := s.Command(t.Context(), "account", "add", "p2@city.example", "--password-stdin", "--name", "Somebody", "--unit", "Office")
	add.Stdin = strings.NewReader(outside.Password + "\n")
	if out, err := add.CombinedOutput(); err != nil {
		t.Errorf("account add: %v\n%s", err, out)
	}
	for _, a := range []string{"p1@city.example", "p2@city.example"} {
		signedIn(t, s, a, "INBOX")
		c, err := outside.DialSMTP(s.SMTP)
		must(t, err)
		must(t, c.Send("x@elsewhere.example", []string{a}, letterText("n1", 500)))
		c.Close()
	}
	anew := s.Command(t.Context(), "account", "password", "p2@city.example", "--password-stdin", "--forget-factors")
	anew.Stdin = strings.NewReader("Another-password-2\n")
	if out, err := anew.CombinedOutput(); err != nil {
		t.Errorf("account password: %v\n%s", err, out)
	}
	imap, err := outside.DialIMAP(s.IMAP)
	must(t, err)
	defer imap.Close()
	if err := imap.Login("p2@city.example", outside.Password); err == nil {
		t.Error("the old password still lets in")
	}
	must(t, imap.Login("p2@city.example", "Another-password-2"))
	if err := s.AddAccounts(t.Context(), "p3@city.example", "p1@city.example"); err == nil || !strings.Contains(err.Error(), "p1@city.example") {
		t.Errorf("importing an account twice: %v", err)
	}
	c, err := outside.DialIMAP(s.IMAP)
	must(t, err)
	defer c.Close()
	if err := c.Login("p3@city.example", outside.Password); err == nil {
		t.Error("a refused import left an account behind")
	}
	checkClean(t, s)
}

// TestExplainLoads feeds the printed reference back as a configuration, as it
// is and with every line active.
func TestExplainLoads(t *testing.T) {
	out, err := exec.Command(program(t), "config", "explain").Output()
	must(t, err)
	if !strings.Contains(string(out), "hostname") {
		t.Fatalf("no reference: %s", out)
	}
	s := server(t, t.TempDir(), "")
	file := filepath.Join(s.Dir, "explained.toml")
	must(t, os.WriteFile(file, out, 0o600))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if out, err := exec.CommandContext(ctx, program(t), "check", "--data", s.Dir, "--config", file).CombinedOutput(); err != nil {
		t.Errorf("the reference does not load: %v\n%s", err, out)
	}
	must(t, os.WriteFile(file, []byte(string(out)+"\nno_such_setting = 1\n"), 0o600))
	if out, err := exec.CommandContext(ctx, program(t), "check", "--data", s.Dir, "--config", file).CombinedOutput(); err == nil || !strings.Contains(string(out), "no_such_setting") {
		t.Errorf("an unknown setting: %v %s", err, out)
	}
}

// TestNewerDatabase opens a database that a later program has migrated.
func TestNewerDatabase(t *testing.T) {
	s := server(t, t.TempDir(), "", "p0@city.example")
	must(t, laterSchema(t, s.Dir))
	out, err := s.Run(t.Context(), "check")
	if err == nil || !strings.Contains(out, "newer") || strings.Contains(out, "goroutine") {
		t.Errorf("a newer database: %v\n%s", err, out)
	}
	if lines := strings.Split(strings.TrimSpace(out), "\n"); len(lines) > 2 {
		t.Errorf("not one clear line: %s", out)
	}
}

// laterSchema makes the database look like that of a later version.
func laterSchema(t *testing.T, dir string) error {
	t.Helper()
	ctx := t.Context()
	db, err := store.Open(ctx, store.Options{Dir: dir, Log: testkit.Log(t)})
	if err != nil {
		return err
	}
	defer db.Close()
	return db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO schema_version (room, version, name) VALUES ($1, $2, $3)", "mail", 999, "0999_later.sql")
		return err
	})
}
