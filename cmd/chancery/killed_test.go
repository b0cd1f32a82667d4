package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/cmd/bench/outside"
	"chancery/kit/testkit"
)

// TestKilled kills the server at random points while letters arrive by every
// door and are marked, moved and destroyed. In the end everything that was
// acknowledged is there exactly once, and nothing is wrong with the store.
// CHANCERY_KILLS says how often (20 by default, a quarter of it on PostgreSQL).
func TestKilled(t *testing.T) {
	kills := 20
	if text := os.Getenv("CHANCERY_KILLS"); text != "" {
		n, err := strconv.Atoi(text)
		must(t, err)
		kills = n
	}
	t.Run("sqlite", func(t *testing.T) {
		s := server(t, t.TempDir(), `audit.checkpoint_every = "1s"`, killedAccounts...)
		killed(t, s, kills, s.Kill)
	})
	t.Run("postgres", func(t *testing.T) {
		s := server(t, t.TempDir(), fmt.Sprintf("audit.checkpoint_every = \"1s\"\nstorage.database = %q", testkit.Postgres(t)), killedAccounts...)
		killed(t, s, max(kills/4, 1), s.Kill)
	})
	t.Run("power cut", func(t *testing.T) { powerCuts(t, max(kills/5, 1)) })
}

var killedAccounts = []string{
	"p0@city.example", "p1@city.example", "p2@city.example", "p3@city.example",
	"p4@city.example", "p5@city.example", "p6@city.example", "p7@city.example",
}

// powerCuts is killed on a file system that loses all that was not synced.
func powerCuts(t *testing.T, cuts int) {
	d := newDisk(t)
	s := server(t, filepath.Join(d.dir, "data"), `audit.checkpoint_every = "1s"`, killedAccounts...)
	killed(t, s, cuts, func() {
		// Between the fault and the end, the doors say: later.
		d.cut(t)
		s.Kill()
		d.restore(t)
	})
}

// killed is one run of TestKilled: cut ends the server, in one way or another.
func killed(t *testing.T, s *outside.Server, kills int, cut func()) {
	accounts := killedAccounts
	book := newLedger(accounts)
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	start(t, s)
	for n := range 6 {
		wg.Go(func() { repeat(ctx, book, func() (writer, error) { return newSMTPWriter(s, book, n) }) })
	}
	for n := range 2 {
		wg.Go(func() { repeat(ctx, book, func() (writer, error) { return newIMAPWriter(s, book, accounts[n]) }) })
		wg.Go(func() { repeat(ctx, book, func() (writer, error) { return newJMAPWriter(s, book, accounts[2+n]) }) })
	}
	for n := range kills {
		time.Sleep(time.Duration(100+rand.IntN(1000)) * time.Millisecond)
		// A slow machine needs longer for as much.
		for end := time.Now().Add(20 * time.Second); !book.counts().prove(n+1) && time.Now().Before(end); {
			time.Sleep(10 * time.Millisecond)
		}
		cut()
		start(t, s)
	}
	time.Sleep(300 * time.Millisecond)
	stop()
	wg.Wait()
	for _, account := range accounts {
		book.compare(t, s, account)
	}
	book.report(t, kills)
	must(t, s.Stop(10*time.Second))
	checkClean(t, s)
}

// writer does one thing after another until its connection breaks.
type writer interface {
	step() error
	close()
}

// repeat runs a writer, and a new one whenever the server went away.
func repeat(ctx context.Context, book *ledger, open func() (writer, error)) {
	for ctx.Err() == nil {
		w, err := open()
		if err != nil {
			book.broke(err)
			time.Sleep(3 * time.Millisecond)
			continue
		}
		for err == nil && ctx.Err() == nil {
			err = w.step()
		}
		w.close()
		book.broke(err)
	}
}

// known says how far an action got.
type known int

const (
	not   known = iota
	tried       // sent, never answered: both outcomes are right
	done        // acknowledged
)

// entry is one letter in one account.
type entry struct {
	size             int
	filed            known
	moved, destroyed known
	flags            map[string]known
	id               string // UID or Email id, for the writer that made it
}

// ledger is what the clients know of the letters they sent.
type ledger struct {
	mu       sync.Mutex
	next     int
	accounts []string
	letters  map[string]map[string]*entry // account, key
	refused  []string
}

func newLedger(accounts []string) *ledger {
	b := &ledger{accounts: accounts, letters: map[string]map[string]*entry{}}
	for _, a := range accounts {
		b.letters[a] = map[string]*entry{}
	}
	return b
}

// begin notes that a letter is about to be sent to accounts.
func (b *ledger) begin(size int, accounts ...string) (key string, text []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next++
	key = fmt.Sprintf("n%d", b.next)
	for _, a := range accounts {
		b.letters[a][key] = &entry{size: size, filed: tried, flags: map[string]known{}}
	}
	return key, letterText(key, size)
}

// set changes an entry under the lock.
func (b *ledger) set(account, key string, change func(e *entry)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(b.letters[account][key])
}

// counts is how much was acknowledged, and how many letters were not.
type counts struct{ letters, open, flags, moved, destroyed int }

func (b *ledger) counts() (c counts) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, list := range b.letters {
		for _, e := range list {
			if e.filed == done {
				c.letters++
			} else {
				c.open++
			}
			for _, f := range e.flags {
				c.flags += int(f) / int(done)
			}
			c.moved += int(e.moved) / int(done)
			c.destroyed += int(e.destroyed) / int(done)
		}
	}
	return c
}

