package mail

import (
	"context"
	"encoding/json"

	"chancery/store"
)

const templateColumns = "id, body, created, modseq, gone"

func scanTemplate(scan func(...any) error) (t Template, err error) {
	var body string
	err = scan(&t.ID, &body, &t.Created, &t.Modseq, &t.Gone)
	if err == nil && !t.Gone {
		err = json.Unmarshal([]byte(body), &t.TemplateBody)
	}
	return t, err
}

func selectTemplates(ctx context.Context, tx *store.Tx, account, since int64) (list []Template, err error) {
	err = tx.Query(ctx, "SELECT "+templateColumns+" FROM mail_template WHERE account_id = $1 AND modseq > $2 ORDER BY id", []any{account, since}, func(scan func(...any) error) error {
		t, err := scanTemplate(scan)
		list = append(list, t)
		return err
	})
	if err != nil || len(list) == 0 {
		return list, err
	}
	files, err := selectTemplateFiles(ctx, tx, account)
	for i := range list {
		list[i].Files = files[list[i].ID]
	}
	return list, err
}

func selectTemplateFiles(ctx context.Context, tx *store.Tx, account int64) (files map[int64][]TemplateFile, err error) {
	files = map[int64][]TemplateFile{}
	err = tx.Query(ctx, "SELECT template_id, name, type, org_id, level, hash, size FROM mail_template_file WHERE account_id = $1 ORDER BY template_id, num", []any{account}, func(scan func(...any) error) error {
		var id int64
		var f TemplateFile
		var hash []byte
		err := scan(&id, &f.Name, &f.Type, &f.Blob.Scope.Org, &f.Blob.Scope.Level, &hash, &f.Blob.Size)
		copy(f.Blob.Hash[:], hash)
		files[id] = append(files[id], f)
		return err
	})
	return files, err
}

// putTemplateFiles writes the files of a template in the place of those it had.
func putTemplateFiles(ctx context.Context, tx *store.Tx, account, template int64, files []TemplateFile) error {
	if _, err := tx.Exec(ctx, "DELETE FROM mail_template_file WHERE account_id = $1 AND template_id = $2", account, template); err != nil {
		return err
	}
	for i, f := range files {
		_, err := tx.Exec(ctx, "INSERT INTO mail_template_file (account_id, template_id, num, name, type, org_id, level, hash, size) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
			account, template, i, f.Name, f.Type, f.Blob.Scope.Org, f.Blob.Scope.Level, f.Blob.Hash[:], f.Blob.Size)
		if err != nil {
			return err
		}
	}
	return nil
}

func sumTemplateFiles(ctx context.Context, tx *store.Tx, account int64) (n int64, err error) {
	// The sum of BIGINTs is NUMERIC on PostgreSQL.
	err = tx.Row(ctx, "SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM mail_template_file WHERE account_id = $1", []any{account}, &n)
	return n, err
}

// selectTemplateBlob finds a file of a template, for whoever may read the account.
func selectTemplateBlob(ctx context.Context, tx *store.Tx, account int64, h store.Hash) (b Blob, err error) {
	b.Hash = h
	err = tx.Row(ctx, "SELECT org_id, level, size FROM mail_template_file WHERE account_id = $1 AND hash = $2 ORDER BY template_id, num LIMIT 1",
		[]any{account, h[:]}, &b.Scope.Org, &b.Scope.Level, &b.Size)
	return b, err
}

func selectTemplate(ctx context.Context, tx *store.Tx, account, id int64) (Template, error) {
	t, err := scanTemplate(func(dest ...any) error {
		return tx.Row(ctx, "SELECT "+templateColumns+" FROM mail_template WHERE account_id = $1 AND id = $2", []any{account, id}, dest...)
	})
	if err != nil {
		return t, err
	}
	files, err := selectTemplateFiles(ctx, tx, account)
	t.Files = files[id]
	return t, err
}

func countTemplates(ctx context.Context, tx *store.Tx, account int64) (n int, err error) {
	err = tx.Row(ctx, "SELECT COUNT(*) FROM mail_template WHERE account_id = $1 AND NOT gone", []any{account}, &n)
	return n, err
}

func selectTemplateState(ctx context.Context, tx *store.Tx, account int64) (n int64, err error) {
	err = tx.Row(ctx, "SELECT COALESCE(MAX(modseq), 0) FROM mail_template WHERE account_id = $1", []any{account}, &n)
	return n, err
}

func putTemplate(ctx context.Context, tx *store.Tx, account int64, t Template) error {
	body := []byte("{}")
	if !t.Gone {
		var err error
		if body, err = json.Marshal(t.TemplateBody); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `INSERT INTO mail_template (account_id, id, body, created, modseq, gone) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (account_id, id) DO UPDATE SET body = $3, modseq = $5, gone = $6`, account, t.ID, string(body), t.Created, t.Modseq, t.Gone)
	return err
}
