package mbox

import (
	"slices"
	"strings"
)

// fieldNames are the header fields that carry the state of a letter in a file.
const (
	statusField   = "Status"
	xStatusField  = "X-Status"
	keywordsField = "X-Keywords"
)

// systemFlags ties the letters of Status and X-Status to JMAP's keywords
// (RFC 8621 section 4.1.1), in the order in which they are written.
var systemFlags = []struct {
	letter  byte
	keyword string
}{{'A', "$answered"}, {'F', "$flagged"}, {'T', "$draft"}}

// stateFields writes the keywords of a letter as header fields, each line
// ended by LF. A letter that was looked at has O for "old", as mail programs
// write it; R is "read".
func stateFields(keywords []string) string {
	var b strings.Builder
	if slices.Contains(keywords, "$seen") {
		b.WriteString(statusField + ": RO\n")
	} else {
		b.WriteString(statusField + ": O\n")
	}
	var x, own []string
	for _, f := range systemFlags {
		if slices.Contains(keywords, f.keyword) {
			x = append(x, string(f.letter))
		}
	}
	for _, k := range keywords {
		if k != "$seen" && !slices.ContainsFunc(systemFlags, func(f struct {
			letter  byte
			keyword string
		}) bool {
			return f.keyword == k
		}) {
			own = append(own, k)
		}
	}
	if len(x) > 0 {
		b.WriteString(xStatusField + ": " + strings.Join(x, "") + "\n")
	}
	if len(own) > 0 {
		b.WriteString(keywordsField + ": " + strings.Join(own, " ") + "\n")
	}
	return b.String()
}

// readState adds what a state field says to the keywords.
func readState(keywords []string, name, value string) []string {
	if strings.EqualFold(name, keywordsField) {
		for _, k := range strings.FieldsFunc(value, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' }) {
			keywords = append(keywords, strings.ToLower(k))
		}
		return keywords
	}
	for i := range len(value) {
		switch value[i] {
		case 'R':
			keywords = append(keywords, "$seen")
		default:
			for _, f := range systemFlags {
				if f.letter == value[i] {
					keywords = append(keywords, f.keyword)
				}
			}
		}
	}
	return keywords
}

// isStateField says whether a header field belongs to the file and not to the
// letter.
func isStateField(name string) bool {
	return strings.EqualFold(name, statusField) || strings.EqualFold(name, xStatusField) || strings.EqualFold(name, keywordsField)
}
