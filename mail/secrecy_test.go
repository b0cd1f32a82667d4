package mail

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/wire/siolabel"
)

// labelLine is a header line with a level, as the room writes it.
func (o *office) labelLine(l policy.Level, until time.Time) string {
	if l == policy.Unlabelled {
		return ""
	}
	return siolabel.Field + ": " + o.room.LabelField(Label{Level: l, Until: until}) + "\r\n"
}

// at opens an account as its owner sees it with another clearance.
func (o *office) at(t testing.TB, a *Account, clearance policy.Level) *Account {
	t.Helper()
	s := a.subject
	s.Clearance = clearance
	return must(o.room.Account(t.Context(), s, a.ID()))
}

// TestCeiling: what is above what somebody may see is not there, by any way
// that leads to a letter.
func TestCeiling(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newOffice(t, url)
		top := o.at(t, o.ann, policy.TopSecret)
		snap := must(top.Snapshot(ctx))
		inbox, _ := snap.ByRole(RoleInbox)
		var made []*Message
		for l := policy.Unlabelled; l <= policy.TopSecret; l++ {
			made = append(made, o.append(t, top, inbox.ID, letterText(int(l)+2, o.labelLine(l, time.Time{}))))
			if got := made[len(made)-1].Level; got != l {
				t.Fatalf("a letter of level %d is filed as %d", l, got)
			}
		}
		for ceiling := policy.Public; ceiling <= policy.TopSecret; ceiling++ {
			low := o.at(t, o.ann, ceiling)
			snap := must(low.Snapshot(ctx))
			want := int(ceiling-policy.Unlabelled) + 1
			if snap.Len() != want || snap.MailboxLen(inbox.ID) != want || snap.Counts(inbox.ID).Total != want || snap.Counts(inbox.ID).UnreadThreads != want {
				t.Errorf("up to %d: %d letters, %d in the inbox, counted %+v", ceiling, snap.Len(), snap.MailboxLen(inbox.ID), snap.Counts(inbox.ID))
			}
			found := must(low.Query(ctx, snap, Filter{Text: []TextTest{{Field: InBody, Words: "Body"}}}, nil, false))
			if len(found) != want {
				t.Errorf("up to %d: a search finds %d", ceiling, len(found))
			}
			for i, m := range made {
				is := i < want
				_, there := snap.Message(m.ID)
				if key := must(top.Content(ctx, m.ID))[0].Blob.Scope.Level; int(key) != max(0, int(m.Level)) {
					t.Errorf("a letter of level %d lies under the key of %d", m.Level, key)
				}
				content := must(top.Content(ctx, m.ID))[0]
				own := must(low.Content(ctx, m.ID))[0]
				_, _, openErr := low.OpenMessage(ctx, m.ID)
				_, _, blobErr := low.FindBlob(ctx, content.Blob.Hash)
				changed := must(low.Change(ctx, []Change{{ID: m.ID, AddKeywords: []string{fmt.Sprint("c", ceiling)}}}))[0]
				if there != is || (own != nil) != is || (openErr == nil) != is || (blobErr == nil) != is || (changed.Err == nil) != is {
					t.Errorf("up to %d, letter of %d: there %v, content %v, opened %v, blob %v, changed %v", ceiling, m.Level, there, own != nil, openErr, blobErr, changed.Err)
				}
			}
			if err := low.Relabel(ctx, made[len(made)-1].ID, Label{Level: policy.TopSecret}, "why"); ceiling < policy.TopSecret && err == nil {
				t.Errorf("up to %d: a letter above was labelled anew", ceiling)
			}
		}
		o.same(t, top)
	})
}

