package feed

import (
	"context"

	"chancery/store"
)

// pull is when the directory of a feed is asked, and how that went.
type pull struct {
	org, feed          int64
	next, lease, asked int64
	failed             int
	problem            string
	waiting            int64
	digest             []byte
}

func putSettings(ctx context.Context, tx *store.Tx, f Feed, settings string) error {
	_, err := tx.Exec(ctx, "UPDATE feed SET settings = $3 WHERE org_id = $1 AND id = $2", f.Org, f.ID, settings)
	return err
}

const pullColumns = "SELECT org_id, feed_id, next_at, lease_until, asked_at, failed, problem, waiting_run, digest FROM feed_pull "

func scanPull(p *pull) []any {
	return []any{&p.org, &p.feed, &p.next, &p.lease, &p.asked, &p.failed, &p.problem, &p.waiting, &p.digest}
}

// selectPull returns how it went; all zero where a feed was never asked.
func selectPull(ctx context.Context, tx *store.Tx, org, feed int64) (p pull, err error) {
	err = tx.Row(ctx, pullColumns+"WHERE org_id = $1 AND feed_id = $2", []any{org, feed}, scanPull(&p)...)
	_, err = store.Found(err)
	p.org, p.feed = org, feed
	return p, err
}

func putPull(ctx context.Context, tx *store.Tx, p pull) error {
	if p.digest == nil {
		p.digest = []byte{}
	}
	_, err := tx.Exec(ctx, `INSERT INTO feed_pull (org_id, feed_id, next_at, lease_until, asked_at, failed, problem, waiting_run, digest)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (org_id, feed_id) DO UPDATE SET next_at = $3, lease_until = $4, asked_at = $5, failed = $6, problem = $7, waiting_run = $8, digest = $9`,
		p.org, p.feed, p.next, p.lease, p.asked, p.failed, p.problem, p.waiting, p.digest)
	return err
}

// setNext says when a feed is asked next; force asks anew even where a run
// about the same answer waits.
func setNext(ctx context.Context, tx *store.Tx, f Feed, next int64, force bool) error {
	p, err := selectPull(ctx, tx, f.Org, f.ID)
	if err != nil {
		return err
	}
	if p.next = next; force {
		p.digest = nil
	}
	return putPull(ctx, tx, p)
}

// selectDue returns the feeds that are to be asked and that no server asks.
func selectDue(ctx context.Context, tx *store.Tx, now int64) (list []pull, err error) {
	err = tx.Query(ctx, pullColumns+"WHERE next_at > 0 AND next_at <= $1 AND lease_until <= $1 ORDER BY next_at LIMIT 100", []any{now}, func(scan func(...any) error) error {
		var p pull
		err := scan(scanPull(&p)...)
		list = append(list, p)
		return err
	})
	return list, err
}

// claimPull takes a feed for one server, which has until the end of the lease.
func claimPull(ctx context.Context, tx *store.Tx, p pull, now, until int64) (bool, error) {
	n, err := tx.Exec(ctx, "UPDATE feed_pull SET lease_until = $4 WHERE org_id = $1 AND feed_id = $2 AND next_at > 0 AND next_at <= $3 AND lease_until <= $3", p.org, p.feed, now, until)
	return n == 1, err
}

// deletePlanned forgets a run that was planned and never begun.
func deletePlanned(ctx context.Context, tx *store.Tx, org, run int64) error {
	const it = "(SELECT id FROM feed_run WHERE org_id = $1 AND id = $2 AND state = 'planned' AND done = 0)"
	for _, q := range []string{"DELETE FROM feed_step WHERE org_id = $1 AND run_id IN " + it, "DELETE FROM feed_refusal WHERE org_id = $1 AND run_id IN " + it,
		"DELETE FROM feed_run WHERE org_id = $1 AND id = $2 AND state = 'planned' AND done = 0"} {
		if _, err := tx.Exec(ctx, q, org, run); err != nil {
			return err
		}
	}
	return nil
}
