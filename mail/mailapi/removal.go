package mailapi

import (
	"context"
	"strings"
	"time"

	"chancery/kit/id"
	"chancery/mail"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
)

func removal(x mail.Removal) jmapmail.Removal {
	out := jmapmail.Removal{ID: id.Text(caseID, x.Case), State: string(x.State), At: jmap.UTCDate{Time: x.At.Truncate(time.Second)}, MessageID: x.MessageID, From: x.From, Subject: x.Subject,
		Level: levelText(x.Level), Reason: x.Reason, Found: x.Found, Out: x.Out}
	if !x.Until.IsZero() {
		out.Until = &jmap.UTCDate{Time: x.Until.Truncate(time.Second)}
	}
	return out
}

// removalGet is Removal/get: what was taken out of mailboxes, or was asked for.
func (a *API) removalGet(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.GetArgs
	s, err := a.own(ctx, call, &args, func() error { return args.Check(call.Limits) }, &args.AccountID)
	if err != nil {
		return nil, err
	}
	all, err := a.room.Removals(ctx, s)
	if err != nil {
		return nil, err
	}
	out := []jmapmail.Removal{}
	for _, x := range all {
		out = append(out, removal(x))
	}
	return jmap.Get(args, "0", out, func(x jmapmail.Removal) jmap.ID { return x.ID })
}

// removalAsk is Removal/ask, our own method.
func (a *API) removalAsk(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmapmail.RemovalAskArgs
	s, err := a.own(ctx, call, &args, nil, &args.AccountID)
	if err != nil {
		return nil, err
	}
	x, err := a.room.AskRemoval(ctx, s, args.MessageID, args.From, args.Reason)
	if err != nil {
		return nil, err
	}
	asked := removal(x)
	return jmapmail.RemovalAnswer{AccountID: args.AccountID, Removal: &asked}, nil
}

// removalRestore is Removal/restore, our own method.
func (a *API) removalRestore(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmapmail.RemovalRestoreArgs
	s, err := a.own(ctx, call, &args, nil, &args.AccountID)
	if err != nil {
		return nil, err
	}
	n, _ := id.Parse(caseID, args.ID)
	return jmapmail.RemovalAnswer{AccountID: args.AccountID}, a.room.Restore(ctx, s, n, strings.TrimSpace(args.Reason))
}
