package directory

import (
	"context"
	"strconv"
	"strings"
	"time"

	"chancery/audit"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/jmap"
)

// AuditObject is one entry of the record of what happened. Before and After
// are the members that an act changed, where it says. Units and people are
// named in them as they are called now; the record itself keeps their ids.
type AuditObject struct {
	ID      jmap.ID      `json:"id"`
	At      jmap.UTCDate `json:"at"`
	Email   string       `json:"email"` // who, as given
	Post    string       `json:"post"`  // title and unit of the post that they acted in, as it was called then; "" = none, or an older entry
	Peer    string       `json:"peer"`
	Zone    string       `json:"zone"`    // that the peer was in; of older entries as zones are set today; "" = no network
	Machine string       `json:"machine"` // of the house that they came from, by its certificate; "" = none was asked for
	Door    string       `json:"door"`
	Verb    string       `json:"verb"`
	Object  string       `json:"object"`
	Name    string       `json:"name"` // of the account, person or unit that the object is; "" = neither, or gone
	Result  string       `json:"result"`
	Rule    string       `json:"rule"`   // which rule decided; "" = none that has a name
	Before  string       `json:"before"` // JSON; "" = nothing
	After   string       `json:"after"`
}

// AuditLook is a page of the record, the newest first. It is no /query: to
// know the position of an entry among those that a filter keeps, all before it
// would have to be counted.
type AuditLook struct {
	List  []AuditObject `json:"list" ts:"list"`
	Next  *jmap.ID      `json:"next"`  // where the next page goes on; null = the record ends here
	Until *jmap.UTCDate `json:"until"` // how far back this page went, where there is a next one
}

// AuditState is what there is to say of the record as a whole.
type AuditState struct {
	Entries  int64         `json:"entries"`
	Families []string      `json:"families" ts:"list"` // of verbs, to filter by
	Zones    []string      `json:"zones" ts:"list"`    // of the network, to filter by
	Checked  *AuditChecked `json:"checked"`            // null = never

	Checkpoint *AuditCheckpoint `json:"checkpoint"` // the newest; null = none was signed yet
}

// AuditChecked is what came of the last check of the record.
type AuditChecked struct {
	At      jmap.UTCDate `json:"at"`
	Entries int64        `json:"entries"`
	Signed  int64        `json:"signed"` // so many of them signed checkpoints vouch for
	Fault   *string      `json:"fault"`  // entry, checkpoint, signature, file; null = all fits
	Broken  *jmap.ID     `json:"broken"` // the first entry that does not fit, where one is known
}

// AuditCheckpoint is a signed statement of what the record held, to be kept
// elsewhere.
type AuditCheckpoint struct {
	At      jmap.UTCDate `json:"at"`
	Entries int64        `json:"entries"`
	Note    string       `json:"note"` // C2SP tlog-checkpoint
	Key     string       `json:"key"`  // the public key it is verified with
}

// maxEntries bounds the entries of an AuditEntry/look.
const maxEntries = 500

type lookArgs struct {
	AccountID jmap.ID     `json:"accountId"`
	Filter    AuditFilter `json:"filter"`
	After     *jmap.ID    `json:"after"`
	Limit     int         `json:"limit"` // 0 = 100
}

