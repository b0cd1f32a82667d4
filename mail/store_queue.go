package mail

import (
	"context"
	"encoding/json"

	"chancery/store"
	wire "chancery/wire/smtp"
)

// queueRow is a letter on its way to one recipient.
type queueRow struct {
	org, id             int64
	domain              string
	nextAt              int64
	account, submission int64
	sender, rcpt        string
	notify              wire.Notify
	orcpt, ret, envid   string
	utf8                bool
	blob                Blob
	queuedAt, attempts  int64
	warned              bool
	lastReply           string
	review              int64 // the case that it waits for; 0 = none
}

const queueColumns = "org_id, id, domain, next_at, account_id, submission_id, sender, rcpt, notify, orcpt, ret, envid, utf8, level, hash, size, queued_at, attempts, warned, last_reply, case_id"

func insertQueueRow(ctx context.Context, tx *store.Tx, q queueRow) error {
	_, err := tx.Exec(ctx, "INSERT INTO mail_queue ("+queueColumns+`, lease, lease_until)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, '', 0)`,
		q.org, q.id, q.domain, q.nextAt, q.account, q.submission, q.sender, q.rcpt, int(q.notify), q.orcpt, q.ret, q.envid, q.utf8,
		q.blob.Scope.Level, q.blob.Hash[:], q.blob.Size, q.queuedAt, q.attempts, q.warned, q.lastReply, q.review)
	return err
}

func scanQueueRow(scan func(...any) error) (q queueRow, err error) {
	var hash []byte
	var notify int
	err = scan(&q.org, &q.id, &q.domain, &q.nextAt, &q.account, &q.submission, &q.sender, &q.rcpt, &notify, &q.orcpt, &q.ret, &q.envid, &q.utf8,
		&q.blob.Scope.Level, &hash, &q.blob.Size, &q.queuedAt, &q.attempts, &q.warned, &q.lastReply, &q.review)
	q.blob.Scope.Org, q.notify = q.org, wire.Notify(notify)
	copy(q.blob.Hash[:], hash)
	return q, err
}

// selectDueDomains lists where something can go now, and when the next thing
// can go anywhere (0 for never). It walks the index from domain to domain, so
// that a long queue to one of them costs nothing.
func selectDueDomains(ctx context.Context, tx *store.Tx, now int64, max int) (domains []string, next int64, err error) {
	err = tx.Query(ctx, `WITH RECURSIVE d(domain) AS (
		SELECT MIN(domain) FROM mail_queue
		UNION ALL SELECT (SELECT MIN(q.domain) FROM mail_queue q WHERE q.domain > d.domain) FROM d WHERE d.domain IS NOT NULL)
		SELECT d.domain FROM d WHERE d.domain IS NOT NULL
		AND EXISTS (SELECT 1 FROM mail_queue q WHERE q.domain = d.domain AND q.next_at <= $1 AND q.lease_until <= $1) LIMIT $2`, []any{now, max}, func(scan func(...any) error) error {
		var d string
		err := scan(&d)
		domains = append(domains, d)
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	err = tx.Row(ctx, "SELECT COALESCE(MIN(next_at), 0) FROM mail_queue WHERE next_at > $1", []any{now}, &next)
	return domains, next, err
}

// claimDue takes rows of a domain in hand for a process until a moment.
func claimDue(ctx context.Context, tx *store.Tx, domain, lease string, now, until int64, max int) (rows []queueRow, err error) {
	err = tx.Query(ctx, "SELECT "+queueColumns+" FROM mail_queue WHERE domain = $1 AND next_at <= $2 AND lease_until <= $2 ORDER BY next_at, id LIMIT $3", []any{domain, now, max}, func(scan func(...any) error) error {
		q, err := scanQueueRow(scan)
		rows = append(rows, q)
		return err
	})
	if err != nil {
		return nil, err
	}
	claimed := rows[:0]
	for _, q := range rows {
		// Another process may have been faster on an engine with several writers.
		n, err := tx.Exec(ctx, "UPDATE mail_queue SET lease = $3, lease_until = $4 WHERE org_id = $1 AND id = $2 AND lease_until <= $5", q.org, q.id, lease, until, now)
		if err != nil {
			return nil, err
		}
		if n == 1 {
			claimed = append(claimed, q)
		}
	}
	return claimed, nil
}

// releaseLeases gives back what an earlier run of this process had in hand.
func releaseLeases(ctx context.Context, tx *store.Tx, lease string) error {
	_, err := tx.Exec(ctx, "UPDATE mail_queue SET lease = '', lease_until = 0 WHERE lease = $1", lease)
	return err
}

// postponeRow notes a failed try.
func postponeRow(ctx context.Context, tx *store.Tx, q queueRow) error {
	_, err := tx.Exec(ctx, "UPDATE mail_queue SET next_at = $3, attempts = $4, warned = $5, last_reply = $6, lease = '', lease_until = 0 WHERE org_id = $1 AND id = $2",
		q.org, q.id, q.nextAt, q.attempts, q.warned, q.lastReply)
	return err
}

// deleteQueueRow removes a row; false when it is gone already (canceled).
func deleteQueueRow(ctx context.Context, tx *store.Tx, org, id int64) (bool, error) {
	n, err := tx.Exec(ctx, "DELETE FROM mail_queue WHERE org_id = $1 AND id = $2", org, id)
	return n == 1, err
}

// selectSubmissionRows returns what is still queued of a submission.
func selectSubmissionRows(ctx context.Context, tx *store.Tx, account, submission int64) (rows []queueRow, leased bool, err error) {
	err = tx.Query(ctx, "SELECT "+queueColumns+", lease FROM mail_queue WHERE account_id = $1 AND submission_id = $2", []any{account, submission}, func(scan func(...any) error) error {
		var lease string
		q, err := scanQueueRow(func(dest ...any) error { return scan(append(dest, &lease)...) })
		rows = append(rows, q)
		leased = leased || lease != ""
		return err
	})
	return rows, leased, err
}

func countQueue(ctx context.Context, tx *store.Tx) (n int64, err error) {
	err = tx.Row(ctx, "SELECT COUNT(*) FROM mail_queue", nil, &n)
	return n, err
}

// identityData is the JSON of an identity's row.
type identityData struct {
	Name    string           `json:"n,omitempty"`
	ReplyTo []IdentityTarget `json:"r,omitempty"`
	Bcc     []IdentityTarget `json:"b,omitempty"`
	Text    string           `json:"t,omitempty"`
	HTML    string           `json:"h,omitempty"`
}

func insertIdentity(ctx context.Context, tx *store.Tx, account int64, i Identity) error {
	data, err := json.Marshal(i.data())
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO mail_identity (account_id, id, email, data, fixed, created, modseq, gone) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		account, i.ID, i.Email, string(data), i.Fixed, i.Created, i.Modseq, i.Gone)
	return err
}

func updateIdentity(ctx context.Context, tx *store.Tx, account int64, i Identity) error {
	data, err := json.Marshal(i.data())
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE mail_identity SET data = $3, modseq = $4, gone = $5 WHERE account_id = $1 AND id = $2",
		account, i.ID, string(data), i.Modseq, i.Gone)
	return err
}

