package mail

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chancery/audit"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/kit/testkit"
	"chancery/mail/flow"
	"chancery/policy"
	"chancery/store"
)

// keeper is an agency whose rules keep letters, and an auditor who has leave.
func keeper(t *testing.T, url string) *agency {
	t.Helper()
	g := newAgency(t, url,
		flow.Rule{Name: "Keep 預算 letters", When: flow.When{Direction: flow.Out, Level: policy.Unlabelled}, Then: flow.Then{Journal: true}},
		flow.Rule{Name: "What comes in", When: flow.When{Direction: flow.In, Level: policy.Unlabelled}, Then: flow.Then{Journal: true}})
	g.makes(t, g.carl, policy.RoleAudit)
	g.leave(t)
	return g
}

// leave gives carl leave to look into the journal.
func (g *agency) leave(t *testing.T) {
	t.Helper()
	must(g.room.AskLook(t.Context(), g.carl.subject, 0, MaxLookHours, "The yearly audit of the office"))
}

// out has ann write a letter, in out comes one from elsewhere.
func (g *agency) out(t *testing.T, subject string, to ...string) {
	t.Helper()
	e := Envelope{From: "ann@city.example"}
	for _, address := range to {
		e.Rcpts = append(e.Rcpts, RcptTo{Address: address})
	}
	text := "From: Ann Lê <ann@city.example>\r\nTo: " + strings.Join(to, ", ") + "\r\nSubject: " + subject + "\r\n\r\n" + id.Token(8) + "\r\n"
	check(t, g.submitSMTP(t.Context(), g.ann.subject, e, Trace{Protocol: "ESMTPSA", ID: "x"}, strings.NewReader(text)))
}

// journal lists the subjects that a filter finds.
func (g *agency) journal(t *testing.T, f JournalFilter) string {
	t.Helper()
	var list []string
	for _, e := range must(g.room.Journal(t.Context(), g.carl.subject, f, 0, 50)).List {
		list = append(list, e.Subject)
	}
	return strings.Join(list, " | ")
}

