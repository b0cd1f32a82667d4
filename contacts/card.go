package contacts

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/store"
	"chancery/wire/vcard"
)

// Card is one contact or group. JS holds the JSContact object without the
// members of RFC 9610 (id, addressBookIds).
type Card struct {
	ID      int64
	UID     string
	Books   map[int64]bool
	JS      vcard.JS
	Created int64
	Modseq  int64
	Gone    bool // removed; only Changes shows it
	// VCard is the text of the card as a program wrote it (named.go), "" where
	// it was written or changed otherwise since.
	VCard string

	raw, folded string
}

// decode reads the stored text.
func (c *Card) decode() error {
	if c.Gone || c.JS != nil {
		return nil
	}
	return json.Unmarshal([]byte(c.raw), &c.JS)
}

// newUID makes a uid as RFC 9553 section 2.1.9 recommends: a UUID.
func newUID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0F|0x40, b[8]&0x3F|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// Cards returns the account's cards that pass, in the order of their making.
// A nil test passes all.
func (a *Account) Cards(ctx context.Context, test func(*Card) bool) (list []*Card, err error) {
	var bad error
	err = a.room.db.Read(ctx, func(tx *store.Tx) error {
		// Each is tested as it comes: with their pictures, all together can
		// be more than fits in memory.
		return selectCards(ctx, tx, a.id, 0, func(c *Card) {
			if c.Gone || bad != nil {
				return
			}
			if bad = c.decode(); bad == nil && (test == nil || test(c)) {
				list = append(list, c)
			}
		})
	})
	return list, cmp.Or(err, bad)
}

// CountCards returns how many cards the account has.
func (a *Account) CountCards(ctx context.Context) (n int, err error) {
	err = a.room.db.Read(ctx, func(tx *store.Tx) (err error) {
		n, err = countCards(ctx, tx, a.id)
		return err
	})
	return n, err
}

// SomeCards returns cards by id, each once; those not there are left out.
func (a *Account) SomeCards(ctx context.Context, ids []int64) (list []*Card, err error) {
	err = a.room.db.Read(ctx, func(tx *store.Tx) error {
		seen := map[int64]bool{}
		for _, n := range ids {
			if seen[n] {
				continue
			}
			seen[n] = true
			c, err := selectCard(ctx, tx, a.id, n)
			found, err := store.Found(err)
			if err != nil {
				return err
			}
			if found && !c.Gone {
				if err := c.decode(); err != nil {
					return err
				}
				list = append(list, c)
			}
		}
		return nil
	})
	return list, err
}

// SameUID refuses a second card with one uid in an account.
type SameUID struct{ ID int64 }

// Error says so.
func (e *SameUID) Error() string { return "There is a card with this uid already." }

// prepare checks a card and fills in what the server sets.
func (a *Account) prepare(c *Card, fresh bool) error {
	if len(c.Books) == 0 {
		return errs.E(errs.Invalid, "A card is in an address book.")
	}
	if err := checkCard(c.JS); err != nil {
		return err
	}
	now := a.room.clock.Now().UTC().Format(time.RFC3339)
	if _, has := c.JS["created"]; !has && fresh {
		c.JS["created"] = now
	}
	// RFC 9553 section 2.1.10: the time of the last change.
	if _, has := c.JS["updated"]; !has || !fresh {
		c.JS["updated"] = now
	}
	if uid, _ := c.JS["uid"].(string); uid == "" {
		c.JS["uid"] = newUID()
	}
	c.UID, _ = c.JS["uid"].(string)
	raw, err := json.Marshal(c.JS)
	if err != nil {
		return err
	}
	if len(raw) > a.room.conf.MaxCard {
		return errs.E(errs.TooLarge, "A card can have %d bytes.", a.room.conf.MaxCard)
	}
	c.raw, c.folded = string(raw), foldCard(c.JS)
	return nil
}

// CreateCard files a new card. SameUID names one that has the uid already.
func (a *Account) CreateCard(ctx context.Context, c Card) (Card, error) {
	if err := a.canWrite(ctx); err != nil {
		return c, err
	}
	if err := a.prepare(&c, true); err != nil {
		return c, err
	}
	err := a.write(ctx, func(tx *store.Tx) error {
		row, err := bump(ctx, tx, a.id, false, true)
		if err != nil {
			return err
		}
		have, err := countCards(ctx, tx, a.id)
		if err != nil {
			return err
		}
		return a.insertCard(ctx, tx, &c, row.modseq, have)
	})
	return c, err
}

