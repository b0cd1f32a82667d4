package mail

import (
	"context"
	"strconv"
	"strings"

	"chancery/policy"
	"chancery/store"
)

// accountRow is the counters of an account.
type accountRow struct {
	modseq, email, mailbox, identity, submission, oldest, delivery int64
	nextMessage, nextMailbox, used, relabelled                     int64
}

const accountColumns = "modseq, email_state, mailbox_state, identity_state, submission_state, oldest, next_message, next_mailbox, used, delivery_state, relabelled"

func (r *accountRow) fields() []any {
	return []any{&r.modseq, &r.email, &r.mailbox, &r.identity, &r.submission, &r.oldest, &r.nextMessage, &r.nextMailbox, &r.used, &r.delivery, &r.relabelled}
}

func selectAccount(ctx context.Context, tx *store.Tx, account int64) (r accountRow, err error) {
	err = tx.Row(ctx, "SELECT "+accountColumns+" FROM mail_account WHERE account_id = $1", []any{account}, r.fields()...)
	return r, err
}

// insertAccount makes the counters; uidvalidity of mailboxes comes from time,
// so that an account made again never repeats one.
func insertAccount(ctx context.Context, tx *store.Tx, account int64) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO mail_account (account_id, modseq, email_state, mailbox_state, identity_state, submission_state, oldest, next_message, next_mailbox, used)
		VALUES ($1, 1, 1, 1, 1, 1, 1, 1, 1, 0) ON CONFLICT (account_id) DO NOTHING`, account)
	return n == 1, err
}

// touched says which object types a change touches; each has its own state.
type touched struct {
	email, mailbox, identity, submission, delivery bool
	messages                                       int   // new message ids wanted
	mailboxes                                      int   // new mailbox ids wanted
	bytes                                          int64 // added to the space used
}

// bump counts the next change and returns the counters after it; it also
// locks the account's row, so that changes of one account follow each other
// on every engine.
func bump(ctx context.Context, tx *store.Tx, account int64, t touched) (r accountRow, err error) {
	err = tx.Row(ctx, `UPDATE mail_account SET modseq = modseq + 1,
		email_state = CASE WHEN $2 THEN modseq + 1 ELSE email_state END,
		mailbox_state = CASE WHEN $3 THEN modseq + 1 ELSE mailbox_state END,
		identity_state = CASE WHEN $4 THEN modseq + 1 ELSE identity_state END,
		submission_state = CASE WHEN $5 THEN modseq + 1 ELSE submission_state END,
		delivery_state = CASE WHEN $9 THEN modseq + 1 ELSE delivery_state END,
		next_message = next_message + $6, next_mailbox = next_mailbox + $7, used = used + $8
		WHERE account_id = $1 RETURNING `+accountColumns,
		[]any{account, t.email, t.mailbox, t.identity, t.submission, t.messages, t.mailboxes, t.bytes, t.delivery}, r.fields()...)
	return r, err
}

func addUsed(ctx context.Context, tx *store.Tx, account, bytes int64) error {
	_, err := tx.Exec(ctx, "UPDATE mail_account SET used = used + $2 WHERE account_id = $1", account, bytes)
	return err
}

const mailboxColumns = "id, parent, name, role, sort, subscribed, uidvalidity, uidnext, created, modseq, highest"

func (m *Mailbox) fields() []any {
	return []any{&m.ID, &m.Parent, &m.Name, &m.Role, &m.SortOrder, &m.Subscribed, &m.UIDValidity, &m.UIDNext, &m.Created, &m.Modseq, &m.Highest}
}

func selectMailboxes(ctx context.Context, tx *store.Tx, account, since int64) (list []Mailbox, err error) {
	err = tx.Query(ctx, "SELECT "+mailboxColumns+" FROM mailbox WHERE account_id = $1 AND (highest > $2 OR modseq > $2)", []any{account, since}, func(scan func(...any) error) error {
		var m Mailbox
		err := scan(m.fields()...)
		list = append(list, m)
		return err
	})
	return list, err
}

func selectMailbox(ctx context.Context, tx *store.Tx, account, id int64) (m Mailbox, err error) {
	err = tx.Row(ctx, "SELECT "+mailboxColumns+" FROM mailbox WHERE account_id = $1 AND id = $2", []any{account, id}, m.fields()...)
	return m, err
}

func selectMailboxByRole(ctx context.Context, tx *store.Tx, account int64, role string) (id int64, err error) {
	err = tx.Row(ctx, "SELECT id FROM mailbox WHERE account_id = $1 AND role = $2", []any{account, role}, &id)
	return id, err
}

func insertMailbox(ctx context.Context, tx *store.Tx, account int64, m Mailbox) error {
	_, err := tx.Exec(ctx, `INSERT INTO mailbox (account_id, id, parent, name, role, sort, subscribed, uidvalidity, uidnext, created, modseq, highest)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		account, m.ID, m.Parent, m.Name, m.Role, m.SortOrder, m.Subscribed, m.UIDValidity, m.UIDNext, m.Created, m.Modseq, m.Highest)
	return err
}

