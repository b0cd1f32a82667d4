package mail

import (
	"context"

	"chancery/store"
)

// filterRow is what an account has of scripts beside them.
type filterRow struct {
	account, modseq, next, active int64
	rules                         string
	discarded, failed             int64
	lastError                     string
	lastErrorAt                   int64
}

func selectFilter(ctx context.Context, tx *store.Tx, account int64) (f filterRow, err error) {
	f.account = account
	err = tx.Row(ctx, "SELECT modseq, next_id, active, rules, discarded, failed, last_error, last_error_at FROM mail_filter WHERE account_id = $1",
		[]any{account}, &f.modseq, &f.next, &f.active, &f.rules, &f.discarded, &f.failed, &f.lastError, &f.lastErrorAt)
	return f, err
}

// selectFilters returns the state and the active script of every account that has scripts.
func selectFilters(ctx context.Context, tx *store.Tx) (all map[int64]filterState, err error) {
	all = map[int64]filterState{}
	err = tx.Query(ctx, "SELECT account_id, modseq, active FROM mail_filter WHERE modseq > 0", nil, func(scan func(...any) error) error {
		var account int64
		var s filterState
		err := scan(&account, &s.modseq, &s.active)
		all[account] = s
		return err
	})
	return all, err
}

func putFilter(ctx context.Context, tx *store.Tx, f filterRow) error {
	_, err := tx.Exec(ctx, `INSERT INTO mail_filter (account_id, modseq, next_id, active, rules, discarded, failed, last_error, last_error_at)
		VALUES ($1, $2, $3, $4, $5, 0, 0, $6, $7)
		ON CONFLICT (account_id) DO UPDATE SET modseq = $2, next_id = $3, active = $4, rules = $5, last_error = $6, last_error_at = $7`,
		f.account, f.modseq, f.next, f.active, f.rules, f.lastError, f.lastErrorAt)
	return err
}

func countDiscarded(ctx context.Context, tx *store.Tx, account int64) error {
	_, err := tx.Exec(ctx, "UPDATE mail_filter SET discarded = discarded + 1 WHERE account_id = $1", account)
	return err
}

func noteFilterError(ctx context.Context, tx *store.Tx, account int64, text string, now int64) error {
	_, err := tx.Exec(ctx, "UPDATE mail_filter SET failed = failed + 1, last_error = $2, last_error_at = $3 WHERE account_id = $1", account, text, now)
	return err
}

const scriptColumns = "id, name, content, org_id, level, hash, size, is_rules"

func scanScript(scan func(...any) error) (s Script, err error) {
	var hash []byte
	err = scan(&s.ID, &s.Name, &s.Text, &s.Blob.Scope.Org, &s.Blob.Scope.Level, &hash, &s.Blob.Size, &s.IsRules)
	copy(s.Blob.Hash[:], hash)
	return s, err
}

func selectScript(ctx context.Context, tx *store.Tx, account, id int64) (s Script, err error) {
	return scanScript(func(dest ...any) error {
		return tx.Row(ctx, "SELECT "+scriptColumns+" FROM mail_sieve WHERE account_id = $1 AND id = $2", []any{account, id}, dest...)
	})
}

func selectScripts(ctx context.Context, tx *store.Tx, account int64) (list []Script, err error) {
	err = tx.Query(ctx, "SELECT "+scriptColumns+" FROM mail_sieve WHERE account_id = $1 ORDER BY id", []any{account}, func(scan func(...any) error) error {
		s, err := scanScript(scan)
		list = append(list, s)
		return err
	})
	return list, err
}

func putScript(ctx context.Context, tx *store.Tx, account int64, s Script) error {
	_, err := tx.Exec(ctx, `INSERT INTO mail_sieve (account_id, id, name, content, org_id, level, hash, size, is_rules)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (account_id, id) DO UPDATE SET name = $3, content = $4, org_id = $5, level = $6, hash = $7, size = $8`,
		account, s.ID, s.Name, s.Text, s.Blob.Scope.Org, s.Blob.Scope.Level, s.Blob.Hash[:], s.Blob.Size, s.IsRules)
	return err
}

func deleteScript(ctx context.Context, tx *store.Tx, account, id int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM mail_sieve WHERE account_id = $1 AND id = $2", account, id)
	return err
}

// selectScriptBlob finds a script's blob, for whoever may read the account.
func selectScriptBlob(ctx context.Context, tx *store.Tx, account int64, h store.Hash) (b Blob, err error) {
	b.Hash = h
	err = tx.Row(ctx, "SELECT org_id, level, size FROM mail_sieve WHERE account_id = $1 AND hash = $2 ORDER BY id LIMIT 1",
		[]any{account, h[:]}, &b.Scope.Org, &b.Scope.Level, &b.Size)
	return b, err
}
