package directory

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/wire/jmap"
	"chancery/wire/namekey"
)

// Letters that begin the keys of posts and deputies within a person.
const (
	postKey   = 'n'
	deputyKey = 'd'
)

// PersonRecord is a person as those see them who administer them: with every
// post, past and to come, whoever else may see it. It is changed by
// Person/set. Posts and deputies are kept by a key each, so that two patches
// of different ones do not undo each other.
type PersonRecord struct {
	ID       jmap.ID      `json:"id"`
	Email    string       `json:"email"`
	Language string       `json:"language"`
	MyRights PersonRights `json:"myRights"`
	Locked   bool         `json:"locked"`
	// Clearance is the highest level of secrecy that they may see.
	Clearance string `json:"clearance"`
	personFields
}

// PersonRights says what the administrator may do with a person.
type PersonRights struct {
	MayEdit   bool `json:"mayEdit"`
	MayLock   bool `json:"mayLock"`
	MayUnlock bool `json:"mayUnlock"`
	MayClear  bool `json:"mayClear"`
}

// personFields are what a client may write of a person.
type personFields struct {
	Name      string                  `json:"name"`
	Aliases   []string                `json:"aliases" ts:"list"`
	Rank      string                  `json:"rank"`
	RankOrder int                     `json:"rankOrder"` // lower comes first
	SortOrder int                     `json:"sortOrder"` // 0 = by rank
	LevelID   *jmap.ID                `json:"levelId"`
	Category  *jmap.ID                `json:"categoryId"`
	Phone     string                  `json:"phone"`
	Posts     map[string]PostRecord   `json:"posts"`
	Deputies  map[string]DeputyRecord `json:"deputies"`
}

// PostRecord is a post with its days; null = ever, or for good.
type PostRecord struct {
	Title     string  `json:"title"`
	Kind      string  `json:"kind"` // main, additional, acting
	UnitID    jmap.ID `json:"unitId"`
	SortOrder int     `json:"sortOrder"` // within the unit; 0 = as the person
	Starts    *string `json:"starts"`
	Ends      *string `json:"ends"`
	Clearance *string `json:"clearance"` // how high who holds it sees, where that is more than their own; null = as they are cleared
}

// DeputyRecord says who stands in, from the first day to the last.
type DeputyRecord struct {
	PersonID jmap.ID `json:"personId"`
	Starts   string  `json:"starts"`
	Ends     string  `json:"ends"`
}

// writable are the members of a person that a patch may be about.
type writable struct {
	Locked    bool   `json:"locked"`
	Clearance string `json:"clearance"`
	personFields
}

func fieldsOf(p Person) personFields {
	f := personFields{Name: p.Name, Aliases: append([]string{}, p.Aliases...), Rank: p.RankName, RankOrder: p.Rank, SortOrder: p.Sort,
		LevelID: orNil(p.Level), Category: orNil(p.Category), Phone: p.Phone, Posts: map[string]PostRecord{}, Deputies: map[string]DeputyRecord{}}
	for _, q := range clearedPosts(p.Posts) {
		f.Posts[id.Text(postKey, int64(q.Num))] = PostRecord{q.Title, q.Kind, id.Text(unitID, q.Unit), q.Sort, orNil(q.Starts), orNil(q.Ends), orNil(q.Clearance)}
	}
	for _, q := range p.Deputies {
		f.Deputies[id.Text(deputyKey, int64(q.Num))] = DeputyRecord{id.Text(personID, q.Person), q.Starts, q.Ends}
	}
	return f
}

