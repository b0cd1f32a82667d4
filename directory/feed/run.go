package feed

import (
	"context"
	"errors"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

// Kinds of run.
const (
	RunPicture  = "picture"  // what a source said at a time, as a whole or in part
	RunLive     = "live"     // what a source told by itself within a time
	RunRollback = "rollback" // the way back from another run
)

// RunState is how far a run is.
type RunState string

// The states of a run. What is running or stopped has done its first steps
// and not the rest; it can be gone on with, and rolled back.
const (
	Planned RunState = "planned"
	Running RunState = "running"
	Stopped RunState = "stopped"
	Done    RunState = "done"
)

const (
	batchSteps = 200            // steps done in one transaction; a smaller run is all or nothing
	keepRuns   = 200            // runs of a feed that are kept
	guardFree  = 3              // so many may always leave in a run, however few people the feed keeps
	liveTime   = 24 * time.Hour // how long the steps of a source that tells by itself gather in one run
)

// Run is what a feed did, or would do.
type Run struct {
	Org, ID, Feed    int64
	Kind             string
	Undoes           int64 // run that a rollback takes back
	State            RunState
	Made, Ended      time.Time
	By               int64 // account; 0 = at the machine, or the feed by itself
	Steps, Done      int
	Refused, Skipped int
	Leaving          int // how many are locked or leave
	Kept             int // how many people the feed kept before
	Problem          string
}

// Guarded says whether the run locks or removes more than the feed may
// without being confirmed.
func (r Run) Guarded(f Feed) bool { return guarded(f, r.Leaving, r.Kept) }

func guarded(f Feed, leaving, kept int) bool {
	return leaving > guardFree && leaving*100 > f.Guard*kept
}

// Plan compares a picture with the directory and keeps the difference as a
// run. It changes neither units nor people.
func (f *Feeds) Plan(ctx context.Context, by policy.Subject, feed Feed, pic Picture) (Run, error) {
	if err := f.may(ctx, by, feed, "feed.plan"); err != nil {
		return Run{}, err
	}
	run, p, err := f.compare(ctx, by, feed, pic)
	if err != nil {
		return Run{}, err
	}
	return f.keep(ctx, by, feed, run, p.steps, p.refused)
}

// compare says what of a picture differs from the directory.
func (f *Feeds) compare(ctx context.Context, by policy.Subject, feed Feed, pic Picture) (run Run, p *planner, err error) {
	if len(pic.People) > MaxPeople || len(pic.Units) > directory.MaxUnits {
		return run, nil, errs.E(errs.TooLarge, "A picture can have %d people and %d units.", MaxPeople, directory.MaxUnits)
	}
	others, err := f.others(ctx, feed)
	if err != nil {
		return run, nil, err
	}
	run = f.newRun(feed, RunPicture, by)
	err = f.dir.Survey(ctx, feed.subject(by.Peer), feed.rights(), func(ctx context.Context, in *directory.Intake) (err error) {
		if run.Kept, err = countKept(ctx, in.Tx(), feed); err != nil {
			return err
		}
		p, err = feed.plan(ctx, in, others, pic)
		return err
	})
	return run, p, err
}

func (f *Feeds) newRun(feed Feed, kind string, by policy.Subject) Run {
	return Run{Org: feed.Org, ID: id.New(), Feed: feed.ID, Kind: kind, State: Planned, Made: f.clock.Now(), By: by.Account}
}

// others are the names of the other feeds.
func (f *Feeds) others(ctx context.Context, feed Feed) (map[string]bool, error) {
	names := map[string]bool{}
	err := f.db.Read(ctx, func(tx *store.Tx) error {
		all, err := selectFeeds(ctx, tx, feed.Org)
		for _, x := range all {
			if x.ID != feed.ID {
				names[x.Name] = true
			}
		}
		return err
	})
	return names, err
}

// keep stores a planned run. One without steps is done.
func (f *Feeds) keep(ctx context.Context, by policy.Subject, feed Feed, run Run, steps []Step, refused []Refusal) (Run, error) {
	run.Steps = len(steps)
	for _, s := range steps {
		if s.Kind.takesAway() {
			run.Leaving++
		}
	}
	for _, r := range refused {
		if r.Skipped || feed.Lenient {
			run.Skipped++
		} else {
			run.Refused++
		}
	}
	if run.Steps == 0 && run.Refused == 0 {
		run.State, run.Ended = Done, f.clock.Now()
	}
	err := f.db.Write(ctx, func(tx *store.Tx) error {
		if err := f.mayIn(ctx, tx, by, feed); err != nil {
			return err
		}
		if err := putRun(ctx, tx, run); err != nil {
			return err
		}
		for _, s := range steps {
			if err := insertStep(ctx, tx, run.Org, run.ID, s); err != nil {
				return err
			}
		}
		for i, r := range refused[:min(len(refused), MaxRefused)] {
			r.Skipped = r.Skipped || feed.Lenient
			if err := insertRefusal(ctx, tx, run.Org, run.ID, i+1, r); err != nil {
				return err
			}
		}
		if err := deleteOldRuns(ctx, tx, feed, keepRuns); err != nil {
			return err
		}
		return f.note(ctx, tx, by, "feed.plan", feed, run.story())
	})
	if errors.Is(err, errRun) {
		err = f.refuse(ctx, by, "feed.plan", "feed "+feed.Name)
	}
	return run, err
}

// story is what the record keeps of a run.
func (r Run) story() any {
	return map[string]any{"run": r.Text(), "steps": r.Steps, "refused": r.Refused, "skipped": r.Skipped, "leaving": r.Leaving}
}

// runID begins the name of a run for people and clients.
const runID = 'n'

// Apply carries out a run, from where it is. confirmed says that somebody has
// looked at how many leave.
func (f *Feeds) Apply(ctx context.Context, by policy.Subject, run int64, confirmed bool) (Run, error) {
	r, feed, err := f.find(ctx, by, run, "feed.apply")
	if err != nil {
		return r, err
	}
	switch {
	case r.State == Done:
		return r, errs.E(errs.Conflict, "This run is done.")
	case r.Refused > 0:
		return r, errs.E(errs.Conflict, "Nothing was changed: %d of what the source says is refused. Put it right there and plan anew.", r.Refused)
	case r.Guarded(feed) && !confirmed:
		return r, errs.E(errs.Conflict, "Nothing was changed: the run would lock or remove %d of %d people, more than %d per cent. Confirm it if that is right.", r.Leaving, r.Kept, feed.Guard)
	}
	return f.carryOut(ctx, by, feed, r)
}

// carryOut does the steps of a run from where it is.
func (f *Feeds) carryOut(ctx context.Context, by policy.Subject, feed Feed, r Run) (Run, error) {
	first := true
	for r.State != Done {
		next, err := f.batch(ctx, by, feed, r.ID, first)
		if errors.Is(err, errRun) {
			err = f.refuse(ctx, by, "feed.apply", "feed "+feed.Name)
		}
		if err != nil {
			return f.stop(ctx, r, err)
		}
		r, first = next, false
	}
	return r, nil
}

// batch does the next steps of a run in one transaction.
func (f *Feeds) batch(ctx context.Context, by policy.Subject, feed Feed, run int64, first bool) (r Run, err error) {
	err = f.dir.Intake(ctx, feed.subject(by.Peer), feed.rights(), func(ctx context.Context, in *directory.Intake) error {
		tx := in.Tx()
		if err := f.mayIn(ctx, tx, by, feed); err != nil {
			return err
		}
		// Read anew: somebody else may be carrying it out as well.
		if r, err = selectRun(ctx, tx, feed.Org, run); err != nil {
			return err
		}
		if r.State == Done {
			return nil
		}
		if first {
			if err := f.note(ctx, tx, by, "feed.apply", feed, r.story()); err != nil {
				return err
			}
		}
		steps, err := selectSteps(ctx, tx, feed.Org, run, r.Done, batchSteps)
		if err != nil {
			return err
		}
		for _, s := range steps {
			if err := s.do(ctx, in); err != nil {
				return s.failed(err)
			}
			r.Done = s.Num
		}
		r.State, r.Problem = Running, ""
		if r.Done == r.Steps {
			r.State, r.Ended = Done, f.clock.Now()
		}
		if err := putRun(ctx, tx, r); err != nil {
			return err
		}
		return bumpState(ctx, tx, feed.Org)
	})
	return r, err
}

// failed names the step that an error is about.
func (s Step) failed(err error) error {
	where := s.Key
	if s.Place != "" {
		where += ", " + s.Place
	}
	return errs.Wrap(errs.KindOf(err), err, "%s (%s): %s", s.Name, where, errs.Text(err))
}

// stop keeps why a run did not go on. The batch that failed changed nothing;
// those before it stay.
func (f *Feeds) stop(ctx context.Context, r Run, cause error) (Run, error) {
	return r, errors.Join(cause, f.db.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		now, err := selectRun(ctx, tx, r.Org, r.ID)
		if err != nil || now.State == Done {
			return err
		}
		r = now
		r.Problem = clip(errs.Text(cause), MaxNote)
		if r.State = Stopped; r.Done == 0 {
			r.State = Planned
		}
		if err := putRun(ctx, tx, r); err != nil {
			return err
		}
		return bumpState(ctx, tx, r.Org)
	}))
}

