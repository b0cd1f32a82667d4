package identity

import (
	"context"

	"chancery/wire/jmap"
)

// SecondAddressAnswer is the answer of SecondAddress/get.
type SecondAddressAnswer struct {
	AccountID jmap.ID `json:"accountId"`
	Offered   bool    `json:"offered"` // whether the office uses them
	Email     *string `json:"email"`
	Pending   *string `json:"pending"` // waits for the code that was sent there
}

type secondArgs struct {
	ownArgs
	Email string `json:"email"`
}

type secondCodeArgs struct {
	ownArgs
	Code string `json:"code"`
}

// secondGet is SecondAddress/get.
func (a api) secondGet(ctx context.Context, call *jmap.Call) (any, error) {
	var args ownArgs
	s, err := a.open(ctx, call, &args)
	if err != nil {
		return nil, err
	}
	address, pending, err := a.i.SecondAddress(ctx, s)
	out := SecondAddressAnswer{AccountID: args.AccountID, Offered: a.i.conf.SecondAddress}
	if address != "" {
		out.Email = &address
	}
	if pending != "" {
		out.Pending = &pending
	}
	return out, err
}

// secondAdd is SecondAddress/add: a code goes to the address.
func (a api) secondAdd(ctx context.Context, call *jmap.Call) (any, error) {
	var args secondArgs
	s, err := a.open(ctx, call, &args)
	if err != nil {
		return nil, err
	}
	return struct{}{}, named(a.i.AddSecondAddress(ctx, s, args.Email))
}

// secondConfirm is SecondAddress/confirm.
func (a api) secondConfirm(ctx context.Context, call *jmap.Call) (any, error) {
	var args secondCodeArgs
	s, err := a.open(ctx, call, &args)
	if err != nil {
		return nil, err
	}
	return struct{}{}, named(a.i.ConfirmSecondAddress(ctx, s, args.Code))
}

// secondRemove is SecondAddress/remove.
func (a api) secondRemove(ctx context.Context, call *jmap.Call) (any, error) {
	var args ownArgs
	s, err := a.open(ctx, call, &args)
	if err != nil {
		return nil, err
	}
	return struct{}{}, a.i.RemoveSecondAddress(ctx, s)
}
