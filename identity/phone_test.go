package identity

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/directory"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
)

const annsPhone = "+886912345678"

// texts is a gateway of the tests; it is called side by side.
type texts struct {
	mu      sync.Mutex
	codes   []TextCode
	links   []ResetLink
	devices []NewDevice
	late    bool
	err     error
}

func (x *texts) Number(text string) (string, error) {
	if !strings.HasPrefix(text, "+8869") {
		return "", errs.E(errs.Invalid, "no number")
	}
	return text, nil
}

func (x *texts) Code(_ context.Context, c TextCode) (bool, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.err != nil {
		return false, x.err
	}
	x.codes = append(x.codes, c)
	return x.late, nil
}

func (x *texts) ResetText(_ context.Context, l ResetLink, _ Peer) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.links = append(x.links, l)
	return nil
}

func (x *texts) DeviceText(_ context.Context, n NewDevice, _ Peer) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.devices = append(x.devices, n)
	return nil
}

func (x *texts) last() string { return x.codes[len(x.codes)-1].Code }

// withPhone is ann with a registered telephone; zones[1] takes codes by SMS.
func withPhone(t *testing.T, url string) (*Identity, *clock.Fake, directory.Account, *texts) {
	t.Helper()
	ctx := t.Context()
	i, now, a := newIdentity(t, url)
	i.conf.Zones = zones()
	i.conf.zones()
	i.conf.TextReset, i.conf.TextDevices = true, true
	x := &texts{}
	i.UseTexts(x)
	s := subjectOf(i, a, now)
	if late, err := i.AddPhone(ctx, s, annsPhone, inside); err != nil || late {
		t.Fatal(late, err)
	}
	if c := x.codes[0]; c.To != annsPhone || len(c.Code) != 6 || c.SignIn || !c.Until.Equal(now.Now().Add(textLife)) {
		t.Fatalf("%+v", c)
	}
	if err := i.ConfirmPhone(ctx, s, x.last()); err != nil {
		t.Fatal(err)
	}
	return i, now, a, x
}

func subjectOf(i *Identity, a directory.Account, now *clock.Fake) policy.Subject {
	return i.subject(a, inside, policy.ByPassword, now.Now(), 1)
}

// withSMS is ann with codes by SMS as second factor.
func withSMS(t *testing.T, url string) (*Identity, *clock.Fake, directory.Account, *texts) {
	t.Helper()
	i, now, a, x := withPhone(t, url)
	codes, err := i.UsePhone(t.Context(), subjectOf(i, a, now))
	if err != nil || len(codes) != recoveryCodes {
		t.Fatal(codes, err)
	}
	return i, now, a, x
}

// TestPhone registers a telephone by the code that was sent there.
func TestPhone(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, now, a, x := withPhone(t, url)
		s := subjectOf(i, a, now)
		if p, err := i.Phone(ctx, s); err != nil || p != (PhoneState{Number: annsPhone, Useful: true}) {
			t.Fatalf("%+v %v", p, err)
		}
		_, err := i.AddPhone(ctx, s, "+1900555", inside)
		wantReason(t, err, "badNumber")
		old, program := s, s
		old.Proved = now.Now().Add(-time.Hour)
		program.Assurance = policy.ByProgram
		for what, by := range map[string]policy.Subject{"an old sign-in": old, "an app password": program} {
			_, add := i.AddPhone(ctx, by, annsPhone, inside)
			_, use := i.UsePhone(ctx, by)
			for verb, err := range map[string]error{"add": add, "confirm": i.ConfirmPhone(ctx, by, "1"), "use": use, "remove": i.RemovePhone(ctx, by)} {
				if !errs.Is(err, errs.StepUp) && !errs.Is(err, errs.Forbidden) {
					t.Errorf("%s by %s: %v", verb, what, err)
				}
			}
		}

		// Another one stands aside until its code is there; five wrong ones void it.
		other := "+886900000001"
		add := func() {
			t.Helper()
			if _, err := i.AddPhone(ctx, s, other, inside); err != nil {
				t.Fatal(err)
			}
		}
		add()
		if p, err := i.Phone(ctx, s); err != nil || p.Number != annsPhone || p.Pending != other {
			t.Errorf("%+v %v", p, err)
		}
		for range textTries {
			wantReason(t, i.ConfirmPhone(ctx, s, "x"+x.last()[1:]), "wrongCode")
		}
		wantReason(t, i.ConfirmPhone(ctx, s, x.last()), "wrongCode")
		add()
		now.Advance(textLife + time.Second)
		wantReason(t, i.ConfirmPhone(ctx, s, x.last()), "wrongCode")
		add()
		first := x.last()
		add()
		if first != x.last() {
			wantReason(t, i.ConfirmPhone(ctx, s, first), "wrongCode")
		}
		if err := i.ConfirmPhone(ctx, s, x.last()[:3]+" "+x.last()[3:]); err != nil {
			t.Error(err)
		}
		wantReason(t, i.ConfirmPhone(ctx, s, x.last()), "wrongCode")
		if p, err := i.Phone(ctx, s); err != nil || p.Number != other || p.Pending != "" {
			t.Errorf("%+v %v", p, err)
		}
		for _, e := range entriesOf(t, i, "phone.add") {
			if strings.Contains(e.Object, "91234") || strings.Contains(e.Object, "90000") {
				t.Errorf("the record tells the number: %s", e.Object)
			}
		}

		if err := i.RemovePhone(ctx, s); err != nil {
			t.Error(err)
		}
		if err := i.RemovePhone(ctx, s); !errs.Is(err, errs.NotFound) {
			t.Error(err)
		}
		if _, err := i.UsePhone(ctx, s); !errs.Is(err, errs.NotFound) {
			t.Error(err)
		}
		i.texts = nil
		_, err = i.AddPhone(ctx, s, annsPhone, inside)
		wantReason(t, err, "noPhones")
	})
}

