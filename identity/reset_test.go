package identity

import (
	"strings"
	"testing"
	"time"

	"chancery/directory"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
)

const elsewhere = "ann@elsewhere.example"

// withSecond is ann with a second address, and what was written to it.
func withSecond(t *testing.T, url string) (*Identity, *clock.Fake, directory.Account, *letters) {
	t.Helper()
	ctx := t.Context()
	i, now, a := newIdentity(t, url)
	i.conf.SecondAddress = true
	told := &letters{}
	i.UseNotices(told)
	if err := i.SetPassword(ctx, policy.System(1), 1, a.ID, password); err != nil {
		t.Fatal(err)
	}
	s := i.subject(a, inside, policy.ByPassword, now.Now(), 2)
	if err := i.AddSecondAddress(ctx, s, " Ann@Elsewhere.example"); err != nil {
		t.Fatal(err)
	}
	if len(told.codes) != 1 || told.codes[0].To != elsewhere || len(told.codes[0].Code) != 6 {
		t.Fatalf("%+v", told.codes)
	}
	if err := i.ConfirmSecondAddress(ctx, s, told.codes[0].Code); err != nil {
		t.Fatal(err)
	}
	return i, now, a, told
}

// TestSecondAddress registers an address by the code that was sent there.
func TestSecondAddress(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, now, a, told := withSecond(t, url)
		s := i.subject(a, inside, policy.ByPassword, now.Now(), 2)
		if address, pending, err := i.SecondAddress(ctx, s); err != nil || address != elsewhere || pending != "" {
			t.Fatal(address, pending, err)
		}
		wantReason(t, i.AddSecondAddress(ctx, s, a.Address), "ownAddress")
		if err := i.AddSecondAddress(ctx, s, "no address"); !errs.Is(err, errs.Invalid) {
			t.Error(err)
		}
		old := s
		old.Proved = now.Now().Add(-time.Hour)
		program := s
		program.Assurance = policy.ByProgram
		for what, by := range map[string]policy.Subject{"an old sign-in": old, "an app password": program} {
			for verb, err := range map[string]error{"add": i.AddSecondAddress(ctx, by, "x@y.example"), "confirm": i.ConfirmSecondAddress(ctx, by, "1"), "remove": i.RemoveSecondAddress(ctx, by)} {
				if !errs.Is(err, errs.StepUp) && !errs.Is(err, errs.Forbidden) {
					t.Errorf("%s by %s: %v", verb, what, err)
				}
			}
		}

		// Another one stands aside until its code is there; five wrong ones void it.
		if err := i.AddSecondAddress(ctx, s, "other@elsewhere.example"); err != nil {
			t.Fatal(err)
		}
		if address, pending, _ := i.SecondAddress(ctx, s); address != elsewhere || pending != "other@elsewhere.example" {
			t.Error(address, pending)
		}
		right := told.codes[1].Code
		for range secondTries {
			wrong := "x" + right[1:]
			wantReason(t, i.ConfirmSecondAddress(ctx, s, wrong), "wrongCode")
		}
		wantReason(t, i.ConfirmSecondAddress(ctx, s, right), "wrongCode")
		if err := i.AddSecondAddress(ctx, s, "other@elsewhere.example"); err != nil {
			t.Fatal(err)
		}
		now.Advance(secondLife + time.Minute)
		s.Proved = now.Now()
		wantReason(t, i.ConfirmSecondAddress(ctx, s, told.codes[2].Code), "wrongCode")
		if address, pending, _ := i.SecondAddress(ctx, s); address != elsewhere || pending != "" {
			t.Error(address, pending)
		}
		var err error
		for range 30 {
			err = i.AddSecondAddress(ctx, s, "many@elsewhere.example")
		}
		if !errs.Is(err, errs.RateLimited) {
			t.Errorf("thirty letters to a stranger: %v", err)
		}
		if err := i.RemoveSecondAddress(ctx, s); err != nil {
			t.Error(err)
		}
		if err := i.RemoveSecondAddress(ctx, s); !errs.Is(err, errs.NotFound) {
			t.Error(err)
		}
		i.conf.SecondAddress = false
		wantReason(t, i.AddSecondAddress(ctx, s, elsewhere), "noSecondAddress")
	})
}