// TestLevelAtSending: levels x clearance of the recipient, here and outside.
func TestLevelAtSending(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		o.room.conf.Secrecy.Outside = policy.Internal
		for clearance := policy.Public; clearance <= policy.TopSecret; clearance++ {
			must(o.dir.AddAccount(t.Context(), directory.Account{Address: fmt.Sprintf("c%d@city.example", clearance), Clearance: clearance}))
		}
		send := func(from policy.Level, level policy.Level, to, more string) error {
			s := o.at(t, o.ann, from).subject
			text := "From: ann@city.example\r\nTo: " + to + "\r\nSubject: Plans\r\n" + o.labelLine(level, time.Time{}) + more + "\r\nBody\r\n"
			return o.submitSMTP(t.Context(), s, Envelope{From: "ann@city.example", Rcpts: []RcptTo{{Address: to}}}, Trace{From: "ann@city.example", Protocol: "ESMTPSA"}, strings.NewReader(text))
		}
		for level := policy.Unlabelled; level <= policy.TopSecret; level++ {
			for clearance := policy.Public; clearance <= policy.TopSecret; clearance++ {
				err := send(policy.TopSecret, level, fmt.Sprintf("c%d@city.example", clearance), "")
				if want := level <= clearance; (err == nil) != want || err != nil && !strings.Contains(err.Error(), ErrUncleared.Error()) {
					t.Errorf("level %d to clearance %d: %v", level, clearance, err)
				}
				if err = send(clearance, level, "c4@city.example", ""); (err == nil) != (level <= clearance) {
					t.Errorf("level %d from clearance %d: %v", level, clearance, err)
				}
			}
			if err := send(policy.TopSecret, level, "x@out.example", ""); (err == nil) != (level <= policy.Internal) {
				t.Errorf("level %d to outside: %v", level, err)
			}
		}
		o.room.conf.Secrecy.Required = true
		o.room.conf.Secrecy.Programs = policy.Unlabelled
		if err := send(policy.TopSecret, policy.Unlabelled, "bob@city.example", ""); err != ErrUnlabelled {
			t.Errorf("without a level where one is required: %v", err)
		}
		o.room.conf.Secrecy.Programs = policy.Internal
		if err := send(policy.TopSecret, policy.Unlabelled, "bob@city.example", ""); err != nil {
			t.Errorf("a program's letter: %v", err)
		}
	})
}

// TestLevelInherited: an answer is no less secret than what it answers, a
// letter in a letter keeps its level, and the mark stands in the subject once.
func TestLevelInherited(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newOffice(t, url)
		o.room.conf.Secrecy.Ladder = must(policy.LadderOf("TW"))
		inbox, _ := must(o.ann.Snapshot(ctx)).ByRole(RoleInbox)
		o.append(t, o.ann, inbox.ID, letterText(1, o.labelLine(policy.Secret, time.Time{})))
		send := func(s policy.Subject, level policy.Level, subject, more, body string) error {
			text := "From: ann@city.example\r\nTo: bob@city.example\r\nSubject: " + subject + "\r\n" + o.labelLine(level, time.Time{}) + more + "\r\n" + body + "\r\n"
			return o.submitSMTP(ctx, s, Envelope{From: "ann@city.example", Rcpts: []RcptTo{{Address: "bob@city.example"}}}, Trace{From: "ann@city.example", Protocol: "ESMTPSA"}, strings.NewReader(text))
		}
		answer := "In-Reply-To: <m1@out.example>\r\n"
		for level := policy.Unlabelled; level <= policy.Secret; level++ {
			if err := send(o.ann.subject, level, "Re: Letter 1", answer, "x"); (err == nil) != (level == policy.Secret) || err != nil && err != ErrBelow {
				t.Errorf("answered at %d: %v", level, err)
			}
		}
		if err := send(o.ann.subject, policy.Secret, "[極機密] Letter 1", answer, "x"); err != nil {
			t.Error(err)
		}
		// The same from a shared mailbox, of whose conversation it is.
		desk := must(o.dir.AddAccount(ctx, directory.Account{Address: "desk@city.example", Kind: directory.KindShared, Clearance: policy.Secret}))
		if err := o.dir.Grant(ctx, desk.Org, desk.ID, o.ann.ID(), policy.All); err != nil {
			t.Fatal(err)
		}
		shared := must(o.room.Account(ctx, o.ann.subject, desk.ID))
		box, _ := must(shared.Snapshot(ctx)).ByRole(RoleInbox)
		o.append(t, shared, box.ID, strings.ReplaceAll(letterText(7, o.labelLine(policy.Secret, time.Time{})), "ann@", "desk@"))
		draft := o.append(t, shared, box.ID, "From: desk@city.example\r\nTo: bob@city.example\r\nSubject: Re: Letter 7\r\nIn-Reply-To: <m7@out.example>\r\n\r\nx\r\n")
		who := must(shared.Identities(ctx))[0].ID
		if _, err := shared.Submit(ctx, NewSubmission{Identity: who, Message: draft.ID}); err != ErrBelow {
			t.Errorf("answered from the shared mailbox: %v", err)
		}
		// From where the letter is not seen, it says nothing of itself.
		if err := send(o.at(t, o.ann, policy.Internal).subject, policy.Internal, "Re: Letter 1", answer, "x"); err != nil {
			t.Errorf("what cannot be seen is told by a refusal: %v", err)
		}
		inner := "Content-Type: multipart/mixed; boundary=b\r\n"
		body := "--b\r\n\r\nsee\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: x@out.example\r\n" + o.labelLine(policy.Confidential, time.Time{}) + "\r\nhidden\r\n--b--"
		if err := send(o.ann.subject, policy.Unlabelled, "Sent on", inner, body); err != nil {
			t.Error(err)
		}
		snap := must(o.bob.Snapshot(ctx))
		var got []string
		snap.Each(func(m *Message) bool {
			got = append(got, fmt.Sprintf("%d %s", m.Level, must(o.bob.Content(ctx, m.ID))[0].Message.Envelope.Subject))
			return true
		})
		if want := []string{"3 [極機密] Re: Letter 1", "3 [極機密] Letter 1", "1 Re: Letter 1", "2 Sent on"}; !slices.Equal(got, want) {
			t.Errorf("bob has %q, want %q", got, want)
		}
	})
}

