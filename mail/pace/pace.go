// Package pace counts what accounts send, so that whoever got hold of one
// cannot send to the whole world with it before anybody looks.
//
// Owns: the count of letters and recipients by account and hour.
//
// Does not own: whose letters count, and who is told (mail).
//
// Verbs: Count.
//
// Where to start: [Count].
package pace

import (
	"context"
	"embed"
	"time"

	"chancery/kit/errs"
	"chancery/store"
)

//go:embed schema/*.sql
var schema embed.FS

// Limits are what an account may send; 0 is no limit.
type Limits struct {
	Letters    int64 // within an hour of the clock
	Recipients int64 // within the last day, by its hours
}

// Migrate brings the table up to date.
func Migrate(ctx context.Context, db *store.Store) error {
	return db.Migrate(ctx, "mail/pace", schema)
}

// Count adds a letter to what an account sent, in the caller's transaction.
// RateLimited where that is more than it may; nothing is counted then, and the
// transaction can go on.
func Count(ctx context.Context, tx *store.Tx, account int64, recipients int, now time.Time, most Limits) error {
	if most == (Limits{}) {
		return nil
	}
	hour := now.Unix() / 3600
	if err := lockHour(ctx, tx, account, hour); err != nil {
		return err
	}
	letters, day, err := sent(ctx, tx, account, hour)
	if err != nil {
		return err
	}
	next := time.Unix((hour+1)*3600, 0).UTC().Format("15:04")
	switch {
	case most.Letters > 0 && letters >= most.Letters:
		return errs.E(errs.RateLimited, "%d letters can be sent within an hour. Please go on after %s UTC.", most.Letters, next)
	case most.Recipients > 0 && day+int64(recipients) > most.Recipients:
		return errs.E(errs.RateLimited, "Letters can go to %d recipients within a day, of which %d are left.", most.Recipients, max(most.Recipients-day, 0))
	}
	return addSent(ctx, tx, account, hour, recipients)
}
