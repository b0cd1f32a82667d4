package mail

import (
	"context"
	"strings"
	"testing"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
)

// ask sends a letter by kind from ann's mailbox and returns its Message-ID.
func (p *postOffice) ask(t *testing.T, id, to, fields string) Submission {
	t.Helper()
	n := p.draft(t, "Message-ID: <"+id+">\r\nTo: "+to+"\r\n"+fields)
	return must(p.ann.Submit(t.Context(), n))
}

// answer delivers a letter to ann.
func (p *postOffice) answer(t *testing.T, from, ref, more string) {
	t.Helper()
	text := "From: " + from + "\r\nTo: ann@city.example\r\nMessage-ID: <" + strings.Trim(from, "<>") + ref + time.Now().String() + ">\r\nIn-Reply-To: <" + ref + ">\r\nSubject: Re: x\r\n" + more + "\r\nYes.\r\n"
	l := must(p.room.Spool(t.Context(), 1, strings.NewReader(text)))
	rcpt := must(p.room.CheckRecipient(t.Context(), "ann@city.example"))
	check(t, p.room.Receive(t.Context(), Incoming{From: from, Recipients: []Recipient{rcpt}}, l))
}

func table(t *testing.T, a *Account) string {
	t.Helper()
	list, _, err := a.Requests(context.Background())
	check(t, err)
	var out []string
	for _, r := range list {
		line := r.Kind + " " + r.DueAt.Format("2006-01-02") + " " + r.Every
		for _, x := range r.Addressees {
			line += " | " + strings.Split(x.Address, "@")[0]
			if !x.Asked {
				line += " unasked"
			}
			if !x.AnsweredAt.IsZero() {
				line += " answered"
			}
			if !x.RemindedAt.IsZero() {
				line += " reminded"
			}
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

// TestRequest follows a request for comment from its sending to the answers
// of an addressee, of a colleague in an addressee's unit, of one who was not
// asked and of a program, and one that is called back.
func TestRequest(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		p := newPostOffice(t, url, Outbound{})
		ctx := t.Context()
		add := func(a directory.Account) directory.Account { return must(p.dir.AddAccount(ctx, a)) }
		works := add(directory.Account{Address: "works@city.example", Kind: directory.KindShared, Unit: 77})
		add(directory.Account{Address: "mai@city.example", Unit: 77})
		add(directory.Account{Address: "eve@city.example"})
		list := add(directory.Account{Address: "heads@city.example", Kind: directory.KindList})
		bob := must2(p.dir.Resolve(ctx, "bob@city.example"))
		check(t, p.dir.Grant(ctx, 1, list.ID, bob.ID, policy.Read))
		_ = works
		p.ask(t, "r1@x", "heads@city.example, works@city.example, Out <out@far.example>", "X-Chancery-Kind: request-for-comment\r\nX-Chancery-Due: 2026-03-10T16:00:00Z\r\n")
		want := func(s string) {
			t.Helper()
			if got := table(t, p.ann); got != s {
				t.Errorf("the table is\n%s\nwant\n%s", got, s)
			}
		}
		want("request-for-comment 2026-03-10  | bob | works | out")
		p.answer(t, "bob@city.example", "r1@x", "Auto-Submitted: auto-replied\r\n")
		want("request-for-comment 2026-03-10  | bob | works | out")
		p.answer(t, "bob@city.example", "r1@x", "")
		p.answer(t, "mai@city.example", "r1@x", "") // of the unit of works@
		p.answer(t, "eve@city.example", "r1@x", "")
		p.answer(t, "bob@city.example", "other@x", "")
		want("request-for-comment 2026-03-10  | bob answered | works answered | out | eve unasked answered")

		// A second letter of the thread to those late is a reminder.
		p.ask(t, "r2@x", "bob@city.example, out@far.example", "References: <r1@x>\r\n")
		want("request-for-comment 2026-03-10  | bob answered | works answered | out reminded | eve unasked answered")

		// Any other letter makes none, nor one that is called back.
		p.ask(t, "n1@x", "bob@city.example", "X-Chancery-Kind: notice\r\nX-Chancery-Due: 2026-03-10T16:00:00Z\r\n")
		n := p.draft(t, "Message-ID: <r3@x>\r\nTo: bob@city.example\r\nX-Chancery-Kind: request-for-comment\r\n")
		n.HoldUntil = p.clock.Now().Add(time.Hour)
		held := must(p.ann.Submit(ctx, n))
		if strings.Count(table(t, p.ann), "\n") != 1 {
			t.Errorf("a held request is not there: %s", table(t, p.ann))
		}
		must(p.ann.CancelSubmission(ctx, held.ID))
		want("request-for-comment 2026-03-10  | bob answered | works answered | out reminded | eve unasked answered")

		before := must(p.ann.RequestState(ctx))
		reqs, _, err := p.ann.Requests(ctx)
		check(t, err)
		check(t, p.ann.UpdateRequest(ctx, reqs[0].ID, func(Request) (time.Time, bool, error) { return p.clock.Now().Add(time.Hour), true, nil }))
		if c := must(p.ann.RequestChanges(ctx, before)); len(c.Updated) != 1 || len(c.Created)+len(c.Destroyed) != 0 {
			t.Errorf("changes %+v", c)
		}
		check(t, p.ann.DeleteRequest(ctx, reqs[0].ID))
		want("")
		if err := p.ann.DeleteRequest(ctx, reqs[0].ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("twice: %v", err)
		}
	})
}

func must2[T, U any](v T, _ U, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestReportPeriods opens period after period of a report and gives an answer
// to the oldest that waits for its sender.
func TestReportPeriods(t *testing.T) {
	p := newPostOffice(t, "", Outbound{})
	ctx := t.Context()
	p.ask(t, "m1@x", "bob@city.example", "X-Chancery-Kind: periodic-report\r\nX-Chancery-Every: monthly\r\nX-Chancery-Due: 2026-03-31T09:00:00Z\r\n")
	check(t, p.room.RenewRequests(ctx))
	want := func(s string) {
		t.Helper()
		if got := table(t, p.ann); got != s {
			t.Errorf("the table is\n%s\nwant\n%s", got, s)
		}
	}
	want("periodic-report 2026-03-31 monthly | bob")
	p.clock.Advance(30 * 24 * time.Hour) // the first of April
	check(t, p.room.RenewRequests(ctx))
	check(t, p.room.RenewRequests(ctx))
	want("periodic-report 2026-03-31 monthly | bob\nperiodic-report 2026-04-30 monthly | bob")
	p.answer(t, "bob@city.example", "m1@x", "")
	want("periodic-report 2026-03-31 monthly | bob answered\nperiodic-report 2026-04-30 monthly | bob")
	p.answer(t, "bob@city.example", "m1@x", "X-No: 2\r\n")
	want("periodic-report 2026-03-31 monthly | bob answered\nperiodic-report 2026-04-30 monthly | bob answered")
	list, _, err := p.ann.Requests(ctx)
	check(t, err)
	check(t, p.ann.UpdateRequest(ctx, list[1].ID, func(r Request) (time.Time, bool, error) { return r.DueAt, true, nil }))
	p.clock.Advance(60 * 24 * time.Hour)
	check(t, p.room.RenewRequests(ctx))
	if got := table(t, p.ann); strings.Count(got, "\n") != 1 {
		t.Errorf("a closed report goes on: %s", got)
	}
}

// TestNextDue holds the calendar.
func TestNextDue(t *testing.T) {
	for _, c := range []struct {
		due   string
		day   int
		every string
		want  string
	}{
		{"2026-01-31", 31, "monthly", "2026-02-28"}, {"2026-02-28", 31, "monthly", "2026-03-31"}, {"2026-11-30", 30, "quarterly", "2027-02-28"},
		{"2026-03-15", 15, "half-yearly", "2026-09-15"}, {"2028-02-29", 29, "yearly", "2029-02-28"}, {"2026-12-30", 30, "weekly", "2027-01-06"},
	} {
		due, err := time.Parse(time.DateOnly, c.due)
		check(t, err)
		if got := nextDue(due, c.day, c.every).Format(time.DateOnly); got != c.want {
			t.Errorf("%s after %s is %s, want %s", c.every, c.due, got, c.want)
		}
	}
}

// TestTemplates keeps templates and holds their rules.
func TestTemplates(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		p := newPostOffice(t, url, Outbound{})
		ctx := t.Context()
		good := TemplateBody{Name: "Monthly", Kind: KindReport, Subject: "Report {{month}}", HTML: "<p>{{name}}</p>", To: []IdentityTarget{{Email: "bob@city.example"}}, DueDays: 10, Every: "monthly"}
		made := must(p.ann.CreateTemplate(ctx, good))
		for name, bad := range map[string]func(*TemplateBody){
			"no name": func(b *TemplateBody) { b.Name = " " }, "kind": func(b *TemplateBody) { b.Kind = "poem" }, "due": func(b *TemplateBody) { b.DueDays = -1 },
			"every": func(b *TemplateBody) { b.Every = "hourly" }, "to": func(b *TemplateBody) { b.To = []IdentityTarget{{Email: "x"}} },
			"line end": func(b *TemplateBody) { b.Subject = "a\nb" }, "large": func(b *TemplateBody) { b.HTML = strings.Repeat("x", MaxTemplateBody+1) },
		} {
			b := good
			bad(&b)
			if _, err := p.ann.CreateTemplate(ctx, b); err == nil {
				t.Errorf("%s was taken", name)
			}
		}
		since := must(p.ann.TemplateState(ctx))
		good.Name = "Quarterly"
		check(t, p.ann.UpdateTemplate(ctx, made.ID, made.Modseq, good))
		if err := p.ann.UpdateTemplate(ctx, made.ID, made.Modseq, good); !errs.Is(err, errs.Conflict) {
			t.Errorf("changed over another change: %v", err)
		}
		list, _, err := p.ann.Templates(ctx)
		if check(t, err); len(list) != 1 || list[0].Name != "Quarterly" || list[0].To[0].Email != "bob@city.example" {
			t.Errorf("%+v", list)
		}
		check(t, p.ann.DeleteTemplate(ctx, made.ID))
		if c := must(p.ann.TemplateChanges(ctx, since)); len(c.Destroyed) != 1 || len(c.Updated) != 0 {
			t.Errorf("%+v", c)
		}
		if list, _, err := p.bob.Templates(ctx); err != nil || len(list) != 0 {
			t.Errorf("bob has %v %v", list, err)
		}
	})
}
