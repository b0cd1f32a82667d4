package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"chancery/cmd/bench/outside"
	"chancery/kit/testkit"
)

// TestKilledLater kills the server while letters wait: snoozed, with
// reminders, scheduled, held for undo, sent on by scripts, and while scripts
// and rules change hands. When all is due, everything that was acknowledged
// has happened exactly once.
func TestKilledLater(t *testing.T) {
	kills := 12
	if text := os.Getenv("CHANCERY_KILLS"); text != "" {
		n, err := strconv.Atoi(text)
		must(t, err)
		kills = n
	}
	t.Run("sqlite", func(t *testing.T) {
		killedLater(t, server(t, t.TempDir(), "", laterAccounts...), kills, 300*time.Millisecond)
	})
	t.Run("postgres", func(t *testing.T) {
		// What a server had in hand when it died is free when its lease ends.
		extra := fmt.Sprintf("storage.database = %q\nqueue.lease = \"2s\"", testkit.Postgres(t))
		killedLater(t, server(t, t.TempDir(), extra, laterAccounts...), max(kills/3, 4), 3*time.Second)
	})
}

const (
	laterOwner  = "owner@city.example"  // snoozes, is reminded, sends
	laterFriend = "friend@city.example" // gets what the owner sends
	laterRuled  = "ruled@city.example"  // has scripts that send on to laterGoal
	laterGoal   = "goal@city.example"
	laterSwitch = "switch@city.example" // changes scripts and rules all the time
)

var laterAccounts = []string{laterOwner, laterFriend, laterRuled, laterGoal, laterSwitch}

// killedLater is one run of TestKilledLater; pause is the least time between
// two kills.
func killedLater(t *testing.T, s *outside.Server, kills int, pause time.Duration) {
	start(t, s)
	sendOnFor(t, s)
	b := &laterBook{made: map[string]*waiting{}}
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for _, open := range []func() (laterWriter, error){
		func() (laterWriter, error) { return newWaiter(s, b) },
		func() (laterWriter, error) { return newWaiter(s, b) },
		func() (laterWriter, error) { return newForwarder(s, b) },
		func() (laterWriter, error) { return newSwitcher(s, b) },
	} {
		wg.Go(func() { b.repeat(ctx, open) })
	}
	// On a slow machine what is rare takes more of them.
	for n := 0; n < kills || n < 4*kills && len(b.unproved()) > 0; n++ {
		time.Sleep(pause + time.Duration(rand.IntN(900))*time.Millisecond)
		s.Kill()
		start(t, s)
	}
	time.Sleep(300 * time.Millisecond)
	stop()
	wg.Wait()
	b.settle(t, s)
	b.report(t, kills)
	must(t, s.Stop(10*time.Second))
	checkClean(t, s)
}

// laterWriter does one thing after another until the server goes away.
type laterWriter interface {
	step() error
	close()
}

// waiting is a letter or a state that is to come about.
type waiting struct {
	kind  string // snooze, remind, send, undo, forward
	asked known  // how far the wish got
	taken known  // of undo: the taking back
	late  bool   // of undo: the server said that it was too late
}

// laterBook is what the clients know.
type laterBook struct {
	mu       sync.Mutex
	next     int
	made     map[string]*waiting // by Message-ID
	active   []string            // names that may be active: the last acknowledged, then those tried after it
	refused  []string
	switched int // how often, acknowledged
}

func (b *laterBook) begin(kind string) (key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next++
	key = fmt.Sprintf("n%d", b.next)
	b.made[key] = &waiting{kind: kind}
	return key
}

func (b *laterBook) set(key string, change func(w *waiting)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(b.made[key])
}

// repeat runs a writer, and a new one whenever the server went away.
func (b *laterBook) repeat(ctx context.Context, open func() (laterWriter, error)) {
	for ctx.Err() == nil {
		w, err := open()
		for err == nil && ctx.Err() == nil {
			err = w.step()
		}
		if w != nil {
			w.close()
		}
		if refusal(err) {
			b.mu.Lock()
			b.refused = append(b.refused, err.Error())
			b.mu.Unlock()
		}
		time.Sleep(3 * time.Millisecond)
	}
}

// refusal says whether a healthy server said no for good.
func refusal(err error) bool {
	if temporary(err) {
		return false
	}
	switch err.(type) {
	case *outside.SMTPError, *outside.HTTPError, *outside.MethodError:
		return true
	}
	return false
}

