package mail

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chancery/approval"
	"chancery/directory"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/mail/flow"
	"chancery/mail/pace"
	"chancery/policy"
	"chancery/store"
)

// leaving lists what waits for a server elsewhere: sender and recipient.
func (o *office) leaving(t *testing.T) (list []string) {
	t.Helper()
	now := time.Now().Add(time.Minute).UnixMilli()
	err := o.db.Write(t.Context(), func(tx *store.Tx) error {
		rows, err := claimDue(t.Context(), tx, "else.example", "test", now, now, 1000)
		list = nil
		for _, q := range rows {
			list = append(list, fmt.Sprintf("%q %s", q.sender, q.rcpt))
		}
		return err
	})
	check(t, err)
	slices.Sort(list)
	return list
}

// newForwarding is an office that lets letters be sent on to outside, with
// rules of the organisation.
func newForwarding(t *testing.T, url string, rules ...flow.Rule) *office {
	t.Helper()
	o := newOffice(t, url)
	o.room.conf.ForwardOutside = true
	desk, err := approval.New(t.Context(), o.db, o.dir, nil, nil, clock.System{}, testkit.Log(t))
	check(t, err)
	t.Cleanup(desk.Wait)
	o.room.UseApprovals(desk)
	for _, name := range []string{"carl", "dora"} {
		must(o.dir.AddAccount(t.Context(), directory.Account{Address: name + "@city.example", Clearance: policy.Secret}))
	}
	for i := range rules {
		_, _, err := o.room.ChangeRule(t.Context(), policy.System(1), 0, &rules[i], "")
		check(t, err)
	}
	return o
}

// terms gives an account what a service level says, and opens it anew.
func (o *office) terms(t *testing.T, name string, terms policy.Terms) *Account {
	t.Helper()
	l := must(o.dir.AddServiceLevel(t.Context(), policy.System(1), directory.ServiceLevel{Names: map[string]string{"en": name}, Terms: terms}))
	a, _, err := o.dir.Resolve(t.Context(), "ann@city.example")
	check(t, err)
	must(o.dir.AddPerson(t.Context(), policy.System(1), directory.Person{Account: a.ID, Name: "Ann", Address: a.Address, Level: l.ID}))
	a, _, err = o.dir.Resolve(t.Context(), "ann@city.example")
	check(t, err)
	s := subject(a)
	s.Terms = a.Terms
	return must(o.room.Account(context.Background(), s, a.ID))
}

// TestForwardOutside sends letters on to addresses outside where the house
// allows that, and not what its level, a rule of the organisation or the pace
// keeps here (D23).
func TestForwardOutside(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		when := func(word string) flow.When {
			return flow.When{Direction: flow.Out, Level: policy.Unlabelled, Words: []string{word}}
		}
		o := newForwarding(t, url, heldRule(), flow.Rule{Name: "No plans", When: when("war plan"), Then: flow.Then{Refuse: "Plans go by paper."}},
			flow.Rule{Name: "Kept", When: when("invoice"), Then: flow.Then{Journal: true}})
		o.room.conf.Pace = pace.Limits{Letters: 3}
		o.script(t, o.ann, `redirect "me@else.example";`)
		letter := func(subject, more, text string) string {
			return "From: X <x@out.example>\r\nTo: ann@city.example\r\nSubject: " + subject + "\r\n" + more + "\r\n" + text + "\r\n"
		}
		secret := must(o.room.Spool(t.Context(), 1, strings.NewReader(letter("secret", "", "Hello"))))
		secret.level = policy.Secret
		check(t, o.room.Receive(t.Context(), Incoming{From: "bob@city.example", Recipients: []Recipient{must(o.room.CheckRecipient(t.Context(), "ann@city.example"))}}, secret))
		o.mail(t, letter("held", "", "The budget."), "ann@city.example")
		o.mail(t, letter("refused", "", "The war plan."), "ann@city.example")
		expect(t, "ann", o.found(t, o.ann), "INBOX: held", "INBOX: refused", "INBOX: secret")
		expect(t, "the queue", o.leaving(t))
		o.mail(t, letter("one", "", "Hello"), "ann@city.example")
		o.mail(t, letter("two", "", "The invoice."), "ann@city.example")
		bounce := must(o.room.Spool(t.Context(), 1, strings.NewReader(letter("three", "", "Not delivered"))))
		check(t, o.room.Receive(t.Context(), Incoming{Recipients: []Recipient{must(o.room.CheckRecipient(t.Context(), "ann@city.example"))}}, bounce))
		o.mail(t, letter("four", "", "Hello"), "ann@city.example")
		expect(t, "ann at last", o.found(t, o.ann), "INBOX: four", "INBOX: held", "INBOX: refused", "INBOX: secret")
		expect(t, "the queue at last", o.leaving(t), `"" me@else.example`, `"ann@city.example" me@else.example`, `"ann@city.example" me@else.example`)
		_, st, err := o.ann.Scripts(t.Context())
		if err != nil || st.Failed != 4 || !strings.Contains(st.LastError, "3 letters can be sent within an hour") {
			t.Errorf("%+v, %v", st, err)
		}
		var kept []journalEntry
		check(t, o.db.Read(t.Context(), func(tx *store.Tx) (err error) {
			kept, err = readAll(selectJournalFrom(t.Context(), tx, 1, 0, 10))
			return err
		}))
		if len(kept) != 1 || kept[0].Subject != "two" || kept[0].sender != "ann@city.example" {
			t.Errorf("the journal: %+v", kept)
		}
	})
}

