package mailapi

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/mail"
	"chancery/policy"
	"chancery/wire/compose"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
	"chancery/wire/siolabel"
)

// secrecyCapability announces the levels and what holds for who asks.
func (a *API) secrecyCapability() jmap.Capability {
	return jmap.Capability{
		URN: jmapmail.SecrecyURN,
		Offer: func(ctx context.Context) (any, bool, error) {
			s, err := a.who(ctx)
			if err != nil {
				return nil, false, err
			}
			mayLower, err := a.room.MayLower(ctx, s)
			rules := a.room.Secrecy()
			out := jmapmail.SecrecyCapability{Ceiling: s.Clearance.String(), Outside: rules.Outside.String(), IsRequired: rules.Required, MayLower: mayLower}
			for level, r := range rules.Ladder.Rungs {
				out.Levels = append(out.Levels, jmapmail.SecrecyLevel{Level: policy.Level(level).String(), Mark: r.Mark, Years: r.Years, Names: r.Names})
			}
			return out, true, err
		},
		Methods: map[string]jmap.Method{"Email/relabel": a.emailRelabel, "Secrecy/look": a.secrecyLook},
	}
}

// secrecyMetadata is our own property of an email's level, as filed.
var secrecyMetadata = map[string]writer{
	"secrecy": filedJSON(func(e *email) any {
		if e.m.Level == policy.Unlabelled {
			return nil
		}
		out := &jmapmail.Secrecy{Level: e.m.Level.String()}
		if e.m.UntilMs != 0 {
			out.Until = &jmap.UTCDate{Time: time.UnixMilli(e.m.UntilMs).UTC()}
		}
		return out
	}),
}

// readLabel reads a level with its end.
func readLabel(level string, until *jmap.UTCDate) (l mail.Label, err error) {
	if l.Level, err = policy.LevelOf(level); err == nil && until != nil {
		l.Until = until.Time
	}
	return l, err
}

// secrecyProperty takes in the level of a new email: it stands in its header.
func (d *draft) secrecyProperty(raw json.RawMessage) error {
	var given *jmapmail.Secrecy
	if err := json.Unmarshal(raw, &given); err != nil {
		return jmap.BadProperty("secrecy", "The value of secrecy has the wrong form.")
	}
	if given == nil {
		return nil
	}
	l, err := readLabel(given.Level, given.Until)
	switch {
	case err != nil:
		return jmap.BadProperty("secrecy", "%s", errs.Text(err))
	case l.Level > d.acc.Ceiling():
		return jmap.BadProperty("secrecy", "This level cannot be used from here.")
	case !l.Until.IsZero() && !l.Until.After(d.api.conf.Clock.Now()):
		return jmap.BadProperty("secrecy", "The end of the level has passed.")
	}
	d.level = l
	return nil
}

// noLabel says nothing of a letter's secrecy.
var noLabel = mail.Label{Level: policy.Unlabelled}

// tookFrom notes where a file is from: the letter is as secret as what goes along
// with it. Of what is in no mailbox of the account, such as a letter that waits
// for its holder's review, the key tells the level.
func (d *draft) tookFrom(o *opened) {
	from := mail.Label{Level: policy.Level(o.whole.Scope.Level)}
	if m, ok := d.snap.Message(o.message); ok {
		from.Level = m.Level
		if m.UntilMs != 0 {
			from.Until = time.UnixMilli(m.UntilMs).UTC()
		}
	}
	if from.Level > d.source.Level && from.Level > policy.Public {
		d.source = from
	}
}

// label writes the level into the header.
func (d *draft) label() {
	if d.source.Level > d.level.Level {
		d.level = d.source
	}
	if d.level.Level == policy.Unlabelled {
		return
	}
	d.header = append(d.header, compose.Raw(siolabel.Field, " "+d.api.room.LabelField(d.level)))
}

// secrecyLook is Secrecy/look, our own method. What it was shown is not kept.
func (a *API) secrecyLook(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmapmail.SecrecyLookArgs
	acc, err := a.enter(ctx, call, &args, nil, &args.AccountID)
	if err != nil {
		return nil, err
	}
	if len(args.Files) > mail.MaxWritingFiles {
		return nil, jmap.Fail(jmap.InvalidArguments, "At most %d files are looked into.", mail.MaxWritingFiles)
	}
	seen := a.room.Advise(ctx, args.Text, a.writingFiles(ctx, acc, args.Files))
	out := jmapmail.SecrecyLookAnswer{AccountID: args.AccountID, Found: map[string]int{}, Words: []string{}}
	for kind, n := range seen.Found {
		out.Found[string(kind)] = n
	}
	out.Words = append(out.Words, seen.Words...)
	if seen.Level > policy.Unlabelled {
		level := seen.Level.String()
		out.Level = &level
	}
	return out, nil
}

// emailRelabel is Email/relabel, our own method.
func (a *API) emailRelabel(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmapmail.RelabelArgs
	acc, err := a.enter(ctx, call, &args, nil, &args.AccountID)
	if err != nil {
		return nil, err
	}
	n, ok := id.Parse(emailID, args.EmailID)
	if !ok {
		return nil, jmap.Fail(jmap.InvalidArguments, "There is no email %s.", args.EmailID)
	}
	l, err := readLabel(args.Level, args.Until)
	if err == nil && !l.Until.IsZero() && !l.Until.After(a.conf.Clock.Now()) {
		err = errs.E(errs.Invalid, "The end of the level has passed.")
	}
	if err != nil {
		return nil, jmap.Fail(jmap.InvalidArguments, "%s", errs.Text(err))
	}
	if err := acc.Relabel(ctx, n, l, args.Reason); err != nil {
		return nil, err
	}
	snap, err := acc.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	return jmapmail.RelabelAnswer{AccountID: args.AccountID, NewState: stateIn(snap, snap.EmailState)}, nil
}

// labelRefusals are the types of refusals of a letter for its level.
var labelRefusals = []struct {
	err  error
	kind string
}{
	{mail.ErrUnlabelled, "levelMissing"}, {mail.ErrBelow, "levelTooLow"}, {mail.ErrAbove, "levelTooHigh"},
	{mail.ErrOutside, "levelOutside"}, {mail.ErrUncleared, "levelUncleared"},
}

// blameLabel gives refusals of a letter for its level a type of their own.
func blameLabel(err error) *jmap.SetError {
	for _, r := range labelRefusals {
		if errors.Is(err, r.err) {
			return jmap.Refuse(r.kind, "%s", errs.Text(r.err))
		}
	}
	return nil
}
