package cert

import (
	"context"
	"crypto/x509"
	"errors"
	"net/netip"
	"net/url"
	"testing"
	"time"

	"chancery/audit"
	"chancery/directory"
	"chancery/identity"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
)

const base = "https://mail.city.example"

var here = identity.Peer{Addr: netip.MustParseAddr("192.0.2.7"), Door: "http"}

// office is one with ann, and an authority that is trusted.
type office struct {
	t        *testing.T
	db       *store.Store
	dir      *directory.Directory
	id       *identity.Identity
	d        *Desk
	now      *clock.Fake
	ann      directory.Account
	admin    policy.Subject
	root, ca *holder
}

func newOffice(t *testing.T, url string, zones ...identity.Zone) *office {
	t.Helper()
	ctx := t.Context()
	o := &office{t: t, now: clock.NewFake(epoch), admin: policy.System(1)}
	var err error
	o.db, err = store.Open(ctx, store.Options{Dir: t.TempDir(), URL: url, Log: testkit.Log(t)})
	must(t, err)
	t.Cleanup(func() { o.db.Close() })
	must(t, audit.Migrate(ctx, o.db))
	o.dir, err = directory.New(ctx, o.db, o.now)
	must(t, err)
	o.id, err = identity.New(ctx, o.db, o.dir, identity.Config{Zones: zones}, o.now, testkit.Log(t))
	must(t, err)
	o.root = (*holder)(nil).issue(t, "City Root", authority)
	o.ca = o.root.issue(t, "City CA", authority)
	o.d, err = New(ctx, o.db, o.id, o.dir, Config{Open: true, Port: "8443", Anchors: []*x509.Certificate{o.root.cert}, Intermediates: []*x509.Certificate{o.ca.cert}, Revocation: Revocation{Off: true}}, o.now, testkit.Log(t))
	must(t, err)
	o.ann = o.account("ann@city.example")
	return o
}

func (o *office) account(address string) directory.Account {
	o.t.Helper()
	a, err := o.dir.AddAccount(o.t.Context(), directory.Account{Address: address, Name: "Ann"})
	must(o.t, err)
	must(o.t, o.id.SetPassword(o.t.Context(), o.admin, 1, a.ID, "Đường về 12"))
	return a
}

func (o *office) rules(texts ...string) {
	o.t.Helper()
	o.d.conf.Rules = nil
	for _, text := range texts {
		r, err := ParseRule(text)
		must(o.t, err)
		o.d.conf.Rules = append(o.d.conf.Rules, r)
	}
}

// card is a certificate that is registered for an account.
func (o *office) card(a directory.Account) *holder {
	o.t.Helper()
	h := o.ca.issue(o.t, a.Address)
	_, err := o.d.Register(o.t.Context(), o.admin, a.ID, h.cert)
	must(o.t, err)
	return h
}

// begin starts a sign-in and returns what the browser has then.
func (o *office) begin(at string) (ask, browser string) {
	o.t.Helper()
	to, browser, err := o.d.Begin(o.t.Context(), at, here)
	must(o.t, err)
	return askOf(o.t, to), browser
}

func askOf(t *testing.T, to string) string {
	t.Helper()
	u, err := url.Parse(to)
	must(t, err)
	return u.Query().Get("ask")
}

// show is what a browser sends with a certificate.
func (o *office) show(ask, browser string, h *holder) presented {
	p := presented{ask: ask, host: "mail.city.example:8443", browser: browser, peer: here.Addr}
	if h != nil {
		p.chain = []*x509.Certificate{h.cert}
	}
	return p
}

func (o *office) through(h *holder) (identity.Step, error) {
	o.t.Helper()
	ask, browser := o.begin(base)
	_, pass, err := o.d.Present(o.t.Context(), o.show(ask, browser, h))
	if err != nil {
		return identity.Step{}, err
	}
	return o.d.Finish(o.t.Context(), pass, browser, here)
}

// session signs somebody in and returns the subject of the session.
func (o *office) session(s policy.Subject) policy.Subject {
	o.t.Helper()
	opened, err := o.id.OpenSession(o.t.Context(), s, here)
	must(o.t, err)
	who, err := o.id.Session(o.t.Context(), opened.Token, here)
	must(o.t, err)
	return who
}