// TestForwardOutsideTerms asks whether somebody's level has it, when rules are
// written and when they run.
func TestForwardOutsideTerms(t *testing.T) {
	for name, c := range map[string]struct {
		house bool
		terms policy.Terms
		may   bool
	}{
		"allowed":              {true, policy.Terms{}, true},
		"the house does not":   {false, policy.Terms{}, false},
		"not by this level":    {true, policy.Terms{Without: policy.FeatureForward}, false},
		"no letters outside":   {true, policy.Terms{Without: policy.FeatureOutside}, false},
		"another feature":      {true, policy.Terms{Without: policy.FeatureParcels}, true},
		"the house, of others": {false, policy.Terms{Without: policy.FeatureOutside}, false},
	} {
		t.Run(name, func(t *testing.T) {
			o := newForwarding(t, "")
			o.room.conf.ForwardOutside = c.house
			ann := o.terms(t, name, c.terms)
			text := `redirect "me@else.example";`
			_, err := ann.SetScript(t.Context(), ScriptChange{Blob: ptr(must(ann.Upload(t.Context(), strings.NewReader(text), 1<<20))), Text: text})
			if (err == nil) != c.may || err != nil && !strings.Contains(err.Error(), "outside the organisation") {
				t.Errorf("writing the rule: %v", err)
			}
			if got := o.room.MaySendOnOutside(ann.subject); got != c.may {
				t.Errorf("a client is told %v", got)
			}
			// Nor by a mailbox that has no level: its rules are written by somebody.
			shared := must(o.dir.AddAccount(t.Context(), directory.Account{Address: "desk@city.example", Kind: directory.KindShared}))
			check(t, o.dir.Grant(t.Context(), directory.DefaultOrg, shared.ID, ann.ID(), policy.All))
			box := must(o.room.Account(t.Context(), ann.subject, shared.ID))
			_, err = box.SetScript(t.Context(), ScriptChange{Blob: ptr(must(box.Upload(t.Context(), strings.NewReader(text), 1<<20))), Text: text})
			if (err == nil) != c.may {
				t.Errorf("writing the rule of a shared mailbox: %v", err)
			}
			// A rule that computes the address is caught when it runs, and one of
			// the past when the level changed.
			o.script(t, ann, `require ["variables"]; set "to" "me"; redirect "${to}@else.example";`)
			o.mail(t, subjectLetter("one"), "ann@city.example")
			if got := len(o.leaving(t)); (got == 1) != c.may {
				t.Errorf("%d letters leave", got)
			}
			if got := o.found(t, ann); (len(got) == 0) != c.may {
				t.Errorf("ann has %q", got)
			}
		})
	}
}

func ptr[T any](v T) *T { return &v }

// TestPace lets so many letters of an account go within an hour, by a mail
// program and the web client together; a refusal stands in the record, and
// what was refused is nowhere.
func TestPace(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		ann := o.terms(t, "slow", policy.Terms{MaxHourly: 3, MaxDaily: 5})
		send := func(to ...string) error {
			e := Envelope{From: "ann@city.example"}
			for _, a := range to {
				e.Rcpts = append(e.Rcpts, RcptTo{Address: a})
			}
			_, err := o.room.SubmitSMTP(t.Context(), ann.subject, e, Trace{Protocol: "ESMTPSA", ID: "x"}, strings.NewReader("From: ann@city.example\r\nTo: bob@city.example\r\nSubject: s\r\n\r\nHello\r\n"))
			return err
		}
		check(t, send("bob@city.example"))
		m := o.append(t, ann, inboxID, "From: ann@city.example\r\nTo: bob@city.example\r\nSubject: web\r\n\r\nHello\r\n")
		web := func() error {
			_, err := ann.Submit(t.Context(), NewSubmission{Identity: must(ann.Identities(t.Context()))[0].ID, Message: m.ID})
			return err
		}
		check(t, web())
		if err := send("bob@city.example", "a@else.example", "b@else.example", "c@else.example"); !errs.Is(err, errs.RateLimited) {
			t.Errorf("six recipients of five: %v", err)
		}
		check(t, send("bob@city.example", "a@else.example"))
		for _, err := range []error{web(), send("bob@city.example")} {
			if !errs.Is(err, errs.RateLimited) {
				t.Errorf("a fourth letter: %v", err)
			}
		}
		expect(t, "bob", o.found(t, o.bob), "INBOX: s", "INBOX: s", "INBOX: web")
		if got := len(o.leaving(t)); got != 1 {
			t.Errorf("%d letters leave", got)
		}
		if list := must(ann.Submissions(t.Context())); len(list) != 1 {
			t.Errorf("%d submissions", len(list))
		}
		(&agency{postOffice: &postOffice{office: o}}).recorded(t, "mail", 3)
		// Nobody else has fewer for that, and what the program itself writes is nobody's.
		must(o.room.SubmitSMTP(t.Context(), o.bob.subject, Envelope{From: "bob@city.example", Rcpts: []RcptTo{{Address: "ann@city.example"}}}, Trace{Protocol: "ESMTPSA", ID: "x"}, strings.NewReader("From: bob@city.example\r\nTo: ann@city.example\r\nSubject: s\r\n\r\nHello\r\n")))
		a, _, err := o.dir.Resolve(t.Context(), "ann@city.example")
		check(t, err)
		check(t, o.room.TellOutside(t.Context(), a, "ann@else.example", strings.NewReader("Subject: told\r\n\r\nHello\r\n")))
	})
}
