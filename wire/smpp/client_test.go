package smpp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"chancery/kit/testkit"
)

func bound(t *testing.T, s *testkit.SMSC, conf Config) *Client {
	t.Helper()
	conf.Address, conf.Bind, conf.From = s.Addr, Bind{SystemID: s.SystemID, Password: s.Secret}, Sender("Chancery")
	c, err := Dial(t.Context(), conf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// TestSubmit sends texts of each kind to a message centre and hears its receipts.
func TestSubmit(t *testing.T) {
	s := testkit.NewSMSC(t)
	receipts := make(chan Receipt, 20)
	c := bound(t, s, Config{OnReceipt: func(r Receipt) { receipts <- r }})
	for n, x := range []struct {
		text  string
		parts int
	}{
		{"Your code is 123456.", 1},
		{"驗證碼 123456，五分鐘內有效。", 1},
		{"Mã 123456 có hiệu lực trong 5 phút.", 1},
		{strings.Repeat("長", 100) + "😀" + strings.Repeat("訊", 60), 3},
		{strings.Repeat("long ", 40), 2},
	} {
		ids, err := c.Submit(t.Context(), "+886912345678", x.text, 5*time.Minute)
		if err != nil || len(ids) != x.parts {
			t.Fatalf("%q: %q, %v", x.text, ids, err)
		}
		all := s.Taken()
		got := all[len(all)-1]
		if len(all) != n+1 || got.Text != x.text || got.To != "886912345678" || got.From != "Chancery" || got.Parts != x.parts || got.Validity != "000000000500000R" {
			t.Errorf("%+v", got)
		}
		for _, id := range ids {
			if r := <-receipts; r.ID != id || !r.Delivered() || !r.Final() {
				t.Errorf("%s: %+v", id, r)
			}
		}
	}
}

// TestRefused tells what the message centre does not take, and that a wrong
// field of ours never reaches it.
func TestRefused(t *testing.T) {
	s := testkit.NewSMSC(t)
	var status Status
	if _, err := Dial(t.Context(), Config{Address: s.Addr, Bind: Bind{SystemID: s.SystemID, Password: "wrong"}}); !errors.As(err, &status) || status.Temporary() {
		t.Errorf("a wrong password: %v", err)
	}
	if _, err := Dial(t.Context(), Config{Address: s.Addr, Bind: Bind{SystemID: "a\x00b"}}); err == nil {
		t.Error("a NUL in the name")
	}
	if _, err := Dial(t.Context(), Config{Address: s.Addr, Bind: Bind{SystemID: s.SystemID, Password: "longer than eight"}}); err == nil {
		t.Error("a long password")
	}
	c := bound(t, s, Config{})
	for _, to := range []string{"", "12\x0034", strings.Repeat("1", 30), "no number"} {
		if _, err := c.Submit(t.Context(), to, "text", 0); err == nil {
			t.Errorf("taken: %q", to)
		}
	}
	if _, err := c.Submit(t.Context(), "1", strings.Repeat("長", 700), 0); err == nil {
		t.Error("taken: eleven parts")
	}
	s.Answer(0x58)
	if _, err := c.Submit(t.Context(), "1", "text", 0); !errors.As(err, &status) || !status.Temporary() {
		t.Errorf("throttled: %v", err)
	}
	s.Answer(0)
	if _, err := c.Submit(t.Context(), "1", "text", 0); err != nil || len(s.Taken()) != 1 {
		t.Errorf("after that: %v, %v", err, s.Taken())
	}
}

// TestLine tries a silent line, answers what the message centre asks, and ends
// when it is silent, unbinds, or speaks nonsense.
func TestLine(t *testing.T) {
	s := testkit.NewSMSC(t)
	c := bound(t, s, Config{Enquire: 20 * time.Millisecond, Timeout: 300 * time.Millisecond})
	for n := 0; s.Enquiries() < 3; n++ {
		if n > 200 {
			t.Fatal("the line is not tried")
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.Send(uint32(EnquireLink), 7, nil)
	s.Send(0x103, 8, nil)                                           // data_sm: not ours
	s.Send(uint32(SubmitSM|answer), 99, []byte("nobody asked\x00")) // an answer to nothing
	if _, err := c.Submit(t.Context(), "1", "still here", 0); err != nil {
		t.Fatal(err)
	}
	ends := func(c *Client, why string) {
		t.Helper()
		select {
		case <-c.Done():
		case <-time.After(5 * time.Second):
			t.Fatalf("it goes on: %s", why)
		}
		if _, err := c.Submit(t.Context(), "1", "text", 0); err == nil {
			t.Errorf("taken after the end: %s", why)
		}
	}
	s.Silence(true)
	ends(c, "silence")
	s.Silence(false)
	c = bound(t, s, Config{})
	s.Send(uint32(UnbindLink), 1, nil)
	ends(c, "unbind")
	c = bound(t, s, Config{})
	s.Send(uint32(DeliverSM), 1, []byte{1, 2, 3})
	ends(c, "a message that is none")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	l, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := Dial(ctx, Config{Address: l.Addr().String()}); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

// TestTLS speaks to a message centre behind TLS, and not to one whose
// certificate nobody vouches for.
func TestTLS(t *testing.T) {
	s := testkit.NewSMSC(t)
	lent := httptest.NewTLSServer(nil) // for its certificate
	defer lent.Close()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: lent.TLS.Certificates})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", s.Addr)
			if err != nil {
				in.Close()
				return
			}
			go func() { io.Copy(out, in); out.Close() }()
			go func() { io.Copy(in, out); in.Close() }()
		}
	}()
	roots := x509.NewCertPool()
	roots.AddCert(lent.Certificate())
	conf := Config{Address: l.Addr().String(), Bind: Bind{SystemID: s.SystemID, Password: s.Secret}, TLS: &tls.Config{RootCAs: roots, ServerName: "127.0.0.1"}}
	c, err := Dial(t.Context(), conf)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Submit(t.Context(), "886912345678", "by TLS", 0); err != nil || len(s.Taken()) != 1 {
		t.Errorf("%v %v", err, s.Taken())
	}
	conf.TLS = &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "127.0.0.1"}
	if _, err := Dial(t.Context(), conf); err == nil || s.Binds() != 1 {
		t.Errorf("a certificate of nobody: %v", err)
	}
}
