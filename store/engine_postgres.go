package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net"
	"strings"

	"chancery/kit/errs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// postgresEngine is a PostgreSQL database, or one that speaks its protocol.
type postgresEngine struct {
	db *sql.DB
}

func openPostgres(opt Options) (engine, error) {
	cfg, err := pgx.ParseConfig(opt.URL)
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "the database URL cannot be read")
	}
	// A commit is answered only after the server's own sync, whatever its
	// default is.
	cfg.RuntimeParams["synchronous_commit"] = "on"
	cfg.RuntimeParams["application_name"] = "chancery"
	db := stdlib.OpenDB(*cfg)
	db.SetMaxIdleConns(0) // connections are kept by pool and writer
	return &postgresEngine{db: db}, nil
}

func (e *postgresEngine) name() string { return "postgres" }

// writers is more than one because a commit waits for the server, not for
// this process.
func (e *postgresEngine) writers() int { return 4 }

func (e *postgresEngine) connect(ctx context.Context, write bool) (*conn, error) {
	c, err := e.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &conn{engine: e, sql: c, stmts: map[string]*sql.Stmt{}}, nil
}

func (e *postgresEngine) rewrite(query string) string   { return query }
func (e *postgresEngine) rewriteDDL(text string) string { return text }

func (e *postgresEngine) beginRead() string {
	return "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
}

func (e *postgresEngine) beginWrite() string { return "BEGIN" }

// fatal lists what savepoints cannot undo, or what must be run again from the start.
func (e *postgresEngine) fatal(err error) bool {
	return e.retryable(err) || e.unavailable(err)
}

func (e *postgresEngine) retryable(err error) bool {
	var pe *pgconn.PgError
	return errors.As(err, &pe) && (pe.Code == "40001" || pe.Code == "40P01") // serialization, deadlock
}

func (e *postgresEngine) noTransaction(err error) bool { return false }

// unavailable knows the classes 53 (resources), 57P (shutdown) and 58
// (system error), read-only 25006, and everything that is not an answer of
// the server at all.
func (e *postgresEngine) unavailable(err error) bool {
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return strings.HasPrefix(pe.Code, "53") || strings.HasPrefix(pe.Code, "57P") ||
			strings.HasPrefix(pe.Code, "58") || pe.Code == "25006" || e.retryable(err)
	}
	var ne net.Error
	var ce *pgconn.ConnectError
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.As(err, &ne) || errors.As(err, &ce) ||
		strings.Contains(err.Error(), "conn closed") || strings.Contains(err.Error(), "unexpected EOF")
}

func (e *postgresEngine) close() error { return e.db.Close() }
