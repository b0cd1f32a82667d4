package imap

import (
	"bufio"
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"chancery/directory"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/mail"
	"chancery/policy"
	"chancery/store"
)

// office is a mail room with a few people and an IMAP door in front of it.
type office struct {
	dir    *directory.Directory
	room   *mail.Room
	server *Server
	addr   string
	people map[string]directory.Account

	standing standing
}

// SignIn accepts the password "secret" of everybody.
func (o *office) SignIn(_ context.Context, user, password, _ string) (policy.Subject, error) {
	a, ok := o.people[user]
	if !ok || password != "secret" {
		return policy.Subject{}, errs.E(errs.Unauthenticated, "The address or the password is wrong.")
	}
	return policy.Subject{Org: a.Org, Account: a.ID, Address: a.Address, Clearance: a.Clearance, Zone: policy.Inner}, nil
}

// SignInToken accepts "token-ann" of ann, and so on; none from nobody.
func (o *office) SignInToken(ctx context.Context, user, token, peer string) (policy.Subject, error) {
	name, ok := strings.CutPrefix(token, "token-")
	if name == "barred" {
		return policy.Subject{}, errs.E(errs.Forbidden, "Mail programs are not allowed from here.")
	}
	if !ok || user != "" && user != name+"@city.example" {
		return policy.Subject{}, errs.E(errs.Unauthenticated, "The token is wrong or over.")
	}
	return o.SignIn(ctx, name, "secret", peer)
}

// SignInCertificate accepts every certificate as its common name's.
func (o *office) SignInCertificate(ctx context.Context, user string, chain []*x509.Certificate, peer string) (policy.Subject, error) {
	name := chain[0].Subject.CommonName
	if user != "" && user != name+"@city.example" {
		return policy.Subject{}, errs.E(errs.Unauthenticated, "The certificate is somebody else's.")
	}
	return o.SignIn(ctx, name, "secret", peer)
}

// newOffice opens an office on a temporary store.
func newOffice(t testing.TB, conf Config, people ...string) *office {
	t.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, store.Options{Dir: t.TempDir(), Log: testkit.Log(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	dir, err := directory.New(ctx, db, clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	room, err := mail.New(ctx, db, dir, mail.Config{}, clock.System{}, testkit.Log(t))
	if err != nil {
		t.Fatal(err)
	}
	o := &office{dir: dir, room: room, people: map[string]directory.Account{}}
	for _, name := range people {
		a, err := dir.AddAccount(ctx, directory.Account{Address: name + "@city.example", Clearance: policy.Secret})
		if err != nil {
			t.Fatal(err)
		}
		o.people[name] = a
	}
	conf.PlainOnLoopback = true
	if conf.LoginDelay == 0 {
		conf.LoginDelay = time.Millisecond
	}
	o.server = New(conf, room, o, testkit.Log(t))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o.addr = l.Addr().String()
	go o.server.Serve(l, false)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := o.server.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
	})
	return o
}

// client is a connection that a test drives by hand.
type client struct {
	t    testing.TB
	conn net.Conn
	r    *bufio.Reader
	n    int

	tag       string // of the command that a dialogue has sent last
	inCommand bool   // more lines of it follow
}

func newClient(t testing.TB, conn net.Conn) *client {
	return &client{t: t, conn: conn, r: bufio.NewReaderSize(conn, 1<<16)}
}

func (o *office) dial(t testing.TB) *client {
	t.Helper()
	conn, err := net.Dial("tcp", o.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	c := newClient(t, conn)
	c.line()
	return c
}

// signedIn is a client of a person.
func (o *office) signedIn(t testing.TB, user string) *client {
	t.Helper()
	c := o.dial(t)
	c.do("LOGIN " + user + " secret")
	return c
}

func (c *client) line() string {
	c.t.Helper()
	c.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	s, err := c.r.ReadString('\n')
	if err != nil {
		c.t.Fatalf("read: %v (%q)", err, s)
	}
	return strings.TrimRight(s, "\r\n")
}

func (c *client) send(text string) {
	c.t.Helper()
	if _, err := c.conn.Write([]byte(text)); err != nil {
		c.t.Fatal(err)
	}
}

// do sends a command that must be answered OK, and returns the lines before.
func (c *client) do(cmd string) []string {
	c.t.Helper()
	lines, status := c.try(cmd)
	if !strings.HasPrefix(status, "OK") {
		c.t.Fatalf("%s: %s", cmd, status)
	}
	return lines
}

// try sends a command and returns the untagged lines and the tagged status.
func (c *client) try(cmd string) (lines []string, status string) {
	c.t.Helper()
	c.n++
	tag := fmt.Sprintf("t%d ", c.n)
	c.send(tag + cmd + "\r\n")
	for {
		line := c.line()
		if rest, ok := strings.CutPrefix(line, tag); ok {
			return lines, rest
		}
		lines = append(lines, line)
	}
}

// letterText is a small message.
func letterText(n int) string {
	return fmt.Sprintf("From: Ann <ann@city.example>\r\nTo: bob@city.example\r\nSubject: Letter %d\r\nDate: Sat, 21 Nov 2026 10:00:0%d +0800\r\nMessage-ID: <m%d@city.example>\r\n\r\nBody of letter %d.\r\n", n, n%10, n, n)
}

func (c *client) append(mailbox, flags, text string) {
	c.t.Helper()
	c.do(fmt.Sprintf("APPEND %s %s{%d+}\r\n%s", mailbox, flags, len(text), text))
}
