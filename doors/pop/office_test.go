package pop

import (
	"bufio"
	"context"
	"crypto/x509"
	"net"
	"slices"
	"strings"
	"sync/atomic"
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

// office is a mail room with ann, who has three letters, and a POP3 door.
type office struct {
	t     testing.TB
	room  *mail.Room
	ann   directory.Account
	who   policy.Subject
	ended atomic.Bool
	addr  string
}

// letters are what ann has: one with dots at the beginning of lines, one that
// ends its lines in the manner of Unix, one without an end.
var letters = []string{
	"From: bob@city.example\r\nSubject: One\r\n\r\nfirst\r\n.\r\n..two dots\r\nlast\r\n",
	"From: bob@city.example\nSubject: Two\n\nunix\n.dot\n",
	"From: bob@city.example\r\nSubject: Three\r\n\r\nno end",
}

func newOffice(t testing.TB, url string, conf Config) *office {
	t.Helper()
	ctx := t.Context()
	db, err := store.Open(ctx, store.Options{Dir: t.TempDir(), URL: url, Log: testkit.Log(t)})
	must(t, err)
	t.Cleanup(func() { db.Close() })
	dir, err := directory.New(ctx, db, clock.System{})
	must(t, err)
	o := &office{t: t}
	o.room, err = mail.New(ctx, db, dir, mail.Config{}, clock.System{}, testkit.Log(t))
	must(t, err)
	o.ann, err = dir.AddAccount(ctx, directory.Account{Address: "ann@city.example", Clearance: policy.Secret})
	must(t, err)
	o.who = policy.Subject{Org: o.ann.Org, Account: o.ann.ID, Address: o.ann.Address, Clearance: policy.Secret, Zone: policy.Inner}
	for _, text := range letters {
		o.file(text)
	}
	if conf.LoginDelay == 0 {
		conf.LoginDelay = time.Millisecond
	}
	s := New(conf, o.room, o, testkit.Log(t))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	o.addr = l.Addr().String()
	serving, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(serving, l, false) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return o
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (o *office) account() *mail.Account {
	o.t.Helper()
	a, err := o.room.Account(o.t.Context(), o.who, o.ann.ID)
	must(o.t, err)
	return a
}

func (o *office) snapshot() *mail.Snapshot {
	o.t.Helper()
	s, err := o.account().Snapshot(o.t.Context())
	must(o.t, err)
	return s
}

// file puts a letter into the inbox.
func (o *office) file(text string) {
	o.t.Helper()
	a := o.account()
	box, _ := o.snapshot().ByRole(mail.RoleInbox)
	l, err := a.Spool(o.t.Context(), strings.NewReader(text))
	must(o.t, err)
	_, err = a.Append(o.t.Context(), mail.NewMessage{Letter: l, Mailboxes: []int64{box.ID}})
	must(o.t, err)
}

// in lists the subjects of what is in the mailbox of a role.
func (o *office) in(role string) string {
	o.t.Helper()
	snap := o.snapshot()
	box, _ := snap.ByRole(role)
	var ids []int64
	snap.EachFrom(box.ID, 0, func(e mail.Entry) bool { ids = append(ids, e.ID); return true })
	list, err := o.account().Content(o.t.Context(), ids...)
	must(o.t, err)
	var out []string
	for _, c := range list {
		out = append(out, c.Message.Envelope.Subject)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func (o *office) SignIn(_ context.Context, user, password, _ string) (policy.Subject, error) {
	switch {
	case password == "zone":
		return policy.Subject{}, errs.E(errs.Forbidden, "Not from here.")
	case password == "slow":
		return policy.Subject{}, errs.E(errs.RateLimited, "Too many wrong passwords.")
	case user != "ann@city.example" || password != "right word":
		return policy.Subject{}, errs.E(errs.Unauthenticated, "The address or the password is wrong.")
	}
	return o.who, nil
}

func (o *office) SignInToken(ctx context.Context, user, token, peer string) (policy.Subject, error) {
	if token != "token" {
		return policy.Subject{}, errs.E(errs.Unauthenticated, "The token is wrong or over.")
	}
	return o.SignIn(ctx, "ann@city.example", "right word", peer)
}

// SignInCertificate accepts every certificate as its common name's.
func (o *office) SignInCertificate(ctx context.Context, _ string, chain []*x509.Certificate, peer string) (policy.Subject, error) {
	return o.SignIn(ctx, chain[0].Subject.CommonName+"@city.example", "right word", peer)
}

func (o *office) Standing(context.Context, policy.Subject, string) error {
	if o.ended.Load() {
		return errs.E(errs.Unauthenticated, "The session has ended.")
	}
	return nil
}

// client is a connection that a test drives by hand.
type client struct {
	t    testing.TB
	conn net.Conn
	r    *bufio.Reader
}

func (o *office) dial() *client {
	o.t.Helper()
	conn, err := net.Dial("tcp", o.addr)
	must(o.t, err)
	o.t.Cleanup(func() { conn.Close() })
	c := &client{o.t, conn, bufio.NewReader(conn)}
	c.line()
	return c
}

func (o *office) signedIn() *client {
	c := o.dial()
	c.do("USER ann@city.example")
	c.do("PASS right word")
	return c
}

// line reads a line, "(closed)" at the end.
func (c *client) line() string {
	c.t.Helper()
	c.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	s, err := c.r.ReadString('\n')
	if err != nil && s == "" {
		return "(closed)"
	}
	return s
}

// ask sends a command and reads the first line of the answer.
func (c *client) ask(line string) string {
	c.t.Helper()
	if _, err := c.conn.Write([]byte(line + "\r\n")); err != nil {
		return "(closed)"
	}
	return strings.TrimRight(c.line(), "\r\n")
}

// do is ask for what must be done.
func (c *client) do(line string) string {
	c.t.Helper()
	got := c.ask(line)
	if !strings.HasPrefix(got, "+OK") {
		c.t.Fatalf("%s: %s", line, got)
	}
	return got
}

// rest reads the lines up to the one with a dot.
func (c *client) rest() string {
	c.t.Helper()
	var b strings.Builder
	for {
		line := c.line()
		if line == ".\r\n" || line == "(closed)" {
			return b.String()
		}
		b.WriteString(line)
	}
}
