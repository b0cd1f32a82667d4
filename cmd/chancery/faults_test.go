package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"chancery/cmd/bench/outside"
)

// TestDiskFull fills the disk under a running server: every door answers with
// its temporary error, reading goes on, nothing acknowledged is lost, and
// everything works again by itself when there is room.
func TestDiskFull(t *testing.T) {
	dir := mount(t, "tmpfs", "-t", "tmpfs", "-o", "size=64m", "none")
	s := server(t, filepath.Join(dir, "data"), "", faultAccounts...)
	start(t, s)
	o := newOutage(t, s)
	o.works(t, 10)
	ballast := fill(t, filepath.Join(dir, "ballast"))
	o.refuses(t)
	o.reads(t)
	must(t, os.Remove(ballast))
	o.recovers(t)
	o.finish(t)
}

// TestDiskReadOnly has the kernel turn the file system read-only, as it does
// on a disk fault. The kernel lets nobody undo that while files are open on it,
// so the server is started again after the file system was mended.
func TestDiskReadOnly(t *testing.T) {
	d := newDisk(t)
	s := server(t, filepath.Join(d.dir, "data"), "", faultAccounts...)
	start(t, s)
	o := newOutage(t, s)
	o.works(t, 10)
	d.cut(t)
	o.refuses(t)
	o.reads(t)
	s.Kill()
	d.restore(t)
	start(t, s)
	o.recovers(t)
	o.finish(t)
}

// TestDiskReadOnlyAWhile makes every write of the running server fail with
// EROFS, as on a network disk that its keeper turns read-only and back: the
// server must come back by itself.
func TestDiskReadOnlyAWhile(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the whole program: not with -short")
	}
	s := server(t, t.TempDir(), "", faultAccounts...)
	start(t, s)
	o := newOutage(t, s)
	o.works(t, 10)
	writable := readOnly(t, s)
	o.refuses(t)
	o.reads(t)
	writable()
	o.recovers(t)
	o.finish(t)
}

// readOnly makes every write to the server's files fail with EROFS, until the
// function that it returns is called.
func readOnly(t *testing.T, s *outside.Server) (writable func()) {
	t.Helper()
	const calls = "pwrite64,write,ftruncate,fallocate,fsync,fdatasync,unlinkat,renameat"
	args := []string{"-f", "-o", filepath.Join(t.TempDir(), "calls"), "-e", "trace=" + calls, "-e", "inject=" + calls + ":error=EROFS"}
	must(t, filepath.WalkDir(s.Dir, func(path string, _ os.DirEntry, err error) error {
		args = append(args, "-P", path)
		return err
	}))
	cmd := exec.Command("strace", append(args, "-p", fmt.Sprint(s.Pid()))...)
	said, err := cmd.StderrPipe()
	must(t, err)
	if err := cmd.Start(); err != nil {
		t.Skipf("needs strace: %v", err)
	}
	lines := bufio.NewScanner(said)
	for lines.Scan() && !strings.Contains(lines.Text(), "attached") {
		if strings.Contains(lines.Text(), "ptrace") {
			cmd.Wait()
			t.Skipf("may not trace a process here: %s", lines.Text())
		}
	}
	go io.Copy(io.Discard, said)
	return func() {
		must(t, cmd.Process.Signal(os.Interrupt))
		cmd.Wait() // its status is the interrupt
	}
}

// TestDatabaseStopped stops PostgreSQL under a running server and starts it again.
func TestDatabaseStopped(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a database: not with -short")
	}
	pg, err := os.MkdirTemp("", "chancery-pg")
	must(t, err)
	must(t, os.Chmod(pg, 0o755))
	script, err := filepath.Abs("../../.ci/postgres")
	must(t, err)
	db := filepath.Join(pg, "db")
	url, err := exec.Command(script, "start", db).Output()
	if err != nil {
		t.Skipf("no PostgreSQL can be started here: %v", err)
	}
	t.Cleanup(func() { exec.Command(script, "stop", db).Run(); os.RemoveAll(pg) })
	s := server(t, t.TempDir(), fmt.Sprintf("storage.database = %q", strings.TrimSpace(string(url))), faultAccounts...)
	start(t, s)
	o := newOutage(t, s)
	o.works(t, 10)
	must(t, exec.Command(script, "halt", db).Run())
	o.refuses(t)
	must(t, exec.Command(script, "resume", db).Run())
	o.recovers(t)
	o.finish(t)
}

var faultAccounts = []string{"p0@city.example", "p1@city.example", "p2@city.example"}

// mount mounts something for the test, or skips it where that is not allowed.
func mount(t *testing.T, what string, args ...string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("starts the whole program: not with -short")
	}
	dir, err := os.MkdirTemp("", "chancery-disk")
	must(t, err)
	if out, err := exec.Command("mount", append(args, dir)...).CombinedOutput(); err != nil {
		os.Remove(dir)
		t.Skipf("may not mount %s here (needs root): %s", what, strings.TrimSpace(string(out)))
	}
	t.Cleanup(func() {
		exec.Command("umount", "-l", dir).Run()
		os.Remove(dir)
	})
	return dir
}

// disk is a file system of the test's own that can fail.
type disk struct{ image, dir string }

