package feed

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"chancery/directory"
	"chancery/kit/errs"
)

// planPerson compares one record with the person that it is about.
func (p *planner) planPerson(ctx context.Context, r Record) error {
	err := p.claim(r.Place, r.Key, "")
	if err == nil {
		err = p.onePerson(ctx, r)
	}
	if err == nil {
		return nil
	}
	return p.refuse(r.Place, r.Key, r.Name, err)
}

func (p *planner) onePerson(ctx context.Context, r Record) error {
	if r.Fields&HasAddress != 0 {
		var err error
		if r.Address, err = directory.NormalAddress(r.Address); err != nil {
			return &broken{"address", err}
		}
		if other, twice := p.taken[r.Address]; twice {
			return breaks("taken", "%s is the address of %q too.", r.Address, other)
		}
		p.taken[r.Address] = r.Key
	}
	old, kind, err := p.find(ctx, r)
	if err != nil {
		return err
	}
	if r.Fields&HasState != 0 && r.State == Left {
		if kind != Change {
			return nil // never came, or is kept by nobody else's word
		}
		return p.leave(ctx, old, r.Key, r.Place)
	}
	now, err := p.merge(old, r)
	if err != nil {
		return err
	}
	if r.NewKey != "" && r.NewKey != r.Key {
		if _, there, err := p.ofSource(ctx, r.NewKey); err != nil || there {
			return errorOr(err, breaks("taken", "The key %q is somebody else's.", r.NewKey))
		}
		now.Source = p.feed.prefix() + r.NewKey
	}
	if old.ID != 0 && same(personFrom(old), personFrom(now)) {
		return nil
	}
	if err := p.checkAddress(ctx, old, now); err != nil {
		return err
	}
	if err := p.in.Check(ctx, old, now); err != nil {
		return err
	}
	if old.ID == 0 {
		return p.step(kind, now.ID, r.Key, r.Place, now.Name, nil, personFrom(now))
	}
	if kind == Change {
		kind = kindOf(old, now)
	}
	return p.step(kind, now.ID, r.Key, r.Place, now.Name, personFrom(old), personFrom(now))
}

// kindOf names a change by what weighs most in it.
func kindOf(old, now directory.Person) Kind {
	switch {
	case now.Locked && !old.Locked:
		return Lock
	case old.Locked && !now.Locked:
		return Unlock
	case mainUnit(old.Posts) != mainUnit(now.Posts):
		return Move
	}
	return Change
}

func mainUnit(posts []directory.Post) int64 {
	if i := mainPost(posts); i >= 0 {
		return posts[i].Unit
	}
	return 0
}

func mainPost(posts []directory.Post) int {
	return slices.IndexFunc(posts, func(q directory.Post) bool { return q.Kind == directory.PostMain })
}

// find returns the person that a record is about, and what kind of step makes
// them what it says: by the key, else by the address.
func (p *planner) find(ctx context.Context, r Record) (old directory.Person, kind Kind, err error) {
	old, found, err := p.ofSource(ctx, r.Key)
	if found || err != nil {
		return old, Change, err
	}
	if r.Fields&HasAddress == 0 {
		return old, Add, nil
	}
	owner, taken, err := p.owner(ctx, r.Address)
	if err != nil || !taken {
		return old, Add, err
	}
	if owner.Person == 0 {
		return old, Return, nil
	}
	old, _, err = p.person(ctx, owner.Person)
	if err == nil && p.kept(old.Source) {
		err = breaks("kept", "%s is kept by the source %q.", r.Address, clip(old.Source, MaxKey))
	}
	return old, Adopt, err
}

// checkAddress refuses an address that is not of this organisation, or another's.
func (p *planner) checkAddress(ctx context.Context, old, now directory.Person) error {
	switch {
	case now.Address == "":
		return breaks("address", "Somebody new needs an address.")
	case old.Address == now.Address:
		return nil
	case !p.in.Ours(now.Address):
		return breaks("domain", "%s is not of a domain of this organisation.", now.Address)
	}
	owner, taken, err := p.owner(ctx, now.Address)
	if err == nil && taken && (owner.Person != 0 || old.ID != 0) && owner.Account != old.Account {
		err = breaks("taken", "%s is somebody else's.", now.Address)
	}
	return err
}

