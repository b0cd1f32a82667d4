package sms

import (
	"context"

	"chancery/store"
)

// addBook keeps a mask, if there is none yet.
func addBook(ctx context.Context, tx *store.Tx, mask []byte) error {
	_, err := tx.Exec(ctx, "INSERT INTO sms_book (org_id, mask, taken) VALUES (0, $1, 0) ON CONFLICT (org_id) DO NOTHING", mask)
	return err
}

func selectMask(ctx context.Context, tx *store.Tx) (mask []byte, err error) {
	err = tx.Row(ctx, "SELECT mask FROM sms_book WHERE org_id = 0", nil, &mask)
	return mask, err
}

// holdBook lets one server at a time count.
func holdBook(ctx context.Context, tx *store.Tx) error {
	_, err := tx.Exec(ctx, "UPDATE sms_book SET taken = taken + 1 WHERE org_id = 0")
	return err
}

func deleteLeft(ctx context.Context, tx *store.Tx, before int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM sms_left WHERE org_id = 0 AND at <= $1", before)
	return err
}

// countLeft returns how many left under a key, and when the first and last did.
func countLeft(ctx context.Context, tx *store.Tx, key []byte) (n int, first, last int64, err error) {
	err = tx.Row(ctx, "SELECT count(*), coalesce(min(at), 0), coalesce(max(at), 0) FROM sms_left WHERE org_id = 0 AND key = $1", []any{key}, &n, &first, &last)
	return n, first, last, err
}

func insertLeft(ctx context.Context, tx *store.Tx, key []byte, at, id int64) error {
	_, err := tx.Exec(ctx, "INSERT INTO sms_left (org_id, key, at, id) VALUES (0, $1, $2, $3)", key, at, id)
	return err
}
