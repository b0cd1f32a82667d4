package contacts

import (
	"context"
	"errors"
	"strings"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/store"
)

// Book is an address book (RFC 9610 section 2). One without a name is the
// account's first; the client names it in the person's language.
type Book struct {
	ID          int64
	Name        string
	Description string
	Sort        int
	Subscribed  bool
	Default     bool
	Created     int64
	Modseq      int64
	Gone        bool // removed; only Changes shows it
}

// Bounds of what a book says of itself, in bytes.
const (
	MaxBookName        = 255
	MaxBookDescription = 4096
)

func (b *Book) check() error {
	if len(b.Name) > MaxBookName || len(b.Description) > MaxBookDescription {
		return errs.E(errs.TooLarge, "The name of an address book can have %d bytes, its description %d.", MaxBookName, MaxBookDescription)
	}
	if strings.ContainsAny(b.Name, "\r\n\x00") {
		return errs.E(errs.Invalid, "A name cannot hold line ends.")
	}
	if b.Sort < 0 {
		return errs.E(errs.Invalid, "The order begins at 0.")
	}
	return nil
}

// Books lists the account's books in their order.
func (a *Account) Books(ctx context.Context) (list []Book, err error) {
	row, err := a.row(ctx)
	if err != nil {
		return nil, err
	}
	err = a.room.db.Read(ctx, func(tx *store.Tx) error {
		return selectBooks(ctx, tx, a.id, 0, func(b Book) {
			if b.Default = b.ID == row.defaultBook; !b.Gone {
				list = append(list, b)
			}
		})
	})
	return list, err
}

func (a *Account) insertDefault(ctx context.Context, tx *store.Tx, b *Book) error {
	row, err := bump(ctx, tx, a.id, true, false)
	if err != nil {
		return err
	}
	b.ID, b.Created, b.Modseq, b.Default = id.New(), row.modseq, row.modseq, true
	if err := putBook(ctx, tx, a.id, *b); err != nil {
		return err
	}
	return setDefaultBook(ctx, tx, a.id, b.ID)
}

// CreateBook makes a book.
func (a *Account) CreateBook(ctx context.Context, b Book) (Book, error) {
	return a.createBook(ctx, b, func(*store.Tx, Book) error { return nil })
}

// createBook makes a book, and what goes with it in one transaction.
func (a *Account) createBook(ctx context.Context, b Book, with func(tx *store.Tx, b Book) error) (Book, error) {
	if err := a.canWrite(ctx); err != nil {
		return b, err
	}
	if err := b.check(); err != nil {
		return b, err
	}
	have, err := a.Books(ctx)
	if err != nil {
		return b, err
	}
	if len(have) >= a.room.conf.MaxBooks {
		return b, errs.E(errs.OverQuota, "An account can have %d address books.", a.room.conf.MaxBooks)
	}
	err = a.write(ctx, func(tx *store.Tx) error {
		row, err := bump(ctx, tx, a.id, true, false)
		if err != nil {
			return err
		}
		b.ID, b.Created, b.Modseq, b.Gone, b.Default = id.New(), row.modseq, row.modseq, false, false
		return errors.Join(putBook(ctx, tx, a.id, b), with(tx, b))
	})
	return b, err
}

// UpdateBook replaces what may change of a book.
func (a *Account) UpdateBook(ctx context.Context, b Book) error {
	if err := a.canWrite(ctx); err != nil {
		return err
	}
	if err := b.check(); err != nil {
		return err
	}
	return a.write(ctx, func(tx *store.Tx) error {
		old, err := findBook(ctx, tx, a.id, b.ID)
		if err != nil {
			return err
		}
		row, err := bump(ctx, tx, a.id, true, false)
		if err != nil {
			return err
		}
		b.Created, b.Modseq, b.Gone = old.Created, row.modseq, false
		return putBook(ctx, tx, a.id, b)
	})
}

// SetDefault makes a book the one that new cards go to.
func (a *Account) SetDefault(ctx context.Context, book int64) error {
	if err := a.canWrite(ctx); err != nil {
		return err
	}
	return a.write(ctx, func(tx *store.Tx) error {
		if _, err := findBook(ctx, tx, a.id, book); err != nil {
			return err
		}
		row, err := bump(ctx, tx, a.id, true, false)
		if err != nil {
			return err
		}
		// Both books say something else of themselves now.
		if err := touchBooks(ctx, tx, a.id, row.defaultBook, book, row.modseq); err != nil {
			return err
		}
		return setDefaultBook(ctx, tx, a.id, book)
	})
}

// ErrBookHasCards refuses to remove a book with cards in it (RFC 9610
// section 2.3, addressBookHasContents).
var ErrBookHasCards = errs.E(errs.Conflict, "The address book is not empty.")

// DeleteBook removes a book. With contents, cards that are in no other book
// go too; without, a book with cards is refused by ErrBookHasCards. The
// default book stays, as new cards need a place.
func (a *Account) DeleteBook(ctx context.Context, book int64, contents bool) error {
	if err := a.canWrite(ctx); err != nil {
		return err
	}
	return a.write(ctx, func(tx *store.Tx) error {
		b, err := findBook(ctx, tx, a.id, book)
		if err != nil {
			return err
		}
		inside, err := cardsInBook(ctx, tx, a.id, book)
		if err != nil {
			return err
		}
		if len(inside) > 0 && !contents {
			return ErrBookHasCards
		}
		row, err := bump(ctx, tx, a.id, true, len(inside) > 0)
		if err != nil {
			return err
		}
		if row.defaultBook == book {
			return errs.E(errs.Forbidden, "The default address book stays.")
		}
		for _, c := range inside {
			delete(c.Books, book)
			c.Modseq = row.modseq
			if len(c.Books) == 0 {
				c.Gone = true
			}
			if err := putCard(ctx, tx, a.id, *c); err != nil {
				return err
			}
		}
		b.Gone, b.Modseq = true, row.modseq
		return putBook(ctx, tx, a.id, b)
	})
}

// findBook returns a book that is there.
func findBook(ctx context.Context, tx *store.Tx, account, book int64) (b Book, err error) {
	b, err = selectBook(ctx, tx, account, book)
	if found, err := store.Found(err); err != nil || !found || b.Gone {
		if err == nil {
			err = errs.E(errs.NotFound, "There is no such address book.")
		}
		return b, err
	}
	return b, nil
}
