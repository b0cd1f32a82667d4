package mail

import (
	"context"
	"strings"
	"testing"
	"time"

	"chancery/directory"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
	wire "chancery/wire/smtp"
	"chancery/wire/smtp/smtptest"
)

// postOffice is an office whose clock stands still and whose queue runs.
type postOffice struct {
	*office
	clock *clock.Fake
	opt   store.Options
	conf  Config
	stop  func()
}

func newPostOffice(t *testing.T, url string, o Outbound) *postOffice {
	t.Helper()
	p := &postOffice{
		clock: clock.NewFake(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)),
		opt:   store.Options{Dir: t.TempDir(), URL: url, Log: testkit.Log(t)},
		conf:  Config{Hostname: "mail.city.example", Outbound: o},
	}
	p.open(t)
	p.ann, p.bob = p.person(t, "ann@city.example"), p.person(t, "bob@city.example")
	p.start(t)
	return p
}

func (p *postOffice) open(t *testing.T) { p.openOn(t, p.clock) }

func (p *postOffice) openOn(t *testing.T, c clock.Clock) {
	t.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, p.opt)
	check(t, err)
	t.Cleanup(func() { db.Close() })
	dir, err := directory.New(ctx, db, c)
	check(t, err)
	room, err := New(ctx, db, dir, p.conf, c, testkit.Log(t))
	check(t, err)
	p.office = &office{db: db, room: room, dir: dir}
}

func (p *postOffice) start(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.room.RunQueue(ctx) }()
	stopped := false
	p.stop = func() {
		if !stopped {
			stopped = true
			cancel()
			check(t, <-done)
		}
	}
	t.Cleanup(p.stop)
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// later moves the clock and has the queue look.
func (p *postOffice) later(d time.Duration) {
	p.clock.Advance(d)
	p.room.wakeQueue()
}

// until waits for something that the queue is about to do.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 1000 {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("never: %s", what)
}

func (p *postOffice) queued(t *testing.T) int64 {
	t.Helper()
	n, err := p.room.QueueLength(context.Background())
	check(t, err)
	return n
}

// draft files a letter of ann's and returns its id with her identity.
func (p *postOffice) draft(t *testing.T, header string) NewSubmission {
	t.Helper()
	snap := must(p.ann.Snapshot(t.Context()))
	box, _ := snap.ByRole(RoleDrafts)
	m := p.append(t, p.ann, box.ID, "From: Ann <ann@city.example>\r\nSubject: Hello\r\n"+header+"\r\nBody\r\n.dot\r\n")
	list := must(p.ann.Identities(t.Context()))
	return NewSubmission{Identity: list[0].ID, Message: m.ID}
}

// letters returns the texts in somebody's inbox.
func (p *postOffice) letters(t *testing.T, a *Account) (out []string) {
	t.Helper()
	snap := must(a.Snapshot(t.Context()))
	box, _ := snap.ByRole(RoleInbox)
	snap.EachFrom(box.ID, 0, func(e Entry) bool {
		out = append(out, p.text(t, a, e.ID))
		return true
	})
	return out
}

func route(s *smtptest.Server) Outbound {
	return Outbound{Routes: map[string]string{"out.example": s.Addr}, StepTime: 5 * time.Second}
}

