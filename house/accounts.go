package house

import (
	"context"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// NewAccount says what account to add.
type NewAccount struct {
	Address, Name, Unit, Language string
	Admin                         bool
	PasswordHash                  string
}

// AddAccount adds an account with its password.
func (h *House) AddAccount(ctx context.Context, by policy.Subject, n NewAccount) (directory.Account, error) {
	unit, err := h.unit(ctx, n.Unit)
	if err != nil {
		return directory.Account{}, err
	}
	a, err := h.Directory.AddAccount(ctx, directory.Account{Address: n.Address, Name: n.Name, Unit: unit, Language: n.Language, Admin: n.Admin, Clearance: policy.Internal})
	if err != nil {
		return a, err
	}
	if err := h.Identity.SetPasswordHash(ctx, by, a.Org, a.ID, n.PasswordHash); err != nil {
		return a, err
	}
	err = h.Store.Write(ctx, func(tx *store.Tx) error {
		return audit.Append(ctx, tx, clock.System{}.Now(), audit.By(by, "account.add", a.Address, nil))
	})
	return a, err
}

// unit finds a unit by its name, or makes one at the top.
func (h *House) unit(ctx context.Context, name string) (int64, error) {
	if name == "" {
		return 0, nil
	}
	units, err := h.Directory.Units(ctx, directory.DefaultOrg)
	if err != nil {
		return 0, err
	}
	for _, u := range units {
		for _, n := range u.Names {
			if n == name {
				return u.ID, nil
			}
		}
	}
	made, err := h.Directory.AddUnits(ctx, directory.DefaultOrg, []directory.Unit{{Names: map[string]string{"en": name}, Sort: len(units)}})
	if err != nil {
		return 0, err
	}
	return made[0].ID, nil
}

// AddAccounts adds many accounts. An address that is there already refuses
// all, before any is added.
func (h *House) AddAccounts(ctx context.Context, by policy.Subject, list []NewAccount) error {
	for _, n := range list {
		_, _, err := h.Directory.Resolve(ctx, n.Address)
		if err == nil {
			return errs.E(errs.Exists, "%s exists already; nothing was added", n.Address)
		}
		if !errs.Is(err, errs.NotFound) {
			return err
		}
	}
	for _, n := range list {
		if _, err := h.AddAccount(ctx, by, n); err != nil {
			return err
		}
	}
	return nil
}