// newDisk makes one, or skips the test where that is not allowed.
func newDisk(t *testing.T) *disk {
	t.Helper()
	image := filepath.Join(t.TempDir(), "disk")
	must(t, os.WriteFile(image, nil, 0o600))
	must(t, os.Truncate(image, 512<<20))
	if out, err := exec.Command("mkfs.ext4", "-q", image).CombinedOutput(); err != nil {
		t.Skipf("cannot make an ext4 file system for the test: %v %s", err, out)
	}
	return &disk{image, mount(t, "a loop device", "-o", "loop", image)}
}

// cut makes the kernel treat the disk as broken: the file system turns
// read-only at once and what was not synced is never written.
func (d *disk) cut(t *testing.T) {
	t.Helper()
	if out, err := exec.Command("mount", "-o", "remount,abort", d.dir).CombinedOutput(); err != nil {
		t.Skipf("this kernel cannot turn a mounted file system read-only: %v %s", err, out)
	}
}

// restore mounts the disk again after a repair from its journal. Nobody may
// have files open on it.
func (d *disk) restore(t *testing.T) {
	t.Helper()
	must(t, exec.Command("umount", d.dir).Run())
	exec.Command("fsck.ext4", "-p", d.image).Run() // its status says that it repaired
	must(t, exec.Command("mount", "-o", "loop", d.image, d.dir).Run())
}

// fill writes a file until the disk is full.
func fill(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Create(path)
	must(t, err)
	defer f.Close()
	block := make([]byte, 4096)
	for err == nil {
		_, err = f.Write(block)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	return path
}

// outage is a connection at every door, held through the trouble.
type outage struct {
	s    *outside.Server
	book *ledger
	smtp *smtpWriter
	imap *imapWriter
	jmap *jmapWriter
}

func newOutage(t *testing.T, s *outside.Server) *outage {
	o := &outage{s: s, book: newLedger(faultAccounts)}
	o.connect(t)
	return o
}

// connect opens the connections (anew).
func (o *outage) connect(t *testing.T) {
	t.Helper()
	w1, err := newSMTPWriter(o.s, o.book, 0)
	must(t, err)
	w2, err := newIMAPWriter(o.s, o.book, faultAccounts[1])
	must(t, err)
	w3, err := newJMAPWriter(o.s, o.book, faultAccounts[2])
	must(t, err)
	o.smtp, o.imap, o.jmap = w1.(*smtpWriter), w2.(*imapWriter), w3.(*jmapWriter)
}

// works does n things at every door.
func (o *outage) works(t *testing.T, n int) {
	t.Helper()
	for range n {
		for _, w := range []writer{o.smtp, o.imap, o.jmap} {
			must(t, w.step())
		}
	}
}

// temporary says whether an answer is its door's way to say: later.
func temporary(err error) bool {
	var smtp *outside.SMTPError
	var imap *outside.IMAPError
	var http *outside.HTTPError
	var method *outside.MethodError
	switch {
	case errors.As(err, &smtp):
		return smtp.Temporary()
	case errors.As(err, &imap):
		return imap.Status == "NO" && strings.HasPrefix(imap.Text, "[UNAVAILABLE]")
	case errors.As(err, &http):
		return http.Status == 503
	case errors.As(err, &method):
		return method.Type == "serverUnavailable"
	}
	return false
}

// refuses goes on at every door until it refuses, which must be with its
// temporary error, on the same connection, three times.
func (o *outage) refuses(t *testing.T) {
	t.Helper()
	for _, w := range []writer{o.smtp, o.imap, o.jmap} {
		refused := 0
		var said error
		for range 600 {
			err := w.step()
			if err == nil {
				continue
			}
			if !temporary(err) {
				t.Errorf("%T: not a temporary error: %v", w, err)
			}
			said = err
			if refused++; refused == 12 { // the writers take turns at appending and marking
				break
			}
		}
		if refused < 12 {
			t.Errorf("%T: refused only %d times: %v", w, refused, said)
		}
		t.Logf("%T was told: %v", w, said)
	}
}

// reads checks that what is there can still be read. The account is one that
// was signed in to before: the first time writes its standard mailboxes.
func (o *outage) reads(t *testing.T) {
	t.Helper()
	n := 0
	c := signedIn(t, o.s, o.imap.account, "INBOX")
	must(t, c.Literals("FETCH 1:* BODY.PEEK[]", func(string, []byte) { n++ }))
	if n == 0 {
		t.Error("nothing can be read while nothing can be written")
	}
}

// recovers waits until every door works again by itself.
func (o *outage) recovers(t *testing.T) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for {
		w, err := newSMTPWriter(o.s, o.book, 0)
		if err == nil {
			err = w.step()
		}
		if err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("no recovery: %v", err)
		}
		time.Sleep(50 * time.Millisecond)
	}
	o.connect(t)
	o.works(t, 10)
}

// finish compares everything and checks the store.
func (o *outage) finish(t *testing.T) {
	t.Helper()
	for _, account := range faultAccounts {
		o.book.compare(t, o.s, account)
	}
	must(t, o.s.Stop(10*time.Second))
	checkClean(t, o.s)
}
