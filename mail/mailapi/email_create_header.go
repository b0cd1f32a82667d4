package mailapi

import (
	"encoding/json"
	"slices"
	"strings"

	"chancery/kit/errs"
	"chancery/wire/compose"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
	"chancery/wire/mime"
)

// headerFields makes the fields that a property header:... gives (RFC 8621
// section 4.1.3): one, none for null, several with ":all".
func headerFields(name string, raw json.RawMessage) (fields []compose.Field, field string, err error) {
	h, err := parseHeaderProperty(name)
	if err != nil {
		return nil, "", err
	}
	values := []json.RawMessage{raw}
	if h.all {
		values = nil
		if err := json.Unmarshal(raw, &values); err != nil {
			return nil, "", wrongForm(name)
		}
	}
	for _, v := range values {
		if string(v) == "null" && !h.all {
			continue // the field is left out
		}
		f, ok, err := h.field1(v)
		if err != nil {
			return nil, "", err
		}
		if ok {
			fields = append(fields, f)
		}
	}
	return fields, h.field, nil
}

func wrongForm(name string) error {
	return errs.E(errs.Invalid, "The value of %s has the wrong form.", name)
}

// field1 makes one field; ok is false when its list is empty.
func (h headerProperty) field1(raw json.RawMessage) (f compose.Field, ok bool, err error) {
	switch h.form {
	case "asAddresses":
		var list []jmapmail.EmailAddress
		if json.Unmarshal(raw, &list) != nil {
			return f, false, wrongForm(h.field)
		}
		parsed, err := addresses(list)
		return compose.Addresses(h.field, parsed, compose.Encoded), len(list) > 0, err
	case "asGroupedAddresses":
		return h.grouped(raw)
	case "asMessageIds", "asURLs":
		var list []string
		if json.Unmarshal(raw, &list) != nil {
			return f, false, wrongForm(h.field)
		}
		if slices.ContainsFunc(list, func(s string) bool { return s == "" || strings.ContainsAny(s, "<> \t\r\n\x00") || len(s) > 900 }) {
			return f, false, errs.E(errs.Invalid, "The field %s has a value with forbidden characters.", h.field)
		}
		if h.form == "asURLs" {
			return compose.URLs(h.field, list), len(list) > 0, nil
		}
		return compose.MessageIDs(h.field, list), len(list) > 0, nil
	case "asDate":
		var d jmap.Date
		if err := json.Unmarshal(raw, &d); err != nil {
			return f, false, err
		}
		return compose.Date(h.field, d.Time), true, nil
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return f, false, wrongForm(h.field)
	}
	if h.form == "asText" {
		return compose.Text(h.field, text, compose.Encoded), true, nil
	}
	// Raw: a value without the customary space still makes a valid field.
	for i := 0; i < len(text); i++ {
		if text[i] >= 0x80 {
			return f, false, errs.E(errs.Invalid, "The raw value of %s has characters beyond ASCII; use the form asText.", h.field)
		}
	}
	return compose.Raw(h.field, text), true, nil
}

func (h headerProperty) grouped(raw json.RawMessage) (f compose.Field, ok bool, err error) {
	var groups []jmapmail.EmailAddressGroup
	if json.Unmarshal(raw, &groups) != nil {
		return f, false, wrongForm(h.field)
	}
	var list []mime.Address
	for _, g := range groups {
		members, err := addresses(g.Addresses)
		if err != nil {
			return f, false, err
		}
		if g.Name == nil {
			list = append(list, members...)
			continue
		}
		list = append(list, mime.Address{Name: *g.Name, Mark: mime.GroupStart})
		list = append(list, members...)
		list = append(list, mime.Address{Mark: mime.GroupEnd})
	}
	return compose.Addresses(h.field, list, compose.Encoded), len(list) > 0, nil
}

// addresses checks a list and puts it into the form of the composer.
func addresses(list []jmapmail.EmailAddress) ([]mime.Address, error) {
	out := make([]mime.Address, len(list))
	for i, a := range list {
		if len(a.Email) > 900 || strings.ContainsFunc(a.Email, func(r rune) bool { return r < ' ' || r == 0x7F }) {
			return nil, errs.E(errs.Invalid, "%q is not a mail address.", a.Email)
		}
		// A draft may hold an address that is only half typed, so this is
		// checked no further; sending checks it.
		parsed := mime.ParseAddresses("<"+a.Email+">", "", 1)
		if len(parsed) == 1 && parsed[0].Mark == mime.Mailbox {
			out[i] = parsed[0]
		} else {
			out[i] = mime.Address{Local: a.Email}
		}
		out[i].Name, out[i].RawName = "", ""
		if a.Name != nil {
			out[i].Name = *a.Name
		}
	}
	return out, nil
}

// sortStable orders fields by a rank and keeps the order of equals.
func sortStable(list []compose.Field, rank func(compose.Field) int) {
	slices.SortStableFunc(list, func(a, b compose.Field) int { return rank(a) - rank(b) })
}