// TestRelabel: by right, with a reason, in the record; whoever comes to see the
// letter finds it where new ones lie, and who no longer may loses it.
func TestRelabel(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newOffice(t, url)
		low := o.at(t, o.ann, policy.Internal)
		inbox, _ := must(low.Snapshot(ctx)).ByRole(RoleInbox)
		m := o.append(t, o.ann, inbox.ID, letterText(1, ""))
		other := o.append(t, o.ann, inbox.ID, letterText(2, ""))
		before := must(low.Snapshot(ctx))
		if err := o.ann.Relabel(ctx, m.ID, Label{Level: policy.Secret}, " "); !errs.Is(err, errs.Invalid) {
			t.Errorf("without a reason: %v", err)
		}
		if err := o.ann.Relabel(ctx, m.ID, Label{Level: policy.TopSecret}, "too high for ann"); !errs.Is(err, errs.Forbidden) {
			t.Errorf("above one's own: %v", err)
		}
		if err := o.ann.Relabel(ctx, m.ID, Label{Level: policy.Secret}, "names of sources"); err != nil {
			t.Fatal(err)
		}
		o.same(t, o.ann)
		o.same(t, low)
		if s := must(low.Snapshot(ctx)); s.Len() != 1 || s.MailboxLen(inbox.ID) != 1 {
			t.Errorf("who may not see it has %d letters", s.Len())
		}
		if _, err := low.Changes(ctx, must(low.Snapshot(ctx)), before.Modseq); !errs.Is(err, errs.Conflict) {
			t.Errorf("a client outside goes on as if nothing was: %v", err)
		}
		if gone := must(low.Vanished(ctx, inbox.ID, before.Modseq)); !slices.Equal(gone, []uint32{1}) {
			t.Errorf("vanished for a mail program outside: %v", gone)
		}
		if _, i, ok := must(o.ann.Snapshot(ctx)).ByUID(inbox.ID, other.Places[0].UID+1); !ok || i != 1 {
			t.Errorf("the letter came not anew at the end: %d, %v", i, ok)
		}
		// A copy keeps what the letter was given, and so does what is filed of its bytes.
		copies := must(o.ann.Copy(ctx, o.ann, []CopyOf{{ID: m.ID, Mailboxes: []int64{inbox.ID}}}))
		again := must(o.ann.Reuse(ctx, must(o.ann.Content(ctx, m.ID))[0].Blob))
		filed := must(o.ann.Append(ctx, NewMessage{Letter: again, Mailboxes: []int64{inbox.ID}}))
		if copies[0].Level != policy.Secret || filed[0].Level != policy.Secret {
			t.Errorf("a copy is of level %d, what is filed of its bytes of %d", copies[0].Level, filed[0].Level)
		}
		must(o.ann.Change(ctx, []Change{{ID: copies[0].ID, Destroy: true}, {ID: filed[0].ID, Destroy: true}}))
		if err := o.ann.Relabel(ctx, m.ID, Label{Level: policy.Internal}, "not so bad"); !errs.Is(err, errs.Forbidden) {
			t.Errorf("less secret by its owner: %v", err)
		}
		must(o.dir.GrantRole(ctx, policy.System(o.ann.scope.Org), directory.Holding{Account: o.ann.ID(), RoleGrant: policy.RoleGrant{Role: policy.RoleSecurity}}))
		if err := o.ann.Relabel(ctx, m.ID, Label{Level: policy.Internal}, "released"); err != nil {
			t.Fatal(err)
		}
		if s := must(low.Snapshot(ctx)); s.Len() != 2 {
			t.Errorf("released, and %d letters outside", s.Len())
		}
		o.same(t, low)
		// What is removed above the ceiling is not told below it.
		if err := o.ann.Relabel(ctx, m.ID, Label{Level: policy.Secret}, "again"); err != nil {
			t.Fatal(err)
		}
		snap := must(low.Snapshot(ctx))
		must(o.ann.Change(ctx, []Change{{ID: m.ID, Destroy: true}}))
		if c := must(low.Changes(ctx, must(low.Snapshot(ctx)), snap.Modseq)); len(c.Destroyed) != 0 {
			t.Errorf("told outside: %v", c.Destroyed)
		}
		var acts []string
		for _, e := range slices.Backward(must(audit.List(ctx, o.db, o.ann.scope.Org, 100))) {
			if e.Verb == "mail.relabel" {
				acts = append(acts, e.Before+e.After)
			}
		}
		want := []string{`{"level":""}{"level":"secret","reason":"names of sources"}`, `{"level":"secret"}{"level":"internal","reason":"released"}`, `{"level":"internal"}{"level":"secret","reason":"again"}`}
		if !slices.Equal(acts, want) {
			t.Errorf("recorded %q", acts)
		}
	})
}

