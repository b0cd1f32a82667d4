package mail

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"chancery/approval"
	"chancery/audit"
	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/mail/flow"
	"chancery/policy"
	"chancery/store"
)

// agency is a post office with reviewers and rules.
type agency struct {
	*postOffice
	desk       *approval.Desk
	carl, dora *Account
}

func newAgency(t *testing.T, url string, rules ...flow.Rule) *agency {
	t.Helper()
	p := newPostOffice(t, url, Outbound{})
	g := &agency{postOffice: p}
	g.join(t)
	g.carl, g.dora = g.web(t, "carl@city.example"), g.web(t, "dora@city.example")
	p.ann, p.bob = g.web(t, "ann@city.example"), g.web(t, "bob@city.example")
	for i := range rules {
		_, _, err := p.room.ChangeRule(t.Context(), policy.System(1), 0, &rules[i], "")
		check(t, err)
	}
	return g
}

// join opens the desk of decisions.
func (g *agency) join(t *testing.T) {
	t.Helper()
	desk, err := approval.New(t.Context(), g.db, g.dir, nil, nil, g.clock, testkit.Log(t))
	check(t, err)
	t.Cleanup(desk.Wait)
	g.desk = desk
	g.room.UseApprovals(desk)
}

// web opens an account for its person at the web client.
func (g *agency) web(t *testing.T, address string) *Account {
	t.Helper()
	a, _, err := g.dir.Resolve(t.Context(), address)
	if errs.Is(err, errs.NotFound) {
		a, err = g.dir.AddAccount(t.Context(), directory.Account{Address: address, Clearance: policy.Secret})
	}
	check(t, err)
	s := subject(a)
	s.Door, s.Assurance = "http", policy.ByPassword
	return must(g.room.Account(t.Context(), s, a.ID))
}

// send has ann send a letter to bob.
func (g *agency) send(t *testing.T, text string) Submission {
	t.Helper()
	m := g.append(t, g.ann, inboxID, "From: ann@city.example\r\nTo: bob@city.example\r\nBcc: dora@city.example\r\nMessage-ID: <"+testName(t)+text[:4]+"@city.example>\r\nSubject: Plans\r\n\r\n"+text+"\r\n")
	list := must(g.ann.Identities(t.Context()))
	s, err := g.ann.Submit(t.Context(), NewSubmission{Identity: list[0].ID, Message: m.ID})
	check(t, err)
	return s
}

func testName(t *testing.T) string { return strings.ReplaceAll(t.Name(), "/", ".") }

// waiting returns the cases that wait for somebody.
func (g *agency) waiting(t *testing.T, a *Account) (list []approval.Seen) {
	t.Helper()
	for _, x := range must(g.desk.Mine(t.Context(), a.subject)) {
		if x.Deciding {
			list = append(list, x)
		}
	}
	return list
}

// got lists the subjects in somebody's inbox.
func (g *agency) got(t *testing.T, a *Account) (list []string) {
	t.Helper()
	for _, line := range g.found(t, a) {
		if subject, ok := strings.CutPrefix(line, "INBOX: "); ok {
			list = append(list, subject)
		}
	}
	return list
}

// held is a rule that holds letters with a word for carl, then for dora.
func heldRule() flow.Rule {
	return flow.Rule{Name: "Budgets", When: flow.When{Direction: flow.Out, Level: policy.Unlabelled, Words: []string{"budget"}},
		Then: flow.Then{Hold: &flow.Review{Steps: []flow.Step{{Reviewers: []string{"carl@city.example"}, Hours: 24, Late: flow.LateEscalate, Escalate: []string{"dora@city.example"}}}, Appeal: []string{"dora@city.example"}}}}
}

