package house

import (
	"context"
	"net/netip"
	"slices"

	"chancery/directory"
	"chancery/identity"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// administration joins the directory with those who hear of its changes and
// make first passwords.
func (h *House) administration() {
	h.Directory.CombineRoles(h.conf.Admin.CombineRoles)
	h.Directory.UseZones(directory.Zones{Names: h.Identity.ZoneNames(), Of: func(peer netip.Addr) string { return h.Identity.ZoneOf(identity.Peer{Addr: peer}).Name }})
	h.Directory.OnAdministration(h.Mail.Wake)
	h.Directory.UseFirstPassword(func() (string, func(context.Context, *store.Tx, policy.Subject, directory.Account) error) {
		password := identity.FirstPassword()
		hash := identity.HashPassword(password)
		return password, func(ctx context.Context, tx *store.Tx, by policy.Subject, a directory.Account) error {
			return h.Identity.PutFirstPasswordHash(ctx, tx, by, a.Org, a.ID, hash)
		}
	})
}

// demoRole is a role of the demonstration office, as the list of accounts says it.
type demoRole struct {
	role policy.Role
	unit string // key; "" = the whole organisation
	said string
}

// demoRoles are the administrators of the demonstration office.
var demoRoles = map[string]demoRole{
	"ben.okafor":     {policy.RoleSystem, "", "system administrator"},
	"priya.raman":    {policy.RoleSecurity, "", "security administrator"},
	"nina.castellan": {policy.RoleSecurity, "", "security administrator"},
	"tong.ruolan":    {policy.RoleAudit, "", "audit administrator"},
	"yan.wenhao":     {policy.RoleUnit, "works", "unit administrator (Public Works)"},
	"tom.hargreaves": {policy.RoleHelpDesk, "", "help desk"},
}

// roles names the administrators of the demonstration office.
func (f *demoFiller) roles(ctx context.Context) error {
	keys := []string{}
	for key := range demoRoles {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		r := demoRoles[key]
		box, ok := f.accounts[key]
		if !ok {
			return errs.E(errs.Internal, "the demonstration office has no %s", key)
		}
		h := directory.Holding{Account: box.ID(), RoleGrant: policy.RoleGrant{Role: r.role, Unit: f.units[r.unit]}}
		if _, err := f.h.Directory.GrantRole(ctx, policy.System(directory.DefaultOrg), h); err != nil {
			return err
		}
	}
	return nil
}
