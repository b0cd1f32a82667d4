package approval

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"chancery/policy"
	"chancery/store"
)

// How much lists show.
const (
	maxList   = 500
	remembers = 30 * 24 * time.Hour // for which what was decided stays in lists
)

// Seen is a case as somebody may see it.
type Seen struct {
	Case
	Asked    bool // they asked it
	Deciding bool // it waits for them
	Place    Seat // in whose place they would decide
}

// Find returns a case for who asked it, or was asked. NotFound for all others,
// whom it is about among them, and above their ceiling.
func (d *Desk) Find(ctx context.Context, s policy.Subject, number int64) (Case, error) {
	c, err := d.load(ctx, s.Org, number)
	if err != nil {
		return c, err
	}
	if c.Level > s.Clearance {
		return Case{}, errNoCase
	}
	if c.Asker == s.Account && s.Account != 0 {
		return c, nil
	}
	mine, err := d.placesIn(ctx, s, c, c.seats())
	if err == nil && len(mine) == 0 {
		return Case{}, errNoCase
	}
	return c, err
}

func (d *Desk) load(ctx context.Context, org, number int64) (c Case, err error) {
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		c, err = selectCase(ctx, tx, org, number)
		return err
	})
	if errors.Is(err, store.ErrNoRows) {
		err = errNoCase
	}
	return c, err
}

// Decides says whether a case waits for somebody, who may then see what it is
// about, and returns it.
func (d *Desk) Decides(ctx context.Context, s policy.Subject, number int64) (Case, bool, error) {
	c, err := d.Find(ctx, s, number)
	if err != nil || c.State != Waiting || c.Asker == s.Account {
		return c, false, err
	}
	mine, err := d.placesIn(ctx, s, c, c.Open())
	return c, len(mine) > 0, err
}

// Mine lists what waits for somebody, the earliest deadline first, then what
// they asked for, then what was decided of late. What is above their ceiling
// is not there.
func (d *Desk) Mine(ctx context.Context, s policy.Subject) (list []Seen, err error) {
	if s.Account == 0 || program(s) != nil {
		return nil, nil
	}
	var open []Seat
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		open, err = selectOpenSeats(ctx, tx, s.Org)
		return err
	})
	if err != nil {
		return nil, err
	}
	mine, err := d.seatsOf(ctx, s, open)
	if err != nil {
		return nil, err
	}
	since := d.clock.Now().Add(-remembers).UnixMilli()
	err = d.db.Read(ctx, func(tx *store.Tx) error {
		list = list[:0]
		for _, seat := range mine {
			found, err := selectAtSeat(ctx, tx, s.Org, seat, maxList)
			if err != nil {
				return err
			}
			for _, c := range found {
				list = join(list, Seen{Case: c, Asked: c.Asker == s.Account, Deciding: c.Asker != s.Account, Place: seat})
			}
		}
		asked, err := selectAsked(ctx, tx, s.Org, s.Account, since, maxList)
		if err != nil {
			return err
		}
		sat, err := selectSat(ctx, tx, s.Org, s.Account, since, maxList)
		for _, c := range slices.Concat(asked, sat) {
			list = join(list, Seen{Case: c, Asked: c.Asker == s.Account})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	shown := list[:0]
	for _, x := range list {
		hidden := x.Level > s.Clearance || x.Asked && x.Asker == 0
		if !hidden && !x.Asked {
			if hidden, err = d.concerns(ctx, x.Case, s.Account); err != nil {
				return nil, err
			}
		}
		if !hidden {
			shown = append(shown, x)
		}
	}
	slices.SortStableFunc(shown, inOrder)
	return shown, nil
}

// join adds a case that is not in the list.
func join(list []Seen, x Seen) []Seen {
	if slices.ContainsFunc(list, func(o Seen) bool { return o.ID == x.ID }) {
		return list
	}
	return append(list, x)
}

// inOrder is what is due first, what has no deadline by age, what was decided last.
func inOrder(a, b Seen) int {
	rank := func(x Seen) int {
		switch {
		case x.Deciding && !x.Due.IsZero():
			return 0
		case x.Deciding:
			return 1
		case x.State == Waiting:
			return 2
		}
		return 3
	}
	if n := cmp.Compare(rank(a), rank(b)); n != 0 {
		return n
	}
	switch rank(a) {
	case 0:
		return a.Due.Compare(b.Due)
	case 3:
		return b.Closed.Compare(a.Closed)
	}
	return cmp.Compare(a.ID, b.ID)
}