func (o *office) recorded(verb, result string) {
	o.t.Helper()
	list, err := audit.List(o.t.Context(), o.db, 1, 1000)
	must(o.t, err)
	for _, e := range list {
		if e.Verb == verb && e.Result == result {
			return
		}
	}
	o.t.Errorf("the record has no %s with %q", verb, result)
}

// TestSignIn walks the whole way.
func TestSignIn(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		h := o.card(o.ann)
		to, browser, err := o.d.Begin(t.Context(), base, here)
		must(t, err)
		if want := "https://mail.city.example:8443/sso/cert/present?ask="; to[:len(want)] != want {
			t.Errorf("sent to %s", to)
		}
		back, pass, err := o.d.Present(t.Context(), o.show(askOf(t, to), browser, h))
		if err != nil || back != base {
			t.Fatal(back, err)
		}
		step, err := o.d.Finish(t.Context(), pass, browser, here)
		if err != nil || step.Ticket != "" || step.Subject.Account != o.ann.ID || step.Subject.Assurance != policy.ByHardware {
			t.Fatalf("%+v, %v", step, err)
		}
		if s := o.session(step.Subject); s.Assurance != policy.ByHardware {
			t.Errorf("%+v", s)
		}
		list, err := o.d.List(t.Context(), 1, o.ann.ID)
		if err != nil || len(list) != 1 || !list[0].Used().Equal(epoch) || !list[0].Ends().Equal(h.cert.NotAfter) {
			t.Errorf("%+v, %v", list, err)
		}
		o.recorded("certificate.add", "ok")
		o.recorded("certificate.use", "ok")
		o.recorded("sign-in", "ok")
	})
}

// TestAttacks is the list of what must not work on the way.
func TestAttacks(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		ctx := t.Context()
		h := o.card(o.ann)
		passed := func() (pass, browser string) {
			ask, browser := o.begin(base)
			_, pass, err := o.d.Present(ctx, o.show(ask, browser, h))
			must(t, err)
			return pass, browser
		}
		present := func(p presented) error { _, _, err := o.d.Present(ctx, p); return err }
		finish := func(pass, browser string) error { _, err := o.d.Finish(ctx, pass, browser, here); return err }
		for name, c := range map[string]struct {
			do   func() error
			want error
		}{
			"a pass twice":                             {func() error { p, b := passed(); must(t, finish(p, b)); return finish(p, b) }, errOver},
			"a pass in another browser":                {func() error { p, _ := passed(); _, b := o.begin(base); return finish(p, b) }, errOver},
			"a pass without a browser":                 {func() error { p, _ := passed(); return finish(p, "") }, errOver},
			"a pass that was tried in another browser": {func() error { p, b := passed(); _ = finish(p, "x"); return finish(p, b) }, errOver},
			"a pass after a minute":                    {func() error { p, b := passed(); o.now.Advance(61 * time.Second); return finish(p, b) }, errOver},
			"an ask as a pass":                         {func() error { a, b := o.begin(base); return finish(a, b) }, errOver},
			"a pass as an ask":                         {func() error { p, b := passed(); return present(o.show(p, b, h)) }, errOver},
			"an ask twice": {func() error {
				a, b := o.begin(base)
				must(t, present(o.show(a, b, h)))
				return present(o.show(a, b, h))
			}, errOver},
			"an ask after six minutes":                               {func() error { a, b := o.begin(base); o.now.Advance(6 * time.Minute); return present(o.show(a, b, h)) }, errOver},
			"an ask that was made up":                                {func() error { return present(o.show("1.abcdef", "x", h)) }, errOver},
			"begun by another, who waits for the pass":               {func() error { a, _ := o.begin(base); return present(o.show(a, "", h)) }, errOver},
			"begun at another's address, to which the pass would go": {func() error { a, b := o.begin("https://evil.example"); return present(o.show(a, b, h)) }, errOver},
			"no certificate":                                         {func() error { a, b := o.begin(base); return present(o.show(a, b, nil)) }, errNone},
			"a certificate of nobody's":                              {func() error { a, b := o.begin(base); return present(o.show(a, b, o.ca.issue(t, "eve"))) }, errNobody},
			"a certificate of one's own making, with ann's number": {func() error {
				own := (*holder)(nil).issue(t, "City CA", authority)
				a, b := o.begin(base)
				return present(o.show(a, b, own.issue(t, "ann", func(c *x509.Certificate) { c.SerialNumber = h.cert.SerialNumber })))
			}, errUntrusted},
			"ann's number by another authority that is trusted": {func() error {
				other := o.root.issue(t, "Other CA", authority)
				p := o.show("", "", other.issue(t, "ann", func(c *x509.Certificate) { c.SerialNumber = h.cert.SerialNumber }))
				p.ask, p.browser = o.begin(base)
				p.chain = append(p.chain, other.cert)
				return present(p)
			}, errNobody},
		} {
			if err := c.do(); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		o.recorded("certificate.refuse", "forbidden")
	})
}

