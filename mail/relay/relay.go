package relay

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"time"

	wire "chancery/wire/smtp"
)

// Resolver is the part of DNS that is needed; *net.Resolver is one. It must
// tell failure from absence (StrictErrors), because a host that seems to have
// no address costs a letter.
type Resolver interface {
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// The protections of the way to a smarthost.
const (
	StartTLS = "starttls" // the zero value means this too
	Implicit = "tls"
	Plain    = "none"
)

// Config are the settings. Zero values mean the documented default.
type Config struct {
	Hostname     string            // what we call ourselves
	Port         int               // of other servers, default 25
	Routes       map[string]string // domain -> host:port, instead of MX
	Smarthost    string            // host:port for everything without a route; "" = none
	SmarthostTLS string            // starttls (default), tls, none
	User         string            // "" = do not sign in
	Password     string
	RootCAs      *x509.CertPool // what a smarthost's certificate is checked against; nil = the system's
	Resolver     Resolver       // nil = the system's
	ConnectTime  time.Duration  // default 30 s
	StepTime     time.Duration  // default 5 min (RFC 5321 section 4.5.3.2)
	MaxHosts     int            // addresses tried for one domain, default 10
	Log          *slog.Logger   // nil = slog.Default()
}

// Relay opens connections. It may be used by many goroutines.
type Relay struct{ conf Config }

// New returns a relay.
func New(c Config) *Relay {
	if c.Port == 0 {
		c.Port = 25
	}
	if c.Resolver == nil {
		c.Resolver = &net.Resolver{PreferGo: true, StrictErrors: true}
	}
	if c.ConnectTime == 0 {
		c.ConnectTime = 30 * time.Second
	}
	if c.StepTime == 0 {
		c.StepTime = 5 * time.Minute
	}
	if c.MaxHosts == 0 {
		c.MaxHosts = 10
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return &Relay{c}
}

// Failure says why a domain could not be reached.
type Failure struct {
	Reply wire.Reply // code 4xx or 5xx; made here unless a server said it
	Host  string     // who said it, "" for none
	Err   error      // for the log
}

// Error describes the failure.
func (f *Failure) Error() string {
	s := f.Reply.String()
	if f.Host != "" {
		s = f.Host + ": " + s
	}
	if f.Err != nil {
		s += ": " + f.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

func failure(code int, status string, err error, format string, args ...any) *Failure {
	return &Failure{Reply: wire.Reply{Code: code, Enhanced: status, Lines: []string{fmt.Sprintf(format, args...)}}, Err: err}
}

// Line is an open connection to a server that takes mail for the domain.
type Line struct {
	*wire.Client
	Host string // its name
}

// target is an address to try.
type target struct {
	host  string // name, for TLS and for reports
	addr  string // ip:port or host:port
	smart bool
}

// Open connects to the first server for the domain that answers. Every error
// is a *Failure; it is permanent only where every server said so.
func (r *Relay) Open(ctx context.Context, domain string) (*Line, error) {
	targets, err := r.targets(ctx, domain)
	if err != nil {
		return nil, err
	}
	var last error
	for _, t := range targets {
		line, err := r.connect(ctx, t, true)
		if err == nil {
			return line, nil
		}
		r.conf.Log.Debug("relay: a server could not be used", "domain", domain, "host", t.host, "err", err)
		var f, worst *Failure
		if !errors.As(last, &worst) || errors.As(err, &f) && worst.Reply.Permanent() {
			last = err // a temporary failure outweighs a permanent one
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, last
}

// connect opens one connection. Where TLS fails that nobody demands, it is
// tried again without (RFC 7435): a letter in the clear is what there was
// before STARTTLS too.
func (r *Relay) connect(ctx context.Context, t target, useTLS bool) (*Line, error) {
	dialer := net.Dialer{Timeout: r.conf.ConnectTime}
	conn, err := dialer.DialContext(ctx, "tcp", t.addr)
	if err != nil {
		f := failure(451, "4.4.1", err, "No connection to %s.", t.addr)
		f.Host = t.host
		return nil, f
	}
	if t.smart && r.conf.SmarthostTLS == Implicit {
		conn = tls.Client(conn, r.tlsConfig(t))
	}
	c, err := wire.NewClient(ctx, conn, r.conf.StepTime)
	if err != nil {
		return nil, r.explain(t, err)
	}
	line := &Line{Client: c, Host: t.host}
	retry, err := r.greet(ctx, line, t, useTLS)
	if err == nil {
		return line, nil
	}
	c.Close()
	if retry && ctx.Err() == nil {
		return r.connect(ctx, t, false)
	}
	return nil, r.explain(t, err)
}

// greet brings the connection to where messages can be sent. retry says that
// it may work without TLS.
func (r *Relay) greet(ctx context.Context, l *Line, t target, useTLS bool) (retry bool, err error) {
	if err := l.Hello(r.conf.Hostname); err != nil {
		return false, err
	}
	_, protected := l.TLS()
	demanded := t.smart && r.conf.SmarthostTLS != Plain && r.conf.SmarthostTLS != Implicit
	if demanded && !l.Has("STARTTLS") {
		return false, errors.New("the smarthost does not offer STARTTLS, which is demanded")
	}
	if useTLS && !protected && l.Has("STARTTLS") && !(t.smart && r.conf.SmarthostTLS != "" && r.conf.SmarthostTLS != StartTLS) {
		if err := l.StartTLS(ctx, r.tlsConfig(t)); err != nil {
			return !t.smart, err
		}
		if err := l.Hello(r.conf.Hostname); err != nil {
			return !t.smart, err
		}
	}
	if t.smart && r.conf.User != "" {
		return false, l.Auth(r.conf.User, r.conf.Password)
	}
	return false, nil
}

// tlsConfig demands a good certificate of a smarthost only: of other servers
// names are not known for sure without DANE or MTA-STS.
func (r *Relay) tlsConfig(t target) *tls.Config {
	return &tls.Config{ServerName: t.host, InsecureSkipVerify: !t.smart, RootCAs: r.conf.RootCAs, MinVersion: tls.VersionTLS12}
}

// explain makes a Failure of what went wrong before any message. A refusal
// here speaks of the server, not of a recipient; a final one counts only for
// this host, so it is temporary unless the greeting says that no mail is
// taken at all (RFC 7504).
func (r *Relay) explain(t target, err error) error {
	var said *wire.ReplyError
	if errors.As(err, &said) {
		reply := said.Reply
		if said.Command == "AUTH" || reply.Permanent() && reply.Code != 521 && reply.Code != 554 {
			reply.Code, reply.Enhanced = 451, "4.7.0"
		}
		return &Failure{Reply: reply, Host: t.host, Err: err}
	}
	f := failure(451, "4.4.2", err, "The connection to %s failed.", t.host)
	f.Host = t.host
	return f
}

// targets lists the addresses to try for a domain, best first.
func (r *Relay) targets(ctx context.Context, domain string) ([]target, error) {
	if addr, ok := r.conf.Routes[domain]; ok {
		return routed(addr, false)
	}
	if r.conf.Smarthost != "" {
		return routed(r.conf.Smarthost, true)
	}
	if ip, ok := wire.Literal(domain); ok {
		return []target{{host: domain, addr: r.at(ip)}}, nil
	}
	hosts, err := r.hosts(ctx, domain)
	if err != nil {
		return nil, err
	}
	return r.addresses(ctx, domain, hosts)
}

func routed(addr string, smart bool) ([]target, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, failure(451, "4.3.5", err, "The route %q is not host:port.", addr)
	}
	return []target{{host: host, addr: addr, smart: smart}}, nil
}

func (r *Relay) at(ip netip.Addr) string {
	return net.JoinHostPort(ip.String(), strconv.Itoa(r.conf.Port))
}