// insertCard files a new card beside the many that the account has.
func (a *Account) insertCard(ctx context.Context, tx *store.Tx, c *Card, modseq int64, have int) error {
	if err := a.checkPlace(ctx, tx, *c); err != nil {
		return err
	}
	if have >= a.room.conf.MaxCards {
		return errs.E(errs.OverQuota, "An account can have %d cards.", a.room.conf.MaxCards)
	}
	c.ID, c.Created, c.Modseq, c.Gone = id.New(), modseq, modseq, false
	return putCard(ctx, tx, a.id, *c)
}

// checkPlace sees that the books are there and the uid is the card's own.
func (a *Account) checkPlace(ctx context.Context, tx *store.Tx, c Card) error {
	for book := range c.Books {
		if _, err := findBook(ctx, tx, a.id, book); err != nil {
			return err
		}
	}
	other, err := selectByUID(ctx, tx, a.id, c.UID)
	if found, err := store.Found(err); err != nil || !found || other == c.ID {
		return err
	}
	return &SameUID{other}
}

// UpdateCard puts another card in the place of one that is there. The change
// is given the card as it is now, under the account's lock, so that two
// devices which change one card do not undo each other.
func (a *Account) UpdateCard(ctx context.Context, card int64, change func(*Card) (Card, error)) (c Card, err error) {
	if err := a.canWrite(ctx); err != nil {
		return c, err
	}
	err = a.write(ctx, func(tx *store.Tx) error {
		row, err := bump(ctx, tx, a.id, false, true) // it locks the account
		if err != nil {
			return err
		}
		old, err := a.findCard(ctx, tx, card)
		if err == nil {
			err = old.decode()
		}
		if err != nil {
			return err
		}
		uid := old.UID
		if c, err = change(old); err != nil {
			return err
		}
		if err := a.prepare(&c, false); err != nil {
			return err
		}
		if c.UID != uid {
			return errs.E(errs.Invalid, "The uid of a card stays.")
		}
		c.ID = card
		if err := a.checkPlace(ctx, tx, c); err != nil {
			return err
		}
		c.Created, c.Modseq, c.Gone = old.Created, row.modseq, false
		return putCard(ctx, tx, a.id, c)
	})
	return c, err
}

// DeleteCard removes a card.
func (a *Account) DeleteCard(ctx context.Context, card int64) error {
	if err := a.canWrite(ctx); err != nil {
		return err
	}
	return a.write(ctx, func(tx *store.Tx) error {
		c, err := a.findCard(ctx, tx, card)
		if err != nil {
			return err
		}
		row, err := bump(ctx, tx, a.id, false, true)
		if err != nil {
			return err
		}
		c.Gone, c.Modseq = true, row.modseq
		return putCard(ctx, tx, a.id, *c)
	})
}

func (a *Account) findCard(ctx context.Context, tx *store.Tx, card int64) (*Card, error) {
	c, err := selectCard(ctx, tx, a.id, card)
	if found, err := store.Found(err); err != nil || !found || c.Gone {
		if err == nil {
			err = errs.E(errs.NotFound, "There is no such card.")
		}
		return nil, err
	}
	return c, nil
}

// Change is what became of one book or card after a count.
type Change struct {
	ID, Created, Modseq int64
	Gone                bool
}

// BookChanges returns the books that changed after the counter stood at since.
func (a *Account) BookChanges(ctx context.Context, since int64) (list []Change, err error) {
	err = a.room.db.Read(ctx, func(tx *store.Tx) error {
		return selectBooks(ctx, tx, a.id, since, func(b Book) { list = append(list, Change{b.ID, b.Created, b.Modseq, b.Gone}) })
	})
	return list, err
}

// CardChanges returns the cards that changed after the counter stood at since.
func (a *Account) CardChanges(ctx context.Context, since int64) (list []Change, err error) {
	err = a.room.db.Read(ctx, func(tx *store.Tx) error {
		list, err = selectCardChanges(ctx, tx, a.id, since)
		return err
	})
	return list, err
}
