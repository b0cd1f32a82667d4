package mail

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"chancery/audit"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/jmapmail"
)

// Rules returns the account's rules with the script that they become.
func (a *Account) Rules(ctx context.Context) (rules []jmapmail.Rule, scripts []Script, st FilterStatus, err error) {
	if scripts, st, err = a.Scripts(ctx); err != nil {
		return nil, nil, st, err
	}
	err = a.room.db.Read(ctx, func(tx *store.Tx) error {
		f, err := selectFilter(ctx, tx, a.info.ID)
		if found, err := store.Found(err); !found {
			return err
		}
		if f.rules == "" {
			return nil
		}
		return json.Unmarshal([]byte(f.rules), &rules)
	})
	return rules, scripts, st, err
}

// BadRule is what is wrong with the rules that were to be saved.
type BadRule struct {
	Index int    // of the rule
	Text  string // for a person
}

// Error names the rule by its number.
func (e *BadRule) Error() string { return e.Text }

// Unwrap gives it a kind.
func (e *BadRule) Unwrap() error { return errs.E(errs.Invalid, "%s", e.Text) }

// SetRules replaces the rules, and the script made of them. The script runs
// unless one of the person's own does; activate lets it run even then, and
// false stops it. nil leaves that as it is.
func (a *Account) SetRules(ctx context.Context, rules []jmapmail.Rule, activate *bool) error {
	if err := a.can(ctx, policy.Organise); err != nil {
		return err
	}
	if len(rules) > a.room.conf.MaxRules {
		return errs.E(errs.TooLarge, "There can be %d rules.", a.room.conf.MaxRules)
	}
	if err := a.checkForwards(ctx, rules); err != nil {
		return err
	}
	text, err := CompileRules(rules)
	if err != nil {
		return err
	}
	if _, err := a.parseScript(ctx, text); err != nil {
		return err
	}
	packed, err := json.Marshal(rules)
	if err != nil {
		return err
	}
	blob, err := a.Upload(ctx, strings.NewReader(text), int64(len(text)))
	if err != nil {
		return err
	}
	return a.write(ctx, nil, func(tx *store.Tx) error {
		f, err := a.filterRow(ctx, tx)
		if err != nil {
			return err
		}
		list, err := selectScripts(ctx, tx, a.info.ID)
		if err != nil {
			return err
		}
		s := Script{Name: rulesName, IsRules: true}
		if i := slices.IndexFunc(list, func(o Script) bool { return o.IsRules }); i >= 0 {
			s = list[i]
		} else {
			s.ID, f.next = f.next, f.next+1
		}
		f.rules = string(packed)
		enabled := slices.ContainsFunc(rules, func(r jmapmail.Rule) bool { return r.IsEnabled })
		switch {
		case activate != nil && !*activate:
			if f.active == s.ID {
				f.active = 0
			}
		case f.active == 0 && enabled, activate != nil && *activate:
			f.active = s.ID
		}
		return a.storeScript(ctx, tx, f, list, s, ScriptChange{Blob: &blob, Text: text}, &s)
	})
}

// checkForwards refuses and records rules that would send letters out.
func (a *Account) checkForwards(ctx context.Context, rules []jmapmail.Rule) error {
	for i, r := range rules {
		for _, act := range r.Actions {
			if act.Type != "forwardTo" {
				continue
			}
			if err := a.maySendOn(act.Value); err != nil {
				if errs.Is(err, errs.Forbidden) {
					a.room.refused(ctx, a.subject, "redirect "+act.Value, err)
				}
				return &BadRule{i, errs.Text(err)}
			}
		}
	}
	return nil
}

// auditRun records that rules were applied to letters that were there.
func (a *Account) auditRun(ctx context.Context, object string) error {
	return a.room.db.Write(ctx, func(tx *store.Tx) error {
		return audit.Append(ctx, tx, a.room.clock.Now(), audit.By(a.subject, "mail.rules.run", object, nil))
	})
}
