package directory

import (
	"context"
	"math"
	"slices"
)

// HeadOf returns the account of the head of the unit of an account's person:
// of those who hold a main or acting post there today the one of the highest rank.
// Nobody is their own head: from them, and from a unit without anybody, the way
// leads up the tree. 0 = there is none.
func (d *Directory) HeadOf(ctx context.Context, org, account int64) (head int64, err error) {
	b, e, err := d.inBook(ctx, org, account)
	if err != nil || e == nil {
		return 0, err
	}
	today := d.today()
	unit := int64(0)
	for _, p := range e.Posts { // the main one first
		if p.isOn(today) {
			unit = p.Unit
			break
		}
	}
	for unit != 0 {
		if h := b.headOf(unit, today); h != nil && h.Account != account {
			return h.Account, nil
		}
		u, _ := b.Unit(unit)
		unit = u.Parent
	}
	return 0, nil
}

// headOf is who comes first in a unit by rank on a day, those without a rank
// last; nil where it has nobody.
func (b *Book) headOf(unit int64, day string) (head *entry) {
	for _, e := range b.people {
		leads := !e.Locked && slices.ContainsFunc(e.Posts, func(p Post) bool {
			return p.Unit == unit && p.Kind != PostAdditional && p.isOn(day)
		})
		if leads && (head == nil || e.leads() < head.leads()) { // of equals the first in the book's order
			head = e
		}
	}
	return head
}

// leads is the rank by which somebody leads others: nobody was given 0.
func (e *entry) leads() int {
	if e.Rank == 0 {
		return math.MaxInt
	}
	return e.Rank
}

// isOn says whether the post is held on a day.
func (p Post) isOn(day string) bool {
	return p.Starts <= day && (p.Ends == "" || day <= p.Ends)
}