// merge returns a person as a record says they shall be.
func (p *planner) merge(old directory.Person, r Record) (directory.Person, error) {
	now := old
	now.Source = p.feed.prefix() + r.Key
	if old.ID == 0 {
		now.ID, now.Language = newID(), r.Language
		if r.Language != "" && !slices.Contains(directory.Languages, r.Language) {
			return now, breaks("language", "%q is no language of the client.", clip(r.Language, 20))
		}
	}
	set := func(field Fields, to *string, value string) {
		if r.Fields&field != 0 {
			*to = strings.TrimSpace(value)
		}
	}
	set(HasAddress, &now.Address, r.Address)
	set(HasName, &now.Name, r.Name)
	set(HasRankName, &now.RankName, r.RankName)
	set(HasPhone, &now.Phone, r.Phone)
	if r.Fields&HasAliases != 0 {
		now.Aliases = slices.DeleteFunc(slices.Clone(r.Aliases), func(s string) bool { return strings.TrimSpace(s) == "" })
	}
	if r.Fields&HasRank != 0 {
		now.Rank = r.Rank
	}
	if r.Fields&HasSort != 0 {
		now.Sort = r.Sort
	}
	if r.Fields&HasLevel != 0 {
		level, ok := p.levels[r.Level]
		if !ok {
			return now, breaks("level", "There is no service level %q.", clip(r.Level, 100))
		}
		now.Level = level
	}
	if r.Fields&HasCategory != 0 {
		kind, ok := p.kinds[strings.TrimSpace(r.Category)]
		if !ok {
			return now, breaks("category", "There is no category %q.", clip(r.Category, 100))
		}
		now.Category = kind
	}
	if r.Fields&HasState != 0 {
		now.Locked = r.State == Locked
	}
	if r.Fields&(HasMain|HasPosts) == 0 {
		return now, nil
	}
	var err error
	now.Posts, err = p.posts(old.Posts, r)
	return now, err
}

// posts returns the posts as a record says them. What a source does not speak
// of, as the mailbox of a position, stays with the post of the same unit.
func (p *planner) posts(old []directory.Post, r Record) ([]directory.Post, error) {
	var said []directory.Post
	for _, q := range r.Posts {
		unit, err := p.unit(q.Unit)
		if err != nil {
			return nil, err
		}
		post := directory.Post{Unit: unit, Title: strings.TrimSpace(q.Title), Kind: q.Kind, Sort: q.Sort, Starts: q.Starts, Ends: q.Ends}
		if post.Kind == "" {
			post.Kind = directory.PostMain
		}
		for _, was := range old {
			if was.Unit == unit && was.Kind == post.Kind && (was.Title == post.Title || r.Fields&HasMain != 0) {
				post.Mailbox = was.Mailbox
				if r.Fields&HasMain != 0 {
					post.Sort, post.Starts, post.Ends = was.Sort, was.Starts, was.Ends
				}
			}
		}
		said = append(said, post)
	}
	if r.Fields&HasPosts != 0 {
		return said, nil
	}
	// Only the main post is spoken of: it takes the place of the old one.
	others := slices.DeleteFunc(slices.Clone(old), func(q directory.Post) bool { return q.Kind == directory.PostMain })
	return append(said, others...), nil
}

// leave plans that somebody leaves.
func (p *planner) leave(ctx context.Context, old directory.Person, key, place string) error {
	if err := p.in.Check(ctx, old, directory.Person{}); err != nil {
		return err
	}
	return p.step(Leave, old.ID, key, place, old.Name, personFrom(old), nil)
}

// planGone has those leave whom a whole picture does not name any more. Where
// a row could not be read as far as whom it is about, nobody does: it may be
// anybody's.
func (p *planner) planGone(ctx context.Context) error {
	var gone []directory.Person
	for source, x := range p.source {
		key, ours := strings.CutPrefix(source, p.feed.prefix())
		if _, named := p.keys[key]; ours && !named {
			gone = append(gone, x)
		}
	}
	if p.nameless && len(gone) > 0 {
		p.refused = append(p.refused, Refusal{Skipped: true, Rule: "unclear", Reason: "Nobody leaves in this run: of some rows it is not known whom they are about."})
		return nil
	}
	slices.SortFunc(gone, func(a, b directory.Person) int { return strings.Compare(a.Source, b.Source) })
	for _, x := range gone {
		key := strings.TrimPrefix(x.Source, p.feed.prefix())
		if err := p.leave(ctx, x, key, ""); err != nil {
			if err := p.refuse("", key, x.Name, err); err != nil {
				return err
			}
		}
	}
	return nil
}

// same says whether two values are the same in a step.
func same(a, b any) bool {
	x, err := textOf(a)
	y, err2 := textOf(b)
	return err == nil && err2 == nil && x == y
}

// person reads one side of a step; false where nobody is there.
func (s Step) person(text string) (x person, there bool, err error) {
	if text == "" {
		return x, false, nil
	}
	err = json.Unmarshal([]byte(text), &x)
	return x, true, errs.Wrap(errs.Internal, err, "a step of a run cannot be read")
}

// unit reads one side of a step about a unit.
func (s Step) unit(text string) (x unit, there bool, err error) {
	if text == "" {
		return x, false, nil
	}
	err = json.Unmarshal([]byte(text), &x)
	return x, true, errs.Wrap(errs.Internal, err, "a step of a run cannot be read")
}
