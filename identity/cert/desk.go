package cert

import (
	"context"
	"crypto/x509"
	"embed"
	"errors"
	"log/slog"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"chancery/audit"
	"chancery/directory"
	"chancery/identity"
	"chancery/identity/sso"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/clientcert"
)

//go:embed schema/*.sql
var schema embed.FS

// Config are the settings of sign-in by certificates. Zero values mean the
// documented default.
type Config struct {
	Open          bool                // there is a listener, or a proxy, that asks for certificates
	Challenge     bool                // a text that a card signed is taken in place of a TLS handshake
	Programs      bool                // mail programs may sign in by a certificate
	Site          string              // address of it as browsers reach it; default https, the host they use, and Port
	Port          string              // of the listener
	Base          string              // address that people use, where it is set
	Anchors       []*x509.Certificate // authorities that are trusted
	Intermediates []*x509.Certificate // authorities between them and people
	Rules         []Rule              // by what a certificate is told whose it is; default pin
	Usages        []string            // extended usages of which a certificate has one; nil: that for signing in; empty: any
	Policies      []string            // policies of which the whole chain has one; default any
	Revocation    Revocation
	Proxies       []netip.Prefix // whose Client-Cert header is believed; default none
	StepLife      time.Duration  // how long a person may take with the card; default 5 min
	PassLife      time.Duration  // how long the way back into the browser may take; default 60 s
	MaxOfAccount  int            // certificates registered for an account; default 10
	Recheck       time.Duration  // how often it is seen whether a certificate that opened something is still good; default 5 min
	MaxUnderWay   int            // sign-ins under way from one network, where the oldest gives way; default 1,000
}

func (c Config) withDefaults() Config {
	if c.Rules == nil {
		c.Rules = []Rule{{Kind: ByPin, Counts: policy.ByHardware}}
	}
	if c.Usages == nil {
		c.Usages = []string{ClientAuth}
	}
	if c.StepLife == 0 {
		c.StepLife = 5 * time.Minute
	}
	if c.PassLife == 0 {
		c.PassLife = time.Minute
	}
	if c.Recheck == 0 {
		c.Recheck = 5 * time.Minute
	}
	if c.MaxOfAccount == 0 {
		c.MaxOfAccount = 10
	}
	if c.MaxUnderWay == 0 {
		c.MaxUnderWay = 1000
	}
	c.Revocation = c.Revocation.withDefaults()
	return c
}

// Desk signs people in by certificates.
type Desk struct {
	db       *store.Store
	identity Identity
	dir      Directory
	conf     Config
	trust    trust
	revoker  *revoker
	steps    sso.Steps
	clock    clock.Clock
	log      *slog.Logger
	letters  Letters // nil: nobody is told
}

// New brings the tables up to date.
func New(ctx context.Context, db *store.Store, who Identity, dir Directory, conf Config, c clock.Clock, log *slog.Logger) (*Desk, error) {
	if err := db.Migrate(ctx, "identity/cert", schema); err != nil {
		return nil, err
	}
	conf = conf.withDefaults()
	t, err := newTrust(conf)
	if err != nil {
		return nil, err
	}
	d := &Desk{db: db, identity: who, dir: dir, conf: conf, trust: t, revoker: newRevoker(conf.Revocation, c, log), steps: sso.Steps{DB: db, Clock: c, Table: "cert_step", Most: conf.MaxUnderWay}, clock: c, log: log}
	who.UseUndo(deleteSince)
	who.UseGrounds(d.holds)
	return d, nil
}

// What a sign-in that is under way is for.
const (
	toSignIn = ""
	toAdd    = "add"
)

// asked is one that waits for a certificate.
type asked struct {
	For     string
	Browser []byte // hash of what only the browser that began has
	Base    string // address that it began at, where it goes back to
	Account int64  // who adds a certificate
}

// proved is one whose certificate was shown and is good.
type proved struct {
	asked
	Counts     policy.Assurance
	Registered int64
	Rule       string
	DER        []byte // the certificate, and those between it and the anchor
}

// leaf is the certificate itself.
func (p proved) leaf() (*x509.Certificate, error) {
	all, err := x509.ParseCertificates(p.DER)
	if err != nil || len(all) == 0 {
		return nil, errs.Wrap(errs.Internal, err, "a certificate that was kept cannot be read")
	}
	return all[0], nil
}

