package contacts

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"chancery/kit/id"
	"chancery/wire/jmap"
	"chancery/wire/vcard"
)

// CardFilter is a condition of ContactCard/query (RFC 9610 section 3.3.1).
type CardFilter struct {
	InAddressBook *jmap.ID      `json:"inAddressBook"`
	UID           *string       `json:"uid"`
	HasMember     *string       `json:"hasMember"`
	Kind          *string       `json:"kind"`
	CreatedBefore *jmap.UTCDate `json:"createdBefore"`
	CreatedAfter  *jmap.UTCDate `json:"createdAfter"`
	UpdatedBefore *jmap.UTCDate `json:"updatedBefore"`
	UpdatedAfter  *jmap.UTCDate `json:"updatedAfter"`
	Text          *string       `json:"text"`
	Name          *string       `json:"name"`
	Given         *string       `json:"name/given"`
	Surname       *string       `json:"name/surname"`
	Surname2      *string       `json:"name/surname2"`
	Nickname      *string       `json:"nickname"`
	Organization  *string       `json:"organization"`
	Email         *string       `json:"email"`
	Phone         *string       `json:"phone"`
	OnlineService *string       `json:"onlineService"`
	Address       *string       `json:"address"`
	Note          *string       `json:"note"`
}

// textOnly returns the words and the book of a filter that asks for no more,
// which is answered without reading the cards.
func (f *CardFilter) textOnly() (text string, book *jmap.ID, ok bool) {
	if f == nil {
		return "", nil, true
	}
	rest := *f
	rest.Text, rest.InAddressBook = nil, nil
	if f.Text != nil {
		text = *f.Text
	}
	return text, f.InAddressBook, rest == CardFilter{}
}

// holdsWords says whether every word of the text is in a folded one.
func holdsWords(folded, text string) bool {
	for _, w := range strings.Fields(foldText(text)) {
		if !strings.Contains(folded, w) {
			return false
		}
	}
	return true
}

// matches tests one card.
func (f *CardFilter) matches(c *Card) bool {
	if f.InAddressBook != nil {
		n, ok := id.Parse(bookID, *f.InAddressBook)
		if !ok || !c.Books[n] {
			return false
		}
	}
	if f.UID != nil && c.UID != *f.UID || f.Text != nil && !holdsWords(c.folded, *f.Text) {
		return false
	}
	if f.HasMember != nil {
		members, _ := c.JS["members"].(vcard.JS)
		if members[*f.HasMember] != true {
			return false
		}
	}
	if f.Kind != nil {
		kind, _ := c.JS["kind"].(string)
		if cmp.Or(kind, "individual") != *f.Kind {
			return false
		}
	}
	return f.matchesTimes(c) && f.matchesTexts(c)
}

func (f *CardFilter) matchesTimes(c *Card) bool {
	at := func(member string) time.Time {
		s, _ := c.JS[member].(string)
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return time.Time{}
		}
		return t
	}
	created, updated := at("created"), at("updated")
	return (f.CreatedBefore == nil || created.Before(f.CreatedBefore.Time)) && (f.CreatedAfter == nil || !created.Before(f.CreatedAfter.Time)) &&
		(f.UpdatedBefore == nil || updated.Before(f.UpdatedBefore.Time)) && (f.UpdatedAfter == nil || !updated.Before(f.UpdatedAfter.Time))
}

func (f *CardFilter) matchesTexts(c *Card) bool {
	for _, t := range []struct {
		want *string
		have func() string
	}{
		{f.Name, func() string { return vcard.FullName(c.JS) + "\n" + component(c.JS, "") }},
		{f.Given, func() string { return component(c.JS, "given") }},
		{f.Surname, func() string { return component(c.JS, "surname") }},
		{f.Surname2, func() string { return component(c.JS, "surname2") }},
		{f.Nickname, func() string { return member(c.JS, "nicknames", "name") }},
		{f.Organization, func() string { return member(c.JS, "organizations", "name") }},
		{f.Email, func() string { return member(c.JS, "emails", "address", "label") }},
		{f.Phone, func() string { return member(c.JS, "phones", "number", "label") }},
		{f.OnlineService, func() string { return member(c.JS, "onlineServices", "uri", "user", "service", "label") }},
		{f.Address, func() string { return addressText(c.JS) }},
		{f.Note, func() string { return member(c.JS, "notes", "note") }},
	} {
		if t.want != nil && !holdsWords(foldText(t.have()), *t.want) {
			return false
		}
	}
	return true
}

// component joins the parts of a name of one kind, or of all.
func component(js vcard.JS, kind string) string {
	name, _ := js["name"].(vcard.JS)
	list, _ := name["components"].([]any)
	return parts(list, kind)
}

func parts(list []any, kind string) string {
	var out []string
	for _, p := range list {
		part, _ := p.(vcard.JS)
		value, _ := part["value"].(string)
		if kind == "" || part["kind"] == kind {
			out = append(out, value)
		}
	}
	return strings.Join(out, " ")
}

func member(js vcard.JS, name string, fields ...string) string {
	var out []string
	for _, e := range vcard.Entries(js, name) {
		for _, f := range fields {
			if s, ok := e[f].(string); ok {
				out = append(out, s)
			}
		}
	}
	return strings.Join(out, "\n")
}

func addressText(js vcard.JS) string {
	text := member(js, "addresses", "full")
	for _, e := range vcard.Entries(js, "addresses") {
		list, _ := e["components"].([]any)
		text += "\n" + parts(list, "")
	}
	return text
}

// sortable are the properties of section 3.3.2.
var sortable = []string{"created", "updated", "name/given", "name/surname", "name/surname2"}

// sortCards orders cards as asked, those alike by age.
func sortCards(cards []*Card, order []jmap.Comparator) {
	value := func(c *Card, property string) string {
		if kind, isName := strings.CutPrefix(property, "name/"); isName {
			return foldText(component(c.JS, kind))
		}
		s, _ := c.JS[property].(string)
		return s
	}
	slices.SortStableFunc(cards, func(x, y *Card) int {
		for _, by := range order {
			n := cmp.Compare(value(x, by.Property), value(y, by.Property))
			if !by.Ascending() {
				n = -n
			}
			if n != 0 {
				return n
			}
		}
		return cmp.Compare(x.ID, y.ID)
	})
}
