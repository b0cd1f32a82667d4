package search

import (
	"context"
	"database/sql"
	"strings"

	"chancery/store"
)

// sqlite keeps the index in FTS5. A rowid is the account's slot and the
// document's number, so a range of rowids is an account.
type sqlite struct{}

// columns are the names of the fields in their order.
var columns = [fieldCount]string{"subject", "sender", "recipient", "copied", "hidden", "body", "names"}

func rowid(slot, doc int64) int64 { return slot<<32 | doc }

func (sqlite) put(ctx context.Context, tx *store.Tx, _, slot int64, docs []Document) error {
	for _, d := range docs {
		args := make([]any, 0, fieldCount+2)
		args = append(args, rowid(slot, d.Doc))
		for _, field := range d.fields {
			args = append(args, string(field))
		}
		args = append(args, string(d.set))
		_, err := tx.Exec(ctx, `INSERT INTO search_text (rowid, subject, sender, recipient, copied, hidden, body, names, entries)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}

func (sqlite) remove(ctx context.Context, tx *store.Tx, _, slot int64, docs []int64) error {
	for _, doc := range docs {
		if _, err := tx.Exec(ctx, "DELETE FROM search_text WHERE rowid = $1", rowid(slot, doc)); err != nil {
			return err
		}
	}
	return nil
}

func (e sqlite) clear(ctx context.Context, tx *store.Tx, account, slot int64) error {
	docs, err := e.list(ctx, tx, account, slot)
	if err != nil {
		return err
	}
	return e.remove(ctx, tx, account, slot, docs)
}

func (sqlite) clearAll(ctx context.Context, tx *store.Tx) error {
	if _, err := tx.Exec(ctx, "INSERT INTO search_text (search_text) VALUES ('delete-all')"); err != nil {
		return err
	}
	return deleteMarks(ctx, tx)
}

func (sqlite) list(ctx context.Context, tx *store.Tx, _, slot int64) ([]int64, error) {
	return sqliteNumbers(ctx, tx, "SELECT group_concat(rowid & 4294967295) FROM search_text WHERE rowid BETWEEN $1 AND $2",
		rowid(slot, 0), rowid(slot+1, 0)-1)
}

func (sqlite) search(ctx context.Context, tx *store.Tx, _, slot int64, w Words, f Field) ([]int64, error) {
	return sqliteNumbers(ctx, tx, "SELECT group_concat(rowid & 4294967295) FROM search_text WHERE search_text MATCH $3 AND rowid BETWEEN $1 AND $2",
		rowid(slot, 0), rowid(slot+1, 0)-1, matchExpr(w, f))
}

func sqliteNumbers(ctx context.Context, tx *store.Tx, query string, args ...any) ([]int64, error) {
	var list sql.NullString
	if err := tx.Row(ctx, query, args, &list); err != nil {
		return nil, err
	}
	return parseNumbers(list.String), nil
}

// matchExpr writes the query in the language of FTS5 (sqlite.org/fts5.html
// section 3). Tokens are letters, digits and bytes above 0x7f, so quoting
// them needs no escape.
func matchExpr(w Words, f Field) string {
	var b strings.Builder
	for i := range w.phrases {
		if i > 0 {
			b.WriteString(" AND ")
		}
		phraseExpr(&b, &w.phrases[i], f)
	}
	return b.String()
}

func phraseExpr(b *strings.Builder, p *phrase, f Field) {
	entries := p.entries()
	switch {
	case f != Any:
		fieldExpr(b, p, entries, f)
	case len(entries) == 0:
		// A token is never an entry, so the column of entries need not be left out.
		quote(b, "", p.joined(), p.prefix)
	default:
		for f := range fieldCount {
			b.WriteString([]string{"(", " OR "}[min(f, 1)])
			fieldExpr(b, p, entries, f)
		}
		b.WriteByte(')')
	}
}

func fieldExpr(b *strings.Builder, p *phrase, entries []entry, f Field) {
	b.WriteByte('(')
	_, single := p.single()
	if !single {
		quote(b, columns[f], p.joined(), p.prefix)
	}
	for i, e := range entries {
		if i > 0 || !single {
			b.WriteString(" AND ")
		}
		quote(b, "entries", setPrefix[f]+e.text, e.prefix)
	}
	b.WriteByte(')')
}

func quote(b *strings.Builder, column, text string, prefix bool) {
	if column != "" {
		b.WriteString(column)
		b.WriteString(" : ")
	}
	b.WriteByte('"')
	b.WriteString(text)
	b.WriteByte('"')
	if prefix {
		b.WriteString(" *")
	}
}
