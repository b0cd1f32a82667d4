package mail

import (
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
)

// TestRulesRefuse refuses by a rule with its own words, and what lacks a
// signature.
func TestRulesRefuse(t *testing.T) {
	g := newAgency(t, "",
		flow.Rule{Name: "No plans", When: flow.When{Level: policy.Unlabelled, Words: []string{"war plan"}}, Then: flow.Then{Refuse: "Plans go by paper."}},
		flow.Rule{Name: "Signed", When: flow.When{Level: policy.Unlabelled, Words: []string{"contract"}}, Then: flow.Then{Require: flow.Signature}})
	_, _, err := g.room.ChangeRule(t.Context(), policy.System(1), 0, &flow.Rule{Name: "No programs", When: flow.When{Level: policy.Unlabelled, Attachments: &flow.Files{Types: []string{".exe"}}}, Then: flow.Then{Refuse: "No programs."}}, "")
	check(t, err)
	within := "--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: x@out.example\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nsee\r\n--c\r\nContent-Type: application/octet-stream; name=a.exe\r\nContent-Disposition: attachment; filename=a.exe\r\n\r\nMZ\r\n--c--\r\n--b--"
	for text, want := range map[string]string{"The war plan.": "Plans go by paper.", "The contract.": "The letter has to be signed.", within: "No programs."} {
		kind := ""
		if text == within {
			kind = "Content-Type: multipart/mixed; boundary=b\r\n"
		}
		err := g.submitSMTP(t.Context(), g.ann.subject, Envelope{From: "ann@city.example", Rcpts: []RcptTo{{Address: "bob@city.example"}}}, Trace{Protocol: "ESMTPSA", ID: "x"},
			strings.NewReader("From: ann@city.example\r\nTo: bob@city.example\r\nSubject: a\r\n"+kind+"\r\n"+text+"\r\n"))
		if !errs.Is(err, errs.Forbidden) || err.Error() != want {
			t.Errorf("%s: %v", text, err)
		}
	}
	g.recorded(t, "mail", 3)
	if e := must(audit.List(t.Context(), g.db, 1, 1))[0]; e.Rule != "No plans" && e.Rule != "Signed" && e.Rule != "No programs" {
		t.Errorf("entry %+v", e)
	}
	if len(g.got(t, g.bob)) != 0 {
		t.Error("it went all the same")
	}
	g.sound(t)
}

// TestStamped puts the texts of rules and the marking of the level into letters.
func TestStamped(t *testing.T) {
	p := newPostOffice(t, "", Outbound{})
	p.stop()
	p.conf.Secrecy.Banner = true
	p.open(t)
	g := &agency{postOffice: p}
	g.join(t)
	p.ann, p.bob = g.web(t, "ann@city.example"), g.web(t, "bob@city.example")
	rule := flow.Rule{Name: "Foot", When: flow.When{Level: policy.Unlabelled}, Then: flow.Then{Disclaimer: &flow.Text{Text: "City of Example. 市政府"}}}
	_, _, err := g.room.ChangeRule(t.Context(), policy.System(1), 0, &rule, "")
	check(t, err)
	check(t, g.submitSMTP(t.Context(), g.ann.subject, Envelope{From: "ann@city.example", Rcpts: []RcptTo{{Address: "bob@city.example"}}}, Trace{Protocol: "ESMTPSA", ID: "x"},
		strings.NewReader("From: ann@city.example\r\nTo: bob@city.example\r\nSubject: a\r\nSIO-Label: "+g.room.LabelField(Label{Level: policy.Secret})+"\r\n\r\nHello\r\n")))
	snap := must(g.bob.Snapshot(t.Context()))
	var m *Message
	snap.Each(func(x *Message) bool { m = x; return true })
	if m == nil || m.Level != policy.Secret {
		t.Fatalf("message %+v", m)
	}
	b, c, err := g.bob.OpenMessage(t.Context(), m.ID)
	check(t, err)
	text, _, _ := c.Message.Bodies().Text[0].Text(b, 1<<20)
	check(t, b.Close())
	if !strings.HasPrefix(text, "SECRET") || !strings.Contains(text, "Hello") || !strings.Contains(text, "City of Example. 市政府") {
		t.Errorf("text %q", text)
	}
	g.sound(t)
}