// TestSealedNumber keeps no number in the tables.
func TestSealedNumber(t *testing.T) {
	i, now, a, _ := withPhone(t, "")
	err := i.db.Read(t.Context(), func(tx *store.Tx) error {
		p, err := selectPhone(t.Context(), tx, a.Org, a.ID, true)
		if err == nil && strings.Contains(string(p.number), "912345678") {
			t.Error("the number is plain")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := i.phoneOf(t.Context(), a.Org, a.ID); err != nil || n != annsPhone {
		t.Error(n, err, now)
	}
}

// TestSMS signs in with a code by SMS, once, where the zone takes it.
func TestSMS(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, now, a, x := withSMS(t, url)
		vpn := from(1, "")
		step, err := i.SignIn(ctx, a.Address, password, vpn)
		if err != nil || strings.Join(step.Methods, " ") != "sms recovery" {
			t.Fatalf("%+v %v", step, err)
		}
		if _, err := i.Answer(ctx, step.Ticket, SMS, x.last(), vpn); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("the code that registered the number: %v", err)
		}
		sent, err := i.SendCode(ctx, step.Ticket, "", vpn)
		if err != nil || sent != (Sent{To: "…678"}) || !x.codes[len(x.codes)-1].SignIn {
			t.Fatalf("%+v %v", sent, err)
		}
		first := x.last()
		x.late = true
		if sent, err = i.SendCode(ctx, step.Ticket, "", vpn); err != nil || !sent.Late {
			t.Fatalf("%+v %v", sent, err)
		}
		if first != x.last() {
			if _, err := i.Answer(ctx, step.Ticket, SMS, first, vpn); !errs.Is(err, errs.Unauthenticated) {
				t.Errorf("a code that another one replaced: %v", err)
			}
		}
		done, err := i.Answer(ctx, step.Ticket, SMS, x.last(), vpn)
		if err != nil || done.Subject.Assurance != policy.ByTwo || !done.Subject.Weak || done.Subject.Vouched() != policy.ByPassword {
			t.Fatalf("%+v %v", done, err)
		}
		if _, err := i.Answer(ctx, step.Ticket, SMS, x.last(), vpn); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("the same again: %v", err)
		}
		if _, err := i.SendCode(ctx, step.Ticket, "", vpn); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("a code for a sign-in that is over: %v", err)
		}
		if len(entriesOf(t, i, "code.send")) != 2 {
			t.Error("the record does not say that codes were sent")
		}

		// The session is worth less where such codes do not count.
		o, err := i.OpenSession(ctx, done.Subject, vpn)
		if err != nil {
			t.Fatal(err)
		}
		if s, err := i.Session(ctx, o.Token, vpn); err != nil || !s.Weak {
			t.Errorf("%+v %v", s, err)
		}
		i.conf.Zones[0].Needs = policy.ByTwo // inner: takes app, key, recovery
		if _, err := i.Session(ctx, o.Token, from(0, "")); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("in a zone that wants a better second factor: %v", err)
		}
		i.conf.Zones[0].Needs = policy.ByPassword
		if _, err := i.Session(ctx, o.Token, from(0, "")); err != nil {
			t.Errorf("in a zone that wants none: %v", err)
		}

		// Elsewhere it is not offered, and not taken.
		for _, zone := range []int{0, 2, 3} {
			step, err := i.SignIn(ctx, a.Address, password, from(zone, ""))
			if err == nil {
				if strings.Contains(strings.Join(step.Methods, " "), SMS) {
					t.Errorf("offered in zone %d", zone)
				}
				_, err = i.SendCode(ctx, step.Ticket, "", from(zone, ""))
			}
			if err == nil {
				t.Errorf("sent in zone %d", zone)
			}
		}
		i.texts = nil
		if step, err := i.SignIn(ctx, a.Address, password, vpn); err != nil || strings.Join(step.Methods, " ") != "recovery" {
			t.Errorf("without a gateway: %+v %v", step, err)
		}
		now.Advance(time.Second)
	})
}