// TestSubmit sends one letter to a person here and to one elsewhere.
func TestSubmit(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		sink := smtptest.New(t, smtptest.Behaviour{TLS: true})
		p := newPostOffice(t, url, route(sink))
		n := p.draft(t, "To: bob@city.example, Xu <xu@out.example>\r\nBcc: hidden@out.example\r\n")
		s, err := p.ann.Submit(ctx, n)
		check(t, err)
		if s.Undo != UndoFinal || s.Status["bob@city.example"].Delivered != "yes" || s.Status["xu@out.example"].Delivered != "queued" {
			t.Errorf("submission %+v", s)
		}
		if got := p.letters(t, p.bob); len(got) != 1 || !strings.HasPrefix(got[0], "Return-Path: <ann@city.example>\r\nReceived: by mail.city.example with HTTP id m") || strings.Contains(got[0], "Bcc") {
			t.Errorf("bob has %q", got)
		}
		until(t, "the queue is empty", func() bool { return p.queued(t) == 0 })
		got := sink.Messages()
		if len(got) != 1 || !got[0].TLS || len(got[0].Rcpts) != 2 || got[0].From != "MAIL FROM:<ann@city.example> SIZE="+sizeOf(got[0].From)+" BODY=8BITMIME" {
			t.Fatalf("sink has %+v", got)
		}
		for _, word := range []string{"Return-Path", "Bcc"} {
			if strings.Contains(got[0].Data, word) {
				t.Errorf("%s went out: %s", word, got[0].Data)
			}
		}
		for _, word := range []string{"Received: by", "\r\nDate: Mon, 02 Mar 2026 12:00:00 +0000\r\n", "\r\nMessage-ID: <", "\r\n\r\nBody\r\n.dot\r\n"} {
			if !strings.Contains(got[0].Data, word) {
				t.Errorf("no %q in %s", word, got[0].Data)
			}
		}
		s = must(p.ann.Submission(ctx, s.ID))
		if st := s.Status["xu@out.example"]; st.Delivered != "unknown" || st.Reply != "250 2.0.0 taken" {
			t.Errorf("status %+v", st)
		}
		c := must(p.ann.SubmissionChanges(ctx, 0))
		if len(c.Created) != 1 || must(p.ann.Snapshot(ctx)).SubmissionState != s.Modseq {
			t.Errorf("changes %+v", c)
		}
	})
}

func sizeOf(mail string) string {
	_, rest, _ := strings.Cut(mail, "SIZE=")
	n, _, _ := strings.Cut(rest, " ")
	return n
}

// TestRefusals lists what Submit does not take.
func TestRefusals(t *testing.T) {
	ctx := t.Context()
	p := newPostOffice(t, "", Outbound{})
	env := func(from string, to ...string) *Envelope {
		e := &Envelope{From: from}
		for _, a := range to {
			e.Rcpts = append(e.Rcpts, RcptTo{Address: a})
		}
		return e
	}
	good := p.draft(t, "")
	snap := must(p.ann.Snapshot(ctx))
	box, _ := snap.ByRole(RoleDrafts)
	forged := p.append(t, p.ann, box.ID, "From: bob@city.example\r\nSubject: x\r\n\r\n")
	for name, one := range map[string]struct {
		change func(n *NewSubmission)
		want   errs.Kind
	}{
		"no recipients":      {func(n *NewSubmission) { n.Envelope = env("ann@city.example") }, errs.Invalid},
		"unknown here":       {func(n *NewSubmission) { n.Envelope = env("ann@city.example", "nobody@city.example") }, errs.NotFound},
		"not an address":     {func(n *NewSubmission) { n.Envelope = env("ann@city.example", "a b@c") }, errs.Invalid},
		"line end":           {func(n *NewSubmission) { n.Envelope = env("ann@city.example", "a@out.example>\r\nDATA") }, errs.Invalid},
		"other's address":    {func(n *NewSubmission) { n.Envelope = env("bob@city.example", "bob@city.example") }, errs.Forbidden},
		"stranger's address": {func(n *NewSubmission) { n.Envelope = env("x@out.example", "bob@city.example") }, errs.Forbidden},
		"forged From": {func(n *NewSubmission) {
			n.Message = forged.ID
			n.Envelope = env("ann@city.example", "bob@city.example")
		}, errs.Forbidden},
		"no such identity": {func(n *NewSubmission) { n.Identity = 5 }, errs.NotFound},
		"no such message":  {func(n *NewSubmission) { n.Message = 999; n.Envelope = env("ann@city.example", "bob@city.example") }, errs.NotFound},
		"held too long": {func(n *NewSubmission) {
			n.Envelope = env("ann@city.example", "bob@city.example")
			n.HoldUntil = p.clock.Now().Add(1e6 * time.Hour)
		}, errs.Invalid},
	} {
		n := good
		one.change(&n)
		if _, err := p.ann.Submit(ctx, n); !errs.Is(err, one.want) {
			t.Errorf("%s: %v, want %v", name, err, one.want)
		}
	}
	if n := len(p.letters(t, p.bob)); n != 0 || p.queued(t) != 0 {
		t.Errorf("%d letters came through", n)
	}
}

