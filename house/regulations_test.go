package house

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"chancery/directory"
	"chancery/directory/rulebook"
	httpdoor "chancery/doors/http"
	"chancery/doors/smtp"
	"chancery/identity"
	"chancery/kit/errs"
	"chancery/policy"
)

// everyDoor signs somebody in to the web client, and returns what they and
// their programs try then, by door.
func everyDoor(t *testing.T, h *House, address, password string) map[string]func() error {
	t.Helper()
	ctx := t.Context()
	web := httpdoor.Peer{Addr: "127.0.0.1:5000"}
	step, err := httpNeeds{h}.SignIn(ctx, address, password, web)
	if err != nil || step.Ticket != "" {
		t.Fatalf("%+v %v", step, err)
	}
	opened, err := httpNeeds{h}.OpenSession(ctx, step.Subject, web)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]func() error{
		"imap": func() error { _, err := imapNeeds{h}.SignIn(ctx, address, password, web.Addr); return err },
		"pop":  func() error { _, err := popNeeds{imapNeeds{h}}.SignIn(ctx, address, password, web.Addr); return err },
		"ldap": func() error { _, err := ldapNeeds{imapNeeds{h}}.SignIn(ctx, address, password, web.Addr); return err },
		"submission": func() error {
			_, err := smtpNeeds{h}.Authenticate(ctx, address, password, smtp.Peer{Addr: netip.MustParseAddr("127.0.0.1"), Door: "submission"})
			return err
		},
		"basic":           func() error { _, err := httpNeeds{h}.Verify(ctx, address, password, web.Addr); return err },
		"session":         func() error { _, err := httpNeeds{h}.Session(ctx, opened.Token, web.Addr); return err },
		"open connection": func() error { return imapNeeds{h}.Standing(ctx, step.Subject.Subject, web.Addr) },
	}
}

// TestRegulationShutsDoors asks at every door for whose time for a regulation
// is over, and again when they accepted it (N67).
func TestRegulationShutsDoors(t *testing.T) {
	ctx := t.Context()
	h := lifeHouse(t)
	const address, password = "ann@city.example", "A good password"
	a, err := h.AddAccount(ctx, policy.System(1), NewAccount{Address: address, PasswordHash: identity.HashPassword(password)})
	if err != nil {
		t.Fatal(err)
	}
	tries := everyDoor(t, h, address, password)
	ask := func(when string, open bool) {
		t.Helper()
		for name, try := range tries {
			if err := try(); (err == nil) != open || err != nil && !errs.Is(err, errs.Unauthenticated) {
				t.Errorf("%s, %s: %v", when, name, err)
			}
		}
	}
	ask("before", true)
	v, err := h.Rulebook.AddDraft(ctx, policy.System(1), rulebook.Version{Titles: map[string]string{"en": "Use"}, Bodies: map[string]string{"en": "With care."}})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Rulebook.Publish(ctx, policy.System(1), v.ID, true); err != nil {
		t.Fatal(err)
	}
	ask("after publishing", false)
	if err := tries["imap"](); !strings.Contains(errs.Text(err), "accepted first") {
		t.Errorf("the mail program is told %q", errs.Text(err))
	}
	web := httpdoor.Peer{Addr: "127.0.0.1:5000"}
	step, err := httpNeeds{h}.SignIn(ctx, address, password, web)
	if err != nil || len(step.Methods) != 1 || step.Methods[0] != identity.Accept || !strings.Contains(string(step.Options), "With care.") {
		t.Fatalf("%+v %v", step, err)
	}
	if n, err := (httpNeeds{h}).ToAccept(ctx, httpdoor.Subject{Subject: policy.Subject{Org: 1, Account: a.ID}}); n != 1 || err != nil {
		t.Errorf("%d to accept, %v", n, err)
	}
	if _, err := (httpNeeds{h}).Answer(ctx, step.Ticket, identity.Accept, rulebook.Objects([]rulebook.Held{{Version: v}})[0].VersionID, web); err != nil {
		t.Fatal(err)
	}
	ask("after acceptance", true)
	h.Rulebook.Wait()
	if letters := inbox(ctx, t, h, a.Org, a.ID); len(letters) != 1 || !strings.Contains(letters[0], "Please read and accept: Use") {
		t.Errorf("%q", letters)
	}
}