// TestSMSAttacks guesses, replays and swaps codes, all in vain.
func TestSMSAttacks(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, now, a, x := withSMS(t, url)
		vpn := from(1, "")
		begin := func() string {
			t.Helper()
			now.Advance(20 * time.Minute)
			step, err := i.SignIn(ctx, a.Address, password, vpn)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := i.SendCode(ctx, step.Ticket, "", vpn); err != nil {
				t.Fatal(err)
			}
			return step.Ticket
		}
		no := func(what, ticket, method, code string) {
			t.Helper()
			if _, err := i.Answer(ctx, ticket, method, code, vpn); !errs.Is(err, errs.Unauthenticated) && !errs.Is(err, errs.RateLimited) {
				t.Errorf("%s: %v", what, err)
			}
		}
		one := begin()
		code := x.last()
		two := begin()
		no("the code of another sign-in of the same account", two, SMS, code)
		no("a code by another method", two, TOTP, x.last())
		no("none", two, SMS, "")
		no("its hash", two, SMS, string(codeHash(two+annsPhone, x.last())))
		now.Advance(textLife + time.Second)
		no("too late", two, SMS, x.last())
		no("the older ticket", one, SMS, code)

		ticket := begin()
		for range ticketTries {
			no("a guess", ticket, SMS, "x"+x.last()[1:])
		}
		no("the right one after five guesses", ticket, SMS, x.last())
		if _, err := i.SendCode(ctx, ticket, "", vpn); err == nil {
			no("a new one after five guesses", ticket, SMS, x.last())
		}

		ticket = begin()
		for range codesPerSignIn - 1 {
			if _, err := i.SendCode(ctx, ticket, "", vpn); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := i.SendCode(ctx, ticket, "", vpn); !errs.Is(err, errs.RateLimited) {
			t.Errorf("one code too many: %v", err)
		}
	})
}

// TestSMSOfAnother takes no code of another account.
func TestSMSOfAnother(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, now, a, x := withSMS(t, url)
		vpn := from(1, "")
		begin := func(address string) string {
			t.Helper()
			step, err := i.SignIn(ctx, address, password, vpn)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := i.SendCode(ctx, step.Ticket, "", vpn); err != nil {
				t.Fatal(err)
			}
			return step.Ticket
		}
		b, err := i.dir.AddAccount(ctx, directory.Account{Address: "bob@city.example"})
		if err != nil {
			t.Fatal(err)
		}
		if err := i.SetPassword(ctx, policy.System(b.Org), b.Org, b.ID, password); err != nil {
			t.Fatal(err)
		}
		s := i.subject(b, inside, policy.ByPassword, now.Now(), 1)
		if _, err := i.AddPhone(ctx, s, "+886900000002", inside); err != nil {
			t.Fatal(err)
		}
		bobs := x.last()
		if err := i.ConfirmPhone(ctx, subjectOf(i, a, now), bobs); err == nil {
			t.Error("ann confirms bob's number")
		}
		if err := i.ConfirmPhone(ctx, s, bobs); err != nil {
			t.Fatal(err)
		}
		if _, err := i.UsePhone(ctx, s); err != nil {
			t.Fatal(err)
		}
		ticket := begin(a.Address)
		anns := x.last()
		other := begin(b.Address)
		if _, err := i.Answer(ctx, other, SMS, anns, vpn); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("ann's code for bob's sign-in: %v", err)
		}
		if done, err := i.Answer(ctx, ticket, SMS, anns, vpn); err != nil || done.Subject.Account != a.ID {
			t.Errorf("%+v %v", done, err)
		}
	})
}

// TestSMSRace lets one of many in who come at once with the same code.
func TestSMSRace(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, _, a, x := withSMS(t, url)
		vpn := from(1, "")
		step, err := i.SignIn(ctx, a.Address, password, vpn)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := i.SendCode(ctx, step.Ticket, "", vpn); err != nil {
			t.Fatal(err)
		}
		right := x.last()
		results := make(chan error, 4)
		for range cap(results) {
			go func() {
				_, err := i.Answer(ctx, step.Ticket, SMS, right, vpn)
				results <- err
			}()
		}
		in := 0
		for range cap(results) {
			if <-results == nil {
				in++
			}
		}
		if in != 1 {
			t.Errorf("%d of four came in with one code", in)
		}
	})
}