// TestFaults sends to servers that misbehave.
func TestFaults(t *testing.T) {
	type step struct {
		wait   time.Duration
		behave smtptest.Behaviour
	}
	good := smtptest.Behaviour{}
	for name, one := range map[string]struct {
		steps  []step
		taken  int    // messages at the server in the end
		bounce string // status in the report; "" = none
		status string // Delivered in the end
	}{
		"later RCPT":      {[]step{{0, smtptest.Behaviour{Replies: map[string]string{"RCPT": "450 4.2.1 busy"}}}, {time.Minute, good}}, 1, "", "unknown"},
		"later greeting":  {[]step{{0, smtptest.Behaviour{Greeting: "421 4.3.2 not now"}}, {time.Minute, good}}, 1, "", "unknown"},
		"drop after data": {[]step{{0, smtptest.Behaviour{Drop: true}}, {time.Minute, good}}, 1, "", "unknown"},
		"later data":      {[]step{{0, smtptest.Behaviour{Data: "452 4.3.1 full"}}, {time.Minute, good}}, 1, "", "unknown"},
		"twice later":     {[]step{{0, smtptest.Behaviour{Data: "452 4.3.1 full"}}, {time.Minute, smtptest.Behaviour{Data: "452 4.3.1 full"}}, {5 * time.Minute, good}}, 1, "", "unknown"},
		"no such user":    {[]step{{0, smtptest.Behaviour{Replies: map[string]string{"RCPT": "550 5.1.1 nobody"}}}}, 0, "5.1.1", "no"},
		"no sender":       {[]step{{0, smtptest.Behaviour{Replies: map[string]string{"MAIL": "550 5.7.1 you not"}}}}, 0, "5.7.1", "no"},
		"refused data":    {[]step{{0, smtptest.Behaviour{Data: "554 5.6.0 spam"}}}, 0, "5.6.0", "no"},
		"no pipelining":   {[]step{{0, smtptest.Behaviour{Extensions: []string{"8BITMIME"}}}}, 1, "", "unknown"},
		"old server":      {[]step{{0, smtptest.Behaviour{OldServer: true}}}, 1, "", "unknown"},
		"broken TLS":      {[]step{{0, smtptest.Behaviour{TLS: true, DropTLS: true}}}, 1, "", "unknown"},
		"too large":       {[]step{{0, smtptest.Behaviour{Extensions: []string{"SIZE 100"}}}}, 0, "5.3.4", "no"},
		"slow":            {[]step{{0, smtptest.Behaviour{Slow: 50 * time.Millisecond}}}, 1, "", "unknown"},
		"never":           {[]step{{0, smtptest.Behaviour{Data: "451 4.0.0 no"}}, {121 * time.Hour, smtptest.Behaviour{Data: "451 4.0.0 no"}}}, 0, "5.4.7", "no"},
	} {
		t.Run(name, func(t *testing.T) {
			sink := smtptest.New(t, one.steps[0].behave)
			p := newPostOffice(t, "", route(sink))
			s, err := p.ann.Submit(t.Context(), p.draft(t, "To: xu@out.example\r\n"))
			check(t, err)
			for i, st := range one.steps {
				if i > 0 {
					sink.Set(st.behave)
					p.later(st.wait)
				}
				tries := i + 1
				until(t, "a try", func() bool { return p.tries(t) >= tries || p.queued(t) == 0 })
			}
			until(t, "the queue is empty", func() bool { return p.queued(t) == 0 })
			if got := sink.Messages(); len(got) != one.taken {
				t.Errorf("the server has %d messages", len(got))
			}
			if got := must(p.ann.Submission(t.Context(), s.ID)).Status["xu@out.example"]; got.Delivered != one.status {
				t.Errorf("status %+v", got)
			}
			p.wantReport(t, one.bounce)
		})
	}
}

