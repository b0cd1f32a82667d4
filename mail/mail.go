package mail

import (
	"context"
	"embed"
	"errors"
	"log/slog"
	"slices"
	"sync"

	"chancery/approval"
	"chancery/audit"
	"chancery/directory"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/mail/convert"
	"chancery/mail/flow"
	"chancery/mail/pace"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/mailauth"
	"chancery/wire/sieve"
)

// Config are the room's settings. Zero values mean the documented default.
type Config struct {
	Hostname       string      // name in Received lines and as the bounce's reporting server
	MaxMessage     int64       // bytes, default 100 MiB
	MaxAttachments int64       // bytes of the files of one letter that people here write; default three quarters of MaxMessage (D20)
	MaxMailboxes   int         // per account, default 10,000
	MaxDepth       int         // of mailboxes in mailboxes, default 20
	DefaultQuota   int64       // bytes per account, 0 = none
	MaxRecipients  int         // per submission, default 1,000
	Pace           pace.Limits // what an account may send; default no limit
	ForwardOutside bool        // rules may send letters on to addresses outside (D23)
	MaxHold        int64       // seconds a submission may be held (RFC 4865), default 30 days
	HistoryChanges int64       // removed messages remembered per account for resync, default 100,000
	ViewMessages   int         // messages of all accounts kept in memory as views, default 200,000
	ContentBytes   int         // bytes of parsed messages kept in memory, default 24 MiB
	Postmaster     string      // address that gets what is sent to postmaster; default the first administrator
	ReportAddress  string      // gets what people report as suspicious; "" = it is only recorded
	Outbound       Outbound
	Authenticity   Authenticity
	OneClick       OneClick     // leaving lists
	Sieve          sieve.Limits // of people's scripts; each has its default
	MaxScripts     int          // per account, default 50
	MaxRules       int          // per account, default 500
	Secrecy        Secrecy
	Review         Review
	TemplateFiles  int64 // bytes of the files of one template, default 25 MiB
}

// Review says for what it takes two people.
type Review struct {
	FourEyes bool // rules for letters are changed by two security administrators
	Second   bool // a look into another's mail needs a second person

	JournalDays int // that the journal keeps letters; 0 = for ever
}

// Room is the mail room. One serves all doors of a process.
type Room struct {
	db    *store.Store
	conf  Config
	dir   *directory.Directory
	clock clock.Clock
	log   *slog.Logger
	views *views
	watch *watchers
	parts *contentCache
	mu    sync.Mutex
	ready map[int64]bool // accounts whose standard mailboxes are known to be there
	queue *queue
	away  *away

	laterWake chan struct{} // see RunLater
	origin    *mailauth.Checker
	blocks    blocks
	filters   *filters

	validity uint32 // the last UIDVALIDITY given out

	index *indexer // nil: there is no text index, messages are read

	desk   *approval.Desk // asks those who review
	rules  ruleSets
	traces traces
	// reading has a place for each letter whose files are looked into.
	reading chan struct{}
	kept    keptContents

	office  *convert.Converter // nil: documents cannot be converted
	derived derived
}

//go:embed schema/*.sql
var schema embed.FS

// New brings the tables up to date and returns the room.
func New(ctx context.Context, db *store.Store, dir *directory.Directory, conf Config, c clock.Clock, log *slog.Logger) (*Room, error) {
	if err := errors.Join(audit.Migrate(ctx, db), db.Migrate(ctx, "mail", schema), pace.Migrate(ctx, db)); err != nil {
		return nil, err
	}
	conf = conf.withDefaults()
	return &Room{
		queue: newQueue(conf, log), away: newAway(), filters: newFilters(), laterWake: make(chan struct{}, 1), origin: mailauth.New(conf.Authenticity.Config),
		db: db, dir: dir, conf: conf, clock: c, log: log,
		views: newViews(conf.ViewMessages), watch: newWatchers(), parts: newContentCache(conf.ContentBytes),
		ready: map[int64]bool{}, rules: ruleSets{org: map[int64]ruleSet{}}, reading: make(chan struct{}, readers), kept: keptContents{of: map[string]flow.Content{}},
	}, nil
}

func (c Config) withDefaults() Config {
	set := func(v *int64, def int64) {
		if *v == 0 {
			*v = def
		}
	}
	setInt := func(v *int, def int) {
		if *v == 0 {
			*v = def
		}
	}
	if c.Hostname == "" {
		c.Hostname = "localhost"
	}
	c.Outbound = c.Outbound.withDefaults()
	set(&c.MaxMessage, 100<<20)
	set(&c.MaxAttachments, c.MaxMessage*3/4)
	set(&c.TemplateFiles, 25<<20)
	set(&c.MaxHold, 30*24*3600)
	set(&c.HistoryChanges, 100_000)
	setInt(&c.MaxMailboxes, 10_000)
	setInt(&c.MaxDepth, 20)
	setInt(&c.MaxScripts, 50)
	setInt(&c.MaxRules, 500)
	setInt(&c.Sieve.Script, 256<<10)
	setInt(&c.Sieve.Redirects, 8)
	setInt(&c.MaxRecipients, 1000)
	setInt(&c.ViewMessages, 200_000)
	setInt(&c.ContentBytes, 24<<20)
	if c.Secrecy.Ladder.Code == "" {
		c.Secrecy.Ladder = policy.Ladders()[0]
	}
	return c
}

// MaxMessage is how large a letter of the subject's may be, in bytes;
// MaxAttachments what its files may have together, MaxRecipients how many it
// may go to: as the house has it, or less by the subject's service level.
func (r *Room) MaxMessage(s policy.Subject) int64 {
	return policy.Within(r.conf.MaxMessage, s.Terms.MaxMessage)
}

