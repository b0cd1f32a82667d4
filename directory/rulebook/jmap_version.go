package rulebook

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/wire/jmap"
)

// versionGet is RegulationVersion/get.
func (a api) versionGet(ctx context.Context, call *jmap.Call) (any, error) {
	args, who, err := a.getArgs(ctx, call)
	if err != nil {
		return nil, err
	}
	list, err := a.b.Versions(ctx, who)
	if err != nil {
		return nil, err
	}
	s, err := a.b.load(ctx, who.Org, true)
	if err != nil {
		return nil, err
	}
	objects := make([]directory.RegulationVersionObject, len(list))
	for n, v := range list {
		objects[n] = directory.RegulationVersionObject{ID: id.Text(versionID, v.ID), RuleID: id.Text(ruleID, v.Rule), Number: v.Number, State: s.stands(v, a.b.clock.Now()),
			PublishedAt: date(v.Published), PublishedBy: v.By, WithdrawnAt: date(v.Withdrawn), RemindedAt: date(v.Reminded), RegulationDraft: draftOf(v)}
	}
	return jmap.Get(args, strconv.FormatInt(s.modseq, 36), objects, func(o directory.RegulationVersionObject) jmap.ID { return o.ID })
}

// stands names what a version is.
func (s *shelf) stands(v Version, now time.Time) string {
	switch {
	case v.Number == 0:
		return "draft"
	case !v.Withdrawn.IsZero():
		return "withdrawn"
	case v.begins().After(now):
		return "upcoming"
	case slices.ContainsFunc(s.inForce(now), func(o Version) bool { return o.ID == v.ID }):
		return "inForce"
	}
	return "superseded"
}

func draftOf(v Version) directory.RegulationDraft {
	d := directory.RegulationDraft{Texts: texts(v), Public: v.Public, UnitIDs: []jmap.ID{}, CategoryIDs: append([]jmap.ID{}, v.Audience.Categories...)}
	if v.Starts != "" {
		d.Starts = &v.Starts
	}
	if v.Within >= 0 {
		d.Within = &v.Within
	}
	for _, u := range v.Audience.Units {
		d.UnitIDs = append(d.UnitIDs, id.Text(unitID, u))
	}
	return d
}

// into writes what a client sent into a version.
func into(d directory.RegulationDraft, v *Version) error {
	v.Titles, v.Bodies, v.Starts, v.Within, v.Public, v.Audience = map[string]string{}, map[string]string{}, "", ForInformation, d.Public, Audience{Categories: d.CategoryIDs}
	for language, t := range d.Texts {
		v.Titles[language], v.Bodies[language] = t.Title, t.Body
	}
	if d.Starts != nil {
		v.Starts = *d.Starts
	}
	if d.Within != nil {
		if v.Within = *d.Within; v.Within < 0 {
			return jmap.BadProperty("within", "A term has 0 days or more.")
		}
	}
	for _, text := range d.UnitIDs {
		u, ok := id.Parse(unitID, text)
		if !ok {
			return jmap.BadProperty("unitIds", "There is no unit %s.", text)
		}
		v.Audience.Units = append(v.Audience.Units, u)
	}
	return nil
}

// newDraft is what a client sends of a new version: of a regulation that is
// there, or with null of a new one.
type newDraft struct {
	RuleID *jmap.ID `json:"ruleId"`
	directory.RegulationDraft
}

// versionSet is RegulationVersion/set: of drafts only.
func (a api) versionSet(ctx context.Context, call *jmap.Call) (any, error) {
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
	before, err := a.b.load(ctx, who.Org, true)
	if err != nil {
		return nil, err
	}
	old := strconv.FormatInt(before.modseq, 36)
	if err := args.CheckState(old); err != nil {
		return nil, err
	}
	out := jmap.Set(ctx, call, &args, a.drafts(who))
	after, err := a.b.load(ctx, who.Org, true)
	if err != nil {
		return nil, err
	}
	out.OldState, out.NewState = old, strconv.FormatInt(after.modseq, 36)
	return out, nil
}

