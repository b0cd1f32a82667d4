package agency

import (
	"context"
	"slices"
	"strings"
	"sync"

	"chancery/directory"
	"chancery/kit/id"
	"chancery/store"
)

// Ended tells that what a provider opened for somebody has ended.
type Ended struct {
	Account  directory.Account
	Provider string // its name, as on the button of the sign-in page
}

// UseLetters sets who tells people; until then nobody does.
func (d *Desk) UseLetters(l Letters) { d.letters = l }

// giveGrounds gives one to each provider and link that was made before there
// were any. Of two servers that start one does.
func giveGrounds(ctx context.Context, db *store.Store) error {
	return db.Write(ctx, func(tx *store.Tx) error {
		list, err := selectGroundless(ctx, tx)
		for _, g := range list {
			if err == nil {
				err = putGround(ctx, tx, g, id.New())
			}
		}
		return err
	})
}

// holds answers identity.UseGrounds: what a provider opened holds as long as
// the person's link to it, or, where it keeps the passwords, as long as it
// keeps the domain of the address.
func (d *Desk) holds(ctx context.Context, org, account, ground int64) (holds bool, err error) {
	var p Provider
	err = d.db.Read(ctx, func(tx *store.Tx) error {
		if holds, err = linkHolds(ctx, tx, org, account, ground); err != nil || holds {
			return err
		}
		list, err := selectProvidersOn(ctx, tx, org, ground)
		if len(list) > 0 {
			p = list[0]
		}
		return err
	})
	if err != nil || holds || p.Kind != KindLDAP {
		return holds, err
	}
	a, err := d.dir.Account(ctx, org, account)
	return err == nil && p.keeps(a.Address), err
}

// end ends all that a provider opened, in the transaction that removes it and
// before it does, and returns for whom.
func (d *Desk) end(ctx context.Context, tx *store.Tx, p Provider) ([]int64, error) {
	grounds, err := selectLinkGrounds(ctx, tx, p.Org, p.ID)
	if err != nil {
		return nil, err
	}
	return d.identity.EndGrounds(ctx, tx, p.Org, append(grounds, p.ground))
}

// keeps says whether a directory keeps the password of an address.
func (p Provider) keeps(address string) bool {
	_, domain, ok := strings.Cut(strings.ToLower(address), "@")
	return ok && p.Kind == KindLDAP && slices.Contains(p.Domains, domain)
}

// tellEnded lets people know why they are signed out. They are many at times.
func (d *Desk) tellEnded(ctx context.Context, p Provider, accounts []int64) {
	if d.letters == nil {
		return
	}
	ctx = context.WithoutCancel(ctx)
	var all sync.WaitGroup
	turn := make(chan struct{}, 16)
	for _, account := range accounts {
		turn <- struct{}{}
		all.Go(func() {
			defer func() { <-turn }()
			a, err := d.dir.Account(ctx, p.Org, account)
			if err == nil && !a.Locked {
				err = d.letters.ProviderEnded(ctx, Ended{a, p.Name})
			}
			if err != nil {
				d.log.Error("agency: somebody was not told that they are signed out", "account", account, "error", err)
			}
		})
	}
	all.Wait()
}
