package feed

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/json"
	"errors"
	"log/slog"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

//go:embed schema/*.sql
var schema embed.FS

// Kinds of feed.
const (
	KindCSV     = "csv"
	KindSCIM    = "scim"
	KindLDAP    = "ldap"
	KindWebhook = "webhook"
)

// MaxFeeds is how many feeds an organisation can have.
const MaxFeeds = 100

// Feed is another system that keeps units and people here, and what it may
// change: what is in its unit and below it.
type Feed struct {
	Org  int64     `json:"-"`
	ID   int64     `json:"-"` // stands for its account in the record
	Name string    `json:"-"`
	Kind string    `json:"-"`
	Unit int64     `json:"-"` // 0 = the whole organisation
	Made time.Time `json:"-"`

	Units   bool `json:"units,omitempty"`   // keeps units too, not only people
	Guard   int  `json:"guard"`             // per cent of its people that one run may lock or remove without being confirmed
	Lenient bool `json:"lenient,omitempty"` // leaves out what is refused and does the rest

	Language string `json:"language,omitempty"` // of names that come without one; "en" where empty

	LDAP     *LDAP  `json:"ldap,omitempty"`    // where an ldap feed asks, and how
	Minutes  int    `json:"minutes,omitempty"` // it is asked every so many; 0 = only when somebody says so
	Password string `json:"-"`                 // only when it is made: what an ldap feed binds with

	secret []byte
}

// Feeds are the feeds of all organisations.
type Feeds struct {
	db    *store.Store
	dir   *directory.Directory
	clock clock.Clock
	log   *slog.Logger
	conf  Config
	pace  *pace

	wake    chan struct{} // somebody wants a directory asked at once
	notices Notices       // nil: nobody is written to
}

// Config are the limits of what comes over the network.
type Config struct {
	PerMinute int   // requests of one feed
	Wrong     int   // wrong tokens and signatures from one address in a minute
	MaxBody   int64 // bytes of a request
}

// New brings the tables up to date.
func New(ctx context.Context, db *store.Store, dir *directory.Directory, conf Config, c clock.Clock, log *slog.Logger) (*Feeds, error) {
	return &Feeds{db: db, dir: dir, conf: conf, clock: c, log: log, pace: newPace(c), wake: make(chan struct{}, 1)}, db.Migrate(ctx, "feed", schema)
}

func (f *Feeds) now() int64 { return f.clock.Now().UnixMilli() }

// prefix begins the source of all that the feed keeps.
func (f Feed) prefix() string { return f.Name + ":" }

// subject is the feed in the record.
func (f Feed) subject(peer string) policy.Subject {
	return policy.Subject{Org: f.Org, Account: f.ID, Address: "feed " + f.Name, Clearance: policy.Internal, Zone: policy.Inner, Peer: peer, Door: "feed", Assurance: policy.ByHardware}
}

// rights are the roles that say what the feed may change, as if a person held
// them: with units those of an administrator, without them of a personnel officer.
func (f Feed) rights() []policy.RoleGrant {
	role := policy.RolePersonnel
	switch {
	case f.Units && f.Unit == 0:
		role = policy.RoleSystem
	case f.Units:
		role = policy.RoleUnit
	}
	return []policy.RoleGrant{{Role: role, Unit: f.Unit}}
}

// need is what somebody must be allowed where the feed works, to look at its
// runs and to carry them out: what the runs themselves do.
func (f Feed) need() policy.Duty {
	need := policy.DutyPeople | policy.DutyAccounts
	if f.Units {
		need |= policy.DutyUnits
	}
	return need
}

func (f Feed) text() string { return "feed " + strconv.FormatInt(f.ID, 10) }

var feedName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

func (f Feed) check() error {
	switch {
	case !feedName.MatchString(f.Name):
		return errs.E(errs.Invalid, "The name of a feed is of small letters, digits and hyphens, 32 at most.")
	case !slices.Contains([]string{KindCSV, KindSCIM, KindLDAP, KindWebhook}, f.Kind):
		return errs.E(errs.Invalid, "The kind of a feed is csv, scim, ldap or webhook, not %q.", f.Kind)
	case f.Language != "" && !slices.Contains(directory.Languages, f.Language):
		return errs.E(errs.Invalid, "%q is no language of the client.", f.Language)
	case f.Guard < 0 || f.Guard > 100:
		return errs.E(errs.Invalid, "The guard is between 0 and 100 per cent.")
	case f.Minutes != 0 && (f.Kind != KindLDAP || f.Minutes < MinMinutes || f.Minutes > MaxMinutes):
		return errs.E(errs.Invalid, "An ldap feed is asked every %d to %d minutes, or only when somebody says so.", MinMinutes, MaxMinutes)
	case f.Kind == KindLDAP:
		return f.LDAP.check(f)
	}
	return nil
}