// TestJournalFound finds letters by sender, recipient, words, rule, level and
// days, page by page (C12).
func TestJournalFound(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		g := keeper(t, url)
		ctx := t.Context()
		g.out(t, "The budget of 2026", "bob@city.example", "x@out.example")
		g.out(t, "年度預算書", "bob@city.example")
		day := g.clock.Now()
		g.later(24 * time.Hour)
		g.mail(t, "From: Kim <kim@out.example>\r\nTo: bob@city.example\r\nSubject: Their budget\r\n\r\nHello\r\n", "bob@city.example")
		secret := "From: ann@city.example\r\nTo: bob@city.example\r\nSubject: Plans\r\nSIO-Label: " + g.room.LabelField(Label{Level: policy.Secret}) + "\r\n\r\nThe plan\r\n"
		check(t, g.submitSMTP(ctx, g.ann.subject, Envelope{From: "ann@city.example", Rcpts: []RcptTo{{Address: "bob@city.example"}}}, Trace{Protocol: "ESMTPSA", ID: "x"}, strings.NewReader(secret)))
		level := policy.Secret
		all := "[SECRET] Plans | Their budget | 年度預算書 | The budget of 2026"
		for _, c := range []struct {
			f    JournalFilter
			want string
		}{
			{JournalFilter{}, all},
			{JournalFilter{Sender: "ann@city.example"}, "[SECRET] Plans | 年度預算書 | The budget of 2026"},
			{JournalFilter{Sender: "ANN@City.Example"}, "[SECRET] Plans | 年度預算書 | The budget of 2026"},
			{JournalFilter{Sender: "le ann"}, "年度預算書 | The budget of 2026"},
			{JournalFilter{Sender: "@out.example"}, "Their budget"},
			{JournalFilter{Sender: "kim"}, "Their budget"},
			{JournalFilter{Recipient: "x@out.example"}, "The budget of 2026"},
			{JournalFilter{Recipient: "@out.example"}, "The budget of 2026"},
			{JournalFilter{Recipient: "bob"}, all},
			{JournalFilter{Subject: "budget"}, "Their budget | The budget of 2026"},
			{JournalFilter{Subject: "BUDGET 2026"}, "The budget of 2026"},
			{JournalFilter{Subject: "預算"}, "年度預算書"},
			{JournalFilter{Subject: "书"}, "年度預算書"},
			{JournalFilter{Subject: "?!"}, ""},
			{JournalFilter{Subject: "nothing"}, ""},
			{JournalFilter{Rule: "預算"}, "[SECRET] Plans | 年度預算書 | The budget of 2026"},
			{JournalFilter{Direction: flow.In}, "Their budget"},
			{JournalFilter{Level: &level}, "[SECRET] Plans"},
			{JournalFilter{From: day.Add(time.Hour)}, "[SECRET] Plans | Their budget"},
			{JournalFilter{To: day.Add(time.Hour), Recipient: "bob"}, "年度預算書 | The budget of 2026"},
			{JournalFilter{Subject: "budget", Sender: "ann@city.example", Recipient: "@city.example"}, "The budget of 2026"},
		} {
			if got := g.journal(t, c.f); got != c.want {
				t.Errorf("%+v: %s, want %s", c.f, got, c.want)
			}
		}
		for _, f := range []JournalFilter{{Direction: "up"}, {Subject: strings.Repeat("a", 201)}, {Subject: "a b c d e f g h i j k l m n o p q r s t u v w x y z"}} {
			if _, err := g.room.Journal(ctx, g.carl.subject, f, 0, 10); !errs.Is(err, errs.Invalid) && !errs.Is(err, errs.TooLarge) {
				t.Errorf("%+v: %v", f, err)
			}
		}
		// Who may not see a level does not find it, by no word.
		low := g.carl.subject
		low.Clearance = policy.Internal
		if page := must(g.room.Journal(ctx, low, JournalFilter{Subject: "plans"}, 0, 10)); len(page.List) != 0 {
			t.Error("found above the ceiling")
		}
		g.turn(t, JournalFilter{}, all)
		g.turn(t, JournalFilter{Recipient: "bob"}, all)
		// Letters of before are found once the clockwork went over them.
		check(t, g.db.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, "DELETE FROM mail_journal_term")
			check(t, err)
			_, err = tx.Exec(ctx, "UPDATE mail_journal SET indexed = $1", false)
			return err
		}))
		if got := g.journal(t, JournalFilter{Subject: "budget"}); got != "" {
			t.Error(got)
		}
		must(g.room.tendJournal(ctx))
		if got := g.journal(t, JournalFilter{Subject: "budget"}); got != "Their budget | The budget of 2026" {
			t.Error("after the clockwork:", got)
		}
		g.sound(t)
	})
}

// turn goes through the journal page by page, and with a window that is smaller
// than what there is.
func (g *agency) turn(t *testing.T, f JournalFilter, want string) {
	t.Helper()
	var list []string
	page := JournalPage{}
	for n := 0; n == 0 || page.Next != 0; n++ {
		page = must(g.room.Journal(t.Context(), g.carl.subject, f, page.Next, 1))
		for _, e := range page.List {
			list = append(list, e.Subject)
		}
	}
	if got := strings.Join(list, " | "); got != want {
		t.Errorf("page by page: %s, want %s", got, want)
	}
	terms, _, err := f.terms()
	check(t, err)
	list = nil
	low := policy.Secret
	q := journalQuery{org: 1, terms: terms, level: &low, ceiling: policy.Secret, from: newestPoint, window: 1}
	looks := 0
	for ; ; looks++ {
		var rows []journalEntry
		check(t, g.db.Read(t.Context(), func(tx *store.Tx) (err error) {
			rows, page, err = q.run(t.Context(), tx, 50)
			if page.Next != 0 {
				q.from, err = selectJournalPoint(t.Context(), tx, 1, page.Next)
			}
			return err
		}))
		for _, j := range rows {
			list = append(list, j.Subject)
		}
		if page.Next == 0 {
			break
		}
	}
	if got := strings.Join(list, " | "); got != "[SECRET] Plans" || looks != 4 {
		t.Errorf("in %d looks: %s", looks, got)
	}
}