func (a api) drafts(who policy.Subject) jmap.Setter {
	return jmap.Setter{
		Create: func(ctx context.Context, _ jmap.ID, raw json.RawMessage) (jmap.ID, any, error) {
			var in newDraft
			if err := jmap.DecodeStrict(raw, &in); err != nil {
				return "", nil, err
			}
			var v Version
			if in.RuleID != nil {
				var ok bool
				if v.Rule, ok = id.Parse(ruleID, *in.RuleID); !ok {
					return "", nil, jmap.BadProperty("ruleId", "There is no text %s.", *in.RuleID)
				}
			}
			if err := into(in.RegulationDraft, &v); err != nil {
				return "", nil, err
			}
			v, err := a.b.AddDraft(ctx, who, v)
			if err != nil {
				return "", nil, setNamed(err)
			}
			key := id.Text(versionID, v.ID)
			return key, map[string]any{"id": key, "ruleId": id.Text(ruleID, v.Rule)}, nil
		},
		Update: func(ctx context.Context, key jmap.ID, p jmap.Patch) (any, error) {
			n, ok := id.Parse(versionID, key)
			if !ok {
				return nil, errNone
			}
			return nil, setNamed(a.b.ChangeDraft(ctx, who, n, func(v *Version) error {
				none := draftOf(Version{Within: ForInformation})
				now, err := jmap.Patched(draftOf(*v), none, p)
				if err != nil {
					return err
				}
				return into(now, v)
			}))
		},
		Destroy: func(ctx context.Context, key jmap.ID) error {
			n, ok := id.Parse(versionID, key)
			if !ok {
				return errNone
			}
			return setNamed(a.b.RemoveDraft(ctx, who, n))
		},
	}
}

type versionArgs struct {
	AccountID jmap.ID `json:"accountId"`
	ID        jmap.ID `json:"id"`
	Tell      bool    `json:"tell"` // of publish: write to those who have to accept it
}

// refusals are what an act is refused for, by names that clients know.
var refusals = []struct {
	err  error
	name string
}{{errFixed, "published"}, {errOne, "draftExists"}, {errBacking, "dayOver"}, {errDraft, "notPublished"}, {errGone, "withdrawn"}, {errFree, "nothingToAccept"}, {errLately, "remindedLately"}}

// named gives a refusal of a method its name.
func named(err error) error {
	for _, x := range refusals {
		if errors.Is(err, x.err) {
			return jmap.Fail(x.name, "%s", errs.Text(err))
		}
	}
	return err
}

// setNamed does the same for one of the objects of a /set.
func setNamed(err error) error {
	for _, x := range refusals {
		if errors.Is(err, x.err) {
			return jmap.Refuse(x.name, "%s", errs.Text(err))
		}
	}
	return err
}

// one carries out an act on the version that a call names.
func (a api) one(ctx context.Context, call *jmap.Call, do func(who policy.Subject, version int64, args versionArgs) error) (any, error) {
	var args versionArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	who, err := a.caller(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	n, ok := id.Parse(versionID, args.ID)
	if !ok {
		return nil, errNone
	}
	return struct{}{}, named(do(who, n, args))
}

// publish is RegulationVersion/publish.
func (a api) publish(ctx context.Context, call *jmap.Call) (any, error) {
	return a.one(ctx, call, func(who policy.Subject, n int64, args versionArgs) error { return a.b.Publish(ctx, who, n, args.Tell) })
}

// withdraw is RegulationVersion/withdraw.
func (a api) withdraw(ctx context.Context, call *jmap.Call) (any, error) {
	return a.one(ctx, call, func(who policy.Subject, n int64, _ versionArgs) error { return a.b.Withdraw(ctx, who, n) })
}

// remind is RegulationVersion/remind.
func (a api) remind(ctx context.Context, call *jmap.Call) (any, error) {
	return a.one(ctx, call, func(who policy.Subject, n int64, _ versionArgs) error { return a.b.Remind(ctx, who, n) })
}
