package identity

import (
	"context"
	"slices"
	"strings"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// Rule is a setting of the operator that decides over people, as the console
// shows it.
type Rule struct{ Key, Value, Source string }

// UseRules sets what the console shows of the settings.
func (i *Identity) UseRules(list []Rule) { i.rules = list }

// Questions about whom a rule would touch if it held.
const (
	WithoutSecond = "second"   // have no second factor
	OldPassword   = "password" // have a password older than so many months
	Unused        = "unused"   // did not sign in for so many months, with nothing
	Programs      = "programs" // have app passwords for mail programs
	SeveralPhones = "phones"   // are signed in with more than one mobile device
)

// maxMonths bounds how far back a question goes.
const maxMonths = 120

// Affected returns whom a rule would touch, of the people whom the subject
// administers, by address. It changes nothing; that somebody asked stands in
// the record.
func (i *Identity) Affected(ctx context.Context, by policy.Subject, question string, months int) (list []directory.Account, err error) {
	if by.Account != 0 && by.Assurance == policy.ByProgram {
		return nil, errs.E(errs.Forbidden, "An app password cannot administer.")
	}
	admin, err := i.dir.Administers(ctx, by)
	if err != nil {
		return nil, err
	}
	if !foresees(admin, 0) && !admin.Anywhere(policy.DutyAccounts) {
		return nil, errs.E(errs.Forbidden, "Your role does not allow this.")
	}
	if months < 0 || months > maxMonths {
		return nil, errs.E(errs.Invalid, "Between 0 and %d months.", maxMonths)
	}
	all, err := i.dir.Accounts(ctx, by.Org)
	if err != nil {
		return nil, err
	}
	touched, err := i.touched(ctx, by.Org, question, i.clock.Now().AddDate(0, -months, 0))
	if err != nil {
		return nil, err
	}
	if err := i.db.Write(ctx, func(tx *store.Tx) error { return i.note(ctx, tx, by, "rule.preview", question) }); err != nil {
		return nil, err
	}
	for _, a := range all {
		if a.Kind == directory.KindPerson && !a.Locked && touched(a.ID) && foresees(admin, a.Unit) {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b directory.Account) int { return strings.Compare(a.Address, b.Address) })
	return list, nil
}

// foresees says whether somebody may know whom a rule would touch in a unit:
// who has the accounts there in hand, and who sets rules for the whole house.
func foresees(admin directory.Administers, unit int64) bool {
	return admin.May(policy.DutyAccounts, unit) || admin.May(policy.DutySecurity, unit) || admin.May(policy.DutySystem, unit)
}

// touched answers the question for each account.
func (i *Identity) touched(ctx context.Context, org int64, question string, before time.Time) (func(account int64) bool, error) {
	query, inverse := "", false
	switch question {
	case WithoutSecond:
		query, inverse = accountsWithSecond, true
	case OldPassword:
		query = accountsWithPasswordBefore
	case Unused:
		query, inverse = accountsSeenSince, true
	case Programs:
		query = accountsWithPrograms
	case SeveralPhones:
		return i.severalPhones(ctx, org)
	default:
		return nil, errs.E(errs.Invalid, "There is no question %q.", question)
	}
	found := map[int64]bool{}
	err := i.db.Read(ctx, func(tx *store.Tx) error { return selectAccounts(ctx, tx, query, org, before.UnixMilli(), found) })
	return func(account int64) bool { return found[account] != inverse }, err
}

// severalPhones looks at the sessions that are alive.
func (i *Identity) severalPhones(ctx context.Context, org int64) (func(account int64) bool, error) {
	count := map[int64]int{}
	now := i.clock.Now()
	err := i.db.Read(ctx, func(tx *store.Tx) error {
		devices := map[[2]int64]bool{}
		return selectOpen(ctx, tx, org, func(s session, c credential) {
			key := [2]int64{s.account, s.device}
			if !isPhone(s.agent) || !i.alive(s, c, now) || s.device != 0 && devices[key] {
				return
			}
			devices[key] = true
			count[s.account]++
		})
	})
	return func(account int64) bool { return count[account] > 1 }, err
}
