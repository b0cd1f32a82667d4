package scim

import (
	"encoding/json"
	"slices"
	"strings"
)

// Filter is a filter as it was parsed (RFC 7644 figure 1). Exactly one of the
// kinds is set.
type Filter struct {
	And, Or []*Filter
	Not     *Filter
	Within  *Filter // of the values of Path: attr[filter]
	Path    Path
	Op      string // eq ne co sw ew gt ge lt le pr; "" = one of the above
	Value   any    // string, float64, bool or nil
}

// ParseFilter reads a filter.
func ParseFilter(text string) (*Filter, error) {
	if len(text) > MaxFilter {
		return nil, Bad(InvalidFilter, "A filter can have %d bytes.", MaxFilter)
	}
	p := &parser{text: text}
	f, err := p.or(0)
	if err == nil && p.rest() != "" {
		err = p.fail("the end")
	}
	if err != nil {
		return nil, Bad(InvalidFilter, "%q is no filter: %s", text, err)
	}
	return f, nil
}

// parser reads a text from its beginning to its end.
type parser struct {
	text string
	pos  int
}

func (p *parser) rest() string { return strings.TrimLeft(p.text[p.pos:], " ") }

func (p *parser) fail(want string) error {
	return Bad(InvalidFilter, "at byte %d there should be %s", p.pos+1, want)
}

// take takes a mark if it is next.
func (p *parser) take(mark string) bool {
	p.blank()
	if !strings.HasPrefix(p.text[p.pos:], mark) {
		return false
	}
	p.pos += len(mark)
	return true
}

func (p *parser) blank() {
	for p.pos < len(p.text) && p.text[p.pos] == ' ' {
		p.pos++
	}
}

// word takes a word if it is next, whatever its case, and is one by itself.
func (p *parser) word(words ...string) string {
	p.blank()
	for _, w := range words {
		end := p.pos + len(w)
		if end <= len(p.text) && strings.EqualFold(p.text[p.pos:end], w) && (end == len(p.text) || strings.IndexByte(" ()]", p.text[end]) >= 0) {
			p.pos = end
			return w
		}
	}
	return ""
}

// name takes what is left of a name or URN.
func (p *parser) name() string {
	begin := p.pos
	for p.pos < len(p.text) && strings.IndexByte(" []()\"", p.text[p.pos]) < 0 {
		p.pos++
	}
	return p.text[begin:p.pos]
}

func (p *parser) path() (Path, error) {
	p.blank()
	begin := p.pos
	path, ok := split(p.name())
	if !ok {
		p.pos = begin
		return path, p.fail("an attribute")
	}
	return path, nil
}

// or and and bind as RFC 7644 section 3.4.2.2 says: not, then and, then or.
func (p *parser) or(depth int) (*Filter, error) {
	return p.list(depth, "or", p.and, func(all []*Filter) *Filter { return &Filter{Or: all} })
}

func (p *parser) and(depth int) (*Filter, error) {
	return p.list(depth, "and", p.one, func(all []*Filter) *Filter { return &Filter{And: all} })
}

func (p *parser) list(depth int, word string, each func(int) (*Filter, error), join func([]*Filter) *Filter) (*Filter, error) {
	if depth > MaxDepth {
		return nil, Bad(InvalidFilter, "brackets can be %d deep", MaxDepth)
	}
	var all []*Filter
	for {
		f, err := each(depth)
		if err != nil {
			return nil, err
		}
		if all = append(all, f); p.word(word) == "" {
			break
		}
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return join(all), nil
}

func (p *parser) one(depth int) (*Filter, error) {
	not := p.word("not") != ""
	if p.take("(") {
		f, err := p.or(depth + 1)
		if err != nil {
			return nil, err
		}
		if !p.take(")") {
			return nil, p.fail(")")
		}
		if not {
			f = &Filter{Not: f}
		}
		return f, nil
	}
	if not {
		return nil, p.fail("( after not")
	}
	path, err := p.path()
	if err != nil {
		return nil, err
	}
	if path.Sub == "" && p.take("[") {
		f, err := p.or(depth + 1)
		if err == nil && !p.take("]") {
			err = p.fail("]")
		}
		return &Filter{Within: f, Path: path}, err
	}
	f := &Filter{Path: path, Op: p.word("pr", "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le")}
	switch f.Op {
	case "":
		return nil, p.fail("an operator")
	case "pr":
		return f, nil
	}
	f.Value, err = p.value()
	return f, err
}

// value takes a JSON value that is not complex.
func (p *parser) value() (any, error) {
	p.blank()
	dec := json.NewDecoder(strings.NewReader(p.text[p.pos:]))
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, p.fail("a value")
	}
	switch v.(type) {
	case map[string]any, []any:
		return nil, p.fail("a simple value")
	}
	p.pos += int(dec.InputOffset())
	return v, nil
}

