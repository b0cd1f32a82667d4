package directory

import (
	"context"
	"strconv"
	"strings"

	"chancery/audit"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/jmap"
)

// AuditObject is one entry of the record of what happened. Before and After
// are the members that an act changed, where it says. Units and people are
// named in them as they are called now; the record itself keeps their ids.
type AuditObject struct {
	ID     jmap.ID      `json:"id"`
	At     jmap.UTCDate `json:"at"`
	Email  string       `json:"email"` // who, as given
	Peer   string       `json:"peer"`
	Door   string       `json:"door"`
	Verb   string       `json:"verb"`
	Object string       `json:"object"`
	Name   string       `json:"name"` // of the account, person or unit that the object is; "" = neither, or gone
	Result string       `json:"result"`
	Before string       `json:"before"` // JSON; "" = nothing
	After  string       `json:"after"`
}

// maxEntries bounds the entries of an AuditEntry/get.
const maxEntries = 500

// page returns entries of the record, the newest first, to those who may read
// it; reading is recorded when it begins, at the newest.
func (d *Directory) page(ctx context.Context, s policy.Subject, before int64, limit int) (list []audit.Entry, err error) {
	if err := d.mayRead(ctx, s); err != nil {
		return nil, err
	}
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = audit.Page(ctx, tx, s.Org, before, limit)
		return err
	})
	return list, err
}

func (d *Directory) mayRead(ctx context.Context, s policy.Subject) error {
	a, err := d.Administers(ctx, s)
	if err == nil && !a.May(policy.DutyRecord, 0) {
		err = jmap.Fail(jmap.Forbidden, "Your role does not allow to read the record.")
	}
	return err
}

// entryQuery is AuditEntry/query: the newest first. Numbers have no gaps, so
// a position tells the entry.
func (a api) entryQuery(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.QueryArgs[struct{}]
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	who, _, err := a.administrator(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	if args.Filter != nil {
		return nil, jmap.Fail(jmap.UnsupportedFilter, "AuditEntry/query has no filters.")
	}
	if len(args.Sort) > 0 || args.Anchor != nil {
		return nil, jmap.Fail(jmap.UnsupportedSort, "AuditEntry/query gives the newest first.")
	}
	if err := a.d.noteReading(ctx, who, args.Position); err != nil {
		return nil, err
	}
	newest, err := a.d.page(ctx, who, 0, 1)
	if err != nil {
		return nil, err
	}
	last := int64(0)
	for _, e := range newest {
		last = e.Seq
	}
	pos, from, to, limit, err := args.Window(int(last), nil)
	if err != nil {
		return nil, err
	}
	out := &jmap.QueryAnswer{AccountID: args.AccountID, QueryState: id.Text(entryID, last), Position: pos, Limit: limit}
	for i := from; i < min(to, from+maxEntries); i++ {
		out.IDs = append(out.IDs, id.Text(entryID, last-int64(i)))
	}
	if args.CalculateTotal {
		out.Total = &last
	}
	return out, nil
}

// noteReading records that somebody reads the record, once for each look at
// its beginning.
func (d *Directory) noteReading(ctx context.Context, s policy.Subject, position int64) error {
	if err := d.mayRead(ctx, s); err != nil || position != 0 {
		return err
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		return audit.Append(ctx, tx, d.clock.Now(), audit.By(s, "record.read", "record", nil))
	})
}

// entryGet is AuditEntry/get.
func (a api) entryGet(ctx context.Context, call *jmap.Call) (any, error) {
	args, who, _, _, err := a.adminGet(ctx, call)
	if err != nil {
		return nil, err
	}
	if args.IDs == nil {
		return nil, jmap.Fail(jmap.RequestTooLarge, "Ask AuditEntry/query which entries there are.")
	}
	first, last := int64(1<<62), int64(0)
	for _, text := range *args.IDs {
		if n, ok := id.Parse(entryID, text); ok {
			first, last = min(first, n), max(last, n)
		}
	}
	list, err := a.d.page(ctx, who, last+1, int(min(last-min(first, last)+1, maxEntries)))
	if err != nil {
		return nil, err
	}
	names, err := a.d.namesNow(ctx, who.Org)
	if err != nil {
		return nil, err
	}
	objects := make([]AuditObject, len(list))
	for i, e := range list {
		kind, key, _ := strings.Cut(e.Object, " ")
		objects[i] = AuditObject{id.Text(entryID, e.Seq), jmap.UTCDate{Time: e.At}, e.Address, e.Peer, e.Door, e.Verb, e.Object, names.of(kind, key), e.Result, names.in(e.Before), names.in(e.After)}
		if e.Address == "" && e.Account != 0 {
			objects[i].Email = names.of("address", strconv.FormatInt(e.Account, 10))
		}
	}
	return jmap.Get(args, id.Text(entryID, last), objects, func(o AuditObject) jmap.ID { return o.ID })
}
