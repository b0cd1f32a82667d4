package feed

import (
	"context"
	"slices"
	"strings"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/wire/scim"
)

// groups are /Groups: the units that the feed keeps (RFC 7643 section 4.2). Its
// members are those of the feed's people who have a post there; who is added
// gets one, the main one if they have none.
type groups struct{ *exchange }

var errNoGroup = errs.E(errs.NotFound, "There is no such group.")

func (g groups) name() string            { return "Group" }
func (g groups) key(object int64) string { return id.Text(scimGroup, object) }

func (g groups) unit(in *directory.Intake, key string) (u directory.Unit, err error) {
	n, ok := id.Parse(scimGroup, key)
	if !ok {
		return u, errNoGroup
	}
	u, found := in.Units()[n]
	if !found || !strings.HasPrefix(u.Source, g.feed.prefix()) {
		return u, errNoGroup
	}
	return u, nil
}

func (g groups) one(ctx context.Context, in *directory.Intake, key string) (resource, error) {
	u, err := g.unit(in, key)
	if err != nil {
		return nil, err
	}
	members, err := g.members(ctx, in)
	if err != nil {
		return nil, err
	}
	return g.show(in, u, members[u.ID]), nil
}

func (g groups) all(ctx context.Context, in *directory.Intake, _ *scim.Filter) ([]resource, error) {
	members, err := g.members(ctx, in)
	if err != nil {
		return nil, err
	}
	var list []resource
	for _, u := range in.Units() {
		if strings.HasPrefix(u.Source, g.feed.prefix()) {
			list = append(list, g.show(in, u, members[u.ID]))
		}
	}
	return list, nil
}

// members are the feed's people by unit.
func (g groups) members(ctx context.Context, in *directory.Intake) (map[int64][]directory.Person, error) {
	people, err := in.People(ctx)
	out := map[int64][]directory.Person{}
	for _, p := range people {
		if !strings.HasPrefix(p.Source, g.feed.prefix()) {
			continue
		}
		seen := map[int64]bool{}
		for _, q := range p.Posts {
			if !seen[q.Unit] {
				out[q.Unit] = append(out[q.Unit], p)
			}
			seen[q.Unit] = true
		}
	}
	return out, err
}

func (g groups) show(in *directory.Intake, u directory.Unit, members []directory.Person) resource {
	res := resource{"schemas": []any{scim.GroupURN, unitURN}, "id": g.key(u.ID), "displayName": u.Name(g.feed.NameLanguage())}
	if key := strings.TrimPrefix(u.Source, g.feed.prefix()); !strings.HasPrefix(key, ownKey) {
		res["externalId"] = key
	}
	var list []any
	for _, p := range members {
		key := id.Text(scimUser, p.ID)
		list = append(list, resource{"value": key, "display": p.Name, "type": "User", "$ref": g.base + "/Users/" + key})
	}
	if list != nil {
		res["members"] = list
	}
	ext := resource{"path": pathText(in.Units(), u.ID, g.feed.NameLanguage())}
	if above, ok := in.Units()[u.Parent]; ok && strings.HasPrefix(above.Source, g.feed.prefix()) {
		ext["parent"] = g.key(above.ID)
	}
	res[unitURN] = ext
	return res
}

// record reads a group. A parent that is not spoken of stays.
func (g groups) record(in *directory.Intake, res resource, old *directory.Unit) (r UnitRecord, err error) {
	name, err := textAt(res, "displayName")
	if err != nil {
		return r, err
	}
	if strings.TrimSpace(name) == "" {
		return r, scim.Bad(scim.InvalidValue, "A group needs a displayName.")
	}
	key, err := textAt(res, "externalId")
	if err != nil {
		return r, err
	}
	r = UnitRecord{Place: "SCIM", Key: key}
	above := ""
	if old != nil {
		// The key of a unit stays, so that what stands below it still finds it.
		r.Key = strings.TrimPrefix(old.Source, g.feed.prefix())
		if u, ok := in.Units()[old.Parent]; ok && strings.HasPrefix(u.Source, g.feed.prefix()) {
			above = g.key(u.ID)
		}
		if name != old.Name(g.feed.NameLanguage()) {
			r.Names = map[string]string{g.feed.NameLanguage(): name}
		}
	} else {
		r.Names = map[string]string{g.feed.NameLanguage(): name}
	}
	if r.Key == "" {
		r.Key = ownKey + id.Token(10)
	}
	if ext, there := scim.Get(res, unitURN); there {
		object, ok := ext.(resource)
		if !ok {
			return r, scim.Bad(scim.InvalidValue, "%s is an object.", unitURN)
		}
		if above, err = textAt(object, "parent"); err != nil {
			return r, err
		}
	}
	if above == "" {
		return r, nil
	}
	u, err := g.unit(in, above)
	if err != nil {
		return r, scim.Bad(scim.InvalidValue, "The parent %q is no group of this feed.", clip(above, 40))
	}
	r.Parent = strings.TrimPrefix(u.Source, g.feed.prefix())
	return r, nil
}

