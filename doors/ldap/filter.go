package ldap

import (
	"slices"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/wire/namekey"
)

// Limits of a filter.
const (
	maxFilterDepth = 12
	maxAssertions  = 50
)

// filter is a filter of a search (RFC 4511 section 4.5.1.7).
type filter struct {
	kind  ber.Tag
	parts []filter // of and, or, not
	name  string   // of the attribute, in small letters
	value string   // or the parts of a substring together
	texts []substring
	found map[int64]bool // people whom the words find, for attributes that are names
}

type substring struct {
	place ber.Tag // initial, any, final
	text  string
}

// truth of an assertion: it may not be known (RFC 4511 section 4.5.1.7).
type truth int

const (
	no truth = iota
	unknown
	yes
)

// names are the attributes that are looked for as in the client.
var names = []string{"cn", "commonname", "name", "displayname", "sn", "surname", "givenname", "gn"}

var errFilter = errs.E(errs.Invalid, "The filter cannot be read.")

// readFilter reads a filter of a request.
func readFilter(p *ber.Packet) (filter, error) {
	left := maxAssertions
	return readPart(p, maxFilterDepth, &left)
}

func readPart(p *ber.Packet, depth int, left *int) (f filter, err error) {
	if *left--; *left < 0 || depth == 0 {
		return f, errs.E(errs.TooLarge, "The filter has too many parts.")
	}
	if p.ClassType != ber.ClassContext {
		return f, errFilter
	}
	f.kind = p.Tag
	switch p.Tag {
	case ldap.FilterAnd, ldap.FilterOr, ldap.FilterNot:
		if p.Tag == ldap.FilterNot && len(p.Children) != 1 {
			return f, errFilter
		}
		for _, c := range p.Children {
			part, err := readPart(c, depth-1, left)
			if err != nil {
				return f, err
			}
			f.parts = append(f.parts, part)
		}
	case ldap.FilterPresent:
		f.name = strings.ToLower(text(p))
	case ldap.FilterEqualityMatch, ldap.FilterApproxMatch, ldap.FilterGreaterOrEqual, ldap.FilterLessOrEqual:
		if len(p.Children) != 2 {
			return f, errFilter
		}
		f.name, f.value = strings.ToLower(text(p.Children[0])), text(p.Children[1])
	case ldap.FilterSubstrings:
		if len(p.Children) != 2 || len(p.Children[1].Children) == 0 {
			return f, errFilter
		}
		f.name = strings.ToLower(text(p.Children[0]))
		var words []string
		for _, c := range p.Children[1].Children {
			f.texts = append(f.texts, substring{c.Tag, namekey.Fold(text(c))})
			words = append(words, text(c))
		}
		f.value = strings.Join(words, " ")
	case ldap.FilterExtensibleMatch: // none of its rules are known: it is neither true nor false
	default:
		return f, errFilter
	}
	return f, nil
}

// look finds the people of every assertion about a name, once for each text.
func (f *filter) look(v *directory.View, done map[string]map[int64]bool) {
	for n := range f.parts {
		f.parts[n].look(v, done)
	}
	if !slices.Contains(names, f.name) || f.kind == ldap.FilterPresent {
		return
	}
	set, there := done[f.value]
	if !there {
		set = map[int64]bool{}
		for _, p := range v.Search(directory.Query{Text: f.value}) {
			set[p.ID] = true
		}
		done[f.value] = set
	}
	f.found = set
}

// holds says whether an entry is what the filter describes.
func (f filter) holds(e entry) truth {
	switch f.kind {
	case ldap.FilterAnd:
		out := yes
		for _, p := range f.parts {
			out = min(out, p.holds(e))
		}
		return out
	case ldap.FilterOr:
		out := no
		for _, p := range f.parts {
			out = max(out, p.holds(e))
		}
		return out
	case ldap.FilterNot:
		return yes - f.parts[0].holds(e)
	case ldap.FilterExtensibleMatch:
		return unknown
	}
	values := e.values(f.name)
	if f.kind == ldap.FilterPresent {
		return truthOf(len(values) > 0)
	}
	if f.found != nil && e.person != nil {
		return truthOf(f.found[e.person.ID])
	}
	if len(values) == 0 {
		return unknown
	}
	return truthOf(slices.ContainsFunc(values, f.matches))
}

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// matches compares one value, without regard to case, marks and width.
func (f filter) matches(value string) bool {
	have := namekey.Fold(value)
	switch f.kind {
	case ldap.FilterEqualityMatch, ldap.FilterApproxMatch:
		return have == namekey.Fold(f.value)
	case ldap.FilterGreaterOrEqual:
		return have >= namekey.Fold(f.value)
	case ldap.FilterLessOrEqual:
		return have <= namekey.Fold(f.value)
	}
	for n, s := range f.texts {
		switch {
		case s.place == ldap.FilterSubstringsInitial && n == 0:
			rest, ok := strings.CutPrefix(have, s.text)
			if !ok {
				return false
			}
			have = rest
		case s.place == ldap.FilterSubstringsFinal && n == len(f.texts)-1:
			return strings.HasSuffix(have, s.text)
		default:
			_, rest, ok := strings.Cut(have, s.text)
			if !ok {
				return false
			}
			have = rest
		}
	}
	return true
}
