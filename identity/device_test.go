package identity

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
)

// letters keeps what people would have been told.
type letters struct {
	list  []NewDevice
	due   []PasswordDue
	codes []SecondCode
	links []ResetLink
	means []MeansChanged
	mu    sync.Mutex
}

func (l *letters) MeansChanged(_ context.Context, m MeansChanged) error {
	l.means = append(l.means, m)
	return nil
}

func (l *letters) SecondCode(_ context.Context, c SecondCode) error {
	l.codes = append(l.codes, c)
	return nil
}

func (l *letters) ResetLink(_ context.Context, x ResetLink) error {
	l.mu.Lock() // links are sent after the answer
	defer l.mu.Unlock()
	l.links = append(l.links, x)
	return nil
}

func (l *letters) PasswordDue(_ context.Context, d PasswordDue) error {
	l.due = append(l.due, d)
	return nil
}

func (l *letters) NewDevice(_ context.Context, n NewDevice) error {
	l.list = append(l.list, n)
	return nil
}

func browser(agent, device string) Peer {
	return Peer{Addr: desk.Addr, Door: "http", Agent: agent, Site: site, Device: device}
}

// TestDevices tells a person of a device that is new, and of no other.
func TestDevices(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, now, a := newIdentity(t, url)
		told := &letters{}
		i.UseNotices(told)
		_, first := signedIn(t, i, browser("Firefox", ""))
		if len(told.list) != 0 {
			t.Errorf("the first device of all was told: %+v", told.list)
		}
		now.Advance(time.Hour)
		s, again := signedIn(t, i, browser("Firefox", first.Device))
		if again.Device != first.Device || len(told.list) != 0 {
			t.Errorf("the same device: %+v", told.list)
		}
		for _, made := range []string{"", "made up, but long enough", "short"} {
			now.Advance(time.Minute)
			_, other := signedIn(t, i, browser("Chrome", made))
			if other.Device == made || other.Device == first.Device || deviceHash(other.Device) == nil {
				t.Errorf("a new device got %q", other.Device)
			}
		}
		if len(told.list) != 3 || told.list[0].Account.ID != a.ID || told.list[0].Agent != "Chrome" || told.list[0].Token == told.list[1].Token {
			t.Errorf("%+v", told.list)
		}
		list, err := i.Devices(ctx, s)
		if err != nil || len(list) != 4 || list[0].Agent != "Chrome" || !list[3].Current || list[3].Agent != "Firefox" {
			t.Fatalf("%+v, %v", list, err)
		}
		if err := i.ForgetDevice(ctx, s, list[0].ID); err != nil {
			t.Fatal(err)
		}
		if err := i.ForgetDevice(ctx, s, list[0].ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("forgotten twice: %v", err)
		}
		if open, err := i.Sessions(ctx, s); err != nil || len(open) != 4 {
			t.Errorf("the sessions of the others: %+v, %v", open, err)
		}
		program := s
		program.Assurance = policy.ByProgram
		if err := i.ForgetDevice(ctx, program, list[1].ID); !errs.Is(err, errs.Forbidden) {
			t.Errorf("by a program: %v", err)
		}
		// One that was not used for very long is new again.
		now.Advance(i.conf.DeviceLife + time.Hour)
		signedIn(t, i, browser("Firefox", first.Device))
		if len(told.list) != 4 {
			t.Errorf("after a year: %d", len(told.list))
		}
	})
}

// TestPlantedDevice has somebody with an account plant the token of their own
// device in a colleague's browser: it is worth nothing afterwards.
func TestPlantedDevice(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, _, ann := newIdentity(t, url)
		eve, err := i.dir.AddAccount(ctx, directory.Account{Address: "eve@city.example"})
		if err != nil {
			t.Fatal(err)
		}
		if err := i.SetPassword(ctx, policy.System(eve.Org), eve.Org, eve.ID, password); err != nil {
			t.Fatal(err)
		}
		step, err := i.SignIn(ctx, eve.Address, password, desk)
		if err != nil {
			t.Fatal(err)
		}
		planted, err := i.OpenSession(ctx, step.Subject, desk)
		if err != nil {
			t.Fatal(err)
		}
		_, o := signedIn(t, i, browser("Firefox", planted.Device))
		for who, a := range map[string]directory.Account{"ann": ann, "eve": eve} {
			if known, err := i.knows(ctx, a, planted.Device); known || err != nil {
				t.Errorf("%s still knows the planted token: %v", who, err)
			}
			if known, err := i.knows(ctx, a, o.Device); !known || err != nil {
				t.Errorf("%s does not know the browser they both used: %v", who, err)
			}
		}
	})
}

