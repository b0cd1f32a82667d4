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
)

// enrolling is ann without any second factor, in a zone that wants one.
func enrolling(t *testing.T, url string) (*Identity, *clock.Fake, directory.Account, *texts) {
	t.Helper()
	i, now, a := newIdentity(t, url)
	i.conf.Zones = zones()
	i.conf.zones()
	x := &texts{}
	i.UseTexts(x)
	return i, now, a, x
}

// TestEnrolPhone adds codes by SMS as the first second factor, in the middle of
// a sign-in.
func TestEnrolPhone(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, now, a, x := enrolling(t, url)
		vpn := from(1, "")
		begin := func() string {
			t.Helper()
			now.Advance(time.Hour)
			step, err := i.SignIn(ctx, a.Address, password, vpn)
			if err != nil || !step.Enrol || strings.Join(step.Methods, " ") != "totp key sms" {
				t.Fatalf("%+v %v", step, err)
			}
			return step.Ticket
		}
		no := func(what, ticket, code string) {
			t.Helper()
			if _, err := i.Answer(ctx, ticket, SMS, code, vpn); !errs.Is(err, errs.Unauthenticated) && !errs.Is(err, errs.RateLimited) {
				t.Errorf("%s: %v", what, err)
			}
		}
		ticket := begin()
		no("before a code was sent", ticket, "000000")
		_, err := i.SendCode(ctx, ticket, "", vpn)
		wantReason(t, err, "badNumber")
		_, err = i.SendCode(ctx, ticket, "+1900555", vpn)
		wantReason(t, err, "badNumber")
		if _, err := i.SendCode(ctx, ticket, annsPhone, vpn); err != nil {
			t.Fatal(err)
		}
		right := x.last()
		for range textTries {
			no("a guess", ticket, "x"+right[1:])
		}
		no("the right one after five guesses", ticket, right)

		ticket = begin()
		if _, err := i.SendCode(ctx, ticket, annsPhone, vpn); err != nil {
			t.Fatal(err)
		}
		right = x.last()
		if _, err := i.SendCode(ctx, ticket, "+886900000001", vpn); err != nil {
			t.Fatal(err)
		}
		if right != x.last() {
			no("the code of the number before", ticket, right)
		}
		now.Advance(textLife + time.Second)
		no("too late", ticket, x.last())

		ticket = begin()
		sent, err := i.SendCode(ctx, ticket, annsPhone, vpn)
		if err != nil || sent.To != "…678" {
			t.Fatalf("%+v %v", sent, err)
		}
		done, err := i.Answer(ctx, ticket, SMS, x.last(), vpn)
		if err != nil || done.Subject.Assurance != policy.ByTwo || !done.Subject.Weak || len(done.Codes) != recoveryCodes {
			t.Fatalf("%+v %v", done, err)
		}
		no("once more", ticket, x.last())
		if p, err := i.Phone(ctx, done.Subject); err != nil || p.Number != annsPhone || !p.Second || p.Pending != "" {
			t.Errorf("%+v %v", p, err)
		}
		if step, err := i.SignIn(ctx, a.Address, password, vpn); err != nil || step.Enrol || strings.Join(step.Methods, " ") != "sms recovery" {
			t.Errorf("%+v %v", step, err)
		}
	})
}

// TestEnrolKnownPhone sends the code to the telephone that is registered,
// whatever number is typed: the password alone takes nobody's telephone away.
func TestEnrolKnownPhone(t *testing.T) {
	ctx := t.Context()
	i, _, a, x := withPhone(t, "")
	vpn := from(1, "")
	step, err := i.SignIn(ctx, a.Address, password, vpn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := i.SendCode(ctx, step.Ticket, "+886900000009", vpn); err != nil {
		t.Fatal(err)
	}
	if got := x.codes[len(x.codes)-1].To; got != annsPhone {
		t.Fatalf("it goes to %s", got)
	}
	done, err := i.Answer(ctx, step.Ticket, SMS, x.last(), vpn)
	if err != nil || len(done.Codes) != recoveryCodes {
		t.Fatalf("%+v %v", done, err)
	}
	if p, err := i.Phone(ctx, done.Subject); err != nil || p.Number != annsPhone || !p.Second {
		t.Errorf("%+v %v", p, err)
	}
}

// TestEnrolPhoneNotHere adds none where the zone does not take such codes.
func TestEnrolPhoneNotHere(t *testing.T) {
	ctx := t.Context()
	i, _, a, x := enrolling(t, "")
	for _, zone := range []int{2, 3, 4} {
		step, err := i.SignIn(ctx, a.Address, password, from(zone, ""))
		if err != nil || !step.Enrol || strings.Contains(strings.Join(step.Methods, " "), SMS) {
			t.Fatalf("%+v %v", step, err)
		}
		if _, err := i.SendCode(ctx, step.Ticket, annsPhone, from(zone, "")); !errs.Is(err, errs.Invalid) {
			t.Errorf("zone %d: %v", zone, err)
		}
	}
	// A code that was sent where it counts is not taken where it does not.
	step, err := i.SignIn(ctx, a.Address, password, from(1, ""))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := i.SendCode(ctx, step.Ticket, annsPhone, from(1, "")); err != nil {
		t.Fatal(err)
	}
	if _, err := i.Answer(ctx, step.Ticket, SMS, x.last(), from(2, "")); !errs.Is(err, errs.Unauthenticated) {
		t.Error(err)
	}
}