func (g groups) add(ctx context.Context, in *directory.Intake, now resource) (pic Picture, err error) {
	r, err := g.record(in, now, nil)
	if err != nil {
		return pic, err
	}
	for _, u := range in.Units() {
		if u.Source == g.feed.prefix()+r.Key {
			return pic, errs.E(errs.Exists, "The group %q is there already.", r.Key)
		}
	}
	pic.Units = []UnitRecord{r}
	pic.People, err = g.moved(ctx, in, r.Key, 0, now)
	return pic, err
}

func (g groups) change(ctx context.Context, in *directory.Intake, old, now resource) (pic Picture, err error) {
	u, err := g.unit(in, old["id"].(string))
	if err != nil {
		return pic, err
	}
	if given, err := textAt(now, "id"); err != nil || given != "" && given != old["id"] {
		return pic, errorOr(err, scim.Bad(scim.Mutability, "The id cannot be changed."))
	}
	r, err := g.record(in, now, &u)
	if err != nil {
		return pic, err
	}
	pic.Units = []UnitRecord{r}
	pic.People, err = g.moved(ctx, in, r.Key, u.ID, now)
	return pic, err
}

func (g groups) remove(_ context.Context, in *directory.Intake, old resource) (pic Picture, err error) {
	u, err := g.unit(in, old["id"].(string))
	pic.Units = []UnitRecord{{Place: "SCIM", Key: strings.TrimPrefix(u.Source, g.feed.prefix()), Gone: true}}
	return pic, err
}

// moved returns the people whose posts change with the members of a group.
func (g groups) moved(ctx context.Context, in *directory.Intake, key string, unit int64, now resource) (list []Record, err error) {
	want, err := memberKeys(now)
	if err != nil {
		return nil, err
	}
	have := map[string]directory.Person{}
	if unit != 0 {
		members, err := g.members(ctx, in)
		if err != nil {
			return nil, err
		}
		for _, p := range members[unit] {
			have[id.Text(scimUser, p.ID)] = p
		}
	}
	for _, k := range want {
		if _, there := have[k]; there {
			continue
		}
		p, err := users{g.exchange}.person(ctx, in, k)
		if errs.Is(err, errs.NotFound) {
			err = scim.Bad(scim.InvalidValue, "The member %q is no user of this feed.", clip(k, 40))
		}
		if err != nil {
			return nil, err
		}
		kind := directory.PostMain
		if mainPost(p.Posts) >= 0 {
			kind = directory.PostAdditional
		}
		list = append(list, g.posts(p, append(postRecords(p.Posts), PostRecord{Unit: key, Kind: kind})))
	}
	for k, p := range have {
		if !slices.Contains(want, k) {
			left := slices.DeleteFunc(slices.Clone(p.Posts), func(q directory.Post) bool { return q.Unit == unit })
			list = append(list, g.posts(p, postRecords(left)))
		}
	}
	return list, nil
}

// posts is a record that says nothing but a person's posts.
func (g groups) posts(p directory.Person, posts []PostRecord) Record {
	return Record{Place: "SCIM", Key: strings.TrimPrefix(p.Source, g.feed.prefix()), Fields: HasPosts, Posts: posts}
}

func postRecords(posts []directory.Post) (list []PostRecord) {
	for _, q := range posts {
		list = append(list, PostRecord{unitRef(q.Unit), q.Title, q.Kind, q.Sort, q.Starts, q.Ends})
	}
	return list
}

// memberKeys reads who is named in a group, each once.
func memberKeys(res resource) (keys []string, err error) {
	v, _ := scim.Get(res, "members")
	list, ok := v.([]any)
	if v != nil && !ok {
		return nil, scim.Bad(scim.InvalidValue, "members is a list.")
	}
	for _, x := range list {
		object, _ := x.(resource)
		key, err := textAt(object, "value")
		if err != nil || key == "" {
			return nil, scim.Bad(scim.InvalidValue, "A member has a value, the id of a user.")
		}
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys, nil
}
