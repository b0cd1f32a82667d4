package directory

import (
	"context"
	"encoding/json"

	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

func selectLevels(ctx context.Context, tx *store.Tx, org int64) (list []ServiceLevel, err error) {
	err = tx.Query(ctx, "SELECT id, names, quota, terms, sort FROM service_level WHERE org_id = $1 ORDER BY sort, id", []any{org}, func(scan func(...any) error) error {
		var l ServiceLevel
		var names string
		if err := scan(&l.ID, &names, &l.Quota, (*termsColumn)(&l.Terms), &l.Sort); err != nil {
			return err
		}
		list = append(list, l)
		return json.Unmarshal([]byte(names), &list[len(list)-1].Names)
	})
	return list, err
}

// putLevel stores a level, and gives its people's accounts what it says.
func putLevel(ctx context.Context, tx *store.Tx, org int64, l ServiceLevel) error {
	names, err := json.Marshal(l.Names)
	if err != nil {
		return err
	}
	terms, err := json.Marshal(l.Terms)
	if err != nil {
		return err
	}
	if err := bumpLevels(ctx, tx, org); err != nil {
		return err
	}
	if _, err = tx.Exec(ctx, `INSERT INTO service_level (org_id, id, names, quota, terms, sort) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (org_id, id) DO UPDATE SET names = $3, quota = $4, terms = $5, sort = $6`, org, l.ID, string(names), l.Quota, string(terms), l.Sort); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE account SET level_quota = $3, level_terms = $4
		WHERE org_id = $1 AND id IN (SELECT account_id FROM person WHERE org_id = $1 AND level = $2)`, org, l.ID, l.Quota, string(terms))
	return err
}

func deleteLevel(ctx context.Context, tx *store.Tx, org int64, level string) error {
	if err := bumpLevels(ctx, tx, org); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "DELETE FROM service_level WHERE org_id = $1 AND id = $2", org, level)
	return err
}

func bumpLevels(ctx context.Context, tx *store.Tx, org int64) error {
	_, err := tx.Exec(ctx, "UPDATE admin_state SET levels = levels + 1 WHERE org_id = $1", org)
	return err
}

func levelUsed(ctx context.Context, tx *store.Tx, org int64, level string) (used bool, err error) {
	var n int64
	err = tx.Row(ctx, "SELECT (SELECT COUNT(*) FROM person WHERE org_id = $1 AND level = $2) + (SELECT COUNT(*) FROM visibility WHERE org_id = $1 AND level = $2)", []any{org, level}, &n)
	return n > 0, err
}

// putLevelOf gives a person's account what their level says.
func putLevelOf(ctx context.Context, tx *store.Tx, org int64, p Person) error {
	var quota int64
	terms := "{}"
	err := tx.Row(ctx, "SELECT quota, terms FROM service_level WHERE org_id = $1 AND id = $2", []any{org, p.Level}, &quota, &terms)
	if _, err = store.Found(err); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE account SET level_quota = $3, level_terms = $4 WHERE org_id = $1 AND id = $2", org, p.Account, quota, terms)
	return err
}

// termsColumn reads terms from their column.
type termsColumn policy.Terms

// Scan is what database/sql calls.
func (t *termsColumn) Scan(value any) error {
	*t = termsColumn{}
	text, ok := value.(string)
	if !ok {
		return errs.E(errs.Internal, "Terms are kept as text, not as %T.", value)
	}
	if text == "{}" { // as most accounts have it
		return nil
	}
	return json.Unmarshal([]byte(text), (*policy.Terms)(t))
}
