package identity

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/kit/workday"
	"chancery/policy"
)

const given = "Cx2-given-out-once"

// mine is a password that somebody chooses instead.
const mine = "A password of my own"

// inside is a web client in the inner network.
var inside = from(0, "")

// lifeOf is newIdentity with rules for how long passwords are good, and ann
// with a one-time password. The day is Saturday, 21 November 2026.
func lifeOf(t *testing.T, url string, life Life) (*Identity, *clock.Fake, directory.Account) {
	t.Helper()
	i, now, a := newIdentity(t, url)
	life.Warn = []int{14, 7, 1}
	i.conf.Life = life
	if err := i.SetFirstPassword(t.Context(), policy.System(a.Org), a.Org, a.ID, given); err != nil {
		t.Fatal(err)
	}
	return i, now, a
}

// wantReason checks by which word a sign-in is refused.
func wantReason(t *testing.T, err error, want string) {
	t.Helper()
	var why refusal
	if !asRefusal(err, &why) || why.reason != want {
		t.Errorf("%v, not %s", err, want)
	}
}

// TestFirstPassword walks through the first sign-in (D24): nothing opens, by
// no door, before a password of one's own is chosen, and the rules hold for it.
func TestFirstPassword(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, now, a := lifeOf(t, url, Life{FirstDays: 3})
		if _, err := i.Verify(ctx, a.Address, given, here); !errs.Is(err, errs.Unauthenticated) || !strings.Contains(err.Error(), "web client") {
			t.Errorf("a mail program came in: %v", err)
		}
		step, err := i.SignIn(ctx, a.Address, given, inside)
		if err != nil || step.Subject.Account != 0 || !slices.Equal(step.Methods, []string{Password}) || !strings.Contains(string(step.Options), `"minLength":10`) {
			t.Fatalf("%+v %v", step, err)
		}
		for _, c := range []struct{ method, code, want string }{
			{Password, "short", "weakPassword"},
			{Password, given, "samePassword"},
			{TOTP, "123456", "tooLate"},
			{Recovery, "abcd-efgh", "tooLate"},
			{"", mine, "tooLate"},
		} {
			_, err := i.Answer(ctx, step.Ticket, c.method, c.code, inside)
			wantReason(t, err, c.want)
		}
		if _, err := i.Enrol(ctx, step.Ticket, TOTP, "App", inside); err == nil {
			t.Error("the ticket adds a second factor")
		}
		if _, err := i.OpenSession(ctx, i.subject(a, inside, policy.ByPassword, now.Now(), 2), inside); err == nil {
			t.Error("a session opened before a password was chosen")
		}
		if _, err := i.Answer(ctx, "1.xyz", Password, mine, inside); err == nil {
			t.Error("a made up ticket")
		}
		done, err := i.Answer(ctx, step.Ticket, Password, mine, inside)
		if err != nil || done.Subject.Account != a.ID {
			t.Fatalf("%+v %v", done, err)
		}
		o, err := i.OpenSession(ctx, done.Subject, inside)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := i.Session(ctx, o.Token, inside); err != nil {
			t.Error(err)
		}
		if _, err := i.Answer(ctx, step.Ticket, Password, "Another password", inside); err == nil {
			t.Error("the ticket was used twice")
		}
		if _, err := i.Verify(ctx, a.Address, mine, here); err != nil {
			t.Errorf("a mail program afterwards: %v", err)
		}
		if _, err := i.SignIn(ctx, a.Address, given, inside); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("the given password goes on: %v", err)
		}
		now.Advance(30 * 24 * time.Hour)
		if err := i.Tend(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := i.Verify(ctx, a.Address, mine, here); err != nil {
			t.Errorf("a password of one's own ends: %v", err)
		}
	})
}

// TestFirstPasswordSecond asks for the second factor before the password: who
// only has what the administrator wrote down cannot choose another one.
func TestFirstPasswordSecond(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, now, a := lifeOf(t, url, Life{})
		s := i.subject(a, inside, policy.ByTwo, now.Now(), 2)
		e, err := i.AddTOTP(ctx, s, "Telephone")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := i.ConfirmTOTP(ctx, s, e.ID, code(t, e.Secret, now.Now())); err != nil {
			t.Fatal(err)
		}
		now.Advance(time.Minute)
		step, err := i.SignIn(ctx, a.Address, given, inside)
		if err != nil || slices.Contains(step.Methods, Password) {
			t.Fatalf("%+v %v", step, err)
		}
		if _, err := i.Answer(ctx, step.Ticket, Password, mine, inside); err == nil {
			t.Error("the second factor was passed over")
		}
		step, err = i.Answer(ctx, step.Ticket, TOTP, code(t, e.Secret, now.Now()), inside)
		if err != nil || !slices.Equal(step.Methods, []string{Password}) || step.Subject.Account != 0 {
			t.Fatalf("%+v %v", step, err)
		}
		// A code does not do for the last step either.
		now.Advance(time.Minute)
		if _, err := i.Answer(ctx, step.Ticket, TOTP, code(t, e.Secret, now.Now()), inside); err == nil {
			t.Error("a code ended the last step")
		}
		done, err := i.Answer(ctx, step.Ticket, Password, mine, inside)
		if err != nil || done.Subject.Assurance != policy.ByTwo {
			t.Errorf("%+v %v", done, err)
		}
	})
}

