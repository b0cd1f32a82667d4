package mail

import (
	"strings"
	"testing"
	"time"

	"chancery/approval"
	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
)

// tick has the clockwork do all that is due.
func (g *agency) tick(t *testing.T) {
	t.Helper()
	for range 50 {
		if must(g.room.removeDue(t.Context())) == false {
			return
		}
	}
	t.Fatal("there is always more to do")
}

// TestRemoval takes a letter out of all mailboxes, and puts it back (N70).
func TestRemoval(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		g := newAgency(t, url)
		ctx := t.Context()
		g.room.conf.Review.Second = true
		for _, a := range []*Account{g.carl, g.dora} {
			must(g.dir.GrantRole(ctx, policy.System(1), directory.Holding{Account: a.ID(), RoleGrant: policy.RoleGrant{Role: policy.RoleSecurity}}))
		}
		eve := g.web(t, "eve@city.example")
		letter := func(from, subject string) string {
			return "From: " + from + "\r\nTo: staff@city.example\r\nSubject: " + subject + "\r\nMessage-ID: <bad@out.example>\r\n\r\nWhat nobody should read.\r\n"
		}
		g.mail(t, letter("x@out.example", "Bad"), "ann@city.example", "bob@city.example", "dora@city.example")
		// Another's letter that bears the same Message-ID, and an answer, stay.
		g.mail(t, letter("mayor@out.example", "Good"), "bob@city.example")
		g.mail(t, strings.Replace(letter("x@out.example", "Re: Bad"), "Message-ID: <bad@", "In-Reply-To: <bad@out.example>\r\nMessage-ID: <answer@", 1), "bob@city.example")
		snap := must(g.bob.Snapshot(ctx))
		archive, _ := snap.ByRole(RoleArchive)
		var bad *Message
		snap.Each(func(m *Message) bool {
			if c := must(g.bob.Content(ctx, m.ID))[0]; c.Message.Envelope.Subject == "Bad" {
				bad = m
			}
			return true
		})
		check(t, must(g.bob.Change(ctx, []Change{{ID: bad.ID, SetMailboxes: []int64{archive.ID}, AddKeywords: []string{"$flagged"}}}))[0].Err)
		had := g.found(t, g.bob)

		g.removalRefused(t, eve)
		x := must(g.room.AskRemoval(ctx, g.carl.subject, "<bad@out.example>", "X@out.example", why))
		if x.Found != 3 || x.Subject != "Bad" || x.State != RemovalAsked {
			t.Errorf("asked for %+v", x)
		}
		g.tick(t)
		expect(t, "before it was granted", g.found(t, g.bob), had...)
		if _, err := g.desk.Decide(ctx, g.carl.subject, x.Case, approval.Approve, ""); err == nil {
			t.Error("who asks decides")
		}
		_, err := g.desk.Decide(ctx, g.dora.subject, x.Case, approval.Approve, "")
		check(t, err)
		g.tick(t)
		expect(t, "bob", g.found(t, g.bob), "INBOX: Good", "INBOX: Re: Bad")
		expect(t, "ann", g.found(t, g.ann))
		expect(t, "dora", g.found(t, g.dora))
		list := must(g.room.Removals(ctx, g.carl.subject))
		if len(list) != 1 || list[0].State != RemovalDone || list[0].Out != 3 || list[0].Until.IsZero() {
			t.Errorf("removed: %+v", list)
		}
		g.recorded(t, "mail.remove", 3)
		g.recorded(t, "mail.removal.done", 1)
		g.sound(t)

		if err := g.room.Restore(ctx, eve.subject, x.Case, why); !errs.Is(err, errs.Forbidden) {
			t.Errorf("put back by anybody: %v", err)
		}
		check(t, g.room.Restore(ctx, g.dora.subject, x.Case, "It was the wrong letter."))
		row, err := g.removal(t, x.Case)
		check(t, err)
		g.twice(t, row)
		g.tick(t)
		expect(t, "bob, put back", g.found(t, g.bob), had...)
		expect(t, "ann, put back", g.found(t, g.ann), "INBOX: Bad")
		if list := must(g.room.Removals(ctx, g.carl.subject)); list[0].State != RemovalRestored || list[0].Out != 0 {
			t.Errorf("put back: %+v", list)
		}
		if err := g.room.Restore(ctx, g.dora.subject, x.Case, "Again."); !errs.Is(err, errs.Conflict) {
			t.Errorf("put back twice: %v", err)
		}
		g.sound(t)
	})
}

