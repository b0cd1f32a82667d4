package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"chancery/kit/errs"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
	"github.com/ncruces/go-sqlite3/ext/fts5"
	_ "github.com/ncruces/go-sqlite3/vfs/adiantum" // the encrypting file layer
)

// sqliteEngine is SQLite in one encrypted file, in WAL mode.
type sqliteEngine struct {
	db *sql.DB
}

// Page caches in KiB. The writer touches the hot ends of the tables; readers
// fill their caches as needed. They bound the memory at rest.
const (
	writerCacheKiB = 16 << 10
	readerCacheKiB = 4 << 10
)

func openSQLite(opt Options, keys *keyring, file string, durable bool) (engine, error) {
	path := filepath.Join(opt.Dir, file)
	registerGather()
	synchronous, layer := "FULL", gatherName
	if !durable {
		synchronous, layer = "NORMAL", "adiantum"
	}
	// Order matters: the key first, then the busy timeout.
	pragmas := []string{
		"PRAGMA hexkey='" + hex.EncodeToString(keys.database[:]) + "'",
		fmt.Sprintf("PRAGMA busy_timeout=%d", opt.BusyTimeout.Milliseconds()),
		"PRAGMA journal_mode=WAL",
		"PRAGMA synchronous=" + synchronous,
		"PRAGMA temp_store=MEMORY",
		"PRAGMA foreign_keys=ON",
		"PRAGMA wal_autocheckpoint=4000",
	}
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?vfs=" + layer + "&_txlock=immediate"
	db, err := driver.Open(dsn, func(c *sqlite3.Conn) error {
		for _, p := range pragmas {
			if err := c.Exec(p); err != nil {
				return err
			}
		}
		return fts5.Register(c)
	})
	if err != nil {
		return nil, err
	}
	db.SetMaxIdleConns(0) // connections are kept by pool and writer
	e := &sqliteEngine{db: db}
	if err := e.probe(path); err != nil {
		db.Close()
		return nil, err
	}
	return e, nil
}

// probe reads the file once, to say in words when it cannot be opened.
func (e *sqliteEngine) probe(path string) error {
	var mode string
	err := e.db.QueryRow("PRAGMA journal_mode").Scan(&mode)
	switch {
	case errors.Is(err, sqlite3.NOTADB):
		return errs.Wrap(errs.Invalid, err, "%s cannot be read with this master key: it was made under another one, or is not a Chancery database", path)
	case err != nil:
		return errs.Wrap(errs.Unavailable, err, "cannot open the database %s", path)
	case mode != "wal":
		return errs.E(errs.Unavailable, "the file system of %s does not support write-ahead logging (mode %s)", path, mode)
	}
	return nil
}

func (e *sqliteEngine) name() string { return "sqlite" }
func (e *sqliteEngine) writers() int { return 1 }

func (e *sqliteEngine) connect(ctx context.Context, write bool) (*conn, error) {
	c, err := e.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	cache := readerCacheKiB
	if write {
		cache = writerCacheKiB
	}
	if _, err := c.ExecContext(ctx, fmt.Sprintf("PRAGMA cache_size=-%d", cache)); err != nil {
		c.Close()
		return nil, err
	}
	return &conn{engine: e, sql: c, stmts: map[string]*sql.Stmt{}}, nil
}

func (e *sqliteEngine) rewrite(query string) string { return questionMarks(query) }

// rewriteDDL keeps what the schema says to SQLite alone: /*! ... */ is a
// comment to PostgreSQL.
func (e *sqliteEngine) rewriteDDL(text string) string {
	return strings.NewReplacer("/*!", "", "!*/", "", "BYTEA", "BLOB").Replace(text)
}

func (e *sqliteEngine) beginRead() string  { return "BEGIN DEFERRED" }
func (e *sqliteEngine) beginWrite() string { return "BEGIN IMMEDIATE" }

// fatal lists the errors on which SQLite may have rolled back by itself
// (sqlite.org/lang_transaction.html, response to errors within a transaction).
func (e *sqliteEngine) fatal(err error) bool {
	return e.unavailable(err) || isSQLite(err, sqlite3.NOMEM, sqlite3.CORRUPT, sqlite3.NOTADB)
}

func (e *sqliteEngine) retryable(err error) bool {
	return isSQLite(err, sqlite3.BUSY, sqlite3.LOCKED)
}

func (e *sqliteEngine) noTransaction(err error) bool {
	return strings.Contains(err.Error(), "no transaction is active")
}

func (e *sqliteEngine) unavailable(err error) bool {
	return isSQLite(err, sqlite3.FULL, sqlite3.IOERR, sqlite3.READONLY, sqlite3.CANTOPEN, sqlite3.BUSY, sqlite3.LOCKED, sqlite3.PERM)
}

func (e *sqliteEngine) close() error { return e.db.Close() }

func isSQLite(err error, codes ...sqlite3.ErrorCode) bool {
	for _, code := range codes {
		if errors.Is(err, code) {
			return true
		}
	}
	return false
}
