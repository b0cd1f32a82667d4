package sms

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"net/netip"
	"strconv"
	"time"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/store"
)

// Limits are how many messages leave within an hour, so that nobody makes us
// write to a number over and over, or earns by what we pay (SMS pumping).
type Limits struct {
	Number  int           // to one number; default 6
	Account int           // about one account; default 10
	Network int           // asked for from one address (IPv6: /64); default 30
	House   int           // altogether; default 1000
	Gap     time.Duration // between two to one number; default 30 s
}

func (l *Limits) defaults() {
	for _, x := range []struct {
		n    *int
		most int
	}{{&l.Number, 6}, {&l.Account, 10}, {&l.Network, 30}, {&l.House, 1000}} {
		if *x.n <= 0 {
			*x.n = x.most
		}
	}
	if l.Gap <= 0 {
		l.Gap = 30 * time.Second
	}
}

// Book remembers what left within the last hour, for all servers of an
// installation. It is as large as the limit of the house allows, and holds no
// number that could be read.
type Book struct {
	db   *store.Store
	mask []byte
}

//go:embed schema/*.sql
var schema embed.FS

// NewBook brings the tables up to date.
func NewBook(ctx context.Context, db *store.Store) (*Book, error) {
	if err := db.Migrate(ctx, "identity/sms", schema); err != nil {
		return nil, err
	}
	const purpose = "sms book"
	fresh := make([]byte, 32)
	rand.Read(fresh)
	sealed, err := db.Seal(ctx, store.Scope{}, purpose, fresh)
	if err != nil {
		return nil, err
	}
	err = db.Write(ctx, func(tx *store.Tx) (err error) {
		if err = addBook(ctx, tx, sealed); err == nil {
			sealed, err = selectMask(ctx, tx)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	mask, err := db.Unseal(ctx, store.Scope{}, purpose, sealed)
	return &Book{db, mask}, err
}

const hour = time.Hour

// Asker is whom a message is about, and where it was asked for.
type Asker struct {
	Account int64
	Peer    netip.Addr
}

// key names what is counted.
func (b *Book) key(what string) []byte {
	mac := hmac.New(sha256.New, b.mask)
	mac.Write([]byte(what))
	return mac.Sum(nil)
}

// take counts a message, or refuses it. What is refused does not count.
func (b *Book) take(ctx context.Context, l Limits, now time.Time, number string, by Asker) error {
	keys := []struct {
		what string
		most int
		gap  time.Duration
	}{{"number " + number, l.Number, l.Gap}, {"account " + strconv.FormatInt(by.Account, 36), l.Account, 0}, {"network " + network(by.Peer), l.Network, 0}, {"house", l.House, 0}}
	// A browser that goes away meanwhile does not make it free.
	ctx = context.WithoutCancel(ctx)
	return b.db.Write(ctx, func(tx *store.Tx) error {
		if err := either(holdBook(ctx, tx), deleteLeft(ctx, tx, now.Add(-hour).UnixMilli())); err != nil {
			return err
		}
		for _, k := range keys {
			n, first, last, err := countLeft(ctx, tx, b.key(k.what))
			if err != nil {
				return err
			}
			if since := now.Sub(time.UnixMilli(last)); n > 0 && k.gap > 0 && since < k.gap {
				return tooMany(k.gap - since)
			}
			if n >= k.most {
				return tooMany(hour - now.Sub(time.UnixMilli(first)))
			}
			if err := insertLeft(ctx, tx, b.key(k.what), now.UnixMilli(), id.New()); err != nil {
				return err
			}
		}
		return nil
	})
}

func either(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// network is what one customer has: an IPv4 address, or an IPv6 /64.
func network(a netip.Addr) string {
	a = a.Unmap()
	bits := 32
	if a.Is6() {
		bits = 64
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}

func tooMany(wait time.Duration) error {
	return errs.E(errs.RateLimited, "Too many short messages were asked for; try again in %d seconds.", int(wait.Seconds())+1)
}
