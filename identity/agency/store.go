package agency

import (
	"context"

	"chancery/store"
)

func insertProvider(ctx context.Context, tx *store.Tx, p Provider, settings string, sealed []byte, made int64) error {
	_, err := tx.Exec(ctx, "INSERT INTO agency_provider (org_id, id, name, kind, settings, secret, made_at, ground) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", p.Org, p.ID, p.Name, p.Kind, settings, sealed, made, p.ground)
	return err
}

// selectProviders returns those of an organisation by name, or the one with
// the id where one is given.
func selectProviders(ctx context.Context, tx *store.Tx, org int64, id string) ([]Provider, error) {
	return readProviders(ctx, tx, org, "AND ($2 = '' OR id = $2) ORDER BY name, id", id)
}

// selectProvidersOn returns the one whose ground it is, if any.
func selectProvidersOn(ctx context.Context, tx *store.Tx, org, ground int64) ([]Provider, error) {
	return readProviders(ctx, tx, org, "AND ground = $2", ground)
}

func readProviders(ctx context.Context, tx *store.Tx, org int64, which string, arg any) (list []Provider, err error) {
	query := "SELECT id, name, kind, settings, secret, made_at, ground FROM agency_provider WHERE org_id = $1 " + which
	err = tx.Query(ctx, query, []any{org, arg}, func(scan func(...any) error) error {
		p := Provider{Org: org}
		var settings string
		var made int64
		if err := scan(&p.ID, &p.Name, &p.Kind, &settings, &p.sealed, &made, &p.ground); err != nil {
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

// groundless is a row that was made before there were grounds.
type groundless struct {
	org         int64
	id, subject string // subject is of a link only
}

func selectGroundless(ctx context.Context, tx *store.Tx) (list []groundless, err error) {
	query := "SELECT org_id, id, '' FROM agency_provider WHERE ground = 0 UNION ALL SELECT org_id, provider, subject FROM agency_link WHERE ground = 0"
	err = tx.Query(ctx, query, nil, func(scan func(...any) error) error {
		var g groundless
		err := scan(&g.org, &g.id, &g.subject)
		list = append(list, g)
		return err
	})
	return list, err
}

func putGround(ctx context.Context, tx *store.Tx, g groundless, ground int64) error {
	query, args := "UPDATE agency_provider SET ground = $3 WHERE org_id = $1 AND id = $2 AND ground = 0", []any{g.org, g.id, ground}
	if g.subject != "" {
		query, args = "UPDATE agency_link SET ground = $3 WHERE org_id = $1 AND provider = $2 AND subject = $4 AND ground = 0", append(args, g.subject)
	}
	_, err := tx.Exec(ctx, query, args...)
	return err
}

// linkHolds says whether a ground is that of an account's link.
func linkHolds(ctx context.Context, tx *store.Tx, org, account, ground int64) (bool, error) {
	var n int64
	return store.Found(tx.Row(ctx, "SELECT account_id FROM agency_link WHERE org_id = $1 AND account_id = $2 AND ground = $3", []any{org, account, ground}, &n))
}

// selectLinkGrounds returns those of all links of a provider.
func selectLinkGrounds(ctx context.Context, tx *store.Tx, org int64, provider string) (list []int64, err error) {
	err = tx.Query(ctx, "SELECT ground FROM agency_link WHERE org_id = $1 AND provider = $2", []any{org, provider}, func(scan func(...any) error) error {
		var ground int64
		err := scan(&ground)
		list = append(list, ground)
		return err
	})
	return list, err
}

func selectLink(ctx context.Context, tx *store.Tx, org int64, provider, subject string) (account, ground int64, err error) {
	err = tx.Row(ctx, "SELECT account_id, ground FROM agency_link WHERE org_id = $1 AND provider = $2 AND subject = $3", []any{org, provider, subject}, &account, &ground)
	return account, ground, err
}

// insertLink says who somebody is; false when the subject or the account has a
// link already.
func insertLink(ctx context.Context, tx *store.Tx, org int64, provider, subject string, account, ground, now int64) (bool, error) {
	n, err := tx.Exec(ctx, "INSERT INTO agency_link (org_id, provider, subject, account_id, ground, made_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING", org, provider, subject, account, ground, now)
	return n == 1, err
}

// selectLinkOf returns the ground of an account's link to a provider; 0 = there is none.
func selectLinkOf(ctx context.Context, tx *store.Tx, org int64, provider string, account int64) (ground int64, err error) {
	err = tx.Row(ctx, "SELECT ground FROM agency_link WHERE org_id = $1 AND provider = $2 AND account_id = $3", []any{org, provider, account}, &ground)
	_, err = store.Found(err)
	return ground, err
}

func deleteLink(ctx context.Context, tx *store.Tx, org int64, provider string, account int64) (bool, error) {
	n, err := tx.Exec(ctx, "DELETE FROM agency_link WHERE org_id = $1 AND provider = $2 AND account_id = $3", org, provider, account)
	return n == 1, err
}
