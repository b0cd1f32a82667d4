package imap

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"chancery/kit/errs"
	"chancery/policy"
)

// standing says who is not let in any more, by account.
type standing struct{ ended, faulty atomic.Int64 }

// Standing ends who was locked meanwhile.
func (o *office) Standing(_ context.Context, s policy.Subject, _ string) error {
	switch s.Account {
	case o.standing.ended.Load():
		return errs.E(errs.Unauthenticated, "The session has ended.")
	case o.standing.faulty.Load():
		return errs.E(errs.Unavailable, "The database is away.")
	}
	return nil
}

// TestStanding closes the connections of somebody who was locked: at the next
// command, and in IDLE before the next letter is told. A fault closes nothing.
func TestStanding(t *testing.T) {
	o := newOffice(t, Config{StandEvery: time.Nanosecond}, "ann", "bob")
	working, idling, other := o.signedIn(t, "ann"), o.signedIn(t, "ann"), o.signedIn(t, "bob")
	idling.do("SELECT INBOX")
	idling.send("a IDLE\r\n")
	if line := idling.line(); !strings.HasPrefix(line, "+") {
		t.Fatal(line)
	}
	bob := o.people["bob"].ID
	o.standing.faulty.Store(bob)
	o.standing.ended.Store(o.people["ann"].ID)
	other.do("NOOP") // which fails the test unless it is answered OK
	working.send("b LIST \"\" *\r\n")
	if line := working.line(); !strings.HasPrefix(line, "* BYE The sign-in has ended") {
		t.Errorf("told %q", line)
	}
	// A letter wakes who is idle.
	o.deliver(t, "ann")
	idling.conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	if line := idling.line(); !strings.HasPrefix(line, "* BYE The sign-in has ended") {
		t.Errorf("told %q", line)
	}
}

// deliver puts a letter into somebody's inbox.
func (o *office) deliver(t *testing.T, name string) {
	t.Helper()
	letter := "From: x@out.example\r\nTo: " + name + "@city.example\r\nSubject: news\r\n\r\ntext\r\n"
	if err := o.room.Tell(t.Context(), o.people[name], strings.NewReader(letter)); err != nil {
		t.Fatal(err)
	}
}
