package relay

import (
	"context"
	"errors"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"chancery/wire/smtp/smtptest"

	"golang.org/x/net/dns/dnsmessage"
)

// zone is what the test's DNS server knows: "name type" -> answers. A name
// that is there in no type does not exist; the answer "fail" is SERVFAIL.
type zone map[string][]string

// serveDNS answers over UDP on loopback and returns a resolver that asks it.
func serveDNS(t *testing.T, z zone) *net.Resolver {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := c.ReadFrom(buf)
			if err != nil {
				return
			}
			if b := z.answer(buf[:n]); b != nil {
				c.WriteTo(b, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, StrictErrors: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return net.Dial("udp", c.LocalAddr().String())
	}}
}

func (z zone) answer(query []byte) []byte {
	var p dnsmessage.Parser
	head, err := p.Start(query)
	if err != nil {
		return nil
	}
	q, err := p.Question()
	if err != nil {
		return nil
	}
	name := strings.TrimSuffix(q.Name.String(), ".")
	kind := strings.TrimPrefix(q.Type.String(), "Type")
	list := z[name+" "+kind]
	reply := dnsmessage.Header{ID: head.ID, Response: true, Authoritative: true, RecursionAvailable: true}
	known := false
	for key := range z {
		known = known || strings.HasPrefix(key, name+" ")
	}
	switch {
	case len(list) == 1 && list[0] == "fail":
		reply.RCode, list = dnsmessage.RCodeServerFailure, nil
	case !known:
		reply.RCode = dnsmessage.RCodeNameError
	}
	b := dnsmessage.NewBuilder(nil, reply)
	b.StartQuestions()
	b.Question(q)
	b.StartAnswers()
	for _, text := range list {
		h := dnsmessage.ResourceHeader{Name: q.Name, Class: dnsmessage.ClassINET, TTL: 1}
		switch kind {
		case "A":
			b.AResource(h, dnsmessage.AResource{A: [4]byte(net.ParseIP(text).To4())})
		case "MX":
			pref, host, _ := strings.Cut(text, " ")
			n, _ := strconv.Atoi(pref)
			b.MXResource(h, dnsmessage.MXResource{Pref: uint16(n), MX: dnsmessage.MustNewName(host)})
		}
	}
	out, err := b.Finish()
	if err != nil {
		return nil
	}
	return out
}

// TestTargets looks domains up at a real DNS server.
func TestTargets(t *testing.T) {
	resolver := serveDNS(t, zone{
		"two.example MX":     {"20 b.example.", "10 a.example."},
		"a.example A":        {"127.0.0.1"},
		"b.example A":        {"127.0.0.2"},
		"null.example MX":    {"0 ."},
		"bare.example A":     {"127.0.0.3"},
		"empty.example MX":   {"10 nowhere.example."},
		"broken.example MX":  {"fail"},
		"half.example MX":    {"10 fail.example.", "20 b.example."},
		"fail.example A":     {"fail"},
		"ours.example MX":    {"10 a.example.", "20 mail.city.example.", "30 b.example."},
		"self.example MX":    {"10 mail.city.example.", "20 b.example."},
		"xn--fsq.example MX": {"10 a.example."},
		"trouble.example MX": {"10 fail.example."},
	})
	r := New(Config{Hostname: "mail.city.example", Port: 2525, Resolver: resolver, ConnectTime: 2 * time.Second, Routes: map[string]string{"split.example": "10.0.0.9:25"}})
	for domain, want := range map[string]string{
		"two.example":         "a.example=127.0.0.1:2525 b.example=127.0.0.2:2525",
		"null.example":        "556 5.1.10",
		"bare.example":        "bare.example=127.0.0.3:2525",
		"missing.example":     "550 5.1.2",
		"empty.example":       "550 5.1.2",
		"broken.example":      "451 4.4.3",
		"half.example":        "b.example=127.0.0.2:2525",
		"trouble.example":     "451 4.4.3",
		"ours.example":        "a.example=127.0.0.1:2525",
		"self.example":        "554 5.4.6",
		"xn--fsq.example":     "a.example=127.0.0.1:2525",
		"split.example":       "10.0.0.9=10.0.0.9:25",
		"[192.0.2.7]":         "[192.0.2.7]=192.0.2.7:2525",
		"[IPv6:2001:db8::25]": "[IPv6:2001:db8::25]=[2001:db8::25]:2525",
	} {
		var got []string
		list, err := r.targets(t.Context(), domain)
		for _, one := range list {
			got = append(got, one.host+"="+one.addr)
		}
		var f *Failure
		if errors.As(err, &f) {
			got = append(got, strconv.Itoa(f.Reply.Code)+" "+f.Reply.Enhanced)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%s: %s (%v), want %s", domain, s, err, want)
		}
	}
}

// TestSecondServer takes the second MX when the first does not answer.
func TestSecondServer(t *testing.T) {
	good := smtptest.New(t, smtptest.Behaviour{})
	_, port, _ := net.SplitHostPort(good.Addr)
	n, _ := strconv.Atoi(port)
	resolver := serveDNS(t, zone{
		"two.example MX": {"10 dead.example.", "20 good.example."},
		"dead.example A": {"127.0.0.77"},
		"good.example A": {"127.0.0.1"},
	})
	r := New(Config{Hostname: "mail.city.example", Port: n, Resolver: resolver, ConnectTime: 2 * time.Second})
	line, err := r.Open(t.Context(), "two.example")
	if err != nil || line.Host != "good.example" {
		t.Fatalf("%v %v", line, err)
	}
	line.Quit()
}

// TestSmarthost sends everything through one server that wants TLS and a
// password.
func TestSmarthost(t *testing.T) {
	smart := smtptest.New(t, smtptest.Behaviour{TLS: true, Password: "secret"})
	open := func(c Config) error {
		c.Hostname, c.Smarthost, c.StepTime = "mail.city.example", smart.Addr, 3*time.Second
		line, err := New(c).Open(t.Context(), "anywhere.example")
		if err == nil {
			if _, ok := line.TLS(); !ok {
				t.Error("no TLS")
			}
			line.Quit()
		}
		return err
	}
	if err := open(Config{User: "relay", Password: "secret", RootCAs: smart.Pool}); err != nil {
		t.Error(err)
	}
	var f *Failure
	if err := open(Config{User: "relay", Password: "wrong", RootCAs: smart.Pool}); !errors.As(err, &f) || f.Reply.Permanent() {
		t.Errorf("a wrong password must not cost letters: %v", err)
	}
	if err := open(Config{User: "relay", Password: "secret"}); err == nil {
		t.Error("a certificate of nobody was believed")
	}
	smart.Set(smtptest.Behaviour{Password: "secret"})
	if err := open(Config{User: "relay", Password: "secret", RootCAs: smart.Pool}); err == nil {
		t.Error("the password went out without TLS")
	}
}

// TestGreetings says which refusals of a server are final.
func TestGreetings(t *testing.T) {
	for greeting, code := range map[string]int{"421 4.3.2 later": 421, "554 5.7.1 go away": 554, "521 5.3.2 no mail here": 521, "500 what": 451, "hello": 451} {
		s := smtptest.New(t, smtptest.Behaviour{Greeting: greeting})
		_, err := New(Config{Hostname: "x", Routes: map[string]string{"d": s.Addr}, StepTime: 3 * time.Second}).Open(t.Context(), "d")
		var f *Failure
		if !errors.As(err, &f) || f.Reply.Code != code {
			t.Errorf("%s: %v, want %d", greeting, err, code)
		}
	}
}
