package mailapi

import (
	"context"

	"chancery/wire/jmap"
)

// emailChanges is Email/changes (RFC 8621 section 4.3).
func (a *API) emailChanges(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.ChangesArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	_, snap, c, err := a.changes(ctx, &args)
	if err != nil {
		return nil, err
	}
	events := make([]event, 0, len(c.Created)+len(c.Updated))
	for _, n := range c.Created {
		if m, ok := snap.Message(n); ok {
			events = append(events, event{m.Created, emailText(n), true})
		}
	}
	for _, n := range c.Updated {
		if m, ok := snap.Message(n); ok {
			events = append(events, event{m.Modseq, emailText(n), false})
		}
	}
	out := &jmap.ChangesAnswer{AccountID: args.AccountID, OldState: args.SinceState, NewState: stateIn(snap, snap.EmailState)}
	return out, answerChanges(out, events, texts(emailID, c.Destroyed), args.MaxChanges, func(n int64) string { return stateIn(snap, n) })
}