func selectIdentities(ctx context.Context, tx *store.Tx, account int64) (list []Identity, err error) {
	err = tx.Query(ctx, "SELECT id, email, data, fixed, created, modseq, gone FROM mail_identity WHERE account_id = $1 ORDER BY id", []any{account}, func(scan func(...any) error) error {
		var i Identity
		var data string
		if err := scan(&i.ID, &i.Email, &data, &i.Fixed, &i.Created, &i.Modseq, &i.Gone); err != nil {
			return err
		}
		var d identityData
		if err := json.Unmarshal([]byte(data), &d); err != nil {
			return err
		}
		i.Name, i.ReplyTo, i.Bcc, i.TextSignature, i.HTMLSignature = d.Name, d.ReplyTo, d.Bcc, d.Text, d.HTML
		list = append(list, i)
		return nil
	})
	return list, err
}

const submissionColumns = "id, identity_id, message_id, thread_id, envelope, send_at, undo, status, created, modseq, gone"

func insertSubmission(ctx context.Context, tx *store.Tx, account int64, s Submission) error {
	envelope, err := json.Marshal(s.Envelope)
	if err != nil {
		return err
	}
	status, err := json.Marshal(s.Status)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO mail_submission (account_id, "+submissionColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
		account, s.ID, s.Identity, s.Message, s.Thread, string(envelope), s.SendAt.UnixMilli(), s.Undo, string(status), s.Created, s.Modseq, s.Gone)
	return err
}

func updateSubmission(ctx context.Context, tx *store.Tx, account int64, s Submission) error {
	status, err := json.Marshal(s.Status)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE mail_submission SET undo = $3, status = $4, modseq = $5, gone = $6 WHERE account_id = $1 AND id = $2",
		account, s.ID, s.Undo, string(status), s.Modseq, s.Gone)
	return err
}

func scanSubmission(scan func(...any) error) (s Submission, err error) {
	var envelope, status string
	var sendAt int64
	if err := scan(&s.ID, &s.Identity, &s.Message, &s.Thread, &envelope, &sendAt, &s.Undo, &status, &s.Created, &s.Modseq, &s.Gone); err != nil {
		return s, err
	}
	s.SendAt = millis(sendAt)
	if err := json.Unmarshal([]byte(envelope), &s.Envelope); err != nil {
		return s, err
	}
	return s, json.Unmarshal([]byte(status), &s.Status)
}

func selectSubmission(ctx context.Context, tx *store.Tx, account, id int64) (Submission, error) {
	return scanSubmission(func(dest ...any) error {
		return tx.Row(ctx, "SELECT "+submissionColumns+" FROM mail_submission WHERE account_id = $1 AND id = $2", []any{account, id}, dest...)
	})
}

func selectSubmissions(ctx context.Context, tx *store.Tx, account, since int64) (list []Submission, err error) {
	err = tx.Query(ctx, "SELECT "+submissionColumns+" FROM mail_submission WHERE account_id = $1 AND modseq > $2 ORDER BY id", []any{account, since}, func(scan func(...any) error) error {
		s, err := scanSubmission(scan)
		list = append(list, s)
		return err
	})
	return list, err
}

// releaseAllLeases gives back what any process had in hand.
func releaseAllLeases(ctx context.Context, tx *store.Tx) error {
	_, err := tx.Exec(ctx, "UPDATE mail_queue SET lease = '', lease_until = 0 WHERE lease_until > 0")
	return err
}

// renewLease keeps a row in hand for longer.
func renewLease(ctx context.Context, tx *store.Tx, org, id int64, lease string, until int64) error {
	_, err := tx.Exec(ctx, "UPDATE mail_queue SET lease_until = $4 WHERE org_id = $1 AND id = $2 AND lease = $3", org, id, lease, until)
	return err
}