func updateMailbox(ctx context.Context, tx *store.Tx, account int64, m Mailbox) error {
	_, err := tx.Exec(ctx, `UPDATE mailbox SET parent = $3, name = $4, role = $5, sort = $6, subscribed = $7, modseq = $8, highest = $9
		WHERE account_id = $1 AND id = $2`, account, m.ID, m.Parent, m.Name, m.Role, m.SortOrder, m.Subscribed, m.Modseq, m.Highest)
	return err
}

func deleteMailbox(ctx context.Context, tx *store.Tx, account, id int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM mailbox WHERE account_id = $1 AND id = $2", account, id)
	return err
}

// takeUIDs reserves n UIDs of a mailbox and returns the first. ErrNoRows when
// the mailbox is not there.
func takeUIDs(ctx context.Context, tx *store.Tx, account, mailbox int64, n int, modseq int64) (first, validity uint32, err error) {
	var next int64
	err = tx.Row(ctx, `UPDATE mailbox SET uidnext = uidnext + $3, highest = $4 WHERE account_id = $1 AND id = $2
		RETURNING uidnext, uidvalidity`, []any{account, mailbox, n, modseq}, &next, &validity)
	return uint32(next - int64(n)), validity, err
}

func touchMailbox(ctx context.Context, tx *store.Tx, account, mailbox, modseq int64) error {
	_, err := tx.Exec(ctx, "UPDATE mailbox SET highest = $3 WHERE account_id = $1 AND id = $2", account, mailbox, modseq)
	return err
}

const messageColumns = "id, thread_id, received, size, keywords, places, modseq, created, attachment, back_at, level, level_until"

// scanMessage reads a row; intern makes equal keyword sets one.
func scanMessage(scan func(...any) error, intern func(string) *Keywords) (*Message, error) {
	m := &Message{}
	var keywords, places string
	if err := scan(&m.ID, &m.Thread, &m.ReceivedMs, &m.Size, &keywords, &places, &m.Modseq, &m.Created, &m.HasAttachment, &m.BackMs, &m.Level, &m.UntilMs); err != nil {
		return nil, err
	}
	m.Keywords = intern(keywords)
	m.Places = parsePlaces(places)
	return m, nil
}

func selectMessages(ctx context.Context, tx *store.Tx, account, since int64, intern func(string) *Keywords, each func(*Message)) error {
	query := "SELECT " + messageColumns + " FROM message WHERE account_id = $1 AND modseq > $2"
	if since == 0 {
		query = "SELECT " + messageColumns + " FROM message WHERE account_id = $1 AND $2 = 0 ORDER BY id"
	}
	return tx.Query(ctx, query, []any{account, since}, func(scan func(...any) error) error {
		m, err := scanMessage(scan, intern)
		if err == nil {
			each(m)
		}
		return err
	})
}

func selectMessage(ctx context.Context, tx *store.Tx, account, id int64, intern func(string) *Keywords) (*Message, error) {
	return scanMessage(func(dest ...any) error {
		return tx.Row(ctx, "SELECT "+messageColumns+" FROM message WHERE account_id = $1 AND id = $2", []any{account, id}, dest...)
	}, intern)
}

