// Package testkit is what tests share: database URLs for both engines, the
// corpus of real mail, a log that ends up in the test's output.
package testkit

import (
	"context"
	"database/sql"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"chancery/kit/id"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that makes the test schemas
)

// PostgresEnv names the variable that holds the URL of a PostgreSQL server
// for tests; `make test` starts one and sets it.
const PostgresEnv = "CHANCERY_TEST_POSTGRES"

// EachDB runs a test on every engine. url is "" for SQLite in a directory of
// the test's own, else a PostgreSQL URL with a fresh schema. Without a server
// the PostgreSQL half is skipped in plain words.
func EachDB(t *testing.T, test func(t *testing.T, url string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, "") })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

// Postgres returns the URL of a fresh schema, dropped when the test ends.
func Postgres(t testing.TB) string {
	t.Helper()
	base := os.Getenv(PostgresEnv)
	if base == "" {
		t.Skipf("no PostgreSQL for tests: set %s, or run `make test`, which starts one", PostgresEnv)
	}
	db, err := sql.Open("pgx", base)
	if err != nil {
		t.Fatal(err)
	}
	name := "t" + id.Text('x', id.New())
	if _, err := db.Exec("CREATE SCHEMA " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		db.ExecContext(context.Background(), "DROP SCHEMA "+name+" CASCADE")
		db.Close()
	})
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}

// Corpus returns a folder of the corpus of real mail and calendars, or skips
// the test in plain words when it is not there.
func Corpus(t testing.TB, sub string) string {
	t.Helper()
	root := os.Getenv("CHANCERY_CORPUS")
	if root == "" {
		root = filepath.Join(Root(), "..", "shared", "corpora")
	}
	dir := filepath.Join(root, sub)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no corpus at %s: set CHANCERY_CORPUS", dir)
	}
	return dir
}

// Root returns the top folder of the source tree.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(filepath.Dir(filepath.Dir(file)))
}

// Log returns a logger that writes into the test's output.
func Log(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
}