// TestOwnName lets the listener have a name of its own where the address that
// people use is set.
func TestOwnName(t *testing.T) {
	o := newOffice(t, "")
	h := o.card(o.ann)
	o.d.conf.Site, o.d.conf.Base = "https://cert.city.example/", base
	try := func(at string) error {
		to, _, err := o.d.Begin(t.Context(), at, here)
		must(t, err)
		p := o.show(askOf(t, to), "", h)
		p.host = "cert.city.example"
		_, _, err = o.d.Present(t.Context(), p)
		return err
	}
	if err := try(base); err != nil {
		t.Error(err)
	}
	if err := try("https://evil.example"); !errors.Is(err, errOver) {
		t.Errorf("begun elsewhere: %v", err)
	}
	o.d.conf.Base = ""
	if err := try(base); !errors.Is(err, errOver) {
		t.Errorf("without a configured address: %v", err)
	}
}

// TestZones holds that the zone says whether, and identity who.
func TestZones(t *testing.T) {
	outer := identity.Zone{Name: "outer", Needs: policy.ByHardware, Methods: []string{identity.Certificate}}
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url, outer)
		h := o.card(o.ann)
		if step, err := o.through(h); err != nil || step.Subject.Assurance != policy.ByHardware {
			t.Errorf("%+v, %v", step, err)
		}
		if _, err := o.id.SignIn(t.Context(), o.ann.Address, "Đường về 12", here); errorReason(err) != "needsCertificate" {
			t.Errorf("by the password: %v", err)
		}
		if _, err := o.id.Verify(t.Context(), o.ann.Address, "Đường về 12", identity.Peer{Addr: here.Addr, Door: "imap"}); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("a mail program: %v", err)
		}
		// A certificate that counts for less is not enough there.
		o.rules("pin; counts=two")
		if _, err := o.through(h); err == nil {
			t.Error("a certificate that counts as two was enough for hardware")
		}
		o.rules("pin")
		gone, err := o.dir.AddAccount(t.Context(), directory.Account{Address: "gone@city.example", Locked: true})
		must(t, err)
		must(t, o.id.SetPassword(t.Context(), o.admin, 1, gone.ID, "Đường về 12"))
		if _, err := o.through(o.card(gone)); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("a locked account: %v", err)
		}
	})
	o := newOffice(t, "", identity.Zone{Name: "outer", Methods: []string{identity.TOTP}})
	if _, _, err := o.d.Begin(t.Context(), base, here); !errs.Is(err, errs.Forbidden) || o.d.Offered(here) {
		t.Errorf("where certificates do not count: %v", err)
	}
}

func errorReason(err error) string {
	var r interface{ Reason() string }
	if errors.As(err, &r) {
		return r.Reason()
	}
	return ""
}