// TestJournalTraces writes each question of the journal into the record, once.
func TestJournalTraces(t *testing.T) {
	g := keeper(t, "")
	g.out(t, "The budget", "bob@city.example")
	for range 3 {
		g.journal(t, JournalFilter{Subject: "budget", Asked: `{"subject":"budget"}`})
	}
	g.journal(t, JournalFilter{})
	got := g.asked(t, "mail.journal.list")
	if len(got) != 2 || !strings.Contains(got[0], `"asked":"{\"subject\":\"budget\"}"`) || !strings.Contains(got[0], `"hits":1`) {
		t.Error(got)
	}
	letter := must(g.room.Journal(t.Context(), g.carl.subject, JournalFilter{}, 0, 1)).List[0]
	_, _, err := g.carl.FindBlob(t.Context(), letter.Blob.Hash)
	check(t, err)
	for _, e := range must(audit.List(t.Context(), g.db, 1, 1)) {
		if e.Verb != "mail.journal.read" || e.Object != "journal "+id.Text('j', letter.ID) {
			t.Errorf("%+v", e)
		}
	}
}

// TestJournalEnds removes letters when their time is over, not before, and only
// with an entry in the record.
func TestJournalEnds(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		g := keeper(t, url)
		ctx := t.Context()
		const days = 30
		tend := func() {
			t.Helper()
			for more := true; more; {
				more = must(g.room.tendJournal(ctx))
			}
		}
		for n := range journalBatch + 5 {
			g.out(t, fmt.Sprintf("Old %d", n), "x@out.example")
		}
		g.later(10 * 24 * time.Hour)
		g.out(t, "New", "bob@city.example")
		g.later((days-10)*24*time.Hour - time.Millisecond)
		tend()
		if n := must(g.verify(t)).Letters; n != journalBatch+6 {
			t.Errorf("%d letters where nothing ends", n)
		}
		g.room.conf.Review.JournalDays = days
		tend()
		if n := must(g.verify(t)).Letters; n != journalBatch+6 {
			t.Errorf("ended before their time: %d are left", n)
		}
		g.later(time.Millisecond)
		tend()
		g.leave(t)
		if got := g.journal(t, JournalFilter{}); got != "New" {
			t.Errorf("left: %s", got)
		}
		if got := g.journal(t, JournalFilter{Recipient: "x@out.example"}); got != "" {
			t.Errorf("found: %s", got)
		}
		g.recorded(t, "mail.journal.end", journalBatch+5)
		r := must(g.verify(t))
		if r.Letters != 1 || r.Ended != journalBatch+5 || len(r.Problems) != 0 {
			t.Errorf("%+v", r)
		}
		check(t, g.db.Read(ctx, func(tx *store.Tx) error {
			var n int64
			check(t, tx.Row(ctx, "SELECT count(*) FROM mail_journal_term WHERE term = $1", []any{"to:x@out.example"}, &n))
			if n != 0 {
				t.Errorf("%d terms are left", n)
			}
			return nil
		}))
		g.sound(t)
	})
}

// verify is what a program of its own finds, which remembers nothing of what
// the server did.
func (g *agency) verify(t *testing.T) (JournalReport, error) {
	t.Helper()
	beside := *g.postOffice
	beside.open(t)
	defer beside.db.Close()
	return beside.room.VerifyJournal(t.Context(), 1, audit.Against{})
}