// TestGatewayDown says so, lets nobody in, and leaves the other ways open.
func TestGatewayDown(t *testing.T) {
	ctx := t.Context()
	i, _, a, x := withSMS(t, "")
	vpn := from(1, "")
	step, err := i.SignIn(ctx, a.Address, password, vpn)
	if err != nil {
		t.Fatal(err)
	}
	x.err = errors.New("dial 10.0.0.1: " + annsPhone)
	_, err = i.SendCode(ctx, step.Ticket, "", vpn)
	wantReason(t, err, "notSent")
	if strings.Contains(errs.Text(err), annsPhone) {
		t.Error("the answer tells the number")
	}
	x.err = errs.E(errs.RateLimited, "too many")
	if _, err = i.SendCode(ctx, step.Ticket, "", vpn); !errs.Is(err, errs.RateLimited) {
		t.Error(err)
	}
	if _, err := i.Answer(ctx, step.Ticket, SMS, "000000", vpn); !errs.Is(err, errs.Unauthenticated) {
		t.Errorf("in without a code: %v", err)
	}
	// What was sent before stays good where another one is refused.
	x.err = nil
	again, err := i.SignIn(ctx, a.Address, password, vpn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := i.SendCode(ctx, again.Ticket, "", vpn); err != nil {
		t.Fatal(err)
	}
	x.err = errs.E(errs.RateLimited, "too many")
	if _, err = i.SendCode(ctx, again.Ticket, "", vpn); !errs.Is(err, errs.RateLimited) {
		t.Error(err)
	}
	if done, err := i.Answer(ctx, again.Ticket, SMS, x.last(), vpn); err != nil || done.Subject.Account != a.ID {
		t.Errorf("%+v %v", done, err)
	}
	if _, err := i.SendCode(ctx, "1.nobody", "", vpn); !errs.Is(err, errs.Unauthenticated) {
		t.Errorf("a code for no sign-in: %v", err)
	}
	first, err := i.SignIn(ctx, a.Address, password, from(1, ""))
	if err != nil || strings.Join(first.Methods, " ") != "sms recovery" {
		t.Errorf("%+v %v", first, err)
	}
}

// TestResetText sends the link for a new password to the telephone, beside the
// second address; with a lost telephone nobody chooses a password.
func TestResetText(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, now, a, x := withPhone(t, url)
		i.UseNotices(&letters{})
		link := func() (ResetLink, bool) {
			t.Helper()
			now.Advance(2 * time.Hour)
			x.links = nil
			if err := i.AskReset(ctx, a.Address, inside); err != nil {
				t.Fatal(err)
			}
			i.Wait()
			if len(x.links) != 1 {
				return ResetLink{}, false
			}
			return x.links[0], true
		}
		l, ok := link()
		if !ok || l.To != annsPhone || len(l.Token) > 20 {
			t.Fatalf("%+v", l)
		}
		if err := i.Reset(ctx, l.Token, mine, inside); err != nil {
			t.Fatal(err)
		}
		wantReason(t, i.Reset(ctx, l.Token, "Another long password", inside), "linkUsed")
		l, _ = link()
		i.conf.TextReset = false
		wantReason(t, i.Reset(ctx, l.Token, "Another long password", inside), "linkUsed")
		if _, ok := link(); ok {
			t.Error("sent though it is switched off")
		}
		i.conf.TextReset = true
		l, _ = link()
		if err := i.ForgetFactors(ctx, policy.System(a.Org), a.Org, a.ID); err != nil {
			t.Fatal(err)
		}
		wantReason(t, i.Reset(ctx, l.Token, "Another long password", inside), "linkUsed")
		if _, ok := link(); ok {
			t.Error("sent to a telephone that was lost")
		}
	})
}

// TestDeviceText tells of a new device at the telephone; "not me" takes away a
// telephone that was registered since.
func TestDeviceText(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, now, a, x := withSMS(t, url)
		in := func() policy.Subject {
			t.Helper()
			now.Advance(time.Minute)
			s := subjectOf(i, a, now)
			if _, err := i.OpenSession(ctx, s, inside); err != nil {
				t.Fatal(err)
			}
			i.Wait()
			return s
		}
		in()
		s := in()
		if len(x.devices) != 1 || x.devices[0].Phone != annsPhone || x.devices[0].Token == "" {
			t.Fatalf("%+v", x.devices)
		}
		now.Advance(time.Minute)
		if _, err := i.AddPhone(ctx, s, "+886900000009", inside); err != nil {
			t.Fatal(err)
		}
		if err := i.ConfirmPhone(ctx, s, x.last()); err != nil {
			t.Fatal(err)
		}
		if err := i.Disown(ctx, x.devices[0].Token, here); err != nil {
			t.Fatal(err)
		}
		if p, err := i.Phone(ctx, s); err != nil || p.Number != "" || p.Second {
			t.Errorf("%+v %v", p, err)
		}
	})
}
