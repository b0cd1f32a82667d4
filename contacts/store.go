package contacts

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"chancery/store"
)

type accountRow struct{ modseq, bookState, cardState, defaultBook int64 }

func selectAccount(ctx context.Context, tx *store.Tx, account int64) (r accountRow, err error) {
	err = tx.Row(ctx, "SELECT modseq, book_state, card_state, default_book FROM contacts_account WHERE account_id = $1", []any{account},
		&r.modseq, &r.bookState, &r.cardState, &r.defaultBook)
	return r, err
}

func insertAccount(ctx context.Context, tx *store.Tx, account int64) (fresh bool, err error) {
	n, err := tx.Exec(ctx, `INSERT INTO contacts_account (account_id, modseq, book_state, card_state, default_book)
		VALUES ($1, 1, 1, 1, 0) ON CONFLICT (account_id) DO NOTHING`, account)
	return n == 1, err
}

// bump counts the next change; it locks the account's row, so that changes of
// one account follow each other on every engine.
func bump(ctx context.Context, tx *store.Tx, account int64, books, cards bool) (r accountRow, err error) {
	err = tx.Row(ctx, `UPDATE contacts_account SET modseq = modseq + 1,
		book_state = CASE WHEN $2 THEN modseq + 1 ELSE book_state END,
		card_state = CASE WHEN $3 THEN modseq + 1 ELSE card_state END
		WHERE account_id = $1 RETURNING modseq, book_state, card_state, default_book`, []any{account, books, cards},
		&r.modseq, &r.bookState, &r.cardState, &r.defaultBook)
	return r, err
}

func setDefaultBook(ctx context.Context, tx *store.Tx, account, book int64) error {
	_, err := tx.Exec(ctx, "UPDATE contacts_account SET default_book = $2 WHERE account_id = $1", account, book)
	return err
}

const bookColumns = "id, name, description, sort, subscribed, created, modseq, gone"

func (b *Book) fields() []any {
	return []any{&b.ID, &b.Name, &b.Description, &b.Sort, &b.Subscribed, &b.Created, &b.Modseq, &b.Gone}
}

func selectBooks(ctx context.Context, tx *store.Tx, account, since int64, each func(Book)) error {
	return tx.Query(ctx, "SELECT "+bookColumns+" FROM contacts_book WHERE account_id = $1 AND modseq > $2 ORDER BY sort, id", []any{account, since}, func(scan func(...any) error) error {
		var b Book
		err := scan(b.fields()...)
		if err == nil {
			each(b)
		}
		return err
	})
}

func selectBook(ctx context.Context, tx *store.Tx, account, id int64) (b Book, err error) {
	err = tx.Row(ctx, "SELECT "+bookColumns+" FROM contacts_book WHERE account_id = $1 AND id = $2", []any{account, id}, b.fields()...)
	return b, err
}

func putBook(ctx context.Context, tx *store.Tx, account int64, b Book) error {
	_, err := tx.Exec(ctx, `INSERT INTO contacts_book (account_id, id, name, description, sort, subscribed, created, modseq, gone)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (account_id, id) DO UPDATE SET name = $3, description = $4, sort = $5, subscribed = $6, modseq = $8, gone = $9`,
		account, b.ID, b.Name, b.Description, b.Sort, b.Subscribed, b.Created, b.Modseq, b.Gone)
	return err
}

func touchBooks(ctx context.Context, tx *store.Tx, account, one, other, modseq int64) error {
	_, err := tx.Exec(ctx, "UPDATE contacts_book SET modseq = $4 WHERE account_id = $1 AND (id = $2 OR id = $3)", account, one, other, modseq)
	return err
}

const cardColumns = "id, uid, books, card, folded, vcard, created, modseq, gone"

func scanCard(scan func(...any) error) (*Card, error) {
	c := &Card{}
	var books string
	err := scan(&c.ID, &c.UID, &books, &c.raw, &c.folded, &c.VCard, &c.Created, &c.Modseq, &c.Gone)
	c.Books = parseBooks(books)
	return c, err
}

