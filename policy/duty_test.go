package policy

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestDuties draws the whole table of role, duty and place, and compares it
// with the one that people read; UPDATE=1 writes it anew.
func TestDuties(t *testing.T) {
	const own, below, elsewhere, top = 10, 11, 20, 1
	places := []struct {
		name string
		path []int64
	}{{"whole", nil}, {"own", []int64{own, top}}, {"below", []int64{below, own, top}}, {"elsewhere", []int64{elsewhere, top}}}
	var b strings.Builder
	b.WriteString("# Which role allows which duty where. \"own\" is the unit that the role was\n# granted for; \"*\" marks a role of the whole organisation. - is no.\n")
	fmt.Fprintf(&b, "%-12s%-10s", "role", "duty")
	for _, p := range places {
		fmt.Fprintf(&b, "%-10s", p.name)
	}
	for _, rule := range Roles() {
		for _, unit := range []int64{0, own} {
			name := string(rule.Role)
			if unit == 0 {
				name += " *"
			}
			for _, d := range Duties {
				line := ""
				for _, p := range places {
					answer := "-"
					if Holds([]RoleGrant{{rule.Role, unit}}, d.Duty, p.path) {
						answer = "yes"
					}
					line += fmt.Sprintf("%-10s", answer)
				}
				fmt.Fprintf(&b, "\n%-12s%-10s%s", name, d.Name, strings.TrimRight(line, " "))
			}
		}
	}
	b.WriteString("\n\n# Which roles one person cannot have together where powers are separated.\n")
	for _, r := range Roles() {
		for _, o := range Roles() {
			if r.Role.Excludes(o.Role) {
				fmt.Fprintf(&b, "%-12s%s\n", r.Role, o.Role)
			}
		}
	}
	const file = "testdata/duties.txt"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the table is now\n%s", b.String())
	}
}

// TestHolds joins grants, and trusts neither unknown roles nor empty needs.
func TestHolds(t *testing.T) {
	for _, c := range []struct {
		name   string
		grants []RoleGrant
		need   Duty
		path   []int64
		want   bool
	}{
		{"nobody", nil, DutyUnlock, []int64{1}, false},
		{"two roles together", []RoleGrant{{RoleHelpDesk, 10}, {RolePersonnel, 10}}, DutyUnlock | DutyPeople, []int64{10}, true},
		{"two roles, each elsewhere", []RoleGrant{{RoleUnit, 10}, {RolePersonnel, 20}}, DutyUnits | DutyPeople, []int64{20}, false},
		{"an unknown role", []RoleGrant{{"root", 0}}, DutyUnlock, nil, false},
		{"nothing needed is not everything allowed", []RoleGrant{{RoleSystem, 0}}, 0, nil, false},
		{"a role of the whole written for a unit", []RoleGrant{{RoleSecurity, 10}}, DutySecurity, []int64{10}, false},
		{"a role of a unit written for the whole", []RoleGrant{{RoleUnit, 0}}, DutyPeople, nil, false},
		{"the unit above", []RoleGrant{{RoleUnit, 11}}, DutyPeople, []int64{10, 1}, false},
	} {
		if got := Holds(c.grants, c.need, c.path); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
