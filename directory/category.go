package directory

import (
	"context"
	_ "embed"
	"slices"
	"strings"

	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// MaxCategories bounds the kinds of staff of an organisation.
const MaxCategories = 50

// Category is a kind of staff (D05). A person has one at most; nothing that
// somebody may do follows from it.
type Category struct {
	Code  string            `json:"-"` // as personnel systems call it, for good
	Names map[string]string `json:"names"`
	Sort  int               `json:"sort"`
}

var errCategoryUsed = errs.E(errs.Conflict, "People are of this category. Give them another one first.")

// Categories returns those of an organisation in their order.
func (d *Directory) Categories(ctx context.Context, org int64) (list []Category, err error) {
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = selectCategories(ctx, tx, org)
		return err
	})
	return list, err
}

// AddCategory makes a category.
func (d *Directory) AddCategory(ctx context.Context, by policy.Subject, c Category) error {
	return d.administer(ctx, by, act{"category.add", "category " + c.Code, func(ctx context.Context, k *desk) error {
		have, err := k.categories(ctx)
		if err != nil {
			return err
		}
		switch {
		case slices.ContainsFunc(have, func(o Category) bool { return o.Code == c.Code }):
			return errs.E(errs.Exists, "There is a category %q already.", c.Code)
		case len(have) >= MaxCategories:
			return errs.E(errs.OverQuota, "An organisation can have %d categories.", MaxCategories)
		case !validCode(c.Code):
			return errs.E(errs.Invalid, "A code has 1 to 40 small letters, digits and hyphens.")
		}
		if err := checkNames(c.Names); err != nil {
			return err
		}
		if err := putCategory(ctx, k.tx, by.Org, c); err != nil {
			return err
		}
		return k.record(ctx, "category.add", "category "+c.Code, nil, c)
	}})
}

// ChangeCategory changes the names or the place of a category.
func (d *Directory) ChangeCategory(ctx context.Context, by policy.Subject, code string, change func(*Category) error) error {
	return d.administer(ctx, by, act{"category.change", "category " + code, func(ctx context.Context, k *desk) error {
		old, err := k.category(ctx, code)
		if err != nil {
			return err
		}
		now := old
		if err := change(&now); err != nil {
			return err
		}
		now.Code = old.Code
		if err := checkNames(now.Names); err != nil {
			return err
		}
		if err := putCategory(ctx, k.tx, by.Org, now); err != nil {
			return err
		}
		return k.record(ctx, "category.change", "category "+code, old, now)
	}})
}

// RemoveCategory takes away a category that nobody is of.
func (d *Directory) RemoveCategory(ctx context.Context, by policy.Subject, code string) error {
	return d.administer(ctx, by, act{"category.remove", "category " + code, func(ctx context.Context, k *desk) error {
		old, err := k.category(ctx, code)
		if err != nil {
			return err
		}
		used, err := categoryUsed(ctx, k.tx, by.Org, code)
		if err != nil {
			return err
		}
		if used {
			return errCategoryUsed
		}
		if err := deleteCategory(ctx, k.tx, by.Org, code); err != nil {
			return err
		}
		return k.record(ctx, "category.remove", "category "+code, old, nil)
	}})
}

// categories returns all, for who may say what they are.
func (k *desk) categories(ctx context.Context) ([]Category, error) {
	if err := k.may(policy.DutySystem, 0); err != nil {
		return nil, err
	}
	return selectCategories(ctx, k.tx, k.by.Org)
}

func (k *desk) category(ctx context.Context, code string) (Category, error) {
	list, err := k.categories(ctx)
	if err != nil {
		return Category{}, err
	}
	i := slices.IndexFunc(list, func(c Category) bool { return c.Code == code })
	if i < 0 {
		return Category{}, errs.E(errs.NotFound, "There is no such category.")
	}
	return list[i], nil
}

// validCode says whether a code can be one: an id of JMAP (RFC 8620 section
// 1.2) that a spreadsheet takes for nothing else.
func validCode(code string) bool {
	return code != "" && len(code) <= 40 && code[0] != '-' && strings.Trim(code, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

//go:embed categories.txt
var categoryPacks string

// CategoryPack returns the kinds of staff of a country; none where there is no
// such pack.
func CategoryPack(country string) (list []Category) {
	for line := range strings.Lines(categoryPacks) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		for n := range cells {
			cells[n] = strings.TrimSpace(cells[n])
		}
		if len(cells) != 2+len(Languages) || cells[0] != country || country == "" {
			continue
		}
		c := Category{Code: cells[1], Names: map[string]string{}, Sort: len(list) + 1}
		for n, l := range Languages { // in the order of the columns
			c.Names[l] = cells[2+n]
		}
		list = append(list, c)
	}
	return list
}

// BeginCategories gives every organisation that has no categories those of a
// country.
func (d *Directory) BeginCategories(ctx context.Context, country string) error {
	pack := CategoryPack(country)
	if country == "" {
		return nil
	}
	if len(pack) == 0 {
		return errs.E(errs.Invalid, "There are no kinds of staff of %q.", country)
	}
	var orgs []int64
	err := d.db.Read(ctx, func(tx *store.Tx) (err error) {
		orgs, err = selectOrgs(ctx, tx)
		return err
	})
	for _, org := range orgs {
		have, failed := d.Categories(ctx, org)
		if err = errorOr(err, failed); err != nil || len(have) > 0 {
			continue
		}
		for _, c := range pack {
			// Another server may have been quicker.
			if added := d.AddCategory(ctx, policy.System(org), c); !errs.Is(added, errs.Exists) {
				err = errorOr(err, added)
			}
		}
	}
	return err
}
