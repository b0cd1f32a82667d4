package feed

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"time"

	"chancery/audit"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// How often a directory can be asked by the clock.
const (
	MinMinutes = 5
	MaxMinutes = 7 * 24 * 60
)

const (
	// TendEvery is how often Tend is to be called.
	TendEvery = time.Minute

	leaseTime  = 30 * time.Minute // within which a server that asks is not overtaken
	pullTime   = 25 * time.Minute // and within which it gives up: before the lease is over
	retryFirst = time.Minute      // after the first failure; doubled with each further one, up to the period
	tellAfter  = 3                // failures in a row until officers are written to
)

// UseNotices sets who writes to officers; until then nobody does.
func (f *Feeds) UseNotices(n Notices) { f.notices = n }

// Woken tells when somebody wants a directory asked at once.
func (f *Feeds) Woken() <-chan struct{} { return f.wake }

// SetMinutes says how often the directory of a feed is asked; 0: only when
// somebody says so.
func (f *Feeds) SetMinutes(ctx context.Context, by policy.Subject, name string, minutes int) error {
	feed, err := f.Find(ctx, by, name)
	if err != nil {
		return err
	}
	if feed.Kind != KindLDAP {
		return errNoLDAP(feed)
	}
	before := feed.Minutes
	feed.Minutes = minutes
	if err := feed.check(); err != nil {
		return err
	}
	settings, err := json.Marshal(feed)
	if err != nil {
		return err
	}
	return f.schedule(ctx, by, feed, "feed.period", map[string]any{"minutes": before}, map[string]any{"minutes": minutes}, func(tx *store.Tx) error {
		next := int64(0)
		if minutes != 0 {
			next = f.now()
		}
		if err := setNext(ctx, tx, feed, next, false); err != nil {
			return err
		}
		return putSettings(ctx, tx, feed, string(settings))
	})
}

// Ask has the directory of a feed asked at once, by the server that is free.
func (f *Feeds) Ask(ctx context.Context, by policy.Subject, name string) error {
	feed, err := f.Find(ctx, by, name)
	if err != nil {
		return err
	}
	if feed.Kind != KindLDAP {
		return errNoLDAP(feed)
	}
	return f.schedule(ctx, by, feed, "feed.ask", nil, nil, func(tx *store.Tx) error { return setNext(ctx, tx, feed, f.now(), true) })
}

func errNoLDAP(feed Feed) error { return errs.E(errs.Invalid, "%s is no ldap feed.", feed.Name) }

func (f *Feeds) schedule(ctx context.Context, by policy.Subject, feed Feed, verb string, before, after any, do func(tx *store.Tx) error) error {
	e, err := audit.By(by, verb, "feed "+feed.Name, nil).Change(before, after)
	if err != nil {
		return err
	}
	return f.db.Write(ctx, func(tx *store.Tx) error {
		if err := do(tx); err != nil {
			return err
		}
		if err := audit.Append(ctx, tx, f.clock.Now(), e); err != nil {
			return err
		}
		tx.OnCommit(func() {
			select {
			case f.wake <- struct{}{}:
			default:
			}
		})
		return bumpState(ctx, tx, feed.Org)
	})
}

// Tend asks the directories that are due. Several servers of one database may
// do so side by side: each directory is asked by one of them.
func (f *Feeds) Tend(ctx context.Context) error {
	var due []pull
	err := f.db.Read(ctx, func(tx *store.Tx) (err error) {
		due, err = selectDue(ctx, tx, f.now())
		return err
	})
	for _, p := range due {
		if err == nil {
			err = f.tendOne(ctx, p)
		}
	}
	return err
}

func (f *Feeds) tendOne(ctx context.Context, p pull) error {
	now := f.clock.Now()
	until := now.Add(leaseTime).UnixMilli()
	mine := false
	err := f.db.Write(ctx, func(tx *store.Tx) (err error) {
		if mine, err = claimPull(ctx, tx, p, now.UnixMilli(), until); err == nil && mine {
			p, err = selectPull(ctx, tx, p.org, p.feed)
		}
		return err
	})
	if err != nil || !mine {
		return err
	}
	feed, err := f.byID(ctx, p.org, p.feed)
	if errs.Is(err, errs.NotFound) {
		return nil // removed meanwhile, and its row with it
	}
	if err != nil {
		return err
	}
	after := p
	problem := f.pullNow(ctx, feed, &after)
	if ctx.Err() != nil { // the server ends: another takes over at once
		after, problem = p, nil
	}
	if problem != nil {
		f.log.Warn("feed: a directory was asked in vain", "feed", feed.Name, "error", problem)
		after.failed, after.problem = p.failed+1, clip(errs.Text(problem), MaxNote)
	}
	if err := f.settle(context.WithoutCancel(ctx), feed, p, after, problem, ctx.Err() != nil); err != nil {
		return err
	}
	return f.tellOfficers(ctx, feed, p, after)
}

