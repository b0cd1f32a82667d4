package vcard

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// fromJS writes one card.
type fromJS struct{ out Card }

// FromJS turns a JSContact Card into a vCard 4.0 (RFC 9555 section 3).
// Members that are not as they should be are left out.
func FromJS(js JS) Card {
	w := &fromJS{}
	w.add("VERSION", "4.0")
	w.text("KIND", js["kind"])
	w.text("UID", js["uid"])
	w.text("PRODID", js["prodId"])
	w.name(js)
	for _, e := range entries(js["nicknames"]) {
		w.entry("NICKNAME", Escape(str(e["name"])), e)
	}
	for _, e := range entries(js["emails"]) {
		w.entry("EMAIL", Escape(str(e["address"])), e)
	}
	for _, e := range entries(js["phones"]) {
		w.entry("TEL", Escape(str(e["number"])), e)
	}
	for _, e := range entries(js["addresses"]) {
		w.address(e)
	}
	for _, e := range entries(js["organizations"]) {
		w.organization(e)
	}
	for _, e := range entries(js["titles"]) {
		name := "TITLE"
		if str(e["kind"]) == "role" {
			name = "ROLE"
		}
		w.entry(name, Escape(str(e["name"])), e)
	}
	for _, e := range entries(js["notes"]) {
		w.entry("NOTE", Escape(str(e["note"])), e)
	}
	for _, e := range entries(js["links"]) {
		w.entry("URL", str(e["uri"]), e)
	}
	for _, e := range entries(js["onlineServices"]) {
		w.entry("IMPP", str(e["uri"]), e)
	}
	for _, e := range entries(js["media"]) {
		if kind := strings.ToUpper(str(e["kind"])); kind == "PHOTO" || kind == "LOGO" {
			w.entry(kind, str(e["uri"]), e)
		}
	}
	for _, e := range entries(js["anniversaries"]) {
		w.anniversary(e)
	}
	w.sets(js)
	w.kept(js["vCardProps"])
	return w.out
}

func (w *fromJS) add(name, value string, params ...Param) {
	if value != "" {
		w.out = append(w.out, Property{Name: name, Params: params, Value: value})
	}
}

func (w *fromJS) text(name string, v any) { w.add(name, Escape(str(v))) }

// sets writes the members that are sets of words, and the times.
func (w *fromJS) sets(js JS) {
	if words := keys(js["keywords"]); len(words) > 0 {
		for i := range words {
			words[i] = Escape(words[i])
		}
		w.add("CATEGORIES", strings.Join(words, ","))
	}
	for _, uid := range keys(js["members"]) {
		w.add("MEMBER", Escape(uid))
	}
	basic := strings.NewReplacer("-", "", ":", "")
	w.add("CREATED", basic.Replace(str(js["created"])))
	w.add("REV", basic.Replace(str(js["updated"])))
}

// entry writes a property with the TYPE and PREF of its entry.
func (w *fromJS) entry(name, value string, e JS) {
	var types []string
	for _, c := range keys(e["contexts"]) {
		switch c {
		case "work":
			types = append(types, "work")
		case "private":
			types = append(types, "home")
		}
	}
	for _, f := range keys(e["features"]) {
		for word, feature := range phoneFeatures {
			if feature == f {
				types = append(types, word)
			}
		}
	}
	var params []Param
	if len(types) > 0 {
		params = append(params, Param{"TYPE", types})
	}
	if n, ok := number(e["pref"]); ok && n >= 1 && n <= 100 {
		params = append(params, Param{"PREF", []string{strconv.Itoa(n)}})
	}
	if label := str(e["full"]); label != "" && name == "ADR" {
		params = append(params, Param{"LABEL", []string{label}})
	}
	if value == "" {
		return
	}
	q := Property{Name: name, Params: params, Value: value}
	q.restore(e["vCardParams"])
	w.out = append(w.out, q)
}

func (w *fromJS) name(js JS) {
	name, _ := js["name"].(JS)
	parts := structured(name["components"], nameKinds)
	full := str(name["full"])
	if full == "" {
		full = FullName(js)
	}
	// RFC 6350 section 6.2.1: a card has at least one FN.
	w.out = append(w.out, Property{Name: "FN", Value: Escape(full)})
	if strings.Trim(parts, ";") != "" {
		w.add("N", parts)
	}
}

// FullName returns the name that a card is shown under: its full name, else
// its components, else its organisation, address or number.
func FullName(js JS) string {
	name, _ := js["name"].(JS)
	if full := strings.TrimSpace(str(name["full"])); full != "" {
		return full
	}
	byKind := map[string][]string{}
	var all []string
	han := false
	list, _ := name["components"].([]any)
	for _, c := range list {
		part, _ := c.(JS)
		kind, value := str(part["kind"]), strings.TrimSpace(str(part["value"]))
		if value == "" || kind == "separator" {
			continue
		}
		byKind[kind] = append(byKind[kind], value)
		all = append(all, value)
		han = han || strings.ContainsFunc(value, func(r rune) bool { return r >= 0x2E80 })
	}
	switch {
	case len(all) > 0 && han: // surname first and nothing between
		return strings.Join(slices.Concat(byKind["surname"], byKind["given"], byKind["given2"]), "")
	case len(all) > 0:
		return strings.Join(slices.Concat(byKind["title"], byKind["given"], byKind["given2"], byKind["surname"], byKind["surname2"], byKind["generation"], byKind["credential"]), " ")
	}
	for _, at := range [][2]string{{"organizations", "name"}, {"nicknames", "name"}, {"emails", "address"}, {"phones", "number"}} {
		for _, e := range entries(js[at[0]]) {
			if v := strings.TrimSpace(str(e[at[1]])); v != "" {
				return v
			}
		}
	}
	return ""
}

