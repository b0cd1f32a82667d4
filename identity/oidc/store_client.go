package oidc

import (
	"context"

	"chancery/store"
)

func insertClient(ctx context.Context, tx *store.Tx, c Client, settings string, made int64) error {
	_, err := tx.Exec(ctx, "INSERT INTO oidc_client (org_id, id, name, kind, secret, settings, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		c.Org, c.ID, c.Name, c.Kind, c.secret, settings, made)
	return err
}

// selectClients returns those of an organisation by name, or the one with the
// id where one is given.
func selectClients(ctx context.Context, tx *store.Tx, org int64, id string) (list []Client, err error) {
	query := "SELECT id, name, kind, secret, settings, made_at FROM oidc_client WHERE org_id = $1 AND ($2 = '' OR id = $2) ORDER BY name, id"
	err = tx.Query(ctx, query, []any{org, id}, func(scan func(...any) error) error {
		c := Client{Org: org}
		var settings string
		var made int64
		if err := scan(&c.ID, &c.Name, &c.Kind, &c.secret, &settings, &made); err != nil {
			return err
		}
		list = append(list, c)
		return list[len(list)-1].read(settings, made)
	})
	return list, err
}

func updateClient(ctx context.Context, tx *store.Tx, c Client, settings string) error {
	_, err := tx.Exec(ctx, "UPDATE oidc_client SET name = $3, settings = $4 WHERE org_id = $1 AND id = $2", c.Org, c.ID, c.Name, settings)
	return err
}

func updateSecret(ctx context.Context, tx *store.Tx, org int64, id string, secret []byte) error {
	_, err := tx.Exec(ctx, "UPDATE oidc_client SET secret = $3 WHERE org_id = $1 AND id = $2", org, id, secret)
	return err
}

// deleteClient removes a client with everything that was granted to it.
func deleteClient(ctx context.Context, tx *store.Tx, org int64, id string) (bool, error) {
	n, err := tx.Exec(ctx, "DELETE FROM oidc_client WHERE org_id = $1 AND id = $2", org, id)
	if err != nil || n == 0 {
		return false, err
	}
	for _, query := range []string{
		"DELETE FROM oidc_token WHERE org_id = $1 AND grant_id IN (SELECT id FROM oidc_grant WHERE org_id = $1 AND client_id = $2)",
		"DELETE FROM oidc_code WHERE org_id = $1 AND client_id = $2",
		"DELETE FROM oidc_device WHERE org_id = $1 AND client_id = $2",
		"DELETE FROM oidc_consent WHERE org_id = $1 AND client_id = $2",
		"DELETE FROM oidc_grant WHERE org_id = $1 AND client_id = $2",
		"DELETE FROM oidc_goodbye WHERE org_id = $1 AND client_id = $2",
	} {
		if _, err := tx.Exec(ctx, query, org, id); err != nil {
			return false, err
		}
	}
	return true, nil
}

type storedKey struct {
	id     string
	sealed []byte
	shown  string
	made   int64
}

// selectKeys returns the keys of a purpose, the newest first.
func selectKeys(ctx context.Context, tx *store.Tx, purpose string) (list []storedKey, err error) {
	err = tx.Query(ctx, "SELECT id, sealed, shown, made_at FROM oidc_key WHERE org_id = 0 AND purpose = $1 ORDER BY made_at DESC, id", []any{purpose}, func(scan func(...any) error) error {
		var k storedKey
		err := scan(&k.id, &k.sealed, &k.shown, &k.made)
		list = append(list, k)
		return err
	})
	return list, err
}

func insertKey(ctx context.Context, tx *store.Tx, purpose string, k storedKey) error {
	_, err := tx.Exec(ctx, "INSERT INTO oidc_key (org_id, id, purpose, sealed, shown, made_at) VALUES (0, $1, $2, $3, $4, $5)", k.id, purpose, k.sealed, k.shown, k.made)
	return err
}

func deleteKey(ctx context.Context, tx *store.Tx, id string) error {
	_, err := tx.Exec(ctx, "DELETE FROM oidc_key WHERE org_id = 0 AND id = $1", id)
	return err
}

type device struct {
	hash                []byte
	userCode, client    string
	scope, peer         string
	grant, pause, asked int64
	ends                int64
	least               int
}

const deviceColumns = "SELECT hash, user_code, client_id, scope, grant_id, pause, asked_at, ends_at, least FROM oidc_device WHERE org_id = $1 "

func (d *device) fields() []any {
	return []any{&d.hash, &d.userCode, &d.client, &d.scope, &d.grant, &d.pause, &d.asked, &d.ends, &d.least}
}

func insertDevice(ctx context.Context, tx *store.Tx, org int64, d device) error {
	_, err := tx.Exec(ctx, "INSERT INTO oidc_device (org_id, hash, user_code, client_id, scope, peer, grant_id, pause, asked_at, ends_at, least) VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, $10)",
		org, d.hash, d.userCode, d.client, d.scope, d.peer, d.pause, d.asked, d.ends, d.least)
	return err
}

func selectDevice(ctx context.Context, tx *store.Tx, org int64, hash []byte) (d device, err error) {
	err = tx.Row(ctx, deviceColumns+"AND hash = $2", []any{org, hash}, d.fields()...)
	return d, err
}

func selectDeviceByCode(ctx context.Context, tx *store.Tx, org int64, userCode string, now int64) (d device, err error) {
	err = tx.Row(ctx, deviceColumns+"AND user_code = $2 AND grant_id = 0 AND ends_at >= $3", []any{org, userCode, now}, d.fields()...)
	return d, err
}

// answerDevice notes the answer of a person; false when there is one already.
func answerDevice(ctx context.Context, tx *store.Tx, org int64, hash []byte, grant int64) (bool, error) {
	n, err := tx.Exec(ctx, "UPDATE oidc_device SET grant_id = $3 WHERE org_id = $1 AND hash = $2 AND grant_id = 0", org, hash, grant)
	return n == 1, err
}

func askedDevice(ctx context.Context, tx *store.Tx, org int64, hash []byte, now, pause int64) error {
	_, err := tx.Exec(ctx, "UPDATE oidc_device SET asked_at = $3, pause = $4 WHERE org_id = $1 AND hash = $2", org, hash, now, pause)
	return err
}

func deleteDevice(ctx context.Context, tx *store.Tx, org int64, hash []byte) (bool, error) {
	n, err := tx.Exec(ctx, "DELETE FROM oidc_device WHERE org_id = $1 AND hash = $2", org, hash)
	return n == 1, err
}
