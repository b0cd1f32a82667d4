package identity

import (
	"context"

	"chancery/store"
)

const factorColumns = "id, kind, name, secret, confirmed, step, made_at, used_at"

func (f *factor) fields() []any {
	return []any{&f.id, &f.kind, &f.name, &f.secret, &f.confirmed, &f.step, &f.made, &f.used}
}

func insertFactor(ctx context.Context, tx *store.Tx, org, account int64, f factor) error {
	_, err := tx.Exec(ctx, "INSERT INTO factor (org_id, account_id, "+factorColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
		org, account, f.id, f.kind, f.name, f.secret, f.confirmed, f.step, f.made, f.used)
	return err
}

func selectFactors(ctx context.Context, tx *store.Tx, org, account int64) (list []factor, err error) {
	err = tx.Query(ctx, "SELECT "+factorColumns+" FROM factor WHERE org_id = $1 AND account_id = $2 ORDER BY id", []any{org, account}, func(scan func(...any) error) error {
		var f factor
		err := scan(f.fields()...)
		list = append(list, f)
		return err
	})
	return list, err
}

// takeStep marks a time step as used, unless it or a later one was already.
func takeStep(ctx context.Context, tx *store.Tx, org, account, id, step, now int64) (bool, error) {
	n, err := tx.Exec(ctx, "UPDATE factor SET step = $4, used_at = $5, confirmed = TRUE WHERE org_id = $1 AND account_id = $2 AND id = $3 AND step < $4", org, account, id, step, now)
	return n == 1, err
}

// confirmFactor takes a key that has answered.
func confirmFactor(ctx context.Context, tx *store.Tx, org, account, id int64, secret []byte) error {
	_, err := tx.Exec(ctx, "UPDATE factor SET secret = $4, confirmed = TRUE WHERE org_id = $1 AND account_id = $2 AND id = $3", org, account, id, secret)
	return err
}

// useKey keeps the counter of a key, and when it answered.
func useKey(ctx context.Context, tx *store.Tx, org, account, id int64, secret []byte, now int64) error {
	_, err := tx.Exec(ctx, "UPDATE factor SET secret = $4, used_at = $5 WHERE org_id = $1 AND account_id = $2 AND id = $3", org, account, id, secret, now)
	return err
}

// renameFactor gives a factor another name; false when there is none such.
func renameFactor(ctx context.Context, tx *store.Tx, org, account, id int64, name string) (bool, error) {
	n, err := tx.Exec(ctx, "UPDATE factor SET name = $4 WHERE org_id = $1 AND account_id = $2 AND id = $3 AND confirmed", org, account, id, name)
	return n == 1, err
}

func deleteFactor(ctx context.Context, tx *store.Tx, org, account, id int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM factor WHERE org_id = $1 AND account_id = $2 AND id = $3", org, account, id)
	return err
}

// noteSecond keeps in the credential whether a second factor is asked for.
func noteSecond(ctx context.Context, tx *store.Tx, org, account int64) error {
	_, err := tx.Exec(ctx, `UPDATE credential SET second = EXISTS (SELECT 1 FROM factor WHERE org_id = $1 AND account_id = $2 AND confirmed)
		WHERE org_id = $1 AND account_id = $2`, org, account)
	return err
}

func replaceRecoveryCodes(ctx context.Context, tx *store.Tx, org, account int64, hashes [][]byte) error {
	_, err := tx.Exec(ctx, "DELETE FROM recovery_code WHERE org_id = $1 AND account_id = $2", org, account)
	for _, h := range hashes {
		if err == nil {
			_, err = tx.Exec(ctx, "INSERT INTO recovery_code (org_id, account_id, hash, used_at) VALUES ($1, $2, $3, 0)", org, account, h)
		}
	}
	return err
}

// takeRecoveryCode uses a code up; false when there is none such.
func takeRecoveryCode(ctx context.Context, tx *store.Tx, org, account int64, hash []byte, now int64) (bool, error) {
	n, err := tx.Exec(ctx, "UPDATE recovery_code SET used_at = $4 WHERE org_id = $1 AND account_id = $2 AND hash = $3 AND used_at = 0", org, account, hash, now)
	return n == 1, err
}

func countRecoveryCodes(ctx context.Context, tx *store.Tx, org, account int64) (left int, err error) {
	err = tx.Row(ctx, "SELECT COUNT(*) FROM recovery_code WHERE org_id = $1 AND account_id = $2 AND used_at = 0", []any{org, account}, &left)
	return left, err
}

func insertAppPassword(ctx context.Context, tx *store.Tx, org, account int64, p AppPassword, hash []byte) error {
	_, err := tx.Exec(ctx, "INSERT INTO app_password (org_id, account_id, id, name, hash, made_at, used_at, used_from) VALUES ($1, $2, $3, $4, $5, $6, 0, '')",
		org, account, p.ID, p.Name, hash, p.Made.UnixMilli())
	return err
}

func selectAppPasswords(ctx context.Context, tx *store.Tx, org, account int64, each func(p AppPassword, hash []byte)) error {
	return tx.Query(ctx, "SELECT id, name, hash, made_at, used_at, used_from FROM app_password WHERE org_id = $1 AND account_id = $2 ORDER BY id",
		[]any{org, account}, func(scan func(...any) error) error {
			var p AppPassword
			var hash []byte
			var made, used int64
			err := scan(&p.ID, &p.Name, &hash, &made, &used, &p.UsedFrom)
			p.Made, p.Used = millis(made), millis(used)
			each(p, hash)
			return err
		})
}

func touchAppPassword(ctx context.Context, tx *store.Tx, org, account, id, now int64, from string) error {
	_, err := tx.Exec(ctx, "UPDATE app_password SET used_at = $4, used_from = $5 WHERE org_id = $1 AND account_id = $2 AND id = $3", org, account, id, now, from)
	return err
}

func deleteAppPassword(ctx context.Context, tx *store.Tx, org, account, id int64) (bool, error) {
	n, err := tx.Exec(ctx, "DELETE FROM app_password WHERE org_id = $1 AND account_id = $2 AND id = $3", org, account, id)
	return n == 1, err
}

func deleteAppPasswords(ctx context.Context, tx *store.Tx, org, account int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM app_password WHERE org_id = $1 AND account_id = $2", org, account)
	return err
}

// touchFactor keeps when a factor was used.
func touchFactor(ctx context.Context, tx *store.Tx, org, account, id, now int64) error {
	_, err := tx.Exec(ctx, "UPDATE factor SET used_at = $4 WHERE org_id = $1 AND account_id = $2 AND id = $3", org, account, id, now)
	return err
}
