package mailapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/mail"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
)

// rules opens an account with its rules as JMAP shows them.
func (a *API) rules(ctx context.Context, account jmap.ID) (*mail.Account, jmapmail.MailRules, string, error) {
	out := jmapmail.MailRules{ID: singleton, Rules: []jmapmail.Rule{}}
	acc, err := a.account(ctx, account)
	if err != nil {
		return nil, out, "", err
	}
	list, scripts, st, err := acc.Rules(ctx)
	if err != nil {
		return nil, out, "", err
	}
	if list != nil {
		out.Rules = list
	}
	for _, s := range scripts {
		switch {
		case s.IsRules:
			out.Script, out.IsActive = s.Text, s.Active
		case s.Active:
			name := s.Name
			out.ActiveScriptName = &name
		}
	}
	out.Discarded = st.Discarded
	if st.LastError != "" {
		out.LastError, out.LastErrorAt = &st.LastError, &jmap.UTCDate{Time: time.UnixMilli(st.LastErrorAt).UTC()}
	}
	return acc, out, state(st.Modseq), nil
}

// rulesGet is MailRules/get.
func (a *API) rulesGet(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.GetArgs
	if err := take(call, &args, func() error { return args.Check(call.Limits) }); err != nil {
		return nil, err
	}
	_, have, now, err := a.rules(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	return jmap.Get(args, now, []jmapmail.MailRules{have}, func(r jmapmail.MailRules) jmap.ID { return r.ID })
}

// rulesSet is MailRules/set. There is always exactly one record; its list is
// replaced as a whole, so that its order is never in doubt.
func (a *API) rulesSet(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.SetArgs
	if err := take(call, &args, func() error { return args.Check(call.Limits) }); err != nil {
		return nil, err
	}
	acc, have, old, err := a.rules(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	if err := args.CheckState(old); err != nil {
		return nil, err
	}
	one := func() error { return jmap.Refuse(jmap.Singleton, "There is always exactly one list of rules.") }
	out := jmap.Set(ctx, call, &args, jmap.Setter{
		Create:  func(context.Context, jmap.ID, json.RawMessage) (jmap.ID, any, error) { return "", nil, one() },
		Destroy: func(context.Context, jmap.ID) error { return one() },
		Update: func(ctx context.Context, id jmap.ID, p jmap.Patch) (any, error) {
			if id != singleton {
				return nil, jmap.Refuse(jmap.NotFound, "There are no rules %s.", id)
			}
			list, active, err := rulesPatch(have, p)
			if err != nil {
				return nil, err
			}
			return nil, ruleError(acc.SetRules(ctx, list, active))
		},
	})
	_, _, now, err := a.rules(ctx, args.AccountID)
	out.OldState, out.NewState = old, now
	return out, err
}

// rulesPatch takes the two properties that can be changed.
func rulesPatch(have jmapmail.MailRules, p jmap.Patch) (list []jmapmail.Rule, active *bool, err error) {
	list = have.Rules
	for _, m := range p {
		switch m.Key {
		case "rules":
			list = nil
			err = jmap.DecodeStrict(m.Value, &list)
		case "isActive":
			active = new(bool)
			err = json.Unmarshal(m.Value, active)
		default:
			return nil, nil, jmap.BadProperty(m.Key, "The property %q cannot be changed.", m.Key)
		}
		if err != nil {
			return nil, nil, jmap.BadProperty(m.Key, "%s", jmap.SetErrorOf(err).Description)
		}
	}
	return list, active, nil
}

// ruleError names the rule that is wrong as a pointer into the list.
func ruleError(err error) error {
	var bad *mail.BadRule
	switch {
	case errors.As(err, &bad):
		return jmap.BadProperty(fmt.Sprintf("rules/%d", bad.Index), "%s", bad.Text)
	case errs.Is(err, errs.TooLarge):
		return jmap.Refuse(jmap.TooLarge, "%s", errs.Text(err))
	}
	return err
}

func parseMailbox(text jmap.ID) (int64, error) {
	n, ok := id.Parse(mailboxID, text)
	if !ok {
		return 0, jmap.Fail(jmap.InvalidArguments, "There is no mailbox %s.", text)
	}
	return n, nil
}

// methodError is ruleError for methods without records.
func methodError(err error) error {
	var bad *mail.BadRule
	if errors.As(err, &bad) {
		return jmap.Fail(jmap.InvalidArguments, "%s", bad.Text)
	}
	return err
}

// rulesTest is MailRules/test.
func (a *API) rulesTest(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmapmail.RulesTestArgs
	acc, err := a.enter(ctx, call, &args, nil, &args.AccountID)
	if err != nil {
		return nil, err
	}
	box, err := parseMailbox(args.MailboxID)
	if err != nil {
		return nil, err
	}
	if _, _, most := a.room.FilterLimits(); len(args.Rules) > most {
		return nil, jmap.Fail(jmap.RequestTooLarge, "There can be %d rules.", most)
	}
	looked, list, err := acc.TestRules(ctx, box, args.Rules, args.Limit)
	if err != nil {
		return nil, methodError(err)
	}
	out := jmapmail.RulesTestAnswer{AccountID: args.AccountID, Looked: looked, Matches: []jmapmail.RuleMatch{}}
	for _, m := range list {
		met := jmapmail.RuleMatch{EmailID: emailText(m.Message.ID)}
		for _, i := range m.Rules {
			met.RuleIDs = append(met.RuleIDs, args.Rules[i].ID)
		}
		out.Matches = append(out.Matches, met)
	}
	return out, nil
}

// rulesRun is MailRules/run: the client asks for part after part, shows how
// far it is, and stops by not asking again.
func (a *API) rulesRun(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmapmail.RulesRunArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	acc, have, _, err := a.rules(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	box, err := parseMailbox(args.MailboxID)
	if err != nil {
		return nil, err
	}
	var below int64
	if args.After != nil {
		var ok bool
		if below, ok = id.Parse(emailID, *args.After); !ok {
			return nil, jmap.Fail(jmap.InvalidArguments, "There is no place %s to go on from.", *args.After)
		}
	}
	list := slices.DeleteFunc(slices.Clone(have.Rules), func(r jmapmail.Rule) bool {
		return args.RuleIDs == nil && !r.IsEnabled || args.RuleIDs != nil && !slices.Contains(*args.RuleIDs, r.ID)
	})
	part, err := acc.RunRules(ctx, box, list, below, args.Limit)
	if err != nil {
		return nil, methodError(err)
	}
	out := jmapmail.RulesRunAnswer{AccountID: args.AccountID, Looked: part.Looked, Changed: part.Changed, Left: part.Left}
	if part.Left > 0 {
		next := emailText(part.Last)
		out.Next = &next
	}
	return out, nil
}
