package mailapi

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"strings"
	"time"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/mail"
	"chancery/mail/flow"
	"chancery/policy"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
)

// The first letters of ids.
const (
	unitID     = 'u'
	flowRuleID = 'r'
	caseID     = 'c'
	journalID  = 'j'
)

// flowCapability announces the rules of the organisation for letters on their
// way, and looks into others' mail.
func (a *API) flowCapability() jmap.Capability {
	return jmap.Capability{
		URN: jmapmail.FlowURN,
		Offer: func(ctx context.Context) (any, bool, error) {
			s, err := a.who(ctx)
			if err != nil {
				return nil, false, err
			}
			may, err := a.room.MayFlow(ctx, s)
			return jmapmail.FlowCapability{MayRule: may.Rule, MaySeeRules: may.See, MayLook: may.Look, FourEyes: may.FourEyes, SecondLook: may.Second, MaxLook: mail.MaxLookHours}, true, err
		},
		Methods: map[string]jmap.Method{
			"FlowRule/get": a.flowRuleGet, "FlowRule/set": a.flowRuleSet, "FlowRule/recall": a.flowRuleRecall, "FlowRule/try": a.flowRuleTry, "FlowRule/foresee": a.flowForesee,
			"Look/get": a.lookGet, "Look/ask": a.lookAsk, "Look/end": a.lookEnd, "Journal/query": a.journalQuery,
			"EmailSubmission/appeal": a.submissionAppeal,
			"Removal/get":            a.removalGet, "Removal/ask": a.removalAsk, "Removal/restore": a.removalRestore,
		},
	}
}

// own returns who asks, where the account is their own.
func (a *API) own(ctx context.Context, call *jmap.Call, args any, check func() error, account *jmap.ID) (policy.Subject, error) {
	if err := take(call, args, check); err != nil {
		return policy.Subject{}, err
	}
	s, err := a.who(ctx)
	if err == nil && id.Text(accountID, s.Account) != *account {
		err = jmap.Fail(jmap.AccountNotSupported, "This belongs to a person's own account.")
	}
	return s, err
}

func list[T any](from []T) []T {
	if from == nil {
		return []T{}
	}
	return from
}

func unitTexts(units []int64) []jmap.ID {
	out := make([]jmap.ID, len(units))
	for i, u := range units {
		out[i] = id.Text(unitID, u)
	}
	return out
}

func unitNumbers(ids []jmap.ID) (out []int64, err error) {
	for _, text := range ids {
		n, ok := id.Parse(unitID, text)
		if !ok {
			return nil, errs.E(errs.Invalid, "There is no unit %s.", text)
		}
		out = append(out, n)
	}
	return out, nil
}

// flowRule says a rule in JMAP's words.
func flowRule(r flow.Rule) jmapmail.FlowRuleSet {
	w, u, t := r.When, r.Unless, r.Then
	out := jmapmail.FlowRuleSet{Name: r.Name, IsEnabled: !r.Off,
		When: jmapmail.FlowWhen{Direction: w.Direction, SenderUnits: unitTexts(w.SenderUnits), Senders: list(w.Senders), RecipientUnits: unitTexts(w.RecipientUnits), Recipients: list(w.Recipients),
			Outside: w.Outside, Words: list(w.Words), Persons: w.Persons},
		Unless: jmapmail.FlowUnless{SenderUnits: unitTexts(u.SenderUnits), Senders: list(u.Senders), RecipientUnits: unitTexts(u.RecipientUnits), Recipients: list(u.Recipients), Encrypted: u.Encrypted},
		Then:   jmapmail.FlowThen{Monitor: t.Monitor, Journal: t.Journal, Refuse: t.Refuse, Require: t.Require, Warn: t.Warn}}
	if w.Level > policy.Public {
		level := w.Level.String()
		out.When.Level = &level
	}
	if f := w.Attachments; f != nil {
		out.When.Attachments = &jmapmail.FlowFiles{Any: f.Any, Types: list(f.Types), Larger: f.Larger, Unreadable: f.Unreadable}
	}
	if t.Disclaimer != nil {
		out.Then.Disclaimer = &jmapmail.FlowText{Text: t.Disclaimer.Text, Top: t.Disclaimer.Top}
	}
	if t.Hold != nil {
		h := &jmapmail.FlowReview{Steps: []jmapmail.FlowStep{}, Appeal: list(t.Hold.Appeal)}
		for _, s := range t.Hold.Steps {
			h.Steps = append(h.Steps, jmapmail.FlowStep{Reviewers: list(s.Reviewers), Head: s.Head, All: s.All, Hours: s.Hours, Late: s.Late, Escalate: list(s.Escalate)})
		}
		out.Then.Hold = h
	}
	return out
}

