package directory

import (
	"context"

	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

func putOrg(ctx context.Context, tx *store.Tx, org int64, name, domain string) error {
	if _, err := tx.Exec(ctx, "INSERT INTO org (id, name) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING", org, name); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO domain (org_id, name, main)
		VALUES ($1, $2, NOT EXISTS (SELECT 1 FROM domain WHERE org_id = $1)) ON CONFLICT (org_id, name) DO NOTHING`, org, domain)
	return err
}

func selectDomains(ctx context.Context, tx *store.Tx) (map[string]int64, error) {
	domains := map[string]int64{}
	err := tx.Query(ctx, "SELECT name, org_id FROM domain", nil, func(scan func(...any) error) error {
		var name string
		var org int64
		err := scan(&name, &org)
		domains[name] = org
		return err
	})
	return domains, err
}

const accountColumns = "a.org_id, a.id, a.address, a.name, a.kind, a.unit_id, a.language, a.clearance, CASE WHEN a.quota > 0 THEN a.quota ELSE a.level_quota END, a.level_terms, a.admin, a.locked, EXISTS (SELECT 1 FROM role_grant r WHERE r.org_id = a.org_id AND r.account_id = a.id)"

func (a *Account) fields() []any {
	return []any{&a.Org, &a.ID, &a.Address, &a.Name, &a.Kind, &a.Unit, &a.Language, &a.Clearance, &a.Quota, (*termsColumn)(&a.Terms), &a.Admin, &a.Locked, &a.Roles}
}

func insertAccount(ctx context.Context, tx *store.Tx, a Account, now int64) error {
	n, err := tx.Exec(ctx, "INSERT INTO address (org_id, address, account_id) VALUES ($1, $2, $3) ON CONFLICT (org_id, address) DO NOTHING", a.Org, a.Address, a.ID)
	if err != nil {
		return err
	}
	if n == 0 {
		return errs.E(errs.Exists, "%s exists already", a.Address)
	}
	_, err = tx.Exec(ctx, `INSERT INTO account (org_id, id, address, name, kind, unit_id, language, clearance, quota, admin, locked, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		a.Org, a.ID, a.Address, a.Name, a.Kind, a.Unit, a.Language, a.Clearance, a.Quota, a.Admin, a.Locked, now)
	return err
}

func selectByAddress(ctx context.Context, tx *store.Tx, org int64, address string) (a Account, err error) {
	err = tx.Row(ctx, "SELECT "+accountColumns+` FROM address x JOIN account a ON a.org_id = x.org_id AND a.id = x.account_id
		WHERE x.org_id = $1 AND x.address = $2`, []any{org, address}, a.fields()...)
	return a, err
}

func selectAccount(ctx context.Context, tx *store.Tx, org, id int64) (a Account, err error) {
	err = tx.Row(ctx, "SELECT "+accountColumns+" FROM account a WHERE a.org_id = $1 AND a.id = $2", []any{org, id}, a.fields()...)
	return a, err
}

func selectAccounts(ctx context.Context, tx *store.Tx, org int64) (all []Account, err error) {
	err = tx.Query(ctx, "SELECT "+accountColumns+" FROM account a WHERE a.org_id = $1 ORDER BY a.address", []any{org}, func(scan func(...any) error) error {
		var a Account
		err := scan(a.fields()...)
		all = append(all, a)
		return err
	})
	return all, err
}

// selectBoxes returns the accounts that are no person's.
func selectBoxes(ctx context.Context, tx *store.Tx, org int64) (all []Account, err error) {
	err = tx.Query(ctx, "SELECT "+accountColumns+" FROM account a WHERE a.org_id = $1 AND a.kind <> 'person' ORDER BY a.address", []any{org}, func(scan func(...any) error) error {
		var a Account
		err := scan(a.fields()...)
		all = append(all, a)
		return err
	})
	return all, err
}

func selectAddresses(ctx context.Context, tx *store.Tx, org, account int64) (list []string, err error) {
	err = tx.Query(ctx, `SELECT x.address FROM address x JOIN account a ON a.org_id = x.org_id AND a.id = x.account_id
		WHERE x.org_id = $1 AND x.account_id = $2 ORDER BY CASE WHEN x.address = a.address THEN 0 ELSE 1 END, x.address`,
		[]any{org, account}, func(scan func(...any) error) error {
			var s string
			err := scan(&s)
			list = append(list, s)
			return err
		})
	return list, err
}

func putGrant(ctx context.Context, tx *store.Tx, org, account, member int64, rights policy.Rights) error {
	if rights == 0 {
		_, err := tx.Exec(ctx, "DELETE FROM account_grant WHERE org_id = $1 AND account_id = $2 AND member_id = $3", org, account, member)
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO account_grant (org_id, account_id, member_id, rights) VALUES ($1, $2, $3, $4)
		ON CONFLICT (org_id, account_id, member_id) DO UPDATE SET rights = $4`, org, account, member, int64(rights))
	return err
}

func selectGranted(ctx context.Context, tx *store.Tx, org, member int64) (list []Reached, err error) {
	err = tx.Query(ctx, "SELECT "+accountColumns+`, g.rights FROM account_grant g JOIN account a ON a.org_id = g.org_id AND a.id = g.account_id
		WHERE g.org_id = $1 AND g.member_id = $2 AND a.kind <> 'list' ORDER BY a.name, a.id`, []any{org, member}, func(scan func(...any) error) error {
		var r Reached
		err := scan(append(r.fields(), &r.Rights)...)
		list = append(list, r)
		return err
	})
	return list, err
}

func selectMembers(ctx context.Context, tx *store.Tx, org, account int64) (list []Account, err error) {
	err = tx.Query(ctx, "SELECT "+accountColumns+` FROM account_grant g JOIN account a ON a.org_id = g.org_id AND a.id = g.member_id
		WHERE g.org_id = $1 AND g.account_id = $2 ORDER BY a.id`, []any{org, account}, func(scan func(...any) error) error {
		var a Account
		err := scan(a.fields()...)
		list = append(list, a)
		return err
	})
	return list, err
}

func selectRights(ctx context.Context, tx *store.Tx, org, account, member int64) (rights policy.Rights, err error) {
	err = tx.Row(ctx, "SELECT rights FROM account_grant WHERE org_id = $1 AND account_id = $2 AND member_id = $3", []any{org, account, member}, &rights)
	if found, err := store.Found(err); !found {
		return 0, err
	}
	return rights, nil
}

// setHome notes the unit of an account.
func setHome(ctx context.Context, tx *store.Tx, org, account, unit int64) error {
	_, err := tx.Exec(ctx, "UPDATE account SET unit_id = $3 WHERE org_id = $1 AND id = $2", org, account, unit)
	return err
}

// personOf returns the person of an account, 0 where it has none.
func personOf(ctx context.Context, tx *store.Tx, org, account int64) (person int64, err error) {
	err = tx.Row(ctx, "SELECT id FROM person WHERE org_id = $1 AND account_id = $2", []any{org, account}, &person)
	_, err = store.Found(err)
	return person, err
}