// TestOwnCertificates registers, lists and removes, by the person.
func TestOwnCertificates(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		ctx := t.Context()
		bob := o.account("bob@city.example")
		by := func(a directory.Account) policy.Subject {
			step, err := o.id.SignIn(ctx, a.Address, "Đường về 12", here)
			must(t, err)
			return o.session(step.Subject)
		}
		ann, other := by(o.ann), by(bob)
		h := o.ca.issue(t, "ann")
		pass := func(s policy.Subject, h *holder) (string, string) {
			to, browser, err := o.d.BeginAdd(ctx, s, base, here)
			must(t, err)
			_, pass, err := o.d.Present(ctx, o.show(askOf(t, to), browser, h))
			must(t, err)
			return pass, browser
		}
		p, b := pass(ann, h)
		if _, err := o.d.Finish(ctx, p, b, here); !errors.Is(err, errOver) {
			t.Errorf("a pass to add one, used to sign in: %v", err)
		}
		p, b = pass(ann, h)
		if _, err := o.d.Add(ctx, other, p, b); !errors.Is(err, errOver) {
			t.Errorf("added to who signed in meanwhile: %v", err)
		}
		p, b = pass(ann, h)
		r, err := o.d.Add(ctx, ann, p, b)
		must(t, err)
		p, b = pass(other, h)
		if _, err := o.d.Add(ctx, other, p, b); !errs.Is(err, errs.Exists) {
			t.Errorf("one certificate for two: %v", err)
		}
		if _, err := o.through(h); err != nil {
			t.Error(err)
		}
		if err := o.d.Remove(ctx, other, o.ann.ID, r.ID); !errs.Is(err, errs.Forbidden) {
			t.Errorf("removed by another: %v", err)
		}
		if err := o.d.Remove(ctx, other, bob.ID, r.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("removed by another from themself: %v", err)
		}
		o.now.Advance(11 * time.Minute)
		if _, _, err := o.d.BeginAdd(ctx, ann, base, here); !errs.Is(err, errs.StepUp) {
			t.Errorf("added without a fresh sign-in: %v", err)
		}
		if err := o.d.Remove(ctx, ann, o.ann.ID, r.ID); !errs.Is(err, errs.StepUp) {
			t.Errorf("removed without a fresh sign-in: %v", err)
		}
		ann = by(o.ann)
		must(t, o.d.Remove(ctx, ann, o.ann.ID, r.ID))
		if _, err := o.through(h); !errors.Is(err, errNobody) {
			t.Errorf("by one that was removed: %v", err)
		}
		o.d.conf.MaxOfAccount = 1
		o.card(o.ann)
		if _, err := o.d.Register(ctx, o.admin, o.ann.ID, o.ca.issue(t, "more").cert); !errs.Is(err, errs.TooLarge) {
			t.Errorf("more than there may be: %v", err)
		}
		must(t, o.id.ForgetFactors(ctx, o.admin, 1, o.ann.ID))
		if list, err := o.d.List(ctx, 1, o.ann.ID); err != nil || len(list) != 0 {
			t.Errorf("after what they sign in with was lost: %+v, %v", list, err)
		}
		o.rules("email")
		if _, err := o.d.Register(ctx, o.admin, o.ann.ID, o.ca.issue(t, "ann").cert); !errs.Is(err, errs.Invalid) {
			t.Errorf("registered where nothing is: %v", err)
		}
	})
}

