package mailapi

import (
	"context"
	"encoding/json"
	"time"

	"chancery/kit/errs"
	"chancery/mail"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
)

// singleton is the id of the one VacationResponse of an account.
const singleton = "singleton"

// vacation says the room's setting in JMAP's words (RFC 8621 section 8).
func vacation(v mail.Vacation) jmapmail.VacationResponse {
	date := func(t time.Time) *jmap.UTCDate {
		if t.IsZero() {
			return nil
		}
		return &jmap.UTCDate{Time: t.UTC()}
	}
	text := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	return jmapmail.VacationResponse{ID: singleton, IsEnabled: v.Enabled, FromDate: date(v.From), ToDate: date(v.To),
		Subject: text(v.Subject), TextBody: text(v.Text), HTMLBody: text(v.HTML), Outside: outside(v.Outside)}
}

// standardVacation are the properties of RFC 8621, which a client gets that
// names none: ours beside them could surprise it.
var standardVacation = []string{"id", "isEnabled", "fromDate", "toDate", "subject", "textBody", "htmlBody"}

func outside(o mail.Outside) *jmapmail.OutsideReply {
	text := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	if o.Audience == "" {
		o.Audience = mail.AudienceEveryone
	}
	return &jmapmail.OutsideReply{IsEnabled: o.Enabled, Audience: o.Audience, Subject: text(o.Subject), TextBody: text(o.Text), HTMLBody: text(o.HTML)}
}

// roomVacation says a setting in the room's words.
func roomVacation(v jmapmail.VacationResponse) mail.Vacation {
	date := func(d *jmap.UTCDate) time.Time {
		if d == nil {
			return time.Time{}
		}
		return d.Time
	}
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	var o mail.Outside
	if v.Outside != nil {
		o = mail.Outside{Enabled: v.Outside.IsEnabled, Audience: v.Outside.Audience, Subject: text(v.Outside.Subject), Text: text(v.Outside.TextBody), HTML: text(v.Outside.HTMLBody)}
	}
	return mail.Vacation{Outside: o, Enabled: v.IsEnabled, From: date(v.FromDate), To: date(v.ToDate), Subject: text(v.Subject), Text: text(v.TextBody), HTML: text(v.HTMLBody)}
}

// vacationGet is VacationResponse/get (section 8.1).
func (a *API) vacationGet(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.GetArgs
	acc, err := a.enter(ctx, call, &args, func() error { return args.Check(call.Limits) }, &args.AccountID)
	if err != nil {
		return nil, err
	}
	v, err := acc.Vacation(ctx)
	if err != nil {
		return nil, err
	}
	if args.Properties == nil {
		args.Properties = standardVacation
	}
	return jmap.Get(args, state(v.Modseq), []jmapmail.VacationResponse{vacation(v)}, func(v jmapmail.VacationResponse) jmap.ID { return v.ID })
}

// vacationSet is VacationResponse/set (section 8.2). There is always exactly
// one record: it can neither be made nor destroyed.
func (a *API) vacationSet(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.SetArgs
	acc, err := a.enter(ctx, call, &args, func() error { return args.Check(call.Limits) }, &args.AccountID)
	if err != nil {
		return nil, err
	}
	v, err := acc.Vacation(ctx)
	if err != nil {
		return nil, err
	}
	old := state(v.Modseq)
	if err := args.CheckState(old); err != nil {
		return nil, err
	}
	one := func() error { return jmap.Refuse(jmap.Singleton, "There is always exactly one vacation response.") }
	out := jmap.Set(ctx, call, &args, jmap.Setter{
		Create: func(context.Context, jmap.ID, json.RawMessage) (jmap.ID, any, error) { return "", nil, one() },
		Update: func(ctx context.Context, id jmap.ID, p jmap.Patch) (any, error) {
			if id != singleton {
				return nil, jmap.Refuse(jmap.NotFound, "There is no vacation response %s.", id)
			}
			want, err := jmap.Patched(vacation(v), jmapmail.VacationResponse{Outside: outside(mail.Outside{})}, p)
			if err != nil {
				return nil, err
			}
			if want.ID != singleton {
				return nil, jmap.BadProperty("id", "The id cannot be changed.")
			}
			now, err := acc.SetVacation(ctx, roomVacation(want))
			if errs.Is(err, errs.TooLarge) {
				return nil, jmap.Refuse(jmap.TooLarge, "%s", errs.Text(err))
			}
			if err == nil {
				v = now
			}
			return nil, err
		},
		Destroy: func(_ context.Context, id jmap.ID) error {
			if id != singleton {
				return jmap.Refuse(jmap.NotFound, "There is no vacation response %s.", id)
			}
			return one()
		},
	})
	out.OldState, out.NewState = old, state(v.Modseq)
	return out, nil
}
