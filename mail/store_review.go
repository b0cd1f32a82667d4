package mail

import (
	"context"
	"encoding/json"

	"chancery/mail/flow"
	"chancery/store"
)

// held is a letter that waits for review.
type held struct {
	org, id                      int64
	account, submission, message int64
	sender                       string
	sendAt                       int64
	blob                         Blob
	heldData
}

// heldData is the JSON of a held letter: what it takes to show it in a list.
type heldData struct {
	Subject string      `json:"subject"`
	From    string      `json:"from"`
	Rcpts   []string    `json:"rcpts"`
	Rules   []string    `json:"rules"` // names of those that hold it
	Found   []flow.Mark `json:"found,omitempty"`
	Appeal  []int64     `json:"appeal,omitempty"` // accounts that decide when the sender appeals
	Files   []string    `json:"files,omitempty"`
}

func insertHeld(ctx context.Context, tx *store.Tx, h *held) error {
	data, err := json.Marshal(h.heldData)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO mail_review (org_id, id, account_id, submission_id, message_id, sender, send_at, data, level, hash, size)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		h.org, h.id, h.account, h.submission, h.message, h.sender, h.sendAt, string(data), h.blob.Scope.Level, h.blob.Hash[:], h.blob.Size)
	return err
}

const heldColumns = "org_id, id, account_id, submission_id, message_id, sender, send_at, data, level, hash, size"

func scanHeld(scan func(...any) error) (h held, err error) {
	var data string
	var hash []byte
	if err = scan(&h.org, &h.id, &h.account, &h.submission, &h.message, &h.sender, &h.sendAt, &data, &h.blob.Scope.Level, &hash, &h.blob.Size); err != nil {
		return h, err
	}
	h.blob.Scope.Org = h.org
	copy(h.blob.Hash[:], hash)
	return h, json.Unmarshal([]byte(data), &h.heldData)
}

func selectReview(ctx context.Context, tx *store.Tx, org, id int64) (held, error) {
	return scanHeld(func(into ...any) error {
		return tx.Row(ctx, "SELECT "+heldColumns+" FROM mail_review WHERE org_id = $1 AND id = $2", []any{org, id}, into...)
	})
}

// selectReviewsByHash lists the letters that waited for review with these bytes.
func selectReviewsByHash(ctx context.Context, tx *store.Tx, org int64, h store.Hash) (list []held, err error) {
	err = tx.Query(ctx, "SELECT "+heldColumns+" FROM mail_review WHERE org_id = $1 AND hash = $2 ORDER BY id DESC LIMIT 20", []any{org, h[:]}, func(scan func(...any) error) error {
		one, err := scanHeld(scan)
		list = append(list, one)
		return err
	})
	return list, err
}

// selectCaseRows returns what waits in the queue for a case.
func selectCaseRows(ctx context.Context, tx *store.Tx, org, c int64) (rows []queueRow, err error) {
	err = tx.Query(ctx, "SELECT "+queueColumns+" FROM mail_queue WHERE org_id = $1 AND case_id = $2 ORDER BY id", []any{org, c}, func(scan func(...any) error) error {
		q, err := scanQueueRow(scan)
		rows = append(rows, q)
		return err
	})
	return rows, err
}

// releaseRows lets go what waited for a case.
func releaseRows(ctx context.Context, tx *store.Tx, org, c, at int64) error {
	_, err := tx.Exec(ctx, "UPDATE mail_queue SET case_id = 0, next_at = $3, queued_at = $3 WHERE org_id = $1 AND case_id = $2", org, c, at)
	return err
}

// lookRow is leave to look.
type lookRow struct {
	org, id, account, by, hours, until int64
	purpose                            string
}

const lookColumns = "org_id, id, account_id, by_id, hours, until, purpose"

func insertLook(ctx context.Context, tx *store.Tx, l lookRow) error {
	_, err := tx.Exec(ctx, "INSERT INTO mail_look ("+lookColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7)", l.org, l.id, l.account, l.by, l.hours, l.until, l.purpose)
	return err
}

func scanLook(scan func(...any) error) (l lookRow, err error) {
	return l, scan(&l.org, &l.id, &l.account, &l.by, &l.hours, &l.until, &l.purpose)
}

func selectLook(ctx context.Context, tx *store.Tx, org, id int64) (l lookRow, err error) {
	err = tx.Row(ctx, "SELECT "+lookColumns+" FROM mail_look WHERE org_id = $1 AND id = $2", []any{org, id}, &l.org, &l.id, &l.account, &l.by, &l.hours, &l.until, &l.purpose)
	return l, err
}

// selectLooks lists what somebody may look into now.
func selectLooks(ctx context.Context, tx *store.Tx, org, by, now int64) (list []lookRow, err error) {
	err = tx.Query(ctx, "SELECT "+lookColumns+" FROM mail_look WHERE org_id = $1 AND by_id = $2 AND until > $3 ORDER BY until DESC", []any{org, by, now}, func(scan func(...any) error) error {
		l, err := scanLook(scan)
		list = append(list, l)
		return err
	})
	return list, err
}

func setLookUntil(ctx context.Context, tx *store.Tx, org, id, until int64) error {
	_, err := tx.Exec(ctx, "UPDATE mail_look SET until = $3 WHERE org_id = $1 AND id = $2", org, id, until)
	return err
}
