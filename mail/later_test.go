package mail

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/kit/errs"
	"chancery/kit/testkit"
)

// where returns the roles (or names) of the mailboxes a message is in.
func where(t *testing.T, a *Account, id int64) string {
	t.Helper()
	snap := must(a.Snapshot(t.Context()))
	m, ok := snap.Message(id)
	if !ok {
		return "gone"
	}
	var out []string
	for _, p := range m.Places {
		box, _ := snap.Mailbox(p.Mailbox)
		if box.Role != "" {
			out = append(out, box.Role)
		} else {
			out = append(out, box.Name)
		}
	}
	return strings.Join(out, " ")
}

func (p *postOffice) change(t *testing.T, c Change) error {
	t.Helper()
	out := must(p.ann.Change(t.Context(), []Change{c}))
	return out[0].Err
}

// receive files a letter from outside in ann's inbox.
func (p *postOffice) receive(t *testing.T, from, text string) {
	t.Helper()
	ctx := t.Context()
	l := must(p.room.Spool(ctx, 1, strings.NewReader(text)))
	to := must(p.room.CheckRecipient(ctx, "ann@city.example"))
	check(t, p.room.Receive(ctx, Incoming{From: from, Recipients: []Recipient{to}}, l))
}

// TestSnooze puts letters off and brings them back, at their time and by hand.
func TestSnooze(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		p := newPostOffice(t, url, Outbound{})
		ctx := t.Context()
		must(p.room.wakeDue(ctx))
		project := must(p.ann.CreateMailbox(ctx, NewMailbox{Name: "Project"}))
		old := p.append(t, p.ann, inboxID, letterText(1, ""))
		young := p.append(t, p.ann, inboxID, letterText(2, ""))
		filed := p.append(t, p.ann, project.ID, letterText(3, ""))
		check(t, p.change(t, Change{ID: old.ID, AddKeywords: []string{Seen}, AddTo: []int64{project.ID}}))

		until := p.clock.Now().Add(time.Hour)
		if err := p.change(t, Change{ID: old.ID, Snooze: &Snooze{Until: p.clock.Now()}}); !errs.Is(err, errs.Invalid) {
			t.Errorf("a time that is not in the future: %v", err)
		}
		if err := p.change(t, Change{ID: old.ID, Snooze: &Snooze{Until: until, Mailbox: 99}}); !errs.Is(err, errs.NotFound) {
			t.Errorf("a folder that is not there: %v", err)
		}
		if err := p.change(t, Change{ID: old.ID, Snooze: &Snooze{}}); !errs.Is(err, errs.Invalid) {
			t.Errorf("bringing back what is not snoozed: %v", err)
		}
		out := must(p.ann.Change(ctx, []Change{{ID: old.ID, Snooze: &Snooze{Until: until}}, {ID: filed.ID, Snooze: &Snooze{Until: until}}, {ID: young.ID, Snooze: &Snooze{Until: until, Mailbox: project.ID, Keywords: map[string]bool{"$flagged": true}}}}))
		for i, o := range out {
			check(t, o.Err)
			if !o.Changed {
				t.Errorf("%d was not changed", i)
			}
		}
		if got := where(t, p.ann, old.ID); got != "Project snoozed" && got != "snoozed Project" {
			t.Errorf("a letter of the inbox with a label is in %q", got)
		}
		if got := where(t, p.ann, filed.ID); got != "snoozed" {
			t.Errorf("a filed letter is in %q", got)
		}
		p.same(t, p.ann)
		later := must(p.ann.Later(ctx, old.ID, filed.ID))
		if s := later[filed.ID].Snooze; s == nil || !s.Until.Equal(until) {
			t.Errorf("snoozed %+v", later)
		}

		// By hand: where it was, read as it was.
		check(t, p.change(t, Change{ID: filed.ID, Snooze: &Snooze{}}))
		if got := where(t, p.ann, filed.ID); got != "Project" {
			t.Errorf("brought back by hand to %q", got)
		}
		p.clock.Advance(time.Hour - time.Second)
		must(p.room.wakeDue(ctx))
		if got := where(t, p.ann, young.ID); got != "snoozed" {
			t.Errorf("a second early in %q", got)
		}
		p.clock.Advance(time.Second)
		must(p.room.wakeDue(ctx))
		if got := where(t, p.ann, old.ID); !strings.Contains(got, "inbox") || strings.Contains(got, "snoozed") {
			t.Errorf("back in %q", got)
		}
		if got := where(t, p.ann, young.ID); got != "Project" {
			t.Errorf("back in the folder that was named: %q", got)
		}
		snap := must(p.ann.Snapshot(ctx))
		m, _ := snap.Message(old.ID)
		if m.Keywords.Has(Seen) || !m.Keywords.Has(Back) || m.BackMs != p.clock.Now().UnixMilli() {
			t.Errorf("not as new: %v %d", m.Keywords.List(), m.BackMs)
		}
		if m, _ := snap.Message(young.ID); !m.Keywords.Has(Flagged) {
			t.Errorf("keywords %v", m.Keywords.List())
		}
		p.same(t, p.ann)
		before := must(p.ann.Snapshot(ctx)).Modseq
		must(p.room.wakeDue(ctx))
		if after := must(p.ann.Snapshot(ctx)).Modseq; after != before {
			t.Error("brought back twice")
		}
	})
}