// tries returns the attempts of the one letter in the queue.
func (p *postOffice) tries(t *testing.T) (n int) {
	t.Helper()
	check(t, p.db.Read(context.Background(), func(tx *store.Tx) error {
		return tx.Row(context.Background(), "SELECT COALESCE(MAX(attempts), 0) FROM mail_queue WHERE lease_until = 0", nil, &n)
	}))
	return n
}

// wantReport checks ann's inbox: one report with the status, or nothing.
func (p *postOffice) wantReport(t *testing.T, status string) {
	t.Helper()
	got := p.letters(t, p.ann)
	switch {
	case status == "" && len(got) != 0:
		t.Errorf("an unexpected report: %s", got[0])
	case status != "" && (len(got) != 1 || !strings.Contains(got[0], "\r\nStatus: "+status+"\r\n") || !strings.HasPrefix(got[0], "Return-Path: <>\r\n")):
		t.Errorf("reports %q, want one with %s", got, status)
	}
}

// TestDelay warns once, then gives up.
func TestDelay(t *testing.T) {
	sink := smtptest.New(t, smtptest.Behaviour{Data: "451 4.2.0 later"})
	p := newPostOffice(t, "", route(sink))
	_, err := p.ann.Submit(t.Context(), p.draft(t, "To: xu@out.example\r\n"))
	check(t, err)
	until(t, "the first try", func() bool { return p.tries(t) == 1 })
	for n := 2; p.queued(t) > 0; n++ {
		p.later(4 * time.Hour)
		until(t, "a try", func() bool { return p.tries(t) >= n || p.queued(t) == 0 })
		if n > 60 {
			t.Fatal("never given up")
		}
	}
	got := p.letters(t, p.ann)
	if len(got) != 2 || !strings.Contains(got[0], "Action: delayed") || !strings.Contains(got[0], "Will-Retry-Until: ") || !strings.Contains(got[1], "Action: failed") {
		t.Errorf("reports: %q", got)
	}
	if passed := p.clock.Now().Sub(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)); passed < 110*time.Hour || passed > 130*time.Hour {
		t.Errorf("given up after %v", passed)
	}
}

// TestHold holds a letter, takes one back and lets one go.
func TestHold(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		sink := smtptest.New(t, smtptest.Behaviour{})
		p := newPostOffice(t, url, route(sink))
		n := p.draft(t, "To: bob@city.example, xu@out.example\r\n")
		n.HoldUntil = p.clock.Now().Add(time.Hour)
		back := must(p.ann.Submit(ctx, n))
		stays := must(p.ann.Submit(ctx, n))
		if back.Undo != UndoPending || !back.SendAt.Equal(n.HoldUntil) || len(p.letters(t, p.bob)) != 0 || p.queued(t) != 4 {
			t.Errorf("held %+v, %d queued", back, p.queued(t))
		}
		if s := must(p.ann.CancelSubmission(ctx, back.ID)); s.Undo != UndoCanceled || p.queued(t) != 2 {
			t.Errorf("canceled %+v", s)
		}
		p.later(time.Hour)
		until(t, "the queue is empty", func() bool { return p.queued(t) == 0 })
		if len(p.letters(t, p.bob)) != 1 || len(sink.Messages()) != 1 {
			t.Errorf("bob has %d, the server %d", len(p.letters(t, p.bob)), len(sink.Messages()))
		}
		s := must(p.ann.Submission(ctx, stays.ID))
		if s.Undo != UndoFinal || s.Status["bob@city.example"].Delivered != "yes" || s.Status["xu@out.example"].Delivered != "unknown" {
			t.Errorf("let go %+v", s)
		}
		if _, err := p.ann.CancelSubmission(ctx, stays.ID); !errs.Is(err, errs.Conflict) {
			t.Errorf("taking back what is gone: %v", err)
		}
		check(t, p.ann.DestroySubmission(ctx, stays.ID))
		if c := must(p.ann.SubmissionChanges(ctx, s.Modseq)); len(c.Destroyed) != 1 || len(c.Updated) != 0 {
			t.Errorf("changes %+v", c)
		}
	})
}