// TestFirstEnrol leads somebody with nothing through both: a second factor
// first, whose recovery codes are not lost, then the password.
func TestFirstEnrol(t *testing.T) {
	ctx := t.Context()
	i, now, a := lifeOf(t, "", Life{})
	i.conf.Zones = zones()
	i.conf.zones()
	step, err := i.SignIn(ctx, a.Address, given, from(1, ""))
	if err != nil || !step.Enrol {
		t.Fatalf("%+v %v", step, err)
	}
	first, err := i.Enrol(ctx, step.Ticket, TOTP, "App", from(1, ""))
	if err != nil {
		t.Fatal(err)
	}
	step, err = i.Answer(ctx, step.Ticket, TOTP, code(t, first.Secret, now.Now()), from(1, ""))
	if err != nil || len(step.Codes) == 0 || !slices.Equal(step.Methods, []string{Password}) {
		t.Fatalf("%+v %v", step, err)
	}
	// Where more is asked for than was shown, the last step does not let in.
	_, err = i.Answer(ctx, step.Ticket, Password, mine, from(3, ""))
	wantReason(t, err, "needsKey")
	if _, err = i.Answer(ctx, step.Ticket, Password, mine, from(1, "")); err != nil {
		t.Error(err)
	}
}

// TestFirstDays locks who did not choose a password of their own within three
// working days (D25), by the calendar of Viet Nam: Saturday 21 November is
// followed by the working days 23, 25 and 26, since 24 is a holiday.
func TestFirstDays(t *testing.T) {
	cal, err := workday.Of("VN")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		after time.Duration
		tend  bool // the server was running
		open  bool
	}{
		{"in time", 6*24*time.Hour - 9*time.Hour, true, true}, // 26 November, 23:00
		{"too late", 6*24*time.Hour - 8*time.Hour, true, false},
		{"too late, and nobody tended", 6*24*time.Hour - 8*time.Hour, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			testkit.EachDB(t, func(t *testing.T, url string) {
				ctx := t.Context()
				i, now, a := lifeOf(t, url, Life{FirstDays: 3, Calendar: cal})
				now.Advance(c.after)
				if c.tend {
					if err := i.Tend(ctx); err != nil {
						t.Fatal(err)
					}
				}
				step, err := i.SignIn(ctx, a.Address, given, inside)
				if c.open {
					if err != nil || step.Ticket == "" {
						t.Errorf("%+v %v", step, err)
					}
					return
				}
				wantReason(t, err, "lockedFirst")
				if _, err := i.SignIn(ctx, a.Address, "a guess", inside); !errs.Is(err, errs.Unauthenticated) {
					t.Errorf("a stranger is told of the lock: %v", err)
				}
				locks := entriesOf(t, i, "account.lock")
				if len(locks) != 1 || !strings.Contains(locks[0].After, `"reason":"first"`) {
					t.Errorf("the record: %+v", locks)
				}
			})
		})
	}
}

// entriesOf returns what the record says of a verb.
func entriesOf(t *testing.T, i *Identity, verb string) (list []audit.Entry) {
	t.Helper()
	all, err := audit.List(t.Context(), i.db, directory.DefaultOrg, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		if e.Verb == verb {
			list = append(list, e)
		}
	}
	return list
}

