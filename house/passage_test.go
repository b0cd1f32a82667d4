package house

import (
	"fmt"
	"strings"
	"testing"

	"chancery/directory"
	"chancery/mail/flow"
	"chancery/policy"
)

// passageRules are rules of an office, each in force alone.
var passageRules = []struct {
	name string
	rule *flow.Rule
}{
	{"none", nil},
	{"hold confidential", &flow.Rule{Name: "r", When: flow.When{Level: policy.Confidential}, Then: flow.Then{Hold: toBoss}}},
	{"hold outside", &flow.Rule{Name: "r", When: flow.When{Level: policy.Unlabelled, Outside: true}, Then: flow.Then{Hold: toBoss}}},
	{"refuse internal out", &flow.Rule{Name: "r", When: flow.When{Level: policy.Internal, Outside: true}, Then: flow.Then{Refuse: "by the rule"}}},
	{"refuse secret", &flow.Rule{Name: "r", When: flow.When{Level: policy.Secret}, Then: flow.Then{Refuse: "by the rule"}}},
	{"hold all", &flow.Rule{Name: "r", When: flow.When{Level: policy.Unlabelled}, Then: flow.Then{Hold: toBoss}}},
}

var toBoss = &flow.Review{Steps: []flow.Step{{Reviewers: []string{"boss@city.example", "low@city.example"}}}}

// TestPassage draws what becomes of letters: level x rule x recipient x zone x
// clearance of the sender x door (issue's golden matrix, with review: C13, C15).
// UPDATE=1 writes it anew.
func TestPassage(t *testing.T) {
	var b strings.Builder
	b.WriteString("# What becomes of letters without a level and of the levels 0 to 4, in this order: d goes its\n# way, h waits for review, r refused by the rule, l by its level. Below: which of the letters\n# that wait a reviewer of a clearance is shown. Internal letters may go outside.\n# UPDATE=1 go test ./house -run TestPassage writes it anew.\n")
	lines, heads := map[string]string{}, ""
	var order []string
	put := func(row, cell string) {
		if _, there := lines[row]; !there {
			order = append(order, row)
			lines[row] = row
		}
		lines[row] += fmt.Sprintf("%-10s", cell)
	}
	for _, zone := range []string{"inner", "outer"} {
		t.Run(zone, func(t *testing.T) {
			t.Setenv(EnvPrefix+"SECRECY_OUTSIDE", "internal")
			if zone == "outer" {
				t.Setenv(EnvPrefix+"NETWORK_INNER", "192.0.2.0/24")
			}
			h, doors := openHouse(t)
			for name, level := range map[string]policy.Level{"top": policy.TopSecret, "low": policy.Internal, "boss": policy.TopSecret} {
				newClerk(t, h, doors, name, policy.Terms{}).clear(level)
			}
			boss := bossOf(t, h, policy.TopSecret)
			for _, clearance := range []policy.Level{policy.Internal, policy.TopSecret} {
				r := newReader(t, h, doors, "reader"+word(clearance), clearance)
				heads += fmt.Sprintf("%-20s", zone+" "+clearance.String())
				for _, x := range passageRules {
					set := setRule(t, h, x.rule)
					for _, to := range []string{"top@city.example", "low@city.example", "a@elsewhere.example"} {
						row := fmt.Sprintf("%-20s%-20s", x.name, to)
						put(row, passages(t, h, boss, r.webSend, to))
						m := r.submission()
						put(row, passages(t, h, boss, func(l policy.Level, to string) string {
							if err := r.submit(m, l, to); err != nil {
								return err.Error()
							}
							return "y"
						}, to))
						r.check(m.Close())
					}
					if set != 0 {
						_, _, err := h.Mail.ChangeRule(t.Context(), policy.System(directory.DefaultOrg), set, nil, "")
						r.check(err)
					}
				}
			}
			for clearance := policy.Public; clearance <= policy.TopSecret; clearance++ {
				row := fmt.Sprintf("%-20s%-20s", "reviewer", clearance)
				seen := ""
				list, err := h.Approvals.Mine(t.Context(), bossOf(t, h, clearance))
				if err != nil {
					t.Fatal(err)
				}
				for l := policy.Unlabelled; l <= policy.TopSecret; l++ {
					for _, s := range list {
						if s.Level == l {
							seen += word(l)
							break
						}
					}
				}
				put(row, seen)
				put(row, "")
				put(row, "")
				put(row, "")
			}
		})
	}
	fmt.Fprintf(&b, "%-40s%s\n", "", strings.TrimRight(heads, " "))
	fmt.Fprintf(&b, "%-20s%-20s%s\n", "rule", "to", strings.TrimRight(strings.Repeat("web       program   ", 4), " "))
	for _, row := range order {
		b.WriteString(strings.TrimRight(lines[row], " ") + "\n")
	}
	golden(t, "testdata/passage.txt", b.String())
}

// bossOf is the reviewer in the web client, as high as zone and clearance reach.
func bossOf(t *testing.T, h *House, clearance policy.Level) policy.Subject {
	t.Helper()
	a, _, err := h.Directory.Resolve(t.Context(), "boss@city.example")
	if err != nil {
		t.Fatal(err)
	}
	return policy.Subject{Org: a.Org, Account: a.ID, Address: a.Address, Clearance: clearance, Zone: policy.Inner, Door: "http", Assurance: policy.ByPassword}
}

func setRule(t *testing.T, h *House, rule *flow.Rule) int64 {
	t.Helper()
	if rule == nil {
		return 0
	}
	n, _, err := h.Mail.ChangeRule(t.Context(), policy.System(directory.DefaultOrg), 0, rule, "")
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// passages sends a letter of each level and says what became of it.
func passages(t *testing.T, h *House, boss policy.Subject, send func(l policy.Level, to string) string, to string) (out string) {
	t.Helper()
	waiting := func() int {
		list, err := h.Approvals.Mine(t.Context(), boss)
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	for l := policy.Unlabelled; l <= policy.TopSecret; l++ {
		before := waiting()
		switch got := send(l, to); {
		case got == "y" && waiting() > before:
			out += "h"
		case got == "y":
			out += "d"
		case strings.Contains(got, "by the rule"), strings.HasPrefix(got, "rule"):
			out += "r"
		case strings.Contains(got, "level"), got == "invalidProperties": // the draft of one above what they reach
			out += "l"
		default:
			t.Errorf("level %s to %s: %s", word(l), to, got)
		}
	}
	return out
}