// TestSnoozeOrder says that what comes back stands above what came meanwhile.
func TestSnoozeOrder(t *testing.T) {
	p := newPostOffice(t, "", Outbound{})
	ctx := t.Context()
	old := p.append(t, p.ann, inboxID, letterText(1, ""))
	check(t, p.change(t, Change{ID: old.ID, Snooze: &Snooze{Until: p.clock.Now().Add(time.Hour)}}))
	p.clock.Advance(30 * time.Minute)
	p.append(t, p.ann, inboxID, letterText(2, ""))
	p.clock.Advance(30 * time.Minute)
	must(p.room.wakeDue(ctx))
	list := must(p.ann.Query(ctx, must(p.ann.Snapshot(ctx)), Filter{InMailbox: inboxID}, []Sort{{By: ByReceived, Descending: true}}, false))
	if len(list) != 2 || list[0].ID != old.ID {
		t.Errorf("the letter that came back is not first: %v", list)
	}
	// A reminder brings a letter up that stays in its place.
	young := list[1]
	check(t, p.change(t, Change{ID: young.ID, Reminder: &Reminder{At: p.clock.Now().Add(time.Hour)}}))
	p.clock.Advance(time.Hour)
	must(p.room.wakeDue(ctx))
	list = must(p.ann.Query(ctx, must(p.ann.Snapshot(ctx)), Filter{InMailbox: inboxID}, nil, false))
	if len(list) != 2 || list[0].ID != young.ID {
		t.Errorf("the letter reminded of is not first: %v", list)
	}
	p.same(t, p.ann)
}

// TestSnoozeMoved says that a letter taken out of the snoozed ones by hand,
// as an IMAP program does, stays where it was put.
func TestSnoozeMoved(t *testing.T) {
	p := newPostOffice(t, "", Outbound{})
	ctx := t.Context()
	m := p.append(t, p.ann, inboxID, letterText(1, ""))
	check(t, p.change(t, Change{ID: m.ID, Snooze: &Snooze{Until: p.clock.Now().Add(time.Hour)}}))
	archive, _ := must(p.ann.Snapshot(ctx)).ByRole(RoleArchive)
	check(t, p.change(t, Change{ID: m.ID, SetMailboxes: []int64{archive.ID}}))
	p.clock.Advance(time.Hour)
	must(p.room.wakeDue(ctx))
	if got := where(t, p.ann, m.ID); got != "archive" {
		t.Errorf("in %q", got)
	}
}

