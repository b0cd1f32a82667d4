package audit

import (
	"context"
	"time"

	"chancery/store"
)

// takeHead locks the end of an organisation's record and counts it on.
func takeHead(ctx context.Context, tx *store.Tx, org int64) (seq int64, edge []byte, err error) {
	if _, err := tx.Exec(ctx, "INSERT INTO audit_head (org_id, seq, hash) VALUES ($1, 0, $2) ON CONFLICT (org_id) DO NOTHING", org, []byte{}); err != nil {
		return 0, nil, err
	}
	err = tx.Row(ctx, "UPDATE audit_head SET seq = seq + 1 WHERE org_id = $1 RETURNING seq, edge", []any{org}, &seq, &edge)
	return seq, edge, err
}

func putHead(ctx context.Context, tx *store.Tx, org int64, root, edge []byte) error {
	_, err := tx.Exec(ctx, "UPDATE audit_head SET hash = $2, edge = $3 WHERE org_id = $1", org, root, edge)
	return err
}

// selectHead returns how long an organisation's record is, and its root.
func selectHead(ctx context.Context, tx *store.Tx, org int64) (seq int64, root []byte, err error) {
	err = tx.Row(ctx, "SELECT seq, hash FROM audit_head WHERE org_id = $1", []any{org}, &seq, &root)
	if _, err = store.Found(err); err != nil {
		return 0, nil, err
	}
	return seq, root, nil
}

// selectEdge returns the end of a record as it was written last, the edge empty
// where that was as a chain.
func selectEdge(ctx context.Context, tx *store.Tx, org int64) (seq int64, edge, head []byte, err error) {
	err = tx.Row(ctx, "SELECT seq, edge, hash FROM audit_head WHERE org_id = $1", []any{org}, &seq, &edge, &head)
	return seq, edge, head, err
}

func setLeaf(ctx context.Context, tx *store.Tx, org, seq int64, leaf []byte) error {
	_, err := tx.Exec(ctx, "UPDATE audit SET hash = $3 WHERE org_id = $1 AND seq = $2", org, seq, leaf)
	return err
}

func selectRecorded(ctx context.Context, tx *store.Tx) (orgs []int64, err error) {
	err = tx.Query(ctx, "SELECT org_id FROM audit_head ORDER BY org_id", nil, func(scan func(...any) error) error {
		var org int64
		err := scan(&org)
		orgs = append(orgs, org)
		return err
	})
	return orgs, err
}

func insertEntry(ctx context.Context, tx *store.Tx, e Entry, leaf []byte) error {
	_, err := tx.Exec(ctx, `INSERT INTO audit (org_id, seq, at, account_id, address, peer, door, verb, object, result, old_value, new_value, post, zone, rule, machine, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		e.Org, e.Seq, e.At.UnixMilli(), e.Account, e.Address, e.Peer, e.Door, e.Verb, e.Object, e.Result, e.Before, e.After, e.Post, e.Zone, e.Rule, e.Machine, leaf)
	return err
}

const entryColumns = "SELECT seq, at, account_id, address, peer, door, verb, object, result, old_value, new_value, post, zone, rule, machine, hash FROM audit WHERE "

const columns = entryColumns + "org_id = $1 "

func selectEntries(ctx context.Context, tx *store.Tx, org int64, limit int, each func(Entry, []byte) error) error {
	return tx.Query(ctx, columns+"ORDER BY seq DESC LIMIT $2", []any{org, limit}, scanInto(org, each))
}

func selectOfAccount(ctx context.Context, tx *store.Tx, org, account int64, verb string, limit int, each func(Entry, []byte) error) error {
	return tx.Query(ctx, columns+"AND account_id = $2 AND verb = $3 ORDER BY seq DESC LIMIT $4", []any{org, account, verb, limit}, scanInto(org, each))
}

func selectAll(ctx context.Context, tx *store.Tx, org int64, each func(Entry, []byte) error) error {
	return tx.Query(ctx, columns+"ORDER BY seq", []any{org}, scanInto(org, each))
}

func scanInto(org int64, each func(Entry, []byte) error) func(func(...any) error) error {
	return func(scan func(...any) error) error {
		e := Entry{Org: org}
		var at int64
		var hash []byte
		if err := scan(&e.Seq, &at, &e.Account, &e.Address, &e.Peer, &e.Door, &e.Verb, &e.Object, &e.Result, &e.Before, &e.After, &e.Post, &e.Zone, &e.Rule, &e.Machine, &hash); err != nil {
			return err
		}
		e.At = time.UnixMilli(at).UTC()
		return each(e, hash)
	}
}
