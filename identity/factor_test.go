package identity

import (
	"net/netip"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
)

const password = "Đường về 12"

// code asks oathtool, another author's program, for the code of a time.
func code(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	out, err := exec.Command("oathtool", "--totp", "--base32", "--now", at.UTC().Format("2006-01-02 15:04:05 UTC"), secret).Output()
	if err != nil {
		t.Skipf("needs oathtool: %v", err)
	}
	return strings.TrimSpace(string(out))
}

// enrolled gives the account a second factor and returns its secret.
func enrolled(t *testing.T, i *Identity, now *clock.Fake, s policy.Subject) (secret string, codes []string) {
	t.Helper()
	e, err := i.AddTOTP(t.Context(), s, "Telephone")
	if err != nil || !strings.HasPrefix(e.URI, "otpauth://totp/Chancery:ann@city.example?") || len(e.QR) < 100 {
		t.Fatalf("%+v, %v", e, err)
	}
	if _, err := i.ConfirmTOTP(t.Context(), s, e.ID, "000000"); !errs.Is(err, errs.Invalid) {
		t.Fatalf("a wrong first code: %v", err)
	}
	codes, err = i.ConfirmTOTP(t.Context(), s, e.ID, code(t, e.Secret, now.Now()))
	if err != nil || len(codes) != recoveryCodes {
		t.Fatalf("%v, %v", codes, err)
	}
	now.Advance(2 * period)
	return e.Secret, codes
}

func begin(t *testing.T, i *Identity) Step {
	t.Helper()
	step, err := i.SignIn(t.Context(), "ann@city.example", password, here)
	if err != nil || step.Ticket == "" || step.Subject.Account != 0 {
		t.Fatalf("%+v, %v", step, err)
	}
	return step
}

// TestSecondFactor asks for a code of an app (N43, K08): each is good once, a
// clock may be off by a step, and there are five tries.
func TestSecondFactor(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, now, a := newIdentity(t, url)
		first, err := i.SignIn(ctx, a.Address, password, here)
		if err != nil || first.Ticket != "" || first.Subject.Assurance != policy.ByPassword {
			t.Fatalf("without a second factor: %+v, %v", first, err)
		}
		secret, _ := enrolled(t, i, now, first.Subject)

		step := begin(t, i)
		right := code(t, secret, now.Now())
		done, err := i.Answer(ctx, step.Ticket, TOTP, right[:3]+" "+right[3:], here)
		if err != nil || done.Subject.Account != a.ID || done.Subject.Assurance != policy.ByTwo {
			t.Fatalf("%+v, %v", done, err)
		}
		if _, err := i.Answer(ctx, step.Ticket, TOTP, right, here); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("a ticket twice: %v", err)
		}
		if _, err := i.Answer(ctx, begin(t, i).Ticket, TOTP, right, here); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("a code twice: %v", err)
		}
		for _, off := range []time.Duration{2 * period, -2 * period} {
			if _, err := i.Answer(ctx, begin(t, i).Ticket, TOTP, code(t, secret, now.Now().Add(off)), here); !errs.Is(err, errs.Unauthenticated) {
				t.Errorf("a clock off by %s: %v", off, err)
			}
		}
		if _, err := i.Answer(ctx, begin(t, i).Ticket, TOTP, code(t, secret, now.Now().Add(period)), here); err != nil {
			t.Errorf("a clock off by a step: %v", err)
		}
		now.Advance(time.Hour)
		step = begin(t, i)
		now.Advance(ticketLife + time.Second)
		if _, err := i.Answer(ctx, step.Ticket, TOTP, code(t, secret, now.Now()), here); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("too late: %v", err)
		}
		step = begin(t, i)
		for n := range ticketTries {
			from := Peer{Addr: netip.AddrFrom4([4]byte{198, 51, 100, byte(n)})}
			if _, err := i.Answer(ctx, step.Ticket, TOTP, "000000", from); !errs.Is(err, errs.Unauthenticated) {
				t.Errorf("wrong code %d: %v", n, err)
			}
		}
		if _, err := i.Answer(ctx, step.Ticket, TOTP, code(t, secret, now.Now()), here); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("a sixth try: %v", err)
		}
		for _, made := range []string{"", "1.abc", "x", strings.Repeat("z", 1000)} {
			if _, err := i.Answer(ctx, made, TOTP, "123456", here); !errs.Is(err, errs.Unauthenticated) {
				t.Errorf("ticket %q: %v", made, err)
			}
		}
		step = begin(t, i)
		if err := i.SetPassword(ctx, policy.System(a.Org), a.Org, a.ID, "another one"); err != nil {
			t.Fatal(err)
		}
		if _, err := i.Answer(ctx, step.Ticket, TOTP, code(t, secret, now.Now()), here); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("after a change of the password: %v", err)
		}
	})
}

