package cert

import (
	"context"

	"chancery/store"
)

const groundColumns = "SELECT org_id, id, account_id, registration_id, chain, used_at, looked_at FROM cert_ground "

func (g *ground) fields() []any {
	return []any{&g.org, &g.id, &g.account, &g.registration, &g.chain, &g.used, &g.looked}
}

func selectGround(ctx context.Context, tx *store.Tx, org, account int64, print []byte) (g ground, err error) {
	err = tx.Row(ctx, groundColumns+"WHERE org_id = $1 AND account_id = $2 AND print = $3", []any{org, account, print}, g.fields()...)
	return g, err
}

// putGround keeps what a certificate opens rests on, and returns its id: the
// one it had, where it let the account in before.
func putGround(ctx context.Context, tx *store.Tx, g ground, print []byte) (id int64, err error) {
	err = tx.Row(ctx, `INSERT INTO cert_ground (org_id, id, account_id, print, registration_id, chain, used_at, looked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
		ON CONFLICT (org_id, account_id, print) DO UPDATE SET registration_id = $5, chain = $6, used_at = $7, looked_at = $7 RETURNING id`,
		[]any{g.org, g.id, g.account, print, g.registration, g.chain, g.used}, &id)
	return id, err
}

func groundThere(ctx context.Context, tx *store.Tx, org, account, id int64) (bool, error) {
	var n int64
	return store.Found(tx.Row(ctx, "SELECT id FROM cert_ground WHERE org_id = $1 AND id = $2 AND account_id = $3", []any{org, id, account}, &n))
}

// selectGroundsOf returns what a registration opened.
func selectGroundsOf(ctx context.Context, tx *store.Tx, org, account, registration int64) (list []ground, err error) {
	err = tx.Query(ctx, groundColumns+"WHERE org_id = $1 AND account_id = $2 AND registration_id = $3", []any{org, account, registration}, func(scan func(...any) error) error {
		var g ground
		err := scan(g.fields()...)
		list = append(list, g)
		return err
	})
	return list, err
}

// selectUnseen returns those that were not looked at since a time.
func selectUnseen(ctx context.Context, tx *store.Tx, before int64, most int) (list []ground, err error) {
	err = tx.Query(ctx, groundColumns+"WHERE looked_at < $1 ORDER BY looked_at LIMIT $2", []any{before, most}, func(scan func(...any) error) error {
		var g ground
		err := scan(g.fields()...)
		list = append(list, g)
		return err
	})
	return list, err
}

// claimGround notes that one is being looked at, false when another server
// was quicker.
func claimGround(ctx context.Context, tx *store.Tx, g ground, now int64) (bool, error) {
	n, err := tx.Exec(ctx, "UPDATE cert_ground SET looked_at = $4 WHERE org_id = $1 AND id = $2 AND looked_at = $3", g.org, g.id, g.looked, now)
	return n == 1, err
}

func deleteGround(ctx context.Context, tx *store.Tx, org, id int64) (bool, error) {
	n, err := tx.Exec(ctx, "DELETE FROM cert_ground WHERE org_id = $1 AND id = $2", org, id)
	return n == 1, err
}
