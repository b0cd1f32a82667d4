package feed

import (
	"bytes"
	"context"
	"encoding/json"
	"strconv"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/jmap"
)

// Limits of what clients are answered.
const (
	runsShown = 50  // newest runs of a feed
	stepsPage = 500 // steps of a page
)

// accountID begins the id of an account.
const accountID = 'a'

// api answers JMAP calls about feeds.
type api struct {
	f   *Feeds
	who func(context.Context) (policy.Subject, error)
}

// Capabilities returns what feeds offer to clients. Who returns the person
// that a context belongs to.
func (f *Feeds) Capabilities(who func(context.Context) (policy.Subject, error)) []jmap.Capability {
	a := api{f, who}
	return []jmap.Capability{{
		URN:    directory.FeedsURN,
		Offer:  a.offer,
		Types:  []string{"FeedRun"},
		States: a.states,
		Methods: map[string]jmap.Method{
			"Feed/get": a.feedGet, "Feed/set": a.feedSet, "Feed/ask": a.ask, "FeedRun/get": a.runGet, "FeedRun/look": a.look, "FeedRun/apply": a.apply, "FeedRun/rollback": a.rollback,
		},
	}}
}

// offer names the capability to who may carry out the runs of a feed.
func (a api) offer(ctx context.Context) (any, bool, error) {
	who, err := a.who(ctx)
	if err != nil {
		return nil, false, err
	}
	list, err := a.f.mine(ctx, who)
	return struct{}{}, len(list) > 0, err
}

func (a api) states(ctx context.Context, account jmap.ID) (map[string]string, error) {
	who, err := a.who(ctx)
	if err != nil || id.Text(accountID, who.Account) != account {
		return map[string]string{}, err
	}
	list, err := a.f.mine(ctx, who)
	if err != nil || len(list) == 0 {
		return map[string]string{}, err
	}
	n, err := a.f.state(ctx, who.Org)
	return map[string]string{"FeedRun": strconv.FormatInt(n, 10)}, err
}

// mine are the feeds whose runs somebody may carry out.
func (f *Feeds) mine(ctx context.Context, by policy.Subject) (list []Feed, err error) {
	admin, err := f.dir.Administers(ctx, by)
	if err != nil || !admin.Any() {
		return nil, err
	}
	err = f.db.Read(ctx, func(tx *store.Tx) error {
		all, err := selectFeeds(ctx, tx, by.Org)
		for _, x := range all {
			if admin.May(x.need(), x.Unit) {
				list = append(list, x)
			}
		}
		return err
	})
	return list, err
}

// caller returns who asks, where the account is their own.
func (a api) caller(ctx context.Context, account jmap.ID) (policy.Subject, error) {
	who, err := a.who(ctx)
	if err == nil && id.Text(accountID, who.Account) != account {
		err = jmap.Fail(jmap.AccountNotSupported, "Administration belongs to a person's own account.")
	}
	return who, err
}

// get reads the arguments of a /get.
func (a api) get(ctx context.Context, call *jmap.Call) (args jmap.GetArgs, who policy.Subject, list []Feed, state string, err error) {
	if err = call.Decode(&args); err != nil {
		return args, who, nil, "", err
	}
	if err = args.Check(call.Limits); err != nil {
		return args, who, nil, "", err
	}
	if who, err = a.caller(ctx, args.AccountID); err != nil {
		return args, who, nil, "", err
	}
	if list, err = a.f.mine(ctx, who); err != nil {
		return args, who, nil, "", err
	}
	n, err := a.f.state(ctx, who.Org)
	return args, who, list, strconv.FormatInt(n, 10), err
}

