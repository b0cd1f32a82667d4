package dav

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"chancery/contacts"
	"chancery/kit/errs"
	"chancery/wire/vcard"
	"chancery/wire/webdav"
)

// ownBook is a book of a person or of a shared account.
type ownBook struct {
	acc  *contacts.Account
	book contacts.NamedBook
	says about
}

func (b *ownBook) about() about { return b.says }

func cardTag(card, modseq int64) string {
	return `"` + strconv.FormatInt(card, 36) + "-" + strconv.FormatInt(modseq, 36) + `"`
}

func (b *ownBook) state(ctx context.Context) (string, error) {
	s, err := b.acc.States(ctx)
	return strconv.FormatInt(s.Cards, 10), err
}

func (b *ownBook) entries(ctx context.Context, since string) ([]entry, error) {
	var from int64
	if since != "" {
		now, err := b.acc.States(ctx)
		if err != nil {
			return nil, err
		}
		n, err := strconv.ParseInt(since, 10, 64)
		if err != nil || n <= 0 || n > now.Cards {
			return nil, errToken
		}
		from = n
	}
	list, err := b.acc.Entries(ctx, b.book.ID, from)
	out := make([]entry, len(list))
	for i, e := range list {
		out[i] = entry{name: e.Name, etag: cardTag(e.ID, e.Modseq), gone: e.Gone}
		if i == len(list)-1 || list[i+1].Modseq != e.Modseq { // changes of one count go together
			out[i].at = strconv.FormatInt(e.Modseq, 10)
		}
	}
	return out, err
}

// together is how many cards are read at a time.
const together = 50

func (b *ownBook) cards(ctx context.Context, names []string, each func(name string, c card) error) error {
	if len(names) == 1 {
		c, err := b.acc.NamedCard(ctx, b.book.ID, names[0])
		if errs.Is(err, errs.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return each(names[0], ownCard(c))
	}
	list, err := b.acc.Entries(ctx, b.book.ID, 0)
	if err != nil {
		return err
	}
	byID := map[int64]string{}
	wanted := map[string]bool{}
	for _, n := range names {
		wanted[n] = true
	}
	var ids []int64
	for _, e := range list {
		if wanted[e.Name] {
			ids, byID[e.ID] = append(ids, e.ID), e.Name
		}
	}
	for part := range slices.Chunk(ids, together) {
		some, err := b.acc.SomeCards(ctx, part)
		if err != nil {
			return err
		}
		for _, c := range some {
			if err := each(byID[c.ID], ownCard(c)); err != nil {
				return err
			}
		}
	}
	return nil
}

func ownCard(c *contacts.Card) card {
	out := card{etag: cardTag(c.ID, c.Modseq), text: c.VCard, version: version3, full: func() vcard.Card { return vcard.FromJS(c.JS) }}
	if strings.Contains(c.VCard, "\nVERSION:"+version4) {
		out.version = version4
	}
	return out
}

func (b *ownBook) search(ctx context.Context, f *filter, most int) (names []string, more bool, err error) {
	list, err := b.acc.Entries(ctx, b.book.ID, 0)
	if err != nil {
		return nil, false, err
	}
	byID := map[int64]string{}
	for _, e := range list {
		byID[e.ID] = e.Name
	}
	_, err = b.acc.Cards(ctx, func(c *contacts.Card) bool {
		name, here := byID[c.ID]
		if !here || more || !f.holds(cardProperties(vcard.FromJS(c.JS))) {
			return false
		}
		if more = len(names) == most; !more {
			names = append(names, name)
		}
		return false // only the names are kept
	})
	return names, more, err
}

// cardProperties is a candidate that has all its properties at hand.
type cardProperties vcard.Card

func (c cardProperties) values(name string) (list []vcard.Property) {
	for _, p := range c {
		if p.Name == name {
			list = append(list, p)
		}
	}
	return list
}

func (c cardProperties) named(*match) bool { return false }

// may turns a question about a mark into one about a card.
func may(ask func(etag string) error) func(*contacts.Card) error {
	return func(c *contacts.Card) error {
		if c == nil {
			return ask("")
		}
		return ask(cardTag(c.ID, c.Modseq))
	}
}

func (b *ownBook) put(ctx context.Context, name string, text []byte, ask func(etag string) error) (string, bool, error) {
	c, created, err := b.acc.PutCard(ctx, b.book.ID, name, text, may(ask))
	var same *contacts.SameUID
	if errors.As(err, &same) {
		err = b.conflict(ctx, same.ID)
	}
	return cardTag(c.ID, c.Modseq), created, err
}

// conflict names the card that has the uid (RFC 6352 section 6.3.2.1).
func (b *ownBook) conflict(ctx context.Context, other int64) error {
	list, err := b.acc.Entries(ctx, b.book.ID, 0)
	if err != nil {
		return err
	}
	where := ""
	for _, e := range list {
		if e.ID == other {
			where = webdav.Href(b.says.path + e.Name)
		}
	}
	return refuse(http.StatusForbidden, webdav.CardDAV, "no-uid-conflict", "There is a card with this uid already.", where)
}

func (b *ownBook) remove(ctx context.Context, name string, ask func(etag string) error) error {
	return b.acc.RemoveCard(ctx, b.book.ID, name, may(ask))
}

func (b *ownBook) rename(ctx context.Context, name, description string) error {
	next := b.book.Book
	next.Name, next.Description = name, description
	return b.acc.UpdateBook(ctx, next)
}

func (b *ownBook) destroy(ctx context.Context) error {
	return b.acc.DeleteBook(ctx, b.book.ID, true)
}