// TestManyDevices keeps the newest only.
func TestManyDevices(t *testing.T) {
	i, now, _ := newIdentity(t, "")
	var s policy.Subject
	for range maxDevices + 3 {
		now.Advance(time.Minute)
		s, _ = signedIn(t, i, desk)
	}
	if list, err := i.Devices(t.Context(), s); err != nil || len(list) != maxDevices || !list[0].Current {
		t.Errorf("%d, %v", len(list), err)
	}
}

// thief is somebody elsewhere.
var thief = Peer{Addr: netip.MustParseAddr("198.51.100.9"), Door: "http", Agent: "Chrome", Site: site}

// stolenSession signs in elsewhere with the password and a key of the account.
func stolenSession(t *testing.T, i *Identity, k *softKey) (Opened, policy.Subject) {
	t.Helper()
	step := ask(t, i, thief)
	done, err := i.Answer(t.Context(), step.Ticket, Key, k.get(t, step.Options), thief)
	if err != nil {
		t.Fatal(err)
	}
	o, err := i.OpenSession(t.Context(), done.Subject, thief)
	if err != nil {
		t.Fatal(err)
	}
	s, err := i.Session(t.Context(), o.Token, thief)
	if err != nil {
		t.Fatal(err)
	}
	return o, s
}

// TestNotMe follows the link in the letter: it ends the session, takes away
// what was added since, locks the account, and works once.
func TestNotMe(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, now, a := newIdentity(t, url)
		told := &letters{}
		i.UseNotices(told)
		mine, _ := signedIn(t, i, desk)
		own := withKey(t, i, mine)
		now.Advance(time.Minute)
		o, stolen := stolenSession(t, i, own)
		if len(told.list) != 1 {
			t.Fatalf("%+v", told.list)
		}
		theirs := withKey(t, i, stolen)

		token := told.list[0].Token
		for _, guess := range []string{"", "x", "1.x", token[:len(token)-1], token + "x", strings.ToUpper(token), o.Token} {
			if err := i.Disown(ctx, guess, desk); !errors.Is(err, errDisown) {
				t.Errorf("%q: %v", guess, err)
			}
			i.pace = newPace(i.clock)
		}
		if _, err := i.Session(ctx, o.Token, thief); err != nil {
			t.Errorf("a guess ended the session: %v", err)
		}
		if err := i.Disown(ctx, token, desk); err != nil {
			t.Fatal(err)
		}
		if err := i.Disown(ctx, token, desk); !errors.Is(err, errDisown) {
			t.Errorf("twice: %v", err)
		}
		if _, err := i.Session(ctx, o.Token, thief); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("the session goes on: %v", err)
		}
		locked := func(what string, err error) {
			t.Helper()
			if !errs.Is(err, errs.Unauthenticated) {
				t.Errorf("%s: %v", what, err)
			}
		}
		_, err := i.SignIn(ctx, a.Address, password, desk)
		locked("the password", err)
		_, err = i.Verify(ctx, a.Address, password, here)
		locked("a program", err)
		passkey := func(k *softKey) error {
			step, err := i.AskPasskey(ctx, desk)
			if err != nil {
				return err
			}
			_, err = i.AnswerPasskey(ctx, step.Ticket, k.get(t, step.Options), desk)
			return err
		}
		locked("a passkey", passkey(own))
		list, err := audit.List(ctx, i.db, a.Org, 20)
		found := false
		for _, e := range list {
			found = found || e.Verb == "account.disown" && e.Object == accountText(a.ID)
		}
		if err != nil || !found {
			t.Errorf("not in the record: %+v, %v", list, err)
		}

		// The administrator gives another password: the thief's key stays out.
		if err := i.SetPassword(ctx, policy.System(a.Org), a.Org, a.ID, password); err != nil {
			t.Fatal(err)
		}
		i.pace = newPace(i.clock)
		locked("the thief's key", passkey(theirs))
		if err := passkey(own); err != nil {
			t.Errorf("the person's own key: %v", err)
		}
		if known, err := i.knows(ctx, a, o.Device); known || err != nil {
			t.Errorf("the thief's device is known: %v", err)
		}
	})
}

