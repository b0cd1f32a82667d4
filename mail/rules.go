package mail

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"sync"
	"time"

	"chancery/approval"
	"chancery/audit"
	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/mail/flow"
	"chancery/policy"
	"chancery/store"
)

// RuleCase is the kind of the cases of changed rules: two people make them.
const RuleCase = "mail.rule"

// MaxFlowRules is how many rules an organisation can have.
const MaxFlowRules = 500

// ruleSets keeps the rules of each organisation as they were last read, with
// the count of changes by which one sees that they still hold. A change that
// another process made may go unseen for foreignDelay.
type ruleSets struct {
	mu  sync.Mutex
	org map[int64]ruleSet
}

type ruleSet struct {
	modseq  int64
	set     *flow.Set // nil: no rule
	checked time.Time // when the database was last asked
}

// drop forgets the rules of an organisation, since they changed.
func (x *ruleSets) drop(org int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.org, org)
}

// rulesNow returns the rules that hold now; nil where there is none.
func (r *Room) rulesNow(ctx context.Context, org int64) (*flow.Set, error) {
	now := time.Now()
	r.rules.mu.Lock()
	kept, known := r.rules.org[org]
	r.rules.mu.Unlock()
	if known && now.Sub(kept.checked) < foreignDelay {
		return kept.set, nil
	}
	var list []flow.Rule
	var modseq int64
	err := r.db.Read(ctx, func(tx *store.Tx) (err error) {
		if modseq, err = selectRulesModseq(ctx, tx, org); err != nil || known && modseq == kept.modseq {
			return err
		}
		list, err = selectRules(ctx, tx, org)
		return err
	})
	if err != nil {
		return nil, err
	}
	if !known || modseq != kept.modseq {
		kept = ruleSet{modseq: modseq}
		list = slices.DeleteFunc(list, func(x flow.Rule) bool { return x.Off })
		if len(list) > 0 {
			kept.set = flow.NewSet(list)
		}
	}
	kept.checked = now
	r.rules.mu.Lock()
	defer r.rules.mu.Unlock()
	if newer, ok := r.rules.org[org]; !ok || newer.modseq <= kept.modseq {
		r.rules.org[org] = kept
	}
	return kept.set, nil
}

// FlowRule is a rule, and what somebody asked to make of it.
type FlowRule struct {
	flow.Rule
	IsNew   bool        // it is only asked for
	Waiting *RuleChange // nil: nothing is
}

// RuleChange is what somebody asks to make of a rule.
type RuleChange struct {
	Case   int64
	By     int64 // account
	Reason string
	Before *flow.Rule // as it was; nil = there was none
	Rule   *flow.Rule // as it would be; nil = removed
}

