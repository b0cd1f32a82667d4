package mail

import (
	"context"
	"fmt"
	"slices"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/wire/jmapmail"
	"chancery/wire/sieve"
)

// MaxRunPart bounds the letters that one call of TestRules or RunRules looks at.
const MaxRunPart = 200

// RuleMatch is a letter that met rules.
type RuleMatch struct {
	Message *Message
	Rules   []int // indexes of the rules, in their order
}

// matchRule is a rule made ready to be asked about one letter.
type matchRule struct {
	rule   jmapmail.Rule
	script *sieve.Script
}

// matchers compile rules one by one, to know which of them a letter meets.
func (a *Account) matchers(rules []jmapmail.Rule) (list []matchRule, err error) {
	for i, r := range rules {
		probe := r
		probe.IsEnabled, probe.Actions = true, []jmapmail.RuleAction{{Type: "discard"}}
		text, err := CompileRules([]jmapmail.Rule{probe})
		if err != nil {
			return nil, err
		}
		if _, err := compileActions(r.Actions); err != nil {
			return nil, &BadRule{i, err.Error()}
		}
		s, err := sieve.Parse(text, a.room.conf.Sieve)
		if err != nil {
			return nil, err
		}
		list = append(list, matchRule{r, s})
	}
	return list, nil
}

// meets returns which rules a stored letter meets, as far as the first that stops.
func (a *Account) meets(ctx context.Context, m *Message, list []matchRule) (out []int, err error) {
	b, c, err := a.OpenMessage(ctx, m.ID)
	if err != nil {
		if errs.Is(err, errs.NotFound) {
			return nil, nil // gone meanwhile
		}
		return nil, err
	}
	defer b.Close()
	letter := sieve.NewLetter(c.Message, b, m.Size)
	for i, r := range list {
		if !r.script.Run(sieve.Env{Letter: letter, To: a.info.Address, Now: a.room.clock.Now()}).Discards() {
			continue
		}
		out = append(out, i)
		if slices.ContainsFunc(r.rule.Actions, func(x jmapmail.RuleAction) bool { return x.Type == "stop" }) {
			break
		}
	}
	return out, nil
}

// newest returns the next messages of a mailbox below an id, newest first,
// and how many are left after them.
func newest(snap *Snapshot, box, below int64, limit int) (part []*Message, left int) {
	var all []*Message
	snap.EachFrom(box, 0, func(e Entry) bool {
		if below == 0 || e.ID < below {
			all = append(all, e.Message)
		}
		return true
	})
	slices.SortFunc(all, func(x, y *Message) int { return int(y.ID - x.ID) })
	n := min(limit, len(all))
	return all[:n], len(all) - n
}

func clampPart(limit int) int {
	if limit <= 0 || limit > MaxRunPart {
		return MaxRunPart
	}
	return limit
}

// TestRules says which of the newest letters of a mailbox meet rules that
// need not be saved. Nothing is changed.
func (a *Account) TestRules(ctx context.Context, box int64, rules []jmapmail.Rule, limit int) (looked int, out []RuleMatch, err error) {
	if err := a.can(ctx, policy.Read); err != nil {
		return 0, nil, err
	}
	list, err := a.matchers(rules)
	if err != nil {
		return 0, nil, err
	}
	snap, err := a.Snapshot(ctx)
	if err != nil {
		return 0, nil, err
	}
	part, _ := newest(snap, box, 0, clampPart(limit))
	for _, m := range part {
		met, err := a.meets(ctx, m, list)
		if err != nil {
			return 0, nil, err
		}
		if len(met) > 0 {
			out = append(out, RuleMatch{m, met})
		}
	}
	return len(part), out, nil
}

// RunPart is what became of a part of a mailbox.
type RunPart struct {
	Looked, Changed, Left int
	Last                  int64 // id of the last letter looked at; go on below it
}

// RunRules applies rules to a part of a mailbox's letters, newest first.
// Nothing is sent on, as that was for letters when they came, and what a rule
// throws away goes to the trash, where it can be found.
func (a *Account) RunRules(ctx context.Context, box int64, rules []jmapmail.Rule, below int64, limit int) (p RunPart, err error) {
	if err := a.can(ctx, policy.Organise|policy.Mark); err != nil {
		return p, err
	}
	list, err := a.matchers(rules)
	if err != nil {
		return p, err
	}
	snap, err := a.Snapshot(ctx)
	if err != nil {
		return p, err
	}
	if below == 0 {
		if err := a.auditRun(ctx, fmt.Sprintf("%s mailbox %d", a.info.Address, box)); err != nil {
			return p, err
		}
	}
	part, left := newest(snap, box, below, clampPart(limit))
	var changes []Change
	for _, m := range part {
		met, err := a.meets(ctx, m, list)
		if err != nil {
			return p, err
		}
		if c, any := changeBy(snap, m, box, list, met); any {
			changes = append(changes, c)
		}
		p.Last = m.ID
	}
	p.Looked, p.Left = len(part), left
	outcomes, err := a.Change(ctx, changes)
	for _, o := range outcomes {
		if o.Err == nil && o.Changed {
			p.Changed++
		}
	}
	return p, err
}

// changeBy turns the actions of the rules that a letter met into one change.
func changeBy(snap *Snapshot, m *Message, box int64, list []matchRule, met []int) (c Change, any bool) {
	c.ID = m.ID
	var to []int64
	discard := false
	for _, i := range met {
		for _, act := range list[i].rule.Actions {
			switch act.Type {
			case "markSeen":
				c.AddKeywords = append(c.AddKeywords, Seen)
			case "flag":
				c.AddKeywords = append(c.AddKeywords, Flagged)
			case "addKeyword":
				c.AddKeywords = append(c.AddKeywords, act.Value)
			case "fileInto":
				if n, ok := id.Parse(mailboxPrefix, act.Value); ok {
					if _, there := snap.Mailbox(n); there {
						to = append(to, n)
					}
				}
			case "discard":
				discard = true
			}
		}
	}
	if trash, ok := snap.ByRole(RoleTrash); ok && discard && len(to) == 0 {
		to = []int64{trash.ID}
	}
	if len(to) > 0 && !slices.Contains(to, box) {
		place, _ := m.In(box)
		c.RemoveFrom = []Place{place}
	}
	for _, n := range to {
		if _, in := m.In(n); !in {
			c.AddTo = append(c.AddTo, n)
		}
	}
	return c, len(c.AddKeywords)+len(c.AddTo)+len(c.RemoveFrom) > 0
}
