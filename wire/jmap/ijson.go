package jmap

import (
	"encoding/json"
	"unicode/utf8"

	"chancery/kit/errs"
)

// maxDepth bounds the nesting of a request. The deepest sensible request is a
// body structure of a message, which is limited well below this.
const maxDepth = 100

// CheckIJSON says whether b is one I-JSON value (RFC 7493), as RFC 8620
// section 1.5 wants of every request: valid JSON in UTF-8, no unpaired
// surrogates, no key twice in one object, nested at most maxDepth deep.
func CheckIJSON(b []byte) error {
	if !utf8.Valid(b) {
		return errs.E(errs.Invalid, "The text is not valid UTF-8.")
	}
	if !json.Valid(b) {
		return errs.E(errs.Invalid, "The text is not valid JSON.")
	}
	s := scanner{b: b}
	return s.value(0)
}

// scanner walks text that is known to be valid JSON, so it only looks for
// what I-JSON forbids beyond that.
type scanner struct {
	b []byte
	i int
}

func (s *scanner) space() {
	for s.i < len(s.b) && s.b[s.i] <= ' ' {
		s.i++
	}
}

func (s *scanner) value(depth int) error {
	if depth > maxDepth {
		return errs.E(errs.Invalid, "The request is nested more than %d deep.", maxDepth)
	}
	s.space()
	switch s.b[s.i] {
	case '{':
		return s.object(depth)
	case '[':
		return s.array(depth)
	case '"':
		_, err := s.text()
		return err
	}
	for s.i < len(s.b) && s.b[s.i] != ',' && s.b[s.i] != ']' && s.b[s.i] != '}' {
		s.i++ // a number, true, false or null
	}
	return nil
}

func (s *scanner) array(depth int) error {
	s.i++
	for {
		s.space()
		switch s.b[s.i] {
		case ']':
			s.i++
			return nil
		case ',':
			s.i++
		default:
			if err := s.value(depth + 1); err != nil {
				return err
			}
		}
	}
}

func (s *scanner) object(depth int) error {
	s.i++
	var few [8]string
	keys := few[:0]
	var many map[string]struct{}
	for {
		s.space()
		switch s.b[s.i] {
		case '}':
			s.i++
			return nil
		case ',':
			s.i++
			continue
		}
		key, err := s.text()
		if err != nil {
			return err
		}
		if many == nil && len(keys) == cap(few[:]) {
			many = make(map[string]struct{}, 32)
			for _, k := range keys {
				many[k] = struct{}{}
			}
		}
		if seen(keys, many, key) {
			return errs.E(errs.Invalid, "The key %q stands twice in one object.", key)
		}
		if many != nil {
			many[key] = struct{}{}
		} else {
			keys = append(keys, key)
		}
		s.space()
		s.i++ // the colon
		if err := s.value(depth + 1); err != nil {
			return err
		}
	}
}

func seen(keys []string, many map[string]struct{}, key string) bool {
	if many != nil {
		_, ok := many[key]
		return ok
	}
	for _, k := range keys {
		if k == key {
			return true
		}
	}
	return false
}

// text reads a string and returns it with its escapes undone.
func (s *scanner) text() (string, error) {
	start := s.i
	escaped := false
	for s.i++; s.b[s.i] != '"'; s.i++ {
		if s.b[s.i] != '\\' {
			continue
		}
		escaped = true
		s.i++
		if s.b[s.i] == 'u' {
			if err := s.surrogate(); err != nil {
				return "", err
			}
		}
	}
	s.i++
	if !escaped {
		return string(s.b[start+1 : s.i-1]), nil
	}
	var out string
	if err := json.Unmarshal(s.b[start:s.i], &out); err != nil {
		return "", errs.Wrap(errs.Invalid, err, "The text is not valid JSON.")
	}
	return out, nil
}

// surrogate checks the escape \uXXXX at s.i and leaves s.i on its last digit.
// RFC 7493 section 2.1: a surrogate must be half of a pair.
func (s *scanner) surrogate() error {
	unit := hex4(s.b[s.i+1:])
	s.i += 4
	if unit < 0xD800 || unit > 0xDFFF {
		return nil
	}
	rest := s.b[s.i+1:]
	if unit < 0xDC00 && len(rest) >= 6 && rest[0] == '\\' && rest[1] == 'u' {
		if low := hex4(rest[2:]); low >= 0xDC00 && low <= 0xDFFF {
			s.i += 6
			return nil
		}
	}
	return errs.E(errs.Invalid, "The text holds half of a surrogate pair.")
}

func hex4(b []byte) (n rune) {
	for _, c := range b[:4] {
		n <<= 4
		switch {
		case c <= '9':
			n |= rune(c - '0')
		default:
			n |= rune(c|0x20-'a') + 10
		}
	}
	return n
}
