package main

import (
	"context"
	"time"

	"chancery/store"
)

// putBack has the steps in hand of all cases be late earlier.
func putBack(ctx context.Context, tx *store.Tx, by time.Duration) error {
	_, err := tx.Exec(ctx, "UPDATE approval_case SET due = due - $1 WHERE due > 0", by.Milliseconds())
	return err
}
