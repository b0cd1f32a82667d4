package saml

import (
	"context"
	"embed"
	"log/slog"
	"sync"
	"time"

	"chancery/audit"
	"chancery/identity/sso"
	"chancery/kit/clock"
	"chancery/policy"
	"chancery/store"
	wire "chancery/wire/saml"
)

//go:embed schema/*.sql
var schema embed.FS

// Config are the settings of the provider. Zero values mean the documented
// default.
type Config struct {
	RequestLife time.Duration // how long a person may take to sign in and to consent; default 30 min
	RequestAge  time.Duration // how old a message may be when it comes; default 5 min
	Skew        time.Duration // how far the clock of a service may be off; default 3 min
	AnswerLife  time.Duration // within which an assertion is handed in; default 5 min
	KeyLife     time.Duration // that a certificate names; services hold to the key itself; default 10 years
	MaxRelay    int           // bytes of RelayState; default 1 KiB, since few services keep to the 80 of the standard
	MaxServices int           // of an organisation; default 1,000

	// Requests of an organisation that wait for a person: default 100,000; of
	// them from one network, where the oldest gives way, so that a stranger
	// keeps nobody out: default 1,000.
	MaxRequests, MaxFromNetwork int

	Limits wire.Limits // of a message
}

func (c Config) withDefaults() Config {
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&c.RequestLife, 30 * time.Minute}, {&c.RequestAge, 5 * time.Minute}, {&c.Skew, 3 * time.Minute},
		{&c.AnswerLife, 5 * time.Minute}, {&c.KeyLife, 10 * 365 * 24 * time.Hour},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	for _, d := range []struct {
		field *int
		value int
	}{{&c.MaxRelay, 1 << 10}, {&c.MaxServices, 1000}, {&c.MaxRequests, 100_000}, {&c.MaxFromNetwork, 1000}} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	return c
}

// Provider is the SAML identity provider of an installation.
type Provider struct {
	db     *store.Store
	dir    Directory
	conf   Config
	clock  clock.Clock
	log    *slog.Logger
	keys   keyCache
	making sync.Mutex // one key at a time
	tidied sso.Hourly
}

// New brings the tables up to date.
func New(ctx context.Context, db *store.Store, dir Directory, conf Config, c clock.Clock, log *slog.Logger) (*Provider, error) {
	if err := db.Migrate(ctx, "identity/saml", schema); err != nil {
		return nil, err
	}
	return &Provider{db: db, dir: dir, conf: conf.withDefaults(), clock: c, log: log}, nil
}

// EntityOf is the provider's name towards services, under which its metadata
// is found too.
func EntityOf(base string) string { return base + "/saml/metadata" }

// note writes into the audit record, in the caller's transaction.
func (p *Provider) note(ctx context.Context, tx *store.Tx, by policy.Subject, verb, object string, result error) error {
	return audit.Append(ctx, tx, p.clock.Now(), audit.By(by, verb, object, result))
}

func (p *Provider) now() int64 { return p.clock.Now().UnixMilli() }

func (p *Provider) after(d time.Duration) int64 { return p.clock.Now().Add(d).UnixMilli() }
