package contacts

import (
	"context"
	"embed"
	"errors"
	"log/slog"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// Config are the room's settings. Zero values mean the documented default.
type Config struct {
	MaxBooks int // per account, default 100
	MaxCards int // per account, default 50,000
	MaxCard  int // bytes of one card as JSON, default 256 KiB
	// CardDAV is where programs find the address books, "" for nowhere.
	CardDAV string
	// Changed is told of an account whose books or cards changed, after the
	// change is durable; it must not block.
	Changed func(account int64)
}

func (c Config) withDefaults() Config {
	for _, d := range []struct {
		v   *int
		def int
	}{{&c.MaxBooks, 100}, {&c.MaxCards, 50_000}, {&c.MaxCard, 256 << 10}} {
		if *d.v == 0 {
			*d.v = d.def
		}
	}
	if c.Changed == nil {
		c.Changed = func(int64) {}
	}
	return c
}

//go:embed schema/*.sql
var schema embed.FS

// Room is the contacts room. One serves all doors of a process.
type Room struct {
	db    *store.Store
	dir   *directory.Directory
	conf  Config
	clock clock.Clock
	log   *slog.Logger
}

// New brings the tables up to date and returns the room.
func New(ctx context.Context, db *store.Store, dir *directory.Directory, conf Config, c clock.Clock, log *slog.Logger) (*Room, error) {
	if err := errors.Join(audit.Migrate(ctx, db), db.Migrate(ctx, "contacts", schema)); err != nil {
		return nil, err
	}
	return &Room{db: db, dir: dir, conf: conf.withDefaults(), clock: c, log: log}, nil
}

// MaxCard is how many bytes a card can have.
func (r *Room) MaxCard() int { return r.conf.MaxCard }

// Account is a subject's hold on the books of an account.
type Account struct {
	room    *Room
	subject policy.Subject
	id      int64
	address string
	label   policy.Label
}

// Account opens the books of an account. NotFound covers both "is not there"
// and "may not know".
func (r *Room) Account(ctx context.Context, s policy.Subject, id int64) (*Account, error) {
	a, err := r.dir.Account(ctx, s.Org, id)
	if err != nil {
		return nil, err
	}
	granted := policy.All
	if s.Account != 0 {
		if granted, err = r.dir.Rights(ctx, s.Org, id, s.Account); err != nil {
			return nil, err
		}
	}
	acc := &Account{room: r, subject: s, id: id, address: a.Address, label: policy.Label{Org: a.Org, Owner: a.ID, Granted: granted}}
	if !policy.Can(s, policy.Read, acc.label) {
		r.refused(ctx, s, a.Address)
		return nil, errs.E(errs.NotFound, "There is no such account.")
	}
	return acc, nil
}

// MayWrite says whether the subject may change books and cards: who may put
// things in order in the account's mailboxes may do so here.
func (a *Account) MayWrite() bool { return policy.Can(a.subject, policy.Organise, a.label) }

// canWrite asks policy. A refusal is recorded.
func (a *Account) canWrite(ctx context.Context) error {
	if a.MayWrite() {
		return nil
	}
	a.room.refused(ctx, a.subject, a.address)
	return errs.E(errs.Forbidden, "You may not change the address books of %s.", a.address)
}

// refused writes a refusal into the audit record; it stands even when the
// record cannot be written.
func (r *Room) refused(ctx context.Context, s policy.Subject, object string) {
	err := r.db.Write(ctx, func(tx *store.Tx) error {
		return audit.Append(ctx, tx, r.clock.Now(), audit.By(s, "contacts", object, errs.E(errs.Forbidden, "not granted")))
	})
	if err != nil {
		r.log.Error("refusal not recorded", "account", s.Account, "object", object, "error", err)
	}
}

// States are the counters at which books and cards changed last.
type States struct{ Books, Cards int64 }

// States returns the account's states. The first look makes the account's
// first book, so that there is always one to write into.
func (a *Account) States(ctx context.Context) (States, error) {
	row, err := a.row(ctx)
	return States{row.bookState, row.cardState}, err
}

func (a *Account) row(ctx context.Context) (row accountRow, err error) {
	err = a.room.db.Read(ctx, func(tx *store.Tx) (err error) {
		row, err = selectAccount(ctx, tx, a.id)
		return err
	})
	if found, err := store.Found(err); found || err != nil {
		return row, err
	}
	err = a.room.db.Write(ctx, func(tx *store.Tx) error {
		if err := a.begin(ctx, tx); err != nil {
			return err
		}
		row, err = selectAccount(ctx, tx, a.id)
		return err
	})
	return row, err
}

// write runs a change of the account and tells of it when it is durable.
func (a *Account) write(ctx context.Context, fn func(tx *store.Tx) error) error {
	return a.room.db.Write(ctx, func(tx *store.Tx) error {
		if err := a.begin(ctx, tx); err != nil {
			return err
		}
		tx.OnCommit(func() { a.room.conf.Changed(a.id) })
		return fn(tx)
	})
}

// begin makes the account's counters and first book if they are not there.
func (a *Account) begin(ctx context.Context, tx *store.Tx) error {
	fresh, err := insertAccount(ctx, tx, a.id)
	if err != nil || !fresh {
		return err
	}
	book := Book{Subscribed: true}
	return a.insertDefault(ctx, tx, &book)
}