// TestAge ends a password after six months (D26), with a warning at 14, 7 and
// 1 days, once each; a changed password begins anew.
func TestAge(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, now, a := lifeOf(t, url, Life{MaxMonths: 6})
		var told letters
		i.UseNotices(&told)
		if err := i.SetPassword(ctx, policy.System(a.Org), a.Org, a.ID, password); err != nil {
			t.Fatal(err)
		}
		s, err := i.Verify(ctx, a.Address, password, here)
		if err != nil {
			t.Fatal(err)
		}
		due, err := i.Due(ctx, s)
		if err != nil || due.UTC().Format(time.DateTime) != "2027-05-21 08:00:00" {
			t.Fatal(due, err)
		}
		proof := Proof{Org: a.Org, Account: a.ID, Credential: s.Credential}
		for now.Now().Before(due.Add(-30 * time.Minute)) {
			if err := i.Tend(ctx); err != nil {
				t.Fatal(err)
			}
			now.Advance(6 * time.Hour)
		}
		var days []int
		for _, d := range told.due {
			if d.Account.ID != a.ID || !d.Due.Equal(due) {
				t.Errorf("%+v", d)
			}
			days = append(days, d.Days)
		}
		if !slices.Equal(days, []int{14, 7, 1}) {
			t.Errorf("warned at %v", days)
		}
		if _, err := i.Standing(ctx, proof, here); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("what was granted on the password goes on: %v", err)
		}
		if _, err = i.Verify(ctx, a.Address, password, here); !errs.Is(err, errs.Unauthenticated) {
			t.Fatalf("the password goes on after its day: %v", err)
		}
		if err := i.Tend(ctx); err != nil {
			t.Fatal(err)
		}
		_, err = i.SignIn(ctx, a.Address, password, inside)
		wantReason(t, err, "lockedAge")
		// A new one opens the account again, and is good for six months.
		if err := i.SetPassword(ctx, policy.System(a.Org), a.Org, a.ID, mine); err != nil {
			t.Fatal(err)
		}
		if s, err = i.Verify(ctx, a.Address, mine, here); err != nil {
			t.Fatal(err)
		}
		if due, err = i.Due(ctx, s); err != nil || due.Before(now.Now().AddDate(0, 5, 0)) {
			t.Error(due, err)
		}
	})
}

// TestAgeSession ends a session at the hour its password does, though nobody tended.
func TestAgeSession(t *testing.T) {
	ctx := t.Context()
	i, now, a := lifeOf(t, "", Life{MaxMonths: 1})
	for n := range i.conf.Zones {
		i.conf.Zones[n].Life, i.conf.Zones[n].Idle = 365*24*time.Hour, 365*24*time.Hour
	}
	if err := i.SetPassword(ctx, policy.System(a.Org), a.Org, a.ID, password); err != nil {
		t.Fatal(err)
	}
	step, err := i.SignIn(ctx, a.Address, password, inside)
	if err != nil {
		t.Fatal(err)
	}
	o, err := i.OpenSession(ctx, step.Subject, inside)
	if err != nil {
		t.Fatal(err)
	}
	now.Advance(30*24*time.Hour - time.Minute)
	if _, err := i.Session(ctx, o.Token, inside); err != nil {
		t.Error(err)
	}
	now.Advance(time.Minute)
	if _, err := i.Session(ctx, o.Token, inside); !errs.Is(err, errs.Unauthenticated) {
		t.Errorf("the session outlives the password: %v", err)
	}
}

// TestNewRule gives people time where the rule is new: old passwords end in
// 14 days at the soonest, and not at all when the rule is taken back.
func TestNewRule(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, now, a := lifeOf(t, url, Life{})
		if err := i.SetPassword(ctx, policy.System(a.Org), a.Org, a.ID, password); err != nil {
			t.Fatal(err)
		}
		now.Advance(400 * 24 * time.Hour)
		rule := func(months int) time.Time {
			t.Helper()
			i.conf.Life.MaxMonths = months
			i.tended.Store(false)
			if err := i.Tend(ctx); err != nil {
				t.Fatal(err)
			}
			s, err := i.Verify(ctx, a.Address, password, here)
			if err != nil {
				t.Fatal(err)
			}
			due, err := i.Due(ctx, s)
			if err != nil {
				t.Fatal(err)
			}
			return due
		}
		soonest := now.Now().Add(lateGrace)
		if got := rule(6); !got.Equal(soonest) {
			t.Errorf("a new rule: %s", got)
		}
		now.Advance(24 * time.Hour)
		if got := rule(6); !got.Equal(soonest) {
			t.Errorf("each start of the server puts it off: %s", got)
		}
		if got := rule(24); got.UTC().Format(time.DateOnly) != "2028-11-21" {
			t.Errorf("a longer one: %s", got)
		}
		if got := rule(0); !got.IsZero() {
			t.Errorf("no rule: %s", got)
		}
	})
}

// TestChoice is what clients read of the rules.
func TestChoice(t *testing.T) {
	i, _, a := lifeOf(t, "", Life{})
	i.conf.Passwords = Rules{MinLength: 12, Classes: 3}
	step, err := i.SignIn(t.Context(), a.Address, given, inside)
	var got choice
	if err != nil || json.Unmarshal(step.Options, &got) != nil || got != (choice{12, 3}) {
		t.Errorf("%s %v", step.Options, err)
	}
}
