package application

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
	accountID     = 'a'
	unitID        = 'u'
	applicationID = 'q'
)

type api struct {
	d   *Desk
	who func(context.Context) (policy.Subject, error)
}

// Capabilities returns what officers are offered. Who returns the person that
// a context belongs to.
func (d *Desk) Capabilities(who func(context.Context) (policy.Subject, error)) []jmap.Capability {
	a := api{d, who}
	return []jmap.Capability{{
		URN:     directory.ApplicationsURN,
		Offer:   a.offer,
		Methods: map[string]jmap.Method{"Application/get": a.get, "Application/approve": a.approve, "Application/refuse": a.refuse},
	}}
}

// offer names the capability to officers, where applications are taken.
func (a api) offer(ctx context.Context) (any, bool, error) {
	who, err := a.who(ctx)
	if err != nil || !a.d.conf.Open || who.Assurance == policy.ByProgram {
		return nil, false, err
	}
	admin, err := a.d.dir.Administers(ctx, who)
	return struct{}{}, err == nil && admin.Anywhere(need), err
}

// caller returns who asks, where the account is their own.
func (a api) caller(ctx context.Context, account jmap.ID) (policy.Subject, error) {
	who, err := a.who(ctx)
	if err == nil && id.Text(accountID, who.Account) != account {
		err = jmap.Fail(jmap.AccountNotSupported, "Administration belongs to a person's own account.")
	}
	return who, err
}

// get is Application/get: what waits for the person.
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
	list, err := a.d.List(ctx, who)
	if err != nil {
		return nil, err
	}
	objects := make([]directory.ApplicationObject, len(list))
	state := fnv.New64a()
	for n, x := range list {
		objects[n] = object(x)
		fmt.Fprint(state, x.ID, " ")
	}
	return jmap.Get(args, strconv.FormatUint(state.Sum64(), 36), objects, func(o directory.ApplicationObject) jmap.ID { return o.ID })
}

func object(a Application) directory.ApplicationObject {
	o := directory.ApplicationObject{ID: id.Text(applicationID, a.ID), Made: jmap.UTCDate{Time: a.Made}, Name: a.Name, Number: a.Number, Agency: a.Agency,
		Title: a.Title, Phone: a.Phone, Contact: a.Contact, Address: a.Address, Note: a.Note, Papers: []directory.ApplicationPaper{}}
	if a.Unit != 0 {
		unit := id.Text(unitID, a.Unit)
		o.UnitID = &unit
	}
	for n, p := range a.Papers {
		o.Papers = append(o.Papers, directory.ApplicationPaper{Name: p.Name, Type: p.Type, Size: p.Size, URL: fmt.Sprintf("/apply/paper/%s/%d", o.ID, n)})
	}
	return o
}

type approveArgs struct {
	AccountID jmap.ID  `json:"accountId"`
	ID        jmap.ID  `json:"id"`
	Name      string   `json:"name"`
	Email     string   `json:"email"`
	UnitID    *jmap.ID `json:"unitId"` // null = none
	Title     string   `json:"title"`
}

// approve is Application/approve.
func (a api) approve(ctx context.Context, call *jmap.Call) (any, error) {
	var args approveArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	who, n, err := a.one(ctx, args.AccountID, args.ID)
	if err != nil {
		return nil, err
	}
	unit := int64(0)
	if args.UnitID != nil {
		var ok bool
		if unit, ok = id.Parse(unitID, *args.UnitID); !ok {
			return nil, jmap.Fail(jmap.InvalidArguments, "There is no unit %s.", *args.UnitID)
		}
	}
	address, password, err := a.d.Approve(ctx, who, n, Opening{Name: args.Name, Address: args.Email, Unit: unit, Title: args.Title})
	if errs.Is(err, errs.Exists) {
		return nil, jmap.Fail("alreadyExists", "%s", errs.Text(err))
	}
	if err != nil {
		return nil, err
	}
	out := directory.ApplicationAnswer{Email: address}
	if password != "" {
		out.Password = &password
	}
	return out, nil
}

type refuseArgs struct {
	AccountID jmap.ID `json:"accountId"`
	ID        jmap.ID `json:"id"`
	Reason    string  `json:"reason"`
}

// refuse is Application/refuse.
func (a api) refuse(ctx context.Context, call *jmap.Call) (any, error) {
	var args refuseArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	who, n, err := a.one(ctx, args.AccountID, args.ID)
	if err != nil {
		return nil, err
	}
	return struct{}{}, a.d.Refuse(ctx, who, n, args.Reason)
}

func (a api) one(ctx context.Context, account, application jmap.ID) (policy.Subject, int64, error) {
	who, err := a.caller(ctx, account)
	if err != nil {
		return who, 0, err
	}
	n, ok := id.Parse(applicationID, application)
	if !ok {
		return who, 0, jmap.Fail(jmap.NotFound, "There is no application %s.", application)
	}
	return who, n, nil
}
