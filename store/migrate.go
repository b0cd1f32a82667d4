package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"sort"
	"strconv"
	"strings"

	"chancery/kit/errs"
)

//go:embed schema/*.sql
var schema embed.FS

// Migrate brings a room's tables up to date. files holds schema/0001_name.sql
// and so on; each runs once, in order, in one transaction with its record. A
// program older than the database refuses it.
func (s *Store) Migrate(ctx context.Context, room string, files fs.FS) error {
	steps, err := readSteps(files)
	if err != nil {
		return err
	}
	return s.Write(ctx, func(tx *Tx) error {
		if err := tx.conn.exec(ctx, "CREATE TABLE IF NOT EXISTS schema_version (room TEXT NOT NULL, version BIGINT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (room, version))"); err != nil {
			return err
		}
		done := 0
		newest := ""
		err := tx.Query(ctx, "SELECT version, name FROM schema_version WHERE room = $1 ORDER BY version", []any{room}, func(scan func(...any) error) error {
			return scan(&done, &newest)
		})
		if err != nil {
			return err
		}
		if done > len(steps) {
			return errs.E(errs.Unsupported, "the database was written by a newer Chancery: %s is at schema %d (%s), this program knows %d; run the newer program", room, done, newest, len(steps))
		}
		for i := done; i < len(steps); i++ {
			if err := steps[i].run(ctx, tx, room, i+1); err != nil {
				return fmt.Errorf("schema %s %s: %w", room, steps[i].name, err)
			}
		}
		return nil
	})
}

// step is one migration file.
type step struct {
	name, text string
}

func readSteps(files fs.FS) ([]step, error) {
	names, err := fs.Glob(files, "schema/*.sql")
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	var steps []step
	for i, name := range names {
		base := strings.TrimPrefix(name, "schema/")
		if n, err := strconv.Atoi(strings.SplitN(base, "_", 2)[0]); err != nil || n != i+1 {
			return nil, errs.E(errs.Internal, "schema file %s: want number %04d", name, i+1)
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		steps = append(steps, step{base, string(text)})
	}
	return steps, nil
}

func (st step) run(ctx context.Context, tx *Tx, room string, version int) error {
	for _, text := range strings.Split(tx.conn.engine.rewriteDDL(st.text), ";\n") {
		if strings.TrimSpace(text) == "" {
			continue
		}
		if _, err := tx.conn.sql.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, "INSERT INTO schema_version (room, version, name) VALUES ($1, $2, $3)", room, version, st.name)
	return err
}
