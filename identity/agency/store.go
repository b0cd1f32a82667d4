package agency

import (
	"context"

	"chancery/store"
)

func insertProvider(ctx context.Context, tx *store.Tx, p Provider, settings string, sealed []byte, made int64) error {
	_, err := tx.Exec(ctx, "INSERT INTO agency_provider (org_id, id, name, kind, settings, secret, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7)", p.Org, p.ID, p.Name, p.Kind, settings, sealed, made)
	return err
}

// selectProviders returns those of an organisation by name, or the one with
// the id where one is given.
func selectProviders(ctx context.Context, tx *store.Tx, org int64, id string) (list []Provider, err error) {
	query := "SELECT id, name, kind, settings, secret, made_at FROM agency_provider WHERE org_id = $1 AND ($2 = '' OR id = $2) ORDER BY name, id"
	err = tx.Query(ctx, query, []any{org, id}, func(scan func(...any) error) error {
		p := Provider{Org: org}
		var settings string
		var made int64
		if err := scan(&p.ID, &p.Name, &p.Kind, &settings, &p.sealed, &made); err != nil {
			return err
		}
		list = append(list, p)
		return list[len(list)-1].read(settings, made)
	})
	return list, err
}

func updateProvider(ctx context.Context, tx *store.Tx, p Provider, settings string) error {
	_, err := tx.Exec(ctx, "UPDATE agency_provider SET name = $3, settings = $4 WHERE org_id = $1 AND id = $2", p.Org, p.ID, p.Name, settings)
	return err
}

func updateSecret(ctx context.Context, tx *store.Tx, org int64, id string, sealed []byte) error {
	_, err := tx.Exec(ctx, "UPDATE agency_provider SET secret = $3 WHERE org_id = $1 AND id = $2", org, id, sealed)
	return err
}

// deleteProvider removes a provider with its links.
func deleteProvider(ctx context.Context, tx *store.Tx, org int64, id string) (bool, error) {
	n, err := tx.Exec(ctx, "DELETE FROM agency_provider WHERE org_id = $1 AND id = $2", org, id)
	if err != nil || n == 0 {
		return false, err
	}
	_, err = tx.Exec(ctx, "DELETE FROM agency_link WHERE org_id = $1 AND provider = $2", org, id)
	return true, err
}

func selectLink(ctx context.Context, tx *store.Tx, org int64, provider, subject string) (account int64, err error) {
	err = tx.Row(ctx, "SELECT account_id FROM agency_link WHERE org_id = $1 AND provider = $2 AND subject = $3", []any{org, provider, subject}, &account)
	return account, err
}

// insertLink says who somebody is; false when the subject or the account has a
// link already.
func insertLink(ctx context.Context, tx *store.Tx, org int64, provider, subject string, account, now int64) (bool, error) {
	n, err := tx.Exec(ctx, "INSERT INTO agency_link (org_id, provider, subject, account_id, made_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING", org, provider, subject, account, now)
	return n == 1, err
}

func deleteLink(ctx context.Context, tx *store.Tx, org int64, provider string, account int64) (bool, error) {
	n, err := tx.Exec(ctx, "DELETE FROM agency_link WHERE org_id = $1 AND provider = $2 AND account_id = $3", org, provider, account)
	return n == 1, err
}
