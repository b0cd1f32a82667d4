package identity

import (
	"context"
	"time"

	"chancery/directory"
	"chancery/store"
)

// PasswordDue is a password that has to be replaced soon.
type PasswordDue struct {
	Account directory.Account
	Due     time.Time
	Days    int // until then
}

// tendBatch is how many accounts one transaction is about.
const tendBatch = 500

// Tend does what time brings: it locks accounts whose password was not
// replaced in time, and warns people before. To be called every hour or so;
// several servers of one database may do so side by side.
func (i *Identity) Tend(ctx context.Context) error {
	if !i.tended.Load() { // the settings were changed at most since the last start
		if err := i.fitDues(ctx); err != nil {
			return err
		}
		i.tended.Store(true)
	}
	now := i.clock.Now()
	for {
		var late []aging
		err := i.db.Read(ctx, func(tx *store.Tx) (err error) {
			late, err = selectDue(ctx, tx, now.UnixMilli(), tendBatch)
			return err
		})
		if err == nil {
			err = i.handOverAll(ctx, late)
		}
		if err != nil {
			return err
		}
		err = i.db.Write(ctx, func(tx *store.Tx) error {
			for _, h := range late {
				if err := i.lockOverdue(ctx, tx, h.org, h.account); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if len(late) < tendBatch {
			return i.warn(ctx, now)
		}
	}
}

// fitDues brings the days at which passwords have to be replaced into line
// with the setting, which may be another one than when they were set.
func (i *Identity) fitDues(ctx context.Context) error {
	if i.conf.Life.MaxMonths == 0 {
		return i.db.Write(ctx, func(tx *store.Tx) error { return clearDues(ctx, tx) })
	}
	soonest := i.clock.Now().Add(lateGrace).UnixMilli()
	from := aging{}
	for {
		var all []aging
		err := i.db.Write(ctx, func(tx *store.Tx) (err error) {
			if all, err = selectAged(ctx, tx, from, tendBatch); err != nil {
				return err
			}
			for _, h := range all {
				due := time.UnixMilli(h.changed).AddDate(0, i.conf.Life.MaxMonths, 0).UnixMilli()
				if due < soonest && (h.due == 0 || h.due > soonest) {
					due = soonest
				}
				if due == h.due || due < soonest && h.due <= soonest && h.due != 0 {
					continue
				}
				if err := setDue(ctx, tx, h.org, h.account, due); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || len(all) < tendBatch {
			return err
		}
		from = all[len(all)-1]
	}
}

// warn writes to those whose password has to be replaced soon, once at each of
// the days before. Who has a one-time password cannot read letters yet.
func (i *Identity) warn(ctx context.Context, now time.Time) error {
	if i.notices == nil {
		return nil
	}
	first := 0
	for _, days := range i.conf.Life.Warn {
		first = max(first, days)
	}
	var soon []aging
	err := i.db.Read(ctx, func(tx *store.Tx) (err error) {
		soon, err = selectWarned(ctx, tx, now.UnixMilli(), now.AddDate(0, 0, first).UnixMilli())
		return err
	})
	if err != nil {
		return err
	}
	for _, h := range soon {
		days := int((time.UnixMilli(h.due).Sub(now) + 24*time.Hour - 1) / (24 * time.Hour))
		step := i.conf.Life.step(days)
		if step == 0 || h.warned != 0 && h.warned <= int64(step) {
			continue
		}
		var mine bool
		err := i.db.Write(ctx, func(tx *store.Tx) (err error) {
			mine, err = noteWarning(ctx, tx, h, int64(step))
			return err
		})
		if err != nil {
			return err
		}
		if !mine { // another server was quicker
			continue
		}
		a, err := i.dir.Account(ctx, h.org, h.account)
		if err == nil && !a.Locked {
			err = i.notices.PasswordDue(ctx, PasswordDue{a, time.UnixMilli(h.due), days})
		}
		if err != nil {
			i.log.Error("a password that ends was not told", "account", h.account, "error", err)
		}
	}
	return nil
}

// step is the nearest of the days of warning that has come; 0 = none.
func (l Life) step(days int) (step int) {
	for _, w := range l.Warn {
		if days <= w && (step == 0 || w < step) {
			step = w
		}
	}
	return step
}