// TestSnoozeProcesses has two processes and a restart between: each letter
// comes back exactly once.
func TestSnoozeProcesses(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		p := newPostOffice(t, url, Outbound{})
		p.stop()
		ctx := t.Context()
		var ids []int64
		var changes []Change
		for i := range 40 {
			m := p.append(t, p.ann, inboxID, letterText(i, ""))
			ids = append(ids, m.ID)
			changes = append(changes, Change{ID: m.ID, Snooze: &Snooze{Until: p.clock.Now().Add(time.Minute)}})
		}
		must(p.ann.Change(ctx, changes))
		p.clock.Advance(time.Hour)
		other := p.room
		if url != "" {
			var err error
			other, err = New(ctx, p.db, p.dir, p.conf, p.clock, testkit.Log(t))
			check(t, err)
		}
		before := must(p.ann.Snapshot(ctx)).Modseq
		var wg sync.WaitGroup
		for range 4 {
			for _, r := range []*Room{p.room, other} {
				wg.Go(func() {
					_, err := r.wakeDue(ctx)
					if err != nil {
						t.Error(err)
					}
				})
			}
		}
		wg.Wait()
		time.Sleep(2 * foreignDelay)
		snap := must(p.ann.Snapshot(ctx))
		for _, id := range ids {
			m, _ := snap.Message(id)
			if got := where(t, p.ann, id); got != RoleInbox || m.Modseq <= before {
				t.Errorf("letter %d is in %q", id, got)
			}
		}
		if snap.Modseq-before > 3 {
			t.Errorf("%d changes for one coming back", snap.Modseq-before)
		}
	})
}

// TestRunLater brings back by itself what fell due while nothing ran.
func TestRunLater(t *testing.T) {
	p := newPostOffice(t, "", Outbound{})
	m := p.append(t, p.ann, inboxID, letterText(1, ""))
	check(t, p.change(t, Change{ID: m.ID, Snooze: &Snooze{Until: p.clock.Now().Add(time.Hour)}}))
	p.clock.Advance(2 * time.Hour)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	watch := p.ann.Watch()
	defer watch.Close()
	go func() { done <- p.room.RunLater(ctx) }()
	until(t, "the letter is back", func() bool { return where(t, p.ann, m.ID) == RoleInbox })
	select {
	case <-watch.C:
	case <-time.After(5 * time.Second):
		t.Error("nobody was told")
	}
	cancel()
	check(t, <-done)
}

// TestReminder ends with an answer, and not with what programs write.
func TestReminder(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		answer := "From: x@out.example\r\nTo: ann@city.example\r\nSubject: Re: Plan\r\nMessage-ID: <%ID@out.example>\r\nIn-Reply-To: <plan@city.example>\r\n%HEAD\r\nYes\r\n"
		for name, c := range map[string]struct {
			from, head string
			always     bool
			back       bool
		}{
			"nobody":           {back: true},
			"an answer":        {from: "x@out.example"},
			"an out of office": {from: "x@out.example", head: "Auto-Submitted: auto-replied\r\n", back: true},
			"a bounce":         {from: "", head: "Auto-Submitted: auto-generated\r\n", back: true},
			"one's own":        {from: "ann@city.example", back: true},
			"always":           {from: "x@out.example", always: true, back: true},
		} {
			t.Run(name, func(t *testing.T) {
				p := newPostOffice(t, url, Outbound{})
				ctx := t.Context()
				sent, _ := must(p.ann.Snapshot(ctx)).ByRole(RoleSent)
				m := p.append(t, p.ann, sent.ID, "From: ann@city.example\r\nTo: x@out.example\r\nSubject: Plan\r\nMessage-ID: <plan@city.example>\r\n\r\nWhat now?\r\n")
				check(t, p.change(t, Change{ID: m.ID, AddKeywords: []string{Seen}, Reminder: &Reminder{At: p.clock.Now().Add(time.Hour), UnlessAnswered: !c.always}}))
				if c.from != "" || c.head != "" {
					p.receive(t, c.from, strings.NewReplacer("%ID", "a", "%HEAD", c.head).Replace(answer))
				}
				_, waits := must(p.ann.Later(ctx, m.ID))[m.ID]
				if waits != c.back {
					t.Errorf("waits: %v", waits)
				}
				p.clock.Advance(time.Hour)
				must(p.room.wakeDue(ctx))
				got := where(t, p.ann, m.ID)
				if c.back != strings.Contains(got, RoleInbox) {
					t.Errorf("in %q", got)
				}
				if m, _ := must(p.ann.Snapshot(ctx)).Message(m.ID); c.back && !m.Keywords.Has(Reminded) {
					t.Errorf("no mark: %v", m.Keywords.List())
				}
				if url != "" {
					p.stop()
				}
			})
			if url != "" {
				break // the engines differ in nothing but the SQL
			}
		}
	})
}

