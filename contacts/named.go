package contacts

import (
	"context"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/store"
	"chancery/wire/vcard"
)

// Programs that speak CardDAV give names to what they make, and find it under
// them (RFC 6352 section 5.1). What was made otherwise is found under its id.

// maxName bounds such a name in bytes.
const maxName = 255

func checkPath(name string) error {
	if name == "" || len(name) > maxName || !utf8.ValidString(name) || strings.ContainsAny(name, "/\x00\r\n") || name == "." || name == ".." {
		return errs.E(errs.Forbidden, "A name has 1 to %d bytes, none of them a slash or a line end.", maxName)
	}
	return nil
}

func plainCard(card int64) string { return id.Text(cardID, card) + ".vcf" }

func plainBook(book int64) string { return id.Text(bookID, book) }

// NamedBook is a book with its name in paths.
type NamedBook struct {
	Path string
	Book
}

// NamedBooks lists the account's books in their order.
func (a *Account) NamedBooks(ctx context.Context) (list []NamedBook, err error) {
	books, err := a.Books(ctx)
	if err != nil {
		return nil, err
	}
	var names map[int64]string
	err = a.room.db.Read(ctx, func(tx *store.Tx) (err error) {
		names, err = selectNames(ctx, tx, a.id, 0)
		return err
	})
	for _, b := range books {
		path, ok := names[b.ID]
		if !ok {
			path = plainBook(b.ID)
		}
		list = append(list, NamedBook{path, b})
	}
	return list, err
}

// CreateNamedBook makes a book under a name that is free.
func (a *Account) CreateNamedBook(ctx context.Context, path string, b Book) (Book, error) {
	if err := checkPath(path); err != nil {
		return b, err
	}
	have, err := a.NamedBooks(ctx)
	if err != nil {
		return b, err
	}
	if slices.ContainsFunc(have, func(n NamedBook) bool { return n.Path == path }) {
		return b, errs.E(errs.Exists, "There is an address book of that name.")
	}
	return a.createBook(ctx, b, func(tx *store.Tx, b Book) error { return putName(ctx, tx, a.id, 0, path, b.ID) })
}

// Entry is what a program is told of a card without what is on it.
type Entry struct {
	Name       string
	ID, Modseq int64
	Gone       bool // it is not in the book any more, or never was
}

// Entries lists the cards of a book that changed after the counter stood at
// since, in the order of their changes: all of them with 0, and otherwise those
// too that are not in the book now.
func (a *Account) Entries(ctx context.Context, book, since int64) (list []Entry, err error) {
	err = a.room.db.Read(ctx, func(tx *store.Tx) error {
		if _, err := findBook(ctx, tx, a.id, book); err != nil {
			return err
		}
		names, err := selectNames(ctx, tx, a.id, book)
		if err != nil {
			return err
		}
		here := map[string]bool{} // a name may have passed from a card that is gone to another
		err = selectPlaces(ctx, tx, a.id, since, func(card, created, modseq int64, books string) {
			e := Entry{ID: card, Modseq: modseq, Name: names[card], Gone: !parseBooks(books)[book]}
			if e.Name == "" {
				e.Name = plainCard(card)
			}
			if e.Gone && (since == 0 || created > since) {
				return
			}
			here[e.Name] = here[e.Name] || !e.Gone
			list = append(list, e)
		})
		list = slices.DeleteFunc(list, func(e Entry) bool { return e.Gone && here[e.Name] })
		return err
	})
	return list, err
}

// NamedCard returns the card under a name of a book.
func (a *Account) NamedCard(ctx context.Context, book int64, name string) (c *Card, err error) {
	err = a.room.db.Read(ctx, func(tx *store.Tx) error {
		if c, err = a.named(ctx, tx, book, name); err != nil {
			return err
		}
		return c.decode()
	})
	return c, err
}

// named finds the card under a name of a book, NotFound where there is none.
func (a *Account) named(ctx context.Context, tx *store.Tx, book int64, name string) (*Card, error) {
	none := errs.E(errs.NotFound, "There is no such card.")
	card, err := selectNamed(ctx, tx, a.id, book, name)
	found, err := store.Found(err)
	if err != nil {
		return nil, err
	}
	if found {
		c, err := a.findCard(ctx, tx, card)
		if err == nil && !c.Books[book] {
			err = none
		}
		return c, err
	}
	card, ok := id.Parse(cardID, strings.TrimSuffix(name, ".vcf"))
	if !ok || plainCard(card) != name {
		return nil, none
	}
	c, err := a.findCard(ctx, tx, card)
	if err != nil {
		return nil, err
	}
	names, err := selectNames(ctx, tx, a.id, book)
	if _, other := names[card]; err == nil && (other || !c.Books[book]) {
		err = none
	}
	return c, err
}

