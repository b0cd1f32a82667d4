package approval

import (
	"context"
	"fmt"
	"hash/fnv"
	"strconv"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/wire/jmap"
)

// The first letters of ids.
const (
	accountID = 'a'
	caseID    = 'c'
)

type api struct {
	d    *Desk
	who  func(context.Context) (policy.Subject, error)
	show func(about any) any
}

// Capabilities returns what clients are offered. Who returns the person that a
// context belongs to; show says what a room tells of a case in the words of
// its own API.
func (d *Desk) Capabilities(who func(context.Context) (policy.Subject, error), show func(about any) any) []jmap.Capability {
	a := api{d, who, show}
	return []jmap.Capability{{
		URN:     URN,
		Account: func(acc jmap.Account) (any, bool) { return struct{}{}, acc.IsPersonal },
		Types:   []string{"Approval"},
		States:  a.states,
		Methods: map[string]jmap.Method{"Approval/get": a.get, "Approval/decide": a.decide},
	}}
}

// states tell one answer of Approval/get from another.
func (a api) states(ctx context.Context, account jmap.ID) (map[string]string, error) {
	who, err := a.who(ctx)
	if err != nil || id.Text(accountID, who.Account) != account {
		return map[string]string{}, err
	}
	list, err := a.d.Mine(ctx, who)
	return map[string]string{"Approval": stateOf(list)}, err
}

func stateOf(list []Seen) string {
	h := fnv.New64a()
	for _, x := range list {
		fmt.Fprint(h, x.ID, " ", x.Modseq, " ", x.Deciding, " ")
	}
	return strconv.FormatUint(h.Sum64(), 36)
}

// caller returns who asks, where the account is their own.
func (a api) caller(ctx context.Context, account jmap.ID) (policy.Subject, error) {
	who, err := a.who(ctx)
	if err == nil && id.Text(accountID, who.Account) != account {
		err = jmap.Fail(jmap.AccountNotSupported, "Decisions belong to a person's own account.")
	}
	return who, err
}

// get is Approval/get: what waits for the person, what they asked for, and what
// was decided of late.
func (a api) get(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.GetArgs
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
	list, err := a.d.Mine(ctx, who)
	if err != nil {
		return nil, err
	}
	objects, names := make([]ApprovalObject, len(list)), names{a.d, who.Org, map[int64]ApprovalParty{}}
	for i, x := range list {
		if objects[i], err = a.object(ctx, who, x, names); err != nil {
			return nil, err
		}
	}
	return jmap.Get(args, stateOf(list), objects, func(o ApprovalObject) jmap.ID { return o.ID })
}

// names finds who somebody is, once for an answer.
type names struct {
	d     *Desk
	org   int64
	known map[int64]ApprovalParty
}

func (n names) of(ctx context.Context, account int64) (*ApprovalParty, error) {
	if account == 0 {
		return nil, nil
	}
	p, ok := n.known[account]
	if !ok {
		a, err := n.d.dir.Account(ctx, n.org, account)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return nil, err
		}
		p = ApprovalParty{Name: a.Name, Email: a.Address}
		n.known[account] = p
	}
	return &p, nil
}

func (n names) seat(ctx context.Context, s Seat) (*ApprovalParty, error) {
	if s.Duty == 0 {
		return n.of(ctx, s.Account)
	}
	for _, d := range policy.Duties {
		if d.Duty == s.Duty {
			return &ApprovalParty{Duty: d.Name}, nil
		}
	}
	return &ApprovalParty{}, nil
}

func (a api) object(ctx context.Context, who policy.Subject, x Seen, n names) (o ApprovalObject, err error) {
	o = ApprovalObject{ID: id.Text(caseID, x.ID), Kind: x.Kind, State: string(x.State), Title: x.Title, Reason: x.Reason, IsMine: x.Asked, MayDecide: x.Deciding,
		MadeAt: jmap.UTCDate{Time: x.Made}, StepInHand: x.At, Steps: []ApprovalStep{}}
	if x.Level > policy.Unlabelled {
		level := x.Level.String()
		o.Level = &level
	}
	if x.Earlier != 0 {
		earlier := id.Text(caseID, x.Earlier)
		o.EarlierID = &earlier
	}
	if !x.Due.IsZero() {
		o.DueAt = &jmap.UTCDate{Time: x.Due}
	}
	if !x.Closed.IsZero() {
		o.ClosedAt = &jmap.UTCDate{Time: x.Closed}
	}
	if o.Asker, err = n.of(ctx, x.Asker); err != nil {
		return o, err
	}
	if x.Deciding && x.Place.Account != 0 && x.Place.Account != who.Account {
		if o.InPlaceOf, err = n.of(ctx, x.Place.Account); err != nil {
			return o, err
		}
	}
	for i, s := range x.Steps {
		step := ApprovalStep{All: s.All, Deciders: []ApprovalParty{}, Said: []ApprovalVote{}}
		for _, seat := range s.Deciders {
			p, err := n.seat(ctx, seat)
			if err != nil {
				return o, err
			}
			step.Deciders = append(step.Deciders, *p)
		}
		for _, v := range x.Votes {
			if v.Step != i {
				continue
			}
			said, err := vote(ctx, v, n)
			if err != nil {
				return o, err
			}
			step.Said = append(step.Said, said)
		}
		o.Steps = append(o.Steps, step)
	}
	if kind := a.d.kinds[x.Kind]; kind.About != nil {
		about, err := kind.About(ctx, who, x.Case, x.Deciding)
		if err != nil {
			return o, err
		}
		o.About = a.show(about)
	}
	return o, nil
}

func vote(ctx context.Context, v Vote, n names) (out ApprovalVote, err error) {
	out = ApprovalVote{What: string(v.What), Note: v.Note, At: jmap.UTCDate{Time: v.At}}
	if out.By, err = n.of(ctx, v.By); err != nil {
		return out, err
	}
	if v.Seat.Account != v.By {
		if out.For, err = n.seat(ctx, v.Seat); err != nil {
			return out, err
		}
	}
	if v.To != nil {
		out.To, err = n.seat(ctx, *v.To)
	}
	return out, err
}

// decide is Approval/decide, our own method.
func (a api) decide(ctx context.Context, call *jmap.Call) (any, error) {
	var args ApprovalDecideArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	who, err := a.caller(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	n, ok := id.Parse(caseID, args.ID)
	if !ok {
		return nil, errNoCase
	}
	var c Case
	if Verdict(args.What) == Pass {
		var to directory.Account
		to, _, err = a.d.dir.Resolve(ctx, args.To)
		if err != nil || to.Org != who.Org {
			return nil, jmap.Fail(jmap.InvalidArguments, "There is nobody with the address %s here.", args.To)
		}
		c, err = a.d.Pass(ctx, who, n, to.ID, args.Note)
	} else {
		c, err = a.d.Decide(ctx, who, n, Verdict(args.What), args.Note)
	}
	if err != nil {
		return nil, err
	}
	return ApprovalDecideAnswer{AccountID: args.AccountID, State: string(c.State)}, nil
}