var errOver = refuse("over", sso.ErrOver)

// take uses up a step.
func (d *Desk) take(ctx context.Context, token, stage string, into any) (int64, error) {
	org, err := d.steps.Take(ctx, token, stage, into)
	if errors.Is(err, sso.ErrOver) {
		err = errOver // with the word that the page knows
	}
	return org, err
}

// Offered says whether somebody can sign in by a certificate from where they are.
func (d *Desk) Offered(peer identity.Peer) bool {
	return d.conf.Open && d.identity.TakesCertificates(peer)
}

// Begin sends a browser to show its certificate: where to, and a secret that
// this browser has to show when it is back, so that nobody is signed in by a
// link that another began.
func (d *Desk) Begin(ctx context.Context, base string, peer identity.Peer) (to, browser string, err error) {
	if !d.Offered(peer) {
		return "", "", errs.E(errs.Forbidden, "From this network nobody signs in by a certificate.")
	}
	return d.begin(ctx, directory.DefaultOrg, asked{Base: base}, peer)
}

// BeginAdd is Begin for the subject's own certificate, to be registered.
func (d *Desk) BeginAdd(ctx context.Context, s policy.Subject, base string, peer identity.Peer) (to, browser string, err error) {
	if err := d.identity.Fresh(s); err != nil {
		return "", "", err
	}
	if !d.conf.Open {
		return "", "", errs.E(errs.Unsupported, "Certificates are not used here.")
	}
	return d.begin(ctx, s.Org, asked{For: toAdd, Base: base, Account: s.Account}, peer)
}

func (d *Desk) begin(ctx context.Context, org int64, a asked, peer identity.Peer) (to, browser string, err error) {
	site, err := d.site(a.Base)
	if err != nil {
		return "", "", err
	}
	browser = id.Token(32)
	a.Browser = sso.HashOf(browser)
	ask, err := d.steps.Keep(ctx, org, "asked", a, d.conf.StepLife, peer.Addr)
	return site + pathPresent + "?ask=" + ask, browser, err
}

// site is where a browser shows its certificate.
func (d *Desk) site(base string) (string, error) {
	if d.conf.Site != "" {
		return strings.TrimSuffix(d.conf.Site, "/"), nil
	}
	u, err := url.Parse(base)
	if err != nil || u.Hostname() == "" {
		return "", errs.E(errs.Invalid, "The address of the server cannot be read.")
	}
	u.Scheme, u.Host = "https", hostPort(u.Hostname(), d.conf.Port)
	return u.String(), nil
}

// presented is a certificate with which a browser comes, its key proved by TLS
// or by a signature.
type presented struct {
	ask     string
	host    string // under which it came
	browser string // its secret, where it sends it
	chain   []*x509.Certificate
	peer    netip.Addr
}

// Present takes a certificate. It returns a pass with which our own page goes
// on, and the address of that page, which is "" where not even that is known.
func (d *Desk) Present(ctx context.Context, p presented) (base, pass string, err error) {
	var a asked
	org, err := d.take(ctx, p.ask, "asked", &a)
	if err != nil {
		return "", "", err
	}
	if err := d.bound(a, p); err != nil {
		return "", "", err
	}
	pass, err = d.prove(ctx, org, a, p)
	return a.Base, pass, err
}

// prove says whose a certificate is whose key was proved, and returns a pass.
func (d *Desk) prove(ctx context.Context, org int64, a asked, p presented) (pass string, err error) {
	s, err := d.believe(ctx, p.chain)
	var w whose
	if err == nil && a.For == toSignIn {
		w, err = d.account(ctx, org, s)
	}
	if err != nil {
		d.refused(ctx, org, p, err)
		return "", err
	}
	if a.For == toSignIn {
		a.Account = w.account
	}
	return d.steps.Keep(ctx, org, "proved", proved{a, w.counts, w.registered, w.rule, chainOf(s.chain)}, d.conf.PassLife, p.peer)
}