// ask asks for a link and waits for the letter, if there is one.
func (l *letters) ask(t *testing.T, i *Identity, address string) (link ResetLink, sent bool) {
	t.Helper()
	before := len(l.links)
	if err := i.AskReset(t.Context(), address, inside); err != nil {
		t.Fatal(err)
	}
	i.Wait()
	if len(l.links) == before {
		return link, false
	}
	return l.links[len(l.links)-1], true
}

// TestReset chooses a password anew by the link, once.
func TestReset(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, now, a, told := withSecond(t, url)
		i.conf.Life = Life{MaxMonths: 6}
		s, err := i.Verify(ctx, a.Address, password, inside)
		if err != nil {
			t.Fatal(err)
		}
		o, err := i.OpenSession(ctx, s, inside)
		if err != nil {
			t.Fatal(err)
		}
		link, sent := told.ask(t, i, a.Address)
		if !sent || link.To != elsewhere || link.Account.ID != a.ID {
			t.Fatalf("%+v", link)
		}
		wantReason(t, i.Reset(ctx, link.Token, "short", inside), "weakPassword")
		wantReason(t, i.Reset(ctx, link.Token+"x", mine, inside), "linkUsed")
		if _, err := i.Session(ctx, o.Token, inside); err != nil {
			t.Errorf("to ask ends the session: %v", err)
		}
		if err := i.Reset(ctx, link.Token, mine, inside); err != nil {
			t.Fatal(err)
		}
		wantReason(t, i.Reset(ctx, link.Token, "Another long password", inside), "linkUsed")
		if _, err := i.Session(ctx, o.Token, inside); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("the session goes on: %v", err)
		}
		if s, err = i.Verify(ctx, a.Address, mine, inside); err != nil {
			t.Fatal(err)
		}
		if due, err := i.Due(ctx, s); err != nil || due.IsZero() {
			t.Error(due, err)
		}
		if len(entriesOf(t, i, "password.reset")) != 1 || len(entriesOf(t, i, "password.ask")) != 1 {
			t.Error("the record does not say so")
		}

		// Only the newest link works, for half an hour, and while the password is the same.
		first, _ := told.ask(t, i, a.Address)
		newest, _ := told.ask(t, i, a.Address)
		wantReason(t, i.Reset(ctx, first.Token, "Another long password", inside), "linkUsed")
		now.Advance(resetLife + time.Second)
		wantReason(t, i.Reset(ctx, newest.Token, "Another long password", inside), "linkUsed")
		now.Advance(time.Hour)
		link, _ = told.ask(t, i, a.Address)
		if err := i.SetPassword(ctx, policy.System(1), 1, a.ID, password); err != nil {
			t.Fatal(err)
		}
		wantReason(t, i.Reset(ctx, link.Token, mine, inside), "linkUsed")
	})
}

// TestResetSecond leaves the second factor what it is: the link replaces the
// password only.
func TestResetSecond(t *testing.T) {
	ctx := t.Context()
	i, now, a, told := withSecond(t, "")
	s := i.subject(a, inside, policy.ByTwo, now.Now(), 2)
	e, err := i.AddTOTP(ctx, s, "Telephone")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := i.ConfirmTOTP(ctx, s, e.ID, code(t, e.Secret, now.Now())); err != nil {
		t.Fatal(err)
	}
	link, _ := told.ask(t, i, a.Address)
	if err := i.Reset(ctx, link.Token, mine, inside); err != nil {
		t.Fatal(err)
	}
	step, err := i.SignIn(ctx, a.Address, mine, inside)
	if err != nil || step.Ticket == "" || step.Subject.Account != 0 {
		t.Errorf("%+v %v", step, err)
	}
}

