package vcard

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"
)

// JS is a JSContact Card (RFC 9553) as decoded JSON.
type JS = map[string]any

// toJS collects one card.
type toJS struct {
	out     JS
	version string
	counts  map[string]int
}

// ToJS turns a vCard into a JSContact Card (RFC 9555 section 2). A card
// without UID gets none; the store gives one.
func ToJS(c Card) JS {
	x := &toJS{out: JS{"@type": "Card", "version": "1.0"}, version: c.Version(), counts: map[string]int{}}
	for _, p := range c {
		if !x.take(p) {
			x.keep(p)
		}
	}
	x.finishName(c)
	return x.out
}

// id returns the next key of a map of the card, such as "e1".
func (x *toJS) id(prefix string) string {
	x.counts[prefix]++
	return prefix + strconv.Itoa(x.counts[prefix])
}

// add puts an entry into one of the card's maps.
func (x *toJS) add(member, prefix string, entry JS) {
	m, _ := x.out[member].(JS)
	if m == nil {
		m = JS{}
		x.out[member] = m
	}
	m[x.id(prefix)] = entry
}

// keep holds on to what JSContact has no place for (RFC 9555 section 2.15.2).
func (x *toJS) keep(p Property) {
	params := JS{}
	for _, q := range p.Params {
		if len(q.Values) == 1 {
			params[strings.ToLower(q.Name)] = q.Values[0]
		} else {
			params[strings.ToLower(q.Name)] = anys(q.Values)
		}
	}
	if p.Group != "" {
		params["group"] = p.Group
	}
	list, _ := x.out["vCardProps"].([]any)
	x.out["vCardProps"] = append(list, []any{strings.ToLower(p.Name), params, "unknown", p.Value})
}

