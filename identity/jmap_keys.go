package identity

import (
	"context"
	"errors"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/wire/jmap"
)

// keyAdd is Factor/addKey: what the browser has to ask the new key.
func (a api) keyAdd(ctx context.Context, call *jmap.Call) (any, error) {
	var args namedArgs
	s, err := a.open(ctx, call, &args)
	if err != nil {
		return nil, err
	}
	e, err := a.i.AddKey(ctx, s, args.Name, a.who.Site(ctx))
	return KeyEnrolmentObject{id.Text(factorID, e.ID), e.Options}, err
}

// keyConfirm is Factor/confirmKey: the answer of the new key, as the browser
// writes it (RegistrationResponseJSON).
func (a api) keyConfirm(ctx context.Context, call *jmap.Call) (any, error) {
	var args answerArgs
	s, n, err := a.one(ctx, call, &args, &args.ID, factorID)
	if err != nil {
		return nil, err
	}
	codes, err := a.i.ConfirmKey(ctx, s, n, string(args.Answer), a.who.Site(ctx))
	if errors.Is(err, errKey) {
		return nil, jmap.Fail(wrongKey, "%s", errs.Text(err))
	}
	return RecoveryAnswer{append([]string{}, codes...)}, err
}

// factorRename is Factor/rename.
func (a api) factorRename(ctx context.Context, call *jmap.Call) (any, error) {
	var args renameArgs
	s, n, err := a.one(ctx, call, &args, &args.ID, factorID)
	if err != nil {
		return nil, err
	}
	return struct{}{}, a.i.RenameFactor(ctx, s, n, args.Name)
}

// deviceGet is Device/get.
func (a api) deviceGet(ctx context.Context, call *jmap.Call) (any, error) {
	var args ownArgs
	s, err := a.open(ctx, call, &args)
	if err != nil {
		return nil, err
	}
	list, err := a.i.Devices(ctx, s)
	out := []DeviceObject{}
	for _, d := range list {
		out = append(out, DeviceObject{id.Text(deviceID, d.ID), d.Agent, d.Peer, date(d.First), date(d.Seen), d.Current})
	}
	return map[string]any{"accountId": args.AccountID, "list": out}, err
}

// deviceForget is Device/forget.
func (a api) deviceForget(ctx context.Context, call *jmap.Call) (any, error) {
	var args oneArgs
	s, n, err := a.one(ctx, call, &args, &args.ID, deviceID)
	if err != nil {
		return nil, err
	}
	return struct{}{}, a.i.ForgetDevice(ctx, s, n)
}