// TestWatched copies letters to a monitor mailbox and into the journal, which
// are read for a purpose, with leave, and by nobody else (C12).
func TestWatched(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		g := newAgency(t, url)
		ctx := t.Context()
		box := must(g.dir.AddAccount(ctx, directory.Account{Address: "monitor@city.example", Kind: directory.KindShared, Clearance: policy.TopSecret}))
		rule := flow.Rule{Name: "Watch", When: flow.When{Level: policy.Unlabelled, Words: []string{"budget"}}, Then: flow.Then{Monitor: "monitor@city.example", Journal: true}}
		_, _, err := g.room.ChangeRule(ctx, policy.System(1), 0, &rule, "")
		check(t, err)
		g.send(t, "The budget of next year.")
		g.mail(t, subjectLetter("their budget"), "bob@city.example")
		if got := g.got(t, g.bob); len(got) != 2 {
			t.Fatalf("bob has %v", got)
		}
		g.recorded(t, "mail.journal", 2)
		// The auditor has no right of their own.
		must(g.dir.GrantRole(ctx, policy.System(1), directory.Holding{Account: g.carl.ID(), RoleGrant: policy.RoleGrant{Role: policy.RoleAudit}}))
		must(g.dir.GrantRole(ctx, policy.System(1), directory.Holding{Account: g.dora.ID(), RoleGrant: policy.RoleGrant{Role: policy.RoleSecurity}}))
		if _, err := g.room.Account(ctx, g.carl.subject, box.ID); !errs.Is(err, errs.NotFound) {
			t.Error("read without leave", err)
		}
		if _, err := g.room.Journal(ctx, g.carl.subject, JournalFilter{}, 0, 10); !errs.Is(err, errs.Forbidden) {
			t.Error("journal without leave", err)
		}
		if _, err := g.room.AskLook(ctx, g.bob.subject, box.ID, 8, "I would like to know"); !errs.Is(err, errs.Forbidden) {
			t.Error("anybody asks", err)
		}
		if _, err := g.room.AskLook(ctx, g.carl.subject, box.ID, 8, "why not"); !errs.Is(err, errs.Invalid) {
			t.Error("no purpose", err)
		}
		g.room.conf.Review.Second = true
		for _, account := range []int64{box.ID, 0} {
			l := must(g.room.AskLook(ctx, g.carl.subject, account, 8, "Case 7 of the ethics office"))
			if !l.Until.IsZero() {
				t.Error("granted without a second person")
			}
			if _, err := g.desk.Decide(ctx, g.carl.subject, l.Case, approval.Approve, ""); err == nil {
				t.Error("who asks decides")
			}
			_, err := g.desk.Decide(ctx, g.dora.subject, l.Case, approval.Approve, "")
			check(t, err)
		}
		watched, err := g.room.Account(ctx, g.carl.subject, box.ID)
		check(t, err)
		if got := g.found(t, watched); len(got) != 2 {
			t.Errorf("the monitor has %v", got)
		}
		if watched.allows(policy.Mark) || watched.allows(policy.SendAs) {
			t.Error("more than reading")
		}
		b, _, err := watched.OpenMessage(ctx, 1)
		check(t, err)
		check(t, b.Close())
		g.recorded(t, "mail.look.read", 1)
		list := must(g.room.Journal(ctx, g.carl.subject, JournalFilter{}, 0, 10)).List
		if len(list) != 2 || !slices.Contains(list[1].Recipients, "dora@city.example") || list[0].Direction != flow.In {
			t.Errorf("journal %+v", list)
		}
		if _, _, err := g.carl.FindBlob(ctx, list[1].Blob.Hash); err != nil {
			t.Error("a letter of the journal", err)
		}
		// By a mail program, and after its time, there is nothing.
		program := g.carl.subject
		program.Door, program.Assurance = "imap", policy.ByProgram
		if _, err := g.room.Account(ctx, program, box.ID); !errs.Is(err, errs.NotFound) {
			t.Error("looked into by a program", err)
		}
		g.later(9 * time.Hour)
		if _, err := g.room.Account(ctx, g.carl.subject, box.ID); !errs.Is(err, errs.NotFound) {
			t.Error("read after its time", err)
		}
		g.sound(t)
	})
}

