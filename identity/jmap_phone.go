package identity

import (
	"context"
	"net/netip"

	"chancery/kit/errs"
	"chancery/wire/jmap"
)

// PhoneAnswer is the answer of Phone/get.
type PhoneAnswer struct {
	AccountID jmap.ID `json:"accountId"`
	Offered   bool    `json:"offered"` // whether the office writes to telephones
	Useful    bool    `json:"useful"`  // whether some network zone takes codes by SMS
	Number    *string `json:"number"`
	Pending   *string `json:"pending"` // waits for the code that was sent there
	Second    bool    `json:"second"`  // codes go there when one signs in
}

// PhoneAdded is the answer of Phone/add.
type PhoneAdded struct {
	Late bool `json:"late"` // the gateway has not taken the code yet
}

type phoneArgs struct {
	ownArgs
	Number string `json:"number"`
}

type phoneCodeArgs struct {
	ownArgs
	Code string `json:"code"`
}

// phoneMethods are those of the person's telephone.
func (a api) phoneMethods(into map[string]jmap.Method) map[string]jmap.Method {
	into["Phone/get"], into["Phone/add"], into["Phone/confirm"] = a.phoneGet, a.phoneAdd, a.phoneConfirm
	into["Phone/use"], into["Phone/remove"] = a.phoneUse, a.phoneRemove
	return into
}

// phoneGet is Phone/get.
func (a api) phoneGet(ctx context.Context, call *jmap.Call) (any, error) {
	var args ownArgs
	s, err := a.open(ctx, call, &args)
	if err != nil {
		return nil, err
	}
	p, err := a.i.Phone(ctx, s)
	out := PhoneAnswer{AccountID: args.AccountID, Offered: a.i.texts != nil, Useful: p.Useful, Second: p.Second}
	if p.Number != "" {
		out.Number = &p.Number
	}
	if p.Pending != "" {
		out.Pending = &p.Pending
	}
	return out, err
}

// phoneAdd is Phone/add: a code goes to the number.
func (a api) phoneAdd(ctx context.Context, call *jmap.Call) (any, error) {
	var args phoneArgs
	s, err := a.open(ctx, call, &args)
	if err != nil {
		return nil, err
	}
	addr, err := netip.ParseAddr(s.Peer)
	if err != nil { // then it counts as asked for from nowhere in particular
		addr = netip.Addr{}
	}
	late, err := a.i.AddPhone(ctx, s, args.Number, Peer{Addr: addr, Door: s.Door, Site: a.who.Site(ctx)})
	if errs.Is(err, errs.RateLimited) {
		return nil, jmap.Fail("tooManyMessages", "%s", errs.Text(err))
	}
	return PhoneAdded{late}, named(err)
}

// phoneConfirm is Phone/confirm.
func (a api) phoneConfirm(ctx context.Context, call *jmap.Call) (any, error) {
	var args phoneCodeArgs
	s, err := a.open(ctx, call, &args)
	if err != nil {
		return nil, err
	}
	return struct{}{}, named(a.i.ConfirmPhone(ctx, s, args.Code))
}

// phoneUse is Phone/use: codes go to the telephone when one signs in.
func (a api) phoneUse(ctx context.Context, call *jmap.Call) (any, error) {
	var args ownArgs
	s, err := a.open(ctx, call, &args)
	if err != nil {
		return nil, err
	}
	codes, err := a.i.UsePhone(ctx, s)
	return RecoveryAnswer{append([]string{}, codes...)}, named(err)
}

// phoneRemove is Phone/remove.
func (a api) phoneRemove(ctx context.Context, call *jmap.Call) (any, error) {
	var args ownArgs
	s, err := a.open(ctx, call, &args)
	if err != nil {
		return nil, err
	}
	return struct{}{}, a.i.RemovePhone(ctx, s)
}