// feedGet is Feed/get.
func (a api) feedGet(ctx context.Context, call *jmap.Call) (any, error) {
	args, _, list, state, err := a.get(ctx, call)
	if err != nil {
		return nil, err
	}
	objects := make([]directory.FeedObject, len(list))
	err = a.f.db.Read(ctx, func(tx *store.Tx) error {
		for i, x := range list {
			kept, err := countKept(ctx, tx, x)
			if err != nil {
				return err
			}
			p, err := selectPull(ctx, tx, x.Org, x.ID)
			if err != nil {
				return err
			}
			objects[i] = directory.FeedObject{ID: id.Text(feedID, x.ID), Name: x.Name, Kind: x.Kind, Units: x.Units, Guard: x.Guard, Kept: kept,
				Minutes: x.Minutes, Next: dateOf(p.next), Asked: dateOf(p.asked), Failed: p.failed, Trouble: p.problem}
			if x.Unit != 0 {
				unit := id.Text(scimGroup, x.Unit)
				objects[i].UnitID = &unit
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return jmap.Get(args, state, objects, func(o directory.FeedObject) jmap.ID { return o.ID })
}

// runGet is FeedRun/get: the newest runs of each feed, the newest first.
func (a api) runGet(ctx context.Context, call *jmap.Call) (any, error) {
	args, _, list, state, err := a.get(ctx, call)
	if err != nil {
		return nil, err
	}
	objects := []directory.FeedRunObject{}
	err = a.f.db.Read(ctx, func(tx *store.Tx) error {
		for _, x := range list {
			runs, err := selectRuns(ctx, tx, x.Org, x.ID, runsShown)
			if err != nil {
				return err
			}
			for _, r := range runs {
				objects = append(objects, runObject(r, x))
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return jmap.Get(args, state, objects, func(o directory.FeedRunObject) jmap.ID { return o.ID })
}

func runObject(r Run, f Feed) directory.FeedRunObject {
	o := directory.FeedRunObject{ID: r.Text(), FeedID: id.Text(feedID, r.Feed), Kind: r.Kind, State: string(r.State), Made: jmap.UTCDate{Time: r.Made},
		Steps: r.Steps, Done: r.Done, Refused: r.Refused, Skipped: r.Skipped, Leaving: r.Leaving, Guarded: r.Guarded(f), Problem: r.Problem}
	if r.Undoes != 0 {
		undoes := id.Text(runID, r.Undoes)
		o.UndoesID = &undoes
	}
	if !r.Ended.IsZero() {
		o.Ended = &jmap.UTCDate{Time: r.Ended}
	}
	return o
}

// runArgs are the arguments of what is done with one run.
type runArgs struct {
	AccountID jmap.ID `json:"accountId"`
	RunID     jmap.ID `json:"runId"`
	Position  int     `json:"position"`
	Confirm   bool    `json:"confirm"`
}

func (a api) run(ctx context.Context, call *jmap.Call) (args runArgs, who policy.Subject, run int64, err error) {
	if err = call.Decode(&args); err != nil {
		return args, who, 0, err
	}
	if who, err = a.caller(ctx, args.AccountID); err != nil {
		return args, who, 0, err
	}
	run, err = ParseRun(args.RunID)
	return args, who, run, failed(err)
}

// failed is an error as clients are told it.
func failed(err error) error {
	switch errs.KindOf(err) {
	case errs.Forbidden:
		return jmap.Fail(jmap.Forbidden, "%s", errs.Text(err))
	case errs.NotFound, errs.Conflict, errs.Invalid, errs.Exists, errs.TooLarge, errs.OverQuota:
		return jmap.Fail(jmap.InvalidArguments, "%s", errs.Text(err))
	}
	return err
}

// look is FeedRun/look: a page of what a run does.
func (a api) look(ctx context.Context, call *jmap.Call) (any, error) {
	args, who, run, err := a.run(ctx, call)
	if err != nil {
		return nil, err
	}
	v, err := a.f.Look(ctx, who, run, max(args.Position, 0), stepsPage)
	if err != nil {
		return nil, failed(err)
	}
	book, err := a.f.dir.Book(ctx, who.Org)
	if err != nil {
		return nil, err
	}
	names := map[int64]string{}
	for _, u := range book.Units() {
		names[u.ID] = u.Name("")
	}
	out := directory.FeedLook{Run: runObject(v.Run, v.Feed), Steps: []directory.FeedStepObject{}, Refusals: []directory.FeedRefusalObject{}}
	for _, s := range v.Steps {
		if s.Kind == AddUnit {
			names[s.Object] = s.Name
		}
		o := directory.FeedStepObject{Num: s.Num, Kind: string(s.Kind), Key: s.Key, Place: s.Place, Name: s.Name}
		if o.Before, o.After, err = s.sides(names); err != nil {
			return nil, err
		}
		out.Steps = append(out.Steps, o)
	}
	for _, r := range v.Refusals {
		out.Refusals = append(out.Refusals, directory.FeedRefusalObject{Skipped: r.Skipped, Place: r.Place, Key: r.Key, Name: r.Name, Rule: r.Rule, Reason: r.Reason})
	}
	return out, nil
}

// sides are the members of a step that differ, as they were and will be, with
// the names of units.
func (s Step) sides(names map[int64]string) (before, after string, err error) {
	list, err := s.Changes()
	if err != nil {
		return "", "", err
	}
	old, now := map[string]any{}, map[string]any{}
	for _, c := range list {
		if c.Name == "source" {
			continue // the key says it
		}
		if v := named(c.Name, c.Before, names); v != nil {
			old[c.Name] = v
		}
		if v := named(c.Name, c.After, names); v != nil {
			now[c.Name] = v
		}
	}
	if before, err = textOf(old); err == nil {
		after, err = textOf(now)
	}
	return before, after, err
}

// named puts names for the ids of units into a member of a step.
func named(member string, raw json.RawMessage, names map[int64]string) any {
	if raw == nil {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber() // ids are larger than what a float keeps
	var v any
	if dec.Decode(&v) != nil {
		return string(raw)
	}
	unit := func(x any) any {
		n, ok := x.(json.Number)
		if !ok {
			return x
		}
		key, err := n.Int64()
		if name := names[key]; err == nil && name != "" {
			return name
		}
		return x
	}
	if member == "parent" {
		return unit(v)
	}
	if posts, ok := v.([]any); ok && member == "posts" {
		for _, p := range posts {
			if post, ok := p.(map[string]any); ok {
				post["unit"] = unit(post["unit"])
				delete(post, "mailbox")
			}
		}
	}
	return v
}

// apply is FeedRun/apply.
func (a api) apply(ctx context.Context, call *jmap.Call) (any, error) {
	args, who, run, err := a.run(ctx, call)
	if err != nil {
		return nil, err
	}
	r, err := a.f.Apply(ctx, who, run, args.Confirm)
	return a.answer(ctx, who, r, err)
}

// rollback is FeedRun/rollback: it plans the way back, which is then applied
// like any other run.
func (a api) rollback(ctx context.Context, call *jmap.Call) (any, error) {
	_, who, run, err := a.run(ctx, call)
	if err != nil {
		return nil, err
	}
	r, err := a.f.Rollback(ctx, who, run)
	return a.answer(ctx, who, r, err)
}

func (a api) answer(ctx context.Context, who policy.Subject, r Run, err error) (any, error) {
	if err != nil {
		return nil, failed(err)
	}
	feed, err := a.f.byID(ctx, who.Org, r.Feed)
	return map[string]any{"accountId": id.Text(accountID, who.Account), "run": runObject(r, feed)}, err
}
