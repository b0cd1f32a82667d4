package identity

import (
	"context"
	"encoding/json"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/jmap"
)

// town is an office with two bureaus: water and works; each has a clerk, and
// works has a help desk of its own.
type town struct {
	*Identity
	now    *clock.Fake
	t      *testing.T
	units  map[string]int64
	who    map[string]directory.Account
	person map[string]int64
}

func newTown(t *testing.T, url string, life Life) *town {
	t.Helper()
	ctx := t.Context()
	i, now, _ := newIdentity(t, url)
	life.Warn = []int{14, 7, 1}
	i.conf.Life = life
	o := &town{i, now, t, map[string]int64{}, map[string]directory.Account{}, map[string]int64{}}
	made, err := i.dir.AddUnits(ctx, policy.System(1), []directory.Unit{{Names: map[string]string{"en": "Water"}}, {Names: map[string]string{"en": "Works"}}})
	if err != nil {
		t.Fatal(err)
	}
	o.units["water"], o.units["works"] = made[0].ID, made[1].ID
	for name, unit := range map[string]string{"wen": "water", "bo": "works", "chief": "water", "helper": "works", "boss": "works", "officer": "water"} {
		if o.who[name], err = i.dir.AddAccount(ctx, directory.Account{Address: name + "@city.example", Name: name}); err != nil {
			t.Fatal(err)
		}
		if err := i.SetPassword(ctx, policy.System(1), 1, o.who[name].ID, password); err != nil {
			t.Fatal(err)
		}
		p, err := i.dir.AddPerson(ctx, policy.System(1), directory.Person{Account: o.who[name].ID, Name: name, Address: name + "@city.example",
			Posts: []directory.Post{{Unit: o.units[unit], Kind: directory.PostMain, Title: "Clerk"}}})
		if err != nil {
			t.Fatal(err)
		}
		o.person[name] = p.ID
	}
	for name, g := range map[string]policy.RoleGrant{"chief": {Role: policy.RoleHelpDesk}, "helper": {Role: policy.RoleHelpDesk, Unit: o.units["works"]},
		"boss": {Role: policy.RoleSecurity}, "officer": {Role: policy.RolePersonnel}} {
		if _, err := i.dir.GrantRole(ctx, policy.System(1), directory.Holding{Account: o.who[name].ID, RoleGrant: g}); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

func (o *town) as(name string) policy.Subject {
	return o.subject(o.who[name], inside, policy.ByTwo, o.now.Now(), 1)
}

// queue is who waits, as somebody sees it: "name reasons", in order.
func (o *town) queue(as string) (list []string) {
	o.t.Helper()
	q, err := o.Queue(o.t.Context(), o.as(as))
	if err != nil {
		o.t.Fatal(err)
	}
	for _, w := range q {
		list = append(list, strings.TrimSpace(w.Account.Name+" "+strings.Join(w.Reasons, "+")))
	}
	return list
}

func (o *town) lock(name string) {
	o.t.Helper()
	err := o.dir.ChangePerson(o.t.Context(), policy.System(1), o.person[name], func(p *directory.Person) error { p.Locked = true; return nil })
	if err != nil {
		o.t.Fatal(err)
	}
}

// TestQueue lists who waits, each with the reason, to those who may let them
// in (K38): by subtree, those who ask first.
func TestQueue(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newTown(t, url, Life{FirstDays: 3})
		if err := o.SetFirstPassword(ctx, policy.System(1), 1, o.who["wen"].ID, given); err != nil {
			t.Fatal(err)
		}
		o.now.Advance(10 * 24 * time.Hour)
		if err := o.Tend(ctx); err != nil {
			t.Fatal(err)
		}
		o.lock("bo")
		o.now.Advance(time.Minute)
		if err := o.AskUnlock(ctx, "OFFICER@city.example", "Room 5\x00, tel. 4711", here); err != nil {
			t.Fatal(err)
		}
		for as, want := range map[string][]string{
			"chief":  {"officer", "bo administrator", "wen first"},
			"helper": {"bo administrator"},
			"boss":   nil,
			"bo":     nil,
		} {
			if got := o.queue(as); !slices.Equal(got, want) {
				t.Errorf("%s sees %q, not %q", as, got, want)
			}
		}
		q, err := o.Queue(ctx, o.as("chief"))
		if err != nil || q[0].Note != "Room 5, tel. 4711" || q[0].Peer != "192.0.2.7" || !q[0].Asked.Equal(o.now.Now()) || q[2].Since.IsZero() {
			t.Errorf("%+v %v", q, err)
		}
		program := o.as("chief")
		program.Assurance = policy.ByProgram
		if _, err := o.Queue(ctx, program); !errs.Is(err, errs.Forbidden) {
			t.Errorf("by an app password: %v", err)
		}
	})
}

