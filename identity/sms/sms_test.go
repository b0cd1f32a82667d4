package sms

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/wire/smpp"
)

const (
	ann  = "+886912345678"
	code = "驗證碼 123456，五分鐘內有效。"
)

// TestParse reads numbers as people type them, and nothing else.
func TestParse(t *testing.T) {
	for _, x := range []struct{ text, country, want string }{
		{"0912-345-678", "886", ann},
		{"+886 912 345 678", "", ann},
		{"00886912345678", "84", ann},
		{"０９１２　３４５　６７８", "886", ann},
		{"＋886912345678", "", ann},
		{"(090) 123 4567", "84", "+84901234567"},
		{"010-1234-5678", "82", "+821012345678"},
		{"138 0013 8000", "86", "+8613800138000"},
		{"0912345678", "", ""},
		{"+0912345678", "886", ""},
		{"+88691234567890123", "", ""},
		{"1234", "886", ""},
		{"+886912345678\r\nto=+1", "", ""},
		{"+886912345678&to=1", "", ""},
		{"++886912345678", "", ""},
		{"8+86912345678", "", ""},
		{"{password}", "886", ""},
		{"", "886", ""},
	} {
		if got, err := Parse(x.text, x.country); got != x.want || (err == nil) != (x.want != "") {
			t.Errorf("%q: %q, %v", x.text, got, err)
		}
	}
	for number, want := range map[string]string{ann: "0912345678", "+84901234567": "+84901234567"} {
		if got := local(number, "886"); got != want {
			t.Error(got)
		}
	}
	if got := local("+8613800138000", "86"); got != "13800138000" {
		t.Error(got)
	}
}

// FuzzParse gives back only numbers.
func FuzzParse(f *testing.F) {
	f.Add("0912-345-678", "886")
	f.Add("＋８８６ (912) 345678", "")
	f.Fuzz(func(t *testing.T, text, country string) {
		if strings.Trim(country, "0123456789") != "" {
			return
		}
		n, err := Parse(text, country)
		if err == nil && (n[0] != '+' || strings.Trim(n[1:], "0123456789") != "" || len(n) < 9 || len(n) > 16) {
			t.Fatalf("%q is %q", text, n)
		}
	})
}

const kannelForm = "/cgi-bin/sendsms?username={user}&password={password}&to={to}&text={text}&coding=2&charset=UTF-8"

// TestForms writes the requests of providers as they want them, and nothing of
// a message gets out of its place.
func TestForms(t *testing.T) {
	evil := "a&to=+1\r\nX: {password} \"<é驗證>\\"
	for _, x := range []struct {
		name string
		conf HTTPConfig
		want func(testkit.SMSRequest) bool
	}{
		{"Kannel", HTTPConfig{URL: kannelForm, Success: "^0: Accepted"}, func(r testkit.SMSRequest) bool {
			return r.Method == "GET" && r.Form["to"][0] == ann && len(r.Form["to"]) == 1 && r.Form["text"][0] == evil && r.Form["username"][0] == "chancery"
		}},
		{"form in the body", HTTPConfig{URL: "/api", Body: "key={password}&receiver={local}&msg={text}", Country: "886"}, func(r testkit.SMSRequest) bool {
			return r.Method == "POST" && r.Body == "key=s%26cr%3Dt%2B&receiver=0912345678&msg=a%26to%3D%2B1%0D%0AX%3A%20%7Bpassword%7D%20%22%3C%C3%A9%E9%A9%97%E8%AD%89%3E%5C" &&
				r.Header.Get("Content-Type") == "application/x-www-form-urlencoded"
		}},
		{"JSON", HTTPConfig{URL: "/api", Body: `{"to":"{digits}","content":"{text}"}`, ContentType: "application/json; charset=utf-8", Headers: []string{"Authorization: Basic {basic}", "X-Key:{password}"}, Success: `"statusCode":"202"`},
			func(r testkit.SMSRequest) bool {
				return r.Body == `{"to":"886912345678","content":"a\u0026to=+1\r\nX: {password} \"\u003cé驗證\u003e\\"}` && r.Header.Get("Authorization") == "Basic Y2hhbmNlcnk6cyZjcj10Kw==" && r.Header.Get("X-Key") == "s&cr=t+" && r.Header.Get("X") == ""
			}},
		{"XML", HTTPConfig{Method: "PUT", URL: "/api", Body: `<sms to="{to}">{text}</sms>`, ContentType: "text/xml"}, func(r testkit.SMSRequest) bool {
			return r.Method == "PUT" && r.Body == `<sms to="+886912345678">a&amp;to=+1&#xD;&#xA;X: {password} &#34;&lt;é驗證&gt;\</sms>`
		}},
	} {
		t.Run(x.name, func(t *testing.T) {
			gate := testkit.NewSMSGate(t, false)
			x.conf.URL, x.conf.User, x.conf.Password = gate.URL+x.conf.URL, gate.User, gate.Password
			g, err := NewHTTP(x.conf)
			if err != nil {
				t.Fatal(err)
			}
			if err := g.Send(t.Context(), Message{To: ann, Text: evil}); err != nil {
				t.Fatal(err)
			}
			if all := gate.Taken(); len(all) != 1 || !x.want(all[0]) {
				t.Errorf("%+v", all)
			}
		})
	}
}

