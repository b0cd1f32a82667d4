package mailapi

import (
	"context"
	"log/slog"

	"chancery/kit/clock"
	"chancery/kit/id"
	"chancery/mail"
	"chancery/policy"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
)

// Config are the settings. Zero values mean the documented default.
type Config struct {
	MaxSizeAttachments int64       // of one email, default 75 MiB
	MaxUpload          int64       // bytes, default 100 MiB; doors/jmap has its own limit before
	MaxDelayedSend     int64       // seconds, default 30 days; what the room allows
	MaxBodyValue       int64       // bytes of one body value, default 5 MiB
	MaxAnswer          int         // bytes of one answer with bodies, default 32 MiB
	MaxImport          int64       // bytes of a file of letters, default 16 GiB
	QueryCache         int         // message pointers kept in results of queries, default 2,000,000
	Clock              clock.Clock // default the machine's
	Log                *slog.Logger
}

func (c Config) withDefaults() Config {
	if c.MaxSizeAttachments == 0 {
		c.MaxSizeAttachments = 75 << 20
	}
	if c.MaxUpload == 0 {
		c.MaxUpload = 100 << 20
	}
	if c.MaxDelayedSend == 0 {
		c.MaxDelayedSend = 30 * 24 * 3600
	}
	if c.MaxBodyValue == 0 {
		c.MaxBodyValue = 5 << 20
	}
	if c.MaxAnswer == 0 {
		c.MaxAnswer = 32 << 20
	}
	if c.MaxImport == 0 {
		c.MaxImport = 16 << 30
	}
	if c.QueryCache == 0 {
		c.QueryCache = 2_000_000
	}
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// API answers JMAP calls for one mail room.
type API struct {
	room    *mail.Room
	who     func(context.Context) (policy.Subject, error)
	conf    Config
	queries *queryCache
}

// New makes the API. Who returns the person that a context belongs to.
func New(room *mail.Room, who func(context.Context) (policy.Subject, error), conf Config) *API {
	conf = conf.withDefaults()
	return &API{room: room, who: who, conf: conf, queries: newQueryCache(conf.QueryCache)}
}

// Capabilities returns what the room offers to doors/jmap.
func (a *API) Capabilities() []jmap.Capability {
	return append([]jmap.Capability{
		a.laterCapability(),
		a.trustCapability(),
		a.secrecyCapability(),
		a.flowCapability(),
		a.mdnCapability(),
		a.attachments(),
		{
			URN:     jmapmail.MailURN,
			Account: a.mailCapability,
			// EmailDelivery has no methods: RFC 8621 section 1.5 has it for push alone.
			Types:  []string{"Mailbox", "Thread", "Email", "EmailDelivery", "Identity", "EmailSubmission"},
			States: a.states,
			Methods: map[string]jmap.Method{
				"Mailbox/get":          a.mailboxGet,
				"Mailbox/changes":      a.mailboxChanges,
				"Mailbox/query":        a.mailboxQuery,
				"Mailbox/queryChanges": a.mailboxQueryChanges,
				"Mailbox/set":          a.mailboxSet,
				"Thread/get":           a.threadGet,
				"Thread/changes":       a.threadChanges,
				"Email/get":            a.emailGet,
				"Email/changes":        a.emailChanges,
				"Email/query":          a.emailQuery,
				"Email/queryChanges":   a.emailQueryChanges,
				"Email/set":            a.emailSet,
				"Email/copy":           a.emailCopy,
				"Email/import":         a.emailImport,
				"Email/parse":          a.emailParse,
				"SearchSnippet/get":    a.snippetGet,
			},
		},
		{
			URN:     jmapmail.SubmissionURN,
			Account: a.submissionCapability,
			Methods: map[string]jmap.Method{
				"Identity/get":                 a.identityGet,
				"Identity/changes":             a.identityChanges,
				"Identity/set":                 a.identitySet,
				"EmailSubmission/get":          a.submissionGet,
				"EmailSubmission/changes":      a.submissionChanges,
				"EmailSubmission/query":        a.submissionQuery,
				"EmailSubmission/queryChanges": a.submissionQueryChanges,
				"EmailSubmission/set":          a.submissionSet,
			},
		},
		{
			URN:     jmapmail.VacationURN,
			Account: func(acc jmap.Account) (any, bool) { return nil, !acc.IsReadOnly },
			Methods: map[string]jmap.Method{
				"VacationResponse/get": a.vacationGet,
				"VacationResponse/set": a.vacationSet,
			},
		},
	}, append(a.prepared(), a.sieveCapabilities()...)...)
}

func (a *API) mailCapability(acc jmap.Account) (any, bool) {
	return jmapmail.MailCapability{
		MaxSizeMailboxName:         mail.MaxMailboxName,
		MaxSizeAttachmentsPerEmail: min(a.conf.MaxSizeAttachments, acc.MaxSizeAttachments),
		EmailQuerySortOptions:      sortOptions,
		MayCreateTopLevelMailbox:   !acc.IsReadOnly,
	}, true
}

// Accounts lists the accounts that the person in the context can reach.
func (a *API) Accounts(ctx context.Context) ([]jmap.Account, error) {
	s, err := a.who(ctx)
	if err != nil {
		return nil, err
	}
	list, err := a.room.Accounts(ctx, s)
	if err != nil {
		return nil, err
	}
	out := make([]jmap.Account, len(list))
	for i, x := range list {
		name := x.Name
		if x.Personal {
			name = x.Address
		}
		out[i] = jmap.Account{ID: id.Text(accountID, x.ID), Name: name, IsPersonal: x.Personal,
			IsReadOnly: x.Rights&(policy.Mark|policy.Organise|policy.Insert) == 0, MaxSizeAttachments: a.room.MaxAttachments(s), ForwardsOutside: a.room.MaySendOnOutside(s)}
	}
	return out, nil
}

// account opens the account of a call.
func (a *API) account(ctx context.Context, text jmap.ID) (*mail.Account, error) {
	return jmap.OpenAccount(text, func(n int64) (*mail.Account, error) {
		s, err := a.who(ctx)
		if err != nil {
			return nil, err
		}
		return a.room.Account(ctx, s, n)
	})
}

// open opens the account of a call together with its present snapshot.
func (a *API) open(ctx context.Context, text jmap.ID) (*mail.Account, *mail.Snapshot, error) {
	acc, err := a.account(ctx, text)
	if err != nil {
		return nil, nil, err
	}
	snap, err := acc.Snapshot(ctx)
	return acc, snap, err
}

// take reads the arguments of a call and checks them; nil where there is
// nothing to check.
func take(call *jmap.Call, args any, check func() error) error {
	if err := call.Decode(args); err != nil || check == nil {
		return err
	}
	return check()
}

// enter is take, and opens the account that the arguments name.
func (a *API) enter(ctx context.Context, call *jmap.Call, args any, check func() error, account *jmap.ID) (*mail.Account, error) {
	if err := take(call, args, check); err != nil {
		return nil, err
	}
	return a.account(ctx, *account)
}

// enterNow is enter with the account's present snapshot.
func (a *API) enterNow(ctx context.Context, call *jmap.Call, args any, check func() error, account *jmap.ID) (*mail.Account, *mail.Snapshot, error) {
	acc, err := a.enter(ctx, call, args, check, account)
	if err != nil {
		return nil, nil, err
	}
	snap, err := acc.Snapshot(ctx)
	return acc, snap, err
}

// states returns the states for push, those of submissions too: all stand in
// one snapshot.
func (a *API) states(ctx context.Context, account jmap.ID) (map[string]string, error) {
	_, snap, err := a.open(ctx, account)
	if err != nil {
		return nil, err
	}
	email := stateIn(snap, snap.EmailState)
	return map[string]string{"Mailbox": stateIn(snap, mailboxState(snap)), "Thread": email, "Email": email,
		"EmailDelivery": state(snap.DeliveryState), "Identity": state(snap.IdentityState), "EmailSubmission": state(snap.SubmissionState)}, nil
}

// Listen wakes whoever waits for changes of accounts (doors/jmap). Accounts
// that the person cannot reach are left out.
func (a *API) Listen(ctx context.Context, accounts []jmap.ID) (<-chan struct{}, func()) {
	var ids []int64
	for _, text := range accounts {
		if acc, err := a.account(ctx, text); err == nil {
			ids = append(ids, acc.ID())
		}
	}
	w := a.room.WatchAccounts(ids)
	return w.C, w.Close
}
