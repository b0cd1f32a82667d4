package agency

import (
	"context"
	"sync"
	"testing"

	"chancery/identity"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
)

// post keeps the letters to people.
type post struct {
	mu   sync.Mutex
	list []Ended
}

func (p *post) ProviderEnded(_ context.Context, e Ended) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list = append(p.list, e)
	return nil
}

// enter signs ann in by a provider of SAML, and opens a session.
func (o *office) enter(p Provider) (token string, s policy.Subject) {
	o.t.Helper()
	state, browser, r := o.beginSAML(p)
	doc, err := r.Sign(samlKey())
	must(o.t, err)
	pass, err := o.d.Back(o.t.Context(), back{state: state, response: doc}, here.Addr)
	must(o.t, err)
	step, err := o.d.Finish(o.t.Context(), pass, browser, here)
	must(o.t, err)
	opened, err := o.id.OpenSession(o.t.Context(), step.Subject, here)
	must(o.t, err)
	return opened.Token, step.Subject
}

// stands says whether a session, and an open connection of the same sign-in, go on.
func (o *office) stands(token string, s policy.Subject) bool {
	o.t.Helper()
	_, err := o.id.Session(o.t.Context(), token, here)
	if err != nil && !errs.Is(err, errs.Unauthenticated) {
		o.t.Fatal(err)
	}
	_, still := o.id.Standing(o.t.Context(), identity.ProofOf(s), here)
	if (err == nil) != (still == nil) {
		o.t.Errorf("the session: %v, the connection: %v", err, still)
	}
	return err == nil
}

// TestProviderGround ends what a provider opened with the provider, or with the
// person's link to it, for nobody else, and tells the person.
func TestProviderGround(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		letters := &post{}
		o.d.UseLetters(letters)
		add := func(name string) Provider {
			p, err := o.d.AddOutside(t.Context(), o.admin, Provider{Name: name, Domains: []string{"city.example"}, Trust: policy.ByTwo}, outside(""), "")
			must(t, err)
			return p
		}
		first, second := add("Agency"), add("Other")
		byFirst, s1 := o.enter(first)
		bySecond, s2 := o.enter(second)
		if s1.Ground == 0 || s1.Ground == s2.Ground || !o.stands(byFirst, s1) || !o.stands(bySecond, s2) {
			t.Fatalf("grounds %d and %d", s1.Ground, s2.Ground)
		}
		must(t, o.d.RemoveProvider(t.Context(), o.admin, first.ID))
		if o.stands(byFirst, s1) || !o.stands(bySecond, s2) {
			t.Error("the session did not end with its provider, or another did")
		}
		if len(letters.list) != 1 || letters.list[0].Account.ID != o.ann.ID || letters.list[0].Provider != "Agency" {
			t.Errorf("told: %+v", letters.list)
		}
		o.recorded("sso.client.remove ok")
		// Another person of the provider is linked to the account: who was signed in is out.
		must(t, o.d.Link(t.Context(), o.admin, second.ID, "somebody else", "ann@city.example"))
		if o.stands(bySecond, s2) {
			t.Error("the session did not end with the link")
		}
		if len(letters.list) != 1 {
			t.Errorf("told: %+v", letters.list)
		}
	})
}

// TestDirectoryGround ends what a password opened that an agency's directory
// judged, when the directory is removed or keeps the domain no longer: at a
// mail program too, and where the password was believed for a while.
func TestDirectoryGround(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o, _, p := judged(t, url)
		letters := &post{}
		o.d.UseLetters(letters)
		imap := identity.Peer{Addr: here.Addr, Door: "imap"}
		program, err := o.id.Verify(t.Context(), "ann@city.example", "agency's own", imap)
		must(t, err)
		step, err := o.id.SignIn(t.Context(), "ann@city.example", "agency's own", here)
		must(t, err)
		opened, err := o.id.OpenSession(t.Context(), step.Subject, here)
		must(t, err)
		if program.Ground == 0 || !o.stands(opened.Token, step.Subject) {
			t.Fatalf("%+v", program)
		}
		must(t, o.d.ChangeProvider(t.Context(), o.admin, p.ID, nil, "", func(p *Provider) error { p.Domains = []string{"other.example"}; return nil }))
		if o.stands(opened.Token, step.Subject) {
			t.Error("the session did not end with the domain")
		}
		if _, err := o.id.Standing(t.Context(), identity.ProofOf(program), imap); err == nil {
			t.Error("the mail program goes on")
		}
		must(t, o.d.ChangeProvider(t.Context(), o.admin, p.ID, nil, "", func(p *Provider) error { p.Domains = []string{"city.example"}; return nil }))
		if !o.stands(opened.Token, step.Subject) {
			t.Error("a domain that is kept again lets nobody on")
		}
		must(t, o.d.RemoveProvider(t.Context(), o.admin, p.ID))
		if o.stands(opened.Token, step.Subject) || len(letters.list) != 1 {
			t.Errorf("after the directory was removed, told %+v", letters.list)
		}
	})
}

// TestGroundsGiven starts on tables that were made before there were grounds.
func TestGroundsGiven(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		p, err := o.d.AddOutside(t.Context(), o.admin, Provider{Name: "Agency", Domains: []string{"city.example"}, Trust: policy.ByTwo}, outside(""), "")
		must(t, err)
		_, before := o.enter(p)
		must(t, o.db.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Exec(t.Context(), "UPDATE agency_link SET ground = 0")
			if err == nil {
				_, err = tx.Exec(t.Context(), "UPDATE agency_provider SET ground = 0")
			}
			return err
		}))
		o.d, err = New(t.Context(), o.db, o.id, o.dir, o.keys, Config{}, o.now, testkit.Log(t))
		must(t, err)
		if p, err = o.d.provider(t.Context(), p.ID); err != nil || p.ground == 0 {
			t.Errorf("the provider has ground %d, %v", p.ground, err)
		}
		token, s := o.enter(p)
		if s.Ground == 0 || s.Ground == before.Ground || !o.stands(token, s) {
			t.Errorf("the sign-in has ground %d", s.Ground)
		}
	})
}
