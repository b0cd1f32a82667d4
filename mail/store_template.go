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
	return list, err
}

func selectTemplate(ctx context.Context, tx *store.Tx, account, id int64) (Template, error) {
	return scanTemplate(func(dest ...any) error {
		return tx.Row(ctx, "SELECT "+templateColumns+" FROM mail_template WHERE account_id = $1 AND id = $2", []any{account, id}, dest...)
	})
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
