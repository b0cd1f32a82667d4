package cert

import (
	"context"

	"chancery/store"
)

const columns = "id, account_id, kind, key, holder, author, subject, issuer, number, ends_at, made_at, used_at"

func (r *Registration) fields() []any {
	return []any{&r.ID, &r.Account, &r.Kind, &r.key, &r.Holder, &r.Author, &r.Subject, &r.Issuer, &r.Number, &r.ends, &r.made, &r.used}
}

// insertRegistration says whose a certificate is; false when that is said of
// it already.
func insertRegistration(ctx context.Context, tx *store.Tx, org int64, r Registration) (bool, error) {
	n, err := tx.Exec(ctx, "INSERT INTO cert_registration (org_id, "+columns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING",
		org, r.ID, r.Account, r.Kind, r.key, r.Holder, r.Author, r.Subject, r.Issuer, r.Number, r.ends, r.made, r.used)
	return n == 1, err
}

func selectRegistration(ctx context.Context, tx *store.Tx, org int64, key string) (r Registration, err error) {
	err = tx.Row(ctx, "SELECT "+columns+" FROM cert_registration WHERE org_id = $1 AND key = $2", []any{org, key}, r.fields()...)
	return r, err
}

func selectRegistrations(ctx context.Context, tx *store.Tx, org, account int64) (list []Registration, err error) {
	err = tx.Query(ctx, "SELECT "+columns+" FROM cert_registration WHERE org_id = $1 AND account_id = $2 ORDER BY made_at, id", []any{org, account}, func(scan func(...any) error) error {
		var r Registration
		err := scan(r.fields()...)
		list = append(list, r)
		return err
	})
	return list, err
}

// useRegistration notes when one let in, and until when the certificate is
// good that did: it may be the next one of the person.
func useRegistration(ctx context.Context, tx *store.Tx, org, id, now, ends int64, number string) error {
	_, err := tx.Exec(ctx, "UPDATE cert_registration SET used_at = $3, ends_at = $4, number = $5 WHERE org_id = $1 AND id = $2", org, id, now, ends, number)
	return err
}

func deleteRegistration(ctx context.Context, tx *store.Tx, org, account, id int64) (bool, error) {
	n, err := tx.Exec(ctx, "DELETE FROM cert_registration WHERE org_id = $1 AND account_id = $2 AND id = $3", org, account, id)
	return n == 1, err
}

// deleteSince removes what an account got since a time.
func deleteSince(ctx context.Context, tx *store.Tx, org, account, since int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM cert_ground WHERE org_id = $1 AND registration_id IN (SELECT id FROM cert_registration WHERE org_id = $1 AND account_id = $2 AND made_at >= $3)", org, account, since)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "DELETE FROM cert_registration WHERE org_id = $1 AND account_id = $2 AND made_at >= $3", org, account, since)
	return err
}

// selectEnding returns those that end in a time and whose person was not told.
func selectEnding(ctx context.Context, tx *store.Tx, from, until int64, most int) (list []ending, err error) {
	err = tx.Query(ctx, "SELECT org_id, id, account_id, holder, author, ends_at FROM cert_registration WHERE ends_at > $1 AND ends_at <= $2 AND warned <> ends_at ORDER BY ends_at LIMIT $3",
		[]any{from, until, most}, func(scan func(...any) error) error {
			var e ending
			err := scan(&e.org, &e.id, &e.account, &e.holder, &e.author, &e.ends)
			list = append(list, e)
			return err
		})
	return list, err
}

// noteEnding notes that the person is told of an end, false when that was
// noted before. The next certificate of the person has another end.
func noteEnding(ctx context.Context, tx *store.Tx, e ending) (bool, error) {
	n, err := tx.Exec(ctx, "UPDATE cert_registration SET warned = ends_at WHERE org_id = $1 AND id = $2 AND ends_at = $3 AND warned <> ends_at", e.org, e.id, e.ends)
	return n == 1, err
}
