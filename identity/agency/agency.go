package agency

import (
	"context"
	"embed"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"chancery/audit"
	"chancery/identity"
	"chancery/identity/sso"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

//go:embed schema/*.sql
var schema embed.FS

// Config are the settings of sign-in by other providers. Zero values mean the
// documented default.
type Config struct {
	StepLife       time.Duration // how long a person may take at the provider; default 15 min
	PassLife       time.Duration // how long the way back into the browser may take; default 2 min
	Skew           time.Duration // how far the provider's clock may be off; default 2 min
	KeepKeys       time.Duration // how long the provider's configuration and keys are believed; default 10 min
	Timeout        time.Duration // for one answer of the provider; default 10 s
	MaxBinds       int           // passwords asked of directories side by side; default 16
	MaxAnswer      int64         // bytes of one answer; default 256 KiB
	MaxProviders   int           // of an organisation; default 20
	MaxFromNetwork int           // sign-ins under way from one network, where the oldest gives way; default 1,000
	Transport      http.RoundTripper
}

func (c Config) withDefaults() Config {
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{{&c.StepLife, 15 * time.Minute}, {&c.PassLife, 2 * time.Minute}, {&c.Skew, 2 * time.Minute}, {&c.KeepKeys, 10 * time.Minute}, {&c.Timeout, 10 * time.Second}} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	if c.MaxAnswer == 0 {
		c.MaxAnswer = 256 << 10
	}
	if c.MaxBinds == 0 {
		c.MaxBinds = 16
	}
	if c.MaxProviders == 0 {
		c.MaxProviders = 20
	}
	if c.MaxFromNetwork == 0 {
		c.MaxFromNetwork = 1000
	}
	return c
}

// Desk signs people in by other providers.
type Desk struct {
	db       *store.Store
	identity Identity
	dir      Directory
	keys     Keys
	letters  Letters // nil: nobody is told
	conf     Config
	clock    clock.Clock
	log      *slog.Logger
	http     *http.Client
	steps    sso.Steps
	binds    chan struct{}

	mu    sync.Mutex
	known map[string]*discovered // by issuer
}

// New brings the tables up to date.
func New(ctx context.Context, db *store.Store, who Identity, dir Directory, keys Keys, conf Config, c clock.Clock, log *slog.Logger) (*Desk, error) {
	if err := db.Migrate(ctx, "identity/agency", schema); err != nil {
		return nil, err
	}
	if err := giveGrounds(ctx, db); err != nil {
		return nil, err
	}
	conf = conf.withDefaults()
	client := &http.Client{Timeout: conf.Timeout, Transport: conf.Transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return errs.E(errs.Unavailable, "the provider answers by a redirect") // secrets go only where they were meant to
	}}
	d := &Desk{binds: make(chan struct{}, conf.MaxBinds), db: db, identity: who, dir: dir, keys: keys, conf: conf, clock: c, log: log, http: client, steps: sso.Steps{DB: db, Clock: c, Table: "agency_step", Most: conf.MaxFromNetwork}, known: map[string]*discovered{}}
	who.UseJudge(d)
	who.UseGrounds(d.holds)
	return d, nil
}

// asked is a sign-in that is under way at a provider.
type asked struct {
	Provider string
	Browser  []byte // hash of what only the browser that began has
	Nonce    string // of OpenID Connect, or the ID of a request of SAML
	Verifier string
	Back     string // address that the provider sends the browser to
	Entity   string // our name towards a provider of SAML
}

// vouched is what a provider said.
type vouched struct {
	Browser   []byte
	Account   int64
	Ground    int64
	Assurance policy.Assurance
}

var errOver = sso.ErrOver

// Begin sends a browser to a provider: where to, and a secret that this
// browser has to show when it is back, so that nobody is signed in by a link
// that another began.
func (d *Desk) Begin(ctx context.Context, providerID, base string, peer netip.Addr) (to, browser string, err error) {
	p, err := d.provider(ctx, providerID)
	if err == nil && p.Kind == KindLDAP {
		err = errs.E(errs.NotFound, "There is no such provider.")
	}
	if err != nil {
		return "", "", err
	}
	browser = id.Token(32)
	a := asked{Provider: p.ID, Browser: sso.HashOf(browser), Nonce: "_" + id.Token(20), Verifier: id.Token(43), Back: base + pathBack}
	if p.Kind == KindSAML {
		a.Back, a.Entity = base+pathConsume, base+pathMetadata
		state, err := d.steps.Keep(ctx, p.Org, "asked", a, d.conf.StepLife, peer)
		if err != nil {
			return "", "", err
		}
		to, err = d.request(p, a, state)
		return to, browser, err
	}
	conf, err := d.discover(ctx, p.Issuer)
	if err != nil {
		return "", "", err
	}
	state, err := d.steps.Keep(ctx, p.Org, "asked", a, d.conf.StepLife, peer)
	return conf.authorize(p, a, state), browser, err
}

// Back takes a browser that comes back from a provider, and returns a pass
// with which our own page goes on.
func (d *Desk) Back(ctx context.Context, answer back, peer netip.Addr) (pass string, err error) {
	var a asked
	org, err := d.steps.Take(ctx, answer.state, "asked", &a)
	if err != nil {
		return "", err
	}
	p, err := d.provider(ctx, a.Provider)
	if err != nil {
		return "", err
	}
	if answer.failed != "" {
		return "", errs.E(errs.Unauthenticated, "The provider did not sign the person in.")
	}
	var said claims
	switch {
	case p.Kind == KindSAML && answer.response != nil:
		said, err = d.consume(ctx, p, a, answer.response)
	case p.Kind == KindOIDC && answer.response == nil:
		said, err = d.redeem(ctx, p, a, answer)
	default:
		err = errOver
	}
	if err != nil {
		d.log.Warn("agency: a sign-in is refused", "provider", p.ID, "peer", peer, "error", err)
		return "", err
	}
	account, ground, err := d.account(ctx, p, said, peer)
	if err != nil {
		return "", err
	}
	return d.steps.Keep(ctx, org, "vouched", vouched{Browser: a.Browser, Account: account, Ground: ground, Assurance: min(said.assurance, p.Trust)}, d.conf.PassLife, peer)
}

// Finish signs in who comes with a pass, in the browser that began.
func (d *Desk) Finish(ctx context.Context, pass, browser string, peer identity.Peer) (identity.Step, error) {
	var v vouched
	org, err := d.steps.Take(ctx, pass, "vouched", &v)
	if err != nil {
		return identity.Step{}, err
	}
	if browser == "" || !sso.Same(string(v.Browser), string(sso.HashOf(browser))) {
		return identity.Step{}, errOver
	}
	return d.identity.Vouched(ctx, org, v.Account, v.Ground, v.Assurance, peer)
}

// note writes into the audit record, in the caller's transaction.
func (d *Desk) note(ctx context.Context, tx *store.Tx, by policy.Subject, verb, object string, result error) error {
	return audit.Append(ctx, tx, d.clock.Now(), audit.By(by, verb, object, result))
}
