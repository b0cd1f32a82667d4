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

	"chancery/directory"
	"chancery/kit/clock"
	"chancery/kit/testkit"
	"chancery/search"
	"chancery/store"
)

// childEnv names the data directory for the process that is killed.
const childEnv = "CHANCERY_INDEX_CHILD"

// openAt opens an office whose data outlive the process.
func openAt(t testing.TB, dir string) *office {
	t.Helper()
	ctx := t.Context()
	db, err := store.Open(ctx, store.Options{Dir: dir, Log: testkit.Log(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	people := must(directory.New(ctx, db, clock.System{}))
	o := &office{db: db, dir: people, room: must(New(ctx, db, people, Config{Hostname: "mail.city.example"}, clock.System{}, testkit.Log(t)))}
	a, _, err := people.Resolve(ctx, "ann@city.example")
	if err != nil {
		o.ann = o.person(t, "ann@city.example")
	} else {
		o.ann = must(o.room.Account(ctx, subject(a), a.ID))
	}
	return o
}

// TestIndexChild is the process that TestIndexSurvivesKill kills: it
// delivers and removes as fast as it can while the indexer runs.
func TestIndexChild(t *testing.T) {
	dir := os.Getenv(childEnv)
	if dir == "" {
		t.Skip("run by TestIndexSurvivesKill")
	}
	o := openAt(t, dir)
	o.withIndex(t)
	go o.room.RunIndexer(context.Background())
	inbox, _ := must(o.ann.Snapshot(t.Context())).ByRole(RoleInbox)
	for n := 0; ; n++ {
		m := o.append(t, o.ann, inbox.ID, letterOf("a@b.example", "ann@city.example", fmt.Sprint("letter ", n), "公文系統"))
		if n%7 == 3 {
			must(o.ann.Change(t.Context(), []Change{{ID: m.ID - 2, Destroy: true}}))
		}
	}
}

// TestIndexSurvivesKill kills a server at random points and checks that the
// index finds every message exactly once afterwards.
func TestIndexSurvivesKill(t *testing.T) {
	dir := t.TempDir()
	openAt(t, dir).db.Close()
	for round := range 5 {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestIndexChild$")
		child.Env = append(os.Environ(), childEnv+"="+dir)
		var out strings.Builder
		child.Stdout, child.Stderr = &out, &out
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second + time.Duration(rand.IntN(1500))*time.Millisecond)
		child.Process.Kill()
		child.Wait()
		if strings.Contains(out.String(), "FAIL") {
			t.Fatalf("round %d: %s", round, out.String())
		}
	}
	o := openAt(t, dir)
	x := must(search.Open(t.Context(), o.db))
	defer x.Close()
	o.room.UseIndex(x)
	mark := must(x.Covered(t.Context(), o.ann.ID()))
	if problems, err := o.room.CheckIndex(t.Context(), false); err != nil || len(problems) > 0 {
		t.Errorf("after the last kill: %v %v", problems, err)
	}
	o.room.index.wake(o.ann.ID())
	o.indexNow(t)
	n := must(o.ann.Snapshot(t.Context())).Len()
	if got := len(o.find(t, Filter{Text: []TextTest{{Field: InAny, Words: "公文"}}})); got != n || n == 0 || mark.Doc == 0 {
		t.Errorf("%d found of %d; the watermark was %v", got, n, mark)
	}
	if problems, err := o.room.CheckIndex(t.Context(), false); err != nil || len(problems) > 0 {
		t.Errorf("in the end: %v %v", problems, err)
	}
	t.Logf("%d messages, watermark after the last kill %v", n, mark)

	// A damaged index is found out and made again.
	if err := x.Apply(t.Context(), search.Batch{Account: o.ann.ID(), Remove: []int64{2, 4}, Mark: must(x.Covered(t.Context(), o.ann.ID()))}); err != nil {
		t.Fatal(err)
	}
	if problems, err := o.room.CheckIndex(t.Context(), true); err != nil || len(problems) != 1 {
		t.Errorf("damaged: %v %v", problems, err)
	}
	o.indexNow(t)
	if problems, err := o.room.CheckIndex(t.Context(), false); err != nil || len(problems) > 0 {
		t.Errorf("repaired: %v %v", problems, err)
	}
}
