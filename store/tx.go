package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
)

// Tx is a transaction, or a caller's part of a shared one. It is valid only
// inside the function it was passed to, in that goroutine.
//
// Queries are written once, with $1-style parameters, in the forms that both
// engines share (see doc/adr/0002-one-sql-text.md).
type Tx struct {
	conn  *conn
	after []func()
	write bool
}

// ErrNoRows is what [Row.Scan] returns when the query found nothing.
var ErrNoRows = sql.ErrNoRows

// Exec runs a statement and returns the number of rows it changed.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	st, err := tx.conn.prepare(ctx, query)
	if err != nil {
		return 0, err
	}
	res, err := st.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Query runs a query and calls each for every row; the arguments of scan are
// as for [sql.Rows.Scan]. An error of each stops the query and is returned.
func (tx *Tx) Query(ctx context.Context, query string, args []any, each func(scan func(dest ...any) error) error) error {
	st, err := tx.conn.prepare(ctx, query)
	if err != nil {
		return err
	}
	rows, err := st.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Row runs a query of at most one row and scans it; ErrNoRows when there is none.
func (tx *Tx) Row(ctx context.Context, query string, args []any, dest ...any) error {
	st, err := tx.conn.prepare(ctx, query)
	if err != nil {
		return err
	}
	return st.QueryRowContext(ctx, args...).Scan(dest...)
}

// Found turns the error of Row into (found, error).
func Found(err error) (bool, error) {
	if errors.Is(err, ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// OnCommit has fn called after the transaction is durable. Functions are
// called in order; they must not block.
func (tx *Tx) OnCommit(fn func()) { tx.after = append(tx.after, fn) }

// conn is one database connection with its prepared statements.
type conn struct {
	engine engine
	sql    *sql.Conn
	stmts  map[string]*sql.Stmt
}

// maxStatements bounds the prepared statements of a connection. The texts are
// constants of the program, a few hundred in all, so the bound guards only
// against a query made at run time.
const maxStatements = 1000

func (c *conn) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if st, ok := c.stmts[query]; ok {
		return st, nil
	}
	if len(c.stmts) >= maxStatements {
		for text, st := range c.stmts {
			st.Close()
			delete(c.stmts, text)
		}
	}
	st, err := c.sql.PrepareContext(context.WithoutCancel(ctx), c.engine.rewrite(query))
	if err != nil {
		return nil, err
	}
	c.stmts[query] = st
	return st, nil
}

func (c *conn) exec(ctx context.Context, query string) error {
	st, err := c.prepare(ctx, query)
	if err != nil {
		return err
	}
	_, err = st.ExecContext(ctx)
	return err
}

func (c *conn) close() {
	for _, st := range c.stmts {
		st.Close()
	}
	c.sql.Close()
}

// questionMarks rewrites $N to ?N, outside of quoted text.
func questionMarks(query string) string {
	var b strings.Builder
	b.Grow(len(query))
	quoted := false
	for i := 0; i < len(query); i++ {
		c := query[i]
		switch {
		case c == '\'':
			quoted = !quoted
		case c == '$' && !quoted && i+1 < len(query) && query[i+1] >= '0' && query[i+1] <= '9':
			c = '?'
		}
		b.WriteByte(c)
	}
	return b.String()
}
