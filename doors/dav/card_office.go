package dav

import (
	"strings"

	"chancery/directory"
	"chancery/wire/vcard"
)

// properties are those of a member of the organisation's book, in the order in
// which a card shows them.
var properties = []string{"VERSION", "UID", "KIND", "FN", "N", "EMAIL", "TEL", "ORG", "TITLE", "ROLE", "LANG"}

// card is a member as a vCard.
func (b *officeBook) card(m member) card {
	full := vcard.Card{}
	for _, name := range properties {
		full = append(full, b.values(m, name)...)
	}
	return card{etag: tagOf(full.Encode()), full: func() vcard.Card { return full }}
}

var work = vcard.Param{Name: "TYPE", Values: []string{"work"}}

// values makes the properties of one name, so that a search through 100,000
// people makes no more than it looks at.
func (b *officeBook) values(m member, name string) (list []vcard.Property) {
	put := func(value string, params ...vcard.Param) {
		if strings.Trim(value, ";") != "" {
			list = append(list, vcard.Property{Name: name, Params: params, Value: value})
		}
	}
	switch name {
	case "VERSION":
		put(version4)
	case "UID":
		put("urn:chancery:" + strings.TrimSuffix(m.name(), ".vcf"))
	}
	if m.person == nil {
		b.boxValues(*m.box, name, put)
		return list
	}
	p := m.person
	switch name {
	case "KIND":
		put("individual")
	case "FN":
		put(vcard.Escape(p.Name))
		for _, a := range p.Aliases {
			put(vcard.Escape(a))
		}
	case "N": // which part of a name is the family's is not known
		put(vcard.Escape(p.Name) + ";;;;")
	case "EMAIL":
		put(vcard.Escape(p.Address), work)
	case "TEL":
		put(vcard.Escape(p.Phone), work)
	case "ORG":
		for _, post := range p.Posts {
			put(b.path(post.Unit))
		}
	case "TITLE":
		for _, post := range p.Posts {
			put(vcard.Escape(post.Title))
		}
	case "ROLE":
		put(vcard.Escape(p.RankName))
	case "LANG":
		put(p.Language)
	}
	return list
}

func (b *officeBook) boxValues(x directory.Account, name string, put func(string, ...vcard.Param)) {
	called := x.Name
	if called == "" {
		called = x.Address
	}
	switch name {
	case "KIND":
		put("org")
	case "FN":
		put(vcard.Escape(called))
	case "N":
		put(vcard.Escape(called) + ";;;;")
	case "EMAIL":
		put(vcard.Escape(x.Address), work)
	case "ORG":
		put(b.path(x.Unit))
	}
}

// path writes a unit and those above it, topmost first (C31).
func (b *officeBook) path(unit int64) string {
	if text, ok := b.paths[unit]; ok {
		return text
	}
	names := b.view.Book.Path(unit, b.language)
	for i := range names {
		names[i] = vcard.Escape(names[i])
	}
	b.paths[unit] = strings.Join(names, ";")
	return b.paths[unit]
}

// candidateOf is a member that a filter looks at.
type candidateOf struct {
	book *officeBook
	m    member
}

func (c candidateOf) values(name string) []vcard.Property { return c.book.values(c.m, name) }

func (c candidateOf) named(m *match) bool { return c.m.person != nil && m.found[c.m.person.ID] }

// look finds by name as the web client does, in every writing, beside what the
// text itself holds.
func (f *filter) look(v *directory.View) {
	for i := range f.parts {
		p := &f.parts[i]
		if p.name != "FN" && p.name != "N" && p.name != "NICKNAME" {
			continue
		}
		for j := range p.matches {
			m := &p.matches[j]
			if m.collation == octet || m.kind != "contains" && m.kind != "starts-with" || strings.TrimSpace(m.text) == "" {
				continue
			}
			m.found = map[int64]bool{}
			for _, person := range v.Search(directory.Query{Text: m.text}) {
				m.found[person.ID] = true
			}
		}
	}
}