func insertMessage(ctx context.Context, tx *store.Tx, account int64, m *Message) error {
	_, err := tx.Exec(ctx, `INSERT INTO message (account_id, id, thread_id, received, size, keywords, places, modseq, created, attachment, level, level_until)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		account, m.ID, m.Thread, m.ReceivedMs, m.Size, m.Keywords.text, formatPlaces(m.Places), m.Modseq, m.Created, m.HasAttachment, m.Level, m.UntilMs)
	return err
}

func updateMessage(ctx context.Context, tx *store.Tx, account int64, m *Message) error {
	_, err := tx.Exec(ctx, "UPDATE message SET keywords = $3, places = $4, modseq = $5, back_at = $6, level = $7, level_until = $8 WHERE account_id = $1 AND id = $2",
		account, m.ID, m.Keywords.text, formatPlaces(m.Places), m.Modseq, m.BackMs, m.Level, m.UntilMs)
	return err
}

func deleteMessage(ctx context.Context, tx *store.Tx, account, id int64) error {
	if _, err := tx.Exec(ctx, "DELETE FROM message WHERE account_id = $1 AND id = $2", account, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "DELETE FROM message_content WHERE account_id = $1 AND id = $2", account, id)
	return err
}

func insertContent(ctx context.Context, tx *store.Tx, account, id int64, l *Letter) error {
	b := l.blob
	_, err := tx.Exec(ctx, "INSERT INTO message_content (account_id, id, org_id, level, hash, content, imported) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		account, id, b.Scope.Org, b.Scope.Level, b.Hash[:], l.encoded, l.Content.Imported)
	return err
}

func selectContent(ctx context.Context, tx *store.Tx, account, id int64) (c *Content, raw []byte, err error) {
	c = &Content{}
	var hash []byte
	err = tx.Row(ctx, "SELECT org_id, level, hash, content, imported FROM message_content WHERE account_id = $1 AND id = $2",
		[]any{account, id}, &c.Blob.Scope.Org, &c.Blob.Scope.Level, &hash, &raw, &c.Imported)
	if err != nil {
		return nil, nil, err
	}
	copy(c.Blob.Hash[:], hash)
	return c, raw, c.decode(raw)
}

// selectHolder finds a message or upload of the account that holds a blob.
// None of a level above the ceiling is found, and of several the most secret is
// told.
func selectHolder(ctx context.Context, tx *store.Tx, account int64, h store.Hash, ceiling policy.Level) (b Blob, message int64, err error) {
	b.Hash = h
	err = tx.Row(ctx, `SELECT c.id, c.org_id, c.level, m.size FROM message_content c JOIN message m ON m.account_id = c.account_id AND m.id = c.id
		WHERE c.account_id = $1 AND c.hash = $2 AND m.level <= $3 ORDER BY m.level DESC, c.id LIMIT 1`, []any{account, h[:], ceiling}, &message, &b.Scope.Org, &b.Scope.Level, &b.Size)
	if found, err := store.Found(err); found || err != nil {
		return b, message, err
	}
	err = tx.Row(ctx, "SELECT org_id, level, size FROM mail_upload WHERE account_id = $1 AND hash = $2",
		[]any{account, h[:]}, &b.Scope.Org, &b.Scope.Level, &b.Size)
	if found, err := store.Found(err); found || err != nil {
		return b, 0, err
	}
	b, err = selectScriptBlob(ctx, tx, account, h)
	if found, err := store.Found(err); found || err != nil {
		return b, 0, err
	}
	b, err = selectTemplateBlob(ctx, tx, account, h)
	return b, 0, err
}

// gone is a removal from a mailbox, or of one.
type gone struct {
	modseq, mailbox, message, thread int64
	uid                              uint32
	whole                            bool
	level                            policy.Level // what the message had
}

func insertGone(ctx context.Context, tx *store.Tx, account int64, g gone) error {
	_, err := tx.Exec(ctx, "INSERT INTO mail_gone (account_id, modseq, mailbox_id, uid, message_id, thread_id, whole, level) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		account, g.modseq, g.mailbox, g.uid, g.message, g.thread, g.whole, g.level)
	return err
}

func selectGone(ctx context.Context, tx *store.Tx, account, since int64, ceiling policy.Level, each func(gone)) error {
	return tx.Query(ctx, "SELECT modseq, mailbox_id, uid, message_id, thread_id, whole, level FROM mail_gone WHERE account_id = $1 AND modseq > $2 AND level <= $3 ORDER BY modseq", []any{account, since, ceiling}, func(scan func(...any) error) error {
		var g gone
		err := scan(&g.modseq, &g.mailbox, &g.uid, &g.message, &g.thread, &g.whole, &g.level)
		if err == nil {
			each(g)
		}
		return err
	})
}

func selectVanished(ctx context.Context, tx *store.Tx, account, mailbox, since int64, ceiling policy.Level) (uids []uint32, err error) {
	err = tx.Query(ctx, "SELECT uid FROM mail_gone WHERE account_id = $1 AND mailbox_id = $2 AND modseq > $3 AND uid > 0 AND level <= $4 ORDER BY uid", []any{account, mailbox, since, ceiling}, func(scan func(...any) error) error {
		var uid uint32
		err := scan(&uid)
		uids = append(uids, uid)
		return err
	})
	return uids, err
}

func selectRef(ctx context.Context, tx *store.Tx, account, ref, subject int64) (thread int64, err error) {
	err = tx.Row(ctx, "SELECT thread_id FROM mail_ref WHERE account_id = $1 AND ref = $2 AND subject = $3", []any{account, ref, subject}, &thread)
	return thread, err
}

// putRef records a reference with a thread, and returns the thread that it
// has already if it is known.
func putRef(ctx context.Context, tx *store.Tx, account, ref, subject, thread int64) (known int64, err error) {
	err = tx.Row(ctx, `INSERT INTO mail_ref (account_id, ref, subject, thread_id) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account_id, ref, subject) DO UPDATE SET thread_id = mail_ref.thread_id RETURNING thread_id`,
		[]any{account, ref, subject, thread}, &known)
	return known, err
}

func insertRef(ctx context.Context, tx *store.Tx, account, ref, subject, thread int64) error {
	_, err := tx.Exec(ctx, "INSERT INTO mail_ref (account_id, ref, subject, thread_id) VALUES ($1, $2, $3, $4) ON CONFLICT (account_id, ref, subject) DO NOTHING",
		account, ref, subject, thread)
	return err
}

// formatPlaces writes places as "3:17,5:2d".
func formatPlaces(places []Place) string {
	b := make([]byte, 0, 16*len(places))
	for i, p := range places {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, p.Mailbox, 10)
		b = append(b, ':')
		b = strconv.AppendUint(b, uint64(p.UID), 10)
		if p.Deleted {
			b = append(b, 'd')
		}
	}
	return string(b)
}

func parsePlaces(text string) []Place {
	places := make([]Place, 0, strings.Count(text, ",")+1)
	for part := range strings.SplitSeq(text, ",") {
		box, uid, ok := strings.Cut(part, ":")
		if !ok {
			continue
		}
		var p Place
		uid, p.Deleted = strings.CutSuffix(uid, "d")
		n, _ := strconv.ParseUint(uid, 10, 32)
		p.UID = uint32(n)
		p.Mailbox, _ = strconv.ParseInt(box, 10, 64)
		places = append(places, p)
	}
	return places
}

// putUpload records an upload; fresh is false when the account has it already.
func putUpload(ctx context.Context, tx *store.Tx, account int64, b Blob, now int64) (fresh bool, err error) {
	n, err := tx.Exec(ctx, "UPDATE mail_upload SET created_at = $3 WHERE account_id = $1 AND hash = $2", account, b.Hash[:], now)
	if err != nil || n > 0 {
		return false, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO mail_upload (account_id, hash, org_id, level, size, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
		account, b.Hash[:], b.Scope.Org, b.Scope.Level, b.Size, now)
	return true, err
}

func deleteUploads(ctx context.Context, tx *store.Tx, before int64) (old []Blob, err error) {
	err = tx.Query(ctx, "DELETE FROM mail_upload WHERE created_at < $1 RETURNING org_id, level, hash, size", []any{before}, func(scan func(...any) error) error {
		var b Blob
		var hash []byte
		err := scan(&b.Scope.Org, &b.Scope.Level, &hash, &b.Size)
		copy(b.Hash[:], hash)
		old = append(old, b)
		return err
	})
	return old, err
}

func selectAccountIDs(ctx context.Context, tx *store.Tx) (ids []int64, err error) {
	err = tx.Query(ctx, "SELECT account_id FROM mail_account ORDER BY account_id", nil, func(scan func(...any) error) error {
		var id int64
		err := scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

// selectOtherRefs calls each for every row outside message_content that names
// a blob.
func selectOtherRefs(ctx context.Context, tx *store.Tx, each func(BlobKey)) error {
	for _, query := range []string{
		"SELECT org_id, level, hash FROM mail_upload",
		"SELECT org_id, level, hash FROM mail_queue",
		"SELECT org_id, level, hash FROM mail_sieve",
		"SELECT org_id, level, hash FROM mail_template_file",
		"SELECT org_id, level, hash FROM mail_journal",
		"SELECT org_id, level, hash FROM mail_removed",
	} {
		err := tx.Query(ctx, query, nil, func(scan func(...any) error) error {
			var k BlobKey
			var hash []byte
			err := scan(&k.Scope.Org, &k.Scope.Level, &hash)
			copy(k.Hash[:], hash)
			each(k)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func selectLongHistories(ctx context.Context, tx *store.Tx, keep int64) (ids []int64, err error) {
	err = tx.Query(ctx, "SELECT account_id FROM mail_gone GROUP BY account_id HAVING count(*) > $1", []any{keep}, func(scan func(...any) error) error {
		var id int64
		err := scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

// trimHistory removes all but the newest removals; those of one change go or
// stay together.
func trimHistory(ctx context.Context, tx *store.Tx, account, keep int64) error {
	var oldest int64
	err := tx.Row(ctx, "SELECT modseq FROM mail_gone WHERE account_id = $1 ORDER BY modseq DESC LIMIT 1 OFFSET $2", []any{account, keep}, &oldest)
	if found, err := store.Found(err); !found {
		return err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM mail_gone WHERE account_id = $1 AND modseq <= $2", account, oldest); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE mail_account SET oldest = $2 WHERE account_id = $1", account, oldest)
	return err
}
