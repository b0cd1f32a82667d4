package rulebook

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

var (
	errRight   = errs.E(errs.Forbidden, "Your role does not allow this for the whole organisation.")
	errNone    = errs.E(errs.NotFound, "There is no such version.")
	errFixed   = errs.E(errs.Conflict, "A published version does not change. Write a new one.")
	errDraft   = errs.E(errs.Conflict, "This is a draft: nobody was asked for anything yet.")
	errOne     = errs.E(errs.Conflict, "There is a draft of this text already.")
	errGone    = errs.E(errs.Conflict, "The version is withdrawn already.")
	errBacking = errs.E(errs.Invalid, "starts: the day is over.")
)

// mayRead asks whether somebody sees the book as those do who say what holds
// and those who see what was done.
func (b *Book) mayRead(ctx context.Context, by policy.Subject, verb string) error {
	admin, err := b.dir.Administers(ctx, by)
	if err != nil {
		return err
	}
	if by.Account == 0 || by.Assurance != policy.ByProgram && (admin.May(policy.DutySecurity, 0) || admin.May(policy.DutyRecord, 0)) {
		return nil
	}
	noted := b.db.Write(ctx, func(tx *store.Tx) error { return b.note(ctx, tx, by, verb, "regulations", nil, nil, errRight) })
	if noted != nil {
		return noted
	}
	return errRight
}

// change carries out a security administrator's act on a version; 0 is none yet.
func (b *Book) change(ctx context.Context, by policy.Subject, verb string, version int64, do func(tx *store.Tx, old Version) (now Version, err error)) error {
	object := "regulation version " + id.Text('e', version)
	felt := false // by those whom a version concerns
	err := b.dir.OnOrganisation(ctx, by, policy.DutySecurity, verb, object, func(ctx context.Context, tx *store.Tx) error {
		if err := bump(ctx, tx, by.Org); err != nil { // from here on nobody else changes it
			return err
		}
		var old Version
		var err error
		if version != 0 {
			if old, err = selectVersion(ctx, tx, by.Org, version); errors.Is(err, store.ErrNoRows) {
				return errNone
			} else if err != nil {
				return err
			}
		}
		now, err := do(tx, old)
		if err != nil {
			return err
		}
		felt = now.Number > 0
		var before, after any
		at := now
		if old.ID != 0 {
			before, at = old.story(), old
		}
		if now.ID != 0 {
			after, at = now.story(), now
			if err := putVersion(ctx, tx, by.Org, now); err != nil {
				return err
			}
		}
		return b.note(ctx, tx, by, verb, textOf(at.Rule, at.Number), before, after, nil)
	})
	if err != nil {
		return err
	}
	b.forget(by.Org, 0)
	if !felt {
		return nil
	}
	return b.wakeAll(ctx, by.Org)
}

// wakeAll tells everybody's clients that the rule book changed.
func (b *Book) wakeAll(ctx context.Context, org int64) error {
	all, err := b.everybody(ctx, org)
	for _, w := range all {
		b.wake(w.account.ID)
	}
	return err
}

// AddDraft writes a new version of a regulation, or with Rule 0 a new one.
func (b *Book) AddDraft(ctx context.Context, by policy.Subject, v Version) (Version, error) {
	v.ID, v.Number, v.Made = id.New(), 0, b.clock.Now()
	v.Published, v.By, v.Withdrawn, v.Reminded = time.Time{}, "", time.Time{}, time.Time{}
	units, kinds, err := b.audiences(ctx, by.Org)
	if err != nil {
		return v, err
	}
	if err := b.check(&v, units, kinds); err != nil {
		return v, err
	}
	first := v.Rule == 0
	if first {
		v.Rule = v.ID
	}
	err = b.change(ctx, by, "regulation.draft", 0, func(tx *store.Tx, _ Version) (Version, error) {
		all, err := selectVersions(ctx, tx, by.Org)
		if err != nil {
			return v, err
		}
		same := slices.DeleteFunc(slices.Clone(all), func(o Version) bool { return o.Rule != v.Rule })
		switch {
		case len(all) >= b.conf.MaxVersions:
			return v, errs.E(errs.OverQuota, "A rule book has at most %d versions of texts.", b.conf.MaxVersions)
		case !first && len(same) == 0:
			return v, errs.E(errs.NotFound, "There is no such text.")
		case slices.ContainsFunc(same, func(o Version) bool { return o.Number == 0 }):
			return v, errOne
		}
		return v, nil
	})
	return v, err
}

