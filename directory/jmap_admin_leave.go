package directory

import (
	"context"
	"errors"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/wire/jmap"
)

type leaveArgs struct {
	AccountID jmap.ID `json:"accountId"`
	ID        jmap.ID `json:"id"`
	Successor *string `json:"successor"` // address; null = the mailbox is kept for nobody
}

// personLeave is Person/leave: somebody leaves, and another takes the mailbox over.
func (a api) personLeave(ctx context.Context, call *jmap.Call) (any, error) {
	var args leaveArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	who, _, err := a.administrator(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	n, ok := id.Parse(personID, args.ID)
	if !ok {
		return nil, jmap.Fail(jmap.NotFound, "There is no person %s.", args.ID)
	}
	successor := int64(0)
	if args.Successor != nil {
		acc, _, err := a.d.Resolve(ctx, *args.Successor)
		if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Invalid) || err == nil && acc.Org != who.Org {
			return nil, jmap.Fail("badSuccessor", "%s", errs.Text(errSuccessor))
		}
		if err != nil {
			return nil, err
		}
		successor = acc.ID
	}
	return struct{}{}, leaveError(a.d.Leave(ctx, who, n, successor))
}

// leaveError gives what is refused a name of its own.
func leaveError(err error) error {
	for _, x := range []struct {
		err  error
		name string
	}{{errOwnHandover, "ownHandover"}, {errSuccessor, "badSuccessor"}, {errHoldsRole, "holdsRole"}, {errOwnLock, "ownLock"}} {
		if errors.Is(err, x.err) {
			return jmap.Fail(x.name, "%s", errs.Text(err))
		}
	}
	return err
}
