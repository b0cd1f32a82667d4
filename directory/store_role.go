package directory

import (
	"context"
	"time"

	"chancery/store"
)

// lockActs makes acts of one organisation run one after the other.
func lockActs(ctx context.Context, tx *store.Tx, org int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO admin_state (org_id, acts, roles, levels) VALUES ($1, 1, 0, 0)
		ON CONFLICT (org_id) DO UPDATE SET acts = admin_state.acts + 1`, org)
	return err
}

// adminState is what tells one state of roles, levels and categories from another.
type adminState struct{ roles, levels, categories int64 }

func selectAdminState(ctx context.Context, tx *store.Tx, org int64) (s adminState, err error) {
	err = tx.Row(ctx, "SELECT roles, levels, categories FROM admin_state WHERE org_id = $1", []any{org}, &s.roles, &s.levels, &s.categories)
	_, err = store.Found(err)
	return s, err
}

func selectRoles(ctx context.Context, tx *store.Tx, org int64) (list []Holding, err error) {
	err = tx.Query(ctx, "SELECT id, account_id, role, unit_id, granted_by, granted_at FROM role_grant WHERE org_id = $1 ORDER BY id", []any{org}, func(scan func(...any) error) error {
		var h Holding
		var at int64
		err := scan(&h.ID, &h.Account, &h.Role, &h.Unit, &h.By, &at)
		h.At = time.UnixMilli(at).UTC()
		list = append(list, h)
		return err
	})
	return list, err
}

func insertRole(ctx context.Context, tx *store.Tx, org int64, h Holding) error {
	if _, err := tx.Exec(ctx, "UPDATE admin_state SET roles = roles + 1 WHERE org_id = $1", org); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "INSERT INTO role_grant (org_id, id, account_id, role, unit_id, granted_by, granted_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		org, h.ID, h.Account, string(h.Role), h.Unit, h.By, h.At.UnixMilli())
	return err
}

func deleteRole(ctx context.Context, tx *store.Tx, org, id int64) error {
	if _, err := tx.Exec(ctx, "UPDATE admin_state SET roles = roles + 1 WHERE org_id = $1", org); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "DELETE FROM role_grant WHERE org_id = $1 AND id = $2", org, id)
	return err
}
