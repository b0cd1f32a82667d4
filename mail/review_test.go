package mail

import (
	"archive/zip"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chancery/audit"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
)

// TestTakeBackNothing asks for the report that has no number: letters of a
// mail program wait in the queue under the same.
func TestTakeBackNothing(t *testing.T) {
	p := newPostOffice(t, "", Outbound{})
	ctx := t.Context()
	e := Envelope{From: "ann@city.example", Rcpts: []RcptTo{{Address: "bob@city.example"}}, HoldUntil: p.clock.Now().Add(time.Hour)}
	check(t, p.submitSMTP(ctx, p.ann.subject, e, Trace{Protocol: "ESMTPSA", ID: "x"}, strings.NewReader("From: ann@city.example\r\nTo: bob@city.example\r\nSubject: held\r\n\r\nHello\r\n")))
	if err := p.ann.TakeBackReport(ctx, 0); !errs.Is(err, errs.NotFound) {
		t.Errorf("report 0 taken back: %v", err)
	}
	p.later(2 * time.Hour)
	until(t, "the letter goes out", func() bool { return len(p.letters(t, p.bob)) == 1 })
}

// TestBlockBeforeRedirect lets nobody's script send on what a block keeps out.
func TestBlockBeforeRedirect(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		ctx := t.Context()
		o.script(t, o.ann, `require "copy"; redirect :copy "bob@city.example";`)
		o.mail(t, subjectLetter("first"), "ann@city.example")
		must(o.ann.Block(ctx, "x@out.example"))
		o.mail(t, subjectLetter("second"), "ann@city.example")
		expect(t, "of ann", o.found(t, o.ann), "INBOX: first", "Junk: second")
		expect(t, "of bob", o.found(t, o.bob), "INBOX: first")
	})
}

// TestWakeWhatever brings a letter back even where its keywords leave no room
// for those of coming back, and leaves in the trash what was thrown away.
func TestWakeWhatever(t *testing.T) {
	p := newPostOffice(t, "", Outbound{})
	ctx := t.Context()
	full := p.append(t, p.ann, inboxID, letterText(1, ""))
	var words []string
	for i := range MaxKeywords {
		words = append(words, fmt.Sprintf("word%d", i))
	}
	check(t, p.change(t, Change{ID: full.ID, SetKeywords: &words}))
	check(t, p.change(t, Change{ID: full.ID, Snooze: &Snooze{Until: p.clock.Now().Add(time.Hour)}}))
	trash, _ := must(p.ann.Snapshot(ctx)).ByRole(RoleTrash)
	thrown := p.append(t, p.ann, inboxID, letterText(2, ""))
	check(t, p.change(t, Change{ID: thrown.ID, Reminder: &Reminder{At: p.clock.Now().Add(time.Hour)}}))
	check(t, p.change(t, Change{ID: thrown.ID, SetMailboxes: []int64{trash.ID}}))
	p.clock.Advance(time.Hour)
	must(p.room.wakeDue(ctx))
	if got := where(t, p.ann, full.ID); got != RoleInbox {
		t.Errorf("the letter with many keywords is in %q", got)
	}
	if got := where(t, p.ann, thrown.ID); got != RoleTrash {
		t.Errorf("the letter thrown away is in %q", got)
	}
}

// TestNextDueZone adds periods where the sender's day is not that of UTC.
func TestNextDueZone(t *testing.T) {
	for _, c := range []struct {
		due   string // as the letter says it
		every string
		want  string
	}{
		{"2026-12-01T00:00:00+08:00", "monthly", "2027-01-01T00:00:00+08:00"},
		{"2026-01-31T07:00:00+08:00", "monthly", "2026-02-28T07:00:00+08:00"},
		{"2026-03-31T00:00:00+07:00", "quarterly", "2026-06-30T00:00:00+07:00"},
		{"2026-01-31T23:30:00-05:00", "monthly", "2026-02-28T23:30:00-05:00"},
		{"2026-01-31T23:30:00+09:00", "yearly", "2027-01-31T23:30:00+09:00"},
	} {
		due, err := time.Parse(time.RFC3339, c.due)
		check(t, err)
		want, err := time.Parse(time.RFC3339, c.want)
		check(t, err)
		if got := nextDue(due.UTC(), due.Day(), c.every); !got.Equal(want) {
			t.Errorf("%s after %s is %s", c.every, c.due, got.In(due.Location()))
		}
	}
	// The clipped month keeps the day of the first.
	feb, err := time.Parse(time.RFC3339, "2026-02-28T07:00:00+08:00")
	check(t, err)
	if got := nextDue(feb.UTC(), 31, "monthly").In(feb.Location()).Format(time.DateOnly); got != "2026-03-31" {
		t.Errorf("after a short month: %s", got)
	}
}

