package directory

import (
	"context"
	"strings"

	"chancery/kit/id"
	"chancery/policy"
	"chancery/wire/jmap"
)

// URN names the directory's JMAP capability.
const URN = "urn:chancery:params:jmap:directory"

// Letters that begin the ids of people and units.
const (
	personID = 'p'
	unitID   = 'u'
)

// PersonObject is a person as clients see one.
type PersonObject struct {
	ID       jmap.ID `json:"id"`
	Name     string  `json:"name"`
	Email    string  `json:"email"`
	Language string  `json:"language"`
	Rank     string  `json:"rank"`
	Phone    string  `json:"phone"`
	// Category are the names of the kind of staff by language; null = none.
	Category map[string]string `json:"category"`
	Posts    []PostObject      `json:"posts" ts:"list"`
}

// PostObject is a post, with the names of its unit and those above it in the
// person's own language, topmost first (C31).
type PostObject struct {
	Title    string   `json:"title"`
	Kind     string   `json:"kind"`
	Unit     string   `json:"unit"`
	UnitID   jmap.ID  `json:"unitId"`
	UnitPath []string `json:"unitPath" ts:"list"`
}

// UnitObject is a unit of the tree; Unit/get gives parents before children
// and those of one parent in their order (C30). TotalPeople counts who has a
// post in the unit or in one below it, each person once.
type UnitObject struct {
	ID          jmap.ID           `json:"id"`
	ParentID    *jmap.ID          `json:"parentId"`
	Names       map[string]string `json:"names"`
	SortOrder   int               `json:"sortOrder"`
	TotalPeople int               `json:"totalPeople"`
	Email       *string           `json:"email"` // of the unit's own mailbox, where it has one
}

// api answers JMAP calls about the directory.
type api struct {
	d   *Directory
	who func(context.Context) (policy.Subject, error)
}

// Capabilities returns what the directory offers to clients. Who returns the
// person that a context belongs to.
func (d *Directory) Capabilities(who func(context.Context) (policy.Subject, error)) []jmap.Capability {
	a := api{d, who}
	return []jmap.Capability{
		{
			URN:     URN,
			Account: func(acc jmap.Account) (any, bool) { return struct{}{}, acc.IsPersonal },
			Methods: map[string]jmap.Method{
				"Person/query": a.personQuery, "Person/get": a.personGet, "Person/changes": a.personChanges, "Unit/get": a.unitGet, "List/get": a.listGet,
				"Organisation/get": a.organisationGet,
			},
		},
		a.preferences(),
		a.admin(),
	}
}

// PersonFilter is the filter of Person/query: words, and a unit that the
// person has a post in, or with inSubunits in one below it.
type PersonFilter struct {
	Text       string   `json:"text"`
	UnitID     *jmap.ID `json:"unitId"`
	InSubunits bool     `json:"inSubunits"`
}

// personQuery is Person/query: people by rank. The answer has pages like any
// other: position, limit and total.
func (a api) personQuery(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.QueryArgs[PersonFilter]
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	who, err := a.who(ctx)
	if err != nil {
		return nil, err
	}
	if args.Filter != nil && args.Filter.Operator != "" {
		return nil, jmap.Fail(jmap.UnsupportedFilter, "Person/query takes a single condition.")
	}
	if len(args.Sort) > 0 || args.Anchor != nil {
		return nil, jmap.Fail(jmap.UnsupportedSort, "Person/query orders by rank only.")
	}
	var f PersonFilter
	if args.Filter != nil && args.Filter.Condition != nil {
		f = *args.Filter.Condition
	}
	unit := int64(0)
	if f.UnitID != nil {
		var ok bool
		if unit, ok = id.Parse(unitID, *f.UnitID); !ok {
			unit = -1 // nobody
		}
	}
	view, err := a.d.View(ctx, who)
	if err != nil {
		return nil, err
	}
	found := view.Search(Query{Text: f.Text, Unit: unit, Below: f.InSubunits})
	pos, from, to, limit, err := args.Window(len(found), nil)
	if err != nil {
		return nil, err
	}
	out := &jmap.QueryAnswer{AccountID: args.AccountID, QueryState: view.State(), Position: pos, Limit: limit}
	for _, p := range found[from:to] {
		out.IDs = append(out.IDs, id.Text(personID, p.ID))
	}
	if args.CalculateTotal {
		n := int64(len(found))
		out.Total = &n
	}
	return out, nil
}

