package house

import (
	"context"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/clock"
	"chancery/policy"
	"chancery/store"
)

// NewAccount says what account to add.
type NewAccount struct {
	Address, Name, Unit, Language string
	Admin                         bool
	PasswordHash                  string
	Once                          bool // the password is for one sign-in, at which another one is chosen
}

// AddAccount adds an account with its password.
func (h *House) AddAccount(ctx context.Context, by policy.Subject, n NewAccount) (directory.Account, error) {
	list, err := h.addAccounts(ctx, by, []NewAccount{n})
	if err != nil {
		return directory.Account{}, err
	}
	return list[0], nil
}

// AddAccounts adds many accounts, all or none.
func (h *House) AddAccounts(ctx context.Context, by policy.Subject, list []NewAccount) error {
	_, err := h.addAccounts(ctx, by, list)
	return err
}

func (h *House) addAccounts(ctx context.Context, by policy.Subject, list []NewAccount) ([]directory.Account, error) {
	out := make([]directory.Account, len(list))
	for i, n := range list {
		unit, err := h.unit(ctx, n.Unit)
		if err != nil {
			return nil, err
		}
		out[i], err = h.Directory.PrepareAccount(ctx, directory.Account{
			Address: n.Address, Name: n.Name, Unit: unit, Language: n.Language, Admin: n.Admin, Clearance: policy.Internal,
		})
		if err != nil {
			return nil, err
		}
	}
	return out, h.Store.Write(ctx, func(tx *store.Tx) error {
		for i, a := range out {
			if err := h.Directory.PutAccount(ctx, tx, a); err != nil {
				return err
			}
			put := h.Identity.PutPasswordHash
			if list[i].Once {
				put = h.Identity.PutFirstPasswordHash
			}
			if err := put(ctx, tx, by, a.Org, a.ID, list[i].PasswordHash); err != nil {
				return err
			}
			if err := audit.Append(ctx, tx, clock.System{}.Now(), audit.By(by, "account.add", a.Address, nil)); err != nil {
				return err
			}
		}
		return nil
	})
}

// unit finds a unit by its name, or makes one at the top.
func (h *House) unit(ctx context.Context, name string) (int64, error) {
	if name == "" {
		return 0, nil
	}
	book, err := h.Directory.Book(ctx, directory.DefaultOrg)
	if err != nil {
		return 0, err
	}
	for _, u := range book.Units() {
		for _, n := range u.Names {
			if n == name {
				return u.ID, nil
			}
		}
	}
	made, err := h.Directory.AddUnits(ctx, policy.System(directory.DefaultOrg), []directory.Unit{{Names: map[string]string{"en": name}, Sort: len(book.Units())}})
	if err != nil {
		return 0, err
	}
	return made[0].ID, nil
}
