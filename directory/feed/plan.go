package feed

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
)

// Kind is what a step does.
type Kind string

// The kinds of step. A move is a change of the main post's unit; adopt is a
// change of somebody who was kept here until now.
const (
	AddUnit    Kind = "add-unit"
	ChangeUnit Kind = "change-unit"
	RemoveUnit Kind = "remove-unit"
	Add        Kind = "add"
	Return     Kind = "return" // takes up the mailbox that they had
	Adopt      Kind = "adopt"
	Change     Kind = "change"
	Move       Kind = "move"
	Lock       Kind = "lock"
	Unlock     Kind = "unlock"
	Leave      Kind = "leave"
)

// ofUnit says whether a step is about a unit.
func (k Kind) ofUnit() bool { return strings.HasSuffix(string(k), "-unit") }

// takesAway says whether a step keeps somebody from working.
func (k Kind) takesAway() bool { return k == Lock || k == Leave }

// Step is one unit or person, before and after, as JSON; "" is not there.
type Step struct {
	Num           int
	Kind          Kind
	Object        int64 // unit or person
	Key           string
	Place         string
	Name          string
	Before, After string
}

// planner compares a picture with the directory.
type planner struct {
	feed    Feed
	in      *directory.Intake
	others  map[string]bool // names of the other feeds
	steps   []Step
	refused []Refusal

	all    bool // everybody was read at once
	source map[string]directory.Person
	people map[int64]directory.Person
	owners map[string]directory.Owner

	units  map[string]int64   // by key
	named  map[string][]int64 // by path and by name
	levels map[string]string  // by id and name
	kinds  map[string]string  // categories, by code and name

	keys     map[string]string // keys of this picture, and where they stand
	taken    map[string]string // addresses of this picture, by key
	nameless bool              // something was refused of which it is not known whom it is about
}

// bulk is from how many records on everybody is read at once.
const bulk = 50

// plan returns the steps from what the directory has to what the picture says,
// and what of it cannot be.
func (f Feed) plan(ctx context.Context, in *directory.Intake, others map[string]bool, pic Picture) (*planner, error) {
	p := &planner{feed: f, in: in, others: others, refused: pic.Refused, keys: map[string]string{}, taken: map[string]string{}}
	for _, r := range pic.Refused {
		if r.Key == "" {
			p.nameless = true
		}
		p.keys[r.Key] = r.Place
	}
	if err := p.read(ctx, pic); err != nil {
		return nil, err
	}
	if err := p.planUnits(pic.Units); err != nil {
		return nil, err
	}
	p.nameUnits()
	for _, r := range pic.People {
		if err := p.planPerson(ctx, r); err != nil {
			return nil, err
		}
	}
	if pic.WholePeople {
		if err := p.planGone(ctx); err != nil {
			return nil, err
		}
	}
	if err := p.planEmpty(ctx, pic); err != nil {
		return nil, err
	}
	for i := range p.steps {
		p.steps[i].Num = i + 1
	}
	return p, nil
}

// read reads what the picture is compared with.
func (p *planner) read(ctx context.Context, pic Picture) error {
	levels, err := p.in.Levels(ctx)
	if err != nil {
		return err
	}
	p.levels = map[string]string{"": ""}
	for _, l := range levels {
		for _, name := range l.Names {
			p.levels[name] = l.ID
		}
		p.levels[l.ID] = l.ID
	}
	kinds, err := p.in.Categories(ctx)
	if err != nil {
		return err
	}
	p.kinds = map[string]string{"": ""}
	for _, c := range kinds {
		for _, name := range c.Names {
			p.kinds[name] = c.Code
		}
	}
	for _, c := range kinds { // a code goes before a name
		p.kinds[c.Code] = c.Code
	}
	p.units = map[string]int64{}
	for _, u := range p.in.Units() {
		if key, ok := strings.CutPrefix(u.Source, p.feed.prefix()); ok {
			p.units[key] = u.ID
		}
	}
	p.all = pic.WholePeople || pic.WholeUnits || len(pic.People) >= bulk
	if !p.all {
		return nil
	}
	everybody, err := p.in.People(ctx)
	if err != nil {
		return err
	}
	p.source, p.people = make(map[string]directory.Person, len(everybody)), make(map[int64]directory.Person, len(everybody))
	for _, x := range everybody {
		if x.Source != "" {
			p.source[x.Source] = x
		}
		p.people[x.ID] = x
	}
	p.owners, err = p.in.Owners(ctx)
	return err
}

// ofSource returns whom the feed keeps under a key.
func (p *planner) ofSource(ctx context.Context, key string) (directory.Person, bool, error) {
	if p.all {
		x, ok := p.source[p.feed.prefix()+key]
		return x, ok, nil
	}
	return p.in.OfSource(ctx, p.feed.prefix()+key)
}

func (p *planner) owner(ctx context.Context, address string) (directory.Owner, bool, error) {
	if p.all {
		o, ok := p.owners[address]
		return o, ok, nil
	}
	return p.in.Owner(ctx, address)
}

func (p *planner) person(ctx context.Context, id int64) (directory.Person, bool, error) {
	if p.all {
		x, ok := p.people[id]
		return x, ok, nil
	}
	return p.in.Person(ctx, id)
}

// broken is a rule that a record breaks.
type broken struct {
	rule   string
	reason error
}

func (b *broken) Error() string { return errs.Text(b.reason) }
func (b *broken) Unwrap() error { return b.reason }

// breaks makes the error of a broken rule.
func breaks(rule, format string, args ...any) error {
	return &broken{rule, errs.E(errs.Invalid, format, args...)}
}

// refuse keeps why a record cannot be; what is no answer to the record, as a
// database that is away, ends the plan instead.
func (p *planner) refuse(place, key, name string, err error) error {
	var b *broken
	rule := ""
	switch {
	case errors.As(err, &b):
		rule = b.rule
	case errs.Is(err, errs.Internal), errs.Is(err, errs.Unavailable):
		return err
	default:
		rule = errs.KindOf(err).String()
	}
	p.refused = append(p.refused, Refusal{Place: place, Key: key, Name: name, Rule: rule, Reason: errs.Text(err), err: err})
	return nil
}

// claim refuses a record without a usable key, and the second one of a key.
func (p *planner) claim(place, key, of string) error {
	if key == "" || len(key) > MaxKey || strings.ContainsFunc(key, func(r rune) bool { return r < ' ' }) {
		p.nameless = true
		return breaks("key", "A record needs a key of 1 to %d bytes.", MaxKey)
	}
	if other, twice := p.keys[of+key]; twice {
		return breaks("twice", "The key %q stands at %s already.", key, other)
	}
	p.keys[of+key] = place
	return nil
}

// step keeps a step.
func (p *planner) step(kind Kind, object int64, key, place, name string, before, after any) error {
	s := Step{Kind: kind, Object: object, Key: key, Place: clip(place, MaxNote), Name: name}
	var err error
	if s.Before, err = textOf(before); err != nil {
		return err
	}
	if s.After, err = textOf(after); err != nil {
		return err
	}
	p.steps = append(p.steps, s)
	return nil
}

// textOf is JSON, "" for nil.
func textOf(v any) (string, error) {
	if v == nil {
		return "", nil
	}
	b, err := json.Marshal(v)
	return string(b), err
}

// newID names a unit or person that a plan adds; the same run gives it the
// same id however often it is begun.
func newID() int64 { return id.New() }
