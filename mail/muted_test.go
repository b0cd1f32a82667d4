package mail

import (
	"fmt"
	"strings"
	"testing"

	"chancery/audit"
	"chancery/kit/testkit"
	"chancery/policy"
)

// come delivers a letter of a conversation to ann.
func (p *postOffice) come(t *testing.T, id, ref, to string) *Message {
	t.Helper()
	text := fmt.Sprintf("From: x@far.example\r\nTo: %s\r\nSubject: Re: Plan\r\nMessage-ID: <%s@x>\r\nReferences: <%s@x>\r\n\r\nx\r\n", to, id, ref)
	l := must(p.room.Spool(t.Context(), 1, strings.NewReader(text)))
	rcpt := must(p.room.CheckRecipient(t.Context(), "ann@city.example"))
	check(t, p.room.Receive(t.Context(), Incoming{From: "x@far.example", Recipients: []Recipient{rcpt}}, l))
	snap := must(p.ann.Snapshot(t.Context()))
	var last *Message
	snap.Each(func(m *Message) bool { last = m; return true })
	return last
}

// TestMuted sends what arrives in a muted conversation past the inbox, until
// it is heard again; what is written to the person alone, and other
// conversations, come as ever. The same holds where a script decides.
func TestMuted(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		p := newPostOffice(t, url, Outbound{})
		ctx := t.Context()
		many := "ann@city.example, b@far.example"
		first := p.come(t, "m1", "m1", many)
		where := func(m *Message) string {
			t.Helper()
			snap := must(p.ann.Snapshot(ctx))
			var out []string
			for _, place := range m.Places {
				box, _ := snap.Mailbox(place.Mailbox)
				out = append(out, box.Role)
			}
			if m.Keywords.has(Muted) {
				out = append(out, "muted")
			}
			if m.Keywords.has(Seen) {
				out = append(out, "seen")
			}
			return strings.Join(out, " ")
		}
		want := func(m *Message, s string) {
			t.Helper()
			if got := where(m); got != s {
				t.Errorf("it is %q, not %q", got, s)
			}
		}
		want(first, "inbox")
		set := func(ch Change) {
			t.Helper()
			for _, o := range must(p.ann.Change(ctx, []Change{ch})) {
				check(t, o.Err)
			}
		}
		set(Change{ID: first.ID, AddKeywords: []string{Muted}})
		second := p.come(t, "m2", "m1", many)
		want(second, "archive muted")
		want(p.come(t, "m3", "m3", many), "inbox")
		want(p.come(t, "m4", "m2", "Ann <ANN@city.example>"), "inbox")

		script := "keep;"
		blob := must(p.ann.Upload(ctx, strings.NewReader(script), 1<<20))
		s := must(p.ann.SetScript(ctx, ScriptChange{Blob: &blob, Text: script}))
		check(t, p.ann.ActivateScript(ctx, s.ID))
		want(p.come(t, "m5", "m1", many), "archive muted")
		check(t, p.ann.ActivateScript(ctx, 0))

		// Cleared on any letter, it is heard again.
		set(Change{ID: second.ID, RemoveKeywords: []string{Muted}})
		want(p.come(t, "m6", "m1", many), "inbox")
	})
}

// TestDeliveryState moves with what comes from others, and not with what the
// owner does.
func TestDeliveryState(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		p := newPostOffice(t, url, Outbound{})
		ctx := t.Context()
		state := func() int64 { return must(p.ann.Snapshot(ctx)).DeliveryState }
		if n := state(); n != 0 {
			t.Errorf("at first %d", n)
		}
		m := p.come(t, "m1", "m1", "ann@city.example")
		first := state()
		if first == 0 || first != must(p.ann.Snapshot(ctx)).EmailState {
			t.Errorf("after a delivery %d", first)
		}
		must(p.ann.Change(ctx, []Change{{ID: m.ID, AddKeywords: []string{Seen}}}))
		p.draft(t, "To: bob@city.example\r\n")
		if n := state(); n != first {
			t.Errorf("after the owner's own doing %d, not %d", n, first)
		}
		p.come(t, "m2", "m2", "ann@city.example")
		if n := state(); n <= first {
			t.Errorf("after a second delivery %d", n)
		}
	})
}

// TestAssignedIsRecorded says who gave a letter of a shared mailbox to whom.
func TestAssignedIsRecorded(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		p := newPostOffice(t, url, Outbound{})
		ctx := t.Context()
		check(t, p.dir.Grant(ctx, 1, p.bob.ID(), p.ann.ID(), policy.Read|policy.Mark|policy.Insert))
		desk := must(p.room.Account(ctx, p.ann.subject, p.bob.ID()))
		m := p.append(t, p.bob, inboxID, "From: x@far.example\r\nSubject: Ask\r\n\r\nx\r\n")
		give := func(a *Account, add, remove []string) {
			t.Helper()
			for _, o := range must(a.Change(ctx, []Change{{ID: m.ID, AddKeywords: add, RemoveKeywords: remove}})) {
				check(t, o.Err)
			}
		}
		give(desk, []string{"assigned:ann@city.example"}, nil)
		give(desk, []string{"assigned:eve@city.example"}, []string{"assigned:ann@city.example"})
		give(desk, []string{"$seen"}, nil)
		give(desk, nil, []string{"assigned:eve@city.example"})
		give(p.bob, []string{"assigned:bob@city.example"}, nil) // in one's own mailbox it is nobody's business
		var got []string
		for _, e := range must(audit.List(ctx, p.db, 1, 50)) {
			if e.Verb == "mail.assign" {
				got = append([]string{e.Object}, got...) // the newest comes first
			}
		}
		want := []string{
			fmt.Sprintf("bob@city.example message %d from - to ann@city.example", m.ID),
			fmt.Sprintf("bob@city.example message %d from ann@city.example to eve@city.example", m.ID),
			fmt.Sprintf("bob@city.example message %d from eve@city.example to -", m.ID),
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("recorded:\n%s", strings.Join(got, "\n"))
		}
	})
}
