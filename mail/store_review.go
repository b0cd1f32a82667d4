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

func selectHeld(ctx context.Context, tx *store.Tx, org, id int64) (held, error) {
	return scanHeld(func(into ...any) error {
		return tx.Row(ctx, "SELECT "+heldColumns+" FROM mail_review WHERE org_id = $1 AND id = $2", []any{org, id}, into...)
	})
}

// selectHeldByHash lists the letters that waited for review with these bytes.
func selectHeldByHash(ctx context.Context, tx *store.Tx, org int64, h store.Hash) (list []held, err error) {
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

// journalEntry is a letter that was kept.
type journalEntry struct {
	org, id, at, account int64
	sender               string
	secrecy              int16
	blob                 Blob
	journalData
}

// journalData is the JSON of a journal entry: the envelope and what finds it.
type journalData struct {
	Direction string   `json:"direction"`
	Rcpts     []string `json:"rcpts"`
	Subject   string   `json:"subject"`
	From      string   `json:"from"`
	MessageID string   `json:"messageId,omitempty"`
	Rules     []string `json:"rules"`
	Peer      string   `json:"peer,omitempty"` // network address of who sent it here
}

func insertJournal(ctx context.Context, tx *store.Tx, j *journalEntry) error {
	data, err := json.Marshal(j.journalData)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO mail_journal (org_id, id, at, account_id, sender, data, secrecy, level, hash, size)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		j.org, j.id, j.at, j.account, j.sender, string(data), j.secrecy, j.blob.Scope.Level, j.blob.Hash[:], j.blob.Size)
	return err
}

const journalColumns = "org_id, id, at, account_id, sender, data, secrecy, level, hash, size"

func scanJournal(scan func(...any) error) (j journalEntry, err error) {
	var data string
	var hash []byte
	if err = scan(&j.org, &j.id, &j.at, &j.account, &j.sender, &data, &j.secrecy, &j.blob.Scope.Level, &hash, &j.blob.Size); err != nil {
		return j, err
	}
	j.blob.Scope.Org = j.org
	copy(j.blob.Hash[:], hash)
	return j, json.Unmarshal([]byte(data), &j.journalData)
}

// selectJournal returns a page of the journal, newest first, from below a number
// (0 = from the newest), of letters up to a level.
func selectJournal(ctx context.Context, tx *store.Tx, org, below int64, ceiling int16, limit int) (list []journalEntry, err error) {
	if below == 0 {
		below = 1<<63 - 1
	}
	err = tx.Query(ctx, "SELECT "+journalColumns+" FROM mail_journal WHERE org_id = $1 AND id < $2 AND secrecy <= $3 ORDER BY id DESC LIMIT $4", []any{org, below, ceiling, limit}, func(scan func(...any) error) error {
		j, err := scanJournal(scan)
		list = append(list, j)
		return err
	})
	return list, err
}

func selectJournalByHash(ctx context.Context, tx *store.Tx, org int64, h store.Hash, ceiling int16) (journalEntry, error) {
	return scanJournal(func(into ...any) error {
		return tx.Row(ctx, "SELECT "+journalColumns+" FROM mail_journal WHERE org_id = $1 AND hash = $2 AND secrecy <= $3 ORDER BY id LIMIT 1", []any{org, h[:], ceiling}, into...)
	})
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