// find returns a run with its feed to who may carry it out.
func (f *Feeds) find(ctx context.Context, by policy.Subject, run int64, verb string) (r Run, feed Feed, err error) {
	err = f.db.Read(ctx, func(tx *store.Tx) (err error) {
		if r, err = selectRun(ctx, tx, by.Org, run); err == nil {
			feed, err = selectFeed(ctx, tx, by.Org, r.Feed)
		}
		return err
	})
	if errors.Is(err, store.ErrNoRows) {
		return r, feed, errs.E(errs.NotFound, "There is no such run.")
	}
	if err != nil {
		return r, feed, err
	}
	return r, feed, f.may(ctx, by, feed, verb)
}

// Runs returns the newest runs of a feed.
func (f *Feeds) Runs(ctx context.Context, by policy.Subject, feed Feed, limit int) (list []Run, err error) {
	if err := f.may(ctx, by, feed, "feed.look"); err != nil {
		return nil, err
	}
	err = f.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = selectRuns(ctx, tx, feed.Org, feed.ID, limit)
		return err
	})
	return list, err
}

// Look returns a run with steps and refusals after a number, for a page.
func (f *Feeds) Look(ctx context.Context, by policy.Subject, run int64, after, limit int) (v Story, err error) {
	if v.Run, v.Feed, err = f.find(ctx, by, run, "feed.look"); err != nil {
		return v, err
	}
	err = f.db.Read(ctx, func(tx *store.Tx) (err error) {
		if v.Steps, err = selectSteps(ctx, tx, by.Org, run, after, limit); err != nil {
			return err
		}
		v.Refusals, err = selectRefusals(ctx, tx, by.Org, run, after, limit)
		return err
	})
	return v, err
}

// Story is a run with a page of what it does.
type Story struct {
	Run      Run
	Feed     Feed
	Steps    []Step
	Refusals []Refusal
}

// Text is the name of a run for people and clients.
func (r Run) Text() string { return id.Text(runID, r.ID) }

// ParseRun reads what Text wrote.
func ParseRun(text string) (int64, error) {
	n, ok := id.Parse(runID, text)
	if !ok {
		return 0, errs.E(errs.NotFound, "There is no run %q.", clip(text, 40))
	}
	return n, nil
}
