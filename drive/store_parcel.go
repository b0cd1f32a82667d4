package drive

import (
	"context"

	"chancery/policy"
	"chancery/store"
)

const parcelColumns = "account_id, id, org_id, level, name, made_at, expires_at, over, over_at, inside, password, max_fetches, link, sealed, created, modseq, gone, secrecy"

func scanParcel(scan func(...any) error) (p Parcel, err error) {
	var made, expires, over int64
	var link []byte
	err = scan(&p.account, &p.ID, &p.scope.Org, &p.scope.Level, &p.Name, &made, &expires, &p.Over, &over, &p.Inside, &p.password, &p.MaxFetches,
		&link, &p.sealed, &p.Created, &p.Modseq, &p.Gone, &p.Level)
	p.Made, p.Expires, p.OverAt, p.Locked = fromMilli(made), fromMilli(expires), fromMilli(over), p.password != ""
	copy(p.link[:], link)
	return p, err
}

func insertParcel(ctx context.Context, tx *store.Tx, p Parcel) error {
	_, err := tx.Exec(ctx, "INSERT INTO drive_parcel ("+parcelColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
		p.account, p.ID, p.scope.Org, p.scope.Level, p.Name, milli(p.Made), milli(p.Expires), string(p.Over), milli(p.OverAt), p.Inside, p.password, p.MaxFetches,
		p.link[:], p.sealed, p.Created, p.Modseq, p.Gone, p.Level)
	return err
}

// updateParcel writes what can change of a parcel.
func updateParcel(ctx context.Context, tx *store.Tx, p Parcel) error {
	_, err := tx.Exec(ctx, `UPDATE drive_parcel SET name = $3, expires_at = $4, over = $5, over_at = $6, password = $7, link = $8, sealed = $9, modseq = $10, gone = $11, inside = $12, secrecy = $13
		WHERE account_id = $1 AND id = $2`,
		p.account, p.ID, p.Name, milli(p.Expires), string(p.Over), milli(p.OverAt), p.password, p.link[:], p.sealed, p.Modseq, p.Gone, p.Inside, p.Level)
	return err
}

func queryParcels(ctx context.Context, tx *store.Tx, where string, args ...any) (list []Parcel, err error) {
	err = tx.Query(ctx, "SELECT "+parcelColumns+" FROM drive_parcel WHERE "+where, args, func(scan func(...any) error) error {
		p, err := scanParcel(scan)
		list = append(list, p)
		return err
	})
	return list, err
}

func selectParcels(ctx context.Context, tx *store.Tx, account int64) ([]Parcel, error) {
	return queryParcels(ctx, tx, "account_id = $1 AND NOT gone ORDER BY id DESC", account)
}

// selectParcel returns a parcel of an account; NotFound when there is none.
func selectParcel(ctx context.Context, tx *store.Tx, account, parcel int64) (Parcel, error) {
	list, err := queryParcels(ctx, tx, "account_id = $1 AND id = $2 AND NOT gone", account, parcel)
	if err == nil && len(list) == 0 {
		err = errNoParcel
	}
	if err != nil {
		return Parcel{}, err
	}
	return list[0], nil
}

// selectLinked returns the parcel of a link, whatever became of it.
func selectLinked(ctx context.Context, tx *store.Tx, link []byte) (p Parcel, found bool, err error) {
	list, err := queryParcels(ctx, tx, "link = $1 AND NOT gone", link)
	if err != nil || len(list) == 0 {
		return p, false, err
	}
	return list[0], true, nil
}

// selectExpired lists parcels that are open beyond their time.
func selectExpired(ctx context.Context, tx *store.Tx, before int64, limit int) ([]Parcel, error) {
	return queryParcels(ctx, tx, "over = '' AND expires_at <= $1 AND NOT gone ORDER BY expires_at LIMIT $2", before, limit)
}

// selectKept lists parcels that were over before a time.
func selectKept(ctx context.Context, tx *store.Tx, before int64, limit int) ([]Parcel, error) {
	return queryParcels(ctx, tx, "over <> '' AND over_at <= $1 AND NOT gone ORDER BY over_at LIMIT $2", before, limit)
}