// bound holds that the browser goes back to where it can have come from. Who
// begins says under which address, and could say one of their own, to which
// another's pass would then go: so it is the configured one, or the host under
// which the certificate is shown. To the same host the browser sends its
// secret too.
func (d *Desk) bound(a asked, p presented) error {
	u, err := url.Parse(a.Base)
	if err != nil {
		return errOver
	}
	same := strings.EqualFold(u.Hostname(), hostname(p.host))
	if !same && (d.conf.Base == "" || strings.TrimSuffix(d.conf.Base, "/") != a.Base) {
		return errOver
	}
	if same && !sso.Same(string(a.Browser), string(sso.HashOf(p.browser))) {
		return errOver
	}
	return nil
}

// believe says whether a certificate is to be believed, and what it says.
func (d *Desk) believe(ctx context.Context, came []*x509.Certificate) (s shown, err error) {
	if len(came) == 0 {
		return s, errNone
	}
	leaf := came[0]
	chains, err := d.trust.chains(leaf, came[1:min(len(came), 6)], d.clock.Now())
	if err != nil {
		return s, err
	}
	facts, err := clientcert.Read(leaf)
	if err != nil {
		return s, errUnsuited
	}
	for _, chain := range chains[:min(len(chains), 4)] {
		if err = d.revoker.check(ctx, chain); err == nil || errors.Is(err, errRevoked) {
			s = shown{leaf, chain, facts}
			break
		}
	}
	return s, err
}

// Finish signs in who comes with a pass, in the browser that began.
func (d *Desk) Finish(ctx context.Context, pass, browser string, peer identity.Peer) (identity.Step, error) {
	org, p, err := d.passed(ctx, pass, toSignIn, browser)
	if err != nil {
		return identity.Step{}, err
	}
	leaf, err := p.leaf()
	if err != nil {
		return identity.Step{}, err
	}
	on, err := d.ground(ctx, org, p.Account, p.Registered, leaf, p.DER)
	if err != nil {
		return identity.Step{}, err
	}
	step, err := d.identity.ByCertificate(ctx, org, p.Account, on, p.Counts, peer)
	if err != nil {
		return step, err
	}
	now := d.clock.Now()
	return step, d.db.Write(ctx, func(tx *store.Tx) error {
		if p.Registered != 0 {
			if err := useRegistration(ctx, tx, org, p.Registered, now.UnixMilli(), leaf.NotAfter.UnixMilli(), leaf.SerialNumber.Text(16)); err != nil {
				return err
			}
		}
		by := d.identity.Stranger(org, p.Account, "", peer)
		return d.note(ctx, tx, by, "certificate.use", p.Rule+": "+describe(leaf), nil)
	})
}

// passed uses up a pass.
func (d *Desk) passed(ctx context.Context, pass, purpose, browser string) (org int64, p proved, err error) {
	if org, err = d.take(ctx, pass, "proved", &p); err != nil {
		return 0, p, err
	}
	if p.For != purpose || browser == "" || !sso.Same(string(p.Browser), string(sso.HashOf(browser))) {
		return 0, p, errOver
	}
	return org, p, nil
}

// refused records a certificate that was not taken.
func (d *Desk) refused(ctx context.Context, org int64, p presented, why error) {
	what := "none"
	if len(p.chain) > 0 {
		what = describe(p.chain[0])
	}
	d.log.Warn("cert: a certificate is refused", "peer", p.peer, "certificate", what, "error", why)
	by := d.identity.Stranger(org, 0, "", identity.Peer{Addr: p.peer, Door: "http"})
	err := d.db.Write(ctx, func(tx *store.Tx) error { return d.note(ctx, tx, by, "certificate.refuse", what, why) })
	if err != nil {
		d.log.Error("cert: a refusal is not recorded", "error", err)
	}
}

// describe names a certificate in the record.
func describe(c *x509.Certificate) string {
	text := c.Subject.String() + ", number " + c.SerialNumber.Text(16) + " of " + c.Issuer.String()
	return strings.ToValidUTF8(text[:min(len(text), 500)], "")
}

// note writes into the audit record, in the caller's transaction.
func (d *Desk) note(ctx context.Context, tx *store.Tx, by policy.Subject, verb, object string, result error) error {
	return audit.Append(ctx, tx, d.clock.Now(), audit.By(by, verb, object, result))
}

// Authorities are the subjects of those that are trusted, for the browser to
// offer only certificates that are of use.
func (d *Desk) Authorities() *x509.CertPool {
	pool := x509.NewCertPool()
	for _, c := range slices.Concat(d.conf.Anchors, d.conf.Intermediates) {
		pool.AddCert(c)
	}
	return pool
}
