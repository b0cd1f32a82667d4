package feed

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"chancery/directory"
	"chancery/kit/errs"
)

// unitKeys sets the keys of units apart from those of people.
const unitKeys = "unit "

// unitPlan is the units of a picture while they are put in order.
type unitPlan struct {
	p       *planner
	records map[string]UnitRecord
	state   map[string]int // 1 = being placed, 2 = placed, 3 = refused
}

// planUnits places the units, parents before their children, so that a unit
// that moves always goes to where its new parent is in the end.
func (p *planner) planUnits(list []UnitRecord) error {
	plan := unitPlan{p, map[string]UnitRecord{}, map[string]int{}}
	var order []string
	for _, r := range list {
		err := p.claim(r.Place, r.Key, unitKeys)
		if err == nil && !p.feed.Units {
			err = breaks("units", "This feed does not keep units.")
		}
		if err != nil {
			if err := p.refuse(r.Place, r.Key, "", err); err != nil {
				return err
			}
			continue
		}
		plan.records[r.Key] = r
		if !r.Gone {
			order = append(order, r.Key)
		}
	}
	for _, key := range order {
		if err := plan.place(key); err != nil {
			return err
		}
	}
	return nil
}

const (
	placing = 1 + iota
	placed
	misplaced
)

// place plans one unit after its parent.
func (u unitPlan) place(key string) error {
	if u.state[key] != 0 {
		return nil
	}
	u.state[key] = placing
	r := u.records[key]
	err := u.one(r)
	u.state[key] = placed
	if err == nil {
		return nil
	}
	u.state[key] = misplaced
	return u.p.refuse(r.Place, r.Key, anyName(r.Names), err)
}

func (u unitPlan) one(r UnitRecord) error {
	p := u.p
	parent, err := u.parent(r)
	if err != nil {
		return err
	}
	now := directory.Unit{Parent: parent, Names: r.Names, Sort: r.Sort, Source: p.feed.prefix() + r.Key}
	old, there := p.oldUnit(r, parent)
	if there {
		now.ID = old.ID
		// Names in languages that the source does not speak of stay.
		now.Names = maps.Clone(old.Names)
		maps.Copy(now.Names, r.Names)
		if !r.HasSort {
			now.Sort = old.Sort
		}
	} else {
		now.ID = newID()
	}
	p.units[r.Key] = now.ID
	if there && same(unitFrom(old), unitFrom(now)) {
		return nil
	}
	if err := p.in.CheckUnit(now); err != nil {
		return err
	}
	p.in.Expect(now, true)
	if there {
		return p.step(ChangeUnit, now.ID, r.Key, r.Place, now.Name(""), unitFrom(old), unitFrom(now))
	}
	return p.step(AddUnit, now.ID, r.Key, r.Place, now.Name(""), nil, unitFrom(now))
}

// parent places the parent of a unit and returns it.
func (u unitPlan) parent(r UnitRecord) (int64, error) {
	if id, there := u.p.units[r.Key]; there && r.Stays {
		return u.p.in.Units()[id].Parent, nil
	}
	if r.Parent == "" {
		return u.p.feed.Unit, nil
	}
	if _, listed := u.records[r.Parent]; listed && !u.records[r.Parent].Gone {
		if u.state[r.Parent] == placing {
			return 0, breaks("cycle", "The unit %q stands below itself.", r.Key)
		}
		if err := u.place(r.Parent); err != nil {
			return 0, err
		}
		if u.state[r.Parent] == misplaced {
			return 0, breaks("parent", "The unit above, %q, was refused.", r.Parent)
		}
	}
	id, ok := u.p.units[r.Parent]
	if !ok {
		return 0, breaks("parent", "There is no unit %q to stand below.", r.Parent)
	}
	return id, nil
}

// oldUnit returns the unit that the feed keeps under the record's key, else
// one of the same name in the same place that no system keeps.
func (p *planner) oldUnit(r UnitRecord, parent int64) (directory.Unit, bool) {
	if id, ok := p.units[r.Key]; ok {
		return p.in.Units()[id], true
	}
	for _, u := range p.in.Units() {
		if u.Parent != parent || p.kept(u.Source) {
			continue
		}
		for language, name := range r.Names {
			if name != "" && u.Names[language] == name {
				return u, true
			}
		}
	}
	return directory.Unit{}, false
}

// kept says whether a source is that of a feed that there is.
func (p *planner) kept(source string) bool {
	name, _, ok := strings.Cut(source, ":")
	return ok && (name == p.feed.Name || p.others[name])
}

// nameUnits prepares to find units by their names.
func (p *planner) nameUnits() {
	p.named = map[string][]int64{}
	units := p.in.Units()
	for id := range units {
		for _, language := range directory.Languages {
			if name := units[id].Names[language]; name != "" {
				p.putName(name, id)
				p.putName(pathText(units, id, language), id)
			}
		}
	}
}

