package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chancery/cmd/bench/outside"
	"chancery/kit/testkit"
	"chancery/store"
)

// TestAuditVerify kills a server again and again while people sign in, and
// verifies the record between: what was signed before a crash is there after
// it. Then a row is changed, by somebody with all keys, and found.
func TestAuditVerify(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		s := server(t, t.TempDir(), fmt.Sprintf("audit.checkpoint_every = \"1s\"\nstorage.database = %q", url), killedAccounts...)
		var kept string
		for n := range 4 {
			start(t, s)
			ctx, stop := context.WithTimeout(t.Context(), time.Duration(1200+150*n)*time.Millisecond)
			signInAll(ctx, s)
			stop()
			s.Kill()
			entries, text := verified(t, s, 0)
			if entries < len(killedAccounts)*(n+1) {
				t.Fatalf("after %d kills there are %d entries:\n%s", n+1, entries, text)
			}
			if n == 1 {
				out, err := s.Command(t.Context(), "audit", "checkpoint").Output()
				must(t, err)
				kept = filepath.Join(s.Dir, "kept")
				must(t, os.WriteFile(kept, out, 0o600))
			}
		}
		verified(t, s, 0, "--checkpoint", kept)
		for _, key := range []string{"chancery-audit-1-0+00000000+AAAA", "chancery-audit-2-0+00000000+AAAA", "x"} {
			verified(t, s, 1, "--key", key)
		}
		strange := filepath.Join(s.Dir, "strange")
		must(t, os.WriteFile(strange, []byte("no checkpoint\n"), 0o600))
		verified(t, s, 1, "--checkpoint", strange)

		db, err := store.Open(t.Context(), store.Options{Dir: s.Dir, URL: url, Log: testkit.Log(t)})
		must(t, err)
		must(t, db.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Exec(t.Context(), "UPDATE audit SET peer = '192.0.2.99' WHERE seq = 5")
			return err
		}))
		must(t, db.Close())
		if _, text := verified(t, s, 1); !strings.Contains(text, "entry 5") {
			t.Errorf("the changed entry is not named:\n%s", text)
		}
		if out, err := s.Run(t.Context(), "check"); err == nil || !strings.Contains(out, "entry 5") {
			t.Errorf("the check of everything says nothing of it: %s", out)
		}
	})
}

// signInAll signs in to every account in turn until the time is over, each
// once at least.
func signInAll(ctx context.Context, s *outside.Server) {
	for round := 0; round == 0 || ctx.Err() == nil; round++ {
		for _, account := range killedAccounts {
			// From an address of its own, as a sign-in that is remembered makes no entry.
			if c, err := outside.DialIMAP(s.IMAP); err == nil {
				_ = c.Login(account, outside.Password+strings.Repeat("x", round%2))
				c.Close()
			}
		}
	}
}

// verified runs `chancery audit verify` and returns how many entries its last
// line counts.
func verified(t *testing.T, s *outside.Server, status int, args ...string) (entries int, text string) {
	t.Helper()
	cmd := s.Command(t.Context(), append([]string{"audit", "verify"}, args...)...)
	out, err := cmd.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		text = string(failed.Stderr)
	} else if err != nil {
		t.Fatal(err)
	}
	if cmd.ProcessState.ExitCode() != status {
		t.Fatalf("exit status %d, want %d: %s%s", cmd.ProcessState.ExitCode(), status, out, text)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if _, err := fmt.Sscanf(lines[len(lines)-1], "%d entries", &entries); err != nil {
		t.Fatalf("the last line is %q", lines[len(lines)-1])
	}
	return entries, string(out) + text
}
