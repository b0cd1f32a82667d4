package feed

import (
	"context"
	"slices"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// Rollback plans the way back from what a run did: its steps from the last to
// the first, with before and after exchanged. What was changed since is
// skipped and named. Who the run added is taken out of the book and locked; a
// mailbox is never removed.
func (f *Feeds) Rollback(ctx context.Context, by policy.Subject, run int64) (Run, error) {
	r, feed, err := f.find(ctx, by, run, "feed.rollback")
	if err != nil {
		return r, err
	}
	if r.Done == 0 {
		return r, errs.E(errs.Conflict, "This run has changed nothing.")
	}
	back := f.newRun(feed, RunRollback, by)
	back.Undoes = r.ID
	var steps []Step
	var skipped []Refusal
	err = f.dir.Survey(ctx, feed.subject(by.Peer), feed.rights(), func(ctx context.Context, in *directory.Intake) (err error) {
		if back.Kept, err = countKept(ctx, in.Tx(), feed); err != nil {
			return err
		}
		steps, skipped, err = wayBack(ctx, in, r)
		return err
	})
	if err != nil {
		return back, err
	}
	return f.keep(ctx, by, feed, back, steps, skipped)
}

// wayBack returns the steps back, and what cannot be gone back on.
func wayBack(ctx context.Context, in *directory.Intake, r Run) (steps []Step, skipped []Refusal, err error) {
	done, err := selectSteps(ctx, in.Tx(), r.Org, r.ID, 0, r.Done)
	if err != nil {
		return nil, nil, err
	}
	// A run that told by itself may have changed the same person many times:
	// of these only the last state can still stand.
	expect := map[int64]string{}
	slices.Reverse(done)
	for _, s := range done {
		back := Step{Object: s.Object, Key: s.Key, Name: s.Name, Before: s.After, After: s.Before}
		ok := false
		if text, seen := expect[s.Object]; seen {
			ok = text == s.After
		} else if ok, err = s.stands(ctx, in, s.After); err != nil {
			return nil, nil, err
		}
		if back.Kind, err = s.backKind(); err != nil {
			return nil, nil, err
		}
		if !ok {
			skipped = append(skipped, Refusal{Skipped: true, Key: s.Key, Name: s.Name, Rule: "overtaken", Reason: "This was changed since, and stays as it is."})
			expect[s.Object] = "\x00" // nor can what was done to it before
			continue
		}
		expect[s.Object] = s.Before
		back.Num = len(steps) + 1
		steps = append(steps, back)
	}
	return steps, skipped, nil
}

// backKind is what a step is called on the way back.
func (s Step) backKind() (Kind, error) {
	switch {
	case s.Kind == AddUnit:
		return RemoveUnit, nil
	case s.Kind == RemoveUnit:
		return AddUnit, nil
	case s.Kind.ofUnit():
		return ChangeUnit, nil
	case s.Before == "":
		return Leave, nil
	case s.After == "":
		return Return, nil
	}
	old, _, err := s.person(s.Before)
	if err != nil {
		return "", err
	}
	now, _, err := s.person(s.After)
	return kindOf(now.of(s.Object), old.of(s.Object)), err
}

// state is what clients compare to learn that runs changed.
func (f *Feeds) state(ctx context.Context, org int64) (n int64, err error) {
	err = f.db.Read(ctx, func(tx *store.Tx) (err error) {
		n, err = selectState(ctx, tx, org)
		return err
	})
	return n, err
}