// readFlowRule reads a rule in JMAP's words.
func readFlowRule(g *jmapmail.FlowRuleSet) (r flow.Rule, err error) {
	w, u, t := g.When, g.Unless, g.Then
	r = flow.Rule{Name: g.Name, Off: !g.IsEnabled,
		When:   flow.When{Direction: w.Direction, Senders: w.Senders, Recipients: w.Recipients, Outside: w.Outside, Level: policy.Unlabelled, Words: w.Words, Persons: w.Persons},
		Unless: flow.Unless{Senders: u.Senders, Recipients: u.Recipients, Encrypted: u.Encrypted},
		Then:   flow.Then{Monitor: t.Monitor, Journal: t.Journal, Refuse: t.Refuse, Require: t.Require, Warn: t.Warn}}
	for _, side := range []struct {
		from []jmap.ID
		to   *[]int64
	}{{w.SenderUnits, &r.When.SenderUnits}, {w.RecipientUnits, &r.When.RecipientUnits}, {u.SenderUnits, &r.Unless.SenderUnits}, {u.RecipientUnits, &r.Unless.RecipientUnits}} {
		if *side.to, err = unitNumbers(side.from); err != nil {
			return r, err
		}
	}
	if w.Level != nil {
		if r.When.Level, err = policy.LevelOf(*w.Level); err != nil {
			return r, err
		}
	}
	if f := w.Attachments; f != nil {
		r.When.Attachments = &flow.Files{Any: f.Any, Types: f.Types, Larger: f.Larger, Unreadable: f.Unreadable}
	}
	if t.Disclaimer != nil {
		r.Then.Disclaimer = &flow.Text{Text: t.Disclaimer.Text, Top: t.Disclaimer.Top}
	}
	if t.Hold != nil {
		r.Then.Hold = &flow.Review{Appeal: t.Hold.Appeal}
		for _, s := range t.Hold.Steps {
			r.Then.Hold.Steps = append(r.Then.Hold.Steps, flow.Step{Reviewers: s.Reviewers, Head: s.Head, All: s.All, Hours: s.Hours, Late: s.Late, Escalate: s.Escalate})
		}
	}
	return r, nil
}

func ruleSide(r *flow.Rule) *jmapmail.FlowRuleSet {
	if r == nil {
		return nil
	}
	out := flowRule(*r)
	return &out
}

// flowRuleGet is FlowRule/get, in the order in which the rules stand.
func (a *API) flowRuleGet(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.GetArgs
	s, err := a.own(ctx, call, &args, func() error { return args.Check(call.Limits) }, &args.AccountID)
	if err != nil {
		return nil, err
	}
	rules, state, err := a.room.FlowRules(ctx, s)
	if err != nil {
		return nil, err
	}
	out := make([]jmapmail.FlowRule, len(rules))
	for i, r := range rules {
		out[i] = jmapmail.FlowRule{ID: id.Text(flowRuleID, r.ID), IsNew: r.IsNew, Rule: flowRule(r.Rule)}
		if w := r.Waiting; w != nil {
			out[i].Waiting = flowChange(s, w)
			if !r.IsNew {
				out[i].Waiting.Before = &out[i].Rule
			}
		}
	}
	return jmap.Get(args, state, out, func(r jmapmail.FlowRule) jmap.ID { return r.ID })
}