// Add makes a feed, and returns the secret that it comes with, this once. To
// give a machine rights is a security administrator's.
func (f *Feeds) Add(ctx context.Context, by policy.Subject, feed Feed) (Feed, string, error) {
	feed.Org, feed.ID, feed.Made = by.Org, id.New(), f.clock.Now()
	if err := feed.check(); err != nil {
		return feed, "", err
	}
	secret, err := f.newSecret(ctx, &feed)
	if err != nil {
		return feed, "", err
	}
	settings, err := json.Marshal(feed)
	if err != nil {
		return feed, "", err
	}
	return feed, secret, f.dir.OnOrganisation(ctx, by, policy.DutySecurity, "feed.add", feed.Name, func(ctx context.Context, tx *store.Tx) error {
		all, err := selectFeeds(ctx, tx, by.Org)
		if err != nil {
			return err
		}
		if len(all) >= MaxFeeds {
			return errs.E(errs.OverQuota, "An organisation can have %d feeds.", MaxFeeds)
		}
		if slices.ContainsFunc(all, func(x Feed) bool { return x.Name == feed.Name }) {
			return errs.E(errs.Exists, "There is a feed %q already.", feed.Name)
		}
		if err := insertFeed(ctx, tx, feed, string(settings)); err != nil {
			return err
		}
		if feed.Minutes != 0 {
			if err := setNext(ctx, tx, feed, f.now(), false); err != nil {
				return err
			}
		}
		return f.note(ctx, tx, by, "feed.add", feed, map[string]any{"name": feed.Name, "kind": feed.Kind, "unit": feed.Unit, "settings": feed})
	})
}

// newSecret makes the token of a feed that comes by itself. SCIM's is kept as
// a hash; a webhook's signs, so it is kept sealed.
func (f *Feeds) newSecret(ctx context.Context, feed *Feed) (string, error) {
	feed.secret = []byte{}
	switch feed.Kind {
	case KindSCIM:
		secret := strconv.FormatInt(feed.Org, 36) + "." + id.Text(feedID, feed.ID) + "." + id.Token(32)
		feed.secret = hashOf(secret)
		return secret, nil
	case KindWebhook:
		secret := id.Token(32)
		return secret, f.seal(ctx, feed, secret)
	case KindLDAP:
		return "", f.seal(ctx, feed, feed.Password)
	}
	return "", nil
}

// seal keeps a secret that has to be read again.
func (f *Feeds) seal(ctx context.Context, feed *Feed, secret string) (err error) {
	feed.secret, err = f.db.Seal(ctx, store.Scope{Org: feed.Org}, feed.text(), []byte(secret))
	return err
}

func (f *Feeds) unseal(ctx context.Context, feed Feed) (string, error) {
	secret, err := f.db.Unseal(ctx, store.Scope{Org: feed.Org}, feed.text(), feed.secret)
	return string(secret), err
}

