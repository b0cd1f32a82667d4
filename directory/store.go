package directory

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

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

// accountColumns are of an account a of the organisation $1, on the day $2.
const accountColumns = "a.org_id, a.id, a.address, a.name, a.kind, a.unit_id, a.language, a.clearance, " + postClearance + ", CASE WHEN a.quota > 0 THEN a.quota ELSE a.level_quota END, a.level_terms, a.admin, a.locked, EXISTS (SELECT 1 FROM role_grant r WHERE r.org_id = a.org_id AND r.account_id = a.id), " + postColumn

// postClearance is how high an account sees on the day: as it is cleared, or
// higher by a post that its person holds then.
const postClearance = `coalesce((SELECT max(q.clearance) FROM person p JOIN post q ON q.org_id = p.org_id AND q.person_id = p.id
		WHERE p.org_id = a.org_id AND p.account_id = a.id AND (q.starts = '' OR q.starts <= $2) AND (q.ends = '' OR q.ends >= $2) AND q.clearance > a.clearance), a.clearance)`

// postColumn is the post that the person of an account acts in: the main one
// that they hold, else the first of the others; its title, a line, and the
// names of its unit.
const postColumn = `coalesce((SELECT q.title || '
' || coalesce(u.names, '{}') FROM person p JOIN post q ON q.org_id = p.org_id AND q.person_id = p.id LEFT JOIN unit u ON u.org_id = q.org_id AND u.id = q.unit_id
		WHERE p.org_id = a.org_id AND p.account_id = a.id AND (q.starts = '' OR q.starts <= $2) AND (q.ends = '' OR q.ends >= $2)
		ORDER BY CASE WHEN q.kind = 'main' THEN 0 ELSE 1 END, q.num LIMIT 1), '')`

func (a *Account) fields() []any {
	return []any{&a.Org, &a.ID, &a.Address, &a.Name, &a.Kind, &a.Unit, &a.Language, &a.Cleared, &a.Clearance, &a.Quota, (*termsColumn)(&a.Terms), &a.Admin, &a.Locked, &a.Roles, &postText{a}}
}

// postText reads postColumn; the unit is named in the language of the account.
type postText struct{ of *Account }

// Scan is what database/sql calls.
func (t *postText) Scan(value any) error {
	text, ok := value.(string)
	if !ok {
		return errs.E(errs.Internal, "A post is kept as text, not as %T.", value)
	}
	t.of.Post = ""
	line := strings.LastIndexByte(text, '\n') // none is in JSON
	if line < 0 {
		return nil
	}
	var names map[string]string
	if err := json.Unmarshal([]byte(text[line+1:]), &names); err != nil {
		return err
	}
	parts := slices.DeleteFunc([]string{text[:line], nameOf(names, t.of.Language)}, func(s string) bool { return s == "" })
	t.of.Post = strings.Join(parts, ", ")
	return nil
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

func selectByAddress(ctx context.Context, tx *store.Tx, org int64, today, address string) (a Account, err error) {
	err = tx.Row(ctx, "SELECT "+accountColumns+` FROM address x JOIN account a ON a.org_id = x.org_id AND a.id = x.account_id
		WHERE x.org_id = $1 AND x.address = $3`, []any{org, today, address}, a.fields()...)
	return a, err
}

func selectAccount(ctx context.Context, tx *store.Tx, org int64, today string, id int64) (a Account, err error) {
	err = tx.Row(ctx, "SELECT "+accountColumns+" FROM account a WHERE a.org_id = $1 AND a.id = $3", []any{org, today, id}, a.fields()...)
	return a, err
}

func selectAccounts(ctx context.Context, tx *store.Tx, org int64, today string) (all []Account, err error) {
	err = tx.Query(ctx, "SELECT "+accountColumns+" FROM account a WHERE a.org_id = $1 ORDER BY a.address", []any{org, today}, func(scan func(...any) error) error {
		var a Account
		err := scan(a.fields()...)
		all = append(all, a)
		return err
	})
	return all, err
}

// selectBoxes returns the accounts that are no person's.
func selectBoxes(ctx context.Context, tx *store.Tx, org int64, today string) (all []Account, err error) {
	err = tx.Query(ctx, "SELECT "+accountColumns+" FROM account a WHERE a.org_id = $1 AND a.kind <> 'person' ORDER BY a.address", []any{org, today}, func(scan func(...any) error) error {
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

func selectGranted(ctx context.Context, tx *store.Tx, org int64, today string, member int64) (list []Reached, err error) {
	err = tx.Query(ctx, "SELECT "+accountColumns+`, g.rights FROM account_grant g JOIN account a ON a.org_id = g.org_id AND a.id = g.account_id
		WHERE g.org_id = $1 AND g.member_id = $3 AND a.kind <> 'list' ORDER BY a.name, a.id`, []any{org, today, member}, func(scan func(...any) error) error {
		var r Reached
		err := scan(append(r.fields(), &r.Rights)...)
		list = append(list, r)
		return err
	})
	return list, err
}

func selectMembers(ctx context.Context, tx *store.Tx, org int64, today string, account int64) (list []Account, err error) {
	err = tx.Query(ctx, "SELECT "+accountColumns+` FROM account_grant g JOIN account a ON a.org_id = g.org_id AND a.id = g.member_id
		WHERE g.org_id = $1 AND g.account_id = $3 ORDER BY a.id`, []any{org, today, account}, func(scan func(...any) error) error {
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
