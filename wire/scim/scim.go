package scim

import (
	"fmt"
	"net/http"
	"strings"
)

// The URNs of messages and of the core schemas (RFC 7643 section 8, RFC 7644 section 3.1).
const (
	ErrorURN      = "urn:ietf:params:scim:api:messages:2.0:Error"
	ListURN       = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	PatchURN      = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	UserURN       = "urn:ietf:params:scim:schemas:core:2.0:User"
	GroupURN      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	EnterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
)

// Limits of what a client may send.
const (
	MaxFilter = 4 << 10 // bytes of a filter or path
	MaxDepth  = 20      // brackets within one another
	MaxOps    = 1000    // operations of a PATCH
)

// The kinds of error that clients tell apart (RFC 7644 table 9).
const (
	InvalidFilter = "invalidFilter"
	TooMany       = "tooMany"
	Uniqueness    = "uniqueness"
	Mutability    = "mutability"
	InvalidSyntax = "invalidSyntax"
	InvalidPath   = "invalidPath"
	NoTarget      = "noTarget"
	InvalidValue  = "invalidValue"
)

// Error is an error in SCIM's form (RFC 7644 section 3.12).
type Error struct {
	Status int
	Type   string // "" = none
	Detail string
}

// Error returns the detail.
func (e *Error) Error() string { return e.Detail }

// Bad makes an error of a request that is wrong.
func Bad(kind, format string, args ...any) *Error {
	return &Error{http.StatusBadRequest, kind, fmt.Sprintf(format, args...)}
}

// Get returns an attribute of a complex value; names are compared without
// regard to case (RFC 7643 section 2.1).
func Get(object map[string]any, name string) (any, bool) {
	if v, ok := object[name]; ok {
		return v, true
	}
	for key, v := range object {
		if strings.EqualFold(key, name) {
			return v, true
		}
	}
	return nil, false
}

// keyOf is the name under which an object has an attribute, or the name itself.
func keyOf(object map[string]any, name string) string {
	if _, ok := object[name]; ok {
		return name
	}
	for key := range object {
		if strings.EqualFold(key, name) {
			return key
		}
	}
	return name
}

// Path is an attribute path, with a filter of its values or without (RFC 7644
// figure 7): schema:attr[filter].sub
type Path struct {
	Schema string // URN of an extension; "" = the core schema
	Attr   string // "" = the whole extension
	Filter *Filter
	Sub    string
}

// ParsePath reads a path of a PATCH operation.
func ParsePath(text string) (Path, error) {
	if len(text) > MaxFilter {
		return Path{}, Bad(InvalidPath, "A path can have %d bytes.", MaxFilter)
	}
	p := &parser{text: text}
	path, err := p.path()
	if err == nil && path.Sub == "" && p.take("[") {
		if path.Filter, err = p.or(1); err == nil && !p.take("]") {
			err = p.fail("]")
		}
		if err == nil && p.take(".") {
			path.Sub = p.name()
			if path.Sub == "" {
				err = p.fail("a name")
			}
		}
	}
	if err == nil && p.rest() != "" {
		err = p.fail("the end")
	}
	if err != nil {
		return Path{}, Bad(InvalidPath, "%q is no path: %s", text, err)
	}
	return path, nil
}

// split sets an attribute path without brackets apart. A URN has dots and
// colons of its own, so that what follows its last colon is the attribute,
// unless the URN names a schema as a whole.
func split(text string) (p Path, ok bool) {
	name := text
	if len(text) > 4 && strings.EqualFold(text[:4], "urn:") {
		for _, core := range []string{UserURN, GroupURN} {
			if len(text) > len(core) && strings.EqualFold(text[:len(core)+1], core+":") {
				return split(text[len(core)+1:])
			}
		}
		last := strings.LastIndexByte(text, ':')
		if tail := text[last+1:]; strings.EqualFold(tail, "User") || strings.EqualFold(tail, "Group") || strings.EqualFold(tail, "Unit") {
			return Path{Schema: text}, true
		}
		p.Schema, name = text[:last], text[last+1:]
	}
	p.Attr, p.Sub, _ = strings.Cut(name, ".")
	return p, isName(p.Attr) && (p.Sub == "" && !strings.HasSuffix(name, ".") || isName(p.Sub))
}

// isName says whether a text is ATTRNAME of RFC 7643 section 2.1, or "$ref".
func isName(s string) bool {
	if s == "$ref" {
		return true
	}
	for i, c := range []byte(s) {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (i == 0 || c != '-' && c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return s != ""
}

// object returns what a path's attribute stands in: the resource, or the
// extension in it.
func (p Path) object(resource map[string]any, make bool) map[string]any {
	if p.Schema == "" {
		return resource
	}
	key := keyOf(resource, p.Schema)
	if ext, ok := resource[key].(map[string]any); ok {
		return ext
	}
	ext := map[string]any{}
	if make {
		resource[key] = ext
	}
	return ext
}

// values returns the simple values that a path leads to.
func (p Path) values(resource map[string]any) []any {
	v, ok := Get(p.object(resource, false), p.Attr)
	if !ok {
		return nil
	}
	return flatten(v, p.Sub)
}

// flatten returns the simple values of an attribute: of many, those of each;
// of complex ones the sub-attribute, by default "value".
func flatten(v any, sub string) []any {
	switch v := v.(type) {
	case []any:
		var all []any
		for _, x := range v {
			all = append(all, flatten(x, sub)...)
		}
		return all
	case map[string]any:
		if sub == "" {
			sub = "value"
		}
		x, ok := Get(v, sub)
		if !ok {
			return nil
		}
		return flatten(x, "")
	case nil:
		return nil
	}
	if sub != "" {
		return nil
	}
	return []any{v}
}
