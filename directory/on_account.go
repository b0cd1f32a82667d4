package directory

import (
	"context"

	"chancery/policy"
	"chancery/store"
)

// OnAccount does something about the account of a person for an administrator,
// in one transaction with the check of their duty there. Who holds a role is
// for those alone who have the duty everywhere: else the head of a unit could
// shut out who audits them. What is refused stands in the record as verb; what
// is done the caller records.
func (d *Directory) OnAccount(ctx context.Context, by policy.Subject, person int64, need policy.Duty, verb string, do func(ctx context.Context, tx *store.Tx, a Account) error) error {
	return d.administer(ctx, by, act{verb, personText(person), func(ctx context.Context, k *desk) error {
		p, err := selectPerson(ctx, k.tx, by.Org, person)
		found, err := store.Found(err)
		if err != nil {
			return err
		}
		var a Account
		if found {
			if a, err = selectAccount(ctx, k.tx, by.Org, k.d.today(), p.Account); err != nil {
				return err
			}
		}
		// Whether somebody is there is not told to who has the duty nowhere.
		unit := a.Unit
		if a.Roles || a.Admin {
			unit = 0
		}
		if err := k.may(need, unit); err != nil {
			return err
		}
		if !found {
			return errNoPerson
		}
		return do(ctx, k.tx, a)
	}})
}

// OnOrganisation carries out an act that needs a duty on the whole
// organisation, in one transaction with the check of it: who lost the duty
// meanwhile does nothing any more. What is refused stands in the record as
// verb; what is done the caller records.
func (d *Directory) OnOrganisation(ctx context.Context, by policy.Subject, need policy.Duty, verb, object string, do func(ctx context.Context, tx *store.Tx) error) error {
	return d.administer(ctx, by, act{verb, object, func(ctx context.Context, k *desk) error {
		if err := k.may(need, 0); err != nil {
			return err
		}
		return do(ctx, k.tx)
	}})
}
