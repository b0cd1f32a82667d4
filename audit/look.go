package audit

import (
	"context"
	"math"
	"time"

	"chancery/kit/errs"
	"chancery/store"
)

// Filter says which entries are looked for; zero values say nothing.
type Filter struct {
	Accounts []int64   // one of these did it
	Address  string    // or as whom, for those who are no account
	Objects  []string  // to one of these
	Family   string    // a family of verbs
	Result   string    // "ok", "refused" for all that is not, or a kind of error
	Peer     string    // from this network address
	From, To time.Time // from a time on, and before another

	// Keep is what no index knows; it is asked about what the rest finds.
	Keep func(Entry) bool
}

// families are verbs that belong together, by how they begin.
var families = []struct {
	name     string
	prefixes []string
}{
	{"signIns", []string{"sign-", "session.", "access.", "device.", "sso.sign-on", "sso.replay"}},
	{"credentials", []string{"password.", "factor.", "app-password.", "recovery.", "second-address.", "account.password", "certificate.", "phone."}},
	{"accounts", []string{"account.", "application."}},
	{"people", []string{"person.", "unit.", "level.", "category.", "visibility."}},
	{"roles", []string{"role."}},
	{"regulations", []string{"regulation."}},
	{"sync", []string{"feed."}},
	{"sso", []string{"sso."}},
	{"record", []string{"record."}},
	{"mail", []string{"mail", "contacts"}},
	{"files", []string{"parcel"}},
}

// Families names the families of verbs that a filter may ask for.
func Families() []string {
	list := make([]string, len(families))
	for n, f := range families {
		list[n] = f.name
	}
	return list
}

func prefixes(family string) []string {
	for _, f := range families {
		if f.name == family {
			return f.prefixes
		}
	}
	return nil
}

// Check refuses what a stranger could ask of a filter that we do not have.
func (f Filter) Check() error {
	switch {
	case f.Family != "" && prefixes(f.Family) == nil:
		return errs.E(errs.Invalid, "There is no family of verbs %q.", f.Family)
	case len(f.Objects) > MaxNames || len(f.Accounts) > MaxNames:
		return errs.E(errs.TooLarge, "A look is for %d people or things at most.", MaxNames)
	case len(f.Result) > 40 || len(f.Peer) > 100 || len(f.Address) > 320:
		return errs.E(errs.TooLarge, "A part of the filter is too long.")
	}
	return nil
}

// MaxNames bounds the accounts and the objects of a filter.
const MaxNames = 50

// window is how many entries one look goes through at most, so that a filter
// that finds little takes no longer than one that finds much.
const window = 100_000

// keepBatch is how many are read at once where Keep chooses among them.
const keepBatch = 2000

// Found is a page of what a look found, the newest first.
type Found struct {
	Entries []Entry
	Hashes  [][]byte // of the entries: their leaves in the tree
	Next    int64    // where the next page goes on; 0 = the record ends here
	Until   time.Time
}

// point is a place in the order of entries: by time, then by number, since a
// clock may be put back.
type point struct{ at, seq int64 }

var newest = point{math.MaxInt64, math.MaxInt64}

// Look returns entries that a filter keeps, before the one with the number
// after, or from the newest on where that is 0. What is added meanwhile moves
// no page. A page may be empty and have a next one: it says until when it went
// through the record.
func Look(ctx context.Context, tx *store.Tx, org int64, f Filter, after int64, limit int) (found Found, err error) {
	if err = f.Check(); err != nil {
		return found, err
	}
	from := newest
	if after > 0 {
		if from, err = selectPoint(ctx, tx, org, after); err != nil {
			return found, err
		}
	}
	floor, more, err := selectWindowEnd(ctx, tx, f.where(org, from, point{}), window)
	if err != nil {
		return found, err
	}
	if err := f.gather(ctx, tx, org, &found, from, floor, limit+1); err != nil {
		return found, err
	}
	switch {
	case len(found.Entries) > limit:
		found.Entries, found.Hashes = found.Entries[:limit], found.Hashes[:limit]
		last := found.Entries[limit-1]
		found.Next, found.Until = last.Seq, last.At
	case more:
		found.Next, found.Until = floor.seq, time.UnixMilli(floor.at).UTC()
	}
	return found, nil
}

// gather finds so many entries between two points, some at a time: a database
// sends all it was asked for, whether we still want it or not.
func (f Filter) gather(ctx context.Context, tx *store.Tx, org int64, found *Found, from, floor point, enough int) error {
	batch := enough
	if f.Keep != nil {
		batch = max(batch, keepBatch)
	}
	for {
		q := f.where(org, from, floor)
		f.refine(&q)
		got := 0
		err := selectLook(ctx, tx, org, q, batch, func(e Entry, hash []byte) error {
			got++
			from = point{e.At.UnixMilli(), e.Seq}
			if len(found.Entries) < enough && (f.Keep == nil || f.Keep(e)) {
				found.Entries = append(found.Entries, e)
				found.Hashes = append(found.Hashes, hash)
			}
			return nil
		})
		if err != nil || got < batch || len(found.Entries) >= enough {
			return err
		}
	}
}

// where holds the conditions that an index answers.
func (f Filter) where(org int64, from, floor point) (q query) {
	q.order = "at DESC, seq DESC"
	q.and("org_id = ", org)
	at := f.at()
	if from != newest {
		q.and("("+at+", seq) < (", from.at, ", ", from.seq, ")")
	}
	if floor.seq != 0 {
		q.and("("+at+", seq) >= (", floor.at, ", ", floor.seq, ")")
	}
	if !f.From.IsZero() {
		q.and(at+" >= ", f.From.UnixMilli())
	}
	if !f.To.IsZero() {
		q.and(at+" < ", f.To.UnixMilli())
	}
	if len(f.Accounts) > 0 {
		in(&q, "account_id", f.Accounts)
	}
	if f.Peer != "" {
		q.and("peer = ", f.Peer)
	}
	if len(f.Objects) > 0 {
		in(&q, "object", f.Objects)
	}
	if len(f.Accounts) > 0 || len(f.Objects) > 1 { // what is found there has to be sorted
		q.order = "+at DESC, +seq DESC"
	}
	return q
}

// at is how a condition names the time: with a sign that keeps it from being
// answered by the index of times where another index finds much less. SQLite,
// which knows nothing of how many there are, would take the wrong one.
func (f Filter) at() string {
	if len(f.Accounts) > 0 || len(f.Objects) > 0 || f.Peer != "" {
		return "+at"
	}
	return "at"
}

// refine adds those that each entry is asked for.
func (f Filter) refine(q *query) {
	if f.Address != "" {
		q.and("address = ", f.Address)
	}
	switch f.Result {
	case "":
	case "refused":
		q.and("result <> ", "ok")
	default:
		q.and("result = ", f.Result)
	}
	if f.Family != "" {
		q.begins("verb", prefixes(f.Family))
	}
}
