package mail

import (
	"io"
	"strings"
	"testing"
	"time"

	"chancery/kit/testkit"
)

// deliver lets a letter with further header lines come from a sender to ann.
func (o *office) deliver(t *testing.T, sender, to, extra string) {
	t.Helper()
	rcpt, err := o.room.CheckRecipient(t.Context(), "ann@city.example")
	if err != nil {
		t.Fatal(err)
	}
	text := "From: " + sender + "\r\nTo: " + to + "\r\nSubject: Budget\r\nMessage-ID: <q" + sender + extra[:min(3, len(extra))] + ">\r\n" + extra + "\r\nHello\r\n"
	l, err := o.room.Spool(t.Context(), 1, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := o.room.Receive(t.Context(), Incoming{From: sender, Recipients: []Recipient{rcpt}}, l); err != nil {
		t.Fatal(err)
	}
}

// answers returns the letters in an inbox after a while.
func (o *office) answers(t *testing.T, a *Account) (texts []string) {
	t.Helper()
	time.Sleep(50 * time.Millisecond)
	snap := must(a.Snapshot(t.Context()))
	inbox, _ := snap.ByRole(RoleInbox)
	snap.EachFrom(inbox.ID, 0, func(e Entry) bool {
		b, _, err := a.OpenMessage(t.Context(), e.ID)
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		texts = append(texts, string(must(io.ReadAll(b.Reader()))))
		return true
	})
	return texts
}

func TestVacation(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		ctx := t.Context()
		const ann, bob = "ann@city.example", "bob@city.example"
		o.deliver(t, bob, ann, "")
		if got := o.answers(t, o.bob); len(got) != 0 {
			t.Fatalf("answered while here: %v", got)
		}
		v := must(o.ann.SetVacation(ctx, Vacation{Enabled: true, Text: "我不在。", To: time.Now().Add(time.Hour)}))
		if got := must(o.ann.Vacation(ctx)); got.Text != v.Text || !got.Enabled || got.To.Sub(v.To).Abs() > time.Millisecond {
			t.Errorf("kept %+v of %+v", got, v)
		}
		// None of these is answered.
		for _, c := range []struct{ sender, to, extra string }{
			{"", ann, ""}, {"mailer-daemon@city.example", ann, ""}, {"x-request@city.example", ann, ""},
			{bob, "list@city.example", ""}, {bob, ann, "Auto-Submitted: auto-replied\r\n"}, {bob, ann, "List-Id: <l.city.example>\r\n"},
			{bob, ann, "Precedence: bulk\r\n"}, {ann, ann, ""},
		} {
			o.deliver(t, c.sender, c.to, c.extra)
		}
		if got := o.answers(t, o.bob); len(got) != 0 {
			t.Fatalf("answered what must not be: %v", got)
		}
		o.deliver(t, bob, ann, "X-N: 1\r\n")
		for range 100 {
			if len(o.answers(t, o.bob)) > 0 {
				break
			}
		}
		o.deliver(t, bob, ann, "X-N: 2\r\n") // within the week: no second answer
		got := o.answers(t, o.bob)
		if len(got) != 1 {
			t.Fatalf("%d answers: %v", len(got), got)
		}
		for _, want := range []string{"Subject: Auto: Budget\r\n", "To: bob@city.example\r\n", "Auto-Submitted: auto-replied\r\n", "In-Reply-To: <q" + bob + "X-N>"} {
			if !strings.Contains(got[0], want) {
				t.Errorf("the answer lacks %q:\n%s", want, got[0])
			}
		}
		// Over: nobody is answered any more.
		must(o.ann.SetVacation(ctx, Vacation{Enabled: true, Text: "x", From: time.Now().Add(-2 * time.Hour), To: time.Now().Add(-time.Hour)}))
		o.deliver(t, bob, ann, "X-N: 3\r\n")
		if got := o.answers(t, o.bob); len(got) != 1 {
			t.Errorf("answered after the end: %d", len(got))
		}
		for _, bad := range []Vacation{{Subject: "a\r\nb"}, {Text: strings.Repeat("x", MaxVacation+1)}, {From: time.Now(), To: time.Now().Add(-time.Hour)}} {
			if _, err := o.ann.SetVacation(ctx, bad); err == nil {
				t.Errorf("accepted %.50q", bad.Subject)
			}
		}
	})
}
