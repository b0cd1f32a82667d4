package identity

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"time"

	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
)

// desk is a browser at the server's own address.
var desk = Peer{Addr: here.Addr, Door: "http", Agent: "Firefox", Site: site}

// signedIn returns who signed in by the password, with a session.
func signedIn(t *testing.T, i *Identity, peer Peer) (policy.Subject, Opened) {
	t.Helper()
	step, err := i.SignIn(t.Context(), "ann@city.example", password, peer)
	if err != nil || step.Ticket != "" {
		t.Fatalf("%+v, %v", step, err)
	}
	o, err := i.OpenSession(t.Context(), step.Subject, peer)
	if err != nil {
		t.Fatal(err)
	}
	s, err := i.Session(t.Context(), o.Token, peer)
	if err != nil {
		t.Fatal(err)
	}
	return s, o
}

// withKey gives the account a key.
func withKey(t *testing.T, i *Identity, s policy.Subject) *softKey {
	t.Helper()
	k := newSoftKey(t)
	e, err := i.AddKey(t.Context(), s, "Blue key", site)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := i.ConfirmKey(t.Context(), s, e.ID, k.create(t, e.Options), site); err != nil {
		t.Fatal(err)
	}
	return k
}

// ask begins a sign-in that is to be answered by a key.
func ask(t *testing.T, i *Identity, peer Peer) Step {
	t.Helper()
	step, err := i.SignIn(t.Context(), "ann@city.example", password, peer)
	if err != nil || step.Options == nil {
		t.Fatalf("%+v, %v", step, err)
	}
	return step
}

// TestKey signs in with a security key as the second factor (N45), and tries
// what must not work: another origin, another server, an old answer, a copy.
func TestKey(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, _, a := newIdentity(t, url)
		s, _ := signedIn(t, i, desk)
		if _, err := i.AddKey(ctx, s, "Key", "http://127.0.0.1:8080"); !errs.Is(err, errs.Unsupported) {
			t.Errorf("at a bare address: %v", err)
		}
		evil := newSoftKey(t)
		evil.origin = "https://mail.city.example.evil.test"
		e, err := i.AddKey(ctx, s, "Key", site)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := i.ConfirmKey(ctx, s, e.ID, evil.create(t, e.Options), site); !errors.Is(err, errKey) {
			t.Errorf("a new key at another origin: %v", err)
		}
		k := withKey(t, i, s)
		if list, codes, err := i.Factors(ctx, s); err != nil || len(list) != 1 || list[0].Kind != Key || codes != recoveryCodes {
			t.Errorf("%+v, %d, %v", list, codes, err)
		}

		step := ask(t, i, desk)
		answer := k.get(t, step.Options)
		done, err := i.Answer(ctx, step.Ticket, Key, answer, desk)
		if err != nil || done.Subject.Account != a.ID || done.Subject.Assurance != policy.ByHardware {
			t.Fatalf("%+v, %v", done, err)
		}
		if _, err := i.Answer(ctx, step.Ticket, Key, answer, desk); !errors.Is(err, errTicket) {
			t.Errorf("a ticket twice: %v", err)
		}
		for name, change := range map[string]func(k *softKey){
			"another origin":     func(k *softKey) { k.origin = "https://evil.test" },
			"another server":     func(k *softKey) { k.rp = "evil.test" },
			"another port":       func(k *softKey) { k.origin = site + ":444" },
			"another key":        func(k *softKey) { k.key = newSoftKey(t).key },
			"nobody touched it":  func(k *softKey) { k.flags = 0 },
			"the counter is old": func(k *softKey) { k.count = 0 },
		} {
			step, bad := ask(t, i, desk), *k
			change(&bad)
			if _, err := i.Answer(ctx, step.Ticket, Key, bad.get(t, step.Options), desk); !errs.Is(err, errs.Unauthenticated) {
				t.Errorf("%s: %v", name, err)
			}
			i.pace = newPace(i.clock)
		}
		if _, err := i.Answer(ctx, ask(t, i, desk).Ticket, Key, answer, desk); !errors.Is(err, errKey) {
			t.Errorf("an old answer to a new question: %v", err)
		}
		for _, broken := range []string{"", "{}", "[]", "null", `{"id":"x"}`} {
			if _, err := i.Answer(ctx, ask(t, i, desk).Ticket, Key, broken, desk); !errs.Is(err, errs.Unauthenticated) {
				t.Errorf("%q: %v", broken, err)
			}
			i.pace = newPace(i.clock)
		}
		// A key that asks for no PIN is a second factor and no more.
		k.flags = flagUP
		step = ask(t, i, desk)
		if done, err := i.Answer(ctx, step.Ticket, Key, k.get(t, step.Options), desk); err != nil || done.Subject.Assurance != policy.ByTwo {
			t.Errorf("without verification: %+v, %v", done, err)
		}
	})
}

