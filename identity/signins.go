package identity

import (
	"context"

	"chancery/audit"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// signIn is the verb of sign-ins in the audit record.
const signIn = "sign-in"

// SignIns returns the newest sign-ins to an account, those that failed too,
// newest first (K21). Only the holder may see them: others learn from them
// where somebody is. A refusal is recorded.
func (i *Identity) SignIns(ctx context.Context, by policy.Subject, account int64) (list []audit.Entry, err error) {
	if by.Account != account || !policy.Can(by, policy.Read, policy.Label{Org: by.Org, Owner: account}) {
		refused := errs.E(errs.Forbidden, "Sign-ins are shown to the holder of the account only.")
		err := i.db.Write(ctx, func(tx *store.Tx) error {
			return audit.Append(ctx, tx, i.clock.Now(), audit.By(by, "sign-in.list", accountText(account), refused))
		})
		if err != nil {
			return nil, err
		}
		return nil, refused
	}
	err = i.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = audit.OfAccount(ctx, tx, by.Org, account, signIn, i.conf.SignIns)
		return err
	})
	return list, err
}