// TestJournalTampered finds whatever is done to the journal beside the program:
// rows, bytes, and entries that say a letter ended.
func TestJournalTampered(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		g := keeper(t, url)
		ctx := t.Context()
		for _, subject := range []string{"One", "Two", "Three"} {
			g.out(t, subject, "bob@city.example")
		}
		if r := must(g.verify(t)); len(r.Problems) != 0 || r.Letters != 3 || r.Record.Fault != "" {
			t.Fatalf("%+v", r)
		}
		list := must(g.room.Journal(ctx, g.carl.subject, JournalFilter{}, 0, 10)).List
		slices.Reverse(list)
		exec := func(query string, args ...any) {
			t.Helper()
			check(t, g.db.Write(ctx, func(tx *store.Tx) error {
				n, err := tx.Exec(ctx, query, args...)
				if n == 0 {
					t.Errorf("%s changed nothing", query)
				}
				return err
			}))
		}
		two := list[1].ID
		copied := "INSERT INTO mail_journal (org_id, id, at, account_id, sender, data, secrecy, level, hash, size, indexed) SELECT org_id, %s, at, account_id, sender, data, secrecy, level, hash, size, indexed FROM mail_journal WHERE id = $1"
		const spare = 7
		for _, c := range []struct{ name, do, undo, want string }{
			{"the sender", "UPDATE mail_journal SET sender = 'dora@city.example' WHERE id = $1", "UPDATE mail_journal SET sender = 'ann@city.example' WHERE id = $1", "was changed"},
			{"the subject", "UPDATE mail_journal SET data = replace(data, 'Two', 'Too') WHERE id = $1", "UPDATE mail_journal SET data = replace(data, 'Too', 'Two') WHERE id = $1", "was changed"},
			{"a recipient", "UPDATE mail_journal SET data = replace(data, 'bob@', 'eve@') WHERE id = $1", "UPDATE mail_journal SET data = replace(data, 'eve@', 'bob@') WHERE id = $1", "was changed"},
			{"the time", "UPDATE mail_journal SET at = at - 1 WHERE id = $1", "UPDATE mail_journal SET at = at + 1 WHERE id = $1", "was changed"},
			{"the level", "UPDATE mail_journal SET secrecy = secrecy + 5 WHERE id = $1", "UPDATE mail_journal SET secrecy = secrecy - 5 WHERE id = $1", "was changed"},
			{"added", fmt.Sprintf(copied, "7"), "DELETE FROM mail_journal WHERE id = 7 AND id <> $1", "was added"},
			{"missing", fmt.Sprintf("UPDATE mail_journal SET id = %d WHERE id = $1", spare), "", "is missing"},
		} {
			exec(c.do, two)
			r := must(g.verify(t))
			if text := strings.Join(r.Problems, "\n"); !strings.Contains(text, c.want) {
				t.Errorf("%s: %q", c.name, text)
			}
			if c.undo != "" {
				exec(c.undo, two)
				if r := must(g.verify(t)); len(r.Problems) != 0 {
					t.Fatalf("%s: put back, and %v", c.name, r.Problems)
				}
			}
		}
		exec("UPDATE mail_journal SET id = $1 WHERE id = 7", two)
		// The bytes: taken from under the letter, or another's in their place.
		exec("UPDATE blob SET pos = (SELECT pos FROM blob WHERE hash = $2), file = (SELECT file FROM blob WHERE hash = $2), len = (SELECT len FROM blob WHERE hash = $2) WHERE hash = $1", list[1].Blob.Hash[:], list[2].Blob.Hash[:])
		if text := strings.Join(must(g.verify(t)).Problems, "\n"); !strings.Contains(text, id.Text('j', two)+" of the journal has lost its bytes") || strings.Count(text, "\n") != 0 {
			t.Errorf("bytes: %q", text)
		}
		exec("DELETE FROM blob WHERE hash = $1", list[1].Blob.Hash[:])
		if text := strings.Join(must(g.verify(t)).Problems, "\n"); !strings.Contains(text, "has lost its bytes") {
			t.Errorf("no bytes: %q", text)
		}
		// Who could write entries cannot have a letter end before its time.
		check(t, g.db.Write(ctx, func(tx *store.Tx) error {
			e := audit.By(policy.System(1), journalEnded, "journal "+id.Text('j', list[0].ID), nil)
			e.After = `{"days":30}`
			return audit.Append(ctx, tx, g.clock.Now(), e)
		}))
		exec("DELETE FROM mail_journal WHERE id = $1", list[0].ID)
		if text := strings.Join(must(g.verify(t)).Problems, "\n"); !strings.Contains(text, "before its 30 days were over") {
			t.Errorf("ended early: %q", text)
		}
		// And the record is itself held against its hashes.
		exec("UPDATE audit SET object = 'journal j1' WHERE verb = $1", journalKept)
		if r := must(g.verify(t)); r.Record.Fault == "" {
			t.Error("a changed record")
		}
	})
}