// TestReview holds a letter until somebody has released it (C13).
func TestReview(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		g := newAgency(t, url, heldRule())
		ctx := t.Context()
		s := g.send(t, "The budget of next year.")
		if s.Undo != UndoPending {
			t.Fatalf("undo status %s", s.Undo)
		}
		g.later(2 * time.Hour)
		list := g.waiting(t, g.carl)
		if len(list) != 1 || list[0].Title != "Plans" || len(g.waiting(t, g.dora)) != 0 || len(g.got(t, g.bob)) != 0 {
			t.Fatalf("waiting %+v, bob has %v", list, g.got(t, g.bob))
		}
		about := must(g.room.aboutReview(ctx, g.carl.subject, list[0].Case, true)).(HeldLetter)
		if !slices.Equal(about.Rules, []string{"Budgets"}) || len(about.Found) == 0 || about.Found[0].Text != "budget" || !slices.Equal(about.Recipients, []string{"bob@city.example", "dora@city.example"}) {
			t.Errorf("about %+v", about)
		}
		mine := must(g.room.aboutReview(ctx, g.ann.subject, list[0].Case, false)).(HeldLetter)
		if mine.Found != nil || mine.Blob != nil || mine.Submission != s.ID {
			t.Errorf("the sender sees %+v", mine)
		}
		// Who decides reads it, nobody else does, and it stands in the record.
		blob, _, err := g.carl.FindBlob(ctx, about.Blob.Hash)
		check(t, err)
		b := must(g.carl.OpenBlob(ctx, blob))
		text := string(must(io.ReadAll(b.Reader())))
		check(t, b.Close())
		if !strings.Contains(text, "The budget of next year.") || strings.Contains(text, "Bcc") {
			t.Error("the reviewer reads", text)
		}
		for _, other := range []*Account{g.bob, g.dora} {
			if _, _, err := other.FindBlob(ctx, about.Blob.Hash); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s reads it: %v", other.info.Address, err)
			}
			if _, err := g.desk.Decide(ctx, other.subject, list[0].ID, approval.Approve, ""); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s decides: %v", other.info.Address, err)
			}
		}
		if _, err := g.desk.Decide(ctx, g.ann.subject, list[0].ID, approval.Approve, ""); !errs.Is(err, errs.Forbidden) {
			t.Errorf("the sender decides: %v", err)
		}
		g.recorded(t, "mail.review.look", 1)
		c, err := g.desk.Decide(ctx, g.carl.subject, list[0].ID, approval.Approve, "")
		if err != nil || c.State != approval.Approved {
			t.Fatal(c.State, err)
		}
		until(t, "the letter goes out", func() bool { return len(g.got(t, g.bob)) == 1 && len(g.got(t, g.dora)) == 1 })
		if s = must(g.ann.Submission(ctx, s.ID)); s.Undo != UndoFinal || s.Status["bob@city.example"].Delivered != "yes" {
			t.Errorf("submission %+v", s)
		}
		if _, _, err := g.carl.FindBlob(ctx, about.Blob.Hash); !errs.Is(err, errs.NotFound) {
			t.Error("the reviewer reads it after the decision", err)
		}
		if _, err := g.desk.Decide(ctx, g.carl.subject, list[0].ID, approval.Refuse, "no"); !errs.Is(err, errs.Conflict) {
			t.Error("decided twice", err)
		}
		// A letter without the word goes at once.
		if s := g.send(t, "Lunch at noon."); s.Undo != UndoFinal || len(g.got(t, g.bob)) != 2 {
			t.Error(s.Undo, g.got(t, g.bob))
		}
		g.sound(t)
	})
}

// recorded counts the entries of a verb.
func (g *agency) recorded(t *testing.T, verb string, want int) {
	t.Helper()
	n := 0
	for _, e := range must(audit.List(t.Context(), g.db, 1, 1000)) {
		if e.Verb == verb {
			n++
		}
	}
	if n != want {
		t.Errorf("%d entries of %s, want %d", n, verb, want)
	}
}

