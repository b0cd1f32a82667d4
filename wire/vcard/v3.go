package vcard

import (
	"slices"
	"strings"
)

// names3 are the properties of 4.0 that programs of the time of 3.0 know under
// other names, most of them Apple's.
var names3 = map[string]string{"KIND": "X-ADDRESSBOOKSERVER-KIND", "MEMBER": "X-ADDRESSBOOKSERVER-MEMBER", "ANNIVERSARY": "X-ANNIVERSARY", "DEATHDATE": "X-DEATHDATE"}

// names4 is the way back.
var names4 = map[string]string{"X-ADDRESSBOOKSERVER-KIND": "KIND", "X-ADDRESSBOOKSERVER-MEMBER": "MEMBER", "X-ANNIVERSARY": "ANNIVERSARY", "X-DEATHDATE": "DEATHDATE"}

// omittedYear stands for a year that is not known (Apple's convention for 3.0,
// which knows no dates without one).
const omittedYear = "1604"

// To3 turns a vCard 4.0 into one of version 3.0 (RFC 2426), which is what
// programs get that do not ask for another (RFC 6352 section 10.4.2).
func (c Card) To3() Card {
	out := Card{}
	named := false
	for _, p := range c {
		named = named || p.Name == "N"
		if q, ok := p.to3(); ok {
			out = append(out, q)
		}
	}
	if named {
		return out
	}
	// RFC 2426 section 3.1.2: N must be there.
	for i, p := range out {
		if p.Name == "FN" {
			return slices.Insert(out, i+1, Property{Name: "N", Value: Escape(Text(p.Value)) + ";;;;"})
		}
	}
	return out
}

// to3 turns one property; false for what 3.0 has no place for.
func (p Property) to3() (Property, bool) {
	params := p.Params
	p.Params = nil
	for _, x := range params {
		switch x.Name {
		case "PREF":
			if slices.Contains(x.Values, "1") {
				p.Params = append(p.Params, Param{"TYPE", []string{"pref"}})
			}
		case "LABEL", "ALTID", "PID", "MEDIATYPE", "SORT-AS", "CALSCALE": // 4.0 only
		default:
			p.Params = append(p.Params, x)
		}
	}
	switch p.Name {
	case "VERSION":
		p.Value = "3.0"
	case "PHOTO", "LOGO", "KEY", "SOUND":
		return p.inline3(), true
	case "KIND":
		if p.Value == "individual" {
			return p, false
		}
	case "BDAY", "ANNIVERSARY", "DEATHDATE":
		p = p.date3()
	case "CREATED":
		return p, false
	}
	if name, ok := names3[p.Name]; ok {
		p.Name = name
	}
	return p, true
}

// inline3 writes a data: URI as 3.0 does (RFC 2426 section 3.1.4).
func (p Property) inline3() Property {
	rest, isData := strings.CutPrefix(p.Value, "data:")
	media, data, ok := strings.Cut(rest, ";base64,")
	if !isData || !ok {
		p.Params = append(p.Params, Param{"VALUE", []string{"uri"}})
		return p
	}
	_, kind, _ := strings.Cut(media, "/")
	p.Params = append(p.Params, Param{"ENCODING", []string{"b"}})
	if kind != "" {
		p.Params = append(p.Params, Param{"TYPE", []string{strings.ToUpper(kind)}})
	}
	p.Value = data
	return p
}

// date3 writes a date with hyphens, as most programs want it in 3.0.
func (p Property) date3() Property {
	digits := strings.ReplaceAll(p.Value, "-", "")
	switch {
	case strings.HasPrefix(p.Value, "--") && len(digits) == 4:
		p.Params = append(p.Params, Param{"X-APPLE-OMIT-YEAR", []string{omittedYear}})
		p.Value = omittedYear + "-" + digits[:2] + "-" + digits[2:]
	case !strings.ContainsAny(p.Value, "-T") && len(digits) == 8:
		p.Value = digits[:4] + "-" + digits[4:6] + "-" + digits[6:]
	}
	return p
}
