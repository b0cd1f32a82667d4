package mail

import (
	"context"
	"strings"

	"chancery/directory"
	"chancery/kit/errs"
)

// isPostmaster says whether an address is the one that every domain has, with
// or without the domain (RFC 5321 section 4.5.1).
func isPostmaster(address string) bool {
	local, _, _ := strings.Cut(address, "@")
	return strings.EqualFold(local, "postmaster")
}

// postmaster finds who reads postmaster's letters: the configured account, or
// the organisation's first administrator, or its first account.
func (r *Room) postmaster(ctx context.Context, address string, cause error) (a directory.Account, local bool, err error) {
	org := int64(directory.DefaultOrg)
	if _, domain, ok := strings.Cut(address, "@"); ok {
		if org, local = r.dir.OrgOf(domain); !local {
			return a, false, cause
		}
	}
	if r.conf.Postmaster != "" && !isPostmaster(r.conf.Postmaster) {
		return r.dir.Resolve(ctx, r.conf.Postmaster)
	}
	all, err := r.dir.Accounts(ctx, org)
	if err != nil {
		return a, true, err
	}
	for _, a := range all {
		if a.Admin && !a.Locked {
			return a, true, nil
		}
	}
	if len(all) == 0 {
		return a, true, errs.E(errs.NotFound, "There is no mailbox here yet.")
	}
	return all[0], true, nil
}