// TestResetRefused answers the same to everybody, and sends nothing to who is
// not there, has no second address, is locked, or holds a role.
func TestResetRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, now, a, told := withSecond(t, url)
		if _, err := i.dir.AddAccount(ctx, directory.Account{Address: "bob@city.example"}); err != nil {
			t.Fatal(err)
		}
		for _, address := range []string{"bob@city.example", "nobody@city.example", "x", strings.Repeat("x", 400) + "@y"} {
			if _, sent := told.ask(t, i, address); sent {
				t.Errorf("a letter about %.30s", address)
			}
		}
		link, _ := told.ask(t, i, a.Address) // what was sent before does not help either
		lock := func(what string, locked bool, refused func()) {
			t.Helper()
			now.Advance(2 * time.Hour)
			refused()
			if _, sent := told.ask(t, i, a.Address); sent == locked {
				t.Errorf("%s: %v", what, sent)
			}
		}
		if _, err := i.dir.GrantRole(ctx, policy.System(1), directory.Holding{Account: a.ID, RoleGrant: policy.RoleGrant{Role: policy.RoleHelpDesk}}); err != nil {
			t.Fatal(err)
		}
		wantReason(t, i.Reset(ctx, link.Token, mine, inside), "linkUsed")
		lock("an administrator", true, func() {})
		roles, err := i.dir.Holdings(ctx, policy.System(1))
		if err != nil {
			t.Fatal(err)
		}
		lock("no administrator any more", false, func() {
			if err := i.dir.RevokeRole(ctx, policy.System(1), roles[0].ID); err != nil {
				t.Fatal(err)
			}
		})
		lock("disowned", true, func() {
			if err := i.db.Write(ctx, func(tx *store.Tx) error { return lockCredential(ctx, tx, 1, a.ID, LockDisowned, 1) }); err != nil {
				t.Fatal(err)
			}
		})
		if err := i.SetPassword(ctx, policy.System(1), 1, a.ID, password); err != nil {
			t.Fatal(err)
		}
		lock("switched off", true, func() { i.conf.SecondAddress = false })
	})
}

// TestResetPace slows down who asks for many links.
func TestResetPace(t *testing.T) {
	ctx := t.Context()
	i, _, a, told := withSecond(t, "")
	var err error
	for range 12 {
		err = i.AskReset(ctx, a.Address, inside)
	}
	i.Wait()
	if !errs.Is(err, errs.RateLimited) || len(told.links) > 11 {
		t.Errorf("%v, %d letters", err, len(told.links))
	}
	for range 40 {
		err = i.Reset(ctx, "1.guess", mine, here)
	}
	if !errs.Is(err, errs.RateLimited) {
		t.Errorf("forty guesses: %v", err)
	}
}

// TestSecondIsTold tells of a new device at the second address too, and forgets
// an address that was registered by who came in with it.
func TestSecondIsTold(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, now, a, told := withSecond(t, url)
		in := func() policy.Subject {
			step, err := i.SignIn(ctx, a.Address, password, inside)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := i.OpenSession(ctx, step.Subject, inside); err != nil {
				t.Fatal(err)
			}
			return step.Subject
		}
		in()
		now.Advance(time.Minute)
		s := in()
		if len(told.list) != 1 || told.list[0].Second != elsewhere {
			t.Fatalf("%+v", told.list)
		}
		if err := i.AddSecondAddress(ctx, s, "thief@elsewhere.example"); err != nil {
			t.Fatal(err)
		}
		if err := i.ConfirmSecondAddress(ctx, s, told.codes[1].Code); err != nil {
			t.Fatal(err)
		}
		if err := i.Disown(ctx, told.list[0].Token, here); err != nil {
			t.Fatal(err)
		}
		if address, pending, err := i.SecondAddress(ctx, s); err != nil || address != "" || pending != "" {
			t.Error(address, pending, err)
		}
	})
}