func anys(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// take puts a property where it belongs; false when JSContact has no place.
func (x *toJS) take(p Property) bool {
	text := strings.TrimSpace(Text(p.Value))
	if text == "" {
		return true
	}
	if name, ok := names4[p.Name]; ok {
		p.Name = name
	}
	switch p.Name {
	case "VERSION", "BEGIN", "END":
	case "FN":
		return x.fullName(p, text)
	case "N":
		return x.name(p)
	case "UID":
		return x.once("uid", text)
	case "KIND":
		return x.once("kind", strings.ToLower(text))
	case "PRODID":
		return x.once("prodId", text)
	case "REV":
		return x.stamp("updated", text)
	case "CREATED":
		return x.stamp("created", text)
	case "MEMBER":
		m, _ := x.out["members"].(JS)
		if m == nil {
			m = JS{}
			x.out["members"] = m
		}
		m[text] = true
	case "CATEGORIES":
		m, _ := x.out["keywords"].(JS)
		if m == nil {
			m = JS{}
			x.out["keywords"] = m
		}
		for _, k := range fields(p.Value, ',') {
			if k = strings.TrimSpace(Text(k)); k != "" {
				m[k] = true
			}
		}
	case "BDAY", "ANNIVERSARY", "DEATHDATE":
		return x.anniversary(p, text)
	default:
		return x.takeEntry(p, text)
	}
	return true
}

// takeEntry handles the properties that become an entry of a map.
func (x *toJS) takeEntry(p Property, text string) bool {
	switch p.Name {
	case "NICKNAME":
		for _, n := range fields(p.Value, ',') {
			if n = strings.TrimSpace(Text(n)); n != "" {
				x.add("nicknames", "k", x.entry(p, JS{"name": n}))
			}
		}
	case "EMAIL":
		x.add("emails", "e", x.entry(p, JS{"address": text}))
	case "TEL":
		x.add("phones", "p", x.phone(p, text))
	case "ADR":
		return x.address(p)
	case "ORG":
		parts := components(p.Value, "2.1")
		org := JS{}
		if len(parts) > 0 && len(parts[0]) > 0 {
			org["name"] = parts[0][0]
		}
		var units []any
		for _, u := range parts[min(1, len(parts)):] {
			for _, name := range u {
				units = append(units, JS{"name": name})
			}
		}
		if units != nil {
			org["units"] = units
		}
		if len(org) == 0 {
			return true
		}
		x.add("organizations", "o", x.entry(p, org))
	case "TITLE":
		x.add("titles", "t", x.entry(p, JS{"name": text, "kind": "title"}))
	case "ROLE":
		x.add("titles", "t", x.entry(p, JS{"name": text, "kind": "role"}))
	case "NOTE":
		e := JS{"note": text}
		x.rest(p, e)
		x.add("notes", "n", e)
	case "URL":
		x.add("links", "l", x.entry(p, JS{"uri": text}))
	case "IMPP":
		x.add("onlineServices", "s", x.entry(p, JS{"uri": text}))
	case "PHOTO", "LOGO":
		return x.media(p, text)
	default:
		return false
	}
	return true
}

// once sets a member that a card has one of; a second one is kept apart.
func (x *toJS) once(member, text string) bool {
	if _, there := x.out[member]; there {
		return false
	}
	x.out[member] = text
	return true
}

// stamp reads a UTC time in the basic or the extended form.
func (x *toJS) stamp(member, text string) bool {
	for _, layout := range []string{"20060102T150405Z", time.RFC3339, "2006-01-02T15:04:05Z"} {
		if t, err := time.Parse(layout, text); err == nil {
			return x.once(member, t.UTC().Format("2006-01-02T15:04:05Z"))
		}
	}
	return false
}

// entry adds what TYPE, PREF and X-ABLabel say to an entry.
func (x *toJS) entry(p Property, e JS) JS {
	contexts := JS{}
	for _, t := range p.Param("TYPE") {
		switch t {
		case "work":
			contexts["work"] = true
		case "home":
			contexts["private"] = true
		case "pref":
			e["pref"] = 1
		}
	}
	if len(contexts) > 0 {
		e["contexts"] = contexts
	}
	if n, err := strconv.Atoi(p.First("PREF")); err == nil && n >= 1 && n <= 100 {
		e["pref"] = n
	}
	x.rest(p, e)
	return e
}

// read are the parameters that an entry says in its own words.
var read = map[string]bool{"PREF": true, "VALUE": true, "ENCODING": true, "CHARSET": true}

// rest keeps what an entry has no words for (RFC 9555 section 2.15.1): the
// group, by which Apple's labels name it, and parameters that are not known.
func (x *toJS) rest(p Property, e JS) {
	params := JS{}
	for _, q := range p.Params {
		values := q.Values
		if q.Name == "TYPE" {
			values = slices.DeleteFunc(slices.Clone(values), func(v string) bool {
				v = strings.ToLower(v)
				_, feature := phoneFeatures[v]
				return v == "work" || v == "home" || v == "pref" || v == "internet" || feature && p.Name == "TEL"
			})
		}
		if read[q.Name] || q.Name == "LABEL" && p.Name == "ADR" || len(values) == 0 {
			continue
		}
		have, _ := params[strings.ToLower(q.Name)].([]any)
		params[strings.ToLower(q.Name)] = append(have, anys(values)...)
	}
	if p.Group != "" {
		params["group"] = []any{p.Group}
	}
	for name, v := range params {
		if list := v.([]any); len(list) == 1 {
			params[name] = list[0]
		}
	}
	if len(params) > 0 {
		e["vCardParams"] = params
	}
}

// phoneFeatures are the words of TYPE that say what a number is for
// (RFC 9555 section 2.7.6).
var phoneFeatures = map[string]string{"voice": "voice", "fax": "fax", "pager": "pager", "text": "text", "cell": "mobile", "textphone": "textphone", "video": "video"}

func (x *toJS) phone(p Property, text string) JS {
	e := x.entry(p, JS{"number": strings.TrimPrefix(text, "tel:")})
	features := JS{}
	for _, t := range p.Param("TYPE") {
		if f, ok := phoneFeatures[t]; ok {
			features[f] = true
		}
	}
	if len(features) > 0 {
		e["features"] = features
	}
	return e
}

// addressKinds name the components of ADR (RFC 6350 section 6.3.1).
var addressKinds = []string{"postOfficeBox", "apartment", "name", "locality", "region", "postcode", "country"}

func (x *toJS) address(p Property) bool {
	var list []any
	for i, parts := range components(p.Value, x.version) {
		if i >= len(addressKinds) {
			break
		}
		for _, v := range parts {
			list = append(list, JS{"kind": addressKinds[i], "value": v})
		}
	}
	e := JS{}
	if len(list) > 0 {
		e["components"] = list
	}
	if label := strings.TrimSpace(p.First("LABEL")); label != "" {
		e["full"] = label
	}
	if len(e) > 0 {
		x.add("addresses", "a", x.entry(p, e))
	}
	return true
}

// nameKinds name the components of N (RFC 6350 section 6.2.2).
var nameKinds = []string{"surname", "given", "given2", "title", "credential"}

func (x *toJS) name(p Property) bool {
	name, _ := x.out["name"].(JS)
	if name["components"] != nil {
		return false
	}
	var list []any
	for i, parts := range components(p.Value, x.version) {
		if i >= len(nameKinds) {
			break
		}
		for _, v := range parts {
			list = append(list, JS{"kind": nameKinds[i], "value": v})
		}
	}
	if len(list) == 0 {
		return true
	}
	if name == nil {
		name = JS{}
		x.out["name"] = name
	}
	name["components"] = list
	return true
}

func (x *toJS) fullName(_ Property, text string) bool {
	name, _ := x.out["name"].(JS)
	if name["full"] != nil {
		return false
	}
	if name == nil {
		name = JS{}
		x.out["name"] = name
	}
	name["full"] = text
	return true
}

// finishName gives a card a name to show where it has none.
func (x *toJS) finishName(c Card) {
	if x.out["name"] != nil {
		return
	}
	for _, member := range []string{"ORG", "NICKNAME", "EMAIL", "TEL"} {
		for _, p := range c {
			if text := strings.Trim(Text(p.Value), "; \n"); p.Name == member && text != "" {
				x.out["name"] = JS{"full": text}
				return
			}
		}
	}
}

var anniversaryKinds = map[string]string{"BDAY": "birth", "ANNIVERSARY": "wedding", "DEATHDATE": "death"}

// anniversary reads full and partial dates: 1985-04-12, 19850412, --0412,
// 1985-04, with or without a time, which is left out (RFC 9553 section 2.8.1).
func (x *toJS) anniversary(p Property, text string) bool {
	date, _, _ := strings.Cut(strings.ToUpper(text), "T")
	if year := p.First("X-APPLE-OMIT-YEAR"); year != "" && strings.HasPrefix(date, year+"-") {
		date = "--" + strings.ReplaceAll(date[len(year)+1:], "-", "")
	}
	e := JS{"@type": "PartialDate"}
	digits := strings.ReplaceAll(date, "-", "")
	number := func(s string) int { n, _ := strconv.Atoi(s); return n }
	allDigits := !strings.ContainsFunc(digits, func(r rune) bool { return r < '0' || r > '9' })
	switch {
	case !allDigits:
		return false
	case strings.HasPrefix(date, "--") && len(digits) == 4:
		e["month"], e["day"] = number(digits[:2]), number(digits[2:])
	case len(digits) == 8:
		e["year"], e["month"], e["day"] = number(digits[:4]), number(digits[4:6]), number(digits[6:])
	case len(digits) == 6 && strings.Contains(date, "-"):
		e["year"], e["month"] = number(digits[:4]), number(digits[4:])
	case len(digits) == 4 && !strings.HasPrefix(date, "-"):
		e["year"] = number(digits)
	default:
		return false
	}
	x.add("anniversaries", "y", JS{"kind": anniversaryKinds[p.Name], "date": e})
	return true
}

// media makes a data: URI of an inline picture (RFC 2426 section 3.1.4) and
// keeps a link as it is.
func (x *toJS) media(p Property, text string) bool {
	kind := strings.ToLower(p.Name)
	if enc := p.Param("ENCODING"); slices.Contains(enc, "b") || slices.Contains(enc, "base64") {
		raw, ok := decode64(p.Value)
		if !ok {
			return false
		}
		mediaType := "image/jpeg"
		for _, t := range p.Param("TYPE") {
			mediaType = "image/" + strings.TrimPrefix(t, "image/")
		}
		x.add("media", "m", JS{"kind": kind, "mediaType": mediaType, "uri": "data:" + mediaType + ";base64," + base64.StdEncoding.EncodeToString(raw)})
		return true
	}
	if !strings.Contains(text, ":") {
		return false
	}
	x.add("media", "m", x.entry(p, JS{"kind": kind, "uri": text}))
	return true
}
