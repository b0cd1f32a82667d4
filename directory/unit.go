package directory

import (
	"context"
	"slices"
	"strconv"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
)

// MaxUnits is how many units an organisation can have.
const MaxUnits = 50_000

// unitStory is what the record keeps of a unit.
type unitStory struct {
	Parent int64             `json:"parent"`
	Names  map[string]string `json:"names"`
	Sort   int               `json:"sort"`
}

func (u Unit) story() any { return unitStory{u.Parent, u.Names, u.Sort} }

func unitText(unit int64) string { return "unit " + strconv.FormatInt(unit, 10) }

// AddUnits stores units, parents before children, and returns them with ids.
// A Parent below zero is another unit of the list: -1 the first, -2 the second.
func (d *Directory) AddUnits(ctx context.Context, by policy.Subject, units []Unit) ([]Unit, error) {
	out := make([]Unit, len(units))
	for i, u := range units {
		u.ID = id.New()
		if u.Parent < 0 {
			if -u.Parent > int64(i) {
				return nil, errs.E(errs.Invalid, "Unit %d of the list stands before its parent.", i+1)
			}
			u.Parent = out[-u.Parent-1].ID
		}
		out[i] = u
	}
	return out, d.administer(ctx, by, act{"unit.add", strconv.Itoa(len(units)) + " units", func(ctx context.Context, k *desk) error {
		if len(k.tree)+len(out) > MaxUnits {
			return errs.E(errs.OverQuota, "An organisation can have %d units.", MaxUnits)
		}
		for _, u := range out {
			if u.Parent != 0 {
				if _, err := k.unit(u.Parent); err != nil {
					return err
				}
			}
			if err := k.may(policy.DutyUnits, u.Parent); err != nil {
				return err
			}
			if err := k.putUnit(ctx, u); err != nil {
				return err
			}
			if err := k.record(ctx, "unit.add", unitText(u.ID), nil, u.story()); err != nil {
				return err
			}
		}
		return nil
	}})
}

// ChangeUnit renames or moves a unit; moving needs the right on the unit,
// where it leaves and where it goes.
func (d *Directory) ChangeUnit(ctx context.Context, by policy.Subject, unit int64, change func(*Unit) error) error {
	return d.administer(ctx, by, act{"unit.change", unitText(unit), func(ctx context.Context, k *desk) error {
		old, err := k.unit(unit)
		if err != nil {
			return err
		}
		now := old
		if err := change(&now); err != nil {
			return err
		}
		now.ID, now.Source = old.ID, old.Source
		if err := k.may(policy.DutyUnits, unit); err != nil {
			return err
		}
		if now.Parent != old.Parent {
			if err := k.mayMove(old, now.Parent); err != nil {
				return err
			}
		}
		if err := k.putUnit(ctx, now); err != nil {
			return err
		}
		return k.record(ctx, "unit.change", unitText(unit), old.story(), now.story())
	}})
}

// mayMove refuses to move a unit below itself, and across what the
// administrator does not administer.
func (k *desk) mayMove(u Unit, to int64) error {
	if to != 0 {
		if _, err := k.unit(to); err != nil {
			return err
		}
	}
	if err := k.may(policy.DutyUnits, u.Parent); err != nil {
		return err
	}
	if err := k.may(policy.DutyUnits, to); err != nil {
		return err
	}
	if slices.Contains(k.tree.path(to), u.ID) {
		return errs.E(errs.Invalid, "A unit cannot stand below itself.")
	}
	return nil
}

func (k *desk) putUnit(ctx context.Context, u Unit) error {
	if err := checkNames(u.Names); err != nil {
		return err
	}
	if len(k.tree.path(u.Parent))+1 >= maxUnitDepth {
		return errs.E(errs.Invalid, "The tree of units can be %d deep.", maxUnitDepth)
	}
	k.tree[u.ID] = u
	return putUnit(ctx, k.tx, k.by.Org, u)
}

// RemoveUnit takes an empty unit away: without units, posts, mailboxes, roles
// or rules. It needs the right on the unit above.
func (d *Directory) RemoveUnit(ctx context.Context, by policy.Subject, unit int64) error {
	return d.administer(ctx, by, act{"unit.remove", unitText(unit), func(ctx context.Context, k *desk) error {
		return k.removeUnit(ctx, unit)
	}})
}

func (k *desk) removeUnit(ctx context.Context, unit int64) error {
	u, err := k.unit(unit)
	if err != nil {
		return err
	}
	if err := k.may(policy.DutyUnits, u.Parent); err != nil {
		return err
	}
	holds, err := unitHolds(ctx, k.tx, k.by.Org, unit)
	if err != nil {
		return err
	}
	if holds != "" {
		return errs.Wrap(errs.Conflict, errUnitHolds, "The unit is not empty: it still has %s.", holds)
	}
	if err := deleteUnit(ctx, k.tx, k.by.Org, unit); err != nil {
		return err
	}
	return k.record(ctx, "unit.remove", unitText(unit), u.story(), nil)
}
