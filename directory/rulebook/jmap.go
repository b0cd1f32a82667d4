package rulebook

import (
	"context"
	"strconv"
	"time"

	"chancery/directory"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/wire/jmap"
)

// The first letters of ids.
const (
	accountID = 'a'
	unitID    = 'u'
	ruleID    = 'g'
	versionID = 'e'
)

type api struct {
	b   *Book
	who func(context.Context) (policy.Subject, error)
}

// Capabilities returns what clients are offered. Who returns the person that a
// context belongs to.
func (b *Book) Capabilities(who func(context.Context) (policy.Subject, error)) []jmap.Capability {
	a := api{b, who}
	return []jmap.Capability{{
		URN:     directory.RulebookURN,
		Account: func(acc jmap.Account) (any, bool) { return struct{}{}, acc.IsPersonal },
		Types:   []string{"Regulation"},
		States:  a.states,
		Methods: map[string]jmap.Method{
			"Regulation/get": a.get, "Regulation/accept": a.accept,
			"RegulationVersion/get": a.versionGet, "RegulationVersion/set": a.versionSet, "RegulationVersion/publish": a.publish,
			"RegulationVersion/withdraw": a.withdraw, "RegulationVersion/remind": a.remind, "RegulationVersion/report": a.report,
		},
	}}
}

// states counts the changes of the book, and the day, on which texts begin.
func (a api) states(ctx context.Context, account jmap.ID) (map[string]string, error) {
	who, err := a.who(ctx)
	if err != nil || id.Text(accountID, who.Account) != account {
		return map[string]string{}, err
	}
	state, err := a.b.state(ctx, who)
	return map[string]string{"Regulation": state}, err
}

// state tells one answer of Regulation/get from another.
func (b *Book) state(ctx context.Context, who policy.Subject) (string, error) {
	s, err := b.load(ctx, who.Org, true)
	if err != nil || len(s.versions) == 0 {
		return "0", err
	}
	n, err := b.Due(ctx, who.Org, who.Account)
	return strconv.FormatInt(s.modseq, 36) + "." + b.clock.Now().In(time.Local).Format("20060102") + "." + strconv.Itoa(n), err
}

// caller returns who asks, where the account is their own.
func (a api) caller(ctx context.Context, account jmap.ID) (policy.Subject, error) {
	who, err := a.who(ctx)
	if err == nil && id.Text(accountID, who.Account) != account {
		err = jmap.Fail(jmap.AccountNotSupported, "The rule book belongs to a person's own account.")
	}
	return who, err
}

// getArgs reads the arguments of a /get, and who asks.
func (a api) getArgs(ctx context.Context, call *jmap.Call) (args jmap.GetArgs, who policy.Subject, err error) {
	if err = call.Decode(&args); err == nil {
		err = args.Check(call.Limits)
	}
	if err == nil {
		who, err = a.caller(ctx, args.AccountID)
	}
	return args, who, err
}

// get is Regulation/get: what holds for the person, and what is public.
func (a api) get(ctx context.Context, call *jmap.Call) (any, error) {
	args, who, err := a.getArgs(ctx, call)
	if err != nil {
		return nil, err
	}
	state, err := a.b.state(ctx, who)
	if err != nil {
		return nil, err
	}
	list, err := a.b.Mine(ctx, who.Org, who.Account)
	if err != nil {
		return nil, err
	}
	return jmap.Get(args, state, Objects(list), func(o directory.RegulationObject) jmap.ID { return o.ID })
}

// Objects are regulations as clients are shown them.
func Objects(list []Held) []directory.RegulationObject {
	out := make([]directory.RegulationObject, len(list))
	for n, h := range list {
		out[n] = directory.RegulationObject{ID: id.Text(ruleID, h.Rule), VersionID: id.Text(versionID, h.ID), Number: h.Number, Texts: texts(h.Version),
			Starts: h.Starts, DueAt: date(h.Due), AcceptedAt: date(h.Accepted)}
	}
	return out
}

func texts(v Version) map[string]directory.RegulationText {
	out := map[string]directory.RegulationText{}
	for language, title := range v.Titles {
		out[language] = directory.RegulationText{Title: title, Body: v.Bodies[language]}
	}
	return out
}

func date(t time.Time) *jmap.UTCDate {
	if t.IsZero() {
		return nil
	}
	return &jmap.UTCDate{Time: t}
}

type acceptArgs struct {
	AccountID  jmap.ID   `json:"accountId"`
	VersionIDs []jmap.ID `json:"versionIds"`
}

// accept is Regulation/accept.
func (a api) accept(ctx context.Context, call *jmap.Call) (any, error) {
	var args acceptArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	who, err := a.caller(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	list, ok := ParseVersions(args.VersionIDs)
	if !ok {
		return nil, errNotDue
	}
	return struct{}{}, a.b.Accept(ctx, who, list)
}

// maxAccepted bounds how many versions are accepted at a time.
const maxAccepted = 100

// ParseVersions reads the ids of versions; false where one is none.
func ParseVersions(list []string) (out []int64, ok bool) {
	if len(list) == 0 || len(list) > maxAccepted {
		return nil, false
	}
	for _, text := range list {
		n, ok := id.Parse(versionID, text)
		if !ok {
			return nil, false
		}
		out = append(out, n)
	}
	return out, true
}