// TestRegulationLetter writes to people in their language.
func TestRegulationLetter(t *testing.T) {
	ctx := t.Context()
	h := lifeHouse(t)
	for language, words := range map[string][2]string{"en": {"Please read and accept: Quy chế", "Settings, Regulations"}, "zh-TW": {"請詳閱並同意：Quy chế", "使用規範"}, "zh-CN": {"请阅读并同意：Quy chế", "使用规定"},
		"vi": {"Vui lòng đọc và chấp thuận: Quy chế", "Quy chế sử dụng"}, "ko": {"확인 및 동의 요청: Quy chế", "이용 규정"}} {
		address := strings.ToLower(language) + "@city.example"
		a, err := h.AddAccount(ctx, policy.System(1), NewAccount{Address: address, PasswordHash: identity.HashPassword("A good password"), Language: language})
		if err != nil {
			t.Fatal(err)
		}
		due := time.Date(2027, 5, 21, 12, 0, 0, 0, time.Local)
		if err := (notices{h}).ToAccept(ctx, rulebook.Reminder{Account: a, Title: "Quy chế", Due: due}); err != nil {
			t.Fatal(err)
		}
		letters := inbox(ctx, t, h, a.Org, a.ID)
		if len(letters) != 1 || !strings.Contains(letters[0], words[0]) || !strings.Contains(letters[0], words[1]) || !strings.Contains(letters[0], "2027-05-21") ||
			!strings.Contains(letters[0], address) || !strings.Contains(letters[0], "/settings/regulations") || strings.Contains(letters[0], "%!") {
			t.Errorf("%s: %q", language, letters)
		}
	}
}

// TestDemoRegulations has every text of the demonstration office in the five
// languages, and nobody shut out by one.
func TestDemoRegulations(t *testing.T) {
	for _, r := range demoRegulations {
		for _, l := range directory.Languages {
			if r.titles[l] == "" || r.texts[l] == "" {
				t.Errorf("%s: not in %s", r.titles["en"], l)
			}
		}
		if r.within == 0 {
			t.Errorf("%s: it has to be accepted at once", r.titles["en"])
		}
	}
}

// TestLeavingShutsDoors lets somebody go: what was open ends and nothing opens
// again, by any door, also with an app password (N68).
func TestLeavingShutsDoors(t *testing.T) {
	ctx := t.Context()
	h := lifeHouse(t)
	const address, password = "ann@city.example", "A good password"
	if err := h.Directory.EnsureOrg(ctx, 1, "City", "city.example"); err != nil {
		t.Fatal(err)
	}
	p, _, err := h.Directory.AddMember(ctx, policy.System(1), directory.Person{Name: "Ann", Address: address})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Identity.SetPassword(ctx, policy.System(1), 1, p.Account, password); err != nil {
		t.Fatal(err)
	}
	tries := everyDoor(t, h, address, password)
	step, err := httpNeeds{h}.SignIn(ctx, address, password, httpdoor.Peer{Addr: "127.0.0.1:5000"})
	if err != nil {
		t.Fatal(err)
	}
	_, app, err := h.Identity.AddAppPassword(ctx, step.Subject.Subject, "Telephone")
	if err != nil {
		t.Fatal(err)
	}
	tries["app password"] = func() error {
		_, err := imapNeeds{h}.SignIn(ctx, address, app, "127.0.0.1:5000")
		return err
	}
	for name, try := range tries {
		if err := try(); err != nil {
			t.Errorf("before, %s: %v", name, err)
		}
	}
	if err := h.Directory.Leave(ctx, policy.System(1), p.ID, 0); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"session", "open connection", "app password"} {
		if err := tries[name](); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("afterwards, %s: %v", name, err)
		}
	}
	for name, try := range tries { // who tries that often waits as well
		if err := try(); !errs.Is(err, errs.Unauthenticated) && !errs.Is(err, errs.RateLimited) {
			t.Errorf("afterwards, %s: %v", name, err)
		}
	}
}
