package identity

import (
	"flag"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"chancery/directory"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
)

var update = flag.Bool("update", false, "write the table of the ways in anew")

// zones are those of the table: each has one rule that the others have not.
func zones() []Zone {
	net := func(s string) []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix(s)} }
	return []Zone{
		{Name: "inner", Networks: net("10.1.0.0/16"), Trust: policy.Inner, AdminNeeds: policy.ByTwo},
		{Name: "vpn", Networks: net("10.2.0.0/16"), Needs: policy.ByTwo, Methods: []string{TOTP, Key, SMS, Recovery}},
		{Name: "street", Networks: net("10.3.0.0/16"), Needs: policy.ByTwo, Methods: []string{Key}, NoPasskey: true, NoPrograms: true},
		{Name: "outer", Networks: net("10.4.0.0/16"), Needs: policy.ByHardware},
		{Name: "strange", Networks: net("10.5.0.0/16"), Unknown: StepUpUnknown},
		{Name: "agency", Networks: net("10.6.0.0/16"), Unknown: RefuseUnknown},
		{Name: "card", Networks: net("10.7.0.0/16"), Needs: policy.ByHardware, Methods: []string{Certificate}},
		{Name: "front", Listens: []netip.AddrPort{netip.MustParseAddrPort("192.0.2.1:443")}, Needs: policy.ByTwo, NoPrograms: true},
		{Name: "rest", Closed: true},
	}
}

func from(zone int, device string) Peer {
	addr := netip.AddrFrom4([4]byte{10, byte(zone + 1), 0, 1})
	p := Peer{Addr: addr, Local: netip.MustParseAddrPort("192.0.2.2:443"), Door: "http", Agent: "Firefox", Site: site, Device: device}
	if zone == 7 { // what comes in at the front is of that zone, whatever its own address
		p.Addr, p.Local = netip.AddrFrom4([4]byte{10, 1, 0, 1}), netip.MustParseAddrPort("192.0.2.1:443")
	}
	return p
}

// holderOfAll is somebody of the table, with what they have.
type holderOfAll struct {
	name, app, device string
	account           directory.Account
	key               *softKey
}

// people are those of the table: they differ in what they have and are.
func people(t *testing.T, i *Identity, now *clock.Fake) (list []holderOfAll) {
	t.Helper()
	ctx := t.Context()
	for _, name := range []string{"password only", "app", "key", "copied key", "telephone", "administrator"} {
		address := strings.ReplaceAll(name, " ", ".") + "@city.example"
		a, err := i.dir.AddAccount(ctx, directory.Account{Address: address, Admin: name == "administrator"})
		if err != nil {
			t.Fatal(err)
		}
		if err := i.SetPassword(ctx, policy.System(a.Org), a.Org, a.ID, password); err != nil {
			t.Fatal(err)
		}
		p := holderOfAll{name: name, account: a}
		s := i.subject(a, from(0, ""), policy.ByTwo, now.Now(), 1)
		o, err := i.OpenSession(ctx, s, from(0, ""))
		if err != nil {
			t.Fatal(err)
		}
		p.device = o.Device
		if _, p.app, err = i.AddAppPassword(ctx, s, "Program"); err != nil {
			t.Fatal(err)
		}
		switch name {
		case "app":
			e, err := i.AddTOTP(ctx, s, "Telephone")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := i.ConfirmTOTP(ctx, s, e.ID, code(t, e.Secret, now.Now())); err != nil {
				t.Fatal(err)
			}
		case "telephone":
			x := &texts{}
			i.UseTexts(x)
			if _, err := i.AddPhone(ctx, s, annsPhone, from(0, "")); err != nil {
				t.Fatal(err)
			}
			if err := i.ConfirmPhone(ctx, s, x.last()); err != nil {
				t.Fatal(err)
			}
			if _, err := i.UsePhone(ctx, s); err != nil {
				t.Fatal(err)
			}
		case "key", "copied key":
			p.key = newSoftKey(t)
			if name == "copied key" {
				p.key.flags |= flagBE
			}
			e, err := i.AddKey(ctx, s, "Key", site)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := i.ConfirmKey(ctx, s, e.ID, p.key.create(t, e.Options), site); err != nil {
				t.Fatal(err)
			}
		}
		list = append(list, p)
	}
	return list
}

// told is the outcome of a step in a word.
func told(step Step, err error) string {
	var r refusal
	switch {
	case err != nil && asRefusal(err, &r):
		return "no: " + r.reason
	case err != nil:
		return "no"
	case step.Ticket == "":
		return "in"
	case step.Enrol:
		return "adds " + strings.Join(step.Methods, "/")
	}
	return strings.Join(step.Methods, "/")
}