// TestUnaskedAnswers bounds who can write themselves into somebody's table.
func TestUnaskedAnswers(t *testing.T) {
	p := newPostOffice(t, "", Outbound{})
	p.ask(t, "r1@x", "bob@city.example", "X-Chancery-Kind: request-for-comment\r\n")
	for i := range maxUnasked + 5 {
		p.answer(t, fmt.Sprintf("x%d@out.example", i), "r1@x", "")
	}
	p.answer(t, "bob@city.example", "r1@x", "")
	list, _, err := p.ann.Requests(t.Context())
	check(t, err)
	if n := len(list[0].Addressees); n != 1+maxUnasked || list[0].Addressees[0].AnsweredAt.IsZero() {
		t.Errorf("%d addressees, the first answered %v", n, list[0].Addressees[0].AnsweredAt)
	}
}

// TestRenewOthers goes on with the reports of others when one cannot be renewed.
func TestRenewOthers(t *testing.T) {
	p := newPostOffice(t, "", Outbound{})
	ctx := t.Context()
	due := "X-Chancery-Kind: periodic-report\r\nX-Chancery-Every: weekly\r\nX-Chancery-Due: " + p.clock.Now().Add(time.Hour).Format(time.RFC3339) + "\r\n"
	p.ask(t, "m1@x", "bob@city.example", due)
	p.ask(t, "m2@x", "bob@city.example", due)
	p.clock.Advance(2 * time.Hour)
	check(t, p.room.RenewRequests(ctx))
	check(t, p.room.RenewRequests(ctx))
	if got := strings.Count(table(t, p.ann), "\n") + 1; got != 4 {
		t.Errorf("%d requests:\n%s", got, table(t, p.ann))
	}
}

// TestScriptPolicy asks policy before a script is looked at, records its end,
// and keeps answering in a person's name to those who may write in it.
func TestScriptPolicy(t *testing.T) {
	o := newOffice(t, "")
	ctx := t.Context()
	s := o.script(t, o.ann, `require "vacation"; vacation "Away";`)
	check(t, o.ann.ActivateScript(ctx, 0))
	hold := func(rights policy.Rights) *Account {
		check(t, o.dir.Grant(ctx, 1, o.ann.ID(), o.bob.ID(), rights))
		return must(o.room.Account(ctx, o.bob.subject, o.ann.ID()))
	}
	reader := hold(policy.Read)
	if err := reader.CheckScript(ctx, "keep;"); !errs.Is(err, errs.Forbidden) {
		t.Errorf("a reader checks a script: %v", err)
	}
	orderly := hold(policy.Read | policy.Organise)
	if err := orderly.ActivateScript(ctx, s.ID); !errs.Is(err, errs.Forbidden) {
		t.Errorf("somebody who may not send lets answers be sent: %v", err)
	}
	check(t, o.ann.ActivateScript(ctx, s.ID))
	check(t, o.ann.ActivateScript(ctx, 0))
	check(t, o.ann.DeleteScript(ctx, s.ID))
	if list := must(audit.List(ctx, o.db, 1, 1)); len(list) != 1 || list[0].Verb != "mail.script" || !strings.Contains(list[0].Object, "delete") {
		t.Errorf("record %+v", list)
	}
}

// TestExportSameNames gives each mailbox a file of its own, whatever their
// names become where the file is unpacked.
func TestExportSameNames(t *testing.T) {
	o := newOffice(t, "")
	ctx := t.Context()
	for _, name := range []string{"a:b", "a?b", "Plans", "PLANS"} {
		must(o.ann.CreateMailbox(ctx, NewMailbox{Name: name}))
	}
	var out bytes.Buffer
	must(o.ann.ExportAll(ctx, &out))
	z := must(zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len())))
	var names []string
	for _, f := range z.File {
		names = append(names, strings.ToLower(f.Name))
	}
	slices.Sort(names)
	if n := len(slices.Compact(slices.Clone(names))); n != len(names) {
		t.Errorf("names %q", names)
	}
}

// TestAnswersWaiting bounds the answers that wait to be written.
func TestAnswersWaiting(t *testing.T) {
	w := newAway()
	for range cap(w.slots) {
		w.slots <- struct{}{}
	}
	taken := 0
	for range maxWaiting + 100 {
		if w.beside(func() {}) {
			taken++
		}
	}
	if taken != maxWaiting {
		t.Errorf("%d wait", taken)
	}
	for range cap(w.slots) {
		<-w.slots
	}
	until(t, "all are done", func() bool { return w.waiting.Load() == 0 })
	if !w.beside(func() {}) {
		t.Error("nothing is taken any more")
	}
}
