package mail

import (
	"slices"
	"strings"
	"testing"

	"chancery/approval"
	"chancery/audit"
	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/kit/testkit"
	"chancery/policy"
)

// makes gives somebody a role for the whole organisation.
func (g *agency) makes(t *testing.T, a *Account, role policy.Role) {
	t.Helper()
	must(g.dir.GrantRole(t.Context(), policy.System(1), directory.Holding{Account: a.ID(), RoleGrant: policy.RoleGrant{Role: role}}))
}

// TestLookAbout has somebody else agree to a look into the mailbox of a security
// administrator, and nobody where there is no other (C12).
func TestLookAbout(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		g := newAgency(t, url)
		ctx := t.Context()
		g.room.conf.Review.Second = true
		g.makes(t, g.carl, policy.RoleAudit)
		g.makes(t, g.bob, policy.RoleSecurity)
		const purpose = "Case 7 of the ethics office"
		if _, err := g.room.AskLook(ctx, g.carl.subject, g.bob.ID(), 8, purpose); !errs.Is(err, errs.Conflict) {
			t.Error("nobody else could agree", err)
		}
		must(g.room.AskLook(ctx, g.carl.subject, g.ann.ID(), 8, purpose))
		if got := g.waiting(t, g.bob); len(got) != 1 {
			t.Errorf("bob: %+v", got)
		}
		g.makes(t, g.dora, policy.RoleSecurity)
		l := must(g.room.AskLook(ctx, g.carl.subject, g.bob.ID(), 8, purpose))
		if got := g.waiting(t, g.bob); len(got) != 1 || got[0].ID == l.Case {
			t.Errorf("bob: %+v", got)
		}
		if _, err := g.desk.Decide(ctx, g.bob.subject, l.Case, approval.Refuse, "no"); !errs.Is(err, errs.NotFound) {
			t.Error("whose mailbox it is decides", err)
		}
		_, err := g.desk.Decide(ctx, g.dora.subject, l.Case, approval.Approve, "")
		check(t, err)
		if _, err := g.room.Account(ctx, g.carl.subject, g.bob.ID()); err != nil {
			t.Error("granted, and not there", err)
		}
	})
}

// asked lists what the entries of a verb say, the oldest first.
func (g *agency) asked(t *testing.T, verb string) (list []string) {
	t.Helper()
	for _, e := range must(audit.List(t.Context(), g.db, 1, 1000)) {
		if e.Verb == verb {
			list = append(list, e.After)
		}
	}
	slices.Reverse(list)
	return list
}

// TestLookTraces writes what was asked for in a look into the record, once for
// each question of a while (C12).
func TestLookTraces(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		g := newAgency(t, url)
		ctx := t.Context()
		for _, subject := range []string{"The bridge", "The road"} {
			g.mail(t, subjectLetter(subject), "ann@city.example")
		}
		g.makes(t, g.carl, policy.RoleAudit)
		l := must(g.room.AskLook(ctx, g.carl.subject, g.ann.ID(), 8, "Case 7 of the ethics office"))
		number := id.Text('c', l.Case)
		look := must(g.room.Account(ctx, g.carl.subject, g.ann.ID()))
		query := func(a *Account, f Filter) int {
			t.Helper()
			return len(must(a.Query(ctx, must(a.Snapshot(ctx)), f, nil, false)))
		}
		inbox := Filter{InMailbox: inboxID, Asked: `{"inMailbox":"b1"}`}
		bridge := Filter{Text: []TextTest{{Field: InSubject, Words: "bridge"}}, Asked: `{"subject":"bridge"}`}
		for range 3 { // as who scrolls asks again
			if query(look, inbox) != 2 || query(look, bridge) != 1 {
				t.Error("not found")
			}
			must(look.Content(ctx, 1, 2))
		}
		want := []string{
			`{"asked":"{\"inMailbox\":\"b1\"}","case":"` + number + `","folder":"INBOX","hits":2}`,
			`{"asked":"{\"subject\":\"bridge\"}","case":"` + number + `","hits":1}`,
		}
		if got := g.asked(t, "mail.look.list"); !slices.Equal(got, want) {
			t.Errorf("the record says\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		g.later(traceFor)
		query(look, bridge)
		g.later(traceFor)
		must(look.Content(ctx, 1)) // by its number, without a query
		want = append(want, want[1], `{"asked":"by number","case":"`+number+`","hits":1}`)
		if got := g.asked(t, "mail.look.list"); !slices.Equal(got, want) {
			t.Errorf("the record says\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		// Nothing is taken along into one's own mailbox, and one's own is one's own.
		_, err := g.carl.Copy(ctx, look, []CopyOf{{ID: 1, Mailboxes: []int64{inboxID}}})
		if !errs.Is(err, errs.Forbidden) {
			t.Error("copied out of a look", err)
		}
		query(g.ann, inbox)
		long := Filter{Asked: strings.Repeat("市", maxAsked)}
		query(look, long)
		if got := g.asked(t, "mail.look.list"); len(got) != 5 || len(got[4]) > 2*maxAsked {
			t.Errorf("%d entries, the last with %d bytes", len(got), len(got[len(got)-1]))
		}
	})
}
