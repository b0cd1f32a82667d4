package cert

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"
	"time"

	"chancery/identity"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"

	"github.com/pquerna/otp/totp"
)

// resting is what one certificate opened: a session of the web client, one
// that went on with a code, and a mail program's connection.
type resting struct {
	token   string
	session identity.Proof
	program identity.Proof
}

func (o *office) opens(h *holder) resting {
	o.t.Helper()
	ctx := o.t.Context()
	step, err := o.through(h)
	must(o.t, err)
	opened, err := o.id.OpenSession(ctx, step.Subject, here)
	must(o.t, err)
	who, err := o.id.Session(ctx, opened.Token, here)
	must(o.t, err)
	o.d.conf.Programs = true
	p, err := o.d.Program(ctx, "", []*x509.Certificate{h.cert}, identity.Peer{Addr: here.Addr, Door: "imap"})
	must(o.t, err)
	if who.Ground == 0 || p.Ground != who.Ground {
		o.t.Errorf("what a session and a program rest on: %d, %d", who.Ground, p.Ground)
	}
	return resting{opened.Token, identity.ProofOf(who), identity.ProofOf(p)}
}

// stand says whether all of it, or nothing, is still open.
func (o *office) stand(when string, r resting, want bool) {
	o.t.Helper()
	ctx := o.t.Context()
	_, web := o.id.Session(ctx, r.token, here)
	_, session := o.id.Standing(ctx, r.session, here)
	_, program := o.id.Standing(ctx, r.program, here)
	for what, err := range map[string]error{"the session": web, "a sign-on that rests on it": session, "the mail program": program} {
		if (err == nil) != want || err != nil && !errs.Is(err, errs.Unauthenticated) {
			o.t.Errorf("%s: %s: %v", when, what, err)
		}
	}
}

// TestGroundEnds ends what a certificate opened when it is not good any more,
// for each reason, and leaves alone what another one opened.
func TestGroundEnds(t *testing.T) {
	for name, c := range map[string]struct {
		end     func(o *office, h *holder, lists string)
		letters int
	}{
		"removed by whoever runs the server": {func(o *office, h *holder, _ string) {
			all, err := o.d.List(t.Context(), 1, o.ann.ID)
			must(t, err)
			for _, r := range all {
				if r.Number == h.cert.SerialNumber.Text(16) {
					must(t, o.d.Remove(t.Context(), o.admin, o.ann.ID, r.ID))
				}
			}
		}, 0},
		"revoked": {func(o *office, h *holder, lists string) {
			o.publish(lists, h)
		}, 1},
		"of an authority that is not trusted any more": {func(o *office, _ *holder, _ string) {
			stranger := (*holder)(nil).issue(t, "Other", authority)
			conf := o.d.conf
			conf.Anchors = []*x509.Certificate{stranger.cert}
			var err error
			o.d.trust, err = newTrust(conf)
			must(t, err)
		}, 2},
		"by a rule that is gone": {func(o *office, _ *holder, _ string) { o.rules("email; domain=else.example") }, 2},
		"expired": {func(o *office, h *holder, _ string) {
			o.now.Advance(h.cert.NotAfter.Sub(o.now.Now()) + time.Minute)
			o.d.revoker.conf.Grace = 1000 * time.Hour // the list is not what ends it
		}, 2},
	} {
		testkit.EachDB(t, func(t *testing.T, url string) {
			o := newOffice(t, url, identity.Zone{Idle: 10000 * time.Hour, Life: 10000 * time.Hour})
			l := &told{}
			o.d.UseLetters(l)
			lists := filepath.Join(t.TempDir(), "city.crl")
			h, other := o.card(o.ann), o.card(o.ann)
			o.publish(lists)
			r, left := o.opens(h), o.opens(other)
			o.stand(name+", before", r, true)
			o.now.Advance(time.Minute)
			must(t, o.d.Tend(t.Context()))
			o.stand(name+", looked at", r, true)

			c.end(o, h, lists)
			o.now.Advance(o.d.Every() + time.Minute)
			must(t, o.d.Tend(t.Context()))
			o.stand(name, r, false)
			o.stand(name+", the other certificate's", left, c.letters < 2)
			if len(l.ended) != c.letters {
				t.Errorf("%s: %d letters, want %d", name, len(l.ended), c.letters)
			}
			for _, e := range l.ended {
				if e.Account.ID != o.ann.ID || e.Holder != o.ann.Address || e.Author != "City CA" || e.Revoked != (name == "revoked") {
					t.Errorf("%+v", e)
				}
			}
			if c.letters > 0 {
				o.recorded("certificate.end", "forbidden")
			}
		})
	}
}