// TestNotMeTooLate refuses a link that is old, and slows down who guesses.
func TestNotMeTooLate(t *testing.T) {
	ctx := t.Context()
	i, now, _ := newIdentity(t, "")
	told := &letters{}
	i.UseNotices(told)
	signedIn(t, i, desk)
	signedIn(t, i, browser("Chrome", ""))
	now.Advance(disownLife + time.Minute)
	if err := i.Disown(ctx, told.list[0].Token, desk); !errors.Is(err, errDisown) {
		t.Errorf("too late: %v", err)
	}
	for range freePerAccount {
		_ = i.Disown(ctx, "1.guess", desk)
	}
	if err := i.Disown(ctx, "1.guess", desk); !errs.Is(err, errs.RateLimited) {
		t.Errorf("guessing goes on: %v", err)
	}
}

const telephone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 Safari/604.1"

// TestOnePhone allows one mobile device at a time (T25), and any desktop.
func TestOnePhone(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, _, a := newIdentity(t, url)
		i.conf.Phones = RefusePhone
		_, first := signedIn(t, i, browser(telephone, ""))
		_, office := signedIn(t, i, browser("Firefox, Linux", ""))
		signedIn(t, i, browser(telephone, first.Device)) // the same one again
		step, err := i.SignIn(ctx, a.Address, password, browser(telephone, ""))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := i.OpenSession(ctx, step.Subject, browser(telephone, "")); !errors.Is(err, errPhone) {
			t.Errorf("a second one, where it is refused: %v", err)
		}
		i.conf.Phones = ReplacePhone
		_, second := signedIn(t, i, browser(telephone, ""))
		if _, err := i.Session(ctx, first.Token, desk); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("the first one goes on: %v", err)
		}
		for _, o := range []Opened{second, office} {
			if _, err := i.Session(ctx, o.Token, desk); err != nil {
				t.Error(err)
			}
		}
	})
}

// TestOdd marks what is odd in a list of sign-ins (K22).
func TestOdd(t *testing.T) {
	i, now, _ := newIdentity(t, "")
	at := now.Now()
	entry := func(minute int, peer, result string) audit.Entry {
		return audit.Entry{At: at.Add(time.Duration(minute) * time.Minute), Peer: peer, Result: result}
	}
	for _, c := range []struct {
		name string
		old  []audit.Entry // the oldest first
		want string        // of the newest
	}{
		{"the first of all", []audit.Entry{entry(0, "198.51.100.1", "ok")}, ""},
		{"the same network", []audit.Entry{entry(0, "198.51.100.1", "ok"), entry(1, "198.51.200.7", "ok")}, ""},
		{"another network", []audit.Entry{entry(0, "198.51.100.1", "ok"), entry(600, "203.0.113.1", "ok")}, NewNetwork},
		{"a network of before", []audit.Entry{entry(0, "203.0.113.1", "ok"), entry(600, "198.51.100.1", "ok"), entry(900, "203.0.113.1", "ok")}, ""},
		{"faster than anybody", []audit.Entry{entry(0, "198.51.100.1", "ok"), entry(2, "203.0.113.1", "ok")}, NewNetwork + " " + TooFast},
		{"from the desk to the street", []audit.Entry{entry(0, "198.51.100.1", "ok"), entry(300, "10.0.0.1", "ok"), entry(302, "198.51.100.1", "ok")}, ""},
		{"into the office", []audit.Entry{entry(0, "198.51.100.1", "ok"), entry(2, "10.0.0.1", "ok")}, ""},
		{"after guesses", append([]audit.Entry{entry(0, "10.0.0.1", "ok")}, entry(1, "10.0.0.2", "x"), entry(1, "10.0.0.2", "x"), entry(1, "10.0.0.2", "x"),
			entry(1, "10.0.0.2", "x"), entry(1, "10.0.0.2", "x"), entry(2, "10.0.0.2", "ok")), Refused},
		{"one slip", []audit.Entry{entry(0, "10.0.0.1", "ok"), entry(1, "10.0.0.1", "x"), entry(2, "10.0.0.1", "ok")}, ""},
		{"no address", []audit.Entry{entry(0, "10.0.0.1", "ok"), entry(1, "", "ok")}, ""},
	} {
		var list []audit.Entry
		for n := len(c.old) - 1; n >= 0; n-- {
			list = append(list, c.old[n])
		}
		if got := strings.Join(i.odd(list)[0], " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