// into writes the fields into a person. A key that is not one of ours names a
// new post; what else a post holds is kept with its key.
func (f personFields) into(p *Person, call *jmap.Call) error {
	p.Name, p.Aliases, p.RankName, p.Rank, p.Sort = strings.TrimSpace(f.Name), f.Aliases, f.Rank, f.RankOrder, f.SortOrder
	p.Level, p.Category, p.Phone = textOr(f.LevelID), textOr(f.Category), f.Phone
	old := p.Posts
	p.Posts = nil
	for key, q := range f.Posts {
		unit, err := unitOf(call, q.UnitID, "posts")
		if err != nil {
			return err
		}
		post := Post{Unit: unit, Title: strings.TrimSpace(q.Title), Kind: q.Kind, Sort: q.SortOrder, Starts: textOr(q.Starts), Ends: textOr(q.Ends)}
		if q.Clearance != nil {
			if post.Clearance, err = policy.LevelOf(*q.Clearance); err != nil {
				return jmap.BadProperty("posts", "%s", errs.Text(err))
			}
		}
		n, _ := id.Parse(postKey, key)
		for _, o := range old {
			if n != 0 && int64(o.Num) == n {
				post.Num, post.Mailbox = o.Num, o.Mailbox
			}
		}
		p.Posts = append(p.Posts, post)
	}
	slices.SortStableFunc(p.Posts, func(a, b Post) int { return postOrder(a) - postOrder(b) })
	before := p.Deputies
	p.Deputies = nil
	for key, q := range f.Deputies {
		person, ok := id.Parse(personID, q.PersonID)
		if !ok {
			return jmap.BadProperty("deputies", "There is no person %s.", q.PersonID)
		}
		n, _ := id.Parse(deputyKey, key)
		if !slices.ContainsFunc(before, func(o Deputy) bool { return n != 0 && int64(o.Num) == n }) {
			n = 0
		}
		p.Deputies = append(p.Deputies, Deputy{Person: person, Starts: q.Starts, Ends: q.Ends, Num: int(n)})
	}
	slices.SortStableFunc(p.Deputies, func(a, b Deputy) int { return strings.Compare(a.Starts, b.Starts) })
	return nil
}

// postOrder puts known posts first, in their order, then new ones, the main
// one before the others.
func postOrder(p Post) int {
	if p.Num != 0 {
		return p.Num
	}
	if p.Kind == PostMain {
		return 1 << 30
	}
	return 1<<30 + 1
}

// RecordFilter is the filter of PersonRecord/query.
type RecordFilter struct {
	Text       string   `json:"text"`
	UnitID     *jmap.ID `json:"unitId"`
	InSubunits bool     `json:"inSubunits"`
	LevelID    *jmap.ID `json:"levelId"`
	Category   *jmap.ID `json:"categoryId"`
	Locked     *bool    `json:"locked"`
}