func asRefusal(err error, r *refusal) bool {
	got, ok := err.(refusal)
	*r = got
	return ok
}

// TestWaysIn is the table of zone, person and door (N47, C08, C09): what the
// web client asks for after the right password, in a browser that is new to
// the account and in one that is known; whether a passkey alone lets in, and
// a certificate in place of the password; and whether a mail program does with
// the password or an app password.
func TestWaysIn(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, now, _ := newIdentity(t, url)
		i.conf.Zones = zones()
		i.conf.zones()
		all := people(t, i, now)
		var b strings.Builder
		row := func(cells ...any) { fmt.Fprintf(&b, "%-8s %-14s | %-25s %-25s %-18s %-19s | %-8s %s\n", cells...) }
		b.WriteString("What it takes to come in (TestWaysIn; the rules of each zone are in zone_test.go).\n\n")
		row("zone", "who has", "web, new browser", "web, known browser", "passkey alone", "certificate", "program:", "")
		row("", "", "", "", "", "", "password", "app password")
		for n, z := range i.conf.Zones {
			b.WriteString("\n")
			for _, p := range all {
				web := func(device string) string {
					return told(i.SignIn(ctx, p.account.Address, password, from(n, device)))
				}
				passkey := "-"
				if p.key != nil {
					step, err := i.AskPasskey(ctx, from(n, ""))
					if err == nil {
						step, err = i.AnswerPasskey(ctx, step.Ticket, p.key.get(t, step.Options), from(n, ""))
					}
					passkey = told(step, err)
				}
				program := func(password string) string {
					peer := from(n, "")
					peer.Door = "imap"
					if _, err := i.Verify(ctx, p.account.Address, password, peer); err != nil {
						return "no"
					}
					return "in"
				}
				row(z.Name, p.name, web(""), web(p.device), passkey, told(i.ByCertificate(ctx, p.account.Org, p.account.ID, 0, policy.ByHardware, from(n, ""))), program(password), program(p.app))
			}
		}
		const file = "testdata/ways-in.txt"
		if *update {
			if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if b.String() != string(want) {
			t.Errorf("%s differs:\n%s", file, b.String())
		}
	})
}

// TestZoneOfSession lets a session work only where what it showed is enough,
// and ends it by the limits of the zones it was opened in and is used from.
func TestZoneOfSession(t *testing.T) {
	i, now, _ := newIdentity(t, "")
	i.conf.Zones = zones()
	i.conf.Zones[4].Idle, i.conf.Zones[4].Life = 10*time.Minute, time.Hour
	i.conf.zones()
	_, o := signedIn(t, i, from(0, ""))
	in := func(zone int) bool {
		_, err := i.Session(t.Context(), o.Token, from(zone, ""))
		if err != nil && !errs.Is(err, errs.Unauthenticated) {
			t.Fatal(err)
		}
		return err == nil
	}
	for zone, want := range []bool{true, false, false, false, true, true, false, false} {
		if in(zone) != want {
			t.Errorf("a session of the inner zone in %s: %v", i.conf.Zones[zone].Name, !want)
		}
	}
	now.Advance(20 * time.Minute)
	if in(4) || !in(0) {
		t.Error("the idle limit of the zone it is used from does not hold, or holds elsewhere")
	}
	_, o = signedIn(t, i, from(4, o.Device))
	now.Advance(20 * time.Minute)
	if in(0) {
		t.Error("the idle limit of the zone it was opened in does not hold elsewhere")
	}
	_, o = signedIn(t, i, from(4, o.Device))
	for range 7 {
		now.Advance(9 * time.Minute)
		in(4)
	}
	if in(4) {
		t.Error("a session in use outlives the absolute limit of its zone")
	}
}

// TestRoleNeedsMore holds that a role, given or taken back while its holder is
// signed in, counts at once.
func TestRoleNeedsMore(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		i, _, a := newIdentity(t, url)
		i.conf.Zones = zones()
		i.conf.zones()
		_, o := signedIn(t, i, from(0, ""))
		dir, system := i.dir, policy.System(a.Org)
		may := func(want bool, when string) {
			t.Helper()
			if _, err := i.Session(t.Context(), o.Token, from(0, "")); (err == nil) != want {
				t.Errorf("a session by password alone %s: %v", when, err)
			}
		}
		may(true, "without a role")
		h, err := dir.GrantRole(t.Context(), system, directory.Holding{Account: a.ID, RoleGrant: policy.RoleGrant{Role: policy.RoleAudit}})
		if err != nil {
			t.Fatal(err)
		}
		may(false, "of an administrator")
		if err := dir.RevokeRole(t.Context(), system, h.ID); err != nil {
			t.Fatal(err)
		}
		may(true, "after the role was taken back")
	})
}