// report says how much was proved, and fails when that is next to nothing.
func (b *laterBook) report(t *testing.T, kills int) {
	t.Helper()
	t.Logf("%d kills: %v", kills, b.acknowledged())
	if kinds := b.unproved(); len(kinds) > 0 {
		t.Errorf("nothing of %q was acknowledged: %d kills prove nothing", kinds, kills)
	}
	if len(b.refused) > 0 {
		t.Errorf("%d refusals of a healthy server, the first: %s", len(b.refused), b.refused[0])
	}
}

// settle waits until all is due and compares it with what must be.
func (b *laterBook) settle(t *testing.T, s *outside.Server) {
	t.Helper()
	var owner, friend, ruled, goal map[string][]seen
	deadline := time.Now().Add(20 * time.Second)
	for {
		owner, friend = allSeen(t, s, laterOwner), allSeen(t, s, laterFriend)
		ruled, goal = allSeen(t, s, laterRuled), allSeen(t, s, laterGoal)
		if b.open(owner, friend) == 0 || time.Now().After(deadline) {
			break
		}
		time.Sleep(200 * time.Millisecond)
	}
	for key, w := range b.made {
		switch w.kind {
		case "snooze", "remind":
			w.compareHere(t, key, owner[key])
		case "send":
			w.once(t, key, len(friend[key]), w.asked == done)
		case "undo":
			w.compareUndo(t, key, len(friend[key]))
		case "forward":
			w.once(t, key, len(goal[key]), w.asked == done)
			if len(ruled[key]) > 0 {
				t.Errorf("forward %s: sent on and kept", key)
			}
		}
	}
	b.compareActive(t, s)
}

// acknowledged counts what was, by kind.
func (b *laterBook) acknowledged() map[string]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	counts := map[string]int{"switch": b.switched}
	for _, w := range b.made {
		switch {
		case w.kind == "undo" && w.taken == done:
			counts["undo taken back"]++
		case w.kind == "undo" && w.late:
			counts["undo too late"]++
		case w.asked == done:
			counts[w.kind]++
		}
	}
	return counts
}

// unproved names the kinds of which nothing was acknowledged.
func (b *laterBook) unproved() []string {
	counts := b.acknowledged()
	return slices.DeleteFunc([]string{"snooze", "remind", "send", "undo taken back", "undo too late", "forward", "switch"},
		func(kind string) bool { return counts[kind] > 0 })
}

// open counts what has not happened yet.
func (b *laterBook) open(owner, friend map[string][]seen) (n int) {
	for key, w := range b.made {
		if w.asked != done {
			continue
		}
		switch {
		case w.kind == "snooze" && !(len(owner[key]) == 1 && owner[key][0].inbox && owner[key][0].back):
			n++
		case w.kind == "remind" && !(len(owner[key]) == 1 && owner[key][0].reminded):
			n++
		case w.kind == "send" && len(friend[key]) == 0, w.kind == "undo" && w.late && len(friend[key]) == 0:
			n++
		}
	}
	return n
}

// compareHere fails unless a letter is there once and came back.
func (w *waiting) compareHere(t *testing.T, key string, have []seen) {
	t.Helper()
	switch {
	case w.asked != done && len(have) <= 1:
	case len(have) != 1:
		t.Errorf("%s %s: there %d times", w.kind, key, len(have))
	case !have[0].inbox || have[0].boxes != 1:
		t.Errorf("%s %s: in %d mailboxes, the inbox: %v", w.kind, key, have[0].boxes, have[0].inbox)
	case w.kind == "snooze" && !have[0].back, w.kind == "remind" && !have[0].reminded:
		t.Errorf("%s %s: it never came back", w.kind, key)
	}
}

// once fails unless a letter arrived exactly once; not more when nobody was
// told that it would.
func (w *waiting) once(t *testing.T, key string, copies int, sure bool) {
	t.Helper()
	if copies > 1 || sure && copies == 0 {
		t.Errorf("%s %s: arrived %d times", w.kind, key, copies)
	}
}

func (w *waiting) compareUndo(t *testing.T, key string, copies int) {
	t.Helper()
	if w.taken == done && copies > 0 {
		t.Errorf("undo %s: taken back, and sent all the same", key)
	}
	w.once(t, key, copies, w.asked == done && (w.late || w.taken == not))
}
