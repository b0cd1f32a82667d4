package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/cmd/bench/outside"
	"chancery/kit/testkit"
)

// binEnv names the variable that holds a program built already.
const binEnv = "CHANCERY_BIN"

var built = sync.OnceValues(func() (string, error) {
	if bin := os.Getenv(binEnv); bin != "" {
		return filepath.Abs(bin)
	}
	dir, err := os.MkdirTemp("", "chancery-bin")
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "chancery")
	cmd := exec.Command("go", "build", "-o", bin, "./cmd/chancery")
	cmd.Dir = testkit.Root()
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the program: %w\n%s", err, out)
	}
	return bin, nil
})

// TestMain removes the program that the tests built for themselves.
func TestMain(m *testing.M) {
	code := m.Run()
	if bin, err := built(); os.Getenv(binEnv) == "" && err == nil && code >= 0 {
		os.RemoveAll(filepath.Dir(bin))
	}
	os.Exit(code)
}

// program returns the program under test.
func program(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("starts the whole program: not with -short")
	}
	bin, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

// server prepares a server with accounts, not started yet. It is killed when
// the test ends.
func server(t testing.TB, dir, extra string, accounts ...string) *outside.Server {
	t.Helper()
	s, err := outside.New(program(t), dir, extra)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Kill()
		if t.Failed() {
			log := s.Log()
			t.Logf("the end of the server's log:\n%s", log[max(0, len(log)-3000):])
		}
	})
	if err := s.AddAccounts(t.Context(), accounts...); err != nil {
		t.Fatal(err)
	}
	return s
}

// start starts a server and waits for its doors.
func start(t testing.TB, s *outside.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := s.Start(ctx); err != nil {
		t.Fatal(err)
	}
}

// must ends the test on an error.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// signedIn opens an IMAP connection with a mailbox selected.
func signedIn(t testing.TB, s *outside.Server, account, mailbox string) *outside.IMAP {
	t.Helper()
	c, err := outside.DialIMAP(s.IMAP)
	must(t, err)
	t.Cleanup(func() { c.Close() })
	must(t, c.Login(account, outside.Password))
	if mailbox != "" {
		_, err = c.Do("SELECT %s", mailbox)
		must(t, err)
	}
	return c
}

// checkClean runs `chancery check` and fails when it finds anything.
func checkClean(t testing.TB, s *outside.Server) {
	t.Helper()
	out, err := s.Run(t.Context(), "check")
	if err != nil {
		t.Error(err)
		return
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	t.Log(lines[len(lines)-1])
}

// cutTrace removes the fields that the receiving server puts on top of a
// message (RFC 5321 section 4.4).
func cutTrace(body []byte) []byte {
	rest := string(body)
	for {
		name, _, _ := strings.Cut(rest, ":")
		if name != "Return-Path" && name != "Received" && name != "Authentication-Results" && name != "Delivered-To" {
			return []byte(rest)
		}
		for first := true; first || strings.HasPrefix(rest, " ") || strings.HasPrefix(rest, "\t"); first = false {
			_, after, found := strings.Cut(rest, "\r\n")
			if !found {
				return []byte(rest)
			}
			rest = after
		}
	}
}