func flowChange(s policy.Subject, c *mail.RuleChange) *jmapmail.FlowChange {
	return &jmapmail.FlowChange{ApprovalID: id.Text(caseID, c.Case), IsMine: c.By == s.Account, Reason: c.Reason, Before: ruleSide(c.Before), After: ruleSide(c.Rule)}
}

// flowRuleSet is FlowRule/set: one rule at a time, since each change is decided
// on its own.
func (a *API) flowRuleSet(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmapmail.FlowRuleSetArgs
	s, err := a.own(ctx, call, &args, nil, &args.AccountID)
	if err != nil {
		return nil, err
	}
	number := int64(0)
	if args.ID != nil {
		var ok bool
		if number, ok = id.Parse(flowRuleID, *args.ID); !ok {
			return nil, errs.E(errs.NotFound, "There is no such rule.")
		}
	}
	var rule *flow.Rule
	if args.Rule != nil {
		r, err := readFlowRule(args.Rule)
		if err != nil {
			return nil, err
		}
		rule = &r
	}
	n, waits, err := a.room.ChangeRule(ctx, s, number, rule, args.Reason)
	if err != nil {
		return nil, err
	}
	return jmapmail.FlowRuleSetAnswer{AccountID: args.AccountID, ID: id.Text(flowRuleID, n), Waits: waits}, nil
}

// flowRuleRecall is FlowRule/recall.
func (a *API) flowRuleRecall(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmapmail.FlowRecallArgs
	s, err := a.own(ctx, call, &args, nil, &args.AccountID)
	if err != nil {
		return nil, err
	}
	n, _ := id.Parse(caseID, args.ApprovalID)
	return map[string]any{"accountId": args.AccountID}, a.room.RecallRule(ctx, s, n)
}

// flowRuleTry is FlowRule/try.
func (a *API) flowRuleTry(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmapmail.FlowTryArgs
	s, err := a.own(ctx, call, &args, nil, &args.AccountID)
	if err != nil {
		return nil, err
	}
	if args.Days < 1 || args.Days > 92 {
		return nil, jmap.Fail(jmap.InvalidArguments, "A rule is tried over 1 to 92 days.")
	}
	rule, err := readFlowRule(&args.Rule)
	if err != nil {
		return nil, err
	}
	t, err := a.room.TryRule(ctx, s, rule, a.conf.Clock.Now().AddDate(0, 0, -args.Days))
	if err != nil {
		return nil, err
	}
	out := jmapmail.FlowTryAnswer{AccountID: args.AccountID, Letters: t.Letters, IsWhole: t.IsWhole, Total: t.Total, List: []jmapmail.FlowHit{}}
	for _, h := range t.Hits {
		out.List = append(out.List, jmapmail.FlowHit{At: jmap.UTCDate{Time: h.At}, Sender: h.Sender, Outside: h.Outside, Level: levelText(h.Level), Found: list(h.Found)})
	}
	return out, nil
}

func levelText(l policy.Level) *string {
	if l <= policy.Unlabelled {
		return nil
	}
	text := l.String()
	return &text
}

// flowForesee is FlowRule/foresee: what becomes of a letter that is being
// written. What it was shown is not kept.
func (a *API) flowForesee(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmapmail.FlowForeseeArgs
	acc, err := a.enter(ctx, call, &args, nil, &args.AccountID)
	if err != nil {
		return nil, err
	}
	d := mail.Writing{From: args.From, To: args.To, Subject: args.Subject, Text: args.Text, Level: policy.Unlabelled}
	if args.Level != nil {
		if d.Level, err = policy.LevelOf(*args.Level); err != nil {
			return nil, err
		}
	}
	d.Files = a.writingFiles(ctx, acc, args.Files)
	seen, err := acc.Foresee(ctx, d)
	if err != nil {
		return nil, err
	}
	out := jmapmail.FlowForeseeAnswer{AccountID: args.AccountID, Warnings: list(seen.Warnings), IsHeld: seen.Held, HasReviewer: !seen.NoReviewer, Reviewers: list(seen.Reviewers)}
	if seen.Refused != "" {
		out.Refused = &seen.Refused
	}
	return out, nil
}

