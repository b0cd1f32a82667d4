package directory

import (
	"bytes"
	"context"
	"encoding/json"
	"strconv"
)

// recordNames are what the ids in the record are called today, by kind and id.
type recordNames map[string]map[string]string

// kindOf says what the number in a member of a story names.
var kindOf = map[string]string{"unit": "unit", "parent": "unit", "shownTo": "unit", "person": "person"}

func (d *Directory) namesNow(ctx context.Context, org int64) (recordNames, error) {
	accounts, err := d.Accounts(ctx, org)
	if err != nil {
		return nil, err
	}
	b, err := d.Book(ctx, org)
	if err != nil {
		return nil, err
	}
	n := recordNames{"account": {}, "address": {}, "person": {}, "unit": {}}
	for _, a := range accounts {
		n.put("account", a.ID, a.Name)
		n.put("address", a.ID, a.Address)
	}
	for _, e := range b.people {
		n.put("person", e.ID, e.Name)
	}
	for _, u := range b.units {
		n.put("unit", u.ID, u.Name(""))
	}
	return n, nil
}

func (n recordNames) put(kind string, id int64, name string) {
	n[kind][strconv.FormatInt(id, 10)] = name
}

func (n recordNames) of(kind, id string) string { return n[kind][id] }

// in puts names for the ids of units and people into what an act changed. What
// is not JSON, or names somebody who is gone, stays as it is.
func (n recordNames) in(story string) string {
	if story == "" {
		return ""
	}
	dec := json.NewDecoder(bytes.NewReader([]byte(story)))
	dec.UseNumber() // ids are larger than what a float keeps
	var v any
	if dec.Decode(&v) != nil {
		return story
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if enc.Encode(n.named("", v)) != nil {
		return story
	}
	return string(bytes.TrimSpace(out.Bytes()))
}

func (n recordNames) named(member string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, x := range v {
			v[key] = n.named(key, x)
		}
	case []any:
		for i, x := range v {
			v[i] = n.named(member, x)
		}
	case json.Number:
		if name := n.of(kindOf[member], v.String()); name != "" {
			return name
		}
	}
	return v
}
