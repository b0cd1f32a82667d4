package directory

import (
	"context"
	"slices"

	"chancery/policy"
	"chancery/store"
)

// inBook returns the book, and the person of an account; without one the entry is nil.
func (d *Directory) inBook(ctx context.Context, org, account int64) (*Book, *entry, error) {
	b, err := d.Book(ctx, org)
	if err != nil {
		return nil, nil, err
	}
	return b, b.of[account], nil
}

// DeputiesOf lists the accounts of those who stand in today for the person of
// an account; none where nobody does, or nobody has it.
func (d *Directory) DeputiesOf(ctx context.Context, org, account int64) (list []int64, err error) {
	b, e, err := d.inBook(ctx, org, account)
	if err != nil || e == nil {
		return nil, err
	}
	today := d.today()
	for _, q := range e.Deputies {
		if deputy, ok := b.byID[q.Person]; ok && q.Starts <= today && today <= q.Ends && !deputy.Locked {
			list = append(list, deputy.Account)
		}
	}
	return list, nil
}

// HoldersOf lists the accounts of those who have a duty for the whole
// organisation.
func (d *Directory) HoldersOf(ctx context.Context, org int64, need policy.Duty) (list []int64, err error) {
	var all []Holding
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		all, err = selectRoles(ctx, tx, org)
		return err
	})
	for _, h := range all {
		if !slices.Contains(list, h.Account) && policy.Holds(heldBy(all, h.Account), need, nil) {
			list = append(list, h.Account)
		}
	}
	return list, err
}

// UnitsOf lists the units that the person of an account belongs to today, by
// their posts, each with all above it.
func (d *Directory) UnitsOf(ctx context.Context, org, account int64) (list []int64, err error) {
	b, e, err := d.inBook(ctx, org, account)
	if err != nil || e == nil {
		return nil, err
	}
	today := d.today()
	for _, p := range e.Posts {
		if !p.isOn(today) {
			continue
		}
		for unit := p.Unit; unit != 0 && !slices.Contains(list, unit); {
			list = append(list, unit)
			u, _ := b.Unit(unit)
			unit = u.Parent
		}
	}
	return list, nil
}
