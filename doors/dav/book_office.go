package dav

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"chancery/directory"
	"chancery/kit/id"
)

// First letters of ids, as everywhere.
const (
	accountID = 'a'
	personID  = 'p'
	boxID     = 'l'
)

// officeBook is the organisation's address book as one person sees it: its
// people, and the mailboxes and lists one can write to.
type officeBook struct {
	dir      *directory.Directory
	view     *directory.View
	boxes    []directory.Account // read by load
	loaded   bool
	language string
	paths    map[int64]string // of units, as they were written last
	most     int              // how many people it can have to be taken whole
	says     about
}

// load reads the boxes, where a request is about them.
func (b *officeBook) load(ctx context.Context) (err error) {
	if b.loaded {
		return nil
	}
	b.boxes, err = b.dir.Boxes(ctx, b.view)
	b.loaded = err == nil
	return err
}

func (b *officeBook) about() about { return b.says }

// members are all that are in the book, by id.
type member struct {
	id     int64
	person *directory.Person  // or
	box    *directory.Account // the other
}

func (m member) name() string {
	if m.person != nil {
		return id.Text(personID, m.id) + ".vcf"
	}
	return id.Text(boxID, m.id) + ".vcf"
}

// all lists the members.
func (b *officeBook) all() []member {
	people := b.view.Search(directory.Query{})
	list := make([]member, 0, len(people)+len(b.boxes))
	for _, p := range people {
		list = append(list, member{id: p.ID, person: p})
	}
	for i := range b.boxes {
		list = append(list, member{id: b.boxes[i].ID, box: &b.boxes[i]})
	}
	return list
}

// whole says whether the book can be taken whole.
func (b *officeBook) whole() bool {
	return len(b.view.Search(directory.Query{})) <= b.most
}

// now is the state: that of the view, and a sum over the boxes, of which no
// changes are kept.
func (b *officeBook) now() string {
	sum := fnv.New32a()
	for _, x := range b.boxes {
		sum.Write([]byte(strconv.FormatInt(x.ID, 36) + " " + x.Address + " " + x.Name + "\n"))
	}
	return b.view.State() + "_" + strconv.FormatUint(uint64(sum.Sum32()), 36)
}

func (b *officeBook) state(ctx context.Context) (string, error) {
	if !b.whole() {
		return "", nil
	}
	if err := b.load(ctx); err != nil {
		return "", err
	}
	return b.now(), nil
}

// after parts a state from the id of the last member told, where the book was
// told only up to there.
const after = "+"

func (b *officeBook) entries(ctx context.Context, since string) (list []entry, err error) {
	if !b.whole() {
		return nil, errTooMany
	}
	if err := b.load(ctx); err != nil {
		return nil, err
	}
	now := b.now()
	state, page, paging := strings.Cut(since, after)
	last := int64(0)
	if paging {
		n, ok := id.Parse(personID, page)
		if !ok {
			return nil, errToken
		}
		last = n
	}
	if since != "" && state != now {
		if list, err = b.changed(ctx, state, now); err != nil {
			return nil, err
		}
		if paging { // what comes after the page is told below
			list = slices.DeleteFunc(list, func(e entry) bool { n, _ := id.Parse(personID, strings.TrimSuffix(e.name, ".vcf")); return n > last })
		}
	}
	if since != "" && !paging {
		if len(list) > 0 {
			list[len(list)-1].at = now
		}
		return list, nil
	}
	// The order of ids is that in which the book is read page by page.
	for _, m := range slices.SortedFunc(slices.Values(b.all()), func(x, y member) int { return cmp.Compare(x.id, y.id) }) {
		if m.id > last {
			list = append(list, entry{name: m.name(), etag: b.card(m).etag, at: now + after + id.Text(personID, m.id)})
		}
	}
	return list, nil
}

// changed lists the people who changed since a state. Boxes must be the same:
// which of them changed is not known.
func (b *officeBook) changed(ctx context.Context, state, now string) (list []entry, err error) {
	view, boxes, ok := strings.Cut(state, "_")
	if _, same, _ := strings.Cut(now, "_"); !ok || boxes != same {
		return nil, errToken
	}
	changes, err := b.dir.Changes(ctx, b.view, view)
	if err != nil {
		return nil, errToken
	}
	for _, c := range changes {
		m := member{id: c.Person, person: &directory.Person{}}
		p, there := b.view.Person(c.Person)
		if there && !c.Gone {
			m.person = p
			list = append(list, entry{name: m.name(), etag: b.card(m).etag})
			continue
		}
		list = append(list, entry{name: m.name(), gone: true})
	}
	return list, nil
}

// find returns the member under a name. Who is hidden from the viewer is not
// there.
func (b *officeBook) find(name string) (m member, ok bool) {
	name, ok = strings.CutSuffix(name, ".vcf")
	if !ok {
		return m, false
	}
	if n, isPerson := id.Parse(personID, name); isPerson {
		p, there := b.view.Person(n)
		return member{id: n, person: p}, there
	}
	n, _ := id.Parse(boxID, name)
	for i := range b.boxes {
		if b.boxes[i].ID == n {
			return member{id: n, box: &b.boxes[i]}, true
		}
	}
	return m, false
}

func (b *officeBook) cards(ctx context.Context, names []string, each func(name string, c card) error) error {
	for _, name := range names {
		if strings.HasPrefix(name, string(boxID)) {
			if err := b.load(ctx); err != nil {
				return err
			}
		}
		if m, ok := b.find(name); ok {
			if err := each(name, b.card(m)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *officeBook) search(ctx context.Context, f *filter, most int) (names []string, more bool, err error) {
	if err := b.load(ctx); err != nil {
		return nil, false, err
	}
	f.look(b.view)
	for n, m := range b.all() {
		if n%1000 == 0 && ctx.Err() != nil {
			return nil, false, ctx.Err()
		}
		if !f.holds(candidateOf{b, m}) {
			continue
		}
		if more = len(names) == most; more {
			break
		}
		names = append(names, m.name())
	}
	return names, more, nil
}

// tagOf marks a card by what is on it, since names of units are there too.
func tagOf(text []byte) string {
	sum := sha256.Sum256(text)
	return `"` + hex.EncodeToString(sum[:8]) + `"`
}
