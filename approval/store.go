package approval

import (
	"context"
	"encoding/json"
	"time"

	"chancery/policy"
	"chancery/store"
)

const caseColumns = "c.org_id, c.id, c.kind, c.state, c.asker, c.due, c.closed, c.modseq, c.data"

func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func stamp(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func scanCase(scan func(...any) error) (c Case, err error) {
	var data, state string
	var due, closed int64
	if err = scan(&c.Org, &c.ID, &c.Kind, &state, &c.Asker, &due, &closed, &c.Modseq, &data); err != nil {
		return c, err
	}
	c.State, c.Due, c.Closed = State(state), moment(due), moment(closed)
	return c, json.Unmarshal([]byte(data), &c)
}

// takeModseq counts a change, which locks the organisation's cases.
func takeModseq(ctx context.Context, tx *store.Tx, org int64) (n int64, err error) {
	err = tx.Row(ctx, `INSERT INTO approval_org (org_id, modseq) VALUES ($1, 1)
		ON CONFLICT (org_id) DO UPDATE SET modseq = approval_org.modseq + 1 RETURNING modseq`, []any{org}, &n)
	return n, err
}

// putCase writes a case as it stands, and who is asked.
func putCase(ctx context.Context, tx *store.Tx, c *Case) (err error) {
	if c.Modseq, err = takeModseq(ctx, tx, c.Org); err != nil {
		return err
	}
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO approval_case (org_id, id, kind, state, asker, due, closed, modseq, data) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (org_id, id) DO UPDATE SET state = excluded.state, due = excluded.due, closed = excluded.closed, modseq = excluded.modseq, data = excluded.data`,
		c.Org, c.ID, c.Kind, string(c.State), c.Asker, stamp(c.Due), stamp(c.Closed), c.Modseq, string(data))
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE approval_seat SET open = $3 WHERE org_id = $1 AND case_id = $2", c.Org, c.ID, false); err != nil {
		return err
	}
	for _, s := range c.Open() {
		_, err := tx.Exec(ctx, `INSERT INTO approval_seat (org_id, case_id, account_id, duty, open) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (org_id, case_id, account_id, duty) DO UPDATE SET open = excluded.open`, c.Org, c.ID, s.Account, int64(s.Duty), true)
		if err != nil {
			return err
		}
	}
	return putVoters(ctx, tx, c)
}

// putVoters lets those find a case who spoke in another's place.
func putVoters(ctx context.Context, tx *store.Tx, c *Case) error {
	for _, v := range c.Votes {
		if v.By == 0 || v.By == v.Seat.Account {
			continue
		}
		_, err := tx.Exec(ctx, `INSERT INTO approval_seat (org_id, case_id, account_id, duty, open) VALUES ($1, $2, $3, 0, $4)
			ON CONFLICT (org_id, case_id, account_id, duty) DO NOTHING`, c.Org, c.ID, v.By, false)
		if err != nil {
			return err
		}
	}
	return nil
}

func selectCase(ctx context.Context, tx *store.Tx, org, id int64) (Case, error) {
	return scanCase(func(into ...any) error {
		return tx.Row(ctx, "SELECT "+caseColumns+" FROM approval_case c WHERE c.org_id = $1 AND c.id = $2", []any{org, id}, into...)
	})
}

// selectOpenSeats lists in whose places decisions are waited for.
func selectOpenSeats(ctx context.Context, tx *store.Tx, org int64) (list []Seat, err error) {
	err = tx.Query(ctx, "SELECT DISTINCT account_id, duty FROM approval_seat WHERE org_id = $1 AND open = $2", []any{org, true}, func(scan func(...any) error) error {
		var account, duty int64
		err := scan(&account, &duty)
		list = append(list, Seat{account, policy.Duty(duty)})
		return err
	})
	return list, err
}

func collect(ctx context.Context, tx *store.Tx, query string, args ...any) (list []Case, err error) {
	err = tx.Query(ctx, query, args, func(scan func(...any) error) error {
		c, err := scanCase(scan)
		list = append(list, c)
		return err
	})
	return list, err
}

// selectAtSeat returns the cases that wait for a seat, the earliest deadline first.
func selectAtSeat(ctx context.Context, tx *store.Tx, org int64, s Seat, limit int) ([]Case, error) {
	return collect(ctx, tx, "SELECT "+caseColumns+` FROM approval_seat s JOIN approval_case c ON c.org_id = s.org_id AND c.id = s.case_id
		WHERE s.org_id = $1 AND s.open = $2 AND s.account_id = $3 AND s.duty = $4
		ORDER BY CASE WHEN c.due = 0 THEN 1 ELSE 0 END, c.due, c.id LIMIT $5`, org, true, s.Account, int64(s.Duty), limit)
}

// selectSat returns the cases in which an account was asked and that were closed since.
func selectSat(ctx context.Context, tx *store.Tx, org, account, since int64, limit int) ([]Case, error) {
	return collect(ctx, tx, "SELECT "+caseColumns+` FROM approval_seat s JOIN approval_case c ON c.org_id = s.org_id AND c.id = s.case_id
		WHERE s.org_id = $1 AND s.open = $2 AND s.account_id = $3 AND s.duty = 0 AND c.closed > $4 ORDER BY c.closed DESC, c.id DESC LIMIT $5`, org, false, account, since, limit)
}

// selectAsked returns what an account asked for that is open or was closed since.
func selectAsked(ctx context.Context, tx *store.Tx, org, account, since int64, limit int) ([]Case, error) {
	return collect(ctx, tx, "SELECT "+caseColumns+` FROM approval_case c WHERE c.org_id = $1 AND c.asker = $2 AND (c.closed = 0 OR c.closed > $3)
		ORDER BY c.id DESC LIMIT $4`, org, account, since, limit)
}

// selectLate returns the cases whose step in hand is late, of all organisations.
func selectLate(ctx context.Context, tx *store.Tx, now int64, limit int) ([]Case, error) {
	return collect(ctx, tx, "SELECT "+caseColumns+" FROM approval_case c WHERE c.due > 0 AND c.due <= $1 ORDER BY c.due LIMIT $2", now, limit)
}

// selectNextDue returns when the next step is late; 0 for never.
func selectNextDue(ctx context.Context, tx *store.Tx) (due int64, err error) {
	err = tx.Row(ctx, "SELECT COALESCE(MIN(due), 0) FROM approval_case WHERE due > 0", nil, &due)
	return due, err
}
