package directory

import (
	"context"
	"slices"
	"strings"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

// Limits of service levels.
const (
	MaxLevels     = 50
	MaxLevelQuota = 1 << 50 // bytes; no limit of a level is higher
)

// ServiceLevel is what a class of people gets.
type ServiceLevel struct {
	ID    string            `json:"-"`
	Names map[string]string `json:"names"`
	Quota int64             `json:"quota"` // bytes of a mailbox; 0 = the default
	Terms policy.Terms      `json:"terms"` // what they have less than everybody
	Sort  int               `json:"sort"`
}

// ServiceLevels returns the levels of an organisation in their order, and the
// state of the list.
func (d *Directory) ServiceLevels(ctx context.Context, org int64) (list []ServiceLevel, err error) {
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = selectLevels(ctx, tx, org)
		return err
	})
	return list, err
}

// AddServiceLevel makes a level.
func (d *Directory) AddServiceLevel(ctx context.Context, by policy.Subject, l ServiceLevel) (ServiceLevel, error) {
	l.ID = id.Text('v', id.New())
	return l, d.administer(ctx, by, act{"level.add", "level " + l.ID, func(ctx context.Context, k *desk) error {
		if err := k.may(policy.DutySystem, 0); err != nil {
			return err
		}
		have, err := selectLevels(ctx, k.tx, by.Org)
		if err != nil {
			return err
		}
		if len(have) >= MaxLevels {
			return errs.E(errs.OverQuota, "An organisation can have %d service levels.", MaxLevels)
		}
		if err := k.putLevel(ctx, l); err != nil {
			return err
		}
		return k.record(ctx, "level.add", "level "+l.ID, nil, l)
	}})
}

// ChangeServiceLevel changes a level; the mailboxes of its people follow.
func (d *Directory) ChangeServiceLevel(ctx context.Context, by policy.Subject, level string, change func(*ServiceLevel) error) error {
	return d.administer(ctx, by, act{"level.change", "level " + level, func(ctx context.Context, k *desk) error {
		if err := k.may(policy.DutySystem, 0); err != nil {
			return err
		}
		old, err := k.level(ctx, level)
		if err != nil {
			return err
		}
		now := old
		if err := change(&now); err != nil {
			return err
		}
		now.ID = old.ID
		if err := k.putLevel(ctx, now); err != nil {
			return err
		}
		return k.record(ctx, "level.change", "level "+level, old, now)
	}})
}

// RemoveServiceLevel takes away a level that nobody has.
func (d *Directory) RemoveServiceLevel(ctx context.Context, by policy.Subject, level string) error {
	return d.administer(ctx, by, act{"level.remove", "level " + level, func(ctx context.Context, k *desk) error {
		if err := k.may(policy.DutySystem, 0); err != nil {
			return err
		}
		old, err := k.level(ctx, level)
		if err != nil {
			return err
		}
		used, err := levelUsed(ctx, k.tx, by.Org, level)
		if err != nil {
			return err
		}
		if used {
			return errLevelUsed
		}
		if err := deleteLevel(ctx, k.tx, by.Org, level); err != nil {
			return err
		}
		return k.record(ctx, "level.remove", "level "+level, old, nil)
	}})
}

func (k *desk) level(ctx context.Context, level string) (ServiceLevel, error) {
	list, err := selectLevels(ctx, k.tx, k.by.Org)
	if err != nil {
		return ServiceLevel{}, err
	}
	for _, l := range list {
		if l.ID == level {
			return l, nil
		}
	}
	return ServiceLevel{}, errs.E(errs.NotFound, "There is no such service level.")
}

func (k *desk) putLevel(ctx context.Context, l ServiceLevel) error {
	if err := checkNames(l.Names); err != nil {
		return err
	}
	if l.Quota < 0 || l.Quota > MaxLevelQuota {
		return errs.E(errs.Invalid, "The space of a mailbox is between 0 and %d bytes.", int64(MaxLevelQuota))
	}
	if err := checkTerms(l.Terms); err != nil {
		return err
	}
	return putLevel(ctx, k.tx, k.by.Org, l)
}

// checkTerms refuses limits that are none, and a level that nobody could read
// their mail with.
func checkTerms(t policy.Terms) error {
	limits := []int64{t.MaxMessage, t.MaxAttachments, t.MaxRecipients, t.MaxHourly, t.MaxDaily}
	if slices.Min(limits) < 0 || slices.Max(limits) > MaxLevelQuota {
		return errs.E(errs.Invalid, "A limit is between 0, which is that of the house, and %d.", int64(MaxLevelQuota))
	}
	if !t.Allows(policy.FeatureWeb) && !t.Allows(policy.FeaturePrograms) {
		return errs.E(errs.Invalid, "A level has the web client or mail programs, or both: else nobody of it could read their mail.")
	}
	return nil
}

// Languages are those that units and levels have names in.
var Languages = []string{"zh-TW", "zh-CN", "vi", "ko", "en"}

// MaxNameText is how many bytes a name, a title or a telephone number can have.
const MaxNameText = 200

// checkNames refuses names that are none, too long, or of another language.
func checkNames(names map[string]string) error {
	some := false
	for language, name := range names {
		if !isLanguage(language) {
			return errs.E(errs.Invalid, "There are no names in the language %q.", language)
		}
		if len(name) > MaxNameText {
			return errs.E(errs.TooLarge, "A name can have %d bytes.", MaxNameText)
		}
		some = some || strings.TrimSpace(name) != ""
	}
	if !some {
		return errs.E(errs.Invalid, "A name in at least one language is needed.")
	}
	return nil
}

func isLanguage(text string) bool {
	for _, l := range Languages {
		if l == text {
			return true
		}
	}
	return false
}