// TestCodeRace has two people use one code at the same moment: one gets in.
func TestCodeRace(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		i, now, _ := newIdentity(t, url)
		s, err := i.Verify(t.Context(), "ann@city.example", password, here)
		if err != nil {
			t.Fatal(err)
		}
		secret, codes := enrolled(t, i, now, s)
		for _, method := range []string{TOTP, Recovery} {
			text := codes[0]
			if method == TOTP {
				text = code(t, secret, now.Now())
			}
			var in sync.WaitGroup
			var mu sync.Mutex
			won := 0
			for range 4 {
				step := begin(t, i)
				in.Go(func() {
					if _, err := i.Answer(t.Context(), step.Ticket, method, text, here); err == nil {
						mu.Lock()
						won++
						mu.Unlock()
					}
				})
			}
			in.Wait()
			if won != 1 {
				t.Errorf("%s: %d got in", method, won)
			}
			now.Advance(time.Hour) // three lost, which slows down
		}
	})
}

// TestCodesFromEverywhere has somebody who knows the password guess codes
// from many addresses: the right password does not make the guesses forgotten.
func TestCodesFromEverywhere(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		i, now, a := newIdentity(t, url)
		s, err := i.Verify(t.Context(), a.Address, password, here)
		if err != nil {
			t.Fatal(err)
		}
		secret, _ := enrolled(t, i, now, s)
		var limited error
		for n := range freeCodes + 1 {
			from := Peer{Addr: netip.AddrFrom4([4]byte{198, 51, 100, byte(n)}), Door: "http"}
			step, err := i.SignIn(t.Context(), a.Address, password, from)
			if err != nil {
				t.Fatal(err)
			}
			_, limited = i.Answer(t.Context(), step.Ticket, TOTP, "000000", from)
		}
		if !errs.Is(limited, errs.RateLimited) {
			t.Errorf("after %d wrong codes: %v", freeCodes, limited)
		}
		now.Advance(maxWait)
		if _, err := i.Answer(t.Context(), begin(t, i).Ticket, TOTP, code(t, secret, now.Now()), here); err != nil {
			t.Errorf("the person themself, later: %v", err)
		}
		// From one address: five wrong codes, whatever the right password in between.
		for range freePerAccount {
			if _, err := i.Answer(t.Context(), begin(t, i).Ticket, TOTP, "000000", here); !errs.Is(err, errs.Unauthenticated) {
				t.Fatal(err)
			}
		}
		if _, err := i.Answer(t.Context(), begin(t, i).Ticket, TOTP, "000000", here); !errs.Is(err, errs.RateLimited) {
			t.Errorf("after %d wrong codes from one address: %v", freePerAccount, err)
		}
	})
}

// TestRecoveryCodes gets in without the telephone, once a code.
func TestRecoveryCodes(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, now, a := newIdentity(t, url)
		s, err := i.Verify(ctx, a.Address, password, here)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := i.RenewRecoveryCodes(ctx, s); !errs.Is(err, errs.Invalid) {
			t.Errorf("without a second factor: %v", err)
		}
		_, codes := enrolled(t, i, now, s)
		s, err = recovered(t, i, begin(t, i), strings.ToUpper(strings.ReplaceAll(codes[3], "-", " ")))
		if err != nil || s.Assurance != policy.ByTwo {
			t.Fatalf("%+v, %v", s, err)
		}
		if _, err := recovered(t, i, begin(t, i), codes[3]); err == nil {
			t.Error("a recovery code was taken twice")
		}
		fresh, err := i.RenewRecoveryCodes(ctx, s)
		if err != nil || len(fresh) != recoveryCodes {
			t.Fatal(fresh, err)
		}
		if _, err := recovered(t, i, begin(t, i), codes[4]); err == nil {
			t.Error("an old recovery code was taken")
		}
		list, left, err := i.Factors(ctx, s)
		if err != nil || len(list) != 1 || left != recoveryCodes {
			t.Fatal(list, left, err)
		}
		if err := i.RemoveFactor(ctx, s, list[0].ID); err != nil {
			t.Fatal(err)
		}
		if _, left, _ = i.Factors(ctx, s); left != 0 {
			t.Errorf("%d recovery codes are left without a second factor", left)
		}
		if step, err := i.SignIn(ctx, a.Address, password, here); err != nil || step.Ticket != "" {
			t.Errorf("after the removal: %+v, %v", step, err)
		}
	})
}

// recovered answers a step with a recovery code.
func recovered(t *testing.T, i *Identity, step Step, code string) (policy.Subject, error) {
	t.Helper()
	done, err := i.Answer(t.Context(), step.Ticket, Recovery, code, here)
	return done.Subject, err
}

