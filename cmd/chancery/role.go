package main

import (
	"context"
	"fmt"
	"strings"

	"chancery/directory"
	"chancery/house"
	"chancery/kit/errs"
	"chancery/policy"
)

// roleCmd is `chancery role`: the first administrators are named at the
// machine itself, the others in the console.
type roleCmd struct {
	Grant  roleGrantCmd  `cmd:"" help:"Give somebody a role."`
	Revoke roleRevokeCmd `cmd:"" help:"Take a role back."`
	List   roleListCmd   `cmd:"" help:"Say who holds which role."`
}

// roleArgs name a role of somebody.
type roleArgs struct {
	place
	Address string `arg:"" help:"Mail address of the person."`
	Role    string `arg:"" help:"system, security, audit, unit, personnel or helpdesk."`
	Unit    string `help:"Name of the unit that the role is for, with all below it."`
}

// find reads what the arguments name.
func (r roleArgs) find(ctx context.Context, h *house.House) (directory.Holding, error) {
	out := directory.Holding{RoleGrant: policy.RoleGrant{Role: policy.Role(r.Role)}}
	a, _, err := h.Directory.Resolve(ctx, r.Address)
	if err != nil {
		return out, err
	}
	out.Account = a.ID
	if r.Unit == "" {
		return out, nil
	}
	out.Unit, err = unitNamed(ctx, h, r.Unit)
	return out, err
}

// unitNamed finds a unit by its name in any language.
func unitNamed(ctx context.Context, h *house.House, name string) (unit int64, err error) {
	b, err := h.Directory.Book(ctx, directory.DefaultOrg)
	if err != nil {
		return 0, err
	}
	for _, u := range b.Units() {
		for _, n := range u.Names {
			if n == name && unit != 0 && unit != u.ID {
				return 0, errs.E(errs.Invalid, "there is more than one unit %q", name)
			}
			if n == name {
				unit = u.ID
			}
		}
	}
	if unit == 0 {
		return 0, errs.E(errs.NotFound, "there is no unit %q", name)
	}
	return unit, nil
}

type roleGrantCmd struct{ roleArgs }

// Run grants a role.
func (r roleGrantCmd) Run(ctx context.Context) error {
	h, err := r.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	hold, err := r.find(ctx, h)
	if err == nil {
		_, err = h.Directory.GrantRole(ctx, operator(), hold)
	}
	if err == nil {
		fmt.Println("granted", r.Role, "to", r.Address)
	}
	return err
}

type roleRevokeCmd struct{ roleArgs }

// Run takes a role back.
func (r roleRevokeCmd) Run(ctx context.Context) error {
	h, err := r.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	want, err := r.find(ctx, h)
	if err != nil {
		return err
	}
	list, err := h.Directory.Holdings(ctx, operator())
	if err != nil {
		return err
	}
	for _, held := range list {
		if held.Account == want.Account && held.RoleGrant == want.RoleGrant {
			if err := h.Directory.RevokeRole(ctx, operator(), held.ID); err != nil {
				return err
			}
			fmt.Println("took", r.Role, "back from", r.Address)
			return nil
		}
	}
	return errs.E(errs.NotFound, "%s does not hold the role %s there", r.Address, r.Role)
}

type roleListCmd struct{ place }

// Run lists who holds which role, one a line.
func (r roleListCmd) Run(ctx context.Context) error {
	h, err := r.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	list, err := h.Directory.Holdings(ctx, operator())
	if err != nil {
		return err
	}
	b, err := h.Directory.Book(ctx, directory.DefaultOrg)
	if err != nil {
		return err
	}
	for _, held := range list {
		a, err := h.Directory.Account(ctx, directory.DefaultOrg, held.Account)
		if err != nil {
			return err
		}
		where := "whole organisation"
		if held.Unit != 0 {
			where = strings.Join(b.Path(held.Unit, "en"), " / ")
		}
		fmt.Printf("%s\t%s\t%s\t%s\n", a.Address, held.Role, where, held.At.Format("2006-01-02"))
	}
	return nil
}
