package policy

import "slices"

// Duty is one thing that administrators do; a role is a set of them.
type Duty uint16

// The duties, the weightiest last.
const (
	DutyUnlock   Duty = 1 << iota // unlock accounts of those within the subtree
	DutyAccounts                  // open and lock accounts, choose their service level
	DutyPeople                    // people and their posts
	DutyUnits                     // units of the tree
	DutySystem                    // what the service levels are
	DutySecurity                  // who holds which role, who is shown to whom
	DutyRecord                    // read what happened
)

// Duties lists them in their order, with the names that clients know.
var Duties = []struct {
	Duty Duty
	Name string
}{
	{DutyUnlock, "unlock"}, {DutyAccounts, "accounts"}, {DutyPeople, "people"}, {DutyUnits, "units"},
	{DutySystem, "system"}, {DutySecurity, "security"}, {DutyRecord, "record"},
}

// Role names what an administrator is.
type Role string

// The roles. System, security and audit administrator are the three whose
// powers a preset keeps apart (三員分立).
const (
	RoleSystem    Role = "system"
	RoleSecurity  Role = "security"
	RoleAudit     Role = "audit"
	RoleUnit      Role = "unit"      // all daily work within a subtree (N36)
	RolePersonnel Role = "personnel" // joins, moves, leaves
	RoleHelpDesk  Role = "helpdesk"  // unlocks
)

// Scope says where a role may be granted.
type Scope uint8

const (
	Whole    Scope = iota // for the whole organisation only
	Anywhere              // for the whole organisation or a unit with all below it
	Subtree               // for a unit with all below it only
)

// Branch is which of the separated powers a role belongs to.
type Branch uint8

const (
	Operates Branch = iota // changes people, units, accounts, settings
	Secures                // says who may
	Audits                 // sees what both did
)

// RoleRule is what a role is made of.
type RoleRule struct {
	Role   Role
	Duties Duty
	Scope  Scope
	Branch Branch
}

// roleRules are all roles, in the order that lists show them.
var roleRules = []RoleRule{
	{RoleSystem, DutySystem | DutyUnits | DutyPeople | DutyAccounts | DutyUnlock, Whole, Operates},
	{RoleSecurity, DutySecurity, Whole, Secures},
	{RoleAudit, DutyRecord, Whole, Audits},
	{RoleUnit, DutyUnits | DutyPeople | DutyAccounts | DutyUnlock, Subtree, Operates},
	{RolePersonnel, DutyPeople | DutyAccounts | DutyUnlock, Anywhere, Operates},
	{RoleHelpDesk, DutyUnlock, Anywhere, Operates},
}

// Roles returns what every role is made of.
func Roles() []RoleRule { return slices.Clone(roleRules) }

// Rule returns what a role is made of, and whether there is such a role.
func (r Role) Rule() (RoleRule, bool) {
	i := slices.IndexFunc(roleRules, func(x RoleRule) bool { return x.Role == r })
	if i < 0 {
		return RoleRule{}, false
	}
	return roleRules[i], true
}

// Excludes says whether two roles exclude one another where powers are kept
// apart: whoever operates does not say who may, and neither audits the other.
func (r Role) Excludes(other Role) bool {
	a, known := r.Rule()
	b, also := other.Rule()
	return known && also && a.Branch != b.Branch
}

// RoleGrant is a role and where it holds: a unit with all below it, or 0 for
// the whole organisation.
type RoleGrant struct {
	Role Role
	Unit int64
}

// Holds says whether the grants allow a duty on a unit, given as the path of
// the unit and those above it; without a path, on the whole organisation.
func Holds(grants []RoleGrant, need Duty, path []int64) bool {
	if need == 0 {
		return false
	}
	var have Duty
	for _, g := range grants {
		rule, ok := g.Role.Rule()
		if ok && (g.Unit == 0 && rule.Scope != Subtree || g.Unit != 0 && rule.Scope != Whole && slices.Contains(path, g.Unit)) {
			have |= rule.Duties
		}
	}
	return have&need == need
}
