package sso

import (
	"context"

	"chancery/store"
)

// insert keeps a step. It removes what is over first, and the oldest from the
// same network when there are more than it may have.
func (s Steps) insert(ctx context.Context, tx *store.Tx, org int64, hash []byte, stage, kept, peer string, now, ends int64) error {
	for _, q := range []struct {
		query string
		args  []any
	}{
		{"DELETE FROM " + s.Table + " WHERE org_id = $1 AND ends_at < $2", []any{org, now}},
		{"DELETE FROM " + s.Table + " WHERE org_id = $1 AND peer = $2 AND ends_at <= (SELECT ends_at FROM " + s.Table +
			" WHERE org_id = $1 AND peer = $2 ORDER BY ends_at DESC LIMIT 1 OFFSET $3)", []any{org, peer, s.Most - 1}},
		{"INSERT INTO " + s.Table + " (org_id, hash, stage, kept, peer, ends_at) VALUES ($1, $2, $3, $4, $5, $6)", []any{org, hash, stage, kept, peer, ends}},
	} {
		if _, err := tx.Exec(ctx, q.query, q.args...); err != nil {
			return err
		}
	}
	return nil
}

// take removes a step and returns what was kept of it: it is good once.
func (s Steps) take(ctx context.Context, tx *store.Tx, org int64, hash []byte, stage string, now int64) (kept string, err error) {
	if err = tx.Row(ctx, "SELECT kept FROM "+s.Table+" WHERE org_id = $1 AND hash = $2 AND stage = $3 AND ends_at >= $4", []any{org, hash, stage, now}, &kept); err != nil {
		return "", err
	}
	n, err := tx.Exec(ctx, "DELETE FROM "+s.Table+" WHERE org_id = $1 AND hash = $2", org, hash)
	if err == nil && n == 0 {
		err = store.ErrNoRows
	}
	return kept, err
}
