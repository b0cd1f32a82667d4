package mail

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/jmapmail"
	"chancery/wire/sieve"
)

// script saves a script for an account and lets it run.
func (o *office) script(t testing.TB, a *Account, text string) Script {
	t.Helper()
	b := must(a.Upload(t.Context(), strings.NewReader(text), 1<<20))
	s := must(a.SetScript(t.Context(), ScriptChange{Blob: &b, Text: text}))
	if err := a.ActivateScript(t.Context(), s.ID); err != nil {
		t.Fatal(err)
	}
	return s
}

// mail lets a letter come to addresses in one envelope.
func (o *office) mail(t testing.TB, text string, to ...string) {
	t.Helper()
	in := Incoming{From: "x@out.example"}
	for _, a := range to {
		in.Recipients = append(in.Recipients, must(o.room.CheckRecipient(t.Context(), a)))
	}
	l := must(o.room.Spool(t.Context(), 1, strings.NewReader(text)))
	if err := o.room.Receive(t.Context(), in, l); err != nil {
		t.Fatal(err)
	}
}

// found lists what an account has: "Path: subject flags", sorted.
func (o *office) found(t testing.TB, a *Account) (list []string) {
	t.Helper()
	snap := must(a.Snapshot(t.Context()))
	snap.Each(func(m *Message) bool {
		c := must(a.Content(t.Context(), m.ID))[0]
		for _, p := range m.Places {
			list = append(list, strings.TrimSpace(snap.Path(p.Mailbox)+": "+c.Message.Envelope.Subject+" "+strings.Join(m.Keywords.List(), " ")))
		}
		return true
	})
	slices.Sort(list)
	return list
}

func subjectLetter(subject string) string {
	return "From: X <x@out.example>\r\nTo: ann@city.example\r\nSubject: " + subject + "\r\nMessage-ID: <" + subject + "@out.example>\r\n\r\nHello money\r\n"
}

func expect(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: have %q, want %q", what, got, want)
	}
}

func TestScripts(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		ctx := t.Context()
		o.mail(t, subjectLetter("before"), "ann@city.example")
		s := o.script(t, o.ann, `require ["fileinto", "mailbox", "imap4flags", "copy", "body", "vacation", "variables"];
if header :contains "subject" "gone" { discard; stop; }
if header :contains "subject" "file" { fileinto :create :flags ["\\Seen", "urgent"] "Projects/2026"; }
if header :contains "subject" "both" { fileinto "Archive"; keep; }
if header :contains "subject" "flagged" { setflag "\\Flagged"; }
if header :contains "subject" "nowhere" { fileinto "No such folder"; }
if header :contains "subject" "bob" { redirect "bob@city.example"; }
if header :contains "subject" "copy" { redirect :copy "bob+x@city.example"; }
if header :matches "subject" "out *" { redirect "${1}"; }
if allof(header :contains "subject" "body", body :contains "MONEY") { fileinto "Junk"; }`)
		for _, subject := range []string{"gone", "file", "both", "flagged", "nowhere", "bob", "copy", "out x@else.example", "out nobody@city.example", "body"} {
			o.mail(t, subjectLetter(subject), "ann@city.example")
		}
		expect(t, "ann", o.found(t, o.ann), "Archive: both", "INBOX: before", "INBOX: both", "INBOX: copy", "INBOX: flagged $flagged", "INBOX: nowhere",
			"INBOX: out nobody@city.example", "INBOX: out x@else.example", "Junk: body", "Projects/2026: file $seen urgent")
		expect(t, "bob", o.found(t, o.bob), "INBOX: bob", "INBOX: copy")
		list, st, err := o.ann.Scripts(ctx)
		if err != nil || len(list) != 1 || !list[0].Active || st.Discarded != 1 || st.Failed != 2 || !strings.Contains(st.LastError, "nobody@city.example") {
			t.Errorf("%+v %+v %v", list, st, err)
		}
		if err := o.ann.DeleteScript(ctx, s.ID); !errs.Is(err, errs.Conflict) {
			t.Errorf("the script in use was deleted: %v", err)
		}
		if err := o.ann.ActivateScript(ctx, 0); err != nil {
			t.Fatal(err)
		}
		if err := o.ann.DeleteScript(ctx, s.ID); err != nil {
			t.Fatal(err)
		}
		o.mail(t, subjectLetter("gone after"), "ann@city.example")
		if got := o.found(t, o.ann); !slices.Contains(got, "INBOX: gone after") {
			t.Errorf("the deleted script still runs: %q", got)
		}
	})
}

