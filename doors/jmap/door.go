package jmapdoor

import (
	"context"
	"crypto/ecdsa"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	httpdoor "chancery/doors/http"
	"chancery/kit/clock"
	"chancery/wire/jmap"
)

// Config is what an operator may set. A zero field means its default.
type Config struct {
	Limits jmap.Limits // default jmap.DefaultLimits
	// MaxAnswer bounds a response in bytes: past it, no further method is run;
	// default 64 MiB.
	MaxAnswer int
	// UploadTime bounds one upload; default 30 min.
	UploadTime time.Duration
	// RequestTime bounds one API request; default 60 s.
	RequestTime time.Duration
	// WriteTime is how long a client may take no byte of a push before it
	// counts as gone; default 30 s.
	WriteTime time.Duration
	// MinPing is the shortest ping interval a client gets; default 30 s.
	MinPing time.Duration
	// MaxStreams bounds the event streams and web sockets of one person;
	// default 20.
	MaxStreams int
	// PollTime is how long a long poll waits for a change; default 25 s, which
	// most proxies let pass.
	PollTime time.Duration
	// PushKey signs pushes, so that push services know who sends (RFC 8292); a
	// key of P-256. Nil sends them unsigned, which browsers' services refuse.
	PushKey *ecdsa.PrivateKey
	// PushContact is how a push service reaches the operator, a mailto: or
	// https: URL.
	PushContact string
	// PushPrivate lets push subscriptions point into private networks; an
	// office whose devices live there turns it on. Default off.
	PushPrivate bool
	// PushClient sends pushes; default a client that follows no redirects.
	PushClient *http.Client
	// PushLife is how long a push subscription may live; default 7 days.
	PushLife time.Duration
	// PushMax bounds the push subscriptions of one person, and how many one
	// may make in an hour: each costs a stranger's server a message.
	// Default 20.
	PushMax int
}

func (c Config) withDefaults() Config {
	if c.Limits == (jmap.Limits{}) {
		c.Limits = jmap.DefaultLimits()
	}
	def := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	def(&c.UploadTime, 30*time.Minute)
	def(&c.RequestTime, time.Minute)
	def(&c.PollTime, 25*time.Second)
	def(&c.MinPing, 30*time.Second)
	def(&c.WriteTime, 30*time.Second)
	def(&c.PushLife, 7*24*time.Hour)
	if c.MaxAnswer == 0 {
		c.MaxAnswer = 64 << 20
	}
	if c.MaxStreams == 0 {
		c.MaxStreams = 20
	}
	if c.PushMax == 0 {
		c.PushMax = 20
	}
	if c.PushClient == nil {
		c.PushClient = newPushClient(c.PushPrivate)
	}
	return c
}

// Needs is what the door asks of others. Subscriptions may be nil: then they
// are kept in memory and clients make them again after a restart, which
// RFC 8620 section 7.2 lets a server ask of them.
type Needs struct {
	Accounts      Accounts
	Blobs         Blobs
	Feed          Feed
	Subscriptions Subscriptions
	// BaseURL returns scheme and host for the URLs of the session object.
	BaseURL func(r *http.Request) string
	// MayPush says whether somebody is still told by push subscriptions:
	// Forbidden where that is over, other errors where nobody knows. Nil tells
	// everybody.
	MayPush func(ctx context.Context, s httpdoor.Subject) error
	Clock   clock.Clock
	Log     *slog.Logger
}

// Door is the JMAP door.
type Door struct {
	conf    Config
	needs   Needs
	caps    []jmap.Capability
	methods map[string]registered
	streams *gauge // open event streams and sockets by principal
	calls   *gauge // running requests by principal
	uploads *gauge
	push    *pusher
	states  sessionStates
}

type registered struct {
	urn string
	run jmap.Method
}

// New builds the door over the capabilities that the rooms declare.
func New(conf Config, caps []jmap.Capability, needs Needs) *Door {
	if needs.Clock == nil {
		needs.Clock = clock.System{}
	}
	if needs.Log == nil {
		needs.Log = slog.New(slog.DiscardHandler)
	}
	if needs.Subscriptions == nil {
		needs.Subscriptions = &memory{}
	}
	d := &Door{conf: conf.withDefaults(), needs: needs, methods: map[string]registered{},
		streams: newGauge(), calls: newGauge(), uploads: newGauge()}
	d.push = newPusher(d)
	d.caps = append([]jmap.Capability{d.core()}, caps...)
	if d.conf.PushKey != nil {
		if pub, err := publicKey(d.conf.PushKey); err == nil {
			d.caps = append(d.caps, jmap.Capability{URN: vapidURN, Session: vapidCapability{pub}})
		} else {
			needs.Log.Error("pushes are not signed", "error", err)
			d.conf.PushKey = nil
		}
	}
	for _, c := range d.caps {
		for name, run := range c.Methods {
			d.methods[name] = registered{c.URN, run}
		}
	}
	return d
}

// Run sends pushes until ctx ends. The rest of the door works without it.
func (d *Door) Run(ctx context.Context) error { return d.push.run(ctx) }

// Routes returns the addresses of the door for doors/http.
func (d *Door) Routes() []httpdoor.Route {
	in := func(pattern string, h http.HandlerFunc) httpdoor.Route {
		return httpdoor.Route{Pattern: pattern, Access: httpdoor.SignedIn, Handler: h}
	}
	return []httpdoor.Route{
		in("GET /.well-known/jmap", d.session),
		in("GET /jmap/session", d.session),
		in("POST /jmap/api", d.api),
		in("POST /jmap/upload/{account}/", d.upload),
		in("GET /jmap/download/{account}/{blob}/{name...}", d.download),
		in("GET /jmap/events", d.events),
		in("GET /jmap/poll", d.poll),
		in("GET /jmap/ws", d.socket),
	}
}

// core is the capability of RFC 8620 itself.
func (d *Door) core() jmap.Capability {
	return jmap.Capability{
		URN: jmap.CoreURN,
		Session: jmap.CoreCapability{Limits: d.conf.Limits,
			CollationAlgorithms: []string{jmap.CollationASCII, jmap.CollationOctet, jmap.CollationUnicode}},
		Methods: map[string]jmap.Method{
			"Core/echo":            echo,
			"Blob/copy":            d.blobCopy,
			"PushSubscription/get": d.push.get,
			"PushSubscription/set": d.push.set,
		},
	}
}

// offered says whether a capability may stand in "using".
func (d *Door) offered(urn string) bool {
	return urn == webSocketURN || slices.ContainsFunc(d.caps, func(c jmap.Capability) bool { return c.URN == urn })
}

// gauge counts what runs at once for each person.
type gauge struct {
	mu sync.Mutex
	n  map[string]int
}

func newGauge() *gauge { return &gauge{n: map[string]int{}} }

// enter counts one more unless there are limit already.
func (g *gauge) enter(who string, limit int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.n[who] >= limit {
		return false
	}
	g.n[who]++
	return true
}

func (g *gauge) leave(who string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.n[who]--; g.n[who] <= 0 {
		delete(g.n, who)
	}
}