// TestAddingFirstFactor leads who has no second factor, and needs one, to add
// it; until then nothing is open.
func TestAddingFirstFactor(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, now, a := newIdentity(t, url)
		i.conf.Zones = zones()
		i.conf.zones()
		vpn := from(1, "")
		step, err := i.SignIn(ctx, a.Address, password, vpn)
		if err != nil || !step.Enrol || step.Subject.Account != 0 {
			t.Fatalf("%+v, %v", step, err)
		}
		for what, open := range map[string]func() error{
			"as a session":             func() error { _, err := i.Session(ctx, step.Ticket, vpn); return err },
			"answered before it began": func() error { _, err := i.Answer(ctx, step.Ticket, TOTP, "123456", vpn); return err },
			"with a made up code":      func() error { _, err := i.Answer(ctx, step.Ticket, Recovery, "aaaa-bbbb-cccc-dddd", vpn); return err },
			"by a way not offered":     func() error { _, err := i.Enrol(ctx, step.Ticket, Recovery, "Codes", vpn); return err },
			"from a zone that is closed": func() error {
				_, err := i.Enrol(ctx, step.Ticket, TOTP, "App", from(8, ""))
				return err
			},
		} {
			if open() == nil {
				t.Errorf("the ticket was good %s", what)
			}
		}
		first, err := i.Enrol(ctx, step.Ticket, TOTP, "Telephone", vpn)
		if err != nil || first.Secret == "" || len(first.QR) < 100 {
			t.Fatalf("%+v, %v", first, err)
		}
		if _, err := i.Answer(ctx, step.Ticket, TOTP, "000000", vpn); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("a wrong first code: %v", err)
		}
		done, err := i.Answer(ctx, step.Ticket, TOTP, code(t, first.Secret, now.Now()), vpn)
		if err != nil || done.Subject.Assurance != policy.ByTwo || len(done.Codes) != recoveryCodes {
			t.Fatalf("%+v, %v", done, err)
		}
		if _, err := i.Answer(ctx, step.Ticket, TOTP, code(t, first.Secret, now.Now()), vpn); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("the ticket twice: %v", err)
		}
		// Now there is one: the password alone adds no other.
		step, err = i.SignIn(ctx, a.Address, password, vpn)
		if err != nil || step.Enrol {
			t.Fatalf("%+v, %v", step, err)
		}
		if _, err := i.Enrol(ctx, step.Ticket, Key, "Mine", vpn); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("a second one by the password alone: %v", err)
		}
	})
}

// TestForgetFactors helps somebody who lost what they sign in with.
func TestForgetFactors(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, _, a := newIdentity(t, url)
		s, _ := signedIn(t, i, desk)
		k := withKey(t, i, s)
		ask(t, i, desk)
		if err := i.ForgetFactors(ctx, policy.System(a.Org), a.Org, a.ID); err != nil {
			t.Fatal(err)
		}
		s, _ = signedIn(t, i, desk)
		if list, codes, err := i.Factors(ctx, s); err != nil || len(list) != 0 || codes != 0 {
			t.Errorf("%+v, %d, %v", list, codes, err)
		}
		step, err := i.AskPasskey(ctx, desk)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := i.AnswerPasskey(ctx, step.Ticket, k.get(t, step.Options), desk); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("the lost key: %v", err)
		}
	})
}

// TestAddingFirstKey does the same with a key where hardware is asked for:
// one that is copied to other devices is not enough.
func TestAddingFirstKey(t *testing.T) {
	ctx := t.Context()
	i, _, a := newIdentity(t, "")
	i.conf.Zones = zones()
	i.conf.zones()
	outer := from(3, "")
	add := func(k *softKey) (Step, error) {
		step, err := i.SignIn(ctx, a.Address, password, outer)
		if err != nil || !step.Enrol || strings.Join(step.Methods, " ") != Key {
			t.Fatalf("%+v, %v", step, err)
		}
		first, err := i.Enrol(ctx, step.Ticket, Key, "Blue key", outer)
		if err != nil {
			t.Fatal(err)
		}
		return i.Answer(ctx, step.Ticket, Key, k.create(t, first.Options), outer)
	}
	copied := newSoftKey(t)
	copied.flags |= flagBE
	if _, err := add(copied); !errs.Is(err, errs.Forbidden) {
		t.Errorf("a key that is copied: %v", err)
	}
	evil := newSoftKey(t)
	evil.origin = "https://evil.test"
	if _, err := add(evil); !errs.Is(err, errs.Unauthenticated) {
		t.Errorf("a key at another origin: %v", err)
	}
	done, err := add(newSoftKey(t))
	if err != nil || done.Subject.Assurance != policy.ByHardware || len(done.Codes) != recoveryCodes {
		t.Errorf("%+v, %v", done, err)
	}
}
