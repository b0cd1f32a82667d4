package rulebook

import (
	"context"
	"slices"
	"time"

	"chancery/directory"
	"chancery/policy"
	"chancery/store"
)

// shelf is the rule book of an organisation as it was last read, without the
// wording. It does not change.
type shelf struct {
	modseq   int64
	versions []Version
	read     time.Time // when it was last compared with the database
}

// Every request asks whether its person let a term pass, so that is answered
// from memory: another server's publishing is heard of within shelfGood, and
// what only a person's posts change within verdictGood. What this server does
// itself holds at once.
const (
	shelfGood   = 5 * time.Second
	verdictGood = time.Minute
	maxVerdicts = 200_000
)

// member is an account of an organisation.
type member struct{ org, account int64 }

// verdict is from when on nothing opens for a member; zero = nothing is asked.
type verdict struct {
	modseq int64
	from   time.Time
	until  time.Time // how long it is good
}

// load returns the rule book as it stands; with fresh, as it stands this moment.
func (b *Book) load(ctx context.Context, org int64, fresh bool) (*shelf, error) {
	now := b.clock.Now()
	b.mu.Lock()
	old := b.shelves[org]
	b.mu.Unlock()
	if old != nil && !fresh && now.Sub(old.read) < shelfGood && !now.Before(old.read) {
		return old, nil
	}
	s := &shelf{read: now}
	err := b.db.Read(ctx, func(tx *store.Tx) (err error) {
		if s.modseq, err = selectState(ctx, tx, org); err != nil {
			return err
		}
		if old != nil && old.modseq == s.modseq {
			s.versions = old.versions
			return nil
		}
		s.versions, err = selectVersions(ctx, tx, org)
		return err
	})
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if now := b.shelves[org]; now == nil || now.modseq <= s.modseq {
		b.shelves[org] = s
	}
	return s, nil
}

// forget has the next question ask the database, about everybody or one account.
func (b *Book) forget(org, account int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if account == 0 {
		delete(b.shelves, org)
	} else {
		delete(b.verdicts, member{org, account})
	}
}

// inForce returns the version of each regulation that holds at a moment: the
// last that began, unless it was withdrawn.
func (s *shelf) inForce(now time.Time) (list []Version) {
	for _, v := range s.versions { // those of one regulation in the order of their numbers
		if v.Number == 0 || v.begins().After(now) || !v.Withdrawn.IsZero() && v.Withdrawn.Before(v.begins()) {
			continue
		}
		if n := len(list) - 1; n >= 0 && list[n].Rule == v.Rule {
			list[n] = v
		} else {
			list = append(list, v)
		}
	}
	return slices.DeleteFunc(list, func(v Version) bool { return !v.Withdrawn.IsZero() })
}

// demands says whether there is anything that somebody has to accept.
func (s *shelf) demands() bool {
	return slices.ContainsFunc(s.versions, func(v Version) bool { return v.Number > 0 && v.Within >= 0 && v.Withdrawn.IsZero() })
}

// somebody is an account with its person, where it has one.
type somebody struct {
	account directory.Account
	person  *directory.Person
}

func (w somebody) personID() int64 {
	if w.person == nil {
		return 0
	}
	return w.person.ID
}

// units are those that they belong to today.
func (w somebody) units() []int64 {
	if w.person == nil {
		return []int64{w.account.Unit}
	}
	units := make([]int64, len(w.person.Posts))
	for n, p := range w.person.Posts {
		units[n] = p.Unit
	}
	return units
}

// concerns says whether a text is for somebody.
func (v Version) concerns(w somebody, units *directory.Book) bool {
	if w.account.Kind != directory.KindPerson {
		return false
	}
	if kinds := v.Audience.Categories; len(kinds) > 0 && (w.person == nil || !slices.Contains(kinds, w.person.Category)) {
		return false
	}
	if len(v.Audience.Units) == 0 {
		return true
	}
	return slices.ContainsFunc(w.units(), func(unit int64) bool {
		return slices.ContainsFunc(v.Audience.Units, func(top int64) bool { return units.Under(unit, top) })
	})
}

// who returns the holder of an account, and the units as they stand.
func (b *Book) who(ctx context.Context, org, account int64) (w somebody, view *directory.View, err error) {
	if w.account, err = b.dir.Account(ctx, org, account); err != nil {
		return w, nil, err
	}
	if view, err = b.dir.View(ctx, policy.System(org)); err == nil {
		w.person, _ = view.Of(account)
	}
	return w, view, err
}

// Overdue says whether somebody let the time pass in which they had to accept
// a text: nothing opens for them until they do.
func (b *Book) Overdue(ctx context.Context, org, account int64) (bool, error) {
	s, err := b.load(ctx, org, false)
	if err != nil || !s.demands() {
		return false, err
	}
	now, key := b.clock.Now(), member{org, account}
	b.mu.Lock()
	v, known := b.verdicts[key]
	b.mu.Unlock()
	if known && v.modseq == s.modseq && now.Before(v.until) && (v.from.IsZero() || now.Before(v.from)) {
		return false, nil
	}
	// Who is to be refused is always looked at anew: they may have accepted at
	// another server.
	mine, err := b.mine(ctx, org, account, false)
	if err != nil {
		return false, err
	}
	v = verdict{modseq: s.modseq, until: now.Add(verdictGood)}
	for _, h := range mine {
		if h.Accepted.IsZero() && !h.Due.IsZero() && (v.from.IsZero() || h.Due.Before(v.from)) {
			v.from = h.Due
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.verdicts) >= maxVerdicts {
		clear(b.verdicts)
	}
	b.verdicts[key] = v
	return !v.from.IsZero() && !now.Before(v.from), nil
}

// Held is a version in force, as it concerns somebody.
type Held struct {
	Version
	Due      time.Time // zero = it is for information
	Accepted time.Time // zero = not
}

// Late says whether nothing opens before this is accepted.
func (h Held) Late(now time.Time) bool {
	return h.Accepted.IsZero() && !h.Due.IsZero() && !now.Before(h.Due)
}

// mine returns what holds for somebody, without the wording, and with it all
// that is public.
func (b *Book) mine(ctx context.Context, org, account int64, public bool) (list []Held, err error) {
	s, err := b.load(ctx, org, true)
	if err != nil {
		return nil, err
	}
	force := s.inForce(b.clock.Now())
	if len(force) == 0 {
		return nil, nil
	}
	w, view, err := b.who(ctx, org, account)
	if err != nil {
		return nil, err
	}
	var said []Acceptance
	err = b.db.Read(ctx, func(tx *store.Tx) (err error) {
		said, err = selectAccepted(ctx, tx, org, account)
		return err
	})
	for _, v := range force {
		h := Held{Version: v}
		switch {
		case v.concerns(w, view.Book):
			h.Due = v.due()
		case !public || !v.Public:
			continue
		}
		for _, a := range said {
			// An account that passed to somebody else brings nobody's word along.
			if a.Version == v.ID && a.Person == w.personID() {
				h.Accepted = a.At
			}
		}
		list = append(list, h)
	}
	return list, err
}
