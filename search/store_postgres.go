package search

import (
	"bytes"
	"context"
	"database/sql"
	"strconv"
	"strings"

	"chancery/store"
)

// postgres keeps the index as tsvector. The parser of PostgreSQL is not
// asked: vectors and queries are written as literals of ready lexemes.
type postgres struct{}

// lexemeLetters begin the lexemes of a field; they must differ.
var lexemeLetters = [fieldCount]string{"s", "f", "t", "c", "h", "b", "n"}

func accountLexeme(account int64) string { return "@" + strconv.FormatInt(account, 10) }

// maxPosition is the last position that a tsvector counts.
const maxPosition = 16_383

func (postgres) put(ctx context.Context, tx *store.Tx, account, _ int64, docs []Document) error {
	if len(docs) == 0 {
		return nil
	}
	numbers, vectors := make([]int64, len(docs)), make([]string, len(docs))
	for i, d := range docs {
		numbers[i], vectors[i] = d.Doc, vector(account, d.Text)
	}
	_, err := tx.Exec(ctx, `INSERT INTO search_text (account_id, doc, words)
		SELECT $1, d.n, d.v::tsvector FROM unnest($2::bigint[], $3::text[]) AS d (n, v)
		ON CONFLICT (account_id, doc) DO UPDATE SET words = excluded.words`, account, numbers, vectors)
	return err
}

// vector writes a text as a literal of tsvector: 'lexeme':position ...
func vector(account int64, t *Text) string {
	var b strings.Builder
	b.Grow(3 * t.bytes)
	b.WriteString("'" + accountLexeme(account) + "'")
	for f, field := range t.fields {
		position := 0
		for len(field) > 0 && position < maxPosition {
			tok, rest, _ := bytes.Cut(field, []byte(" "))
			field = rest
			if position++; string(tok) == gap {
				continue
			}
			b.WriteString(" '" + lexemeLetters[f])
			b.Write(tok)
			b.WriteString("':" + strconv.Itoa(position))
		}
	}
	for e := range bytes.FieldsSeq(t.set) {
		b.WriteString(" '")
		b.Write(e)
		b.WriteByte('\'')
	}
	return b.String()
}

func (postgres) remove(ctx context.Context, tx *store.Tx, account, _ int64, docs []int64) error {
	if len(docs) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, "DELETE FROM search_text WHERE account_id = $1 AND doc = ANY($2::bigint[])", account, docs)
	return err
}

func (postgres) clear(ctx context.Context, tx *store.Tx, account, _ int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM search_text WHERE account_id = $1", account)
	return err
}

func (postgres) clearAll(ctx context.Context, tx *store.Tx) error {
	if _, err := tx.Exec(ctx, "DELETE FROM search_text"); err != nil {
		return err
	}
	return deleteMarks(ctx, tx)
}

func (postgres) list(ctx context.Context, tx *store.Tx, account, _ int64) ([]int64, error) {
	return postgresNumbers(ctx, tx, "SELECT string_agg(doc::text, ',' ORDER BY doc) FROM search_text WHERE account_id = $1", account)
}

func (postgres) search(ctx context.Context, tx *store.Tx, account, _ int64, w Words, f Field) ([]int64, error) {
	// The planner does not see that reading the vectors, which lie outside
	// the rows, is what a scan of the table costs.
	if _, err := tx.Exec(ctx, "SET LOCAL enable_seqscan = off"); err != nil {
		return nil, err
	}
	return postgresNumbers(ctx, tx, "SELECT string_agg(doc::text, ',') FROM search_text WHERE words @@ $1::tsquery", tsquery(account, w, f))
}

func postgresNumbers(ctx context.Context, tx *store.Tx, query string, args ...any) ([]int64, error) {
	var list sql.NullString
	if err := tx.Row(ctx, query, args, &list); err != nil {
		return nil, err
	}
	return parseNumbers(list.String), nil
}

// tsquery writes the query as a literal of tsquery: a tree of 'lexeme' with
// & | and <->, which means "is followed by".
func tsquery(account int64, w Words, f Field) string {
	var b strings.Builder
	b.WriteString("'" + accountLexeme(account) + "'")
	first, last := f, f
	if f == Any {
		first, last = 0, fieldCount-1
	}
	for i := range w.phrases {
		entries := w.phrases[i].entries()
		b.WriteString(" & (")
		for f := first; f <= last; f++ {
			if f > first {
				b.WriteString(" | ")
			}
			lexemes(&b, &w.phrases[i], entries, f)
		}
		b.WriteByte(')')
	}
	return b.String()
}

func lexemes(b *strings.Builder, p *phrase, entries []entry, f Field) {
	between := ""
	put := func(join, lexeme string, prefix bool) {
		b.WriteString(between + "'" + lexeme + "'")
		if prefix {
			b.WriteString(":*")
		}
		between = join
	}
	b.WriteByte('(')
	if _, single := p.single(); !single {
		b.WriteByte('(')
		for i, part := range p.parts {
			put(" <-> ", lexemeLetters[f]+part.text, p.prefix && i == len(p.parts)-1)
		}
		b.WriteByte(')')
		between = " & "
	}
	for _, e := range entries {
		put(" & ", setPrefix[f]+e.text, e.prefix)
	}
	b.WriteByte(')')
}
