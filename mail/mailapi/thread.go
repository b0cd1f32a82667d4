package mailapi

import (
	"context"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/mail"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
)

// threadGet is Thread/get (RFC 8621 section 3.1).
func (a *API) threadGet(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.GetArgs
	_, snap, err := a.enterNow(ctx, call, &args, func() error { return args.Check(call.Limits) }, &args.AccountID)
	if err != nil {
		return nil, err
	}
	props, err := jmap.ShapeOf[jmapmail.Thread]().Check(args.Properties)
	if err != nil {
		return nil, err
	}
	out := &jmap.GetAnswer{AccountID: args.AccountID, State: stateIn(snap, snap.EmailState)}
	if args.IDs == nil {
		all := map[int64]bool{}
		snap.Each(func(m *mail.Message) bool {
			all[m.Thread] = true
			return len(all) <= call.Limits.MaxObjectsInGet
		})
		if len(all) > call.Limits.MaxObjectsInGet {
			return nil, jmap.Fail(jmap.RequestTooLarge, "There are more than %d threads.", call.Limits.MaxObjectsInGet)
		}
		ids := []jmap.ID{}
		for n := range all {
			ids = append(ids, threadText(n))
		}
		args.IDs = &ids
	}
	for _, text := range *args.IDs {
		n, ok := id.Parse(threadID, text)
		members := snap.Thread(n)
		if !ok || len(members) == 0 {
			out.NotFound = append(out.NotFound, text)
			continue
		}
		t := jmapmail.Thread{ID: text}
		for _, m := range members {
			t.EmailIDs = append(t.EmailIDs, emailText(m.ID))
		}
		out.List = append(out.List, jmap.Select(t, props))
	}
	return out, nil
}

// threadChanges is Thread/changes (section 3.2).
func (a *API) threadChanges(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.ChangesArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	_, snap, c, err := a.changes(ctx, &args)
	if err != nil {
		return nil, err
	}
	since, err := parseStateIn(snap, args.SinceState)
	if err != nil {
		return nil, err
	}
	// A thread is told at the count when its first new message came.
	at := func(thread int64) int64 {
		first := snap.Modseq
		for _, m := range snap.Thread(thread) {
			if m.Created > since {
				first = min(first, m.Created)
			}
		}
		return first
	}
	var events []event
	for _, n := range c.Threads.Created {
		events = append(events, event{at(n), threadText(n), true})
	}
	for _, n := range c.Threads.Updated {
		events = append(events, event{at(n), threadText(n), false})
	}
	out := &jmap.ChangesAnswer{AccountID: args.AccountID, OldState: args.SinceState, NewState: stateIn(snap, snap.EmailState)}
	return out, answerChanges(out, events, texts(threadID, c.Threads.Destroyed), args.MaxChanges, func(n int64) string { return stateIn(snap, n) })
}

// changesSince asks the room; a state that it does not remember is JMAP's
// cannotCalculateChanges.
func changesSince(ctx context.Context, acc *mail.Account, snap *mail.Snapshot, since int64) (*mail.Changes, error) {
	c, err := acc.Changes(ctx, snap, since)
	if errs.Is(err, errs.Conflict) {
		return nil, jmap.Fail(jmap.CannotCalculateChanges, "%s", errs.Text(err))
	}
	return c, err
}
