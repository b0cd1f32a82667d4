package identity

import (
	"context"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/wire/jmap"
)

// RulesURN names the capability of looking at the rules that hold, and of
// asking whom another would touch. The rules themselves are the operator's.
const RulesURN = "urn:chancery:params:jmap:house-rules"

// RulesCapability is empty.
type RulesCapability struct{}

// RuleObject is a setting that decides over people.
type RuleObject struct {
	Key    string `json:"key"`    // as in the configuration file
	Value  string `json:"value"`  // as in an environment variable; sizes in bytes
	Source string `json:"source"` // default, preset NAME, file, environment
}

// RulesAnswer is what Rule/get answers.
type RulesAnswer struct {
	List []RuleObject `json:"list" ts:"list"`
}

// RulePreview is whom a rule would touch: how many, and the first of them.
type RulePreview struct {
	Total  int            `json:"total"`
	People []RuleAffected `json:"people" ts:"list"`
}

// RuleAffected is one of them.
type RuleAffected struct {
	Email  string   `json:"email"`
	Name   string   `json:"name"`
	UnitID *jmap.ID `json:"unitId"`
}

// previewShown is how many are named.
const previewShown = 200

type previewArgs struct {
	ownArgs
	Question string `json:"question"`
	Months   int    `json:"months"`
}

func (a api) houseRules() jmap.Capability {
	return jmap.Capability{
		URN: RulesURN,
		Offer: func(ctx context.Context) (any, bool, error) {
			_, may, err := a.mayForesee(ctx)
			return RulesCapability{}, may, err
		},
		Methods: map[string]jmap.Method{"Rule/get": a.ruleGet, "Rule/preview": a.rulePreview},
	}
}

func (a api) mayForesee(ctx context.Context) (policy.Subject, bool, error) {
	who, err := a.who.Subject(ctx)
	if err != nil {
		return who, false, err
	}
	admin, err := a.i.dir.Administers(ctx, who)
	return who, err == nil && who.Assurance != policy.ByProgram && (foresees(admin, 0) || admin.Anywhere(policy.DutyAccounts)), err
}

// ruleGet is Rule/get: what holds, and where it comes from.
func (a api) ruleGet(ctx context.Context, call *jmap.Call) (any, error) {
	var args ownArgs
	if _, err := a.open(ctx, call, &args); err != nil {
		return nil, err
	}
	_, may, err := a.mayForesee(ctx)
	if err == nil && !may {
		err = errs.E(errs.Forbidden, "Your role does not allow this.")
	}
	if err != nil {
		return nil, err
	}
	out := RulesAnswer{List: []RuleObject{}}
	for _, r := range a.i.rules {
		out.List = append(out.List, RuleObject(r))
	}
	return out, nil
}

// rulePreview is Rule/preview.
func (a api) rulePreview(ctx context.Context, call *jmap.Call) (any, error) {
	var args previewArgs
	who, err := a.open(ctx, call, &args)
	if err != nil {
		return nil, err
	}
	list, err := a.i.Affected(ctx, who, args.Question, args.Months)
	if err != nil {
		return nil, err
	}
	out := RulePreview{Total: len(list), People: []RuleAffected{}}
	for _, acc := range list[:min(len(list), previewShown)] {
		one := RuleAffected{Email: acc.Address, Name: acc.Name}
		if acc.Unit != 0 {
			unit := id.Text(unitID, acc.Unit)
			one.UnitID = &unit
		}
		out.People = append(out.People, one)
	}
	return out, nil
}
