package mail

import (
	"context"
	"strings"
	"testing"
	"time"

	"chancery/kit/clock"
	"chancery/kit/testkit"
	"chancery/store"
	"chancery/wire/smtp/smtptest"
)

// TestUTF8 sends to addresses beyond ASCII: an international domain goes to
// any server, an international name only where SMTPUTF8 is known.
func TestUTF8(t *testing.T) {
	sink := smtptest.New(t, smtptest.Behaviour{Extensions: []string{"PIPELINING"}})
	p := newPostOffice(t, "", Outbound{Routes: map[string]string{"xn--fsq.example": sink.Addr}, StepTime: 5 * time.Second})
	n := p.draft(t, "")
	send := func(to string) {
		t.Helper()
		n.Envelope = &Envelope{From: "ann@city.example", Rcpts: []RcptTo{{Address: to}}}
		_, err := p.ann.Submit(t.Context(), n)
		check(t, err)
		until(t, "the queue is empty", func() bool { return p.queued(t) == 0 })
	}
	send("xu@例.example")
	if got := sink.Messages(); len(got) != 1 || got[0].Rcpts[0] != "RCPT TO:<xu@xn--fsq.example>" {
		t.Fatalf("to a domain: %+v", got)
	}
	send("王@例.example")
	p.wantReport(t, "5.6.7")
	if got := p.letters(t, p.ann); len(got) == 1 && (!strings.Contains(got[0], "message/global-delivery-status") || !strings.Contains(got[0], "Final-Recipient: utf-8; 王@xn--fsq.example")) {
		t.Errorf("the report: %s", got[0])
	}
	sink.Set(smtptest.Behaviour{})
	send("王@例.example")
	got := sink.Messages()
	if len(got) != 2 || !strings.HasSuffix(got[1].From, " SMTPUTF8") || got[1].Rcpts[0] != "RCPT TO:<王@xn--fsq.example>" {
		t.Errorf("to a name: %+v", got)
	}
}

// TestMany sends many letters to several domains over few connections.
func TestMany(t *testing.T) {
	ctx := t.Context()
	routes := map[string]string{}
	var sinks []*smtptest.Server
	for _, domain := range []string{"a.example", "b.example", "c.example"} {
		s := smtptest.New(t, smtptest.Behaviour{})
		sinks = append(sinks, s)
		routes[domain] = s.Addr
	}
	p := newPostOffice(t, "", Outbound{Routes: routes, Batch: 7, StepTime: 5 * time.Second})
	n := p.draft(t, "")
	for i := range 30 {
		n.Envelope = &Envelope{From: "ann@city.example"}
		for domain := range routes {
			for _, who := range []string{"x", "y"} {
				n.Envelope.Rcpts = append(n.Envelope.Rcpts, RcptTo{Address: who + string(rune('a'+i%26)) + "@" + domain})
			}
		}
		_, err := p.ann.Submit(ctx, n)
		check(t, err)
	}
	until(t, "the queue is empty", func() bool { return p.queued(t) == 0 })
	for _, s := range sinks {
		rcpts, conns := 0, 0
		for _, m := range s.Messages() {
			rcpts += len(m.Rcpts)
		}
		for _, line := range s.Commands() {
			if strings.HasPrefix(line, "EHLO") {
				conns++
			}
		}
		if rcpts != 60 || conns > 40 {
			t.Errorf("%d recipients over %d connections", rcpts, conns)
		}
	}
}

// TestStop ends the queue's work within its grace while a server dawdles, and
// loses nothing.
func TestStop(t *testing.T) {
	sink := smtptest.New(t, smtptest.Behaviour{Slow: 20 * time.Second})
	p := newPostOffice(t, "", Outbound{Routes: map[string]string{"out.example": sink.Addr}, StepTime: time.Minute})
	_, err := p.ann.Submit(t.Context(), p.draft(t, "To: xu@out.example\r\n"))
	check(t, err)
	time.Sleep(100 * time.Millisecond)
	begun := time.Now()
	p.stop()
	if d := time.Since(begun); d > 8*time.Second {
		t.Errorf("stopping took %v", d)
	}
	sink.Set(smtptest.Behaviour{})
	p.start(t)
	until(t, "the queue is empty", func() bool { return p.queued(t) == 0 })
	if len(sink.Messages()) != 1 {
		t.Errorf("%d messages", len(sink.Messages()))
	}
}

// TestLease keeps a letter in hand for longer than the lease while a slow
// server takes it, and another process leaves it alone.
func TestLease(t *testing.T) {
	sink := smtptest.New(t, smtptest.Behaviour{Slow: 200 * time.Millisecond})
	o := route(sink)
	o.Lease = 300 * time.Millisecond
	p := &postOffice{opt: store.Options{Dir: t.TempDir(), Log: testkit.Log(t)}, conf: Config{Hostname: "mail.city.example", Outbound: o}}
	p.openOn(t, clock.System{})
	p.ann, p.bob = p.person(t, "ann@city.example"), p.person(t, "bob@city.example")
	p.start(t)
	other := must(New(t.Context(), p.db, p.dir, p.conf, clock.System{}, testkit.Log(t)))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- other.RunQueue(ctx) }()
	_, err := p.ann.Submit(t.Context(), p.draft(t, "To: xu@out.example\r\n"))
	check(t, err)
	for range 8 {
		time.Sleep(150 * time.Millisecond)
		other.wakeQueue()
	}
	until(t, "the queue is empty", func() bool { return p.queued(t) == 0 })
	cancel()
	check(t, <-ended)
	if n := len(sink.Messages()); n != 1 {
		t.Errorf("sent %d times", n)
	}
}
