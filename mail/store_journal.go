package mail

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strconv"
	"time"

	"chancery/policy"
	"chancery/store"
)

// journalEntry is a letter that was kept.
type journalEntry struct {
	org, id, at, account int64
	sender               string
	secrecy              int16
	blob                 Blob
	raw                  string // journalData as it is stored
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
	j.raw = string(data)
	_, err = tx.Exec(ctx, `INSERT INTO mail_journal (org_id, id, at, account_id, sender, data, secrecy, level, hash, size, indexed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		j.org, j.id, j.at, j.account, j.sender, j.raw, j.secrecy, j.blob.Scope.Level, j.blob.Hash[:], j.blob.Size, true)
	if err != nil {
		return err
	}
	return putJournalTerms(ctx, tx, j)
}

// putJournalTerms writes the words by which a letter is found.
func putJournalTerms(ctx context.Context, tx *store.Tx, j *journalEntry) error {
	terms := j.terms()
	slices.Sort(terms)
	for some := range slices.Chunk(slices.Compact(terms), 200) {
		text, args := "INSERT INTO mail_journal_term (org_id, journal_id, at, term) VALUES ", []any{j.org, j.id, j.at}
		for i, term := range some {
			if i > 0 {
				text += ", "
			}
			args = append(args, term)
			text += "($1, $2, $3, $" + strconv.Itoa(len(args)) + ")"
		}
		if _, err := tx.Exec(ctx, text+" ON CONFLICT (org_id, journal_id, term) DO NOTHING", args...); err != nil {
			return err
		}
	}
	return nil
}

const journalColumns = "j.org_id, j.id, j.at, j.account_id, j.sender, j.data, j.secrecy, j.level, j.hash, j.size"

func scanJournal(scan func(...any) error) (j journalEntry, err error) {
	var hash []byte
	if err = scan(&j.org, &j.id, &j.at, &j.account, &j.sender, &j.raw, &j.secrecy, &j.blob.Scope.Level, &hash, &j.blob.Size); err != nil {
		return j, err
	}
	j.blob.Scope.Org = j.org
	copy(j.blob.Hash[:], hash)
	return j, nil
}

// read takes the JSON of an entry apart.
func (j *journalEntry) read() error { return json.Unmarshal([]byte(j.raw), &j.journalData) }

func collectJournal(ctx context.Context, tx *store.Tx, query string, args ...any) (list []journalEntry, err error) {
	err = tx.Query(ctx, query, args, func(scan func(...any) error) error {
		j, err := scanJournal(scan)
		list = append(list, j)
		return err
	})
	return list, err
}

func readAll(list []journalEntry, err error) ([]journalEntry, error) {
	for i := range list {
		err = errors.Join(err, list[i].read())
	}
	return list, err
}

// journalPoint is a place in the order of letters: by time, then by number.
type journalPoint struct{ at, id int64 }

var newestPoint = journalPoint{math.MaxInt64, math.MaxInt64}

func (p journalPoint) before(o journalPoint) bool { return p.at < o.at || p.at == o.at && p.id < o.id }

// selectJournalPoint returns where a letter stands, or stood before its time was
// over: its number says when it came.
func selectJournalPoint(ctx context.Context, tx *store.Tx, org, id int64) (p journalPoint, err error) {
	p = journalPoint{at: id >> 20, id: id}
	err = tx.Row(ctx, "SELECT at FROM mail_journal WHERE org_id = $1 AND id = $2", []any{org, id}, &p.at)
	_, err = store.Found(err)
	return p, err
}

// journalQuery is a look through the journal. A condition that is not asked for
// is not in the text, so that both engines choose the index of those that are.
type journalQuery struct {
	org          int64
	terms        []string
	lead         int // the term whose index is gone through
	level        *policy.Level
	ceiling      policy.Level
	after, until time.Time
	from         journalPoint
	window       int // how many letters are gone through

	text string
	args []any
}

func (q *journalQuery) and(text string, values ...any) {
	q.text += " AND " + text
	for i, v := range values {
		if i > 0 {
			q.text += ", "
		}
		q.args = append(q.args, v)
		q.text += "$" + strconv.Itoa(len(q.args))
	}
	if len(values) > 1 {
		q.text += ")"
	}
}

// along begins the text of a query that goes along a term, or the time where
// there is none, down to a point.
func (q *journalQuery) along(n int, what string, floor journalPoint) (at, id string) {
	q.args = []any{q.org}
	at, id = "j.at", "j.id"
	if len(q.terms) == 0 {
		q.text = "SELECT " + what + " FROM mail_journal j WHERE j.org_id = $1"
	} else {
		at, id = "t.at", "t.journal_id"
		q.text = "SELECT " + what + " FROM mail_journal_term t"
		if what == journalColumns {
			q.text += " JOIN mail_journal j ON j.org_id = t.org_id AND j.id = t.journal_id"
		}
		q.text += " WHERE t.org_id = $1"
		q.and("t.term = ", q.terms[n])
	}
	if q.from != newestPoint {
		q.and("("+at+", "+id+") < (", q.from.at, q.from.id)
	}
	if floor != (journalPoint{}) {
		q.and("("+at+", "+id+") >= (", floor.at, floor.id)
	}
	if !q.after.IsZero() {
		q.and(at+" >= ", q.after.UnixMilli())
	}
	if !q.until.IsZero() {
		q.and(at+" < ", q.until.UnixMilli())
	}
	return at, id
}

// selectWindowEnd returns the last of the letters along a term that one look
// goes through, and whether there are so many.
func (q journalQuery) selectWindowEnd(ctx context.Context, tx *store.Tx, n int) (p journalPoint, ends bool, err error) {
	what := "t.at, t.journal_id"
	if len(q.terms) == 0 {
		what = "j.at, j.id"
	}
	at, id := q.along(n, what, journalPoint{})
	err = tx.Row(ctx, q.text+" ORDER BY "+at+" DESC, "+id+" DESC LIMIT 1 OFFSET "+strconv.Itoa(q.window-1), q.args, &p.at, &p.id)
	ends, err = store.Found(err)
	return p, ends, err
}

// selectPage returns what is found between two points.
func (q journalQuery) selectPage(ctx context.Context, tx *store.Tx, floor journalPoint, limit int) ([]journalEntry, error) {
	at, id := q.along(q.lead, journalColumns, floor)
	for n, term := range q.terms {
		if n != q.lead {
			q.and("EXISTS (SELECT 1 FROM mail_journal_term x WHERE x.org_id = t.org_id AND x.journal_id = t.journal_id AND x.term = ", term)
			q.text += ")"
		}
	}
	q.and("j.secrecy <= ", int16(q.ceiling))
	if q.level != nil {
		q.and("j.secrecy = ", int16(*q.level))
	}
	return readAll(collectJournal(ctx, tx, q.text+" ORDER BY "+at+" DESC, "+id+" DESC LIMIT "+strconv.Itoa(limit), q.args...))
}

func selectJournalByHash(ctx context.Context, tx *store.Tx, org int64, h store.Hash, ceiling int16) (journalEntry, error) {
	return scanJournal(func(into ...any) error {
		return tx.Row(ctx, "SELECT "+journalColumns+" FROM mail_journal j WHERE j.org_id = $1 AND j.hash = $2 AND j.secrecy <= $3 ORDER BY j.id LIMIT 1", []any{org, h[:], ceiling}, into...)
	})
}

// selectJournalFrom returns letters by their numbers from one on.
func selectJournalFrom(ctx context.Context, tx *store.Tx, org, from int64, limit int) ([]journalEntry, error) {
	return collectJournal(ctx, tx, "SELECT "+journalColumns+" FROM mail_journal j WHERE j.org_id = $1 AND j.id >= $2 ORDER BY j.id LIMIT $3", org, from, limit)
}

// selectJournalOrgs lists the organisations that have a journal.
func selectJournalOrgs(ctx context.Context, tx *store.Tx) (list []int64, err error) {
	err = tx.Query(ctx, "SELECT DISTINCT org_id FROM mail_journal ORDER BY org_id", nil, func(scan func(...any) error) error {
		var org int64
		err := scan(&org)
		list = append(list, org)
		return err
	})
	return list, err
}

// selectUnindexed returns letters whose terms are not there yet.
func selectUnindexed(ctx context.Context, tx *store.Tx, org int64, limit int) ([]journalEntry, error) {
	return readAll(collectJournal(ctx, tx, "SELECT "+journalColumns+" FROM mail_journal j WHERE j.org_id = $1 AND NOT j.indexed ORDER BY j.id LIMIT $2", org, limit))
}

func setIndexed(ctx context.Context, tx *store.Tx, org, id int64) error {
	_, err := tx.Exec(ctx, "UPDATE mail_journal SET indexed = $3 WHERE org_id = $1 AND id = $2", org, id, true)
	return err
}

// selectJournalOld returns letters that came up to a time, the oldest first.
func selectJournalOld(ctx context.Context, tx *store.Tx, org, upTo int64, limit int) ([]journalEntry, error) {
	return collectJournal(ctx, tx, "SELECT "+journalColumns+" FROM mail_journal j WHERE j.org_id = $1 AND j.at <= $2 ORDER BY j.at, j.id LIMIT $3", org, upTo, limit)
}

// deleteJournal takes a letter and its terms out; false where it was gone.
func deleteJournal(ctx context.Context, tx *store.Tx, org, id int64) (bool, error) {
	n, err := tx.Exec(ctx, "DELETE FROM mail_journal WHERE org_id = $1 AND id = $2", org, id)
	if err != nil || n == 0 {
		return false, err
	}
	_, err = tx.Exec(ctx, "DELETE FROM mail_journal_term WHERE org_id = $1 AND journal_id = $2", org, id)
	return true, err
}