// TestLockedSendsNothingOn keeps what comes for somebody who left: no rule of
// theirs sends it on, or throws it away.
func TestLockedSendsNothingOn(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newOffice(t, url)
		o.script(t, o.ann, `redirect "bob@city.example";`)
		o.mail(t, subjectLetter("one"), "ann@city.example")
		expect(t, "bob before", o.found(t, o.bob), "INBOX: one")
		a, _, err := o.dir.Resolve(ctx, "ann@city.example")
		if err != nil {
			t.Fatal(err)
		}
		p := must(o.dir.AddPerson(ctx, policy.System(a.Org), directory.Person{Account: a.ID, Name: "Ann", Address: a.Address}))
		if err := o.dir.Leave(ctx, policy.System(a.Org), p.ID, 0); err != nil {
			t.Fatal(err)
		}
		o.mail(t, subjectLetter("two"), "ann@city.example")
		expect(t, "bob", o.found(t, o.bob), "INBOX: one")
		if got := o.found(t, o.ann); !slices.Contains(got, "INBOX: two") {
			t.Errorf("the letter is not kept: %q", got)
		}
	})
}

// TestRedirectLoops sends letters in circles: nobody gets one twice, and none
// is lost.
func TestRedirectLoops(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		cat := o.person(t, "cat@city.example")
		o.script(t, o.ann, `redirect "bob@city.example";`)
		o.script(t, o.bob, `redirect "cat@city.example";`)
		o.script(t, cat, `redirect "ann@city.example";`)
		o.mail(t, subjectLetter("circle"), "ann@city.example")
		if n := len(o.found(t, o.ann)) + len(o.found(t, o.bob)) + len(o.found(t, cat)); n == 0 {
			t.Fatal("a letter in a circle vanished")
		}
		o.script(t, cat, `keep;`)
		o.mail(t, subjectLetter("chain"), "ann@city.example", "bob@city.example")
		if got := o.found(t, cat); !slices.Contains(got, "INBOX: chain") || slices.Contains(o.found(t, o.ann), "INBOX: chain") {
			t.Errorf("cat has %q, ann %q", got, o.found(t, o.ann))
		}
		o.script(t, o.ann, `redirect "ann@city.example";`)
		o.mail(t, subjectLetter("self"), "ann@city.example")
		if got := o.found(t, o.ann); !slices.Contains(got, "INBOX: self") {
			t.Errorf("a letter to oneself vanished: %q", got)
		}
	})
}