// structured writes the components of a name or an address in their order.
func structured(v any, kinds []string) string {
	slots := make([][]string, len(kinds))
	list, _ := v.([]any)
	for _, c := range list {
		part, _ := c.(JS)
		if i := slices.Index(kinds, str(part["kind"])); i >= 0 {
			if value := str(part["value"]); value != "" {
				slots[i] = append(slots[i], Escape(value))
			}
		}
	}
	out := make([]string, len(kinds))
	for i, s := range slots {
		out[i] = strings.Join(s, ",")
	}
	return strings.Join(out, ";")
}

func (w *fromJS) address(e JS) {
	value := structured(e["components"], addressKinds)
	if strings.Trim(value, ";") == "" && str(e["full"]) == "" {
		return
	}
	w.entry("ADR", value, e)
}

func (w *fromJS) organization(e JS) {
	parts := []string{Escape(str(e["name"]))}
	units, _ := e["units"].([]any)
	for _, u := range units {
		unit, _ := u.(JS)
		parts = append(parts, Escape(str(unit["name"])))
	}
	if value := strings.Join(parts, ";"); strings.Trim(value, ";") != "" {
		w.entry("ORG", value, e)
	}
}

func (w *fromJS) anniversary(e JS) {
	date, _ := e["date"].(JS)
	year, hasYear := number(date["year"])
	month, hasMonth := number(date["month"])
	day, hasDay := number(date["day"])
	value := ""
	switch {
	case hasYear && hasMonth && hasDay:
		value = fmt.Sprintf("%04d%02d%02d", year, month, day)
	case hasYear && hasMonth:
		value = fmt.Sprintf("%04d-%02d", year, month)
	case hasYear:
		value = fmt.Sprintf("%04d", year)
	case hasMonth && hasDay:
		value = fmt.Sprintf("--%02d%02d", month, day)
	}
	for name, kind := range anniversaryKinds {
		if kind == str(e["kind"]) {
			w.add(name, value)
		}
	}
}

// kept writes back what had no place in JSContact.
func (w *fromJS) kept(v any) {
	list, _ := v.([]any)
	for _, row := range list {
		f, _ := row.([]any)
		if len(f) < 4 {
			continue
		}
		p := Property{Name: strings.ToUpper(str(f[0])), Value: str(f[3])}
		if nameEnd(p.Name+":") != len(p.Name) || p.Name == "" || p.Name == "BEGIN" || p.Name == "END" {
			continue
		}
		p.restore(f[1])
		w.out = append(w.out, p)
	}
}

// restore writes back the group and the parameters that were kept (RFC 9555
// section 2.15.1); those of a name that is there already add to it.
func (p *Property) restore(v any) {
	params, _ := v.(JS)
	for _, name := range slices.Sorted(maps.Keys(params)) {
		values := texts(params[name])
		upper := strings.ToUpper(name)
		switch {
		case len(values) == 0 || nameEnd(upper+":") != len(upper):
		case name == "group":
			if group := strings.Join(values, ""); nameEnd(group+":") == len(group) && !strings.Contains(group, ".") {
				p.Group = group
			}
		default:
			i := slices.IndexFunc(p.Params, func(q Param) bool { return q.Name == upper })
			if i < 0 {
				p.Params = append(p.Params, Param{upper, values})
				continue
			}
			p.Params[i].Values = append(p.Params[i].Values, values...)
		}
	}
}

func texts(v any) (out []string) {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		for _, x := range v {
			out = append(out, str(x))
		}
	}
	return out
}

func str(v any) string {
	s, _ := v.(string)
	return s
}

// number reads a whole number, however JSON decoding gave it.
func number(v any) (int, bool) {
	switch n := v.(type) {
	case int:
		return n, true
	case float64:
		return int(n), n == float64(int(n))
	case interface{ Int64() (int64, error) }: // json.Number
		i, err := n.Int64()
		return int(i), err == nil
	}
	return 0, false
}

// keys returns the words of a set, sorted.
func keys(v any) []string {
	m, _ := v.(JS)
	return slices.Sorted(maps.Keys(m))
}

// entries returns the entries of a map in the order of their keys, "e2"
// before "e10".
func entries(v any) (out []JS) {
	m, _ := v.(JS)
	order := slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	for _, k := range order {
		if e, ok := m[k].(JS); ok {
			out = append(out, e)
		}
	}
	return out
}

// Entries returns the entries of one of a card's maps in their order.
func Entries(js JS, member string) []JS { return entries(js[member]) }