// TestNotify checks whom the sender asked to hear about.
func TestNotify(t *testing.T) {
	ctx := t.Context()
	sink := smtptest.New(t, smtptest.Behaviour{Extensions: []string{"PIPELINING"}})
	p := newPostOffice(t, "", route(sink))
	n := p.draft(t, "")
	send := func(to RcptTo) {
		t.Helper()
		n.Envelope = &Envelope{From: "ann@city.example", Rcpts: []RcptTo{to}, Ret: "HDRS", EnvID: "E+1"}
		_, err := p.ann.Submit(ctx, n)
		check(t, err)
		until(t, "the queue is empty", func() bool { return p.queued(t) == 0 })
	}
	send(RcptTo{Address: "bob@city.example", Notify: wire.NotifySuccess, ORcpt: "rfc822;b@city.example"})
	got := p.letters(t, p.ann)
	if len(got) != 1 || !strings.Contains(got[0], "Action: delivered") || !strings.Contains(got[0], "Original-Envelope-Id: E+1") || !strings.Contains(got[0], "Original-Recipient: rfc822; b@city.example") {
		t.Fatalf("success here: %q", got)
	}
	send(RcptTo{Address: "xu@out.example", Notify: wire.NotifySuccess})
	if got = p.letters(t, p.ann); len(got) != 2 || !strings.Contains(got[1], "Action: relayed") {
		t.Fatalf("success at a server without DSN: %q", got)
	}
	sink.Set(smtptest.Behaviour{Replies: map[string]string{"RCPT": "550 5.1.1 nobody"}})
	send(RcptTo{Address: "xu@out.example", Notify: wire.NotifyNever})
	send(RcptTo{Address: "xu@out.example", Notify: wire.NotifySuccess})
	if got = p.letters(t, p.ann); len(got) != 2 {
		t.Fatalf("reports nobody asked for: %q", got)
	}
	sink.Set(smtptest.Behaviour{})
	send(RcptTo{Address: "xu@out.example", Notify: wire.NotifySuccess | wire.NotifyFailure, ORcpt: "rfc822;x+y@out.example"})
	all := sink.Messages()
	last := all[len(all)-1]
	if !strings.HasSuffix(last.From, " RET=HDRS ENVID=E+2B1") || last.Rcpts[0] != "RCPT TO:<xu@out.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;x+2By@out.example" {
		t.Errorf("passed on: %s / %s", last.From, last.Rcpts)
	}
}

// TestRestart has a process die with letters in hand, and another one send
// them.
func TestRestart(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		sink := smtptest.New(t, smtptest.Behaviour{})
		p := newPostOffice(t, url, route(sink))
		p.stop()
		_, err := p.ann.Submit(ctx, p.draft(t, "To: xu@out.example\r\n"))
		check(t, err)
		rows := must(p.room.claim(ctx, "out.example", p.clock.Now().UnixMilli()))
		if len(rows) != 1 {
			t.Fatalf("%d rows in hand", len(rows))
		}
		p.db.Close() // and never heard of again
		p.open(t)
		p.start(t)
		time.Sleep(50 * time.Millisecond)
		if len(sink.Messages()) != 0 {
			t.Error("somebody else's letter was sent")
		}
		check(t, p.room.ReleaseQueue(ctx))
		p.room.wakeQueue()
		until(t, "the queue is empty", func() bool { return p.queued(t) == 0 })
		if got := len(sink.Messages()); got != 1 {
			t.Errorf("%d messages", got)
		}
	})
}