// entryLook is AuditEntry/look.
func (a api) entryLook(ctx context.Context, call *jmap.Call) (any, error) {
	var args lookArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	who, _, err := a.administrator(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	after := int64(0)
	if args.After != nil {
		var ok bool
		if after, ok = id.Parse(entryID, *args.After); !ok || after <= 0 {
			return nil, jmap.Fail(jmap.InvalidArguments, "There is no entry %s.", *args.After)
		}
	}
	if args.Limit < 0 {
		return nil, jmap.Fail(jmap.InvalidArguments, "A limit is not less than nothing.")
	}
	if args.Limit == 0 {
		args.Limit = 100
	}
	found, err := a.d.Look(ctx, who, args.Filter, after, min(args.Limit, maxEntries))
	if err != nil {
		return nil, lookError(err)
	}
	names, err := a.d.namesNow(ctx, who.Org)
	if err != nil {
		return nil, err
	}
	out := AuditLook{List: make([]AuditObject, len(found.Entries))}
	for i, e := range found.Entries {
		out.List[i] = a.d.auditObject(e, names)
	}
	if found.Next != 0 {
		next := id.Text(entryID, found.Next)
		out.Next, out.Until = &next, &jmap.UTCDate{Time: found.Until}
	}
	return out, nil
}

// lookError says what is wrong with a filter.
func lookError(err error) error {
	if errs.Is(err, errs.Invalid) || errs.Is(err, errs.TooLarge) {
		return jmap.Fail(jmap.UnsupportedFilter, "%s", errs.Text(err))
	}
	return err
}

// auditObject is an entry for people, with the names of what it is about.
func (d *Directory) auditObject(e audit.Entry, names recordNames) AuditObject {
	kind, key, _ := strings.Cut(e.Object, " ")
	o := AuditObject{ID: id.Text(entryID, e.Seq), At: jmap.UTCDate{Time: e.At}, Email: e.Address, Post: e.Post, Peer: e.Peer, Zone: d.zoneIn(e), Machine: e.Machine, Door: e.Door,
		Verb: e.Verb, Object: e.Object, Name: names.of(kind, key), Result: e.Result, Rule: e.Rule, Before: names.in(e.Before), After: names.in(e.After)}
	if e.Address == "" && e.Account != 0 {
		o.Email = names.of("address", strconv.FormatInt(e.Account, 10))
	}
	return o
}

type stateArgs struct {
	AccountID jmap.ID `json:"accountId"`
}

// auditor reads a call about the record as a whole.
func (a api) auditor(ctx context.Context, call *jmap.Call) (policy.Subject, error) {
	var args stateArgs
	if err := call.Decode(&args); err != nil {
		return policy.Subject{}, err
	}
	who, _, err := a.administrator(ctx, args.AccountID)
	return who, err
}

// entryState is AuditEntry/state.
func (a api) entryState(ctx context.Context, call *jmap.Call) (any, error) {
	who, err := a.auditor(ctx, call)
	if err == nil {
		err = a.d.mayRecord(ctx, who, "record.read")
	}
	if err != nil {
		return nil, err
	}
	out := AuditState{Families: audit.Families(), Zones: append([]string{}, a.d.zones.Names...)}
	err = a.d.db.Read(ctx, func(tx *store.Tx) error {
		c, entries, err := audit.LastCheck(ctx, tx, who.Org)
		out.Entries, out.Checked = entries, checkedObject(c)
		if err != nil {
			return err
		}
		newest, key, err := audit.Newest(ctx, tx, who.Org)
		if err == nil && newest.Size > 0 {
			out.Checkpoint = &AuditCheckpoint{At: jmap.UTCDate{Time: newest.At}, Entries: newest.Size, Note: newest.Note, Key: key}
		}
		return err
	})
	return out, err
}

// entryCheck is AuditEntry/check.
func (a api) entryCheck(ctx context.Context, call *jmap.Call) (any, error) {
	who, err := a.auditor(ctx, call)
	if err != nil {
		return nil, err
	}
	c, err := a.d.CheckRecord(ctx, who)
	return checkedObject(c), err
}

func checkedObject(c audit.Checked) *AuditChecked {
	if c.At.IsZero() {
		return nil
	}
	out := &AuditChecked{At: jmap.UTCDate{Time: c.At.Truncate(time.Millisecond)}, Entries: c.Entries, Signed: c.Signed}
	if c.Fault != "" {
		out.Fault = &c.Fault
	}
	if c.Broken != 0 {
		first := id.Text(entryID, c.Broken)
		out.Broken = &first
	}
	return out
}
