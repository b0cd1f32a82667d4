package feed

import (
	"context"
	"net/http"
	"strings"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/wire/scim"
)

// ownKey begins the key of what came without an externalId.
const ownKey = "scim:"

// users are /Users: the people whom the feed keeps (RFC 7643 section 4.1).
type users struct{ *exchange }

var errNoUser = errs.E(errs.NotFound, "There is no such user.")

func (u users) name() string            { return "User" }
func (u users) key(object int64) string { return id.Text(scimUser, object) }

// person returns a person of the feed.
func (u users) person(ctx context.Context, in *directory.Intake, key string) (p directory.Person, err error) {
	n, ok := id.Parse(scimUser, key)
	if !ok {
		return p, errNoUser
	}
	p, found, err := in.Person(ctx, n)
	if err == nil && (!found || !strings.HasPrefix(p.Source, u.feed.prefix())) {
		err = errNoUser
	}
	return p, err
}

func (u users) one(ctx context.Context, in *directory.Intake, key string) (resource, error) {
	p, err := u.person(ctx, in, key)
	if err != nil {
		return nil, err
	}
	return u.show(newUnitNames(u.feed, in), p), nil
}

// all returns whom a filter may find: by name or key without reading everybody.
func (u users) all(ctx context.Context, in *directory.Intake, filter *scim.Filter) ([]resource, error) {
	var people []directory.Person
	if address, ok := filter.Equals("userName"); ok {
		address, err := directory.NormalAddress(address)
		if err != nil {
			return nil, nil
		}
		o, found, err := in.Owner(ctx, address)
		if err != nil || !found || o.Person == 0 {
			return nil, err
		}
		p, found, err := in.Person(ctx, o.Person)
		if err != nil || !found {
			return nil, err
		}
		people = append(people, p)
	} else if key, ok := filter.Equals("externalId"); ok {
		p, found, err := in.OfSource(ctx, u.feed.prefix()+key)
		if err != nil || !found {
			return nil, err
		}
		people = append(people, p)
	} else {
		var err error
		if people, err = in.People(ctx); err != nil {
			return nil, err
		}
	}
	names := newUnitNames(u.feed, in)
	var list []resource
	for _, p := range people {
		if strings.HasPrefix(p.Source, u.feed.prefix()) {
			list = append(list, u.show(names, p))
		}
	}
	return list, nil
}

// show writes a person as a user.
func (u users) show(names *unitNames, p directory.Person) resource {
	res := resource{
		"schemas": []any{scim.UserURN}, "id": u.key(p.ID), "userName": p.Address, "displayName": p.Name,
		"name": resource{"formatted": p.Name}, "active": !p.Locked,
		"emails": []any{resource{"value": p.Address, "type": "work", "primary": true}},
	}
	if key := strings.TrimPrefix(p.Source, u.feed.prefix()); !strings.HasPrefix(key, ownKey) {
		res["externalId"] = key
	}
	if p.Language != "" {
		res["preferredLanguage"] = p.Language
	}
	if p.Category != "" {
		res["userType"] = p.Category
	}
	if p.Phone != "" {
		res["phoneNumbers"] = []any{resource{"value": p.Phone, "type": "work"}}
	}
	if i := mainPost(p.Posts); i >= 0 {
		if p.Posts[i].Title != "" {
			res["title"] = p.Posts[i].Title
		}
		res["schemas"] = []any{scim.UserURN, scim.EnterpriseURN}
		res[scim.EnterpriseURN] = resource{"department": names.of(p.Posts[i].Unit)}
	}
	var in []any
	for _, q := range p.Posts {
		in = append(in, resource{"value": id.Text(scimGroup, q.Unit), "display": names.of(q.Unit), "type": "direct", "$ref": u.base + "/Groups/" + id.Text(scimGroup, q.Unit)})
	}
	if in != nil {
		res["groups"] = in
	}
	return res
}

// add is a POST: a person who must not be there yet.
func (u users) add(ctx context.Context, in *directory.Intake, now resource) (pic Picture, err error) {
	r, err := u.record(now)
	if err != nil {
		return pic, err
	}
	if r.Key == "" {
		r.Key = ownKey + strings.ToLower(r.Address)
	}
	_, there, err := in.OfSource(ctx, u.feed.prefix()+r.Key)
	if err == nil && there {
		err = errs.E(errs.Exists, "The user %q is there already.", r.Key)
	}
	pic.People = []Record{r}
	return pic, err
}

func (u users) change(ctx context.Context, in *directory.Intake, old, now resource) (pic Picture, err error) {
	p, err := u.person(ctx, in, old["id"].(string))
	if err != nil {
		return pic, err
	}
	if given, err := textAt(now, "id"); err != nil || given != "" && given != old["id"] {
		return pic, errorOr(err, scim.Bad(scim.Mutability, "The id cannot be changed."))
	}
	r, err := u.record(now)
	if err != nil {
		return pic, err
	}
	r.NewKey, r.Key = r.Key, strings.TrimPrefix(p.Source, u.feed.prefix())
	if u.r.Method == http.MethodPatch {
		r.Fields |= HasMain // a department that is gone from the resource was removed
		if whole, err := fullName(now); err == nil && whole != "" && r.Name == p.Name {
			r.Name = whole // the one form of the name was changed, and the other still shown
		}
	}
	if i := mainPost(p.Posts); i >= 0 && len(r.Posts) == 0 && r.Fields&HasMain == 0 {
		// A PUT that says a title and no department means the post there is, as
		// the members of groups make it.
		title, err := textAt(now, "title")
		if err != nil {
			return pic, err
		}
		r.Fields |= HasMain
		r.Posts = []PostRecord{{Unit: unitRef(p.Posts[i].Unit), Title: title}}
	}
	pic.People = []Record{r}
	return pic, err
}