// selectCards calls each for the cards that changed after a count, in the
// order of their ids; those that are gone too.
func selectCards(ctx context.Context, tx *store.Tx, account, since int64, each func(*Card)) error {
	return tx.Query(ctx, "SELECT "+cardColumns+" FROM contacts_card WHERE account_id = $1 AND modseq > $2 ORDER BY id", []any{account, since}, func(scan func(...any) error) error {
		c, err := scanCard(scan)
		if err == nil {
			each(c)
		}
		return err
	})
}

// selectCardChanges lists the cards that changed after a count, without
// reading what is on them.
func selectCardChanges(ctx context.Context, tx *store.Tx, account, since int64) (list []Change, err error) {
	err = tx.Query(ctx, "SELECT id, created, modseq, gone FROM contacts_card WHERE account_id = $1 AND modseq > $2 ORDER BY id", []any{account, since}, func(scan func(...any) error) error {
		var c Change
		err := scan(&c.ID, &c.Created, &c.Modseq, &c.Gone)
		list = append(list, c)
		return err
	})
	return list, err
}

// selectCardTexts calls each with what a search for words needs.
func selectCardTexts(ctx context.Context, tx *store.Tx, account int64, each func(id int64, books, folded string)) error {
	return tx.Query(ctx, "SELECT id, books, folded FROM contacts_card WHERE account_id = $1 AND NOT gone ORDER BY id", []any{account}, func(scan func(...any) error) error {
		var id int64
		var books, folded string
		err := scan(&id, &books, &folded)
		if err == nil {
			each(id, books, folded)
		}
		return err
	})
}

func selectCard(ctx context.Context, tx *store.Tx, account, id int64) (*Card, error) {
	return scanCard(func(dest ...any) error {
		return tx.Row(ctx, "SELECT "+cardColumns+" FROM contacts_card WHERE account_id = $1 AND id = $2", []any{account, id}, dest...)
	})
}

// selectByUID returns the id of the card with a uid that is there.
func selectByUID(ctx context.Context, tx *store.Tx, account int64, uid string) (id int64, err error) {
	err = tx.Row(ctx, "SELECT id FROM contacts_card WHERE account_id = $1 AND uid = $2 AND NOT gone", []any{account, uid}, &id)
	return id, err
}

func countCards(ctx context.Context, tx *store.Tx, account int64) (n int, err error) {
	err = tx.Row(ctx, "SELECT COUNT(*) FROM contacts_card WHERE account_id = $1 AND NOT gone", []any{account}, &n)
	return n, err
}

func cardsInBook(ctx context.Context, tx *store.Tx, account, book int64) (list []*Card, err error) {
	err = tx.Query(ctx, "SELECT "+cardColumns+" FROM contacts_card WHERE account_id = $1 AND NOT gone AND books LIKE $2", []any{account, "%," + strconv.FormatInt(book, 10) + ",%"}, func(scan func(...any) error) error {
		c, err := scanCard(scan)
		list = append(list, c)
		return err
	})
	return list, err
}

// putCard writes a card; of one that is gone only the fact stays.
func putCard(ctx context.Context, tx *store.Tx, account int64, c Card) error {
	if c.Gone {
		c.raw, c.folded, c.VCard, c.Books, c.UID = "", "", "", nil, ""
	}
	_, err := tx.Exec(ctx, `INSERT INTO contacts_card (account_id, id, uid, books, card, folded, vcard, created, modseq, gone)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (account_id, id) DO UPDATE SET uid = $3, books = $4, card = $5, folded = $6, vcard = $7, modseq = $9, gone = $10`,
		account, c.ID, c.UID, formatBooks(c.Books), c.raw, c.folded, c.VCard, c.Created, c.Modseq, c.Gone)
	return err
}

func formatBooks(books map[int64]bool) string {
	text := ","
	for _, b := range slices.Sorted(maps.Keys(books)) {
		text += strconv.FormatInt(b, 10) + ","
	}
	return text
}

func parseBooks(text string) map[int64]bool {
	books := map[int64]bool{}
	for _, s := range strings.Split(strings.Trim(text, ","), ",") {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			books[n] = true
		}
	}
	return books
}