func TestScriptRefused(t *testing.T) {
	o := newOffice(t, "")
	for text, want := range map[string]string{
		"keep":                                  "line 1, column 5",
		`redirect "x@else.example";`:            "outside the organisation",
		"\n\n  redirect \"bob@gmail.example\";": "line 3, column 12",
	} {
		err := o.ann.CheckScript(t.Context(), text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	long := strings.Repeat("#\n", 200<<10)
	if err := o.ann.CheckScript(t.Context(), long); err == nil {
		t.Error("took a script over the limit")
	}
}

// TestScriptVacation lets a script answer, and the vacation response not.
func TestScriptVacation(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		const ann, bob = "ann@city.example", "bob@city.example"
		must(o.ann.SetVacation(t.Context(), Vacation{Enabled: true, Text: "by the setting"}))
		s := o.script(t, o.ann, `require "vacation"; vacation :days 3 :subject "Away" :handle "h" :from "evil@else.example" "by the script";`)
		o.deliver(t, bob, ann, "")
		o.deliver(t, bob, ann, "X-N: 2\r\n")
		got := o.wait(t, o.bob, 1)
		if !strings.Contains(got[0], "by the script") || !strings.Contains(got[0], "Subject: Away\r\n") || !strings.Contains(got[0], "ann@city.example") || strings.Contains(got[0], "evil") {
			t.Errorf("answered\n%s", got[0])
		}
		// A MIME answer brings its own content fields and no others.
		o.scriptText(t, s, "require \"vacation\"; vacation :mime text:\nContent-Type: text/html; charset=utf-8\nX-Evil: 1\n\n<p>HTML</p>\n.\n;")
		o.deliver(t, bob, ann, "X-N: 3\r\n")
		got = o.wait(t, o.bob, 2)
		if m := got[1]; !strings.Contains(m, "Content-Type: text/html; charset=utf-8\r\n\r\n<p>HTML</p>") && !strings.Contains(m, "text/html") || strings.Contains(m, "X-Evil") {
			t.Errorf("answered\n%s", m)
		}
		// Discarding answers nobody.
		o.scriptText(t, s, "discard;")
		o.deliver(t, "bob@city.example", ann, "X-N: 4\r\n")
		if got := o.answers(t, o.bob); len(got) != 2 {
			t.Errorf("%d answers", len(got))
		}
	})
}

func (o *office) scriptText(t *testing.T, s Script, text string) {
	t.Helper()
	b := must(o.ann.Upload(t.Context(), strings.NewReader(text), 1<<20))
	must(o.ann.SetScript(t.Context(), ScriptChange{ID: s.ID, Blob: &b, Text: text}))
}

// wait waits for letters in an inbox.
func (o *office) wait(t *testing.T, a *Account, n int) (got []string) {
	t.Helper()
	for range 100 {
		if got = o.answers(t, a); len(got) >= n {
			break
		}
	}
	if len(got) != n {
		t.Fatalf("%d letters, want %d: %v", len(got), n, got)
	}
	return got
}

// TestOutside answers colleagues and others in different words.
func TestOutside(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		ctx := t.Context()
		v := must(o.ann.SetVacation(ctx, Vacation{Enabled: true, Text: "call 1234", Outside: Outside{Enabled: true, Audience: AudienceEveryone, Subject: "Away", Text: "write to the desk"}}))
		if got := must(o.ann.Vacation(ctx)); got.Outside != v.Outside {
			t.Errorf("kept %+v", got.Outside)
		}
		o.deliver(t, "x@else.example", "ann@city.example", "")
		o.deliver(t, "bob@city.example", "ann@city.example", "")
		if got := o.wait(t, o.bob, 1); !strings.Contains(got[0], "call 1234") {
			t.Errorf("inside: %s", got[0])
		}
		queued := func() (texts []string) {
			time.Sleep(100 * time.Millisecond)
			for _, row := range o.queued(t) {
				b := must(o.db.Open(ctx, row.Scope, row.Hash))
				texts = append(texts, string(must(io.ReadAll(b.Reader()))))
				b.Close()
			}
			return texts
		}
		var got []string
		for range 30 {
			if got = queued(); len(got) > 0 {
				break
			}
		}
		if len(got) != 1 || !strings.Contains(got[0], "write to the desk") || strings.Contains(got[0], "1234") {
			t.Fatalf("outside: %v", got)
		}
		must(o.ann.SetVacation(ctx, Vacation{Enabled: true, Text: "call 1234", Outside: Outside{Enabled: true, Audience: AudienceNone}}))
		o.deliver(t, "x@else.example", "ann@city.example", "X-N: 2\r\n")
		if got := queued(); len(got) != 1 {
			t.Errorf("answered outside although nobody is to be: %d", len(got))
		}
		if _, err := o.ann.SetVacation(ctx, Vacation{Outside: Outside{Audience: "friends"}}); err == nil {
			t.Error("took an unknown audience")
		}
	})
}