// readCard reads the one card of a text that a program wrote.
func (a *Account) readCard(text []byte) (c Card, err error) {
	if len(text) > a.room.conf.MaxCard {
		return c, errs.E(errs.TooLarge, "A card can have %d bytes.", a.room.conf.MaxCard)
	}
	if !utf8.Valid(text) || strings.ContainsRune(string(text), 0) {
		return c, errs.E(errs.Invalid, "A card is a text in UTF-8.")
	}
	cards, err := vcard.Parse(text, vcard.Limits{Cards: 2})
	if err != nil {
		return c, err
	}
	if len(cards) != 1 || cards[0].Version() != "3.0" && cards[0].Version() != "4.0" {
		return c, errs.E(errs.Invalid, "What is stored is one vCard of version 3.0 or 4.0.")
	}
	if c.JS, err = plainJS(cards[0]); err != nil {
		return c, err
	}
	if c.UID, _ = c.JS["uid"].(string); c.UID == "" { // RFC 6352 section 5.1
		return c, errs.E(errs.Invalid, "The card has no UID.")
	}
	c.VCard = string(text)
	return c, nil
}

// byVCard are the members that a vCard says everything of. The others stay as
// they are when a program writes a card anew.
var byVCard = map[string]bool{"@type": true, "version": true, "kind": true, "uid": true, "prodId": true, "updated": true, "name": true, "nicknames": true,
	"emails": true, "phones": true, "addresses": true, "organizations": true, "titles": true, "notes": true, "links": true, "onlineServices": true,
	"media": true, "anniversaries": true, "keywords": true, "members": true, "vCardProps": true}

// PutCard puts the text of a vCard under a name of a book, in the place of what
// is there. Whether it may is asked under the account's lock, with the card that
// has the name, nil for none. SameUID names another card with the uid; one that
// is in other books only comes into this one too, as programs move a card by
// putting it into the new book before they take it out of the old one.
func (a *Account) PutCard(ctx context.Context, book int64, name string, text []byte, may func(old *Card) error) (c Card, created bool, err error) {
	if err := a.canWrite(ctx); err != nil {
		return c, false, err
	}
	if err := checkPath(name); err != nil {
		return c, false, err
	}
	if _, err := a.readCard(text); err != nil {
		return c, false, err
	}
	err = a.write(ctx, func(tx *store.Tx) error {
		row, err := bump(ctx, tx, a.id, false, true) // it locks the account
		if err != nil {
			return err
		}
		if _, err := findBook(ctx, tx, a.id, book); err != nil {
			return err
		}
		old, err := a.named(ctx, tx, book, name)
		if created = errs.Is(err, errs.NotFound); err != nil && !created {
			return err
		}
		if created {
			old = nil
		}
		if err := may(old); err != nil {
			return err
		}
		if c, err = a.readCard(text); err != nil { // anew: a transaction may be run again
			return err
		}
		if err := a.replace(ctx, tx, book, &c, old, row.modseq); err != nil {
			return err
		}
		if !created || name == plainCard(c.ID) {
			return nil
		}
		return putName(ctx, tx, a.id, book, name, c.ID)
	})
	return c, created, err
}

// replace files a card in a book: in the place of an old one, in that of the one
// with its uid in other books, or as a new one.
func (a *Account) replace(ctx context.Context, tx *store.Tx, book int64, c, old *Card, modseq int64) error {
	other, err := selectByUID(ctx, tx, a.id, c.UID)
	found, err := store.Found(err)
	if err != nil {
		return err
	}
	if found && old == nil {
		if old, err = a.findCard(ctx, tx, other); err != nil {
			return err
		}
		if old.Books[book] {
			return &SameUID{other}
		}
	}
	if old != nil && old.UID != c.UID {
		return &SameUID{old.ID} // RFC 6352 section 6.3.2.1: not overwritten by one of another uid
	}
	c.Books = map[int64]bool{book: true}
	if old == nil {
		if err := a.prepare(c, true); err != nil {
			return err
		}
		have, err := countCards(ctx, tx, a.id)
		if err != nil {
			return err
		}
		return a.insertCard(ctx, tx, c, modseq, have)
	}
	if err := old.decode(); err != nil {
		return err
	}
	for member, v := range old.JS {
		if _, has := c.JS[member]; !has && !byVCard[member] {
			c.JS[member] = v
		}
	}
	maps.Copy(c.Books, old.Books)
	if err := a.prepare(c, false); err != nil {
		return err
	}
	c.ID, c.Created, c.Modseq = old.ID, old.Created, modseq
	return putCard(ctx, tx, a.id, *c)
}

// RemoveCard takes the card under a name out of a book; out of its last book, it
// is removed. Whether it may is asked as in PutCard.
func (a *Account) RemoveCard(ctx context.Context, book int64, name string, may func(old *Card) error) error {
	if err := a.canWrite(ctx); err != nil {
		return err
	}
	return a.write(ctx, func(tx *store.Tx) error {
		row, err := bump(ctx, tx, a.id, false, true)
		if err != nil {
			return err
		}
		c, err := a.named(ctx, tx, book, name)
		if err != nil {
			return err
		}
		if err := may(c); err != nil {
			return err
		}
		delete(c.Books, book)
		c.Modseq, c.Gone = row.modseq, len(c.Books) == 0
		return putCard(ctx, tx, a.id, *c)
	})
}
