package mail

import (
	"context"
	"encoding/json"
	"time"

	"chancery/store"
)

const vacationColumns = "account_id, enabled, from_at, to_at, subject, text_body, html_body, modseq, outside"

func scanVacation(scan func(...any) error) (account int64, v Vacation, err error) {
	var from, to int64
	var outside string
	err = scan(&account, &v.Enabled, &from, &to, &v.Subject, &v.Text, &v.HTML, &v.Modseq, &outside)
	v.From, v.To = moment(from), moment(to)
	if err == nil && outside != "" {
		err = json.Unmarshal([]byte(outside), &v.Outside)
	}
	return account, v, err
}

// moment reads a time that may be missing.
func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return millis(ms)
}

func momentMs(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func selectVacation(ctx context.Context, tx *store.Tx, account int64) (v Vacation, err error) {
	_, v, err = scanVacation(func(dest ...any) error {
		return tx.Row(ctx, "SELECT "+vacationColumns+" FROM mail_vacation WHERE account_id = $1", []any{account}, dest...)
	})
	return v, err
}

func selectVacations(ctx context.Context, tx *store.Tx) (all map[int64]Vacation, err error) {
	all = map[int64]Vacation{}
	err = tx.Query(ctx, "SELECT "+vacationColumns+" FROM mail_vacation WHERE enabled", nil, func(scan func(...any) error) error {
		account, v, err := scanVacation(scan)
		all[account] = v
		return err
	})
	return all, err
}

func putVacation(ctx context.Context, tx *store.Tx, account int64, v Vacation) error {
	outside, err := json.Marshal(v.Outside)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO mail_vacation (account_id, enabled, from_at, to_at, subject, text_body, html_body, modseq, outside)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (account_id) DO UPDATE SET enabled = $2, from_at = $3, to_at = $4, subject = $5, text_body = $6, html_body = $7, modseq = $8, outside = $9`,
		account, v.Enabled, momentMs(v.From), momentMs(v.To), v.Subject, v.Text, v.HTML, v.Modseq, string(outside))
	return err
}

// claimAnswer notes that a sender is answered now, unless that was done after
// since; it says whether this call did it.
func claimAnswer(ctx context.Context, tx *store.Tx, account int64, sender string, now, since int64) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO mail_vacation_sent (account_id, sender, sent_at) VALUES ($1, $2, $3)
		ON CONFLICT (account_id, sender) DO UPDATE SET sent_at = $3 WHERE mail_vacation_sent.sent_at <= $4`, account, sender, now, since)
	return n > 0, err
}

func forgetAnswers(ctx context.Context, tx *store.Tx, account int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM mail_vacation_sent WHERE account_id = $1", account)
	return err
}