func (u users) remove(ctx context.Context, in *directory.Intake, old resource) (pic Picture, err error) {
	p, err := u.person(ctx, in, old["id"].(string))
	pic.People = []Record{{Key: strings.TrimPrefix(p.Source, u.feed.prefix()), Fields: HasState, State: Left}}
	return pic, err
}

// record reads a user as a client says it. Of the names the shown one counts,
// then the whole one, then the parts. What this server makes itself - id,
// emails, groups, meta - is not read, nor what it does not know.
func (u users) record(res resource) (r Record, err error) {
	var text [8]string
	for i, path := range []string{"userName", "externalId", "displayName", "title", "preferredLanguage", "userType"} {
		if text[i], err = textAt(res, path); err != nil {
			return r, err
		}
	}
	name := text[2]
	if name == "" {
		if name, err = fullName(res); err != nil {
			return r, err
		}
	}
	if text[0] == "" {
		return r, scim.Bad(scim.InvalidValue, "A user needs a userName, which is their mail address.")
	}
	r = Record{Place: "SCIM", Key: text[1], Address: text[0], Name: name, Language: text[4], Category: text[5], State: Active, Fields: HasAddress | HasName | HasState | HasPhone | HasCategory}
	if strings.HasPrefix(r.Key, ownKey) {
		return r, scim.Bad(scim.InvalidValue, "An externalId does not begin with %q.", ownKey)
	}
	if active, there := scim.Get(res, "active"); there {
		on, ok := truth(active)
		if !ok {
			return r, scim.Bad(scim.InvalidValue, "active is true or false.")
		}
		if !on {
			r.State = Locked
		}
	}
	if r.Phone, err = workValue(res, "phoneNumbers"); err != nil {
		return r, err
	}
	ext, _ := scim.Get(res, scim.EnterpriseURN)
	department := ""
	if object, ok := ext.(resource); ok {
		if department, err = textAt(object, "department"); err != nil {
			return r, err
		}
	}
	if department != "" || text[3] != "" && u.feed.Unit != 0 {
		r.Fields |= HasMain
		r.Posts = []PostRecord{{Unit: department, Title: text[3]}}
	}
	return r, nil
}

// truth reads a boolean; some clients send the words.
func truth(v any) (on, ok bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case string:
		return strings.EqualFold(v, "true"), strings.EqualFold(v, "true") || strings.EqualFold(v, "false")
	}
	return false, false
}

// textAt reads an attribute that is a text; "" where there is none.
func textAt(res resource, name string) (string, error) {
	v, _ := scim.Get(res, name)
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	}
	return "", scim.Bad(scim.InvalidValue, "%s is a text.", name)
}

// fullName joins the parts of a name: as people do where they live.
func fullName(res resource) (string, error) {
	v, there := scim.Get(res, "name")
	object, ok := v.(resource)
	if there && v != nil && !ok {
		return "", scim.Bad(scim.InvalidValue, "name is an object.")
	}
	var part [3]string
	for i, key := range []string{"formatted", "familyName", "givenName"} {
		var err error
		if part[i], err = textAt(object, key); err != nil {
			return "", err
		}
	}
	family, given := part[1], part[2]
	switch {
	case part[0] != "":
		return part[0], nil
	case strings.ContainsFunc(family+given, func(r rune) bool { return r >= 0x2e80 }): // Han, Hangul
		return family + given, nil
	}
	return strings.TrimSpace(given + " " + family), nil
}

// workValue reads the value of type "work" of many, else the first one.
func workValue(res resource, name string) (string, error) {
	v, _ := scim.Get(res, name)
	list, ok := v.([]any)
	if v != nil && !ok {
		return "", scim.Bad(scim.InvalidValue, "%s is a list.", name)
	}
	best := ""
	for _, x := range list {
		object, ok := x.(resource)
		if !ok {
			return "", scim.Bad(scim.InvalidValue, "%s is a list of objects.", name)
		}
		value, err := textAt(object, "value")
		if err != nil {
			return "", err
		}
		if kind, _ := scim.Get(object, "type"); best == "" || kind == "work" {
			best = value
		}
	}
	return best, nil
}

// unitNames writes units as sources name them.
type unitNames struct {
	feed  Feed
	units map[int64]directory.Unit
	count map[string]int
}

func newUnitNames(f Feed, in *directory.Intake) *unitNames {
	n := &unitNames{f, in.Units(), map[string]int{}}
	for _, u := range n.units {
		n.count[u.Name(f.NameLanguage())]++
	}
	return n
}

// of is the name of a unit, with those above it where there is another of it.
func (n *unitNames) of(unit int64) string {
	name := n.units[unit].Name(n.feed.NameLanguage())
	if n.count[name] > 1 {
		return pathText(n.units, unit, n.feed.NameLanguage())
	}
	return name
}
