package mail

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"chancery/store"
)

// laterRow is what is to happen to a message at a time.
type laterRow struct {
	message, thread int64
	kind            int
	until, mailbox  int64
	origin          []int64
	keywords        map[string]bool
	unanswered      bool
}

const laterColumns = "message_id, kind, thread_id, until_at, mailbox_id, origin, keywords, unanswered"

func scanLater(scan func(...any) error) (row laterRow, err error) {
	var origin, keywords string
	if err := scan(&row.message, &row.kind, &row.thread, &row.until, &row.mailbox, &origin, &keywords, &row.unanswered); err != nil {
		return row, err
	}
	for part := range strings.SplitSeq(origin, ",") {
		if box, err := strconv.ParseInt(part, 10, 64); err == nil {
			row.origin = append(row.origin, box)
		}
	}
	return row, json.Unmarshal([]byte(keywords), &row.keywords)
}

func putLater(ctx context.Context, tx *store.Tx, account int64, row laterRow) error {
	keywords, err := json.Marshal(row.keywords)
	if err != nil {
		return err
	}
	origin := make([]string, len(row.origin))
	for i, box := range row.origin {
		origin[i] = strconv.FormatInt(box, 10)
	}
	_, err = tx.Exec(ctx, `INSERT INTO mail_later (account_id, message_id, kind, thread_id, until_at, mailbox_id, origin, keywords, unanswered)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (account_id, message_id, kind) DO UPDATE SET thread_id = $4, until_at = $5, mailbox_id = $6, origin = $7, keywords = $8, unanswered = $9`,
		account, row.message, row.kind, row.thread, row.until, row.mailbox, strings.Join(origin, ","), string(keywords), row.unanswered)
	return err
}

func selectLaterOne(ctx context.Context, tx *store.Tx, account, message int64, kind int) (laterRow, error) {
	return scanLater(func(dest ...any) error {
		return tx.Row(ctx, "SELECT "+laterColumns+" FROM mail_later WHERE account_id = $1 AND message_id = $2 AND kind = $3", []any{account, message, kind}, dest...)
	})
}

// selectLater returns what waits for messages of a range of ids.
func selectLater(ctx context.Context, tx *store.Tx, account, first, last int64) ([]laterRow, error) {
	return laterRows(ctx, tx, "SELECT "+laterColumns+" FROM mail_later WHERE account_id = $1 AND message_id >= $2 AND message_id <= $3", account, first, last)
}

func selectDueLater(ctx context.Context, tx *store.Tx, account, now int64, max int) ([]laterRow, error) {
	return laterRows(ctx, tx, "SELECT "+laterColumns+" FROM mail_later WHERE account_id = $1 AND until_at <= $2 ORDER BY until_at, message_id LIMIT $3", account, now, max)
}

func laterRows(ctx context.Context, tx *store.Tx, query string, args ...any) (rows []laterRow, err error) {
	err = tx.Query(ctx, query, args, func(scan func(...any) error) error {
		row, err := scanLater(scan)
		rows = append(rows, row)
		return err
	})
	return rows, err
}

// selectLaterAccounts lists accounts with something due and when the next
// thing is (0 for never).
func selectLaterAccounts(ctx context.Context, tx *store.Tx, now int64, max int) (accounts []int64, next int64, err error) {
	err = tx.Query(ctx, "SELECT DISTINCT account_id FROM mail_later WHERE until_at <= $1 LIMIT $2", []any{now, max}, func(scan func(...any) error) error {
		var id int64
		err := scan(&id)
		accounts = append(accounts, id)
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	err = tx.Row(ctx, "SELECT COALESCE(MIN(until_at), 0) FROM mail_later WHERE until_at > $1", []any{now}, &next)
	return accounts, next, err
}

func deleteLater(ctx context.Context, tx *store.Tx, account, message int64, kind int) error {
	_, err := tx.Exec(ctx, "DELETE FROM mail_later WHERE account_id = $1 AND message_id = $2 AND kind = $3", account, message, kind)
	return err
}

// deleteAnswered ends the reminders of a thread that wait for an answer.
func deleteAnswered(ctx context.Context, tx *store.Tx, account, thread int64) (ids []int64, err error) {
	err = tx.Query(ctx, "DELETE FROM mail_later WHERE account_id = $1 AND thread_id = $2 AND kind = $3 AND unanswered RETURNING message_id", []any{account, thread, laterReminder}, func(scan func(...any) error) error {
		var id int64
		err := scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

// touchMessages marks messages as changed, so that clients ask for them again.
func touchMessages(ctx context.Context, tx *store.Tx, account int64, ids []int64, modseq int64) error {
	for _, id := range ids {
		if _, err := tx.Exec(ctx, "UPDATE message SET modseq = $3 WHERE account_id = $1 AND id = $2", account, id, modseq); err != nil {
			return err
		}
	}
	return nil
}

// selectHeld returns the submissions that are still held of messages of a
// range of ids.
func selectHeld(ctx context.Context, tx *store.Tx, account, first, last int64) (list []Submission, err error) {
	err = tx.Query(ctx, "SELECT "+submissionColumns+" FROM mail_submission WHERE account_id = $1 AND undo = $2 AND message_id >= $3 AND message_id <= $4", []any{account, UndoPending, first, last}, func(scan func(...any) error) error {
		s, err := scanSubmission(scan)
		if !s.Gone {
			list = append(list, s)
		}
		return err
	})
	return list, err
}

// moveQueueRows changes when what is held of a submission goes out.
func moveQueueRows(ctx context.Context, tx *store.Tx, account, submission, at int64) error {
	_, err := tx.Exec(ctx, "UPDATE mail_queue SET next_at = $3, queued_at = $3 WHERE account_id = $1 AND submission_id = $2 AND case_id = 0", account, submission, at)
	if err == nil { // what waits for review goes on at that time when it is released
		_, err = tx.Exec(ctx, "UPDATE mail_review SET send_at = $3 WHERE account_id = $1 AND submission_id = $2", account, submission, at)
	}
	return err
}

func updateSendAt(ctx context.Context, tx *store.Tx, account int64, s Submission) error {
	_, err := tx.Exec(ctx, "UPDATE mail_submission SET send_at = $3, modseq = $4 WHERE account_id = $1 AND id = $2", account, s.ID, s.SendAt.UnixMilli(), s.Modseq)
	return err
}
