package jmap

import (
	"bytes"
	"encoding/json"
)

// Members is a JSON object with the order of its keys kept: records are
// created in the order written, so that one can name an earlier one.
type Members []Member

// Member is one key with its value.
type Member struct {
	Key   string
	Value json.RawMessage
}

// UnmarshalJSON reads an object, or null as no members.
func (m *Members) UnmarshalJSON(b []byte) error {
	*m = nil
	b = bytes.TrimSpace(b)
	if string(b) == "null" {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return invalid("an object is wanted")
	}
	*m = Members{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return invalid("an object is wanted")
		}
		key, _ := t.(string)
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			return invalid("the value of %q cannot be read", key)
		}
		*m = append(*m, Member{key, v})
	}
	return nil
}

// MarshalJSON writes the object in its order.
func (m Members) MarshalJSON() ([]byte, error) {
	if m == nil {
		return []byte("null"), nil
	}
	b := []byte{'{'}
	for i, x := range m {
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendString(b, x.Key)
		b = append(b, ':')
		b = append(b, x.Value...)
	}
	return append(b, '}'), nil
}

// Get returns the value of a key.
func (m Members) Get(key string) (json.RawMessage, bool) {
	for _, x := range m {
		if x.Key == key {
			return x.Value, true
		}
	}
	return nil, false
}