// writingFiles are the files of a letter that is being written, opened as far as
// the writer may.
func (a *API) writingFiles(ctx context.Context, acc *mail.Account, files []jmapmail.FlowFile) (out []mail.WritingFile) {
	for _, f := range files {
		one := mail.WritingFile{File: flow.File{Name: f.Name, Type: f.Type, Size: f.Size}}
		if f.BlobID != nil {
			one.Key = *f.BlobID
			one.Open = func() (io.ReadCloser, error) {
				o, err := a.openBlob(ctx, acc, *f.BlobID)
				if err != nil {
					return nil, err
				}
				return struct {
					io.Reader
					io.Closer
				}{sectionOf(o), o}, nil
			}
		}
		out = append(out, one)
	}
	return out
}

// submissionAppeal is EmailSubmission/appeal, our own method.
func (a *API) submissionAppeal(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmapmail.AppealArgs
	acc, err := a.enter(ctx, call, &args, nil, &args.AccountID)
	if err != nil {
		return nil, err
	}
	n, _ := id.Parse(caseID, args.ApprovalID)
	s, err := acc.Appeal(ctx, n, args.Reason)
	if err != nil {
		return nil, err
	}
	return jmapmail.AppealAnswer{AccountID: args.AccountID, SubmissionID: submissionText(s.ID)}, nil
}

// ShowAbout says what the room tells of an approval in JMAP's words.
func (a *API) ShowAbout(about any) any {
	switch x := about.(type) {
	case mail.HeldLetter:
		out := jmapmail.HeldLetter{Subject: x.Subject, From: x.From, To: list(x.Recipients), Files: list(x.Files), Size: x.Size, Rules: list(x.Rules), Found: []jmapmail.ReviewMark{}, MayAppeal: x.MayAppeal}
		for _, m := range x.Found {
			out.Found = append(out.Found, jmapmail.ReviewMark{Where: m.Where, Kind: m.Kind, Text: m.Text, File: m.File})
		}
		if x.Blob != nil {
			blob := blobText(x.Blob.Hash, "")
			out.BlobID = &blob
		}
		if x.Account != 0 {
			account := id.Text(accountID, x.Account)
			out.AccountID = &account
		}
		if x.Submission != 0 {
			submission := submissionText(x.Submission)
			out.SubmissionID = &submission
		}
		if x.Message != 0 {
			email := emailText(x.Message)
			out.EmailID = &email
		}
		return out
	case *mail.RuleChange:
		return flowChange(policy.Subject{}, x)
	case mail.Look:
		return look(x)
	case mail.Removal:
		return removal(x)
	}
	return nil
}

func look(l mail.Look) jmapmail.Look {
	out := jmapmail.Look{ID: id.Text(caseID, l.Case), Email: l.Address, Purpose: l.Purpose, Hours: l.Hours}
	if l.Account != 0 {
		into := id.Text(accountID, l.Account)
		out.LookInto = &into
	}
	if !l.Until.IsZero() {
		out.Until = &jmap.UTCDate{Time: l.Until}
	}
	return out
}

// lookGet is Look/get: what the person may look into now.
func (a *API) lookGet(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.GetArgs
	s, err := a.own(ctx, call, &args, func() error { return args.Check(call.Limits) }, &args.AccountID)
	if err != nil {
		return nil, err
	}
	looks, err := a.room.Looks(ctx, s)
	if err != nil {
		return nil, err
	}
	out := []jmapmail.Look{}
	for _, l := range looks {
		out = append(out, look(l))
	}
	return jmap.Get(args, "0", out, func(l jmapmail.Look) jmap.ID { return l.ID })
}

