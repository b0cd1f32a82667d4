package mail

import (
	"context"
	"strings"
	"testing"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
)

// TestQuota fills a mailbox: letters by name are refused, what was refused
// leaves nothing behind, removing makes room again.
func TestQuota(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newOffice(t, url)
		a := must(o.dir.AddAccount(ctx, directory.Account{Address: "small@city.example", Quota: 1000}))
		box := must(o.room.Account(ctx, subject(a), a.ID))
		inbox, _ := must(box.Snapshot(ctx)).ByRole(RoleInbox)
		first := o.append(t, box, inbox.ID, letterText(1, "X-Fill: "+strings.Repeat("x", 700)+"\r\n"))
		l := must(box.Spool(ctx, strings.NewReader(letterText(2, "X-Fill: "+strings.Repeat("y", 700)+"\r\n"))))
		if _, err := box.Append(ctx, NewMessage{Letter: l, Mailboxes: []int64{inbox.ID}}); !errs.Is(err, errs.OverQuota) {
			t.Fatalf("over quota: %v", err)
		}
		if snap := must(box.Snapshot(ctx)); snap.Len() != 1 || snap.Used != first.Size {
			t.Errorf("%d messages, %d bytes", snap.Len(), snap.Used)
		}
		must(box.Change(ctx, []Change{{ID: first.ID, Destroy: true}}))
		if used := must(box.Snapshot(ctx)).Used; used != 0 {
			t.Errorf("%d bytes are still counted", used)
		}
		o.append(t, box, inbox.ID, letterText(3, ""))
	})
}

// TestTrimHistory forgets old removals and makes clients that need them
// start afresh, while the others go on.
func TestTrimHistory(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newOffice(t, url)
		o.room.conf.HistoryChanges = 3
		start := must(o.ann.Snapshot(ctx)).Modseq
		var middle int64
		for i := range 8 {
			m := o.append(t, o.ann, 1, letterText(i, ""))
			must(o.ann.Change(ctx, []Change{{ID: m.ID, Destroy: true}}))
			if i == 6 {
				middle = must(o.ann.Snapshot(ctx)).Modseq
			}
		}
		if err := o.room.TrimHistory(ctx); err != nil {
			t.Fatal(err)
		}
		o.append(t, o.ann, 1, letterText(9, ""))
		snap := must(o.ann.Snapshot(ctx))
		if _, err := o.ann.Changes(ctx, snap, start); !errs.Is(err, errs.Conflict) {
			t.Errorf("changes since the start: %v", err)
		}
		if _, err := o.ann.Vanished(ctx, 1, start); !errs.Is(err, errs.Conflict) {
			t.Errorf("vanished since the start: %v", err)
		}
		c, err := o.ann.Changes(ctx, snap, middle)
		if err != nil || len(c.Destroyed) != 1 || len(c.Created) != 1 {
			t.Errorf("changes since the middle: %+v, %v", c, err)
		}
		o.same(t, o.ann)
	})
}

// TestRefusalsAreRecorded looks for refusals in the audit record.
func TestRefusalsAreRecorded(t *testing.T) {
	ctx := context.Background()
	o := newOffice(t, "")
	if _, err := o.room.Account(ctx, o.ann.subject, o.bob.ID()); !errs.Is(err, errs.NotFound) {
		t.Fatal(err)
	}
	if err := o.dir.Grant(ctx, directory.DefaultOrg, o.bob.ID(), o.ann.ID(), policy.Read); err != nil {
		t.Fatal(err)
	}
	bobs := must(o.room.Account(ctx, o.ann.subject, o.bob.ID()))
	if _, err := bobs.CreateMailbox(ctx, NewMailbox{Name: "x"}); !errs.Is(err, errs.Forbidden) {
		t.Fatal(err)
	}
	list, err := audit.List(ctx, o.db, directory.DefaultOrg, 10)
	if err != nil || len(list) != 2 || list[0].Object != "bob@city.example" || list[0].Address != "ann@city.example" || list[0].Result != "forbidden" {
		t.Errorf("%+v, %v", list, err)
	}
}
