package house

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chancery/audit"
	"chancery/directory"
	"chancery/identity"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/wire/smpp"
)

// withGate is a house that writes to telephones by a provider's form.
func withGate(t *testing.T) (*House, *testkit.SMSGate) {
	t.Helper()
	gate := testkit.NewSMSGate(t, false)
	for name, value := range map[string]string{"GATEWAY": "http", "COUNTRY": "886", "GAP": "1ns", "HTTP_USER": gate.User, "HTTP_PASSWORD": gate.Password, "HTTP_SUCCESS": "^0: Accepted",
		"HTTP_URL": gate.URL + "/cgi-bin/sendsms?username={user}&password={password}&to={to}&text={text}"} {
		t.Setenv("CHANCERY_SMS_"+name, value)
	}
	t.Setenv("CHANCERY_ZONES_INNER_METHODS", "totp,key,recovery,sms")
	return lifeHouse(t), gate
}

// TestTexts writes to telephones in the person's language: codes fit into one
// short message, whose last line is for the browser, links into two; they lead home, whatever
// the browser says.
func TestTexts(t *testing.T) {
	ctx := t.Context()
	h, gate := withGate(t)
	peer := identity.Peer{Addr: netip.MustParseAddr("10.0.0.1"), Site: "https://evil.test"}
	t.Cleanup(func() { h.courier.Close() })
	for n, language := range []string{"en", "zh-TW", "zh-CN", "vi", "ko", "xx"} {
		x := texts{h, h.courier}
		a := directory.Account{ID: int64(n), Address: "ann@city.example", Language: language}
		to := "+88691234567" + string(rune('0'+n))
		for _, signIn := range []bool{true, false} {
			if late, err := x.Code(ctx, identity.TextCode{Account: a, To: to, Code: "123456", Until: time.Now().Add(time.Minute), Peer: peer, SignIn: signIn}); late || err != nil {
				t.Fatal(late, err)
			}
		}
		if err := x.ResetText(ctx, identity.ResetLink{Account: a, To: to, Site: peer.Site, Token: "1.aaaabbbbccccdddd"}, peer); err != nil {
			t.Fatal(err)
		}
		if err := x.DeviceText(ctx, identity.NewDevice{Account: a, Phone: to, Site: peer.Site, Token: "1." + strings.Repeat("x", 52)}, peer); err != nil {
			t.Fatal(err)
		}
		all := gate.Taken()[4*n:]
		for k, want := range []struct {
			parts int
			ends  string
		}{{1, "\n@mail.city.example #123456"}, {1, "\n@mail.city.example #123456"}, {2, "https://mail.city.example/reset#1.aaaabbbbccccdddd"}, {2, "https://mail.city.example/not-me#1." + strings.Repeat("x", 52)}} {
			text := all[k].Form["text"][0]
			if smpp.Parts(text) > want.parts || !strings.HasSuffix(text, want.ends) || strings.Contains(text, "evil") || strings.Contains(text, "%!") || all[k].Form["to"][0] != to {
				t.Errorf("%s: %d parts: %q", language, smpp.Parts(text), text)
			}
			if k < 2 && (strings.Count(text, "123456") != 2 || !strings.Contains(text, "5")) {
				t.Errorf("%s: %q", language, text)
			}
		}
	}
	h.conf.Hostname = "mail." + strings.Repeat("very-", 8) + "long.city.example"
	a := directory.Account{ID: 99, Language: "zh-TW"}
	if _, err := (texts{h, h.courier}).Code(ctx, identity.TextCode{Account: a, To: "+886912000000", Code: "123456", Until: time.Now().Add(time.Minute), Peer: peer}); err != nil {
		t.Fatal(err)
	}
	if all := gate.Taken(); strings.Contains(all[len(all)-1].Form["text"][0], "@") {
		t.Error("a long name makes a second message")
	}
}

// TestTextRefused puts a message that is not sent into the record, with who it
// was about and where it was asked for, and without number and text.
func TestTextRefused(t *testing.T) {
	ctx := t.Context()
	h, gate := withGate(t)
	t.Cleanup(func() { h.courier.Close() })
	peer := identity.Peer{Addr: netip.MustParseAddr("192.0.2.9"), Door: "http"}
	a := directory.Account{Org: 1, ID: 99, Address: "ann@city.example", Language: "en"}
	for n := range 8 { // six to one number within the hour
		_, err := (texts{h, h.courier}).Code(ctx, identity.TextCode{Account: a, To: "+886912000000", Code: "123456", Until: time.Now().Add(time.Minute), Peer: peer})
		if want := n >= 6; errs.Is(err, errs.RateLimited) != want {
			t.Fatalf("message %d: %v", n, err)
		}
	}
	if _, err := (texts{h, h.courier}).Code(ctx, identity.TextCode{Account: a, To: "+239912000000", Code: "123456", Until: time.Now().Add(time.Minute), Peer: peer}); !errs.Is(err, errs.Forbidden) {
		t.Errorf("to another country: %v", err)
	}
	list, err := audit.List(ctx, h.Store, 1, 20)
	if err != nil {
		t.Fatal(err)
	}
	var refused []string
	for _, e := range list {
		if e.Verb == "sms.refuse" {
			refused = append(refused, e.Result+" "+e.Object+" "+e.Peer)
		}
		if strings.Contains(e.Object+e.Before+e.After, "912000000") {
			t.Errorf("the record tells the number: %+v", e)
		}
	}
	if strings.Join(refused, ", ") != "forbidden account 99 192.0.2.9, rate limited account 99 192.0.2.9, rate limited account 99 192.0.2.9" {
		t.Errorf("the record: %q", refused)
	}
	if n := len(gate.Taken()); n != 6 {
		t.Errorf("%d messages left", n)
	}
}

