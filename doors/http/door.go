package httpdoor

import (
	"context"
	"crypto/tls"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"chancery/policy"
)

// Config is what an operator may set. A zero field means its default.
type Config struct {
	// BaseURL is the address that people use, such as https://mail.example.gov;
	// empty takes scheme and host from each request.
	BaseURL string
	// MailDomain and the ports are told to mail programs by autoconfiguration.
	MailDomain string
	MailHost   string
	Ports      MailPorts
	// MaxHeader bounds the request header in bytes; default 64 KiB.
	MaxHeader int
	// HeaderTimeout bounds the time in which a request header must arrive;
	// default 10 s.
	HeaderTimeout time.Duration
	// BodyTimeout bounds the time in which a request body must arrive; routes
	// for uploads set their own. Default 60 s.
	BodyTimeout time.Duration
	// IdleTimeout closes a connection that waits between requests; default 2 min.
	IdleTimeout time.Duration
	// TrustedProxies may set X-Forwarded-For and X-Forwarded-Proto.
	TrustedProxies []netip.Prefix
	// Farewell returns the page that tells other systems that a session is
	// over, "" where none is to be told; nil tells none.
	Farewell func(ctx context.Context, who policy.Subject, base string) (string, error)
}

// MailPorts are the doors that autoconfiguration announces; zero leaves one out.
type MailPorts struct {
	IMAPS, IMAP, POPS, POP, Submissions, Submission int
}

func (c Config) withDefaults() Config {
	if c.MaxHeader == 0 {
		c.MaxHeader = 64 << 10
	}
	if c.HeaderTimeout == 0 {
		c.HeaderTimeout = 10 * time.Second
	}
	if c.BodyTimeout == 0 {
		c.BodyTimeout = time.Minute
	}
	if c.IdleTimeout == 0 {
		c.IdleTimeout = 2 * time.Minute
	}
	return c
}

// Access says who may use a route.
type Access int

// The kinds of access.
const (
	SignedIn Access = iota // a session cookie or HTTP Basic is needed
	Public                 // anybody
	AnySite                // anybody, and pages of other sites may post to it: it changes nothing that a link to it would not
)

// Route is one address that another door or room serves through this door.
type Route struct {
	Pattern string // as http.ServeMux reads it, e.g. "POST /jmap/api"
	Access  Access
	Handler http.Handler
}

// Door is the HTTP door.
type Door struct {
	conf     Config
	identity Identity
	log      *slog.Logger
	handler  http.Handler
	client   *client
	anySite  map[string]bool // paths that pages of other sites may post to
	secret   []string        // where paths begin whose rest is a secret
}

// New builds the door. Assets is the built web client.
func New(conf Config, identity Identity, assets fs.FS, routes []Route, log *slog.Logger) (*Door, error) {
	d := &Door{conf: conf.withDefaults(), identity: identity, log: log, anySite: map[string]bool{}}
	var err error
	if d.client, err = newClient(assets); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	own := []Route{
		{"GET /healthz", Public, http.HandlerFunc(healthy)},
		{"POST /auth/sign-in", Public, http.HandlerFunc(d.signIn)},
		{"POST /auth/answer", Public, http.HandlerFunc(d.answer)},
		{"POST /auth/enrol", Public, http.HandlerFunc(d.enrol)},
		{"POST /auth/code", Public, http.HandlerFunc(d.sendCode)},
		{"POST /auth/passkey", Public, http.HandlerFunc(d.passkey)},
		{"POST /auth/not-me", Public, http.HandlerFunc(d.notMe)},
		{"POST /auth/forgot", Public, http.HandlerFunc(d.forgot)},
		{"POST /auth/reset", Public, http.HandlerFunc(d.reset)},
		{"POST /auth/help", Public, http.HandlerFunc(d.help)},
		{"POST /auth/sign-out", Public, http.HandlerFunc(d.signOut)},
		{"GET /auth/me", SignedIn, http.HandlerFunc(d.me)},
		{"GET /.well-known/autoconfig/mail/config-v1.1.xml", Public, http.HandlerFunc(d.autoconfig)},
		{"GET /mail/config-v1.1.xml", Public, http.HandlerFunc(d.autoconfig)},
		{"POST /autodiscover/autodiscover.xml", Public, http.HandlerFunc(d.autodiscover)},
		{"POST /Autodiscover/Autodiscover.xml", Public, http.HandlerFunc(d.autodiscover)},
		{"GET /", Public, d.client},
	}
	for _, r := range append(own, routes...) {
		mux.Handle(r.Pattern, d.admit(r.Access, r.Handler))
		if method, path, ok := strings.Cut(r.Pattern, " "); ok && method == http.MethodPost && r.Access == AnySite {
			d.anySite[path] = true
		}
		if prefix, _, ok := strings.Cut(r.Pattern, "{token}"); ok {
			d.secret = append(d.secret, prefix[strings.IndexByte(prefix, '/'):])
		}
	}
	d.handler = d.guard(mux)
	return d, nil
}

// Handler returns the door as a handler, for tests and other listeners.
func (d *Door) Handler() http.Handler { return d.handler }

// Protocols returns a configuration that offers HTTP/2 and HTTP/1.1.
func Protocols(conf *tls.Config) *tls.Config {
	conf = conf.Clone()
	conf.NextProtos = []string{"h2", "http/1.1"}
	return conf
}

// Serve answers on a listener until ctx ends, then lets running requests
// finish for up to 5 s. A nil conf means plain HTTP.
func (d *Door) Serve(ctx context.Context, l net.Listener, conf *tls.Config) error {
	if conf != nil {
		l = tls.NewListener(l, Protocols(conf))
	}
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	closing := make(chan struct{})
	base = context.WithValue(base, closingKey{}, closing)
	s := &http.Server{
		Handler:           d.handler,
		ReadHeaderTimeout: d.conf.HeaderTimeout,
		IdleTimeout:       d.conf.IdleTimeout,
		MaxHeaderBytes:    d.conf.MaxHeader,
		BaseContext:       func(net.Listener) context.Context { return base },
		ErrorLog:          slog.NewLogLogger(d.log.Handler(), slog.LevelDebug),
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	close(closing)
	last, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer stop()
	if err := s.Shutdown(last); err != nil {
		return errors.Join(err, s.Close())
	}
	return nil
}

type closingKey struct{}

// Closing returns a channel that is closed when the door begins to close:
// answers that have no end, such as event streams, end then. Other requests
// are let finish.
func Closing(ctx context.Context) <-chan struct{} {
	c, _ := ctx.Value(closingKey{}).(chan struct{})
	return c // nil outside of Serve, which never fires
}

func healthy(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
}
