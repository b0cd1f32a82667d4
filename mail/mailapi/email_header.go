package mailapi

import (
	"slices"
	"strings"

	"chancery/wire/jmap"
	"chancery/wire/mime"
)

// headerProperty is a property header:Name[:asForm][:all] (RFC 8621 section
// 4.1.3).
type headerProperty struct {
	field string
	form  string
	all   bool
}

// The forms of section 4.1.2 and the fields that each may be used with; a
// field in none of the lists is not one of RFC 5322 or RFC 2369 and takes any
// form.
var (
	textFields      = []string{"subject", "comments", "keywords", "list-id"}
	addressFields   = []string{"from", "sender", "reply-to", "to", "cc", "bcc", "resent-from", "resent-sender", "resent-reply-to", "resent-to", "resent-cc", "resent-bcc"}
	messageIDFields = []string{"message-id", "in-reply-to", "references", "resent-message-id"}
	dateFields      = []string{"date", "resent-date"}
	urlFields       = []string{"list-help", "list-unsubscribe", "list-subscribe", "list-post", "list-owner", "list-archive"}
	formFields      = map[string][]string{
		"asText": textFields, "asAddresses": addressFields, "asGroupedAddresses": addressFields,
		"asMessageIds": messageIDFields, "asDate": dateFields, "asURLs": urlFields,
	}
	otherFields = []string{"return-path", "received"} // of RFC 5322, Raw only
)

// parseHeaderProperty reads the name of such a property.
func parseHeaderProperty(name string) (headerProperty, error) {
	bad := func(why string) (headerProperty, error) {
		return headerProperty{}, jmap.Fail(jmap.InvalidArguments, "the property %q %s", name, why)
	}
	parts := strings.Split(name, ":")[1:]
	h := headerProperty{field: parts[0], form: "asRaw"}
	if h.field == "" || len(h.field) > 200 || strings.ContainsFunc(h.field, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return bad("names no header field")
	}
	rest := parts[1:]
	if n := len(rest); n > 0 && rest[n-1] == "all" {
		h.all, rest = true, rest[:n-1]
	}
	switch {
	case len(rest) > 1:
		return bad("has too many parts")
	case len(rest) == 1:
		h.form = rest[0]
	}
	if h.form == "asRaw" {
		return h, nil
	}
	allowed, known := formFields[h.form]
	if !known {
		return bad("has an unknown form")
	}
	field := strings.ToLower(h.field)
	if slices.Contains(allowed, field) {
		return h, nil
	}
	for _, list := range formFields {
		if slices.Contains(list, field) {
			return bad("has a form that is not for this field")
		}
	}
	if slices.Contains(otherFields, field) {
		return bad("has a form that is not for this field")
	}
	return h, nil
}

// write writes the property of the message's own header.
func (h headerProperty) write(e *email, b []byte) ([]byte, error) {
	fields, err := e.fields()
	if err != nil {
		return nil, err
	}
	return h.of(b, fields), nil
}

// of writes the property of a header: the last field of the name, or all of
// them as a list.
func (h headerProperty) of(b []byte, fields mime.Header) []byte {
	if !h.all {
		v, ok := fields.Last(h.field)
		if !ok {
			return append(b, "null"...)
		}
		return h.value(b, v)
	}
	b = append(b, '[')
	for i, v := range fields.All(h.field) {
		if i > 0 {
			b = append(b, ',')
		}
		b = h.value(b, v)
	}
	return append(b, ']')
}

func (h headerProperty) value(b []byte, v string) []byte {
	null := func() []byte { return append(b, "null"...) }
	switch h.form {
	case "asText":
		return jmap.AppendString(b, mime.AsText(v))
	case "asAddresses":
		return appendAddressList(b, mime.AsAddresses(v))
	case "asGroupedAddresses":
		return appendGroups(b, mime.AsGroupedAddresses(v))
	case "asMessageIds":
		if ids, ok := mime.AsMessageIDs(v); ok {
			return jmap.AppendStrings(b, ids)
		}
		return null()
	case "asDate":
		if t, ok := mime.AsDate(v); ok {
			return jmap.AppendTime(b, t)
		}
		return null()
	case "asURLs":
		if urls, ok := mime.AsURLs(v); ok {
			return jmap.AppendStrings(b, urls)
		}
		return null()
	}
	return jmap.AppendString(b, mime.AsRaw(v))
}

func appendGroups(b []byte, groups []mime.Group) []byte {
	b = append(b, '[')
	for i, g := range groups {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"name":`...)
		if g.IsNamed {
			b = jmap.AppendString(b, g.Name)
		} else {
			b = append(b, "null"...)
		}
		b = append(b, `,"addresses":`...)
		b = appendAddressList(b, g.Addresses)
		b = append(b, '}')
	}
	return append(b, ']')
}
