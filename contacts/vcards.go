package contacts

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"

	"chancery/audit"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/store"
	"chancery/wire/jmap"
	"chancery/wire/vcard"
)

// ImportArgs are the arguments of VCard/import, a method of our own: the
// bytes of a .vcf file, of any version and charset, into one book.
type ImportArgs struct {
	AccountID     jmap.ID `json:"accountId"`
	AddressBookID jmap.ID `json:"addressBookId"`
	Data          string  `json:"data"` // base64
}

// ImportAnswer says what came of it. A card whose uid is there already takes
// the place of the older one.
type ImportAnswer struct {
	AccountID jmap.ID `json:"accountId"`
	Created   int     `json:"created"`
	Updated   int     `json:"updated"`
	Refused   int     `json:"refused"`
	NewState  string  `json:"newState"`
}

// ExportArgs are the arguments of VCard/export; without ids, all cards.
type ExportArgs struct {
	AccountID jmap.ID    `json:"accountId"`
	IDs       *[]jmap.ID `json:"ids"`
}

// ExportAnswer holds the cards as one vCard 4.0 text.
type ExportAnswer struct {
	AccountID jmap.ID `json:"accountId"`
	Count     int     `json:"count"`
	Text      string  `json:"text"`
}

// Imported counts what an import did.
type Imported struct{ Created, Updated, Refused int }

// Import files the cards of a vCard text in a book, all in one transaction.
// A card that cannot be kept is counted as refused and does not stop the others.
func (a *Account) Import(ctx context.Context, book int64, text []byte) (n Imported, err error) {
	if err := a.canWrite(ctx); err != nil {
		return n, err
	}
	cards, err := vcard.Parse(text, vcard.Limits{Cards: a.room.conf.MaxCards})
	if err != nil {
		return n, err
	}
	err = a.write(ctx, func(tx *store.Tx) error {
		n = Imported{} // a transaction may be run again
		row, err := bump(ctx, tx, a.id, false, true)
		if err != nil {
			return err
		}
		if _, err := findBook(ctx, tx, a.id, book); err != nil {
			return err
		}
		have, err := countCards(ctx, tx, a.id)
		if err != nil {
			return err
		}
		for _, v := range cards {
			if err := a.importOne(ctx, tx, book, v, row.modseq, have, &n); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// plainJS makes a JSContact card of a vCard, by way of JSON, so that what is
// kept is what any client could have written.
func plainJS(v vcard.Card) (js vcard.JS, err error) {
	raw, err := json.Marshal(vcard.ToJS(v))
	if err == nil {
		err = json.Unmarshal(raw, &js)
	}
	return js, err
}

func (a *Account) importOne(ctx context.Context, tx *store.Tx, book int64, v vcard.Card, modseq int64, have int, n *Imported) error {
	js, err := plainJS(v)
	c := Card{Books: map[int64]bool{book: true}, JS: js}
	if err == nil {
		err = a.prepare(&c, true)
	}
	if err != nil {
		n.Refused++
		return nil
	}
	err = a.insertCard(ctx, tx, &c, modseq, have+n.Created)
	var same *SameUID
	if !errors.As(err, &same) {
		if err == nil {
			n.Created++
		}
		return err
	}
	old, err := a.findCard(ctx, tx, same.ID)
	if err != nil {
		return err
	}
	c.ID, c.Created, c.Modseq = old.ID, old.Created, modseq
	for b := range old.Books {
		c.Books[b] = true
	}
	n.Updated++
	return putCard(ctx, tx, a.id, c)
}

// Export writes cards as vCard 4.0; nil ids mean all, which is recorded.
func (a *Account) Export(ctx context.Context, ids []int64) (text []byte, count int, err error) {
	var cards []*Card
	if ids == nil {
		err = a.room.db.Write(ctx, func(tx *store.Tx) error {
			return audit.Append(ctx, tx, a.room.clock.Now(), audit.By(a.subject, "contacts.export", a.address, nil))
		})
		if err != nil {
			return nil, 0, err
		}
	}
	if ids == nil {
		cards, err = a.Cards(ctx, nil)
	} else {
		cards, err = a.SomeCards(ctx, ids)
	}
	if err != nil {
		return nil, 0, err
	}
	for _, c := range cards {
		text = append(text, vcard.FromJS(c.JS).Encode()...)
	}
	return text, len(cards), err
}

// vcardImport is VCard/import.
func (a api) vcardImport(ctx context.Context, call *jmap.Call) (any, error) {
	var args ImportArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	acc, err := a.account(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	text, err := base64.StdEncoding.DecodeString(args.Data)
	if err != nil {
		return nil, errs.E(errs.Invalid, "The data is not base64.")
	}
	book, ok := id.Parse(bookID, args.AddressBookID)
	if !ok {
		return nil, errs.E(errs.Invalid, "There is no address book %s.", args.AddressBookID)
	}
	n, err := acc.Import(ctx, book, text)
	if err != nil {
		return nil, err
	}
	s, err := acc.States(ctx)
	return ImportAnswer{args.AccountID, n.Created, n.Updated, n.Refused, state(s.Cards)}, err
}

// vcardExport is VCard/export.
func (a api) vcardExport(ctx context.Context, call *jmap.Call) (any, error) {
	var args ExportArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	acc, err := a.account(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	var ids []int64
	if args.IDs != nil {
		ids = append([]int64{}, numbers(cardID, *args.IDs)...)
	}
	text, count, err := acc.Export(ctx, ids)
	return ExportAnswer{args.AccountID, count, string(text)}, err
}
