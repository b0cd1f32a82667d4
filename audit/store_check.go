package audit

import (
	"context"
	"time"

	"chancery/store"
)

func putCheck(ctx context.Context, tx *store.Tx, org int64, c Checked) error {
	_, err := tx.Exec(ctx, `INSERT INTO audit_check (org_id, at, entries, broken, fault, signed) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (org_id) DO UPDATE SET at = $2, entries = $3, broken = $4, fault = $5, signed = $6`, org, c.At.UnixMilli(), c.Entries, c.Broken, c.Fault, c.Signed)
	return err
}

func selectCheck(ctx context.Context, tx *store.Tx, org int64) (c Checked, err error) {
	var at int64
	err = tx.Row(ctx, "SELECT at, entries, broken, fault, signed FROM audit_check WHERE org_id = $1", []any{org}, &at, &c.Entries, &c.Broken, &c.Fault, &c.Signed)
	found, err := store.Found(err)
	if found {
		c.At = time.UnixMilli(at).UTC()
	}
	return c, err
}

func insertKey(ctx context.Context, tx *store.Tx, org int64, verifier string, sealed []byte) error {
	_, err := tx.Exec(ctx, "INSERT INTO audit_key (org_id, verifier, sealed) VALUES ($1, $2, $3) ON CONFLICT (org_id) DO NOTHING", org, verifier, sealed)
	return err
}

func selectKey(ctx context.Context, tx *store.Tx, org int64) (verifier string, sealed []byte, err error) {
	err = tx.Row(ctx, "SELECT verifier, sealed FROM audit_key WHERE org_id = $1", []any{org}, &verifier, &sealed)
	_, err = store.Found(err)
	return verifier, sealed, err
}

func putCheckpoint(ctx context.Context, tx *store.Tx, org int64, c Checkpoint) error {
	_, err := tx.Exec(ctx, "INSERT INTO audit_checkpoint (org_id, size, at, note) VALUES ($1, $2, $3, $4) ON CONFLICT (org_id, size) DO NOTHING", org, c.Size, c.At.UnixMilli(), c.Note)
	return err
}

// selectSigned returns how many entries the newest checkpoint vouches for.
func selectSigned(ctx context.Context, tx *store.Tx, org int64) (size int64, err error) {
	err = tx.Row(ctx, "SELECT coalesce(max(size), 0) FROM audit_checkpoint WHERE org_id = $1", []any{org}, &size)
	return size, err
}

// selectCheckpoints returns the checkpoints of so many entries or more.
func selectCheckpoints(ctx context.Context, tx *store.Tx, org, from int64, each func(Checkpoint) error) error {
	return tx.Query(ctx, "SELECT size, at, note FROM audit_checkpoint WHERE org_id = $1 AND size >= $2 ORDER BY size", []any{org, from}, func(scan func(...any) error) error {
		var c Checkpoint
		var at int64
		if err := scan(&c.Size, &at, &c.Note); err != nil {
			return err
		}
		c.At = time.UnixMilli(at).UTC()
		return each(c)
	})
}

func deleteCheckpoints(ctx context.Context, tx *store.Tx, org int64, sizes []int64) error {
	for _, size := range sizes {
		if _, err := tx.Exec(ctx, "DELETE FROM audit_checkpoint WHERE org_id = $1 AND size = $2", org, size); err != nil {
			return err
		}
	}
	return nil
}
