package drive

import (
	"context"
	"embed"
	"errors"
	"log/slog"
	"sync"
	"time"

	"chancery/audit"
	"chancery/directory"
	"chancery/identity"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// Config are the room's settings. Zero values mean the documented default,
// but where 0 is a limit of its own.
type Config struct {
	Off        bool          // nobody sends files by link
	MaxFile    int64         // bytes of one file, default 10 GB
	MaxFiles   int           // of one parcel, default 50
	Space      int64         // bytes of all parcels and uploads of an account, default 20 GB
	MaxParcels int           // that an account has in its list, default 1000
	MaxUploads int           // of an account that are not in a parcel yet, default 50
	UploadLife time.Duration // how long those are kept, default 24 h
	Days       int           // until a parcel expires, where its sender says nothing; default 14
	MaxDays    int           // until when a sender may have it expire, default 90
	KeepDays   int           // how long a parcel that is over stays in the sender's list, default 90
	Secrecy    Secrecy
	// Changed is told of an account whose parcels changed, after the change is
	// durable; it must not block.
	Changed func(account int64)
}

func (c Config) withDefaults() Config {
	for _, d := range []struct {
		v   *int
		def int
	}{{&c.MaxFiles, 50}, {&c.MaxParcels, 1000}, {&c.MaxUploads, 50}, {&c.Days, 14}, {&c.MaxDays, 90}, {&c.KeepDays, 90}} {
		if *d.v == 0 {
			*d.v = d.def
		}
	}
	if c.MaxFile == 0 {
		c.MaxFile = 10e9
	}
	if c.Space == 0 {
		c.Space = 20e9
	}
	if c.UploadLife == 0 {
		c.UploadLife = 24 * time.Hour
	}
	if c.Changed == nil {
		c.Changed = func(int64) {}
	}
	c.Days = min(c.Days, c.MaxDays)
	return c
}

//go:embed schema/*.sql
var schema embed.FS

// Room is the drive. One serves all doors of a process.
type Room struct {
	db    *store.Store
	dir   *directory.Directory
	conf  Config
	clock clock.Clock
	log   *slog.Logger

	pace    *identity.Pace // of passwords of links
	late    lateness
	hashing chan struct{} // bounds the memory that passwords of strangers take
	behind  sync.WaitGroup
	taking  takeovers
}

// maxHashing is how many passwords are compared at once, each in 19 MiB.
const maxHashing = 4

// New brings the tables up to date and returns the room.
func New(ctx context.Context, db *store.Store, dir *directory.Directory, conf Config, c clock.Clock, log *slog.Logger) (*Room, error) {
	if err := errors.Join(audit.Migrate(ctx, db), db.Migrate(ctx, "drive", schema)); err != nil {
		return nil, err
	}
	return &Room{db: db, dir: dir, conf: conf.withDefaults(), clock: c, log: log, pace: identity.NewPace(c),
		hashing: make(chan struct{}, maxHashing)}, nil
}

// Wait waits for what is written behind answers.
func (r *Room) Wait() { r.behind.Wait() }

// Account is a subject's hold on the files of its own account.
type Account struct {
	room    *Room
	subject policy.Subject
	id      int64
	scope   store.Scope
}

// What a person is told who may not send files by link, or not to outside.
var (
	errNotOffered = errs.E(errs.Forbidden, "Sending large files by link is not part of your service level.")
	errNotOutside = errs.E(errs.Forbidden, "Your service level has no links for people outside. Please make one for people of the organisation.")
)

// Account opens the files of an account. They are its owner's alone, so that
// NotFound is the answer to everybody else.
func (r *Room) Account(ctx context.Context, s policy.Subject, id int64) (*Account, error) {
	a, err := r.dir.Account(ctx, s.Org, id)
	if err != nil {
		return nil, err
	}
	if !policy.Can(s, policy.Read, policy.Label{Org: a.Org, Owner: a.ID}) {
		r.record(ctx, audit.By(s, "parcel", a.Address, errs.E(errs.Forbidden, "not granted")))
		return nil, errs.E(errs.NotFound, "There is no such account.")
	}
	return &Account{room: r, subject: s, id: id, scope: store.Scope{Org: a.Org}}, nil
}

// label is what policy is asked about before anybody said how secret a parcel is.
func (a *Account) label() policy.Label {
	return policy.Label{Org: a.scope.Org, Owner: a.id, Level: policy.Level(a.scope.Level)}
}

// mayShare asks whether the person may send files by link, to people outside
// or to those of the organisation only. A refusal is recorded.
func (a *Account) mayShare(ctx context.Context, outside bool) error {
	err := errNotOffered
	switch {
	case a.room.offers(a.subject) && (!outside || a.subject.Terms.Allows(policy.FeatureOutside)) && policy.Can(a.subject, policy.SendAs, a.label()):
		return nil
	case a.room.offers(a.subject):
		err = errNotOutside
	}
	a.room.record(ctx, audit.By(a.subject, "parcel.make", a.subject.Address, err))
	return err
}

// offers says whether somebody has files by link at all.
func (r *Room) offers(s policy.Subject) bool {
	return !r.conf.Off && s.Account != 0 && s.Terms.Allows(policy.FeatureParcels)
}

// record writes an entry of its own, such as a refusal; that stands even when
// the record cannot be written.
func (r *Room) record(ctx context.Context, e audit.Entry) {
	err := r.db.Write(ctx, func(tx *store.Tx) error { return audit.Append(ctx, tx, r.clock.Now(), e) })
	if err != nil {
		r.log.Error("not recorded", "verb", e.Verb, "object", e.Object, "error", err)
	}
}

// write runs a change of the account and tells of it when it is durable. The
// counter is given to what changes.
func (r *Room) write(ctx context.Context, account int64, fn func(tx *store.Tx, modseq int64) error) error {
	return r.db.WriteBlobs(ctx, account, nil, func(tx *store.Tx) error {
		modseq, err := bump(ctx, tx, account)
		if err != nil {
			return err
		}
		tx.OnCommit(func() { r.conf.Changed(account) })
		return fn(tx, modseq)
	})
}

// State is the counter at which the account's parcels changed last.
func (a *Account) State(ctx context.Context) (n int64, err error) {
	err = a.room.db.Read(ctx, func(tx *store.Tx) (err error) {
		n, err = selectState(ctx, tx, a.id)
		return err
	})
	return n, err
}