// publish writes a revocation list that the desk reads from now on.
func (o *office) publish(path string, revoked ...*holder) {
	o.t.Helper()
	must(o.t, os.WriteFile(path+".new", o.ca.list(o.now.Now().Add(-time.Minute), o.now.Now().AddDate(0, 0, 30), nil, revoked...), 0o600))
	must(o.t, os.Rename(path+".new", path))
	must(o.t, os.WriteFile(path+".root", o.root.list(o.now.Now().Add(-time.Minute), o.now.Now().AddDate(0, 0, 30), nil), 0o600))
	if o.d.revoker.conf.Off {
		o.d.revoker = newRevoker(Revocation{Lists: []string{path, path + ".root"}}.withDefaults(), o.now, testkit.Log(o.t))
	}
}

// TestGroundUnknown ends nothing while it cannot be found out whether a
// certificate is in force: nobody gets in anew, and who is in stays.
func TestGroundUnknown(t *testing.T) {
	o := newOffice(t, "", identity.Zone{Idle: 10000 * time.Hour, Life: 10000 * time.Hour})
	h := o.card(o.ann)
	r := o.opens(h)
	o.d.revoker = newRevoker(Revocation{}.withDefaults(), o.now, testkit.Log(t))
	o.now.Advance(o.d.Every() + time.Minute)
	must(t, o.d.Tend(t.Context()))
	o.stand("nothing can be asked", r, true)
	if _, err := o.through(h); !errs.Is(err, errs.Unavailable) {
		t.Errorf("a new sign-in: %v", err)
	}
}

// TestGroundSecond carries what a sign-in rests on over its second step.
func TestGroundSecond(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url, identity.Zone{})
		o.rules("pin; counts=password")
		ctx := t.Context()
		step, err := o.id.SignIn(ctx, o.ann.Address, "Đường về 12", here)
		must(t, err)
		codes := o.secondFactor(o.session(step.Subject))
		h := o.card(o.ann)
		step, err = o.through(h)
		must(t, err)
		if step.Ticket == "" {
			t.Fatal("no second factor is asked for")
		}
		step, err = o.id.Answer(ctx, step.Ticket, identity.Recovery, codes[0], here)
		must(t, err)
		opened, err := o.id.OpenSession(ctx, step.Subject, here)
		must(t, err)
		all, err := o.d.List(ctx, 1, o.ann.ID)
		must(t, err)
		must(t, o.d.Remove(ctx, o.admin, o.ann.ID, all[0].ID))
		if _, err := o.id.Session(ctx, opened.Token, here); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("a session by a certificate and a code, after it was removed: %v", err)
		}
	})
}

// secondFactor gives somebody an app, and returns their recovery codes.
func (o *office) secondFactor(s policy.Subject) []string {
	o.t.Helper()
	e, err := o.id.AddTOTP(o.t.Context(), s, "app")
	must(o.t, err)
	code, err := totp.GenerateCode(e.Secret, o.now.Now())
	must(o.t, err)
	codes, err := o.id.ConfirmTOTP(o.t.Context(), s, e.ID, code)
	must(o.t, err)
	return codes
}