func countParcels(ctx context.Context, tx *store.Tx, account int64) (n int64, err error) {
	err = tx.Row(ctx, "SELECT count(*) FROM drive_parcel WHERE account_id = $1 AND NOT gone", []any{account}, &n)
	return n, err
}

func selectChanges(ctx context.Context, tx *store.Tx, account, since int64, ceiling policy.Level) (list []Change, err error) {
	err = tx.Query(ctx, "SELECT id, created, modseq, gone FROM drive_parcel WHERE account_id = $1 AND modseq > $2 AND secrecy <= $3 ORDER BY id", []any{account, since, ceiling}, func(scan func(...any) error) error {
		var c Change
		err := scan(&c.ID, &c.Created, &c.Modseq, &c.Gone)
		list = append(list, c)
		return err
	})
	return list, err
}

// touchParcel counts a change of what a parcel's sender is shown of it.
func touchParcel(ctx context.Context, tx *store.Tx, p Parcel, modseq int64) error {
	_, err := tx.Exec(ctx, "UPDATE drive_parcel SET modseq = $3 WHERE account_id = $1 AND id = $2", p.account, p.ID, modseq)
	return err
}

func deleteFilesAndLog(ctx context.Context, tx *store.Tx, account, parcel int64) error {
	if _, err := tx.Exec(ctx, "DELETE FROM drive_fetch WHERE account_id = $1 AND parcel_id = $2", account, parcel); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "DELETE FROM drive_file WHERE account_id = $1 AND parcel_id = $2", account, parcel)
	return err
}

// takeFetch counts a fetch of a file, unless there were as many as may be.
func takeFetch(ctx context.Context, tx *store.Tx, f File, limit int64) (bool, error) {
	n, err := tx.Exec(ctx, "UPDATE drive_file SET fetches = fetches + 1 WHERE account_id = $1 AND id = $2 AND held AND ($3 = 0 OR fetches < $3)", f.account, f.ID, limit)
	return n == 1, err
}

// selectVisit returns the fetch of a file that a visitor began, 0 for none.
func selectVisit(ctx context.Context, tx *store.Tx, f File, visit []byte) (id int64, err error) {
	_, err = store.Found(tx.Row(ctx, "SELECT id FROM drive_fetch WHERE account_id = $1 AND parcel_id = $2 AND file_id = $3 AND visit = $4 ORDER BY id DESC LIMIT 1",
		[]any{f.account, f.Parcel, f.ID, visit}, &id))
	return id, err
}

func insertFetch(ctx context.Context, tx *store.Tx, f File, visit []byte, x Fetch) error {
	_, err := tx.Exec(ctx, `INSERT INTO drive_fetch (account_id, parcel_id, id, file_id, visit, at, seen_at, peer, person, sent)
		VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, 0)`, f.account, f.Parcel, x.ID, f.ID, visit, milli(x.At), x.Peer, x.Person)
	return err
}

func addSent(ctx context.Context, tx *store.Tx, f File, fetch, sent, now int64) error {
	_, err := tx.Exec(ctx, "UPDATE drive_fetch SET sent = sent + $4, seen_at = $5 WHERE account_id = $1 AND parcel_id = $2 AND id = $3", f.account, f.Parcel, fetch, sent, now)
	return err
}

func selectLog(ctx context.Context, tx *store.Tx, account, parcel int64, limit int) (list []Fetch, err error) {
	err = tx.Query(ctx, `SELECT id, file_id, at, seen_at, peer, person, sent FROM drive_fetch
		WHERE account_id = $1 AND parcel_id = $2 ORDER BY id DESC LIMIT $3`, []any{account, parcel, limit}, func(scan func(...any) error) error {
		var x Fetch
		var at, seen int64
		err := scan(&x.ID, &x.File, &at, &seen, &x.Peer, &x.Person, &x.Sent)
		x.At, x.Seen = fromMilli(at), fromMilli(seen)
		list = append(list, x)
		return err
	})
	return list, err
}
