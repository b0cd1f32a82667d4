package house

import (
	"os"
	"path/filepath"

	"chancery/identity"
	"chancery/kit/errs"
	"chancery/kit/workday"
)

// life reads how long passwords are good.
func (c Config) life() (identity.Life, error) {
	if c.Passwords.FirstDays < 0 || c.Passwords.MaxMonths < 0 {
		return identity.Life{}, errs.E(errs.Invalid, "passwords.first_days, passwords.max_months: a password cannot end before it begins")
	}
	days, err := c.workdays()
	return identity.Life{Calendar: days, FirstDays: c.Passwords.FirstDays, MaxMonths: c.Passwords.MaxMonths}, err
}

// workdays reads which days are worked on.
func (c Config) workdays() (workday.Calendar, error) {
	if c.Workdays.File == "" {
		days, err := workday.Of(c.Workdays.Country)
		return days, errs.Wrap(errs.Invalid, err, "workdays.country")
	}
	dir, name := filepath.Split(c.Workdays.File)
	if dir == "" {
		dir = "."
	}
	days, err := workday.Open(os.DirFS(dir), name)
	return days, errs.Wrap(errs.Invalid, err, "workdays.file")
}
