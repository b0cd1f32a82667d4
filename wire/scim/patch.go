package scim

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
)

// Operation is one operation of a PATCH (RFC 7644 section 3.5.2).
type Operation struct {
	Op    string          `json:"op"`
	Path  string          `json:"path"`
	Value json.RawMessage `json:"value"`
}

// Patch is the body of a PATCH.
type Patch struct {
	Schemas    []string    `json:"schemas"`
	Operations []Operation `json:"Operations"`
}

// ParsePatch reads the body of a PATCH.
func ParsePatch(body []byte) (p Patch, err error) {
	if err := json.Unmarshal(body, &p); err != nil {
		return p, Bad(InvalidSyntax, "The body is no PATCH: %s", err)
	}
	switch {
	case !slices.Contains(p.Schemas, PatchURN):
		return p, Bad(InvalidSyntax, "The schema of a PATCH is %s.", PatchURN)
	case len(p.Operations) == 0:
		return p, Bad(InvalidValue, "A PATCH has operations.")
	case len(p.Operations) > MaxOps:
		return p, &Error{413, "", "A PATCH has too many operations."}
	}
	return p, nil
}

// Apply carries out the operations on a resource, which is left half changed
// when one of them fails. An attribute that the resource cannot have is for
// the service to refuse.
func (p Patch) Apply(resource map[string]any) error {
	for _, op := range p.Operations {
		if err := op.apply(resource); err != nil {
			return err
		}
	}
	return nil
}

func (op Operation) apply(resource map[string]any) error {
	// Some clients write "Add" for "add".
	verb := strings.ToLower(op.Op)
	if verb != "add" && verb != "replace" && verb != "remove" {
		return Bad(InvalidSyntax, "%q is no operation (add, replace, remove).", op.Op)
	}
	var value any
	if len(op.Value) > 0 {
		if err := json.Unmarshal(op.Value, &value); err != nil {
			return Bad(InvalidSyntax, "The value cannot be read: %s", err)
		}
	}
	if op.Path != "" {
		path, err := ParsePath(op.Path)
		if err != nil {
			return err
		}
		return path.change(resource, verb, value)
	}
	if verb == "remove" {
		return Bad(NoTarget, "A remove needs a path.")
	}
	object, ok := value.(map[string]any)
	if !ok {
		return Bad(InvalidValue, "Without a path the value is an object of attributes.")
	}
	return merge(resource, verb, object)
}

// merge changes the attributes that an object names, in the order of their
// names; a name may be a path.
func merge(resource map[string]any, verb string, object map[string]any) error {
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		path, err := ParsePath(name)
		if err != nil {
			return err
		}
		if err := path.change(resource, verb, object[name]); err != nil {
			return err
		}
	}
	return nil
}

// change carries out one operation on what a path leads to.
func (p Path) change(resource map[string]any, verb string, value any) error {
	if p.Attr == "" { // a whole extension
		if verb == "remove" {
			delete(resource, keyOf(resource, p.Schema))
			return nil
		}
		object, ok := value.(map[string]any)
		if !ok {
			return Bad(InvalidValue, "An extension is an object of attributes.")
		}
		return merge(p.object(resource, true), verb, object)
	}
	object := p.object(resource, verb != "remove")
	key := keyOf(object, p.Attr)
	if p.Filter != nil {
		return p.changeSome(object, key, verb, value)
	}
	if p.Sub != "" {
		return p.changeSub(object, key, verb, value)
	}
	switch {
	case verb == "remove" && value != nil:
		// Members given as the value of a remove, as some clients do.
		object[key] = without(object[key], value)
	case verb == "remove":
		delete(object, key)
	case verb == "add":
		object[key] = added(object[key], value)
	default:
		object[key] = value
	}
	return nil
}

// added is what an attribute is after an add: of many values one more, of a
// complex one the sub-attributes given, else the new value.
func added(have, value any) any {
	if list, many := have.([]any); many {
		more, several := value.([]any)
		if !several {
			more = []any{value}
		}
		for _, x := range more {
			if !slices.ContainsFunc(list, func(y any) bool { return alike(x, y) }) {
				list = append(list, x)
			}
		}
		return list
	}
	old, complex := have.(map[string]any)
	if now, ok := value.(map[string]any); ok && complex {
		for name, x := range now {
			old[keyOf(old, name)] = x
		}
		return old
	}
	return value
}

// alike says whether two values of a list are the same: by "value" where both
// have one, else as a whole.
func alike(a, b any) bool {
	x, ok := a.(map[string]any)
	y, ok2 := b.(map[string]any)
	if ok && ok2 {
		v, has := Get(x, "value")
		w, has2 := Get(y, "value")
		t, _ := Get(x, "type")
		u, _ := Get(y, "type")
		if has && has2 {
			return reflect.DeepEqual(v, w) && (t == nil || u == nil || reflect.DeepEqual(t, u))
		}
	}
	return reflect.DeepEqual(a, b)
}

func without(have, value any) any {
	list, ok := have.([]any)
	if !ok {
		return have
	}
	gone, several := value.([]any)
	if !several {
		gone = []any{value}
	}
	return slices.DeleteFunc(list, func(x any) bool {
		return slices.ContainsFunc(gone, func(y any) bool { return alike(x, y) })
	})
}

// changeSub changes a sub-attribute of a complex attribute; of many values, of
// each of them.
func (p Path) changeSub(object map[string]any, key, verb string, value any) error {
	switch have := object[key].(type) {
	case map[string]any:
		setSub(have, p.Sub, verb, value)
	case []any:
		for _, x := range have {
			if y, ok := x.(map[string]any); ok {
				setSub(y, p.Sub, verb, value)
			}
		}
	case nil:
		if verb != "remove" {
			object[key] = map[string]any{p.Sub: value}
		}
	default:
		return Bad(InvalidPath, "%q has no sub-attributes.", p.Attr)
	}
	return nil
}

func setSub(object map[string]any, sub, verb string, value any) {
	key := keyOf(object, sub)
	if verb == "remove" {
		delete(object, key)
		return
	}
	object[key] = value
}

// changeSome changes those of many values that a filter picks (RFC 7644
// sections 3.5.2.1 to 3.5.2.3).
func (p Path) changeSome(object map[string]any, key, verb string, value any) error {
	list, ok := object[key].([]any)
	if !ok && object[key] != nil {
		return Bad(InvalidPath, "%q has not many values.", p.Attr)
	}
	found := false
	var out []any
	for _, x := range list {
		y, complex := x.(map[string]any)
		if !complex || !p.Filter.Match(y) {
			out = append(out, x)
			continue
		}
		found = true
		switch {
		case p.Sub != "":
			setSub(y, p.Sub, verb, value)
		case verb == "remove":
			continue
		default:
			now, ok := value.(map[string]any)
			if !ok {
				return Bad(InvalidValue, "A value of %q is an object.", p.Attr)
			}
			if verb == "replace" {
				clear(y)
			}
			for name, v := range now {
				y[keyOf(y, name)] = v
			}
		}
		out = append(out, y)
	}
	if !found && verb == "add" && p.Filter.Op == "eq" && p.Sub != "" {
		// Nothing to add to yet: make it as the filter says it is.
		out, found = append(out, map[string]any{p.Filter.Path.Attr: p.Filter.Value, p.Sub: value}), true
	}
	if !found {
		return Bad(NoTarget, "No value of %q passes the filter.", p.Attr)
	}
	object[key] = out
	return nil
}
