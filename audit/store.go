package audit

import (
	"context"
	"time"

	"chancery/store"
)

// takeHead locks the end of an organisation's chain and counts it on.
func takeHead(ctx context.Context, tx *store.Tx, org int64) (seq int64, prev []byte, err error) {
	if _, err := tx.Exec(ctx, "INSERT INTO audit_head (org_id, seq, hash) VALUES ($1, 0, $2) ON CONFLICT (org_id) DO NOTHING", org, []byte{}); err != nil {
		return 0, nil, err
	}
	err = tx.Row(ctx, "UPDATE audit_head SET seq = seq + 1 WHERE org_id = $1 RETURNING seq, hash", []any{org}, &seq, &prev)
	return seq, prev, err
}

func insertEntry(ctx context.Context, tx *store.Tx, e Entry, hash []byte) error {
	if _, err := tx.Exec(ctx, "UPDATE audit_head SET hash = $2 WHERE org_id = $1", e.Org, hash); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO audit (org_id, seq, at, account_id, address, peer, door, verb, object, result, old_value, new_value, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		e.Org, e.Seq, e.At.UnixMilli(), e.Account, e.Address, e.Peer, e.Door, e.Verb, e.Object, e.Result, e.Before, e.After, hash)
	return err
}

const columns = "SELECT seq, at, account_id, address, peer, door, verb, object, result, old_value, new_value, hash FROM audit WHERE org_id = $1 "

func selectEntries(ctx context.Context, tx *store.Tx, org int64, limit int, each func(Entry, []byte) error) error {
	return tx.Query(ctx, columns+"ORDER BY seq DESC LIMIT $2", []any{org, limit}, scanInto(org, each))
}

func selectOfAccount(ctx context.Context, tx *store.Tx, org, account int64, verb string, limit int, each func(Entry, []byte) error) error {
	return tx.Query(ctx, columns+"AND account_id = $2 AND verb = $3 ORDER BY seq DESC LIMIT $4", []any{org, account, verb, limit}, scanInto(org, each))
}

func selectChain(ctx context.Context, tx *store.Tx, org int64, each func(Entry, []byte) error) error {
	return tx.Query(ctx, columns+"ORDER BY seq", []any{org}, scanInto(org, each))
}

func scanInto(org int64, each func(Entry, []byte) error) func(func(...any) error) error {
	return func(scan func(...any) error) error {
		e := Entry{Org: org}
		var at int64
		var hash []byte
		if err := scan(&e.Seq, &at, &e.Account, &e.Address, &e.Peer, &e.Door, &e.Verb, &e.Object, &e.Result, &e.Before, &e.After, &hash); err != nil {
			return err
		}
		e.At = time.UnixMilli(at).UTC()
		return each(e, hash)
	}
}
