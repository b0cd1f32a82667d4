package mail

import (
	"context"

	"chancery/store"
)

const requestColumns = "account_id, id, message_id, message, submission, kind, subject, sent_at, due_at, every, period, due_day, continued, closed, created, modseq, gone"

func scanRequest(scan func(...any) error) (r Request, err error) {
	var sent, due int64
	err = scan(&r.account, &r.ID, &r.MessageID, &r.Message, &r.submission, &r.Kind, &r.Subject, &sent, &due, &r.Every, &r.Period, &r.dueDay, &r.continued, &r.Closed, &r.Created, &r.Modseq, &r.Gone)
	r.SentAt, r.DueAt = millis(sent), moment(due)
	return r, err
}

// selectRequests returns the requests that match a condition, without their
// addressees.
func selectRequests(ctx context.Context, tx *store.Tx, where string, args ...any) (list []Request, err error) {
	err = tx.Query(ctx, "SELECT "+requestColumns+" FROM mail_request WHERE "+where+" ORDER BY id", args, func(scan func(...any) error) error {
		r, err := scanRequest(scan)
		list = append(list, r)
		return err
	})
	return list, err
}

// The conditions of selectRequests.
const (
	requestsSince   = "account_id = $1 AND modseq > $2"
	requestsThere   = "account_id = $1 AND NOT gone"
	requestByID     = "account_id = $1 AND id = $2"
	requestsByRef   = "account_id = $1 AND ref = $2 AND NOT gone"
	requestsBySent  = "account_id = $1 AND submission = $2 AND NOT gone"
	requestsToRenew = "every <> '' AND due_at > 0 AND due_at < $1 AND NOT continued AND NOT closed AND NOT gone"
)

func selectRequestState(ctx context.Context, tx *store.Tx, account int64) (n int64, err error) {
	err = tx.Row(ctx, "SELECT COALESCE(MAX(modseq), 0) FROM mail_request WHERE account_id = $1", []any{account}, &n)
	return n, err
}

func putRequest(ctx context.Context, tx *store.Tx, r Request) error {
	_, err := tx.Exec(ctx, `INSERT INTO mail_request (account_id, id, ref, message_id, message, submission, kind, subject, sent_at, due_at, every, period, due_day, continued, closed, created, modseq, gone)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
		ON CONFLICT (account_id, id) DO UPDATE SET due_at = $10, continued = $14, closed = $15, modseq = $17, gone = $18`,
		r.account, r.ID, hash64(r.MessageID), r.MessageID, r.Message, r.submission, r.Kind, r.Subject, r.SentAt.UnixMilli(), momentMs(r.DueAt),
		r.Every, r.Period, r.dueDay, r.continued, r.Closed, r.Created, r.Modseq, r.Gone)
	return err
}

func selectAddressees(ctx context.Context, tx *store.Tx, account, request int64) (list []Addressee, err error) {
	err = tx.Query(ctx, "SELECT "+addresseeColumns+" FROM mail_request_addressee WHERE account_id = $1 AND request_id = $2 ORDER BY num", []any{account, request}, func(scan func(...any) error) error {
		_, a, err := scanAddressee(scan)
		list = append(list, a)
		return err
	})
	return list, err
}

const addresseeColumns = "request_id, num, address, name, unit_id, asked, answered_at, answer, reminded_at"

func scanAddressee(scan func(...any) error) (request int64, a Addressee, err error) {
	var answered, reminded int64
	err = scan(&request, &a.num, &a.Address, &a.Name, &a.Unit, &a.Asked, &answered, &a.Answer, &reminded)
	a.AnsweredAt, a.RemindedAt = moment(answered), moment(reminded)
	return request, a, err
}

// selectAllAddressees returns those of every request of an account that is
// there, by request: one question, however many requests there are.
func selectAllAddressees(ctx context.Context, tx *store.Tx, account int64) (all map[int64][]Addressee, err error) {
	all = map[int64][]Addressee{}
	err = tx.Query(ctx, "SELECT "+addresseeColumns+` FROM mail_request_addressee WHERE account_id = $1
		AND request_id IN (SELECT id FROM mail_request WHERE account_id = $1 AND NOT gone) ORDER BY request_id, num`, []any{account}, func(scan func(...any) error) error {
		request, a, err := scanAddressee(scan)
		all[request] = append(all[request], a)
		return err
	})
	return all, err
}

func putAddressee(ctx context.Context, tx *store.Tx, account, request int64, a Addressee) error {
	_, err := tx.Exec(ctx, `INSERT INTO mail_request_addressee (account_id, request_id, num, address, name, unit_id, asked, answered_at, answer, reminded_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (account_id, request_id, num) DO UPDATE SET answered_at = $8, answer = $9, reminded_at = $10`,
		account, request, a.num, a.Address, a.Name, a.Unit, a.Asked, momentMs(a.AnsweredAt), a.Answer, momentMs(a.RemindedAt))
	return err
}
