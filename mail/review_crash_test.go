package mail

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"chancery/approval"
	"chancery/audit"
	"chancery/kit/clock"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
)

// reviewChildEnv names the data directory for the process that is killed.
const reviewChildEnv = "CHANCERY_REVIEW_CHILD"

// agencyAt opens an agency whose data outlive the process.
func agencyAt(t *testing.T, dir string) *agency {
	t.Helper()
	o := openAt(t, dir)
	g := &agency{postOffice: &postOffice{office: o, clock: clock.NewFake(time.Now())}}
	desk, err := approval.New(t.Context(), o.db, o.dir, nil, nil, clock.System{}, testkit.Log(t))
	check(t, err)
	g.desk = desk
	g.room.UseApprovals(desk)
	g.carl, g.dora = g.web(t, "carl@city.example"), g.web(t, "dora@city.example")
	g.ann, g.bob = g.web(t, "ann@city.example"), g.web(t, "bob@city.example")
	return g
}

// TestReviewChild is the process that TestReviewSurvivesKill kills. It sends,
// releases, refuses and takes back letters as fast as it can, and says what was
// acknowledged.
func TestReviewChild(t *testing.T) {
	dir := os.Getenv(reviewChildEnv)
	if dir == "" {
		t.Skip("run by TestReviewSurvivesKill")
	}
	g := agencyAt(t, dir)
	ctx := context.Background()
	go func() { _ = g.room.RunQueue(ctx) }()
	for n := 0; ; n++ {
		s := g.send(t, fmt.Sprintf("%04d of the budget %d", n%10_000, time.Now().UnixNano()))
		fmt.Println("held", s.ID)
		if n%4 == 3 {
			must(g.ann.CancelSubmission(ctx, s.ID))
			fmt.Println("recalled", s.ID)
			continue
		}
		for _, x := range g.waiting(t, g.carl) {
			about := must(g.room.aboutReview(ctx, g.ann.subject, x.Case, false)).(HeldLetter)
			what := approval.Approve
			if n%4 == 2 {
				what = approval.Refuse
			}
			_, err := g.desk.Decide(ctx, g.carl.subject, x.ID, what, "since it is so")
			check(t, err)
			fmt.Println(what, about.Submission)
		}
	}
}

// TestReviewSurvivesKill kills a server at random moments: what was held waits,
// what was released arrives once, what was refused or taken back never does,
// and the record is whole.
func TestReviewSurvivesKill(t *testing.T) {
	dir := t.TempDir()
	first := agencyAt(t, dir)
	rule := heldRule()
	_, _, err := first.room.ChangeRule(t.Context(), policy.System(1), 0, &rule, "")
	check(t, err)
	first.desk.Wait()
	first.db.Close()
	said := map[int64][]string{}
	for round := range 5 {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestReviewChild$")
		child.Env = append(os.Environ(), reviewChildEnv+"="+dir)
		var out strings.Builder
		child.Stdout, child.Stderr = &out, &out
		check(t, child.Start())
		time.Sleep(700*time.Millisecond + time.Duration(rand.IntN(900))*time.Millisecond)
		_ = child.Process.Kill()
		_ = child.Wait()
		if strings.Contains(out.String(), "FAIL") || strings.Contains(out.String(), "panic") {
			t.Fatalf("round %d: %s", round, out.String())
		}
		for line := range strings.Lines(out.String()) {
			what, number, whole := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
			n, err := strconv.ParseInt(number, 10, 64)
			if whole && err == nil && strings.HasSuffix(line, "\n") {
				said[n] = append(said[n], what)
			}
		}
	}
	g := agencyAt(t, dir)
	defer g.desk.Wait()
	check(t, g.room.ReleaseQueue(t.Context()))
	g.start(t)
	until(t, "the queue rests", func() bool { return !slices.Contains(g.released(t), true) })
	counts := map[string]int{}
	waiting := map[int64]bool{}
	for _, x := range g.waiting(t, g.carl) {
		waiting[must(g.room.aboutReview(t.Context(), g.ann.subject, x.Case, false)).(HeldLetter).Submission] = true
	}
	for n, what := range said {
		s := must(g.ann.Submission(t.Context(), n))
		last := what[len(what)-1]
		counts[last]++
		d := s.Status["bob@city.example"].Delivered
		switch last {
		case "held": // the next step may have been done and not told
			if s.Undo == UndoPending && !waiting[n] {
				t.Errorf("submission %d was held and does not wait", n)
			}
		case "recalled":
			if s.Undo != UndoCanceled || d != "no" || waiting[n] {
				t.Errorf("submission %d was taken back: %+v", n, s)
			}
		case string(approval.Approve):
			if s.Undo != UndoFinal || d != "yes" || waiting[n] {
				t.Errorf("submission %d was released: %+v", n, s)
			}
		case string(approval.Refuse):
			if s.Undo != UndoFinal || d != "no" || waiting[n] {
				t.Errorf("submission %d was refused: %+v", n, s)
			}
		}
	}
	t.Logf("last acknowledged: %v; %d wait", counts, len(waiting))
	if counts[string(approval.Approve)] == 0 || counts[string(approval.Refuse)] == 0 || counts["recalled"] == 0 {
		t.Error("the test saw too little")
	}
	g.once(t)
	g.sound(t)
	if r, err := audit.Verify(t.Context(), g.db, 1, audit.Against{}); err != nil || r.Fault != "" {
		t.Errorf("the record: %+v, %v", r, err)
	}
}

// released says of each letter in the queue whether it is on its way.
func (g *agency) released(t *testing.T) (list []bool) {
	t.Helper()
	check(t, g.db.Read(t.Context(), func(tx *store.Tx) error {
		return tx.Query(t.Context(), "SELECT case_id FROM mail_queue", nil, func(scan func(...any) error) error {
			var c int64
			err := scan(&c)
			list = append(list, c == 0)
			return err
		})
	}))
	return list
}

// once fails where bob has a letter twice.
func (g *agency) once(t *testing.T) {
	t.Helper()
	texts := g.letters(t, g.bob)
	n := len(texts)
	slices.Sort(texts)
	if len(slices.Compact(texts)) != n {
		t.Error("a letter arrived twice")
	}
}
