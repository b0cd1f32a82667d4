// Package smtptest is an SMTP server for tests of what sends: it records
// every message and misbehaves as it is told.
package smtptest

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	wire "chancery/wire/smtp"
)

// Message is one that the server accepted.
type Message struct {
	From  string   // the whole MAIL line
	Rcpts []string // the whole RCPT lines
	Data  string
	TLS   bool
	User  string // signed in as
}

// Server is the server. Its fields may be changed while it runs, through Set.
type Server struct {
	Addr string
	Pool *x509.CertPool // trusts its certificate

	mu       sync.Mutex
	behave   Behaviour
	messages []Message
	commands []string
	tls      *tls.Config
}

// Behaviour says how the server acts. The zero value is a good modern server
// without TLS.
type Behaviour struct {
	Greeting   string            // instead of 220
	Extensions []string          // instead of PIPELINING, 8BITMIME, SIZE, DSN, SMTPUTF8, ENHANCEDSTATUSCODES
	Replies    map[string]string // by prefix of the command line, upper case: instead of the good reply
	Data       string            // instead of 250 after the message
	Drop       bool              // close the connection after the message, before the reply
	DropTLS    bool              // close the connection in the handshake
	TLS        bool              // offer STARTTLS
	Slow       time.Duration     // wait before each reply
	Password   string            // offer AUTH, for any user with this password
	OldServer  bool              // knows no EHLO
}

// New starts a server on loopback; the test's end stops it.
func New(t testing.TB, b Behaviour) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Addr: l.Addr().String(), behave: b}
	s.certificate(t)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(c)
		}
	}()
	return s
}

// Set changes the behaviour for what comes next.
func (s *Server) Set(b Behaviour) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.behave = b
}

// Messages returns what was accepted so far.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message(nil), s.messages...)
}

// Commands returns every command line so far.
func (s *Server) Commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.commands...)
}

func (s *Server) certificate(t testing.TB) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "127.0.0.1"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	s.Pool = x509.NewCertPool()
	s.Pool.AddCert(cert)
	s.tls = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

// session is one connection.
type session struct {
	s   *Server
	b   Behaviour
	c   net.Conn
	br  *bufio.Reader
	msg Message
}

func (s *Server) serve(c net.Conn) {
	defer c.Close()
	s.mu.Lock()
	x := &session{s: s, b: s.behave, c: c, br: bufio.NewReader(c)}
	s.mu.Unlock()
	if x.b.Greeting != "" {
		x.reply(x.b.Greeting)
	} else {
		x.reply("220 sink.example ESMTP")
	}
	for {
		line, err := x.br.ReadString('\n')
		if err != nil {
			return
		}
		s.mu.Lock()
		x.b = s.behave
		s.commands = append(s.commands, strings.TrimRight(line, "\r\n"))
		s.mu.Unlock()
		if !x.command(strings.TrimRight(line, "\r\n")) {
			return
		}
	}
}

func (x *session) reply(text string) {
	time.Sleep(x.b.Slow)
	io.WriteString(x.c, text+"\r\n")
}

// command acts on one line; false ends the connection.
func (x *session) command(line string) bool {
	upper := strings.ToUpper(line)
	for prefix, text := range x.b.Replies {
		if strings.HasPrefix(upper, strings.ToUpper(prefix)) {
			x.reply(text)
			return true
		}
	}
	word, _, _ := strings.Cut(upper, " ")
	switch word {
	case "EHLO":
		x.ehlo()
	case "STARTTLS":
		return x.startTLS()
	case "AUTH":
		x.auth(line)
	case "MAIL":
		x.msg = Message{From: line, TLS: x.msg.TLS, User: x.msg.User}
		x.reply("250 2.1.0 ok")
	case "RCPT":
		if x.msg.From == "" {
			x.reply("503 5.5.1 no sender")
			return true
		}
		x.msg.Rcpts = append(x.msg.Rcpts, line)
		x.reply("250 2.1.5 ok")
	case "DATA":
		return x.data()
	case "QUIT":
		x.reply("221 2.0.0 bye")
		return false
	default:
		x.reply("250 2.0.0 ok")
	}
	return true
}

func (x *session) ehlo() {
	if x.b.OldServer {
		x.reply("502 what?")
		return
	}
	ext := x.b.Extensions
	if ext == nil {
		ext = []string{"PIPELINING", "8BITMIME", "SIZE 1000000", "DSN", "SMTPUTF8", "ENHANCEDSTATUSCODES"}
	}
	if x.b.TLS && !x.msg.TLS {
		ext = append(ext[:len(ext):len(ext)], "STARTTLS")
	}
	if x.b.Password != "" && x.msg.TLS {
		ext = append(ext[:len(ext):len(ext)], "AUTH LOGIN PLAIN")
	}
	lines := append([]string{"sink.example"}, ext...)
	for i := range lines {
		if i < len(lines)-1 {
			lines[i] = "250-" + lines[i]
		} else {
			lines[i] = "250 " + lines[i]
		}
	}
	x.reply(strings.Join(lines, "\r\n"))
}

func (x *session) startTLS() bool {
	x.reply("220 2.0.0 go")
	if x.b.DropTLS {
		return false
	}
	t := tls.Server(x.c, x.s.tls)
	if t.Handshake() != nil {
		return false
	}
	x.c, x.br, x.msg.TLS = t, bufio.NewReader(t), true
	return true
}

func (x *session) auth(line string) {
	want := "AUTH PLAIN " + wire.EncodePlain("relay", x.b.Password)
	if line != want {
		x.reply("535 5.7.8 wrong")
		return
	}
	x.msg.User = "relay"
	x.reply("235 2.7.0 welcome")
}

func (x *session) data() bool {
	if len(x.msg.Rcpts) == 0 {
		x.reply("503 5.5.1 nobody")
		return true
	}
	x.reply("354 go")
	body, err := io.ReadAll(wire.NewDataReader(x.br, 0))
	if err != nil {
		return false
	}
	if x.b.Drop {
		return false
	}
	if x.b.Data != "" {
		x.reply(x.b.Data)
		return true
	}
	x.msg.Data = string(body)
	x.s.mu.Lock()
	x.s.messages = append(x.s.messages, x.msg)
	x.s.mu.Unlock()
	x.msg = Message{TLS: x.msg.TLS, User: x.msg.User}
	x.reply("250 2.0.0 taken")
	return true
}
