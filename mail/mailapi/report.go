package mailapi

import (
	"context"
	"encoding/json"
	"errors"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/mail"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
)

// The first letters of ids of blocked senders and of reports.
const (
	blockedID = 'k'
	reportID  = 'r'
)

// trustCapability announces what is our own about where letters come from.
func (a *API) trustCapability() jmap.Capability {
	return jmap.Capability{
		URN: jmapmail.TrustURN,
		Account: func(acc jmap.Account) (any, bool) {
			return jmapmail.TrustCapability{MaxReported: mail.MaxReported, MaxBlocked: mail.MaxBlocked}, !acc.IsReadOnly
		},
		Types: []string{"BlockedSender"},
		States: func(ctx context.Context, account jmap.ID) (map[string]string, error) {
			return a.oneState(ctx, account, "BlockedSender", (*mail.Account).BlockedState)
		},
		Methods: map[string]jmap.Method{
			"Email/report":          a.emailReport,
			"Email/unreport":        a.emailUnreport,
			"Email/unsubscribe":     a.emailUnsubscribe,
			"BlockedSender/get":     a.blockedGet,
			"BlockedSender/changes": a.blockedChanges,
			"BlockedSender/set":     a.blockedSet,
		},
	}
}

// emailReport is Email/report, our own method.
func (a *API) emailReport(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmapmail.ReportArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	get := jmap.GetArgs{AccountID: args.AccountID, IDs: &args.EmailIDs}
	if err := get.Check(call.Limits); err != nil {
		return nil, err
	}
	acc, err := a.account(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(args.EmailIDs))
	for i, text := range args.EmailIDs {
		var ok bool
		if ids[i], ok = id.Parse(emailID, text); !ok {
			return nil, jmap.Fail(jmap.InvalidArguments, "There is no email %s.", text)
		}
	}
	report, err := acc.Report(ctx, mail.ReportKind(args.Kind), ids)
	switch {
	case errs.Is(err, errs.Invalid), errs.Is(err, errs.NotFound):
		return nil, jmap.Fail(jmap.InvalidArguments, "%s", errs.Text(err))
	case errs.Is(err, errs.TooLarge):
		return nil, jmap.Fail(jmap.RequestTooLarge, "%s", errs.Text(err))
	case err != nil:
		return nil, err
	}
	snap, err := acc.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	out := jmapmail.ReportAnswer{AccountID: args.AccountID, NewState: stateIn(snap, snap.EmailState)}
	if report != 0 {
		text := id.Text(reportID, report)
		out.ReportID = &text
	}
	return out, nil
}

// emailUnreport is Email/unreport, our own method.
func (a *API) emailUnreport(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmapmail.UnreportArgs
	acc, err := a.enter(ctx, call, &args, nil, &args.AccountID)
	if err != nil {
		return nil, err
	}
	n, ok := id.Parse(reportID, args.ReportID)
	if !ok {
		return nil, jmap.Fail(jmap.InvalidArguments, "There is no report %s.", args.ReportID)
	}
	err = acc.TakeBackReport(ctx, n)
	if errs.Is(err, errs.Conflict) || errs.Is(err, errs.NotFound) {
		return nil, jmap.Fail("cannotUnsend", "%s", errs.Text(err))
	}
	return map[string]any{"accountId": args.AccountID}, err
}

// emailUnsubscribe is Email/unsubscribe, our own method: leaving a list by one
// click (RFC 8058). The error cannotUnsubscribe leaves the ways of RFC 2369.
func (a *API) emailUnsubscribe(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmapmail.UnsubscribeArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	acc, err := a.account(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	n, ok := id.Parse(emailID, args.EmailID)
	if !ok {
		return nil, jmap.Fail(jmap.InvalidArguments, "There is no email %s.", args.EmailID)
	}
	host, err := acc.Unsubscribe(ctx, n)
	switch {
	case errors.Is(err, mail.ErrNoOneClick), errs.Is(err, errs.Unavailable):
		return nil, jmap.Fail("cannotUnsubscribe", "%s", errs.Text(err))
	case errs.Is(err, errs.NotFound):
		return nil, jmap.Fail(jmap.InvalidArguments, "There is no email %s.", args.EmailID)
	}
	return jmapmail.UnsubscribeAnswer{AccountID: args.AccountID, Host: host}, err
}

func blocked(b mail.Blocked) jmapmail.BlockedSender {
	return jmapmail.BlockedSender{ID: id.Text(blockedID, b.ID), Address: b.Address, CreatedAt: jmap.UTCDate{Time: b.Since}}
}

// blockedChanges is BlockedSender/changes.
func (a *API) blockedChanges(ctx context.Context, call *jmap.Call) (any, error) {
	return a.plainChanges(ctx, call, blockedID, (*mail.Account).BlockedState, (*mail.Account).BlockedChanges)
}

// blockedList returns the list with its state. The state is read first: what
// comes in between is then told again, and not missed.
func blockedList(ctx context.Context, acc *mail.Account) (list []jmapmail.BlockedSender, now string, err error) {
	n, err := acc.BlockedState(ctx)
	if err != nil {
		return nil, "", err
	}
	all, err := acc.Blocked(ctx)
	for _, b := range all {
		list = append(list, blocked(b))
	}
	return list, state(n), err
}

// blockedGet is BlockedSender/get, our own type.
func (a *API) blockedGet(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.GetArgs
	acc, err := a.enter(ctx, call, &args, func() error { return args.Check(call.Limits) }, &args.AccountID)
	if err != nil {
		return nil, err
	}
	list, now, err := blockedList(ctx, acc)
	if err != nil {
		return nil, err
	}
	return jmap.Get(args, now, list, func(b jmapmail.BlockedSender) jmap.ID { return b.ID })
}

// blockedSet is BlockedSender/set: a sender is put on the list or taken off.
func (a *API) blockedSet(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.SetArgs
	acc, err := a.enter(ctx, call, &args, func() error { return args.Check(call.Limits) }, &args.AccountID)
	if err != nil {
		return nil, err
	}
	_, old, err := blockedList(ctx, acc)
	if err != nil {
		return nil, err
	}
	if err := args.CheckState(old); err != nil {
		return nil, err
	}
	out := jmap.Set(ctx, call, &args, jmap.Setter{
		Create: func(ctx context.Context, _ jmap.ID, raw json.RawMessage) (jmap.ID, any, error) {
			var in struct {
				Address string `json:"address"`
			}
			if err := jmap.DecodeStrict(raw, &in); err != nil {
				return "", nil, err
			}
			b, err := acc.Block(ctx, in.Address)
			switch {
			case errs.Is(err, errs.Invalid), errs.Is(err, errs.Exists):
				return "", nil, jmap.BadProperty("address", "%s", errs.Text(err))
			case errs.Is(err, errs.TooLarge):
				return "", nil, jmap.Refuse(jmap.OverQuota, "%s", errs.Text(err))
			case err != nil:
				return "", nil, err
			}
			made := blocked(b)
			return made.ID, made, nil
		},
		Update: func(context.Context, jmap.ID, jmap.Patch) (any, error) {
			return nil, jmap.BadProperty("address", "A blocked sender cannot be changed.")
		},
		Destroy: func(ctx context.Context, text jmap.ID) error {
			n, ok := id.Parse(blockedID, text)
			if !ok {
				return jmap.Refuse(jmap.NotFound, "There is no blocked sender %s.", text)
			}
			return acc.Unblock(ctx, n)
		},
	})
	_, now, err := blockedList(ctx, acc)
	out.OldState, out.NewState = old, now
	return out, err
}