// sound has the room check itself, as soon as the queue rests: no blob is held
// too often or too little.
func (g *agency) sound(t *testing.T) {
	t.Helper()
	var wrong []string
	for range 300 {
		if wrong = g.wrong(t); len(wrong) == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error(wrong)
}

func (g *agency) wrong(t *testing.T) (list []string) {
	t.Helper()
	ctx := context.Background()
	r := must(g.room.Check(ctx, false))
	check(t, g.db.Refs(ctx, func(scope store.Scope, h store.Hash, refs int64) error {
		if want := r.Refs[BlobKey{Scope: scope, Hash: h}]; refs != want {
			list = append(list, fmt.Sprintf("blob %s: %d references are counted, %d rows refer to it", h, refs, want))
		}
		return nil
	}))
	return append(list, r.Problems...)
}

// TestReviewRefused tells the sender why, who may then ask above.
func TestReviewRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		g := newAgency(t, url, heldRule())
		ctx := t.Context()
		s := g.send(t, "The budget of next year.")
		number := g.waiting(t, g.carl)[0].ID
		if _, err := g.desk.Decide(ctx, g.carl.subject, number, approval.Refuse, " "); !errs.Is(err, errs.Invalid) {
			t.Error("refused without a reason", err)
		}
		_, err := g.desk.Decide(ctx, g.carl.subject, number, approval.Refuse, "The figures are not final.")
		check(t, err)
		s = must(g.ann.Submission(ctx, s.ID))
		if d := s.Status["bob@city.example"]; s.Undo != UndoFinal || d.Delivered != "no" || !strings.Contains(d.Reply, "The figures are not final.") {
			t.Errorf("submission %+v", s)
		}
		if got := g.got(t, g.ann); !slices.Contains(got, "Not released: your letter was not sent") {
			t.Errorf("ann has %v", got)
		}
		if n := must(g.room.QueueLength(ctx)); n != 0 || len(g.got(t, g.bob)) != 0 {
			t.Errorf("%d in the queue", n)
		}
		// An appeal goes to those above alone, and there is one of it.
		if _, err := g.bob.Appeal(ctx, number, "please"); !errs.Is(err, errs.NotFound) {
			t.Error("another's appeal", err)
		}
		again, err := g.ann.Appeal(ctx, number, "They are: see the annex.")
		check(t, err)
		if again.Undo != UndoPending || len(g.waiting(t, g.carl)) != 0 {
			t.Errorf("appeal %+v", again)
		}
		list := g.waiting(t, g.dora)
		if len(list) != 1 || list[0].Reason != "They are: see the annex." || list[0].Earlier != number {
			t.Fatalf("dora: %+v", list)
		}
		_, err = g.desk.Decide(ctx, g.dora.subject, list[0].ID, approval.Approve, "")
		check(t, err)
		until(t, "the letter goes out", func() bool { return len(g.got(t, g.bob)) == 1 })
		g.sound(t)
	})
}

// TestReviewRecall lets the sender take the letter back while it waits.
func TestReviewRecall(t *testing.T) {
	g := newAgency(t, "", heldRule())
	ctx := t.Context()
	s := g.send(t, "The budget of next year.")
	number := g.waiting(t, g.carl)[0].ID
	must(g.ann.CancelSubmission(ctx, s.ID))
	if len(g.waiting(t, g.carl)) != 0 || must(g.room.QueueLength(ctx)) != 0 {
		t.Error("it still waits")
	}
	if _, err := g.desk.Decide(ctx, g.carl.subject, number, approval.Approve, ""); !errs.Is(err, errs.Conflict) {
		t.Error("decided after the recall", err)
	}
	g.sound(t)
}

// TestReviewLate hands the letter to those above when its time is over.
func TestReviewLate(t *testing.T) {
	for _, c := range []struct {
		late string
		then func(t *testing.T, g *agency)
	}{
		{flow.LateEscalate, func(t *testing.T, g *agency) {
			list := g.waiting(t, g.dora)
			if len(list) != 1 || len(g.waiting(t, g.carl)) != 1 {
				t.Fatalf("dora: %+v", list)
			}
			_, err := g.desk.Decide(t.Context(), g.dora.subject, list[0].ID, approval.Approve, "")
			check(t, err)
			until(t, "the letter goes out", func() bool { return len(g.got(t, g.bob)) == 1 })
		}},
		{flow.LateRelease, func(t *testing.T, g *agency) {
			until(t, "the letter goes out", func() bool { return len(g.got(t, g.bob)) == 1 })
		}},
		{flow.LateRefuse, func(t *testing.T, g *agency) {
			if got := g.got(t, g.ann); !slices.Contains(got, "Not released: your letter was not sent") || must(g.room.QueueLength(t.Context())) != 0 {
				t.Errorf("ann has %v", got)
			}
		}},
	} {
		t.Run(c.late, func(t *testing.T) {
			rule := heldRule()
			rule.Then.Hold.Steps[0].Late = c.late
			if c.late != flow.LateEscalate {
				rule.Then.Hold.Steps[0].Escalate = nil
			}
			g := newAgency(t, "", rule)
			g.send(t, "The budget of next year.")
			g.later(23 * time.Hour)
			must(g.desk.RunLate(t.Context()))
			if len(g.got(t, g.bob)) != 0 || len(g.waiting(t, g.dora)) != 0 {
				t.Fatal("before its time")
			}
			g.later(2 * time.Hour)
			must(g.desk.RunLate(t.Context()))
			c.then(t, g)
			g.sound(t)
		})
	}
}

