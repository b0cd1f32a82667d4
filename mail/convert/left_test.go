package convert

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// converting is the environment variable that makes TestServer a server.
const converting = "CHANCERY_TEST_CONVERTING"

// processes are those that belong to conversions, by their directory.
func processes(t *testing.T) map[int]bool {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	found := map[int]bool{}
	for _, name := range all {
		line, err := os.ReadFile(name)
		if err == nil && bytes.Contains(line, []byte(filepath.Join(os.TempDir(), dirs))) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
			found[pid] = true
		}
	}
	return found
}

// nothingLeft waits until there are no more processes than before.
func nothingLeft(t *testing.T, before map[int]bool) {
	t.Helper()
	end := time.Now().Add(5 * time.Second)
	for {
		more := 0
		for pid := range processes(t) {
			if !before[pid] {
				more++
			}
		}
		if more == 0 {
			return
		}
		if time.Now().After(end) {
			t.Errorf("%d processes are left", more)
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// TestServer is what TestKilled starts and kills: a server in the middle of a conversion.
func TestServer(t *testing.T) {
	program := os.Getenv(converting)
	if program == "" {
		t.Skip("only when TestKilled starts it")
	}
	_, err := New(Config{Program: program}).PDF(t.Context(), "docx", strings.NewReader("a letter"))
	t.Fatal("it ended", err)
}

// TestKilled kills a server with kill -9 while it converts. What it started
// ends with it, and the next server removes the letter from the disk.
func TestKilled(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	begun := filepath.Join(t.TempDir(), "begun")
	program := stand(t, `sleep 300 & echo begun > `+begun+`; sleep 300`)
	server := exec.Command(os.Args[0], "-test.run=^TestServer$")
	server.Env = append(os.Environ(), converting+"="+program)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(begun); err == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the server did not begin")
		}
	}
	left := func() []string {
		found, _ := filepath.Glob(filepath.Join(os.TempDir(), dirs+"*"))
		return found
	}
	if len(processes(t)) == 0 || len(left()) != 1 {
		t.Fatalf("%v, %v", processes(t), left())
	}
	New(Config{Program: program}) // another server does not sweep away what is being converted
	if len(left()) != 1 {
		t.Error("the directory of a conversion was swept away")
	}
	_ = server.Process.Kill()
	_ = server.Wait()
	nothingLeft(t, nil)
	New(Config{Program: program})
	if found := left(); len(found) != 0 {
		t.Errorf("%v are left", found)
	}
}
