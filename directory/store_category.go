package directory

import (
	"context"
	"encoding/json"

	"chancery/store"
)

func selectCategories(ctx context.Context, tx *store.Tx, org int64) (list []Category, err error) {
	err = tx.Query(ctx, "SELECT code, names, sort FROM person_category WHERE org_id = $1 ORDER BY sort, code", []any{org}, func(scan func(...any) error) error {
		var c Category
		var names string
		if err := scan(&c.Code, &names, &c.Sort); err != nil {
			return err
		}
		list = append(list, c)
		return json.Unmarshal([]byte(names), &list[len(list)-1].Names)
	})
	return list, err
}

func putCategory(ctx context.Context, tx *store.Tx, org int64, c Category) error {
	names, err := json.Marshal(c.Names)
	if err != nil {
		return err
	}
	if err := bumpCategories(ctx, tx, org); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO person_category (org_id, code, names, sort) VALUES ($1, $2, $3, $4)
		ON CONFLICT (org_id, code) DO UPDATE SET names = $3, sort = $4`, org, c.Code, string(names), c.Sort)
	return err
}

func deleteCategory(ctx context.Context, tx *store.Tx, org int64, code string) error {
	if err := bumpCategories(ctx, tx, org); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "DELETE FROM person_category WHERE org_id = $1 AND code = $2", org, code)
	return err
}

// bumpCategories counts on; the book has the names, so that it is read anew.
func bumpCategories(ctx context.Context, tx *store.Tx, org int64) error {
	modseq, err := bumpBook(ctx, tx, org)
	if err != nil {
		return err
	}
	if _, err = tx.Exec(ctx, "UPDATE org_state SET rules = $2 WHERE org_id = $1", org, modseq); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE admin_state SET categories = categories + 1 WHERE org_id = $1", org)
	return err
}

func categoryUsed(ctx context.Context, tx *store.Tx, org int64, code string) (used bool, err error) {
	var n int64
	err = tx.Row(ctx, "SELECT COUNT(*) FROM person WHERE org_id = $1 AND category = $2", []any{org, code}, &n)
	return n > 0, err
}

func categoryThere(ctx context.Context, tx *store.Tx, org int64, code string) (bool, error) {
	var n int64
	err := tx.Row(ctx, "SELECT COUNT(*) FROM person_category WHERE org_id = $1 AND code = $2", []any{org, code}, &n)
	return n > 0, err
}
