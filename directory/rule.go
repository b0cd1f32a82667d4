package directory

import (
	"context"
	"slices"
	"strconv"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
)

// MaxRules is how many rules of who is shown to whom an organisation can have.
const MaxRules = 200

// Rules returns the rules of who is not shown to everybody, to those who may
// change them.
func (d *Directory) Rules(ctx context.Context, s policy.Subject) ([]Visibility, error) {
	a, err := d.Administers(ctx, s)
	if err != nil {
		return nil, err
	}
	if !a.May(policy.DutySecurity, 0) {
		return nil, errs.E(errs.Forbidden, "Your role does not allow this for the whole organisation.")
	}
	b, err := d.Book(ctx, s.Org)
	if err != nil {
		return nil, err
	}
	return slices.Clone(b.rules), nil
}

// SetVisibility replaces the rules of who is not shown to everybody.
func (d *Directory) SetVisibility(ctx context.Context, by policy.Subject, rules []Visibility) error {
	return d.ChangeRules(ctx, by, func([]Visibility) ([]Visibility, error) { return rules, nil })
}

// ChangeRules changes the rules by what change makes of them.
func (d *Directory) ChangeRules(ctx context.Context, by policy.Subject, change func([]Visibility) ([]Visibility, error)) error {
	return d.administer(ctx, by, act{"visibility.change", "rules", func(ctx context.Context, k *desk) error {
		if err := k.may(policy.DutySecurity, 0); err != nil {
			return err
		}
		old, err := selectVisibility(ctx, k.tx, by.Org)
		if err != nil {
			return err
		}
		now, err := change(slices.Clone(old))
		if err != nil {
			return err
		}
		now = slices.Clone(now)
		if len(now) > MaxRules {
			return errs.E(errs.OverQuota, "An organisation can have %d rules.", MaxRules)
		}
		for i := range now {
			if err := k.checkRule(ctx, now[i], i+1); err != nil {
				return err
			}
			if now[i].ID == 0 {
				now[i].ID = id.New()
			}
		}
		if err := replaceVisibility(ctx, k.tx, by.Org, now); err != nil {
			return err
		}
		return k.record(ctx, "visibility.change", strconv.Itoa(len(now))+" rules", rulesStory(old), rulesStory(now))
	}})
}

func (k *desk) checkRule(ctx context.Context, r Visibility, n int) error {
	if (r.Unit == 0) == (r.Level == "") {
		return errs.E(errs.Invalid, "Rule %d must name a unit or a service level.", n)
	}
	for _, u := range append([]int64{r.Unit}, r.ShownTo...) {
		if _, ok := k.tree[u]; u != 0 && !ok {
			return errs.E(errs.Invalid, "Rule %d names a unit that is not there.", n)
		}
	}
	if len(r.ShownTo) > MaxRules {
		return errs.E(errs.TooLarge, "Rule %d can name %d units.", n, MaxRules)
	}
	if r.Level != "" {
		_, err := k.level(ctx, r.Level)
		return err
	}
	return nil
}

// rulesStory is what the record keeps of the rules, by their ids.
func rulesStory(rules []Visibility) any {
	m := map[string]any{}
	for _, r := range rules {
		m[strconv.FormatInt(r.ID, 10)] = map[string]any{"unit": r.Unit, "level": r.Level, "shownTo": r.ShownTo}
	}
	return m
}