// maxFound bounds the people of a Person/get without ids.
const maxFound = 100

// personGet is Person/get.
func (a api) personGet(ctx context.Context, call *jmap.Call) (any, error) {
	args, view, err := a.open(ctx, call)
	if err != nil {
		return nil, err
	}
	var people []*Person
	if args.IDs == nil {
		people = view.Search(Query{})
		people = people[:min(len(people), maxFound)]
	} else {
		for _, text := range *args.IDs {
			n, ok := id.Parse(personID, text)
			if !ok {
				continue
			}
			if p, ok := view.Person(n); ok {
				people = append(people, p)
			}
		}
	}
	objects := make([]PersonObject, len(people))
	for i, p := range people {
		objects[i] = personObject(p, view.Book)
	}
	return jmap.Get(args, view.State(), objects, func(p PersonObject) jmap.ID { return p.ID })
}

// personChanges is Person/changes.
func (a api) personChanges(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.ChangesArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	if err := args.Check(); err != nil {
		return nil, err
	}
	who, err := a.who(ctx)
	if err != nil {
		return nil, err
	}
	view, err := a.d.View(ctx, who)
	if err != nil {
		return nil, err
	}
	list, err := a.d.changes(ctx, who.Org, view, args.SinceState)
	if err != nil {
		return nil, err
	}
	out := &jmap.ChangesAnswer{AccountID: args.AccountID, OldState: args.SinceState, NewState: view.State()}
	if args.MaxChanges != nil && int64(len(list)) > *args.MaxChanges {
		return nil, jmap.Fail(jmap.CannotCalculateChanges, "More people changed than were asked for.")
	}
	for _, c := range list {
		text := id.Text(personID, c.id)
		switch {
		case c.gone:
			out.Destroyed = append(out.Destroyed, text)
		case c.made:
			out.Created = append(out.Created, text)
		default:
			out.Updated = append(out.Updated, text)
		}
	}
	return out, nil
}

// getArgs reads the arguments of a /get.
func (a api) getArgs(ctx context.Context, call *jmap.Call) (args jmap.GetArgs, who policy.Subject, err error) {
	if err = call.Decode(&args); err != nil {
		return args, who, err
	}
	if err = args.Check(call.Limits); err != nil {
		return args, who, err
	}
	who, err = a.who(ctx)
	return args, who, err
}

// open is getArgs, and the book as the caller sees it.
func (a api) open(ctx context.Context, call *jmap.Call) (args jmap.GetArgs, view *View, err error) {
	args, who, err := a.getArgs(ctx, call)
	if err != nil {
		return args, nil, err
	}
	view, err = a.d.View(ctx, who)
	return args, view, err
}

func personObject(p *Person, b *Book) PersonObject {
	o := PersonObject{ID: id.Text(personID, p.ID), Name: p.Name, Email: p.Address, Language: p.Language, Rank: p.RankName, Phone: p.Phone, Category: b.kinds[p.Category], Posts: []PostObject{}}
	for _, post := range p.Posts {
		path := b.Path(post.Unit, p.Language)
		o.Posts = append(o.Posts, PostObject{Title: post.Title, Kind: post.Kind, Unit: strings.Join(path[max(0, len(path)-1):], ""), UnitID: id.Text(unitID, post.Unit), UnitPath: path})
	}
	return o
}

// maxUnitDepth guards against a tree that bites its tail.
const maxUnitDepth = 50
