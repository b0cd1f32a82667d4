package approval

import (
	"context"
	"embed"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"time"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

// Kind is what a room says of its cases.
type Kind struct {
	// Settle does what a decision brings about, in the transaction that makes
	// it: the case has left Waiting. Prepare, where it is there, runs before
	// that transaction with the case as it will be, for what takes long.
	Settle  func(ctx context.Context, tx *store.Tx, c Case, prepared any) error
	Prepare func(ctx context.Context, c Case) (prepared any, blobs []*store.Staged, err error)
	// About returns what is shown of a case to somebody whom it is for; deciding
	// says that they decide it now.
	About func(ctx context.Context, s policy.Subject, c Case, deciding bool) (any, error)
	// IsTold says that who asked gets a letter of the end; else the room tells
	// in its own way.
	IsTold bool
}

// Notices writes to people. What cannot be written is logged: the case waits
// in its list all the same.
type Notices interface {
	// Asked tells an account that decisions wait for it, once an hour at most.
	Asked(ctx context.Context, c Case, a directory.Account) error
	// ApprovalEnded tells who asked.
	ApprovalEnded(ctx context.Context, c Case, a directory.Account) error
}

// Desk keeps the cases of all organisations.
type Desk struct {
	db      *store.Store
	dir     *directory.Directory
	clock   clock.Clock
	log     *slog.Logger
	kinds   map[string]Kind
	notices Notices
	wake    func(account int64)
	due     chan struct{} // wakes Run
	running sync.WaitGroup

	mu   sync.Mutex
	told map[int64]time.Time // when accounts last got a letter that something waits
}

//go:embed schema/*.sql
var schema embed.FS

// New brings the tables up to date and returns the desk. Wake, which may be
// nil, has the clients of an account look anew.
func New(ctx context.Context, db *store.Store, dir *directory.Directory, notices Notices, wake func(account int64), c clock.Clock, log *slog.Logger) (*Desk, error) {
	if err := errors.Join(audit.Migrate(ctx, db), db.Migrate(ctx, "approval", schema)); err != nil {
		return nil, err
	}
	return &Desk{db: db, dir: dir, clock: c, log: log, kinds: map[string]Kind{}, notices: notices, wake: wake, due: make(chan struct{}, 1), told: map[int64]time.Time{}}, nil
}

// Handle names the room of a kind of cases. Call it before the desk is used.
func (d *Desk) Handle(kind string, k Kind) { d.kinds[kind] = k }

var errNoCase = errs.E(errs.NotFound, "There is no such question, or it is not for you.")

// Ask puts a question, in the caller's transaction. The number may be given, so
// that it is known before.
func (d *Desk) Ask(ctx context.Context, tx *store.Tx, by policy.Subject, c Case) (Case, error) {
	if err := c.check(); err != nil {
		return c, err
	}
	if c.ID == 0 {
		c.ID = id.New()
	}
	now := d.clock.Now().UTC()
	c.Org, c.State, c.Made = by.Org, Waiting, now
	c.begin(0, now)
	if err := putCase(ctx, tx, &c); err != nil {
		return c, err
	}
	d.tell(tx, c, c.Open())
	return c, d.note(ctx, tx, by, "approval.ask", c, Vote{Note: c.Reason})
}

// said is a verdict in the record.
type said struct {
	Kind string `json:"kind"`
	For  int64  `json:"for,omitempty"` // the account in whose place
	Note string `json:"note,omitempty"`
	To   int64  `json:"to,omitempty"`
}

func (d *Desk) note(ctx context.Context, tx *store.Tx, by policy.Subject, verb string, c Case, v Vote) error {
	story := said{Kind: c.Kind, Note: v.Note}
	if v.Seat.Account != by.Account {
		story.For = v.Seat.Account
	}
	if v.To != nil {
		story.To = v.To.Account
	}
	e, err := audit.By(by, verb, object(c.ID), nil).Change(nil, story)
	if err != nil {
		return err
	}
	return audit.Append(ctx, tx, d.clock.Now(), e)
}

func object(c int64) string { return "case " + strconv.FormatInt(c, 10) }

// sits says whether a subject may speak in a seat, by what holds outside of
// the transaction; duties are asked within it.
func (d *Desk) sits(ctx context.Context, s policy.Subject, seat Seat) (bool, error) {
	switch {
	case s.Account == 0, seat.Account == 0:
		return false, nil
	case seat.Account == s.Account:
		return true, nil
	}
	deputies, err := d.dir.DeputiesOf(ctx, s.Org, seat.Account)
	if err != nil || slices.Contains(deputies, s.Account) {
		return err == nil, err
	}
	a, err := d.dir.Account(ctx, s.Org, seat.Account)
	if err != nil {
		if errs.Is(err, errs.NotFound) {
			err = nil
		}
		return false, err
	}
	rights, err := d.dir.Rights(ctx, s.Org, a.ID, s.Account)
	return err == nil && a.Kind == directory.KindShared && policy.Can(s, policy.SendAs, policy.Label{Org: a.Org, Owner: a.ID, Granted: rights}), err
}

// seatsOf lists the seats of those given in which a subject may speak.
func (d *Desk) seatsOf(ctx context.Context, s policy.Subject, list []Seat) (mine []Seat, err error) {
	var admin directory.Administers
	asked := false
	for _, seat := range list {
		if seat.Duty != 0 {
			if !asked {
				if admin, err = d.dir.Administers(ctx, s); err != nil {
					return nil, err
				}
				asked = true
			}
			if admin.May(seat.Duty, 0) {
				mine = append(mine, seat)
			}
			continue
		}
		sits, err := d.sits(ctx, s, seat)
		if err != nil {
			return nil, err
		}
		if sits {
			mine = append(mine, seat)
		}
	}
	return mine, nil
}

// placesIn is seatsOf for a case: none where it is about the subject.
func (d *Desk) placesIn(ctx context.Context, s policy.Subject, c Case, list []Seat) ([]Seat, error) {
	if about, err := d.concerns(ctx, c, s.Account); err != nil || about {
		return nil, err
	}
	return d.seatsOf(ctx, s, list)
}

// concerns says whether a case is about somebody: about them, about a person
// whose deputy they are today, or about a mailbox that they have a right to.
func (d *Desk) concerns(ctx context.Context, c Case, account int64) (bool, error) {
	for _, about := range c.Barred {
		if about == account {
			return true, nil
		}
		deputies, err := d.dir.DeputiesOf(ctx, c.Org, about)
		if err != nil || slices.Contains(deputies, account) {
			return err == nil, err
		}
		rights, err := d.dir.Rights(ctx, c.Org, about, account)
		if err != nil || rights != 0 {
			return err == nil, err
		}
	}
	return false, nil
}

// Possible says whether somebody could decide the first step of a case that is
// to be asked: not who asks, nor whom it is about, nor who cannot sign in.
func (d *Desk) Possible(ctx context.Context, c Case) (bool, error) {
	for _, seat := range c.Steps[0].Deciders {
		list, err := d.whoSits(ctx, c, seat)
		if err != nil {
			return false, err
		}
		for _, account := range list {
			a, err := d.dir.Account(ctx, c.Org, account)
			switch {
			case errs.Is(err, errs.NotFound):
			case err != nil:
				return false, err
			case !a.Locked && account != c.Asker:
				return true, nil
			}
		}
	}
	return false, nil
}

// program refuses app passwords: a decision is a person's own.
func program(s policy.Subject) error {
	if s.Account != 0 && s.Assurance == policy.ByProgram {
		return errs.E(errs.Forbidden, "An app password cannot decide. Please sign in with the web client.")
	}
	return nil
}

// Decide gives a verdict: Approve, or Refuse with a note.
func (d *Desk) Decide(ctx context.Context, by policy.Subject, number int64, what Verdict, note string) (Case, error) {
	return d.speak(ctx, by, number, "approval."+string(what), func(c *Case, seat Seat, now time.Time) error {
		return c.decide(seat, by.Account, what, note, now)
	})
}

// Pass lets another account decide instead.
func (d *Desk) Pass(ctx context.Context, by policy.Subject, number, to int64, note string) (Case, error) {
	a, err := d.dir.Account(ctx, by.Org, to)
	switch {
	case errs.Is(err, errs.NotFound), err == nil && (a.Locked || a.Kind == directory.KindList):
		return Case{}, errs.E(errs.Invalid, "Choose a person or a position that has an account.")
	case err != nil:
		return Case{}, err
	}
	c, err := d.Find(ctx, by, number)
	if err != nil {
		return c, err
	}
	about, err := d.concerns(ctx, c, to)
	if err != nil {
		return c, err
	}
	return d.speak(ctx, by, number, "approval.pass", func(c *Case, seat Seat, now time.Time) error {
		if about {
			return errs.E(errs.Conflict, "It is about %s: choose somebody else.", a.Name)
		}
		if a.Clearance < c.Level {
			return errs.E(errs.Forbidden, "%s may not see what is of this level of secrecy.", a.Name)
		}
		return c.pass(seat, by.Account, Seat{Account: to}, note, now)
	})
}

// speak has somebody say something in the first of their seats that is open.
func (d *Desk) speak(ctx context.Context, by policy.Subject, number int64, verb string, say func(c *Case, seat Seat, now time.Time) error) (Case, error) {
	seen, err := d.Find(ctx, by, number)
	if err != nil {
		return seen, err
	}
	mine, err := d.placesIn(ctx, by, seen, seen.seats())
	if err == nil {
		err = program(by)
	}
	if err != nil {
		return seen, d.refused(ctx, by, verb, number, err)
	}
	c, err := d.change(ctx, seen, func(ctx context.Context, tx *store.Tx, c *Case) (policy.Subject, string, error) {
		open := c.Open()
		i := slices.IndexFunc(open, func(s Seat) bool { return slices.Contains(mine, s) })
		if c.State == Waiting && i < 0 {
			return by, verb, errNotYou
		}
		seat := Seat{}
		if i >= 0 {
			seat = open[i]
		}
		if seat.Duty != 0 && tx != nil {
			admin, err := d.dir.AdministersIn(ctx, tx, by)
			if err != nil {
				return by, verb, err
			}
			if !admin.May(seat.Duty, 0) {
				return by, verb, errNotYou
			}
		}
		return by, verb, say(c, seat, d.clock.Now().UTC())
	})
	return c, d.refused(ctx, by, verb, number, err)
}

// refused puts a refusal into the record and returns it.
func (d *Desk) refused(ctx context.Context, by policy.Subject, verb string, number int64, err error) error {
	if !errs.Is(err, errs.Forbidden) {
		return err
	}
	noted := d.db.Write(ctx, func(tx *store.Tx) error {
		return audit.Append(ctx, tx, d.clock.Now(), audit.By(by, verb, object(number), err))
	})
	if noted != nil {
		return noted
	}
	return err
}

// change does something to a case: once on a copy, so that the room can prepare
// what the end takes, and then for good in a transaction. Conflict when the case
// went another way meanwhile.
func (d *Desk) change(ctx context.Context, seen Case, do func(ctx context.Context, tx *store.Tx, c *Case) (policy.Subject, string, error)) (Case, error) {
	ahead := seen
	ahead.Steps, ahead.Votes = slices.Clone(seen.Steps), slices.Clone(seen.Votes)
	if _, _, err := do(ctx, nil, &ahead); err != nil {
		return seen, err
	}
	var prepared any
	var blobs []*store.Staged
	kind := d.kinds[seen.Kind]
	if ahead.State != Waiting && kind.Prepare != nil {
		var err error
		if prepared, blobs, err = kind.Prepare(ctx, ahead); err != nil {
			return seen, err
		}
	}
	var c Case
	err := d.db.WriteBlobs(ctx, seen.Asker, blobs, func(tx *store.Tx) (err error) {
		if _, err := takeModseq(ctx, tx, seen.Org); err != nil {
			return err
		}
		if c, err = selectCase(ctx, tx, seen.Org, seen.ID); err != nil {
			return err
		}
		if c.Modseq != seen.Modseq {
			return errs.E(errs.Conflict, "Somebody else decided at the same time. Look again.")
		}
		before := c.Open()
		by, verb, err := do(ctx, tx, &c)
		if err != nil {
			return err
		}
		return d.store(ctx, tx, by, verb, before, &c, prepared)
	})
	switch errs.KindOf(err) {
	case errs.Conflict, errs.Forbidden, errs.NotFound, errs.Invalid: // after a fault it is not known whether they are held
		for _, b := range blobs {
			b.Discard()
		}
	}
	return c, err
}

// store writes a case that was changed, and what follows from it.
func (d *Desk) store(ctx context.Context, tx *store.Tx, by policy.Subject, verb string, before []Seat, c *Case, prepared any) error {
	if err := putCase(ctx, tx, c); err != nil {
		return err
	}
	var v Vote
	if c.State != Recalled {
		v, _ = c.Said()
	}
	if err := d.note(ctx, tx, by, verb, *c, v); err != nil {
		return err
	}
	d.wakeAll(tx, *c, before)
	if c.State == Waiting {
		var fresh []Seat
		for _, s := range c.Open() {
			if !slices.Contains(before, s) {
				fresh = append(fresh, s)
			}
		}
		d.tell(tx, *c, fresh)
		return nil
	}
	if kind := d.kinds[c.Kind]; kind.Settle != nil {
		if err := kind.Settle(ctx, tx, *c, prepared); err != nil {
			return err
		}
	}
	if d.kinds[c.Kind].IsTold && c.State != Recalled && c.Asker != 0 {
		done := *c
		tx.OnCommit(func() { d.beside(func(ctx context.Context) error { return d.tellAsker(ctx, done) }) })
	}
	return nil
}

// Recall takes a question back, of who asked it or whom the room lets: it runs
// in the caller's transaction, and the kind's Settle is not called.
func (d *Desk) Recall(ctx context.Context, tx *store.Tx, by policy.Subject, number int64) error {
	if _, err := takeModseq(ctx, tx, by.Org); err != nil {
		return err
	}
	c, err := selectCase(ctx, tx, by.Org, number)
	if errors.Is(err, store.ErrNoRows) {
		return errNoCase
	}
	if err != nil {
		return err
	}
	before := c.Open()
	if err := c.recall(d.clock.Now().UTC()); err != nil {
		return err
	}
	if err := putCase(ctx, tx, &c); err != nil {
		return err
	}
	d.wakeAll(tx, c, before)
	return d.note(ctx, tx, by, "approval.recall", c, Vote{})
}