// TestFormsRefused does not start with a form that could send codes elsewhere.
func TestFormsRefused(t *testing.T) {
	for name, c := range map[string]HTTPConfig{
		"nothing":                {},
		"in the clear":           {URL: "http://provider.example/sms"},
		"host of the message":    {URL: "https://{to}.example/"},
		"password in the URL":    {URL: "https://u:p@provider.example/"},
		"another scheme":         {URL: "file:///etc/passwd"},
		"another method":         {URL: "https://p.example/", Method: "DELETE"},
		"a body of unknown kind": {URL: "https://p.example/", Body: "{text}", ContentType: "text/plain"},
		"a header without colon": {URL: "https://p.example/", Headers: []string{"Nothing"}},
		"a line within a header": {URL: "https://p.example/", Headers: []string{"A: b\r\nC: d"}},
		"a line within the name": {URL: "https://p.example/", Headers: []string{"A\nB: d"}},
		"a line by the password": {URL: "https://p.example/", Headers: []string{"A: {password}"}, Password: "x\ny"},
		"a pattern that is none": {URL: "https://p.example/", Success: "("},
	} {
		if _, err := NewHTTP(c); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestGatewayFails tells what a provider's faults are, follows it nowhere, and
// names neither number nor text nor password in any error.
func TestGatewayFails(t *testing.T) {
	gate := testkit.NewSMSGate(t, true)
	roots := x509.NewCertPool()
	roots.AddCert(gate.Certificate())
	open := func(change func(*HTTPConfig)) Gateway {
		conf := HTTPConfig{URL: gate.URL + kannelForm, User: gate.User, Password: gate.Password, Success: "^0: Accepted", Roots: roots, Timeout: 200 * time.Millisecond}
		change(&conf)
		g, err := NewHTTP(conf)
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	send := func(g Gateway, kind errs.Kind, what string) {
		t.Helper()
		err := g.Send(t.Context(), Message{To: ann, Text: code})
		if !errs.Is(err, kind) {
			t.Errorf("%s: %v", what, err)
			return
		}
		for _, secret := range []string{"912345678", "123456", gate.Password, "s%26cr"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%s: the error tells %q: %v", what, secret, err)
			}
		}
	}
	same := func(*HTTPConfig) {}
	if err := open(same).Send(t.Context(), Message{To: ann, Text: code}); err != nil {
		t.Fatal(err)
	}
	for _, status := range []int{302, 401, 403, 404, 429, 500, 503} {
		gate.Answer(status)
		send(open(same), errs.Unavailable, "a status")
	}
	for _, r := range gate.Taken() {
		if r.Path == "/elsewhere" {
			t.Error("a redirect was followed")
		}
	}
	gate.Answer(400)
	send(open(same), errs.Invalid, "400")
	gate.Answer(0)
	send(open(func(c *HTTPConfig) { c.Password = "wrong" }), errs.Unavailable, "a wrong password")
	send(open(func(c *HTTPConfig) { c.Success = "^1:" }), errs.Unavailable, "another answer")
	send(open(func(c *HTTPConfig) { c.Roots = x509.NewCertPool() }), errs.Unavailable, "a certificate of nobody")
	gate.Hang(5 * time.Second)
	send(open(same), errs.Unavailable, "no answer")
	gate.Hang(0)
	gone := open(same)
	gate.Close()
	send(gone, errs.Unavailable, "nobody there")
}

// trial is a gateway of the tests.
type trial struct {
	mu    sync.Mutex
	fails []error // what comes of the first tries
	sent  []Message
	tries int
	block chan struct{}
}

func (g *trial) Send(ctx context.Context, m Message) error {
	if g.block != nil {
		select {
		case <-g.block:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.tries++
	if len(g.fails) > 0 {
		err := g.fails[0]
		g.fails = g.fails[1:]
		return err
	}
	g.sent = append(g.sent, m)
	return nil
}

func (g *trial) Close() error { return nil }

func (g *trial) count() (sent, tries int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.sent), g.tries
}

func courier(t *testing.T, g Gateway, conf Config) (*Courier, *clock.Fake, *bytes.Buffer) {
	t.Helper()
	now := clock.NewFake(time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC))
	if conf.Country == "" {
		conf.Country = "886"
	}
	conf.Retry = 5 * time.Millisecond
	var log bytes.Buffer
	c, err := NewCourier(g, conf, book(t, ""), now, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c, now, &log
}

// TestLate tries again while a message is worth something, and says that it
// takes longer; what is refused for good is not tried again.
func TestLate(t *testing.T) {
	down := errs.E(errs.Unavailable, "down")
	g := &trial{fails: []error{down, down}}
	c, now, log := courier(t, g, Config{Limits: Limits{Gap: time.Nanosecond}})
	m := Message{To: ann, Text: code, Until: now.Now().Add(5 * time.Minute)}
	if late, err := c.Send(t.Context(), m, Asker{}); !late || err != nil {
		t.Fatal(late, err)
	}
	c.all.Wait()
	if sent, tries := g.count(); sent != 1 || tries != 3 {
		t.Errorf("%d sent by %d tries", sent, tries)
	}
	now.Advance(time.Second)
	g.fails = []error{down}
	old := Message{To: ann, Text: code, Until: now.Now()}
	if late, err := c.Send(t.Context(), old, Asker{}); !late || err != nil {
		t.Error(late, err)
	}
	c.all.Wait()
	now.Advance(time.Second)
	g.fails = []error{errs.E(errs.Invalid, "no such number")}
	if late, err := c.Send(t.Context(), m, Asker{}); late || !errs.Is(err, errs.Invalid) {
		t.Error(late, err)
	}
	c.all.Wait()
	if sent, tries := g.count(); sent != 1 || tries != 5 {
		t.Errorf("%d sent by %d tries: what is worth nothing, or refused, was tried again", sent, tries)
	}
	if text := log.String(); strings.Contains(text, "912345678") || strings.Contains(text, "123456") || !strings.Contains(text, "taken again") {
		t.Errorf("the log: %s", text)
	}
}

// TestNewer forgets a code that waits for the gateway as soon as there is a
// newer one: no old one comes after it.
func TestNewer(t *testing.T) {
	g := &trial{fails: []error{errs.E(errs.Unavailable, "down")}}
	c, now, _ := courier(t, g, Config{Limits: Limits{Gap: time.Nanosecond}})
	c.conf.Retry = time.Hour
	until := now.Now().Add(3 * time.Hour)
	for _, text := range []string{"old", "new", "other"} {
		now.Advance(time.Second)
		late, err := c.Send(t.Context(), Message{To: ann, Text: text, Until: until, Newer: text != "other"}, Asker{})
		if err != nil || late != (text == "old") {
			t.Fatal(text, late, err)
		}
	}
	c.all.Wait() // the old one waits no longer
	if len(g.sent) != 2 || g.sent[0].Text != "new" || g.sent[1].Text != "other" || g.tries != 3 || len(c.newer) != 0 {
		t.Errorf("%+v, %d tries, %d remembered", g.sent, g.tries, len(c.newer))
	}
}

// TestHanging does not make people wait for a gateway that hangs, and bounds
// what waits for it.
func TestHanging(t *testing.T) {
	g := &trial{block: make(chan struct{})}
	c, now, _ := courier(t, g, Config{Patience: 10 * time.Millisecond, Limits: Limits{Gap: time.Nanosecond, Number: 1000, Account: 1000, Network: 1000}})
	m := Message{To: ann, Text: code, Until: now.Now().Add(5 * time.Minute)}
	if late, err := c.Send(t.Context(), m, Asker{}); !late || err != nil {
		t.Fatal(late, err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for range maxUnderWay - 1 {
		now.Advance(time.Millisecond)
		if _, err := c.Send(gone, m, Asker{}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Send(gone, m, Asker{}); !errs.Is(err, errs.Unavailable) {
		t.Errorf("one too many: %v", err)
	}
	close(g.block)
}

// TestPumping bounds what leaves, by number, account, network and altogether,
// and writes to no number beyond the list.
func TestPumping(t *testing.T) {
	one, other := netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("192.0.2.1")
	number := func(n int) string {
		return "+8869" + strings.Repeat("0", 6) + string(rune('0'+n/10)) + string(rune('0'+n%10))
	}
	for _, x := range []struct {
		name string
		most int
		send func(n int) (string, Asker)
	}{
		{"one number", 6, func(n int) (string, Asker) { return ann, Asker{int64(n), other} }},
		{"one account", 10, func(n int) (string, Asker) { return number(n), Asker{7, other} }},
		{"one network", 30, func(n int) (string, Asker) { return number(n), Asker{int64(n), one.Next()} }},
		{"the house", 40, func(n int) (string, Asker) {
			return number(n), Asker{int64(n), netip.AddrFrom4([4]byte{10, 0, 0, byte(n)})}
		}},
	} {
		g := &trial{}
		c, now, _ := courier(t, g, Config{Limits: Limits{House: 40}})
		sent, last := 0, error(nil)
		for n := range 60 {
			now.Advance(31 * time.Second)
			to, by := x.send(n)
			if _, last = c.Send(t.Context(), Message{To: to, Until: now.Now().Add(time.Minute)}, by); last == nil {
				sent++
			}
		}
		c.all.Wait()
		if sent != x.most || !errs.Is(last, errs.RateLimited) {
			t.Errorf("%s: %d of 60 left, %v", x.name, sent, last)
		}
		now.Advance(time.Hour)
		to, by := x.send(1)
		if _, err := c.Send(t.Context(), Message{To: to, Until: now.Now().Add(time.Minute)}, by); err != nil {
			t.Errorf("%s: an hour later: %v", x.name, err)
		}
	}
	g := &trial{}
	c, now, _ := courier(t, g, Config{Prefixes: []string{"+8869", "+84"}})
	if _, err := c.Send(t.Context(), Message{To: ann}, Asker{}); err != nil {
		t.Fatal(err)
	}
	now.Advance(29 * time.Second)
	if _, err := c.Send(t.Context(), Message{To: ann}, Asker{}); !errs.Is(err, errs.RateLimited) {
		t.Errorf("twice within half a minute: %v", err)
	}
	for _, to := range []string{"+88620212345", "+239123456789", "911", ""} {
		if _, err := c.Send(t.Context(), Message{To: to}, Asker{}); !errs.Is(err, errs.Forbidden) {
			t.Errorf("%s: %v", to, err)
		}
		if _, err := c.Number(to); err == nil {
			t.Errorf("%s may be registered", to)
		}
	}
	if n, err := c.Number("0912 345 678"); n != ann || err != nil {
		t.Error(n, err)
	}
	for name, conf := range map[string]Config{"nobody": {}, "no country": {Country: "TW"}, "no prefix": {Prefixes: []string{"886"}}, "all": {Prefixes: []string{"+"}}} {
		if _, err := NewCourier(g, conf, nil, now, slog.Default()); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSMPP goes on after the message centre was away, and tells a number that
// it does not take from a fault.
func TestSMPP(t *testing.T) {
	s := testkit.NewSMSC(t)
	now := clock.NewFake(time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC))
	var log bytes.Buffer
	g := NewSMPP(smpp.Config{Address: s.Addr, Bind: smpp.Bind{SystemID: s.SystemID, Password: s.Secret}, From: smpp.Sender("Chancery"), Timeout: 300 * time.Millisecond}, now, slog.New(slog.NewTextHandler(&log, nil)))
	defer g.Close()
	m := Message{To: ann, Text: code, Until: now.Now().Add(5 * time.Minute)}
	for range 3 {
		if err := g.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if all := s.Taken(); len(all) != 3 || all[2].Text != code || all[2].To != "886912345678" || all[2].Validity != "000000000500000R" || s.Binds() != 1 {
		t.Errorf("%+v, %d binds", all, s.Binds())
	}
	s.Answer(0x0b)
	if err := g.Send(t.Context(), m); !errs.Is(err, errs.Invalid) {
		t.Error(err)
	}
	s.Answer(0x58)
	var status smpp.Status
	if err := g.Send(t.Context(), m); !errs.Is(err, errs.Unavailable) || !errors.As(err, &status) {
		t.Error(err)
	}
	s.Answer(0)
	s.Silence(true)
	if err := g.Send(t.Context(), m); !errs.Is(err, errs.Unavailable) {
		t.Error(err)
	}
	s.Silence(false)
	addr := s.Addr
	s.Close()
	time.Sleep(20 * time.Millisecond)
	if err := g.Send(t.Context(), m); !errs.Is(err, errs.Unavailable) {
		t.Error(err)
	}
	s.Open(t, addr)
	if err := g.Send(t.Context(), m); err != nil || s.Binds() != 2 {
		t.Errorf("after it is back: %v, %d binds", err, s.Binds())
	}
}
