package application

import (
	"context"

	"chancery/store"
)

// States of an application.
const (
	unproved = 0
	waiting  = 1
)

// row is an application as it is kept.
type row struct {
	org, id, unit, made   int64
	state                 int
	link, contact, sealed []byte
}

func insertApplication(ctx context.Context, tx *store.Tx, org int64, r row, papers [][]byte) error {
	_, err := tx.Exec(ctx, "INSERT INTO application (org_id, id, unit_id, state, made_at, link, contact, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		org, r.id, r.unit, unproved, r.made, r.link, r.contact, r.sealed)
	for n, p := range papers {
		if err == nil {
			_, err = tx.Exec(ctx, "INSERT INTO application_paper (org_id, application_id, num, sealed) VALUES ($1, $2, $3, $4)", org, r.id, n, p)
		}
	}
	return err
}

// countApplications returns how many there are, and how many with a contact.
func countApplications(ctx context.Context, tx *store.Tx, org int64, contact []byte) (all, same int, err error) {
	if err = tx.Row(ctx, "SELECT COUNT(*) FROM application WHERE org_id = $1", []any{org}, &all); err == nil {
		err = tx.Row(ctx, "SELECT COUNT(*) FROM application WHERE org_id = $1 AND contact = $2", []any{org, contact}, &same)
	}
	return all, same, err
}

// proveApplication moves the application of a link on, and returns it.
func proveApplication(ctx context.Context, tx *store.Tx, org int64, link []byte, since int64) (id int64, err error) {
	err = tx.Row(ctx, "SELECT id FROM application WHERE org_id = $1 AND link = $2 AND state = $3 AND made_at >= $4", []any{org, link, unproved, since}, &id)
	if err == nil {
		_, err = tx.Exec(ctx, "UPDATE application SET state = $3, link = $4 WHERE org_id = $1 AND id = $2", org, id, waiting, []byte{})
	}
	return id, err
}

const columns = "SELECT org_id, id, unit_id, state, made_at, sealed FROM application "

func selectApplications(ctx context.Context, tx *store.Tx, where string, args ...any) (list []row, err error) {
	err = tx.Query(ctx, columns+where, args, func(scan func(...any) error) error {
		var r row
		err := scan(&r.org, &r.id, &r.unit, &r.state, &r.made, &r.sealed)
		list = append(list, r)
		return err
	})
	return list, err
}

// selectWaiting returns those that wait for an officer, the oldest first.
func selectWaiting(ctx context.Context, tx *store.Tx, org int64) ([]row, error) {
	return selectApplications(ctx, tx, "WHERE org_id = $1 AND state = $2 ORDER BY made_at, id", org, waiting)
}

func selectApplication(ctx context.Context, tx *store.Tx, org, id int64) (r row, err error) {
	list, err := selectApplications(ctx, tx, "WHERE org_id = $1 AND id = $2 AND state = $3", org, id, waiting)
	if err == nil && len(list) == 0 {
		err = store.ErrNoRows
	}
	if err != nil {
		return r, err
	}
	return list[0], nil
}

// selectOld returns those of all organisations that are to be forgotten.
func selectOld(ctx context.Context, tx *store.Tx, unprovedBefore, waitingBefore int64) ([]row, error) {
	return selectApplications(ctx, tx, "WHERE state = $1 AND made_at < $2 OR state = $3 AND made_at < $4 ORDER BY made_at LIMIT 200", unproved, unprovedBefore, waiting, waitingBefore)
}

func selectPaper(ctx context.Context, tx *store.Tx, org, application int64, num int) (sealed []byte, err error) {
	err = tx.Row(ctx, "SELECT sealed FROM application_paper WHERE org_id = $1 AND application_id = $2 AND num = $3", []any{org, application, num}, &sealed)
	return sealed, err
}

// deleteApplication forgets one with its papers.
func deleteApplication(ctx context.Context, tx *store.Tx, org, id int64) (bool, error) {
	if _, err := tx.Exec(ctx, "DELETE FROM application_paper WHERE org_id = $1 AND application_id = $2", org, id); err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, "DELETE FROM application WHERE org_id = $1 AND id = $2", org, id)
	return n == 1, err
}

// selectUntoldOrgs returns the organisations with applications that officers
// were not written to about.
func selectUntoldOrgs(ctx context.Context, tx *store.Tx) (orgs []int64, err error) {
	err = tx.Query(ctx, "SELECT DISTINCT org_id FROM application WHERE state = $1 AND told_at = 0", []any{waiting}, func(scan func(...any) error) error {
		var org int64
		err := scan(&org)
		orgs = append(orgs, org)
		return err
	})
	return orgs, err
}

func selectUntold(ctx context.Context, tx *store.Tx, org int64) ([]row, error) {
	return selectApplications(ctx, tx, "WHERE org_id = $1 AND state = $2 AND told_at = 0", org, waiting)
}

// lastTold is when officers were written to about what still waits.
func lastTold(ctx context.Context, tx *store.Tx, org int64) (at int64, err error) {
	err = tx.Row(ctx, "SELECT COALESCE(MAX(told_at), 0) FROM application WHERE org_id = $1", []any{org}, &at)
	return at, err
}

// markTold notes that officers are written to; false when there is nothing to
// be told of any more.
func markTold(ctx context.Context, tx *store.Tx, org, now int64) (bool, error) {
	n, err := tx.Exec(ctx, "UPDATE application SET told_at = $3 WHERE org_id = $1 AND state = $2 AND told_at = 0", org, waiting, now)
	return n > 0, err
}

// countTry counts a try of a network within an hour, unless it has had as many
// as it may, or too many networks are counted already.
func countTry(ctx context.Context, tx *store.Tx, network string, hour int64, most, networks int) (bool, error) {
	if err := deleteTries(ctx, tx, hour); err != nil {
		return false, err
	}
	var n int
	if err := tx.Row(ctx, "SELECT count(*) FROM application_pace WHERE org_id = 0 AND network <> $1", []any{network}, &n); err != nil || n >= networks {
		return false, err
	}
	changed, err := tx.Exec(ctx, `INSERT INTO application_pace (org_id, network, hour, tries) VALUES (0, $1, $2, 1)
		ON CONFLICT (org_id, network, hour) DO UPDATE SET tries = application_pace.tries + 1 WHERE application_pace.tries < $3`, network, hour, most)
	return changed == 1, err
}

// deleteTries forgets who tried before an hour.
func deleteTries(ctx context.Context, tx *store.Tx, hour int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM application_pace WHERE org_id = 0 AND hour < $1", hour)
	return err
}
