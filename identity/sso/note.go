package sso

import (
	"context"
	"time"

	"chancery/audit"
	"chancery/policy"
	"chancery/store"
)

// Note writes an act into the record, before and after; either may be nil.
func Note(ctx context.Context, tx *store.Tx, now time.Time, by policy.Subject, verb, object string, before, after any) error {
	e, err := audit.By(by, verb, object, nil).Change(before, after)
	if err != nil {
		return err
	}
	return audit.Append(ctx, tx, now, e)
}
