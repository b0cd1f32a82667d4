package application

import (
	"context"
	"time"

	"chancery/directory"
	"chancery/policy"
	"chancery/store"
)

// tellEvery is how often officers are written to at most: what comes in
// between is one letter.
const tellEvery = time.Hour

// Digest tells an officer how many applications came, and how many wait for
// them with those from before. What strangers wrote is not in it.
type Digest struct {
	Officer        directory.Account
	Fresh, Waiting int
}

// tellOfficers writes to everybody who may decide what came since the last
// letters, one letter each.
func (d *Desk) tellOfficers(ctx context.Context) error {
	var orgs []int64
	err := d.db.Read(ctx, func(tx *store.Tx) (err error) {
		orgs, err = selectUntoldOrgs(ctx, tx)
		return err
	})
	for _, org := range orgs {
		if err == nil {
			err = d.tellOfficersOf(ctx, org)
		}
	}
	return err
}

func (d *Desk) tellOfficersOf(ctx context.Context, org int64) error {
	now := d.clock.Now()
	var fresh, all []row
	err := d.db.Write(ctx, func(tx *store.Tx) (err error) {
		fresh = nil
		last, err := lastTold(ctx, tx, org)
		if err != nil || now.Sub(time.UnixMilli(last)) < tellEvery {
			return err
		}
		if fresh, err = selectUntold(ctx, tx, org); err != nil {
			return err
		}
		if all, err = selectWaiting(ctx, tx, org); err != nil {
			return err
		}
		mine, err := markTold(ctx, tx, org, now.UnixMilli())
		if !mine { // another server tells of them
			fresh = nil
		}
		return err
	})
	if err != nil || len(fresh) == 0 {
		return err
	}
	held, err := d.dir.Holdings(ctx, policy.System(org))
	if err != nil {
		return err
	}
	seen := map[int64]bool{}
	for _, h := range held {
		if seen[h.Account] {
			continue
		}
		seen[h.Account] = true
		if err := d.tellOfficer(ctx, org, h.Account, fresh, all); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) tellOfficer(ctx context.Context, org, account int64, fresh, all []row) error {
	admin, err := d.dir.Administers(ctx, policy.Subject{Org: org, Account: account})
	if err != nil {
		return err
	}
	count := func(rows []row) (n int) {
		for _, r := range rows {
			if admin.May(need, r.unit) {
				n++
			}
		}
		return n
	}
	g := Digest{Fresh: count(fresh), Waiting: count(all)}
	if g.Fresh == 0 {
		return nil
	}
	if g.Officer, err = d.dir.Account(ctx, org, account); err != nil || g.Officer.Locked {
		return err
	}
	if err := d.notices.Waiting(ctx, g); err != nil {
		d.log.Error("an officer was not told of applications", "address", g.Officer.Address, "error", err)
	}
	return nil
}