// FlowRules lists the rules for letters of the subject's organisation in their
// order, with the changes that wait for a second person. It is for security
// administrators, and for those who audit.
func (r *Room) FlowRules(ctx context.Context, s policy.Subject) (list []FlowRule, state string, err error) {
	if err := r.mayRule(ctx, s, "mail.rules", policy.DutySecurity, policy.DutyRecord); err != nil {
		return nil, "", err
	}
	var changes []ruleChange
	var modseq int64
	err = r.db.Read(ctx, func(tx *store.Tx) error {
		list = nil
		var err error
		if modseq, err = selectRulesModseq(ctx, tx, s.Org); err != nil {
			return err
		}
		rules, err := selectRules(ctx, tx, s.Org)
		if err != nil {
			return err
		}
		for _, one := range rules {
			list = append(list, FlowRule{Rule: one})
		}
		changes, err = selectRuleChanges(ctx, tx, s.Org)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	for _, c := range changes {
		w := &RuleChange{Case: c.id}
		if c.data != "" {
			rule, err := flow.Parse([]byte(c.data))
			if err != nil {
				return nil, "", err
			}
			rule.ID, w.Rule = c.rule, &rule
		}
		if asked, err := r.desk.Find(ctx, s, c.id); err == nil {
			w.By, w.Reason = asked.Asker, asked.Reason
		}
		i := slices.IndexFunc(list, func(x FlowRule) bool { return x.ID == c.rule })
		switch {
		case i >= 0:
			list[i].Waiting = w
		case w.Rule != nil:
			list = append(list, FlowRule{Rule: *w.Rule, IsNew: true, Waiting: w})
		}
	}
	return list, strconv.FormatInt(modseq, 36), nil
}

// mayRule refuses who has none of the duties for the whole organisation.
func (r *Room) mayRule(ctx context.Context, s policy.Subject, verb string, any ...policy.Duty) error {
	admin, err := r.dir.Administers(ctx, s)
	if err != nil {
		return err
	}
	if !mayAny(s, admin, any) {
		err = errs.E(errs.Forbidden, "Your role does not allow this.")
		return errorOr(r.noteRefusal(ctx, s, verb, err), err)
	}
	return nil
}

func mayAny(s policy.Subject, admin directory.Administers, any []policy.Duty) bool {
	if s.Account != 0 && s.Assurance == policy.ByProgram {
		return false
	}
	return slices.ContainsFunc(any, func(d policy.Duty) bool { return admin.May(d, 0) })
}

func (r *Room) noteRefusal(ctx context.Context, s policy.Subject, verb string, cause error) error {
	return r.db.Write(ctx, func(tx *store.Tx) error {
		return audit.Append(ctx, tx, r.clock.Now(), audit.By(s, verb, "", cause))
	})
}

func errorOr(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

// ChangeRule adds a rule (its ID is 0), changes it, or removes it (rule is nil).
// Where two people make rules the change waits for another security
// administrator: waits says so.
func (r *Room) ChangeRule(ctx context.Context, s policy.Subject, number int64, rule *flow.Rule, reason string) (rulesID int64, waits bool, err error) {
	if err := r.mayRule(ctx, s, "mail.rule", policy.DutySecurity); err != nil {
		return 0, false, err
	}
	c := ruleChange{id: id.New(), rule: number}
	title := ""
	if rule != nil {
		if err := rule.Check(); err != nil {
			return 0, false, err
		}
		if err := r.checkRule(ctx, s.Org, rule); err != nil {
			return 0, false, err
		}
		data, err := rule.Encode()
		if err != nil {
			return 0, false, err
		}
		c.data, title = string(data), rule.Name
	}
	isNew := number == 0
	if isNew {
		if rule == nil {
			return 0, false, errNoRule
		}
		c.rule = id.New()
	}
	waits = r.conf.Review.FourEyes && s.Account != 0
	ask := bySecond(s, RuleCase, c.id, reason)
	if waits {
		if err := r.needSecond(ctx, ask); err != nil {
			return 0, false, err
		}
	}
	err = r.db.Write(ctx, func(tx *store.Tx) error {
		admin, err := r.dir.AdministersIn(ctx, tx, s)
		if err != nil {
			return err
		}
		if !mayAny(s, admin, []policy.Duty{policy.DutySecurity}) {
			return errs.E(errs.Forbidden, "Your role does not allow this.")
		}
		if err := bumpRules(ctx, tx, s.Org); err != nil {
			return err
		}
		if err := r.checkRuleChange(ctx, tx, s.Org, &c, isNew); err != nil {
			return err
		}
		if !waits {
			return r.makeRule(ctx, tx, s, c)
		}
		if title == "" {
			if old, err := flow.Parse([]byte(c.before)); err == nil {
				title = old.Name
			}
		}
		if err := insertRuleChange(ctx, tx, s.Org, c); err != nil {
			return err
		}
		ask.Title = title
		_, err = r.desk.Ask(ctx, tx, s, ask)
		return err
	})
	return c.rule, waits, err
}

var errNoRule = errs.E(errs.NotFound, "There is no such rule.")

// checkRuleChange says whether a change fits what is there, and reads that.
func (r *Room) checkRuleChange(ctx context.Context, tx *store.Tx, org int64, c *ruleChange, isNew bool) error {
	changes, err := selectRuleChanges(ctx, tx, org)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(changes, func(o ruleChange) bool { return o.rule == c.rule }) {
		return errs.E(errs.Conflict, "A change of this rule waits for a second person already.")
	}
	if isNew {
		all, err := selectRules(ctx, tx, org)
		if err == nil && len(all)+len(changes) >= MaxFlowRules {
			err = errs.E(errs.TooLarge, "There can be %d rules.", MaxFlowRules)
		}
		return err
	}
	c.before, err = selectRule(ctx, tx, org, c.rule)
	if errors.Is(err, store.ErrNoRows) {
		return errNoRule
	}
	return err
}

// bySecond is a case that a security administrator agrees to who is not the one
// that asks.
func bySecond(s policy.Subject, kind string, number int64, reason string) approval.Case {
	return approval.Case{ID: number, Org: s.Org, Kind: kind, Asker: s.Account, Level: policy.Unlabelled, Reason: reason,
		Steps: []approval.Step{{Deciders: []approval.Seat{{Duty: policy.DutySecurity}}}}}
}

// needSecond refuses where nobody else could agree.
func (r *Room) needSecond(ctx context.Context, c approval.Case) error {
	possible, err := r.desk.Possible(ctx, c)
	if err == nil && !possible {
		err = errs.E(errs.Conflict, "It takes another security administrator to agree, whom it is not about. Name one first.")
	}
	return err
}

// checkRule says whether those whom a rule names are there.
func (r *Room) checkRule(ctx context.Context, org int64, rule *flow.Rule) error {
	var people []string
	if h := rule.Then.Hold; h != nil {
		people = append(people, h.Appeal...)
		for _, s := range h.Steps {
			people = append(append(people, s.Reviewers...), s.Escalate...)
		}
	}
	for _, address := range people {
		a, _, err := r.dir.Resolve(ctx, address)
		if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Invalid) || err == nil && (a.Org != org || a.Kind == directory.KindList || a.Locked) {
			return errs.E(errs.Invalid, "%s is no person or position of this organisation.", address)
		}
		if err != nil {
			return err
		}
	}
	if rule.Then.Monitor == "" {
		return nil
	}
	a, _, err := r.dir.Resolve(ctx, rule.Then.Monitor)
	if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Invalid) || err == nil && (a.Org != org || a.Kind != directory.KindShared) {
		return errs.E(errs.Invalid, "%s is no shared mailbox of this organisation.", rule.Then.Monitor)
	}
	return err
}

// makeRule writes a change, and before and after into the record.
func (r *Room) makeRule(ctx context.Context, tx *store.Tx, by policy.Subject, c ruleChange) (err error) {
	if c.data == "" {
		err = deleteRule(ctx, tx, by.Org, c.rule)
	} else {
		err = putRule(ctx, tx, by.Org, c.rule, c.data)
	}
	if err != nil {
		return err
	}
	tx.OnCommit(func() { r.rules.drop(by.Org) })
	raw := func(data string) any {
		if data == "" {
			return nil
		}
		return json.RawMessage(data)
	}
	e, err := audit.By(by, "mail.rule", "mail rule "+id.Text('r', c.rule), nil).Change(raw(c.before), raw(c.data))
	if err != nil {
		return err
	}
	return audit.Append(ctx, tx, r.clock.Now(), e)
}

// settleRule makes a change that a second person agreed to. One that does not
// fit any more, since the rule went meanwhile, is dropped.
func (r *Room) settleRule(ctx context.Context, tx *store.Tx, c approval.Case, _ any) error {
	change, err := selectRuleChange(ctx, tx, c.Org, c.ID)
	if err != nil {
		return err
	}
	if err := bumpRules(ctx, tx, c.Org); err != nil {
		return err
	}
	if err := deleteRuleChange(ctx, tx, c.Org, c.ID); err != nil || c.State != approval.Approved {
		return err
	}
	by := policy.System(c.Org)
	if v, ok := c.Said(); ok {
		by.Account = v.By
	}
	return r.makeRule(ctx, tx, by, change)
}

// RecallRule takes back a change that waits, of who asked for it.
func (r *Room) RecallRule(ctx context.Context, s policy.Subject, number int64) error {
	c, err := r.desk.Find(ctx, s, number)
	if err != nil {
		return err
	}
	if c.Kind != RuleCase || c.Asker != s.Account {
		return errs.E(errs.Forbidden, "Only who asked for a change takes it back.")
	}
	return r.db.Write(ctx, func(tx *store.Tx) error {
		if err := r.desk.Recall(ctx, tx, s, number); err != nil {
			return err
		}
		return deleteRuleChange(ctx, tx, s.Org, number)
	})
}

// aboutRule shows a change of a rule to who decides it.
func (r *Room) aboutRule(ctx context.Context, s policy.Subject, c approval.Case, _ bool) (any, error) {
	var change ruleChange
	err := r.db.Read(ctx, func(tx *store.Tx) (err error) {
		change, err = selectRuleChange(ctx, tx, c.Org, c.ID)
		return err
	})
	if found, err := store.Found(err); !found {
		return nil, err
	}
	out := &RuleChange{Case: c.ID, By: c.Asker, Reason: c.Reason}
	for _, side := range []struct {
		data string
		rule **flow.Rule
	}{{change.before, &out.Before}, {change.data, &out.Rule}} {
		if side.data == "" {
			continue
		}
		rule, err := flow.Parse([]byte(side.data))
		if err != nil {
			return nil, err
		}
		rule.ID = change.rule
		*side.rule = &rule
	}
	return out, nil
}

// Trial is what a rule would have done.
type Trial struct {
	Letters int // that were looked at
	Hits    []TrialHit
	Total   int  // of hits
	IsWhole bool // all letters of the time were looked at
}

// TrialHit is a letter that a rule would have touched: without its subject,
// since nobody is to read others' mail by trying rules.
type TrialHit struct {
	At      time.Time
	Sender  string
	Outside bool
	Level   policy.Level
	Found   []string // words of the rule, kinds of numbers and files: nothing of the letter's own
}

// Bounds of a trial.
const (
	trialLetters = 5000
	trialTime    = 25 * time.Second
	trialHits    = 100
)

// TryRule says what a rule would have done to the letters that people here sent
// of late, as far as they still have them.
func (r *Room) TryRule(ctx context.Context, s policy.Subject, rule flow.Rule, since time.Time) (t Trial, err error) {
	if err := r.mayRule(ctx, s, "mail.rule.try", policy.DutySecurity); err != nil {
		return t, err
	}
	if err := rule.Check(); err != nil {
		return t, err
	}
	rule.Off = false
	set := flow.NewSet([]flow.Rule{rule})
	accounts, err := r.dir.Accounts(ctx, s.Org)
	if err != nil {
		return t, err
	}
	ctx, stop := context.WithTimeout(ctx, trialTime)
	defer stop()
	t.IsWhole = true
	for _, a := range accounts {
		if t.Letters >= trialLetters || ctx.Err() != nil {
			t.IsWhole = false
			break
		}
		if err := r.tryIn(ctx, s, set, a, since, &t); err != nil && ctx.Err() == nil {
			return t, err
		}
	}
	slices.SortStableFunc(t.Hits, func(a, b TrialHit) int { return b.At.Compare(a.At) })
	return t, r.db.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		return audit.Append(context.WithoutCancel(ctx), tx, r.clock.Now(), audit.By(s, "mail.rule.try", rule.Name, nil))
	})
}