// TestUnlock opens accounts in each way, and refuses the others.
func TestUnlock(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newTown(t, url, Life{FirstDays: 3, MaxMonths: 6})
		wen, bo := o.who["wen"].ID, o.who["bo"].ID
		o.lock("bo")
		if _, err := o.Unlock(ctx, o.as("helper"), wen, Unlocked{}); !errs.Is(err, errs.Forbidden) {
			t.Errorf("outside of the subtree: %v", err)
		}
		if _, err := o.Unlock(ctx, o.as("chief"), wen, Unlocked{}); !errs.Is(err, errs.NotFound) {
			t.Errorf("what is open: %v", err)
		}
		if _, err := o.Unlock(ctx, o.as("bo"), bo, Unlocked{Password: true}); !errs.Is(err, errs.Forbidden) {
			t.Errorf("by somebody without a role: %v", err)
		}
		if _, err := o.Unlock(ctx, o.as("helper"), bo, Unlocked{}); err != nil {
			t.Fatal(err)
		}
		if _, err := o.Verify(ctx, "bo@city.example", password, here); err != nil {
			t.Errorf("unlocked: %v", err)
		}
		refused := 0
		for _, e := range entriesOf(t, o.Identity, "account.unlock") {
			if e.Result != "ok" {
				refused++
			}
		}
		if refused != 2 {
			t.Errorf("%d refusals stand in the record", refused)
		}

		// A password that is too old opens the account once more, for another to be chosen.
		o.now.Advance(200 * 24 * time.Hour)
		if err := o.Tend(ctx); err != nil {
			t.Fatal(err)
		}
		_, err := o.SignIn(ctx, "wen@city.example", password, inside)
		wantReason(t, err, "lockedAge")
		if _, err := o.Unlock(ctx, o.as("chief"), wen, Unlocked{}); err != nil {
			t.Fatal(err)
		}
		step, err := o.SignIn(ctx, "wen@city.example", password, inside)
		if err != nil || !slices.Equal(step.Methods, []string{Password}) {
			t.Fatalf("%+v %v", step, err)
		}
		if _, err := o.Answer(ctx, step.Ticket, Password, mine, inside); err != nil {
			t.Error(err)
		}

		// A one-time password ends what was open, and is chosen anew.
		s, err := o.Verify(ctx, "wen@city.example", mine, inside)
		if err != nil {
			t.Fatal(err)
		}
		opened, err := o.OpenSession(ctx, s, inside)
		if err != nil {
			t.Fatal(err)
		}
		first, err := o.Unlock(ctx, o.as("chief"), wen, Unlocked{Password: true})
		if err != nil || len(first) < 20 {
			t.Fatal(first, err)
		}
		if _, err := o.Session(ctx, opened.Token, inside); err == nil {
			t.Error("the session goes on")
		}
		if step, err = o.SignIn(ctx, "wen@city.example", first, inside); err != nil || !slices.Equal(step.Methods, []string{Password}) {
			t.Errorf("%+v %v", step, err)
		}
	})
}