// TestReviewOfPrograms tells the user of a mail program that a letter waits,
// and asks nobody who may not see it.
func TestReviewOfPrograms(t *testing.T) {
	g := newAgency(t, "", heldRule())
	ctx := t.Context()
	submit := func(text string) error {
		return g.submitSMTP(ctx, g.ann.subject, Envelope{From: "ann@city.example", Rcpts: []RcptTo{{Address: "bob@city.example"}}}, Trace{Protocol: "ESMTPSA", ID: "x"}, strings.NewReader(text))
	}
	check(t, submit("From: ann@city.example\r\nTo: bob@city.example\r\nSubject: a\r\n\r\nThe budget\r\n"))
	if got := g.got(t, g.ann); !slices.Equal(got, []string{"Held: your letter waits for review"}) {
		t.Errorf("ann has %v", got)
	}
	check(t, g.dir.SetClearance(ctx, policy.System(1), g.carl.ID(), policy.Internal))
	check(t, g.dir.SetClearance(ctx, policy.System(1), g.dora.ID(), policy.Internal))
	secret := "From: ann@city.example\r\nTo: bob@city.example\r\nSubject: b\r\nSIO-Label: " + g.room.LabelField(Label{Level: policy.Secret}) + "\r\n\r\nThe budget\r\n"
	if err := submit(secret); err != ErrNoReviewer {
		t.Errorf("a letter that nobody may review: %v", err)
	}
	// A reviewer does not review their own: it goes to those above.
	err := g.submitSMTP(ctx, g.carl.subject, Envelope{From: "carl@city.example", Rcpts: []RcptTo{{Address: "bob@city.example"}}}, Trace{Protocol: "ESMTPSA", ID: "x"},
		strings.NewReader("From: carl@city.example\r\nTo: bob@city.example\r\nSubject: c\r\n\r\nThe budget\r\n"))
	check(t, err)
	if got := g.waiting(t, g.dora); len(got) != 1 || got[0].Title != "c" {
		t.Errorf("dora: %+v", got)
	}
	g.sound(t)
}

// TestReviewIncoming holds what comes from another server, and says nothing to
// whoever claims to have sent it.
func TestReviewIncoming(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		rule := heldRule()
		rule.When.Direction = flow.In
		g := newAgency(t, url, rule)
		ctx := t.Context()
		g.mail(t, subjectLetter("the budget"), "ann@city.example", "bob@city.example")
		g.mail(t, subjectLetter("a budget too"), "bob@city.example")
		list := g.waiting(t, g.carl)
		if len(list) != 2 || len(g.got(t, g.ann)) != 0 {
			t.Fatalf("waiting %+v", list)
		}
		_, err := g.desk.Decide(ctx, g.carl.subject, list[0].ID, approval.Approve, "")
		check(t, err)
		_, err = g.desk.Decide(ctx, g.carl.subject, list[1].ID, approval.Refuse, "spam")
		check(t, err)
		until(t, "the letter arrives", func() bool { return len(g.got(t, g.ann)) == 1 && len(g.got(t, g.bob)) == 1 })
		if n := must(g.room.QueueLength(ctx)); n != 0 {
			t.Errorf("%d in the queue", n)
		}
		g.sound(t)
	})
}

// TestReviewByNobody leaves a letter with the other server while nobody may
// review it, and refuses one of our own with words.
func TestReviewByNobody(t *testing.T) {
	rule := heldRule()
	rule.When.Direction = ""
	g := newAgency(t, "", rule)
	ctx := t.Context()
	rule.Then.Hold.Steps[0].Reviewers, rule.Then.Hold.Steps[0].Escalate = []string{"gone@city.example"}, []string{"gone@city.example"}
	data := must(rule.Encode())
	check(t, g.db.Write(ctx, func(tx *store.Tx) error {
		rules, err := selectRules(ctx, tx, 1)
		check(t, err)
		check(t, bumpRules(ctx, tx, 1))
		tx.OnCommit(func() { g.room.rules.drop(1) })
		return putRule(ctx, tx, 1, rules[0].ID, string(data))
	}))
	l := must(g.room.Spool(ctx, 1, strings.NewReader(subjectLetter("the budget"))))
	in := Incoming{From: "x@out.example", Recipients: []Recipient{must(g.room.CheckRecipient(ctx, "bob@city.example"))}}
	if err := g.room.Receive(ctx, in, l); !errs.Is(err, errs.Unavailable) {
		t.Errorf("from elsewhere: %v", err)
	}
	err := g.submitSMTP(ctx, g.ann.subject, Envelope{From: "ann@city.example", Rcpts: []RcptTo{{Address: "bob@city.example"}}}, Trace{Protocol: "ESMTPSA", ID: "x"},
		strings.NewReader("From: ann@city.example\r\nTo: bob@city.example\r\nSubject: a\r\n\r\nThe budget\r\n"))
	if err != ErrNoReviewer || len(g.got(t, g.bob)) != 0 {
		t.Errorf("of our own: %v", err)
	}
	g.sound(t)
}
