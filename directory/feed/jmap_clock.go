package feed

import (
	"context"
	"slices"
	"strconv"
	"time"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/wire/jmap"
)

// dateOf is a time of the tables for clients; 0 is none.
func dateOf(ms int64) *jmap.UTCDate {
	if ms == 0 {
		return nil
	}
	return &jmap.UTCDate{Time: time.UnixMilli(ms).UTC()}
}

// feedFields are what a client may change of a feed.
type feedFields struct {
	Minutes int `json:"minutes"`
}

// feedSet is Feed/set: how often the directory of a feed is asked. Feeds are
// made and removed at the machine.
func (a api) feedSet(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.SetArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	if err := args.Check(call.Limits); err != nil {
		return nil, err
	}
	who, err := a.caller(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	old, err := a.f.state(ctx, who.Org)
	if err != nil {
		return nil, err
	}
	if err := args.CheckState(strconv.FormatInt(old, 10)); err != nil {
		return nil, err
	}
	out := jmap.Set(ctx, call, &args, jmap.Setter{
		Update: func(ctx context.Context, key jmap.ID, p jmap.Patch) (any, error) {
			feed, err := a.named(ctx, who, key)
			if err != nil {
				return nil, err
			}
			now, err := jmap.Patched(feedFields{feed.Minutes}, feedFields{}, p)
			if err != nil {
				return nil, err
			}
			return nil, a.f.SetMinutes(ctx, who, feed.Name, now.Minutes)
		},
	})
	now, err := a.f.state(ctx, who.Org)
	out.OldState, out.NewState = strconv.FormatInt(old, 10), strconv.FormatInt(now, 10)
	return out, err
}

// named returns a feed whose runs somebody may carry out, by its id.
func (a api) named(ctx context.Context, who policy.Subject, key jmap.ID) (Feed, error) {
	list, err := a.f.mine(ctx, who)
	if err != nil {
		return Feed{}, err
	}
	i := slices.IndexFunc(list, func(x Feed) bool { return id.Text(feedID, x.ID) == key })
	if i < 0 {
		return Feed{}, errs.E(errs.NotFound, "There is no such feed.")
	}
	return list[i], nil
}

// ask is Feed/ask: the directory of a feed is asked at once; what comes of it
// is among the runs soon after.
func (a api) ask(ctx context.Context, call *jmap.Call) (any, error) {
	var args struct {
		AccountID jmap.ID `json:"accountId"`
		FeedID    jmap.ID `json:"feedId"`
	}
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	who, err := a.caller(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	feed, err := a.named(ctx, who, args.FeedID)
	if err == nil {
		err = a.f.Ask(ctx, who, feed.Name)
	}
	return map[string]any{"accountId": args.AccountID}, failed(err)
}