// prove says whether enough was acknowledged for kills to be worth their while.
func (c counts) prove(kills int) bool {
	return c.letters >= 20*kills && c.flags >= kills && c.moved > 0 && c.destroyed > 0
}

// broke notes why a writer stopped, if it was a refusal for good.
func (b *ledger) broke(err error) {
	if temporary(err) {
		return
	}
	switch err.(type) {
	case *outside.SMTPError, *outside.IMAPError, *outside.HTTPError, *outside.MethodError:
		b.mu.Lock()
		b.refused = append(b.refused, err.Error())
		b.mu.Unlock()
	}
}

// pick chooses a letter of an account that is surely there, to do something
// more with.
func (b *ledger) pick(account string, fit func(e *entry) bool) (key, id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for key, e := range b.letters[account] {
		if e.filed == done && e.id != "" && e.moved == not && e.destroyed == not && fit(e) {
			return key, e.id
		}
	}
	return "", ""
}

// randomSize gives mostly small letters; some have a file of their own in the store.
func randomSize() int {
	switch rand.IntN(30) {
	case 0:
		return 300<<10 + rand.IntN(200<<10)
	case 1, 2, 3:
		return 30 << 10
	}
	return 500 + rand.IntN(4000)
}

// letterText is a letter that can be made again from its key and size.
func letterText(key string, size int) []byte {
	seed := uint64(len(key))
	for _, c := range []byte(key) {
		seed = seed*131 + uint64(c)
	}
	r := rand.New(rand.NewPCG(seed, uint64(size)))
	var b bytes.Buffer
	fmt.Fprintf(&b, "From: Load <load@elsewhere.example>\r\nTo: somebody@city.example\r\nSubject: Letter %s\r\nMessage-ID: <%s@load.example>\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n\r\n", key, key)
	for b.Len() < size {
		for range 8 {
			fmt.Fprintf(&b, "%08x ", r.Uint32())
		}
		b.WriteString("\r\n")
	}
	return b.Bytes()
}

// found is a letter as the server has it in the end.
type found struct {
	box   string
	flags string
	body  []byte
}

var messageID = regexp.MustCompile(`(?m)^Message-ID: <(n\d+)@load\.example>`)

// fetchAll reads every letter of an account.
func fetchAll(t *testing.T, s *outside.Server, account string) map[string][]found {
	t.Helper()
	all := map[string][]found{}
	c := signedIn(t, s, account, "")
	for _, box := range []string{"INBOX", "Done"} {
		if _, err := c.Do("EXAMINE %s", box); err != nil {
			continue // only the IMAP writers make Done
		}
		err := c.Literals("FETCH 1:* (FLAGS BODY.PEEK[])", func(text string, body []byte) {
			id := messageID.FindSubmatch(body)
			if id == nil {
				t.Errorf("%s: a letter without a Message-ID of ours: %.200q", account, body)
				return
			}
			all[string(id[1])] = append(all[string(id[1])], found{box, text, body})
		})
		if err != nil && !strings.Contains(err.Error(), "BAD") { // 1:* in an empty mailbox
			t.Fatal(err)
		}
	}
	return all
}

// compare fails for every letter that is not as the clients know it must be.
func (b *ledger) compare(t *testing.T, s *outside.Server, account string) {
	t.Helper()
	have := fetchAll(t, s, account)
	for key, e := range b.letters[account] {
		copies := have[key]
		delete(have, key)
		switch {
		case len(copies) > 1:
			t.Errorf("%s %s: stored %d times", account, key, len(copies))
		case len(copies) == 0 && e.filed == done && e.destroyed == not:
			t.Errorf("%s %s: acknowledged, but lost", account, key)
		case len(copies) == 1 && e.destroyed == done:
			t.Errorf("%s %s: destroyed, but still there", account, key)
		case len(copies) == 1:
			compareOne(t, account+" "+key, key, e, copies[0])
		}
	}
	for key := range have {
		t.Errorf("%s %s: nobody sent it here", account, key)
	}
}

func compareOne(t *testing.T, name, key string, e *entry, f found) {
	t.Helper()
	if want := letterText(key, e.size); !bytes.Equal(cutTrace(f.body), want) {
		t.Errorf("%s: %d bytes came back, not the %d that were sent", name, len(f.body), len(want))
	}
	if e.moved == done && f.box != "Done" || e.moved == not && f.box != "INBOX" {
		t.Errorf("%s: is in %s, moved=%d", name, f.box, e.moved)
	}
	for flag, state := range e.flags {
		if state == done && !strings.Contains(f.flags, flag) {
			t.Errorf("%s: the acknowledged flag %s is lost: %s", name, flag, f.flags)
		}
	}
}

// report says how much was proved, and fails when that is next to nothing.
func (b *ledger) report(t *testing.T, kills int) {
	c := b.counts()
	t.Logf("%d kills: %d letters acknowledged (%d never answered), %d flags, %d moves, %d removals", kills, c.letters, c.open, c.flags, c.moved, c.destroyed)
	if !c.prove(kills) {
		t.Errorf("too little was acknowledged for %d kills to prove anything", kills)
	}
	if len(b.refused) > 0 {
		t.Errorf("%d refusals of a healthy server, the first: %s", len(b.refused), b.refused[0])
	}
}