// TestUnlockRefused keeps the help desk from taking over accounts: of those
// who hold roles, with the second factor as well, or which somebody disowned.
func TestUnlockRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newTown(t, url, Life{})
		wen := o.who["wen"].ID
		_, err := o.Unlock(ctx, o.as("chief"), o.who["boss"].ID, Unlocked{Password: true})
		wantReason(t, err, "holdsRole")
		if _, err := o.Unlock(ctx, o.as("chief"), o.who["chief"].ID, Unlocked{Password: true}); !errs.Is(err, errs.Forbidden) {
			t.Errorf("one's own: %v", err)
		}
		if _, err := o.Unlock(ctx, o.as("chief"), wen, Unlocked{Password: true, Factors: true}); !errs.Is(err, errs.Forbidden) {
			t.Errorf("with the second factor: %v", err)
		}
		if _, err := o.Verify(ctx, "wen@city.example", password, here); err != nil {
			t.Errorf("a refused act changed the password: %v", err)
		}
		if _, err := o.Unlock(ctx, o.as("officer"), wen, Unlocked{Factors: true}); !errs.Is(err, errs.Invalid) {
			t.Errorf("the second factor alone: %v", err)
		}
		if _, err := o.Unlock(ctx, o.as("officer"), wen, Unlocked{Password: true, Factors: true}); err != nil {
			t.Errorf("by who has accounts in hand: %v", err)
		}
		err = o.db.Write(ctx, func(tx *store.Tx) error {
			return lockCredential(ctx, tx, 1, wen, LockDisowned, o.now.Now().UnixMilli())
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = o.Unlock(ctx, o.as("chief"), wen, Unlocked{})
		wantReason(t, err, "needsPassword")
		if q, err := o.Queue(ctx, o.as("chief")); err != nil || len(q) != 1 || !q[0].Secret {
			t.Errorf("%+v %v", q, err)
		}
		if _, err := o.Unlock(ctx, o.as("chief"), wen, Unlocked{Password: true}); err != nil {
			t.Error(err)
		}
		// Who left is not the help desk's to open.
		if err := o.dir.RemovePerson(ctx, policy.System(1), o.person["bo"]); err != nil {
			t.Fatal(err)
		}
		if _, err := o.Unlock(ctx, o.as("chief"), o.who["bo"].ID, Unlocked{Password: true}); !errs.Is(err, errs.Forbidden) {
			t.Errorf("somebody who left: %v", err)
		}
		if got := o.queue("chief"); len(got) != 0 {
			t.Errorf("the help desk is shown who left: %q", got)
		}
		if got := o.queue("officer"); !slices.Equal(got, []string{"bo left"}) {
			t.Errorf("the personnel officer sees %q", got)
		}
	})
}

// TestAsk answers a stranger the same whatever they ask, keeps one word for an
// account, and slows down who asks for many.
func TestAsk(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newTown(t, url, Life{})
		at := func(n byte) Peer { return Peer{Addr: netip.AddrFrom4([4]byte{203, 0, 113, n}), Door: "http"} }
		for n, address := range []string{"wen@city.example", "nobody@city.example", "wen@elsewhere.example", "no address"} {
			if err := o.AskUnlock(ctx, address, "hello", at(byte(n))); err != nil {
				t.Errorf("%s: %v", address, err)
			}
		}
		if got := o.queue("chief"); !slices.Equal(got, []string{"wen"}) {
			t.Errorf("%q", got)
		}
		if err := o.AskUnlock(ctx, "wen@city.example", "something else", at(9)); err != nil {
			t.Fatal(err)
		}
		if q, _ := o.Queue(ctx, o.as("chief")); q[0].Note != "hello" {
			t.Errorf("a stranger replaced the word: %+v", q)
		}
		if err := o.AskUnlock(ctx, "wen@city.example", strings.Repeat("x", maxAskNote+1), at(10)); !errs.Is(err, errs.TooLarge) {
			t.Error(err)
		}
		var last error
		for n := range 10 {
			last = o.AskUnlock(ctx, "n"+strconv.Itoa(n)+"@city.example", "", at(11))
		}
		if !errs.Is(last, errs.RateLimited) {
			t.Errorf("ten words in a row: %v", last)
		}
		if len(entriesOf(t, o.Identity, "account.ask")) < 5 {
			t.Error("words do not stand in the record")
		}
		if err := o.DismissAsk(ctx, o.as("helper"), o.who["wen"].ID); !errs.Is(err, errs.Forbidden) {
			t.Errorf("dismissed from outside of the subtree: %v", err)
		}
		if err := o.DismissAsk(ctx, o.as("chief"), o.who["wen"].ID); err != nil {
			t.Error(err)
		}
		if err := o.DismissAsk(ctx, o.as("chief"), o.who["wen"].ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("twice: %v", err)
		}
		if got := o.queue("chief"); len(got) != 0 {
			t.Errorf("%q", got)
		}
	})
}

