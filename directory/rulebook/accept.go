package rulebook

import (
	"context"
	"slices"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

var (
	errProgram = errs.E(errs.Forbidden, "An app password cannot accept regulations. Please sign in with the web client.")
	errNotDue  = errs.E(errs.NotFound, "There is no such text to be accepted. Please read the rule book anew.")
)

// Mine returns the rule book as somebody has it: what is in force for them, and
// what is public, with the wording.
func (b *Book) Mine(ctx context.Context, org, account int64) ([]Held, error) {
	list, err := b.mine(ctx, org, account, true)
	if err != nil {
		return nil, err
	}
	return list, b.worded(ctx, org, list)
}

// Late returns, with the wording, what somebody has to accept before anything opens.
func (b *Book) Late(ctx context.Context, org, account int64) ([]Held, error) {
	list, err := b.mine(ctx, org, account, false)
	if err != nil {
		return nil, err
	}
	now := b.clock.Now()
	list = slices.DeleteFunc(list, func(h Held) bool { return !h.Late(now) })
	return list, b.worded(ctx, org, list)
}

// Public returns what is shown to who is not signed in, with the wording.
func (b *Book) Public(ctx context.Context, org int64) (list []Held, err error) {
	s, err := b.load(ctx, org, false)
	if err != nil {
		return nil, err
	}
	for _, v := range s.inForce(b.clock.Now()) {
		if v.Public {
			list = append(list, Held{Version: v})
		}
	}
	return list, b.worded(ctx, org, list)
}

// HasPublic says whether there is such a text.
func (b *Book) HasPublic(ctx context.Context, org int64) (bool, error) {
	s, err := b.load(ctx, org, false)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(s.inForce(b.clock.Now()), func(v Version) bool { return v.Public }), nil
}

// worded adds the wording.
func (b *Book) worded(ctx context.Context, org int64, list []Held) error {
	return b.db.Read(ctx, func(tx *store.Tx) error {
		for n := range list {
			v, err := selectVersion(ctx, tx, org, list[n].ID)
			if err != nil {
				return err
			}
			list[n].Bodies = v.Bodies
		}
		return nil
	})
}

// Due is how many texts somebody has still to accept, in time or late.
func (b *Book) Due(ctx context.Context, org, account int64) (n int, err error) {
	s, err := b.load(ctx, org, false)
	if err != nil || !s.demands() {
		return 0, err
	}
	list, err := b.mine(ctx, org, account, false)
	for _, h := range list {
		if h.Accepted.IsZero() && !h.Due.IsZero() {
			n++
		}
	}
	return n, err
}

// Accept takes the word of a person that they read versions and accept them.
// One that they accepted before stays as it was.
func (b *Book) Accept(ctx context.Context, by policy.Subject, versions []int64) error {
	if by.Assurance == policy.ByProgram {
		return errProgram
	}
	list, err := b.mine(ctx, by.Org, by.Account, false)
	if err != nil {
		return err
	}
	w, view, err := b.who(ctx, by.Org, by.Account)
	if err != nil {
		return err
	}
	if err := b.worded(ctx, by.Org, list); err != nil {
		return err
	}
	err = b.db.Write(ctx, func(tx *store.Tx) error {
		for _, id := range versions {
			n := slices.IndexFunc(list, func(h Held) bool { return h.ID == id && !h.Due.IsZero() })
			if n < 0 {
				return errNotDue
			}
			v := list[n].Version
			fresh, err := insertAcceptance(ctx, tx, by.Org, Acceptance{Version: id, Account: by.Account, Person: w.personID(), Name: w.account.Name, Address: w.account.Address,
				Unit: unitOf(w, view), At: b.clock.Now(), Peer: by.Peer, Session: by.Session})
			if err != nil {
				return err
			}
			if fresh {
				if err := b.note(ctx, tx, by, "regulation.accept", textOf(v.Rule, v.Number), nil, map[string]string{"title": v.Title("en"), "digest": v.Digest()}, nil); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err == nil {
		b.forget(by.Org, by.Account)
		b.wake(by.Account)
	}
	return err
}

// unitOf names the unit of somebody's first post, with those above it.
func unitOf(w somebody, view *directory.View) string {
	units := w.units()
	if len(units) == 0 {
		return ""
	}
	path := view.Book.Path(units[0], w.account.Language)
	text := ""
	for n, name := range path {
		if n > 0 {
			text += " / "
		}
		text += name
	}
	return text
}
