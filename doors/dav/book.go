package dav

import (
	"context"

	"chancery/wire/vcard"
)

// about is what an address book says of itself.
type about struct {
	slug, path        string // its name in paths, and its whole path
	name, description string
	writes, removable bool
	most              int // bytes of one card
}

// entry is what a program is told of a card without what is on it.
type entry struct {
	name, etag string
	gone       bool
	// at is the state up to this entry; "" where one cannot go on from it.
	at string
}

// book is an address book, whatever room it comes from.
type book interface {
	about() about
	// state names what is in the book now; "" when it cannot be taken whole.
	state(ctx context.Context) (string, error)
	// entries lists the cards that changed since a state, all for "".
	entries(ctx context.Context, since string) ([]entry, error)
	// cards calls each for those of the names that are there, in any order.
	cards(ctx context.Context, names []string, each func(name string, c card) error) error
	// search returns the names of cards that a filter finds, at most so many,
	// and whether there are more.
	search(ctx context.Context, f *filter, most int) (names []string, more bool, err error)
}

// writer is a book that one may write into; whether this person may is asked
// of the room each time.
type writer interface {
	// put stores a card; may is asked with the mark of the one that is there,
	// "" for none, before anything is changed.
	put(ctx context.Context, name string, text []byte, may func(etag string) error) (etag string, created bool, err error)
	remove(ctx context.Context, name string, may func(etag string) error) error
	destroy(ctx context.Context) error
}

// Versions of vCard that are spoken. The older one is what programs get that
// do not ask (RFC 6352 section 10.4.2).
const (
	version3 = "3.0"
	version4 = "4.0"
)

// card is a card in one of two forms: the text that a program wrote, or its
// properties in version 4.0.
type card struct {
	etag    string
	text    string // "" when no program wrote it as it is now
	version string // of text
	full    func() vcard.Card
}

// as returns the card in a version; "" means as it is stored, or the older.
func (c card) as(version string) string {
	switch {
	case c.text != "" && (version == "" || version == c.version):
		return c.text
	case version == version4:
		return string(c.full().Encode())
	}
	return string(c.full().To3().Encode())
}

// only returns the properties of a card that were asked for by name, in the
// card's order; BEGIN and END come with every card, and VERSION stays.
func only(text string, names map[string]bool) string {
	cards, err := vcard.Parse([]byte(text), vcard.Limits{})
	if err != nil || len(names) == 0 {
		return text
	}
	out := vcard.Card{}
	for _, p := range cards[0] {
		if names[p.Name] || p.Name == "VERSION" {
			out = append(out, p)
		}
	}
	return string(out.Encode())
}