// TestUnlockRace has two of the help desk open the same account at once: one
// of their one-time passwords holds, and the other one says so by failing.
func TestUnlockRace(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		o := newTown(t, url, Life{})
		o.lock("bo")
		type answer struct {
			password string
			err      error
		}
		got := make(chan answer, 2)
		for _, name := range []string{"chief", "helper"} {
			go func() {
				password, err := o.Unlock(ctx, o.as(name), o.who["bo"].ID, Unlocked{Password: true})
				got <- answer{password, err}
			}()
		}
		right := 0
		for _, a := range []answer{<-got, <-got} {
			if a.err != nil {
				t.Error(a.err)
			}
			if step, err := o.SignIn(ctx, "bo@city.example", a.password, inside); err == nil && step.Ticket != "" {
				right++
			}
		}
		if right != 1 {
			t.Errorf("%d one-time passwords hold", right)
		}
	})
}

// TestUnlockJMAP asks as the console does, and as who may not.
func TestUnlockJMAP(t *testing.T) {
	ctx := t.Context()
	o := newTown(t, "", Life{})
	o.lock("bo")
	call := func(as, method, args string) (string, error) {
		t.Helper()
		s := o.as(as)
		for _, c := range o.Capabilities(Who{Subject: func(context.Context) (policy.Subject, error) { return s, nil }}) {
			m, ok := c.Methods[method]
			if !ok {
				continue
			}
			_, offered, err := c.Offer(ctx)
			if err != nil || offered != (as == "chief" || as == "helper") {
				t.Errorf("offered to %s: %v %v", as, offered, err)
			}
			args = strings.ReplaceAll(args, "$me", string(id.Text(accountID, s.Account)))
			args = strings.ReplaceAll(args, "$bo", string(id.Text(accountID, o.who["bo"].ID)))
			out, err := m(ctx, &jmap.Call{Name: method, Args: json.RawMessage(args), Limits: jmap.Limits{MaxObjectsInGet: 100}})
			if err != nil {
				return "", err
			}
			if a, ok := out.(jmap.Appender); ok {
				text, err := a.AppendJSON(nil)
				return string(text), err
			}
			text, err := json.Marshal(out)
			return string(text), err
		}
		t.Fatal("no such method")
		return "", nil
	}
	got, err := call("chief", "LockedAccount/get", `{"accountId":"$me","ids":null}`)
	if err != nil || !strings.Contains(got, `"reasons":["administrator"]`) || !strings.Contains(got, `"email":"bo@city.example"`) || !strings.Contains(got, `"mayPassword":true`) {
		t.Errorf("%s %v", got, err)
	}
	if got, err = call("boss", "LockedAccount/get", `{"accountId":"$me","ids":null}`); err != nil || strings.Contains(got, "bo@") {
		t.Errorf("%s %v", got, err)
	}
	if _, err = call("chief", "LockedAccount/get", `{"accountId":"$bo","ids":null}`); err == nil {
		t.Error("as somebody else")
	}
	if _, err = call("boss", "LockedAccount/unlock", `{"accountId":"$me","id":"$bo"}`); !errs.Is(err, errs.Forbidden) {
		t.Error(err)
	}
	if _, err = call("chief", "LockedAccount/unlock", `{"accountId":"$me","id":"x"}`); !errs.Is(err, errs.NotFound) {
		t.Error(err)
	}
	if got, err = call("helper", "LockedAccount/unlock", `{"accountId":"$me","id":"$bo","newPassword":true}`); err != nil || !strings.Contains(got, `"password":"Cx2-`) {
		t.Errorf("%s %v", got, err)
	}
	if _, err = call("helper", "LockedAccount/dismiss", `{"accountId":"$me","id":"$bo"}`); !errs.Is(err, errs.NotFound) {
		t.Error(err)
	}
	if all, err := audit.List(ctx, o.db, 1, 5); err != nil || len(all) == 0 {
		t.Error(err)
	}
}
