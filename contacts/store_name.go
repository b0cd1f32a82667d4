package contacts

import (
	"context"

	"chancery/store"
)

// selectNames returns what programs call the cards of a book, or with book 0
// the account's books, by id.
func selectNames(ctx context.Context, tx *store.Tx, account, book int64) (map[int64]string, error) {
	names := map[int64]string{}
	err := tx.Query(ctx, "SELECT name, item_id FROM contacts_name WHERE account_id = $1 AND book_id = $2", []any{account, book}, func(scan func(...any) error) error {
		var name string
		var item int64
		err := scan(&name, &item)
		names[item] = name
		return err
	})
	return names, err
}

// selectNamed returns what has a name.
func selectNamed(ctx context.Context, tx *store.Tx, account, book int64, name string) (item int64, err error) {
	err = tx.Row(ctx, "SELECT item_id FROM contacts_name WHERE account_id = $1 AND book_id = $2 AND name = $3", []any{account, book, name}, &item)
	return item, err
}

// putName gives an item its one name; the item that had the name before is gone.
func putName(ctx context.Context, tx *store.Tx, account, book int64, name string, item int64) error {
	if _, err := tx.Exec(ctx, "DELETE FROM contacts_name WHERE account_id = $1 AND book_id = $2 AND item_id = $3", account, book, item); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO contacts_name (account_id, book_id, name, item_id) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account_id, book_id, name) DO UPDATE SET item_id = $4`, account, book, name, item)
	return err
}

// selectPlaces calls each for the cards that changed after a count, those that
// are gone too, in the order of their changes, without reading what is on them.
func selectPlaces(ctx context.Context, tx *store.Tx, account, since int64, each func(id, created, modseq int64, books string)) error {
	return tx.Query(ctx, "SELECT id, created, modseq, books FROM contacts_card WHERE account_id = $1 AND modseq > $2 ORDER BY modseq, id", []any{account, since}, func(scan func(...any) error) error {
		var id, created, modseq int64
		var books string
		err := scan(&id, &created, &modseq, &books)
		if err == nil {
			each(id, created, modseq, books)
		}
		return err
	})
}
