package mail

import (
	"context"

	"chancery/mail/flow"
	"chancery/store"
)

func selectRulesModseq(ctx context.Context, tx *store.Tx, org int64) (n int64, err error) {
	err = tx.Row(ctx, "SELECT COALESCE(MAX(modseq), 0) FROM mail_rules WHERE org_id = $1", []any{org}, &n)
	return n, err
}

// bumpRules counts a change of the rules, which locks them.
func bumpRules(ctx context.Context, tx *store.Tx, org int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO mail_rules (org_id, modseq) VALUES ($1, 1)
		ON CONFLICT (org_id) DO UPDATE SET modseq = mail_rules.modseq + 1`, org)
	return err
}

// selectRules returns the rules in their order.
func selectRules(ctx context.Context, tx *store.Tx, org int64) (list []flow.Rule, err error) {
	err = tx.Query(ctx, "SELECT id, data FROM mail_rule WHERE org_id = $1 ORDER BY sort, id", []any{org}, func(scan func(...any) error) error {
		var id int64
		var data string
		if err := scan(&id, &data); err != nil {
			return err
		}
		r, err := flow.Parse([]byte(data))
		r.ID = id
		list = append(list, r)
		return err
	})
	return list, err
}

// selectRule returns a rule as it is stored.
func selectRule(ctx context.Context, tx *store.Tx, org, id int64) (data string, err error) {
	err = tx.Row(ctx, "SELECT data FROM mail_rule WHERE org_id = $1 AND id = $2", []any{org, id}, &data)
	return data, err
}

// putRule writes a rule, a new one at the end.
func putRule(ctx context.Context, tx *store.Tx, org, id int64, data string) error {
	_, err := tx.Exec(ctx, `INSERT INTO mail_rule (org_id, id, sort, data) VALUES ($1, $2, $2, $3)
		ON CONFLICT (org_id, id) DO UPDATE SET data = excluded.data`, org, id, data)
	return err
}

func deleteRule(ctx context.Context, tx *store.Tx, org, id int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM mail_rule WHERE org_id = $1 AND id = $2", org, id)
	return err
}

// ruleChange is a change that waits for a second person.
type ruleChange struct {
	id, rule     int64
	data, before string
}

func insertRuleChange(ctx context.Context, tx *store.Tx, org int64, c ruleChange) error {
	_, err := tx.Exec(ctx, "INSERT INTO mail_rule_change (org_id, id, rule_id, data, before) VALUES ($1, $2, $3, $4, $5)", org, c.id, c.rule, c.data, c.before)
	return err
}

func selectRuleChanges(ctx context.Context, tx *store.Tx, org int64) (list []ruleChange, err error) {
	err = tx.Query(ctx, "SELECT id, rule_id, data, before FROM mail_rule_change WHERE org_id = $1 ORDER BY id", []any{org}, func(scan func(...any) error) error {
		var c ruleChange
		err := scan(&c.id, &c.rule, &c.data, &c.before)
		list = append(list, c)
		return err
	})
	return list, err
}

func selectRuleChange(ctx context.Context, tx *store.Tx, org, id int64) (c ruleChange, err error) {
	err = tx.Row(ctx, "SELECT id, rule_id, data, before FROM mail_rule_change WHERE org_id = $1 AND id = $2", []any{org, id}, &c.id, &c.rule, &c.data, &c.before)
	return c, err
}

func deleteRuleChange(ctx context.Context, tx *store.Tx, org, id int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM mail_rule_change WHERE org_id = $1 AND id = $2", org, id)
	return err
}

// selectSentSince returns the newest letters that an account sent since a
// moment, with their envelopes.
func selectSentSince(ctx context.Context, tx *store.Tx, account, since int64, limit int) (list []Submission, err error) {
	err = tx.Query(ctx, "SELECT "+submissionColumns+" FROM mail_submission WHERE account_id = $1 AND id >= $2 AND undo <> $3 ORDER BY id DESC LIMIT $4", []any{account, since << 20, UndoCanceled, limit}, func(scan func(...any) error) error {
		s, err := scanSubmission(scan)
		list = append(list, s)
		return err
	})
	return list, err
}
