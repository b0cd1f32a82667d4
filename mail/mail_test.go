package mail

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"chancery/directory"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
)

// office is a store with a directory, a mail room and two people.
type office struct {
	db       *store.Store
	room     *Room
	dir      *directory.Directory
	ann, bob *Account
}

func newOffice(t testing.TB, url string) *office {
	t.Helper()
	ctx := t.Context()
	db, err := store.Open(ctx, store.Options{Dir: t.TempDir(), URL: url, Log: testkit.Log(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	dir, err := directory.New(ctx, db, clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	room, err := New(ctx, db, dir, Config{Hostname: "mail.city.example"}, clock.System{}, testkit.Log(t))
	if err != nil {
		t.Fatal(err)
	}
	o := &office{db: db, room: room, dir: dir}
	o.ann, o.bob = o.person(t, "ann@city.example"), o.person(t, "bob@city.example")
	return o
}

func (o *office) person(t testing.TB, address string) *Account {
	t.Helper()
	a, err := o.dir.AddAccount(t.Context(), directory.Account{Address: address, Clearance: policy.Secret})
	if err != nil {
		t.Fatal(err)
	}
	acc, err := o.room.Account(t.Context(), subject(a), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	return acc
}

// submitSMTP is SubmitSMTP, for who asks only whether it was taken.
func (o *office) submitSMTP(ctx context.Context, s policy.Subject, e Envelope, t Trace, src io.Reader) error {
	_, err := o.room.SubmitSMTP(ctx, s, e, t, src)
	return err
}

func subject(a directory.Account) policy.Subject {
	return policy.Subject{Org: a.Org, Account: a.ID, Address: a.Address, Clearance: a.Clearance, Zone: policy.Inner}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func letterText(n int, extra string) string {
	return fmt.Sprintf("From: x@out.example\r\nTo: ann@city.example\r\nSubject: Letter %d\r\nMessage-ID: <m%d@out.example>\r\n%s\r\nBody of letter %d\r\n", n, n, extra, n)
}

func (o *office) append(t testing.TB, a *Account, box int64, text string) *Message {
	t.Helper()
	l, err := a.Spool(t.Context(), strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	out, err := a.Append(t.Context(), NewMessage{Letter: l, Mailboxes: []int64{box}})
	if err != nil {
		t.Fatal(err)
	}
	return out[0]
}

// TestLife takes messages through append, flags, move, copy and removal and
// compares a snapshot kept up to date with one read afresh after each step.
func TestLife(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newOffice(t, url)
		snap := must(o.ann.Snapshot(ctx))
		if got := len(snap.Mailboxes()); got != len(standard) {
			t.Fatalf("%d mailboxes", got)
		}
		inbox, _ := snap.ByRole(RoleInbox)
		trash, _ := snap.ByRole(RoleTrash)
		first := o.append(t, o.ann, inbox.ID, letterText(1, ""))
		reply := o.append(t, o.ann, inbox.ID, letterText(2, "In-Reply-To: <m1@out.example>\r\nSubject: Re: Letter 1\r\n"))
		if first.Places[0].UID != 1 || reply.Places[0].UID != 2 {
			t.Errorf("UIDs %v %v", first.Places, reply.Places)
		}
		o.same(t, o.ann)

		done := must(o.ann.Change(ctx, []Change{{ID: first.ID, AddKeywords: []string{"$Seen", "Custom"}}, {ID: 99, Destroy: true}}))
		if !done[0].Changed || !done[0].Message.Keywords.Has(Seen) || !errs.Is(done[1].Err, errs.NotFound) {
			t.Errorf("outcomes %+v", done)
		}
		o.same(t, o.ann)
		before := must(o.ann.Snapshot(ctx)).Modseq
		must(o.ann.Change(ctx, []Change{{ID: first.ID, AddKeywords: []string{"$seen"}}}))
		if after := must(o.ann.Snapshot(ctx)).Modseq; after != before {
			t.Errorf("a change that changes nothing counted: %d, %d", before, after)
		}
		stale := before - 1
		done = must(o.ann.Change(ctx, []Change{{ID: first.ID, AddKeywords: []string{"x"}, IfUnchangedSince: &stale}}))
		if !errs.Is(done[0].Err, errs.Conflict) {
			t.Errorf("stale change: %+v", done[0])
		}

		done = must(o.ann.Change(ctx, []Change{{ID: first.ID, AddTo: []int64{trash.ID}, RemoveFrom: []Place{{Mailbox: inbox.ID, UID: 1}}}}))
		if p := done[0].Message.Places; len(p) != 1 || p[0].Mailbox != trash.ID {
			t.Errorf("moved to %v", p)
		}
		o.same(t, o.ann)
		copies := must(o.ann.Copy(ctx, o.ann, []CopyOf{{ID: reply.ID, Mailboxes: []int64{trash.ID}}}))
		if copies[0].ID == reply.ID || copies[0].Thread != reply.Thread {
			t.Errorf("copy %+v of %+v", copies[0], reply)
		}
		o.same(t, o.ann)
		if gone := must(o.ann.Vanished(ctx, inbox.ID, 0)); len(gone) != 1 || gone[0] != 1 {
			t.Errorf("vanished %v", gone)
		}
		must(o.ann.Change(ctx, []Change{{ID: reply.ID, Destroy: true}}))
		o.same(t, o.ann)
		if text := o.text(t, o.ann, copies[0].ID); !strings.Contains(text, "Body of letter 2") {
			t.Errorf("the copy lost its bytes: %q", text)
		}
		if err := o.ann.DeleteMailbox(ctx, trash.ID, false); !errs.Is(err, errs.Conflict) {
			t.Errorf("deleting a full mailbox: %v", err)
		}
		if err := o.ann.DeleteMailbox(ctx, trash.ID, true); err != nil {
			t.Error(err)
		}
		o.same(t, o.ann)
		if n := must(o.ann.Snapshot(ctx)).Len(); n != 0 {
			t.Errorf("%d messages left", n)
		}
	})
}

// same compares the snapshot that was carried along with a fresh one.
func (o *office) same(t *testing.T, a *Account) {
	t.Helper()
	carried := must(a.Snapshot(t.Context()))
	fresh, err := newViews(1000).latest(t.Context(), o.db, viewKey{a.ID(), a.Ceiling()})
	if err != nil {
		t.Fatal(err)
	}
	if a, b := dump(carried), dump(fresh); a != b {
		t.Errorf("carried along:\n%s\nfresh:\n%s", a, b)
	}
}

func dump(s *Snapshot) string {
	var b strings.Builder
	fmt.Fprintln(&b, s.Modseq, s.EmailState, s.MailboxState, s.Used)
	for _, m := range s.Mailboxes() {
		fmt.Fprintf(&b, "%+v %+v\n", m, s.Counts(m.ID))
		s.EachFrom(m.ID, 0, func(e Entry) bool {
			fmt.Fprintf(&b, "  %d %v %+v %s\n", e.UID, e.Deleted, e.Places, e.Keywords.text)
			return true
		})
		s.EachByDate(m.ID, true, func(m *Message) bool { fmt.Fprintf(&b, "  by date %d\n", m.ID); return true })
	}
	s.Each(func(m *Message) bool {
		fmt.Fprintf(&b, "%d thread %d of %d modseq %d\n", m.ID, m.Thread, len(s.Thread(m.Thread)), m.Modseq)
		return true
	})
	return b.String()
}

func (o *office) text(t testing.TB, a *Account, id int64) string {
	t.Helper()
	b, _, err := a.OpenMessage(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	return string(must(io.ReadAll(b.Reader())))
}

// TestReceive files one letter for two people, stored once.
func TestReceive(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newOffice(t, url)
		w := o.bob.Watch()
		defer w.Close()
		in := Incoming{From: "x@out.example"}
		for _, address := range []string{"Ann@City.example", "ann+list@city.example", "bob@city.example"} {
			in.Recipients = append(in.Recipients, must(o.room.CheckRecipient(ctx, address)))
		}
		l := must(o.room.Spool(ctx, directory.DefaultOrg, strings.NewReader(letterText(1, ""))))
		if err := o.room.Receive(ctx, in, l); err != nil {
			t.Fatal(err)
		}
		select {
		case <-w.C:
		default:
			t.Error("nobody told bob")
		}
		for _, a := range []*Account{o.ann, o.bob} {
			snap := must(a.Snapshot(ctx))
			if snap.Len() != 1 {
				t.Errorf("%s has %d messages", a.Info().Address, snap.Len())
			}
		}
		if _, err := o.room.CheckRecipient(ctx, "nobody@city.example"); !errs.Is(err, errs.NotFound) {
			t.Errorf("unknown mailbox: %v", err)
		}
		if _, err := o.room.CheckRecipient(ctx, "x@elsewhere.example"); !errs.Is(err, errs.Forbidden) {
			t.Errorf("relay: %v", err)
		}
	})
}

// TestList sends one letter to a distribution list and one of its members.
func TestList(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newOffice(t, url)
		all := must(o.dir.AddAccount(ctx, directory.Account{Address: "all@city.example", Kind: directory.KindList}))
		for _, a := range []*Account{o.ann, o.bob} {
			if err := o.dir.Grant(ctx, all.Org, all.ID, a.ID(), policy.Read); err != nil {
				t.Fatal(err)
			}
		}
		in := Incoming{Recipients: []Recipient{must(o.room.CheckRecipient(ctx, "all@city.example")), must(o.room.CheckRecipient(ctx, "ann@city.example"))}}
		if err := o.room.Receive(ctx, in, must(o.room.Spool(ctx, all.Org, strings.NewReader(letterText(1, ""))))); err != nil {
			t.Fatal(err)
		}
		for _, a := range []*Account{o.ann, o.bob} {
			if n := must(a.Snapshot(ctx)).Len(); n != 1 {
				t.Errorf("%s has %d messages", a.Info().Address, n)
			}
		}
		if list := must(o.room.Accounts(ctx, o.ann.subject)); len(list) != 1 {
			t.Errorf("the list shows up as an account: %+v", list)
		}
	})
}

// TestOthersAccountIsNotThere checks that an account that was not granted
// looks like one that does not exist.
func TestOthersAccountIsNotThere(t *testing.T) {
	ctx := context.Background()
	o := newOffice(t, "")
	if _, err := o.room.Account(ctx, o.ann.subject, o.bob.ID()); !errs.Is(err, errs.NotFound) {
		t.Fatalf("bob's account for ann: %v", err)
	}
	if err := o.dir.Grant(ctx, directory.DefaultOrg, o.bob.ID(), o.ann.ID(), policy.Read); err != nil {
		t.Fatal(err)
	}
	shared, err := o.room.Account(ctx, o.ann.subject, o.bob.ID())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := shared.CreateMailbox(ctx, NewMailbox{Name: "x"}); !errs.Is(err, errs.Forbidden) {
		t.Errorf("creating a folder with the right to read: %v", err)
	}
}

// TestAnotherProcessIsSeen changes an account through a second room, as
// another process would, and expects the first to see it soon.
func TestAnotherProcessIsSeen(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t, "")
	must(o.ann.Snapshot(ctx))
	other := must(New(ctx, o.db, o.dir, Config{}, clock.System{}, testkit.Log(t)))
	box := must(other.Account(ctx, o.ann.subject, o.ann.ID()))
	o.append(t, box, 1, letterText(1, ""))
	eventually(t, func() bool { return must(o.ann.Snapshot(ctx)).Len() == 1 })
}
