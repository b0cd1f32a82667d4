package feed

import (
	"context"
	"encoding/json"
	"time"

	"chancery/store"
)

func insertFeed(ctx context.Context, tx *store.Tx, f Feed, settings string) error {
	_, err := tx.Exec(ctx, "INSERT INTO feed (org_id, id, name, kind, unit_id, settings, secret, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		f.Org, f.ID, f.Name, f.Kind, f.Unit, settings, f.secret, f.Made.UnixMilli())
	return err
}

const feedColumns = "SELECT id, name, kind, unit_id, settings, secret, made_at FROM feed WHERE org_id = $1 "

func scanFeed(org int64, f *Feed, scan func(...any) error) error {
	f.Org = org
	var settings string
	var made int64
	if err := scan(&f.ID, &f.Name, &f.Kind, &f.Unit, &settings, &f.secret, &made); err != nil {
		return err
	}
	f.Made = time.UnixMilli(made).UTC()
	return json.Unmarshal([]byte(settings), f)
}

func selectFeeds(ctx context.Context, tx *store.Tx, org int64) (list []Feed, err error) {
	err = tx.Query(ctx, feedColumns+"ORDER BY name", []any{org}, func(scan func(...any) error) error {
		var f Feed
		err := scanFeed(org, &f, scan)
		list = append(list, f)
		return err
	})
	return list, err
}

func selectFeed(ctx context.Context, tx *store.Tx, org, id int64) (f Feed, err error) {
	err = scanFeed(org, &f, func(dest ...any) error { return tx.Row(ctx, feedColumns+"AND id = $2", []any{org, id}, dest...) })
	return f, err
}

func deleteFeed(ctx context.Context, tx *store.Tx, org, id int64) error {
	for _, q := range []string{
		"DELETE FROM feed_step WHERE org_id = $1 AND run_id IN (SELECT id FROM feed_run WHERE org_id = $1 AND feed_id = $2)",
		"DELETE FROM feed_refusal WHERE org_id = $1 AND run_id IN (SELECT id FROM feed_run WHERE org_id = $1 AND feed_id = $2)",
		"DELETE FROM feed_run WHERE org_id = $1 AND feed_id = $2", "DELETE FROM feed_event WHERE org_id = $1 AND feed_id = $2",
		"DELETE FROM feed_pull WHERE org_id = $1 AND feed_id = $2", "DELETE FROM feed WHERE org_id = $1 AND id = $2",
	} {
		if _, err := tx.Exec(ctx, q, org, id); err != nil {
			return err
		}
	}
	return nil
}

func bumpState(ctx context.Context, tx *store.Tx, org int64) error {
	_, err := tx.Exec(ctx, "INSERT INTO feed_state (org_id, modseq) VALUES ($1, 1) ON CONFLICT (org_id) DO UPDATE SET modseq = feed_state.modseq + 1", org)
	return err
}

func selectState(ctx context.Context, tx *store.Tx, org int64) (n int64, err error) {
	err = tx.Row(ctx, "SELECT modseq FROM feed_state WHERE org_id = $1", []any{org}, &n)
	_, err = store.Found(err)
	return n, err
}

// countKept returns how many people a feed keeps: sources are "name:key", and
// ';' is what follows ':'.
func countKept(ctx context.Context, tx *store.Tx, f Feed) (n int, err error) {
	err = tx.Row(ctx, "SELECT COUNT(*) FROM person WHERE org_id = $1 AND source >= $2 AND source < $3", []any{f.Org, f.prefix(), f.Name + ";"}, &n)
	return n, err
}

const runColumns = "SELECT id, feed_id, kind, undoes, state, made_at, made_by, ended_at, steps, done, refused, skipped, leaving, kept, problem FROM feed_run WHERE org_id = $1 "

func scanRun(org int64, r *Run, scan func(...any) error) error {
	r.Org = org
	var made, ended int64
	err := scan(&r.ID, &r.Feed, &r.Kind, &r.Undoes, &r.State, &made, &r.By, &ended, &r.Steps, &r.Done, &r.Refused, &r.Skipped, &r.Leaving, &r.Kept, &r.Problem)
	r.Made = time.UnixMilli(made).UTC()
	if ended != 0 {
		r.Ended = time.UnixMilli(ended).UTC()
	}
	return err
}

func putRun(ctx context.Context, tx *store.Tx, r Run) error {
	ended := int64(0)
	if !r.Ended.IsZero() {
		ended = r.Ended.UnixMilli()
	}
	_, err := tx.Exec(ctx, `INSERT INTO feed_run (org_id, id, feed_id, kind, undoes, state, made_at, made_by, ended_at, steps, done, refused, skipped, leaving, kept, problem)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
		ON CONFLICT (org_id, id) DO UPDATE SET state = $6, ended_at = $9, steps = $10, done = $11, leaving = $14, problem = $16`,
		r.Org, r.ID, r.Feed, r.Kind, r.Undoes, string(r.State), r.Made.UnixMilli(), r.By, ended, r.Steps, r.Done, r.Refused, r.Skipped, r.Leaving, r.Kept, r.Problem)
	return err
}

func selectRun(ctx context.Context, tx *store.Tx, org, id int64) (r Run, err error) {
	err = scanRun(org, &r, func(dest ...any) error { return tx.Row(ctx, runColumns+"AND id = $2", []any{org, id}, dest...) })
	return r, err
}

// selectRuns returns runs, the newest first; of all feeds where feed is 0.
func selectRuns(ctx context.Context, tx *store.Tx, org, feed int64, limit int) (list []Run, err error) {
	query, args := runColumns+"ORDER BY id DESC LIMIT $2", []any{org, limit}
	if feed != 0 {
		query, args = runColumns+"AND feed_id = $3 ORDER BY id DESC LIMIT $2", append(args, feed)
	}
	err = tx.Query(ctx, query, args, func(scan func(...any) error) error {
		var r Run
		err := scanRun(org, &r, scan)
		list = append(list, r)
		return err
	})
	return list, err
}

// selectLive returns the newest run of a feed that tells by itself.
func selectLive(ctx context.Context, tx *store.Tx, f Feed) (r Run, err error) {
	err = scanRun(f.Org, &r, func(dest ...any) error {
		return tx.Row(ctx, runColumns+"AND feed_id = $2 AND kind = 'live' ORDER BY id DESC LIMIT 1", []any{f.Org, f.ID}, dest...)
	})
	return r, err
}

// deleteOldRuns keeps the newest runs of a feed, and any that is not over.
func deleteOldRuns(ctx context.Context, tx *store.Tx, f Feed, keep int) error {
	var last int64
	err := tx.Row(ctx, "SELECT id FROM feed_run WHERE org_id = $1 AND feed_id = $2 ORDER BY id DESC LIMIT 1 OFFSET $3", []any{f.Org, f.ID, keep}, &last)
	if found, err := store.Found(err); !found {
		return err
	}
	const old = "(SELECT id FROM feed_run WHERE org_id = $1 AND feed_id = $2 AND id <= $3 AND state <> 'running')"
	for _, q := range []string{"DELETE FROM feed_step WHERE org_id = $1 AND run_id IN " + old, "DELETE FROM feed_refusal WHERE org_id = $1 AND run_id IN " + old,
		"DELETE FROM feed_run WHERE org_id = $1 AND feed_id = $2 AND id <= $3 AND state <> 'running'"} {
		if _, err := tx.Exec(ctx, q, f.Org, f.ID, last); err != nil {
			return err
		}
	}
	return nil
}

func insertStep(ctx context.Context, tx *store.Tx, org, run int64, s Step) error {
	_, err := tx.Exec(ctx, `INSERT INTO feed_step (org_id, run_id, num, kind, object_id, source_key, place, name, old_value, new_value)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, org, run, s.Num, string(s.Kind), s.Object, s.Key, s.Place, s.Name, s.Before, s.After)
	return err
}

func selectSteps(ctx context.Context, tx *store.Tx, org, run int64, after, limit int) (list []Step, err error) {
	err = tx.Query(ctx, `SELECT num, kind, object_id, source_key, place, name, old_value, new_value FROM feed_step
		WHERE org_id = $1 AND run_id = $2 AND num > $3 ORDER BY num LIMIT $4`, []any{org, run, after, limit}, func(scan func(...any) error) error {
		var s Step
		err := scan(&s.Num, &s.Kind, &s.Object, &s.Key, &s.Place, &s.Name, &s.Before, &s.After)
		list = append(list, s)
		return err
	})
	return list, err
}

func insertRefusal(ctx context.Context, tx *store.Tx, org, run int64, num int, r Refusal) error {
	_, err := tx.Exec(ctx, `INSERT INTO feed_refusal (org_id, run_id, num, skipped, place, source_key, name, rule, reason)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, org, run, num, r.Skipped, clip(r.Place, MaxNote), clip(r.Key, MaxKey), clip(r.Name, MaxNote), r.Rule, clip(r.Reason, MaxNote))
	return err
}

func selectRefusals(ctx context.Context, tx *store.Tx, org, run int64, after, limit int) (list []Refusal, err error) {
	err = tx.Query(ctx, `SELECT skipped, place, source_key, name, rule, reason FROM feed_refusal
		WHERE org_id = $1 AND run_id = $2 AND num > $3 ORDER BY num LIMIT $4`, []any{org, run, after, limit}, func(scan func(...any) error) error {
		var r Refusal
		err := scan(&r.Skipped, &r.Place, &r.Key, &r.Name, &r.Rule, &r.Reason)
		list = append(list, r)
		return err
	})
	return list, err
}

// insertEvent notes a message of a personnel system, and forgets those that
// are too old to come again; fresh is false for one that was taken before.
func insertEvent(ctx context.Context, tx *store.Tx, f Feed, event string, now, old int64) (fresh bool, err error) {
	if _, err := tx.Exec(ctx, "DELETE FROM feed_event WHERE org_id = $1 AND feed_id = $2 AND taken_at < $3", f.Org, f.ID, old); err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, "INSERT INTO feed_event (org_id, feed_id, event, taken_at) VALUES ($1, $2, $3, $4) ON CONFLICT (org_id, feed_id, event) DO NOTHING", f.Org, f.ID, event, now)
	return n == 1, err
}