// TestSMSHouse registers a telephone and signs in by a code of the whole house;
// while the provider is down the step says so and lets nobody in.
func TestSMSHouse(t *testing.T) {
	ctx := t.Context()
	h, gate := withGate(t)
	const given = "A good password"
	a, err := h.AddAccount(ctx, policy.System(1), NewAccount{Address: "ann@city.example", PasswordHash: identity.HashPassword(given), Language: "zh-TW"})
	if err != nil {
		t.Fatal(err)
	}
	peer := identity.Peer{Addr: netip.MustParseAddr("10.0.0.1"), Door: "http", Site: "https://mail.city.example"}
	step, err := h.Identity.SignIn(ctx, a.Address, given, peer)
	if err != nil {
		t.Fatal(err)
	}
	newest := func() string {
		all := gate.Taken()
		text := all[len(all)-1].Form["text"][0]
		return text[len(text)-6:]
	}
	if late, err := h.Identity.AddPhone(ctx, step.Subject, "0912-345-678", peer); late || err != nil {
		t.Fatal(late, err)
	}
	if err := h.Identity.ConfirmPhone(ctx, step.Subject, newest()); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Identity.UsePhone(ctx, step.Subject); err != nil {
		t.Fatal(err)
	}
	if step, err = h.Identity.SignIn(ctx, a.Address, given, peer); err != nil || strings.Join(step.Methods, " ") != "sms recovery" {
		t.Fatalf("%+v %v", step, err)
	}
	gate.Answer(503)
	sent, err := h.Identity.SendCode(ctx, step.Ticket, "", peer)
	if err != nil || !sent.Late || sent.To != "…678" {
		t.Fatalf("%+v %v", sent, err)
	}
	if _, err := h.Identity.Answer(ctx, step.Ticket, identity.SMS, "000000", peer); err == nil {
		t.Error("in without a code")
	}
	// The provider is back: the same code arrives by itself.
	gate.Answer(0)
	before := len(gate.Taken())
	for end := time.Now().Add(20 * time.Second); len(gate.Taken()) == before; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it is not tried again")
		}
	}
	if step, err = h.Identity.Answer(ctx, step.Ticket, identity.SMS, newest(), peer); err != nil || step.Subject.Account != a.ID {
		t.Errorf("%+v %v", step, err)
	}
}

// TestSMSConfig names what is wrong, and writes to nobody unless it is told how.
func TestSMSConfig(t *testing.T) {
	pem := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(pem, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		set  func(*SMSConfig)
		want string
	}{
		"off":                {func(*SMSConfig) {}, "off"},
		"on":                 {func(c *SMSConfig) { c.Gateway, c.Country, c.HTTP.URL = "http", "886", "https://sms.example/" }, "on"},
		"a message centre":   {func(c *SMSConfig) { c.Gateway, c.Country, c.SMPP.Address = "smpp", "886", "smsc:2775" }, "on"},
		"another gateway":    {func(c *SMSConfig) { c.Gateway = "fax" }, "sms.gateway"},
		"no URL":             {func(c *SMSConfig) { c.Gateway, c.Country = "http", "886" }, "sms.http: "},
		"no address":         {func(c *SMSConfig) { c.Gateway, c.Country = "smpp", "886" }, "sms.smpp.address"},
		"no country":         {func(c *SMSConfig) { c.Gateway, c.HTTP.URL = "http", "https://sms.example/" }, "sms: no number"},
		"a country in words": {func(c *SMSConfig) { c.Gateway, c.Country, c.HTTP.URL = "http", "TW", "https://sms.example/" }, "sms: "},
		"no such certificate": {func(c *SMSConfig) {
			c.Gateway, c.Country, c.HTTP.URL, c.HTTP.CA = "http", "886", "https://sms.example/", "/nowhere"
		}, "sms.http.ca"},
		"not a certificate": {func(c *SMSConfig) {
			c.Gateway, c.Country, c.SMPP.Address, c.SMPP.TLS, c.SMPP.CA = "smpp", "886", "smsc:2775", true, pem
		}, "sms.smpp.ca"},
	} {
		conf, err := LoadConfig("")
		if err != nil {
			t.Fatal(err)
		}
		c.set(&conf.SMS)
		courier, on, err := conf.SMS.courier(nil, clock.System{}, testkit.Log(t))
		got := map[bool]string{true: "on", false: "off"}[on]
		if err != nil {
			got = err.Error()
		}
		if on {
			courier.Close()
		}
		if !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestTrySMS tells an operator what the gateway answers.
func TestTrySMS(t *testing.T) {
	_, gate := withGate(t)
	c, err := LoadConfig("")
	if err != nil {
		t.Fatal(err)
	}
	if to, err := c.TrySMS(t.Context(), "0912 345 678", "A trial", testkit.Log(t)); err != nil || to != "+886912345678" || gate.Taken()[0].Form["text"][0] != "A trial" {
		t.Errorf("%s %v %+v", to, err, gate.Taken())
	}
	gate.Answer(503)
	if _, err := c.TrySMS(t.Context(), "0912 345 678", "A trial", testkit.Log(t)); err == nil || !strings.Contains(err.Error(), "503") || len(gate.Taken()) != 2 {
		t.Errorf("%v", err)
	}
	if _, err := c.TrySMS(t.Context(), "+1 900 555 1234", "A trial", testkit.Log(t)); err == nil || len(gate.Taken()) != 2 {
		t.Errorf("abroad: %v", err)
	}
	c.SMS.Gateway = ""
	if _, err := c.TrySMS(t.Context(), "0912 345 678", "A trial", testkit.Log(t)); err == nil {
		t.Error("without a gateway")
	}
}
