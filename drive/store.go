package drive

import (
	"context"
	"time"

	"chancery/store"
)

// bump counts the next change of an account; it locks the account's row, so
// that changes of one account follow each other on every engine.
func bump(ctx context.Context, tx *store.Tx, account int64) (modseq int64, err error) {
	err = tx.Row(ctx, `INSERT INTO drive_account (account_id, modseq) VALUES ($1, 1)
		ON CONFLICT (account_id) DO UPDATE SET modseq = drive_account.modseq + 1 RETURNING modseq`, []any{account}, &modseq)
	return modseq, err
}

func selectState(ctx context.Context, tx *store.Tx, account int64) (modseq int64, err error) {
	_, err = store.Found(tx.Row(ctx, "SELECT modseq FROM drive_account WHERE account_id = $1", []any{account}, &modseq))
	return modseq, err
}

// selectHeld counts the uploads of an account that no parcel has taken, and
// the bytes of all that it keeps here; those on their way count as a whole.
func selectHeld(ctx context.Context, tx *store.Tx, account int64) (open, bytes int64, err error) {
	err = tx.Row(ctx, `SELECT coalesce(sum(CASE WHEN parcel_id = 0 THEN 1 ELSE 0 END), 0), coalesce(sum(size), 0)
		FROM drive_file WHERE account_id = $1 AND held`, []any{account}, &open, &bytes)
	return open, bytes, err
}

const fileColumns = "account_id, id, org_id, level, parcel_id, name, type, size, received, parts, held, expires_at, fetches"

func scanFile(scan func(...any) error) (f File, err error) {
	var expires int64
	err = scan(&f.account, &f.ID, &f.scope.Org, &f.scope.Level, &f.Parcel, &f.Name, &f.Type, &f.Size, &f.Received, &f.parts, &f.held, &expires, &f.Fetches)
	f.Expires = fromMilli(expires)
	return f, err
}

func insertFile(ctx context.Context, tx *store.Tx, f File) error {
	_, err := tx.Exec(ctx, "INSERT INTO drive_file ("+fileColumns+`, place)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0)`,
		f.account, f.ID, f.scope.Org, f.scope.Level, f.Parcel, f.Name, f.Type, f.Size, f.Received, f.parts, f.held, milli(f.Expires), f.Fetches)
	return err
}

// selectFile returns a file of an account; errNoUpload when there is none.
func selectFile(ctx context.Context, tx *store.Tx, account, file int64) (f File, err error) {
	found := false
	err = tx.Query(ctx, "SELECT "+fileColumns+" FROM drive_file WHERE account_id = $1 AND id = $2", []any{account, file}, func(scan func(...any) error) (err error) {
		found = true
		f, err = scanFile(scan)
		return err
	})
	if err == nil && !found {
		err = errNoUpload
	}
	return f, err
}

// selectFiles calls each for the files of a parcel, in their order; with
// parcel 0 for those of all parcels.
func selectFiles(ctx context.Context, tx *store.Tx, account, parcel int64, each func(File)) error {
	return tx.Query(ctx, "SELECT "+fileColumns+` FROM drive_file
		WHERE account_id = $1 AND (parcel_id = $2 OR $2 = 0 AND parcel_id <> 0) ORDER BY parcel_id, place, id`, []any{account, parcel}, func(scan func(...any) error) error {
		f, err := scanFile(scan)
		if err == nil {
			each(f)
		}
		return err
	})
}