// TestScheduled sends at its time, earlier when asked, or not at all; the
// letter is among those scheduled, then among those sent or the drafts.
func TestScheduled(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		p := newPostOffice(t, url, Outbound{})
		ctx := t.Context()
		box := must(p.ann.CreateMailbox(ctx, NewMailbox{Name: "Scheduled", Role: RoleScheduled}))
		send := func() Submission {
			n := p.draft(t, "To: bob@city.example\r\n")
			n.HoldUntil = p.clock.Now().Add(24 * time.Hour)
			s := must(p.ann.Submit(ctx, n))
			check(t, p.change(t, Change{ID: n.Message, SetMailboxes: []int64{box.ID}, RemoveKeywords: []string{Draft}}))
			return s
		}
		canceled, moved, waits := send(), send(), send()
		must(p.ann.CancelSubmission(ctx, canceled.ID))
		if got := where(t, p.ann, canceled.Message); got != RoleDrafts {
			t.Errorf("taken back: in %q", got)
		}
		if m, _ := must(p.ann.Snapshot(ctx)).Message(canceled.Message); !m.Keywords.Has(Draft) {
			t.Error("taken back, and no draft")
		}
		must(p.ann.RescheduleSubmission(ctx, moved.ID, time.Time{}))
		until(t, "sent now", func() bool { return where(t, p.ann, moved.Message) == RoleSent })
		if _, err := p.ann.RescheduleSubmission(ctx, moved.ID, p.clock.Now().Add(time.Hour)); !errs.Is(err, errs.Conflict) {
			t.Errorf("moved after it has gone: %v", err)
		}
		if _, err := p.ann.RescheduleSubmission(ctx, canceled.ID, p.clock.Now().Add(time.Hour)); !errs.Is(err, errs.Conflict) {
			t.Errorf("moved after it was taken back: %v", err)
		}
		if _, err := p.ann.RescheduleSubmission(ctx, waits.ID, p.clock.Now().Add(400*24*time.Hour)); !errs.Is(err, errs.Invalid) {
			t.Errorf("too far ahead: %v", err)
		}
		if n := len(p.letters(t, p.bob)); n != 1 {
			t.Errorf("bob has %d letters", n)
		}
		must(p.ann.RescheduleSubmission(ctx, waits.ID, p.clock.Now().Add(48*time.Hour)))
		p.later(25 * time.Hour)
		time.Sleep(100 * time.Millisecond)
		if got := where(t, p.ann, waits.Message); got != RoleScheduled {
			t.Errorf("before its new time in %q", got)
		}
		p.stop()
		p.start(t) // a restart
		p.later(24 * time.Hour)
		until(t, "sent at its time", func() bool { return where(t, p.ann, waits.Message) == RoleSent })
		until(t, "bob has it", func() bool { return len(p.letters(t, p.bob)) == 2 })
		if s := must(p.ann.Submission(ctx, waits.ID)); s.Undo != UndoFinal {
			t.Errorf("undo %s", s.Undo)
		}
	})
}