// why is a reason that will do.
const why = "It names a witness: case 12 of the court"

// removalRefused asks for what is refused.
func (g *agency) removalRefused(t *testing.T, eve *Account) {
	t.Helper()
	for name, c := range map[string]struct {
		by       *Account
		id, from string
		reason   string
		kind     errs.Kind
	}{
		"anybody":        {eve, "bad@out.example", "x@out.example", why, errs.Forbidden},
		"no reason":      {g.carl, "bad@out.example", "x@out.example", "", errs.Invalid},
		"no such letter": {g.carl, "other@out.example", "x@out.example", why, errs.NotFound},
		"of nobody":      {g.carl, "bad@out.example", "y@out.example", why, errs.NotFound},
	} {
		if _, err := g.room.AskRemoval(t.Context(), c.by.subject, c.id, c.from, c.reason); !errs.Is(err, c.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestRemovalEnds: a removal that a crash broke off goes on; what cannot be put
// back any more is let go; what is above somebody is not there for them.
func TestRemovalEnds(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		g := newAgency(t, url)
		ctx := t.Context()
		must(g.dir.GrantRole(ctx, policy.System(1), directory.Holding{Account: g.carl.ID(), RoleGrant: policy.RoleGrant{Role: policy.RoleSecurity}}))
		text := "From: x@out.example\r\nSubject: Secret\r\nMessage-ID: <s@out.example>\r\n" + g.labelLine(policy.Secret, time.Time{}) + "\r\nx\r\n"
		g.mail(t, text, "ann@city.example", "bob@city.example")
		low := g.carl.subject
		low.Clearance = policy.Internal
		if _, err := g.room.AskRemoval(ctx, low, "s@out.example", "x@out.example", "It is none of theirs"); !errs.Is(err, errs.NotFound) {
			t.Errorf("asked for from below: %v", err)
		}
		x := must(g.room.AskRemoval(ctx, g.carl.subject, "s@out.example", "x@out.example", "It is none of theirs"))
		if x.State != RemovalRuns {
			t.Errorf("%+v", x)
		}
		if list := must(g.room.Removals(ctx, low)); len(list) != 0 {
			t.Errorf("seen from below: %+v", list)
		}
		// One mailbox is done when the program ends; the next one begins anew.
		row, err := g.removal(t, x.Case)
		check(t, err)
		check(t, g.room.takeOut(ctx, row, g.ann.ID()))
		check(t, g.room.takeOut(ctx, row, g.ann.ID()))
		g.tick(t)
		expect(t, "ann", g.found(t, g.ann))
		expect(t, "bob", g.found(t, g.bob))
		g.recorded(t, "mail.remove", 2)
		g.clock.Advance((RemovalDays + 1) * 24 * time.Hour)
		g.tick(t)
		if list := must(g.room.Removals(ctx, g.carl.subject)); list[0].State != RemovalFinal || list[0].Out != 0 || !list[0].Until.IsZero() {
			t.Errorf("after its time: %+v", list)
		}
		if err := g.room.Restore(ctx, g.carl.subject, x.Case, "Too late."); !errs.Is(err, errs.Conflict) {
			t.Errorf("put back after its time: %v", err)
		}
		g.sound(t)
	})
}

func (g *agency) removal(t *testing.T, number int64) (row removalRow, err error) {
	t.Helper()
	err = g.db.Read(t.Context(), func(tx *store.Tx) (err error) {
		row, err = selectRemoval(t.Context(), tx, 1, number)
		return err
	})
	return row, err
}

// twice puts the first letter back as two processes do that saw it together.
func (g *agency) twice(t *testing.T, row removalRow) {
	t.Helper()
	var list []removedRow
	check(t, g.db.Read(t.Context(), func(tx *store.Tx) (err error) {
		list, err = selectRemoved(t.Context(), tx, row.org, row.id, 1)
		return err
	}))
	check(t, g.room.putBack(t.Context(), row, list[0]))
	if err := g.room.putBack(t.Context(), row, list[0]); err == nil {
		t.Error("a letter was put back twice")
	}
}
