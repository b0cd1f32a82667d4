package directory

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"chancery/store"
	"chancery/wire/namekey"
)

// Book is the address book of an organisation as it stood at one moment:
// units, people, and who sees whom. It does not change, so that everybody
// reads the same one side by side; a search reads it from end to end, which
// for 100,000 people takes some milliseconds.
type Book struct {
	state  bookState
	units  []Unit // parents before children, each level in order
	unit   map[int64]int
	people []*entry // in order (C30)
	byID   map[int64]*entry
	of     map[int64]*entry // by account
	rules  []Visibility
	kinds  map[string]map[string]string // names of the kinds of staff by code
	dated  bool                         // a post begins or ends some day

	keys string // what is looked in, of all people one behind another
	ends []int  // where each of them ends in keys
}

// entry is a person in the book, and the text to look in.
type entry struct {
	Person
	key    string
	modseq int64
	made   int64 // modseq of its first state
}

// books keeps the latest book of each organisation.
type books struct {
	mu  sync.Mutex
	org map[int64]*shelf
}

type shelf struct {
	mu   sync.Mutex
	book *Book
}

// Book returns the address book of an organisation as it stands now.
func (d *Directory) Book(ctx context.Context, org int64) (*Book, error) {
	d.books.mu.Lock()
	s, ok := d.books.org[org]
	if !ok {
		s = &shelf{}
		d.books.org[org] = s
	}
	d.books.mu.Unlock()

	s.mu.Lock()
	defer s.mu.Unlock()
	err := d.db.Read(ctx, func(tx *store.Tx) error {
		now, err := selectBookState(ctx, tx, org)
		if err != nil || s.book != nil && s.book.state == now {
			return err
		}
		next, err := readBook(ctx, tx, org, now, s.book)
		if err == nil {
			s.book = next
		}
		return err
	})
	return s.book, err
}

// readBook reads what changed since an older book, or all.
func readBook(ctx context.Context, tx *store.Tx, org int64, now bookState, old *Book) (*Book, error) {
	b := &Book{state: now, unit: map[int64]int{}, byID: map[int64]*entry{}, of: map[int64]*entry{}}
	var err error
	if b.units, err = selectUnits(ctx, tx, org); err != nil {
		return nil, err
	}
	for i, u := range b.units {
		b.unit[u.ID] = i
	}
	if b.rules, err = selectVisibility(ctx, tx, org); err != nil {
		return nil, err
	}
	kinds, err := selectCategories(ctx, tx, org)
	if err != nil {
		return nil, err
	}
	b.kinds = map[string]map[string]string{}
	for _, c := range kinds {
		b.kinds[c.Code] = c.Names
	}
	since := int64(-1)
	if old != nil {
		since = old.state.modseq
		gone, err := selectGone(ctx, tx, org, kindPerson, since)
		if err != nil {
			return nil, err
		}
		maps.Copy(b.byID, old.byID)
		for _, g := range gone {
			delete(b.byID, g.id)
		}
	}
	changed, err := selectEntries(ctx, tx, org, since)
	if err != nil {
		return nil, err
	}
	for _, e := range changed {
		b.byID[e.ID] = e
	}
	b.people = make([]*entry, 0, len(b.byID))
	for _, e := range b.byID {
		b.people = append(b.people, e)
		b.of[e.Account] = e
		b.dated = b.dated || slices.ContainsFunc(e.Posts, Post.dated)
	}
	slices.SortFunc(b.people, inOrder)
	b.lineUp()
	return b, nil
}

// lineUp puts the keys of all people into one text: to look through it is
// several times as fast as through 100,000 texts that lie about in memory.
func (b *Book) lineUp() {
	size := 0
	for _, e := range b.people {
		size += len(e.key) + 1
	}
	var all strings.Builder
	all.Grow(size)
	b.ends = make([]int, len(b.people))
	for n, e := range b.people {
		all.WriteString(e.key)
		all.WriteByte('\n') // in no word
		b.ends[n] = all.Len()
	}
	b.keys = all.String()
}

// with returns the people whose keys have all the words, in order.
func (b *Book) with(words []string) iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		if len(words) == 0 {
			for _, e := range b.people {
				if !yield(e) {
					return
				}
			}
			return
		}
		rare := slices.MaxFunc(words, func(a, b string) int { return cmp.Compare(len(a), len(b)) })
		for n, from := 0, 0; ; from = b.ends[n] {
			at := strings.Index(b.keys[from:], rare)
			if at < 0 {
				return
			}
			for b.ends[n] <= from+at {
				n++
			}
			if e := b.people[n]; namekey.Matches(e.key, words) && !yield(e) {
				return
			}
		}
	}
}

// inOrder compares by the sort field, by default the rank (C30); equals stay
// in the order they were made in.
func inOrder(a, b *entry) int {
	return cmp.Or(cmp.Compare(a.place(), b.place()), cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.ID, b.ID))
}

// place is where a person stands in lists: lower comes first.
func (p Person) place() int {
	if p.Sort != 0 {
		return p.Sort
	}
	return p.Rank
}

// Units returns the tree, parents before children.
func (b *Book) Units() []Unit { return b.units }

// Unit returns a unit by id.
func (b *Book) Unit(id int64) (Unit, bool) {
	i, ok := b.unit[id]
	if !ok {
		return Unit{}, false
	}
	return b.units[i], true
}

// Under says whether a unit is another one or lies below it.
func (b *Book) Under(unit, top int64) bool {
	for range maxUnitDepth {
		if unit == top {
			return true
		}
		u, ok := b.Unit(unit)
		if !ok {
			return false
		}
		unit = u.Parent
	}
	return false
}

// CategoryName is the name of a kind of staff, "" for none.
func (b *Book) CategoryName(code, language string) string { return nameOf(b.kinds[code], language) }

// Path returns the names of a unit and those above it, topmost first (C31).
func (b *Book) Path(unit int64, language string) []string {
	path := []string{}
	for u, ok := b.Unit(unit); ok && len(path) < maxUnitDepth; u, ok = b.Unit(u.Parent) {
		path = append(path, u.Name(language))
	}
	slices.Reverse(path)
	return path
}

// Query is what is looked for: words of a name (or its initials), post,
// address or telephone number, and a unit that they have a post in.
type Query struct {
	Text  string
	Unit  int64 // 0 = any
	Below bool  // or in a unit below it
}

// Search returns the people whom a viewer sees and a query finds, in order.
func (b *Book) Search(v *View, q Query) []*Person {
	words := strings.Fields(namekey.Fold(q.Text))
	var found []*Person
	for e := range b.with(words) {
		p, ok := v.shown(e)
		if ok && (q.Unit == 0 || slices.ContainsFunc(p.Posts, func(post Post) bool {
			return post.Unit == q.Unit || q.Below && b.Under(post.Unit, q.Unit)
		})) {
			found = append(found, p)
		}
	}
	return found
}

// Person returns a person by id, as the viewer sees them.
func (b *Book) Person(v *View, id int64) (*Person, bool) {
	e, ok := b.byID[id]
	if !ok {
		return nil, false
	}
	return v.shown(e)
}

// today is the day that posts are compared with, as YYYY-MM-DD.
func (d *Directory) today() string { return d.clock.Now().In(time.Local).Format(time.DateOnly) }

// text is the state in JMAP's form: the count, and the day where what one
// sees depends on it.
func (s bookState) text(dated bool, today string) string {
	text := strconv.FormatInt(s.modseq, 10)
	if dated {
		text += "." + today
	}
	return text
}