// lookAsk is Look/ask, our own method.
func (a *API) lookAsk(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmapmail.LookAskArgs
	s, err := a.own(ctx, call, &args, nil, &args.AccountID)
	if err != nil {
		return nil, err
	}
	into := int64(0)
	if args.Email != nil {
		if into, err = a.room.LookTarget(ctx, s, *args.Email); err != nil {
			return nil, err
		}
	}
	l, err := a.room.AskLook(ctx, s, into, args.Hours, args.Purpose)
	if err != nil {
		return nil, err
	}
	asked := look(l)
	return jmapmail.LookAnswer{AccountID: args.AccountID, Look: &asked}, nil
}

// lookEnd is Look/end, our own method.
func (a *API) lookEnd(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmapmail.LookArgs
	s, err := a.own(ctx, call, &args, nil, &args.AccountID)
	if err != nil {
		return nil, err
	}
	n, _ := id.Parse(caseID, args.ID)
	return jmapmail.LookAnswer{AccountID: args.AccountID}, a.room.EndLook(ctx, s, n)
}

// journalQuery is Journal/query, our own method.
func (a *API) journalQuery(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmapmail.JournalArgs
	s, err := a.own(ctx, call, &args, nil, &args.AccountID)
	if err != nil {
		return nil, err
	}
	if args.Limit < 1 || args.Limit > 200 {
		return nil, jmap.Fail(jmap.InvalidArguments, "A page has 1 to 200 letters.")
	}
	below := int64(0)
	if args.Before != nil {
		below, _ = id.Parse(journalID, *args.Before)
	}
	filter, err := journalFilter(args.Filter)
	if err != nil {
		return nil, err
	}
	page, err := a.room.Journal(ctx, s, filter, below, args.Limit)
	if err != nil {
		return nil, err
	}
	out := jmapmail.JournalAnswer{AccountID: args.AccountID, List: []jmapmail.JournalEntry{}}
	if page.Next != 0 {
		next := id.Text(journalID, page.Next)
		out.Next, out.Until = &next, &jmap.UTCDate{Time: page.Until.Truncate(time.Second)}
	}
	for _, e := range page.List {
		out.List = append(out.List, jmapmail.JournalEntry{ID: id.Text(journalID, e.ID), At: jmap.UTCDate{Time: e.At.Truncate(time.Second)}, Direction: e.Direction, Sender: e.Sender, From: e.From,
			To: list(e.Recipients), Subject: e.Subject, Level: levelText(e.Level), Rules: list(e.Rules), BlobID: blobText(e.Blob.Hash, "")})
	}
	return out, nil
}

// journalFilter says a filter of the journal in the room's words.
func journalFilter(f *jmapmail.JournalFilter) (out mail.JournalFilter, err error) {
	if f == nil {
		return out, nil
	}
	out = mail.JournalFilter{Sender: f.Sender, Recipient: f.Recipient, Subject: f.Subject, Rule: f.Rule, Direction: f.Direction}
	if f.Level != "" {
		level, err := policy.LevelOf(f.Level)
		if err != nil {
			return out, err
		}
		out.Level = &level
	}
	if f.After != nil {
		out.From = f.After.Time
	}
	if f.Before != nil {
		out.To = f.Before.Time
	}
	said := map[string]any{}
	text, err := json.Marshal(f)
	if err == nil {
		err = json.Unmarshal(text, &said)
	}
	maps.DeleteFunc(said, func(_ string, v any) bool { return v == nil || v == "" })
	if err == nil && len(said) > 0 {
		text, err = json.Marshal(said)
		out.Asked = string(text)
	}
	return out, err
}

// blameRule gives the refusal of a letter by a rule a type of its own.
func blameRule(err error) *jmap.SetError {
	var r *mail.RuleRefusal
	switch {
	case errors.As(err, &r) && r.Require != "":
		return jmap.Refuse("ruleRequires"+strings.ToUpper(r.Require[:1])+r.Require[1:], "%s", errs.Text(r.Err))
	case errors.As(err, &r):
		return jmap.Refuse("ruleRefused", "%s", errs.Text(r.Err))
	case errors.Is(err, mail.ErrNoReviewer):
		return jmap.Refuse("noReviewer", "%s", errs.Text(mail.ErrNoReviewer))
	}
	return nil
}