// pullNow asks, compares, and carries out what the feed may do by itself. What
// needs a decision waits as a planned run, and takes the place of an earlier
// one that waits. While the directory says the same, that one goes on waiting.
func (f *Feeds) pullNow(ctx context.Context, feed Feed, p *pull) error {
	ctx, cancel := context.WithTimeout(ctx, pullTime)
	defer cancel()
	by := feed.subject("")
	pic, err := f.Pull(ctx, feed)
	if err != nil {
		return err
	}
	digest, err := digestOf(pic)
	if err != nil {
		return err
	}
	if same, err := f.stillWaits(ctx, *p, digest); err != nil || same {
		if same {
			p.asked, p.failed, p.problem = f.now(), 0, ""
		}
		return err
	}
	run, plan, err := f.compare(ctx, by, feed, pic)
	if err != nil {
		return err
	}
	run.By = 0
	if p.waiting != 0 {
		if err := f.db.Write(ctx, func(tx *store.Tx) error { return deletePlanned(ctx, tx, p.org, p.waiting) }); err != nil {
			return err
		}
		p.waiting, p.digest = 0, nil
	}
	if len(plan.steps) > 0 || len(plan.refused) > 0 && !feed.Lenient && !allSkipped(plan.refused) {
		if run, err = f.keep(ctx, by, feed, run, plan.steps, plan.refused); err != nil {
			return err
		}
		if run.Refused > 0 || run.Guarded(feed) {
			p.waiting, p.digest = run.ID, digest
		} else if _, err = f.carryOut(ctx, by, feed, run); err != nil {
			p.waiting = run.ID // where it did nothing, the next one takes its place
			return err
		}
	}
	p.asked, p.failed, p.problem = f.now(), 0, ""
	return nil
}

func allSkipped(list []Refusal) bool {
	for _, r := range list {
		if !r.Skipped {
			return false
		}
	}
	return true
}

// digestOf tells pictures apart.
func digestOf(pic Picture) ([]byte, error) {
	text, err := json.Marshal(pic)
	sum := sha256.Sum256(text)
	return sum[:], err
}

// stillWaits says whether a run about the same answer waits for an administrator.
func (f *Feeds) stillWaits(ctx context.Context, p pull, digest []byte) (same bool, err error) {
	if p.waiting == 0 || !bytes.Equal(p.digest, digest) {
		return false, nil
	}
	err = f.db.Read(ctx, func(tx *store.Tx) error {
		r, err := selectRun(ctx, tx, p.org, p.waiting)
		found, err := store.Found(err)
		same = found && r.State == Planned
		return err
	})
	return same, err
}

// settle notes how it went and when the directory is asked next, and gives the
// lease back.
func (f *Feeds) settle(ctx context.Context, feed Feed, before, after pull, problem error, ending bool) error {
	return f.db.Write(ctx, func(tx *store.Tx) error {
		now, err := selectPull(ctx, tx, before.org, before.feed)
		if err != nil || now.lease != before.lease {
			return err // the lease was over, or the feed is gone: what another server notes counts
		}
		// The feed is read anew: its period may be another by now.
		feed, err := selectFeed(ctx, tx, feed.Org, feed.ID)
		if err != nil {
			return err
		}
		after.lease = 0
		switch asked := now.next != before.next; {
		case asked || ending:
			after.next = now.next // somebody wants it asked again meanwhile
			if asked {
				after.digest = now.digest
			}
		case feed.Minutes == 0:
			after.next = 0
		default:
			after.next = f.clock.Now().Add(feed.wait(after.failed)).UnixMilli()
		}
		if err := putPull(ctx, tx, after); err != nil {
			return err
		}
		if problem != nil && after.failed == 1 {
			// Once for each outage, not with every try.
			if err := audit.Append(ctx, tx, f.clock.Now(), audit.By(feed.subject(""), "feed.pull", "feed "+feed.Name, problem)); err != nil {
				return err
			}
		}
		return bumpState(ctx, tx, feed.Org)
	})
}

// wait is how long until a feed is asked again.
func (f Feed) wait(failed int) time.Duration {
	period := time.Duration(f.Minutes) * time.Minute
	if failed == 0 || failed > 20 {
		return period
	}
	return min(period, retryFirst<<(failed-1))
}

// tellOfficers writes to those who may carry out the feed's runs, once for
// each run that waits, and once for each outage that lasts.
func (f *Feeds) tellOfficers(ctx context.Context, feed Feed, before, after pull) error {
	t := Trouble{Feed: feed.Name}
	switch {
	case f.notices == nil:
		return nil
	case len(after.digest) > 0 && after.waiting != before.waiting:
		err := f.db.Read(ctx, func(tx *store.Tx) (err error) {
			t.Run, err = selectRun(ctx, tx, feed.Org, after.waiting)
			return err
		})
		if found, err := store.Found(err); !found {
			return err // an officer was quicker
		}
	case after.failed == tellAfter && before.failed != after.failed:
		t.Problem = after.problem
	default:
		return nil
	}
	held, err := f.dir.Holdings(ctx, policy.System(feed.Org))
	if err != nil {
		return err
	}
	seen := map[int64]bool{}
	for _, h := range held {
		if seen[h.Account] {
			continue
		}
		seen[h.Account] = true
		admin, err := f.dir.Administers(ctx, policy.Subject{Org: feed.Org, Account: h.Account})
		if err != nil {
			return err
		}
		if !admin.May(feed.need(), feed.Unit) {
			continue
		}
		if t.Officer, err = f.dir.Account(ctx, feed.Org, h.Account); err != nil {
			return err
		}
		if t.Officer.Locked {
			continue
		}
		if err := f.notices.FeedTrouble(ctx, t); err != nil {
			f.log.Error("feed: an officer was not told", "address", t.Officer.Address, "error", err)
		}
	}
	return nil
}