// tryIn tries a rule on what one account sent.
func (r *Room) tryIn(ctx context.Context, s policy.Subject, set *flow.Set, a directory.Account, since time.Time, t *Trial) error {
	var sent []Submission
	err := r.db.Read(ctx, func(tx *store.Tx) (err error) {
		sent, err = selectSentSince(ctx, tx, a.ID, since.UnixMilli(), trialLetters-t.Letters)
		return err
	})
	if err != nil || len(sent) == 0 {
		return err
	}
	by := policy.System(s.Org)
	by.Clearance = s.Clearance // what is above it is not there, not even as a hit
	box, err := r.open(ctx, by, a, policy.All)
	if err != nil {
		return err
	}
	by.Account, by.Address = a.ID, a.Address
	for _, one := range sent {
		blob, content, err := box.OpenMessage(ctx, one.Message)
		if errs.Is(err, errs.NotFound) {
			continue // it was thrown away since
		}
		if err != nil {
			return err
		}
		l := &Letter{blob: content.Blob, Content: content}
		l.level, l.until, err = labelOf(content.Message, blob)
		var f flow.Facts
		if err == nil {
			f, err = r.facts(ctx, by, flow.Out, one.Envelope, l, blob, set.NeedsUnits())
		}
		if err != nil {
			return errors.Join(err, blob.Close())
		}
		v := set.Judge(&f)
		if err := blob.Close(); err != nil {
			return err
		}
		t.Letters++
		if len(v.Hits) > 0 {
			t.hit(f, v, millis(one.ID>>20))
		}
	}
	return nil
}

func (t *Trial) hit(f flow.Facts, v flow.Verdict, at time.Time) {
	if t.Total++; len(t.Hits) >= trialHits {
		return
	}
	h := TrialHit{At: at, Sender: f.Sender, Level: f.Level}
	for _, to := range f.Recipients {
		h.Outside = h.Outside || to.Outside
	}
	for _, m := range v.Hits[0].Found {
		text := m.Kind
		if m.Kind == "word" {
			text = m.Text
		}
		if !slices.Contains(h.Found, text) {
			h.Found = append(h.Found, text)
		}
	}
	t.Hits = append(t.Hits, h)
}