// caseExact are the attributes that are compared letter by letter (RFC 7643
// sections 3.1 and 7); the others are not.
var caseExact = []string{"id", "externalId", "value", "$ref"}

// Match says whether a resource, or a complex value, passes a filter.
func (f *Filter) Match(resource map[string]any) bool {
	switch {
	case f.Not != nil:
		return !f.Not.Match(resource)
	case f.And != nil:
		return !slices.ContainsFunc(f.And, func(x *Filter) bool { return !x.Match(resource) })
	case f.Or != nil:
		return slices.ContainsFunc(f.Or, func(x *Filter) bool { return x.Match(resource) })
	case f.Within != nil:
		v, _ := Get(f.Path.object(resource, false), f.Path.Attr)
		list, many := v.([]any)
		if !many {
			list = []any{v}
		}
		return slices.ContainsFunc(list, func(x any) bool {
			object, ok := x.(map[string]any)
			return ok && f.Within.Match(object)
		})
	}
	values := f.Path.values(resource)
	if f.Op == "pr" {
		return slices.ContainsFunc(values, func(v any) bool { return v != "" }) || f.Path.Sub == "" && f.present(resource)
	}
	if len(values) == 0 {
		return f.Op == "eq" && f.Value == nil || f.Op == "ne" && f.Value != nil
	}
	exact := slices.ContainsFunc(caseExact, func(s string) bool { return strings.EqualFold(s, f.Path.Attr) && f.Path.Sub == "" })
	if f.Op == "ne" {
		return !slices.ContainsFunc(values, func(v any) bool { return compare("eq", v, f.Value, exact) })
	}
	return slices.ContainsFunc(values, func(v any) bool { return compare(f.Op, v, f.Value, exact) })
}

// present says whether a complex attribute has anything in it.
func (f *Filter) present(resource map[string]any) bool {
	v, _ := Get(f.Path.object(resource, false), f.Path.Attr)
	switch v := v.(type) {
	case map[string]any:
		return len(v) > 0
	case []any:
		return len(v) > 0
	}
	return false
}

func compare(op string, have, want any, exact bool) bool {
	if a, ok := have.(string); ok {
		b, ok := want.(string)
		if !ok {
			return false
		}
		if !exact {
			a, b = strings.ToLower(a), strings.ToLower(b)
		}
		return compareText(op, a, b)
	}
	a, number := have.(float64)
	b, also := want.(float64)
	if !number || !also {
		return op == "eq" && have == want
	}
	switch op {
	case "eq":
		return a == b
	case "gt":
		return a > b
	case "ge":
		return a >= b
	case "lt":
		return a < b
	case "le":
		return a <= b
	}
	return false
}

func compareText(op, a, b string) bool {
	switch op {
	case "eq":
		return a == b
	case "co":
		return strings.Contains(a, b)
	case "sw":
		return strings.HasPrefix(a, b)
	case "ew":
		return strings.HasSuffix(a, b)
	case "gt":
		return a > b
	case "ge":
		return a >= b
	case "lt":
		return a < b
	case "le":
		return a <= b
	}
	return false
}

// Equals returns the value that an attribute of the core schema must have for
// the filter to pass, where the filter is just that: attr eq "value".
func (f *Filter) Equals(attr string) (string, bool) {
	if f == nil || f.Op != "eq" || f.Path.Schema != "" || f.Path.Sub != "" || !strings.EqualFold(f.Path.Attr, attr) {
		return "", false
	}
	s, ok := f.Value.(string)
	return s, ok
}
