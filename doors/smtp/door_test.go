package smtp

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
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

// office is a whole door on loopback with two people behind it.
type office struct {
	data  string // directory
	db    *store.Store
	dir   *directory.Directory
	room  *mail.Room
	srv   *Server
	clock *clock.Fake
	addr  map[Kind]string
	users users
}

// users are passwords by address.
type users struct {
	dir       *directory.Directory
	passwords map[string]string
	ended     *atomic.Bool // nobody who signed in is let in any more
}

func (u users) AuthenticateToken(ctx context.Context, address, token string, peer Peer) (policy.Subject, error) {
	name, ok := strings.CutPrefix(token, "token-")
	if !ok || address != "" && address != name+"@city.example" {
		return policy.Subject{}, errs.E(errs.Unauthenticated, "The token is wrong or over.")
	}
	return u.Authenticate(ctx, name+"@city.example", "secret", peer)
}

func (u users) AuthenticateCertificate(ctx context.Context, address string, chain []*x509.Certificate, peer Peer) (policy.Subject, error) {
	return u.Authenticate(ctx, chain[0].Subject.CommonName+"@city.example", "secret", peer)
}

func (u users) Standing(context.Context, policy.Subject, Peer) error {
	if u.ended != nil && u.ended.Load() {
		return errs.E(errs.Unauthenticated, "The session has ended.")
	}
	return nil
}

func (u users) Authenticate(ctx context.Context, address, password string, peer Peer) (policy.Subject, error) {
	if want, ok := u.passwords[address]; !ok || want != password {
		return policy.Subject{}, errs.E(errs.Unauthenticated, "no")
	}
	a, _, err := u.dir.Resolve(ctx, address)
	return policy.Subject{Org: a.Org, Account: a.ID, Address: a.Address, Clearance: a.Clearance, Zone: policy.Inner}, err
}

// noon is when every dialogue of the tests happens.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func newOffice(t testing.TB, url string, conf Config, mailConf mail.Config) *office {
	t.Helper()
	ctx := t.Context()
	data := t.TempDir()
	db, err := store.Open(ctx, store.Options{Dir: data, URL: url, Log: testkit.Log(t)})
	check(t, err)
	t.Cleanup(func() { db.Close() })
	o := &office{data: data, db: db, clock: clock.NewFake(noon), addr: map[Kind]string{}}
	o.dir, err = directory.New(ctx, db, o.clock)
	check(t, err)
	mailConf.Hostname, conf.Hostname = "mail.city.example", "mail.city.example"
	o.room, err = mail.New(ctx, db, o.dir, mailConf, o.clock, testkit.Log(t))
	check(t, err)
	o.users = users{o.dir, map[string]string{}, &atomic.Bool{}}
	for _, address := range []string{"ann@city.example", "bob@city.example", "office@city.example"} {
		_, err := o.dir.AddAccount(ctx, directory.Account{Address: address, Clearance: policy.Secret, Admin: address == "bob@city.example"})
		check(t, err)
		o.users.passwords[address] = "secret"
	}
	o.srv = New(conf, o.room, o.users, testTLS(t), o.clock, testkit.Log(t))
	for _, kind := range []Kind{MX, Submission, SubmissionTLS} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		check(t, err)
		o.addr[kind] = l.Addr().String()
		go o.srv.Serve(l, kind)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		o.srv.Shutdown(ctx)
	})
	return o
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// testTLS is a certificate for mail.city.example.
func testTLS(t testing.TB) *tls.Config {
	server, _ := testkit.TLS(t, "mail.city.example")
	return server
}

// inbox returns the texts of an account's inbox, oldest first.
func (o *office) inbox(t testing.TB, address string) []string {
	t.Helper()
	ctx := t.Context()
	a, _, err := o.dir.Resolve(ctx, address)
	check(t, err)
	acc, err := o.room.Account(ctx, policy.Subject{Org: a.Org, Account: a.ID, Clearance: policy.Secret, Zone: policy.Inner}, a.ID)
	check(t, err)
	snap, err := acc.Snapshot(ctx)
	check(t, err)
	var out []string
	box, _ := snap.ByRole(mail.RoleInbox)
	for i := range snap.MailboxLen(box.ID) {
		b, _, err := acc.OpenMessage(ctx, snap.At(box.ID, i).ID)
		check(t, err)
		text, err := io.ReadAll(b.Reader())
		check(t, err)
		b.Close()
		out = append(out, string(text))
	}
	return out
}

// dial connects to a door, with TLS where it begins with it.
func (o *office) dial(t testing.TB, kind Kind) (net.Conn, *bufio.Reader) {
	t.Helper()
	c, err := net.Dial("tcp", o.addr[kind])
	check(t, err)
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(20 * time.Second))
	if kind == SubmissionTLS {
		c = tls.Client(c, &tls.Config{InsecureSkipVerify: true})
	}
	return c, bufio.NewReader(c)
}

func account(address string) directory.Account {
	return directory.Account{Address: address, Clearance: policy.Secret}
}
