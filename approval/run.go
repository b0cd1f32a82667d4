package approval

import (
	"context"
	"errors"
	"time"

	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// How often Run looks for what other processes asked.
const lookEvery = time.Minute

// Run does what deadlines bring about, until ctx ends. What was late while no
// process ran is done at the start.
func (d *Desk) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		next, err := d.RunLate(ctx)
		wait := lookEvery
		if err != nil && ctx.Err() == nil {
			d.log.Error("approval: deadlines could not be looked at", "err", err)
			wait = 5 * time.Second
		} else if !next.IsZero() {
			wait = max(min(wait, next.Sub(d.clock.Now())), 10*time.Millisecond)
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-d.due:
		case <-timer.C:
		}
		timer.Stop()
	}
	return ctx.Err()
}

// RunLate does what is late now, and returns when the next step is late.
func (d *Desk) RunLate(ctx context.Context) (next time.Time, err error) {
	const page = 100
	now := d.clock.Now().UTC()
	var list []Case
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		if list, err = selectLate(ctx, tx, now.UnixMilli(), page); err != nil {
			return err
		}
		due, err := selectNextDue(ctx, tx)
		next = moment(due)
		return err
	})
	for _, c := range list {
		_, one := d.change(ctx, c, func(_ context.Context, _ *store.Tx, c *Case) (policy.Subject, string, error) {
			if !c.late(now) {
				return policy.Subject{}, "", errDecided
			}
			return policy.System(c.Org), "approval.late", nil
		})
		if one != nil && !errs.Is(one, errs.Conflict) {
			d.log.Error("approval: what a deadline brings could not be done", "case", c.ID, "err", one)
			err = errors.Join(err, one)
		}
	}
	return next, err
}

// wakeAll has the clients of all whom a case concerns look anew.
func (d *Desk) wakeAll(tx *store.Tx, c Case, before []Seat) {
	seats := append(before[:len(before):len(before)], c.Open()...)
	tx.OnCommit(func() {
		select {
		case d.due <- struct{}{}:
		default:
		}
		if d.wake == nil {
			return
		}
		if c.Asker != 0 {
			d.wake(c.Asker)
		}
		d.beside(func(ctx context.Context) error {
			for _, s := range seats {
				list, err := d.whoSits(ctx, c, s)
				if err != nil {
					return err
				}
				for _, account := range list {
					d.wake(account)
				}
			}
			return nil
		})
	})
}

// whoSits lists the accounts of those who may speak in a seat of a case.
func (d *Desk) whoSits(ctx context.Context, c Case, s Seat) ([]int64, error) {
	deputies, err := d.dir.DeputiesOf(ctx, c.Org, s.Account)
	list := append(deputies, s.Account)
	if s.Duty != 0 {
		list, err = d.dir.HoldersOf(ctx, c.Org, s.Duty)
	}
	return d.unconcerned(ctx, c, list, err)
}

// unconcerned leaves out whom a case is about.
func (d *Desk) unconcerned(ctx context.Context, c Case, accounts []int64, err error) (list []int64, _ error) {
	for _, account := range accounts {
		about, one := d.concerns(ctx, c, account)
		if err = errors.Join(err, one); err == nil && !about {
			list = append(list, account)
		}
	}
	return list, err
}

// tell writes to those who are asked anew, and wakes their clients.
func (d *Desk) tell(tx *store.Tx, c Case, fresh []Seat) {
	d.wakeAll(tx, c, fresh)
	if d.notices == nil || len(fresh) == 0 {
		return
	}
	tx.OnCommit(func() {
		d.beside(func(ctx context.Context) error {
			var err error
			for _, s := range fresh {
				list := []int64{s.Account}
				if s.Duty != 0 {
					list, err = d.dir.HoldersOf(ctx, c.Org, s.Duty)
				}
				if list, err = d.unconcerned(ctx, c, list, err); err != nil {
					return err
				}
				for _, account := range list {
					if account == c.Asker || !d.mayTell(account) {
						continue
					}
					a, one := d.dir.Account(ctx, c.Org, account)
					if one == nil {
						one = d.notices.Asked(ctx, c, a)
					}
					err = errors.Join(err, one)
				}
			}
			return err
		})
	})
}

// quiet is for how long nobody gets another letter that something waits: it
// says no more than the first.
const quiet = time.Hour

// mayTell says whether an account may get a letter now, and notes that it does.
func (d *Desk) mayTell(account int64) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.clock.Now()
	if last, ok := d.told[account]; ok && now.Sub(last) < quiet {
		return false
	}
	for a, at := range d.told {
		if now.Sub(at) >= quiet {
			delete(d.told, a)
		}
	}
	d.told[account] = now
	return true
}

func (d *Desk) tellAsker(ctx context.Context, c Case) error {
	if d.notices == nil {
		return nil
	}
	a, err := d.dir.Account(ctx, c.Org, c.Asker)
	if err != nil {
		return err
	}
	return d.notices.ApprovalEnded(ctx, c, a)
}

// beside does what nobody waits for.
func (d *Desk) beside(do func(context.Context) error) {
	d.running.Go(func() {
		ctx, stop := context.WithTimeout(context.Background(), time.Minute)
		defer stop()
		if err := do(ctx); err != nil {
			d.log.Error("approval: somebody was not told", "err", err)
		}
	})
}

// Wait waits for letters under way.
func (d *Desk) Wait() { d.running.Wait() }