// recordQuery is PersonRecord/query: whom the administrator administers.
func (a api) recordQuery(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.QueryArgs[RecordFilter]
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	who, admin, err := a.administrator(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	if args.Filter != nil && args.Filter.Operator != "" {
		return nil, jmap.Fail(jmap.UnsupportedFilter, "PersonRecord/query takes a single condition.")
	}
	if len(args.Sort) > 0 || args.Anchor != nil {
		return nil, jmap.Fail(jmap.UnsupportedSort, "PersonRecord/query has one order, that of the address book.")
	}
	var f RecordFilter
	if args.Filter != nil && args.Filter.Condition != nil {
		f = *args.Filter.Condition
	}
	view, err := a.d.View(ctx, who)
	if err != nil {
		return nil, err
	}
	found := view.Book.administered(admin, f)
	pos, from, to, limit, err := args.Window(len(found), nil)
	if err != nil {
		return nil, err
	}
	out := &jmap.QueryAnswer{AccountID: args.AccountID, QueryState: view.State(), Position: pos, Limit: limit}
	for _, e := range found[from:to] {
		out.IDs = append(out.IDs, id.Text(personID, e.ID))
	}
	if args.CalculateTotal {
		n := int64(len(found))
		out.Total = &n
	}
	return out, nil
}

// administered returns the people whom an administrator administers and a
// filter finds, in order.
func (b *Book) administered(admin Administers, f RecordFilter) (found []*entry) {
	words := strings.Fields(namekey.Fold(f.Text))
	unit := int64(0)
	if f.UnitID != nil {
		var ok bool
		if unit, ok = id.Parse(unitID, *f.UnitID); !ok {
			return nil
		}
	}
	for e := range b.with(words) {
		switch {
		case f.LevelID != nil && e.Level != *f.LevelID, f.Category != nil && e.Category != *f.Category, f.Locked != nil && e.Locked != *f.Locked:
		case unit != 0 && !slices.ContainsFunc(e.Posts, func(p Post) bool { return p.Unit == unit || f.InSubunits && b.Under(p.Unit, unit) }):
		case !admin.reaches(e.Person):
		default:
			found = append(found, e)
		}
	}
	return found
}

// recordGet is PersonRecord/get.
func (a api) recordGet(ctx context.Context, call *jmap.Call) (any, error) {
	args, who, admin, s, err := a.adminGet(ctx, call)
	if err != nil {
		return nil, err
	}
	b, err := a.d.Book(ctx, who.Org)
	if err != nil {
		return nil, err
	}
	var objects []PersonRecord
	if args.IDs == nil {
		for _, e := range b.administered(admin, RecordFilter{}) {
			if len(objects) < maxFound {
				objects = append(objects, a.d.recordOf(e.Person, admin))
			}
		}
	} else {
		for _, text := range *args.IDs {
			n, _ := id.Parse(personID, text)
			if e, ok := b.byID[n]; ok && admin.reaches(e.Person) {
				objects = append(objects, a.d.recordOf(e.Person, admin))
			}
		}
	}
	return jmap.Get(args, s.book, objects, func(p PersonRecord) jmap.ID { return p.ID })
}

func (d *Directory) recordOf(p Person, admin Administers) PersonRecord {
	home := p.home(d.today())
	return PersonRecord{ID: id.Text(personID, p.ID), Email: p.Address, Language: p.Language, Locked: p.Locked, Clearance: p.Clearance.String(), personFields: fieldsOf(p),
		MyRights: PersonRights{admin.May(policy.DutyPeople, home), admin.May(policy.DutyAccounts, home), admin.May(policy.DutyUnlock, home), admin.May(policy.DutySecurity, 0)}}
}

// newPerson is what a client says of a person to be added.
type newPerson struct {
	Email    string `json:"email"`
	Language string `json:"language"`
	personFields
}

// PersonMade is what Person/set tells of a new person: the first password,
// once; null where the account was there before.
type PersonMade struct {
	ID       jmap.ID `json:"id"`
	Password *string `json:"password"`
}

// personSet is Person/set.
func (a api) personSet(ctx context.Context, call *jmap.Call) (any, error) {
	return a.adminSet(ctx, call, func(s adminStates) string { return s.book }, func(who policy.Subject) jmap.Setter {
		return jmap.Setter{
			Create: func(ctx context.Context, _ jmap.ID, raw json.RawMessage) (jmap.ID, any, error) {
				var in newPerson
				if err := jmap.DecodeStrict(raw, &in); err != nil {
					return "", nil, err
				}
				p := Person{Address: in.Email, Language: in.Language}
				if err := in.into(&p, call); err != nil {
					return "", nil, err
				}
				made, password, err := a.d.AddMember(ctx, who, p)
				if err != nil {
					return "", nil, setError(err)
				}
				key := id.Text(personID, made.ID)
				return key, PersonMade{key, orNil(password)}, nil
			},
			Update: func(ctx context.Context, key jmap.ID, patch jmap.Patch) (any, error) {
				n, ok := id.Parse(personID, key)
				if !ok {
					return nil, jmap.Refuse(jmap.NotFound, "There is no person %s.", key)
				}
				return nil, setError(a.d.ChangePerson(ctx, who, n, func(p *Person) error {
					std := writable{personFields: fieldsOf(Person{})}
					now, err := jmap.Patched(writable{p.Locked, p.Clearance.String(), fieldsOf(*p)}, std, patch)
					if err != nil {
						return err
					}
					p.Locked = now.Locked
					if p.Clearance, err = policy.LevelOf(now.Clearance); err != nil {
						return jmap.BadProperty("clearance", "%s", errs.Text(err))
					}
					return now.into(p, call)
				}))
			},
			Destroy: func(ctx context.Context, key jmap.ID) error {
				n, ok := id.Parse(personID, key)
				if !ok {
					return jmap.Refuse(jmap.NotFound, "There is no person %s.", key)
				}
				return setError(a.d.RemovePerson(ctx, who, n))
			},
		}
	})
}
