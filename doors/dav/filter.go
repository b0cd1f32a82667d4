package dav

import (
	"net/http"
	"strings"

	"golang.org/x/text/unicode/norm"

	"chancery/wire/vcard"
	"chancery/wire/webdav"
)

// Collations (RFC 6352 section 8.3). The first is what is meant without a word.
const (
	unicodeFold = "i;unicode-casemap"
	asciiFold   = "i;ascii-casemap"
	octet       = "i;octet"
)

var collations = []string{asciiFold, unicodeFold, octet}

// candidate is a card that a filter looks at.
type candidate interface {
	// values are the properties of a name in capital letters.
	values(name string) []vcard.Property
	// named says whether the card is found by name by other means.
	named(m *match) bool
}

// filter is what an addressbook-query looks for (RFC 6352 section 10.5).
type filter struct {
	all   bool // every part must hold, not any
	parts []propFilter
}

type propFilter struct {
	name    string
	all     bool
	absent  bool // holds where there is no such property
	matches []match
	params  []paramFilter
}

type paramFilter struct {
	name   string
	absent bool
	match  *match // nil: that it is there
}

// match looks for a text (section 10.5.4).
type match struct {
	text      string // as the collation sees it
	collation string
	kind      string // contains, equals, starts-with, ends-with
	negate    bool
	found     map[int64]bool // people found by name in other ways
}

// errFilter refuses what cannot be carried out.
func errFilter(condition, words string) error {
	return refuse(http.StatusForbidden, webdav.CardDAV, condition, words)
}

// readFilter reads a filter. One that is not there or empty holds for all.
func readFilter(n *webdav.Node) (f *filter, err error) {
	f = &filter{}
	if f.all, err = readTest(n); err != nil {
		return f, err
	}
	if n == nil {
		return f, nil
	}
	for _, k := range n.Kids {
		if !k.Is(webdav.CardDAV, "prop-filter") {
			return f, errFilter("supported-filter", "A filter holds prop-filter.")
		}
		p := propFilter{name: strings.ToUpper(k.Get("name"))}
		if p.all, err = readTest(k); err != nil {
			return f, err
		}
		for _, x := range k.Kids {
			switch {
			case x.Is(webdav.CardDAV, "is-not-defined"):
				p.absent = true
			case x.Is(webdav.CardDAV, "text-match"):
				m, err := readMatch(x)
				if err != nil {
					return f, err
				}
				p.matches = append(p.matches, m)
			case x.Is(webdav.CardDAV, "param-filter"):
				q := paramFilter{name: strings.ToUpper(x.Get("name")), absent: x.Kid(webdav.CardDAV, "is-not-defined") != nil}
				if t := x.Kid(webdav.CardDAV, "text-match"); t != nil {
					m, err := readMatch(t)
					if err != nil {
						return f, err
					}
					q.match = &m
				}
				p.params = append(p.params, q)
			default:
				return f, errFilter("supported-filter", "A prop-filter holds is-not-defined, text-match and param-filter.")
			}
		}
		f.parts = append(f.parts, p)
	}
	return f, nil
}

// size counts what a filter looks for: each costs a look at every card.
func (f *filter) size() (n int) {
	for _, p := range f.parts {
		n += 1 + len(p.matches) + len(p.params)
	}
	return n
}

func readTest(n *webdav.Node) (all bool, err error) {
	switch n.Get("test") {
	case "", "anyof":
		return false, nil
	case "allof":
		return true, nil
	}
	return false, errFilter("supported-filter", "A test is anyof or allof.")
}

func readMatch(n *webdav.Node) (m match, err error) {
	m = match{collation: n.Get("collation"), kind: n.Get("match-type"), negate: n.Get("negate-condition") == "yes"}
	switch m.collation {
	case "", "default":
		m.collation = unicodeFold
	case asciiFold, unicodeFold, octet:
	default:
		return m, errFilter("supported-collation", "This collation is not known here.")
	}
	switch m.kind {
	case "":
		m.kind = "contains"
	case "contains", "equals", "starts-with", "ends-with":
	default:
		return m, errFilter("supported-filter", "A match contains, equals, starts-with or ends-with.")
	}
	m.text = m.fold(n.Text)
	return m, nil
}

// fold brings a text into the form that the collation compares.
func (m *match) fold(s string) string {
	switch m.collation {
	case unicodeFold: // RFC 5051, near enough: the case of one letter is that of another
		return strings.ToLower(norm.NFKD.String(s))
	case asciiFold:
		return strings.Map(func(r rune) rune {
			if r >= 'A' && r <= 'Z' {
				return r + 'a' - 'A'
			}
			return r
		}, s)
	}
	return s
}

func (m *match) holds(text string) bool {
	text = m.fold(text)
	var yes bool
	switch m.kind {
	case "equals":
		yes = text == m.text
	case "starts-with":
		yes = strings.HasPrefix(text, m.text)
	case "ends-with":
		yes = strings.HasSuffix(text, m.text)
	default:
		yes = strings.Contains(text, m.text)
	}
	return yes != m.negate
}

// holds says whether a filter finds a card.
func (f *filter) holds(c candidate) bool {
	if len(f.parts) == 0 {
		return true
	}
	for i := range f.parts {
		if f.parts[i].holds(c) != f.all {
			return !f.all
		}
	}
	return f.all
}

// holds says whether a part does: with a test of any, one match in one
// property is enough.
func (p *propFilter) holds(c candidate) bool {
	list := c.values(p.name)
	if p.absent {
		return len(list) == 0
	}
	if len(p.matches)+len(p.params) == 0 || len(list) == 0 {
		return len(list) > 0
	}
	for i := range p.matches {
		m := &p.matches[i]
		yes := c.named(m) && !m.negate
		for _, v := range list {
			yes = yes || m.holds(vcard.Text(v.Value))
		}
		if yes != p.all {
			return !p.all
		}
	}
	for i := range p.params {
		yes := false
		for _, v := range list {
			yes = yes || p.params[i].holds(v)
		}
		if yes != p.all {
			return !p.all
		}
	}
	return p.all
}

func (q *paramFilter) holds(p vcard.Property) bool {
	values, there := []string{}, false
	for _, x := range p.Params {
		if x.Name == q.name {
			values, there = append(values, x.Values...), true
		}
	}
	if q.absent || q.match == nil {
		return there != q.absent
	}
	for _, v := range values {
		if q.match.holds(v) {
			return true
		}
	}
	return false
}