// TestAppPasswords opens mail programs, and nothing else.
func TestAppPasswords(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, now, a := newIdentity(t, url)
		s, err := i.Verify(ctx, a.Address, password, here)
		if err != nil {
			t.Fatal(err)
		}
		p, app, err := i.AddAppPassword(ctx, s, " Thunderbird ")
		if err != nil || p.Name != "Thunderbird" {
			t.Fatal(p, err)
		}
		enrolled(t, i, now, s)
		if _, err := i.Verify(ctx, a.Address, password, here); !errs.Is(err, errs.Unauthenticated) || !strings.Contains(err.Error(), "app password") {
			t.Errorf("the password itself, with a second factor: %v", err)
		}
		by, err := i.Verify(ctx, a.Address, strings.ReplaceAll(app, "-", ""), here)
		if err != nil || by.Account != a.ID || by.Assurance != policy.ByProgram {
			t.Fatalf("%+v, %v", by, err)
		}
		if _, err := i.SignIn(ctx, a.Address, app, here); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("the web client: %v", err)
		}
		for what, err := range map[string]error{
			"factor": second(i.AddTOTP(ctx, by, "x")), "password": third(i.AddAppPassword(ctx, by, "x")), "removal": i.RemoveAppPassword(ctx, by, p.ID),
			"codes": second(i.RenewRecoveryCodes(ctx, by)), "change": i.ChangePassword(ctx, by, password, "something else 1", here), "session": i.EndSession(ctx, by, 1),
		} {
			if !errs.Is(err, errs.Forbidden) {
				t.Errorf("%s by an app password: %v", what, err)
			}
		}
		list, err := i.AppPasswords(ctx, s)
		if err != nil || len(list) != 1 || list[0].Used.IsZero() || list[0].UsedFrom != here.Addr.String() {
			t.Errorf("%+v, %v", list, err)
		}
		now.Advance(time.Hour)
		if err := i.RemoveAppPassword(ctx, s, p.ID); !errs.Is(err, errs.StepUp) {
			t.Errorf("an hour after signing in: %v", err)
		}
		s.Proved = now.Now()
		if err := i.RemoveAppPassword(ctx, s, p.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := i.Verify(ctx, a.Address, app, here); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("after the removal: %v", err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func third[T, U any](_ T, _ U, err error) error { return err }

// TestSessions lists and ends sessions (K40), and keeps one's own when the
// password is changed.
func TestSessions(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, now, a := newIdentity(t, url)
		open := func(agent string) (string, policy.Subject) {
			step, err := i.SignIn(ctx, a.Address, password, here)
			if err != nil {
				t.Fatal(err)
			}
			opened, err := i.OpenSession(ctx, step.Subject, Peer{Addr: here.Addr, Agent: agent})
			token := opened.Token
			if err != nil {
				t.Fatal(err)
			}
			s, err := i.Session(ctx, token, here)
			if err != nil {
				t.Fatal(err)
			}
			now.Advance(time.Second)
			return token, s
		}
		lost, _ := open("Telephone")
		token, s := open("Desk")
		list, err := i.Sessions(ctx, s)
		if err != nil || len(list) != 2 || list[0].Agent != "Desk" || !list[0].Current || list[1].Current {
			t.Fatalf("%+v, %v", list, err)
		}
		if err := i.EndSession(ctx, s, list[1].ID); err != nil {
			t.Fatal(err)
		}
		if _, err := i.Session(ctx, lost, here); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("the session that was ended: %v", err)
		}
		if err := i.EndSession(ctx, s, list[1].ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("ended twice: %v", err)
		}
		other, _ := open("Tablet")
		_, app, err := i.AddAppPassword(ctx, s, "Thunderbird")
		if err != nil {
			t.Fatal(err)
		}
		between, err := i.SignIn(ctx, a.Address, password, here)
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"short", password} {
			if err := i.ChangePassword(ctx, s, password, bad, here); !errs.Is(err, errs.Invalid) {
				t.Errorf("%q: %v", bad, err)
			}
		}
		if err := i.ChangePassword(ctx, s, "not mine", "Kim tự tháp 99", here); !errs.Is(err, errs.Invalid) {
			t.Errorf("a wrong present password: %v", err)
		}
		if err := i.ChangePassword(ctx, s, password, "Kim tự tháp 99", here); err != nil {
			t.Fatal(err)
		}
		if _, err := i.Session(ctx, token, here); err != nil {
			t.Errorf("one's own session ended: %v", err)
		}
		if _, err := i.Session(ctx, other, here); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("another session lives on: %v", err)
		}
		if _, err := i.Verify(ctx, a.Address, app, here); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("an app password lives on: %v", err)
		}
		if _, err := i.OpenSession(ctx, between.Subject, Peer{Addr: here.Addr, Agent: "Slow"}); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("a session of the old password: %v", err)
		}
	})
}

func TestRules(t *testing.T) {
	strict := Rules{MinLength: 9, Classes: 4}
	for password, ok := range map[string]bool{"Abcdef12!": true, "Abcdef123": false, "abcdef12!": false, "Abc12!": false, "Wang.Xm12!": false, "密碼Abc12!": false, "密碼密碼Abc12!": true} {
		if err := strict.check(password, "wang.xm@city.example"); (err == nil) != ok {
			t.Errorf("%s: %v", password, err)
		}
	}
	if err := (Rules{}).check("ten letter", "a@b"); err != nil {
		t.Error(err)
	}
}
