package mime

import (
	"strings"
	"time"
	"unicode/utf8"
)

// AsRaw is the Raw form of RFC 8621 section 4.1.2.1: the value with the runs
// that are not UTF-8 replaced by U+FFFD, and without NUL, which JSON text and
// the databases cannot both hold.
func AsRaw(value string) string {
	if !utf8.ValidString(value) {
		value = strings.ToValidUTF8(value, "\uFFFD")
	}
	return strings.ReplaceAll(value, "\x00", "")
}

// AsAddresses is the Addresses form (section 4.1.2.3): groups dissolved.
func AsAddresses(value string) []Address {
	return Mailboxes(ParseAddresses(value, "", maxAddresses))
}

// maxAddresses bounds a list read on demand; envelopes have their own limit.
const maxAddresses = 10000

// Group is an EmailAddressGroup; IsNamed is false for addresses in no group.
type Group struct {
	Name      string
	IsNamed   bool
	Addresses []Address
}

// AsGroupedAddresses is the GroupedAddresses form (section 4.1.2.4).
func AsGroupedAddresses(value string) []Group {
	return Grouped(ParseAddresses(value, "", maxAddresses))
}

// Grouped gathers a list with marks into groups.
func Grouped(list []Address) []Group {
	var groups []Group
	isOpen := false // the last group takes more addresses
	for _, a := range list {
		switch a.Mark {
		case GroupStart:
			groups, isOpen = append(groups, Group{Name: a.Name, IsNamed: true}), true
		case GroupEnd:
			isOpen = false
		default:
			if !isOpen {
				groups, isOpen = append(groups, Group{}), true
			}
			g := &groups[len(groups)-1]
			g.Addresses = append(g.Addresses, a)
		}
	}
	return groups
}

// AsMessageIDs is the MessageIds form (section 4.1.2.5); ok is false when the
// value does not parse and the form is null.
func AsMessageIDs(value string) (ids []string, ok bool) {
	s := skipCFWS(unfold(value))
	for s != "" {
		if s[0] != '<' {
			return nil, false
		}
		i := strings.IndexByte(s, '>')
		if i < 2 {
			return nil, false
		}
		id := s[1:i]
		if strings.ContainsAny(id, "< \t") {
			id = strings.Join(strings.Fields(stripComments(id)), "")
			if id == "" || strings.Contains(id, "<") {
				return nil, false
			}
		}
		ids = append(ids, AsRaw(id))
		s = skipCFWS(s[i+1:])
		s = skipCFWS(strings.TrimPrefix(s, ",")) // some programs put commas between
	}
	return ids, len(ids) > 0
}

// LooseIDs returns the message ids found in a References or In-Reply-To value
// that need not parse: In-Reply-To once held phrases (RFC 5322 section 4.5.4).
func LooseIDs(value string, max int) []string {
	s := unfold(value)
	var ids []string
	for len(ids) < max {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			break
		}
		s = s[i+1:]
		j := strings.IndexAny(s, "<>")
		if j < 0 {
			break
		}
		if s[j] == '<' {
			continue
		}
		if id := strings.Join(strings.Fields(s[:j]), ""); id != "" {
			ids = append(ids, AsRaw(id))
		}
		s = s[j+1:]
	}
	if len(ids) > 0 {
		return ids
	}
	// Without any bracket a lone word is the id.
	if s = trimWS(unfold(value)); s != "" && !strings.ContainsAny(s, "<> \t") && strings.Contains(s, "@") && max > 0 {
		return []string{AsRaw(s)}
	}
	return ids
}

// AsDate is the Date form (section 4.1.2.6); ok is false for null.
func AsDate(value string) (time.Time, bool) { return ParseDate(value) }

// AsURLs is the URLs form (section 4.1.2.7) of RFC 2369 fields.
func AsURLs(value string) (urls []string, ok bool) {
	s := skipCFWS(unfold(value))
	for s != "" {
		if s[0] != '<' {
			return nil, false
		}
		i := strings.IndexByte(s, '>')
		if i < 0 {
			return nil, false
		}
		// Folding may have put white space inside (RFC 2369 section 2).
		if u := strings.Join(strings.Fields(s[1:i]), ""); u != "" {
			urls = append(urls, AsRaw(u))
		}
		if s = skipCFWS(s[i+1:]); s == "" {
			break
		}
		if s[0] != ',' {
			return nil, false
		}
		s = skipCFWS(s[1:])
	}
	return urls, len(urls) > 0
}
