package mail

import (
	"strings"
	"testing"
	"time"

	"chancery/audit"
	"chancery/kit/errs"
	"chancery/kit/testkit"
)

// TestReport sends what is suspicious to the office, unless it is taken back.
func TestReport(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		p := newPostOffice(t, url, Outbound{})
		ctx := t.Context()
		p.room.conf.ReportAddress = "bob@city.example"
		first := p.append(t, p.ann, inboxID, letterText(1, "X-Odd: yes\r\n"))
		second := p.append(t, p.ann, inboxID, letterText(2, ""))

		back := must(p.ann.Report(ctx, ReportSuspicious, []int64{first.ID}))
		if got := where(t, p.ann, first.ID); got != RoleJunk {
			t.Errorf("reported, in %q", got)
		}
		if m, _ := must(p.ann.Snapshot(ctx)).Message(first.ID); !m.Keywords.Has(Phishing) || !m.Keywords.Has(Junk) {
			t.Errorf("keywords %v", m.Keywords.List())
		}
		check(t, p.ann.TakeBackReport(ctx, back))
		if err := p.ann.TakeBackReport(ctx, back); !errs.Is(err, errs.Conflict) {
			t.Errorf("taken back twice: %v", err)
		}
		must(p.ann.Report(ctx, ReportNotJunk, []int64{first.ID}))
		if got := where(t, p.ann, first.ID); got != RoleInbox {
			t.Errorf("not junk, in %q", got)
		}

		sent := must(p.ann.Report(ctx, ReportSuspicious, []int64{first.ID, second.ID}))
		if n := len(p.letters(t, p.bob)); n != 0 {
			t.Errorf("%d reports before the pause is over", n)
		}
		p.later(9 * time.Second)
		until(t, "the office has both", func() bool { return len(p.letters(t, p.bob)) == 2 })
		text := strings.Join(p.letters(t, p.bob), "\n")
		for _, want := range []string{"report-type=feedback-report", "Feedback-Type: fraud", "Content-Type: message/rfc822", "X-Odd: yes", "Body of letter 2"} {
			if !strings.Contains(text, want) {
				t.Errorf("the reports do not have %q: %s", want, text)
			}
		}
		if err := p.ann.TakeBackReport(ctx, sent); !errs.Is(err, errs.Conflict) {
			t.Errorf("taken back when it is gone: %v", err)
		}
		n := 0
		for _, e := range must(audit.List(ctx, p.db, 1, 50)) {
			if e.Verb == "mail.report" && e.Address == "ann@city.example" && strings.Contains(e.Object, "x@out.example") {
				n++
			}
		}
		if n != 3 {
			t.Errorf("%d entries in the record", n)
		}
		if _, err := p.ann.Report(ctx, "odd", []int64{first.ID}); !errs.Is(err, errs.Invalid) {
			t.Errorf("an unknown kind: %v", err)
		}
		if _, err := p.ann.Report(ctx, ReportJunk, []int64{99}); !errs.Is(err, errs.NotFound) {
			t.Errorf("a letter that is not there: %v", err)
		}
		// One's own submission cannot be taken back as a report.
		d := p.draft(t, "To: bob@city.example\r\n")
		d.HoldUntil = p.clock.Now().Add(time.Hour)
		s := must(p.ann.Submit(ctx, d))
		if err := p.ann.TakeBackReport(ctx, s.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("a submission taken back as a report: %v", err)
		}
	})
}

// TestReportNowhere records a report where the office has no address for it.
func TestReportNowhere(t *testing.T) {
	p := newPostOffice(t, "", Outbound{})
	m := p.append(t, p.ann, inboxID, letterText(1, ""))
	if report := must(p.ann.Report(t.Context(), ReportSuspicious, []int64{m.ID})); report != 0 {
		t.Errorf("report %d", report)
	}
	if list := must(audit.List(t.Context(), p.db, 1, 1)); len(list) != 1 || list[0].Verb != "mail.report" {
		t.Errorf("record %+v", list)
	}
}

// TestBlock files what a blocked sender writes among the junk.
func TestBlock(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		p := newPostOffice(t, url, Outbound{})
		ctx := t.Context()
		last := func() string {
			snap := must(p.ann.Snapshot(ctx))
			var id int64
			snap.Each(func(m *Message) bool { id = m.ID; return true })
			return where(t, p.ann, id)
		}
		p.receive(t, "x@out.example", letterText(1, ""))
		if got := last(); got != RoleInbox {
			t.Errorf("in %q", got)
		}
		b := must(p.ann.Block(ctx, "X@Out.Example"))
		if _, err := p.ann.Block(ctx, "x@out.example"); !errs.Is(err, errs.Exists) {
			t.Errorf("blocked twice: %v", err)
		}
		if _, err := p.ann.Block(ctx, "nobody"); !errs.Is(err, errs.Invalid) {
			t.Errorf("no address: %v", err)
		}
		p.receive(t, "bounce-77@bulk.example", letterText(2, "")) // From is x@out.example
		if got := last(); got != RoleJunk {
			t.Errorf("by its author in %q", got)
		}
		p.receive(t, "x@out.example", strings.Replace(letterText(3, ""), "From: x@out.example", "From: y@out.example", 1))
		if got := last(); got != RoleJunk {
			t.Errorf("by its envelope in %q", got)
		}
		if list := must(p.ann.Blocked(ctx)); len(list) != 1 || list[0].Address != "x@out.example" {
			t.Errorf("list %+v", list)
		}
		check(t, p.ann.Unblock(ctx, b.ID))
		if err := p.ann.Unblock(ctx, b.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("unblocked twice: %v", err)
		}
		p.receive(t, "x@out.example", letterText(4, ""))
		if got := last(); got != RoleInbox {
			t.Errorf("no longer blocked, in %q", got)
		}
	})
}
