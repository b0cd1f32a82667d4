package jmap

import (
	"reflect"
	"strings"
	"sync"
)

// Shape knows the JSON members of a struct type, so that /get can write the
// asked ones only (RFC 8620 section 5.1).
type Shape struct {
	names []string
	index map[string][]int // name -> struct field; those of embedded structs count as its own
}

var shapes sync.Map // reflect.Type -> *Shape; a cache, safe to lose

// ShapeOf returns the shape of T, a struct whose fields carry json tags.
func ShapeOf[T any]() *Shape {
	t := reflect.TypeFor[T]()
	if s, ok := shapes.Load(t); ok {
		return s.(*Shape)
	}
	s := &Shape{index: map[string][]int{}}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		s.names = append(s.names, name)
		s.index[name] = f.Index
	}
	shapes.Store(t, s)
	return s
}

// Names returns all members in the order of the struct.
func (s *Shape) Names() []string { return s.names }

// Has says whether there is such a member.
func (s *Shape) Has(name string) bool { _, ok := s.index[name]; return ok }

// Check refuses properties that the type does not have, and returns the list
// to write: all when properties is nil, and always the id.
func (s *Shape) Check(properties []string) ([]string, error) {
	if properties == nil {
		return s.names, nil
	}
	out := []string{}
	if s.Has("id") {
		out = append(out, "id")
	}
	for _, p := range properties {
		if !s.Has(p) {
			return nil, invalid("there is no property %q", p)
		}
		if p != "id" {
			out = append(out, p)
		}
	}
	return out, nil
}

// Selected is an object of which some members are to be written.
type Selected struct {
	Object     any // a struct, or a pointer to one
	Properties []string
	shape      *Shape
}

// Select pairs an object with the members to write.
func Select[T any](object T, properties []string) Selected {
	return Selected{object, properties, ShapeOf[T]()}
}

// AppendJSON appends the object with the selected members.
func (s Selected) AppendJSON(b []byte) ([]byte, error) {
	v := reflect.Indirect(reflect.ValueOf(s.Object))
	b = append(b, '{')
	for i, p := range s.Properties {
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendString(b, p)
		b = append(b, ':')
		var err error
		if b, err = AppendValue(b, v.FieldByIndex(s.shape.index[p]).Interface()); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

// MarshalJSON lets a Selected stand inside ordinary structs.
func (s Selected) MarshalJSON() ([]byte, error) { return s.AppendJSON(nil) }