// TestLabelEnds: a letter becomes internal when its term is over.
func TestLabelEnds(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newOffice(t, url)
		now := clock.NewFake(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))
		o.room.clock = now
		inbox, _ := must(o.ann.Snapshot(ctx)).ByRole(RoleInbox)
		m := o.append(t, o.ann, inbox.ID, letterText(1, o.labelLine(policy.Secret, now.Now().AddDate(5, 0, 0))))
		low := o.at(t, o.ann, policy.Internal)
		for _, years := range []int{0, 4} {
			now.Advance(time.Duration(years) * 365 * 24 * time.Hour)
			must(o.room.endLabels(ctx))
			if must(low.Snapshot(ctx)).Len() != 0 {
				t.Errorf("after %d years it is open", years)
			}
		}
		now.Advance(400 * 24 * time.Hour)
		must(o.room.endLabels(ctx))
		got, ok := must(low.Snapshot(ctx)).Message(m.ID)
		if !ok || got.Level != policy.Internal || got.UntilMs != 0 {
			t.Errorf("after the term: %+v, %v", got, ok)
		}
		o.same(t, low)
	})
}

// TestLabelOfOthers: what another house says counts; what cannot be read says
// nothing.
func TestLabelOfOthers(t *testing.T) {
	for value, want := range map[string]policy.Level{
		`marking="EXAMPLE CONFIDENTIAL"; type=":ess"; label="MQYGASkCAQM="`: policy.Confidential,
		`marking="SECRET"`: policy.Unlabelled,
		`nonsense`:         policy.Unlabelled,
		siolabel.Label{Policy: "1.2.3", Class: 77}.String():                policy.TopSecret,
		siolabel.Label{Policy: "1.2.3", Class: siolabel.Unmarked}.String(): policy.Unlabelled,
	} {
		if got, _ := readLabel(value); got != want {
			t.Errorf("%s: %d, want %d", value, got, want)
		}
	}
}

