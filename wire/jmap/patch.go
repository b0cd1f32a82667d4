package jmap

import (
	"bytes"
	"encoding/json"
	"sort"
	"strings"
)

// Patch is a PatchObject (RFC 8620 section 5.3): pointers without their
// leading slash, and the new value of each; null takes the member away or
// sets it to its default.
type Patch = Members

// CheckPatch refuses a patch in which one pointer is the start of another.
func CheckPatch(p Patch) error {
	keys := make([]string, len(p))
	for i, m := range p {
		keys[i] = m.Key + "/"
	}
	sort.Strings(keys)
	for i := 1; i < len(keys); i++ {
		if strings.HasPrefix(keys[i], keys[i-1]) {
			return Refuse(InvalidPatch, "The pointer %q is part of %q.", strings.TrimSuffix(keys[i-1], "/"), strings.TrimSuffix(keys[i], "/"))
		}
	}
	return nil
}

// ApplyPatch changes a decoded JSON object.
func ApplyPatch(object map[string]any, p Patch) error {
	if err := CheckPatch(p); err != nil {
		return err
	}
	for _, m := range p {
		var v any
		d := json.NewDecoder(bytes.NewReader(m.Value))
		d.UseNumber()
		if err := d.Decode(&v); err != nil {
			return Refuse(InvalidPatch, "The value of %q cannot be read.", m.Key)
		}
		if err := applyOne(object, m.Key, v); err != nil {
			return err
		}
	}
	return nil
}

func applyOne(object map[string]any, pointer string, v any) error {
	at := object
	tokens := strings.Split(pointer, "/")
	for _, t := range tokens[:len(tokens)-1] {
		// "All parts prior to the last MUST already exist", and none of them
		// may be an array.
		next, ok := at[unescapeToken(t)].(map[string]any)
		if !ok {
			return Refuse(InvalidPatch, "The pointer %q leads through something that is not an object.", pointer)
		}
		at = next
	}
	last := unescapeToken(tokens[len(tokens)-1])
	if v == nil && len(tokens) > 1 {
		delete(at, last)
	} else {
		at[last] = v // a null at the top means the default, which Patched fills in
	}
	return nil
}

// Patched returns a copy of the object with the patch applied. Members of the
// top level that are set to null get the value they have in defaults.
func Patched[T any](object, defaults T, p Patch) (T, error) {
	var out T
	have, err := toMap(object)
	if err != nil {
		return out, err
	}
	std, err := toMap(defaults)
	if err != nil {
		return out, err
	}
	if err := ApplyPatch(have, p); err != nil {
		return out, err
	}
	for _, m := range p {
		if strings.Contains(m.Key, "/") {
			continue
		}
		key := unescapeToken(m.Key)
		if _, known := std[key]; !known {
			return out, BadProperty(key, "There is no property %q.", key)
		}
		if string(bytes.TrimSpace(m.Value)) == "null" {
			have[key] = std[key]
		}
	}
	b, err := json.Marshal(have)
	if err != nil {
		return out, err
	}
	if err := DecodeStrict(b, &out); err != nil {
		return out, badFrom(err, p)
	}
	return out, nil
}

// badFrom blames the properties of the patch for a decoding error.
func badFrom(err error, p Patch) error {
	e := SetErrorOf(err)
	if e.Type != InvalidProperties || e.Properties != nil {
		return e
	}
	for _, m := range p {
		top, _, _ := strings.Cut(m.Key, "/")
		if strings.Contains(e.Description, top) {
			e.Properties = append(e.Properties, top)
		}
	}
	return e
}

func toMap(v any) (map[string]any, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var m map[string]any
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	err = d.Decode(&m)
	return m, err
}
