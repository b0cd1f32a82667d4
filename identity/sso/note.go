package sso

import (
	"context"
	"time"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// Administrators says what an administrator may do.
type Administrators interface {
	// Administers reads the roles of a subject.
	Administers(ctx context.Context, s policy.Subject) (directory.Administers, error)
}

// May refuses who may not say which systems people sign on to, or sign in by,
// and notes the refusal as an act of that name. Whoever works at the machine
// itself may.
func May(ctx context.Context, db *store.Store, dir Administrators, now time.Time, by policy.Subject, verb, object string) error {
	if by.Account == 0 {
		return nil
	}
	admin, err := dir.Administers(ctx, by)
	if err != nil {
		return err
	}
	var refused error
	switch {
	case by.Assurance == policy.ByProgram:
		refused = errs.E(errs.Forbidden, "An app password cannot administer. Please sign in with the web client.")
	case !admin.May(policy.DutySystem, 0):
		refused = errs.E(errs.Forbidden, "Your role does not allow to register systems.")
	default:
		return nil
	}
	err = db.Write(ctx, func(tx *store.Tx) error { return audit.Append(ctx, tx, now, audit.By(by, verb, object, refused)) })
	if err != nil {
		return err
	}
	return refused
}

// Note writes an act into the record, before and after; either may be nil.
func Note(ctx context.Context, tx *store.Tx, now time.Time, by policy.Subject, verb, object string, before, after any) error {
	e, err := audit.By(by, verb, object, nil).Change(before, after)
	if err != nil {
		return err
	}
	return audit.Append(ctx, tx, now, e)
}