// TestRelayedReport queues the report on a letter from elsewhere.
func TestRelayedReport(t *testing.T) {
	ctx := t.Context()
	sink := smtptest.New(t, smtptest.Behaviour{})
	p := newPostOffice(t, "", route(sink))
	to := must(p.room.CheckRecipient(ctx, "bob@city.example"))
	to.Notify = wire.NotifySuccess
	l := must(p.room.SpoolTraced(ctx, directory.DefaultOrg, Trace{From: "x@out.example", Helo: "out.example", Protocol: "ESMTP", ID: "m1"}, strings.NewReader(letterText(1, ""))))
	check(t, p.room.Receive(ctx, Incoming{From: "x@out.example", Recipients: []Recipient{to}}, l))
	until(t, "the report is out", func() bool { return len(sink.Messages()) == 1 })
	m := sink.Messages()[0]
	if !strings.HasPrefix(m.From, "MAIL FROM:<> ") || !strings.Contains(m.Data, "Action: delivered") {
		t.Errorf("report %+v", m)
	}
	// A report that fails is not reported on.
	sink.Set(smtptest.Behaviour{Replies: map[string]string{"RCPT": "550 5.1.1 nobody"}})
	l = must(p.room.SpoolTraced(ctx, directory.DefaultOrg, Trace{From: "x@out.example", Helo: "out.example", Protocol: "ESMTP", ID: "m2"}, strings.NewReader(letterText(2, ""))))
	check(t, p.room.Receive(ctx, Incoming{From: "x@out.example", Recipients: []Recipient{to}}, l))
	until(t, "the queue is empty", func() bool { return p.queued(t) == 0 })
}

// TestShared sends for a shared mailbox, with and without the right.
func TestShared(t *testing.T) {
	ctx := t.Context()
	p := newPostOffice(t, "", Outbound{})
	office := p.person(t, "office@city.example")
	send := func() error {
		e := Envelope{From: "ann@city.example", Rcpts: []RcptTo{{Address: "bob@city.example"}}}
		return p.submitSMTP(ctx, p.ann.subject, e, Trace{From: e.From, Protocol: "ESMTPSA", ID: "m1"}, strings.NewReader("From: office@city.example\r\n\r\nx\r\n"))
	}
	if err := send(); !errs.Is(err, errs.Forbidden) {
		t.Errorf("without the right: %v", err)
	}
	check(t, p.dir.Grant(ctx, directory.DefaultOrg, office.ID(), p.ann.ID(), policy.Read|policy.OnBehalf))
	check(t, send())
	check(t, p.dir.Grant(ctx, directory.DefaultOrg, office.ID(), p.ann.ID(), policy.Read|policy.SendAs))
	check(t, send())
	got := p.letters(t, p.bob)
	if len(got) != 2 || !strings.Contains(got[0], "\r\nSender: <ann@city.example>\r\n") || strings.Contains(got[1], "\r\nSender:") {
		t.Errorf("bob has %q", got)
	}
}

// TestIdentities makes, changes and deletes identities.
func TestIdentities(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		p := newPostOffice(t, url, Outbound{})
		first := must(p.ann.Identities(ctx))
		if len(first) != 1 || first[0].Email != "ann@city.example" || !first[0].Fixed {
			t.Fatalf("first %+v", first)
		}
		if _, err := p.ann.CreateIdentity(ctx, Identity{Email: "bob@city.example"}); err != ErrForbiddenFrom {
			t.Errorf("other's address: %v", err)
		}
		i := must(p.ann.CreateIdentity(ctx, Identity{Email: "ann@city.example", Name: "Ann 王", Bcc: []IdentityTarget{{Email: "ann@city.example"}}}))
		i.TextSignature = "-- \nAnn"
		must(p.ann.UpdateIdentity(ctx, i))
		if all := must(p.ann.Identities(ctx)); len(all) != 2 || all[1].TextSignature != i.TextSignature || all[1].Name != "Ann 王" || len(all[1].Bcc) != 1 {
			t.Errorf("all %+v", all)
		}
		state := must(p.ann.Snapshot(ctx)).IdentityState
		check(t, p.ann.DeleteIdentity(ctx, i.ID))
		if err := p.ann.DeleteIdentity(ctx, first[0].ID); !errs.Is(err, errs.Forbidden) {
			t.Errorf("deleting the main one: %v", err)
		}
		if c := must(p.ann.IdentityChanges(ctx, state)); len(c.Destroyed) != 1 || len(c.Created)+len(c.Updated) != 0 {
			t.Errorf("changes %+v", c)
		}
	})
}
