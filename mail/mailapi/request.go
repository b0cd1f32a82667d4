package mailapi

import (
	"context"
	"time"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/mail"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
)

const requestID = 'q'

func dateOrNil(t time.Time) *jmap.UTCDate {
	if t.IsZero() {
		return nil
	}
	return &jmap.UTCDate{Time: t.UTC()}
}

func requestObject(r mail.Request) jmapmail.Request {
	o := jmapmail.Request{ID: id.Text(requestID, r.ID), EmailID: emailText(r.Message), MessageID: r.MessageID, Kind: r.Kind, Subject: r.Subject,
		SentAt: jmap.UTCDate{Time: r.SentAt.UTC()}, DueAt: dateOrNil(r.DueAt), Every: orNil(r.Every), Period: r.Period, IsClosed: r.Closed, Addressees: []jmapmail.Addressee{}}
	for _, x := range r.Addressees {
		a := jmapmail.Addressee{Email: x.Address, Name: x.Name, WasAsked: x.Asked, AnsweredAt: dateOrNil(x.AnsweredAt), RemindedAt: dateOrNil(x.RemindedAt)}
		if !x.AnsweredAt.IsZero() {
			text := emailText(x.Answer)
			a.AnswerEmailID = &text
		}
		o.Addressees = append(o.Addressees, a)
	}
	return o
}

func (a *API) requests(ctx context.Context, account jmap.ID) (*mail.Account, []jmapmail.Request, string, error) {
	acc, err := a.account(ctx, account)
	if err != nil {
		return nil, nil, "", err
	}
	list, now, err := acc.Requests(ctx)
	objects := make([]jmapmail.Request, len(list))
	for i, r := range list {
		objects[i] = requestObject(r)
	}
	return acc, objects, state(now), err
}

// requestGet is Request/get.
func (a *API) requestGet(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.GetArgs
	if err := take(call, &args, func() error { return args.Check(call.Limits) }); err != nil {
		return nil, err
	}
	_, objects, now, err := a.requests(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	return jmap.Get(args, now, objects, func(r jmapmail.Request) jmap.ID { return r.ID })
}

// requestChanges is Request/changes.
func (a *API) requestChanges(ctx context.Context, call *jmap.Call) (any, error) {
	return a.plainChanges(ctx, call, requestID, (*mail.Account).RequestState, (*mail.Account).RequestChanges)
}

// requestSet is Request/set. Requests are made by sending a letter.
func (a *API) requestSet(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.SetArgs
	acc, err := a.enter(ctx, call, &args, func() error { return args.Check(call.Limits) }, &args.AccountID)
	if err != nil {
		return nil, err
	}
	before, err := acc.RequestState(ctx)
	if err != nil {
		return nil, err
	}
	old := state(before)
	if err := args.CheckState(old); err != nil {
		return nil, err
	}
	out := jmap.Set(ctx, call, &args, jmap.Setter{
		Update: func(ctx context.Context, text jmap.ID, p jmap.Patch) (any, error) {
			n, ok := id.Parse(requestID, text)
			if !ok {
				return nil, jmap.Refuse(jmap.NotFound, "There is no request %s.", text)
			}
			for _, m := range p {
				if m.Key != "dueAt" && m.Key != "isClosed" {
					return nil, jmap.BadProperty(m.Key, "Only dueAt and isClosed can be changed.")
				}
			}
			return nil, acc.UpdateRequest(ctx, n, func(r mail.Request) (due time.Time, closed bool, err error) {
				now, err := jmap.Patched(requestObject(r), jmapmail.Request{}, p)
				if now.DueAt != nil {
					due = now.DueAt.Time
				}
				return due, now.IsClosed, err
			})
		},
		Destroy: func(ctx context.Context, text jmap.ID) error {
			n, ok := id.Parse(requestID, text)
			if !ok {
				return errs.E(errs.NotFound, "There is no request %s.", text)
			}
			return acc.DeleteRequest(ctx, n)
		},
	})
	after, err := acc.RequestState(ctx)
	out.OldState, out.NewState = old, state(after)
	return out, err
}