// TestProgram is which zones let a mail program in by a certificate.
func TestProgram(t *testing.T) {
	for name, c := range map[string]struct {
		zone identity.Zone
		rule string
		off  bool
		good bool
	}{
		"any":                             {zone: identity.Zone{}, good: true},
		"hardware is asked for":           {zone: identity.Zone{Needs: policy.ByHardware}, good: true},
		"and the certificate is not that": {zone: identity.Zone{Needs: policy.ByHardware}, rule: "pin; counts=two"},
		"no programs":                     {zone: identity.Zone{NoPrograms: true}},
		"no certificates":                 {zone: identity.Zone{Methods: []string{identity.Key}}},
		"closed":                          {zone: identity.Zone{Closed: true}},
		"known devices only":              {zone: identity.Zone{Unknown: identity.RefuseUnknown}},
		"programs bring none":             {zone: identity.Zone{}, off: true},
	} {
		o := newOffice(t, "", c.zone)
		h := o.card(o.ann)
		o.d.conf.Programs = !c.off
		if c.rule != "" {
			o.rules(c.rule)
		}
		s, err := o.d.Program(t.Context(), "", []*x509.Certificate{h.cert}, identity.Peer{Addr: here.Addr, Door: "imap"})
		if (err == nil) != c.good || c.good && (s.Account != o.ann.ID || s.Assurance != policy.ByProgram) {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
	o := newOffice(t, "")
	o.d.conf.Programs = true
	h := o.card(o.ann)
	o.d.revoker = newRevoker(Revocation{}.withDefaults(), o.now, testkit.Log(t))
	if _, err := o.d.Program(t.Context(), "", []*x509.Certificate{h.cert}, here); !errs.Is(err, errs.Unavailable) {
		t.Errorf("where nothing can be asked: %v", err)
	}
}

// TestRevokedWayIn refuses by list on the whole way, and says so in the record.
func TestRevokedWayIn(t *testing.T) {
	o := newOffice(t, "")
	h := o.card(o.ann)
	o.d.revoker = newRevoker(Revocation{}.withDefaults(), o.now, testkit.Log(t))
	if _, err := o.through(h); !errors.Is(err, errUnchecked) {
		t.Errorf("nothing can be asked: %v", err)
	}
}

// told notes what people are told.
type told struct {
	identity.Notices
	ends  []Ending
	ended []Ended
	token string
}

func (l *told) CertificateEnds(_ context.Context, e Ending) error {
	l.ends = append(l.ends, e)
	return nil
}

func (l *told) CertificateEnded(_ context.Context, e Ended) error {
	l.ended = append(l.ended, e)
	return nil
}

func (l *told) NewDevice(_ context.Context, n identity.NewDevice) error {
	l.token = n.Token
	return nil
}

// TestEnds tells of a certificate that ends soon, once, and of the next again.
func TestEnds(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		l := &told{}
		o.d.UseLetters(l)
		o.rules("serial")
		number := func(days int) func(*x509.Certificate) {
			return func(c *x509.Certificate) {
				c.Subject.SerialNumber = "1010101010101010"
				c.NotAfter = epoch.AddDate(0, 0, days)
			}
		}
		first := o.ca.issue(t, "ann", number(40))
		_, err := o.d.Register(t.Context(), o.admin, o.ann.ID, first.cert)
		must(t, err)
		tend := func(want int, when string) {
			t.Helper()
			must(t, o.d.Tend(t.Context()))
			if len(l.ends) != want {
				t.Errorf("%s: %d letters, want %d", when, len(l.ends), want)
			}
		}
		tend(0, "40 days before")
		o.now.Advance(11 * 24 * time.Hour)
		tend(1, "29 days before")
		tend(1, "again")
		if e := l.ends[0]; e.Account.ID != o.ann.ID || e.Holder != "ann" || e.Author != "City CA" || !e.Ends.Equal(first.cert.NotAfter) {
			t.Errorf("%+v", e)
		}
		if _, err := o.through(o.ca.issue(t, "ann", number(60))); err != nil { // the next card
			t.Error(err)
		}
		tend(1, "the next one, 49 days before")
		o.now.Advance(20 * 24 * time.Hour)
		tend(2, "the next one, 29 days before")
		o.now.Advance(40 * 24 * time.Hour)
		tend(2, "after its end")
	})
}

// TestDisowned takes away what whoever was not the person registered.
func TestDisowned(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		ctx := t.Context()
		l := &told{}
		o.id.UseNotices(l)
		old := o.card(o.ann)
		step, err := o.through(old)
		must(t, err)
		o.session(step.Subject)
		o.now.Advance(time.Hour)
		thief := here
		thief.Agent = "Opera"
		step, err = o.id.SignIn(ctx, o.ann.Address, "Đường về 12", thief)
		must(t, err)
		s := o.session(step.Subject)
		o.id.Wait()
		if l.token == "" {
			t.Fatal("nobody was told of the new device")
		}
		theirs := o.ca.issue(t, "thief")
		if _, err := o.d.register(ctx, s, s.Account, theirs.cert); err != nil {
			t.Fatal(err)
		}
		must(t, o.id.Disown(ctx, l.token, here))
		list, err := o.d.List(ctx, 1, o.ann.ID)
		if err != nil || len(list) != 1 || list[0].Number != old.cert.SerialNumber.Text(16) {
			t.Errorf("%+v, %v", list, err)
		}
		if _, err := o.through(theirs); !errors.Is(err, errNobody) {
			t.Errorf("by the certificate that was added: %v", err)
		}
	})
}
