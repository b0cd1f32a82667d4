package directory

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"chancery/policy"
	"chancery/store"
	"chancery/wire/jmap"
)

// Visibility hides people from the address book of those who are not among
// them: all with a post in a unit or below it, or all of a service level (C28).
// Units in ShownTo see them all the same (C29). It does not keep anybody from
// writing to an address they know.
type Visibility struct {
	ID      int64
	Unit    int64  // 0 = by level
	Level   string // "" = by unit
	ShownTo []int64
}

// View is a book as one person sees it today: every answer about people goes
// through it, whatever door asks.
type View struct {
	Book    *Book
	org     int64
	today   string
	account int64
	units   map[int64]bool // hidden units
	levels  map[string]bool
}

// View returns the organisation's book as the subject sees it.
func (d *Directory) View(ctx context.Context, s policy.Subject) (*View, error) {
	b, err := d.Book(ctx, s.Org)
	if err != nil {
		return nil, err
	}
	return b.view(s, d.today()), nil
}

func (b *Book) view(s policy.Subject, today string) *View {
	v := &View{Book: b, org: s.Org, today: today, account: s.Account, units: map[int64]bool{}, levels: map[string]bool{}}
	if len(b.rules) == 0 || s.Account == 0 {
		return v
	}
	var self Person
	if e, ok := b.of[s.Account]; ok {
		self = e.Person
	}
	for _, rule := range b.rules {
		if b.admits(rule, self, today) {
			continue
		}
		if rule.Unit == 0 {
			v.levels[rule.Level] = true
			continue
		}
		for _, u := range b.units { // parents before children
			if u.ID == rule.Unit || v.units[u.Parent] {
				v.units[u.ID] = true
			}
		}
	}
	return v
}

// admits says whether a rule lets a person see those it hides: who is one of
// them does, and who has a post in one of the units named.
func (b *Book) admits(rule Visibility, self Person, today string) bool {
	if rule.Unit == 0 && self.Level == rule.Level {
		return true
	}
	for _, post := range self.Posts {
		if !post.heldOn(today) {
			continue
		}
		if rule.Unit != 0 && b.Under(post.Unit, rule.Unit) {
			return true
		}
		if slices.ContainsFunc(rule.ShownTo, func(u int64) bool { return b.Under(post.Unit, u) }) {
			return true
		}
	}
	return false
}

// shown returns a person with the posts they hold today and the viewer may
// see, and whether the person is there at all: who has posts, and none that
// may be seen, is not. The person must not be changed.
func (v *View) shown(e *entry) (*Person, bool) {
	if !v.Book.dated && len(v.levels) == 0 && len(v.units) == 0 {
		return &e.Person, true // nothing is hidden: the person need not be looked at
	}
	self := e.Account == v.account
	if v.levels[e.Level] && !self {
		return nil, false
	}
	hidden := func(post Post) bool { return !post.heldOn(v.today) || v.units[post.Unit] && !self }
	if !slices.ContainsFunc(e.Posts, hidden) {
		return &e.Person, true
	}
	p := e.Person
	p.Posts = slices.DeleteFunc(slices.Clone(p.Posts), hidden)
	return &p, self || len(p.Posts) > 0 || !slices.ContainsFunc(e.Posts, func(post Post) bool { return v.units[post.Unit] })
}

// Units returns the units that the viewer may know of, parents before children.
func (v *View) Units() []Unit {
	if len(v.units) == 0 {
		return v.Book.units
	}
	return slices.DeleteFunc(slices.Clone(v.Book.units), func(u Unit) bool { return v.units[u.ID] })
}

// Search returns the people whom a query finds, in order.
func (v *View) Search(q Query) []*Person { return v.Book.Search(v, q) }

// Person returns a person by id.
func (v *View) Person(id int64) (*Person, bool) { return v.Book.Person(v, id) }

// State names what the viewer sees, for JMAP: it changes with the book, and
// where posts have dates with the day.
func (v *View) State() string { return v.Book.state.text(v.Book.dated, v.today) }

// dated says whether a post begins or ends some day.
func (p Post) dated() bool { return p.Starts != "" || p.Ends != "" }

// heldOn says whether a post is held on a day.
func (p Post) heldOn(day string) bool {
	return (p.Starts == "" || p.Starts <= day) && (p.Ends == "" || day <= p.Ends)
}

// change is one of what Person/changes tells.
type change struct {
	id         int64
	made, gone bool
}

// changes returns who changed in the view since a state. CannotCalculateChanges
// where more than people changed: the rules, the names of units, what the
// viewer is, or the day.
func (d *Directory) changes(ctx context.Context, org int64, v *View, since string) ([]change, error) {
	count, _, _ := strings.Cut(since, ".")
	from, err := strconv.ParseInt(count, 10, 64)
	b := v.Book
	same := bookState{modseq: from}.text(b.dated, v.today) == since
	if err != nil || from > b.state.modseq || !same || b.state.rules > from || b.unitsChanged(from) || len(b.rules) > 0 && b.of[v.account] != nil && b.of[v.account].modseq > from {
		return nil, jmap.Fail(jmap.CannotCalculateChanges, "Read the address book anew.")
	}
	var removed []gone
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		if removed, err = selectGone(ctx, tx, org, kindUnit, from); err != nil || len(removed) > 0 {
			return errorOr(err, jmap.Fail(jmap.CannotCalculateChanges, "Read the address book anew."))
		}
		removed, err = selectGone(ctx, tx, org, kindPerson, from)
		return err
	})
	if err != nil {
		return nil, err
	}
	var list []change
	for _, g := range removed {
		list = append(list, change{id: g.id, gone: true})
	}
	for _, e := range b.people {
		if e.modseq <= from {
			continue
		}
		_, shown := v.shown(e)
		if !shown && e.made > from {
			continue // never seen
		}
		list = append(list, change{id: e.ID, made: e.made > from, gone: !shown})
	}
	return list, err
}

func (b *Book) unitsChanged(since int64) bool {
	return slices.ContainsFunc(b.units, func(u Unit) bool { return u.modseq > since })
}
