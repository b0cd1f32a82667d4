package mail

import (
	"context"
	"encoding/json"
	"time"

	"chancery/policy"
	"chancery/store"
)

// removalRow is a removal as it is stored.
type removalRow struct {
	org, id, by, at int64
	state           RemovalState
	ref             int64
	doneTo          int64 // accounts up to this one are done
	until           int64
	level           policy.Level
	removalData
}

// removalData is the JSON of a removal.
type removalData struct {
	MessageID string `json:"messageId"`
	From      string `json:"from"`
	Subject   string `json:"subject"`
	Reason    string `json:"reason"`
	Found     int    `json:"found"`
}

func (row removalRow) removal(out int) Removal {
	x := Removal{Case: row.id, By: row.by, At: millis(row.at), State: row.state, MessageID: row.MessageID, From: row.From, Subject: row.Subject, Level: row.level,
		Reason: row.Reason, Found: row.Found, Out: out}
	if row.until != 0 {
		x.Until = time.UnixMilli(row.until).UTC()
	}
	return x
}

const removalColumns = "org_id, id, by_id, at, state, ref, done_to, until, level, data"

func scanRemoval(scan func(...any) error) (row removalRow, err error) {
	var data string
	if err = scan(&row.org, &row.id, &row.by, &row.at, &row.state, &row.ref, &row.doneTo, &row.until, &row.level, &data); err != nil {
		return row, err
	}
	return row, json.Unmarshal([]byte(data), &row.removalData)
}

func insertRemoval(ctx context.Context, tx *store.Tx, row removalRow) error {
	data, err := json.Marshal(row.removalData)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO mail_removal ("+removalColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
		row.org, row.id, row.by, row.at, string(row.state), row.ref, row.doneTo, row.until, row.level, string(data))
	return err
}

func updateRemoval(ctx context.Context, tx *store.Tx, row removalRow) error {
	_, err := tx.Exec(ctx, "UPDATE mail_removal SET state = $3, done_to = $4, until = $5 WHERE org_id = $1 AND id = $2", row.org, row.id, string(row.state), row.doneTo, row.until)
	return err
}

func selectRemoval(ctx context.Context, tx *store.Tx, org, id int64) (removalRow, error) {
	return scanRemoval(func(into ...any) error {
		return tx.Row(ctx, "SELECT "+removalColumns+" FROM mail_removal WHERE org_id = $1 AND id = $2", []any{org, id}, into...)
	})
}

// selectRemovalDue returns a removal that has work to do.
func selectRemovalDue(ctx context.Context, tx *store.Tx, now int64) (removalRow, error) {
	return scanRemoval(func(into ...any) error {
		return tx.Row(ctx, "SELECT "+removalColumns+" FROM mail_removal WHERE state IN ('removing', 'restoring') OR state = 'removed' AND until <= $1 ORDER BY state, at LIMIT 1", []any{now}, into...)
	})
}

// maxRemovals is how many removals are listed.
const maxRemovals = 200

func selectRemovals(ctx context.Context, tx *store.Tx, org int64, ceiling policy.Level) (list []removalRow, err error) {
	err = tx.Query(ctx, "SELECT "+removalColumns+" FROM mail_removal WHERE org_id = $1 AND level <= $2 ORDER BY at DESC LIMIT $3", []any{org, ceiling, maxRemovals}, func(scan func(...any) error) error {
		row, err := scanRemoval(scan)
		list = append(list, row)
		return err
	})
	return list, err
}

// selectAccountsWith lists accounts, of any organisation, that a Message-ID is
// known in.
func selectAccountsWith(ctx context.Context, tx *store.Tx, ref, after int64, limit int) (list []int64, err error) {
	err = tx.Query(ctx, `SELECT a.account_id FROM mail_account a WHERE a.account_id > $2
		AND EXISTS (SELECT 1 FROM mail_ref r WHERE r.account_id = a.account_id AND r.ref = $1) ORDER BY a.account_id LIMIT $3`, []any{ref, after, limit}, func(scan func(...any) error) error {
		var n int64
		err := scan(&n)
		list = append(list, n)
		return err
	})
	return list, err
}

// selectByRef lists the messages of the conversations that a Message-ID is in.
func selectByRef(ctx context.Context, tx *store.Tx, account, ref int64) (list []int64, err error) {
	err = tx.Query(ctx, `SELECT m.id FROM message m WHERE m.account_id = $1
		AND m.thread_id IN (SELECT r.thread_id FROM mail_ref r WHERE r.account_id = $1 AND r.ref = $2) ORDER BY m.id`, []any{account, ref}, func(scan func(...any) error) error {
		var n int64
		err := scan(&n)
		list = append(list, n)
		return err
	})
	return list, err
}

// removedRow is a letter that was taken out of a mailbox.
type removedRow struct {
	org, removal, account, message int64
	blob                           Blob
	removedData
}

// removedData is the JSON of where a letter was.
type removedData struct {
	Mailboxes  []int64      `json:"mailboxes"`
	Keywords   []string     `json:"keywords"`
	ReceivedMs int64        `json:"received"`
	Secrecy    policy.Level `json:"secrecy"`
	UntilMs    int64        `json:"until"`
	Imported   bool         `json:"imported"`
}

func removedFrom(row removalRow, account int64, x match) removedRow {
	out := removedRow{org: row.org, removal: row.id, account: account, message: x.message.ID, blob: x.content.Blob,
		removedData: removedData{Keywords: x.message.Keywords.List(), ReceivedMs: x.message.ReceivedMs, Secrecy: x.message.Level, UntilMs: x.message.UntilMs, Imported: x.content.Imported}}
	out.blob.Size = x.message.Size
	for _, p := range x.message.Places {
		out.Mailboxes = append(out.Mailboxes, p.Mailbox)
	}
	return out
}

func insertRemoved(ctx context.Context, tx *store.Tx, x removedRow) error {
	data, err := json.Marshal(x.removedData)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO mail_removed (org_id, case_id, account_id, message_id, data, level, hash, size) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		x.org, x.removal, x.account, x.message, string(data), x.blob.Scope.Level, x.blob.Hash[:], x.blob.Size)
	return err
}

func selectRemoved(ctx context.Context, tx *store.Tx, org, id int64, limit int) (list []removedRow, err error) {
	err = tx.Query(ctx, "SELECT account_id, message_id, data, level, hash, size FROM mail_removed WHERE org_id = $1 AND case_id = $2 ORDER BY account_id, message_id LIMIT $3", []any{org, id, limit}, func(scan func(...any) error) error {
		x := removedRow{org: org, removal: id}
		var data string
		var hash []byte
		if err := scan(&x.account, &x.message, &data, &x.blob.Scope.Level, &hash, &x.blob.Size); err != nil {
			return err
		}
		x.blob.Scope.Org = org
		copy(x.blob.Hash[:], hash)
		list = append(list, x)
		return json.Unmarshal([]byte(data), &list[len(list)-1].removedData)
	})
	return list, err
}

// deleteRemoved takes a row out; false where another process did.
func deleteRemoved(ctx context.Context, tx *store.Tx, x removedRow) (bool, error) {
	n, err := tx.Exec(ctx, "DELETE FROM mail_removed WHERE org_id = $1 AND case_id = $2 AND account_id = $3 AND message_id = $4", x.org, x.removal, x.account, x.message)
	return n == 1, err
}

func countRemoved(ctx context.Context, tx *store.Tx, org, id int64) (n int, err error) {
	err = tx.Row(ctx, "SELECT count(*) FROM mail_removed WHERE org_id = $1 AND case_id = $2", []any{org, id}, &n)
	return n, err
}
