package oidc

import (
	"context"
	"embed"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"chancery/audit"
	"chancery/identity"
	"chancery/identity/sso"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

//go:embed schema/*.sql
var schema embed.FS

// Config are the settings of single sign-on. Zero values mean the documented
// default.
type Config struct {
	RequestLife  time.Duration // how long a person may take to sign in and to consent; default 30 min
	CodeLife     time.Duration // default 1 min (RFC 6749 section 4.1.2 says 10 at most)
	AccessLife   time.Duration // of access tokens and ID tokens; default 10 min
	MailLife     time.Duration // of access tokens of mail programs; default 1 h
	RefreshLife  time.Duration // of a refresh token that is not used; default 90 days
	ReplayWatch  time.Duration // how long a used refresh token is remembered, to notice one that comes twice; default 7 days
	KeyLife      time.Duration // after which another key signs; default 90 days
	DeviceLife   time.Duration // how long a code for a device waits; default 10 min
	DevicePause  time.Duration // between two questions of a device; default 5 s
	MaxParameter int           // bytes of one parameter of a request; default 2 KiB
	MaxClients   int           // of an organisation; default 1,000

	// Requests of an organisation that wait for a person, and devices that do:
	// default 100,000; of them from one network, where the oldest gives way,
	// so that a stranger keeps nobody out: default 1,000.
	MaxRequests, MaxFromNetwork int
}

func (c Config) withDefaults() Config {
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&c.RequestLife, 30 * time.Minute}, {&c.CodeLife, time.Minute}, {&c.AccessLife, 10 * time.Minute},
		{&c.MailLife, time.Hour}, {&c.RefreshLife, 90 * 24 * time.Hour}, {&c.ReplayWatch, 7 * 24 * time.Hour}, {&c.KeyLife, 90 * 24 * time.Hour},
		{&c.DeviceLife, 10 * time.Minute}, {&c.DevicePause, 5 * time.Second},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	for _, d := range []struct {
		field *int
		value int
	}{{&c.MaxRequests, 100_000}, {&c.MaxFromNetwork, 1000}, {&c.MaxParameter, 2 << 10}, {&c.MaxClients, 1000}} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	return c
}

// Provider is the OpenID provider of an installation.
type Provider struct {
	db       *store.Store
	identity Identity
	dir      Directory
	mayMail  MayMail
	conf     Config
	clock    clock.Clock
	log      *slog.Logger
	keys     keyCache
	guesses  guesses
	making   sync.Mutex // one key at a time
	tidied   sso.Hourly
	woken    chan struct{} // somebody signed out
	outside  *http.Client  // for systems that are told so
}

// New brings the tables up to date. A nil mayMail allows every mail program.
func New(ctx context.Context, db *store.Store, who Identity, dir Directory, mayMail MayMail, conf Config, c clock.Clock, log *slog.Logger) (*Provider, error) {
	if err := db.Migrate(ctx, "identity/oidc", schema); err != nil {
		return nil, err
	}
	if mayMail == nil {
		mayMail = func(context.Context, policy.Subject) error { return nil }
	}
	p := &Provider{db: db, identity: who, dir: dir, mayMail: mayMail, conf: conf.withDefaults(), clock: c, log: log, guesses: guesses{wrong: map[int64][]time.Time{}}, woken: make(chan struct{}, 1), outside: newOutside()}
	who.UseGrounds(p.holds)
	return p, nil
}

// grant is what a person allowed a client: all tokens hang on it.
type grant struct {
	org, id, account    int64
	client              string
	credential, session int64
	ground              int64
	sid, scope          string
	assurance           policy.Assurance
	proved, made, used  int64
	from                string
}

func (g grant) has(scope string) bool { return hasScope(g.scope, scope) }

func hasScope(list, scope string) bool {
	for s := range strings.FieldsSeq(list) {
		if s == scope {
			return true
		}
	}
	return false
}

// standing asks whether what the grant rests on still stands.
func (p *Provider) standing(ctx context.Context, g grant, peer identity.Peer) (policy.Subject, error) {
	return p.identity.Standing(ctx, identity.Proof{Org: g.org, Account: g.account, Credential: g.credential, Session: g.session, Ground: g.ground}, peer)
}

// note writes into the audit record, in the caller's transaction.
func (p *Provider) note(ctx context.Context, tx *store.Tx, by policy.Subject, verb, client string, result error) error {
	return audit.Append(ctx, tx, p.clock.Now(), audit.By(by, verb, "client "+client, result))
}

func (p *Provider) now() int64 { return p.clock.Now().UnixMilli() }

func (p *Provider) after(d time.Duration) int64 { return p.clock.Now().Add(d).UnixMilli() }

// Refusal is an error in the words of OAuth (RFC 6749 sections 4.1.2.1 and 5.2).
type Refusal struct{ Code, Text string }

// Error returns code and text.
func (r *Refusal) Error() string { return r.Code + ": " + r.Text }

func refuse(code, text string) *Refusal { return &Refusal{code, text} }

// kindOf returns the refusal as an error of the house, for the record.
func (r *Refusal) kind() error {
	switch r.Code {
	case "access_denied", "unauthorized_client":
		return errs.E(errs.Forbidden, "%s", r.Text)
	case "invalid_client", "invalid_grant", "login_required", "invalid_token":
		return errs.E(errs.Unauthenticated, "%s", r.Text)
	}
	return errs.E(errs.Invalid, "%s", r.Text)
}
