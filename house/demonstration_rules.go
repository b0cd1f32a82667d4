package house

import (
	"context"

	"chancery/directory"
	"chancery/mail/flow"
	"chancery/policy"
)

// rules writes the rule of the demonstration office for letters on their way:
// lists of people's numbers to outside are looked at by two of those whose
// accounts are tried first, so that either sees the other's.
func (f *demoFiller) rules(ctx context.Context) error {
	address := func(key string) []string { return []string{key + "@" + f.office.Domain} }
	rule := flow.Rule{
		Name: "個資外寄審查 · Personal data to outside",
		When: flow.When{Direction: flow.Out, Level: policy.Unlabelled, Outside: true, Persons: 3},
		Then: flow.Then{Hold: &flow.Review{
			Steps:  []flow.Step{{Reviewers: append(address(f.office.Try[0]), address(f.office.Try[1])...), Hours: 24, Late: flow.LateEscalate, Escalate: address("lu.jingxian")}},
			Appeal: address("lu.jingxian"),
		}},
	}
	_, _, err := f.h.Mail.ChangeRule(ctx, policy.System(directory.DefaultOrg), 0, &rule, "")
	return err
}