// MaxAttachments is described at MaxMessage.
func (r *Room) MaxAttachments(s policy.Subject) int64 {
	return policy.Within(r.conf.MaxAttachments, s.Terms.MaxAttachments)
}

// MaxRecipients is described at MaxMessage.
func (r *Room) MaxRecipients(s policy.Subject) int {
	return int(policy.Within(int64(r.conf.MaxRecipients), s.Terms.MaxRecipients))
}

// pace is what somebody may send, by their service level.
func (r *Room) pace(t policy.Terms) pace.Limits {
	return pace.Limits{Letters: policy.Least(r.conf.Pace.Letters, t.MaxHourly), Recipients: policy.Least(r.conf.Pace.Recipients, t.MaxDaily)}
}

// MaxAttachments is what the files of one letter may have together, where the
// account's holder writes it.
func (a *Account) MaxAttachments() int64 { return a.room.MaxAttachments(a.subject) }

// AccountInfo describes an account that a subject can reach.
type AccountInfo struct {
	ID       int64
	Address  string
	Name     string
	Personal bool // the subject's own
	Rights   policy.Rights
	Quota    int64 // bytes, 0 = no limit
}

// Account is an open account: a subject's hold on a set of mailboxes.
type Account struct {
	room    *Room
	subject policy.Subject
	info    AccountInfo
	scope   store.Scope
	terms   policy.Terms // of its holder
	look    lookRow      // the leave by which it is read; its id is 0 where that is somebody's own right
}

// ID returns the account's id, Info everything the door may show of it.
func (a *Account) ID() int64         { return a.info.ID }
func (a *Account) Info() AccountInfo { return a.info }

// Accounts lists the accounts the subject can reach, its own first.
func (r *Room) Accounts(ctx context.Context, s policy.Subject) ([]AccountInfo, error) {
	reached, err := r.dir.Reachable(ctx, s)
	if err != nil {
		return nil, err
	}
	var list []AccountInfo
	for _, a := range reached {
		if policy.Can(s, policy.Read, label(a.Account, a.Rights)) {
			list = append(list, info(s, a.Account, a.Rights))
		}
	}
	looks, err := r.looksNow(ctx, s)
	if err != nil {
		return nil, err
	}
	for _, l := range looks {
		if l.account == 0 || slices.ContainsFunc(list, func(i AccountInfo) bool { return i.ID == l.account }) {
			continue
		}
		a, err := r.dir.Account(ctx, s.Org, l.account)
		if err != nil {
			return nil, err
		}
		list = append(list, info(s, a, policy.Read))
	}
	return list, nil
}

// Account opens an account. NotFound covers both "is not there" and "may not know".
func (r *Room) Account(ctx context.Context, s policy.Subject, id int64) (*Account, error) {
	a, err := r.dir.Account(ctx, s.Org, id)
	if err != nil {
		return nil, err
	}
	rights := policy.All
	if s.Account != 0 {
		if rights, err = r.dir.Rights(ctx, s.Org, id, s.Account); err != nil {
			return nil, err
		}
	}
	if !policy.Can(s, policy.Read, label(a, rights)) {
		if l, ok, err := r.lookInto(ctx, s, id); err != nil {
			return nil, err
		} else if ok {
			acc, err := r.open(ctx, s, a, policy.Read)
			acc.look = l
			return acc, err
		}
		r.refused(ctx, s, a.Address, errs.E(errs.Forbidden, "not granted"))
		return nil, errs.E(errs.NotFound, "There is no such account.")
	}
	return r.open(ctx, s, a, rights)
}

func label(a directory.Account, granted policy.Rights) policy.Label {
	return policy.Label{Org: a.Org, Owner: a.ID, Granted: granted}
}

func info(s policy.Subject, a directory.Account, rights policy.Rights) AccountInfo {
	return AccountInfo{ID: a.ID, Address: a.Address, Name: a.Name, Personal: a.ID == s.Account, Rights: rights, Quota: a.Quota}
}

// open makes the handle, and on an account's first use its standard mailboxes.
func (r *Room) open(ctx context.Context, s policy.Subject, a directory.Account, rights policy.Rights) (*Account, error) {
	acc := &Account{room: r, subject: s, info: info(s, a, rights), scope: store.Scope{Org: a.Org}, terms: a.Terms}
	if acc.info.Quota == 0 {
		acc.info.Quota = r.conf.DefaultQuota
	}
	return acc, r.prepare(ctx, a.ID)
}

// can asks policy for the rights on this account. A refusal is recorded.
func (a *Account) can(ctx context.Context, need policy.Rights) error {
	if a.allows(need) {
		return nil
	}
	err := errs.E(errs.Forbidden, "You may not do this in the mailbox of %s.", a.info.Name)
	a.room.refused(ctx, a.subject, a.info.Address, err)
	return err
}

// allows asks policy without recording the answer.
func (a *Account) allows(need policy.Rights) bool {
	return policy.Can(a.subject, need, policy.Label{Org: a.scope.Org, Owner: a.info.ID, Granted: a.info.Rights})
}

// refused writes a refusal into the audit record. There is no transaction to
// share, since what was asked for is not done; when the record cannot be
// written the refusal stands all the same.
func (r *Room) refused(ctx context.Context, s policy.Subject, object string, cause error) {
	err := r.db.Write(ctx, func(tx *store.Tx) error {
		return audit.Append(ctx, tx, r.clock.Now(), audit.By(s, "mail", object, cause))
	})
	if err != nil {
		r.log.Error("refusal not recorded", "account", s.Account, "object", object, "error", err)
	}
}
