package audit

import (
	"bytes"
	"encoding/json"
)

// maxChange bounds what an entry keeps of either side of a change.
const maxChange = 16 << 10

// Change returns the entry with what an act changed: of two values that are
// JSON objects, the members that differ. Either may be nil, for what was not
// there before or is not there any more.
func (e Entry) Change(before, after any) (Entry, error) {
	old, err := members(before)
	if err != nil {
		return e, err
	}
	now, err := members(after)
	if err != nil {
		return e, err
	}
	for key, value := range old {
		if bytes.Equal(value, now[key]) {
			delete(old, key)
			delete(now, key)
		}
	}
	if e.Before, err = text(old); err != nil {
		return e, err
	}
	e.After, err = text(now)
	return e, err
}

func members(v any) (m map[string]json.RawMessage, err error) {
	b, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	return m, err
}

func text(m map[string]json.RawMessage) (string, error) {
	if len(m) == 0 {
		return "", nil
	}
	b, err := json.Marshal(m)
	if len(b) > maxChange {
		// The names of what changed always fit.
		for key := range m {
			m[key] = json.RawMessage(`"..."`)
		}
		b, err = json.Marshal(m)
	}
	return string(b), err
}