// TestRulesByTwo has two people make a rule.
func TestRulesByTwo(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		g := newAgency(t, url)
		ctx := t.Context()
		g.room.conf.Review.FourEyes = true
		rule := heldRule()
		if _, _, err := g.room.ChangeRule(ctx, g.carl.subject, 0, &rule, ""); !errs.Is(err, errs.Forbidden) {
			t.Error("anybody makes rules", err)
		}
		must(g.dir.GrantRole(ctx, policy.System(1), directory.Holding{Account: g.carl.ID(), RoleGrant: policy.RoleGrant{Role: policy.RoleSecurity}}))
		if _, _, err := g.room.ChangeRule(ctx, g.carl.subject, 0, &rule, ""); !errs.Is(err, errs.Conflict) {
			t.Error("nobody else could agree", err)
		}
		must(g.dir.GrantRole(ctx, policy.System(1), directory.Holding{Account: g.dora.ID(), RoleGrant: policy.RoleGrant{Role: policy.RoleSecurity}}))
		number, waits, err := g.room.ChangeRule(ctx, g.carl.subject, 0, &rule, "the auditors ask for it")
		if err != nil || !waits {
			t.Fatal(waits, err)
		}
		if s := g.send(t, "The budget of this year."); s.Undo != UndoFinal {
			t.Error("a rule holds that nobody agreed to")
		}
		if _, _, err := g.room.ChangeRule(ctx, g.dora.subject, number, &rule, ""); !errs.Is(err, errs.Conflict) && !errs.Is(err, errs.NotFound) {
			t.Error("changed while it waits", err)
		}
		list := g.waiting(t, g.dora)
		if len(list) != 1 || len(g.waiting(t, g.carl)) != 0 {
			t.Fatalf("dora: %+v", list)
		}
		_, err = g.desk.Decide(ctx, g.dora.subject, list[0].ID, approval.Approve, "")
		check(t, err)
		if s := g.send(t, "Next: the budget."); s.Undo != UndoPending {
			t.Error("the rule does not hold")
		}
		rules, _, err := g.room.FlowRules(ctx, g.dora.subject)
		if err != nil || len(rules) != 1 || rules[0].Waiting != nil {
			t.Errorf("rules %+v, %v", rules, err)
		}
		// What it would have done to what was sent: no subject, no text.
		trial, err := g.room.TryRule(ctx, g.carl.subject, rule, g.clock.Now().AddDate(-100, 0, 0))
		if err != nil || trial.Letters != 2 || trial.Total != 2 || trial.Hits[0].Found[0] != "budget" {
			t.Errorf("trial %+v, %v", trial, err)
		}
		low := g.carl.subject
		low.Clearance = policy.Internal
		secret := g.append(t, g.ann, inboxID, "From: ann@city.example\r\nTo: bob@city.example\r\nMessage-ID: <secret@city.example>\r\nSIO-Label: "+g.room.LabelField(Label{Level: policy.Secret})+"\r\nSubject: s\r\n\r\nThe budget\r\n")
		_, err = g.ann.Submit(ctx, NewSubmission{Identity: must(g.ann.Identities(ctx))[0].ID, Message: secret.ID})
		check(t, err)
		if trial, err := g.room.TryRule(ctx, low, rule, g.clock.Now().AddDate(-100, 0, 0)); err != nil || trial.Letters != 2 {
			t.Errorf("a trial shows what is above one's ceiling: %+v, %v", trial, err)
		}
		if trial, err := g.room.TryRule(ctx, g.carl.subject, rule, g.clock.Now().AddDate(-100, 0, 0)); err != nil || trial.Letters != 3 {
			t.Errorf("trial %+v, %v", trial, err)
		}
		// It is taken away by two as well.
		_, waits, err = g.room.ChangeRule(ctx, g.dora.subject, number, nil, "")
		if err != nil || !waits {
			t.Fatal(err)
		}
		mine := slices.DeleteFunc(g.waiting(t, g.carl), func(x approval.Seen) bool { return x.Kind != RuleCase })
		if len(mine) != 1 {
			t.Fatalf("carl: %+v", mine)
		}
		_, err = g.desk.Decide(ctx, g.carl.subject, mine[0].ID, approval.Approve, "")
		check(t, err)
		if rules, _, err := g.room.FlowRules(ctx, g.dora.subject); err != nil || len(rules) != 0 {
			t.Errorf("rules %+v, %v", rules, err)
		}
		g.recorded(t, "mail.rule", 3) // two were made, one refused
	})
}

// TestRulesByUnit holds what those of a unit and of the units below it send.
func TestRulesByUnit(t *testing.T) {
	g := newAgency(t, "")
	ctx := t.Context()
	system := policy.System(1)
	units := must(g.dir.AddUnits(ctx, system, []directory.Unit{{Names: map[string]string{"en": "Finance"}}}))
	below := must(g.dir.AddUnits(ctx, system, []directory.Unit{{Names: map[string]string{"en": "Budget"}, Parent: units[0].ID}}))
	must(g.dir.AddPerson(ctx, system, directory.Person{Account: g.ann.ID(), Name: "Ann", Posts: []directory.Post{{Unit: below[0].ID, Title: "Clerk", Kind: directory.PostMain}}}))
	rule := flow.Rule{Name: "Finance", When: flow.When{Level: policy.Unlabelled, SenderUnits: []int64{units[0].ID}}, Then: flow.Then{Hold: &flow.Review{Steps: []flow.Step{{Reviewers: []string{"carl@city.example"}}}}}}
	_, _, err := g.room.ChangeRule(ctx, system, 0, &rule, "")
	check(t, err)
	if s := g.send(t, "Hello from Finance."); s.Undo != UndoPending {
		t.Error("a letter of the unit goes out")
	}
	g.mail(t, subjectLetter("from elsewhere"), "ann@city.example")
	if got := g.got(t, g.ann); !slices.Contains(got, "from elsewhere") {
		t.Error("a letter of nobody's unit is held")
	}
}