func hashOf(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// feedID begins the id of a feed in a token.
const feedID = 'f'

// NameLanguage is that of names that come without one.
func (f Feed) NameLanguage() string {
	if f.Language == "" {
		return "en"
	}
	return f.Language
}

// Address is where a feed that comes by itself comes to; "" for the others.
func (f Feed) Address() string {
	switch f.Kind {
	case KindSCIM:
		return "/scim/v2"
	case KindWebhook:
		return "/feed/" + strconv.FormatInt(f.Org, 36) + "/" + f.Name
	}
	return ""
}

// refuse records that somebody tried what they may not.
func (f *Feeds) refuse(ctx context.Context, by policy.Subject, verb, object string) error {
	refusal := errs.E(errs.Forbidden, "Your role does not allow this feed.")
	err := f.db.Write(ctx, func(tx *store.Tx) error {
		return audit.Append(ctx, tx, f.clock.Now(), audit.By(by, verb, object, refusal))
	})
	if err != nil {
		return err
	}
	return refusal
}

// note records an act on a feed and counts the state on.
func (f *Feeds) note(ctx context.Context, tx *store.Tx, by policy.Subject, verb string, feed Feed, after any) error {
	e, err := audit.By(by, verb, "feed "+feed.Name, nil).Change(nil, after)
	if err != nil {
		return err
	}
	if err := audit.Append(ctx, tx, f.clock.Now(), e); err != nil {
		return err
	}
	return bumpState(ctx, tx, feed.Org)
}

// Remove takes a feed away with its runs. The units and people that it keeps
// stay, and are kept here from then on when another feed brings them.
func (f *Feeds) Remove(ctx context.Context, by policy.Subject, name string) error {
	return f.dir.OnOrganisation(ctx, by, policy.DutySecurity, "feed.remove", name, func(ctx context.Context, tx *store.Tx) error {
		feed, err := feedNamed(ctx, tx, by.Org, name)
		if err != nil {
			return err
		}
		if err := deleteFeed(ctx, tx, feed.Org, feed.ID); err != nil {
			return err
		}
		return f.note(ctx, tx, by, "feed.remove", feed, nil)
	})
}

// List returns the feeds that somebody may look at.
func (f *Feeds) List(ctx context.Context, by policy.Subject) (list []Feed, err error) {
	admin, err := f.dir.Administers(ctx, by)
	if err != nil {
		return nil, err
	}
	err = f.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = selectFeeds(ctx, tx, by.Org)
		return err
	})
	return slices.DeleteFunc(list, func(x Feed) bool {
		return !admin.May(x.need(), x.Unit) && !admin.May(policy.DutySecurity, 0)
	}), err
}

// Find returns a feed by name to who may carry out its runs.
func (f *Feeds) Find(ctx context.Context, by policy.Subject, name string) (Feed, error) {
	feed, err := f.byName(ctx, by.Org, name)
	if err != nil {
		return feed, err
	}
	return feed, f.may(ctx, by, feed, "feed.look")
}

func (f *Feeds) byName(ctx context.Context, org int64, name string) (feed Feed, err error) {
	err = f.db.Read(ctx, func(tx *store.Tx) (err error) {
		feed, err = feedNamed(ctx, tx, org, name)
		return err
	})
	return feed, err
}

func feedNamed(ctx context.Context, tx *store.Tx, org int64, name string) (feed Feed, err error) {
	all, err := selectFeeds(ctx, tx, org)
	if err != nil {
		return feed, err
	}
	i := slices.IndexFunc(all, func(x Feed) bool { return x.Name == name })
	if i < 0 {
		return feed, errs.E(errs.NotFound, "There is no feed %q.", name)
	}
	return all[i], nil
}

// byID returns a feed, whoever asks.
func (f *Feeds) byID(ctx context.Context, org, id int64) (feed Feed, err error) {
	err = f.db.Read(ctx, func(tx *store.Tx) (err error) {
		feed, err = selectFeed(ctx, tx, org, id)
		return err
	})
	if errors.Is(err, store.ErrNoRows) {
		err = errs.E(errs.NotFound, "There is no such feed.")
	}
	return feed, err
}

// may refuses who may not carry out what the feed does.
func (f *Feeds) may(ctx context.Context, by policy.Subject, feed Feed, verb string) error {
	admin, err := f.dir.Administers(ctx, by)
	if err != nil {
		return err
	}
	if !mayRun(admin, by, feed) {
		return f.refuse(ctx, by, verb, "feed "+feed.Name)
	}
	return nil
}

func mayRun(admin directory.Administers, by policy.Subject, feed Feed) bool {
	return (by.Account == 0 || by.Assurance != policy.ByProgram) && admin.May(feed.need(), feed.Unit)
}

// errRun is what somebody finds whose right ended while a run went on.
var errRun = errs.E(errs.Forbidden, "Your role does not allow this feed.")

// mayIn is may in the transaction of an act, in which the right cannot end; the
// refusal is recorded when the transaction was taken back.
func (f *Feeds) mayIn(ctx context.Context, tx *store.Tx, by policy.Subject, feed Feed) error {
	if by.Door == "feed" && by.Account == feed.ID {
		return nil // by the clock or the source itself, under the feed's own rights
	}
	admin, err := f.dir.AdministersIn(ctx, tx, by)
	if err == nil && !mayRun(admin, by, feed) {
		err = errRun
	}
	return err
}

// clip bounds a text for people, at a character.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}