// TestLabelAtLeast: of several labels the highest counts, and none is lost for
// a lower one.
func TestLabelAtLeast(t *testing.T) {
	r := &Room{conf: Config{}.withDefaults()}
	h := header{}
	for _, l := range []policy.Level{policy.Internal, policy.Secret} {
		h.add(siolabel.Field, r.LabelField(Label{Level: l}))
	}
	for least, want := range map[policy.Level]policy.Level{policy.Unlabelled: policy.Secret, policy.Confidential: policy.Secret, policy.TopSecret: policy.TopSecret} {
		now := header{slices.Clone(h.fields)}
		if r.labelAtLeast(&now, Label{Level: least}); now.level() != want {
			t.Errorf("at least %d: %d, want %d", least, now.level(), want)
		}
	}
}

// TestLook advises a level by what a text holds.
func TestLook(t *testing.T) {
	r := &Room{conf: Config{Secrecy: Secrecy{Words: []Word{{"War plan", policy.Secret}}}}}
	for text, want := range map[string]policy.Level{
		"Lunch on Friday":                          policy.Unlabelled,
		"of A123456789":                            policy.Internal,
		strings.Repeat("A123456789, ", 20):         policy.Confidential,
		"about the WAR PLAN of A123456789":         policy.Secret,
		strings.Repeat("x", 600<<10) + " war plan": policy.Unlabelled, // behind what is looked at
	} {
		if got := r.Advise(t.Context(), text, nil); got.Level != want {
			t.Errorf("%.40q: %+v", text, got)
		}
	}
}

// TestNothingTold: what comes, changes or goes above the ceiling moves no state
// that is pushed, and does not hide what comes with it (C15).
func TestNothingTold(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newOffice(t, url)
		top, low := o.at(t, o.ann, policy.TopSecret), o.at(t, o.ann, policy.Internal)
		states := func(a *Account) [3]int64 {
			s := must(a.Snapshot(ctx))
			return [3]int64{s.EmailState, s.MailboxState, s.DeliveryState}
		}
		inbox, _ := must(top.Snapshot(ctx)).ByRole(RoleInbox)
		n := 10
		add := func(l policy.Level) *Message {
			n++
			return o.append(t, top, inbox.ID, letterText(n, o.labelLine(l, time.Time{})))
		}
		seen := add(policy.Internal)
		for name, c := range map[string]struct {
			do   func(secret *Message)
			told bool
		}{
			"one comes":              {func(*Message) { add(policy.Secret) }, false},
			"one is read":            {func(m *Message) { must(top.Change(ctx, []Change{{ID: m.ID, AddKeywords: []string{"$seen"}}})) }, false},
			"one goes":               {func(m *Message) { must(top.Change(ctx, []Change{{ID: m.ID, Destroy: true}})) }, false},
			"one is made more so":    {func(m *Message) { check(t, top.Relabel(ctx, m.ID, Label{Level: policy.TopSecret}, "why")) }, false},
			"one comes with another": {func(*Message) { add(policy.Secret); add(policy.Public) }, true},
			"another is read": {func(*Message) {
				must(top.Change(ctx, []Change{{ID: seen.ID, AddKeywords: []string{"x" + fmt.Sprint(n)}}}))
			}, true},
		} {
			secret := add(policy.Secret)
			before, above := states(low), states(top)
			c.do(secret)
			if states(top) == above {
				t.Errorf("%s: nothing is told to who sees it", name)
			}
			if told := states(low) != before; told != c.told {
				t.Errorf("%s: told %v", name, told)
			}
			snap := must(low.Snapshot(ctx))
			if c, err := low.Changes(ctx, snap, before[0]); err != nil && !errs.Is(err, errs.Conflict) || err == nil && len(c.Destroyed) != 0 {
				t.Errorf("%s: %+v, %v", name, c, err)
			}
		}
	})
}