func (p *planner) putName(name string, id int64) {
	if !slices.Contains(p.named[name], id) {
		p.named[name] = append(p.named[name], id)
	}
}

// pathText is the names of a unit and those above it, from the top.
func pathText(units map[int64]directory.Unit, id int64, language string) string {
	var path []string
	for u, ok := units[id]; ok && len(path) < 100; u, ok = units[u.Parent] {
		path = append(path, u.Name(language))
	}
	slices.Reverse(path)
	return strings.Join(path, " / ")
}

// unit finds the unit that a source means.
func (p *planner) unit(ref string) (int64, error) {
	if ref == "" {
		if p.feed.Unit != 0 {
			return p.feed.Unit, nil
		}
		return 0, breaks("unit", "A post needs a unit.")
	}
	if id, ok := p.units[ref]; ok {
		return id, nil
	}
	if text, ok := strings.CutPrefix(ref, "\x00"); ok {
		id, err := strconv.ParseInt(text, 10, 64)
		return id, errs.Wrap(errs.Invalid, err, "There is no such unit.")
	}
	switch list := p.named[ref]; len(list) {
	case 1:
		return list[0], nil
	case 0:
		return 0, breaks("unit", "There is no unit %q.", clip(ref, 100))
	default:
		return 0, breaks("unit", "There are %d units %q: write those above it too, with \" / \" between them.", len(list), clip(ref, 100))
	}
}

// planEmpty removes units that a whole picture does not have any more, the
// lowest first, where nothing is in them.
func (p *planner) planEmpty(ctx context.Context, pic Picture) error {
	gone := p.goneUnits(pic)
	if len(gone) == 0 {
		return nil
	}
	held, err := p.heldUnits(ctx, gone)
	if err != nil {
		return err
	}
	for _, u := range gone {
		what := held[u.ID]
		if what == "" {
			if what, err = p.in.UnitKeeps(ctx, u.ID); err != nil {
				return err
			}
		}
		key := strings.TrimPrefix(u.Source, p.feed.prefix())
		if what != "" {
			p.refused = append(p.refused, Refusal{Skipped: true, Key: key, Name: u.Name(""), Rule: "unit-in-use", Reason: "The unit is gone in the source and stays here: it still has " + what + "."})
			held[u.Parent] = "units below it"
			continue
		}
		p.in.Expect(u, false)
		if err := p.step(RemoveUnit, u.ID, key, "", u.Name(""), unitFrom(u), nil); err != nil {
			return err
		}
	}
	return nil
}

// goneUnits are units of the feed that the source has no more, the deepest first.
func (p *planner) goneUnits(pic Picture) (gone []directory.Unit) {
	said := map[string]bool{}
	for _, r := range pic.Units {
		if r.Gone {
			said[r.Key] = true
		}
	}
	for key, id := range p.units {
		_, there := p.keys[unitKeys+key]
		if u, known := p.in.Units()[id]; known && (said[key] || pic.WholeUnits && !there && !p.nameless) {
			gone = append(gone, u)
		}
	}
	deep := func(u directory.Unit) int { return strings.Count(pathText(p.in.Units(), u.ID, ""), " / ") }
	slices.SortFunc(gone, func(a, b directory.Unit) int { return cmp.Or(deep(b)-deep(a), cmp.Compare(a.ID, b.ID)) })
	return gone
}

// heldUnits says what will be in units when the steps so far are done.
func (p *planner) heldUnits(ctx context.Context, gone []directory.Unit) (map[int64]string, error) {
	held := map[int64]string{}
	for id, u := range p.in.Units() {
		goes := slices.ContainsFunc(gone, func(g directory.Unit) bool { return g.ID == id })
		if !goes && u.Parent != 0 {
			held[u.Parent] = "units below it"
		}
	}
	posts := map[int64][]directory.Post{}
	if !p.all {
		everybody, err := p.in.People(ctx)
		if err != nil {
			return nil, err
		}
		for _, x := range everybody {
			posts[x.ID] = x.Posts
		}
	}
	for id, x := range p.people {
		posts[id] = x.Posts
	}
	for _, s := range p.steps {
		if s.Kind.ofUnit() {
			continue
		}
		x, _, err := s.person(s.After)
		if err != nil {
			return nil, err
		}
		posts[s.Object] = x.Posts
	}
	for _, list := range posts {
		for _, post := range list {
			held[post.Unit] = "people with posts"
		}
	}
	return held, nil
}

// anyName is one of a unit's names.
func anyName(names map[string]string) string { return directory.Unit{Names: names}.Name("") }
