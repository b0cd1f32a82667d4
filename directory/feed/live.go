package feed

import (
	"context"
	"errors"

	"chancery/audit"
	"chancery/directory"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// errGuard is the answer when a source that tells by itself would have too
// many leave.
var errGuard = errs.E(errs.Forbidden, "This source has had so many people locked or removed that somebody has to look first.")

// Take carries out at once what a source tells by itself: what build makes of
// it, which sees the directory as it stands. All of it is done, or none. The
// steps of a day are gathered in one run, which can be rolled back.
func (f *Feeds) Take(ctx context.Context, feed Feed, peer string, build func(ctx context.Context, in *directory.Intake) (Picture, error)) (done []Step, err error) {
	others, err := f.others(ctx, feed)
	if err != nil {
		return nil, err
	}
	by := feed.subject(peer)
	err = f.dir.Intake(ctx, by, feed.rights(), func(ctx context.Context, in *directory.Intake) error {
		pic, err := build(ctx, in)
		if err != nil {
			return err
		}
		p, err := feed.plan(ctx, in, others, pic)
		in.Settle()
		if err != nil {
			return err
		}
		for _, r := range p.refused {
			if r.err != nil && r.Place == placeMessage {
				return errs.Wrap(errs.KindOf(r.err), r.err, "%s: %s", r.Key, r.Reason) // one of several
			}
			if r.err != nil {
				return r.err
			}
			return errs.E(errs.Conflict, "%s", r.Reason)
		}
		done = p.steps
		if len(done) == 0 {
			return nil
		}
		return f.gather(ctx, in, feed, by, done)
	})
	if errs.Is(err, errs.Forbidden) {
		// What was refused stands in the record, though nothing was done.
		noted := f.db.Write(ctx, func(tx *store.Tx) error {
			return audit.Append(ctx, tx, f.clock.Now(), audit.By(by, "feed.apply", "feed "+feed.Name, err))
		})
		err = errors.Join(err, noted)
	}
	return done, err
}

// gather does the steps and adds them to the feed's run of the day.
func (f *Feeds) gather(ctx context.Context, in *directory.Intake, feed Feed, by policy.Subject, steps []Step) error {
	tx := in.Tx()
	r, err := f.live(ctx, tx, feed, by)
	if err != nil {
		return err
	}
	for i := range steps {
		r.Steps++
		steps[i].Num = r.Steps
		if steps[i].Kind.takesAway() {
			r.Leaving++
		}
		if err := steps[i].do(ctx, in); err != nil {
			return err
		}
		if err := insertStep(ctx, tx, feed.Org, r.ID, steps[i]); err != nil {
			return err
		}
	}
	if steps[0].Kind.takesAway() {
		kept, err := countKept(ctx, tx, feed) // with those who joined since
		if err != nil {
			return err
		}
		if guarded(feed, r.Leaving, max(r.Kept, kept+r.Leaving)) {
			return errGuard
		}
	}
	r.Done, r.State, r.Ended = r.Steps, Done, f.clock.Now()
	if err := putRun(ctx, tx, r); err != nil {
		return err
	}
	return bumpState(ctx, tx, feed.Org)
}

// live returns the run that a source's steps are gathered in today.
func (f *Feeds) live(ctx context.Context, tx *store.Tx, feed Feed, by policy.Subject) (Run, error) {
	r, err := selectLive(ctx, tx, feed)
	found, err := store.Found(err)
	if err != nil {
		return r, err
	}
	if found && f.clock.Now().Sub(r.Made) < liveTime {
		return r, nil
	}
	r = f.newRun(feed, RunLive, by)
	r.By = 0
	if r.Kept, err = countKept(ctx, tx, feed); err != nil {
		return r, err
	}
	return r, deleteOldRuns(ctx, tx, feed, keepRuns)
}
