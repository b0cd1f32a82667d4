package identity

import (
	"context"
	"fmt"
	"hash/fnv"
	"strconv"
	"time"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/wire/jmap"
)

// UnlockURN names the capability of letting people in again. Only who may
// unlock somewhere is offered it; each verb asks again.
const UnlockURN = "urn:chancery:params:jmap:unlock"

// unitID begins the ids of units.
const unitID = 'u'

// UnlockCapability is empty: what may be done stands with each account.
type UnlockCapability struct{}

// LockedAccountObject is an account that waits to be opened.
type LockedAccountObject struct {
	ID       jmap.ID       `json:"id"` // of the account
	Email    string        `json:"email"`
	Name     string        `json:"name"`
	UnitID   *jmap.ID      `json:"unitId"`
	Reasons  []string      `json:"reasons" ts:"list"` // administrator, left, disowned, first, age; empty: not locked
	Since    *jmap.UTCDate `json:"since"`
	LockedBy *string       `json:"lockedBy"` // null: nobody, or at the machine itself
	AskedAt  *jmap.UTCDate `json:"askedAt"`  // null: the person did not ask
	Note     string        `json:"note"`
	Peer     string        `json:"peer"`

	NeedsPassword bool `json:"needsPassword"` // only a new password opens it
	MayPassword   bool `json:"mayPassword"`   // whether they can be given one here
}

// UnlockAnswer brings the one-time password, this once; null without one.
type UnlockAnswer struct {
	Password *string `json:"password"`
}

type unlockArgs struct {
	oneArgs
	NewPassword   bool `json:"newPassword"`
	ForgetFactors bool `json:"forgetFactors"`
}

func (a api) unlock() jmap.Capability {
	return jmap.Capability{
		URN: UnlockURN,
		Offer: func(ctx context.Context) (any, bool, error) {
			who, err := a.who.Subject(ctx)
			if err != nil {
				return nil, false, err
			}
			admin, err := a.i.dir.Administers(ctx, who)
			return UnlockCapability{}, err == nil && admin.Anywhere(policy.DutyUnlock) && who.Assurance != policy.ByProgram, err
		},
		Methods: map[string]jmap.Method{
			"LockedAccount/get": a.lockedGet, "LockedAccount/unlock": a.lockedUnlock, "LockedAccount/dismiss": a.lockedDismiss,
		},
	}
}

// lockedGet is LockedAccount/get: the queue.
func (a api) lockedGet(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.GetArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	if err := args.Check(call.Limits); err != nil {
		return nil, err
	}
	who, err := a.who.Subject(ctx)
	if err != nil {
		return nil, err
	}
	if args.AccountID != id.Text(accountID, who.Account) {
		return nil, jmap.Fail(jmap.AccountNotSupported, "Administration belongs to a person's own account.")
	}
	queue, err := a.i.Queue(ctx, who)
	if err != nil {
		return nil, err
	}
	objects := make([]LockedAccountObject, len(queue))
	state := fnv.New64a()
	for n, w := range queue {
		objects[n] = a.lockedObject(ctx, w)
		fmt.Fprint(state, w.Account.ID, w.Reasons, w.Since.UnixMilli(), w.Asked.UnixMilli())
	}
	return jmap.Get(args, strconv.FormatUint(state.Sum64(), 36), objects, func(o LockedAccountObject) jmap.ID { return o.ID })
}

func (a api) lockedObject(ctx context.Context, w Waiting) LockedAccountObject {
	o := LockedAccountObject{ID: id.Text(accountID, w.Account.ID), Email: w.Account.Address, Name: w.Account.Name, Reasons: append([]string{}, w.Reasons...),
		Since: maybeUTC(w.Since), AskedAt: maybeUTC(w.Asked), Note: w.Note, Peer: w.Peer, NeedsPassword: w.Secret, MayPassword: !w.Holds}
	if w.Account.Unit != 0 {
		unit := id.Text(unitID, w.Account.Unit)
		o.UnitID = &unit
	}
	if w.By != 0 {
		if by, err := a.i.dir.Account(ctx, w.Account.Org, w.By); err == nil { // who left since is not named
			o.LockedBy = &by.Name
		}
	}
	return o
}

func maybeUTC(t time.Time) *jmap.UTCDate {
	if t.IsZero() {
		return nil
	}
	return &jmap.UTCDate{Time: t}
}

// queued reads a call about an account of the queue.
func (a api) queued(ctx context.Context, call *jmap.Call, args interface{ account() jmap.ID }, text *jmap.ID) (policy.Subject, int64, error) {
	who, err := a.open(ctx, call, args)
	if err != nil {
		return who, 0, err
	}
	n, ok := id.Parse(accountID, *text)
	if !ok {
		err = errs.E(errs.NotFound, "There is no account %s.", *text)
	}
	return who, n, err
}

// lockedUnlock is LockedAccount/unlock.
func (a api) lockedUnlock(ctx context.Context, call *jmap.Call) (any, error) {
	var args unlockArgs
	who, n, err := a.queued(ctx, call, &args, &args.ID)
	if err != nil {
		return nil, err
	}
	password, err := a.i.Unlock(ctx, who, n, Unlocked{args.NewPassword, args.ForgetFactors})
	if err != nil {
		return nil, named(err)
	}
	out := UnlockAnswer{}
	if password != "" {
		out.Password = &password
	}
	return out, nil
}

// lockedDismiss is LockedAccount/dismiss.
func (a api) lockedDismiss(ctx context.Context, call *jmap.Call) (any, error) {
	var args oneArgs
	who, n, err := a.queued(ctx, call, &args, &args.ID)
	if err != nil {
		return nil, err
	}
	return struct{}{}, named(a.i.DismissAsk(ctx, who, n))
}

// named gives a refusal the word by which clients say it in their language.
func named(err error) error {
	if why, ok := err.(refusal); ok {
		return jmap.Fail(why.reason, "%s", errs.Text(err))
	}
	return err
}
