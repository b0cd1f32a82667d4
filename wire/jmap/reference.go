package jmap

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// ResultReference names a part of an earlier answer (RFC 8620 section 3.7).
type ResultReference struct {
	ResultOf string `json:"resultOf"`
	Name     string `json:"name"`
	Path     string `json:"path"`
}

// maxResolved bounds what the references of one call may copy, so that a
// chain of references cannot grow a small request without end.
const maxResolved = 1 << 20

// ResolveReferences replaces each argument "#name" by what it refers to in
// the earlier answers.
func ResolveReferences(args json.RawMessage, earlier []*Answer) (json.RawMessage, error) {
	if !bytes.Contains(args, []byte(`"#`)) && !bytes.Contains(args, []byte(`"\u0023`)) {
		return args, nil
	}
	var m Members
	if err := json.Unmarshal(args, &m); err != nil {
		return nil, invalid("the arguments are not an object")
	}
	changed := false
	size := 0
	for i := range m {
		name, ok := strings.CutPrefix(m[i].Key, "#")
		if !ok {
			continue
		}
		if _, both := m.Get(name); both {
			return nil, invalid("the argument %s is given twice, once as a reference", name)
		}
		v, err := resolve(m[i].Value, earlier)
		if err != nil {
			return nil, err
		}
		if size += len(v); size > maxResolved {
			return nil, Fail(InvalidResultReference, "The references stand for more than %d bytes.", maxResolved)
		}
		m[i] = Member{name, v}
		changed = true
	}
	if !changed {
		return args, nil
	}
	return m.MarshalJSON()
}

func resolve(raw json.RawMessage, earlier []*Answer) (json.RawMessage, error) {
	var ref ResultReference
	if err := json.Unmarshal(raw, &ref); err != nil {
		return nil, Fail(InvalidResultReference, "A reference has the members resultOf, name and path.")
	}
	for _, a := range earlier {
		if a.ID != ref.ResultOf {
			continue
		}
		if a.Name != ref.Name {
			return nil, Fail(InvalidResultReference, "The call %s was answered by %s, not by %s.", ref.ResultOf, a.Name, ref.Name)
		}
		if a.tree == nil {
			d := json.NewDecoder(bytes.NewReader(a.Args))
			d.UseNumber()
			if err := d.Decode(&a.tree); err != nil {
				return nil, err
			}
		}
		v, err := EvalPointer(a.tree, ref.Path)
		if err != nil {
			return nil, err
		}
		return json.Marshal(v)
	}
	return nil, Fail(InvalidResultReference, "No earlier call has the id %s.", ref.ResultOf)
}

// EvalPointer follows a JSON pointer (RFC 6901) with the addition of RFC 8620
// section 3.7: "*" on an array maps the rest of the pointer over its items
// and flattens lists one level.
func EvalPointer(v any, path string) (any, error) {
	if path == "" {
		return v, nil
	}
	if path[0] != '/' {
		return nil, Fail(InvalidResultReference, "The path %q does not start with a slash.", path)
	}
	token, rest, more := strings.Cut(path[1:], "/")
	if more {
		rest = "/" + rest
	}
	switch x := v.(type) {
	case map[string]any:
		key := unescapeToken(token)
		if next, ok := x[key]; ok {
			return EvalPointer(next, rest)
		}
	case []any:
		if token == "*" {
			return evalEach(x, rest)
		}
		if i, ok := arrayIndex(token, len(x)); ok {
			return EvalPointer(x[i], rest)
		}
	}
	return nil, Fail(InvalidResultReference, "The path leads nowhere at %q.", token)
}

func evalEach(list []any, rest string) (any, error) {
	out := []any{}
	for _, item := range list {
		v, err := EvalPointer(item, rest)
		if err != nil {
			return nil, err
		}
		if inner, ok := v.([]any); ok {
			out = append(out, inner...)
		} else {
			out = append(out, v)
		}
	}
	return out, nil
}

func unescapeToken(t string) string {
	if !strings.Contains(t, "~") {
		return t
	}
	// RFC 6901 section 4: ~1 first, so that ~01 becomes ~1.
	return strings.ReplaceAll(strings.ReplaceAll(t, "~1", "/"), "~0", "~")
}

func arrayIndex(t string, n int) (int, bool) {
	if t == "" || (len(t) > 1 && t[0] == '0') || t[0] < '0' || t[0] > '9' {
		return 0, false
	}
	i, err := strconv.Atoi(t)
	return i, err == nil && i < n
}