// ChangeDraft changes what is not published yet.
func (b *Book) ChangeDraft(ctx context.Context, by policy.Subject, version int64, change func(*Version) error) error {
	units, kinds, err := b.audiences(ctx, by.Org)
	if err != nil {
		return err
	}
	return b.change(ctx, by, "regulation.change", version, func(_ *store.Tx, old Version) (Version, error) {
		if old.Number != 0 {
			return old, errFixed
		}
		now := old
		now.Titles, now.Bodies, now.Audience.Units = maps.Clone(old.Titles), maps.Clone(old.Bodies), slices.Clone(old.Audience.Units)
		if err := change(&now); err != nil {
			return old, err
		}
		now.ID, now.Rule, now.Number, now.Made, now.Published = old.ID, old.Rule, old.Number, old.Made, old.Published
		return now, b.check(&now, units, kinds)
	})
}

// audiences are those that a text can name.
func (b *Book) audiences(ctx context.Context, org int64) (*directory.Book, []directory.Category, error) {
	units, err := b.dir.Book(ctx, org)
	if err != nil {
		return nil, nil, err
	}
	kinds, err := b.dir.Categories(ctx, org)
	return units, kinds, err
}

// RemoveDraft throws away what is not published yet.
func (b *Book) RemoveDraft(ctx context.Context, by policy.Subject, version int64) error {
	return b.change(ctx, by, "regulation.remove", version, func(tx *store.Tx, old Version) (Version, error) {
		if old.Number != 0 {
			return old, errFixed
		}
		return Version{}, deleteVersion(ctx, tx, by.Org, version)
	})
}

// Publish makes a draft the next version of its regulation. It takes the place
// of the one before on its first day. With tell, those who have to accept it
// are written to.
func (b *Book) Publish(ctx context.Context, by policy.Subject, version int64, tell bool) error {
	var done Version
	err := b.change(ctx, by, "regulation.publish", version, func(tx *store.Tx, old Version) (Version, error) {
		if old.Number != 0 {
			return old, errFixed
		}
		now := b.clock.Now()
		if old.Starts == "" {
			old.Starts = now.In(time.Local).Format(time.DateOnly)
		} else if old.Starts < now.In(time.Local).Format(time.DateOnly) {
			return old, errBacking
		}
		all, err := selectVersions(ctx, tx, by.Org)
		for _, o := range all {
			if o.Rule == old.Rule {
				old.Number = max(old.Number, o.Number)
			}
		}
		old.Number++
		old.Published, old.By = now, by.Address
		if tell && old.Within >= 0 {
			old.Reminded = now
		}
		done = old
		return old, err
	})
	if err == nil && !done.Reminded.IsZero() {
		b.ask(ctx, by.Org, done)
	}
	return err
}

// Withdraw takes a published version out of force, and does not put the one
// before back. Who accepted it stays known.
func (b *Book) Withdraw(ctx context.Context, by policy.Subject, version int64) error {
	return b.change(ctx, by, "regulation.withdraw", version, func(_ *store.Tx, old Version) (Version, error) {
		switch {
		case old.Number == 0:
			return old, errDraft
		case !old.Withdrawn.IsZero():
			return old, errGone
		}
		old.Withdrawn = b.clock.Now()
		return old, nil
	})
}

// Versions returns all versions of all texts with the wording, drafts too, for
// security administrators and auditors.
func (b *Book) Versions(ctx context.Context, by policy.Subject) (list []Version, err error) {
	if err := b.mayRead(ctx, by, "regulation.read"); err != nil {
		return nil, err
	}
	err = b.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = readVersions(ctx, tx, "bodies", "ORDER BY rule_id, CASE WHEN num = 0 THEN 1 ELSE 0 END, num", by.Org)
		return err
	})
	return list, err
}

// everybody returns the accounts of people that are not locked.
func (b *Book) everybody(ctx context.Context, org int64) (list []somebody, err error) {
	accounts, err := b.dir.Accounts(ctx, org)
	if err != nil {
		return nil, err
	}
	view, err := b.dir.View(ctx, policy.System(org))
	if err != nil {
		return nil, err
	}
	for _, a := range accounts {
		if a.Kind != directory.KindPerson || a.Locked {
			continue
		}
		p, _ := view.Of(a.ID)
		list = append(list, somebody{a, p})
	}
	return list, nil
}
