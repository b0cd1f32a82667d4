package identity

import (
	"context"

	"chancery/store"
)

const deviceColumns = "id, hash, agent, peer, first_at, seen_at"

func (d *device) fields() []any {
	return []any{&d.id, &d.hash, &d.agent, &d.peer, &d.first, &d.seen}
}

func insertDevice(ctx context.Context, tx *store.Tx, org, account int64, d device) error {
	_, err := tx.Exec(ctx, "INSERT INTO device (org_id, account_id, "+deviceColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		org, account, d.id, d.hash, d.agent, d.peer, d.first, d.seen)
	return err
}

func selectDevice(ctx context.Context, tx *store.Tx, org, account int64, hash []byte) (d device, err error) {
	err = tx.Row(ctx, "SELECT "+deviceColumns+" FROM device WHERE org_id = $1 AND account_id = $2 AND hash = $3", []any{org, account, hash}, d.fields()...)
	return d, err
}

// selectDevices returns an account's, the last used first.
func selectDevices(ctx context.Context, tx *store.Tx, org, account int64) (list []device, err error) {
	err = tx.Query(ctx, "SELECT "+deviceColumns+" FROM device WHERE org_id = $1 AND account_id = $2 ORDER BY seen_at DESC, id DESC", []any{org, account},
		func(scan func(...any) error) error {
			var d device
			err := scan(d.fields()...)
			list = append(list, d)
			return err
		})
	return list, err
}

// renewDevices gives a device another token in all accounts that know it.
func renewDevices(ctx context.Context, tx *store.Tx, org int64, old, hash []byte) error {
	_, err := tx.Exec(ctx, "UPDATE device SET hash = $3 WHERE org_id = $1 AND hash = $2", org, old, hash)
	return err
}

func touchDevice(ctx context.Context, tx *store.Tx, org, account, id, now int64, peer, agent string) error {
	_, err := tx.Exec(ctx, "UPDATE device SET seen_at = $4, peer = $5, agent = $6 WHERE org_id = $1 AND account_id = $2 AND id = $3", org, account, id, now, peer, agent)
	return err
}

func deleteDevice(ctx context.Context, tx *store.Tx, org, account, id int64) (bool, error) {
	n, err := tx.Exec(ctx, "DELETE FROM device WHERE org_id = $1 AND account_id = $2 AND id = $3", org, account, id)
	return n == 1, err
}

func deleteSessionsOf(ctx context.Context, tx *store.Tx, org, account, device int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM session WHERE org_id = $1 AND account_id = $2 AND device_id = $3", org, account, device)
	return err
}

// disown is a link of "this was not me".
type disown struct{ account, session, device, made int64 }

// insertDisown stores a link, and forgets those that are long over.
func insertDisown(ctx context.Context, tx *store.Tx, org int64, hash []byte, d disown, before int64) error {
	if _, err := tx.Exec(ctx, "DELETE FROM disown WHERE org_id = $1 AND made_at < $2", org, before); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "INSERT INTO disown (org_id, hash, account_id, session_id, device_id, made_at) VALUES ($1, $2, $3, $4, $5, $6)",
		org, hash, d.account, d.session, d.device, d.made)
	return err
}

// takeDisown returns a link and uses it up.
func takeDisown(ctx context.Context, tx *store.Tx, org int64, hash []byte) (d disown, err error) {
	err = tx.Row(ctx, "DELETE FROM disown WHERE org_id = $1 AND hash = $2 RETURNING account_id, session_id, device_id, made_at",
		[]any{org, hash}, &d.account, &d.session, &d.device, &d.made)
	return d, err
}