// advanceFile counts a part that was received, unless another came first.
func advanceFile(ctx context.Context, tx *store.Tx, was, is File) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE drive_file SET received = $4, parts = $5, expires_at = $6
		WHERE account_id = $1 AND id = $2 AND received = $3 AND parcel_id = 0 AND held`,
		was.account, was.ID, was.Received, is.Received, is.parts, milli(is.Expires))
	return n == 1, err
}

func insertPart(ctx context.Context, tx *store.Tx, f File, pos, size int64, h store.Hash) error {
	_, err := tx.Exec(ctx, "INSERT INTO drive_part (account_id, file_id, pos, size, hash) VALUES ($1, $2, $3, $4, $5)", f.account, f.ID, pos, size, h[:])
	return err
}

// part is where a piece of a file lies.
type part struct {
	pos, size int64
	hash      store.Hash
}

func selectParts(ctx context.Context, tx *store.Tx, f File) (list []part, err error) {
	err = tx.Query(ctx, "SELECT pos, size, hash FROM drive_part WHERE account_id = $1 AND file_id = $2 ORDER BY pos", []any{f.account, f.ID}, func(scan func(...any) error) error {
		var p part
		var hash []byte
		err := scan(&p.pos, &p.size, &hash)
		copy(p.hash[:], hash)
		list = append(list, p)
		return err
	})
	return list, err
}

// giveFile puts an upload into a parcel.
func giveFile(ctx context.Context, tx *store.Tx, f File, place int) error {
	_, err := tx.Exec(ctx, "UPDATE drive_file SET parcel_id = $3, place = $4, expires_at = 0 WHERE account_id = $1 AND id = $2", f.account, f.ID, f.Parcel, place)
	return err
}

// freeFile gives up the bytes of a file; its row stays.
func freeFile(ctx context.Context, tx *store.Tx, f File) error {
	list, err := selectParts(ctx, tx, f)
	if err != nil {
		return err
	}
	for _, p := range list {
		if err := tx.RefHash(ctx, f.scope, p.hash, -1); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, "DELETE FROM drive_part WHERE account_id = $1 AND file_id = $2", f.account, f.ID); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE drive_file SET held = FALSE WHERE account_id = $1 AND id = $2", f.account, f.ID)
	return err
}

func deleteFile(ctx context.Context, tx *store.Tx, f File) error {
	_, err := tx.Exec(ctx, "DELETE FROM drive_file WHERE account_id = $1 AND id = $2", f.account, f.ID)
	return err
}

// selectStale lists uploads whose time is over.
func selectStale(ctx context.Context, tx *store.Tx, before int64, limit int) (list []File, err error) {
	err = tx.Query(ctx, "SELECT "+fileColumns+" FROM drive_file WHERE parcel_id = 0 AND expires_at <= $1 ORDER BY expires_at LIMIT $2", []any{before, limit}, func(scan func(...any) error) error {
		f, err := scanFile(scan)
		list = append(list, f)
		return err
	})
	return list, err
}

// selectHashes calls each for every blob that files refer to.
func selectHashes(ctx context.Context, tx *store.Tx, each func(store.Scope, store.Hash)) error {
	return tx.Query(ctx, `SELECT f.org_id, f.level, p.hash FROM drive_part p
		JOIN drive_file f ON f.account_id = p.account_id AND f.id = p.file_id`, nil, func(scan func(...any) error) error {
		var s store.Scope
		var hash []byte
		err := scan(&s.Org, &s.Level, &hash)
		var h store.Hash
		copy(h[:], hash)
		each(s, h)
		return err
	})
}

// selectTorn lists files whose parts do not make up what was received of them.
func selectTorn(ctx context.Context, tx *store.Tx, each func(account, file, received, parts int64)) error {
	return tx.Query(ctx, `SELECT f.account_id, f.id, f.received, coalesce(sum(p.size), 0) FROM drive_file f
		LEFT JOIN drive_part p ON p.account_id = f.account_id AND p.file_id = f.id
		WHERE f.held GROUP BY f.account_id, f.id, f.received HAVING coalesce(sum(p.size), 0) <> f.received`, nil, func(scan func(...any) error) error {
		var account, file, received, parts int64
		err := scan(&account, &file, &received, &parts)
		each(account, file, received, parts)
		return err
	})
}

func milli(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMilli(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}
