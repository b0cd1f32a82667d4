package audit

import (
	"context"
	"strconv"

	"chancery/store"
)

// query is the conditions of a look, put together from fixed pieces: a
// condition that is not asked for is not in the text, so that both engines
// choose the index of those that are.
type query struct {
	text  string
	args  []any
	order string
}

// and adds a condition: texts and values by turns, a text first.
func (q *query) and(parts ...any) {
	if q.text != "" {
		q.text += " AND "
	}
	for n, p := range parts {
		if text, ok := p.(string); ok && (n%2 == 0) {
			q.text += text
			continue
		}
		q.value(p)
	}
}

func (q *query) value(v any) {
	q.args = append(q.args, v)
	q.text += "$" + strconv.Itoa(len(q.args))
}

// in asks a column for one of several values.
func in[T any](q *query, column string, values []T) {
	q.text += " AND " + column + " IN ("
	for n, v := range values {
		if n > 0 {
			q.text += ", "
		}
		q.value(v)
	}
	q.text += ")"
}

// begins asks a column for one of several beginnings.
func (q *query) begins(column string, values []string) {
	q.text += " AND ("
	for n, v := range values {
		if n > 0 {
			q.text += " OR "
		}
		q.text += column + " LIKE "
		q.value(v + "%")
	}
	q.text += ")"
}

// selectPoint returns where an entry stands in the order by time.
func selectPoint(ctx context.Context, tx *store.Tx, org, seq int64) (p point, err error) {
	p.seq = seq
	err = tx.Row(ctx, "SELECT at FROM audit WHERE org_id = $1 AND seq = $2", []any{org, seq}, &p.at)
	return p, err
}

// selectWindowEnd returns the last of so many entries, and whether there are
// as many; it reads nothing but the index.
func selectWindowEnd(ctx context.Context, tx *store.Tx, q query, size int) (p point, more bool, err error) {
	text := "SELECT at, seq FROM audit WHERE " + q.text + " ORDER BY " + q.order + " LIMIT 1 OFFSET " + strconv.Itoa(size-1)
	err = tx.Row(ctx, text, q.args, &p.at, &p.seq)
	more, err = store.Found(err)
	return p, more, err
}

func selectLook(ctx context.Context, tx *store.Tx, org int64, q query, limit int, each func(Entry, []byte) error) error {
	return tx.Query(ctx, look(q, limit), q.args, scanInto(org, each))
}

func look(q query, limit int) string {
	return entryColumns + q.text + " ORDER BY " + q.order + " LIMIT " + strconv.Itoa(limit)
}
