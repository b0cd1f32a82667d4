package directory

import (
	"context"

	"chancery/kit/id"
	"chancery/wire/jmap"
)

// OrganisationObject is the subject's organisation; there is one. Domains are
// its own mail domains, so that clients can mark who is outside.
type OrganisationObject struct {
	ID      jmap.ID  `json:"id"`
	Domains []string `json:"domains" ts:"list"`
}

// ListObject is a distribution list, or the mailbox of a function, that one
// can write to.
type ListObject struct {
	ID           jmap.ID  `json:"id"`
	Name         string   `json:"name"`
	Email        string   `json:"email"`
	Kind         string   `json:"kind"` // list, shared
	UnitID       *jmap.ID `json:"unitId"`
	TotalMembers int      `json:"totalMembers"` // of a list
}

// listID begins the ids of lists.
const listID = 'l'

// organisationGet is Organisation/get.
func (a api) organisationGet(ctx context.Context, call *jmap.Call) (any, error) {
	args, view, err := a.open(ctx, call)
	if err != nil {
		return nil, err
	}
	o := OrganisationObject{ID: id.Text('o', view.org), Domains: a.d.Domains(view.org)}
	return jmap.Get(args, view.State(), []OrganisationObject{o}, func(o OrganisationObject) jmap.ID { return o.ID })
}

// unitGet is Unit/get.
func (a api) unitGet(ctx context.Context, call *jmap.Call) (any, error) {
	args, view, err := a.open(ctx, call)
	if err != nil {
		return nil, err
	}
	accounts, err := a.d.Accounts(ctx, view.org)
	if err != nil {
		return nil, err
	}
	units := view.Units()
	counts, addresses := countPeople(units, view.Search(Query{})), unitAddresses(accounts)
	objects := make([]UnitObject, len(units))
	for i, u := range units {
		objects[i] = UnitObject{ID: id.Text(unitID, u.ID), Names: u.Names, SortOrder: u.Sort, TotalPeople: counts[u.ID]}
		if address, ok := addresses[u.ID]; ok {
			objects[i].Email = &address
		}
		if u.Parent != 0 {
			parent := id.Text(unitID, u.Parent)
			objects[i].ParentID = &parent
		}
	}
	return jmap.Get(args, view.State(), objects, func(u UnitObject) jmap.ID { return u.ID })
}

// countPeople counts each person once in every unit they are in or under.
func countPeople(units []Unit, people []*Person) map[int64]int {
	parent := map[int64]int64{}
	for _, u := range units {
		parent[u.ID] = u.Parent
	}
	counts := map[int64]int{}
	for _, p := range people {
		seen := map[int64]bool{}
		for _, post := range p.Posts {
			for u, depth := post.Unit, 0; u != 0 && depth < maxUnitDepth; u, depth = parent[u], depth+1 {
				seen[u] = true
			}
		}
		for u := range seen {
			counts[u]++
		}
	}
	return counts
}

// unitAddresses finds the shared mailbox of each unit that has exactly one.
func unitAddresses(accounts []Account) map[int64]string {
	out, many := map[int64]string{}, map[int64]bool{}
	for _, a := range accounts {
		if a.Kind != KindShared || a.Unit == 0 {
			continue
		}
		if _, there := out[a.Unit]; there {
			many[a.Unit] = true
		}
		out[a.Unit] = a.Address
	}
	for u := range many {
		delete(out, u)
	}
	return out
}

// listGet is List/get: what one writes to that is no person.
func (a api) listGet(ctx context.Context, call *jmap.Call) (any, error) {
	args, view, err := a.open(ctx, call)
	if err != nil {
		return nil, err
	}
	boxes, err := a.d.Boxes(ctx, view)
	if err != nil {
		return nil, err
	}
	objects := []ListObject{}
	for _, x := range boxes {
		o := ListObject{ID: id.Text(listID, x.ID), Name: x.Name, Email: x.Address, Kind: x.Kind}
		if x.Unit != 0 {
			unit := id.Text(unitID, x.Unit)
			o.UnitID = &unit
		}
		if x.Kind == KindList {
			members, err := a.d.Members(ctx, view.org, x.ID)
			if err != nil {
				return nil, err
			}
			o.TotalMembers = len(members)
		}
		objects = append(objects, o)
	}
	return jmap.Get(args, view.State(), objects, func(o ListObject) jmap.ID { return o.ID })
}