// queued lists the blobs in the queue.
func (o *office) queued(t *testing.T) (list []BlobKey) {
	t.Helper()
	err := o.db.Read(t.Context(), func(tx *store.Tx) error {
		return selectOtherRefs(t.Context(), tx, func(k BlobKey) { list = append(list, k) })
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// aRule makes a rule with one condition.
func aRule(name, field, op, value string, acts ...jmapmail.RuleAction) jmapmail.Rule {
	return jmapmail.Rule{ID: name, Name: name, IsEnabled: true, Match: "all",
		Conditions: []jmapmail.RuleCondition{{Field: field, Op: op, Value: value}}, Actions: acts}
}

func TestRules(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		ctx := t.Context()
		box := must(o.ann.CreateMailbox(ctx, NewMailbox{Name: "預算"}))
		folder := id.Text('f', box.ID)
		file := jmapmail.RuleAction{Type: "fileInto", Value: folder}
		stop := jmapmail.RuleAction{Type: "stop"}
		rules := []jmapmail.Rule{
			aRule("a", "subject", "contains", "預算", file, jmapmail.RuleAction{Type: "flag"}, stop),
			aRule("b", "from", "endsWith", "@out.example", jmapmail.RuleAction{Type: "addKeyword", Value: "outside"}),
			aRule("c", "subject", "startsWith", "ĐỀ NGHỊ", jmapmail.RuleAction{Type: "forwardTo", Value: "bob@city.example"}),
		}
		for _, s := range []string{"old 預算", "old other"} {
			o.mail(t, subjectLetter(s), "ann@city.example")
		}
		if err := o.ann.SetRules(ctx, rules, nil); err != nil {
			t.Fatal(err)
		}
		for _, s := range []string{"新預算", "other", "đề nghị góp ý"} {
			o.mail(t, subjectLetter(s), "ann@city.example")
		}
		expect(t, "ann", o.found(t, o.ann), "INBOX: old other", "INBOX: old 預算", "INBOX: other outside", "INBOX: đề nghị góp ý outside", "預算: 新預算 $flagged")
		expect(t, "bob", o.found(t, o.bob), "INBOX: đề nghị góp ý")

		looked, matches, err := o.ann.TestRules(ctx, inboxID, rules, 100)
		if err != nil || looked != 4 || len(matches) != 4 {
			t.Errorf("tested %d, %d match, %v", looked, len(matches), err)
		}
		p, err := o.ann.RunRules(ctx, inboxID, rules, 0, 3)
		if err != nil || p.Looked != 3 || p.Left != 1 {
			t.Errorf("%+v %v", p, err)
		}
		if p, err = o.ann.RunRules(ctx, inboxID, rules, p.Last, 3); err != nil || p.Looked != 1 || p.Left != 0 || p.Changed != 1 {
			t.Errorf("%+v %v", p, err)
		}
		expect(t, "ann after the run", o.found(t, o.ann), "INBOX: old other outside", "INBOX: other outside", "INBOX: đề nghị góp ý outside", "預算: old 預算 $flagged", "預算: 新預算 $flagged")
		expect(t, "bob after the run", o.found(t, o.bob), "INBOX: đề nghị góp ý")

		// One's own script takes the place of the rules, and back.
		o.script(t, o.ann, "keep;")
		if err := o.ann.SetRules(ctx, rules, nil); err != nil {
			t.Fatal(err)
		}
		o.mail(t, subjectLetter("預算 3"), "ann@city.example")
		if got := o.found(t, o.ann); !slices.Contains(got, "INBOX: 預算 3") {
			t.Errorf("the rules ran beside a script: %q", got)
		}
		on := true
		if err := o.ann.SetRules(ctx, rules, &on); err != nil {
			t.Fatal(err)
		}
		// A folder that is gone leaves letters in the inbox.
		if err := o.ann.DeleteMailbox(ctx, box.ID, true); err != nil {
			t.Fatal(err)
		}
		o.mail(t, subjectLetter("預算 4"), "ann@city.example")
		if got := o.found(t, o.ann); !slices.Contains(got, "INBOX: 預算 4 $flagged") {
			t.Errorf("have %q", got)
		}
	})
}

func TestBadRules(t *testing.T) {
	o := newOffice(t, "")
	stop := jmapmail.RuleAction{Type: "stop"}
	for name, r := range map[string]jmapmail.Rule{
		"outside":   aRule("a", "subject", "contains", "x", jmapmail.RuleAction{Type: "forwardTo", Value: "x@else.example"}),
		"field":     aRule("a", "colour", "contains", "x", stop),
		"operator":  aRule("a", "subject", "over", "x", stop),
		"empty":     aRule("a", "subject", "contains", "", stop),
		"size":      aRule("a", "size", "over", "big", stop),
		"folder":    aRule("a", "subject", "contains", "x", jmapmail.RuleAction{Type: "fileInto", Value: "INBOX"}),
		"label":     aRule("a", "subject", "contains", "x", jmapmail.RuleAction{Type: "addKeyword", Value: "a b"}),
		"action":    aRule("a", "subject", "contains", "x", jmapmail.RuleAction{Type: "explode"}),
		"name":      aRule("a\nb", "subject", "contains", "x", stop),
		"value":     aRule("a", "subject", "contains", "x\r\ny", stop),
		"no action": aRule("a", "subject", "contains", "x"),
		"no id":     aRule("", "subject", "contains", "x", stop),
	} {
		if err := o.ann.SetRules(t.Context(), []jmapmail.Rule{r}, nil); err == nil || errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzRules looks for rules that compile into scripts which do not parse, or
// which do more than the rules say.
func FuzzRules(f *testing.F) {
	f.Add("name", "subject", "contains", `a"b\c`, "", "fileInto", "f1")
	f.Add("x", "header", "startsWith", "*?", "X-A", "forwardTo", "a@b.example")
	f.Add("} discard;", "body", "notContains", "預算", "", "addKeyword", "k")
	f.Fuzz(func(t *testing.T, name, field, op, value, header, act, arg string) {
		r := jmapmail.Rule{ID: "a", Name: name, IsEnabled: true, Match: "all", Conditions: []jmapmail.RuleCondition{{Field: field, Op: op, Value: value, Header: header}},
			Actions: []jmapmail.RuleAction{{Type: act, Value: arg}}}
		text, err := CompileRules([]jmapmail.Rule{r})
		if err != nil {
			return
		}
		s, err := sieve.Parse(text, sieve.Limits{})
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		for _, to := range s.Redirects() {
			if act != "forwardTo" || to.Address != arg {
				t.Fatalf("sends on to %q\n%s", to.Address, text)
			}
		}
	})
}

// BenchmarkReceiveRules is BenchmarkReceive for somebody with twenty rules.
func BenchmarkReceiveRules(b *testing.B) {
	o := newOffice(b, "")
	var rules []jmapmail.Rule
	for i := range 20 {
		rules = append(rules, aRule(fmt.Sprint("r", i), "subject", "contains", fmt.Sprint("word", i), jmapmail.RuleAction{Type: "flag"}))
	}
	if err := o.ann.SetRules(b.Context(), rules, nil); err != nil {
		b.Fatal(err)
	}
	benchReceive(b, o)
}

// TestBrokenScriptKeeps lets a script that an older program took, and this one
// does not, leave letters in the inbox.
func TestBrokenScriptKeeps(t *testing.T) {
	o := newOffice(t, "")
	s := o.script(t, o.ann, "discard;")
	err := o.db.Write(context.Background(), func(tx *store.Tx) error {
		s.Text = "this is no script"
		o.room.filters = newFilters()
		return putScript(t.Context(), tx, o.ann.ID(), s)
	})
	if err != nil {
		t.Fatal(err)
	}
	o.mail(t, subjectLetter("safe"), "ann@city.example")
	expect(t, "ann", o.found(t, o.ann), "INBOX: safe")
}