// TestPasskey signs in without a password, once for each question.
func TestPasskey(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ctx := t.Context()
		i, now, a := newIdentity(t, url)
		s, _ := signedIn(t, i, desk)
		k := withKey(t, i, s)
		begin := func() Step {
			step, err := i.AskPasskey(ctx, desk)
			if err != nil {
				t.Fatal(err)
			}
			return step
		}
		step := begin()
		answer := k.get(t, step.Options)
		done, err := i.AnswerPasskey(ctx, step.Ticket, answer, desk)
		if err != nil || done.Subject.Account != a.ID || done.Subject.Assurance != policy.ByHardware {
			t.Fatalf("%+v, %v", done, err)
		}
		if _, err := i.AnswerPasskey(ctx, step.Ticket, answer, desk); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("the same answer twice: %v", err)
		}
		// The counter of many passkeys stays 0: then the used question alone stops a replay.
		if err := i.forgetCounter(ctx, a.Org, a.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := i.AnswerPasskey(ctx, step.Ticket, answer, desk); !errors.Is(err, errTicket) {
			t.Errorf("replayed: %v", err)
		}
		if _, err := i.AnswerPasskey(ctx, begin().Ticket, answer, desk); !errors.Is(err, errKey) {
			t.Errorf("an old answer to a new question: %v", err)
		}
		step = begin()
		now.Advance(ticketLife + time.Second)
		if _, err := i.AnswerPasskey(ctx, step.Ticket, k.get(t, step.Options), desk); !errors.Is(err, errTicket) {
			t.Errorf("too late: %v", err)
		}
		step = begin()
		weak := *k
		weak.flags = flagUP
		if _, err := i.AnswerPasskey(ctx, step.Ticket, weak.get(t, step.Options), desk); !errors.Is(err, errKey) {
			t.Errorf("without a PIN: %v", err)
		}
		stranger := newSoftKey(t)
		stranger.user = make([]byte, 16)
		if _, err := i.AnswerPasskey(ctx, step.Ticket, stranger.get(t, step.Options), desk); !errors.Is(err, errKey) {
			t.Errorf("of nobody: %v", err)
		}
		if _, err := i.AnswerPasskey(ctx, "AAAA"+step.Ticket, k.get(t, step.Options), desk); !errors.Is(err, errTicket) {
			t.Errorf("a made up question: %v", err)
		}
	})
}

// TestUnknownUsersTakeTheSameWork holds up the hashing of passwords: a sign-in
// to an account that is not there waits for it as one that is there does.
func TestUnknownUsersTakeTheSameWork(t *testing.T) {
	i, _, _ := newIdentity(t, "")
	for range cap(i.hash) {
		i.hash <- struct{}{}
	}
	for _, address := range []string{"ann@city.example", "nobody@city.example", "not an address"} {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		_, err := i.SignIn(ctx, address, "guess", Peer{Addr: netip.MustParseAddr("198.51.100.9")})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: no password was hashed: %v", address, err)
		}
		cancel()
	}
}
