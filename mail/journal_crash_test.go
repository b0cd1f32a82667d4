package mail

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"chancery/audit"
	"chancery/mail/flow"
	"chancery/policy"
)

// journalChildEnv names the data directory for the process that is killed.
const journalChildEnv = "CHANCERY_JOURNAL_CHILD"

// TestJournalChild is the process that TestJournalSurvivesKill kills. Its days
// are short: it keeps letters and ends them as fast as it can.
func TestJournalChild(t *testing.T) {
	dir := os.Getenv(journalChildEnv)
	if dir == "" {
		t.Skip("run by TestJournalSurvivesKill")
	}
	g := agencyAt(t, dir)
	g.room.clock, g.room.conf.Review.JournalDays = g.clock, 1
	for n := 0; ; n++ {
		g.out(t, fmt.Sprintf("Letter %d", n), "bob@city.example")
		fmt.Println("kept")
		if n%5 == 4 {
			g.clock.Advance(9 * time.Hour)
			must(g.room.tendJournal(context.Background()))
		}
	}
}

// TestJournalSurvivesKill kills a server at random moments: every letter is in
// the journal with its bytes, or has ended as the record says, and no byte is
// held for one that is not there.
func TestJournalSurvivesKill(t *testing.T) {
	dir := t.TempDir()
	first := agencyAt(t, dir)
	rule := flow.Rule{Name: "Keep", When: flow.When{Level: policy.Unlabelled}, Then: flow.Then{Journal: true}}
	_, _, err := first.room.ChangeRule(t.Context(), policy.System(1), 0, &rule, "")
	check(t, err)
	first.desk.Wait()
	first.db.Close()
	kept := int64(0)
	for round := range 4 {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestJournalChild$")
		child.Env = append(os.Environ(), journalChildEnv+"="+dir)
		var out strings.Builder
		child.Stdout, child.Stderr = &out, &out
		check(t, child.Start())
		time.Sleep(700*time.Millisecond + time.Duration(rand.IntN(900))*time.Millisecond)
		_ = child.Process.Kill()
		_ = child.Wait()
		if strings.Contains(out.String(), "FAIL") || strings.Contains(out.String(), "panic") {
			t.Fatalf("round %d: %s", round, out.String())
		}
		kept += int64(strings.Count(out.String(), "kept\n"))
	}
	g := agencyAt(t, dir)
	defer g.desk.Wait()
	r, err := g.room.VerifyJournal(t.Context(), 1, audit.Against{})
	check(t, err)
	t.Logf("%d acknowledged, %d are kept, %d have ended", kept, r.Letters, r.Ended)
	if len(r.Problems) > 0 || r.Record.Fault != "" || r.Letters+r.Ended < kept || r.Ended == 0 || r.Letters == 0 {
		t.Errorf("%+v", r)
	}
	g.sound(t)
}
